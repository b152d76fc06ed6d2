"""The kinds of values that a configuration or client file may hold, as types for pydantic models.

Each takes what TOML gives (a text, mostly), checks it and yields the value the rest of the program works with. What it
refuses it refuses with a sentence that shows a right example.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from whiteglove import grammar
from whiteglove.clients import DateRange, Limit, Money, ReportSlot, WorkBlock, WorkingHours
from whiteglove.errors import GrammarError
from whiteglove.grammar import quoted

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")

ValueT = TypeVar("ValueT")

_LOCAL_PART = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")


def required(*, examples: list[Any], **constraints: Any) -> Any:
    """A key that must stand there, with examples of it."""
    return Field(examples=examples, **constraints)


def optional(default: Any, *, examples: list[Any] | None = None, **constraints: Any) -> Any:
    """A key that may be left out; the default is written as it would stand in the file, not as what is made of it."""
    return Field(default=default, examples=examples, **constraints)


class Section(BaseModel):
    """Base of every table in a file: unknown keys are errors, types are not bent, errors never carry the input.

    Defaults are validated too, so that they can be written as they would stand in the file.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_default=True, hide_input_in_errors=True
    )


def unlike(value: str, known: Iterable[str]) -> str:
    """'; did you mean "…"?' where one of the known words is close, else nothing."""
    folded = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=0.6)
    return f'; did you mean "{folded[close[0]]}"?' if close else ""


def text_field(read: Callable[[str], ValueT]) -> Any:
    """A validator for a value that stands in the file as text and is read by this function."""

    def check(value: object) -> ValueT:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "must be text")
        return read(value)

    return PlainValidator(check)


def one_line(text: str) -> str:
    """Text for a mail's header or for one line of output: not empty, no line break, no control character."""
    stripped = text.strip()
    if not stripped:
        raise GrammarError("is empty; write something, or leave the key out where it is optional")
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in stripped):
        raise GrammarError("holds a line break or a control character; write it on one line")
    return stripped


def prose(text: str) -> str:
    """Text that may have several lines and may be empty; no control characters but line breaks and tabs."""
    lines = text.replace("\r\n", "\n").strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in lines):
        raise GrammarError("holds a control character; write plain text")
    return lines


def domain(text: str) -> str:
    """A domain of at least two labels, in lower case. Letters outside ASCII become what mail carries, the IDNA form."""
    folded = text.strip().casefold().removeprefix("@").rstrip(".")
    if "." not in folded:
        raise GrammarError(f'{quoted(folded)} is no domain; right would be "acme.example"')
    return _ascii_domain(folded, 'right would be "acme.example"')


def email_address(text: str) -> str:
    """A bare address, without a display name. The local part keeps its case, the domain is lower case and ASCII."""
    right = 'right would be "robin@vale.example"'
    local, at, host = text.strip().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise GrammarError(f"{quoted(text.strip())} is no mail address; {right}")
    return f"{local}@{_ascii_domain(host.casefold(), right)}"


def _ascii_domain(name: str, right: str) -> str:
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    labels = ascii_name.split(".")
    if len(ascii_name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise GrammarError(f"{quoted(name)} is no domain; {right}")
    return ascii_name


def zone(text: str) -> str:
    """The name of a time zone of the IANA database. Its names begin with a capital; `localtime` is a machine's own."""
    try:
        known = ZoneInfo(text).key[:1].isupper()
    except (KeyError, ValueError, OSError):
        known = False
    if not known:
        names = (name for name in available_timezones() if "/" in name)
        right = unlike(text, names) or '; right would be "Europe/Berlin"'
        raise GrammarError(f"{quoted(text)} is no time zone of the IANA database{right}")
    return text


def language(text: str) -> str:
    """The code of a language that mails may be written in."""
    code = text.strip().casefold()
    if code not in LANGUAGES:
        right = f"right would be one of {', '.join(LANGUAGES)}"
        raise GrammarError(f"{quoted(text)} is no language that can be written; {right}")
    return code


def positive(read: Callable[[str], timedelta], least: timedelta, why: str) -> Callable[[str], timedelta]:
    """A reader of durations that refuses what is shorter than `least`, for the reason given."""

    def check(text: str) -> timedelta:
        span = read(text)
        if span < least:
            raise GrammarError(why)
        return span

    return check


def _texts(value: object) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    return None


def _hours(value: object) -> WorkingHours:
    texts = _texts(value)
    if texts is None:
        raise PydanticCustomError("string_type", "must be text")
    return grammar.parse_hours(texts)


def _work(value: object) -> tuple[WorkBlock, ...]:
    texts = _texts(value)
    if texts is None:
        raise PydanticCustomError("list_type", "must be a list")
    return grammar.parse_work(texts)


def _cadence(value: object) -> tuple[ReportSlot, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str | dict) for entry in entries):
        raise PydanticCustomError("list_type", "must be a list")
    return grammar.parse_cadence(entries)


def _day(value: object) -> date:
    if isinstance(value, str):
        return grammar.parse_date(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PydanticCustomError("date_type", "must be a date")
    return value


def _days(value: object) -> DateRange:
    if isinstance(value, str):
        return grammar.parse_range(value)
    day = _day(value)
    return DateRange(day, day)


def _day_or_instant(value: object) -> date:
    """A `datetime` is a `date` as well, so the caller tells them apart."""
    if not isinstance(value, date):
        raise PydanticCustomError("date_type", "must be a date")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise PydanticCustomError("datetime_type", "must be a date with a time")
    if value.tzinfo is None:
        raise GrammarError("has no offset from UTC; right would be 2026-11-22T08:00:00Z or 2026-11-22T09:00:00+01:00")
    return value


def _or_empty(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: read(text) if text.strip() else ""


OneLine: TypeAlias = Annotated[str, text_field(one_line)]
OptionalLine: TypeAlias = Annotated[str, text_field(_or_empty(one_line))]
Prose: TypeAlias = Annotated[str, text_field(prose)]
EmailAddress: TypeAlias = Annotated[str, text_field(email_address)]
Domain: TypeAlias = Annotated[str, text_field(domain)]
Zone: TypeAlias = Annotated[str, text_field(zone)]
LanguageCode: TypeAlias = Annotated[str, text_field(language)]
Duration: TypeAlias = Annotated[timedelta, text_field(grammar.parse_duration)]
LimitText: TypeAlias = Annotated[Limit, text_field(grammar.parse_limit)]
MoneyText: TypeAlias = Annotated[Money, text_field(grammar.parse_money)]
Hours: TypeAlias = Annotated[WorkingHours, PlainValidator(_hours)]
Work: TypeAlias = Annotated[tuple[WorkBlock, ...], PlainValidator(_work)]
Cadence: TypeAlias = Annotated[tuple[ReportSlot, ...], PlainValidator(_cadence)]
Day: TypeAlias = Annotated[date, PlainValidator(_day)]
Days: TypeAlias = Annotated[DateRange, PlainValidator(_days)]
DayOrInstant: TypeAlias = Annotated[date, PlainValidator(_day_or_instant)]
Instant: TypeAlias = Annotated[datetime, PlainValidator(_instant)]
