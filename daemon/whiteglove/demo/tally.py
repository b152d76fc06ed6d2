"""The day in numbers, as the store has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState
from whiteglove.prepare.summing import TEMPLATE as SUMMARY
from whiteglove.store.schema import incidents, messages, outbox, promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts by what they are counted by: `messages` by "clients", "others" and "history"; `answers`, that is mails to
    clients, by the client's key; `withheld` and `called_off` by reason; `promises` and `incidents` by state."""

    messages: Mapping[str, int]
    answers: Mapping[str, int]
    withheld: Mapping[str, int]
    called_off: Mapping[str, int]
    notices: int
    summaries: int
    promises: Mapping[str, int]
    incidents: Mapping[str, int]

    @property
    def left(self) -> int:
        """How many mails were handed to the server."""
        return sum(self.answers.values()) + self.notices + self.summaries


def tally(tx: sa.Connection) -> Tally:
    """Count everything in the store."""
    arrived = tx.execute(sa.select(messages.c.client, messages.c.history).where(messages.c.outbound.is_(False)))
    mails = tx.execute(sa.select(outbox)).all()
    sent = [mail for mail in mails if mail.state == MailState.SENT]
    to_owner = Counter(mail.template == SUMMARY for mail in sent if mail.audience == Audience.OWNER)
    return Tally(
        messages=Counter("history" if row.history else "clients" if row.client else "others" for row in arrived),
        answers=Counter(str(mail.client) for mail in sent if mail.audience == Audience.CLIENT),
        withheld=Counter(mail.reason for mail in mails if mail.state == MailState.WITHHELD),
        called_off=Counter(mail.reason for mail in mails if mail.state == MailState.CANCELLED),
        notices=to_owner[False],
        summaries=to_owner[True],
        promises=Counter(tx.execute(sa.select(promises.c.state)).scalars()),
        incidents=Counter(tx.execute(sa.select(incidents.c.state)).scalars()),
    )


def told(counted: Tally) -> Iterator[tuple[str, str]]:
    """Word and numbers, a line each."""
    yield "messages", _numbers(counted.messages, ("clients", "others", "history"))
    yield "answers", _numbers(counted.answers)
    yield "withheld", _numbers(counted.withheld)
    yield "called off", _numbers(counted.called_off)
    yield "notices", str(counted.notices)
    yield "summaries", str(counted.summaries)
    yield "promises", _numbers(counted.promises)
    yield "incidents", _numbers(counted.incidents)


def _numbers(counts: Mapping[str, int], order: Iterable[str] = ()) -> str:
    """The sum, and behind it what it is made of."""
    parts = ", ".join(f"{name} {counts[name]}" for name in order or sorted(counts))
    total = sum(counts.values())
    return f"{total}: {parts}" if total else "0"
