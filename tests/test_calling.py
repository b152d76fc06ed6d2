"""A plugin's web calls and notices go out after the commit, again where they were not taken, and say nothing after."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from benches import acme, plugin
from whiteglove.actions import Action, Notify, Post
from whiteglove.calling import DELIVERY, LONGEST_TRIED, NOTICE_TRIED, SENDER, SIGNATURE
from whiteglove.errors import CallError
from whiteglove.store import calls
from whiteglove.store.calls import Call
from whiteglove.testing import Bench

URL = "https://hooks.vale.example/in"
KEY = {"env": "WHITEGLOVE_TEST_HOOK"}
POST = Post(reason="made", url=URL, body={"client": "acme", "minutes": 5})
NOTICE = Notify(reason="made", title="Acme", text="Late.", to=({"env": "WHITEGLOVE_TEST_PHONE"},))
LOST = CallError("late")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITEGLOVE_TEST_HOOK", "s3cret")
    monkeypatch.setenv("WHITEGLOVE_TEST_PHONE", "json://phone.vale.example")


@contextmanager
def bench(*actions: Action, **options: Any) -> Iterator[Bench]:
    made = plugin("hook", on_message=lambda event: actions)
    with Bench(made, clients={"acme": acme()}, **options) as b:
        yield b


def on_record(b: Bench) -> list[Call]:
    with b.store.read() as tx:
        return list(calls.everything(tx))


def test_a_post_goes_out_once_with_its_marks() -> None:
    with bench(POST) as b:
        b.receive("x")
        b.run()
        assert b.posted == [(URL, {"client": "acme", "minutes": 5})]
        ((_, _, headers),) = b.world.web.posted
        assert headers["Content-Type"] == "application/json"
        assert headers[SENDER] == "hook"
        assert len(headers[DELIVERY]) == 32
        assert SIGNATURE not in headers
        (call,) = on_record(b)
        assert (call.state, call.action) == ("done", "")


def test_a_signature_is_made_with_the_key_that_is_kept_elsewhere() -> None:
    with bench(Post(reason="made", url=URL, body={"a": "ü"}, signed_with=KEY)) as b:
        b.receive("x")
        ((_, body, headers),) = b.world.web.posted
        digest = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        assert headers[SIGNATURE] == f"sha256={digest}"
        assert json.loads(body) == {"a": "ü"}
        assert b.store.path is not None
        assert b"s3cret" not in b"".join(path.read_bytes() for path in b.store.path.parent.glob("*"))


def test_a_notice_goes_to_the_addresses_that_are_kept_elsewhere() -> None:
    with bench(NOTICE) as b:
        b.receive("x")
        assert b.world.web.notified == [(("json://phone.vale.example",), "Acme", "Late.")]
        assert b.notified == [("Acme", "Late.")]


def test_what_was_not_taken_is_tried_again_with_growing_pauses_under_the_same_number() -> None:
    with bench(POST) as b:
        b.world.web.fail(LOST, times=3)
        b.receive("x")
        pauses = []
        while b.posted == []:
            (call,) = on_record(b)
            pauses.append((call.not_before - b.clock.now()).total_seconds())
            b.advance(seconds=pauses[-1])
        assert pauses == [10, 20, 40]
        assert on_record(b)[0].state == "done"
        assert b.warned == []


def test_after_a_day_the_owner_is_told_once() -> None:
    with bench(POST) as b:
        b.world.web.fail(LOST, times=10_000)
        b.receive("x")
        b.advance(seconds=(LONGEST_TRIED / 2).total_seconds())
        assert on_record(b)[0].state == "waiting"
        b.advance(seconds=(LONGEST_TRIED / 2 + timedelta(minutes=31)).total_seconds())
        (call,) = on_record(b)
        assert (call.state, call.error, call.action) == ("failed", "late", "")
        (warning,) = b.warned
        assert "“hook” did not get through (late)" in warning.text


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        (POST, "status_410", "Un appel web du plugin «\u202fhook\u202f» n’est pas arrivé (status_410)"),
        (NOTICE, "address", "Prochaine étape\u202f: voir si apprise connaît ce genre d’adresse."),
        (NOTICE, "apprise_missing", "`pip install 'whiteglove[notify]'`"),
    ],
    ids=["post", "address", "not_installed"],
)
def test_the_owner_is_told_in_their_language(action: Post | Notify, code: str, said: str) -> None:
    with bench(action, owner={"language": "fr"}) as b:
        b.world.web.fail(CallError(code, permanent=True))
        b.receive("x")
        assert said in b.warned[0].text


def test_a_notice_is_given_up_sooner() -> None:
    with bench(NOTICE) as b:
        b.world.web.fail(LOST, times=10_000)
        b.receive("x")
        b.advance(seconds=(NOTICE_TRIED + timedelta(minutes=31)).total_seconds())
        assert on_record(b)[0].state == "failed"
        assert "A notice to you" in b.warned[0].text


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    with bench(POST) as b:
        b.world.web.fail(CallError("status_410", permanent=True))
        b.receive("x")
        assert (on_record(b)[0].state, len(b.warned)) == ("failed", 1)
        b.advance(days=2)
        assert b.posted == []


def test_a_key_that_is_missing_may_be_put_there_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHITEGLOVE_TEST_PHONE")
    with bench(NOTICE) as b:
        b.receive("x")
        assert (on_record(b)[0].state, on_record(b)[0].error) == ("waiting", "key")
        monkeypatch.setenv("WHITEGLOVE_TEST_PHONE", "json://phone.vale.example")
        b.advance(minutes=1)
        assert on_record(b)[0].state == "done"


def test_one_that_cannot_be_made_holds_up_no_other() -> None:
    with bench(POST, NOTICE) as b:
        b.world.web.fail(CallError("status_410", permanent=True))
        b.receive("x")
        assert b.notified == [("Acme", "Late.")]


def test_an_event_that_is_retried_asks_for_no_second_call() -> None:
    with bench(POST) as b:
        b.receive("x")
        b.restart()
        b.run()
        assert len(b.posted) + len(on_record(b)) == 2 - (len(b.posted) == 0)
