"""The words of the core's notices, in the owner's language. They stand in `notices.toml`; why a mail was held back, by
its code, in `reasons.toml`, which the summary says too."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from whiteglove.guard import REASONS as REFUSED
from whiteglove.owner_words import Words
from whiteglove.screen.reasons import REASONS as SCREENED
from whiteglove.settings import Settings

TOLD_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "promise_late": "a promise to them is late",
        "complaint_open": "a complaint or missed deadline of theirs waits for your answer",
        "incident_open": "an incident with them is open",
        "promise_in_absence": "the time promised to them lies on a day off or in an absence of yours",
        "discloses_client": "its words would have told of another client; `whiteglove check` lists names that clash",
        "limit_person": "the limit of automatic answers to one person is reached",
        "limit_domain": "the limit of automatic answers to their domain is reached",
        "limit_all": "the limit of all automatic answers is reached",
        "no_template": "there is no text for it in their language",
        "template_failed": "the template of the answer could not be filled in",
        "not_written": "the answer could not be written, which is a fault in whiteglove; the log has the details",
    }
)
"""Why a client got no automatic answer, where the owner is told so at once; in English."""


def words_of(settings: Settings, now: datetime) -> Words:
    """What a notice says to this owner, as of an instant."""
    language = settings.languages[settings.owner.language]
    return Words(texts=words_in(language.code), language=language, zone=settings.worktime.zone, now=now)


def words_in(language: str) -> Mapping[str, str]:
    """The texts of notices in this language, by name; those of a reason by its code. The reason of a plugin is not
    among them."""
    notices = _tables("notices.toml")
    english = {**reasons_in("en"), **TOLD_INSTEAD, **notices["en"]}
    if language == "en" or language not in notices:
        return MappingProxyType(english)
    return MappingProxyType({**english, **reasons_in(language), **notices[language]})


def reasons_in(language: str) -> Mapping[str, str]:
    """Why a mail was held back, by its code, in this language; in English where it has no words for it."""
    reasons = _tables("reasons.toml")
    return MappingProxyType({**SCREENED, **REFUSED, **reasons["en"], **reasons.get(language, {})})


@cache
def _tables(name: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("whiteglove.prepare").joinpath(name).read_text("utf-8"))
