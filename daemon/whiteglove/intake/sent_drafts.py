"""Which of our drafts a mail in Sent was written from, where the owner's mail program has dropped every mark of ours.

Some programs, Gmail's page and Outlook among them, give a draft that is opened and sent a Message-ID of its own and
keep no field that they do not know. What is left is whom it is to, its thread or its subject, its words, and that the
draft is no longer in Drafts. Only where a mail of the owner's could be one is Drafts looked at, right then and on the
same connection, so that whoever hears of the mail hears of a draft that was sent. Where that is not sure, the draft was
deleted and the mail is another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from whiteglove.compose import own_ids
from whiteglove.compose.draft import MARK
from whiteglove.errors import MailboxError
from whiteglove.intake.recording import Read
from whiteglove.ledger import DraftState
from whiteglove.message import Address, Message
from whiteglove.parse import decode_part, text_part
from whiteglove.ports import Mailbox
from whiteglove.store import Store, drafts, messages
from whiteglove.store.draft_words import has_subject, share_in
from whiteglove.store.drafts import DraftRow
from whiteglove.text import new_text
from whiteglove.texts import TEXT_LIMIT

SAME = 0.8
"""The share of a draft's words from which on nobody has written them anew, even where the draft still lies there."""
ENOUGH = 0.5
"""The same for a mail in another thread or under another subject, where the draft is gone."""
SOME = 0.15
"""The same for a mail in its thread or under its subject: what a person makes of a draft keeps a part of it."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A mail and a draft that it may have been written from. `fits` says that it is in the draft's thread or under its
    subject, `is_missing` that the draft is known to be in Drafts no more; `share` how many of its words the mail has, 0
    where nobody can tell."""

    mail: Read
    draft: DraftRow
    fits: bool
    is_missing: bool = False
    share: float = 0.0

    @property
    def uid(self) -> int:
        return self.mail.fetched.uid

    @property
    def is_sure(self) -> bool:
        if not self.is_missing:
            return self.share >= SAME
        return self.share >= (SOME if self.fits else ENOUGH)

    @property
    def rank(self) -> tuple[float, bool, bool, bool]:
        return self.share, self.fits, self.is_missing, self.draft.state is not DraftState.GONE


def sent_from_drafts(
    connection: Mailbox, folder: str, mailbox: str, read: Sequence[Read], store: Store, now: datetime
) -> dict[int, str]:
    """By the UID of a mail the token of the draft that it was sent from, for those without a mark of ours. `folder` is
    Sent, which is open, and is open again afterwards. A draft that was looked for and is neither there nor in one of
    these mails is noted as gone.

    Raises:
        MailboxError: the connection failed.
    """
    with store.read() as tx:
        pairs = list(_pairs(tx, read, store))
    if not pairs:
        return {}
    looked_for = {pair.draft.row: pair.draft for pair in pairs if pair.draft.mailbox == mailbox}
    texts = _texts(connection, pairs)
    missing = set(_missing(connection, folder, looked_for.values()))
    known = (
        replace(pair, is_missing=pair.draft.row in missing, share=_share(pair, texts, store.key)) for pair in pairs
    )
    found = _assigned([pair for pair in known if pair.is_sure])
    over = [looked_for[row] for row in missing if looked_for[row].token not in found.values()]
    if over:
        with store.write() as tx:
            for draft in over:
                drafts.is_missing(tx, draft, now)
    return found


def _pairs(tx: sa.Connection, read: Sequence[Read], store: Store) -> Iterator[_Pair]:
    """Each mail with each draft that was laid ready for one of those it is to, and that no mail names."""
    named = {token for one in read for token in _tokens(one.message, store.key)}
    for one in read:
        if one.client is None or one.ours is not None or _is_from_draft(tx, one.message, store.key):
            continue
        people = [person.addresses for address in one.message.recipients if (person := one.client.person_at(address))]
        reached = {address.casefold() for addresses in people for address in addresses}
        for draft in drafts.laid_before(tx, one.client.key, one.fetched.received_at):
            if draft.token not in named and Address(draft.address or "").folded in reached:
                yield _Pair(one, draft, _fits(tx, one.message, draft, store))


def _tokens(message: Message, key: bytes) -> Iterator[str]:
    marks = (*message.all(MARK), message.message_id or "", *message.in_reply_to, *message.references)
    tokens = (own_ids.draft_token_of(mark, key) for mark in marks)
    return (token for token in tokens if token is not None)


def _is_from_draft(tx: sa.Connection, message: Message, key: bytes) -> bool:
    """Whether it carries the mark of a draft. Later mail in the thread of one that was sent does so too."""
    known = (drafts.by_token(tx, token) for token in _tokens(message, key))
    return any(draft is not None and draft.state is not DraftState.SENT for draft in known)


def _fits(tx: sa.Connection, message: Message, draft: DraftRow, store: Store) -> bool:
    """Whether it is in the thread that the draft answers, or under the subject of one that begins a thread."""
    if draft.answers is None:
        return draft.sketch is not None and has_subject(draft.sketch, store.key, message.subject)
    answered = messages.at(tx, draft.answers)
    ids = [store.hash_id(value) for value in (*message.in_reply_to, *message.references)]
    return answered is not None and answered.thread in messages.threads_named(tx, ids)


def _texts(connection: Mailbox, pairs: Sequence[_Pair]) -> dict[int, str]:
    """What the owner wrote in these mails, by UID; it is read to be compared, and not kept."""
    parts = {pair.uid: part for pair in pairs if (part := text_part(pair.mail.fetched.structure)) is not None}
    payloads = connection.fetch_sections(list(parts.items()), TEXT_LIMIT)
    return {uid: new_text(decode_part(payload, parts[uid])) for uid, payload in payloads.items()}


def _share(pair: _Pair, texts: Mapping[int, str], key: bytes) -> float:
    return share_in(pair.draft.sketch, key, texts.get(pair.uid, "")) if pair.draft.sketch is not None else 0.0


def _missing(connection: Mailbox, folder: str, looked_for: Iterable[DraftRow]) -> Iterator[int]:
    """The rows of the drafts that are in Drafts no more, as they were laid there or changed."""
    place = connection.folders().drafts
    if place is None:
        return
    try:
        connection.open(place)
    except MailboxError as error:
        # Whoever configured it hears of that when the next draft is to be laid there; Sent is read all the same.
        if error.code != "missing_folder":
            raise
    else:
        yield from (one.row for one in looked_for if not _lies_there(connection, one))
    connection.open(folder)


def _lies_there(connection: Mailbox, draft: DraftRow) -> bool:
    """Whether anything in the open folder carries its marks, other than what is only marked as deleted."""
    marks = (("Message-ID", draft.message_id), (MARK, draft.token), ("References", draft.message_id))
    uids = {uid for name, value in marks if value for uid in connection.uids_with_header(name, value)}
    return any(r"\deleted" not in one.flags for one in connection.fetch(sorted(uids)))


def _assigned(pairs: Sequence[_Pair]) -> dict[int, str]:
    """One draft for each mail and one mail for each draft, the best first; none where two drafts are as good."""
    found: dict[int, str] = {}
    for pair in sorted(pairs, key=lambda one: one.rank, reverse=True):
        free = [one for one in pairs if one.uid == pair.uid and one.draft.token not in found.values()]
        if pair.uid in found or pair not in free or pair.draft.token is None:
            continue
        if sum(one.rank == pair.rank for one in free) == 1:
            found[pair.uid] = pair.draft.token
    return found
