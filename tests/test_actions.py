"""What a plugin may want; whatever it is, it says why."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, get_args

import pytest

from whiteglove import actions
from whiteglove.actions import URGENCIES, Action, Approve, Drop, Hold, Remember, Reply, Verdict, Warn

ACTIONS: list[Any] = [kind for kind in vars(actions).values() if isinstance(kind, type) and issubclass(kind, Action)]
VALUES: list[Any] = [*ACTIONS, *get_args(Verdict)]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_what_is_wanted_is_a_value_built_by_names(value: Any) -> None:
    assert is_dataclass(value)
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(value)
    assert all(field.kw_only for field in fields(value))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
def test_every_action_says_its_reason_first(action: Any) -> None:
    assert fields(action)[0].name == "reason"


@pytest.mark.parametrize("action", [kind for kind in ACTIONS if kind is not Action], ids=lambda action: action.__name__)
def test_no_action_can_be_made_without_a_reason(action: Any) -> None:
    rest = {field.name: None for field in fields(action) if field.name != "reason"}
    with pytest.raises(TypeError, match="reason"):
        action(**rest)

    assert not action.__doc__.startswith(f"{action.__name__}(")


def test_a_reply_by_itself_tells_nothing_and_waits_for_nothing() -> None:
    reply = Reply(reason="status_request", template="answer")

    assert (reply.tells, reply.again, reply.delay, reply.calendar) == (None, None, timedelta(0), False)
    assert reply.values == {}


def test_a_warning_is_for_now_unless_it_says_otherwise() -> None:
    assert Warn(reason="r", key="k", text="t").urgency == "now"
    assert URGENCIES == ("now", "today", "digest")


def test_what_is_remembered_without_an_end_is_remembered_for_good() -> None:
    assert Remember(reason="r", key="k", value=1).until is None


def test_a_verdict_against_a_mail_says_why() -> None:
    assert get_args(Verdict) == (Approve, Hold, Drop)
    for against in (Hold, Drop):
        with pytest.raises(TypeError, match="reason"):
            against()  # type: ignore[call-arg]
    assert Hold(reason="r").until is None
