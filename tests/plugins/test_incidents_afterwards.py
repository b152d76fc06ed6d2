"""Some days after the end of an incident: how it went since, and a word about what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import COMPLAINT, STATUS, THANKS, acme
from whiteglove.actions import UpdateIncident
from whiteglove.desk.incidents import update_incident
from whiteglove.ledger import DraftState, IncidentState
from whiteglove.store import mutes
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, incidents

PROJECT = '[[projects]]\nname = "Catalogue relaunch"\n'
A_WEEK_LATER = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""Five working days after the bench begins, at the same time of day."""


@contextmanager
def resolved(**options: Any) -> Iterator[Bench]:
    """A complaint of Monday morning that was answered and settled at once; forty minutes later."""
    given = {"clients": {"acme": acme() + PROJECT}, **options}
    with Bench(incidents, beside={"acknowledge": (acknowledge, {"delay": "0s"})}, **given) as b:
        b.receive(COMPLAINT)
        b.owner_sends("I am sorry.", answers=b.last_message_id)
        resolve(b, 1)
        b.advance(minutes=40)
        yield b


def resolve(b: Bench, number: int) -> None:
    with b.store.write() as tx:
        step = UpdateIncident(reason="command", incident=number, state=IncidentState.RESOLVED)
        update_incident(tx, step, b.clock.now())
    b.run()


def told(b: Bench) -> list[str]:
    return [warning.text for warning in b.warned if warning.key.startswith("after:")]


def words(b: Bench) -> list[DraftRow]:
    return [row for row in b.drafts if row.key.startswith("after:")]


def quiet_week(b: Bench) -> None:
    """They thank, and nothing else happens until it is time to look."""
    b.receive(THANKS)
    b.advance(days=7)


def test_after_five_working_days_the_owner_hears_how_it_went_and_a_word_lies_ready() -> None:
    with resolved() as b:
        assert b.timers["after:acme:1"] == A_WEEK_LATER
        b.receive(THANKS)
        b.advance(days=7, minutes=-41)
        assert (told(b), words(b)) == ([], [])
        b.advance(minutes=1)
        assert told(b) == [
            "Acme GmbH: incident 1 (complaint) has been resolved since Mon 2 Mar. They have written once since, on 2 "
            "March. No complaint again, and the tone is calm. 1 mail says thanks. You have not written. Next step: a "
            "draft that says how it went and asks what comes next lies in Drafts; send it, or call."
        ]
        assert [warning.urgency for warning in b.warned if warning.key == "after:1"] == ["today"]
        (mail,) = b.drafted
        assert (mail.recipient, mail.subject) == ("wile@acme.example", "Catalogue relaunch: what comes next")
        assert mail.text.split("\r\n\r\n")[1:3] == [
            "[How it has gone these days, in one sentence.] I enjoy the work on “Catalogue relaunch” and would gladly "
            "go on with it.",
            "From Tuesday, 17 March on I could set time aside for what comes next on your side. Is there something "
            "ahead that I could take on?",
        ]


def test_reports_that_came_in_time_are_how_it_went() -> None:
    with resolved() as b:
        for _ in range(2):
            b.advance(days=1)
            b.receive(STATUS, subject="Pages")
            b.advance(hours=4)
            b.owner_sends("Here it is.", subject="Report")
            b.advance(days=2, hours=-4)
        b.advance(days=3)
        assert "My last two reports reached you at the times I had named. I enjoy" in b.drafted[0].text
        assert "2 promises were kept in time." in told(b)[0]


def test_without_a_word_of_theirs_there_is_no_draft() -> None:
    with resolved() as b:
        b.advance(days=7)
        (text,) = told(b)
        assert "They have not written since. You have not written. Next step: call, or write" in text
        assert words(b) == []


def test_with_whom_all_is_in_writing_no_call_is_proposed() -> None:
    in_writing = {"acme": acme("in_writing = true") + PROJECT}
    with resolved(clients=in_writing) as b:
        quiet_week(b)
        assert told(b)[0].endswith("lies in Drafts; send it.")
    with resolved(clients=in_writing) as b:
        b.advance(days=7)
        assert told(b)[0].endswith("Next step: write with one thing that is worth their time.")


