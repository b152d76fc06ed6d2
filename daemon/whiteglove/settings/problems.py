"""Faults in sentences: what pydantic found, as `Problem`s with file, line, key, and what would be right.

A sentence shows a value only where a parser of our own chose to quote it; pydantic's own record of the input is never
asked for, since it may be a secret.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from whiteglove.errors import Problem
from whiteglove.settings.fields import unlike
from whiteglove.settings.locate import NOWHERE, KeyPath, Positions
from whiteglove.settings.notation import toml_value

_MUST_BE = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number without quotes",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list in brackets",
    "date_type": "must be a date",
    "datetime_type": "must be a date with a time and an offset",
    "too_short": "must have at least one entry",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file that keys come from, and the environment variables that took the place of some of its keys."""

    file: str
    positions: Positions = NOWHERE
    overrides: Mapping[KeyPath, str] = field(default_factory=dict)

    def problem(self, path: Sequence[str | int], text: str) -> Problem:
        """A fault at this key, at its line or, where the environment gave the value, under the variable's name."""
        for length in range(len(path), 0, -1):
            if variable := self.overrides.get(tuple(path[:length])):
                return Problem("environment", 0, variable, text)
        return Problem(self.file, self.positions.line(path), dotted(path), text)

    def problems(self, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
        """Everything that pydantic found wrong with a file of this model, in the order of the lines."""
        details = error.errors(include_url=False, include_input=False)
        found = [self.problem(detail["loc"], _sentence(detail, model)) for detail in details]
        return sorted(found, key=lambda problem: (problem.file, problem.line))


def dotted(path: Sequence[str | int]) -> str:
    """`mailboxes[0].imap` for the path `("mailboxes", 0, "imap")`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def field_at(model: type[BaseModel], path: Sequence[str | int]) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """The field that a path of keys leads to, and the model it belongs to; None where the models do not know it."""
    here: Any = model
    found: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    for part in path:
        if isinstance(part, int):
            here = plain_type(next(iter(get_args(here)), None))
        elif isinstance(here, type) and issubclass(here, BaseModel):
            owner, found = here, here.model_fields.get(part)
            here = plain_type(found.annotation) if found else None
        else:
            return None, None
    return found, owner


def plain_type(annotation: Any) -> Any:
    """The type inside `Annotated[…]` and `… | None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(entry for entry in get_args(annotation) if entry is not type(None))
        else:
            return annotation


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, path = detail["type"], detail["loc"]
    found, owner = field_at(model, path)
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), owner or model, model)
    example = _example(path, found)
    if kind == "missing":
        return f"is missing{example}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "literal_error" and found is not None:
        inner = plain_type(found.annotation)
        # Of a list of words the words are what its members may be.
        inner = plain_type(get_args(inner)[0]) if get_origin(inner) in (list, tuple, frozenset) else inner
        words = [toml_value(word) for word in get_args(inner) if word]
        return f"must be {' or '.join(words)}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"must be a section of its own{_section_example(path)}"
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return f"{detail['msg'].replace('Input should', 'must')}{example}"
    return f"{_MUST_BE.get(kind, detail['msg'].replace('Input should', 'must'))}{example}"


def _unknown_key(key: str, owner: type[BaseModel], model: type[BaseModel]) -> str:
    close = unlike(key, owner.model_fields)
    if close:
        return f"there is no such key{close}"
    homes = [section for section, entry in model.model_fields.items() if key in _keys(entry)]
    if homes:
        return f"there is no such key here; it belongs into the section {' or '.join(homes)}"
    known = ", ".join(owner.model_fields)
    return f"there is no such key; known here are {known}" if known else "there is no such key; this section takes none"


def _keys(entry: FieldInfo) -> Mapping[str, FieldInfo]:
    here = plain_type(entry.annotation)
    here = plain_type(get_args(here)[0]) if get_origin(here) is list else here
    return here.model_fields if isinstance(here, type) and issubclass(here, BaseModel) else {}


def _example(path: Sequence[str | int], found: FieldInfo | None) -> str:
    """`, as in key = …` with the field's own example; for a section its header."""
    if found is None:
        return ""
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if found.examples:
        return f"; right would be {name} = {toml_value(found.examples[0])}"
    required = [key for key, entry in _keys(found).items() if entry.is_required()]
    return f"; write [{name}] and below it {', '.join(required)}" if required else ""


def _section_example(path: Sequence[str | int]) -> str:
    names = ".".join(part for part in path if isinstance(part, str))
    return f"; right would be [[{names}]]" if isinstance(path[-1], int) else f"; right would be [{names}]"
