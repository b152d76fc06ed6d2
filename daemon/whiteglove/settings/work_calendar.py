"""The owner's own calendar file (RFC 5545): which hours are set aside for which client, and nothing else of it.

An event is a client's where its title begins with the client's key or name, or where one of its categories is that; a
name counts without its legal form too, and of two clients that fit the longer name wins. What lasts all day or over
midnight, is cancelled, tentative or marked as free is nobody's. A moved or cancelled instance of a series
(RECURRENCE-ID) stands in place of the one it was.

The file is read in a short-lived child process: the library takes 21 MB, a calendar may be large or odd, and of what
stands in it only instants and the keys of clients come back. `python -P -m whiteglove.settings.work_calendar` is that
child.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.disclosure import Phrase, fold, name_forms
from whiteglove.errors import GrammarError

Block = tuple[datetime, datetime]
Answer = dict[str, list[list[float]]]
"""By the key of a client the start and end of each block, as timestamps."""

DAYS_AHEAD = 60
"""How far ahead events are worked out; whoever keeps the result reads the file again before that."""
READ_AGAIN = timedelta(days=7)
LARGEST = 20_000_000
"""Bytes of a file that is still read: some hundred times what years of appointments take."""
CHILD_SECONDS = 60
_A_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_FIRM = ("", "CONFIRMED")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_NO_CALENDAR = "holds no calendar that can be read; right would be a file that your calendar program exports, work.ics"


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar file as it was read on the day `read_on`: its `digest` tells whether it has become another."""

    path: Path
    digest: str
    read_on: date

    def fingerprint(self) -> str:
        """The digest of the file as it is now; empty where it cannot be read."""
        try:
            return digest_of(self.path.read_bytes())
        except OSError:
            return ""


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def planned_blocks(
    content: bytes, names: Mapping[str, str], zone: ZoneInfo, today: date
) -> dict[str, tuple[Block, ...]]:
    """What is set aside for each client: start and end in UTC, ascending, from `today` for `DAYS_AHEAD` days.

    `names` holds each client's name by the key; a time without a zone is meant in `zone`. Raises `GrammarError` where
    the bytes are no calendar.
    """
    if len(content) > LARGEST:
        raise GrammarError(f"is larger than {LARGEST // 1_000_000} MB; export only the calendar that you plan work in")
    question = json.dumps({"names": dict(names), "zone": zone.key, "today": today.isoformat()}).encode()
    try:
        answer = _from_child(question + b"\n" + content)
    except OSError:
        # No process can be started now; what it would have done is done here.
        answer = _answer(content, names, zone, today)
    if answer is None:
        raise GrammarError(_NO_CALENDAR)
    return {key: tuple((_instant(start), _instant(end)) for start, end in blocks) for key, blocks in answer.items()}


def _from_child(asked: bytes) -> Answer | None:
    """What the child process answers; None where it could make nothing of the calendar."""
    argv = [sys.executable, "-P", "-m", "whiteglove.settings.work_calendar"]
    try:
        # The program is this very interpreter, and what it is given goes to its standard input; no shell reads it.
        done = subprocess.run(argv, input=asked, capture_output=True, check=True, timeout=CHILD_SECONDS)  # noqa: S603
        answer = json.loads(done.stdout)
    except (ValueError, subprocess.SubprocessError):
        return None
    return answer if isinstance(answer, dict) else None


def _instant(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _answer(content: bytes, names: Mapping[str, str], zone: ZoneInfo, today: date) -> Answer | None:
    """The blocks of each client that has any, as timestamps; None where the bytes are no calendar."""
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, IndexError, KeyError):
        return None
    if not calendars:
        return None
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    replaced: dict[str, list[date]] = {}
    for event in events:
        moved = getattr(event.get("RECURRENCE-ID"), "dt", None)
        if isinstance(moved, date):
            replaced.setdefault(str(event.get("UID", "")), []).append(moved)
    begin = datetime.combine(today, time.min, zone)
    known = [(form, key) for key, name in names.items() for form in {fold(key), *name_forms(name)} if form]
    found: dict[str, set[Block]] = {}
    for event in events:
        key = _client_of(event, known)
        if key is not None:
            found.setdefault(key, set()).update(_blocks_of(event, zone, begin, replaced))
    return {
        key: [[start.timestamp(), end.timestamp()] for start, end in sorted(blocks)]
        for key, blocks in found.items()
        if blocks
    }


