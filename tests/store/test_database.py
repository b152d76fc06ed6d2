"""The file, the lock, the transactions: what is committed stays, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from store.conftest import DAY, NOW
from whiteglove.errors import StoreError
from whiteglove.ledger import Audience, IncidentEntry, IncidentKind, IncidentState, MailState
from whiteglove.store import Store, StoreLock, database, events, incidents, mutes, outbox
from whiteglove.store.backup import restore
from whiteglove.store.schema import VERSION, meta
from whiteglove.store.schema import events as table

PATIENCE = 30.0
BEGINNING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from whiteglove.store import Store, StoreLock, events, schema
folder = Path(sys.argv[1])
"""
HOLD_LOCK = """
with StoreLock(folder):
    print("held", flush=True)
    sys.stdin.read()
"""
WRITE_FOREVER = """
store = Store.open(folder)
number = 0
while True:
    number += 1
    with store.write() as tx:
        events.add(tx, "First", datetime.now(UTC), number)
        events.add(tx, "Second", datetime.now(UTC), number)
    print(number, flush=True)
"""
STOP_HALFWAY = """
store = Store.open(folder)
with store.write() as tx:
    events.add(tx, "Committed", datetime.now(UTC), 1)
with store.write() as tx:
    # More than SQLite keeps in memory, so that a part of it stands in the journal already.
    tx.execute(schema.events.insert(), [{"type": "Begun", "at": datetime.now(UTC)}] * 60_000)
    print("halfway", flush=True)
    sys.stdin.read()
"""
COUNT = """
with Store.open_existing(folder).read() as tx:
    print("counted", events.counts(tx)["open"], flush=True)
"""


PLANNED = {
    "key": "1",
    "audience": Audience.CLIENT,
    "state": MailState.PLANNED,
    "reason": "status_request",
    "plugin": "acknowledge",
    "action": "{}",
    "template": "next_report",
    "mailbox": "studio",
    "address": "wile@acme.example",
    "created_at": NOW,
    "not_before": NOW,
}
"""A mail to a client that waits."""


