"""Each change of an incident comes with the event that tells of it and the line for the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from benches import COMPLAINT, acme, plugin
from whiteglove.actions import OpenIncident, UpdateIncident
from whiteglove.desk.incidents import open_incident, update_incident
from whiteglove.events import IncidentOpened, IncidentResolved, IncidentUpdated
from whiteglove.ledger import IncidentKind, IncidentState, Severity
from whiteglove.store import Store, events, incidents
from whiteglove.store.schema import events as table
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge
from whiteglove_plugins import incidents as incidents_plugin

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPEN = OpenIncident(
    reason="complaint", client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1", message=7, cue="unacceptable"
)
RESOLVE = UpdateIncident(reason="command", incident=1, state=IncidentState.RESOLVED)


@pytest.fixture
def tx() -> Iterator[sa.Connection]:
    store = Store.empty()
    with store.write() as tx:
        yield tx
    store.close()


def told(tx: sa.Connection) -> list[tuple[str, int]]:
    return [(row.type, row.subject_row) for row in tx.execute(table.select().order_by(table.c.row))]


def test_the_first_word_opens_it(tx: sa.Connection) -> None:
    line = open_incident(tx, OPEN, NOW)

    assert line == {
        "event": "incident.opened",
        "client": "acme",
        "incident": 1,
        "kind": "complaint",
        "reason": "complaint",
        "message_id": None,
    }
    assert told(tx) == [("IncidentOpened", 1)]
    (entry,) = incidents.get(tx, 1).entries
    assert (entry.at, entry.reason, entry.state, entry.message, entry.cue) == (
        NOW,
        "complaint",
        IncidentState.OPENED,
        7,
        "unacceptable",
    )


def test_a_further_word_about_the_same_is_added(tx: sa.Connection) -> None:
    open_incident(tx, OPEN, NOW)
    line = open_incident(tx, OPEN, NOW + timedelta(hours=1))

    assert (line["event"], line["incident"]) == ("incident.updated", 1)
    assert told(tx) == [("IncidentOpened", 1), ("IncidentUpdated", 1)]


def test_a_step_without_a_state_leaves_it_where_it_is(tx: sa.Connection) -> None:
    open_incident(tx, OPEN, NOW)
    update_incident(tx, UpdateIncident(reason="x", incident=1, state=IncidentState.ACKNOWLEDGED), NOW)
    line = update_incident(tx, UpdateIncident(reason="owner_wrote", incident=1, message=8), NOW)

    assert line is not None
    assert (line["event"], line["reason"]) == ("incident.updated", "owner_wrote")
    assert [entry.state for entry in incidents.get(tx, 1).entries] == ["opened", "acknowledged", "acknowledged"]
    assert told(tx)[1:] == [("IncidentUpdated", 1), ("IncidentUpdated", 1)]


def test_how_grave_a_step_was_judged_is_kept_with_it(tx: sa.Connection) -> None:
    open_incident(tx, replace(OPEN, severity=Severity.SERIOUS), NOW)
    update_incident(tx, UpdateIncident(reason="x", incident=1, severity=Severity.MINOR), NOW)

    assert [entry.severity for entry in incidents.get(tx, 1).entries] == [Severity.SERIOUS, Severity.MINOR]


def test_it_is_resolved_once(tx: sa.Connection) -> None:
    open_incident(tx, OPEN, NOW)
    line = update_incident(tx, RESOLVE, NOW)

    assert line is not None
    assert (line["event"], line["reason"]) == ("incident.resolved", "command")
    assert update_incident(tx, RESOLVE, NOW) is None
    assert told(tx) == [("IncidentOpened", 1), ("IncidentResolved", 1)]
    assert len(incidents.get(tx, 1).entries) == 2


def test_one_that_is_not_there_is_not_changed(tx: sa.Connection) -> None:
    assert update_incident(tx, RESOLVE, NOW) is None
    assert events.counts(tx)["open"] == 0


def test_plugins_open_them_and_hear_what_becomes_of_them() -> None:
    heard: list[Any] = []

    def on_message(event: Any) -> list[Any]:
        opened = OpenIncident(
            reason="complaint", client="acme", kind=IncidentKind.COMPLAINT, matter="x", message=event.message.row
        )
        return [opened, RESOLVE]

    with Bench(
        plugin(on_message=on_message, on_incident=lambda event: heard.append(event)), clients={"acme": acme()}
    ) as bench:
        bench.receive(COMPLAINT)
        assert [type(event) for event in heard] == [IncidentOpened, IncidentResolved]
        assert [event.client.name for event in heard] == ["Acme GmbH", "Acme GmbH"]
        (line,) = bench.logged("incident.opened")
        assert (line["message_id"], line["kind"]) == ("bench.1@elsewhere.example", "complaint")
        assert len(bench.logged("incident.resolved")) == 1


def test_a_step_is_heard_of_with_what_it_led_to() -> None:
    heard: list[Any] = []

    def on_message(event: Any) -> list[Any]:
        opened = OpenIncident(reason="x", client="acme", kind=IncidentKind.COMPLAINT, matter="x")
        return [opened, UpdateIncident(reason="y", incident=1, state=IncidentState.REMEDY_OFFERED)]

    with Bench(plugin(on_message=on_message, on_incident=lambda event: heard.append(event))) as bench:
        bench.receive(COMPLAINT)
    assert [type(event) for event in heard] == [IncidentOpened, IncidentUpdated]
    assert heard[1].incident.state is IncidentState.REMEDY_OFFERED


def test_with_nobody_in_the_book_there_is_none() -> None:
    opened = OpenIncident(reason="x", client="dune", kind=IncidentKind.COMPLAINT, matter="x")
    with Bench(plugin(on_message=lambda event: [opened])) as bench:
        bench.receive(COMPLAINT)
        with bench.store.read() as tx:
            assert incidents.everything(tx) == ()
        assert bench.failures == []


def resolve(bench: Bench, reason: str = "command") -> None:
    with bench.store.write() as tx:
        update_incident(tx, UpdateIncident(reason=reason, incident=1, state=IncidentState.RESOLVED), bench.clock.now())
    bench.run()


def test_what_is_settled_waits_for_no_answer_and_the_next_question_is_answered() -> None:
    with Bench(acknowledge, delay="0s", complaints="receipt", beside={"incidents": incidents_plugin}) as bench:
        bench.receive(COMPLAINT, subject="The cover")
        bench.receive("Which paper do you recommend?", subject="Paper")
        assert [promise.kind for promise in bench.promises] == ["answer"]
        resolve(bench)
        # The other question is another matter.
        (left,) = bench.obligations
        assert left.message == 2
        assert [(promise.state, promise.evidence) for promise in bench.promises] == [("kept", "command")]
        bench.advance(days=1)
        assert len(bench.receive("How are things progressing?", subject="Pages")) >= 1
        assert "complaint_open" not in bench.reasons


def test_what_goes_on_in_another_incident_is_not_settled() -> None:
    with Bench(acknowledge, beside={"incidents": incidents_plugin}) as bench:
        bench.receive(COMPLAINT, subject="The cover")
        resolve(bench, "same_matter")
        assert len(bench.obligations) == 1
