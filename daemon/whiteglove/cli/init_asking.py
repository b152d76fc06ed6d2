"""What `init` asks: each question has a flag that answers it, and a default where anybody can know one.

Questions are put on standard error, so that standard output is the command's own. A password is typed without being
shown, or comes from a file; it never is an argument, which everybody on the machine could read.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from whiteglove.cli.init_providers import (
    OTHER,
    Provider,
    imap_address,
    provider_named,
    provider_of,
    providers,
    smtp_address,
    user_at,
)
from whiteglove.cli.usage import UsageError
from whiteglove.errors import ConfigurationError, GrammarError, Problem
from whiteglove.grammar import parse_hours
from whiteglove.message import Address
from whiteglove.settings import Secret
from whiteglove.settings.fields import LANGUAGES, email_address, language, one_line, zone
from whiteglove.settings.secrets import LARGEST, SecretSource, parse_source

HOURS = "Mon-Fri 09:00-17:30"
_HERE, _ENV, _COMMAND = "here", "env", "command"

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class MailboxAnswers:
    """What there is to write of the mailbox; `secrets` are the files of `credentials/` by their names."""

    provider: Provider
    values: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


class Asker:
    """Puts questions, unless their flags answer them. `asked` counts those that a person answered."""

    def __init__(self, given: Mapping[str, str | None], *, terminal: bool, take_defaults: bool) -> None:
        """`given` holds the answers by flag, without its dashes. `take_defaults` asks nothing that has a default."""
        self.asked = 0
        self.terminal = terminal
        self._given = given
        self._take_defaults = take_defaults
        self._said: dict[str, str] = {}
        self._kept: frozenset[str] = frozenset()

    def keep(self, *flags: str) -> None:
        """What was typed for these stands when they are asked again; for all others it is only the default."""
        self._kept = frozenset(flags).intersection(self._said)

    def given(self, flag: str) -> str | None:
        """What stands on the command line, if anything."""
        return self._given.get(flag)

    def ask(self, flag: str, question: str, read: Callable[[str], AnswerT], default: str = "") -> AnswerT:
        """The answer as `read` makes it. Asked again after a wrong one, and what was typed before is then the default.

        Raises `UsageError` for a flag that is wrong, and for one that is missing where nobody can be asked.
        """
        if self._given.get(flag) is not None or (self._take_defaults and default):
            return self.settled(flag, read, default)
        if flag in self._kept:
            return read(self._said[flag])
        if not self.terminal:
            other = f'; with --yes it would be "{default}"' if default else ""
            raise UsageError(f"--{flag} is missing, and there is no terminal to ask at{other}")
        while True:
            typed = self._typed(flag, question, self._said.get(flag, default))
            try:
                answer = read(typed)
            except GrammarError as error:
                self.tell(f"  {error}")
            else:
                self._said[flag] = typed
                return answer

    def settled(self, flag: str, read: Callable[[str], AnswerT], default: str) -> AnswerT:
        """What the command line says, else the default; nobody is asked. Raises `UsageError` for a wrong flag."""
        written = self._given.get(flag)
        try:
            return read(default if written is None else written)
        except GrammarError as error:
            raise UsageError(f"--{flag}: {error}") from None

    def secret(self, flag: str, question: str) -> str:
        """A password that is typed without being shown; never empty."""
        if not self.terminal:
            raise UsageError(f"--{flag} is missing, and there is no terminal to ask at")
        while True:
            try:
                typed = getpass.getpass(f"{question}: ", stream=sys.stderr)
            except EOFError:
                raise UsageError(f"nothing was answered; --{flag} FILE reads it from a file") from None
            self.asked += 1
            if typed:
                return typed
            self.tell("  is empty")

    def tell(self, text: str) -> None:
        """Something to read before the next question."""
        print(text, file=sys.stderr)

    def _typed(self, flag: str, question: str, default: str) -> str:
        print(f"{question}{f' [{default}]' if default else ''}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise UsageError(f"nothing was answered; --{flag} answers it on the command line")
        self.asked += 1
        return line.strip() or default


def ask_owner(asker: Asker, environ: Mapping[str, str]) -> dict[str, Any]:
    """Five questions: the keys of `[owner]`."""
    return {
        "name": asker.ask("name", "Your name, as it stands below your mails", one_line, _own_name()),
        "address": asker.ask("address", "Your mail address", email_address, environ.get("EMAIL", "")),
        "timezone": asker.ask("timezone", "Your time zone", zone, machine_zone(environ)),
        "language": asker.ask(
            "language", f"The language you read ({' '.join(LANGUAGES)})", language, locale_language(environ)
        ),
        "hours": asker.ask("hours", 'Your working time (several parts with ";")', _hours, HOURS),
    }


def ask_mailbox(asker: Asker, address: str) -> MailboxAnswers:
    """The sixth question: the mailbox of this address, its servers, and where its password is kept."""
    question = f"Who has your mail ({' '.join(providers())})"
    provider = asker.ask("provider", question, provider_named, provider_of(address).key)
    name = asker.settled("mailbox", _name, _name_for(address))
    values = {"name": name, **_servers(asker, provider, address), **provider.mailbox}
    values |= {role: asker.settled(role, one_line, "") for role in ("sent", "drafts") if asker.given(role) is not None}
    if provider.hint:
        asker.tell(f"{provider.title}: {provider.hint}")
    if provider.oauth and (not provider.passwords or asker.given("client-id")):
        oauth, secrets = _oauth(asker, provider, name)
        return MailboxAnswers(provider, values | {"oauth": oauth}, secrets)
    source, secrets = _password(asker, provider, name)
    return MailboxAnswers(provider, values | {"password": source}, secrets)


def machine_zone(environ: Mapping[str, str], link: Path = Path("/etc/localtime")) -> str:
    """The IANA name of this machine's time zone, "" where it does not tell."""
    linked = os.path.realpath(link).partition("zoneinfo/")[2].removeprefix("posix/")
    for name in (environ.get("TZ", "").removeprefix(":"), linked):
        try:
            return zone(name)
        except GrammarError:
            continue
    return ""


