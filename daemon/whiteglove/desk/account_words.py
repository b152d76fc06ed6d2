"""The words of the core's own part of the summary, in the owner's language; they stand in `account.toml`, those of the
reasons where notices have them too."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from whiteglove.owner_words import Words
from whiteglove.prepare.notice_words import reasons_in
from whiteglove.settings import Settings


def words_of(settings: Settings, now: datetime) -> Words:
    """What the core says to this owner, as of an instant."""
    language = settings.languages[settings.owner.language]
    return Words(texts=words_in(language.code), language=language, zone=settings.worktime.zone, now=now)


def words_in(language: str) -> Mapping[str, str]:
    """The texts in this language, by name; those of a reason by its code. The reason of a plugin is not among them."""
    tables = _tables()
    return MappingProxyType({**reasons_in(language), **tables["en"], **tables.get(language, {})})


@cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("whiteglove.desk").joinpath("account.toml").read_text("utf-8"))
