"""The environment of somebody who writes a plugin: whiteglove from its wheel, and a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Author:
    """An environment with whiteglove installed from its wheel. What whiteglove needs, and the tools, are those of this
    environment, seen from beneath, so that nothing is fetched."""

    environment: Path

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def configuration(self) -> Path:
        """Where whiteglove looks for its configuration."""
        return self.environment / "config" / "whiteglove"

    def run(self, *command: str | Path, cwd: Path) -> str:
        """What a program printed; it must not fail."""
        environ = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
        environ |= {
            "PATH": f"{self.environment / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.environment),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PIP_NO_INDEX": "1",
            # As pip reads it, nought means that builds are not isolated: hatchling is there already.
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "XDG_CONFIG_HOME": str(self.configuration.parent),
        }
        done = subprocess.run(
            list(map(str, command)), cwd=cwd, env=environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pip(self, *arguments: str | Path, cwd: Path) -> str:
        return self.run(self.python, "-m", "pip", "install", "--quiet", *arguments, cwd=cwd)


@pytest.fixture(scope="session")
def author(tmp_path_factory: pytest.TempPathFactory) -> Author:
    folder = tmp_path_factory.mktemp("author")
    environment = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    author = Author(environment)
    pip = environment / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{author.python}" -m pip "$@"\n')
    pip.chmod(0o755)
    (packages,) = environment.glob("lib/python3*/site-packages")
    beneath = sysconfig.get_paths()["purelib"]
    (packages / "beneath.pth").write_text(f"import site; site.addsitedir({beneath!r})\n")
    author.run(author.python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    # This environment has whiteglove too, as the checkout; the author's own comes first on the path.
    author.pip("--no-deps", "--ignore-installed", wheel, cwd=folder)
    said = author.run(author.python, "-c", "import whiteglove; print(whiteglove.__file__)", cwd=folder)
    assert Path(said.strip()).is_relative_to(environment)
    return author
