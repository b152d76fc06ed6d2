"""Brief the owner before each report and each call: who it is, what is open, what was promised, what to ask about.

The brief is short enough to be read on the way, and comes once for each report, so much working time before it that
something can still be done about what it says. What is near for any client stands in the daily summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    CancelWake,
    Client,
    Context,
    Day,
    Deadline,
    Dossier,
    Duration,
    Item,
    Mark,
    NearDate,
    Person,
    Place,
    PluginInfo,
    PluginSettings,
    Promise,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    PromiseMoved,
    Remember,
    Schedule,
    ScheduleFired,
    Section,
    TimerFired,
    WakeAt,
    Warn,
    deadlines_of,
    dossier_of,
    hookimpl,
    near_dates,
    shortened,
)

_LOOK_AGAIN = timedelta(hours=1)
_AHEAD = timedelta(days=14)
_BEHIND = timedelta(days=3)
"""How long it is still fitting to ask how something was."""
_LATELY = timedelta(days=90)
_KEPT = timedelta(days=40)
_LONGEST_QUOTE = 60
_LONGEST_NOTE = 120
_MOST = 3
"""Questions, dates or notes that a brief names; of the rest it says how many there are."""


class Briefing(PluginSettings):
    """The keys of `[plugins.briefing]`."""

    before: Duration = Field(
        default=timedelta(hours=2),
        description="How much working time before a report or a call the brief comes.",
        examples=["2h"],
    )


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Briefs the owner before each report and each call, and says which dates are near.", Briefing)


@hookimpl
def schedules(ctx: Context[Briefing]) -> Iterable[Schedule]:
    return [Schedule(name="look", every=_LOOK_AGAIN, at_start=True)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[Briefing]) -> Actions:
    """The book or the working time may have changed, and a slot that nobody was told is used up without an event."""
    return [action for client in ctx.book.clients.values() for action in _look(client, ctx)]


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Briefing]
) -> Actions:
    """Another report is the next one now."""
    return _look(event.client, ctx)


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Briefing]) -> Actions:
    client = ctx.book.clients.get(str(event.value))
    return _look(client, ctx) if client is not None else None


@hookimpl
def summarise(day: Day, ctx: Context[Briefing]) -> Section:
    """Dates of all clients that are near, absences and deadlines ahead among them, the nearest first."""
    words = _words(ctx)
    found = [entry for client in ctx.book.clients.values() for entry in _near_items(client, day.date, words)]
    items = tuple(item for _, item in sorted(found, key=lambda entry: (entry[0], entry[1].client or "")))
    return Section(title=words["title"], place=Place.OTHER, items=items, quiet=words["quiet"])


def _look(client: Client, ctx: Context[Briefing]) -> list[Action]:
    """Brief the owner about the next report of a client if it is time, else have the time told."""
    timer = f"brief:{client.key}"
    owed = len(ctx.ledger.open_promises(client.key))
    due = next((due for due in ctx.ledger.next_reports(client.key, owed + 1) if due > ctx.now), None)
    if due is None:
        return [CancelWake(reason="no_report", key=timer)]
    at = _begins(due, ctx)
    if at > ctx.now:
        return [WakeAt(reason="brief_later", key=timer, at=at, value=client.key)]
    told = f"told:{client.key}"
    if ctx.memory.get(told) == due.isoformat():
        return []
    warning = Warn(
        reason="brief",
        key=f"brief:{client.key}:{due.isoformat()}",
        text=_brief(dossier_of(client, ctx.ledger, ctx.worktime, ctx.now, reports=1), ctx),
        urgency="today",
        client=client.key,
        once=_KEPT,
    )
    return [warning, Remember(reason="brief", key=told, value=due.isoformat(), until=due + _KEPT)]


def _begins(due: datetime, ctx: Context[Briefing]) -> datetime:
    """When the brief of a report is to come; at once where there is not so much working time before it."""
    try:
        return ctx.worktime.subtract(due, ctx.config.before)
    except ValueError:
        return ctx.now


def _brief(dossier: Dossier, ctx: Context[Briefing]) -> str:
    return "\n".join(_lines(dossier, ctx))


def _lines(dossier: Dossier, ctx: Context[Briefing]) -> Iterator[str]:
    """At most ten lines: what comes and with whom, then what is wrong, open, promised, near and known."""
    words = _words(ctx)
    today = ctx.worktime.local_date(ctx.now)
    client, report = dossier.client, dossier.reports[0]
    yield words[f"first_{report.by}"].format(client=client.name, due=_clock(report.due, ctx))
    if greeted := _greeted(dossier, ctx):
        yield words["with"].format(who=_who(greeted, client, report.due, ctx))
    if dossier.incidents:
        yield words["incidents"].format(
            what=_list([words[f"is_{incident.kind}"] for incident in dossier.incidents], words)
        )
    if dossier.questions:
        yield words["waiting"].format(
            what=_list(
                [
                    words["asked"].format(
                        subject=shortened(question.subject, _LONGEST_QUOTE) or words["no_subject"],
                        day=_day(ctx.worktime.local_date(question.asked_at), today, words),
                    )
                    for question in dossier.questions
                ],
                words,
            )
        )
    if owed := [promise for promise in dossier.promised if promise.due != report.due]:
        yield words["promised"].format(what=_list([_owed(promise, ctx) for promise in owed], words))
    if dates := [near for near in dossier.near if -_BEHIND.days <= near.days <= _AHEAD.days]:
        yield words["ask"].format(what=_list([_date(near, today, words) for near in dates], words))
    if ahead := deadlines_of(client, today, ahead=_AHEAD):
        yield words["deadlines"].format(what=_list([_deadline(one, today, words) for one in ahead], words))
    if dossier.noted:
        note = dossier.noted[0]
        when = _day(ctx.worktime.local_date(note.at), today, words)
        yield words["call" if note.call else "noted"].format(day=when, text=shortened(note.text, _LONGEST_NOTE))
    if client.notes:
        yield words["notes"].format(text=shortened(client.notes, _LONGEST_NOTE))
    yield words["more"].format(key=client.key)


def _greeted(dossier: Dossier, ctx: Context[Briefing]) -> Person | None:
    """Who wrote last, else who stands first in the file."""
    people = dossier.people
    for message in reversed(ctx.ledger.messages(dossier.client.key, ctx.now - _LATELY)):
        wrote = dossier.client.person_at(message.author) if not message.outbound else None
        if wrote is not None:
            return next(person for person in people if person.name == wrote.name)
    return people[0] if people else None


def _who(person: Person, client: Client, due: datetime, ctx: Context[Briefing]) -> str:
    """The name, the role, and what time it is there then, where that differs."""
    parts = [person.name, person.role]
    theirs = due.astimezone(ZoneInfo(person.timezone or client.timezone))
    if theirs.utcoffset() != due.astimezone(ZoneInfo(ctx.owner.timezone)).utcoffset():
        parts.append(_words(ctx)["there"].format(time=theirs))
    return ", ".join(filter(None, parts))


def _owed(promise: Promise, ctx: Context[Briefing]) -> str:
    words = _words(ctx)
    text = words["owed"].format(what=words[promise.kind], due=_clock(promise.due, ctx))
    return text + (words["is_late"] if promise.due <= ctx.now else "")


def _near_items(client: Client, today: date, words: dict[str, str]) -> Iterator[tuple[tuple[bool, int], Item]]:
    """Each with what it is sorted by: what is ahead before what is over, the nearest first."""
    for near in near_dates(client, today, ahead=_AHEAD, behind=_BEHIND):
        if near.days < 0 and near.away:
            continue
        step = "" if near.away else words["ask_how_it_was" if near.days < 0 else "ask_about_it"]
        what = words["away"].format(what=near.what) if near.away else near.what
        item = Item(text=what, client=client.key, detail=_when(near, today, words), step=step)
        yield (near.days < 0, abs(near.days)), item
    for deadline in deadlines_of(client, today, ahead=_AHEAD):
        text = words["deadline"].format(project=deadline.project)
        mark = Mark.DUE if deadline.days == 0 else Mark.PLAIN
        item = Item(text=text, client=client.key, mark=mark, detail=_day(deadline.on, today, words))
        yield (False, deadline.days), item


def _date(near: NearDate, today: date, words: dict[str, str]) -> str:
    name = "date_away" if near.away else "date_over" if near.days < 0 else "date"
    return words[name].format(what=near.what, when=_when(near, today, words))


def _when(near: NearDate, today: date, words: dict[str, str]) -> str:
    """The day; of several days all while they are ahead, then the last."""
    if near.first == near.last or near.days < 0:
        return _day(near.last, today, words)
    last = _day_name(near.last, today, words)
    if near.days == 0:
        return words["until"].format(day=last)
    return words["from_to"].format(first=_day_name(near.first, today, words), last=last)


def _deadline(deadline: Deadline, today: date, words: dict[str, str]) -> str:
    return words["due"].format(what=deadline.project, when=_day(deadline.on, today, words))


def _day(day: date, today: date, words: dict[str, str]) -> str:
    name = _day_name(day, today, words)
    return name if abs((day - today).days) <= 1 else words["on"].format(day=name)


def _day_name(day: date, today: date, words: dict[str, str]) -> str:
    """As one says it: the weekday within a week, else the date."""
    days = (day - today).days
    if abs(days) <= 1:
        return words[("yesterday", "today", "tomorrow")[days + 1]]
    return words["weekdays"].split()[day.weekday()] if 1 < days < 7 else words["plain_date"].format(day=day)


def _list(texts: list[str], words: dict[str, str]) -> str:
    """The first few, and how many more there are."""
    shown = "; ".join(texts[:_MOST])
    return shown if len(texts) <= _MOST else words["and_more"].format(shown=shown, count=len(texts) - _MOST)


def _clock(instant: datetime, ctx: Context[Briefing]) -> str:
    """The owner's local time, with the day where that is not today."""
    local = instant.astimezone(ZoneInfo(ctx.owner.timezone))
    today, words = ctx.worktime.local_date(ctx.now), _words(ctx)
    if local.date() == today:
        return words["time"].format(local=local)
    return words["day_and_time"].format(day=_day(local.date(), today, words), time=words["time"].format(local=local))


