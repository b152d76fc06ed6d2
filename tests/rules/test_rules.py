"""Each of the hundred rules has one test, and its number is found in one place."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.glob("test_*.py") if path != Path(__file__))


def functions_of(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def test_each_rule_has_exactly_one_test() -> None:
    numbers = Counter(name.split("_")[1] for path in FILES for name in functions_of(path))

    assert numbers == {f"r{number:02}": 1 for number in range(1, 101)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_holds_its_rules_in_order_and_names_where_they_come_from(path: Path) -> None:
    numbers = [int(name.split("_")[1].removeprefix("r")) for name in functions_of(path)]

    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert "RFC " in (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
