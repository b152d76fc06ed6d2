"""Where the browser comes back to: one answer, to this question, from this machine."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from servers.ports import LOOPBACK
from whiteglove.errors import TokenError
from whiteglove.oauth.redirect import LONGEST, Redirect, pasted


def get(redirect: Redirect, path: str) -> tuple[int, str, dict[str, str]]:
    connection = HTTPConnection(LOOPBACK, urlsplit(redirect.address).port or 0, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, page, {name.casefold(): value for name, value in answer.getheaders()}


def test_the_code_comes_and_the_page_says_that_it_may_be_closed() -> None:
    with Redirect("localhost", "right") as redirect:
        assert redirect.address.startswith("http://localhost:")
        status, page, headers = get(redirect, "/?code=Marked-code&state=right")
        assert redirect.wait(1) == "Marked-code"
    assert status == 200
    assert "may be closed" in page
    assert "Marked" not in page
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["server"] == "whiteglove"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/favicon.ico", 404),
        ("/", 400),
        ("/?code=x", 400),
        ("/?code=x&state=wrong", 400),
        ("/?state=right", 400),
        ("/?state=right&state=right&code=x", 400),
        ("/?error=access_denied&state=wrong", 400),
        ("/?code=x&state=%F0%9F%98%80", 400),
        ("/?" + "&".join(f"a{n}=1" for n in range(100)), 400),
    ],
)
def test_what_belongs_to_another_question_is_not_taken(path: str, status: int) -> None:
    with Redirect(LOOPBACK, "right") as redirect:
        assert get(redirect, path)[0] == status
        get(redirect, "/?code=the-one&state=right")
        assert redirect.wait(1) == "the-one"


def test_a_refusal_is_told() -> None:
    with Redirect(LOOPBACK, "right") as redirect:
        status, page, _ = get(redirect, "/?error=access_denied&state=right")
        with pytest.raises(TokenError, match=r"not allowed \(access_denied\)"):
            redirect.wait(1)
    assert status == 200
    assert "not allowed" in page


def test_a_connection_that_says_nothing_is_in_nobodys_way() -> None:
    with Redirect(LOOPBACK, "right") as redirect:
        port = urlsplit(redirect.address).port or 0
        with socket.create_connection((LOOPBACK, port)):
            get(redirect, "/?code=the-one&state=right")
            assert redirect.wait(1) == "the-one"


def test_nobody_is_waited_for_for_ever() -> None:
    with Redirect(LOOPBACK, "right") as redirect, pytest.raises(TokenError, match="no browser came back within"):
        redirect.wait(0.01)


def test_only_this_machine_is_listened_to() -> None:
    with Redirect("localhost", "right") as redirect:
        assert redirect._server.server_address[0] == LOOPBACK


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:7000/?code=the-one&state=right",
        "http://localhost:7000?state=right&code=the-one&scope=x",
        "  code=the-one&state=right\r\n",
        "the-one",
    ],
)
def test_what_is_pasted(text: str) -> None:
    assert pasted(text, "right") == "the-one"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no address and no code"),
        ("two words", "no address and no code"),
        ("x" * (LONGEST + 1), "no address and no code"),
        ("a\x1bb", "no address and no code"),
        ("http://127.0.0.1:7000/?code=x&state=wrong", "another login"),
        ("http://127.0.0.1:7000/?code=x", "another login"),
        ("http://[/?code=x", "another login"),
        ("http://127.0.0.1:7000/?error=access_denied&state=right", r"not allowed \(access_denied\)"),
        ("http://127.0.0.1:7000/?error=%1b%5b&state=right", r"not allowed \(error\)"),
    ],
)
def test_what_is_pasted_and_is_no_answer(text: str, words: str) -> None:
    with pytest.raises(TokenError, match=words):
        pasted(text, "right")
