"""One stage for all rounds of a file."""

from __future__ import annotations

import os
import random

import pytest

from servers.dovecot import Dovecot
from torture.stage import Stage


@pytest.fixture(scope="module")
def stage(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Says its seed; `TORTURE_SEED` has the dice fall as they did once before."""
    seed = int(os.environ.get("TORTURE_SEED") or random.randrange(10**6))
    print(f"seed {seed}")
    return Stage(dovecot, tmp_path_factory.mktemp("torture"), seed)
