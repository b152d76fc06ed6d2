"""What the owner said messages want, where they knew better. The log is only added to; the last word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.message import Kind
from whiteglove.store.schema import corrections, inserted

_ADD = corrections.insert()
_EVERYTHING = sa.select(corrections).order_by(corrections.c.row)
_WORD = (
    sa.select(corrections.c.kind)
    .where(
        corrections.c.thread == sa.bindparam("its_thread", type_=sa.Integer),
        corrections.c.address == sa.bindparam("its_address", type_=sa.Text),
        corrections.c.client == sa.bindparam("its_client", type_=sa.Text),
    )
    .order_by(corrections.c.row.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One word of the owner's. `was` is the kind that the message was taken for, None where nobody had looked yet,
    and `cues` are the words that misled. `address` is the sender's, folded; `message` and `thread` are rows."""

    row: int
    at: datetime
    client: str
    thread: int
    address: str
    message: int
    was: Kind | None
    kind: Kind
    cues: tuple[str, ...] = ()


def add(
    tx: sa.Connection,
    *,
    at: datetime,
    client: str,
    thread: int,
    address: str,
    message: int,
    was: Kind | None,
    kind: Kind,
    cues: Sequence[str] = (),
) -> int:
    """Write down a word of the owner's; return its row."""
    values = {"at": at, "client": client, "thread": thread, "address": address, "message": message}
    said = {"was": str(was) if was else None, "kind": str(kind), "cues": list(cues)}
    return inserted(tx.execute(_ADD, values | said))


def word_on(tx: sa.Connection, client: str, thread: int, address: str) -> Kind | None:
    """What the owner said last of this sender's mail in this thread; None where they said nothing."""
    known = {"its_client": client, "its_thread": thread, "its_address": address}
    found = tx.execute(_WORD, known).scalar_one_or_none()
    return Kind(found) if found is not None else None


def everything(tx: sa.Connection) -> tuple[Correction, ...]:
    """Every word, in the order in which they were said."""
    return tuple(_correction(row) for row in tx.execute(_EVERYTHING))


def _correction(row: sa.Row[Any]) -> Correction:
    values = row._asdict()
    values["was"] = Kind(values["was"]) if values["was"] else None
    values["kind"] = Kind(values["kind"])
    values["cues"] = tuple(values["cues"] or ())
    return Correction(**values)
