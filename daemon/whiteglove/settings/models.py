"""`whiteglove.toml` as pydantic models: every key, its default as it would stand in the file, and an example of it.

The examples are what error messages show, and their types decide how an environment variable's text is read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from whiteglove.errors import GrammarError
from whiteglove.grammar import parse_duration
from whiteglove.settings.fields import (
    Days,
    Duration,
    EmailAddress,
    Hours,
    Instant,
    LanguageCode,
    LimitText,
    OneLine,
    OptionalLine,
    Section,
    Zone,
    optional,
    positive,
    required,
    text_field,
)
from whiteglove.settings.secrets import SecretSource, parse_source
from whiteglove.settings.servers import IMAP_EXAMPLE, SMTP_EXAMPLE, ServerAddress, parse_imap, parse_smtp

TEMPLATES = "templates"
_A_SECOND = timedelta(seconds=1)
_poll = positive(
    parse_duration, timedelta(seconds=5), 'is shorter than servers like; right would be "60s", at least "5s"'
)
_max_age = positive(parse_duration, _A_SECOND, 'would leave nothing to answer; right would be "12h"')
_retention = positive(parse_duration, timedelta(days=1), 'is less than a day; right would be "18 months"')


def _toggle(value: object) -> dict[str, Any]:
    """A plugin's section as it stands; only `enabled` is looked at here, the plugin's own model checks the rest."""
    if not isinstance(value, dict):
        raise GrammarError("is a section of its own; right would be [plugins.NAME] with the plugin's keys below it")
    if not isinstance(value.get("enabled", True), bool):
        raise GrammarError("`enabled` must be true or false; right would be enabled = false")
    return value


class OwnerSection(Section):
    """[owner]: the person the daemon works for."""

    name: OneLine = required(examples=["Robin Vale"])
    address: EmailAddress = required(examples=["robin@vale.example"])
    aliases: list[EmailAddress] = optional([], examples=[["hello@vale.example"]])
    timezone: Zone = required(examples=["Europe/Berlin"])
    language: LanguageCode = optional("en", examples=["en"])
    hours: Hours = optional("Mon-Fri 09:00-17:30", examples=["Mon-Fri 09:00-17:30", ["Fri 09:00-13:00"]])
    holidays: OptionalLine = optional("", examples=["DE-BE"])
    away: list[Days] = optional([], examples=[["2026-12-24/2027-01-01"]])
    hours_per_week: float | None = optional(None, gt=0, le=168, examples=[38])
    signature: OptionalLine = optional("", examples=["signature.txt"])
    allow_words: list[OneLine] = optional([], examples=[["May"]])


class DaemonSection(Section):
    """[daemon]: how it runs."""

    mode: Literal["rehearsal", "live"] = optional("rehearsal", examples=["rehearsal"])
    state: OptionalLine = optional("", examples=["/var/lib/whiteglove"])
    store: Literal["sqlite"] = optional("sqlite", examples=["sqlite"])
    live_since: Instant | None = optional(None, examples=[datetime.fromisoformat("2026-11-22T08:00:00Z")])
    max_age: Annotated[timedelta, text_field(_max_age)] = optional("12h", examples=["12h"])
    history: Duration = optional("30d", examples=["30d"])
    poll: Annotated[timedelta, text_field(_poll)] = optional("60s", examples=["60s"])
    retention: Annotated[timedelta, text_field(_retention)] = optional("18 months", examples=["18 months"])
    templates: OptionalLine = optional(TEMPLATES, examples=["templates"])
    log_format: Literal["json", "console"] = optional("json", examples=["json"])


class LimitsSection(Section):
    """[limits]: of automatic answers to clients."""

    person: LimitText = optional("2 per day", examples=["2 per day"])
    domain: LimitText = optional("20 per hour", examples=["20 per hour"])
    all: LimitText = optional("60 per hour", examples=["60 per hour"])


class TeamSection(Section):
    """[[team]]: somebody that work may be passed to."""

    name: OneLine = required(examples=["Kim"])
    address: EmailAddress = required(examples=["kim@vale.example"])


class MailboxSection(Section):
    """[[mailboxes]]: one account that is watched and sent from."""

    name: OneLine = required(examples=["studio"])
    imap: Annotated[ServerAddress, text_field(parse_imap)] = required(examples=[IMAP_EXAMPLE])
    smtp: Annotated[ServerAddress, text_field(parse_smtp)] = required(examples=[SMTP_EXAMPLE])
    password: Annotated[SecretSource, PlainValidator(parse_source)] | None = optional(
        None, examples=[{"credential": "studio"}]
    )
    smtp_password: Annotated[SecretSource, PlainValidator(parse_source)] | None = optional(
        None, examples=[{"credential": "studio"}]
    )
    address: EmailAddress | None = optional(None, examples=["robin@vale.example"])
    folders: list[OneLine] = optional(["INBOX"], min_length=1, examples=[["INBOX"]])
    sent: OneLine = optional("auto", examples=["auto"])
    drafts: OneLine = optional("auto", examples=["auto"])
    copy_to_sent: Literal["auto", "always", "never"] = optional("auto", examples=["auto"])
    authserv_id: OptionalLine = optional("", examples=["mx.vale.example"])


class ConfigurationFile(Section):
    """The whole of `whiteglove.toml`."""

    owner: OwnerSection
    daemon: DaemonSection = Field(default_factory=DaemonSection)
    limits: LimitsSection = Field(default_factory=LimitsSection)
    team: list[TeamSection] = optional([])
    mailboxes: list[MailboxSection] = optional([])
    plugins: dict[str, Annotated[dict[str, Any], PlainValidator(_toggle)]] = optional({})
