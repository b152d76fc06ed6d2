"""The last lines of `init`: how to go on from what lies there now."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cli.conftest import Home
from whiteglove.app import RealWorld
from whiteglove.cli.init_closing import Result, checked, next_steps, told
from whiteglove.cli.init_looking import Seen
from whiteglove.ports import Folders

RESULT = Result(
    configuration=Path("/srv/studio/whiteglove.toml"), files=(), mailbox="studio", provider="other", mode="rehearsal"
)
HERE = "whiteglove --config /srv/studio/whiteglove.toml"


def test_three_steps_lead_from_rehearsal_to_live() -> None:
    once, look, live = next_steps(RESULT, sound=True)
    assert once.endswith(f"{HERE} run --once")
    assert look.endswith(f"{HERE} summary")
    assert 'mode = "live" in /srv/studio/whiteglove.toml' in live
    assert live.endswith(f"{HERE} run")


@pytest.mark.parametrize(
    ("result", "first"),
    [
        (RESULT, f"Mend what is called a fault above, until this finds none: {HERE} check"),
        (
            replace(RESULT, needs_login=True),
            f"Log in: {HERE} login studio; then pick your clients: {HERE} init --more-clients",
        ),
    ],
)
def test_what_stands_in_the_way_comes_first(result: Result, first: str) -> None:
    steps = next_steps(result, sound=False)
    assert steps[0] == first
    assert len(steps) == 4


def test_the_service_is_started_and_reloaded_by_systemd() -> None:
    steps = next_steps(replace(RESULT, configuration=Path("/etc/whiteglove/whiteglove.toml")), sound=True)
    assert "systemctl start whiteglove" in steps[0]
    assert steps[-1].endswith("systemctl reload whiteglove")


def test_a_program_that_no_shell_would_find_is_called_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/whiteglove", "init"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert next_steps(RESULT, sound=True)[0].endswith(f" .venv/bin/{HERE} run --once")
    (tmp_path / "whiteglove").write_text("#!/bin/sh\n")
    (tmp_path / "whiteglove").chmod(0o755)
    assert next_steps(RESULT, sound=True)[0].endswith(f": {HERE} run --once")


def test_of_more_clients_one_step_is_left() -> None:
    assert next_steps(replace(RESULT, is_new=False), sound=True) == [
        f"Say in each new file when they hear from you (report); then: {HERE} run"
    ]


def test_offline_the_servers_are_left_out_of_the_check(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    result = replace(RESULT, configuration=home.path)
    offline = [one.what for one in checked(result, RealWorld(), offline=True)]
    assert offline == ["configuration", "store", "plugin acknowledge"]
    online = [one.what for one in checked(result, RealWorld(), offline=False)]
    assert online == [*offline, "mailbox studio", "smtp studio"]
    assert "fault    mailbox studio: 127.0.0.1:1: " in capsys.readouterr().out


def test_a_program_is_told_what_was_done() -> None:
    seen = Seen(folders=Folders(None, "Drafts"), guessed=Folders("Old/Sent", "Drafts"), names=(), read={"INBOX": 3})
    said = told(replace(RESULT, seen={"studio": seen}), [], ["one"], sound=True)
    assert said["folders"] == {"studio": {"sent": "Old/Sent", "drafts": "Drafts"}}
    assert (said["read"], said["next"], said["clients"], said["ok"]) == ({"studio": {"INBOX": 3}}, ["one"], [], True)
