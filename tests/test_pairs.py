"""Each source file has a test file of its own, so that one knows where to look and where to write."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
PLUGINS = ROOT / "plugins" / "whiteglove_plugins"
HOMES = {ROOT / "daemon" / "whiteglove": TESTS, PLUGINS: TESTS / "plugins"}

# Files without a test of their own, each with the reason. A file here holds declarations only, which is checked below.
DECLARATIONS = {
    "daemon/whiteglove/__main__.py": "starts the command line, whose tests run it",
    "daemon/whiteglove/ports.py": "Protocols and values; the tests of each adapter fill them",
}


def place_of_test(source: Path) -> Path:
    """`tests/a/test_b.py` for a/b.py of the daemon, `tests/plugins/test_c.py` for a plugin c.py. A plugin that is a
    package is one plugin and tested as one, in `tests/plugins/test_c.py` (and files that begin so)."""
    home = next(home for home in HOMES if source.is_relative_to(home))
    inside = source.relative_to(home)
    if home == PLUGINS and len(inside.parts) > 1:
        return HOMES[home] / f"test_{inside.parts[0]}.py"
    name = inside.parent.name or home.name if inside.stem == "__init__" else inside.stem
    return HOMES[home] / inside.parent / f"test_{name}.py"


def only_names(tree: ast.Module) -> bool:
    """Whether an `__init__.py` does nothing but pass names on: imports, tables of names, a lazy `__getattr__`."""
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.Expr | ast.If)
        or (isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__"))
        for node in tree.body
    )


def only_declares(tree: ast.Module) -> bool:
    """Whether no function in the file has a body beyond its docstring or `...`."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return all(
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        for function in functions
        for statement in function.body
    )


def tree_of(source: Path) -> ast.Module:
    return ast.parse(source.read_text("utf-8"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = sorted(source for home in HOMES for source in home.rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=shown)
def test_every_source_file_has_its_test_file(source: Path) -> None:
    if source.name == "__init__.py" and only_names(tree_of(source)):
        return
    if shown(source) in DECLARATIONS:
        return

    assert place_of_test(source).is_file(), f"{shown(source)} needs {shown(place_of_test(source))}"


@pytest.mark.parametrize("name", sorted(DECLARATIONS))
def test_a_file_without_a_test_holds_declarations_only_and_needs_its_exception(name: str) -> None:
    source = ROOT / name

    assert source.is_file(), f"{name} is gone: take it out of the table"
    assert only_declares(tree_of(source)), f"{name} has behaviour by now: it needs {shown(place_of_test(source))}"
    assert not place_of_test(source).is_file(), f"{name} has a test by now: take it out of the table"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("daemon/whiteglove/codec.py", "tests/test_codec.py"),
        ("daemon/whiteglove/imap/idle.py", "tests/imap/test_idle.py"),
        ("daemon/whiteglove/imap/__init__.py", "tests/imap/test_imap.py"),
        ("daemon/whiteglove/__init__.py", "tests/test_whiteglove.py"),
        ("plugins/whiteglove_plugins/reports.py", "tests/plugins/test_reports.py"),
    ],
)
def test_the_name_of_a_test_file_follows_from_its_source(source: str, expected: str) -> None:
    assert shown(place_of_test(ROOT / source)) == expected


@pytest.mark.parametrize(
    ("text", "names", "declares"),
    [
        ('"""Words."""\nfrom x import y as y\n__all__ = ["y"]', True, True),
        ("if TYPE_CHECKING:\n    import x\ndef __getattr__(name):\n    return 1", True, False),
        ("class Port(Protocol):\n    def close(self) -> None:\n        '''Ends it.'''", False, True),
        ("def f() -> None: ...", False, True),
        ("def f() -> int:\n    return 1", False, False),
    ],
)
def test_files_without_behaviour_are_known_by_their_form(text: str, names: bool, declares: bool) -> None:
    assert only_names(ast.parse(text)) is names
    assert only_declares(ast.parse(text)) is declares
