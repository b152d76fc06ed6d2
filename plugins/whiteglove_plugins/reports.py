"""See to it that every report goes out at its time, without the owner having to remember.

Before a report is due the owner is reminded, and a draft with what it needs lies in Drafts. Where a promised time
passes without the report, an honest note of two lines lies there. A client whose file is new gets a draft that says
when they will hear. Nothing here is sent to anybody: a person reads it, changes it and sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    Client,
    Context,
    Draft,
    DraftState,
    Duration,
    Json,
    Kind,
    Note,
    OwnerSent,
    PluginInfo,
    PluginSettings,
    Promise,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    PromiseMoved,
    PromiseState,
    Remember,
    Schedule,
    ScheduleFired,
    TimerFired,
    WakeAt,
    Warn,
    Withdraw,
    hookimpl,
    shortened,
)

_AHEAD = 3
"""Report times of a client that are looked at: a reminder two days ahead may come before that of an earlier report."""
_UNNOTICED = timedelta(seconds=90)
"""After the time of a report that nobody was promised: until then it is looked for in Sent."""
_TOO_LATE = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_REMEMBERED = timedelta(days=30)
_FURTHEST = 60
"""Days before a report that are looked at for a working day on which to remind of it."""
_BACK = timedelta(days=14)
"""How far back a first report looks for questions."""
_NOTE_WITHIN = timedelta(hours=4)
"""Working time after which the honest note proposes to have the report ready."""
_GRAVE = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})


class Reports(PluginSettings):
    """The keys of `[plugins.reports]`."""

    remind: tuple[Duration, ...] = Field(
        default=(timedelta(hours=24), timedelta(hours=1)),
        description="How much working time before a report is due you are reminded; a day is a working day.",
        examples=[["1d", "1h"]],
    )
    drafts: bool = Field(default=True, description="Lay drafts ready: the report itself, a note where one is late.")
    introduce: bool = Field(default=True, description="Lay a draft ready that tells a new client when they will hear.")


@dataclass(frozen=True, slots=True)
class _Reminder:
    """When the owner is to be reminded of the report due at `due`, and how much working time is left then."""

    at: datetime
    due: datetime
    left: timedelta

    def key(self, client: Client) -> str:
        return f"reminded:{client.key}:{self.due.isoformat()}:{self.left // timedelta(minutes=1)}"


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo(
        "Reminds the owner of reports, with a draft of each, and says honestly when one is late.", Reports
    )


@hookimpl
def schedules(ctx: Context[Reports]) -> Iterable[Schedule]:
    """The book may have changed, and slots come nearer."""
    return [Schedule(name="look_ahead", every=timedelta(hours=6), at_start=True)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[Reports]) -> Actions:
    clients = ctx.book.clients.values()
    return [
        action
        for client in clients
        for action in (*_introduce(client, ctx), *_outdated(client, ctx), *_wake(client, ctx))
    ]


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Reports]) -> Actions:
    """A reminder, or the look at a slot that has passed. What was moved or kept meanwhile calls for neither."""
    what, _, rest = event.key.partition(":")
    client = ctx.book.clients.get(rest.partition(":")[0])
    if client is None:
        return [Note(reason="client_left_book")]
    if what == "passed":
        unnoticed = _unnoticed(client, datetime.fromisoformat(str(event.value)), ctx)
        return [*unnoticed, *_introduce(client, ctx), *_wake(client, ctx)]
    come = [reminder for reminder in _reminders(client, ctx) if reminder.at <= ctx.now]
    done = [Remember(reason="reminded", key=one.key(client), value=True, until=one.due + _REMEMBERED) for one in come]
    # Of several that were slept through the last one says everything.
    return [*(_remind(client, come[-1], ctx) if come else ()), *done, *_wake(client, ctx, come)]


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[Reports]) -> Actions:
    """A report that was given needs no draft; one given early changes which comes next."""
    if event.kept is None or event.kept.kind is not PromiseKind.REPORT:
        return None
    return [*_clear(event.client, event.kept.due), *_wake(event.client, ctx)]


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Reports]
) -> Actions:
    if event.promise.kind is not PromiseKind.REPORT:
        return None
    client, due = event.client, event.promise.due
    match event:
        case PromiseKept():
            return [*_clear(client, due), *_introduce(client, ctx), *_wake(client, ctx)]
        case PromiseMoved(was_due=was_due):
            return [*_clear(client, was_due), *_introduce(client, ctx), *_wake(client, ctx)]
        case PromiseLate():
            return [*_late(client, event.promise, ctx), *_wake(client, ctx)]
        case _:
            return _wake(client, ctx)


def _reminders(client: Client, ctx: Context[Reports]) -> list[_Reminder]:
    """What the owner is still to be reminded of about this client's next reports, in order."""
    ahead = [due for due in ctx.ledger.next_reports(client.key, _AHEAD) if due > ctx.now]
    found = [_Reminder(_before(due, left, ctx), due, left) for due in ahead for left in ctx.config.remind]
    return [one for one in sorted(found, key=lambda one: one.at) if ctx.memory.get(one.key(client)) is None]


