"""Opening, locking and transacting. SQLite in WAL mode with synchronous=FULL: what is committed survives a power cut,
which is what "stored before it is sent" rests on.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from whiteglove.errors import StoreError
from whiteglove.store import schema

FILE_NAME = "whiteglove.sqlite3"
LOCK_NAME = "whiteglove.lock"
BEFORE_VERSION = ".before-version-"
"""How the name of the copy ends that is kept before a store is brought up to this version."""
COPIES_KEPT = timedelta(days=30)
WRITE_PATIENCE = 20.0
"""Seconds that a transaction waits for one of another process."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    # The journal gives disk space back after an unusually large transaction.
    "journal_size_limit=16777216",
    # What is deleted is overwritten: the bytes of a mail that is in Sent by now, a person who is to be forgotten.
    "secure_delete=ON",
)
_HINTS = {
    sqlite3.SQLITE_BUSY: "another process has been writing for too long; try again",
    sqlite3.SQLITE_CORRUPT: "restore a backup or move it away",
    sqlite3.SQLITE_NOTADB: "restore a backup or move it away",
    sqlite3.SQLITE_FULL: "make room there",
    sqlite3.SQLITE_READONLY: "make it writable, or set daemon.state to a writable directory",
    sqlite3.SQLITE_CANTOPEN: "make it writable, or set daemon.state to a writable directory",
}