def test_a_call_is_a_word_too() -> None:
    with resolved() as b:
        b.advance(days=1)
        b.notes_call()
        b.advance(days=6)
        assert "1 call was noted." in told(b)[0]
        assert [row.state for row in words(b)] == [DraftState.PLACED]


def test_a_late_promise_is_no_calm() -> None:
    with resolved() as b:
        b.receive(STATUS, subject="Pages")
        b.advance(days=1, hours=7)
        b.owner_sends("Here it is.", subject="Report")
        b.advance(days=6)
        (text,) = told(b)
        assert "1 promise was late. Next step: ask in person whether anything is left." in text
        assert words(b) == []


def test_upset_words_are_no_calm() -> None:
    with resolved() as b:
        b.receive("WHERE ARE THE PAGES?! THIS IS URGENT, MY BOSS IS ASKING!!", subject="Pages")
        b.owner_sends("Here.", answers=b.last_message_id)
        b.advance(days=7)
        (text,) = told(b)
        assert "the tone is not calm" in text
        assert words(b) == []


def test_while_something_new_is_open_nothing_is_said() -> None:
    with resolved() as b:
        b.receive(COMPLAINT, subject="Invoice")
        b.advance(days=7)
        assert (told(b), words(b)) == ([], [])


def test_what_came_up_and_was_settled_since_has_a_day_of_its_own() -> None:
    with resolved() as b:
        b.advance(days=2)
        b.receive(COMPLAINT, subject="Invoice")
        b.owner_sends("I am sorry.", answers=b.last_message_id)
        resolve(b, 2)
        b.receive(THANKS)
        b.advance(days=5)
        assert told(b) == []
        b.advance(days=2)
        assert [text[:22] for text in told(b)] == ["Acme GmbH: incident 2 "]


def test_a_new_complaint_takes_the_word_away_again() -> None:
    with resolved() as b:
        quiet_week(b)
        assert [row.state for row in words(b)] == [DraftState.PLACED]
        b.receive(COMPLAINT, subject="Invoice")
        assert [row.state for row in words(b)] == [DraftState.WITHDRAWN]


def test_it_lies_there_for_a_week_and_is_true_as_long() -> None:
    with resolved() as b:
        quiet_week(b)
        b.advance(days=7, minutes=-1)
        assert [row.state for row in words(b)] == [DraftState.PLACED]
        assert b.clock.now().date().isoformat() < "2026-03-17"
        b.advance(minutes=1)
        assert [row.state for row in words(b)] == [DraftState.WITHDRAWN]


@pytest.mark.parametrize(
    ("settings", "said", "drafts"), [({"after": "0s"}, 0, 0), ({"drafts": False}, 1, 0), ({"after": "5d"}, 1, 1)]
)
def test_what_the_owner_wants_of_it(settings: dict[str, Any], said: int, drafts: int) -> None:
    with resolved(**settings) as b:
        quiet_week(b)
        assert (len(told(b)), len(words(b))) == (said, drafts)


def test_when_is_the_owners_choice_too() -> None:
    with resolved(after="1d 2h") as b:
        assert b.timers["after:acme:1"] == A_WEEK_LATER - timedelta(days=6, hours=-2)


def test_whoever_is_muted_gets_no_draft() -> None:
    with resolved() as b:
        with b.store.write() as tx:
            mutes.put(tx, "acme", b.clock.now() + timedelta(days=30))
        quiet_week(b)
        assert len(told(b)) == 1
        assert words(b) == []


def test_a_late_report_that_was_given_is_no_storm() -> None:
    with Bench(acknowledge, delay="0s", beside={"incidents": incidents}, clients={"acme": acme()}) as b:
        b.receive(STATUS)
        b.advance(days=1, hours=7)
        b.owner_sends("Here it is.", subject="Report")
        assert b.incidents[0].state is IncidentState.RESOLVED
        b.advance(days=14)
        assert told(b) == []
