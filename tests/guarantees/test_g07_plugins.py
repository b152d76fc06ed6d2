"""G7: a broken or hanging plugin harms no neighbour, loses no event, and is named in the summary."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benches import MANY, STATUS, acme, plugin, to_clients, to_owner
from whiteglove.actions import Remember, Reply, Warn
from whiteglove.cli import main
from whiteglove.errors import ConfigurationError
from whiteglove.settings.data import load_lexicon
from whiteglove.store import events
from whiteglove.store.schema import handlings
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, daily_summary

BUDGET = 0.2
MORNING = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
"""Eight o'clock in Berlin, when the summary comes."""
OVER = threading.Event()
"""Whoever hangs ends with the tests of this file."""


@pytest.fixture(scope="module", autouse=True)
def _an_end_to_every_hanging() -> Iterator[None]:
    # What is read once in a process would else be read, and cleared up after, within the small budget of some hook.
    load_lexicon().check()
    gc.collect()
    yield
    OVER.set()


def neighbour(name: str = "neighbour") -> ModuleType:
    """Remembers each message that it was shown."""

    def on_message(event: Any, ctx: Any) -> list[Remember]:
        return [Remember(reason="seen", key=str(event.message.row), value=(ctx.memory.get("times") or 0) + 1)]

    return plugin(name, on_message=on_message)


def bench(broken: ModuleType, **options: Any) -> Bench:
    """The broken plugin between two sound ones, and the summary of a real day."""
    beside = {
        "broken": broken,
        "acknowledge": (acknowledge, {"delay": "0s"}),
        "daily_summary": daily_summary,
    }
    given: dict[str, Any] = {"clients": {"acme": acme()}, "toml": MANY, "budget": BUDGET}
    return Bench(neighbour(), beside=beside, **{**given, **options})


def states(house: Bench) -> dict[str, str]:
    """What became of the last message in each plugin."""
    with house.store.read() as tx:
        return {row.plugin: row.state for row in tx.execute(handlings.select().order_by(handlings.c.event))}


def still_open(house: Bench) -> int:
    with house.store.read() as tx:
        return events.counts(tx)["open"]


def summary(house: Bench) -> SentMail:
    """The next one."""
    until_eight = (MORNING - house.clock.now()) % timedelta(days=1)
    (found,) = [mail for mail in house.advance(seconds=until_eight.total_seconds()) if "Next summary" in mail.text]
    return found


