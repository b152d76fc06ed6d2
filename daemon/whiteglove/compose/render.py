"""Templates become text. A template is the author's, the values are data: nothing inside a value is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_TEXT = 64 * 1024
"""In characters. No mail of ours is anywhere near it; a template that runs away is stopped there."""

_SPACE_AT_END = re.compile(r"[ \t\r\f\v]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with the two operators that can make a huge value out of a small one kept to numbers."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"a template may multiply numbers only, and nothing with {operator}")
        return super().call_binop(context, operator, left, right)


def render(source: str, values: Mapping[str, object]) -> str:
    """The template filled in: no blank line twice, no space at a line's end, no line break before or after.

    Values are what JSON can hold, read-only objects of it, or functions of the core's own; plain text comes out, so
    nothing is escaped. Raises
    `ValueError`, in words for the template's author, where the template is faulty, uses a value that is not there, does
    what the sandbox forbids, or writes more than `LONGEST_TEXT` characters.
    """
    try:
        return _tidy(_run(_compiled(source), values))
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"template, line {line}" if line else "template"
        raise ValueError(f"{place}: {error.message or type(error).__name__}") from error
    except (ArithmeticError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(f"template: {type(error).__name__}: {error}") from error


def _run(template: Template, values: Mapping[str, object]) -> str:
    pieces, length = [], 0
    for piece in template.generate(values):
        length += len(piece)
        if length > LONGEST_TEXT:
            raise ValueError(f"template: the text grew beyond {LONGEST_TEXT} characters")
        pieces.append(piece)
    return "".join(pieces)


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _SPACE_AT_END.sub("", text)).strip("\n")


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    # A text needs no globals: neither a loop over a hundred thousand numbers nor a generator of filler words.
    environment.globals.clear()
    return environment
