"""What the rest of the program reads of the configuration: checked values, nothing left to parse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whiteglove.clients import Book, Limit, Owner
from whiteglove.errors import Problem
from whiteglove.settings.data import load_lexicon
from whiteglove.settings.listening import ListenAddress
from whiteglove.settings.oauth import OAuthClient
from whiteglove.settings.secrets import Secret
from whiteglove.settings.servers import ServerAddress
from whiteglove.settings.work_calendar import CalendarFile
from whiteglove.worktime import WorkingTime

if TYPE_CHECKING:
    from whiteglove.classify import Lexicon
    from whiteglove.settings.problems import Source
    from whiteglove.wording import Language


class Mode(StrEnum):
    """In rehearsal everything runs and nothing goes to a client."""

    REHEARSAL = "rehearsal"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonSettings:
    """How the daemon runs. `state` is an absolute folder, `live_since` an instant in UTC, `metrics` where figures are
    read, if anywhere, the rest spans of time."""

    mode: Mode
    state: Path
    store: str
    live_since: datetime | None
    max_age: timedelta
    history: timedelta
    poll: timedelta
    retention: timedelta
    log_format: str
    metrics: ListenAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many automatic answers clients may get: each person, each domain, all together."""

    person: Limit
    domain: Limit
    all: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAccount:
    """One account that is watched and sent from.

    `password` is None where none is configured, `oauth` where the login is not by OAuth 2.0; never both are there.
    `smtp_password` is None where the SMTP server wants no AUTH, or gets the same token as the IMAP server. `sent` and
    `drafts` are a folder's name or `auto`, `copy_to_sent` is `auto`, `always` or `never`.
    """

    name: str
    imap: ServerAddress
    smtp: ServerAddress
    password: Secret | None
    smtp_password: Secret | None
    address: str
    folders: tuple[str, ...]
    sent: str
    drafts: str
    copy_to_sent: str
    authserv_id: str | None
    oauth: OAuthClient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the configuration says. `plugins` holds the enabled ones with their own keys, in the file's order.

    `client_holidays` holds the holidays of each client that has any, by the client's key; they warn and shift nothing.
    """

    path: Path
    owner: Owner
    book: Book
    daemon: DaemonSettings
    limits: Limits
    mailboxes: tuple[MailboxAccount, ...]
    plugins: Mapping[str, Mapping[str, Any]]
    worktime: WorkingTime
    client_holidays: Mapping[str, frozenset[date]]
    languages: Mapping[str, Language]
    templates_dir: Path | None
    source: Source = field(repr=False)
    client_sources: Mapping[str, Source] = field(repr=False)
    work_calendar: CalendarFile | None = None

    @property
    def lexicon(self) -> Lexicon:
        """The classifier's cues, read when first asked for: it takes a while, and most commands classify nothing."""
        return load_lexicon()

    def problem(self, path: Sequence[str | int], text: str) -> Problem:
        """A fault at a key, with its file and line: `("plugins", "reports", "at")`, or `("clients", "acme", "report")`.

        For whoever checks later what cannot be checked here: a plugin's own keys, or what contradicts the world.
        """
        if len(path) > 1 and path[0] == "clients" and (source := self.client_sources.get(str(path[1]))):
            return source.problem(path[2:], text)
        return self.source.problem(path, text)
