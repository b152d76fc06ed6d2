"""`backup` and `restore`: what they say, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cli.conftest import Home
from whiteglove.store import StoreLock, memory

NOW = datetime.now(UTC)


def put(home: Home, key: str) -> None:
    with home.store() as store, store.write() as tx:
        memory.put(tx, "test", key, 1, None)


def keys(home: Home) -> list[str]:
    with home.store() as store, store.read() as tx:
        return list(memory.items(tx, "test", "", NOW))


def test_there_and_back(home: Home, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    put(home, "one")
    said = home.ask("backup", file, "--json").json
    assert said == {"store": str(home.state), "file": file, "bytes": Path(file).stat().st_size}
    put(home, "other")
    before = str(home.state / "whiteglove.sqlite3.before-restore")
    assert home.ask("restore", file, "--json").json == {
        "store": str(home.state),
        "file": file,
        "before": before,
        "called_off": 0,
    }
    assert keys(home) == ["one"]
    done = home.ask("restore", before)
    assert f"The one before is kept as {before}-2.\n" in done.out
    assert "is read as history, and gets no automatic answer" in done.out
    assert keys(home) == ["one", "other"]


def test_an_existing_file_is_replaced_only_by_force(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("precious")
    put(home, "one")
    refused = home.ask("backup", str(file))
    assert (refused.code, refused.err) == (
        1,
        f"whiteglove: {file}: exists already; name another file, or add --force\n",
    )
    assert home.ask("backup", str(file), "--force").out.startswith(f"{file}: the store as it was just now, ")


def test_without_a_store_there_is_nothing_to_back_up(home: Home, tmp_path: Path) -> None:
    done = home.ask("backup", str(tmp_path / "backup"))
    assert (done.code, done.err) == (1, f"whiteglove: {home.state}: there is no store yet\n")
    assert not home.state.exists()


def test_a_running_daemon_must_end_first(home: Home, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    put(home, "one")
    with StoreLock(home.state):
        assert home.ask("backup", file).code == 0
        put(home, "other")
        done = home.ask("restore", file)
    assert done.code == 1
    assert "held by a running whiteglove" in done.err
    assert keys(home) == ["one", "other"]


def test_what_is_no_backup_is_one_line(home: Home, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Robin")
    for name, fault in (("letter", "no store of whiteglove"), ("nothing", "there is no such file")):
        done = home.ask("restore", str(tmp_path / name))
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert fault in done.err
    assert home.ask("backup").code == home.ask("restore").code == 2
