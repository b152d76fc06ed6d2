"""What a paper trail is made of: the record of a client from the store, the messages themselves from the servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa

from whiteglove.cli.originals import LARGEST, Original, Originals, Place, Sought
from whiteglove.clients import Client
from whiteglove.ledger import Incident, MailState
from whiteglove.message import Address, RecordedMessage
from whiteglove.paper_trail import Letter, Missing, Trail, Way
from whiteglove.parse import parse_header
from whiteglove.sealing import Sealer
from whiteglove.settings import Settings
from whiteglove.store import correspondence, incidents, ledger, messages, notes
from whiteglove.store.correspondence import Exchanged
from whiteglove.store.outbox import OutboxRow

LOOK_BACK = timedelta(days=90)
"""How far a paper trail reaches back where nothing is open and no date is given."""
_ENDINGS = {Way.FROM_CLIENT: "in", Way.FROM_OWNER: "out", Way.AUTOMATIC: "automatic"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A letter as it is on record, and how to find it."""

    letter: Letter
    sought: Sought
    if_absent: Missing = Missing.GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the store holds of a client since an instant."""

    trail: Trail
    wanted: tuple[Wanted, ...]


def beginning(tx: sa.Connection, settings: Settings, client: str, now: datetime) -> datetime:
    """The beginning of the day on which what is open began: with the message complained in, or when the time was told
    that was not kept. Where nothing is open, of the day ninety days ago."""
    began = [moment for incident in incidents.open_ones(tx, client) for moment in _roots(tx, incident)]
    worktime = settings.worktime
    return worktime.instant(worktime.local_date(min(began, default=now - LOOK_BACK)), time())


def _roots(tx: sa.Connection, incident: Incident) -> Iterator[datetime]:
    yield incident.opened_at
    for entry in incident.entries:
        message = messages.at(tx, entry.message) if entry.message is not None else None
        if message is not None:
            yield message.received_at
    told = {promise.row: promise.made_at for promise in ledger.promises_of(tx, incident.client)}
    known = (told.get(entry.promise) for entry in incident.entries if entry.promise is not None)
    yield from (moment for moment in known if moment is not None)


def record_of(tx: sa.Connection, settings: Settings, client: Client, since: datetime) -> Record:
    def is_theirs(address: Address) -> bool:
        found = settings.book.recognise(address).client
        return found is not None and found.key == client.key

    found = [
        *correspondence.exchanged(tx, client.key, since),
        *correspondence.also_to(tx, client.key, is_theirs, since),
    ]
    known = {one.message.message_id for one in found}
    mails = [mail for mail in correspondence.accepted(tx, client.key, since) if _bare(mail.message_id) not in known]
    trail = Trail(
        client=client.name,
        owner=settings.owner.name,
        zone=settings.worktime.zone,
        language=settings.owner.language,
        since=since,
        promises=ledger.promises_of(tx, client.key),
        incidents=incidents.everything(tx, client.key),
        calls=tuple(note for note in notes.of_client(tx, client.key, since) if note.call),
    )
    return Record(trail=trail, wanted=(*(_recorded(one) for one in found), *(_ours(mail, settings) for mail in mails)))


def _recorded(one: Exchanged) -> Wanted:
    message = one.message
    letter = Letter(
        number=0,
        at=message.received_at,
        way=Way.AUTOMATIC if one.own else Way.FROM_OWNER if message.outbound else Way.FROM_CLIENT,
        author=message.author,
        to=message.to,
        cc=message.cc,
        subject=message.subject,
        message_id=message.message_id or "",
        row=message.row,
    )
    sought = Sought(
        mailbox=message.mailbox,
        places=tuple(map(_place, (message, *one.copies))),
        message_id=letter.message_id,
        author=message.author.folded,
        subject=message.subject,
    )
    return Wanted(letter, sought)


def _place(message: RecordedMessage) -> Place:
    return Place(message.mailbox, message.folder, message.uidvalidity, message.uid)


def _ours(mail: OutboxRow, settings: Settings) -> Wanted:
    """A mail of ours that was not seen in Sent, or bears another Message-ID there."""
    account = next((one for one in settings.mailboxes if one.name == mail.mailbox), None)
    letter = Letter(
        number=0,
        at=mail.accepted_at or mail.submitted_at or mail.created_at,
        way=Way.AUTOMATIC,
        author=Address(account.address if account else settings.owner.address, settings.owner.name),
        to=(Address(mail.address),),
        message_id=_bare(mail.message_id),
    )
    sought = Sought(mailbox=mail.mailbox, message_id=letter.message_id, token=mail.token or "")
    return Wanted(letter, sought, Missing.UNKNOWN if mail.state is MailState.UNKNOWN else Missing.GONE)


def _bare(message_id: str | None) -> str:
    return (message_id or "").strip("<>")


def filled(record: Record, originals: Originals, sealer: Sealer) -> Trail:
    """Every message in the order of arrival, read and added to the file one by one."""
    places: set[Place] = set()
    found: list[tuple[Letter, Original | None]] = []
    located = originals.locate([wanted.sought for wanted in record.wanted])
    for wanted, original in zip(record.wanted, located, strict=True):
        letter = wanted.letter
        if original is None:
            has_mailbox = originals.has(wanted.sought.mailbox)
            letter = replace(letter, missing=wanted.if_absent if has_mailbox else Missing.NO_MAILBOX)
        elif original.place in places:
            # A mail of ours to which the provider gave a Message-ID of its own, under which it is recorded.
            continue
        else:
            places.add(original.place)
            letter = _seen(letter, original)
        found.append((letter, original))
    found.sort(key=lambda one: (one[0].at, one[0].row or 0, one[0].message_id))
    letters = (
        _added(replace(letter, number=number), original, originals, sealer)
        for number, (letter, original) in enumerate(found, 1)
    )
    return replace(record.trail, letters=tuple(letters))


def _seen(letter: Letter, original: Original) -> Letter:
    """What the store does not know of a mail of ours stands in its header."""
    if letter.row is not None or original.fetched is None:
        return letter
    message = parse_header(original.fetched.header)
    author = message.author[0] if message.author else letter.author
    at = original.fetched.received_at
    return replace(letter, at=at, author=author, to=message.to or letter.to, cc=message.cc, subject=message.subject)


def _added(letter: Letter, original: Original | None, originals: Originals, sealer: Sealer) -> Letter:
    if original is None:
        return letter
    if original.size >= LARGEST:
        return replace(letter, missing=Missing.TOO_LARGE, size=original.size)
    raw = originals.read(original)
    if raw is None:
        return replace(letter, missing=Missing.GONE)
    if len(raw) >= LARGEST:
        # The server said that it is smaller: what was cut off would be missed by nobody.
        return replace(letter, missing=Missing.TOO_LARGE)
    file = f"messages/{letter.number:04d}-{letter.at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_ENDINGS[letter.way]}.eml"
    return replace(letter, file=file, sha256=sealer.add(file, raw, letter.at), size=len(raw))
