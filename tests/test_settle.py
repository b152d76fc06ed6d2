"""Agreement among plugins: one answer a message, the strictest review."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from whiteglove.actions import (
    Action,
    Approve,
    Drop,
    Flag,
    Hold,
    KeepPromise,
    Move,
    Note,
    OpenIncident,
    Remember,
    Reply,
    SendSummary,
    UpdateIncident,
    Verdict,
    Warn,
)
from whiteglove.ledger import IncidentKind
from whiteglove.settle import Proposal, settle, strictest

REPLY = Reply(reason="status_request", template="next_report")
EARLY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATE = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_the_first_plugin_answers_and_a_later_one_is_withheld() -> None:
    other = Reply(reason="receipt", template="receipt")

    agreed = settle([Proposal("first", (REPLY,)), Proposal("second", (other,))], about_message=True, answered=False)

    assert agreed.replies == [("first", REPLY)]
    assert agreed.withheld == [("second", other, "another_answer")]


def test_a_second_answer_of_the_same_plugin_is_withheld_too() -> None:
    agreed = settle([Proposal("first", (REPLY, REPLY))], about_message=True, answered=False)

    assert len(agreed.replies) == 1
    assert [reason for _, _, reason in agreed.withheld] == ["another_answer"]


def test_a_retried_event_is_not_answered_again() -> None:
    agreed = settle([Proposal("late", (REPLY,))], about_message=True, answered=True)

    assert agreed.replies == []
    assert [reason for _, _, reason in agreed.withheld] == ["another_answer"]


def test_a_reply_to_what_is_no_message_is_refused_with_the_plugins_name() -> None:
    agreed = settle([Proposal("odd", (REPLY,))], about_message=False, answered=False)

    assert agreed.replies == []
    assert agreed.refused == [("odd", "Reply needs a client's message as its event")]


def test_everything_else_is_kept_with_its_plugin() -> None:
    warn = Warn(reason="complaint", key="k", text="t")
    remember = Remember(reason="seen", key="a", value=1)
    keep = KeepPromise(reason="told", client="acme", evidence="call")

    agreed = settle(
        [Proposal("a", (warn, remember)), Proposal("b", (keep, Note(reason="thanks")))],
        about_message=False,
        answered=False,
    )

    assert agreed.warnings == [("a", warn)]
    assert agreed.memory == [("a", remember)]
    assert agreed.kept == [("b", keep)]
    assert agreed.reasons == {"b": "thanks"}


def test_an_action_nobody_knows_is_refused() -> None:
    agreed = settle([Proposal("a", (Action(reason="x"),))], about_message=True, answered=False)

    assert agreed.refused == [("a", "Action is not known here")]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Approve()),
        ([None, Approve()], Approve()),
        ([Approve(), Hold(reason="h")], Hold(reason="h")),
        ([Hold(reason="h", until=EARLY), Hold(reason="i", until=LATE)], Hold(reason="i", until=LATE)),
        ([Hold(reason="h", until=LATE), Hold(reason="i", until=EARLY)], Hold(reason="h", until=LATE)),
        ([Hold(reason="h", until=LATE), Hold(reason="i")], Hold(reason="i")),
        ([Hold(reason="h"), Hold(reason="i", until=LATE)], Hold(reason="h")),
        ([Hold(reason="h"), Drop(reason="d"), Approve()], Drop(reason="d")),
        ([Drop(reason="d"), Hold(reason="h")], Drop(reason="d")),
    ],
)
def test_the_strictest_review_wins(verdicts: list[Verdict | None], expected: Verdict) -> None:
    assert strictest(verdicts) == expected


def test_of_two_plugins_that_warn_of_one_matter_the_later_one_is_heard() -> None:
    early = Warn(reason="complaint", key="complaint:1", client="acme", text="They complain.")
    late = Warn(reason="complaint", key="complaint:1", client="acme", text="They complain, and an incident is open.")
    other = Warn(reason="complaint", key="complaint:1", client="birch", text="Somebody else.")

    agreed = settle(
        [Proposal("first", (early, other)), Proposal("second", (late,))], about_message=True, answered=False
    )

    assert agreed.warnings == [("second", late), ("first", other)]


def test_one_plugin_may_say_two_things_under_one_key() -> None:
    warning = Warn(reason="weekend", key="weekend", text="First.")
    again = Warn(reason="weekend", key="weekend", text="Second.")

    agreed = settle([Proposal("only", (warning, again))], about_message=False, answered=False)

    assert [found.text for _, found in agreed.warnings] == ["First.", "Second."]


def test_incidents_and_summaries_are_handed_on_in_order() -> None:
    opened = OpenIncident(reason="complaint", client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1")
    moved = UpdateIncident(reason="owner_wrote", incident=1)
    summary = SendSummary(reason="daily", date=date(2026, 3, 2))

    agreed = settle([Proposal("plugin", (opened, summary, moved))], about_message=False, answered=False)

    assert agreed.incidents == [("plugin", opened), ("plugin", moved)]
    assert agreed.summaries == [("plugin", summary)]
    assert agreed.refused == []


def changed(action: Action, *, has_message: bool = True, in_sent: bool = False) -> str | None:
    """Why a change is refused, None where it is agreed to."""
    agreed = settle(
        [Proposal("a", (action,))], about_message=False, answered=False, has_message=has_message, in_sent=in_sent
    )
    assert bool(agreed.changes) is not bool(agreed.refused)
    return agreed.refused[0][1] if agreed.refused else None


@pytest.mark.parametrize("flag", [r"\Flagged", r"\SEEN", r"\answered", "$Label1", "whiteglove-urgent", "a" * 100])
def test_a_flag_may_be_one_that_people_use_or_a_keyword(flag: str) -> None:
    assert changed(Flag(reason="x", flag=flag)) is None
    assert changed(Flag(reason="x", flag=flag, set=False), in_sent=True) is None


@pytest.mark.parametrize(
    ("flag", "fault"),
    [
        *((name, "Flag changes no") for name in (r"\Deleted", r"\draft", r"\Recent", r"\Forwarded", r"\*", "\\")),
        *((name, "Flag needs a keyword") for name in ("", "two words", "a(b", "a)", "{3}", "50%", "*", 'a"b', "a\\b")),
        *((name, "Flag needs a keyword") for name in ("a]", "läuft", "a\r\nb", "a\x00", "a\x7f", "a" * 101)),
    ],
)
def test_any_other_is_refused_with_a_right_example(flag: str, fault: str) -> None:
    told = changed(Flag(reason="x", flag=flag))
    assert told is not None
    assert told.startswith(fault)


@pytest.mark.parametrize("action", [Flag(reason="x", flag="$Label1"), Move(reason="x", folder="Archive")])
def test_a_change_needs_a_message(action: Action) -> None:
    assert changed(action) is None
    told = changed(action, has_message=False)
    assert told == f"{type(action).__name__} needs an event that is about a message"


def test_a_move_needs_a_folder_and_takes_nothing_out_of_sent() -> None:
    assert changed(Move(reason="x", folder=" ")) == "Move needs the name of a folder"
    assert changed(Move(reason="x", folder="Archive"), in_sent=True) == "Move takes no message out of Sent"