class _Unspeakable(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("not even its name")

    __repr__ = __str__


def raising(error: BaseException) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


def recursing() -> Any:
    return recursing()


def hanging() -> Any:
    OVER.wait(30)


def endless() -> Iterator[Any]:
    while not OVER.wait(0.02):
        yield from ()


def breaking_off() -> Iterator[Any]:
    yield Warn(reason="x", key="half", text="Half of it.")
    raise RuntimeError("in the middle")


BROKEN: dict[str, Callable[[], Any]] = {
    "an exception": raising(RuntimeError("a defect")),
    "an exit": raising(SystemExit(3)),
    "an interrupt": raising(KeyboardInterrupt()),
    "an end of a generator": raising(GeneratorExit()),
    "an exception without words": raising(_Unspeakable()),
    "a recursion": recursing,
    "a hanging": hanging,
    "an endless generator": endless,
    "a generator that breaks off": breaking_off,
    "a flood": lambda: (Warn(reason="x", key=str(number), text="Look.") for number in range(10_000)),
    "a number": lambda: 42,
    "a text": lambda: "Reply",
    "nothing among something": lambda: [Warn(reason="x", key="half", text="Half of it."), None],
    "a class": lambda: [Warn],
    "an action by itself": lambda: Warn(reason="x", key="alone", text="Alone."),
    "an action of another form": lambda: [Warn(reason="x", key=b"k", text=3)],  # type: ignore[arg-type]
    "an action too large": lambda: [Remember(reason="x", key="k", value="x" * 100_000)],
    "an answer from the past": lambda: [Reply(reason="x", template="x", delay=timedelta(days=-1))],
}


def test_whatever_a_plugin_does_its_neighbours_are_served_its_event_waits_and_nothing_is_done_by_halves() -> None:
    acts = iter(BROKEN.values())
    broken = plugin("broken", on_message=lambda event: next(acts)())
    with bench(broken) as house:
        for number, name in enumerate(BROKEN):
            # Another plugin would have been put to rest by now; here each message meets one that has just come.
            house.host.resume("broken")
            sent = house.receive(STATUS, subject=f"Matter {number}")
            assert len(to_clients(sent)) == 1, name
            assert to_owner(sent) == house.warned == [], name
            assert states(house) == {"neighbour": "done", "broken": "failed", "acknowledge": "done"}, name
            assert still_open(house) == number + 1, name
            assert len(house.failures) == number + 1, name
            assert "broken.on_message" in house.failures[-1], name
            assert house.logged("plugin.failed")[-1]["plugin"] == "broken", name
        assert len(house.memory) == len(BROKEN)


def test_what_waited_is_done_once_by_everybody_when_the_plugin_is_whole_again() -> None:
    is_whole: list[bool] = []
    seen: list[int] = []

    def on_message(event: Any) -> list[Warn]:
        if not is_whole:
            raise RuntimeError("a defect")
        seen.append(event.message.row)
        return [Warn(reason="x", key=f"m{event.message.row}", text="At last.", urgency="digest")]

    with bench(plugin("broken", on_message=on_message)) as house:
        for number in range(6):
            house.receive(STATUS, subject=f"Matter {number}")
        assert [one.suspended_since is not None for one in house.host.plugins] == [False, True, False, False]
        is_whole.append(True)
        assert to_clients(house.advance(minutes=59) + house.advance(minutes=2) + house.advance(minutes=6)) == []
        assert sorted(seen) == [1, 2, 3, 4, 5, 6]
        assert still_open(house) == 0
        assert len(house.warned) == 6
        house.restart()
        assert len(seen) == 6


def test_a_restart_mends_no_plugin_and_the_owners_word_does() -> None:
    calls: list[int] = []

    def on_message(event: Any) -> None:
        calls.append(event.message.row)
        raise RuntimeError("a defect")

    with bench(plugin("broken", on_message=on_message)) as house:
        for number in range(6):
            house.receive(STATUS, subject=f"Matter {number}")
        house.daemon.health.look()
        assert len(calls) == 5
        house.restart()
        assert len(to_clients(house.receive(STATUS, subject="After the restart"))) == 1
        assert len(calls) == 5
        house.host.resume("broken")
        house.receive(STATUS, subject="After the word")
        assert len(calls) > 5


def test_one_that_fails_and_rests_is_named_in_the_summary_and_one_whose_event_is_parked_counts_there() -> None:
    with bench(plugin("broken", on_message=lambda event: BROKEN["an exception"]())) as house:
        house.receive(STATUS)
        sent = [mail for minutes in (1, 2, 3, 6) for mail in house.advance(minutes=minutes)]
        assert to_clients(sent) == []
        assert states(house)["broken"] == "parked"
        text = " ".join(summary(house).text.split())
        assert "plugin broken failed too often and rests" in text
        assert "one event could not be handled and waits for you" in text


def test_one_that_never_manages_one_message_is_named_although_it_manages_every_other() -> None:
    def on_message(event: Any) -> None:
        if event.message.subject == "Odd":
            raise RuntimeError("a defect")

    with bench(plugin("broken", on_message=on_message)) as house:
        house.receive(STATUS, subject="Odd")
        for number, minutes in enumerate((1, 2, 3, 6)):
            house.receive(STATUS, subject=f"Matter {number}")
            house.advance(minutes=minutes)
        assert states(house)["broken"] == "done"
        assert len(house.logged("message.parked")) == 1
        assert "broken" in summary(house).text


HOOKS: dict[str, Callable[..., Any]] = {
    "schedules": lambda ctx: BROKEN["an exception"](),
    "classify": lambda message, text: BROKEN["an exception"](),
    "on_obligation": lambda event: BROKEN["an exception"](),
    "on_delivery": lambda event: BROKEN["an exception"](),
    "on_warning": lambda event: BROKEN["an exception"](),
    "on_sent": lambda event: BROKEN["an exception"](),
    "summarise": lambda day: BROKEN["an exception"](),
}


def test_no_hook_that_fails_takes_the_answer_the_warning_or_the_summary_with_it() -> None:
    with bench(plugin("broken", **HOOKS)) as house:
        assert len(to_clients(house.receive(STATUS))) == 1
        house.host.resume("broken")
        assert len(to_owner(house.receive("This is urgent, the site is down!", subject="Site"))) == 1
        house.host.resume("broken")
        house.owner_sends("Here is the report.", to="ada@acme.example", subject="Status")
        assert {failure.partition(":")[0].partition(".")[2] for failure in house.failures} == {
            *HOOKS.keys() - {"summarise"}
        }
        said = " ".join(summary(house).text.split())
        assert "plugin broken" in said


def test_a_summary_without_the_part_of_one_that_fails_says_whose_is_missing() -> None:
    with bench(plugin("broken", summarise=lambda day: hanging())) as house:
        assert "plugin broken could not give its part of this summary" in " ".join(summary(house).text.split())


def test_a_review_that_fails_holds_the_mail_and_the_owner_is_told() -> None:
    with bench(plugin("broken", review=lambda mail: BROKEN["a hanging"]())) as house:
        sent = house.receive(STATUS, subject="Held")
        assert to_clients(sent) == []
        assert [(mail.state, mail.reason) for mail in house.mails if mail.client] == [("planned", "status_request")]
        (warning,) = house.warned
        assert "the plugin “broken” could not look at it" in warning.text


def test_one_that_cannot_say_what_it_is_keeps_the_daemon_from_starting_and_is_named() -> None:
    broken = plugin("broken")
    broken.describe = plugin("x", describe=BROKEN["an exit"]).describe  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="broken"):
        bench(broken)


