"""The record of incidents: one open for each matter of a client, and every step of it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from store.conftest import DAY, HOUR, MINUTE, NOW, AddMessage
from whiteglove.ledger import IncidentEntry, IncidentKind, IncidentState, Severity
from whiteglove.store import Store, incidents, messages


def entry(reason: str = "complaint", state: IncidentState = IncidentState.OPENED, **values: Any) -> IncidentEntry:
    return IncidentEntry(**{"at": NOW, "reason": reason, "state": state, **values})


def open_one(tx: sa.Connection, matter: str = "thread:1", **values: Any) -> int:
    known = {"client": "acme", "kind": IncidentKind.COMPLAINT, "at": NOW, "entry": entry(), **values}
    return incidents.open_one(tx, matter=matter, **known)[0]


def resolve(tx: sa.Connection, row: int, **values: Any) -> None:
    incidents.add(tx, row, entry("command", IncidentState.RESOLVED, **values))


def test_it_comes_back_as_it_was_opened(tx: sa.Connection) -> None:
    first = entry(message=4, promise=5, cue="very disappointed")
    row, new = incidents.open_one(
        tx, client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1", at=NOW, entry=first
    )
    found = incidents.get(tx, row)

    assert new
    assert incidents.find(tx, row) == found
    assert (found.row, found.client, found.kind, found.matter) == (row, "acme", IncidentKind.COMPLAINT, "thread:1")
    assert (found.state, found.opened_at, found.resolved_at) == (IncidentState.OPENED, NOW, None)
    assert found.entries == (first,)


def test_one_that_is_not_there(tx: sa.Connection) -> None:
    assert incidents.find(tx, 7) is None
    with pytest.raises(NoResultFound):
        incidents.get(tx, 7)


def test_the_same_matter_has_one_that_is_open(tx: sa.Connection) -> None:
    row = open_one(tx)
    again = incidents.open_one(
        tx, client="acme", kind=IncidentKind.DEADLINE_MISSED, matter="thread:1", at=NOW + HOUR, entry=entry("more")
    )
    found = incidents.get(tx, row)

    assert again == (row, False)
    assert (found.kind, found.opened_at) == (IncidentKind.COMPLAINT, NOW)
    assert [step.reason for step in found.entries] == ["complaint", "more"]


def test_another_client_or_another_matter_has_another(tx: sa.Connection) -> None:
    assert len({open_one(tx), open_one(tx, client="birch"), open_one(tx, "thread:2")}) == 3


def test_a_matter_that_was_resolved_is_opened_anew(tx: sa.Connection) -> None:
    first = open_one(tx)
    resolve(tx, first)

    assert open_one(tx) != first
    assert [incident.state for incident in incidents.everything(tx)] == [IncidentState.RESOLVED, IncidentState.OPENED]


@pytest.mark.parametrize("state", [IncidentState.ACKNOWLEDGED, IncidentState.REMEDY_OFFERED])
def test_what_was_reached_stays_whatever_else_comes_to_light(tx: sa.Connection, state: IncidentState) -> None:
    row = open_one(tx)
    incidents.add(tx, row, entry("owner_wrote", state))
    open_one(tx)
    found = incidents.get(tx, row)

    assert found.state is state
    assert [step.state for step in found.entries] == [IncidentState.OPENED, state, state]


def test_of_all_that_was_judged_the_gravest_counts(tx: sa.Connection) -> None:
    row = open_one(tx)
    assert incidents.get(tx, row).severity is Severity.MINOR

    for severity in (Severity.SERIOUS, Severity.GRAVE, Severity.MINOR, None):
        incidents.add(tx, row, entry("more", severity=severity))
    found = incidents.get(tx, row)

    assert [step.severity for step in found.entries[1:]] == [Severity.SERIOUS, Severity.GRAVE, Severity.MINOR, None]
    assert found.severity is Severity.GRAVE


def test_the_end_has_a_time(tx: sa.Connection) -> None:
    row = open_one(tx)
    resolve(tx, row, at=NOW + HOUR)

    assert (incidents.get(tx, row).state, incidents.get(tx, row).resolved_at) == (IncidentState.RESOLVED, NOW + HOUR)


def test_a_cue_has_an_end(tx: sa.Connection) -> None:
    row = open_one(tx, entry=entry(cue="very " * 40))

    assert incidents.get(tx, row).entries[0].cue == "very " * 16


@pytest.mark.parametrize("state", list(IncidentState))
def test_whether_anything_is_open_with_a_client(tx: sa.Connection, state: IncidentState) -> None:
    incidents.add(tx, open_one(tx), entry("x", state))

    assert incidents.any_open(tx, "acme") is (state is not IncidentState.RESOLVED)
    assert not incidents.any_open(tx, "birch")


def test_what_is_open_of_one_client_and_of_all_the_oldest_first(tx: sa.Connection) -> None:
    late = open_one(tx, at=NOW + HOUR)
    early = open_one(tx, "thread:2")
    other = open_one(tx, client="birch", at=NOW + MINUTE)
    resolve(tx, open_one(tx, "thread:3"))

    assert [incident.row for incident in incidents.open_ones(tx)] == [early, other, late]
    assert [incident.row for incident in incidents.open_ones(tx, "acme")] == [early, late]
    assert [incident.row for incident in incidents.everything(tx, "birch")] == [other]


def test_each_has_its_own_entries(tx: sa.Connection) -> None:
    rows = [open_one(tx, f"thread:{number}", entry=entry(f"reason {number}")) for number in range(3)]
    incidents.add(tx, rows[0], entry("later"))

    assert [[step.reason for step in incident.entries] for incident in incidents.open_ones(tx)] == [
        ["reason 0", "later"],
        ["reason 1"],
        ["reason 2"],
    ]


def test_what_was_resolved_since_an_instant(tx: sa.Connection) -> None:
    for number, at in enumerate((NOW - DAY, NOW, NOW + HOUR)):
        resolve(tx, open_one(tx, f"thread:{number}"), at=at)
    open_one(tx, "thread:9")

    assert [incident.matter for incident in incidents.resolved(tx, NOW)] == ["thread:1", "thread:2"]


def test_two_threads_that_become_one_are_one_matter(tx: sa.Connection, store: Store, add_message: AddMessage) -> None:
    one, two = store.hash_id("1@acme.example"), store.hash_id("2@acme.example")
    first = messages.set_thread(tx, add_message(), one, [])
    second = messages.set_thread(tx, add_message(), two, [])
    row = open_one(tx, messages.matter_of(second))
    messages.set_thread(tx, add_message(), None, [one, two])

    assert incidents.get(tx, row).matter == messages.matter_of(first) == f"thread:{first}"
    assert open_one(tx, messages.matter_of(first)) == row
