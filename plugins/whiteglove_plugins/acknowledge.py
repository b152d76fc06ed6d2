"""Tell clients at once when they will hear next, and the owner at once what cannot wait.

Who asks how things stand gets the time of the next report. A complaint is never answered by a machine on its own: it is
put before the owner. What must not be sent for other reasons (told already, a word broken, limits) is not decided here;
the core withholds it, whatever a plugin wants.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from whiteglove import (
    Actions,
    Context,
    Duration,
    Kind,
    MessageReceived,
    Note,
    PluginInfo,
    PluginSettings,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    Reply,
    Warn,
    hookimpl,
    shortened,
)

_MACHINE = {Kind.AUTO_REPLY, Kind.BOUNCE, Kind.LIST, Kind.CALENDAR, Kind.RECEIPT, Kind.MACHINE_REPORT, Kind.SPAM}
_GRAVE = {Kind.COMPLAINT, Kind.DEADLINE_MISSED}
_ASKS = {Kind.QUESTION, Kind.SCHEDULING, Kind.BILLING, Kind.NEW_WORK, Kind.SCOPE_CHANGE, Kind.URGENT_REQUEST}

Answerable = Literal[
    "status_request", "question", "scheduling", "billing", "new_work", "scope_change", "urgent_request"
]


class Acknowledge(PluginSettings):
    """The keys of `[plugins.acknowledge]`."""

    delay: Duration = Field(
        default=timedelta(minutes=3), description="Counted from arrival; your own quick answer cancels it."
    )
    answer: tuple[Answerable, ...] = Field(
        default=("status_request",),
        description="Which kinds get an answer; also question scheduling billing new_work scope_change urgent_request.",
    )
    complaints: Literal["silent", "receipt"] = Field(
        default="silent", description="silent; or receipt: one calm line with the time of your personal answer."
    )
    sure: float = Field(default=0.8, ge=0, le=1, description="How sure the classifier must be, from 0 to 1.")
    calendar: bool = Field(default=True, description="Attach the time as a calendar entry.")


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Answers status requests with the exact time of the next report.", Acknowledge)


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Acknowledge]) -> Actions:
    """Decide by the first line that fits; the order is the policy."""
    found = event.message.classification
    kinds = set(found.kinds) if found else set()
    if event.history:
        return [Note(reason="history")]
    if not event.message.verdicts.human or kinds & _MACHINE:
        return [Note(reason="machine")]
    if found is None or found.abstained:
        return [Note(reason="abstained")]
    if kinds & _GRAVE:
        return [_warn(event, ctx, "complaint"), _calm(event, ctx.config)]
    urgent = [_warn(event, ctx, "urgent_request")] if Kind.URGENT_REQUEST in kinds else []
    return [*urgent, _answer(event, ctx, found.kinds, found.confidence)]


@hookimpl
def on_promise(event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken, ctx: Context[Acknowledge]) -> Actions:
    """A late or broken promise is the owner's to mend, and theirs to know at once."""
    if isinstance(event, PromiseLate):
        text = "promise_late"
    elif isinstance(event, PromiseBroken):
        text = "promise_broken"
    else:
        return None
    promise = event.promise
    said = ctx.words(
        f"{text}_{promise.kind}",
        client=event.client.name,
        due=ctx.words.when(promise.due),
        late=ctx.words.number((ctx.now - promise.due) / timedelta(hours=1), 0),
    )
    return [Warn(reason=text, key=f"{text}:{promise.row}", client=event.client.key, text=said)]


def _answer(
    event: MessageReceived, ctx: Context[Acknowledge], kinds: tuple[Kind, ...], confidence: float
) -> Reply | Note:
    config = ctx.config
    status = Kind.STATUS_REQUEST in kinds
    if status and confidence >= config.sure and Kind.STATUS_REQUEST in config.answer:
        return _next_report(event, ctx)
    asked = [kind for kind in kinds if kind in _ASKS]
    if chosen := next((kind for kind in asked if kind in config.answer), None):
        return _answer_by(event, config, chosen)
    if status:
        return Note(reason="unsure" if confidence < config.sure else Kind.STATUS_REQUEST)
    return Note(reason=asked[0] if asked else kinds[0])


def _next_report(event: MessageReceived, ctx: Context[Acknowledge]) -> Reply | Note:
    """The time of the next report; where there is no cadence, the time by which the owner answers."""
    if ctx.ledger.next_report(event.client.key) is None:
        return _answer_by(event, ctx.config, Kind.STATUS_REQUEST)
    return Reply(
        reason=Kind.STATUS_REQUEST,
        template="next_report",
        again="next_report_again",
        tells=PromiseKind.REPORT,
        delay=ctx.config.delay,
        calendar=ctx.config.calendar,
    )


def _answer_by(event: MessageReceived, config: Acknowledge, kind: Kind) -> Reply | Note:
    if event.obligation is None or event.obligation.due is None:
        return Note(reason="no_time_to_tell")
    return Reply(
        reason=kind, template="answer_by", again="answer_by_again", tells=PromiseKind.ANSWER, delay=config.delay
    )


def _calm(event: MessageReceived, config: Acknowledge) -> Reply | Note:
    """Silence towards who complains, unless the owner chose one calm line with the time of their own answer."""
    if config.complaints == "silent":
        return Note(reason="complaint")
    if event.obligation is None or event.obligation.due is None:
        return Note(reason="no_time_to_tell")
    return Reply(reason="complaint", template="calm_receipt", tells=PromiseKind.ANSWER, delay=config.delay)


def _warn(event: MessageReceived, ctx: Context[Acknowledge], text: str) -> Warn:
    """The fact, the time, the next step."""
    words, subject = ctx.words, ""
    message = event.message
    due = event.obligation.due if event.obligation else None
    if message.subject:
        subject = words("subject", subject=words.quoted(shortened(message.subject, 60)))
    receipt = text == "complaint" and ctx.config.complaints == "receipt"
    return Warn(
        reason=text,
        key=f"{text}:{message.row}",
        client=event.client.key,
        text=words(
            f"{text}_receipt" if receipt else text,
            client=event.client.name,
            who=event.person.name if event.person else message.author.address,
            at=words.when(message.received_at),
            subject=subject,
            by=words("by", due=words.when(due)) if due else "",
        ),
    )