class Store:
    """The one store of a daemon. `write` transactions of this process wait for each other on a lock of ours, those of
    another process on SQLite's; `read` transactions wait for nobody.

    `path` is the database file, None for a store in memory. `key` is the secret of this store: it seals our own
    Message-IDs and the hashes of everybody's.
    """

    def __init__(self, writer: sa.Engine, reader: sa.Engine, path: Path | None) -> None:
        self._writer = writer
        self._reader = reader
        # Reentrant, so that a transaction within another one fails at once instead of waiting for itself.
        self._writing = threading.RLock()
        self.path = path
        try:
            self.key = self._load()
        except DatabaseError as error:
            self.close()
            raise StoreError(
                f"{path}: no store of whiteglove ({error.orig}); restore a backup or move it away"
            ) from error
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the store in this directory, creating both where they are missing.

        Raises:
            StoreError: it cannot be written, is damaged, or was written by a newer version.
        """
        path = directory / FILE_NAME
        with _reachable(path):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Created before SQLite does it: the -wal and -shm files take over the mode of the database.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)
        url = sa.URL.create("sqlite", database=str(path))
        writer = _engine(url, "BEGIN IMMEDIATE", *_PRAGMAS, poolclass=sa.StaticPool)
        reader = _engine(url, "BEGIN", "query_only=ON", poolclass=sa.QueuePool, pool_size=8, max_overflow=24)
        return cls(writer, reader, path)

    @classmethod
    def open_existing(cls, directory: Path) -> Self | None:
        """Open the store only if there is one; a reading command must not create any. Raises StoreError as `open`."""
        path = directory / FILE_NAME
        with _reachable(path):
            there = path.exists()
        return cls.open(directory) if there else None

    @classmethod
    def empty(cls) -> Self:
        """A store in memory, for reading commands without a store and for tests."""
        engine = _engine(sa.URL.create("sqlite"), "BEGIN IMMEDIATE", poolclass=sa.StaticPool)
        return cls(engine, engine, None)

    def _load(self) -> bytes:
        """The key of this store. What is not there yet is made: everything, or in an older store, of which a copy is
        kept beside it first, what came later."""
        with self.read() as tx:
            version = self._version(tx)
            key = _key(tx) if version else None
        if version < schema.VERSION and (version == 0 or key is not None):
            if version and self.path is not None:
                _keep_copy(self.path, version)
            with self.write() as tx:
                # Another process may have been faster.
                if (present := self._version(tx)) < schema.VERSION:
                    schema.grow(tx)
                    if present == 0:
                        tx.execute(schema.meta.insert().values(name="key", value=secrets.token_bytes(32)))
                    tx.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")
            with self.read() as tx:
                key = _key(tx)
        if key is None:
            raise StoreError(f"{self.path}: the key of this store is gone; restore a backup or move it away")
        return key

    def _version(self, tx: sa.Connection) -> int:
        version = int(tx.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version > schema.VERSION:
            raise StoreError(
                f"{self.path}: written by a newer whiteglove (version {version}, this one knows {schema.VERSION}); "
                "install that version again"
            )
        return version

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that may write: committed at the end, rolled back if anything raises.

        Must not be nested, nor wait for anything slow: every other writer waits for its end.

        Raises:
            StoreError: the disk is full, the file damaged, or another process does not let go of it.
        """
        with self._explained(), self._writing, self._writer.begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees the store as it is at its first statement and cannot change it. In memory there is
        one connection only, so that reading waits for writing there. Raises StoreError as `write`."""
        if self.path is None:
            with self.write() as tx:
                yield tx
            return
        with self._explained(), self._reader.begin() as tx:
            yield tx

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Faults of the file or the disk become StoreError; what is wrong in a statement of ours keeps its own name."""
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise
        except (DatabaseError, sqlite3.DatabaseError) as error:
            fault = error.orig if isinstance(error, DatabaseError) else error
            # The lowest byte is the kind of fault, the others say more about it.
            code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code == sqlite3.SQLITE_ERROR:
                raise
            raise StoreError(f"{self.path}: {fault}; {_HINTS.get(code, 'see whether the disk is in order')}") from error

    def hash_id(self, message_id: str) -> bytes:
        """A Message-ID, with or without angle brackets, as it is indexed: keyed, so that the index of strangers' ids
        says nothing to anybody else."""
        bare = message_id.strip("<> \t\r\n")
        return hmac.digest(self.key, bare.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def digest(self, *parts: bytes) -> bytes:
        """A keyed digest that tells two different mails under one Message-ID apart."""
        inner = hashlib.sha256()
        for part in parts:
            inner.update(len(part).to_bytes(8, "big") + part)
        return hmac.digest(self.key, inner.digest(), "sha256")[:16]

    def close(self) -> None:
        """Close every connection that is not in use; the last one folds the journal into the file."""
        self._reader.dispose()
        self._writer.dispose()


class StoreLock:
    """Held by the one daemon that may run on a store. Freed by the kernel when the process ends, however it ends."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Raises StoreError with the number of the process that holds the store, or where it cannot be written."""
        with _reachable(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                self._take(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
        self._descriptor = descriptor
        return self

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StoreError(f"{self._path.parent}: held by a running whiteglove (process {holder})") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _key(tx: sa.Connection) -> bytes | None:
    found = tx.execute(sa.select(schema.meta.c.value).where(schema.meta.c.name == "key")).scalar_one_or_none()
    return bytes(found) if found is not None else None


def _keep_copy(path: Path, version: int) -> None:
    """Keep the store as that version left it, once, readable by its owner alone: that version can use it again."""
    copy = Path(f"{path}{BEFORE_VERSION}{schema.VERSION}")
    if copy.exists():
        return
    # Two processes may do so at once; each writes a file of its own, and either one will do.
    partial = Path(f"{copy}.{os.getpid()}.{threading.get_ident()}")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE").close()
        os.replace(partial, copy)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{copy}: no copy of the store of version {version} could be kept ({error}); make room there and try again"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def drop_old_copies(path: Path, now: datetime) -> int:
    """Remove copies of older versions that were kept for long enough; how many those were."""
    copies = [found for found in path.parent.glob(f"{path.name}{BEFORE_VERSION}*") if found.is_file()]
    over = [found for found in copies if now.timestamp() - found.stat().st_mtime > COPIES_KEPT.total_seconds()]
    for found in over:
        found.unlink(missing_ok=True)
    return len(over)


@contextmanager
def _reachable(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise StoreError(
            f"{path}: this user may not use it ({error.strerror}); run this as root or as whom the store "
            "belongs to, or set daemon.state to a directory of your own"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written ({error.strerror}); set daemon.state to a writable directory"
        ) from error


# To make SQL of a statement takes longer than to run it. All engines of a process share what was made once, which they
# can only with one dialect between them, since that is a part of the key it is kept under.
_COMPILED: dict[Any, Any] = {}
_DIALECT: list[sa.Dialect] = []


def _parsed(text: str) -> Any:
    """The value of a JSON column. Most of a message's are empty lists, which are many where many messages are read."""
    return [] if text == "[]" else json.loads(text)


def _engine(url: sa.URL, begin: str, *pragmas: str, **pool: Any) -> sa.Engine:
    arguments = {"check_same_thread": False, "timeout": WRITE_PATIENCE}
    # Every connection comes back after a commit or a rollback, so that there is nothing to reset.
    engine = sa.create_engine(url, connect_args=arguments, pool_reset_on_return=None, json_deserializer=_parsed, **pool)
    engine.update_execution_options(compiled_cache=_COMPILED)
    if not _DIALECT:
        _DIALECT.append(engine.dialect)
    engine.dialect = _DIALECT[0]

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        # The driver's own transaction control is off: it begins too late to lock, and not at all before reading.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def start(tx: sa.Connection) -> None:
        # Straight to the driver, since this costs as much through SQLAlchemy as the rest of a short transaction.
        driver = tx.connection.driver_connection
        assert driver is not None
        driver.execute(begin)

    return engine
