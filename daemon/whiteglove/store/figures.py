"""How much clients wrote and how long answers took, counted and not read: a summary of many clients looks at a hundred
thousand messages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import AnswerTimes
from whiteglove.message import Kind
from whiteglove.store.schema import MESSAGE_WRITTEN, OBLIGATION_ANSWERED, ROWS, SINCE, Instant, messages, obligations

SAMPLE = 200
"""Answers that are looked at one by one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Clients and spans of time are given as JSON, so that one statement asks about all of them. Each is looked for in the
# index by itself: to group what many wrote would sort it first.
_CLIENTS = sa.func.json_each(sa.bindparam("its_clients", type_=sa.Text)).table_valued("value", name="of_client")
_SPANS = sa.func.json_each(sa.bindparam("its_spans", type_=sa.Text)).table_valued("key", "value", name="span")
_THEIRS = sa.and_(messages.c.client == _CLIENTS.c.value, MESSAGE_WRITTEN)


def _edge(place: int) -> sa.ColumnElement[datetime]:
    """Where a span begins (0), or ends (1)."""
    return sa.type_coerce(sa.func.json_extract(_SPANS.c.value, f"$[{place}]"), Instant)


_NUMBER = (
    sa.select(sa.func.count())
    .select_from(messages)
    .where(_THEIRS, messages.c.received_at >= _edge(0), messages.c.received_at < _edge(1))
    .correlate(_CLIENTS, _SPANS)
    .scalar_subquery()
)
_NUMBERS = sa.select(_CLIENTS.c.value, _NUMBER).select_from(_CLIENTS.join(_SPANS, sa.true())).order_by(_SPANS.c.key)
# What nobody has understood yet has no kinds.
_KINDS = sa.func.coalesce(sa.type_coerce(messages.c.kinds, sa.Text), "[]")
_OF_A_KIND = (
    sa.select(_KINDS.label("kinds"), sa.func.count().label("number"))
    .where(_THEIRS, messages.c.received_at >= SINCE, messages.c.received_at < sa.bindparam("before", type_=Instant))
    .group_by(_KINDS)
    .correlate(_CLIENTS)
    .subquery()
)
_BY_KINDS = sa.select(
    _CLIENTS.c.value,
    sa.select(sa.func.json_group_object(_OF_A_KIND.c.kinds, _OF_A_KIND.c.number)).correlate(_CLIENTS).scalar_subquery(),
)


def between(tx: sa.Connection, clients: Collection[str], moments: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
    """How many messages the people of each of these clients wrote from each of these instants, which ascend, to the
    next one; machine mail and duplicates left out."""
    found: dict[str, list[int]] = {client: [] for client in clients}
    spans = list(pairwise((moment - _EPOCH) // _MICROSECOND for moment in moments))
    for client, number in tx.execute(
        _NUMBERS, {"its_clients": json.dumps(list(found)), "its_spans": json.dumps(spans)}
    ):
        found[client].append(number)
    return {client: tuple(numbers) for client, numbers in found.items()}


def by_kind(
    tx: sa.Connection, clients: Collection[str], since: datetime, before: datetime
) -> Mapping[str, Mapping[Kind, int]]:
    """How many of them wanted what in the first place. One that nobody has understood yet is a question, as for the
    classifier."""
    known = {"its_clients": json.dumps(list(clients)), "since": since, "before": before}
    return {client: _firsts(json.loads(counted)) for client, counted in tx.execute(_BY_KINDS, known)}


def _firsts(counted: Mapping[str, int]) -> Mapping[Kind, int]:
    firsts: Counter[Kind] = Counter()
    for kinds, number in counted.items():
        first, *_ = json.loads(kinds) or [Kind.QUESTION]
        firsts[Kind(first)] += number
    return firsts


_ANSWERED = sa.and_(
    OBLIGATION_ANSWERED,
    obligations.c.answered_at >= SINCE,
    obligations.c.answered_at < sa.bindparam("before", type_=Instant),
)
_IN_ORDER = sa.select(obligations.c.row).where(_ANSWERED).order_by(obligations.c.answered_at, obligations.c.row)
# Their rows as one value: very many numbers are read from JSON in less time than from the results of a query.
_ANSWERS = sa.select(sa.func.json_group_array(_IN_ORDER.subquery().c.row))
_SPAN = (obligations.c.opened_at, obligations.c.answered_at)
_SAMPLE = sa.select(*_SPAN).where(obligations.c.row.in_(ROWS)).order_by(obligations.c.answered_at, obligations.c.row)
_LONGEST = (
    sa.select(*_SPAN)
    .where(_ANSWERED)
    .order_by(
        sa.desc(
            sa.type_coerce(obligations.c.answered_at, sa.BigInteger)
            - sa.type_coerce(obligations.c.opened_at, sa.BigInteger)
        ),
        obligations.c.row,
    )
    .limit(SAMPLE)
)


def answer_times(tx: sa.Connection, since: datetime, before: datetime) -> AnswerTimes:
    """When the answers that the owner gave between two instants were asked for and given: an even sample of them, and
    the longest by the clock."""
    known = {"since": since, "before": before}
    rows = json.loads(tx.execute(_ANSWERS, known).scalar_one())
    if not rows:
        return AnswerTimes(number=0, sample=(), longest=())
    sample = tx.execute(_SAMPLE, {"its_rows": rows[:: len(rows) // SAMPLE + 1]})
    longest = tx.execute(_LONGEST, known)
    return AnswerTimes(number=len(rows), sample=_spans(sample), longest=_spans(longest))


def _spans(found: sa.CursorResult[Any]) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((row.opened_at, row.answered_at) for row in found)
