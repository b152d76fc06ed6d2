"""How a fault of a plugin reads, and what never stands in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from whiteglove.actions import Note
from whiteglove.clients import Client
from whiteglove.events import MessageReceived
from whiteglove.host.attempt import LONGEST_MESSAGE, HookFailedError, attempt
from whiteglove.host.hookthread import HookThread
from whiteglove.host.implementations import Implementation
from whiteglove.message import Address, RecordedMessage, Verdicts

BODY = "Dear Robin, where is the catalogue? Grüße, Wile"
EVENT = MessageReceived(
    id=1,
    at=datetime(2026, 11, 24, tzinfo=UTC),
    message=RecordedMessage(
        row=1, mailbox="studio", folder="INBOX", uidvalidity=1, uid=1, message_id="1@acme.example",
        received_at=datetime(2026, 11, 24, tzinfo=UTC), author=Address("wile@acme.example"), to=(), cc=(), subject="s",
        client="acme", thread=1, verdicts=Verdicts(human=True, may_acknowledge=True, obliges=True),
    ),
    client=Client(key="acme", name="Acme GmbH", timezone="UTC", language="en"),
    person=None,
    text=BODY,
)  # fmt: skip


@pytest.fixture
def thread() -> Iterator[HookThread]:
    thread = HookThread()
    yield thread
    thread.close()


def fail(thread: HookThread, hook: Callable[..., Any], name: str = "on_message", **arguments: Any) -> HookFailedError:
    with pytest.raises(HookFailedError) as caught:
        attempt(thread, 5, name, Implementation(hook, tuple(arguments)), arguments)
    return caught.value


def deep(levels: int) -> NoReturn:
    if levels:
        deep(levels - 1)
    raise ValueError("boom")


def test_whoever_wants_it_is_given_the_exception_itself(thread: HookThread) -> None:
    heard: list[BaseException] = []
    with pytest.raises(HookFailedError, match="raised ValueError: boom"):
        attempt(thread, 5, "on_message", Implementation(lambda: deep(3), ()), {}, heard.append)
    assert [type(error) for error in heard] == [ValueError]
    assert heard[0].__traceback__ is not None


def test_a_result_comes_back_checked(thread: HookThread) -> None:
    hook = Implementation(lambda event, ctx: iter([Note(reason=ctx)]), ("event", "ctx"))

    assert attempt(thread, 5, "on_message", hook, {"ctx": "quiet", "event": EVENT}) == (Note(reason="quiet"),)


def test_a_fault_names_hook_error_and_the_plugins_own_lines(thread: HookThread) -> None:
    error = fail(thread, lambda: deep(1))

    line = deep.__code__.co_firstlineno
    assert str(error).startswith(
        "the hook on_message raised ValueError: boom "
        f"(test_attempt.py:{line + 3} in deep, test_attempt.py:{line + 2} in deep, test_attempt.py:"
    )
    assert error.weight == 1
    assert "attempt.py:" not in str(error).replace("test_attempt.py:", "")


def test_a_fault_of_many_levels_is_told_shortly(thread: HookThread) -> None:
    assert str(fail(thread, lambda: deep(50))).count("test_attempt.py") == 4


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError, BaseException])
def test_whatever_is_raised_ends_the_call_only(thread: HookThread, kind: type[BaseException]) -> None:
    def hook() -> NoReturn:
        raise kind

    assert str(fail(thread, hook)).startswith(f"the hook on_message raised {kind.__name__} (test_attempt.py:")


def test_an_error_that_cannot_be_shown_is_still_told(thread: HookThread) -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise SystemExit

    def hook() -> NoReturn:
        raise SilentError

    assert "raised SilentError" in str(fail(thread, hook))


def test_a_result_that_is_nonsense_is_told(thread: HookThread) -> None:
    assert str(fail(thread, lambda: 3)) == "the hook on_message returned an int; right would be a list of actions"


def test_a_generator_that_fails_is_told_with_its_line(thread: HookThread) -> None:
    def hook() -> Iterator[Note]:
        yield Note(reason="r")
        deep(0)

    assert " in deep, test_attempt.py:" in str(fail(thread, hook))


def test_a_call_that_takes_too_long_weighs_more_and_says_where_it_was(thread: HookThread) -> None:
    stuck = threading.Event()

    def hook() -> None:
        stuck.wait()

    with pytest.raises(HookFailedError) as caught:
        attempt(thread, 0.25, "review", Implementation(hook, ()), {})
    stuck.set()

    assert str(caught.value).startswith("the hook review took longer than 0.25 s (")
    assert f"{Path(__file__).name}:{hook.__code__.co_firstlineno + 1} in hook" in str(caught.value)
    assert caught.value.weight == 2


def test_an_endless_result_is_an_overrun_or_nonsense_never_a_hang(thread: HookThread) -> None:
    stuck = threading.Event()

    def hook() -> Iterator[Note]:
        yield Note(reason="r")
        stuck.wait()

    with pytest.raises(HookFailedError, match="took longer"):
        attempt(thread, 0.25, "on_message", Implementation(hook, ()), {})
    stuck.set()


def quoting(event: MessageReceived) -> NoReturn:
    raise ValueError(f"cannot read {event.text!r} in line 1")


def shouting(event: MessageReceived) -> NoReturn:
    raise LookupError(f"no rule\nfor {event.text.upper() if event.text else ''}")


def classify(message: object, text: str) -> NoReturn:
    raise KeyError(text)


def test_the_words_of_a_client_never_stand_in_a_fault(thread: HookThread) -> None:
    faults = [
        str(fail(thread, quoting, event=EVENT)),
        str(fail(thread, shouting, event=EVENT)),
        str(fail(thread, classify, "classify", message=EVENT.message, text=BODY)),
    ]

    assert not [word for word in ("dear", "where", "catalogue", "grüße", "wile") if word in " ".join(faults).casefold()]
    assert faults[0].startswith("the hook on_message raised ValueError: cannot read '… …")
    assert "in line 1" in faults[0]


def test_a_long_message_is_cut(thread: HookThread) -> None:
    def hook() -> NoReturn:
        raise ValueError("many words " * 1000)

    assert len(str(fail(thread, hook)).split(" (")[0]) <= LONGEST_MESSAGE + len(
        "the hook on_message raised ValueError: "
    )


def test_a_fault_holds_on_to_nothing(thread: HookThread) -> None:
    error = fail(thread, quoting, event=EVENT)

    assert error.__cause__ is None
    assert error.__context__ is None