def test_what_a_plugin_does_to_its_arguments_nobody_else_sees() -> None:
    def on_message(event: Any, ctx: Any) -> list[Any]:
        for attempt in (
            lambda: setattr(event, "text", "Another text."),
            lambda: setattr(event.message, "subject", "Another"),
            lambda: setattr(event.client, "acknowledge", False),
            lambda: setattr(ctx, "now", None),
            lambda: ctx.book.clients.clear(),
            lambda: ctx.book.clients.update(acme=None),
            lambda: event.client.people.clear(),
            lambda: event.message.to.append(None),
            lambda: setattr(ctx.config, "enabled", None),
            lambda: setattr(ctx.worktime, "zone", None),
            lambda: ctx.memory.update(times=99),
            lambda: setattr(ctx.owner, "address", "eve@elsewhere.example"),
        ):
            with suppress(Exception):
                attempt()
        return []

    with bench(plugin("broken", on_message=on_message)) as house:
        (answer,) = to_clients(house.receive(STATUS, subject="Catalogue"))
        assert answer.recipient == "wile@acme.example"
        assert answer.subject == "Re: Catalogue"
        assert house.settings.owner.address == "robin@vale.example"
        assert house.settings.book.clients["acme"].acknowledge
        assert house.memory == {"1": 1}
        assert states(house)["broken"] == "done"


def test_threads_that_a_plugin_leaves_behind_change_nothing() -> None:
    started: list[threading.Thread] = []

    def on_message(event: Any) -> list[Any]:
        for _ in range(20):
            started.append(threading.Thread(target=OVER.wait, args=(30,), daemon=True))
            started[-1].start()
        return []

    with bench(plugin("broken", on_message=on_message)) as house:
        assert len(to_clients(house.receive(STATUS))) == 1
        assert all(thread.is_alive() for thread in started)
        assert still_open(house) == 0


def test_late_results_of_one_that_hung_are_thrown_away() -> None:
    given_up, returned = threading.Event(), threading.Event()

    def on_message(event: Any) -> list[Any]:
        given_up.wait(10)
        returned.set()
        return [Remember(reason="x", key="late", value=1), Warn(reason="x", key="late", text="Late.")]

    with bench(plugin("broken", on_message=on_message)) as house:
        assert len(to_clients(house.receive(STATUS))) == 1
        given_up.set()
        assert returned.wait(10)
        house.run()
        assert house.warned == []
        assert states(house)["broken"] == "failed"


def die(state: Path) -> int:
    """One daemon, in a process of its own, with a plugin that ends the process; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        # The bench of who dies is never closed.
        tempfile.tempdir = str(state.parent)
        with bench(plugin("broken", on_message=lambda event: os._exit(7)), daemon={"state": str(state)}) as house:
            house.receive(STATUS)
    finally:
        os._exit(0)


def test_a_plugin_that_ends_the_process_ends_it_five_times_and_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The attempt is counted before it is made; the sixth daemon leaves the event to a person."""
    state = tmp_path / "state"
    assert [die(state) for _ in range(5)] == [7] * 5
    with bench(plugin("broken"), daemon={"state": str(state)}) as house:
        (parked,) = house.logged("message.parked")
        assert (parked["level"], parked.get("plugin")) == ("error", None)
        assert (house.recorded, len(house.obligations), house.mails) == (1, 1, [])
        assert "one event could not be handled and waits for you" in " ".join(summary(house).text.split())
        assert main(["--config", str(house.settings.path), "events", "retry", str(parked["event_id"])]) == 0
        house.run()
        assert house.reasons == ["too_old"]
        assert house.memory == {"1": 1}
