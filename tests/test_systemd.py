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
ONE_OF_SEVERAL = SOURCE.with_name("whiteglove@.service")
AT_THE_END = SOURCE.with_name("whiteglove-failure@.service")
PAGE = (ROOT / "systemd" / "README.md").read_text("utf-8")
HIGHEST_EXPOSURE = 12
"""In tenths. What remains is what a mail client needs: the network, name servers and the socket of systemd."""


@pytest.fixture(scope="module", params=["whiteglove.service", "whiteglove@kim.service"])
def unit(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Each unit with a program that is there: `verify` wants to see it. Its neighbours lie beside it."""
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not installed (Debian: apt-get install systemd)"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("unit") / str(request.param)
    text = (ONE_OF_SEVERAL if "@" in path.name else SOURCE).read_text("utf-8")
    (path.parent / AT_THE_END.name).write_text(AT_THE_END.read_text("utf-8"))
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
    broken = unit.with_name(f"broken-{unit.name}")
    broken.write_text(unit.read_text().replace("PrivateTmp=", "PrivateTemp="))
    assert "PrivateTemp" in analyze("verify", "--man=no", str(broken)).stderr


def test_the_sandbox_is_tight(unit: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(unit))
    assert done.returncode == 0, done.stdout


def test_what_is_done_at_the_end_is_understood_too(unit: Path) -> None:
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(unit.with_name("whiteglove-failure@x.service")))
    assert "whiteglove-failure" not in done.stderr.replace("Failed to", "")


def test_the_units_differ_in_whose_they_are_and_in_nothing_else() -> None:
    one, several = (
        [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
        for path in (SOURCE, ONE_OF_SEVERAL)
    )
    named = {line.partition("=")[0] for line in set(one) ^ set(several)}
    assert named == {
        "Description", "ConfigurationDirectory", "StateDirectory", "LoadCredential", "TemporaryFileSystem",
        "BindReadOnlyPaths", "BindPaths", "ReadOnlyPaths", "NoExecPaths",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["install.sh", "uninstall.sh"])
def test_a_shell_understands_the_scripts_and_only_root_may_run_them(name: str) -> None:
    script = ROOT / "systemd" / name
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    text = script.read_text("utf-8")
    assert "set -eu" in text
    assert text.index('"$(id -u)" != 0') < text.index("systemctl")
    assert script.stat().st_mode & 0o111 == 0o111


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
