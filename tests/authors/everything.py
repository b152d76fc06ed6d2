"""A plugin that implements every hook and knows every action: what an author's own type checker has to understand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    Approve,
    CancelWake,
    Client,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Context,
    Day,
    Draft,
    DraftSeen,
    Drop,
    Duration,
    Event,
    Flag,
    Forget,
    Forward,
    Guess,
    Hold,
    IncidentKind,
    IncidentOpened,
    IncidentResolved,
    IncidentState,
    IncidentUpdated,
    Item,
    KeepPromise,
    Kind,
    Ledger,
    Mail,
    MailBounced,
    MailboxLost,
    MailboxRecovered,
    MailFailed,
    MailSent,
    Mark,
    Memory,
    MessageReceived,
    Move,
    MovePromise,
    Note,
    Notify,
    NoWorkingTimeError,
    ObligationAnswered,
    ObligationOpened,
    ObligationOverdue,
    OpenIncident,
    OwnerSent,
    Place,
    PluginInfo,
    PluginSettings,
    Post,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    PromiseMoved,
    RecordedMessage,
    Remember,
    Reply,
    Schedule,
    ScheduleFired,
    Section,
    SendSummary,
    Severity,
    TimeOfDay,
    TimerFired,
    UpdateIncident,
    Verdict,
    WakeAt,
    Warn,
    WarningRaised,
    Weekday,
    Withdraw,
    Words,
    WorkingTime,
    hookimpl,
    shortened,
)


class Everything(PluginSettings):
    after: Duration = Field(default=timedelta(hours=2))
    at: TimeOfDay = time(8)
    weekly: Weekday = 0


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Does a little of everything.", Everything, requires="1")


@hookimpl
def schedules(ctx: Context[Everything]) -> Iterable[Schedule]:
    return [Schedule(name="daily", at=ctx.config.at, weekdays=frozenset({ctx.config.weekly}))]


@hookimpl
def classify(
    message: RecordedMessage, text: str | None, client: Client, ctx: Context[Everything]
) -> Iterable[Guess] | None:
    return [Guess(Kind.BILLING, 0.9, "invoice")] if text and "invoice" in text else None


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Everything]) -> Actions:
    found: list[Action] = [
        Reply(reason="x", template="x", tells=PromiseKind.REPORT, delay=ctx.config.after, values={"a": [1, None]}),
        Warn(reason="x", key="x", text=said(ctx.words, event.message.subject), urgency="today"),
        Remember(reason="x", key=event.client.key, value={"row": event.message.row}, until=ctx.now + timedelta(days=1)),
        Flag(reason="x", flag="$Label1"),
        Move(reason="x", folder="Archive"),
        Forward(reason="x", message=event.message.row, to=ctx.book.team[0].address, brief="x"),
    ]
    return found if event.person is not None and not event.history else None


def said(words: Words, subject: str) -> str:
    return words("said", subject=words.quoted(shortened(subject)))


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[Everything]) -> Iterator[Action]:
    yield Forget(reason="x", key=event.client.key)
    yield KeepPromise(reason="x", client=event.client.key, evidence="command")


@hookimpl
def on_draft(event: DraftSeen, ctx: Context[Everything]) -> Actions:
    return [Note(reason="x")] if event.draft.others else None


@hookimpl
def on_delivery(event: MailSent | MailFailed | MailBounced, ctx: Context[Everything]) -> Actions:
    return (Note(reason=str(event.mail.state)),)


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Everything]
) -> Actions:
    when = free(ctx.worktime, ctx.ledger, event.client) if isinstance(event, PromiseLate) else None
    return [MovePromise(reason="x", client=event.client.key, to=when)] if when is not None else None


def free(worktime: WorkingTime, ledger: Ledger, client: Client) -> datetime | None:
    after = ledger.next_report(client.key)
    try:
        return worktime.add(after, timedelta(hours=1)) if after is not None else None
    except NoWorkingTimeError:
        return None


@hookimpl
def on_obligation(
    event: ObligationOpened | ObligationAnswered | ObligationOverdue, ctx: Context[Everything]
) -> Actions:
    key = f"waits:{event.obligation.row}"
    match event:
        case ObligationOpened():
            return [WakeAt(reason="x", key=key, at=ctx.now + ctx.config.after, value=event.client.key)]
        case ObligationAnswered():
            return [CancelWake(reason="x", key=key), Withdraw(reason="x", key=key)]
        case _:
            return [Draft(reason="x", key=key, client=event.client.key, template="x", subject="y", brief="z")]


@hookimpl
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Context[Everything]) -> Actions:
    if max(event.incident.severity, Severity.SERIOUS, key=Severity.rank) is Severity.GRAVE:
        return [UpdateIncident(reason="x", incident=event.incident.row, state=IncidentState.ACKNOWLEDGED)]
    return [OpenIncident(reason="x", client=event.client.key, kind=IncidentKind.COMPLAINT, matter="x")]


@hookimpl
def on_client(event: ContactExceeded | ClientQuiet | ClientReturned | ClientNoted, ctx: Context[Everything]) -> Actions:
    minutes = event.note.minutes if isinstance(event, ClientNoted) else None
    return [Post(reason="x", url="https://hooks.vale.example", body={"minutes": minutes}, signed_with={"env": "KEY"})]


@hookimpl
def on_mailbox(event: MailboxLost | MailboxRecovered, ctx: Context[Everything]) -> Actions:
    ctx.log.info("seen", mailbox=event.mailbox)
    return None


@hookimpl
def on_warning(event: WarningRaised, ctx: Context[Everything]) -> Actions:
    return [Notify(reason="x", title=event.key, text=event.text, to=({"env": "PHONE"},))]


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Everything]) -> Actions:
    return [Note(reason="x")] if event.value is not None and known(ctx.memory, event.key) else None


def known(memory: Memory, key: str) -> bool:
    return memory.get(key) is not None or bool(memory.items("waits:"))


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[Everything]) -> Actions:
    return [SendSummary(reason="x", date=ctx.worktime.local_date(event.due))]


@hookimpl
def review(mail: Mail, event: Event, ctx: Context[Everything]) -> Verdict | None:
    if mail.client is None:
        return None
    if ctx.ledger.open_incidents(mail.client):
        return Drop(reason="open")
    return Hold(reason="x", until=ctx.now + timedelta(hours=1)) if mail.rehearsed else Approve()


@hookimpl
def summarise(day: Day, ctx: Context[Everything]) -> Section | None:
    return Section(title="x", place=Place.OTHER, items=(Item(text=f"{day.date}", mark=Mark.OK),))
