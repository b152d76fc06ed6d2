"""A file that says of itself whether it is as it was written, and to the usual tools too."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove import sealing as module
from whiteglove.sealing import SUMS, Fault, SealingError, sealing, verify

AT = datetime(2026, 11, 24, 9, 42, 11, tzinfo=UTC)
EXPECTED = "50235a0c00a421a472ec9cf3bdc2b015494fef0a548d69390a65513a301cae34"
MEMBERS = {"messages/0001.eml": b"Hi.\r\n" * 9, "index.csv": "Gr\u00fc\u00dfe".encode(), "empty.txt": b""}


def sealed(folder: Path, name: str = "a.zip") -> Path:
    path = folder / name
    with sealing(path, replace=True) as sealer:
        for member, content in MEMBERS.items():
            assert sealer.add(member, content, AT) == hashlib.sha256(content).hexdigest()
    return path


def packed(path: Path, members: dict[str, bytes], *, sums: bytes | None = None, **options: int) -> Path:
    """A file that somebody else has made."""
    named = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in members.items())
    with zipfile.ZipFile(path, "w", **options) as archive:  # type: ignore[arg-type]
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(SUMS, named.encode() if sums is None else sums)
    return path


def faults(path: Path) -> list[tuple[str, str]]:
    return [(fault.what, fault.member) for fault in verify(path).faults]


def test_what_was_written_is_whole_the_same_every_time_and_nobody_elses(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    found = verify(path)
    assert (found.members, found.faults) == (4, ())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == sealed(tmp_path, "b.zip").read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [*MEMBERS, SUMS]
        assert {name: archive.read(name) for name in MEMBERS} == MEMBERS
        assert found.sums_hash == hashlib.sha256(archive.read(SUMS)).hexdigest()
        assert archive.getinfo("index.csv").date_time == (2026, 11, 24, 9, 42, 10)
    assert sorted(os.listdir(tmp_path)) == ["a.zip", "b.zip"]


def test_the_bytes_are_the_same_on_every_python_and_system(tmp_path: Path) -> None:
    """Others check what was written here; a file of today is to be checked in years."""
    assert hashlib.sha256(sealed(tmp_path).read_bytes()).hexdigest() == EXPECTED


def test_every_single_changed_byte_is_found_wherever_it_stands(tmp_path: Path) -> None:
    whole = sealed(tmp_path).read_bytes()
    changed = tmp_path / "changed.zip"
    for at in range(len(whole)):
        changed.write_bytes(whole[:at] + bytes([whole[at] ^ 1 + at % 255]) + whole[at + 1 :])
        assert verify(changed).faults, at


def test_the_member_is_named_that_was_changed(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"Hi.", b"Ho."))
    assert faults(path) == [("changed", "messages/0001.eml")]


def test_a_member_that_was_exchanged_with_its_checksum_is_found(tmp_path: Path) -> None:
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in MEMBERS.items()).encode()
    path = packed(tmp_path / "x.zip", {**MEMBERS, "index.csv": b"other"}, sums=sums)
    assert faults(path) == [("changed", "index.csv")]


def test_what_is_missing_and_what_was_added_is_named(tmp_path: Path) -> None:
    sums = f"{hashlib.sha256(b'').hexdigest()}  gone.eml\n".encode()
    assert faults(packed(tmp_path / "x.zip", {"more.eml": b""}, sums=sums)) == [
        ("additional", "more.eml"),
        ("missing", "gone.eml"),
    ]


def test_bytes_before_after_and_between_members_are_found(tmp_path: Path) -> None:
    whole = sealed(tmp_path).read_bytes()
    other = tmp_path / "other.zip"
    for content in (b"MZ" + whole, whole + b"\0"):
        other.write_bytes(content)
        assert faults(other) in ([("container", "")], [("unreadable", "")])
    # Every member is right, and sha256sum says so too.
    with zipfile.ZipFile(packed(other, MEMBERS), "a") as archive:
        archive.comment = b"Packed anew."
    assert faults(other) == [("container", "")]


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/../../x", "C:x", "a\\b", "a//b", ".hidden", "a/", "x\n0", "Gr\u00fc\u00dfe.txt", "-rf"],
)
def test_a_name_that_could_leave_its_folder_is_neither_written_nor_trusted(tmp_path: Path, name: str) -> None:
    with sealing(tmp_path / "a.zip") as sealer, pytest.raises(ValueError, match="cannot be the name"):
        sealer.add(name, b"", AT)
    assert ("unsafe_name", name) in faults(packed(tmp_path / "x.zip", {name: b""}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice_is_found_whatever_its_case(tmp_path: Path) -> None:
    with sealing(tmp_path / "a.zip") as sealer:
        sealer.add("index.csv", b"", AT)
        with pytest.raises(ValueError, match="cannot be the name"):
            sealer.add("index.csv", b"", AT)
    path = packed(tmp_path / "x.zip", MEMBERS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("index.csv", b"other")
        archive.writestr("EMPTY.txt", b"")
    assert {name for what, name in faults(path) if what == "duplicate"} == {"index.csv", "empty.txt", "EMPTY.txt"}


def test_a_bomb_is_named_and_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "x.zip", {"bomb.eml": bytes(30_000_000)}, compression=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_: pytest.fail("a bomb was unpacked"))
    assert ("not_as_written", "bomb.eml") in faults(path)


def test_members_that_lie_over_each_other_are_not_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {"a.eml": bytes(1000), "b.eml": bytes(1000)})
    raw = bytearray(path.read_bytes())
    second = raw.index(b"PK\1\2", raw.index(b"PK\1\2") + 1)
    # Both names for one content: the offset of the second is that of the first; then each claims to be larger.
    for start in (raw.index(b"PK\1\2"), second):
        raw[start + 20 : start + 28] = struct.pack("<LL", 2000, 2000)
    path.write_bytes(raw)
    assert {what for what, _ in faults(path)} & {"not_as_written", "unreadable"}


def test_a_list_of_members_that_never_ends_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "x.zip", {f"{number}.eml": b"" for number in range(100)})
    monkeypatch.setattr(module, "LARGEST_DIRECTORY", 1000)
    assert faults(path) == [("unreadable", "")]


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (b"", [("additional", "a.eml")]),
        (b"nonsense\n", [("additional", "a.eml"), ("bad_sums", "")]),
        (b"%064d  ../../etc/passwd\n" % 0, [("additional", "a.eml"), ("bad_sums", "")]),
    ],
)
def test_sums_that_are_none_prove_nothing(tmp_path: Path, sums: bytes, expected: list[tuple[str, str]]) -> None:
    assert faults(packed(tmp_path / "x.zip", {"a.eml": b""}, sums=sums)) == expected


def test_without_sums_nothing_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.eml", b"")
    assert faults(path) == [("no_sums", "")]


@given(st.binary(max_size=400), st.integers(0, 700), st.integers(0, 300))
def test_no_file_whatever_it_holds_raises(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    path = sealed(folder)
    whole = path.read_bytes()
    path.write_bytes(noise)
    assert verify(path).faults == (Fault("unreadable"),)
    path.write_bytes(whole[:at] + noise + whole[at + cut :])
    assert verify(path).faults or path.read_bytes() == whole


def broken_off(path: Path) -> None:
    with sealing(path) as sealer:
        sealer.add("a.eml", b"x", AT)
        assert not path.exists()
        raise RuntimeError


def test_it_gets_its_name_when_all_is_written_or_never(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with pytest.raises(RuntimeError):
        broken_off(path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"before")
    with pytest.raises(SealingError, match="exists already"), sealing(path):
        pass
    assert path.read_bytes() == b"before"
    with pytest.raises(SealingError, match="name a file"), sealing(tmp_path, replace=True):
        pass
    with pytest.raises(SealingError, match="cannot be written"), sealing(tmp_path / "none" / "a.zip"):
        pass


def test_a_time_before_zip_files_does_no_harm(tmp_path: Path) -> None:
    with sealing(tmp_path / "a.zip") as sealer:
        sealer.add("a.eml", b"", datetime(1970, 1, 1, tzinfo=UTC))
    assert verify(tmp_path / "a.zip").faults == ()
