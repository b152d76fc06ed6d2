"""What must be true of every fortnight, whatever its story."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage

from fortnight import tables
from fortnight.acts import Fortnight
from fortnight.cast import BERLIN, PEOPLE, ROBIN, ZONES
from fortnight.oracle import HOLIDAYS, Oracle
from fortnight.stage import Stage, local
from fortnight.story import Fact, oracle_at

DAY_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1, "gestern": -1, "heute": 0, "morgen": 1}
_BEGIN, _END = time(9), time(17, 30)
_DAY_SAID = re.compile(
    r"(?:(?P<begin>\d\d:\d\d)–(?P<end>\d\d:\d\d) )?"
    rf"\b(?P<day>{'|'.join(DAY_WORDS)})\b(?:(?:,| at| um) (?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))?)?",
    re.IGNORECASE,
)


def next_reports_differ(fortnight: Fortnight, facts: Sequence[Fact]) -> Iterator[str]:
    """Where `clients KEY --json` says something else than the calendar on paper."""
    for at, key, said in fortnight.asked:
        expected = oracle_at(facts, at).next_reports(key, at)
        if said != expected:
            yield f"{local(at)} {key}: said {_times(said)}, on paper {_times(expected)}"


def told_times_differ(fortnight: Fortnight, facts: Sequence[Fact]) -> Iterator[str]:
    """Where a mail to a client, or its calendar entry, tells another time than the calendar on paper."""
    for left in tables.to_clients(fortnight.stage):
        row = tables.row_of(fortnight.stage, left)
        where, due = f"{local(left.at)} to {left.recipient}", row.due
        if row.tells == "report":
            paper = oracle_at(facts, left.at).next_reports(row.client, left.at)[0]
            if due != paper:
                yield f"{where}: tells {local(due)}, on paper it is {local(paper)}"
        entries = tables.calendar_times(left.message)
        if entries != ([due] if row.tells == "report" and not row.short else []):
            yield f"{where}: the calendar entry says {_times(entries)}, the mail {local(due)}"
        text = left.message.get_body(("plain",)).get_content().replace("\u00a0", " ").replace("\u202f", " ")
        zones = {BERLIN, ZONES[row.client]} if _differ(due, row.client) else {BERLIN}
        for there in (due.astimezone(zone) for zone in zones):
            hour, minute = there.hour, there.minute
            spelt = [f"{there:%H:%M}", f"{hour}:{minute:02}", *([f"{hour} Uhr", f"{hour} h"] if not minute else [])]
            if not any(form in text for form in spelt):
                yield f"{where}: does not say {there:%H:%M} ({there.tzinfo})"
        if not re.search(rf"(?<!\d){due.astimezone(BERLIN).day}(?!\d)", text):
            yield f"{where}: does not say the {due.astimezone(BERLIN).day}."


def owner_was_disturbed(stage: Stage) -> Iterator[str]:
    """Mails to Robin outside of working hours in which nothing was urgent; the summary has an hour of its own."""
    for left in tables.to_robin(stage):
        row = tables.row_of(stage, left)
        if row.template == "summary":
            if f"{left.at.astimezone(BERLIN):%H:%M}" != "08:00":
                yield f"{local(left.at)}: the summary"
        elif not _is_working_time(left.at, stage) and "now" not in {one.urgency for one in warnings_in(stage, row.row)}:
            yield f"{local(left.at)}: {left.message['Subject']}"


def warnings_in(stage: Stage, mail: int) -> list[tables.Row]:
    return [row for row in tables.warning_rows(stage) if row.mail == mail]


def said_twice(stage: Stage) -> list[str]:
    """Keys of warnings, whoever warned, that reached Robin more than once."""
    keys = Counter(row.key for row in tables.warning_rows(stage))
    return [key for key, times in keys.items() if times > 1]


def false_days(stage: Stage, reports: Callable[[str, datetime], Sequence[datetime]] | None = None) -> Iterator[str]:
    """Notices whose "today" or "tomorrow", as of the day on which they were read, is a day or an hour at which nothing
    was, or is to be, with that client. `reports` says when they hear from an instant on, by a calendar on paper."""
    reports = reports or (lambda key, since: Oracle().next_reports(key, since))
    for left in tables.to_robin(stage):
        for row in warnings_in(stage, tables.row_of(stage, left).row):
            if not (said := list(_DAY_SAID.finditer(row.text))):
                continue
            ahead = reports(row.client, left.at - timedelta(days=2)) if row.client else []
            moments = [at.astimezone(BERLIN) for at in (*tables.moments_of(stage, row.client, row.raised_at), *ahead)]
            if any(not _holds(found, left.at.astimezone(BERLIN), moments, stage, row.client) for found in said):
                yield f"written {local(row.raised_at)}, read {local(left.at)}: {row.text}"


def _holds(said: re.Match[str], read: datetime, moments: Sequence[datetime], stage: Stage, client: str | None) -> bool:
    day = read.date() + timedelta(days=DAY_WORDS[said["day"].casefold()])
    if said["begin"]:
        begin, end = (datetime.combine(day, time.fromisoformat(said[name]), BERLIN) for name in ("begin", "end"))
        return read <= begin < end and all(_is_working_time(at, stage) for at in (begin, end - timedelta(minutes=1)))
    if said["hour"]:
        at = time(int(said["hour"]), int(said["minute"] or 0))
        if at == _BEGIN and _is_working_time(datetime.combine(day, at, BERLIN), stage):
            return True
        return any((moment.date(), moment.hour, moment.minute) == (day, at.hour, at.minute) for moment in moments)
    return day in {moment.date() for moment in moments} | _dates_of(stage, client)


def _dates_of(stage: Stage, client: str | None) -> set[date]:
    """The dates and deadlines in the file of a client."""
    known = stage.settings.book.clients.get(client or "")
    if known is None:
        return set()
    deadlines = {one.deadline for one in known.projects if one.deadline is not None}
    return {one.when.first for one in known.dates} | deadlines


def summaries_missing(stage: Stage, began: datetime, ended: datetime) -> list[str]:
    """Days on which there was no summary, or more than one."""
    days = Counter(
        left.at.astimezone(BERLIN).date()
        for left in tables.to_robin(stage)
        if tables.row_of(stage, left).template == "summary"
    )
    span = range((ended.astimezone(BERLIN).date() - (first := began.astimezone(BERLIN).date())).days + 1)
    wanted = [first.fromordinal(first.toordinal() + number) for number in span]
    return [f"{day}: {days[day]}" for day in wanted if days[day] != 1]


def copies_missing(stage: Stage) -> Iterator[str]:
    """Mails to clients of which not exactly one copy lies in Sent."""
    stage.program.select_folder("Sent", readonly=True)
    for left in tables.to_clients(stage):
        found = stage.program.search(["HEADER", "Message-ID", left.message["Message-ID"]])
        if len(found) != 1:
            yield f"{local(left.at)} to {left.recipient}: {len(found)} copies in Sent"


def faults_logged(stage: Stage) -> list[str]:
    """What the daemon said of troubles of its own."""
    lines = [json.loads(line) for line in stage.log.getvalue().splitlines()]
    return [*stage.failures, *(f"{line['event']}: {line}" for line in lines if line["level"] == "error")]


def drafts_faulty(fortnight: Fortnight) -> Iterator[str]:
    """What is wrong with what lay in Drafts: what a mail program could not open or ought not to send, and what the
    store does not know to lie there, or believes to."""
    for at, opened, believed in fortnight.lying:
        tokens = [str(mail["X-Whiteglove-Draft"]) for mail, _, _ in opened]
        if sorted(tokens) != sorted(believed):
            yield f"{local(at)}: {len(tokens)} lie in Drafts, {len(believed)} are believed to"
        for mail, raw, flags in opened:
            for fault in _faults_of(mail, raw, flags):
                yield f"{local(at)} {mail['To']} “{mail['Subject']}”: {fault}"


def _faults_of(mail: EmailMessage, raw: bytes, flags: Sequence[bytes]) -> Iterator[str]:
    needed = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
    yield from (
        f"{name} stands there {len(mail.get_all(name, []))} times"
        for name in needed
        if len(mail.get_all(name, [])) != 1
    )
    yield from (repr(defect) for part in mail.walk() for defect in part.defects)
    yield from (f"{name}: {defect!r}" for name, value in mail.items() for defect in value.defects)
    if str(mail["From"]) != f"Robin Vale <{ROBIN}>" or str(mail["To"]) not in PEOPLE.values():
        yield f"from {mail['From']} to {mail['To']}"
    if rb"\Draft" not in flags:
        yield f"its flags are {flags}"
    if mail["X-Whiteglove"] is not None or mail["Auto-Submitted"] is not None or b"wg." in raw:
        yield "it is marked as automatic"
    text = mail.get_content()
    if any(words in text for words in ("automatic", "automatisch", "�", "Ã", "{{", "None")):
        yield text
    if mail.get_content_type() != "text/plain" or mail.get_content_charset() not in ("utf-8", "us-ascii"):
        yield f"{mail['Content-Type']}"


def _differ(due: datetime, key: str) -> bool:
    return due.astimezone(BERLIN).utcoffset() != due.astimezone(ZONES[key]).utcoffset()


def _is_working_time(at: datetime, stage: Stage) -> bool:
    here = at.astimezone(BERLIN)
    away = any(here.date() in days for days in stage.settings.owner.away)
    is_off = here.weekday() >= 5 or here.date() in HOLIDAYS or away
    return not is_off and _BEGIN <= here.time() < _END


def _times(moments: Sequence[datetime]) -> str:
    return ", ".join(local(moment) for moment in moments) or "nothing"
