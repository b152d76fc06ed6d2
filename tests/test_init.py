"""The one import of a plugin's author: every name is there, and none costs anything before it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import whiteglove
from whiteglove import actions, events

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "daemon" / "whiteglove" / "__init__.py"


@pytest.mark.parametrize("name", whiteglove.__all__)
def test_every_name_resolves_to_what_its_module_calls_so(name: str) -> None:
    value = getattr(whiteglove, name)
    module = sys.modules[f"whiteglove.{whiteglove._MODULE_OF[name]}"]

    assert value is getattr(module, name)


def test_no_name_is_told_twice() -> None:
    assert list(whiteglove.__all__) == sorted(set(whiteglove.__all__))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Everything'"):
        _ = whiteglove.Everything


def test_an_old_name_is_the_new_one_and_warns_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(whiteglove._RENAMED, "Alert", ("Warn", "2"))

    with pytest.warns(whiteglove.GoesAwayWarning, match="whiteglove.Alert is called Warn now") as seen:
        assert whiteglove.Alert is actions.Warn
    assert seen[0].filename == __file__
    assert issubclass(whiteglove.GoesAwayWarning, DeprecationWarning)


def test_type_checkers_see_the_names_that_resolve_from_where_they_resolve() -> None:
    (block,) = (node for node in ast.parse(SOURCE.read_text("utf-8")).body if isinstance(node, ast.If))
    seen = {
        (node.module or "", alias.asname)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert seen == {(f"whiteglove.{module}", name) for name, module in whiteglove._MODULE_OF.items()}


def test_every_action_and_every_event_that_a_plugin_meets_is_there() -> None:
    met = [
        name
        for module, base in ((actions, actions.Action), (events, events.Event))
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, base) and kind is not base and not kind.__subclasses__()
    ]

    assert set(met) <= set(whiteglove.__all__)


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == whiteglove.__version__


@pytest.mark.parametrize("module", ["whiteglove", "whiteglove.message", "whiteglove.actions", "whiteglove.events"])
def test_the_words_cost_no_more_than_the_standard_library(module: str) -> None:
    program = f"import sys; before = set(sys.modules); import {module}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}

    assert loaded - sys.stdlib_module_names == {"whiteglove"}