def _before(due: datetime, left: timedelta, ctx: Context[Reports]) -> datetime:
    """So much working time before `due`; whole days are working days, at the same time of day."""
    day = ctx.worktime.local_date(due)
    days = (day - timedelta(days=number) for number in range(1, _FURTHEST))
    working = list(islice((earlier for earlier in days if ctx.worktime.is_working_day(earlier)), left.days))
    clock = due.astimezone(ZoneInfo(ctx.owner.timezone)).time()
    at = ctx.worktime.instant(working[-1], clock) if working else due
    return ctx.worktime.subtract(at, left - timedelta(days=left.days))


def _wake(client: Client, ctx: Context[Reports], done: Sequence[_Reminder] = ()) -> list[Action]:
    """Set the client's timer to the next reminder, and one for the slot after which somebody should look. What is
    `done` right now is not in the memory yet."""
    left = [one for one in _reminders(client, ctx) if one not in done]
    timers: list[Action] = [
        WakeAt(reason="next_reminder", key=f"remind:{client.key}", at=max(one.at, ctx.now)) for one in left[:1]
    ]
    due = next((due for due in ctx.ledger.next_reports(client.key, 1) if due > ctx.now), None)
    promise = _promise(client, due, ctx) if due is not None else None
    if due is not None and (promise is None or not promise.told):
        # Of what was promised the ledger itself says when it is late.
        key = f"passed:{client.key}:{due.isoformat()}"
        timers.append(WakeAt(reason="slot_passes", key=key, at=due + _UNNOTICED, value=due.isoformat()))
    return timers


def _promise(client: Client, due: datetime, ctx: Context[Reports]) -> Promise | None:
    """What was promised, given or moved at this time."""
    known = ctx.ledger.promises(client.key, due)
    return next((one for one in known if one.kind is PromiseKind.REPORT and one.due == due), None)


def _unnoticed(client: Client, due: datetime, ctx: Context[Reports]) -> list[Action]:
    """A slot has passed that nobody was promised: where it still is one, and was not used, the owner hears of it."""
    slot = next(iter(ctx.worktime.slots(client.report, due - _MOMENT)), None)
    promise = _promise(client, due, ctx)
    is_slot = slot is not None and slot.at == due if promise is None else _was_only_planned(promise)
    if not is_slot or ctx.now > due + _TOO_LATE:
        return [Note(reason="slot_settled")]
    text = ctx.words(
        f"unnoticed_{_by(client, due, ctx)}",
        client=client.name,
        due=ctx.words.when(due, read_at=ctx.worktime.at_work(ctx.now)),
        key=client.key,
    )
    key = f"report_unnoticed:{client.key}:{due.isoformat()}"
    return [Warn(reason="report_unnoticed", key=key, text=text, urgency="today", client=client.key)]


def _was_only_planned(promise: Promise) -> bool:
    """A slot was moved to this time, nobody was told, and no report was given."""
    return not promise.told and (promise.state is PromiseState.OPEN or promise.evidence == "passed")


def _remind(client: Client, reminder: _Reminder, ctx: Context[Reports]) -> list[Action]:
    words, due = ctx.words, reminder.due
    promise, by = _promise(client, due, ctx), _by(client, due, ctx)
    drafted = ctx.config.drafts and by == "report"
    step = "step_draft" if drafted else "step_write" if by == "report" else "step_call"
    text = words(
        f"reminder_{by}",
        client=client.name,
        due=words.when(due, read_at=ctx.worktime.at_work(ctx.now)),
        promised=words("promised") if promise else "",
        open=_open(client, ctx),
        step=words(step, key=client.key),
    )
    warning = Warn(
        reason="report_due",
        key=reminder.key(client),
        text=text,
        urgency="today",
        client=client.key,
        reminds=promise.row if promise else None,
    )
    return [warning, *([_report(client, due, ctx)] if drafted else [])]


