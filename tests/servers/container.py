"""This machine once more, booted with systemd in a container: over an overlay of its disk that is gone afterwards.

`$WHITEGLOVE_NSPAWN_ROOT` names another disk in its place: a bare Debian as `debootstrap` makes one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from servers.ports import until

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def missing() -> str:
    """Why there can be no container here; "" where there can."""
    if os.geteuid() != 0:
        return "only root can boot a container"
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is not installed (Debian: apt-get install systemd-container)"
    return ""


class Container:
    """A context manager. `root` is its disk as seen from here; `environ` is added to what every command gets."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", "SYSTEMD_PAGER": "", **environ}
        self.root = folder / "root"
        self._mounted: list[Path] = []
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Self:
        try:
            self._mount()
            self._boot()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def run(
        self, *command: str, cwd: str = "/", check: bool = True, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as root in the container. With `check` a command that fails is an AssertionError that shows
        what it said."""
        done = subprocess.run(
            ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "env", "-C", cwd, *command],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
            env=self._environ,
        )
        if check:
            assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def _mount(self) -> None:
        self._mount_one("tmpfs", "tmpfs", self._folder)
        for name in ("upper", "work", "root"):
            (self._folder / name).mkdir()
        disk = os.environ.get("WHITEGLOVE_NSPAWN_ROOT", "/")
        layers = f"lowerdir={disk},upperdir={self._folder}/upper,workdir={self._folder}/work"
        self._mount_one("overlay", "overlay", self.root, "-o", layers)
        # A machine of its own: with the same id its journal would be taken for that of this one.
        (self.root / "etc/machine-id").write_text("")

    def _mount_one(self, kind: str, source: str, target: Path, *options: str) -> None:
        subprocess.run(["mount", "-t", kind, *options, source, str(target)], check=True)
        self._mounted.append(target)

    def _boot(self) -> None:
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe"]
        command += ["--resolv-conf=off", "--timezone=off", "--link-journal=no", f"--directory={self.root}", "--boot"]
        with (self._folder / "console").open("wb") as console:
            self._nspawn = subprocess.Popen(
                [*command, "systemd.unit=basic.target"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        until(self._found_leader, "process 1 of the container", 20)
        until(self._is_up, "the container to come up", 30)

    def _found_leader(self) -> bool:
        """Whether process 1 is there: the child of nspawn that is number 1 in a namespace of its own."""
        assert self._nspawn is not None
        assert self._nspawn.poll() is None, (self._folder / "console").read_text()
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        for pid in children:
            status = Path(f"/proc/{pid}/status").read_text()
            numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
            if len(numbers) > 1 and numbers[-1] == "1" and status.startswith("Name:\tsystemd\n"):
                self._leader = int(pid)
        return self._leader > 0

    def _is_up(self) -> bool:
        said = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return said in ("running", "degraded")

    def _end(self) -> None:
        """Whatever state it is in: no process and no mount stays behind."""
        if self._nspawn is not None and self._nspawn.poll() is None:
            if self._leader:
                os.kill(self._leader, signal.SIGKILL)
            else:
                self._nspawn.kill()
            self._nspawn.wait(20)
        while self._mounted:
            target = self._mounted.pop()
            subprocess.run(["umount", "--recursive", str(target)], check=True)
