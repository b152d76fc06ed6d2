"""How much clients wrote and how long answers took, counted and not read: a summary of many clients looks at a hundred
thousand messages."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import AnswerTimes
from whiteglove.message import Kind
from whiteglove.store.schema import MESSAGE_WRITTEN, OBLIGATION_ANSWERED, SINCE, Instant, messages, obligations

SAMPLE = 200
"""Answers that are looked at one by one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WRITTEN = sa.and_(
    messages.c.client == sa.bindparam("its_client", type_=sa.Text),
    messages.c.received_at >= SINCE,
    messages.c.received_at < sa.bindparam("before", type_=Instant),
    MESSAGE_WRITTEN,
)
# Plain numbers: to make an instant of each would take longer than to find it.
_MOMENTS = (
    sa.select(sa.type_coerce(messages.c.received_at, sa.BigInteger)).where(_WRITTEN).order_by(messages.c.received_at)
)
_NUMBER = sa.select(sa.func.count()).select_from(messages).where(_WRITTEN)
_FEW = 4
"""Between so few instants it is quicker to count than to look at each message."""
_KINDS = sa.type_coerce(messages.c.kinds, sa.Text)
_BY_KINDS = sa.select(_KINDS, sa.func.count()).where(_WRITTEN).group_by(_KINDS)


def between(tx: sa.Connection, client: str, moments: Sequence[datetime]) -> tuple[int, ...]:
    """How many messages a client's people wrote from each of these instants, which ascend, to the next one; machine
    mail and duplicates left out."""
    if len(moments) < 2:
        return ()
    if len(moments) <= _FEW:
        spans = ({"its_client": client, "since": since, "before": before} for since, before in pairwise(moments))
        return tuple(tx.execute(_NUMBER, span).scalar_one() for span in spans)
    known = {"its_client": client, "since": moments[0], "before": moments[-1]}
    found = tx.execute(_MOMENTS, known).scalars().all()
    places = [bisect_left(found, (moment - _EPOCH) // _MICROSECOND) for moment in moments]
    return tuple(end - start for start, end in pairwise(places))


def by_kind(tx: sa.Connection, client: str, since: datetime, before: datetime) -> Mapping[Kind, int]:
    """How many of them wanted what in the first place. One that nobody has understood yet is a question, as for the
    classifier."""
    known = {"its_client": client, "since": since, "before": before}
    counted: Counter[Kind] = Counter()
    for kinds, number in tx.execute(_BY_KINDS, known).all():
        first, *_ = json.loads(kinds or "[]") or [Kind.QUESTION]
        counted[Kind(first)] += number
    return counted


_ANSWERED = sa.and_(
    OBLIGATION_ANSWERED,
    obligations.c.answered_at >= SINCE,
    obligations.c.answered_at < sa.bindparam("before", type_=Instant),
)
_ANSWERS = sa.select(sa.func.count()).select_from(obligations).where(_ANSWERED)
_SPAN = (obligations.c.opened_at, obligations.c.answered_at)
# Numbered in the index, before the rows themselves are looked at.
_PLACE = sa.func.row_number().over(order_by=(obligations.c.answered_at, obligations.c.row)) - 1
_PLACED = sa.select(obligations.c.row, _PLACE.label("place")).where(_ANSWERED).subquery()
_SAMPLE = (
    sa.select(*_SPAN)
    .where(
        obligations.c.row.in_(
            sa.select(_PLACED.c.row).where(_PLACED.c.place % sa.bindparam("step", type_=sa.Integer) == 0)
        )
    )
    .order_by(obligations.c.answered_at, obligations.c.row)
)
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
    number = tx.execute(_ANSWERS, known).scalar_one()
    if not number:
        return AnswerTimes(number=0, sample=(), longest=())
    sample = tx.execute(_SAMPLE, {**known, "step": number // SAMPLE + 1})
    longest = tx.execute(_LONGEST, known)
    return AnswerTimes(number=number, sample=_spans(sample), longest=_spans(longest))


def _spans(found: sa.CursorResult[Any]) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((row.opened_at, row.answered_at) for row in found)
