"""Messages as they lie on disk: single files, mbox files, maildirs, and folders of them."""

from __future__ import annotations

import mailbox
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 64 * 1024 * 1024
"""Octets that are read of one message; no server takes larger ones."""

_ENDINGS = (".eml", ".mbox")
_MBOX = b"From "


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message and where it lies: `path`, or `path#number` within an mbox."""

    label: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file or folder that cannot be read, and why."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


Found = Iterator[FoundMessage | UnreadableFile]


def messages_below(path: Path) -> Found:
    """Every message at or below a path, in a stable order.

    A file is a message, or an mbox if it begins with "From " and is not called .eml. Of a folder everything in its
    maildirs counts, and elsewhere what is called .eml or .mbox. One message is in memory at a time.
    """
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:
        yield _unreadable(path, error)
        return
    yield from _in_folder(path) if is_folder else _in_file(path)


def _in_folder(top: Path) -> Found:
    faults: list[OSError] = []
    for here, folders, names in os.walk(top, onerror=faults.append):
        folder = Path(here)
        if {"cur", "new"} <= set(folders):
            folders[:] = set(folders) - {"cur", "new", "tmp"}
            yield from _in_maildir(folder)
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(_ENDINGS):
                yield from _in_entry(folder / name)
    for fault in faults:
        yield _unreadable(Path(fault.filename or top), fault)


def _in_maildir(maildir: Path) -> Found:
    for part in ("cur", "new"):
        try:
            entries = sorted((maildir / part).iterdir())
        except OSError as error:
            yield _unreadable(maildir / part, error)
            continue
        for entry in entries:
            if not entry.name.startswith("."):
                yield from _in_entry(entry, may_be_mbox=False)


def _in_entry(path: Path, *, may_be_mbox: bool = True) -> Found:
    """What was found in a folder: of pipes and sockets nothing is read, since they may never end."""
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        yield _unreadable(path, error)
        return
    if is_file:
        yield from _in_file(path, may_be_mbox=may_be_mbox)


def _in_file(path: Path, *, may_be_mbox: bool = True) -> Found:
    try:
        with path.open("rb") as file:
            raw = file.read(len(_MBOX))
            is_mbox = may_be_mbox and raw == _MBOX and path.suffix.lower() != ".eml"
            if not is_mbox:
                raw += file.read(LARGEST)
    except OSError as error:
        yield _unreadable(path, error)
        return
    if is_mbox:
        yield from _in_mbox(path)
    elif raw or path.suffix.lower() != ".mbox":
        yield FoundMessage(str(path), raw)


def _in_mbox(path: Path) -> Found:
    try:
        box = mailbox.mbox(path, create=False)
        for key in box.iterkeys():
            yield FoundMessage(f"{path}#{key}", box.get_bytes(key))
    except OSError as error:
        yield _unreadable(path, error)


def _unreadable(path: Path, error: OSError | ValueError) -> UnreadableFile:
    why = error.strerror if isinstance(error, OSError) else None
    return UnreadableFile(str(path), (why or str(error)).casefold())
