"""The stage: the real daemon between two servers on this machine, under a clock that is moved on by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from whiteglove.app.turns import Turns
from whiteglove.cli import staging
from whiteglove.cli.staging import Stage, StageError
from whiteglove.demo.story import BEGIN, ROBIN, WILE, Scene
from whiteglove.demo.timeline import Arrived, Explained, Happening, Left, Logged, identity

ASKED = BEGIN + timedelta(hours=2)
QUESTION = Scene(name="question", at=ASKED, sender=WILE, subject="Catalogue", text="How are things progressing?")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, BEGIN) as made:
        yield made


def events(happenings: Sequence[Happening]) -> list[str]:
    return [one.event for one in happenings if isinstance(one, Logged)]


def until(stage: Stage, moment: datetime) -> list[Happening]:
    return [one for happenings in stage.forward(moment) for one in happenings]


def test_a_question_is_answered_three_minutes_of_the_story_later(stage: Stage) -> None:
    assert "daemon.ready" in events(stage.open())
    until(stage, ASKED)
    at_once = stage.play(QUESTION)
    assert isinstance(at_once[0], Arrived)
    assert events(at_once) == ["message.received", "obligation.opened", "mail.planned"]
    (explained,) = [one for one in at_once if isinstance(one, Explained)]
    assert explained.answer["message"]["kinds"] == ["status_request"]

    later = until(stage, ASKED + timedelta(minutes=10))
    (left,) = [one for one in later if isinstance(one, Left)]
    sent = next(one for one in later if isinstance(one, Logged) and one.event == "mail.sent")
    assert left.at == sent.at == ASKED + timedelta(minutes=3)
    assert identity(left.raw) == sent.message_id
    assert stage.clock.now() == ASKED + timedelta(minutes=10)


def test_what_the_owner_sends_by_hand_is_seen_at_once(stage: Stage) -> None:
    stage.open()
    until(stage, ASKED)
    stage.play(QUESTION)
    until(stage, ASKED + timedelta(minutes=1))
    now = stage.clock.now()
    by_hand = Scene(name="by-hand", at=now, sender=ROBIN, to=WILE, subject="Re: News", text="So.", answers="question")
    assert "obligation.answered" in events(stage.play(by_hand))
    later = until(stage, ASKED + timedelta(minutes=10))
    assert [one.reason for one in later if isinstance(one, Logged) and one.event == "mail.cancelled"] == ["answered"]
    assert not any(isinstance(one, Left) for one in later)


def test_what_lay_there_before_is_history(stage: Stage) -> None:
    stage.lay(QUESTION)
    lines = [one for one in stage.open() if isinstance(one, Logged) and one.event == "message.received"]
    assert [line.values.get("history") for line in lines] == [True]
    assert not any(isinstance(one, Left) for one in until(stage, ASKED) if one.at > BEGIN + timedelta(hours=1))


def test_the_summary_comes_at_its_time(stage: Stage) -> None:
    stage.open()
    eight = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    found = until(stage, eight + timedelta(minutes=5))
    assert [one.at for one in found if isinstance(one, Left)] == [eight]


def test_a_daemon_that_does_not_come_to_rest_is_told_in_a_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open()
    monkeypatch.setattr(Turns, "wait_for_rest", lambda *_: False)
    with pytest.raises(StageError, match="did not come to rest within 20 s"):
        until(stage, BEGIN + timedelta(minutes=1))


def test_a_mail_that_nobody_reads_is_told_in_a_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.open()
    monkeypatch.setattr(staging, "PATIENCE", 0.1)
    monkeypatch.setattr(staging, "_folder", lambda _: "INBOX")
    monkeypatch.setattr(stage._imap, "deliver", lambda *_: 1)
    with pytest.raises(StageError, match="the mail was not read within"):
        stage.play(QUESTION)


def test_the_clock_never_runs_back() -> None:
    clock = staging.StoryClock(BEGIN)
    clock.move(BEGIN - timedelta(hours=1))
    assert clock.now() == BEGIN
