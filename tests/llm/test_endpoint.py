"""One question to an endpoint, which may do anything: the answer, or one code, and always in time."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from servers.certificates import Certificate
from servers.model import Behaviour, FakeModel, dripping, endless, hanging_up, reply, sending, silent, wrapped
from whiteglove.errors import ConfigurationError, Problem
from whiteglove.llm.endpoint import LARGEST_ANSWER, Endpoint, EndpointError, complete, endpoint_of
from whiteglove.settings import load

HELLO = [{"role": "user", "content": "hello"}]
GOOD = reply(wrapped("hi"))


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(sending(GOOD)) as made:
        yield made


def at(model: FakeModel, **more: Any) -> Endpoint:
    return Endpoint(**{"url": model.url, "model": "small", "deadline": 2.0, **more})


def code_of(endpoint: Endpoint, seconds: float = 2.0) -> str:
    began = time.monotonic()
    with pytest.raises(EndpointError) as error:
        complete(endpoint, HELLO, seconds)
    assert time.monotonic() - began < seconds + 2
    assert error.value.__cause__ is None
    return error.value.code


def test_the_question_is_as_the_api_wants_it(model: FakeModel) -> None:
    assert complete(at(model), HELLO, 2.0) == "hi"
    assert model.paths == ["/v1/chat/completions"]
    (asked,) = model.asked
    assert (asked["model"], asked["messages"], asked["stream"], asked["temperature"]) == ("small", HELLO, False, 0)
    assert "authorization" not in model.headers[0]
    bare = replace(at(model), url=f"http://127.0.0.1:{model.port}")
    assert complete(bare, HELLO, 2.0) == "hi"
    assert complete(replace(bare, url=f"http://localhost:{model.port}/llm/v1/"), HELLO, 2.0) == "hi"
    assert model.paths[1:] == ["/v1/chat/completions", "/llm/v1/chat/completions"]


def test_a_key_goes_along_and_stands_in_no_repr(model: FakeModel) -> None:
    endpoint = at(model, key=lambda: "s3cret")
    complete(endpoint, HELLO, 2.0)
    assert model.headers[0]["authorization"] == "Bearer s3cret"
    assert "s3cret" not in repr(endpoint)


def test_a_key_that_cannot_be_had_asks_nobody(model: FakeModel) -> None:
    def gone() -> str:
        raise ConfigurationError((Problem("f", 1, "k", "gone"),))

    assert code_of(at(model, key=gone)) == "key"
    assert code_of(at(model, key=lambda: "a\x00b")) == "key"
    assert model.asked == []


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (sending(reply(b"{}", "500 Oops")), "status_500"),
        (sending(reply(b"", "204 No Content")), "status_204"),
        (sending(reply(b"<html>no</html>")), "garbage"),
        (sending(reply(b"{}")), "garbage"),
        (sending(reply(b'{"choices": []}')), "garbage"),
        (sending(reply(b'{"choices": [{"message": {"content": null}}]}')), "garbage"),
        (sending(reply(b'{"choices": "hello"}')), "garbage"),
        (sending(reply(b"[" * 50_000)), "garbage"),
        (sending(reply(b"\xff\xfe")), "garbage"),
        (sending(reply(wrapped("x" * LARGEST_ANSWER))), "too_long"),
        (endless, "too_long"),
        (sending(b"SSH-2.0-OpenSSH\r\n\r\n"), "garbage"),
        (hanging_up, "garbage"),
    ],
)
def test_an_answer_that_is_none(model: FakeModel, behaviour: Behaviour, code: str) -> None:
    model.always = behaviour
    assert code_of(at(model)) == code


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        sending(reply(b"{", length=False)),
        sending(GOOD[:-1]),
        dripping(GOOD, 0.05),
        dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100, 0.05),
    ],
    ids=["silent", "open without an end", "one byte short", "dripping", "dripping headers"],
)
def test_whatever_takes_too_long_is_cut_at_the_deadline(model: FakeModel, behaviour: Behaviour) -> None:
    model.always = behaviour
    assert code_of(at(model), 0.3) == "late"


def test_a_connection_that_stays_open_does_not_keep_the_answer(model: FakeModel) -> None:
    began = time.monotonic()
    assert complete(at(model), HELLO, 5.0) == "hi"
    assert time.monotonic() - began < 4


def test_a_redirect_is_not_followed(model: FakeModel) -> None:
    with FakeModel(sending(GOOD)) as elsewhere:
        for status in ("301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
            model.always = sending(reply(b"", status, f"Location: {elsewhere.url}/chat/completions"))
            assert code_of(at(model)) == f"status_{status[:3]}"
        assert elsewhere.asked == []


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = Endpoint(url=f"http://127.0.0.1:{taken.getsockname()[1]}", model="m", deadline=1.0)
        assert code_of(endpoint) == "unreachable"


def test_a_name_that_leads_elsewhere_is_not_followed(model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert code_of(replace(at(model), url="http://localhost:1/v1")) == "not_loopback"


def test_a_proxy_of_the_environment_gets_nothing(model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeModel(sending(GOOD)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        complete(at(model), HELLO, 2.0)
        assert (len(model.asked), proxy.asked) == (1, [])


class TestTls:
    def test_a_certificate_that_holds(self, certificate: Certificate) -> None:
        with FakeModel(sending(GOOD), certificate.server_context()) as model:
            assert complete(at(model, tls=certificate.client_context()), HELLO, 2.0) == "hi"

    def test_one_that_nobody_vouches_for_gets_no_mail(self, certificate: Certificate) -> None:
        with FakeModel(sending(GOOD), certificate.server_context()) as model:
            assert code_of(at(model)) == "tls"
            assert model.asked == []

    def test_a_server_without_tls(self, model: FakeModel) -> None:
        model.always = hanging_up
        assert code_of(replace(at(model), url=model.url.replace("http:", "https:")), 1.0) in ("tls", "late")


def test_a_section_says_where_and_how(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    config = tmp_path / "whiteglove.toml"
    config.write_text(
        '[owner]\nname = "Robin"\naddress = "robin@vale.example"\ntimezone = "Europe/Berlin"\n[daemon]\nstate = "s"\n'
        '[[mailboxes]]\nname = "m"\nimap = "imap://r@127.0.0.1"\nsmtp = "smtp://127.0.0.1"\n'
        '[plugins.llm]\nurl = "http://127.0.0.1"\nmodel = "small"\napi_key = { file = "key" }\n'
    )
    settings = load(config, {})
    section = {
        "url": "http://127.0.0.1", "model": "small", "deadline": timedelta(seconds=3), "allow_remote": False,
        "api_key": {"file": "key"},
    }  # fmt: skip
    endpoint = endpoint_of(section, settings, {})
    assert (endpoint.model, endpoint.deadline, endpoint.allow_remote) == ("small", 3.0, False)
    assert endpoint.key is not None
    assert endpoint.key() == "s3cret"
    assert endpoint_of({**section, "api_key": None}, settings, {}).key is None
    with pytest.raises(ConfigurationError, match=r"whiteglove\.toml:\d+: plugins\.llm\.api_key: ") as error:
        endpoint_of({**section, "api_key": {"command": "s3cret"}}, settings, {})
    assert "s3cret" not in str(error.value)


def test_an_error_says_nothing_of_what_was_said(model: FakeModel) -> None:
    model.always = sending(reply(json.dumps({"error": "hello, Wile"}).encode(), "400 Bad Request"))
    with pytest.raises(EndpointError) as error:
        complete(at(model), HELLO, 2.0)
    assert str(error.value) == "status_400"
