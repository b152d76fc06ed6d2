"""The package's own names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from whiteglove import settings


def test_every_name_it_offers_is_there() -> None:
    assert all(getattr(settings, name).__name__ == name for name in settings.__all__)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'loud'"):
        settings.loud  # noqa: B018


def test_importing_the_package_alone_imports_no_more() -> None:
    code = "import sys, whiteglove.settings; sys.exit(any(name in sys.modules for name in ('pydantic', 'holidays')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
