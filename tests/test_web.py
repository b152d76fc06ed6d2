"""One question to a web server that may do anything: its answer or one code, and always in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from servers.certificates import Certificate
from servers.model import Behaviour, FakeModel, dripping, endless, hanging_up, reply, sending, silent
from servers.ports import free_port
from whiteglove.web import Answer, Request, WebError, exchange


@pytest.fixture
def server() -> Iterator[FakeModel]:
    with FakeModel(sending(reply(b'{"ok": true}', "202 Accepted"))) as made:
        yield made


def to(server: FakeModel, path: str = "/hook?a=1") -> Request:
    return Request(url=f"http://127.0.0.1:{server.port}{path}", body=b'{"n": 1}', headers={"X-Mine": "yes"})


def code_of(request: Request, seconds: float = 1.0) -> str:
    began = time.monotonic()
    with pytest.raises(WebError) as error:
        exchange(request, seconds)
    assert time.monotonic() - began < seconds + 2
    return error.value.code


def test_the_path_the_headers_and_the_body_arrive_and_the_answer_comes_back(server: FakeModel) -> None:
    assert exchange(to(server), 2.0) == Answer(202, b'{"ok": true}')
    assert server.paths == ["/hook?a=1"]
    assert server.headers[0]["x-mine"] == "yes"
    assert server.asked == [{"n": 1}]


def test_a_redirect_is_followed_by_nobody(server: FakeModel) -> None:
    server.then.append(sending(reply(b"", "302 Found", f"Location: http://127.0.0.1:{server.port}/other")))
    assert exchange(to(server), 2.0).status == 302
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (silent, "late"),
        (dripping(reply(b"{}" * 200), 0.05), "late"),
        (endless, "too_long"),
        (hanging_up, "garbage"),
        (sending(b"what?\r\n\r\n"), "garbage"),
    ],
)
def test_whatever_a_server_does_there_is_one_code_in_time(server: FakeModel, behaviour: Behaviour, code: str) -> None:
    server.always = behaviour
    assert code_of(to(server)) == code


def test_what_is_not_there_is_unreachable() -> None:
    assert code_of(Request(url=f"http://127.0.0.1:{free_port()}/")) == "unreachable"


def test_without_leave_nobody_else_is_connected_to() -> None:
    assert code_of(Request(url="http://192.0.2.1/")) == "not_loopback"


def test_a_certificate_that_does_not_hold_ends_it(certificate: Certificate) -> None:
    with FakeModel(sending(reply(b"{}")), tls=certificate.server_context()) as server:
        request = Request(url=f"https://127.0.0.1:{server.port}/", body=b"{}")
        assert code_of(request) == "tls"
        trusting = replace(request, tls=certificate.client_context())
        assert exchange(trusting, 2.0).status == 200


def test_what_is_sent_stands_in_no_repr(server: FakeModel) -> None:
    assert "yes" not in repr(to(server))
    assert '"n"' not in repr(to(server))
