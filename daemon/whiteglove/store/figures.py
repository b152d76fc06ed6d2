"""How much clients wrote, counted and not read: a summary of many clients looks at a hundred thousand messages."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from whiteglove.message import Kind
from whiteglove.store.schema import MESSAGE_WRITTEN, SINCE, Instant, messages

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
_KINDS = sa.type_coerce(messages.c.kinds, sa.Text)
_BY_KINDS = sa.select(_KINDS, sa.func.count()).where(_WRITTEN).group_by(_KINDS)


def between(tx: sa.Connection, client: str, moments: Sequence[datetime]) -> tuple[int, ...]:
    """How many messages a client's people wrote from each of these instants, which ascend, to the next one; machine
    mail and duplicates left out."""
    if len(moments) < 2:
        return ()
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
