"""From the files to `Settings`: every check that needs more than one key, and all problems reported at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from whiteglove.clients import Book, Colleague, Owner
from whiteglove.errors import ConfigurationError, GrammarError, Problem
from whiteglove.message import Address
from whiteglove.settings.book import ClientEntry, book_faults, client_from
from whiteglove.settings.data import load_languages
from whiteglove.settings.files import read_clients, read_configuration, read_text
from whiteglove.settings.holidays import holiday_tables
from whiteglove.settings.locate import KeyPath
from whiteglove.settings.models import TEMPLATES, ConfigurationFile, MailboxSection
from whiteglove.settings.oauth import OAuthClient, login_file, oauth_client, oauth_faults
from whiteglove.settings.places import CLIENTS_FOLDER, CREDENTIALS_FOLDER, find, is_folder, resolve, state_folder
from whiteglove.settings.problems import Source
from whiteglove.settings.secrets import Secret, SecretSource
from whiteglove.settings.values import DaemonSettings, Limits, MailboxAccount, Mode, Settings
from whiteglove.settings.work_calendar import Block, CalendarFile, digest_of, planned_blocks
from whiteglove.worktime import WorkingTime


def load(path: Path | None, environ: Mapping[str, str], *, today: date | None = None) -> Settings:
    """Find, read and check the configuration and the client book; passwords are named, not read.

    Holidays are worked out for the years around `today` (default: the present day, UTC). Raises `ConfigurationError`
    with every problem that could be found, those of the configuration first, then each client's.
    """
    file = find(path, environ)
    config, source, problems = read_configuration(file, environ)
    entries, client_sources, found = read_clients(file.parent / CLIENTS_FOLDER)
    problems += found
    if config is None:
        raise ConfigurationError(tuple(problems))
    reader = _Reader(file, environ, config, source, entries)
    settings = reader.settings(today or datetime.now(UTC).date(), client_sources)
    problems += reader.problems
    if problems or settings is None:
        problems.sort(key=lambda problem: (problem.file != str(file), problem.file, problem.line))
        raise ConfigurationError(tuple(problems))
    return settings


class _Reader:
    """Puts the values together. `problems` grows, so that one fault does not hide the next."""

    def __init__(
        self,
        file: Path,
        environ: Mapping[str, str],
        config: ConfigurationFile,
        source: Source,
        entries: Mapping[str, ClientEntry],
    ) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._environ = environ
        self._config = config
        self._source = source
        self._entries = entries

    def settings(self, today: date, client_sources: Mapping[str, Source]) -> Settings | None:
        """The finished value, or None where a part is missing; `problems` then says which."""
        for path, text in (*mailbox_faults(self._config.mailboxes), *oauth_faults(self._config.mailboxes)):
            self._complain(path, text)
        languages = load_languages()
        owner = self._owner()
        team = self._team(owner)
        holidays = self._holidays(today)
        worktime = WorkingTime(ZoneInfo(owner.timezone), owner.hours, holidays.get("", frozenset()), owner.away)
        calendar, planned = self._work_calendar(worktime.zone, today)
        clients = {
            key: client_from(key, entry.file, owner, worktime, planned.get(key, ()))
            for key, entry in self._entries.items()
        }
        self.problems += book_faults(owner, team, self._entries)
        daemon = self._daemon()
        templates_dir = self._templates_dir()
        plugins = _enabled(self._config.plugins)
        if self.problems or daemon is None:
            return None
        return Settings(
            path=self._file,
            owner=owner,
            book=Book(owner, MappingProxyType(clients), team),
            daemon=daemon,
            limits=Limits(
                person=self._config.limits.person, domain=self._config.limits.domain, all=self._config.limits.all
            ),
            mailboxes=tuple(
                self._mailbox(i, section, daemon.state) for i, section in enumerate(self._config.mailboxes)
            ),
            plugins=MappingProxyType(plugins),
            worktime=worktime,
            client_holidays=MappingProxyType({key: days for key, days in holidays.items() if key}),
            languages=languages,
            templates_dir=templates_dir,
            source=self._source,
            client_sources=MappingProxyType(dict(client_sources)),
            work_calendar=calendar,
        )

    def _complain(self, path: Sequence[str | int], text: str) -> None:
        self.problems.append(self._source.problem(path, text))

    def _resolve(self, text: str) -> Path:
        return resolve(text, self._file.parent, self._environ)

    def _owner(self) -> Owner:
        section = self._config.owner
        written = [section.address, *section.aliases, *(box.address for box in self._config.mailboxes if box.address)]
        return Owner(
            name=section.name,
            address=section.address,
            timezone=section.timezone,
            language=section.language,
            hours=section.hours,
            aliases=tuple(section.aliases),
            holidays=section.holidays,
            away=tuple(section.away),
            hours_per_week=section.hours_per_week,
            signature=self._signature(section.signature),
            allow_words=tuple(section.allow_words),
            own_addresses=frozenset(address.casefold() for address in written),
        )

    def _signature(self, name: str) -> str:
        if not name:
            return ""
        text = read_text(self._resolve(name))
        if isinstance(text, Problem):
            why = f"{text.file} {text.text}" if not text.line else f"{text.file}, line {text.line}, {text.text}"
            self._complain(("owner", "signature"), f"{why}; write the signature there, or leave the key out")
            return ""
        return text.replace("\r\n", "\n").strip("\n")

    def _work_calendar(self, zone: ZoneInfo, today: date) -> tuple[CalendarFile | None, dict[str, tuple[Block, ...]]]:
        """The owner's calendar file, and what is set aside in it for each client; of its text nothing is kept."""
        name = self._config.owner.work_calendar
        if not name:
            return None, {}
        path = self._resolve(name)
        names = {key: entry.file.name for key, entry in self._entries.items()}
        try:
            content = path.read_bytes()
            planned = planned_blocks(content, names, zone, today)
        except OSError as error:
            why = (error.strerror or "unreadable").casefold()
            text = f"{path} cannot be read ({why}); have your calendar program export it there, or leave the key out"
        except GrammarError as error:
            text = f"{path} {error}"
        else:
            return CalendarFile(path, digest_of(content), today), planned
        self._complain(("owner", "work_calendar"), text)
        return None, {}

    def _team(self, owner: Owner) -> tuple[Colleague, ...]:
        """The colleagues; each address once, and none of them the owner's own."""
        taken: set[str] = set()
        for i, member in enumerate(self._config.team):
            if owner.is_own(Address(member.address)) or member.address.casefold() in taken:
                text = f"{member.address} is already yours or a colleague's; give each colleague their own address"
                self._complain(("team", i, "address"), text)
            taken.add(member.address.casefold())
        return tuple(Colleague(name=member.name, address=member.address) for member in self._config.team)

    def _holidays(self, today: date) -> dict[str, frozenset[date]]:
        """The holidays of the owner, under the key "", and of each client that has any."""
        places: dict[str, tuple[Source, KeyPath, str]] = {
            "": (self._source, ("owner", "holidays"), self._config.owner.holidays)
        }
        places |= {key: (entry.source, ("holidays",), entry.file.holidays) for key, entry in self._entries.items()}
        tables = holiday_tables((code for _, _, code in places.values() if code), today.year)
        found: dict[str, frozenset[date]] = {}
        for key, (source, path, code) in places.items():
            table = tables.get(code, frozenset())
            if isinstance(table, GrammarError):
                self.problems.append(source.problem(path, str(table)))
            elif code:
                found[key] = table
        return found

    def _daemon(self) -> DaemonSettings | None:
        section = self._config.daemon
        state = state_folder(section.state, self._file.parent, self._environ)
        if state is None:
            why = "there is no place for the store, as neither $STATE_DIRECTORY nor $HOME is set"
            self._complain(("daemon", "state"), f'{why}; right would be state = "/var/lib/whiteglove"')
            return None
        return DaemonSettings(
            mode=Mode(section.mode),
            state=state,
            store=section.store,
            live_since=section.live_since.astimezone(UTC) if section.live_since else None,
            max_age=section.max_age,
            history=section.history,
            poll=section.poll,
            retention=section.retention,
            log_format=section.log_format,
            metrics=section.metrics,
        )

    def _templates_dir(self) -> Path | None:
        """The folder of the owner's own templates. The usual one may be missing, one that was chosen may not."""
        name = self._config.daemon.templates
        folder = self._resolve(name)
        if name and is_folder(folder):
            return folder
        if name not in ("", TEMPLATES):
            self._complain(("daemon", "templates"), f"{folder} is no folder; make it, or leave the key out")
        return None

    def _mailbox(self, index: int, section: MailboxSection, state: Path) -> MailboxAccount:
        password = self._secret(("mailboxes", index, "password"), section.password)
        smtp_password = self._secret(("mailboxes", index, "smtp_password"), section.smtp_password) or password
        return MailboxAccount(
            name=section.name,
            imap=section.imap,
            smtp=section.smtp,
            password=password,
            smtp_password=smtp_password if section.smtp.user else None,
            address=section.address or self._config.owner.address,
            folders=tuple(section.folders),
            sent=section.sent,
            drafts=section.drafts,
            copy_to_sent=section.copy_to_sent,
            authserv_id=section.authserv_id or None,
            oauth=self._oauth(index, section, state),
        )

    def _oauth(self, index: int, section: MailboxSection, state: Path) -> OAuthClient | None:
        if section.oauth is None:
            return None
        secret = self._secret(("mailboxes", index, "oauth", "client_secret"), section.oauth.client_secret)
        return oauth_client(section.oauth, secret, section.imap.user, login_file(state, section.name))

    def _secret(self, path: KeyPath, source: SecretSource | None) -> Secret | None:
        if source is None:
            return None
        if source.kind == "file":
            source = SecretSource("file", (str(self._resolve(source.argument[0])),))
        place = self._source.problem(path, "is where the password is kept")
        return Secret(source, place, self._environ, credentials=self._file.parent.absolute() / CREDENTIALS_FOLDER)


