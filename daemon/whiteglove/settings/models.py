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
from whiteglove.settings.listening import LISTEN_EXAMPLE, ListenAddress, parse_listen
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

    name: OneLine = required(
        examples=["Robin Vale"], description="Your name, as it stands below every mail that is sent for you."
    )
    address: EmailAddress = required(
        examples=["robin@vale.example"], description="Summaries and warnings go here; mail leaves from here."
    )
    aliases: list[EmailAddress] = optional(
        [], examples=[["hello@vale.example"]], description="Further addresses that are yours."
    )
    timezone: Zone = required(
        examples=["Europe/Berlin"],
        description="IANA name of your time zone; every time of day in these files is meant in it.",
    )
    language: LanguageCode = optional(
        "en", examples=["en"], description="Of what you read yourself: en de fr es it pt nl."
    )
    hours: Hours = optional(
        "Mon-Fri 09:00-17:30",
        examples=["Mon-Fri 09:00-17:30", ["Fri 09:00-13:00"]],
        description='Working time; or a list: ["Mon-Thu 09:00-17:00", "Fri 09:00-13:00"].',
    )
    holidays: OptionalLine = optional(
        "", examples=["DE-BE"], description='Public holidays of a country ("DE") or of a part of it ("DE-BE").'
    )
    away: list[Days] = optional(
        [], examples=[["2026-12-24/2027-01-01"]], description='Days off; a single day is "2026-12-24".'
    )
    hours_per_week: float | None = optional(
        None,
        gt=0,
        le=168,
        examples=[38],
        description="What projects may take, else the working time; `check` warns of more.",
    )
    signature: OptionalLine = optional(
        "", examples=["signature.txt"], description="A text file beside this one; it ends every mail in your name."
    )
    work_calendar: OptionalLine = optional(
        "",
        examples=["work.ics"],
        description="Calendar file; an event that begins with a client's name is time set aside for them.",
    )
    allow_words: list[OneLine] = optional(
        [],
        examples=[["May"]],
        description="Names of clients that are ordinary words too, and may stand in mail to others.",
    )


class DaemonSection(Section):
    """[daemon]: how it runs."""

    mode: Literal["rehearsal", "live"] = optional(
        "rehearsal",
        examples=["rehearsal"],
        description="rehearsal: everything runs, nothing goes to a client; live: when you trust it.",
    )
    state: OptionalLine = optional(
        "",
        examples=["/var/lib/whiteglove"],
        description="Folder of the store; else where systemd, or your account, keeps state.",
    )
    store: Literal["sqlite"] = optional("sqlite", examples=["sqlite"], description="How records are kept.")
    live_since: Instant | None = optional(
        None,
        examples=[datetime.fromisoformat("2026-11-22T08:00:00Z")],
        description="What arrived from then on is answered, even if it came before the first start.",
    )
    max_age: Annotated[timedelta, text_field(_max_age)] = optional(
        "12h", examples=["12h"], description="Nothing older causes a mail to a client."
    )
    history: Duration = optional(
        "30d", examples=["30d"], description="Read on the first start, to learn from; never answered."
    )
    poll: Annotated[timedelta, text_field(_poll)] = optional(
        "60s", examples=["60s"], description="How often to look where the server does not call; at least 5s."
    )
    retention: Annotated[timedelta, text_field(_retention)] = optional(
        "18 months", examples=["18 months"], description="How long records are kept."
    )
    templates: OptionalLine = optional(
        TEMPLATES,
        examples=["templates"],
        description="Folder of your own texts, where you do not like ours; it need not be there.",
    )
    log_format: Literal["json", "console"] = optional(
        "json", examples=["json"], description='Or "console": lines for people.'
    )
    metrics: Annotated[ListenAddress | None, text_field(parse_listen)] = optional(
        "",
        examples=[LISTEN_EXAMPLE],
        description="Where Prometheus reads figures; needs the extra `metrics`.",
    )


class LimitsSection(Section):
    """[limits]: of automatic answers to clients."""

    person: LimitText = optional("2 per day", examples=["2 per day"], description="To one person.")
    domain: LimitText = optional("20 per hour", examples=["20 per hour"], description="To all at one domain together.")
    all: LimitText = optional("60 per hour", examples=["60 per hour"], description="To everybody together.")


class TeamSection(Section):
    """[[team]]: somebody that work may be passed to."""

    name: OneLine = required(examples=["Kim"], description="Their name.")
    address: EmailAddress = required(
        examples=["kim@vale.example"], description="Their own address; nobody here is taken for a client."
    )


