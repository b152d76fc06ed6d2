"""Free text on record that may tell of somebody: warnings, notes, plugins' memory and timers, errors, summaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from whiteglove import codec
from whiteglove.actions import Forward
from whiteglove.ledger import Audience, MailState
from whiteglove.sections import Item, Section, Summary
from whiteglove.store.events import DONE
from whiteglove.store.schema import (
    CALL_WAITING,
    calls,
    chores,
    client_notes,
    events,
    handlings,
    memory,
    outbox,
    plugin_health,
    timers,
    warnings,
)
from whiteglove.store.traces import Traces
from whiteglove.store.warnings import TOLD

_ERRORS = (
    events.c.error,
    handlings.c.error,
    handlings.c.reason,
    outbox.c.error,
    chores.c.error,
    calls.c.error,
    plugin_health.c.last_error,
)
FORGOTTEN = "forgotten"
"""Why a message, a mail of ours or a warning says nothing any more."""
_SUMMARIES = sa.and_(outbox.c.audience == Audience.OWNER, outbox.c.action != "")
_NOT_YET_SENT = (MailState.PLANNED, MailState.CLAIMED, MailState.DEFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whose record is touched: a client's as a `whole`, or only those `parts` of clients' that somebody has a part in.
    What is said of any other client stays, whatever it says."""

    whole: str | None
    parts: frozenset[str]

    def tells(self, client: str | None, texts: Iterable[str | None], traces: Traces) -> bool:
        """Whether something about this client (None: about nobody) tells of whom is to be forgotten."""
        if client is not None and client == self.whole:
            return True
        is_near = client is None or client in self.parts
        return is_near and any(traces.occur_in(text) for text in texts)


def blank_warnings(tx: sa.Connection, traces: Traces, concerned: Concerned) -> int:
    """Leave nothing of what the owner was, or was to be, told of them but a row without words. A notice that has
    nothing left to say is called off."""
    known = sa.select(warnings).where(warnings.c.reason != FORGOTTEN)
    gone = [row for row in tx.execute(known).all() if concerned.tells(row.client, (row.text, row.key), traces)]
    blank = {
        "key": FORGOTTEN,
        "text": "",
        "reason": FORGOTTEN,
        "client": None,
        "due": None,
        "mail": None,
        "state": TOLD,
    }
    for row in gone:
        tx.execute(warnings.update().where(warnings.c.row == row.row).values(blank))
        raised = (events.c.type == "WarningRaised", events.c.subject_row == row.row)
        done = handlings.update().where(handlings.c.event.in_(sa.select(events.c.row).where(*raised)))
        tx.execute(done.values(state=DONE, error=None))
        tx.execute(events.update().where(*raised).values(state=DONE, error=None, not_before=None))
    says_something = sa.exists().where(warnings.c.mail == outbox.c.row)
    for mail in {row.mail for row in gone} - {None}:
        empty = (outbox.c.row == mail, outbox.c.state.in_(_NOT_YET_SENT), ~says_something)
        tx.execute(outbox.update().where(*empty).values(state=MailState.CANCELLED, reason=FORGOTTEN))
    return len(gone)


def scrub(tx: sa.Connection, traces: Traces, concerned: Concerned) -> Mapping[str, int]:
    """Remove what tells of them from everything else that holds free text; how many values that were of each kind."""
    return {
        "client_notes": _notes(tx, traces, concerned),
        "memory": _memory(tx, traces),
        "timers": _timers(tx, traces),
        "calls": _calls(tx, traces),
        "summaries": _summaries(tx, traces, concerned),
        "briefs": _briefs(tx, traces, concerned),
        "remarks": _details(tx, traces) + sum(_errors(tx, traces, column) for column in _ERRORS),
    }


def _notes(tx: sa.Connection, traces: Traces, concerned: Concerned) -> int:
    """A call was contact with the client and stays one, without words; any other note goes."""
    number = 0
    for row in tx.execute(sa.select(client_notes).where(client_notes.c.text != "")).all():
        if concerned.tells(row.client, (row.text,), traces):
            this = client_notes.c.row == row.row
            tx.execute(
                client_notes.update().where(this).values(text="") if row.call else client_notes.delete().where(this)
            )
            number += 1
    return number