def _client_of(event: Any, known: Sequence[tuple[Phrase, str]]) -> str | None:
    """Whose an event is, by its title or its categories; nobody's where two clients fit as well."""
    title = fold(str(event.get("SUMMARY", "")))
    categories = {fold(str(category)) for category in event.categories}
    fits = [(len(form), key) for form, key in known if title[: len(form)] == form or form in categories]
    longest = max((length for length, _ in fits), default=0)
    keys = {key for length, key in fits if length == longest}
    return keys.pop() if len(keys) == 1 else None


def _blocks_of(event: Any, zone: ZoneInfo, begin: datetime, replaced: Mapping[str, Sequence[date]]) -> list[Block]:
    """The instances of an event as blocks in UTC. One that nothing can be made of plans nothing: a wrong time told to
    a client is worse than none."""
    if str(event.get("STATUS", "")).upper() not in _FIRM or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return []
    instead = [] if "RECURRENCE-ID" in event else replaced.get(str(event.get("UID", "")), ())
    try:
        return [
            (start, end)
            for start, end in _instances(event, zone, begin, instead)
            if begin <= start < end and start.astimezone(zone).date() == (end - _MOMENT).astimezone(zone).date()
        ]
    except Exception:  # noqa: BLE001 - Programs write calendars in ways that no list of errors foresees.
        return []


def _instances(event: Any, zone: ZoneInfo, begin: datetime, instead: Sequence[date]) -> Iterator[Block]:
    """When an event takes place, from `begin` on for `DAYS_AHEAD` days. A series keeps its local time when the clocks
    change (RFC 5545 section 3.8.5.3), so it is worked out without a zone and put into its own one by one."""
    first, last = event.start, event.end
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return
    if first.tzinfo is None and "TZID" in event["DTSTART"].params:
        # A zone that nobody knows: its hours could be any.
        return
    home = first.tzinfo or zone
    start = first.replace(tzinfo=None)
    length = _local(last, home) - start
    since = _local(begin, home)
    until = since + DAYS_AHEAD * _A_DAY
    starts = {start} if not event.rrules else set()
    starts |= {at for rule in event.rrules for at in _repeated(rule, start, home, since, until)}
    starts |= {_local(at, home) for at, *_ in event.rdates if isinstance(at, datetime)}
    left_out = [*event.exdates, *instead]
    days = {day for day in left_out if not isinstance(day, datetime)}
    moments = {_local(at, home) for at in left_out if isinstance(at, datetime)}
    for at in starts:
        if since <= at < until and at not in moments and at.date() not in days:
            yield _utc(at, home), _utc(at + length, home)


def _repeated(rule: Any, start: datetime, home: tzinfo, since: datetime, until: datetime) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr

    if rule.get("FREQ", [""])[0] not in _FREQUENCIES or 0 in rule.get("INTERVAL", []):
        # Nobody plans work by the minute, and to count seconds through years would take longer than anybody waits.
        return
    # Programs write UNTIL in UTC, in local time or as a day; the library takes one of them only.
    ends = rule.get("UNTIL", [])
    rest = type(rule)({part: value for part, value in rule.items() if part != "UNTIL"})
    for end in ends:
        until = min(until, _local(end, home) if isinstance(end, datetime) else datetime.combine(end, time.max))
    yield from rrulestr(rest.to_ical().decode(), dtstart=start, ignoretz=True).between(since, until, inc=True)


def _local(moment: datetime, home: tzinfo) -> datetime:
    """The time on a clock in this zone, without the zone."""
    return (moment if moment.tzinfo is None else moment.astimezone(home)).replace(tzinfo=None)


def _utc(local: datetime, home: tzinfo) -> datetime:
    return local.replace(tzinfo=home).astimezone(UTC)


def main() -> int:
    """Answer on standard output, as JSON, with timestamps; exit 1 where standard input holds no calendar."""
    asked, _, content = sys.stdin.buffer.read().partition(b"\n")
    question = json.loads(asked)
    zone, today = ZoneInfo(question["zone"]), date.fromisoformat(question["today"])
    answer = _answer(content, question["names"], zone, today)
    if answer is None:
        return 1
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