def _words(ctx: Context[Briefing]) -> dict[str, str]:
    return _GERMAN if ctx.owner.language == "de" else _ENGLISH


_ENGLISH = {
    "first_mail": "{client}: the report is due at {due}.",
    "first_call": "{client}: the call is due at {due}.",
    "with": "With {who}.",
    "there": "{time:%H:%M} there",
    "incidents": "Open incident: {what}; nothing automatic goes to them.",
    "is_complaint": "a complaint",
    "is_deadline_missed": "a missed deadline",
    "is_promise_late": "a late promise",
    "waiting": "Waiting for your answer: {what}.",
    "asked": "“{subject}” (asked {day})",
    "no_subject": "(no subject)",
    "promised": "You promised: {what}.",
    "owed": "{what} at {due}",
    "is_late": ", which is late",
    PromiseKind.REPORT: "the report",
    PromiseKind.ANSWER: "an answer",
    "ask": "Near: {what}.",
    "date": "{what} {when}, ask about it",
    "due": "{what} {when}",
    "date_over": "{what} was {when}, ask how it went",
    "date_away": "{what}, they are away {when}",
    "deadlines": "Deadline: {what}.",
    "call": "Last call, {day}: {text}",
    "noted": "Noted {day}: {text}",
    "notes": "In your file: {text}",
    "more": "All of it: whiteglove clients {key}",
    "and_more": "{shown}; {count} more",
    "today": "today",
    "tomorrow": "tomorrow",
    "yesterday": "yesterday",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "on": "on {day}",
    "plain_date": "{day:%Y-%m-%d}",
    "time": "{local:%H:%M}",
    "day_and_time": "{time} {day}",
    "until": "until {day}",
    "from_to": "{first} to {last}",
    "title": "Dates near",
    "quiet": "no date is near",
    "ask_about_it": "ask about it",
    "ask_how_it_was": "ask how it was",
    "away": "{what}: they are away",
    "deadline": "deadline of {project}",
}
_GERMAN = {
    "first_mail": "{client}: Der Bericht ist {due} fällig.",
    "first_call": "{client}: Der Anruf ist {due} fällig.",
    "with": "Mit {who}.",
    "there": "dort ist es dann {time:%H:%M} Uhr",
    "incidents": "Offener Vorfall: {what}; dorthin geht nichts automatisch.",
    "is_complaint": "eine Beschwerde",
    "is_deadline_missed": "ein verpasster Termin",
    "is_promise_late": "eine überfällige Zusage",
    "waiting": "Wartet auf Antwort: {what}.",
    "asked": "„{subject}“ (gefragt {day})",
    "no_subject": "(ohne Betreff)",
    "promised": "Zugesagt: {what}.",
    "owed": "{what}, {due}",
    "is_late": ", überfällig",
    PromiseKind.REPORT: "der Bericht",
    PromiseKind.ANSWER: "eine Antwort",
    "ask": "Steht an: {what}.",
    "date": "{what} {when}, darauf eingehen",
    "due": "{what} {when}",
    "date_over": "{what} war {when}, nachfragen, wie es war",
    "date_away": "{what}, abwesend {when}",
    "deadlines": "Termin: {what}.",
    "call": "Letzter Anruf, {day}: {text}",
    "noted": "Notiert {day}: {text}",
    "notes": "In der Kundendatei: {text}",
    "more": "Alles Weitere: whiteglove clients {key}",
    "and_more": "{shown}; {count} weitere",
    "today": "heute",
    "tomorrow": "morgen",
    "yesterday": "gestern",
    "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "on": "am {day}",
    "plain_date": "{day:%d.%m.%Y}",
    "time": "um {local:%H:%M} Uhr",
    "day_and_time": "{day} {time}",
    "until": "bis {day}",
    "from_to": "{first} bis {last}",
    "title": "Nahe Termine",
    "quiet": "kein Termin steht an",
    "ask_about_it": "darauf eingehen",
    "ask_how_it_was": "nachfragen, wie es war",
    "away": "{what}: abwesend",
    "deadline": "Termin für {project}",
}
