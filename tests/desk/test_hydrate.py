"""From a row to the event that plugins see, for every type of event there is."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from benches import BIRCH, FRIDAY_REPORT, QUESTION, STATUS, TUESDAY_REPORT, acme, plugin
from whiteglove import events as event_types
from whiteglove.actions import Action, OpenIncident, UpdateIncident, WakeAt
from whiteglove.desk.hydrate import hook_of, hydrate
from whiteglove.errors import SubmissionError
from whiteglove.events import Event, IncidentEvent, ObligationEvent, PromiseEvent
from whiteglove.hookspecs import Schedule
from whiteglove.ledger import IncidentKind, IncidentState, MailState
from whiteglove.store import events
from whiteglove.store.events import EventRow
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

TYPES = [
    kind
    for kind in vars(event_types).values()
    if isinstance(kind, type)
    and issubclass(kind, Event)
    and kind not in (Event, PromiseEvent, ObligationEvent, IncidentEvent)
]
HOOKS = (
    "on_message", "on_sent", "on_draft", "on_delivery", "on_promise", "on_obligation", "on_incident", "on_client",
    "on_mailbox", "on_warning", "on_timer", "on_schedule",
)  # fmt: skip


class Heard:
    """A plugin that remembers every event it sees."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def plugin(self) -> object:
        def hear(event: Event) -> list[Action]:
            return _hear(self.events, event)

        return plugin(
            "heard",
            schedules=lambda ctx: [Schedule(name="tick", every=timedelta(hours=3))],
            **dict.fromkeys(HOOKS, hear),
        )

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if type(event) is kind]


def _hear(seen: list[Any], event: Event) -> list[Action]:
    """Remember the event; of each obligation an incident is made, updated and resolved, and the owner's first mail sets
    a timer."""
    seen.append(event)
    match event:
        case event_types.ObligationOpened():
            kind = IncidentKind.COMPLAINT
            return [OpenIncident(reason="heard", client=event.client.key, kind=kind, matter=f"thread:{event.id}")]
        case event_types.OwnerSent():
            return [WakeAt(reason="heard", key="later", at=event.at + timedelta(hours=1), value={"row": event.id})]
        case event_types.IncidentOpened():
            return [UpdateIncident(reason="heard", incident=event.incident.row)]
        case event_types.IncidentUpdated():
            resolved = IncidentState.RESOLVED
            return [UpdateIncident(reason="heard", incident=event.incident.row, state=resolved)]
    return []