def _report(client: Client, due: datetime, ctx: Context[Reports]) -> Draft:
    """The draft of a report: what they asked, what is open between the two of you, what comes next."""
    following = next((at for at in ctx.ledger.next_reports(client.key, _AHEAD) if at > due), None)
    today = ctx.worktime.local_date(ctx.now)
    values: dict[str, Json] = {
        "subject": client.report_subject,
        "due": due.isoformat(),
        "next": following.isoformat() if following else None,
        "questions": list(_questions(client, ctx)),
        "incidents": list(_incidents(client, ctx)),
        "deadlines": [
            {"project": project.name, "on": project.deadline.isoformat()}
            for project in client.projects
            if project.deadline is not None and project.deadline >= today
        ],
    }
    return Draft(
        reason="report_due",
        key=_report_key(client, due),
        client=client.key,
        template="report",
        subject="report_subject",
        brief=_brief("brief_report", client, due, ctx),
        values=values,
        is_report=True,
        until=following,
    )


def _questions(client: Client, ctx: Context[Reports]) -> Iterator[Json]:
    """What they asked since the last report and what still waits, by its subject, each once."""
    given = [
        promise.closed_at
        for promise in ctx.ledger.promises(client.key, ctx.now - 2 * _REMEMBERED)
        if promise.kind is PromiseKind.REPORT and promise.state is PromiseState.KEPT and promise.closed_at
    ]
    since = max(given, default=ctx.now - _BACK)
    asked = {found.row: found for found in ctx.ledger.obligations(client.key, since)}
    asked |= {found.row: found for found in ctx.ledger.open_obligations(client.key)}
    seen: set[str] = set()
    for obligation in sorted(asked.values(), key=lambda found: found.opened_at):
        if _GRAVE.intersection(obligation.kinds) or set(obligation.kinds) == {Kind.STATUS_REQUEST}:
            # The first stands where it is said what went wrong, the second is answered by the report itself.
            continue
        message = ctx.ledger.message(obligation.message)
        subject = shortened(message.subject) if message else ""
        if subject and subject not in seen:
            seen.add(subject)
            yield {
                "subject": subject,
                "on": obligation.opened_at.isoformat(),
                "answered": obligation.answered_at is not None,
            }


def _incidents(client: Client, ctx: Context[Reports]) -> Iterator[Json]:
    """What went wrong and is not settled: since when, under which subject, and by when an answer was promised."""
    answers = {known.obligation: known.due for known in ctx.ledger.open_promises(client.key) if known.obligation}
    for incident in ctx.ledger.open_incidents(client.key):
        row = next((entry.message for entry in incident.entries if entry.message is not None), None)
        message = ctx.ledger.message(row) if row is not None else None
        owed = ctx.ledger.obligation_of(row) if message is not None and row is not None else None
        by = answers.get(owed.row) if owed is not None else None
        yield {
            "subject": shortened(message.subject) if message else "",
            "on": incident.opened_at.isoformat(),
            "by": by.isoformat() if by else None,
        }


def _late(client: Client, promise: Promise, ctx: Context[Reports]) -> list[Action]:
    """Two honest lines, ready to be sent, and where they lie; the draft of the report itself stays."""
    words, by = ctx.words, _by(client, promise.due, ctx)
    drafted = ctx.config.drafts and by == "report"
    step = "late_step_draft" if drafted else "late_step_write" if by == "report" else "late_step_call"
    warning = Warn(
        reason="promise_late",
        key=f"promise_late:{promise.row}",
        client=client.key,
        text=words(f"late_{by}", client=client.name, due=words.when(promise.due), step=words(step, key=client.key)),
    )
    if not drafted:
        return [warning]
    ready = _full_hour(ctx.worktime.add(ctx.now, _NOTE_WITHIN))
    return [
        warning,
        Draft(
            reason="promise_late",
            key=_late_key(client, promise.due),
            client=client.key,
            template="late",
            subject="late_subject",
            brief=_brief("brief_late", client, promise.due, ctx),
            values={"subject": client.report_subject, "due": promise.due.isoformat(), "by": ready.isoformat()},
            until=ready,
        ),
    ]


