"""The daily summary put together: every plugin's part, and what the core itself has to say.

What was withheld, parked, failed or unknown, and what plugins wanted told in the summary, is the core's own part: it
stands there whatever plugins are enabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from whiteglove.desk.account import Account, core_sections, read_account
from whiteglove.desk.account_words import words_of
from whiteglove.desk.contexts import Contexts
from whiteglove.desk.lateness import coming_late
from whiteglove.errors import PluginError
from whiteglove.host import Host
from whiteglove.owner_words import Words
from whiteglove.prepare.summing import TEMPLATE as TEMPLATE
from whiteglove.sections import Day, Item, Place, Section, Summary
from whiteglove.settings import Settings
from whiteglove.store import Store, outbox
from whiteglove.store.outbox import OutboxRow

_A_DAY = timedelta(days=1)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A summary, and the rows of the warnings that it tells."""

    summary: Summary
    told: tuple[int, ...]


def build(settings: Settings, host: Host, store: Store, day_date: date | None, now: datetime) -> Summary:
    """The summary of a local date of the owner's, as of now; today's without one. Reads only."""
    return draft(settings, host, store, day_date, now, None).summary


def draft(
    settings: Settings, host: Host, store: Store, day_date: date | None, now: datetime, following: datetime | None
) -> Drafted:
    """The same, with what has to be noted once it is sent."""
    with store.read() as tx:
        last = outbox.last_accepted(tx, TEMPLATE, now)
        day = _day(tx, settings, last, day_date, now)
    parts, failed = _of_plugins(settings, host, store, day, now)
    sections = [*_without_look_back(parts), *_look_back(parts, words_of(settings, now))]
    with store.read() as tx:
        account = read_account(tx, settings, day)
        if last is not None and not day.is_past and (late := coming_late(tx, settings, last, day)) is not None:
            sections.append(late)
    resting = [plugin.name for plugin in host.plugins if plugin.suspended_since is not None]
    sections += core_sections(account, settings, day, resting=resting, failed=failed)
    ordered = tuple(sorted(sections, key=lambda section: section.place))
    return Drafted(Summary(day=day, sections=ordered, following=following), _told(account))


def _told(account: Account) -> tuple[int, ...]:
    return tuple(warning.row for warning in account.warnings)


def _day(tx: sa.Connection, settings: Settings, last: OutboxRow | None, day_date: date | None, now: datetime) -> Day:
    """Today's summary goes on where the last one that was sent ended; any other date stands for itself."""
    worktime = settings.worktime
    today = worktime.local_date(now)
    if day_date is not None and day_date != today:
        return Day(
            date=day_date,
            since=worktime.instant(day_date, time()),
            until=min(worktime.instant(day_date + _A_DAY, time()), now),
            previous=day_date - _A_DAY,
            is_past=day_date < today,
        )
    if last is not None:
        return Day(date=today, since=last.created_at, until=now, previous=worktime.local_date(last.created_at))
    # The first one holds whatever was decided before it.
    return Day(date=today, since=min(outbox.first_created(tx) or now, now - _A_DAY), until=now)


def _without_look_back(parts: Sequence[Section]) -> list[Section]:
    return [replace(part, week=(), month=()) for part in parts]


def _look_back(parts: Sequence[Section], words: Words) -> list[Section]:
    """What all plugins say of the week that is over in one section, and what they say of the month in another."""
    found: list[tuple[str, list[Item]]] = [
        ("last_week", [item for part in parts for item in part.week]),
        ("last_month", [item for part in parts for item in part.month]),
    ]
    return [Section(title=words(name), place=Place.LOOK_BACK, items=tuple(items)) for name, items in found if items]


def _of_plugins(
    settings: Settings, host: Host, store: Store, day: Day, now: datetime
) -> tuple[list[Section], list[str]]:
    """The plugins' sections in the order of their own, and which of them failed to give one."""
    contexts = Contexts(settings, host, store)
    # On the page of another date "today" is that date.
    said_at = now if settings.worktime.local_date(now) == day.date else settings.worktime.instant(day.date, _NOON)
    sections: list[Section] = []
    failed: list[str] = []
    for plugin in host.listeners("summarise"):
        if host.is_suspended(plugin, now):
            continue
        ctx = contexts.of(plugin, now)
        try:
            section: Section | None = host.call(
                plugin, "summarise", now, day=day, ctx=replace(ctx, words=replace(ctx.words, now=said_at))
            )
        except PluginError:
            # The host has counted and told it; the summary says that this part is missing.
            failed.append(plugin)
            continue
        if section is not None:
            sections.append(section)
    return sections, failed