@contextmanager
def process(program: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python of its own that runs this program; killed at the end."""
    running = subprocess.Popen(
        [sys.executable, "-c", BEGINNING + program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate(timeout=PATIENCE)


@contextmanager
def without_privileges() -> Iterator[None]:
    """As a user whom the permissions of files concern."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)


def line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def number_of_events(store: Store) -> int:
    with store.read() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def add_event(store: Store, number: int = 1) -> None:
    with store.write() as tx:
        events.add(tx, "MessageReceived", NOW, number)


class TestOpening:
    def test_only_the_user_may_read_what_is_created(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "state"
        store = Store.open(folder)
        with StoreLock(folder):
            add_event(store)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        store.close()

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert modes == dict.fromkeys(
            [
                "whiteglove.sqlite3",
                "whiteglove.sqlite3-wal",
                "whiteglove.sqlite3-shm",
                "whiteglove.lock",
            ],
            0o600,
        )

    def test_a_file_that_others_could_read_is_closed_to_them(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        path = tmp_path / database.FILE_NAME
        path.chmod(0o644)
        Store.open(tmp_path).close()

        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("name", ["a b", "50% & more?", "#1", "naïve"])
    def test_a_folder_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        store = Store.open(tmp_path / name)
        add_event(store)
        store.close()

        assert [path.name for path in (tmp_path / name).iterdir()] == [database.FILE_NAME]

    def test_the_key_and_the_rows_are_the_same_after_reopening(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path)
        key = store.key
        add_event(store)
        store.close()
        again = Store.open(tmp_path)

        assert again.key == key
        assert len(key) == 32
        assert number_of_events(again) == 1
        again.close()

    def test_reading_creates_no_store(self, tmp_path: Path) -> None:
        folder = tmp_path / "state"

        assert Store.open_existing(folder) is None
        assert not folder.exists()

    def test_reading_opens_the_store_that_is_there(self, tmp_path: Path) -> None:
        first = Store.open(tmp_path)
        again = Store.open_existing(tmp_path)

        assert again is not None
        assert (again.path, again.key) == (first.path, first.key)
        again.close()
        first.close()

    def test_reading_waits_for_no_writer(self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "WRITE_PATIENCE", 0.0)
        with store.write() as tx:
            events.add(tx, "MessageReceived", NOW, 1)
            again = Store.open_existing(tmp_path)
            assert again is not None
            assert number_of_events(again) == 0
        assert number_of_events(again) == 1
        again.close()

    def test_many_may_open_a_new_store_at_once(self, tmp_path: Path) -> None:
        ready = threading.Barrier(4)

        def open_it(_: int) -> bytes:
            ready.wait(PATIENCE)
            store = Store.open(tmp_path)
            store.close()
            return store.key

        with ThreadPoolExecutor(4) as pool:
            keys = set(pool.map(open_it, range(4)))

        assert len(keys) == 1

    def test_a_store_in_memory_leaves_nothing_behind_and_has_a_key_of_its_own(self) -> None:
        store = Store.empty()
        add_event(store)

        assert store.path is None
        assert number_of_events(store) == 1
        assert number_of_events(Store.empty()) == 0
        assert store.key != Store.empty().key


LATER_TABLES = ("incidents", "incident_entries", "mutes")


def make_older(folder: Path) -> None:
    """Make a closed store one of version 1, which knew neither incidents nor mutes, nor when a mail was settled."""
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as raw:
        for name in LATER_TABLES:
            raw.execute(f"DROP TABLE {name}")
        raw.execute("DROP INDEX outbox_not_sent")
        raw.execute("ALTER TABLE outbox DROP COLUMN settled_at")
        raw.execute("PRAGMA user_version = 1")
        raw.commit()


def shape(store: Store) -> dict[str, tuple[set[str], set[str | None]]]:
    """Every table with its columns and indexes."""
    with store.read() as tx:
        inspector = sa.inspect(tx)
        return {
            name: (
                {column["name"] for column in inspector.get_columns(name)},
                {index["name"] for index in inspector.get_indexes(name)},
            )
            for name in inspector.get_table_names()
        }


class TestAStoreOfAnOlderVersion:
    def test_it_opens_with_everything_and_keeps_its_key_and_its_rows(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path)
        key, complete = store.key, shape(store)
        with store.write() as tx:
            planned = outbox.plan(tx, **PLANNED)
            events.add(tx, "MailSent", NOW, planned)
        store.close()
        make_older(tmp_path)
        again = Store.open(tmp_path)

        assert (again.key, shape(again)) == (key, complete)
        with again.read() as tx:
            assert tx.exec_driver_sql("PRAGMA user_version").scalar_one() == VERSION
            assert planned is not None
            mail = outbox.get(tx, planned)
        assert (mail.key, mail.created_at, mail.settled_at) == ("1", NOW, None)
        assert number_of_events(again) == 1
        again.close()

    def test_what_came_later_can_be_used(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        make_older(tmp_path)
        store = Store.open(tmp_path)
        with store.write() as tx:
            entry = IncidentEntry(at=NOW, reason="complaint", state=IncidentState.OPENED)
            kind = IncidentKind.COMPLAINT
            row, _ = incidents.open_one(tx, client="acme", kind=kind, matter="thread:1", at=NOW, entry=entry)
            mutes.put(tx, "acme", NOW)
            mail = outbox.plan(tx, **{**PLANNED, "state": MailState.WITHHELD, "settled_at": NOW})
        with store.read() as tx:
            assert incidents.get(tx, row).entries == (entry,)
            assert mutes.until(tx, "acme") == NOW
            assert [found.row for found in outbox.not_sent(tx, NOW, NOW + DAY)] == [mail]
        store.close()

    def test_a_copy_of_it_as_it_was_is_kept_beside_it_and_can_be_restored(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path)
        with store.write() as tx:
            events.add(tx, "MailSent", NOW)
        store.close()
        make_older(tmp_path)
        Store.open(tmp_path).close()

        copy = tmp_path / f"{database.FILE_NAME}.before-version-{VERSION}"
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as raw:
            assert raw.execute("PRAGMA user_version").fetchone() == (1,)
            names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            assert "events" in names
            assert not names & set(LATER_TABLES)
        written = copy.read_bytes()
        Store.open(tmp_path).close()
        assert copy.read_bytes() == written
        assert restore(tmp_path, copy, NOW).called_off == 0
        again = Store.open(tmp_path)
        assert number_of_events(again) == 1
        again.close()

    def test_a_new_store_and_one_of_this_version_need_no_copy(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        Store.open(tmp_path).close()
        assert list(tmp_path.glob("*before*")) == []

    def test_where_no_copy_can_be_kept_nothing_is_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Store.open(tmp_path).close()
        make_older(tmp_path)
        monkeypatch.setattr(database, "BEFORE_VERSION", "/nowhere/")
        with pytest.raises(StoreError, match="no copy of the store of version 1 could be kept"):
            Store.open(tmp_path)
        with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as raw:
            assert raw.execute("PRAGMA user_version").fetchone() == (1,)

    def test_the_copy_goes_after_a_month(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        make_older(tmp_path)
        Store.open(tmp_path).close()
        path = tmp_path / database.FILE_NAME
        made = datetime.fromtimestamp(next(tmp_path.glob("*before*")).stat().st_mtime, UTC)
        assert database.drop_old_copies(path, made + timedelta(days=29)) == 0
        assert database.drop_old_copies(path, made + timedelta(days=31)) == 1
        assert list(tmp_path.glob("*before*")) == []
        assert path.exists()

    def test_many_may_open_it_at_once(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        make_older(tmp_path)
        ready = threading.Barrier(4)

        def open_it(_: int) -> set[str]:
            ready.wait(PATIENCE)
            store = Store.open(tmp_path)
            try:
                return set(shape(store))
            finally:
                store.close()

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(open_it, range(4)))

        assert all(tables.issuperset(LATER_TABLES) for tables in found)


class TestRefusals:
    def test_a_store_of_a_newer_version(self, tmp_path: Path) -> None:
        Store.open(tmp_path).close()
        with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as raw:
            raw.execute(f"PRAGMA user_version = {VERSION + 1}")
        with pytest.raises(StoreError, match=rf"newer whiteglove \(version {VERSION + 1}, this one knows {VERSION}\)"):
            Store.open(tmp_path)

    @pytest.mark.parametrize("content", [b"Dear diary, " * 1000, b"SQLite format 3\x00" + b"\xff" * 9000])
    def test_a_file_that_is_no_database(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / database.FILE_NAME).write_bytes(content)
        with pytest.raises(StoreError, match=r"whiteglove\.sqlite3: .*restore a backup or move it away"):
            Store.open(tmp_path)

    def test_a_database_of_something_else(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as raw:
            raw.execute("CREATE TABLE birds (name TEXT)")
            raw.execute("PRAGMA user_version = 1")
        with pytest.raises(StoreError, match="no store of whiteglove"):
            Store.open(tmp_path)

    def test_a_store_whose_key_is_gone(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path)
        with store.write() as tx:
            tx.execute(meta.delete())
        store.close()
        with pytest.raises(StoreError, match="the key of this store is gone"):
            Store.open(tmp_path)

    def test_damage_inside_the_file_is_named_when_it_is_met(self, tmp_path: Path) -> None:
        store = Store.open(tmp_path)
        for number in range(200):
            add_event(store, number)
        store.close()
        path = tmp_path / database.FILE_NAME
        content = bytearray(path.read_bytes())
        with closing(sqlite3.connect(path)) as raw:
            (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
            (size,) = raw.execute("PRAGMA page_size").fetchone()
        content[(page - 1) * size : page * size] = b"\xa5" * size
        path.write_bytes(content)
        damaged = Store.open(tmp_path)
        with pytest.raises(StoreError, match="malformed; restore a backup"), damaged.read() as tx:
            tx.execute(sa.select(table)).all()
        damaged.close()

    def test_a_folder_that_cannot_be_there(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        for folder in (tmp_path / "file" / "state", Path("/proc/whiteglove/state")):
            with pytest.raises(StoreError, match=r"cannot be written .* set daemon\.state to a writable directory"):
                Store.open(folder)
            with (
                pytest.raises(StoreError, match=r"cannot be written .* set daemon\.state to a writable directory"),
                StoreLock(folder),
            ):
                pass

    def test_a_folder_of_somebody_else(self, tmp_path: Path) -> None:
        folder = tmp_path / "state"
        folder.mkdir(mode=0)
        with without_privileges():
            for open_it in (Store.open, Store.open_existing):
                with pytest.raises(StoreError, match=r"may not use it \(Permission denied\); run this as root"):
                    open_it(folder)
            with pytest.raises(StoreError, match="Permission denied"), StoreLock(folder):
                pass
        folder.chmod(0o700)

    def test_a_store_that_is_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / database.FILE_NAME).mkdir()
        for open_it in (Store.open, Store.open_existing):
            with pytest.raises(StoreError, match="cannot be written"):
                open_it(tmp_path)

    def test_a_full_disk(self, store: Store) -> None:
        with store.write() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full; make room"), store.write() as tx:
            tx.execute(table.insert(), [{"type": "MessageReceived", "at": NOW}] * 1000)

        assert number_of_events(store) == 0

    def test_another_process_that_does_not_let_go(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "WRITE_PATIENCE", 0.01)
        store = Store.open(tmp_path)
        with closing(sqlite3.connect(tmp_path / database.FILE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked; another process has been writing for too long"):
                add_event(store)
        add_event(store)
        store.close()

    def test_a_mistake_of_ours_keeps_its_name(self, store: Store) -> None:
        with pytest.raises(IntegrityError), store.write() as tx:
            tx.execute(meta.insert().values(name="key", value=b"another"))
        with pytest.raises(sa.exc.OperationalError, match="no such table"), store.read() as tx:
            tx.exec_driver_sql("SELECT * FROM birds")


class TestTransactions:
    def test_what_raises_leaves_nothing(self, store: Store) -> None:
        def change_my_mind() -> None:
            with store.write() as tx:
                events.add(tx, "MessageReceived", NOW, 1)
                raise ValueError("not this way")

        with pytest.raises(ValueError, match="not this way"):
            change_my_mind()
        assert number_of_events(store) == 0

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        with store.read() as tx:
            before = events.counts(tx)
            add_event(store)
            assert events.counts(tx) == before

        assert number_of_events(store) == 1

    def test_a_reader_cannot_write(self, store: Store) -> None:
        with pytest.raises(StoreError, match="readonly"), store.read() as tx:
            events.add(tx, "MessageReceived", NOW, 1)

    def test_a_transaction_within_another_fails_at_once(self, store: Store) -> None:
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"), store.write(), store.write():
            pass
        add_event(store)

    def test_threads_that_write_wait_for_each_other(self, store: Store) -> None:
        def work(worker: int) -> None:
            for number in range(25):
                with store.write() as tx:
                    rows = events.of_subject(tx, "Worker", worker)
                    events.add(tx, "Worker", NOW, worker, {"seen": len(rows), "number": number})

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        with store.read() as tx:
            for worker in range(8):
                seen = [row.details["seen"] for row in events.of_subject(tx, "Worker", worker)]
                assert seen == list(range(25))

    def test_more_threads_than_connections_may_read(self, store: Store) -> None:
        add_event(store)
        together = threading.Barrier(20)

        def read(_: int) -> int:
            with store.read() as tx:
                together.wait(PATIENCE)
                return events.counts(tx)["open"]

        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(read, range(20))) == {1}

    def test_in_memory_threads_take_turns(self) -> None:
        store = Store.empty()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: add_event(store, number), range(40)))

        assert number_of_events(store) == 40


class TestOtherProcesses:
    def test_the_lock_says_who_holds_it(self, tmp_path: Path) -> None:
        with process(HOLD_LOCK, tmp_path) as holder:
            assert line(holder) == "held"
            with (
                pytest.raises(StoreError, match=rf"held by a running whiteglove \(process {holder.pid}\)"),
                StoreLock(tmp_path),
            ):
                pass

    def test_the_lock_is_free_when_its_holder_is_killed(self, tmp_path: Path) -> None:
        with process(HOLD_LOCK, tmp_path) as holder:
            assert line(holder) == "held"
            holder.send_signal(signal.SIGKILL)
            holder.wait(PATIENCE)
            with StoreLock(tmp_path):
                assert (tmp_path / database.LOCK_NAME).read_text() == str(os.getpid())

    def test_the_lock_can_be_taken_again(self, tmp_path: Path) -> None:
        lock = StoreLock(tmp_path)
        for _ in range(2):
            with lock, pytest.raises(StoreError, match=f"process {os.getpid()}"), StoreLock(tmp_path):
                pass

    def test_a_process_reads_beside_a_writing_one(self, tmp_path: Path) -> None:
        with process(WRITE_FOREVER, tmp_path) as writer:
            assert line(writer) == "1"
            for _ in range(3):
                with process(COUNT, tmp_path) as reader:
                    word, number = line(reader).split()
                assert word == "counted"
                assert int(number) > 0
                assert int(number) % 2 == 0
            assert writer.poll() is None

    def test_a_process_killed_within_a_transaction_leaves_nothing_of_it(self, tmp_path: Path) -> None:
        with process(STOP_HALFWAY, tmp_path) as writer:
            assert line(writer) == "halfway"
            assert (tmp_path / f"{database.FILE_NAME}-wal").stat().st_size > 1_000_000
            writer.send_signal(signal.SIGKILL)
            writer.wait(PATIENCE)
        store = Store.open(tmp_path)
        with store.read() as tx:
            assert tx.execute(sa.select(table.c.type)).scalars().all() == ["Committed"]
        add_event(store)
        store.close()

    @pytest.mark.parametrize("commits", [1, 7, 60])
    def test_a_killed_process_leaves_what_it_committed_and_nothing_half(self, tmp_path: Path, commits: int) -> None:
        with process(WRITE_FOREVER, tmp_path) as writer:
            told = [int(line(writer)) for _ in range(commits)]
            writer.send_signal(signal.SIGKILL)
            rest, _ = writer.communicate(timeout=PATIENCE)
            told += [int(text) for text in rest.split("\n")[:-1]]
        store = Store.open(tmp_path)
        with store.read() as tx:
            rows = tx.execute(sa.select(table.c.type, table.c.subject_row).order_by(table.c.row)).all()
            check = tx.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        store.close()
        firsts = [row.subject_row for row in rows if row.type == "First"]

        assert check == "ok"
        assert firsts == [row.subject_row for row in rows if row.type == "Second"]
        assert firsts == list(range(1, len(firsts) + 1))
        assert told == firsts[: len(told)]
        # The last commit may have been made and not been told.
        assert len(firsts) - len(told) in (0, 1)


class TestDigests:
    @pytest.mark.parametrize(
        "written", ["<a@acme.example>", " a@acme.example ", "<a@acme.example>\r\n", "< a@acme.example >"]
    )
    def test_an_id_is_the_same_with_and_without_brackets(self, store: Store, written: str) -> None:
        assert store.hash_id(written) == store.hash_id("a@acme.example")

    def test_ids_differ_by_case_and_by_store(self, store: Store) -> None:
        assert store.hash_id("A@acme.example") != store.hash_id("a@acme.example")
        assert Store.empty().hash_id("a@acme.example") != store.hash_id("a@acme.example")
        assert len(store.hash_id("a@acme.example")) == 16

    @given(st.text(alphabet=st.characters(exclude_categories=())))
    def test_whatever_stands_for_an_id_has_a_hash(self, text: str) -> None:
        assert len(_MEMORY.hash_id(text)) == 16

    def test_broken_characters_are_told_apart(self, store: Store) -> None:
        assert store.hash_id("\udc80@acme.example") != store.hash_id("\udc81@acme.example")

    @given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
    def test_parts_are_not_mistaken_for_each_other(self, one: list[bytes], other: list[bytes]) -> None:
        assert (_MEMORY.digest(*one) == _MEMORY.digest(*other)) is (one == other)


_MEMORY = Store.empty()


def test_what_is_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    secret = b"the bytes of a mail " * 500
    store = Store.open(tmp_path)
    with store.write() as tx:
        tx.execute(meta.insert().values(name="mail", value=secret))
    with store.write() as tx:
        tx.execute(meta.update().where(meta.c.name == "mail").values(value=b""))
    store.close()

    assert secret[:40] not in (tmp_path / database.FILE_NAME).read_bytes()
