"""Putting an event before the plugins, one by one; whatever goes wrong in one of them stays with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from whiteglove.actions import Hold, Reply, Verdict
from whiteglove.clients import Client
from whiteglove.desk.contexts import Contexts
from whiteglove.desk.hydrate import hook_of
from whiteglove.errors import PluginError
from whiteglove.events import (
    ClientReturned,
    ContactExceeded,
    Event,
    MessageReceived,
    ObligationEvent,
    OwnerSent,
    WarningRaised,
)
from whiteglove.host import Host
from whiteglove.ledger import Mail
from whiteglove.log import Journal
from whiteglove.message import Guess, RecordedMessage
from whiteglove.ports import Clock
from whiteglove.settle import Proposal, Settlement, settle, strictest
from whiteglove.store.events import EventRow
from whiteglove.store.health import SUSPENDED

Reviews = Mapping[str, Verdict]
REVIEW_FAILED = "review_failed"
"""Why a mail is held that a plugin was to look at and could not; the plugin's name follows after a colon."""


def message_of(event: Event) -> int | None:
    """The row of the message that an event is about, None where it is about none."""
    match event:
        case MessageReceived() | OwnerSent() | ContactExceeded() | ClientReturned():
            return event.message.row
        case ObligationEvent():
            return event.obligation.message
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Failure:
    """One plugin has not handled the event. It is no fault of the plugin's last call where it is `suspended`."""

    plugin: str
    error: str
    suspended: bool = False


class Plugins:
    """The enabled plugins as the desk sees them."""

    def __init__(self, host: Host, contexts: Contexts, journal: Journal, clock: Clock) -> None:
        self._host = host
        self._contexts = contexts
        self._journal = journal
        self._clock = clock

    @property
    def vote(self) -> bool:
        """Whether any plugin wants to say what messages are about."""
        return bool(self._host.listeners("classify"))

    def listeners(self, row: EventRow) -> tuple[str, ...]:
        """Whom this event is for, in order. What a plugin asked for itself is for no other."""
        hook = hook_of(row.type)
        names = self._host.listeners(hook) if hook else ()
        return tuple(name for name in names if row.details.get("plugin", name) == name)

    def are_resting(self, row: EventRow, handled: Mapping[str, str], now: datetime) -> bool:
        """Whether everybody who has not handled the event yet is suspended, so that nobody can be asked."""
        left = [name for name in self.listeners(row) if name not in handled]
        return bool(left) and all(self._host.is_suspended(name, now) for name in left)

    def ask(
        self, event: Event, row: EventRow, handled: Mapping[str, str], now: datetime, *, answered: bool
    ) -> tuple[Settlement, list[str], list[Failure]]:
        """Call the hook in every plugin that has not handled the event yet: what is agreed, who is done, who failed.

        A plugin that wants something that makes no sense here has failed as a whole, so that a later attempt does not
        do a part of it twice.
        """
        hook = hook_of(row.type)
        assert hook is not None
        proposals: list[Proposal] = []
        failures: list[Failure] = []
        for plugin in self.listeners(row):
            if plugin in handled:
                continue
            if self._host.is_suspended(plugin, now):
                failures.append(Failure(plugin, SUSPENDED, suspended=True))
                continue
            try:
                actions = self._host.call(plugin, hook, now, event=event, ctx=self._contexts.of(plugin, now, row.row))
            except PluginError as error:
                failures.append(Failure(plugin, str(error)))
            else:
                proposals.append(Proposal(plugin, tuple(actions or ())))
        refused = self._refused(event, proposals, now)
        for plugin, text in refused.items():
            self._journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=text, event_id=row.row)
            failures.append(Failure(plugin, text))
        sound = [proposal for proposal in proposals if proposal.plugin not in refused]
        agreed = _agreed(event, sound, answered=answered)
        return agreed, [proposal.plugin for proposal in sound], failures

    def review(
        self, event: Event, replies: Sequence[tuple[str, Reply]], mail_of: Callable[[str, Reply], Mail], now: datetime
    ) -> Reviews:
        """Show each reply to every plugin that reviews; what goes wrong there holds the mail."""
        reviewers = self._host.listeners("review")
        return {
            plugin: strictest(self._verdict(reviewer, mail_of(plugin, action), event, now) for reviewer in reviewers)
            for plugin, action in replies
        }

    def votes(self, message: RecordedMessage, text: str | None, client: Client) -> Sequence[Guess]:
        """What the plugins think a message wants; one that fails has no vote."""
        now = self._clock.now()
        votes: list[Guess] = []
        for plugin in self._host.listeners("classify"):
            if self._host.is_suspended(plugin, now):
                continue
            context = self._contexts.of(plugin, now)
            try:
                votes += self._host.call(
                    plugin, "classify", now, message=message, text=text, client=client, ctx=context
                )
            except PluginError:
                # The host has counted and told it.
                continue
        return votes

    def _verdict(self, reviewer: str, mail: Mail, event: Event, now: datetime) -> Verdict | None:
        context = self._contexts.of(reviewer, now, event.id)
        try:
            verdict: Verdict | None = self._host.call(reviewer, "review", now, mail=mail, event=event, ctx=context)
        except PluginError:
            return Hold(reason=f"{REVIEW_FAILED}:{reviewer}")
        return verdict

    def _refused(self, event: Event, proposals: Sequence[Proposal], now: datetime) -> dict[str, str]:
        trial = _agreed(event, proposals, answered=False)
        refused = dict(trial.refused)
        for plugin, forward in trial.forwarded:
            if fault := self._contexts.objection(forward, now):
                refused[plugin] = fault
        if isinstance(event, WarningRaised):
            # A warning about a warning would never end.
            refused |= {plugin: "a Warn is not possible in on_warning" for plugin, _ in trial.warnings}
        return refused


def _agreed(event: Event, proposals: Sequence[Proposal], *, answered: bool) -> Settlement:
    return settle(
        proposals,
        about_message=isinstance(event, MessageReceived),
        answered=answered,
        has_message=message_of(event) is not None,
        in_sent=isinstance(event, OwnerSent),
    )
