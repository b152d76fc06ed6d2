"""Prints `NAME==VERSION`, as installed here, of all that whiteglove needs to run, to be tested and to be built.

`make pins` writes it to `pins.txt`, which `pip install -c pins.txt` takes as constraints. Other packages that happen to
be installed are left out.
"""

import importlib.metadata
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def declared() -> Iterator[str]:
    """Every requirement of `pyproject.toml` itself."""
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))
    yield from project["project"]["dependencies"]
    yield from project["build-system"]["requires"]
    for group in project["dependency-groups"].values():
        yield from (entry for entry in group if isinstance(entry, str))


def pins() -> dict[str, str]:
    """Version by name, of what is declared and of all that it needs in turn. Raises PackageNotFoundError."""
    found: dict[str, str] = {}
    waiting = [Requirement(text) for text in declared()]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        distribution = importlib.metadata.distribution(wanted.name)
        name = canonicalize_name(wanted.name)
        found[name] = distribution.version
        for extra in ("", *wanted.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            here = {**default_environment(), "extra": extra}
            needs = [Requirement(text) for text in distribution.requires or ()]
            waiting += [need for need in needs if need.marker is None or need.marker.evaluate(here)]
    return found


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}=={version}\n" for name, version in sorted(pins().items()))
