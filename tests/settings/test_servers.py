"""Addresses of servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.errors import GrammarError
from whiteglove.settings.servers import Security, ServerAddress, is_loopback, parse_imap, parse_smtp


@pytest.mark.parametrize(
    ("text", "security", "port"),
    [
        ("imaps://kim@mail.vale.example", Security.TLS, 993),
        ("imap+starttls://kim@mail.vale.example", Security.STARTTLS, 143),
        ("imaps://kim@mail.vale.example:1993/", Security.TLS, 1993),
        ("IMAPS://kim@Mail.Vale.Example", Security.TLS, 993),
    ],
)
def test_an_imap_address_says_how_and_where(text: str, security: Security, port: int) -> None:
    assert parse_imap(text) == ServerAddress(security, "mail.vale.example", port, "kim")


@pytest.mark.parametrize(
    ("text", "security", "port"),
    [
        ("smtps://mail.vale.example", Security.TLS, 465),
        ("smtp+starttls://mail.vale.example", Security.STARTTLS, 587),
        ("smtp+starttls://mail.vale.example:25", Security.STARTTLS, 25),
    ],
)
def test_an_smtp_address_needs_no_user(text: str, security: Security, port: int) -> None:
    assert parse_smtp(text) == ServerAddress(security, "mail.vale.example", port, "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "mail.localhost"])
def test_plain_connections_go_to_this_machine(host: str) -> None:
    assert parse_imap(f"imap://kim@{host}:1143").security is Security.PLAIN
    assert parse_smtp(f"smtp://{host}").port == 25


@pytest.mark.parametrize("host", ["mail.vale.example", "10.0.0.1", "localhost.vale.example", "[2001:db8::1]"])
def test_plain_connections_go_nowhere_else(host: str) -> None:
    with pytest.raises(GrammarError, match="imaps://"):
        parse_imap(f"imap://kim@{host}")
    with pytest.raises(GrammarError, match="smtps://"):
        parse_smtp(f"smtp://{host}")


@pytest.mark.parametrize(
    ("written", "user"),
    [("kim%40vale.example", "kim@vale.example"), ("kim@vale.example", "kim@vale.example"), ("k%C3%AFm", "kïm")],
)
def test_the_user_is_decoded(written: str, user: str) -> None:
    assert parse_imap(f"imaps://{written}@mail.vale.example").user == user


@pytest.mark.parametrize("text", ["imaps://kim:sesame@mail.vale.example", "imaps://kim:sesame@[::", "imaps://kim:@h"])
def test_a_password_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_imap(text)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail.vale.example",
        "imaps://mail.vale.example",
        "imaps://kim@",
        "smtps://kim@mail.vale.example",
        "imaps://kim@mail.vale.example:0",
        "imaps://kim@mail.vale.example:99999",
        "imaps://kim@mail.vale.example:x",
        "imaps://kim@mail.vale.example/INBOX",
        "imaps://kim@mail.vale.example?a=b",
        "imaps://kim @mail.vale.example",
        "imaps://kim%0d%0a@mail.vale.example",
        "imaps://kim%ff@mail.vale.example",
        "imaps://kim@[::1",
    ],
)
def test_a_wrong_address_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match="right would be"):
        parse_imap(text)


@pytest.mark.parametrize("parse", [parse_imap, parse_smtp])
@given(text=st.text() | st.text(alphabet="imapsmtp+starttls:/@[]%0a1.?#", max_size=40).map("imaps://".__add__))
def test_no_text_raises_anything_but_a_grammar_error(parse: Callable[[str], ServerAddress], text: str) -> None:
    try:
        address = parse(text)
    except GrammarError:
        return
    assert address.host
    assert 0 < address.port < 65536


def test_a_host_is_this_machine_only_by_its_own_name() -> None:
    assert is_loopback("localhost.")
    assert not is_loopback("notlocalhost")
