"""G12: no automatic mail follows a broken word, not even one that was decided before the word was broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benches import COMPLAINT, MANY, QUESTION, STATUS, acme, to_clients, to_owner
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, incidents

ADA = "Ada Birdwell <ada@acme.example>"
BEFORE = datetime(2026, 3, 3, 14, 59, tzinfo=UTC)
"""A minute before the report of Tuesday 16:00 in Berlin."""


def test_a_promise_that_becomes_late_while_the_answer_waits() -> None:
    with Bench(acknowledge, delay="3m", clients={"acme": acme()}, toml=MANY) as bench:
        bench.receive(STATUS)
        assert len(bench.advance(minutes=4)) == 1
        bench.clock.move(BEFORE - bench.clock.now())
        bench.receive(STATUS, sender=ADA, subject="Search")
        sent = bench.advance(minutes=4)
        assert to_clients(sent) == []
        assert to_owner(sent) != []
        assert bench.reasons[-1] in ("promise_late", "time_passed")
        later = bench.receive(STATUS, sender=ADA, subject="Any news?") + bench.advance(minutes=4)
        assert to_clients(later) == []
        assert bench.reasons[-1] == "promise_late"
        assert "late" in to_owner(later)[0].text


@pytest.mark.parametrize("beside", [{}, {"incidents": incidents}])
def test_a_complaint_that_comes_while_the_answer_waits(beside: dict[str, object]) -> None:
    with Bench(acknowledge, delay="3m", clients={"acme": acme()}, toml=MANY, beside=beside) as bench:
        bench.receive(STATUS)
        told = bench.receive(COMPLAINT, sender=ADA, subject="Search")
        assert to_clients(told) == []
        assert len(to_owner(told)) == 1
        assert to_clients(bench.advance(minutes=4)) == []
        assert set(bench.reasons) <= {"complaint_open", "incident_open"}
        assert bench.reasons != []


def test_the_silence_outlasts_a_restart_and_ends_with_the_owners_report() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as bench:
        bench.receive(STATUS)
        bench.clock.move(BEFORE - bench.clock.now())
        bench.advance(minutes=10)
        bench.restart()
        assert to_clients(bench.receive(STATUS, sender=ADA, subject="Search")) == []
        bench.owner_sends("Here is the report.", subject="Status of the catalogue")
        bench.advance(minutes=31)
        assert len(to_clients(bench.receive(STATUS, sender=ADA, subject="And now?"))) == 1


def test_who_asks_after_a_complaint_hears_nothing_and_the_owner_hears_of_it() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as bench:
        bench.receive(COMPLAINT, sender=ADA, subject="Search")
        (told,) = bench.receive(STATUS)
        assert told.recipient == "robin@vale.example"
        assert "a complaint or missed deadline of theirs waits for your answer" in " ".join(told.text.split())


def test_an_incident_that_is_open_silences_although_the_complaint_is_answered() -> None:
    beside = {"incidents": incidents}
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY, beside=beside) as bench:
        bench.receive(COMPLAINT, sender=ADA, subject="Search")
        bench.advance(minutes=1)
        bench.owner_sends("I am sorry.", to=ADA, subject="Re: Search", answers=bench.last_message_id)
        bench.advance(minutes=31)
        (told,) = bench.receive(STATUS)
        assert bench.reasons == ["incident_open"]
        assert told.recipient == "robin@vale.example"
        assert "an incident with them is open" in " ".join(told.text.split())


def test_a_time_that_has_passed_counts_before_anybody_judged_it() -> None:
    """The loop that judges may be behind the one that sends."""
    options = {"answer": ["status_request", "question"]}
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY, **options) as bench:
        bench.receive(STATUS)
        bench.clock.move(BEFORE - bench.clock.now() + timedelta(minutes=10))
        bench.deliver(QUESTION, sender=ADA, subject="Paper")
        for watcher in bench.daemon.watchers:
            watcher.catch_up()
        bench.daemon.desk.drain()
        bench.daemon.outbox.drain()
        assert [sent.recipient for sent in bench.world.server.sent if sent.recipient != "robin@vale.example"] == [
            "wile@acme.example"
        ]
        bench.run()
        assert set(bench.reasons) == {"promise_late"}


def test_another_client_is_answered_meanwhile() -> None:
    other = acme().replace("acme", "dune").replace("Acme GmbH", "Dune AG").replace("Wile Coyote", "Paul Sand")
    clients = {"acme": acme(), "dune": other.replace("Ada Birdwell", "Chani Sand")}
    with Bench(acknowledge, delay="0s", clients=clients, toml=MANY) as bench:
        bench.receive(COMPLAINT)
        (answer,) = bench.receive(STATUS, sender="Paul Sand <wile@dune.example>")
        assert answer.recipient == "wile@dune.example"
        assert to_clients(bench.receive(STATUS, subject="Other")) == []