class OAuthSection(Section):
    """[mailboxes.oauth]: the login by OAuth 2.0 that a mailbox may have in place of a password."""

    provider: Literal["google", "microsoft", "other"] = required(
        examples=["google"], description="Whose login: google, microsoft, or other with the endpoints below."
    )
    client_id: OneLine = required(
        examples=["1234-abcd.apps.vale.example"], description="Of the app that you registered with them."
    )
    client_secret: Annotated[SecretSource, PlainValidator(parse_source)] | None = optional(
        None,
        examples=[{"credential": "studio-client"}],
        description="Where its secret is kept, if it has one; as a password.",
    )
    tenant: OneLine = optional(
        "common", examples=["common"], description="Of Microsoft: your organisation's id or domain."
    )
    scopes: list[OneLine] = optional(
        [], examples=[["https://mail.vale.example/all"]], description="Else those for reading and sending mail there."
    )
    login_lasts: Duration | None = optional(
        None,
        examples=["7d"],
        description='How long a login is good for, where they do not say; "7d" for an app of Google in testing.',
    )
    authorization_endpoint: OptionalLine = optional(
        "", examples=["https://login.vale.example/authorize"], description="Of another provider (RFC 8414)."
    )
    token_endpoint: OptionalLine = optional(
        "", examples=["https://login.vale.example/token"], description="Of another provider."
    )
    device_authorization_endpoint: OptionalLine = optional(
        "", examples=["https://login.vale.example/device"], description="Of another provider, if it has one."
    )


class MailboxSection(Section):
    """[[mailboxes]]: one account that is watched and sent from."""

    name: OneLine = required(examples=["studio"], description="What logs and commands call it.")
    imap: Annotated[ServerAddress, text_field(parse_imap)] = required(
        examples=[IMAP_EXAMPLE],
        description="Server to read from, with the user in it, %40 for @. imaps:// is encrypted from the start, "
        "imap+starttls:// after a word with the server; imap:// is for this machine only.",
    )
    smtp: Annotated[ServerAddress, text_field(parse_smtp)] = required(
        examples=[SMTP_EXAMPLE],
        description="Server to send through: smtps://, smtp+starttls://, or smtp:// for this machine only. "
        "Without a user there is no login.",
    )
    password: Annotated[SecretSource, PlainValidator(parse_source)] | None = optional(
        None,
        examples=[{"credential": "studio"}],
        description='Where it is kept; or { env = "NAME" }, { file = "PATH" }, { command = ["pass", "studio"] }.',
    )
    smtp_password: Annotated[SecretSource, PlainValidator(parse_source)] | None = optional(
        None, examples=[{"credential": "studio"}], description="Where sending has a password of its own."
    )
    address: EmailAddress | None = optional(
        None, examples=["robin@vale.example"], description="From of what leaves here; else the owner's address."
    )
    folders: list[OneLine] = optional(
        ["INBOX"], min_length=1, examples=[["INBOX"]], description="Folders that clients' mail arrives in."
    )
    sent: OneLine = optional(
        "auto", examples=["auto"], description="Folder of sent mail: found by its role, or the folder's name."
    )
    drafts: OneLine = optional("auto", examples=["auto"], description="Folder of drafts, likewise.")
    copy_to_sent: Literal["auto", "always", "never"] = optional(
        "auto",
        examples=["auto"],
        description="auto: where the server does not file it by itself; or always, or never.",
    )
    authserv_id: OptionalLine = optional(
        "", examples=["mx.vale.example"], description="Whose Authentication-Results to believe; else nobody's."
    )
    oauth: OAuthSection | None = optional(
        None, description="In place of `password`: a login by OAuth 2.0, which `whiteglove login` begins."
    )


class ConfigurationFile(Section):
    """The whole of `whiteglove.toml`."""

    owner: OwnerSection = Field(description="The person the daemon works for: you.")
    daemon: DaemonSection = Field(default_factory=DaemonSection, description="How it runs.")
    limits: LimitsSection = Field(
        default_factory=LimitsSection, description="Of automatic answers to clients; never exceeded."
    )
    team: list[TeamSection] = optional([], description="Colleagues that work may be passed to; as many as there are.")
    mailboxes: list[MailboxSection] = optional(
        [], description="The accounts that are watched and sent from; as many as you have, at least one."
    )
    plugins: dict[str, Annotated[dict[str, Any], PlainValidator(_toggle)]] = optional(
        {}, description="A section enables a plugin; `enabled = false` turns it off again."
    )
