"""The ten questions of systemd/README.md, asked of the log of a real daemon as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, STATUS
from cli.conftest import Home
from whiteglove import log
from whiteglove.hookspecs import PluginInfo, hookimpl
from whiteglove.store import folders
from whiteglove.store.folders import FolderState
from whiteglove.testing import Bench
from whiteglove.testing.configured import CLIENT
from whiteglove_plugins import acknowledge, reports

PAGE = (Path(__file__).parents[1] / "systemd" / "README.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## Ten questions to the log") : PAGE.index("## Several owners")]
LOG, *QUESTIONS = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)
JUTTA = "Jutta Forst <jutta@birch.example>"
MARA = "Mara Lund <mara@cedar.example>"
CEDAR = """
name = "Cedar Books"
report = ["Fri 15:00"]
[[people]]
name = "Mara Lund"
addresses = ["mara@cedar.example"]
"""


class Broken:
    """A plugin that fails."""

    @hookimpl
    def describe(self) -> PluginInfo:
        return PluginInfo("Fails.")

    @hookimpl
    def on_message(self, event: object) -> None:
        raise ValueError("no good")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The log of a daemon that has answered, withheld, failed, kept its word, broken it, and still has mail waiting."""
    with Bench(
        acknowledge,
        clients={"acme": CLIENT, "birch": BIRCH, "cedar": CEDAR},
        beside={"reports": reports, "broken": Broken()},
        delay="3m",
    ) as bench:
        log.event_log().write("daemon.ready", mode="live")
        log.event_log().write("config.rejected", level="error", error="whiteglove.toml:12: owner.hours: …")
        bench.receive(STATUS)
        bench.advance(minutes=5)
        bench.receive(STATUS, subject="Once more", answers=bench.last_message_id)
        bench.receive(STATUS, sender=JUTTA)
        bench.advance(minutes=5)
        bench.receive(COMPLAINT, subject="Again")
        bench.receive(STATUS, subject="And the cover?")
        bench.advance(minutes=5)
        bench.advance(days=3)
        bench.receive(STATUS, sender=MARA)
        return bench.log.getvalue().splitlines()


