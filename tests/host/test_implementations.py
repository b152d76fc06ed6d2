"""Every way to miss a hook is told in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from whiteglove.hookspecs import PluginInfo, hookimpl
from whiteglove.host.implementations import FaultyHooksError, hooks, implementations

Make = Callable[..., ModuleType]


def test_all_hooks_are_known_with_their_arguments() -> None:
    assert hooks()["describe"] == ()
    assert hooks()["on_message"] == ("event", "ctx")
    assert hooks()["classify"] == ("message", "text", "client", "ctx")
    assert hooks()["review"] == ("mail", "event", "ctx")
    assert set(hooks()) == {
        "describe", "schedules", "classify", "on_message", "on_sent", "on_draft", "on_delivery", "on_promise",
        "on_obligation", "on_incident", "on_client", "on_mailbox", "on_warning", "on_timer", "on_schedule", "review",
        "summarise",
    }  # fmt: skip


def test_a_hook_may_leave_out_arguments_and_put_them_in_any_order(plugin: Make) -> None:
    def review(ctx: Any, mail: Any) -> None: ...
    def on_message() -> None: ...

    found = implementations(plugin(review, on_message))

    assert {name: one.arguments for name, one in found.items()} == {
        "describe": (), "review": ("ctx", "mail"), "on_message": (),
    }  # fmt: skip


def test_a_plugin_may_be_any_object() -> None:
    class Counting:
        __eq__ = object.__eq__
        __hash__ = None  # type: ignore[assignment]
        count = 0

        @hookimpl
        def describe(self) -> PluginInfo:
            return PluginInfo("Counts.")

        @hookimpl
        def on_message(self, event: object) -> None:
            self.count += 1

    counting = Counting()
    found = implementations(counting)
    found["on_message"].function(None)

    assert found["on_message"].arguments == ("event",)
    assert counting.count == 1


def test_a_function_may_have_another_name_than_its_hook(plugin: Make) -> None:
    module = plugin()

    @hookimpl(specname="on_message")
    def answer(event: object) -> None: ...

    module.answer = answer  # type: ignore[attr-defined]

    assert set(implementations(module)) == {"describe", "on_message"}


def on_mesage(event: object) -> None: ...
def quite_different() -> None: ...
def on_message(event: object, contxt: object) -> None: ...
def on_sent(event: object, ctx: object = None) -> None: ...
def on_promise(event: object, *, ctx: object) -> None: ...
async def on_warning(event: object) -> None: ...
def schedules(ctx: object, whatever: int = 3, *more: int, **others: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (on_mesage, 'there is no hook on_mesage; did you mean "on_message"?'),
        (quite_different, "there is no hook quite_different; there are describe, schedules, classify, on_message,"),
        (on_message, 'on_message has no argument contxt; did you mean "ctx"?'),
        (on_sent, "on_sent gives ctx a default, and would therefore never be given it; leave the default out"),
        (on_promise, "on_promise takes ctx by keyword only; write it as an ordinary argument"),
        (on_warning, "on_warning is async; a hook is a plain function"),
    ],
)
def test_a_missed_hook_is_named(plugin: Make, function: Callable[..., Any], sentence: str) -> None:
    with pytest.raises(FaultyHooksError) as caught:
        implementations(plugin(function))

    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(sentence)


def test_arguments_with_defaults_of_their_own_are_left_alone(plugin: Make) -> None:
    assert implementations(plugin(schedules))["schedules"].arguments == ("ctx",)


def test_all_faults_are_told_at_once(plugin: Make) -> None:
    with pytest.raises(FaultyHooksError, match=r"on_mesage.*on_message has no argument") as caught:
        implementations(plugin(on_mesage, on_message))

    assert len(caught.value.faults) == 2


def test_a_function_that_lacks_its_mark_is_named(plugin: Make) -> None:
    module = plugin()
    exec("def on_message(event): ...", module.__dict__)

    with pytest.raises(FaultyHooksError, match="on_message is named like a hook but lacks its @hookimpl"):
        implementations(module)


def test_a_function_from_elsewhere_that_is_named_like_a_hook_is_left_alone(plugin: Make) -> None:
    def review(text: str) -> str:
        return text

    module = plugin()
    module.review = review  # type: ignore[attr-defined]

    assert set(implementations(module)) == {"describe"}


def test_describe_is_required() -> None:
    with pytest.raises(FaultyHooksError, match="does not say what it is for; right would be a hook def describe"):
        implementations(ModuleType("empty"))


def test_one_function_for_each_hook(plugin: Make) -> None:
    module = plugin(on_message=lambda event: None)
    module.other = hookimpl(specname="on_message")(lambda ctx: None)  # type: ignore[attr-defined]

    with pytest.raises(FaultyHooksError, match="the plugin implements on_message twice"):
        implementations(module)


@pytest.mark.parametrize("mark", [{"wrapper": True}, {"hookwrapper": True}])
def test_wrappers_are_refused(plugin: Make, mark: dict[str, bool]) -> None:
    def wrap() -> Any:
        return (yield)

    module = plugin()
    module.on_message = hookimpl(**mark)(wrap)  # type: ignore[attr-defined, call-overload]

    with pytest.raises(FaultyHooksError, match="on_message is a wrapper"):
        implementations(module)
