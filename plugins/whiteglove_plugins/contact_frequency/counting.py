"""What a client wrote over some days, and how the numbers are said to the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from whiteglove import (
    Client,
    Contact,
    Figures,
    Limit,
    RecordedMessage,
    contact_figures,
    contacts_of,
    habit_moments,
    is_burst,
    shrinking,
    stretch_begin,
    usual_most,
)
from whiteglove_plugins.contact_frequency.settings import Ctx

A_DAY = timedelta(days=1)
A_WEEK = 7 * A_DAY
A_MOMENT = timedelta(microseconds=1)
_TWO_WEEKS = 2 * A_WEEK
_FEW_OUTSIDE = 2
"""So many contacts out of hours are worth a word, where they are a third of all."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is unusual about how closely a client makes contact: the figures of the stretch of days from `since`, the
    last of which is `last`, against what was agreed (`limit`) or against what is `usual` for them. `gaps` are the first
    and the last of gaps that become shorter and shorter. `contacts` are those of the stretch."""

    client: Client
    since: datetime
    last: date
    days: int
    figures: Figures
    contacts: tuple[Contact, ...]
    limit: Limit | None = None
    usual: int | None = None
    gaps: tuple[timedelta, timedelta] | None = None

    @property
    def is_about_status(self) -> bool:
        """Whether half of the mails or more asked how things stand."""
        return 0 < self.figures.number <= 2 * self.figures.asked

    @property
    def is_conversation(self) -> bool:
        """Whether they wrote more than was agreed only because they answered mails of the owner's."""
        own = sum(not contact.prompted and not contact.call for contact in self.contacts)
        return self.limit is not None and own <= self.limit.count


def against_limit(client: Client, limit: Limit, at: datetime, ctx: Ctx) -> Pattern | None:
    """The pattern of a client who wrote more often than was agreed in the days up to a message; None where that is no
    longer so: the limit was raised meanwhile, or mail was forgotten."""
    since, before = stretch(at, limit, ctx)
    contacts = _contacts(client, since, before, ctx)
    figures = contact_figures(contacts, ctx.worktime)
    if figures.number <= limit.count:
        return None
    days = max(1, limit.per.days)
    return Pattern(client, since, ctx.worktime.local_date(at), days, figures, contacts, limit)


def lately(client: Client, ctx: Ctx) -> tuple[RecordedMessage, ...]:
    """What was exchanged with a client today and yesterday: a little, since it is read for every message."""
    return ctx.ledger.messages(client.key, stretch_begin(ctx.worktime.local_date(ctx.now), ctx.worktime))


def against_habit(client: Client, exchanged: Sequence[RecordedMessage], ctx: Ctx) -> Pattern | None:
    """The pattern of a client who of their own accord makes contact far more often than they are used to, today and
    yesterday, or ever sooner again; None where all is as usual. `exchanged` is what `lately` tells."""
    today = ctx.worktime.local_date(ctx.now)
    since = stretch_begin(today, ctx.worktime)
    contacts = contacts_of(exchanged, ctx.ledger.notes(client.key, since))
    number = sum(not contact.prompted for contact in contacts)
    usual = None
    if is_burst(number, 0):
        moments = habit_moments(today, ctx.worktime)
        usual = usual_most(ctx.ledger.written(client.key, moments))
    gaps = _gaps(client, contacts, ctx)
    if not is_burst(number, usual) and gaps is None:
        return None
    figures = contact_figures(contacts, ctx.worktime)
    return Pattern(client, since, today, 2, figures, contacts, usual=usual, gaps=gaps)


def _gaps(client: Client, contacts: Sequence[Contact], ctx: Ctx) -> tuple[timedelta, timedelta] | None:
    """The first and the last gap, where the gaps become shorter. No more is read of who made contact but once, nor
    where the last contacts, which are those that count, all lie in the stretch."""
    number = sum(not contact.prompted for contact in contacts)
    if number < 2:
        return None
    known = contacts if is_burst(number, 0) else _contacts(client, ctx.now - _TWO_WEEKS, ctx.now + A_MOMENT, ctx)
    return shrinking([contact.at for contact in known if not contact.prompted])


def stretch(at: datetime, limit: Limit, ctx: Ctx) -> tuple[datetime, datetime]:
    """From the first instant that counts with a message at `at` to the first that does not: whole dates of the owner's
    for a limit of days, else the time just before it."""
    if limit.per < A_DAY:
        return at - limit.per + A_MOMENT, at + A_MOMENT
    last = ctx.worktime.local_date(at)
    return ctx.worktime.instant(last + A_DAY - limit.per, time()), ctx.worktime.instant(last + A_DAY, time())


def written(client: Client, since: datetime, before: datetime, ctx: Ctx) -> list[RecordedMessage]:
    """What people at the client wrote, in order of arrival; the ledger leaves out machines and duplicates."""
    return [message for message in ctx.ledger.messages(client.key, since, before) if not message.outbound]


def _contacts(client: Client, since: datetime, before: datetime, ctx: Ctx) -> tuple[Contact, ...]:
    known = contacts_of(ctx.ledger.messages(client.key, since), ctx.ledger.notes(client.key, since))
    return tuple(contact for contact in known if contact.at < before)


def said_wrote(figures: Figures, ctx: Ctx) -> str:
    """How many messages there were, and how many calls."""
    words = ctx.words
    parts = [words.counted("message", figures.number), words.counted("call", figures.calls)]
    return words("both", messages=parts[0], calls=parts[1]) if all(parts) else "".join(parts)


def said_how(figures: Figures, ctx: Ctx) -> list[str]:
    """How far apart they were, how many asked how things stand, and how many came out of hours."""
    words = ctx.words
    parts = [_said_gap(figures.gap, ctx)] if figures.all > 1 else []
    if figures.asked:
        is_all = 1 < figures.asked == figures.number
        parts.append(words("all_asked") if is_all else words.counted("asked", figures.asked))
    if figures.outside >= _FEW_OUTSIDE and 3 * figures.outside >= figures.all:
        parts.append(words("outside", count=figures.outside))
    return parts


def _said_gap(gap: timedelta, ctx: Ctx) -> str:
    if gap < timedelta(minutes=1):
        return ctx.words("at_once")
    return ctx.words("every", gap=said_span(gap, ctx))


def said_span(span: timedelta, ctx: Ctx) -> str:
    """A length of time as one says it: minutes, hours up to two days, days."""
    words = ctx.words
    if span < timedelta(hours=1):
        return words("minutes", count=words.number(span / timedelta(minutes=1), 0))
    if span < 2 * A_DAY:
        return words("hours", count=words.number(span / timedelta(hours=1)))
    return words("days", count=words.number(span / A_DAY))


def said_limit(limit: Limit, ctx: Ctx) -> str:
    units = {timedelta(minutes=1): "minute", timedelta(hours=1): "hour", A_DAY: "day", A_WEEK: "week"}
    return ctx.words(f"per_{units[limit.per]}", count=limit.count)


def said_days(last: date, per: timedelta, ctx: Ctx) -> str:
    """The days of a stretch so long, the last of which is `last`."""
    words, on = ctx.words, ctx.words.on(last)
    is_today = last == ctx.worktime.local_date(words.now)
    if per < A_DAY:
        within = words("within_hour" if per > timedelta(minutes=1) else "within_minute")
        return within if is_today else f"{within} {on}"
    if per < 2 * A_DAY:
        return on
    return words("in_days", days=per.days) if is_today else words("in_days_up_to", days=per.days, day=words.day(last))