def _timers(tx: sa.Connection, traces: Traces) -> int:
    """A timer goes as a whole: without a part of its value the plugin that set it could not know it again."""
    number = 0
    for row in tx.execute(sa.select(timers)).all():
        if traces.occur_in(row.key) or traces.are_in(row.value):
            tx.execute(timers.delete().where(timers.c.plugin == row.plugin, timers.c.key == row.key))
            number += 1
    return number


def _calls(tx: sa.Connection, traces: Traces) -> int:
    """A call that waits and tells of them is never made."""
    waiting = tx.execute(sa.select(calls.c.row, calls.c.action).where(CALL_WAITING)).all()
    telling = [row.row for row in waiting if traces.are_in(codec.decode_json(row.action))]
    for row in telling:
        tx.execute(calls.delete().where(calls.c.row == row))
    return len(telling)


def _memory(tx: sa.Connection, traces: Traces) -> int:
    number = 0
    for row in tx.execute(sa.select(memory)).all():
        of_key = (memory.c.plugin == row.plugin, memory.c.key == row.key)
        tells = traces.are_in(row.value)
        left = traces.without(row.value) if tells else row.value
        if traces.occur_in(row.key) or (tells and not left):
            tx.execute(memory.delete().where(*of_key))
        elif tells:
            tx.execute(memory.update().where(*of_key).values(value=left))
        else:
            continue
        number += 1
    return number


def _summaries(tx: sa.Connection, traces: Traces, concerned: Concerned) -> int:
    """A summary that was sent is never read again here; one that waits goes out without them."""
    sent = outbox.update().where(_SUMMARIES, outbox.c.state.not_in((*_NOT_YET_SENT, MailState.SUBMITTING)))
    number = tx.execute(sent.values(action="")).rowcount
    for row in tx.execute(sa.select(outbox.c.row, outbox.c.action).where(_SUMMARIES)).all():
        summary = codec.from_json(Summary, codec.decode_json(row.action))
        sections = tuple(_section(section, traces, concerned) for section in summary.sections)
        action = codec.encode_json(codec.to_json(replace(summary, sections=sections)))
        number += tx.execute(
            outbox.update().where(outbox.c.row == row.row, outbox.c.action != action).values(action=action)
        ).rowcount
    return number


def _briefs(tx: sa.Connection, traces: Traces, concerned: Concerned) -> int:
    """What a teammate was told beside a message: one that has it is told no more, and one who waits for it gets the
    message without."""
    columns = (outbox.c.row, outbox.c.client, outbox.c.state, outbox.c.action)
    briefs = sa.select(*columns).where(outbox.c.audience == Audience.COLLEAGUE, outbox.c.action != "")
    number = 0
    for row in tx.execute(briefs).all():
        wish = codec.decode_action(row.action)
        if not isinstance(wish, Forward) or not concerned.tells(row.client, (wish.brief,), traces):
            continue
        left = codec.encode_action(replace(wish, brief="")) if row.state in _NOT_YET_SENT else ""
        number += tx.execute(outbox.update().where(outbox.c.row == row.row).values(action=left)).rowcount
    return number


def _section(section: Section, traces: Traces, concerned: Concerned) -> Section:
    def tells(item: Item) -> bool:
        return concerned.tells(item.client, (item.text, item.detail, item.step, item.link), traces)

    items = tuple(item for item in section.items if not tells(item))
    headline, quiet = ("" if traces.occur_in(text) else text for text in (section.headline, section.quiet))
    return replace(section, items=items, headline=headline, quiet=quiet)


def _details(tx: sa.Connection, traces: Traces) -> int:
    """A timer that went off is over, since its details are all that there is of it."""
    number = 0
    known = sa.select(events.c.row, events.c.type, events.c.details).where(events.c.details.is_not(None))
    for row in tx.execute(known).all():
        if not traces.are_in(row.details):
            continue
        this = events.update().where(events.c.row == row.row)
        if row.type == "TimerFired":
            tx.execute(this.values(details=None, state=DONE, error=None, not_before=None))
            tx.execute(handlings.update().where(handlings.c.event == row.row).values(state=DONE, error=None))
        else:
            tx.execute(this.values(details=traces.without(row.details)))
        number += 1
    return number


def _errors(tx: sa.Connection, traces: Traces, column: sa.Column[Any]) -> int:
    texts = tx.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars().all()
    number = 0
    for text in texts:
        if traces.occur_in(text):
            table: Any = column.table
            number += tx.execute(table.update().where(column == text).values({column.name: None})).rowcount
    return number