def test_every_type_of_event_reaches_its_hook_with_what_it_is_about() -> None:
    heard = Heard()
    beside = {"heard": heard.plugin()}
    limited = {"acme": acme('contact_limit = "1 per day"', 'quiet_after = "7d"'), "birch": BIRCH}
    with Bench(acknowledge, beside=beside, delay="0s", clients=limited) as bench:
        bench.receive(STATUS)
        bench.owner_sends("All is well.", answers="bench.1@elsewhere.example")
        bench.advance(days=1, hours=6, seconds=1)
        bench.advance(minutes=31)
        bench.owner_sends("Here it is.", subject="Report")
        bench.receive(QUESTION, sender="Jutta <jutta@birch.example>")
        bench.world.server.answer(SubmissionError("permanent", "550 no such user", code=550))
        bench.receive(STATUS, sender="Jutta <jutta@birch.example>", subject="How far")
        bench.receive(STATUS, sender="Ada <ada@acme.example>", subject="How far")
        bench.receive(QUESTION, sender="Ada <ada@acme.example>", subject="How far")
        bench.advance(days=6)
        bench.advance(days=2)
        bench.receive(QUESTION)
        with bench.store.write() as tx:
            events.add(tx, "MailBounced", bench.clock.now(), 1, {"status": "5.1.1"})
            events.add(tx, "PromiseMoved", bench.clock.now(), 1, {"was_due": FRIDAY_REPORT.isoformat()})
            events.add(tx, "MailboxLost", bench.clock.now(), details={"mailbox": "studio", "code": "timeout"})
            events.add(tx, "MailboxRecovered", bench.clock.now(), details={"mailbox": "studio"})
        bench.run()
        bench.owner_drafts("No.", to="Ada <ada@acme.example>")
        bench.notes_call(text="Wants blue", outbound=False)
        bench.run()
        assert bench.failures == []

    missing = {kind.__name__ for kind in TYPES} - {type(event).__name__ for event in heard.events}
    assert missing == set()
    for event in heard.events:
        assert event.id > 0
        assert event.at.utcoffset() == timedelta(0)
    received = heard.of(event_types.MessageReceived)[0]
    assert (received.text, received.client.key, received.person.name) == (STATUS, "acme", "Wile Coyote")
    assert received.message.classification.kind == "status_request"
    assert received.obligation.message == received.message.row
    first, second = heard.of(event_types.OwnerSent)
    assert (first.kept, [owed.thread for owed in first.answered]) == (None, [received.message.thread])
    assert second.kept.due == TUESDAY_REPORT
    assert second.person.name == "Wile Coyote"
    assert heard.of(event_types.PromiseKept)[0].promise.late is True
    failed = heard.of(event_types.MailFailed)[0]
    assert (failed.mail.state, "550" in failed.error) == (MailState.FAILED, True)
    assert heard.of(event_types.MailSent)[0].mail.to.address == "wile@acme.example"
    assert heard.of(event_types.ScheduleFired)[0].name == "tick"
    bounced = heard.of(event_types.MailBounced)[0]
    assert (bounced.mail.state, bounced.status) == (MailState.FAILED, "5.1.1")
    opened, updated, resolved = (
        heard.of(kind)[0].incident
        for kind in (event_types.IncidentOpened, event_types.IncidentUpdated, event_types.IncidentResolved)
    )
    assert (opened.client, opened.state, updated.state, resolved.state) == ("acme", "opened", "opened", "resolved")
    assert [len(incident.entries) for incident in (opened, updated, resolved)] == [1, 2, 3]
    contact = heard.of(event_types.ContactExceeded)[0]
    assert (contact.client.key, contact.count, contact.limit.count) == ("acme", 2, 1)
    assert contact.message.author.address == "ada@acme.example"
    (quiet,) = heard.of(event_types.ClientQuiet)
    (returned,) = heard.of(event_types.ClientReturned)
    # Half of what was agreed: there were incidents.
    assert (quiet.client.key, quiet.usual) == ("acme", timedelta(days=3, hours=12))
    assert (returned.client.key, returned.message.subject, returned.since) == ("acme", "Catalogue", quiet.since)
    (draft,) = heard.of(event_types.DraftSeen)
    assert (draft.client.key, draft.person.name, draft.text.strip()) == ("acme", "Ada Birdwell", "No.")
    (noted,) = heard.of(event_types.ClientNoted)
    assert (noted.client.key, noted.note.text, noted.note.call, noted.note.outbound) == (
        "acme", "Wants blue", True, False,
    )  # fmt: skip
    (lost,) = heard.of(event_types.MailboxLost)
    assert (lost.mailbox, lost.code) == ("studio", "timeout")
    (recovered,) = heard.of(event_types.MailboxRecovered)
    assert recovered.mailbox == "studio"
    timer = heard.of(event_types.TimerFired)[0]
    assert (timer.key, timer.due, timer.value) == ("later", first.at + timedelta(hours=1), {"row": first.id})
    (moved,) = heard.of(event_types.PromiseMoved)
    assert (moved.client.key, moved.promise.row, moved.was_due) == ("acme", 1, FRIDAY_REPORT)


def test_each_type_has_a_hook() -> None:
    assert {hook_of(kind.__name__) for kind in TYPES} == set(HOOKS)


def test_what_only_the_core_hears_has_none() -> None:
    assert hook_of("PromisePassed") is None
    assert hook_of("TeamAnswered") is None
    assert hook_of("DelegationLapsed") is None
    assert hook_of("PromiseOverdue") is None


def test_an_unknown_type_is_a_defect() -> None:
    with pytest.raises(ValueError, match="no event is called 'Earthquake'"):
        hook_of("Earthquake")


def test_events_of_a_client_who_left_concern_nobody() -> None:
    heard = Heard()
    with Bench(heard.plugin(), clients={"acme": acme(), "birch": BIRCH}) as bench:
        bench.receive(QUESTION)
        with bench.store.read() as tx:
            rows = [events.of_subject(tx, kind, 1)[0] for kind in ("MessageReceived", "ObligationOpened")]
        bench.restart(clients={"birch": BIRCH})
        with bench.store.read() as tx:
            for row in rows:
                names = [field.name for field in fields(EventRow)]
                stored = EventRow(**{name: getattr(row, name) if name != "details" else {} for name in names})
                assert hydrate(tx, stored, bench.settings.book) is None


def test_a_promise_that_is_due_is_seen_while_it_is_still_open() -> None:
    heard = Heard()
    with Bench(acknowledge, beside={"heard": heard.plugin()}, delay="0s", clients={"acme": acme()}) as bench:
        bench.receive(STATUS)
        bench.advance(days=1, hours=6)
    (due,) = heard.of(event_types.PromiseDue)
    (late,) = heard.of(event_types.PromiseLate)
    assert (due.promise.state, late.promise.state) == ("open", "late")
    assert due.at == TUESDAY_REPORT