def locale_language(environ: Mapping[str, str]) -> str:
    """The language of the locale (POSIX: LC_ALL before LC_MESSAGES before LANG) where mails may be written in it."""
    chosen = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    code = chosen[:2].casefold()
    return code if code in LANGUAGES else LANGUAGES[0]


def _own_name() -> str:
    """The name that the account has here; root is nobody's."""
    if os.geteuid() == 0:
        return ""
    try:
        return pwd.getpwuid(os.geteuid()).pw_gecos.partition(",")[0].strip()
    except KeyError:
        return ""


def _hours(text: str) -> str | list[str]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    parse_hours(parts)
    return parts[0] if len(parts) == 1 else parts


def _name(text: str) -> str:
    """A mailbox's name, which is also that of its file in `credentials/`."""
    name = one_line(text)
    if "/" in name or name.startswith("."):
        raise GrammarError('is the name of a file too, without "/" and without a dot at its beginning')
    return name


def _name_for(address: str) -> str:
    provider = provider_of(address)
    return provider.key if provider.key != OTHER else Address(address).domain.partition(".")[0]


def _servers(asker: Asker, provider: Provider, address: str) -> dict[str, str]:
    """`imap` and `smtp`: as they are known, but for what the command line says."""
    user = asker.given("user") or ("" if provider.imap else asker.ask("user", "Who logs in there", one_line, address))
    read_imap = partial(imap_address, user=user or user_at(provider.imap_user, address))
    read_smtp = partial(smtp_address, user=user or user_at(provider.smtp_user, address))
    if provider.imap:
        return {
            "imap": asker.settled("imap", read_imap, provider.imap),
            "smtp": asker.settled("smtp", read_smtp, provider.smtp),
        }
    domain = Address(address).domain
    return {
        "imap": asker.ask("imap", "The server to read from (IMAP), a host or imaps://…", read_imap, f"imap.{domain}"),
        "smtp": asker.ask("smtp", "The server to send through (SMTP), likewise", read_smtp, f"smtp.{domain}"),
    }


def _oauth(asker: Asker, provider: Provider, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The keys of `[mailboxes.oauth]`, and the client's secret where there is one."""
    if asker.given("client-id") is None:
        asker.tell(
            f"{provider.title} lets programs in by OAuth 2.0 only, as an app of your own. {provider.registration}."
        )
    oauth: dict[str, Any] = {
        "provider": provider.oauth,
        "client_id": asker.ask("client-id", "The client id of your app", one_line),
    }
    if tenant := asker.given("tenant"):
        oauth["tenant"] = tenant
    file = asker.given("client-secret-file")
    if file is None:
        return oauth, {}
    oauth["client_secret"] = {"credential": f"{name}-client"}
    return oauth, {f"{name}-client": _from_file("client-secret-file", file)}


def _password(asker: Asker, provider: Provider, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Where the password is kept, and the password itself where that is here."""
    if (file := asker.given("password-file")) is not None:
        return {"credential": name}, {name: _from_file("password-file", file)}
    for kind in (_ENV, _COMMAND):
        if asker.given(f"password-{kind}") is not None:
            return asker.settled(f"password-{kind}", partial(_elsewhere, kind), ""), {}
    if not asker.terminal:
        raise UsageError(
            "--password-file is missing (or --password-env, --password-command), and there is no terminal to ask at"
        )
    if provider.password:
        asker.tell(f"The password {provider.title} takes: {provider.password}.")
    where = f'Where the password is kept: "{_HERE}", "{_ENV} NAME", or "{_COMMAND} pass show {name}"'
    source = asker.ask("password-file", where, _source, _HERE)
    if source is not None:
        return source, {}
    return {"credential": name}, {name: asker.secret("password-file", "The password (it is not shown)")}


def _source(text: str) -> dict[str, Any] | None:
    """`password` as the file has it; None for a file here. Raises `GrammarError`."""
    kind, _, rest = text.strip().partition(" ")
    if kind == _HERE and not rest:
        return None
    if kind not in (_ENV, _COMMAND):
        raise GrammarError(f'right would be "{_HERE}", "{_ENV} STUDIO_PASSWORD" or "{_COMMAND} pass show studio"')
    return _elsewhere(kind, rest)


def _elsewhere(kind: str, text: str) -> dict[str, Any]:
    """A variable's name or a command's words, as the file has it."""
    try:
        source = {kind: shlex.split(text) if kind == _COMMAND else text.strip()}
    except ValueError:
        raise GrammarError('a quote is not closed; right would be "pass show studio"') from None
    parse_source(source)
    return source


def _from_file(flag: str, name: str) -> str:
    """The one line of a file, or of standard input for `-`. Raises `UsageError` without a word of what it holds."""
    if name == "-":
        text = sys.stdin.readline(LARGEST).rstrip("\r\n")
        if not text:
            raise UsageError(f"--{flag} -: standard input is empty; put the password there, on one line")
        return text
    try:
        return Secret(SecretSource("file", (name,)), Problem(f"--{flag}", 0, "", "")).reveal()
    except ConfigurationError as error:
        raise UsageError(str(error)) from None
