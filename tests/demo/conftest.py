"""A running IMAP server with one user, and clients that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from demo.talk import PASSWORD, USER, Talk
from whiteglove.demo import ImapServer


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer({USER: PASSWORD}) as running:
        yield running


@pytest.fixture
def dial() -> Iterator[Callable[[int], Talk]]:
    """Opens connections to a port."""
    opened: list[Talk] = []

    def dialled(port: int) -> Talk:
        opened.append(Talk(port))
        return opened[-1]

    yield dialled
    for talk in opened:
        talk.close()


@pytest.fixture
def talk(server: ImapServer, dial: Callable[[int], Talk]) -> Talk:
    """A client that has logged in."""
    client = dial(server.port)
    assert client.say(f"LOGIN {USER} {PASSWORD}")[-1].startswith("OK")
    return client
