"""The bench's configuration is written as files, and read by the same reader as anybody's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from whiteglove.testing.configured import CLIENT, OWNER, settings_of, write

TODAY = date(2026, 3, 2)


def test_the_files_are_read_as_the_daemons_own(tmp_path: Path) -> None:
    write(tmp_path / "clients", {"acme.toml": CLIENT})
    owner = {**OWNER, "away": ["2026-03-05/2026-03-06"], "hours_per_week": 38}
    settings = settings_of(tmp_path, owner, {"mode": "live"}, "[plugins.acknowledge]\n", TODAY)

    assert list(settings.book.clients) == ["acme"]
    assert settings.owner.hours_per_week == 38
    assert date(2026, 3, 5) in settings.owner.away[0]
    assert list(settings.plugins) == ["acknowledge"]
    assert settings.daemon.mode == "live"


def test_a_folder_holds_the_files_it_was_given_last(tmp_path: Path) -> None:
    write(tmp_path / "texts", {"a.txt": "first", "deep/b.txt": "second"})
    write(tmp_path / "texts", {"c.txt": "third"})
    assert [path.name for path in (tmp_path / "texts").iterdir()] == ["c.txt"]
