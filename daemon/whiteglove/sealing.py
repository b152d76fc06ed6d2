"""A paper trail as one file: a zip whose members are named in `SHA256SUMS`, each with its hash.

Members are stored, not compressed, in the order in which they are added, each under the time it is given: the same
members make the same bytes, here and elsewhere. So `verify` finds a byte that was changed anywhere, also outside of the
members, by writing the container once more and comparing. Whoever unpacks the file needs nothing of this program:
`sha256sum -c SHA256SUMS`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whiteglove.errors import WhiteGloveError

SUMS = "SHA256SUMS"
LARGEST_DIRECTORY = 16 * 1024 * 1024
"""Octets of a list of members that are read: enough for some hundred thousand of them."""

_CHUNK = 1024 * 1024
_DOS_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
"""Nothing that a shell, Windows or an unpacker could take for anything but a file below the folder it unpacks to."""
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip
"""What `zipfile` raises over a file that somebody has damaged, by chance or on purpose."""


class SealingError(WhiteGloveError):
    """The file cannot be written where it was wanted."""


class Sealer:
    """Adds members to the file that `sealing` writes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sums: dict[str, str] = {}
        self._latest = _DOS_EPOCH
        self.sums_hash = ""

    def add(self, name: str, content: bytes, at: datetime) -> str:
        """Add a member under a time (to two seconds, UTC); return its SHA-256. ValueError for a name that is taken or
        could be anything but a file below one's own folder."""
        if not _NAME.fullmatch(name) or name in self._sums or name == SUMS:
            raise ValueError(f"{name!r} cannot be the name of a member")
        self._sums[name] = hashlib.sha256(content).hexdigest()
        self._latest = max(self._latest, at)
        with self._archive.open(_info(name, at, len(content)), "w") as member:
            member.write(content)
        return self._sums[name]

    def finish(self) -> None:
        """Add the sums of all members, as `sha256sum` writes and reads them."""
        content = "".join(f"{value}  {name}\n" for name, value in self._sums.items()).encode("ascii")
        self.sums_hash = hashlib.sha256(content).hexdigest()
        with self._archive.open(_info(SUMS, self._latest, len(content)), "w") as member:
            member.write(content)


