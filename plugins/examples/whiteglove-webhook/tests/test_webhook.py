"""What was asked for is sent, signed, and says no more than it must."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from whiteglove.errors import ConfigurationError
from whiteglove.testing import bench
from whiteglove_plugins import incidents

import webhook

URL = "https://hooks.vale.example/whiteglove"
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
COMPLAINT = "I am very disappointed. This is unacceptable."


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_KEY", "s3cret")


def desk_for(*events: str, **more: Any) -> Any:
    return bench(webhook, url=URL, key={"env": "HOOK_KEY"}, events=list(events), **more)


def test_an_event_is_one_object() -> None:
    with desk_for("MessageReceived") as desk:
        desk.receive("How are things progressing?", subject="Catalogue relaunch")
        ((url, body),) = desk.posted
        assert url == URL
        assert (body["event"], body["client"], body["kinds"]) == ("MessageReceived", "acme", ["status_request"])


def test_only_what_was_asked_for_is_sent() -> None:
    with desk_for("ClientQuiet") as desk:
        desk.receive(COMPLAINT)
        assert desk.posted == []


def test_the_signature_is_the_one_that_the_readme_checks() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    scope: dict[str, Callable[[bytes, str, bytes], bool]] = {}
    exec(source, scope)
    with desk_for("MessageReceived") as desk:
        desk.receive("Any update?")
        (request,) = desk.requests
        signature = request.headers["X-Whiteglove-Signature"]
        assert scope["is_ours"](request.body, signature, b"s3cret")
        assert not scope["is_ours"](request.body + b" ", signature, b"s3cret")
        assert b"s3cret" not in request.body


def test_nothing_that_anybody_wrote_leaves_the_machine() -> None:
    with desk_for(*get_args(webhook.Name), beside={"incidents": incidents}) as desk:
        desk.receive(COMPLAINT, subject="Dragon festival")
        desk.receive("When is the Umbrella shipped?", subject="Umbrella")
        desk.notes_call(text="They think of leaving")
        desk.advance(days=20)
        sent = json.dumps([body for _, body in desk.posted]).casefold()
        for word in ("disappointed", "dragon", "umbrella", "leaving", "coyote", "wile@", "gmbh"):
            assert word not in sent
        assert {body["event"] for _, body in desk.posted} >= {"MessageReceived", "IncidentOpened", "ObligationOverdue"}


def test_every_event_that_can_be_named_stands_in_the_readme() -> None:
    assert [name for name in get_args(webhook.Name) if f"`{name}`" not in README] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "http://hooks.vale.example/"}, "must begin with https://"),
        ({"key": {"password": "s3cret"}}, "says where the key is kept"),
    ],
)
def test_settings_that_would_fail_later_are_refused_now(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bench(webhook, **{"url": URL, "key": {"env": "HOOK_KEY"}, **settings})
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)
