"""The record of a wish: it is kept as JSON, grows by steps, and survives that a part of it is forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from whiteglove.store.traces import Traces
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState, RequestStep, request_from_json

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WISH = ChangeRequest(
    messages=(3,), thread=2, at=MONDAY, project="Catalogue", scope="Pages; no shop.", more=True,
    said="Wile Coyote: as a favour", clause="no shop",
)  # fmt: skip


def through_json(wish: ChangeRequest) -> ChangeRequest | None:
    return request_from_json(json.loads(json.dumps(wish.to_json())))


def test_what_is_kept_comes_back() -> None:
    moved = (
        WISH.said_again(5, more=False, less=True)
        .stepped(MONDAY + DAY, None, 7)
        .stepped(MONDAY + 2 * DAY, RequestState.OFFERED, 8)
    )
    assert through_json(moved) == moved
    assert (moved.messages, moved.more, moved.less) == ((3, 5), True, True)


def test_the_last_step_that_names_a_state_is_its_state() -> None:
    assert WISH.state is RequestState.OPEN
    offered = WISH.stepped(MONDAY + DAY, RequestState.OFFERED, 8)
    assert offered.stepped(MONDAY + 2 * DAY, None, 9).state is RequestState.OFFERED
    assert (offered.is_settled, offered.stepped(MONDAY, RequestState.DROPPED).is_settled) == (False, True)


def test_when_the_owner_last_wrote_about_it() -> None:
    assert WISH.answered_at is None
    offered = WISH.stepped(MONDAY + DAY, RequestState.OFFERED, 8)
    assert offered.stepped(MONDAY + 9 * DAY, RequestState.DROPPED).answered_at == MONDAY + DAY


def test_as_it_stood() -> None:
    moved = WISH.stepped(MONDAY + DAY, RequestState.OFFERED, 8).stepped(MONDAY + 3 * DAY, RequestState.AGREED)
    assert moved.as_of(MONDAY + 2 * DAY).state is RequestState.OFFERED
    assert moved.as_of(MONDAY).steps == ()


def test_the_record_is_bounded() -> None:
    long = WISH
    for number in range(100):
        long = long.stepped(MONDAY + number * DAY, None, number).said_again(100 + number, more=False, less=False)
    assert (len(long.steps), long.steps[-1].message, len(long.messages), long.messages[0]) == (40, 99, 40, 3)


def test_who_is_forgotten_takes_their_words_out_of_it_and_the_record_stays() -> None:
    traces = Traces(addresses=["wile@acme.example"], names=["Wile Coyote"])
    left = traces.without(WISH.to_json())
    assert "favour" not in json.dumps(left)
    assert request_from_json(left) == ChangeRequest(
        messages=(3,), thread=2, at=MONDAY, project="Catalogue", scope="Pages; no shop.", more=True, clause="no shop"
    )


@pytest.mark.parametrize(
    "change",
    [{"messages": []}, {"messages": None}, {"at": "yesterday"}, {"at": "2026-03-02T09:00:00"}, {"thread": None},
     {"steps": [["2026-03-02T09:00:00+00:00", "sold", None]]}],
)  # fmt: skip
def test_what_is_no_record_is_none(change: dict[str, Any]) -> None:
    assert request_from_json({**WISH.to_json(), **change}) is None


@pytest.mark.parametrize("value", [None, "", [], {}, {"messages": [1]}])
def test_anything_else_is_none(value: Any) -> None:
    assert request_from_json(value) is None


def test_a_step_that_lost_its_shape_is_left_out() -> None:
    kept = request_from_json({**WISH.to_json(), "steps": [["2026-03-02T09:00:00+00:00", None, 4], ["x"], 3]})
    assert kept is not None
    assert kept.steps == (RequestStep(at=MONDAY, state=None, message=4),)
