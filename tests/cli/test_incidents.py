"""`incidents`: what is open, what became of one, and the owner's word about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.conftest import Home
from cli.test_explaining import record
from whiteglove.actions import OpenIncident, UpdateIncident
from whiteglove.desk.incidents import open_incident, update_incident
from whiteglove.ledger import IncidentKind, IncidentState, Severity
from whiteglove.store import events, incidents

NOW = datetime.now(UTC).replace(microsecond=0)
ACKNOWLEDGED = IncidentState.ACKNOWLEDGED


def opened(home: Home, client: str = "acme", matter: str = "thread:1", *, hours: int = 5) -> int:
    """A complaint of so many hours ago, with its message."""
    with home.store() as store, store.write() as tx:
        number = len(incidents.everything(tx)) + 1
        message = record(tx, store, f"m{number}@{client}.example", client=client, uid=number)
        action = OpenIncident(
            reason="complaint",
            client=client,
            kind=IncidentKind.COMPLAINT,
            matter=matter,
            message=message,
            cue="unacceptable",
            severity=Severity.SERIOUS,
        )
        return int(open_incident(tx, action, NOW - timedelta(hours=hours))["incident"])


def acknowledged(home: Home, incident: int) -> None:
    with home.store() as store, store.write() as tx:
        update_incident(tx, UpdateIncident(reason="owner_wrote", incident=incident, state=ACKNOWLEDGED), NOW)


def test_without_any_it_says_so_and_makes_no_store(home: Home) -> None:
    assert home.ask("incidents", "--json").json == {"incidents": []}
    assert home.ask("incidents").out == "No incident is open.\n"
    assert home.ask("incidents", "--all").out == "No incident was recorded yet.\n"
    assert not home.state.exists()


def test_what_is_open_is_listed_the_oldest_first(home: Home) -> None:
    opened(home)
    opened(home, "birch", hours=9)
    opened(home, matter="thread:3", hours=1)
    acknowledged(home, 1)
    home.ask("incidents", "resolve", "3")
    assert [(one["id"], one["state"]) for one in home.ask("incidents", "--json").json["incidents"]] == [
        (2, "opened"),
        (1, "acknowledged"),
    ]
    heading, *rows = home.ask("incidents").out.splitlines()
    assert heading.split() == ["ID", "CLIENT", "KIND", "SEVERITY", "STATE", "OPENED", "SUBJECT"]
    assert [row.split() for row in rows] == [
        ["2", "birch", "complaint", "serious", "opened", "9", "h", "ago", "Catalogue"],
        ["1", "acme", "complaint", "serious", "acknowledged", "5", "h", "ago", "Catalogue"],
    ]


def test_all_shows_the_resolved_ones_after_those_that_are_open(home: Home) -> None:
    opened(home)
    opened(home, matter="thread:2", hours=1)
    home.ask("incidents", "resolve", "1")
    assert [one["id"] for one in home.ask("incidents", "--all", "--json").json["incidents"]] == [2, 1]
    assert [row.split()[4] for row in home.ask("incidents", "--all").out.splitlines()[1:]] == ["opened", "resolved"]


@pytest.mark.parametrize("arguments", [("1", "--json"), ("--json", "1")])
def test_one_with_all_that_happened(home: Home, arguments: tuple[str, ...]) -> None:
    opened(home)
    acknowledged(home, 1)
    said = home.ask("incidents", *arguments).json
    assert list(said) == [
        *("id", "client", "kind", "severity", "state", "matter", "opened_at", "resolved_at", "entries"),
    ]
    assert said["severity"] == "serious"
    assert (said["id"], said["client"], said["kind"], said["state"]) == (1, "acme", "complaint", "acknowledged")
    assert (said["matter"], said["resolved_at"]) == ("thread:1", None)
    assert datetime.fromisoformat(said["opened_at"]) == NOW - timedelta(hours=5)
    assert [datetime.fromisoformat(entry.pop("at")) for entry in said["entries"]] == [NOW - timedelta(hours=5), NOW]
    assert said["entries"] == [
        dict(
            zip(said["entries"][0], ("complaint", "opened", "serious", "m1@acme.example", "unacceptable"), strict=True)
        ),
        {"reason": "owner_wrote", "state": "acknowledged", "severity": None, "message_id": None, "cue": None},
    ]


def test_one_as_people_read_it(home: Home) -> None:
    opened(home)
    out = home.ask("incidents", "1").out
    assert "Acme GmbH (acme)" in out
    assert out.splitlines()[-1].split()[-5:] == [
        *("complaint", "opened", "serious", "“unacceptable”", "m1@acme.example"),
    ]
    assert "Severity  serious" in out


def test_a_client_who_left_the_book_stands_by_the_key(home: Home) -> None:
    opened(home, "dune")
    assert "dune (dune)" in home.ask("incidents", "1").out
    assert "with dune is resolved" in home.ask("incidents", "resolve", "1").out


def test_the_owners_word_resolves_it_and_an_event_follows(home: Home) -> None:
    opened(home)
    said = home.ask("incidents", "resolve", "1", "--json").json
    assert (said["state"], said["entries"][-1]["reason"]) == ("resolved", "command")
    assert datetime.fromisoformat(said["resolved_at"]) >= NOW
    with home.store() as store, store.read() as tx:
        assert len(events.of_subject(tx, "IncidentResolved", 1)) == 1
        assert not incidents.any_open(tx, "acme")


@pytest.mark.parametrize(
    "arguments", [("resolve", "1", "--json"), ("resolve", "--json", "1"), ("--json", "resolve", "1")]
)
def test_an_option_may_stand_anywhere(home: Home, arguments: tuple[str, ...]) -> None:
    opened(home)
    assert home.ask("incidents", *arguments).json["state"] == "resolved"


def test_the_owners_word_moves_it_on_step_by_step_and_never_back(home: Home) -> None:
    opened(home)
    assert home.ask("incidents", "acknowledge", "1").out == "Incident 1 with Acme GmbH is acknowledged.\n"
    said = home.ask("incidents", "offered", "--json", "1").json
    assert (said["state"], said["resolved_at"]) == ("remedy_offered", None)
    for step in ("acknowledge", "offered"):
        done = home.ask("incidents", step, "1")
        assert (done.code, done.out) == (1, "")
        assert done.err == "whiteglove: incident 1 is open, with a remedy offered already\n"
    assert home.ask("incidents", "resolve", "1").code == 0
    assert home.ask("incidents", "acknowledge", "1").err.startswith("whiteglove: incident 1 was resolved already, on ")
    with home.store() as store, store.read() as tx:
        steps = [(entry.reason, str(entry.state)) for entry in incidents.get(tx, 1).entries]
        assert steps[1:] == [("command", "acknowledged"), ("command", "remedy_offered"), ("command", "resolved")]
        assert len(events.of_subject(tx, "IncidentUpdated", 1)) == 2


def test_a_step_may_be_left_out(home: Home) -> None:
    opened(home)
    opened(home, matter="thread:2")
    done = home.ask("incidents", "offered", "2")
    assert done.out == "Incident 2 with Acme GmbH is open, with a remedy offered.\n"


def test_it_says_what_else_is_open_with_that_client(home: Home) -> None:
    for matter in ("thread:1", "thread:2", "thread:3"):
        opened(home, matter=matter)
    opened(home, "birch")
    assert home.ask("incidents", "resolve", "2").out == (
        "Incident 2 with Acme GmbH is resolved.\nStill open with them, so that nothing automatic goes there: 1, 3.\n"
    )
    assert home.ask("incidents", "resolve", "4").out == "Incident 4 with Birch Holding is resolved.\n"


def test_one_that_was_resolved_already_exits_1_and_stays_as_it_is(home: Home) -> None:
    opened(home)
    home.ask("incidents", "resolve", "1")
    done = home.ask("incidents", "resolve", "1", "--json")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("whiteglove: incident 1 was resolved already, on ")
    assert done.err.count("\n") == 1
    assert len(home.ask("incidents", "1", "--json").json["entries"]) == 2


@pytest.mark.parametrize("arguments", [("7",), ("7", "--json"), ("resolve", "7"), ("resolve", "7", "--json")])
def test_an_unknown_number_exits_1(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.ask("incidents", *arguments)
    assert (done.code, done.out, done.err) == (1, "", "whiteglove: there is no incident 7\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("resolve",), 'incidents resolve takes the number of one incident; right would be "incidents resolve 3"'),
        (("offered", "3", "4"), 'right would be "incidents offered 3"'),
        (("resolve", "acme"), "acme: an incident has a number"),
        (("acme",), "acme: an incident has a number"),
        (("²",), "²: an incident has a number"),
        (("9" * 30,), "an incident has a number"),
        (("3", "4"), 'right would be "incidents 3"'),
    ],
)
def test_wrong_usage_exits_2(home: Home, arguments: tuple[str, ...], words: str) -> None:
    done = home.ask("incidents", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not home.state.exists()


def test_explain_names_the_incident_of_a_message(home: Home) -> None:
    opened(home)
    opened(home, "birch")
    assert home.ask("explain", "m2@birch.example", "--json").json["incident"] == {"id": 2, "state": "opened"}
    assert "2, opened" in home.ask("explain", "m2@birch.example").out
    with home.store() as store, store.write() as tx:
        record(tx, store, "m9@acme.example", uid=9)
    assert home.ask("explain", "m9@acme.example", "--json").json["incident"] is None
