"""One way down: a module imports only from floors below its own, and the lower half of the house touches no world."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import whiteglove

ROOT = Path(__file__).parents[1]
DAEMON = ROOT / "daemon" / "whiteglove"
PLUGINS = ROOT / "plugins" / "whiteglove_plugins"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "message", "clients", "ledger", "sections", "events", "actions"),
    ("worktime", "text", "codec", "grammar", "wording", "disclosure", "console", "retries"),
    (
        "parse", "screen", "classify", "settle", "compose", "guard", "promises", "dossier", "habits", "commitments",
        "composure", "frequency", "free_time", "interruptions", "summary", "setting_types", "owner_words",
        "paper_trail", "scopes",
    ),
    ("__init__", "hookspecs"),
    ("settings", "log", "ports", "web"),
    ("imap", "smtp", "store", "inprocess", "errands", "llm", "oauth", "outward", "sealing",
     "metrics"),
    ("host", "prepare", "texts"),
    ("intake", "desk", "outbox", "chores", "drafting", "calling", "schedule", "silence", "retention", "health",
     "logins", "changing"),
    ("app", "demo", "testing"),
    ("cli",),
    ("__main__",),
)  # fmt: skip
FLOOR = {unit: number for number, floor in enumerate(FLOORS) for unit in floor}

# The root names what `hookspecs` holds, so that an author has one import; it imports none of it before it is asked.
# The bench is the daemon that `app` wires, over in-process adapters, so that a plugin behaves there as it will here.
ALLOWED = {("__init__", "hookspecs"), ("testing", "app")}

# Floors 0 to 3 and the plugins get files, the clock and chance as values; these would fetch them from the world.
WORLDLY = frozenset(
    {
        "asyncio", "concurrent", "email.utils.formatdate", "email.utils.localtime", "email.utils.make_msgid",
        "fcntl", "ftplib", "getpass", "glob", "http", "imapclient", "imaplib", "importlib.resources", "logging",
        "multiprocessing", "os", "pathlib", "platform", "poplib", "queue", "random", "sched", "secrets", "select",
        "selectors", "shutil", "signal", "smtplib", "socket", "socketserver", "sqlalchemy", "sqlite3", "ssl",
        "structlog", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
    }
)  # fmt: skip
WORLDLY_METHODS = frozenset({"now", "utcnow", "today"})
WORLDLY_FUNCTIONS = frozenset({"open", "print", "input", "breakpoint"})
LAST_PURE_FLOOR = 3


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported; `package` is what a relative import starts from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            home = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{home}.{alias.name}") for alias in node.names)


def unit_of(name: str, units: Iterable[str]) -> str | None:
    """The module or package directly below `whiteglove` that an imported name belongs to; None for foreign names."""
    first, *rest = name.split(".")
    if first != "whiteglove":
        return None
    return rest[0] if rest and rest[0] in units else "__init__"


def climbs(unit: str, source: str, units: Iterable[str], package: str = "whiteglove") -> Iterator[str]:
    """Every import of this source that does not lead down."""
    for line, name in imports(ast.parse(source), package):
        if name.split(".")[0] == "whiteglove_plugins":
            yield f"line {line}: {name}: the daemon knows plugins by their entry points only"
        below = unit_of(name, units)
        if below is None or below == unit or (unit, below) in ALLOWED:
            continue
        if below not in FLOOR:
            yield f"line {line}: {name}: {below} stands on no floor"
        elif FLOOR[below] == FLOOR[unit] == 0 and FLOORS[0].index(below) < FLOORS[0].index(unit):
            continue
        elif FLOOR[below] >= FLOOR[unit]:
            yield f"line {line}: {name}: floor {FLOOR[unit]} must not import floor {FLOOR[below]}"


def worldly(source: str) -> Iterator[str]:
    """Every way of this source to the world: imports that lead there, the clock, files, the terminal."""
    tree = ast.parse(source)
    for line, name in imports(tree, "whiteglove"):
        parts = name.split(".")
        if any(".".join(parts[:length]) in WORLDLY for length in range(1, len(parts) + 1)):
            yield f"line {line}: {name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in WORLDLY_METHODS:
            yield f"line {node.lineno}: .{node.func.attr}()"
        if isinstance(node.func, ast.Name) and node.func.id in WORLDLY_FUNCTIONS:
            yield f"line {node.lineno}: {node.func.id}()"


def beyond_the_root(source: str, own: str) -> Iterator[str]:
    """Every import of a plugin that reaches into the daemon or into another plugin."""
    for line, name in imports(ast.parse(source), f"whiteglove_plugins.{own}"):
        parts = name.split(".")
        if parts[0] == "whiteglove" and len(parts) > 1 and parts[1] in units_on_disk():
            yield f"line {line}: {name}: import it from the root, whiteglove"
        if parts[0] == "whiteglove" and len(parts) > 2:
            yield f"line {line}: {name}: import it from the root, whiteglove"
        if parts[0] == "whiteglove_plugins" and parts[1:2] != [own]:
            yield f"line {line}: {name}: a plugin knows no other"


def units_on_disk() -> set[str]:
    modules = {path.stem for path in DAEMON.glob("*.py")}
    return modules | {path.parent.name for path in DAEMON.glob("*/*.py")}


def unit_of_file(path: Path) -> str:
    return path.relative_to(DAEMON).parts[0].removesuffix(".py")


def sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


PURE = [path for path in sources(DAEMON) if FLOOR.get(unit_of_file(path), LAST_PURE_FLOOR + 1) <= LAST_PURE_FLOOR]
VOCABULARY = [path for path in PURE if FLOOR[unit_of_file(path)] == 0]


def test_every_module_stands_on_a_floor_and_on_one_only() -> None:
    assert len(FLOOR) == sum(len(floor) for floor in FLOORS)
    assert units_on_disk() - FLOOR.keys() == set()


@pytest.mark.parametrize("path", sources(DAEMON), ids=shown)
def test_the_daemon_imports_downwards(path: Path) -> None:
    package = ".".join(path.relative_to(DAEMON.parent).parent.parts)

    assert list(climbs(unit_of_file(path), path.read_text("utf-8"), units_on_disk(), package)) == []


@pytest.mark.parametrize("path", PURE, ids=shown)
def test_the_lower_floors_touch_no_world(path: Path) -> None:
    assert list(worldly(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", VOCABULARY, ids=shown)
def test_the_vocabulary_needs_the_standard_library_only(path: Path) -> None:
    roots = {name.split(".")[0] for _, name in imports(ast.parse(path.read_text("utf-8")), "whiteglove")}

    assert roots - {"whiteglove"} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", sources(PLUGINS), ids=shown)
def test_plugins_know_the_root_only_and_touch_no_world(path: Path) -> None:
    source = path.read_text("utf-8")
    own = path.relative_to(PLUGINS).parts[0].removesuffix(".py")

    assert [*beyond_the_root(source, own), *worldly(source)] == []


@pytest.mark.parametrize(
    ("unit", "source", "fault"),
    [
        ("guard", "from whiteglove.message import Kind", None),
        ("guard", "from whiteglove.guard.facts import Facts", None),
        ("guard", "from .facts import Facts", None),
        ("actions", "from whiteglove.ledger import Mail", None),
        ("__init__", "from whiteglove.hookspecs import hookimpl", None),
        ("guard", "import whiteglove.settings", "line 1: whiteglove.settings: floor 2 must not import floor 4"),
        ("guard", "from whiteglove import log", "line 1: whiteglove.log: floor 2 must not import floor 4"),
        ("guard", "from whiteglove import Reply", "line 1: whiteglove.Reply: floor 2 must not import floor 3"),
        ("guard", "from whiteglove.parse import p", "line 1: whiteglove.parse.p: floor 2 must not import floor 2"),
        ("guard", "def f():\n    import whiteglove.host", "line 2: whiteglove.host: floor 2 must not import floor 6"),
        ("guard", "from ..host import Host", "line 1: whiteglove.host.Host: floor 2 must not import floor 6"),
        ("ledger", "from whiteglove import actions", "line 1: whiteglove.actions: floor 0 must not import floor 0"),
        ("hookspecs", "import whiteglove", "line 1: whiteglove: floor 3 must not import floor 3"),
        ("app", "import whiteglove_plugins.x", "line 1: whiteglove_plugins.x: the daemon knows plugins by"),
    ],
)
def test_an_import_that_leads_up_is_seen(unit: str, source: str, fault: str | None) -> None:
    found = list(climbs(unit, source, FLOOR.keys(), f"whiteglove.{unit}"))

    assert [text[: len(fault or "")] for text in found] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("from datetime import time, datetime", None),
        ("import time", "line 1: time"),
        ("from time import monotonic", "line 1: time.monotonic"),
        ("from os.path import join", "line 1: os.path.join"),
        ("from importlib import resources", "line 1: importlib.resources"),
        ("from email.utils import make_msgid, format_datetime", "line 1: email.utils.make_msgid"),
        ("x = datetime.now(UTC)", "line 1: .now()"),
        ("x = datetime.date.today()", "line 1: .today()"),
        ("x = ctx.now", None),
        ("open('x')", "line 1: open()"),
        ("mailbox.open('INBOX')", None),
    ],
)
def test_a_way_to_the_world_is_seen(source: str, fault: str | None) -> None:
    assert list(worldly(source)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from whiteglove import Reply, hookimpl", False),
        ("import whiteglove", False),
        ("from whiteglove.actions import Reply", True),
        ("from whiteglove import actions", True),
        ("from whiteglove_plugins.reports import due", True),
        ("from whiteglove_plugins.acknowledge.times import say", False),
        ("from . import times", False),
    ],
)
def test_a_plugin_that_reaches_further_is_seen(source: str, seen: bool) -> None:
    assert bool(list(beyond_the_root(source, "acknowledge"))) is seen


def test_the_root_resolves_every_name_it_promises_and_no_other() -> None:
    for name in whiteglove.__all__:
        assert getattr(whiteglove, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Everything'"):
        _ = whiteglove.Everything


def test_type_checkers_see_the_names_that_the_root_resolves() -> None:
    tree = ast.parse((DAEMON / "__init__.py").read_text("utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {name.rpartition(".")[2] for block in blocks for _, name in imports(block, "whiteglove")}

    assert seen == set(whiteglove.__all__)


def test_importing_the_root_imports_nothing_else_of_the_daemon() -> None:
    program = "import sys, whiteglove; print([name for name in sys.modules if name.startswith('whiteglove.')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "daemon"
    )

    assert done.stdout.strip() == "[]"
