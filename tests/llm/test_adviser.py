"""Questions on a thread of their own: nobody waits, what is late never counts, and the log repeats nothing."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from servers.model import FakeModel, reply, sending, silent, vote, wrapped
from servers.ports import until
from whiteglove import log
from whiteglove.llm import Endpoint, LlmAdviser
from whiteglove.llm.adviser import MOST_WAITING, Slip
from whiteglove.message import Guess, Kind

TEXT = "The sign on the door hangs askew."
GOOD = vote("complaint", 0.55, "hangs askew")


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(sending(GOOD)) as made:
        yield made


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    log.configure("json", stream)
    return stream


@contextmanager
def advising(model: FakeModel, deadline: float = 5.0) -> Iterator[LlmAdviser]:
    adviser = LlmAdviser(Endpoint(url=model.url, model="small", deadline=deadline))
    yield adviser
    adviser.close()
    # What it still asks must not be told in the log of the next test.
    model.over.set()
    if adviser._thread is not None:
        adviser._thread.join(10)


def ask(adviser: LlmAdviser, text: str = TEXT) -> Slip:
    slip = adviser.ask("Door", text)
    assert slip is not None
    return slip


def answered(adviser: LlmAdviser, text: str = TEXT) -> Guess | None:
    slip = ask(adviser, text)
    until(lambda: slip.is_over, "an answer")
    return slip.guess


def test_an_answer_comes_by_itself(model: FakeModel) -> None:
    with advising(model) as adviser:
        assert answered(adviser) == Guess(Kind.COMPLAINT, 0.55, "hangs askew")
        mark = model.asked[0]["messages"][1]["content"].splitlines()[0]
        assert answered(adviser) is not None
        assert model.asked[1]["messages"][1]["content"].splitlines()[0] != mark


def test_asking_takes_no_time_and_what_is_late_never_counts(model: FakeModel) -> None:
    release = threading.Event()

    def slow(connection: object, over: threading.Event) -> None:
        release.wait(5)
        sending(GOOD)(connection, over)  # type: ignore[arg-type]

    model.always = slow
    with advising(model, deadline=0.2) as adviser:
        began = time.monotonic()
        slips = [ask(adviser) for _ in range(5)]
        assert time.monotonic() - began < 0.15
        assert not any(slip.is_over for slip in slips)
        until(lambda: all(slip.is_over for slip in slips), "the deadline")
        assert time.monotonic() - began < 2
        release.set()
        assert [slip.guess for slip in slips] == [None] * 5
        model.always = sending(GOOD)
        until(lambda: answered(adviser) is not None, "the model's return")
        # What had waited beyond its deadline was not even asked.
        assert len(model.asked) < 6


def test_a_slip_closed_late_holds_no_vote() -> None:
    slip = Slip("s", "t", time.monotonic() - 1)
    slip.close(Guess(Kind.QUESTION, 0.5, "t"))
    assert (slip.is_over, slip.guess) == (True, None)


def test_more_than_can_be_asked_in_time_is_refused(model: FakeModel) -> None:
    model.always = silent
    with advising(model) as adviser:
        slips = [adviser.ask("s", "t") for _ in range(MOST_WAITING + 5)]
    assert slips.count(None) in (4, 5)


def test_an_answer_that_is_not_believed_is_no_vote_and_is_told_once_without_a_word_of_it(
    model: FakeModel, lines: io.StringIO
) -> None:
    with advising(model) as adviser:
        model.always = sending(vote("complaint", 0.9, "Zanzibar"))
        assert [answered(adviser) for _ in range(3)] == [None] * 3
        model.always = sending(reply(wrapped("Zanzibar"), "500 Zanzibar"))
        assert answered(adviser) is None
        model.always = sending(GOOD)
        assert answered(adviser) is not None
        model.always = sending(vote("complaint", 0.9, "Zanzibar"))
        assert answered(adviser) is None
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["reason"] for line in told] == ["evidence", "status_500", "evidence"]
    assert not any(word in lines.getvalue() for word in ("Zanzibar", "askew", "Door"))


def test_the_thread_ends(model: FakeModel) -> None:
    with advising(model) as adviser:
        answered(adviser)
        thread = adviser._thread
    assert thread is not None
    thread.join(5)
    assert not thread.is_alive()


def test_one_that_was_never_asked_can_be_closed(model: FakeModel) -> None:
    with advising(model):
        pass
    assert model.asked == []
