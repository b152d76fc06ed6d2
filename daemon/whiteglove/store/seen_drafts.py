"""Mail to clients that the owner has in Drafts: each version is seen once, and known by where it lies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.ledger import SeenDraft
from whiteglove.message import Address
from whiteglove.store.schema import ROW, seen_drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDraftRow:
    """A draft of the owner's with the place where it lay. `to` are all whom it is addressed to, Cc and Bcc too."""

    row: int
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    client: str
    message_id: str | None
    subject: str
    to: tuple[Address, ...]
    others: tuple[str, ...]
    in_reply_to: tuple[str, ...]
    seen_at: datetime

    def as_seen(self) -> SeenDraft:
        """The draft as plugins see it."""
        return SeenDraft(
            row=self.row,
            mailbox=self.mailbox,
            client=self.client,
            message_id=self.message_id,
            subject=self.subject,
            to=self.to,
            others=self.others,
            in_reply_to=self.in_reply_to,
        )


_ADD = insert(seen_drafts).on_conflict_do_nothing()
_ONE = sa.select(seen_drafts).where(seen_drafts.c.row == ROW)
_THERE = sa.select(seen_drafts.c.uid).where(
    seen_drafts.c.mailbox == sa.bindparam("its_mailbox", type_=sa.Text),
    seen_drafts.c.folder == sa.bindparam("its_folder", type_=sa.Text),
    seen_drafts.c.uidvalidity == sa.bindparam("its_uidvalidity", type_=sa.Integer),
    seen_drafts.c.uid.in_(sa.bindparam("its_uids", expanding=True)),
)


def add(tx: sa.Connection, draft: SeenDraftRow) -> int | None:
    """Note a version of a draft, whose row is given here; None where it was noted before."""
    values = {name: getattr(draft, name) for name in SeenDraftRow.__slots__ if name != "row"}
    values["to"] = [[address.address, address.name] for address in draft.to]
    values |= {"others": list(draft.others), "in_reply_to": list(draft.in_reply_to)}
    done = tx.execute(_ADD, values)
    return int(done.lastrowid) if done.rowcount else None


def known(tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, uids: Collection[int]) -> frozenset[int]:
    """Which of these were noted before."""
    values = {"its_mailbox": mailbox, "its_folder": folder, "its_uidvalidity": uidvalidity, "its_uids": list(uids)}
    return frozenset(tx.execute(_THERE, values).scalars())


def get(tx: sa.Connection, row: int) -> SeenDraftRow | None:
    """A noted draft; None where retention or its owner's wish has removed it."""
    found = tx.execute(_ONE, {"its_row": row}).one_or_none()
    if found is None:
        return None
    values = found._asdict()
    values["to"] = tuple(Address(address, name) for address, name in values["to"] or ())
    values |= {"others": tuple(values["others"] or ()), "in_reply_to": tuple(values["in_reply_to"] or ())}
    return SeenDraftRow(**values)
