"""From a row to the event that plugins see, for every type of event there is."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from benches import BIRCH, QUESTION, STATUS, TUESDAY_REPORT, acme, plugin
from whiteglove import events as event_types
from whiteglove.desk.hydrate import hook_of, hydrate
from whiteglove.errors import SubmissionError
from whiteglove.events import Event, ObligationEvent, PromiseEvent
from whiteglove.hookspecs import Schedule
from whiteglove.ledger import MailState
from whiteglove.store import events
from whiteglove.store.events import EventRow
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

TYPES = [
    kind
    for kind in vars(event_types).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind not in (Event, PromiseEvent, ObligationEvent)
]
HOOKS = ("on_message", "on_sent", "on_delivery", "on_promise", "on_obligation", "on_warning", "on_schedule")


class Heard:
    """A plugin that remembers every event it sees."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def plugin(self) -> object:
        return plugin(
            "heard",
            schedules=lambda ctx: [Schedule(name="tick", every=timedelta(hours=3))],
            **{hook: lambda event: self.events.append(event) for hook in HOOKS},
        )

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if type(event) is kind]


def test_every_type_of_event_reaches_its_hook_with_what_it_is_about() -> None:
    heard = Heard()
    beside = {"heard": heard.plugin()}
    with Bench(acknowledge, beside=beside, delay="0s", clients={"acme": acme(), "birch": BIRCH}) as bench:
        bench.receive(STATUS)
        bench.owner_sends("All is well.", answers="bench.1@elsewhere.example")
        bench.advance(days=1, hours=6, seconds=1)
        bench.advance(minutes=31)
        bench.owner_sends("Here it is.", subject="Report")
        bench.receive(QUESTION, sender="Jutta <jutta@birch.example>")
        bench.world.server.answer(SubmissionError("permanent", "550 no such user", code=550))
        bench.receive(STATUS, sender="Jutta <jutta@birch.example>", subject="How far")
        bench.receive(STATUS, sender="Ada <ada@acme.example>", subject="How far")
        bench.advance(days=6)
        bench.advance(days=2)
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


def test_each_type_has_a_hook() -> None:
    assert {hook_of(kind.__name__) for kind in TYPES} == set(HOOKS)


def test_what_only_the_core_hears_has_none() -> None:
    assert hook_of("PromisePassed") is None
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
