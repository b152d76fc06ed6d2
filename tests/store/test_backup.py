"""A copy of the store while it is written to, and such a copy in its place."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.conftest import NOW
from whiteglove.errors import StoreError
from whiteglove.store import Store, StoreLock, folders, memory
from whiteglove.store.backup import check, restore, write_backup
from whiteglove.store.database import FILE_NAME
from whiteglove.store.folders import FolderState
from whiteglove.store.schema import VERSION
from whiteglove.store.schema import memory as memory_table


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The directory of a store that remembers one thing."""
    directory = tmp_path / "state"
    put(directory, "seen", 1)
    return directory


def put(directory: Path, key: str, value: int) -> None:
    store = Store.open(directory)
    with store.write() as tx:
        memory.put(tx, "test", key, value, None)
    store.close()


def remembered(directory: Path) -> dict[str, object]:
    store = Store.open(directory)
    with store.read() as tx:
        found = dict(memory.items(tx, "test", "", NOW))
    store.close()
    return found


class TestBackup:
    def test_it_is_one_sound_file_that_nobody_else_can_read(self, state: Path, tmp_path: Path) -> None:
        target = tmp_path / "backup"
        size = write_backup(state, target)
        assert size == target.stat().st_size
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        check(target)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "state"]

    def test_it_is_consistent_while_the_daemon_writes(self, state: Path, tmp_path: Path) -> None:
        store = Store.open(state)
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                with store.write() as tx:
                    memory.put(tx, "test", "one", number, None)
                    memory.put(tx, "test", "other", number, None)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(20):
                target = tmp_path / f"backup {number}"
                write_backup(state, target)
                with sqlite3.connect(target) as copy:
                    values = [value for (value,) in copy.execute("SELECT value FROM memory WHERE key != 'seen'")]
                copy.close()
                assert len(set(values)) <= 1
        finally:
            stop.set()
            writer.join()
            store.close()

    def test_it_overwrites_nothing_unless_told_to(self, state: Path, tmp_path: Path) -> None:
        target = tmp_path / "backup"
        target.write_text("precious")
        with pytest.raises(StoreError, match="exists already"):
            write_backup(state, target)
        assert target.read_text() == "precious"
        write_backup(state, target, replace=True)
        check(target)

    def test_never_the_store_itself(self, state: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(state / FILE_NAME)
        for target in (state / FILE_NAME, tmp_path / "link", state):
            with pytest.raises(StoreError, match="cannot take this place"):
                write_backup(state, target, replace=True)
        assert remembered(state) == {"seen": 1}

    def test_where_there_is_no_store_or_no_room_nothing_is_left_behind(self, state: Path, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="there is no store yet"):
            write_backup(tmp_path / "nowhere", tmp_path / "backup")
        with pytest.raises(StoreError, match="cannot be written"):
            write_backup(state, tmp_path / "missing" / "backup")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["state"]

    def test_a_damaged_store_makes_no_backup(self, state: Path, tmp_path: Path) -> None:
        file = state / FILE_NAME
        file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192 + file.read_bytes()[12288:])
        with pytest.raises(StoreError):
            write_backup(state, tmp_path / "backup")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["state"]