def mailbox_faults(mailboxes: Sequence[MailboxSection]) -> list[tuple[KeyPath, str]]:
    """What is wrong with the mailboxes together: none, a name twice, a folder that would be watched twice."""
    if not mailboxes:
        return [(("mailboxes",), "there is no mailbox; write [[mailboxes]] and below it name, imap and smtp")]
    faults: list[tuple[KeyPath, str]] = []
    names: set[str] = set()
    watched: dict[tuple[object, str], str] = {}
    for i, mailbox in enumerate(mailboxes):
        if mailbox.name.casefold() in names:
            faults.append((("mailboxes", i, "name"), f'"{mailbox.name}" names two mailboxes; give each its own name'))
        names.add(mailbox.name.casefold())
        for j, folder in enumerate(mailbox.folders):
            if holder := watched.get((mailbox.imap, folder)):
                text = f'"{folder}" of this account is already watched as "{holder}"; watch each folder once'
                faults.append((("mailboxes", i, "folders", j), text))
            watched[mailbox.imap, folder] = mailbox.name
    return faults


def _enabled(plugins: Mapping[str, Mapping[str, object]]) -> Mapping[str, Mapping[str, object]]:
    """The plugins that are not turned off, without the key that says so."""
    return MappingProxyType(
        {
            name: MappingProxyType({key: value for key, value in keys.items() if key != "enabled"})
            for name, keys in plugins.items()
            if keys.get("enabled", True)
        }
    )