@contextmanager
def sealing(target: Path, *, replace: bool = False) -> Iterator[Sealer]:
    """Write a file that its owner alone can read. It gets its name when all of it was written, or never.

    Raises:
        SealingError: the file exists already, or cannot be written there.
    """
    if target.exists() and not (replace and target.is_file()):
        hint = "name another file, or add --force" if target.is_file() else "name a file"
        raise SealingError(f"{target}: exists already; {hint}")
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SealingError(f"{target}: cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                sealer = Sealer(archive)
                yield sealer
                sealer.finish()
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise SealingError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        partial.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong with a member, or (`member` is empty) with the file as a whole.

    `what` is `changed`, `missing`, `additional`, `duplicate`, `unsafe_name`, `not_as_written` (compressed, encrypted,
    or larger than it can be), `bad_sums` (a line of `SHA256SUMS` that is none), `no_sums`, `container` (the members are
    right, what is around them is not as it was written) or `unreadable`.
    """

    what: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many members were found, the SHA-256 of `SHA256SUMS` where there is one, and every fault."""

    members: int = 0
    sums_hash: str = ""
    faults: tuple[Fault, ...] = ()


def verify(path: Path) -> Verification:
    """Compare a file with what `sealing` wrote. Nothing is unpacked, whatever the file claims to hold.

    Raises OSError where the file cannot be read; whatever is in it never raises anything.
    """
    with _Bounded(path) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            with zipfile.ZipFile(file) as archive:
                return _verify(archive, path, size)
        except _UNREADABLE:
            return Verification(faults=(Fault("unreadable"),))


def _verify(archive: zipfile.ZipFile, path: Path, size: int) -> Verification:
    infos = archive.infolist()
    faults = sorted({*_structure(infos, size)})
    # What is not as it was written is not looked into: it might unpack to any size.
    suspect = {fault.member for fault in faults}
    readable = {info.filename: info for info in infos if info.filename not in suspect}
    sums: Mapping[str, str] = {}
    sums_hash = ""
    if SUMS in readable and readable[SUMS].file_size <= LARGEST_DIRECTORY:
        try:
            content = archive.read(readable[SUMS])
            sums_hash = hashlib.sha256(content).hexdigest()
            sums, bad = _sums_of(content)
            faults += [Fault("bad_sums")] if bad else []
        except _UNREADABLE:
            faults.append(Fault("changed", SUMS))
    else:
        faults.append(Fault("no_sums"))
    present = {info.filename for info in infos}
    faults += [Fault("missing", name) for name in sums.keys() - present]
    faults += [Fault("additional", name) for name in present - sums.keys() - {SUMS} if sums_hash]
    for name in sums.keys() & readable.keys():
        if _hash_of(archive, readable[name]) != sums[name]:
            faults.append(Fault("changed", name))
    if not faults and not _is_as_written(archive, infos, path, size):
        faults.append(Fault("container"))
    return Verification(len(infos), sums_hash, tuple(sorted(faults)))


def _structure(infos: list[zipfile.ZipInfo], size: int) -> Iterator[Fault]:
    """What can be told from the list of members alone."""
    # Compared as the file systems do that know no case.
    times = Counter(info.filename.casefold() for info in infos)
    room = size
    for info in infos:
        if times[info.filename.casefold()] > 1:
            yield Fault("duplicate", info.filename)
        # `filename` ends at a NUL and has other slashes than the file.
        if info.orig_filename != info.filename or not _NAME.fullmatch(info.filename):
            yield Fault("unsafe_name", info.filename)
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        # Members that lie over each other would be larger together than the file.
        room -= info.file_size
        if not stored or info.flag_bits or room < 0:
            yield Fault("not_as_written", info.filename)


def _sums_of(content: bytes) -> tuple[Mapping[str, str], bool]:
    """Each name with its hash, and whether there is a line that is none, or a name that stands there twice."""
    sums: dict[str, str] = {}
    lines = content.decode("ascii", "replace").splitlines()
    for line in lines:
        match = _SUM.fullmatch(line)
        if match and _NAME.fullmatch(match[2]):
            sums[match[2]] = match[1]
    return sums, len(sums) != len(lines)


def _hash_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """The SHA-256 of a member; "" where its own checksum says already that it is damaged."""
    digest = hashlib.sha256()
    try:
        for chunk in _chunks(archive, info):
            digest.update(chunk)
    except _UNREADABLE:
        return ""
    return digest.hexdigest()


def _is_as_written(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], path: Path, size: int) -> bool:
    """Write the container once more, into nothing, and compare what is written with the file."""
    with path.open("rb") as file:
        mirror = _Mirror(file)
        try:
            with zipfile.ZipFile(mirror, "w") as again:
                for info in infos:
                    with again.open(_info(info.filename, info.date_time, info.file_size), "w") as member:
                        for chunk in _chunks(archive, info):
                            member.write(chunk)
        except (*_UNREADABLE, zipfile.LargeZipFile):
            return False
        return mirror.is_same and mirror.end == size


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            yield chunk


def _info(name: str, at: datetime | tuple[int, int, int, int, int, int], size: int) -> zipfile.ZipInfo:
    """A member as this program writes it on every system."""
    if isinstance(at, datetime):
        moment = max(at.astimezone(UTC), _DOS_EPOCH)
        at = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    info = zipfile.ZipInfo(name, at)
    info.create_system = 3
    info.external_attr = 0o600 << 16
    info.file_size = size
    return info


class _Bounded(io.FileIO):
    """A file of which nobody reads much at once: the list of members may claim to be of any length."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = LARGEST_DIRECTORY + 1 if size is None or size < 0 else size
        if (size or 0) > LARGEST_DIRECTORY or len(data := super().read(wanted)) > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("the list of members is too long")
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_SET and offset < 0:
            raise zipfile.BadZipFile("a member begins before the file")
        return super().seek(offset, whence)


class _Mirror(io.RawIOBase):
    """Takes what is written and keeps nothing but whether it is what stands at that place in another file.

    A header is written twice, first without the hash of what follows: the last word about a place counts.
    """

    def __init__(self, other: io.BufferedReader) -> None:
        self._other = other
        self._place = 0
        self._different: set[int] = set()
        self.end = 0

    @property
    def is_same(self) -> bool:
        return not self._different

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.end}[whence]
        return self._place

    def write(self, data: Any, /) -> int:
        written = bytes(data)
        self._other.seek(self._place)
        if self._other.read(len(written)) == written:
            self._different.discard(self._place)
        else:
            self._different.add(self._place)
        self._place += len(written)
        self.end = max(self.end, self._place)
        return len(written)
