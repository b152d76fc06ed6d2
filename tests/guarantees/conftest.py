"""A studio of its own for the guarantees that only a real process can break."""

from __future__ import annotations

from pathlib import Path

import pytest

from guarantees.words import Judge, verdicts
from servers.dovecot import Dovecot
from servers.sink import Sink
from whole.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: Sink, user: str) -> Studio:
    return Studio(tmp_path, dovecot, sink, user)


@pytest.fixture
def judge() -> Judge:
    return verdicts
