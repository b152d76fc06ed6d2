"""Where the daemon may listen: this machine, and nowhere else."""

from __future__ import annotations

import pytest

from whiteglove.errors import GrammarError
from whiteglove.settings.listening import LISTEN_EXAMPLE, ListenAddress, parse_listen


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        (LISTEN_EXAMPLE, "127.0.0.1", 9464),
        ("localhost:9464", "127.0.0.1", 9464),
        ("127.8.0.1:1", "127.8.0.1", 1),
        ("[::1]:65535", "::1", 65535),
    ],
)
def test_an_address_of_this_machine_is_read(text: str, host: str, port: int) -> None:
    assert parse_listen(text) == ListenAddress(host, port)
    assert str(parse_listen(text)) == text.replace("localhost", "127.0.0.1")


def test_nothing_is_nowhere() -> None:
    assert parse_listen("") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.0.0.0:9464", "other machines could read it"),
        ("[::]:9464", "other machines could read it"),
        ("192.168.1.10:9464", "other machines could read it"),
        ("studio.vale.example:9464", "names no address of this machine"),
        (":9464", "names no address of this machine"),
        ("[127.0.0.1", "no address with a port"),
        ("::1:9464", "in brackets"),
        ("127.0.0.1", "no address with a port"),
        ("127.0.0.1:0", "no address with a port"),
        ("127.0.0.1:65536", "no address with a port"),
        ("127.0.0.1:٣", "no address with a port"),
        ("http://127.0.0.1:9464", "in brackets"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(GrammarError, match=why) as caught:
        parse_listen(text)
    assert "right would be" in str(caught.value)
