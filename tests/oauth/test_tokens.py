"""The file of a mailbox's tokens: whole or as it was, for its owner alone, one writer at a time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oauth.conftest import NOW
from whiteglove.errors import TokenError
from whiteglove.oauth import tokens as module
from whiteglove.oauth.tokens import TokenFile, Tokens, Trouble

KEPT = Tokens(
    client_id="client-1",
    token_endpoint="https://login.vale.example/token",
    user="robin@vale.example",
    refresh="Marked-refresh-1",
    access="Marked-access-1",
    scope="mail",
    logged_in_at=NOW,
    got_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    ends_from=NOW,
    ends_at=NOW + timedelta(days=7),
    trouble=Trouble(code="late", lasting=False, since=NOW),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "logins" / "studio.json"


@pytest.fixture
def file(path: Path) -> TokenFile:
    made = TokenFile(path)
    with made.changing() as change:
        change.write(KEPT)
    return made


def test_what_was_written_is_read(file: TokenFile) -> None:
    assert file.read() == KEPT
    bare = replace(KEPT, ends_at=None, trouble=None)
    with file.changing() as change:
        change.write(bare)
    assert file.read() == bare


def test_it_is_there_for_its_owner_alone(file: TokenFile, path: Path) -> None:
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)}
    assert modes == {"studio.json": 0o600, "logins": 0o700, "state": 0o700}
    assert sorted(one.name for one in path.parent.iterdir()) == ["studio.json", "studio.lock"]


def test_reading_makes_nothing(path: Path, tmp_path: Path) -> None:
    assert TokenFile(path).read() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"refresh": "x"}', b"\xff", b"[" * 100_000, json.dumps({"client_id": 1}).encode()],
)
def test_what_is_no_tokens_is_none(file: TokenFile, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert file.read() is None


@pytest.mark.parametrize(("name", "value"), [("refresh", 7), ("refresh", ""), ("got_at", "2026"), ("trouble", {})])
def test_a_value_of_another_kind_spoils_it(file: TokenFile, path: Path, name: str, value: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    assert file.read() is None


def test_no_secret_is_in_a_repr() -> None:
    assert "Marked" not in repr(KEPT)
    assert "Marked" not in str(KEPT)


def test_an_access_token_is_fresh_until_shortly_before_its_end() -> None:
    end = KEPT.expires_at
    assert KEPT.is_fresh(end - timedelta(minutes=6))
    assert not KEPT.is_fresh(end - timedelta(minutes=5))
    brief = replace(KEPT, expires_at=NOW + timedelta(minutes=4))
    assert brief.is_fresh(NOW + timedelta(minutes=2))
    assert not brief.is_fresh(NOW + timedelta(minutes=3))


def test_nothing_is_changed_where_nothing_was_written(file: TokenFile, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(RuntimeError), file.changing():
        raise RuntimeError
    assert path.read_bytes() == before
    assert not path.with_suffix(".new").exists()


CRASH = """
import os, sys
from dataclasses import replace
from pathlib import Path
from whiteglove.oauth.tokens import TokenFile
file = TokenFile(Path(sys.argv[1]))
kept = file.read()
setattr(os, sys.argv[2], lambda *_: os._exit(9))
with file.changing() as change:
    change.write(replace(kept, refresh="Marked-refresh-2"))
"""


@pytest.mark.parametrize(
    ("step", "left"),
    [("posix_fallocate", "1"), ("pwrite", "1"), ("fsync", "1"), ("replace", "1"), ("close", "2")],
)
def test_killed_on_the_way_there_is_a_login_and_the_next_one_goes_on(
    file: TokenFile, path: Path, step: str, left: str
) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(path), step], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    kept = file.read()
    assert kept is not None
    assert kept.refresh == f"Marked-refresh-{left}"
    with file.changing() as change:
        change.write(replace(KEPT, refresh="Marked-refresh-3"))
    assert file.read() == replace(KEPT, refresh="Marked-refresh-3")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.with_suffix(".new").exists()


def test_a_full_disk_is_met_before_anybody_is_asked(
    file: TokenFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "posix_fallocate", full)
    with pytest.raises(TokenError, match="No space left") as error, file.changing():
        pytest.fail("the provider would be asked here")
    assert not error.value.lasting
    assert file.read() == KEPT
    assert not path.with_suffix(".new").exists()


def test_room_is_taken_for_what_a_large_provider_gives(file: TokenFile, path: Path) -> None:
    with file.changing():
        assert path.with_suffix(".new").stat().st_size == module.ROOM


def test_one_writer_at_a_time(file: TokenFile) -> None:
    held, release = threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> None:
        with file.changing():
            held.set()
            release.wait(5)
            order.append("first")

    def follow() -> None:
        with TokenFile(file._path).changing():
            order.append("second")

    first = threading.Thread(target=hold)
    first.start()
    assert held.wait(5)
    second = threading.Thread(target=follow)
    second.start()
    release.set()
    first.join(5)
    second.join(5)
    assert order == ["first", "second"]


def test_nobody_waits_for_ever(file: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_PATIENCE", 0.05)
    with file.changing(), pytest.raises(TokenError, match="another process") as error, file.changing():
        pytest.fail("two at once")
    assert not error.value.lasting


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_what_root_writes_belongs_to_whom_the_state_belongs_to(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 65534, 65534)
    file = TokenFile(state / "logins" / "studio.json")
    with file.changing() as change:
        change.write(KEPT)
    owners = {one.name: (one.stat().st_uid, one.stat().st_gid) for one in (state / "logins").iterdir()}
    assert owners == dict.fromkeys(("studio.json", "studio.lock"), (65534, 65534))
    assert (state / "logins").stat().st_uid == 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_else_is_told_who_may(file: TokenFile, path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom whiteglove.errors import TokenError\n"
        "from whiteglove.oauth.tokens import TokenFile\nfile = TokenFile(Path(sys.argv[1]))\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for act in (file.read, lambda: file.changing().__enter__()):\n"
        "    try:\n        act()\n    except TokenError as error:\n        print(error.lasting, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(
        line.startswith("True ") and "run this as root or as whom the store belongs to" in line for line in lines
    )
