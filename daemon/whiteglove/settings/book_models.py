"""A file of the client book, `clients/KEY.toml`, as pydantic models: every key, its default, and an example of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from whiteglove.clients import AddressForm, Engagement
from whiteglove.errors import GrammarError
from whiteglove.grammar import parse_duration, quoted
from whiteglove.message import Kind
from whiteglove.settings.fields import (
    Cadence,
    Day,
    DayOrInstant,
    Days,
    Domain,
    EmailAddress,
    LanguageCode,
    LimitText,
    MoneyText,
    OneLine,
    OptionalLine,
    Prose,
    Section,
    Work,
    Zone,
    optional,
    positive,
    required,
    text_field,
    unlike,
)

_agreed = positive(parse_duration, timedelta(minutes=1), 'is no time to agree on; right would be "8h"')
_silence = positive(parse_duration, timedelta(hours=1), 'is less than an hour; right would be "7d"')


def _choice(name: str, example: str, words: tuple[str, ...]) -> str:
    if name not in words:
        raise GrammarError(
            f"{quoted(name)} is none of {', '.join(words)}{unlike(name, words) or f'; for instance {example}'}"
        )
    return name


def _kind(text: str) -> Kind:
    return Kind(_choice(text, "fyi", tuple(Kind)))


def _engagement(text: str) -> Engagement:
    return Engagement(_choice(text, "contract", tuple(Engagement)))


def _address_form(text: str) -> AddressForm:
    return AddressForm(_choice(text, "formal", tuple(AddressForm)))


class PersonSection(Section):
    """[[people]]: somebody at the client. What is left out is the client's own value."""

    name: OneLine = required(examples=["Wile Coyote"])
    role: OptionalLine = optional("", examples=["Head of Procurement"])
    addresses: list[EmailAddress] = required(min_length=1, examples=[["wile@acme.example"]])
    language: LanguageCode | None = optional(None, examples=["en"])
    timezone: Zone | None = optional(None, examples=["America/New_York"])
    address_form: Annotated[AddressForm, text_field(_address_form)] | None = optional(None, examples=["familiar"])


class ProjectSection(Section):
    """[[projects]]: a piece of work for the client."""

    name: OneLine = required(examples=["Catalogue relaunch"])
    deadline: Day | None = optional(None, examples=[date(2026, 12, 18)])
    profile: Literal["low", "normal", "high"] = optional("normal", examples=["high"])
    hours_per_week: float | None = optional(None, ge=0, le=168, examples=[12])
    scope: Prose = optional("", examples=["Catalogue pages and search; no shop."])


class OccasionSection(Section):
    """[[dates]]: a date worth remembering."""

    what: OneLine = required(examples=["Wile's wedding"])
    when: Days = required(examples=["2026-12-01/2026-12-14"])
    yearly: bool = optional(False, examples=[True])
    away: bool = optional(False, examples=[True])


class RuleSection(Section):
    """[[rules]]: what a message of this sender, subject or words is."""

    sender: OptionalLine = optional("", examples=["news@acme.example"])
    subject: OptionalLine = optional("", examples=["Minutes of"])
    words: OptionalLine = optional("", examples=["FYI only"])
    kind: Annotated[Kind, text_field(_kind)] = required(examples=["fyi"])


class ClientFile(Section):
    """The whole of one client's file."""

    name: OneLine = required(examples=["Acme GmbH"])
    engagement: Annotated[Engagement, text_field(_engagement)] = optional("contract", examples=["contract"])
    timezone: Zone | None = optional(None, examples=["America/New_York"])
    language: LanguageCode | None = optional(None, examples=["en"])
    address_form: Annotated[AddressForm, text_field(_address_form)] = optional("familiar", examples=["familiar"])
    report: Cadence = optional([], examples=[["Tue 16:00", "Fri 16:00"]])
    reply_within: Annotated[timedelta, text_field(_agreed)] | None = optional(None, examples=["8h"])
    contact_limit: LimitText | None = optional(None, examples=["2 per day"])
    quiet_after: Annotated[timedelta, text_field(_silence)] | None = optional(None, examples=["7d"])
    hourly_rate: MoneyText | None = optional(None, examples=["90 EUR"])
    grade: OptionalLine = optional("", examples=["B"])
    acknowledge: bool = optional(True, examples=[True])
    domains: list[Domain] = optional([], examples=[["acme.example"]])
    acknowledge_domain: bool = optional(False, examples=[False])
    in_writing: bool = optional(False, examples=[False])
    holidays: OptionalLine = optional("", examples=["US-NY"])
    muted_until: DayOrInstant | None = optional(None, examples=[date(2026, 12, 1)])
    report_subject: OptionalLine = optional("", examples=["Status"])
    work: Work = optional([], examples=[["Tue 11:00-13:00"]])
    remedies: list[OneLine] = optional([], examples=[["a call the same day"]])
    notes: Prose = optional("", examples=["Prefers short mails."])
    people: list[PersonSection] = optional([])
    projects: list[ProjectSection] = optional([])
    dates: list[OccasionSection] = optional([])
    rules: list[RuleSection] = optional([])
