"""The daemon as a service of a real systemd, installed word for word as systemd/README.md says.

A container is booted over an overlay of this machine's disk, with the mail provider of `whiteglove.demo` inside and no
network. That takes root and a minute, so it runs only where `WHITEGLOVE_NSPAWN=1` asks for it (`make service-test`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from servers.container import Container, missing
from servers.mailhouse import IMAP, PASSWORD, SMTP, USER
from servers.ports import until
from whole.studio import CLIENTS

ROOT = Path(__file__).parents[2]
CHECKOUT = "/root/checkout"
WHEELS = "root/wheels"
MAILHOUSE = "/var/lib/mailhouse"
STORE = "/var/lib/whiteglove"
CONFIGURATION = f"""
[owner]
name = "Robin Vale"
address = "{USER}"
timezone = "Europe/Berlin"
hours = "Mon-Fri 09:00-17:30"
holidays = "DE-BE"
[daemon]
mode = "live"
poll = "5s"
[limits]
person = "50 per day"
[[mailboxes]]
name = "studio"
imap = "imap://{USER.replace("@", "%40")}@127.0.0.1:{IMAP}"
smtp = "smtp://127.0.0.1:{SMTP}"
password = {{ credential = "studio" }}
[plugins.acknowledge]
delay = "0s"
"""

QUESTION = f"""\
From: Wile Coyote <wile@acme.example>
To: {USER}
Subject: Catalogue
Date: {{date:%a, %d %b %Y %H:%M:%S}} +0000
Message-ID: <{{message_id}}>

Hi Robin,

