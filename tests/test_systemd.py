"""The unit and its page, as far as that can be told without a running systemd; `whole/test_service.py` has one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from whiteglove.settings.places import SYSTEM, SYSTEM_STATE
from whiteglove.settings.secrets import UNIT

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "systemd" / "whiteglove.service"
PAGE = (ROOT / "systemd" / "README.md").read_text("utf-8")
HIGHEST_EXPOSURE = 12
"""In tenths. What remains is what a mail client needs: the network, name servers and the socket of systemd."""


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unit with a program that is there: `verify` wants to see it."""
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not installed (Debian: apt-get install systemd)"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("unit") / "whiteglove.service"
    text = SOURCE.read_text("utf-8")
    path.write_text(text.replace("ExecStart=/opt/whiteglove/bin/whiteglove", f"ExecStart={shutil.which('true')}"))
    return path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def settings() -> dict[str, str]:
    """The unit's keys; of one that stands there twice the last value."""
    return dict(re.findall(r"^(\w+)=(.*)$", SOURCE.read_text("utf-8"), re.MULTILINE))


def test_systemd_understands_every_line(unit: Path) -> None:
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(unit))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_misspelt_line_would_be_seen(unit: Path) -> None:
    broken = unit.with_name("broken.service")
    broken.write_text(unit.read_text().replace("PrivateTmp=", "PrivateTemp="))
    assert "PrivateTemp" in analyze("verify", "--man=no", str(broken)).stderr


def test_the_sandbox_is_tight(unit: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(unit))
    assert done.returncode == 0, done.stdout


def test_the_command_line_looks_where_the_unit_puts_things() -> None:
    found = settings()
    assert f"/etc/{found['ConfigurationDirectory']}" == str(SYSTEM)
    assert f"/var/lib/{found['StateDirectory']}" == str(SYSTEM_STATE)
    assert found["LoadCredential"] == f"{UNIT}:{SYSTEM}/credentials"


def test_a_wrong_configuration_is_not_restarted_and_a_stop_has_time_enough() -> None:
    found = settings()
    assert "2" in found["RestartPreventExitStatus"].split()
    assert found["TimeoutStopSec"] == "30s"


def test_every_file_that_the_page_installs_is_there() -> None:
    blocks = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    named = re.findall(r"(?<=\s)(?:config|systemd)/[\w./-]*\w", blocks)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