@pytest.fixture(scope="module")
def known(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def shell(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `journalctl` that has these lines, and the words of Python and systemd among them."""
    if shutil.which("jq") is None:
        reason = "jq is not installed (Debian: apt-get install jq)"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("bin")
    (folder / "journal").write_text("\n".join(["Starting whiteglove …", *lines, "Traceback: {", ""]))
    program(folder / "journalctl", f'test "$1 $2 $3 $4" = "-o cat -u whiteglove" && cat {folder / "journal"}')
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def ask(shell: Path, number: int) -> list[str]:
    """What the shell answers to a question of the page."""
    script = f"set -eu\n{LOG}\n{QUESTIONS[number - 1]}"
    environ = {**os.environ, "PATH": f"{shell}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def tabbed(*cells: str | None) -> str:
    return "\t".join(cell or "" for cell in cells)


def counted(names: Mapping[str, int]) -> list[tuple[str, str]]:
    return sorted((str(number), name) for name, number in names.items())


def in_columns(answer: list[str]) -> list[tuple[str, str]]:
    return sorted((line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in answer)


def test_the_page_has_ten_questions_and_an_answer_to_each() -> None:
    assert re.findall(r"^(\d+)\. \w", SECTION, re.MULTILINE) == [str(number) for number in range(1, 11)]
    # The last block installs what the figures need.
    assert len(QUESTIONS) == 11


def test_the_log_has_what_is_asked_for(known: list[dict[str, Any]]) -> None:
    told = Counter(line["event"] for line in known)
    assert {"mail.sent", "mail.withheld", "promise.late", "plugin.failed"} <= told.keys()


def test_1_what_was_answered(shell: Path, known: list[dict[str, Any]]) -> None:
    answered = [line for line in known if line["event"] == "mail.sent" and line["audience"] == "client"]
    assert {line["client"] for line in answered} == {"acme", "birch"}
    assert ask(shell, 1) == [
        tabbed(line["timestamp"][:19], line["client"], line["plugin"], line["reason"], line["due"]) for line in answered
    ]


def test_2_why_a_client_was_not_answered(shell: Path, known: list[dict[str, Any]]) -> None:
    withheld = [line for line in known if line["event"] == "mail.withheld" and line["client"] == "acme"]
    assert {"told", "complaint_open"} <= {line["reason"] for line in withheld}
    assert ask(shell, 2) == [
        tabbed(line["timestamp"][:19], line["reason"], line.get("message_id")) for line in withheld
    ]


def test_3_the_most_frequent_reasons(shell: Path, known: list[dict[str, Any]]) -> None:
    reasons = Counter(line["reason"] for line in known if line["event"] == "mail.withheld")
    answer = ask(shell, 3)
    assert in_columns(answer) == counted(reasons)
    assert int(answer[0].split()[0]) == max(reasons.values())


def test_4_what_waits(shell: Path, known: list[dict[str, Any]]) -> None:
    of_cedar = [line for line in known if line["event"].startswith("mail.") and line.get("client") == "cedar"]
    assert [line["event"] for line in of_cedar] == ["mail.planned"]
    assert ask(shell, 4) == [tabbed("cedar", "acknowledge", of_cedar[0]["due"])]


def test_5_when_each_folder_was_searched(shell: Path, tmp_path: Path) -> None:
    home = Home(tmp_path).write()
    folder = FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=1, cursor=0)
    with home.store() as store, store.write() as tx:
        folders.put(tx, folder)
        folders.searched(tx, "studio", "INBOX", datetime(2026, 11, 24, 9, 42, tzinfo=UTC))
    program(shell / "whiteglove", f'exec {sys.executable} -m whiteglove --config {home.path} "$@"')
    assert ask(shell, 5) == [tabbed("studio", "INBOX", "2026-11-24T10:42:00+01:00")]


def test_6_what_went_wrong(shell: Path, known: list[dict[str, Any]]) -> None:
    answer = ask(shell, 6)
    assert len(answer) == sum(line["level"] in ("warning", "error", "critical") for line in known)
    assert any(line.split("\t")[1:4] == ["error", "plugin.failed", "broken"] and "no good" in line for line in answer)


def test_7_who_wrote_how_often(shell: Path, known: list[dict[str, Any]]) -> None:
    wrote = Counter(line["client"] for line in known if line["event"] == "message.received")
    assert in_columns(ask(shell, 7)) == counted(wrote)


def test_8_how_long_an_answer_took(shell: Path, known: list[dict[str, Any]]) -> None:
    came = {line["message_id"]: line for line in known if line["event"] == "message.received"}
    about = {
        line["event_id"]: line["message_id"]
        for line in known
        if line["event"] == "mail.planned" and {"event_id", "message_id"} <= line.keys()
    }
    sent = [line for line in known if line["event"] == "mail.sent" and line["audience"] == "client"]
    took = sorted(
        (moment(line) - moment(came[about[line["event_id"]]])).total_seconds()
        for line in sent
        if line["event_id"] in about
    )
    (answer,) = ask(shell, 8)
    told = json.loads(answer)
    assert told["answers"] == len(took) >= 2
    assert told["median"] == pytest.approx(took[len(took) // 2], abs=1e-4)
    assert told["slowest"] == pytest.approx(took[-1], abs=1e-4)


def moment(line: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def test_9_whether_promises_were_kept(shell: Path, known: list[dict[str, Any]]) -> None:
    kept = Counter(
        tabbed(line["client"], line["event"])
        for line in known
        if line["event"] in ("promise.kept", "promise.late", "promise.broken")
    )
    assert in_columns(ask(shell, 9)) == counted(kept)


def test_10_when_it_started_stopped_or_read_a_configuration(shell: Path) -> None:
    told = [line.split("\t")[1:] for line in ask(shell, 10)]
    assert told == [["daemon.ready", ""], ["config.rejected", "whiteglove.toml:12: owner.hours: …"]]


def test_an_empty_log_is_an_answer_too(shell: Path, tmp_path: Path) -> None:
    program(tmp_path / "journalctl", "true")
    (tmp_path / "jq").symlink_to(str(shutil.which("jq")))
    assert ask(tmp_path, 4) == []
    assert json.loads(ask(tmp_path, 8)[0])["answers"] == 0


def test_lines_that_are_none_of_the_daemons_are_passed_over(shell: Path, lines: list[str]) -> None:
    environ = {**os.environ, "PATH": f"{shell}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", f"{LOG}\nlog --since today"], env=environ, capture_output=True, text=True, check=True
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [json.loads(line) for line in lines]