def _introduce(client: Client, ctx: Context[Reports]) -> Iterator[Action]:
    """A client file with a cadence that was not seen before: one draft that says when they will hear. As long as nobody
    has touched it, it is written anew where the first time that it names is over or is another one."""
    following = ctx.ledger.next_reports(client.key, 1) if client.report and ctx.config.introduce else ()
    until = ctx.memory.get(f"introduced:{client.key}")
    if not following or (until and not _lies_untouched(client, f"rhythm:{client.key}", ctx)):
        return
    if not isinstance(until, str):
        until = (following[0] + _REMEMBERED).isoformat()
    days: dict[tuple[str, str], list[Json]] = {}
    for slot in sorted(client.report):
        days.setdefault((f"{slot.at:%H:%M}", slot.by), []).append(slot.weekday)
    rhythm: list[Json] = [{"at": at, "by": by, "days": weekdays} for (at, by), weekdays in days.items()]
    within = client.reply_within
    yield Remember(reason="introduced", key=f"introduced:{client.key}", value=until)
    yield Draft(
        reason="rhythm",
        key=f"rhythm:{client.key}",
        client=client.key,
        template="rhythm",
        subject="rhythm_subject",
        brief=_brief("brief_rhythm", client, following[0], ctx),
        values={
            "rhythm": rhythm,
            "first": following[0].isoformat(),
            "within": _hours(within) if within else None,
        },
        until=datetime.fromisoformat(until),
    )


def _lies_untouched(client: Client, key: str, ctx: Context[Reports]) -> bool:
    """Whether this draft lies in Drafts as it was laid there, or is about to."""
    own = (draft for draft in ctx.ledger.drafts(client.key) if draft.plugin == ctx.plugin and draft.key == key)
    return any(draft.state in (DraftState.WANTED, DraftState.PLACED) for draft in own)


def _outdated(client: Client, ctx: Context[Reports]) -> Iterator[Action]:
    """What was laid ready for a time to come at which no report is due any more: the cadence or the owner's days off
    have changed."""
    due = {at.isoformat() for at in ctx.ledger.next_reports(client.key, _AHEAD)}
    for draft in ctx.ledger.drafts(client.key):
        what, _, at = draft.key.partition(f":{client.key}:")
        if draft.plugin == ctx.plugin and what == "report" and at not in due and datetime.fromisoformat(at) > ctx.now:
            yield Withdraw(reason="no_slot", key=draft.key)


def _hours(length: timedelta) -> Json:
    """Hours as one says them: 8, not 8.0."""
    hours = length / timedelta(hours=1)
    return int(hours) if hours == int(hours) else hours


def _clear(client: Client, due: datetime) -> list[Action]:
    """What was laid ready for this report is not true any more."""
    return [Withdraw(reason="report_settled", key=key) for key in (_report_key(client, due), _late_key(client, due))]


def _report_key(client: Client, due: datetime) -> str:
    return f"report:{client.key}:{due.isoformat()}"


def _brief(name: str, client: Client, due: datetime, ctx: Context[Reports]) -> str:
    """What a draft is for; by date, since the same draft wished for a day later must say the same."""
    return ctx.words(name, client=client.name, due=ctx.words.in_full(due))


def _late_key(client: Client, due: datetime) -> str:
    return f"late:{client.key}:{due.isoformat()}"


def _by(client: Client, due: datetime, ctx: Context[Reports]) -> str:
    """`call` for a report that is given by telephone, so says its slot, or every slot where it was moved to another
    time; else `report`."""
    slot = next(iter(ctx.worktime.slots(client.report, due - timedelta(microseconds=1))), None)
    if slot is not None and slot.at == due:
        return "call" if slot.by == "call" else "report"
    return "call" if client.report and all(known.by == "call" for known in client.report) else "report"


def _open(client: Client, ctx: Context[Reports]) -> str:
    """How much is open with them, in a few words."""
    words = ctx.words
    questions = words.counted("question", len(ctx.ledger.open_obligations(client.key)))
    incidents = words.counted("incident", len(ctx.ledger.open_incidents(client.key)))
    what = words("and", first=questions, second=incidents) if questions and incidents else questions or incidents
    return words("open", what=what) if what else ""


def _full_hour(instant: datetime) -> datetime:
    begun = instant.replace(minute=0, second=0, microsecond=0)
    return begun if begun == instant else begun + timedelta(hours=1)
