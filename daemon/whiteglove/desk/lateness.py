"""A summary that comes late says so: when it was to come, for how long it stands, and when mail was not read."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove import codec
from whiteglove.desk.account_words import words_of
from whiteglove.prepare.summing import reader_of
from whiteglove.sections import Day, Item, Mark, Place, Section, Summary
from whiteglove.settings import Settings
from whiteglove.store import gaps
from whiteglove.store.outbox import OutboxRow

LATE = timedelta(minutes=15)


def coming_late(tx: sa.Connection, settings: Settings, last: OutboxRow, day: Day) -> Section | None:
    """The section that stands first in a summary that comes later than `last`, the one before it, had said; None for
    one that is in time, and where nothing was said."""
    promised = _promised(last)
    if promised is None or day.until - promised < LATE:
        return None
    words, reader = words_of(settings, day.until), reader_of(settings)
    said = words("was_to_come", promised=reader.moment(promised), since=reader.moment(day.since))
    items = [Item(text=said, mark=Mark.LATE)]
    found = gaps.longest(tx, [box.name for box in settings.mailboxes], day.since, day.until)
    for gap in sorted(found.values(), key=lambda gap: gap.since):
        if gap.length >= LATE:
            since, until = reader.moment(gap.since), reader.moment(gap.until)
            items.append(Item(text=words("not_read", mailbox=gap.mailbox, since=since, until=until)))
    return Section(title=words("comes_late"), place=Place.COMES_LATE, items=tuple(items), headline=words("late"))


def _promised(last: OutboxRow) -> datetime | None:
    """When the summary after this one was to come. What may tell of somebody who was forgotten is kept no more."""
    try:
        return codec.from_json(Summary, codec.decode_json(last.action)).following
    except ValueError:
        return None
