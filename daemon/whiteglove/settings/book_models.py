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

    name: OneLine = required(examples=["Wile Coyote"], description="Their name; mails greet them by it.")
    role: OptionalLine = optional("", examples=["Head of Procurement"], description="What they do there.")
    addresses: list[EmailAddress] = required(
        min_length=1, examples=[["wile@acme.example"]], description="Their addresses, each of one person only."
    )
    language: LanguageCode | None = optional(
        None, examples=["en"], description="Of what this person is told; else the client's."
    )
    timezone: Zone | None = optional(
        None, examples=["America/New_York"], description="Where this person is; else the client's."
    )
    address_form: Annotated[AddressForm, text_field(_address_form)] | None = optional(
        None, examples=["familiar"], description="How this person is addressed; else as the client is."
    )


class ProjectSection(Section):
    """[[projects]]: a piece of work for the client."""

    name: OneLine = required(
        examples=["Catalogue relaunch"], description="Its name; mail to other clients never holds it."
    )
    deadline: Day | None = optional(None, examples=[date(2026, 12, 18)], description="The day it must be done by.")
    profile: Literal["low", "normal", "high"] = optional(
        "normal", examples=["high"], description="How much hangs on it: low, normal or high."
    )
    hours_per_week: float | None = optional(
        None, ge=0, le=168, examples=[12], description="What it needs; `check` compares it with what you can give."
    )
    scope: Prose = optional(
        "", examples=["Catalogue pages and search; no shop."], description="What was agreed on, and what was not."
    )


class OccasionSection(Section):
    """[[dates]]: a date worth remembering."""

    what: OneLine = required(examples=["Wile's wedding"], description="What happens then.")
    when: Days = required(
        examples=["2026-12-01/2026-12-14"], description="A day, 2026-11-28, or from the first to the last in quotes."
    )
    yearly: bool = optional(False, examples=[True], description="Whether it comes every year.")
    away: bool = optional(False, examples=[True], description="Whether they are away: a warning, nothing moves.")


class RuleSection(Section):
    """[[rules]]: what a message of this sender, subject or words is."""

    sender: OptionalLine = optional(
        "", examples=["news@acme.example"], description="Who wrote it: an address, or a domain."
    )
    subject: OptionalLine = optional("", examples=["Minutes of"], description="Words in its subject.")
    words: OptionalLine = optional("", examples=["FYI only"], description="Words in its text.")
    kind: Annotated[Kind, text_field(_kind)] = required(
        examples=["fyi"], description="What such a message is: one that fits all of the above that are named."
    )


class ClientFile(Section):
    """The whole of one client's file."""

    name: OneLine = required(examples=["Acme GmbH"], description="Their name; mail to other clients never holds it.")
    engagement: Annotated[Engagement, text_field(_engagement)] = optional(
        "contract", examples=["contract"], description="casual, contract, retainer or permanent."
    )
    timezone: Zone | None = optional(None, examples=["America/New_York"], description="Theirs; else yours.")
    language: LanguageCode | None = optional(None, examples=["en"], description="Of what they are told; else yours.")
    address_form: Annotated[AddressForm, text_field(_address_form)] = optional(
        "familiar", examples=["familiar"], description='How they are addressed; "formal" is Sie, vous.'
    )
    report: Cadence = optional(
        [],
        examples=[["Tue 16:00", "Fri 16:00"]],
        description='When they hear from you, in your zone; or "Mon-Fri 17:00"; or { at = "Tue 16:00", by = "call" }.',
    )
    reply_within: Annotated[timedelta, text_field(_agreed)] | None = optional(
        None, examples=["8h"], description="Working time within which you answer them."
    )
    contact_limit: LimitText | None = optional(
        None,
        examples=["2 per day"],
        description="More messages than this are reported to you; bursts are not counted as one.",
    )
    quiet_after: Annotated[timedelta, text_field(_silence)] | None = optional(
        None, examples=["7d"], description="Silence longer than this is reported to you."
    )
    hourly_rate: MoneyText | None = optional(None, examples=["90 EUR"], description="What was agreed.")
    grade: OptionalLine = optional("", examples=["B"], description="What you make of this client, for your eyes only.")
    acknowledge: bool = optional(
        True, examples=[True], description="Whether this client gets automatic answers at all."
    )
    domains: list[Domain] = optional(
        [], examples=[["acme.example"]], description="Whoever writes from there is recorded as this client's."
    )
    acknowledge_domain: bool = optional(
        False, examples=[False], description="Whether those of them who are no [[people]] get automatic answers too."
    )
    in_writing: bool = optional(
        False, examples=[False], description="Everything by mail, so that the paper trail is whole."
    )
    holidays: OptionalLine = optional(
        "", examples=["US-NY"], description="Public holidays where they are: a warning, nothing moves."
    )
    muted_until: DayOrInstant | None = optional(
        None, examples=[date(2026, 12, 1)], description="No automatic answers before that day."
    )
    report_subject: OptionalLine = optional(
        "", examples=["Status"], description="A mail of yours with this in its subject is the report."
    )
    work: Work = optional(
        [], examples=[["Tue 11:00-13:00"]], description='What they may be told: "I have set aside … for it".'
    )
    remedies: list[OneLine] = optional(
        [], examples=[["a call the same day"]], description="What you can offer when something went wrong."
    )
    notes: Prose = optional("", examples=["Prefers short mails."], description="Whatever is worth knowing, for you.")
    people: list[PersonSection] = optional([], description="Who writes from there; as many as there are.")
    projects: list[ProjectSection] = optional([], description="What you do for them.")
    dates: list[OccasionSection] = optional([], description="Dates worth remembering.")
    rules: list[RuleSection] = optional([], description="You know better: what a message is, whatever its words say.")
