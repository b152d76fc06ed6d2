"""The store as one file: a copy made while the daemon writes, and putting such a copy in its place.

Copies are made by SQLite's online backup, which sees the store as it was at one instant and keeps no writer waiting.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from whiteglove.errors import StoreError
from whiteglove.store import restored
from whiteglove.store.database import FILE_NAME, LOCK_NAME, Store, StoreLock
from whiteglove.store.schema import VERSION

BEFORE = ".before-restore"
"""How the name of the store ends that a restored one has replaced."""
_BESIDE = ("-wal", "-shm")
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: where the store before lies now, None where there was none, and how many mails that waited in
    the backup were called off."""

    before: Path | None
    called_off: int


def write_backup(directory: Path, target: Path, *, replace: bool = False) -> int:
    """Copy the store of this directory into a file that its owner alone can read; return its size in bytes.

    The copy is complete and was read once before it gets its name.

    Raises:
        StoreError: there is no store, the file exists already, or is the store itself, or cannot be written.
    """
    source = directory / FILE_NAME
    if not source.exists():
        raise StoreError(f"{directory}: there is no store yet")
    if target.exists() and (not target.is_file() or target.samefile(source)):
        raise StoreError(f"{target}: a backup cannot take this place; name another file")
    if target.exists() and not replace:
        raise StoreError(f"{target}: exists already; name another file, or add --force")
    partial = target.with_name(f".{target.name}.partial")
    with _told(target), _fresh(partial):
        with closing(_open(source, "ro")) as read, closing(_open(partial, "rw")) as written:
            read.backup(written)
            # One file, without a journal beside it.
            written.execute("PRAGMA journal_mode=DELETE").close()
        check(partial)
        _keep(partial)
        os.replace(partial, target)
        _keep(target.parent)
        return target.stat().st_size


def restore(directory: Path, source: Path, now: datetime) -> Restored:
    """Put a copy of this backup in the place of the store, whose own file is kept beside it.

    Nothing of the store changes before the copy is sound and marked (see `restored`).

    Raises:
        StoreError: a daemon holds the store, another process uses it, or the file is no sound store of a known version.
    """
    store = directory / FILE_NAME
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file")
    if store.exists() and source.samefile(store):
        raise StoreError(f"{source}: is the store itself")
    with StoreLock(directory), _told(directory), _workshop(directory / "restoring") as workshop:
        copy = workshop / FILE_NAME
        called_off = _prepare(source, copy, now)
        _hand_over(copy, directory)
        before = _set_aside(store)
        os.replace(copy, store)
        _keep(directory)
    return Restored(before=before, called_off=called_off)


def check(path: Path) -> None:
    """Whether this file is a sound store of a version that this program knows. Raises StoreError where it is not."""
    try:
        with closing(_open(path, "rw")) as opened:
            (version,) = opened.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise StoreError(f"written by a newer whiteglove (version {version}, this one knows {VERSION})")
            tables = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if version < 1 or not {"meta", "folders", "messages", "events", "outbox"} <= tables:
                raise StoreError("no store of whiteglove")
            if opened.execute("SELECT 1 FROM meta WHERE name = 'key'").fetchone() is None:
                raise StoreError("no store of whiteglove: its key is missing")
            faults = [fault for (fault,) in opened.execute("PRAGMA integrity_check(3)") if fault != "ok"]
            if faults:
                raise StoreError(f"damaged ({'; '.join(faults)})")
    except sqlite3.DatabaseError as error:
        raise StoreError(f"no store of whiteglove ({error})") from error


def _prepare(source: Path, copy: Path, now: datetime) -> int:
    """Make a sound, marked store of a backup's bytes; how many mails were called off in it."""
    shutil.copyfile(source, copy)
    journal = Path(f"{source}-wal")
    if journal.exists():
        # The file of a store that was in use is the store only together with its journal.
        shutil.copyfile(journal, f"{copy}-wal")
    try:
        check(copy)
    except StoreError as error:
        raise StoreError(f"{source}: {error}") from error
    # An older store grows what came later.
    opened = Store.open(copy.parent)
    try:
        with opened.write() as tx:
            called_off = restored.mark(tx, now)
    finally:
        opened.close()
    with closing(_open(copy, "rw")) as written:
        written.execute("PRAGMA journal_mode=DELETE").close()
    _keep(copy)
    return called_off


def _hand_over(copy: Path, directory: Path) -> None:
    """What root restores is the daemon's all the same: it belongs to whom the directory belongs to."""
    if os.geteuid() == 0:
        owner = directory.stat()
        for path in (copy, directory / LOCK_NAME):
            os.chown(path, owner.st_uid, owner.st_gid)


def _set_aside(store: Path) -> Path | None:
    """Give the present store a second name, so that there is one at every instant. What lies in its journal comes into
    the file first: beside the restored one it would be taken for that one's."""
    if not store.exists():
        return None
    before = _free(store.with_name(store.name + BEFORE))
    try:
        with closing(_open(store, "rw")) as present:
            present.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.OperationalError as error:
        raise StoreError(f"{store}: another process uses it ({error}); try again") from error
    except sqlite3.DatabaseError:
        # A damaged store is the reason for a restore, not against it; its journal is kept with it.
        for ending in _BESIDE:
            if (journal := Path(f"{store}{ending}")).exists():
                journal.rename(f"{before}{ending}")
    try:
        before.hardlink_to(store)
    except OSError:
        # Not every file system has hard links. Between this and the next step there is no store then.
        store.rename(before)
    return before


def _free(path: Path) -> Path:
    """This name, or the first one with a number that is not taken: no store that was kept is ever overwritten."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE)


@contextmanager
def _fresh(path: Path) -> Iterator[None]:
    """An empty file of this name that nobody else can read; whatever bears it at the end is removed."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    try:
        yield
    finally:
        for ending in ("", "-journal", *_BESIDE):
            Path(f"{path}{ending}").unlink(missing_ok=True)


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """An empty folder beside the store, where it is put together before it takes its place."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{place}: cannot be written ({error.strerror})") from error
    except sqlite3.Error as error:
        raise StoreError(f"{place}: cannot be written ({error})") from error


def _keep(path: Path) -> None:
    """Have a file, or the names in a directory, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
