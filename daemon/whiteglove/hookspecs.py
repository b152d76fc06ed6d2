"""Every hook a plugin can implement, on one page.

A plugin is a module (or any object) whose functions carry `@hookimpl`. It implements the hooks it cares about and may
leave out arguments it does not need. Hooks are called one by one, on one thread, in the order of the plugins' sections
in the configuration; they return actions and touch nothing themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Generic, Protocol, TypeVar

import pluggy
from pydantic import BaseModel, ConfigDict

from whiteglove.actions import Actions, Json, Verdict
from whiteglove.clients import Book, Client, Owner
from whiteglove.events import (
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    DraftSeen,
    Event,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    MailBounced,
    MailboxLost,
    MailboxRecovered,
    MailFailed,
    MailSent,
    MessageReceived,
    ObligationAnswered,
    ObligationOpened,
    ObligationOverdue,
    OwnerSent,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseLate,
    PromiseMoved,
    ScheduleFired,
    TimerFired,
    WarningRaised,
)
from whiteglove.ledger import Ledger, Mail
from whiteglove.message import Guess, RecordedMessage
from whiteglove.owner_words import Words
from whiteglove.sections import Day, Section
from whiteglove.worktime import WorkingTime

GROUP = "whiteglove.plugins"

API_VERSION = "1"
"""The version of what a plugin may rely on: every name of the root, the hooks with their arguments, the fields of
events and actions. Within a version all of these may become more, and none is taken away."""

hookspec = pluggy.HookspecMarker("whiteglove")
hookimpl = pluggy.HookimplMarker("whiteglove")


class GoesAwayWarning(DeprecationWarning):
    """Something that a plugin uses goes away with a later `API_VERSION`. It works until then; the text says what to use
    instead. A hook that goes away is marked `@hookspec(warn_on_impl=GoesAwayWarning(…))`."""


class PluginSettings(BaseModel):
    """Base of a plugin's own settings: the keys of its section in the configuration. Unknown keys are errors.

    A validator that holds a name against the client book finds that as `info.context["book"]`; None on trial.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One line about the plugin, the model of its settings, and the `API_VERSION` that it was written for; a plugin for
    another one is refused with a sentence that says so. Without `requires` it is tried."""

    summary: str
    settings: type[PluginSettings] = PluginSettings
    requires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A moment that comes again: daily `at` this local time of the owner's, on these weekdays (Monday = 0), or `every`
    so often. Each is fired once, however often the daemon restarts; a moment slept through is fired late, once.

    With `at_start` it is also fired whenever the daemon starts or its configuration was read again, since the book may
    say something else then."""

    name: str
    at: time | None = None
    weekdays: frozenset[int] = field(default_factory=lambda: frozenset(range(7)))
    every: timedelta | None = None
    at_start: bool = False

    def following(self, moment: datetime, worktime: WorkingTime) -> datetime:
        """The first time of day after a moment (UTC) that this schedule names. ValueError for one without `at`."""
        if self.at is None:
            raise ValueError(f"the schedule {self.name} names no time of day")
        day = worktime.local_date(moment)
        while day.weekday() not in self.weekdays or worktime.instant(day, self.at) <= moment:
            day += timedelta(days=1)
        return worktime.instant(day, self.at)


class Memory(Protocol):
    """The plugin's own memory, read-only; `Remember` and `Forget` change it."""

    def get(self, key: str) -> Json: ...

    def items(self, prefix: str = "") -> Mapping[str, Json]: ...


class Logger(Protocol):
    """A structured logger, bound to the plugin and the event. Never log a body or an address."""

    def debug(self, event: str, **values: Any) -> Any: ...

    def info(self, event: str, **values: Any) -> Any: ...

    def warning(self, event: str, **values: Any) -> Any: ...


SettingsT = TypeVar("SettingsT", bound=PluginSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Generic[SettingsT]):
    """What a hook may read: validated settings, the ledger, the client book, working time, its memory, the clock; and
    `words`, its own texts in the owner's language."""

    plugin: str
    config: SettingsT
    now: datetime
    owner: Owner
    book: Book
    ledger: Ledger
    worktime: WorkingTime
    memory: Memory
    words: Words
    log: Logger


AnyContext = Context[Any]


@hookspec
def describe() -> PluginInfo:  # type: ignore[empty-body]
    """Say what the plugin is for and which settings it takes. Required; called once, before anything else."""


@hookspec
def schedules(ctx: AnyContext) -> Iterable[Schedule]:  # type: ignore[empty-body]
    """Name the recurring moments at which `on_schedule` is to be called. Called at start and after a reload."""


@hookspec
def classify(message: RecordedMessage, text: str | None, client: Client, ctx: AnyContext) -> Iterable[Guess] | None:
    """Vote on what a client's message wants. `text` has its quotes cut. The core weighs the votes with its own cues."""


@hookspec
def on_message(event: MessageReceived, ctx: AnyContext) -> Actions:
    """A client's message has arrived."""


@hookspec
def on_sent(event: OwnerSent, ctx: AnyContext) -> Actions:
    """The owner wrote to a client, in whatever mail program; it was seen in Sent."""


@hookspec
def on_draft(event: DraftSeen, ctx: AnyContext) -> Actions:
    """The owner has a mail to a client in Drafts, which is not sent yet."""


@hookspec
def on_delivery(event: MailSent | MailFailed | MailBounced, ctx: AnyContext) -> Actions:
    """A mail of ours was accepted, was refused for good, may or may not have gone out, or came back."""


@hookspec
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: AnyContext
) -> Actions:
    """A promised time has come, was kept, has passed, was broken, or was moved."""


@hookspec
def on_obligation(event: ObligationOpened | ObligationAnswered | ObligationOverdue, ctx: AnyContext) -> Actions:
    """A client's message waits for an answer, has it, or has waited too long."""


@hookspec
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: AnyContext) -> Actions:
    """Something went wrong with a client, something happened about it, or it is settled."""


@hookspec
def on_client(event: ContactExceeded | ClientQuiet | ClientReturned | ClientNoted, ctx: AnyContext) -> Actions:
    """A client's habits have changed: they write more often than was agreed, have fallen silent, or are back; or the
    owner noted something about them, a call for example."""


@hookspec
def on_mailbox(event: MailboxLost | MailboxRecovered, ctx: AnyContext) -> Actions:
    """A mailbox cannot be reached, or is there again."""


@hookspec
def on_warning(event: WarningRaised, ctx: AnyContext) -> Actions:
    """The owner is to be told something: a second way to tell them."""


@hookspec
def on_timer(event: TimerFired, ctx: AnyContext) -> Actions:
    """A moment that the plugin set with `WakeAt` has come. Only the plugin that set it is called."""


@hookspec
def on_schedule(event: ScheduleFired, ctx: AnyContext) -> Actions:
    """A moment the plugin asked for in `schedules` has come. Only the plugin that asked is called."""


@hookspec
def review(mail: Mail, event: Event, ctx: AnyContext) -> Verdict | None:
    """Look at a mail before it enters the outbox: `Approve`, `Hold` or `Drop`. The strictest verdict wins; a hook that
    raises or takes too long counts as `Hold`."""


@hookspec
def summarise(day: Day, ctx: AnyContext) -> Section | None:
    """Hand in the plugin's own part of the owner's daily summary, or None where it has none. Called whenever a summary
    is written, which may be more than once a day."""
