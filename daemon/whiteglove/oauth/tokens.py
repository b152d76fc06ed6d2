"""The tokens of one mailbox, in a file of their own: whole or as they were, for its owner alone, one writer at a time.

A provider that rotates refresh tokens ends the old one with its answer. So the room on the disk is taken before the
provider is asked, and what it gave is on the disk before anybody uses it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from whiteglove.errors import TokenError

LOCK_PATIENCE = 40.0
"""Seconds that one process waits for another to renew the tokens."""
ROOM = 32 * 1024
"""Octets taken ahead of a renewal: more than the tokens of any large provider."""
LARGEST = 256 * 1024
MARGIN = timedelta(minutes=5)
"""How long before its end an access token is renewed, of a short one a quarter of its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the tokens could not be renewed the last time, and since when that is so. `lasting` as in `TokenError`."""

    code: str
    lasting: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tokens:
    """What a login gave, and whom it was for: a refresh token goes to no other issuer than the one that gave it.

    All instants are UTC. `got_at` and `expires_at` are those of the access token; `ends_at` is when the refresh token
    ends, None where nobody knows of an end, and `ends_from` the moment at which that was said.
    """

    client_id: str
    token_endpoint: str
    user: str
    refresh: str
    access: str
    scope: str
    logged_in_at: datetime
    got_at: datetime
    expires_at: datetime
    ends_from: datetime
    ends_at: datetime | None = None
    trouble: Trouble | None = None

    def __repr__(self) -> str:
        return f"Tokens({self.client_id!r}, expires_at={self.expires_at!r}, ends_at={self.ends_at!r})"

    def is_fresh(self, now: datetime) -> bool:
        """Whether the access token will do for a while yet."""
        return now < self.expires_at - min(MARGIN, (self.expires_at - self.got_at) / 4)


class TokenFile:
    """The file at a path. For any thread and any process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tokens | None:
        """What is in it; None where there is nothing, or nothing that can be read as tokens.

        Raises:
            TokenError: this user may not read it.
        """
        try:
            with self._path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self._path, error) from None
        return _decoded(content)

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """Keep everybody else from changing the file meanwhile. It is made where it is missing, with its folder.

        Raises:
            TokenError: it cannot be written, or another process did not let go of it in time.
        """
        try:
            owner = _folders(self._path.parent)
            lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(self._path, error) from None
        try:
            _give(lock, owner)
            _take(lock, self._path)
            with _Replacement(self._path, owner) as change:
                yield change
        finally:
            os.close(lock)


class Change(Protocol):
    """Puts new tokens in the place of the old ones."""

    def write(self, tokens: Tokens) -> None:
        """After this the new ones are on the disk. Raises `TokenError` where they are not; the old ones are then."""


class _Replacement(Change):
    """A file beside the one it is to replace. It is there, with its room on the disk, before it is needed."""

    def __init__(self, path: Path, owner: tuple[int, int] | None) -> None:
        self._path = path
        self._beside = path.with_suffix(".new")
        try:
            # A process that was killed may have left one behind; the lock says that nobody is writing it now.
            self._beside.unlink(missing_ok=True)
            self._file = os.open(self._beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            _give(self._file, owner)
            os.posix_fallocate(self._file, 0, ROOM)
        except OSError as error:
            self.__exit__()
            raise _unusable(path, error) from None

    def __enter__(self) -> _Replacement:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)

    def write(self, tokens: Tokens) -> None:
        content = _encoded(tokens)
        try:
            written = 0
            while written < len(content):
                written += os.pwrite(self._file, content[written:], written)
            os.ftruncate(self._file, len(content))
            os.fsync(self._file)
            os.replace(self._beside, self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise _unusable(self._path, error) from None


def _folders(folder: Path) -> tuple[int, int] | None:
    """Make the folder; say whose a file in it is to be. What root writes there belongs to whom the state belongs to,
    since it is the service that has to read it."""
    state = folder.parent
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = None
    if os.geteuid() == 0:
        found = state.stat()
        owner = found.st_uid, found.st_gid
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        if owner is not None:
            os.chown(folder, *owner)
    return owner


def _give(descriptor: int, owner: tuple[int, int] | None) -> None:
    os.fchmod(descriptor, 0o600)
    if owner is not None:
        os.fchown(descriptor, *owner)


def _take(lock: int, path: Path) -> None:
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise TokenError(f"{path}: another process has been renewing it for too long", lasting=False) from None
            time.sleep(0.02)
        else:
            return


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: OSError) -> TokenError:
    why = error.strerror or "unusable"
    if isinstance(error, PermissionError):
        text = f"this user may not use it ({why}); run this as root or as whom the store belongs to"
        return TokenError(f"{path}: {text}", lasting=True)
    return TokenError(f"{path}: cannot be used ({why}); see whether the disk is in order", lasting=False)


_INSTANTS = ("logged_in_at", "got_at", "expires_at", "ends_from")
_TEXTS = ("client_id", "token_endpoint", "user", "refresh", "access", "scope")


def _encoded(tokens: Tokens) -> bytes:
    trouble = tokens.trouble
    return json.dumps(
        {name: getattr(tokens, name) for name in _TEXTS}
        | {name: getattr(tokens, name).isoformat() for name in _INSTANTS}
        | {
            "ends_at": tokens.ends_at.isoformat() if tokens.ends_at else None,
            "trouble": {"code": trouble.code, "lasting": trouble.lasting, "since": trouble.since.isoformat()}
            if trouble
            else None,
        },
        indent=1,
    ).encode()


def _decoded(content: bytes) -> Tokens | None:
    """None for anything but what `_encoded` wrote."""
    try:
        data: Any = json.loads(content)
        values: dict[str, Any] = {name: data[name] for name in _TEXTS}
        are_texts = all(isinstance(text, str) for text in values.values())
        values |= {name: _instant(data[name]) for name in _INSTANTS}
        ends_at = _instant(data["ends_at"]) if data["ends_at"] is not None else None
        told = data["trouble"]
        trouble = None
        if told is not None:
            trouble = Trouble(code=str(told["code"]), lasting=bool(told["lasting"]), since=_instant(told["since"]))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return Tokens(**values, ends_at=ends_at, trouble=trouble) if are_texts and values["refresh"] else None


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant without an offset")
    return moment
