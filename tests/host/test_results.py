"""What passes as a result, and the sentence for each thing that does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import repeat
from typing import Any

import pytest
from pydantic import BaseModel

from whiteglove.actions import Action, Approve, Drop, Hold, Note, Remember, Reply, Warn
from whiteglove.hookspecs import PluginInfo, PluginSettings, Schedule
from whiteglove.host.results import LONGEST_CUE, MOST, NonsenseError, checked, nothing
from whiteglove.message import Guess, Kind
from whiteglove.sections import Item, Mark, Place, Section

NOTE = Note(reason="nothing_to_do")

# The same classes for a careless author, whom no type checker holds back.
note: Any = Note
warn: Any = Warn
reply: Any = Reply
hold: Any = Hold
guess: Any = Guess
schedule: Any = Schedule
info: Any = PluginInfo


def generated() -> Iterator[Action]:
    yield NOTE
    yield Warn(reason="r", key="k", text="t")


@pytest.mark.parametrize(
    ("result", "actions"),
    [
        (None, ()),
        ([], ()),
        ([NOTE], (NOTE,)),
        ((NOTE,), (NOTE,)),
        ({NOTE}, (NOTE,)),
        (generated(), (NOTE, Warn(reason="r", key="k", text="t"))),
        (list(repeat(NOTE, MOST)), tuple(repeat(NOTE, MOST))),
    ],
)
def test_actions_become_a_tuple(result: Any, actions: tuple[Action, ...]) -> None:
    assert checked("on_message", result) == actions


def test_a_plugin_keeps_no_hand_on_what_it_returned() -> None:
    values: dict[str, Any] = {"open": ["question"]}
    (action,) = checked("on_message", [Reply(reason="r", template="t", values=values)])

    values["open"].append("later")

    assert action.values == {"open": ["question"]}


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (3, "returned an int; right would be a list of actions"),
        ("Reply", "returned a str; right would be a list of actions"),
        ({"reason": "r"}, "returned a dict; right would be a list of actions"),
        (NOTE, "returned a Note by itself; put it into a list"),
        (["Reply"], "returned a str among its actions"),
        ([None], "returned a NoneType among its actions"),
        ([Note], "returned a type among its actions"),
        ([Approve()], "returned an Approve among its actions"),
        ([Action(reason="r")], "returned an Action that cannot be used: Action is not one of"),
        ([type("OwnNote", (Note,), {})(reason="r")], "returned an OwnNote that cannot be used"),
        ([note(reason=3)], "returned a Note that cannot be used: Note.reason: text is expected, not int"),
        ([note(reason=" ")], "returned a Note without a reason"),
        ([warn(reason="r", key="k", text="t", urgency="soon")], "returned a Warn whose urgency is none of now, today"),
        ([reply(reason="r", template="t", delay=timedelta(seconds=-1))], "returned a Reply with a negative delay"),
        ([reply(reason="r", template="t", tells="report")], "Reply.tells: a PromiseKind is expected, not str"),
        ([Remember(reason="r", key="k", value="x" * 70_000)], "returned a Remember of 70.* characters; 65536 are"),
        ([Remember(reason="r", key="k", value=1, until=datetime(2026, 1, 1))], "the instant has no zone"),  # noqa: DTZ001
        (repeat(NOTE), "returned more than 1000 actions"),
    ],
)
def test_nonsense_for_actions_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(NonsenseError, match=sentence):
        checked("on_message", result)


UNTIL = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    "verdict", [None, Approve(), Hold(reason="r"), Hold(reason="r", until=UNTIL), Drop(reason="r")]
)
def test_review_gives_a_verdict_or_none(verdict: Any) -> None:
    assert checked("review", verdict) == verdict


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (True, "returned a bool; right would be Approve, Hold, Drop or None"),
        ([Approve()], "returned a list; right would be Approve"),
        (NOTE, "returned a Note; right would be Approve"),
        (hold(reason="r", until="tomorrow"), "returned a Hold that cannot be used: Hold.until: an instant is expected"),
    ],
)
def test_nonsense_for_a_verdict_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(NonsenseError, match=sentence):
        checked("review", result)


def test_guesses_become_a_tuple_and_cues_are_cut() -> None:
    assert checked("classify", None) == ()
    assert checked("classify", [Guess(Kind.BILLING, 0.7, "x" * 200)]) == (Guess(Kind.BILLING, 0.7, "x" * LONGEST_CUE),)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (Guess(Kind.BILLING, 1, ""), "returned a Guess by itself"),
        ([Kind.BILLING], "returned a Kind among its guesses"),
        ([guess("billing", 1, "")], "returned a Guess that cannot be used: Guess.kind: a Kind is expected, not str"),
        ([guess(Kind.BILLING, 2, "")], "confidence is not from 0 to 1"),
        ([guess(Kind.BILLING, float("nan"), "")], "the number is not finite"),
    ],
)
def test_nonsense_for_guesses_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(NonsenseError, match=sentence):
        checked("classify", result)


def test_schedules_become_a_tuple() -> None:
    daily, often = Schedule(name="daily", at=time(8)), Schedule(name="often", every=timedelta(minutes=10))

    assert checked("schedules", iter([daily, often])) == (daily, often)
    assert checked("schedules", None) == ()


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (Schedule(name="s", at=time(8)), "returned a Schedule by itself"),
        (["08:00"], "returned a str among its schedules"),
        ([schedule(name="s", at="08:00")], "Schedule.at: a time of day is expected, not str"),
        ([schedule(name="s", at=time(8, tzinfo=UTC))], "Schedule.at: the time of day must not carry a zone"),
        ([schedule(name="s")], "has not exactly one of at and every"),
        ([schedule(name="s", at=time(8), every=timedelta(hours=1))], "has not exactly one of at and every"),
        ([schedule(name="s", every=timedelta(seconds=1))], "comes more than once a minute"),
        ([schedule(name="s", at=time(8), weekdays=frozenset({7}))], "weekdays are not from 0, Monday, to 6"),
        ([schedule(name="s", at=time(8), weekdays=frozenset())], "weekdays are not from 0, Monday, to 6"),
        ([schedule(name="s", at=time(8)), schedule(name="s", at=time(9))], "returned two schedules of the same name"),
    ],
)
def test_nonsense_for_schedules_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(NonsenseError, match=sentence):
        checked("schedules", result)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (None, "returned a NoneType; right would be a PluginInfo"),
        ("A plugin.", "returned a str; right would be a PluginInfo"),
        (info(""), "returned a PluginInfo without a summary"),
        (info(3), "returned a PluginInfo without a summary"),
        (info("A plugin.", PluginSettings()), "settings are not a class derived from PluginSettings"),
        (info("A plugin.", BaseModel), "settings are not a class derived from PluginSettings"),
    ],
)
def test_nonsense_for_describe_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(NonsenseError, match=sentence):
        checked("describe", result)


def test_what_the_plugin_itself_raises_while_it_is_asked_is_its_own() -> None:
    def broken() -> Iterator[Action]:
        yield NOTE
        raise LookupError("no such client")

    with pytest.raises(LookupError, match="no such client"):
        checked("on_message", broken())


def test_nothing_is_what_a_plugin_without_the_hook_says() -> None:
    assert nothing("review") is None
    assert nothing("on_message") == ()


class TestASection:
    def test_it_is_handed_on_as_a_copy(self) -> None:
        section = Section(title="Incidents", place=Place.INCIDENTS, items=(Item(text="one", mark=Mark.NOW),))
        assert checked("summarise", section) == section
        assert checked("summarise", None) is None
        assert nothing("summarise") is None

    @pytest.mark.parametrize(
        ("result", "words"),
        [
            ("all is well", "right would be a Section or None"),
            ([Section(title="Two")], "right would be a Section or None"),
            (Section(title=" "), "without a title"),
            (Section(title="Long", items=(Item(text="x" * 70_000),)), "of more than 65536 characters"),
            (Section(title="Odd", items=("a line",)), "cannot be used"),  # type: ignore[arg-type]
        ],
    )
    def test_nonsense_is_named(self, result: Any, words: str) -> None:
        with pytest.raises(NonsenseError, match=words):
            checked("summarise", result)
