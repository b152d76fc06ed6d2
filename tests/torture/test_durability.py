"""Full disks, directories that are read-only, damaged stores: a clear word, and no mail that has no row.

SQLite keeps a write-ahead log with `synchronous=FULL`, that is: the log is flushed to the disk at every commit, so that
"stored before it is sent" survives a power cut, and not only a kill.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.ports import until
from servers.sink import Received, Sink
from whiteglove.store import Store
from whole.reading import read
from whole.studio import Running, Studio

pytestmark = pytest.mark.long


class WatchedSink(Sink):
    """A sink that lets something happen while the daemon waits for its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = lambda: None

    def keep(self, mail: Received) -> None:
        self.meanwhile()
        super().keep(mail)


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Take what is left, to the last byte."""
        with self._filler.open("wb", buffering=0) as filler:
            for size in (65536, 1):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        self._filler.unlink()

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "whiteglove", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount a small disk")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def sink() -> Iterator[WatchedSink]:
    with WatchedSink() as server:
        yield server


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: WatchedSink, user: str) -> Studio:
    return Studio(tmp_path, dovecot, sink, user)


def on(disk: Disk, studio: Studio) -> Studio:
    """The same studio with its store on that disk."""
    studio.configure()
    studio.state.symlink_to(disk.folder / "state")
    (disk.folder / "state").mkdir(mode=0o700)
    return studio


def states(studio: Studio) -> list[str]:
    """The state of each mail to a client, and no mail went out that has none."""
    with closing(sqlite3.connect(studio.state / "whiteglove.sqlite3")) as store:
        rows = store.execute("SELECT state, message_id FROM outbox WHERE audience = 'client' ORDER BY row").fetchall()
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    out = [read(mail)["Message-ID"].strip("<>") for mail in studio.sink.received if "acme" in mail.recipients[0]]
    assert len(out) == len(set(out))
    assert set(out) <= {message_id for _, message_id in rows}
    return [state for state, _ in rows]


class TestAFullDisk:
    def test_nothing_is_answered_and_everything_is_once_there_is_room(self, studio: Studio, disk: Disk) -> None:
        on(disk, studio)
        with studio.start() as running:
            disk.fill()
            for number in range(30):
                studio.deliver(studio.mail(message_id=f"f{number}@acme.example", subject=f"Matter {number}"))
            until(lambda: any("disk is full" in str(line) for line in running.lines), "a word about the disk", 20)
            assert running.process.poll() is None
            assert studio.sink.received == []
            disk.make_room()
            until(lambda: len(studio.sink.received) == 30, "every answer", 40)
            assert running.stop() == 0
        assert states(studio) == ["sent"] * 30

    def test_what_became_of_a_mail_is_written_as_soon_as_there_is_room(
        self, studio: Studio, sink: WatchedSink, disk: Disk
    ) -> None:
        on(disk, studio)
        sink.meanwhile = disk.fill
        with studio.start() as running:
            studio.deliver(studio.mail(message_id="f1@acme.example"))
            sink.wait_for(1)
            until(lambda: any("disk is full" in str(line) for line in running.lines), "a word about the disk", 20)
            sink.meanwhile = lambda: None
            disk.make_room()
            running.wait_for("mail.sent")
            assert running.stop() == 0
        assert states(studio) == ["sent"]
        assert len(sink.received) == 1

    def test_killed_before_there_was_room_it_is_not_sent_again(
        self, studio: Studio, sink: WatchedSink, disk: Disk
    ) -> None:
        on(disk, studio)
        sink.meanwhile = disk.fill
        with studio.start() as running:
            studio.deliver(studio.mail(message_id="f1@acme.example"))
            sink.wait_for(1)
            until(lambda: any("disk is full" in str(line) for line in running.lines), "a word about the disk", 20)
            running.kill()
        sink.meanwhile = lambda: None
        disk.make_room()
        with Running(studio.path) as running:
            running.wait_for("mail.unknown")
            sink.wait_for(2)
            assert running.stop() == 0
        assert states(studio) == ["unknown"]
        assert [mail.recipients for mail in sink.received] == [("wile@acme.example",), (studio.user,)]

    def test_at_the_start_it_is_one_line(self, studio: Studio, disk: Disk) -> None:
        on(disk, studio)
        disk.fill()
        done = studio.run("run")
        assert (done.code, done.err.count("\n")) == (1, 1), done.err
        assert "No space left on device" in done.err or "disk is full" in done.err


class TestADirectoryThatIsReadOnly:
    def test_without_a_store(self, studio: Studio, disk: Disk) -> None:
        on(disk, studio)
        disk.make_read_only()
        self._is_refused(studio)

    def test_with_one(self, studio: Studio, disk: Disk) -> None:
        on(disk, studio)
        Store.open(studio.state).close()
        disk.make_read_only()
        self._is_refused(studio)

    def _is_refused(self, studio: Studio) -> None:
        done = studio.run("run", "--once")
        assert (done.code, done.err.count("\n"), done.out) == (1, 1, ""), done.err
        assert "writable directory" in done.err
        assert studio.sink.received == []


class TestADamagedStore:
    def test_what_is_no_store_is_refused(self, studio: Studio) -> None:
        studio.configure()
        studio.state.mkdir()
        (studio.state / "whiteglove.sqlite3").write_bytes(b"nothing of the kind" * 400)
        done = studio.run("run", "--once")
        assert (done.code, done.err.count("\n")) == (1, 1), done.err
        assert "restore a backup or move it away" in done.err
        assert studio.sink.received == []

    def test_where_the_outbox_is_damaged_it_does_not_start(self, studio: Studio) -> None:
        studio.configure()
        _damage(studio, "outbox")
        done = studio.run("run")
        assert (done.code, done.err.count("\n")) == (1, 1), done.err
        assert "malformed; restore a backup or move it away" in done.err

    def test_where_the_messages_are_nothing_goes_out_and_the_log_says_so(self, studio: Studio) -> None:
        studio.configure()
        _damage(studio, "messages")
        with Running(studio.path) as running:
            studio.deliver(studio.mail(message_id="d1@acme.example"))
            until(lambda: any("malformed" in str(line) for line in running.lines), "a word about the damage", 20)
        assert studio.sink.received == []


def _damage(studio: Studio, table: str) -> None:
    """A store in which every page of a table, and of its indexes, is overwritten."""
    Store.open(studio.state).close()
    path = studio.state / "whiteglove.sqlite3"
    with closing(sqlite3.connect(path)) as store:
        (size,) = store.execute("PRAGMA page_size").fetchone()
        pages = store.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", (table,)).fetchall()
    with path.open("r+b") as file:
        for (page,) in pages:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
