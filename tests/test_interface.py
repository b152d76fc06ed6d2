"""Within a version of the interface plugins lose nothing: what `interface_1.toml` holds was there, and is there."""

from __future__ import annotations

import dataclasses
import inspect
import tomllib
from pathlib import Path

import pytest

import whiteglove
from whiteglove import testing
from whiteglove.actions import Action
from whiteglove.host.implementations import hooks
from whiteglove.testing import Bench

HELD = tomllib.loads((Path(__file__).parent / f"interface_{whiteglove.API_VERSION}.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", HELD["hooks"])
def test_a_hook_is_there_with_each_of_its_arguments(name: str) -> None:
    assert set(HELD["hooks"][name]) <= set(hooks()[name])


@pytest.mark.parametrize("name", HELD["fields"])
def test_each_field_is_there_and_a_new_one_of_an_action_may_be_left_out(name: str) -> None:
    kind = getattr(whiteglove, name)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    assert set(HELD["fields"][name]) <= set(fields)
    if issubclass(kind, Action):
        new = [field for field in fields.values() if field.name not in HELD["fields"][name]]
        missing = dataclasses.MISSING
        assert [one.name for one in new if one.default is one.default_factory is missing] == []


@pytest.mark.parametrize("name", HELD["methods"])
def test_each_method_is_there_with_each_of_its_arguments(name: str) -> None:
    kind = Bench if name == "Bench" else getattr(whiteglove, name)
    for method, arguments in HELD["methods"][name].items():
        member = inspect.getattr_static(kind, method)
        if callable(member):
            signature = inspect.signature(member)
            assert set(arguments) <= set(signature.parameters), method
            new = [one for one in signature.parameters.values() if one.name not in arguments]
            assert [one.name for one in new if one.default is one.empty and one.kind is not one.VAR_KEYWORD] == []


@pytest.mark.parametrize("name", HELD["values"])
def test_each_value_of_an_enumeration_is_there(name: str) -> None:
    assert set(HELD["values"][name]) <= {str(member.value) for member in getattr(whiteglove, name)}


def test_each_name_is_there() -> None:
    assert set(HELD["names"]["whiteglove"]) <= set(whiteglove.__all__)
    assert [name for name in HELD["names"]["testing"] if not hasattr(testing, name)] == []
