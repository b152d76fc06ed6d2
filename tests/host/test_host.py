"""Plugins called one by one: what they may do to each other, which is nothing, and when one is given a rest."""

from __future__ import annotations

import threading
import timeit
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, NoReturn

import pytest

from whiteglove.actions import Approve, Hold, Note
from whiteglove.errors import PluginError
from whiteglove.hookspecs import PluginInfo
from whiteglove.host import Host

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Make = Callable[..., ModuleType]
MakeHost = Callable[..., Host]


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def on_message(event: str, ctx: str) -> list[Note]:
    return [Note(reason=f"{event} for {ctx}")]


def broken(event: object) -> NoReturn:
    raise ValueError("boom")


def fail(host: Host, name: str, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(PluginError):
            host.call(name, "on_message", now, event="e", ctx="c")


def test_a_hook_is_called_with_the_arguments_it_names(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(
        both=plugin(on_message),
        one=plugin(on_message=lambda ctx: [Note(reason=ctx)]),
        none=plugin(on_message=lambda: None),
    )

    results = [host.call(name, "on_message", NOW, event="e", ctx="c") for name in ("both", "one", "none")]

    assert results == [(Note(reason="e for c"),), (Note(reason="c"),), ()]


def test_listeners_are_those_who_implement_the_hook_in_order(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(b=plugin(on_message), a=plugin(), c=plugin(on_message, review=lambda mail: None))

    assert host.listeners("on_message") == ("b", "c")
    assert host.listeners("review") == ("c",)
    assert host.listeners("on_sent") == ()
    with pytest.raises(ValueError, match="there is no hook on_mesage"):
        host.listeners("on_mesage")


def test_who_does_not_implement_a_hook_has_nothing_to_say(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(quiet=plugin())

    assert host.call("quiet", "on_message", NOW, event="e", ctx="c") == ()
    assert host.call("quiet", "review", NOW, mail="m", event="e", ctx="c") is None


def test_each_hook_has_its_own_kind_of_result(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(
        p=plugin(
            describe=lambda: PluginInfo("Holds."),
            review=lambda mail: Hold(reason=mail),
            schedules=lambda: (),
            classify=lambda: None,
        )
    )

    assert host.call("p", "review", NOW, mail="night", event="e", ctx="c") == Hold(reason="night")
    assert host.call("p", "schedules", NOW, ctx="c") == ()
    assert host.call("p", "classify", NOW, message="m", text="t", client="a", ctx="c") == ()
    assert host.call("p", "describe", NOW) == PluginInfo("Holds.")


def test_all_hooks_of_all_plugins_run_on_one_thread_that_is_not_the_callers(plugin: Make, host_of: MakeHost) -> None:
    seen: list[threading.Thread] = []

    def note_thread() -> None:
        seen.append(threading.current_thread())

    host = host_of(a=plugin(on_message=note_thread, review=note_thread), b=plugin(on_message=note_thread))
    for name, hook in (("a", "on_message"), ("b", "on_message"), ("a", "review")):
        host.call(name, hook, NOW)

    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert threading.current_thread() not in seen


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_broken_plugin_harms_no_neighbour(
    plugin: Make, host_of: MakeHost, heard: Any, kind: type[BaseException]
) -> None:
    def raises() -> NoReturn:
        raise kind("boom")

    host = host_of(bad=plugin(on_message=raises), good=plugin(on_message))

    with pytest.raises(PluginError, match=f"bad: the hook on_message raised {kind.__name__}: boom") as caught:
        host.call("bad", "on_message", NOW, event="e", ctx="c")

    assert caught.value.plugin == "bad"
    assert caught.value.__cause__ is None
    assert host.call("good", "on_message", NOW, event="e", ctx="c") == (Note(reason="e for c"),)
    assert heard.failures == [("bad", "on_message", str(caught.value))]
    assert heard.changes == []


def test_a_hanging_plugin_harms_no_neighbour(plugin: Make, host_of: MakeHost, stuck: threading.Event) -> None:
    host = host_of(0.25, bad=plugin(on_message=lambda: stuck.wait() and [Note(reason="late")]), good=plugin(on_message))

    with pytest.raises(PluginError, match="bad: the hook on_message took longer than"):
        host.call("bad", "on_message", NOW)

    assert host.call("good", "on_message", NOW, event="e", ctx="c") == (Note(reason="e for c"),)
    assert [plugin.failures for plugin in host.plugins] == [2, 0]


def test_nonsense_is_an_error_of_the_plugin_that_returned_it(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(bad=plugin(on_message=lambda: "Reply"))

    with pytest.raises(PluginError, match="bad: the hook on_message returned a str; right would be a list of actions"):
        host.call("bad", "on_message", NOW)


def test_five_failures_in_a_row_suspend(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    host = host_of(bad=plugin(on_message=broken), good=plugin(on_message))

    fail(host, "bad", 4)
    assert heard.changes == []
    fail(host, "bad", 1)

    bad, good = host.plugins
    assert (bad.failures, bad.suspended_since) == (5, NOW)
    assert bad.last_error.startswith("bad: the hook on_message raised ValueError: boom (test_host.py:")
    assert (good.failures, good.suspended_since, good.last_error) == (0, None, "")
    assert heard.changes == [("suspended", "bad")]
    assert len(heard.failures) == 5
    assert host.listeners("on_message") == ("bad", "good")
    assert host.is_suspended("bad", NOW)
    assert not host.is_suspended("good", NOW)


def test_a_success_ends_the_row_but_the_last_error_stays(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    def moody(event: str) -> None:
        if event == "bad":
            raise ValueError("boom")

    host = host_of(p=plugin(on_message=moody))
    for event in ("bad", "bad", "bad", "bad", "good", "bad", "bad", "bad", "bad"):
        try:
            host.call("p", "on_message", NOW, event=event)
        except PluginError:
            continue

    assert host.plugins[0].failures == 4
    assert "boom" in host.plugins[0].last_error
    assert heard.changes == []


def test_overruns_count_double(plugin: Make, host_of: MakeHost, heard: Any, stuck: threading.Event) -> None:
    host = host_of(0.25, bad=plugin(on_message=lambda: stuck.wait()))

    fail(host, "bad", 2)
    assert not host.is_suspended("bad", NOW)
    fail(host, "bad", 1)

    assert host.is_suspended("bad", NOW)
    assert host.plugins[0].failures == 6


def test_a_suspended_plugin_is_not_called_and_that_counts_nothing(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    calls: list[int] = []

    def count() -> NoReturn:
        calls.append(1)
        raise ValueError

    host = host_of(bad=plugin(on_message=count))
    fail(host, "bad", 5)

    with pytest.raises(PluginError, match="bad: is suspended since 2026-11-24 10:42 UTC; its events wait"):
        host.call("bad", "on_message", NOW + 59 * MINUTE)

    assert len(calls) == 5
    assert host.plugins[0].failures == 5
    assert len(heard.failures) == 5


def test_after_an_hour_one_more_failure_suspends_again(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    host = host_of(bad=plugin(on_message=broken))
    fail(host, "bad", 5)
    later = NOW + 60 * MINUTE
    assert not host.is_suspended("bad", later)

    fail(host, "bad", 1, later)

    assert host.is_suspended("bad", later)
    assert host.plugins[0].suspended_since == later
    assert heard.changes == [("suspended", "bad"), ("resumed", "bad"), ("suspended", "bad")]


def test_after_an_hour_a_success_is_a_new_start(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    healthy = threading.Event()

    def moody() -> None:
        if not healthy.is_set():
            raise ValueError

    host = host_of(p=plugin(on_message=moody))
    fail(host, "p", 5)
    healthy.set()

    host.call("p", "on_message", NOW + 60 * MINUTE)

    assert host.plugins[0].failures == 0
    assert host.plugins[0].suspended_since is None
    assert heard.changes == [("suspended", "p"), ("resumed", "p")]


def test_the_owner_can_resume_a_plugin_at_once(plugin: Make, host_of: MakeHost, heard: Any) -> None:
    host = host_of(bad=plugin(on_message=broken))
    fail(host, "bad", 5)

    host.resume("bad")
    host.resume("bad")

    assert not host.is_suspended("bad", NOW)
    assert heard.changes == [("suspended", "bad"), ("resumed", "bad")]
    fail(host, "bad", 4)
    assert not host.is_suspended("bad", NOW)
    with pytest.raises(KeyError):
        host.resume("nobody")


def test_a_clock_set_back_does_not_prolong_a_suspension(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(bad=plugin(on_message=broken))
    fail(host, "bad", 5)

    assert host.is_suspended("bad", NOW - MINUTE)
    assert not host.is_suspended("bad", NOW - timedelta(days=1))


def test_an_unknown_plugin_is_a_mistake_of_the_callers(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(p=plugin(on_message))

    for ask in (host.templates, lambda name: host.is_suspended(name, NOW), lambda name: host.call(name, "review", NOW)):
        with pytest.raises(KeyError):
            ask("nobody")


def test_callers_on_several_threads_are_served_in_turn(plugin: Make, host_of: MakeHost) -> None:
    inside: list[int] = []

    def alone(event: int) -> list[Note]:
        inside.append(event)
        assert len(inside) == 1
        inside.remove(event)
        return [Note(reason=str(event))]

    host = host_of(p=plugin(on_message=alone))
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda number=number: results.append(host.call("p", "on_message", NOW, event=number)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(notes[0].reason for notes in results) == [str(number) for number in range(8)]
    assert host.plugins[0].failures == 0


def test_nothing_is_called_after_the_end(plugin: Make, host_of: MakeHost) -> None:
    host = host_of(p=plugin(on_message))
    host.close()
    host.close()

    with pytest.raises(RuntimeError, match="was closed"):
        host.call("p", "on_message", NOW, event="e", ctx="c")


def test_a_call_is_cheap(plugin: Make, host_of: MakeHost) -> None:
    """Two changes of thread and the look at the result; a tenth of a second would be felt, a millisecond is not."""
    host = host_of(p=plugin(on_message, review=lambda mail: Approve()))

    def call() -> None:
        host.call("p", "on_message", NOW, event="e", ctx="c")

    assert min(timeit.repeat(call, number=100, repeat=5)) / 100 < 5e-3


def test_how_long_a_hook_took_is_told_whether_it_failed_or_not(plugin: Make) -> None:
    told: list[tuple[str, float]] = []
    modules = {"sound": (plugin(on_message), {}), "broken": (plugin(on_message=broken), {})}
    host = Host.for_modules(modules, on_called=lambda name, seconds: told.append((name, seconds)))
    host.call("sound", "on_message", NOW, event="e", ctx="c")
    host.call("sound", "review", NOW, mail="m", event="e", ctx="c")
    fail(host, "broken", 1)
    host.close()
    assert [name for name, _ in told] == ["sound", "broken"]
    assert all(0 < seconds < 5 for _, seconds in told)
