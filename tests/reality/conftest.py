"""A station for every test, on a studio with a mailbox of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reality.station import Station
from servers.dovecot import Dovecot
from servers.proxy import Proxy
from servers.sink import Sink
from whole.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: Sink, user: str) -> Studio:
    return Studio(tmp_path, dovecot, sink, user)


@pytest.fixture
def station(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    made = Station(studio, monkeypatch)
    yield made
    made.stop()


@pytest.fixture
def network(studio: Studio) -> Iterator[Proxy]:
    """Between the daemon and its IMAP server."""
    with Proxy(studio.dovecot.imap_port) as proxy:
        studio.imap = f"imap://{studio.user.replace('@', '%40')}@127.0.0.1:{proxy.port}"
        yield proxy


@pytest.fixture
def dovecot_with() -> Iterator[Callable[..., Dovecot]]:
    """A Dovecot of other habits."""
    with ExitStack() as stack:
        yield lambda extra, **more: stack.enter_context(Dovecot(extra=extra, **more))
