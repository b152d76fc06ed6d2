"""`plugins new`: a package with a plugin that works, to be changed into one's own."""

from __future__ import annotations

import argparse
import keyword
import re
import sys
import unicodedata
from collections.abc import Iterable
from importlib import resources
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from whiteglove import __version__
from whiteglove.cli.output import print_json
from whiteglove.cli.usage import UsageError, add_json
from whiteglove.hookspecs import API_VERSION, GROUP

LONGEST = 40
_NAME = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")
_FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "src/{name}/__init__.py": "plugin.py.txt",
    "src/{name}/words/{name}.toml": "words.toml.txt",
    "tests/test_{name}.py": "test.py.txt",
}
"""Each file of the package, and the one beside this module that it is written from."""


def add_new(actions: argparse._SubParsersAction[Any]) -> None:
    text = "a package with a plugin that works, to be changed into your own; no configuration is needed"
    new = actions.add_parser("new", help=text, description=text)
    new.add_argument("name", metavar="NAME", help="of the plugin and its section, for example friday_mail")
    new.add_argument("--dir", metavar="D", type=Path, default=Path(), help="where its folder is made; here without it")
    add_json(new)
    new.set_defaults(run=_new)


def scaffold(name: str, parent: Path) -> Path:
    """Write a package for a plugin of this name into a folder of its own below `parent`; the folder.

    Raises UsageError for a name that cannot be one, and where the folder is there already: nothing is ever overwritten.
    """
    if fault := fault_of(name, (one.name for one in entry_points(group=GROUP))):
        raise UsageError(fault)
    distribution = f"whiteglove-{name.replace('_', '-')}"
    folder = parent / distribution
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        there = folder if folder.exists() else parent
        raise UsageError(f"{there} is there already, and nothing is overwritten; right would be a new folder") from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}; --dir names a folder of your own") from None
    values = {"name": name, "distribution": distribution, "version": __version__, "api": API_VERSION}
    sources = resources.files("whiteglove.cli") / "scaffold"
    for path, source in _FILES.items():
        file = folder / path.format(name=name)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = Template((sources / source).read_text(encoding="utf-8")).substitute(values)
        file.write_text(text, encoding="utf-8")
    (folder / "src" / name / "py.typed").touch()
    return folder


def fault_of(name: str, taken: Iterable[str]) -> str | None:
    """Why a plugin cannot have this name, and what would be right; None where it can. `taken` are other plugins'."""
    if not _NAME.fullmatch(name) or "__" in name or len(name) > LONGEST:
        return f'"{name}" is no name for a plugin; right would be {_nearest(name)}: small letters, digits and _'
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in sys.stdlib_module_names:
        return f"{name} means something in Python itself; right would be {name}_mail"
    if name in taken:
        return f"there is a plugin {name} already; right would be a name of its own, {name}_too"
    if find_spec(name) is not None:
        return f"{name} is a package that is installed here; right would be {name}_mail"
    return None


def _nearest(name: str) -> str:
    """What the name might have been meant as."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    folded = re.sub(r"[^a-z0-9]+", "_", letters).lstrip("_0123456789")[:LONGEST].strip("_")
    return folded if _NAME.fullmatch(folded) else "friday_mail"


def _new(options: argparse.Namespace) -> int:
    folder = scaffold(options.name, options.dir)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if options.json:
        print_json({"name": options.name, "folder": str(folder), "files": files})
        return 0
    print(f"{folder}:")
    for file in files:
        print(f"  {file}")
    print("Next, in that folder and in the environment of whiteglove:")
    print("  pip install -e .")
    print("  python -m pytest")
    print(f"A section [plugins.{options.name}] in whiteglove.toml enables it; `whiteglove check` says how that went.")
    return 0