How are things progressing?
"""

pytestmark = pytest.mark.skipif(
    os.environ.get("WHITEGLOVE_NSPAWN") != "1",
    reason="a container with systemd is booted only where WHITEGLOVE_NSPAWN=1 asks for it (make service-test, as root)",
)


def blocks() -> list[str]:
    """What a person pastes into a shell, in the order of the page."""
    return re.findall(r"```sh\n(.*?)```", (ROOT / "systemd" / "README.md").read_text("utf-8"), re.DOTALL)


class Machine:
    """The container, with the service in it."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.run = container.run
        self.mails = container.root / MAILHOUSE[1:]
        self.configuration = container.root / "etc/whiteglove/whiteglove.toml"

    def install(self) -> None:
        for name in ("in", "out"):
            (self.mails / name).mkdir(parents=True)
        for block in blocks():
            if "whiteglove check" in block:
                self.edit()
            self.run("sh", "-euxc", block, cwd=CHECKOUT, seconds=300)

    def edit(self) -> None:
        """What the page leaves to an editor; and the mail provider, which people have already."""
        self.configuration.write_text(CONFIGURATION)
        clients = self.configuration.parent / "clients"
        for example in clients.iterdir():
            example.unlink()
        for key, text in CLIENTS.items():
            (clients / f"{key}.toml").write_text(text)
        (self.configuration.parent / "credentials" / "studio").write_text(PASSWORD + "\n")
        server = f"{CHECKOUT}/tests/servers/mailhouse.py"
        self.run("systemd-run", "--unit=mailhouse", "/opt/whiteglove/bin/python", server, MAILHOUSE)
        until((self.mails / "up").exists, "the mail provider")

    def show(self, name: str) -> str:
        """One property of the service."""
        return self.run("systemctl", "show", "whiteglove", f"--property={name}", "--value").stdout.strip()

    def lines(self) -> list[dict[str, Any]]:
        """The service's log since the container was booted."""
        said = self.run("journalctl", "-o", "cat", "-u", "whiteglove").stdout.splitlines()
        return [json.loads(line) for line in said if line.startswith("{")]

    def count(self, event: str) -> int:
        return [line["event"] for line in self.lines()].count(event)

    def ask(self, *arguments: str) -> Any:
        """What the command line tells root."""
        return json.loads(self.run("whiteglove", *arguments, "--json").stdout)

    def deliver(self, message_id: str) -> None:
        path = self.mails / "in" / f"{message_id}.part"
        path.write_text(QUESTION.format(date=datetime.now(UTC), message_id=message_id))
        path.rename(path.with_suffix(".eml"))

    @property
    def sent(self) -> list[str]:
        """Who got a mail, each time."""
        return sorted(path.name.split()[0] for path in (self.mails / "out").iterdir())

    def is_answered(self, message_id: str) -> bool:
        """Whether this message led to a mail that was accepted."""
        done = self.run("whiteglove", "explain", message_id, "--json", check=False)
        return done.returncode == 0 and [mail["state"] for mail in json.loads(done.stdout)["mails"]] == ["sent"]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The service, installed and running. Whoever asked for this test is told where it cannot run."""
    if reason := missing():
        pytest.fail(reason, pytrace=False)
    wheels = tmp_path_factory.mktemp("wheels")
    _collect(wheels, tmp_path_factory.mktemp("venv"))
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"/{WHEELS}", "PIP_CONFIG_FILE": os.devnull}
    with Container(tmp_path_factory.mktemp("container"), offline) as container:
        _take_along(container.root, wheels)
        machine = Machine(container)
        machine.install()
        yield machine


def _collect(wheels: Path, folder: Path) -> None:
    """Everything that pip will want, since the container has no network."""
    subprocess.run(["/usr/bin/python3", "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "wheel", "--quiet", f"--wheel-dir={wheels}"]
    subprocess.run([*pip, str(ROOT), "hatchling>=1.27"], check=True)
    for own in wheels.glob("whiteglove-*"):
        own.unlink()


def _take_along(root: Path, wheels: Path) -> None:
    """A checkout, and the wheels. In the container `/tmp` is empty, and a checkout may lie there."""
    shutil.copytree(wheels, root / WHEELS)
    to = root / CHECKOUT[1:]
    for name in ("daemon", "plugins", "config", "systemd"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "tests/servers/mailhouse.py"):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)


def test_it_is_ready_when_systemd_says_so(machine: Machine) -> None:
    assert machine.show("ActiveState") == "active"
    assert machine.show("StatusText") == "live, 1 mailbox"
    assert machine.count("daemon.ready") == machine.count("mailbox.connected") > 0
    said = machine.run("journalctl", "-o", "cat", "-u", "whiteglove").stdout
    assert said.index('"daemon.ready"') < said.index("Started whiteglove")


def test_the_store_is_the_services_alone_and_root_reads_it(machine: Machine) -> None:
    machine.deliver("asked@acme.example")
    until(lambda: machine.is_answered("asked@acme.example"), "the answer", 20)
    assert "wile@acme.example" in machine.sent
    assert machine.ask("status")["store"] == f"{STORE}/whiteglove.sqlite3"
    said = machine.run("find", STORE, "-printf", "%u %m %y\n").stdout
    assert sorted(set(said.splitlines())) == ["whiteglove 600 f", "whiteglove 700 d"]


def test_root_checks_with_the_services_passwords_and_others_read_nothing(machine: Machine) -> None:
    assert machine.ask("check")["ok"] is True
    done = machine.run("runuser", "-u", "nobody", "--", "whiteglove", "status", check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("/etc/whiteglove/whiteglove.toml: cannot be read (permission denied)")
    assert all("permission denied" in line for line in done.stderr.splitlines())
    done = machine.run("runuser", "-u", "whiteglove", "--", "whiteglove", "check", check=False)
    assert "/etc/whiteglove/credentials/studio (permission denied)" in done.stdout


def test_a_reload_keeps_the_process_and_a_broken_file_the_old_configuration(machine: Machine) -> None:
    pid, reloaded, ready = machine.show("MainPID"), machine.count("config.reloaded"), machine.count("daemon.ready")
    machine.run("systemctl", "reload", "whiteglove")
    until(lambda: machine.count("config.reloaded") == reloaded + 1, "the reload", 20)
    until(lambda: machine.count("daemon.ready") == ready + 1, "being ready again", 20)
    machine.configuration.write_text(CONFIGURATION.replace("live", "lively"))
    machine.run("systemctl", "reload", "whiteglove")
    until(lambda: machine.count("config.rejected") == 1, "the refusal", 20)
    until(lambda: "old one stays in force" in machine.show("StatusText"), "a word about it")
    machine.configuration.write_text(CONFIGURATION)
    machine.deliver("after-reload@acme.example")
    until(lambda: machine.is_answered("after-reload@acme.example"), "the answer", 20)
    assert machine.show("MainPID") == pid
    assert machine.show("ActiveState") == "active"


def test_a_process_that_stands_still_is_replaced_and_the_store_survives(machine: Machine) -> None:
    drop_in = machine.container.root / "etc/systemd/system/whiteglove.service.d/impatient.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("[Service]\nWatchdogSec=3s\nRestartSec=1s\n")
    machine.deliver("before@acme.example")
    until(lambda: machine.is_answered("before@acme.example"), "the answer", 20)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "whiteglove")
    pid, sent = machine.show("MainPID"), machine.sent
    machine.run("sh", "-c", f"kill -STOP {pid}")
    until(lambda: machine.show("NRestarts") == "1" and machine.show("ActiveState") == "active", "a new process", 40)
    assert machine.show("MainPID") != pid
    said = machine.run("journalctl", "-o", "cat", "-u", "whiteglove").stdout
    assert "Watchdog timeout" in said
    assert "Fatal Python error: Aborted" in said
    assert machine.is_answered("before@acme.example")
    machine.deliver("behind@acme.example")
    until(lambda: machine.is_answered("behind@acme.example"), "the answer", 20)
    assert len(machine.sent) == len(sent) + 1
    drop_in.unlink()
    machine.run("systemctl", "daemon-reload")


def test_it_stops_within_seconds_while_a_server_keeps_it_waiting(machine: Machine) -> None:
    (machine.mails / "hold").touch()
    machine.deliver("held@acme.example")
    until((machine.mails / "holding").exists, "the mail at the server", 20)
    began = time.monotonic()
    machine.run("systemctl", "stop", "whiteglove")
    assert time.monotonic() - began < 20
    assert (machine.show("Result"), machine.show("ExecMainStatus")) == ("success", "0")
    assert machine.lines()[-1]["event"] != "daemon.ready"
    (machine.mails / "hold").unlink()
    machine.run("systemctl", "start", "whiteglove")
    states = [mail["state"] for mail in machine.ask("explain", "held@acme.example")["mails"]]
    assert states in (["submitting"], ["unknown"])


def test_what_a_restart_cannot_cure_is_not_restarted(machine: Machine) -> None:
    machine.configuration.write_text(CONFIGURATION.replace("live", "lively"))
    assert machine.run("systemctl", "restart", "whiteglove", check=False).returncode != 0
    assert machine.show("ActiveState") == "failed"
    assert (machine.show("ExecMainStatus"), machine.show("NRestarts")) == ("2", "0")
    said = machine.run("journalctl", "-o", "cat", "-u", "whiteglove", "-n", "20").stdout
    assert "/etc/whiteglove/whiteglove.toml:9: daemon.mode: " in said
    machine.configuration.write_text(CONFIGURATION)
    credentials = machine.configuration.parent / "credentials"
    credentials.rename(credentials.with_name("gone"))
    assert machine.run("systemctl", "restart", "whiteglove", check=False).returncode != 0
    assert machine.show("ActiveState") == "failed"
    credentials.with_name("gone").rename(credentials)
    machine.run("systemctl", "restart", "whiteglove")
    assert machine.show("ActiveState") == "active"


PROBE = f"""
import json, os, socket, subprocess, sys
from whiteglove.settings.holidays import _from_child
from whiteglove.settings.secrets import Secret, SecretSource

