"""What the README tells a newcomer to type works as it stands there, and what it shows is what happens."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whiteglove.demo.imapd import ImapServer
from whiteglove.demo.smtpd import SmtpServer
from whiteglove.guard import REASONS
from whiteglove.log import EVENTS
from whiteglove.settings import load
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PLUGINS = (ROOT / "plugins" / "README.md").read_text("utf-8")
USER, PASSWORD = "robin@vale.example", "only here"
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".hypothesis", ".*_cache", "__pycache__", "*.egg-info", "dist")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of one's own, with everything installed already."""
    copy = tmp_path / "whiteglove"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    # Everything is installed already: `make` would point an environment with an older stamp at this copy.
    stamps = {".ready", ".installed"}
    (copy / ".venv").mkdir()
    for inside in Path(sys.prefix).iterdir():
        if inside.name not in stamps:
            (copy / ".venv" / inside.name).symlink_to(inside)
    for stamp in stamps:
        (copy / ".venv" / stamp).touch()
    return copy


@pytest.fixture
def servers() -> Iterator[tuple[int, int]]:
    with ImapServer({USER: PASSWORD}) as imap, SmtpServer(lambda mail: None) as smtp:
        yield imap.port, smtp.port


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {**kept, "HOME": str(home)}


def bash(block: str, checkout: Path, home: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=checkout,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def with_own_servers(configuration: Path, ports: tuple[int, int]) -> None:
    """What the README asks for by hand: one's own servers, and how the password is found."""
    text = configuration.read_text("utf-8")
    quoted = USER.replace("@", "%40")
    for key, value in {
        "imap": f'"imap://{quoted}@127.0.0.1:{ports[0]}"',
        "smtp": f'"smtp://127.0.0.1:{ports[1]}"',
        "password": f'{{ command = ["echo", "{PASSWORD}"] }}',
    }.items():
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    configuration.write_text(text, "utf-8")


def runs_until_it_is_told_to_end(block: str, checkout: Path, home: Path) -> list[str]:
    """Start the daemon, wait until it is at work, press Ctrl-C; the names of its log lines."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {block}"],
        cwd=checkout,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    names: list[str] = []
    for line in process.stdout:
        names.append(json.loads(line)["event"])
        if names[-1] == "daemon.ready":
            process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    return names


@pytest.mark.long
def test_the_blocks_run_from_top_to_bottom(checkout: Path, tmp_path: Path, servers: tuple[int, int]) -> None:
    demo, install, check, run, work = blocks("sh")
    home = tmp_path / "home"
    home.mkdir()

    shown = bash(demo, checkout, home)
    bash(install, checkout, home)
    with_own_servers(home / ".config/whiteglove/whiteglove.toml", servers)
    bash(check, checkout, home)
    names = runs_until_it_is_told_to_end(run.strip(), checkout, home)
    bash(work.replace("make ", "make -n "), checkout, home)

    assert names[-1] == "daemon.stopping"
    (excerpt,) = blocks("text")
    printed = iter(line.rstrip() for line in shown.splitlines())
    assert [line for line in excerpt.splitlines() if line not in printed] == []


def test_the_mail_on_the_first_screen_is_one_that_it_writes() -> None:
    client = """
name = "Acme GmbH"
timezone = "America/New_York"
report = ["Tue 16:00"]
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
[[projects]]
name = "Catalogue relaunch"
"""
    quoted = "\n".join(line.removeprefix(">").strip() for line in README.splitlines() if line.startswith(">"))
    with Bench(acknowledge, now=datetime(2026, 11, 23, 9, tzinfo=UTC), clients={"acme": client}, delay="0s") as bench:
        (mail,) = bench.receive("How are things progressing?")
    assert mail.text.split() == quoted.split()
    assert [part.get_content_type() for part in mail.message.walk()][-1] == "text/calendar"


def test_the_client_file_is_enough(tmp_path: Path) -> None:
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "acme.toml").write_text(blocks("toml")[0], "utf-8")
    shutil.copy(ROOT / "config" / "whiteglove.example.toml", tmp_path / "whiteglove.toml")
    acme = load(tmp_path / "whiteglove.toml", {"HOME": str(tmp_path)}).book.clients["acme"]
    assert (acme.name, len(acme.report), acme.people[0].name) == ("Acme GmbH", 2, "Wile Coyote")


def test_the_line_of_the_log_is_one() -> None:
    line = json.loads(blocks("json")[0])
    assert line["event"] in EVENTS
    assert line["reason"] in REASONS


def test_the_plugin_is_the_one_that_is_tested_where_plugins_are_described() -> None:
    assert blocks("python")[0] in PLUGINS


def test_every_place_it_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
