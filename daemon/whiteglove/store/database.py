"""Opening, locking and transacting. SQLite in WAL mode with synchronous=FULL: what is committed survives a power cut,
which is what "stored before it is sent" rests on.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from whiteglove.errors import StoreError
from whiteglove.store import schema

FILE_NAME = "whiteglove.sqlite3"


def _private_file(path: Path) -> None:
    """Create the file 0600 before SQLite does; its -wal and -shm files take over the mode of the database."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


class Store:
    """The one store of a daemon. `write` transactions of this process wait for each other on a lock of ours, those of
    another process on SQLite's."""

    def __init__(self, engine: sa.Engine, path: Path | None) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self.path = path
        self.key = self._load()

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the store in this directory, creating both where they are missing.

        Raises:
            StoreError: it cannot be written, is damaged, or was written by a newer version.
        """
        path = directory / FILE_NAME
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _private_file(path)
        except OSError as error:
            raise StoreError(
                f"{path}: cannot be written ({error.strerror}); set daemon.state to a writable directory"
            ) from error
        return cls(_engine(f"sqlite:///{path}"), path)

    @classmethod
    def open_existing(cls, directory: Path) -> Self | None:
        """Open the store only if there is one; a reading command must not create any."""
        return cls.open(directory) if (directory / FILE_NAME).exists() else None

    @classmethod
    def empty(cls) -> Self:
        """A store in memory, for reading commands without a store and for tests."""
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin)
        return cls(engine, None)

    def _load(self) -> bytes:
        try:
            with self.write() as tx:
                version = tx.exec_driver_sql("PRAGMA user_version").scalar_one()
                if version > schema.VERSION:
                    raise StoreError(
                        f"{self.path}: written by a newer whiteglove (version {version}, this one knows "
                        f"{schema.VERSION}); install that version again"
                    )
                if version == 0:
                    schema.metadata.create_all(tx)
                    tx.execute(schema.meta.insert().values(name="key", value=secrets.token_bytes(32)))
                    tx.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")
                key = tx.execute(sa.select(schema.meta.c.value).where(schema.meta.c.name == "key")).scalar_one()
        except DBAPIError as error:
            raise StoreError(f"{self.path}: cannot be read ({error.orig}); restore a backup or move it away") from error
        return bytes(key)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that may write: committed at the end, rolled back if anything raises."""
        with self._writing, self._engine.connect().execution_options(write=True) as tx, tx.begin():
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees the store as it is at its first statement. In memory there is one connection
        only, so that reading waits for writing there."""
        if self.path is None:
            with self.write() as tx:
                yield tx
            return
        with self._engine.connect() as tx, tx.begin():
            yield tx

    def hash_id(self, message_id: str) -> bytes:
        """A Message-ID as it is indexed: keyed, so that the index of strangers' ids says nothing to anybody else."""
        return hmac.digest(self.key, message_id.strip().strip("<>").encode("utf-8", "replace"), "sha256")[:16]

    def digest(self, *parts: bytes) -> bytes:
        """A keyed digest that tells two different mails under one Message-ID apart."""
        inner = hashlib.sha256()
        for part in parts:
            inner.update(len(part).to_bytes(8, "big") + part)
        return hmac.digest(self.key, inner.digest(), "sha256")[:16]

    def close(self) -> None:
        self._engine.dispose()


class StoreLock:
    """Held by the one daemon that may run on a store. Freed by the kernel when the process ends, however it ends."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "whiteglove.lock"
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Raises StoreError with the number of the process that holds the store."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StoreError(f"{self._path.parent}: held by a running whiteglove (process {holder})") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url, connect_args={"check_same_thread": False, "timeout": 20}, pool_size=16, max_overflow=64
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: Any) -> None:
    # The driver's own transaction control is switched off: it begins too late to lock, and not at all before reading.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000", "cache_size=-4000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
