"""What a failing test prints is what one looks for."""

from __future__ import annotations

import dataclasses

import pytest

from benches import STATUS, plugin
from whiteglove.actions import Post, Warn
from whiteglove.testing import Notified, PluginFailedError, Posted, Warned, bench


def test_a_warning_prints_what_matters_and_cannot_be_changed() -> None:
    warn = Warn(reason="late", key="late:acme", text="Acme waits.", urgency="today", client="acme")
    with bench(plugin(on_message=lambda event: [warn])) as desk:
        desk.receive(STATUS)
        (warned,) = desk.warned
    printed = "Warned(text='Acme waits.', urgency='today', client='acme', key='late:acme', reason='late')"
    assert repr(warned) == printed
    assert (warned.plugin, warned.times) == ("made", 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        warned.text = "Nobody waits."  # type: ignore[misc]
    assert isinstance(warned, Warned)


def test_what_left_for_the_web_reads_as_a_pair_and_by_name() -> None:
    post = Post(reason="asked", url="https://hooks.vale.example/", body={"a": 1})
    with bench(plugin(on_message=lambda event: [post])) as desk:
        desk.receive(STATUS)
        assert desk.posted == [("https://hooks.vale.example/", {"a": 1})]
        assert desk.posted == [Posted(url="https://hooks.vale.example/", body={"a": 1})]
        (request,) = desk.requests
    assert (request.url, request.body) == ("https://hooks.vale.example/", b'{"a":1}')
    assert request.headers["X-Whiteglove-Plugin"] == "made"
    assert Notified("a", "b").title == "a"


def test_a_failure_is_one_of_the_test() -> None:
    assert issubclass(PluginFailedError, AssertionError)
