"""What a fortnight has left behind, as tables that a person can read, and how they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from fortnight.cast import ROBIN
from fortnight.stage import Left, Stage, local
from whiteglove.store import drafts, ledger
from whiteglove.store import schema as tables

Table = list[str]
Row = sa.Row[Any]

_NUMBER = re.compile(r"(?<!\d):\d+(?=:|$)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00(?!\d)")


def promises(stage: Stage) -> Table:
    """Client, kind, due, state, whether late, what proves it, whether anybody was told."""
    with stage.store.read() as tx:
        found = [one for key in stage.settings.book.clients for one in ledger.promises_of(tx, key)]
    return _rows(
        (
            one.client,
            one.kind,
            local(one.due),
            f"{one.state}{' late' if one.late else ''}",
            one.evidence or "-",
            "told" if one.told else "untold",
        )
        for one in sorted(found, key=lambda one: (one.client, one.due, one.row))
    )


def told(stage: Stage) -> Table:
    """Every automatic mail to a client: when it left, to whom, as an answer to what, and the time that it tells."""
    return _rows(
        (local(left.at), left.recipient, left.message["Subject"], local(due) if (due := due_of(stage, left)) else "-")
        for left in to_clients(stage)
    )


def counted(stage: Stage) -> Table:
    """For each client how many mails arrived, were recorded, and what was decided about an answer to them."""
    with stage.store.read() as tx:
        recorded = tx.execute(
            sa.select(tables.messages.c.client, sa.func.count()).where(~tables.messages.c.outbound).group_by("client")
        ).all()
    arrived: dict[str, int] = {}
    for _, key, _ in stage.received:
        arrived[key] = arrived.get(key, 0) + 1
    known = {row[0]: row[1] for row in recorded}
    return _rows((key, f"arrived {arrived[key]}", f"recorded {known.get(key, 0)}") for key in sorted(arrived))


def withheld(stage: Stage) -> Table:
    """What was not sent to a client, and why."""
    rows = _read(stage, tables.outbox.select().where(tables.outbox.c.audience == "client").order_by("row"))
    return _rows(
        (local(row.created_at), row.client, row.state, row.reason)
        for row in rows
        if row.state not in ("sent", "planned")
    )


def warned(stage: Stage) -> Table:
    """Every warning: when it was raised, its urgency, client, plugin and key, and when the mail with it left."""
    rows = warning_rows(stage)
    mails = {row.row: row for row in _read(stage, tables.outbox.select())}
    return _rows(
        (
            local(row.raised_at),
            row.urgency,
            row.client or "-",
            row.plugin,
            _short_key(row.key),
            local(mails[row.mail].accepted_at) if row.mail in mails and mails[row.mail].accepted_at else row.state,
        )
        for row in rows
    )


def drafted(stage: Stage) -> Table:
    """Every draft that was wanted, and what became of it."""
    with stage.store.read() as tx:
        found = drafts.everything(tx)
    return _rows((local(one.created_at), one.plugin, _short_key(one.key), one.state, one.error or "-") for one in found)


def incidents(stage: Stage) -> Table:
    rows = _read(stage, tables.incidents.select().order_by(tables.incidents.c.row))
    return _rows((row.client, row.kind, row.state, local(row.opened_at)) for row in rows)


def obligations(stage: Stage) -> Table:
    rows = _read(stage, tables.obligations.select().order_by(tables.obligations.c.row))
    return _rows(
        (row.client, ",".join(row.kinds), local(row.opened_at), row.state, local(row.due) if row.due else "-")
        for row in rows
    )


def everything(stage: Stage) -> dict[str, Table]:
    """All of them by name."""
    makers = (promises, told, counted, withheld, warned, drafted, incidents, obligations)
    return {maker.__name__: maker(stage) for maker in makers}


def to_clients(stage: Stage) -> list[Left]:
    team = {one.address for one in stage.settings.book.team}
    return [left for left in stage.world.post.left if left.recipient != ROBIN and left.recipient not in team]


def to_robin(stage: Stage) -> list[Left]:
    return [left for left in stage.world.post.left if left.recipient == ROBIN]


def warning_rows(stage: Stage) -> list[Row]:
    return _read(stage, tables.warnings.select().order_by(tables.warnings.c.row))


def row_of(stage: Stage, left: Left) -> Row:
    """The row of the outbox that a mail came from."""
    message_id = left.message["Message-ID"].strip("<>")
    (row,) = _read(stage, tables.outbox.select().where(tables.outbox.c.message_id == message_id))
    return row


def due_of(stage: Stage, left: Left) -> datetime | None:
    return row_of(stage, left).due


def moments_of(stage: Stage, client: str | None, before: datetime) -> list[datetime]:
    """When something was with a client, up to an instant, and when by then something was due."""
    messages, calls = tables.messages.c, tables.client_notes.c
    found = _read(stage, sa.select(messages.received_at).where(messages.client == client))
    found += _read(stage, sa.select(calls.at).where(calls.client == client))
    happened = [row[0] for row in found if row[0] <= before]
    promised, owed = tables.promises.c, tables.obligations.c
    due = _read(stage, sa.select(promised.due).where(promised.client == client))
    due += _read(stage, sa.select(owed.due).where(owed.client == client, owed.opened_at <= before))
    passed = tables.delegations.c
    for what in (passed.handed_at, passed.due):
        due += _read(stage, sa.select(what).where(passed.client == client, passed.handed_at <= before))
    return [*happened, *(row[0] for row in due if row[0] is not None)]


def calendar_times(message: EmailMessage) -> list[datetime]:
    """Every DTSTART in the calendar parts of a mail."""
    lines = [
        line
        for part in message.walk()
        if part.get_content_type() == "text/calendar"
        for line in part.get_content().splitlines()
    ]
    stamps = [line.partition(":")[2] for line in lines if line.startswith("DTSTART")]
    return [datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for stamp in stamps]


def same(found: Iterable[str], expected: str | Sequence[str], what: str) -> None:
    """Fail with the rows that differ."""
    wanted = [" ".join(line.split()) for line in _lines(expected)]
    rows = [" ".join(line.split()) for line in found]
    missing = [f"  missing  {row}" for row in wanted if wanted.count(row) > rows.count(row)]
    surplus = [f"  surplus  {row}" for row in rows if rows.count(row) > wanted.count(row)]
    assert not missing + surplus, "\n".join([f"{what}:", *missing, *surplus])


def _lines(expected: str | Sequence[str]) -> list[str]:
    lines = expected.splitlines() if isinstance(expected, str) else list(expected)
    return [line for line in lines if line.strip()]


def _rows(rows: Iterable[Sequence[object]]) -> Table:
    return [" | ".join(str(cell) for cell in row) for row in rows]


def _short_key(key: str) -> str:
    """A key as a person reads it: instants by Robin's clock, and no row numbers."""
    said = _INSTANT.sub(lambda found: local(datetime.fromisoformat(found[0])), key)
    return said if said.startswith("reminded:") else _NUMBER.sub(":#", said)


def _read(stage: Stage, statement: Any) -> list[Row]:
    with stage.store.read() as tx:
        return list(tx.execute(statement).all())
