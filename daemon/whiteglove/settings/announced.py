"""Sections of plugins whose keys are settled and which are not in this version yet. What stands there is checked all
the same, so that a configuration written today is right tomorrow, and enables nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import Field, ValidationError

from whiteglove.errors import Problem
from whiteglove.settings.fields import Duration, Section
from whiteglove.settings.problems import Source


class ReportsSection(Section):
    """Reminders of reports: how much working time before each is due."""

    remind: list[Duration] = Field(default=["1d", "1h"], examples=[["1d", "1h"]], validate_default=True)


ANNOUNCED: Mapping[str, type[Section]] = MappingProxyType({"reports": ReportsSection})


@dataclass(frozen=True, slots=True)
class _Below(Source):
    """The place of faults in one plugin's section of the configuration file."""

    prefix: tuple[str, ...] = ()

    def problem(self, path: Sequence[str | int], text: str) -> Problem:
        inner = Source(self.file, self.positions, self.overrides)
        return inner.problem((*self.prefix, *path), text)


def faults(name: str, keys: Mapping[str, Any], source: Source) -> list[Problem]:
    """What is wrong with the section of an announced plugin."""
    try:
        ANNOUNCED[name].model_validate(dict(keys))
    except ValidationError as error:
        below = _Below(source.file, source.positions, source.overrides, prefix=("plugins", name))
        return below.problems(error, ANNOUNCED[name])
    return []