PATHS = ["/", "/etc", "/etc/whiteglove", "/usr", "/usr/bin", "/opt/whiteglove", "/run", "/tmp", "/var", "/dev/shm"]
PATHS.append("{STORE}")

def tried(function):
    try:
        return function()
    except OSError as error:
        return type(error).__name__

print(json.dumps({{
    "holidays": "DE-BE" in (_from_child(["DE-BE"], 2026, 2026) or {{}}),
    "command": Secret(SecretSource("command", ("cat", "/etc/hostname")), None, dict(os.environ)).reveal() != "",
    "credentials": sorted(os.listdir(os.environ["CREDENTIALS_DIRECTORY"])),
    "writes": [path for path in PATHS if not os.statvfs(path).f_flag & os.ST_RDONLY],
    "writes and runs": [
        path for path in PATHS if not os.statvfs(path).f_flag & (os.ST_RDONLY | os.ST_NOEXEC)
    ],
    "homes": [path for path in ("/root", "/home") if tried(lambda: os.listdir(path)) not in ([], "PermissionError")],
    "runs": tried(lambda: subprocess.run(["{STORE}/program"], check=True).returncode),
    "netlink": tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
    "processes": len([name for name in os.listdir("/proc") if name.isdecimal()]),
}}))
"""


def test_another_owner_has_a_store_of_their_own_and_sees_no_other(machine: Machine) -> None:
    machine.run("systemctl", "start", "whiteglove@kim")
    assert machine.ask("--config", "/etc/whiteglove/kim", "status")["store"] == f"{STORE}/kim/whiteglove.sqlite3"
    process = machine.run("systemctl", "show", "whiteglove@kim", "--property=MainPID", "--value").stdout.strip()
    inside = ("nsenter", "-t", process, "-m", "ls")
    assert machine.run(*inside, STORE).stdout.split() == ["kim"]
    assert machine.run(*inside, "/etc/whiteglove").stdout.split() == ["kim"]
    machine.run("systemctl", "stop", "whiteglove@kim")


def test_who_runs_it_is_told_when_it_has_ended_for_good(machine: Machine) -> None:
    script = machine.container.root / "etc/whiteglove/on-failure"
    script.write_text('#!/bin/sh\nexec logger -t whiteglove-owner "$1 wants you"\n')
    script.chmod(0o755)
    good = machine.configuration.read_text()
    machine.configuration.write_text("[owner]\n")
    machine.run("systemctl", "restart", "whiteglove", check=False)
    alerts = ("journalctl", "-o", "cat", "-t", "whiteglove", "-p", "alert")
    until(lambda: "whiteglove.service has ended" in machine.run(*alerts).stdout, "the alert")
    machine.configuration.write_text(good)
    mine = ("journalctl", "-o", "cat", "-t", "whiteglove-owner")
    until(lambda: "whiteglove.service wants you" in machine.run(*mine).stdout, "the owner's own way")
    script.unlink()
    machine.run("systemctl", "reset-failed", "whiteglove")
    machine.run("systemctl", "start", "whiteglove")


def test_the_sandbox_allows_what_is_needed_and_nothing_else(machine: Machine) -> None:
    machine.run("systemd-analyze", "security", "--threshold=12", "whiteglove.service")
    units = machine.container.root / "etc/systemd/system"
    unit = (units / "whiteglove.service").read_text()
    unit = re.sub("Type=notify\n", "Type=oneshot\n", unit)
    unit = re.sub("Restart=always\n", "", unit)
    unit = re.sub("ExecStart=.*\n", "ExecStart=/opt/whiteglove/bin/python /etc/whiteglove/probe.py\n", unit)
    (units / "probe.service").write_text(unit)
    (machine.configuration.parent / "probe.py").write_text(PROBE)
    program = machine.container.root / STORE[1:] / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "probe")
    said = machine.run("journalctl", "-o", "cat", "-u", "probe").stdout
    found = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    assert found == {
        "holidays": True,
        "command": True,
        "credentials": ["whiteglove_studio"],
        "writes": ["/tmp", "/dev/shm", STORE],
        "writes and runs": [],
        "homes": [],
        "runs": "PermissionError",
        "netlink": "OSError",
        "processes": 1,
    }


def test_uninstalled_it_leaves_the_configuration_and_the_store(machine: Machine) -> None:
    """The last one: nothing is installed any more after it."""
    said = machine.run("sh", "systemd/uninstall.sh", cwd=CHECKOUT).stdout
    assert "kept: /etc/whiteglove" in said
    assert machine.run("systemctl", "is-active", "whiteglove", check=False).returncode != 0
    assert not (machine.container.root / "opt/whiteglove").exists()
    assert (machine.container.root / f"{STORE[1:]}/whiteglove.sqlite3").exists()
    machine.run("sh", "systemd/uninstall.sh", "--purge", cwd=CHECKOUT)
    assert not (machine.container.root / STORE[1:]).exists()
    assert not machine.configuration.exists()
