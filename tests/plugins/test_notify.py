"""The second way to tell the owner: once, no more than they want others to carry, and at dawn what came at night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from benches import COMPLAINT, acme, plugin
from whiteglove.actions import Warn
from whiteglove.errors import CallError
from whiteglove.testing import Bench
from whiteglove_plugins import incidents, notify

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
TO = [{"env": "WHITEGLOVE_TEST_PHONE"}]


@pytest.fixture(autouse=True)
def _phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITEGLOVE_TEST_PHONE", "ntfy://ntfy.vale.example/robin")


def warning(**values: Any) -> Warn:
    given = {"reason": "made", "key": "k", "text": "Acme: “Pages” waits.", "urgency": "now", "client": "acme"}
    return Warn(**{**given, **values})


@contextmanager
def bench(*warnings: Warn, now: datetime = MONDAY, **settings: Any) -> Iterator[Bench]:
    options = {key: settings.pop(key) for key in ("owner",) if key in settings}
    beside = {"warner": plugin("warner", on_message=lambda event: warnings)}
    given = {"clients": {"acme": acme()}, "beside": beside, "now": now, **options}
    with Bench(notify, to=TO, **given, **settings) as b:
        yield b


def test_what_cannot_wait_is_told_at_once_by_name_alone() -> None:
    with bench(warning()) as b:
        b.receive("x")
        assert b.notified == [("Acme GmbH: needs you now", "A warning. Your mail says what it is.")]
        assert b.world.web.notified[0][0] == ("ntfy://ntfy.vale.example/robin",)


def test_with_details_it_is_the_sentence() -> None:
    with bench(warning(), details=True) as b:
        b.receive("x")
        assert b.notified == [("Acme GmbH: needs you now", "Acme: “Pages” waits.")]


def test_in_the_owners_language() -> None:
    with bench(warning(client=None), owner={"language": "de"}) as b:
        b.receive("x")
        assert b.notified == [("whiteglove: jetzt nötig", "Eine Warnung. Worum es geht, steht in der Mail.")]


def test_the_same_warning_is_told_once_a_day() -> None:
    with bench(warning()) as b:
        b.receive("x")
        b.receive("y")
        assert len(b.notified) == 1
        b.advance(days=1, minutes=1)
        b.receive("z")
        assert len(b.notified) == 2


def test_what_can_wait_comes_only_where_it_is_wanted() -> None:
    with bench(warning(urgency="today"), warning(urgency="digest", key="d")) as b:
        b.receive("x")
        assert b.notified == []
    with bench(warning(urgency="today"), warning(urgency="digest", key="d"), urgencies=["now", "today"]) as b:
        b.receive("x")
        assert [title for title, _ in b.notified] == ["Acme GmbH: for today"]


def test_at_night_it_is_quiet_and_in_the_morning_there_is_one_notice_for_all() -> None:
    with bench(warning(), warning(key="other", client=None), now=SATURDAY) as b:
        b.receive("x")
        b.advance(hours=30)
        assert b.notified == []
        b.advance(hours=7)
        assert b.notified == [
            ("Acme GmbH, whiteglove: while you were away", "2 warnings. Your mail says what they are.")
        ]
        assert b.memory.keys() & {f"waiting:{number}" for number in range(100)} == set()
        b.advance(days=1)
        assert len(b.notified) == 1


def test_after_a_loud_night_the_notice_is_short() -> None:
    many = [warning(key=str(number), text=f"Warning {number}.") for number in range(8)]
    with bench(*many, now=SATURDAY, details=True) as b:
        b.receive("x")
        b.advance(hours=40)
        ((_, text),) = b.notified
        assert text.splitlines() == [*(f"Warning {number}." for number in range(5)), "and 3 more"]


def test_who_wants_it_loud_gets_it_at_night() -> None:
    with bench(warning(), now=SATURDAY, quiet=False) as b:
        b.receive("x")
        assert len(b.notified) == 1


def test_a_notice_that_fails_tells_by_mail_and_never_of_itself() -> None:
    with bench(warning()) as b:
        b.world.web.fail(CallError("apprise_missing", permanent=True), times=99)
        b.receive("x")
        failed = [row for row in b.warned if row.reason == "call_failed"]
        assert len(failed) == 1
        assert "whiteglove[notify]" in failed[0].text
        b.advance(days=3)
        assert [row.reason for row in b.warned].count("call_failed") == 1
        assert b.notified == []


def test_a_complaint_reaches_the_phone_without_a_word_of_it() -> None:
    with Bench(notify, to=TO, clients={"acme": acme()}, beside={"incidents": incidents}) as b:
        b.receive(COMPLAINT, subject="The cover")
        ((title, text),) = b.notified
        assert title == "Acme GmbH: needs you now"
        assert "disappointed" not in text + title
        assert "cover" not in text + title


@pytest.mark.parametrize("to", [[], [{}], [{"env": "A", "file": "b"}], [{"url": "ntfy://s3cret"}], ["ntfy://s3cret"]])
def test_where_addresses_are_kept_is_checked_and_never_repeated(to: Any) -> None:
    with pytest.raises(Exception, match="to") as error, Bench(notify, to=to):
        pass
    assert "s3cret" not in str(error.value)


def test_a_wrong_urgency_says_which_there_are() -> None:
    with pytest.raises(Exception, match='must be "now" or "today"'), Bench(notify, to=TO, urgencies=["never"]):
        pass
