"""How grave an incident is: points from what is on record, and never less than it was."""

from __future__ import annotations

from typing import Any

import pytest

from benches import COMPLAINT, STATUS, acme
from whiteglove.actions import UpdateIncident
from whiteglove.desk.correcting import correct
from whiteglove.desk.incidents import update_incident
from whiteglove.ledger import IncidentState, Severity
from whiteglove.message import Kind
from whiteglove.store import messages
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, incidents

MISSED = "The deadline was yesterday and nothing has arrived."
LATE = '[[projects]]\nname = "Catalogue"\ndeadline = 2026-02-25\n'
HIGH = '[[projects]]\nname = "Catalogue"\nprofile = "high"\n'


def client(*lines: str, tables: str = "") -> dict[str, str]:
    return {"acme": acme(*lines) + tables}


def severity_after(*texts: str, **options: Any) -> Severity:
    """Of the one incident after these mails, all in one thread."""
    with Bench(incidents, **options) as b:
        for number, text in enumerate(texts):
            b.receive(text, answers="bench.1@elsewhere.example" if number else None)
        (incident,) = b.incidents
        return incident.severity


@pytest.mark.parametrize(
    ("options", "severity"),
    [
        ({}, Severity.MINOR),
        ({"clients": client('engagement = "retainer"')}, Severity.SERIOUS),
        ({"clients": client('engagement = "casual"')}, Severity.MINOR),
        ({"clients": client(tables=HIGH)}, Severity.SERIOUS),
        ({"clients": client(tables=LATE)}, Severity.SERIOUS),
        ({"clients": client('engagement = "permanent"', tables=LATE)}, Severity.SERIOUS),
    ],
)
def test_a_missed_deadline_is_as_grave_as_the_client_and_the_days_make_it(
    options: dict[str, Any], severity: Severity
) -> None:
    assert severity_after(MISSED, **options) is severity


def test_upset_words_and_repetition_make_it_graver() -> None:
    assert severity_after(COMPLAINT) is Severity.SERIOUS
    assert severity_after(COMPLAINT, COMPLAINT) is Severity.SERIOUS
    assert severity_after(COMPLAINT, COMPLAINT, MISSED) is Severity.GRAVE


@pytest.mark.parametrize(("days", "severity"), [(30, Severity.SERIOUS), (100, Severity.MINOR)])
def test_another_matter_counts_for_three_months(days: int, severity: Severity) -> None:
    resolve = UpdateIncident(reason="command", incident=1, state=IncidentState.RESOLVED)
    with Bench(incidents) as b:
        b.receive(MISSED)
        with b.store.write() as tx:
            update_incident(tx, resolve, b.clock.now())
        b.advance(days=days)
        b.receive(MISSED, subject="Pages")
        assert b.incidents[-1].severity is severity


def test_a_late_promise_is_minor_and_grows_with_what_becomes_of_it() -> None:
    with Bench(acknowledge, delay="0s", beside={"incidents": incidents}, clients={"acme": acme()}) as b:
        b.receive(STATUS)
        seen = []
        b.advance(days=1, hours=7)
        seen.append(b.incidents[0].severity)
        b.receive(COMPLAINT, subject="Where is it")
        seen.append(b.incidents[0].severity)
        b.advance(days=2)
        seen.append(b.incidents[0].severity)
        assert seen == [Severity.MINOR, Severity.SERIOUS, Severity.GRAVE]


def test_it_never_falls_and_each_step_says_what_it_was_judged() -> None:
    with Bench(incidents, clients=client('engagement = "retainer"', tables=LATE)) as b:
        b.receive(MISSED, subject="Invoice")
        b.receive(MISSED)
        b.restart(clients=client('engagement = "casual"'))
        b.receive(MISSED, answers="bench.2@elsewhere.example")
        _, incident = b.incidents
        assert [entry.severity for entry in incident.entries] == [Severity.GRAVE, Severity.SERIOUS]
        assert incident.severity is Severity.GRAVE
        assert "(grave)" in b.warned[-1].text


def test_what_the_owner_called_a_complaint_is_judged_and_gets_no_draft() -> None:
    files = client('engagement = "retainer"')
    with Bench(acknowledge, beside={"incidents": incidents}, toml="[plugins.incidents]", clients=files) as b:
        b.receive("The pages are on the table.")
        with b.store.write() as tx:
            correct(
                tx,
                messages.get(tx, 1),
                Kind.COMPLAINT,
                b.settings.book.clients["acme"],
                b.settings,
                b.clock.now(),
            )
        b.run()
        (incident,) = b.incidents
        assert [entry.reason for entry in incident.entries] == ["complaint", "judged"]
        assert incident.severity is Severity.SERIOUS
        assert b.drafts == []
