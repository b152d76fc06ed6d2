"""A studio with its own mailbox for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.sink import Sink
from whole.studio import Studio

WITHOUT_IDLE = "imap_capability = IMAP4rev1 LITERAL+ SPECIAL-USE NAMESPACE"


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: Sink, user: str) -> Studio:
    return Studio(tmp_path, dovecot, sink, user)


@pytest.fixture
def studio_without_idle(tmp_path: Path, dovecot: Dovecot, sink: Sink, user: str) -> Iterator[Studio]:
    """Its server has no IDLE. `dovecot` is asked for, too, since it skips the test where there is none."""
    with Dovecot(extra=WITHOUT_IDLE) as server:
        yield Studio(tmp_path, server, sink, user)