class TestRestore:
    def test_the_backup_takes_the_stores_place_and_the_one_before_is_kept(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        put(state, "later", 2)
        done = restore(state, tmp_path / "backup", NOW)
        assert remembered(state) == {"seen": 1}
        assert done.before == state / f"{FILE_NAME}.before-restore"
        assert stat.S_IMODE((state / FILE_NAME).stat().st_mode) == 0o600
        again = restore(state, done.before, NOW)
        assert remembered(state) == {"seen": 1, "later": 2}
        assert again.before == state / f"{FILE_NAME}.before-restore-2"
        names = {path.name for path in state.iterdir()}
        assert names == {FILE_NAME, "whiteglove.lock", done.before.name, again.before.name}

    def test_what_lies_in_the_journal_is_kept_too(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        put(state, "later", 2)
        left_behind(state)
        done = restore(state, tmp_path / "backup", NOW)
        assert remembered(state) == {"seen": 1}
        assert done.before is not None
        restore(state, done.before, NOW)
        assert remembered(state) == {"seen": 1, "later": 2, "unfolded": 3}

    def test_a_store_that_was_in_use_is_read_with_its_journal(self, state: Path, tmp_path: Path) -> None:
        put(tmp_path / "other", "mine", 4)
        left_behind(tmp_path / "other")
        restore(state, tmp_path / "other" / FILE_NAME, NOW)
        assert remembered(state) == {"mine": 4, "unfolded": 3}

    def test_every_watched_line_is_drawn_anew_and_sent_is_read_on(self, state: Path, tmp_path: Path) -> None:
        store = Store.open(state)
        with store.write() as tx:
            for role in ("inbox", "sent"):
                folder = FolderState(
                    mailbox="studio", folder=role, role=role, uidvalidity=7, line=9, cursor=20, searched_at=NOW
                )
                folders.put(tx, folder)
        store.close()
        write_backup(state, tmp_path / "backup")
        restore(state, tmp_path / "backup", NOW)
        store = Store.open(state)
        with store.read() as tx:
            known = {folder.role: folder for folder in folders.everything(tx)}
        store.close()
        assert (known["inbox"].redraw, known["inbox"].searched_at, known["inbox"].cursor) == (True, None, 20)
        assert (known["sent"].redraw, known["sent"].searched_at) == (False, NOW)

    def test_a_damaged_store_is_replaced_and_kept(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        (state / FILE_NAME).write_bytes(b"no database" * 1000)
        (state / f"{FILE_NAME}-wal").write_bytes(b"no journal")
        done = restore(state, tmp_path / "backup", NOW)
        assert remembered(state) == {"seen": 1}
        assert done.before is not None
        assert done.before.read_bytes().startswith(b"no database")
        assert not (state / f"{FILE_NAME}-wal").exists()

    def test_it_makes_a_store_where_there_is_none(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        assert restore(tmp_path / "new", tmp_path / "backup", NOW).before is None
        assert remembered(tmp_path / "new") == {"seen": 1}

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root restores for others")
    def test_what_root_restores_belongs_to_whom_the_directory_belongs_to(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        (tmp_path / "new").mkdir()
        os.chown(tmp_path / "new", 65534, 65534)
        restore(tmp_path / "new", tmp_path / "backup", NOW)
        assert {path.stat().st_uid for path in (tmp_path / "new").iterdir()} == {65534}

    def test_a_running_daemon_is_named_and_left_alone(self, state: Path, tmp_path: Path) -> None:
        write_backup(state, tmp_path / "backup")
        put(state, "later", 2)
        with StoreLock(state), pytest.raises(StoreError, match="held by a running whiteglove"):
            restore(state, tmp_path / "backup", NOW)
        assert remembered(state) == {"seen": 1, "later": 2}

    def test_a_process_that_reads_is_waited_for_in_vain(
        self, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("whiteglove.store.backup._PATIENCE", 0.05)
        write_backup(state, tmp_path / "backup")
        store = Store.open(state)
        try:
            with store.read() as tx:
                tx.execute(sa.select(memory_table)).all()
                with pytest.raises(StoreError, match="another process uses it"):
                    restore(state, tmp_path / "backup", NOW)
        finally:
            store.close()
        assert sorted(path.name for path in state.iterdir()) == ["whiteglove.lock", FILE_NAME]

    def test_what_is_no_sound_store_changes_nothing(self, state: Path, tmp_path: Path) -> None:
        file = tmp_path / "file"
        newer, foreign, keyless, torn = (tmp_path / name for name in ("newer", "foreign", "keyless", "torn"))
        for path in (newer, keyless, torn):
            write_backup(state, path)
        execute(newer, f"PRAGMA user_version = {VERSION + 1}")
        execute(keyless, "DELETE FROM meta")
        execute(foreign, "CREATE TABLE meta (name, value)")
        torn.write_bytes(torn.read_bytes()[:4096] + b"\xff" * 8192 + torn.read_bytes()[12288:])
        file.write_text("no database at all " * 100)
        faults = {
            newer: "written by a newer whiteglove",
            keyless: "its key is missing",
            foreign: "no store of whiteglove",
            torn: "damaged|no store of whiteglove",
            file: "no store of whiteglove",
            tmp_path / "missing": "there is no such file",
            state / FILE_NAME: "is the store itself",
        }
        for path, fault in faults.items():
            with pytest.raises(StoreError, match=fault):
                restore(state, path, NOW)
        assert remembered(state) == {"seen": 1}
        assert sorted(path.name for path in state.iterdir()) == ["whiteglove.lock", FILE_NAME]


def left_behind(directory: Path) -> None:
    """Leave something in the journal, as a process that was killed does."""
    file, kept = directory / FILE_NAME, directory.with_name("killed")
    store = Store.open(directory)
    with store.write() as tx:
        memory.put(tx, "test", "unfolded", 3, None)
    kept.mkdir()
    for ending in ("", "-wal"):
        (kept / f"copy{ending}").write_bytes(Path(f"{file}{ending}").read_bytes())
    store.close()
    for ending in ("", "-wal"):
        Path(f"{file}{ending}").write_bytes((kept / f"copy{ending}").read_bytes())


def execute(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as opened:
        opened.execute(statement)
    opened.close()
