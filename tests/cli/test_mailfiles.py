"""Messages on disk, in whatever shape they lie there."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path
from typing import NoReturn

import pytest

from whiteglove.cli.mailfiles import FoundMessage, UnreadableFile, messages_below

ONE = b"From: a@acme.example\n\nOne\n"
TWO = b"From: b@acme.example\n\nTwo\n"


def found(path: Path) -> dict[str, bytes]:
    """What is found below a path, by label, where everything can be read."""
    result = {}
    for one in messages_below(path):
        assert isinstance(one, FoundMessage), one
        result[one.label.removeprefix(str(path)).lstrip("/")] = one.raw
    return result


def faults(path: Path) -> list[str]:
    return [str(one) for one in messages_below(path) if isinstance(one, UnreadableFile)]


def make_mbox(path: Path) -> None:
    box = mailbox.mbox(path)
    box.add(ONE)
    box.add(TWO)
    box.close()


@pytest.mark.parametrize("name", ["one.eml", "one", "one.txt", "ONE.EML"])
def test_a_single_file_is_a_message_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ONE)
    assert found(tmp_path / name) == {"": ONE}


def test_an_empty_file_is_a_message_without_anything(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").touch()
    assert found(tmp_path / "empty.eml") == {"": b""}


@pytest.mark.parametrize("name", ["archive", "archive.mbox"])
def test_an_mbox_is_told_by_its_first_line(tmp_path: Path, name: str) -> None:
    make_mbox(tmp_path / name)
    assert found(tmp_path / name) == {"#0": ONE, "#1": TWO}


def test_an_empty_mbox_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.mbox").touch()
    assert found(tmp_path / "empty.mbox") == {}


def test_an_eml_file_with_an_envelope_line_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(b"From a@acme.example Tue Nov 24\n" + ONE)
    assert list(found(tmp_path / "one.eml")) == [""]


def test_an_mbox_that_does_not_begin_like_one_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "one.mbox").write_bytes(ONE)
    assert found(tmp_path / "one.mbox") == {"": ONE}


def test_a_maildir_with_its_folders(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / ".Sent"):
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
    (tmp_path / "cur" / "1.host:2,S").write_bytes(ONE)
    (tmp_path / "cur" / ".hidden").write_bytes(ONE)
    (tmp_path / "cur" / "a folder").mkdir()
    (tmp_path / "new" / "2.host").write_bytes(b"From the beginning it was no mbox\n")
    (tmp_path / "tmp" / "3.host").write_bytes(ONE)
    (tmp_path / ".Sent" / "cur" / "4.host:2,S").write_bytes(TWO)
    (tmp_path / "dovecot-uidlist").write_text("no mail")
    assert list(found(tmp_path)) == ["cur/1.host:2,S", "new/2.host", ".Sent/cur/4.host:2,S"]


def test_a_folder_is_searched_to_its_bottom_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.eml", "a.eml", "deep/er/C.EML", "deep/d.txt", "x.eml/inside.eml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(ONE)
    make_mbox(tmp_path / "deep" / "all.mbox")
    expected = ["a.eml", "b.eml", "deep/all.mbox#0", "deep/all.mbox#1", "deep/er/C.EML", "x.eml/inside.eml"]
    assert list(found(tmp_path)) == expected


def test_pipes_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.eml")
    (tmp_path / "one.eml").write_bytes(ONE)
    assert list(found(tmp_path)) == ["one.eml"]


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").symlink_to("nowhere")
    (tmp_path / "b.eml").write_bytes(ONE)
    assert faults(tmp_path) == [f"{tmp_path}/a.eml: no such file or directory"]
    assert [one.label for one in messages_below(tmp_path) if isinstance(one, FoundMessage)] == [f"{tmp_path}/b.eml"]


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.eml").write_bytes(ONE)
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def forbidden(path: Path, *_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    def scanned(path: str) -> object:
        return forbidden(Path(path)) if path.endswith("closed") else scandir(path)

    # Not by chmod, which does not keep root from anything.
    monkeypatch.setattr(Path, "open", forbidden)
    monkeypatch.setattr(os, "scandir", scanned)
    assert faults(tmp_path) == [f"{tmp_path}/a.eml: permission denied", f"{tmp_path}/closed: permission denied"]


@pytest.mark.parametrize("name", ["missing", "x" * 300, "with\0null"])
def test_a_path_that_leads_nowhere_is_told(tmp_path: Path, name: str) -> None:
    assert len(faults(tmp_path / name)) == 1
