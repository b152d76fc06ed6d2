"""`check`: everything that can be wrong before the daemon runs, a line each, with what to do about it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec

from whiteglove.app import RealWorld, World
from whiteglove.app.monitoring import ADVICE
from whiteglove.cli.advising import clashes, not_kept_apart, overcommitted
from whiteglove.cli.opening import reading, settings_of, sound_host_of
from whiteglove.cli.output import print_json, visible
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.errors import ConfigurationError, MailboxError, Problem, StoreError, SubmissionError, TokenError
from whiteglove.host import Host, Plugin
from whiteglove.oauth import Access, access_of
from whiteglove.ports import Mailbox
from whiteglove.prepare.absences import displaced, said
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import messages

OK, WARNING, FAULT = "ok", "warning", "fault"

MAILBOX_ADVICE = {
    "unreachable": "check the host, the port and the network",
    "tls": "check the host name and the port; a certificate that cannot be verified is never accepted",
    "login": "check user and password; many providers want an app password",
    "timeout": "check the host and the port; where both are right, the server is down or a firewall is in between",
    "protocol": "check scheme, host and port: that is no IMAP server, or not this kind of connection",
    "unavailable": "the server is busy or closed for maintenance; try again later",
    "missing_folder": "name a folder that exists, or create it",
}
REFUSED_LOGINS = (454, 530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`: `ok`, `warning` (it runs, but look) or `fault`; what was looked at; what to know or do."""

    level: str
    what: str
    text: str


def add_check(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    host, faults = sound_host_of(settings)
    findings = []
    try:
        for finding in check(settings, host, RealWorld(), faults):
            findings.append(finding)
            if not options.json:
                # Each line as it is found: a server that does not answer takes its time.
                print(f"{finding.level:7}  {finding.what}: {visible(finding.text)}")
                sys.stdout.flush()
    finally:
        host.close()
    sound = all(finding.level != FAULT for finding in findings)
    if options.json:
        print_json(
            {
                "ok": sound,
                "state": str(settings.daemon.state),
                "findings": [
                    {"ok": one.level != FAULT, "level": one.level, "what": one.what, "text": one.text}
                    for one in findings
                ],
            }
        )
    if faults:
        # As with any other fault of the configuration: `run` would refuse to start with the same lines.
        raise ConfigurationError(tuple(problem for problems in faults.values() for problem in problems))
    return 0 if sound else 1


def check(
    settings: Settings, host: Host, world: World, faults: Mapping[str, tuple[Problem, ...]] | None = None
) -> Iterator[Finding]:
    """Look at everything, one finding after the other. Nothing is sent, and nothing is changed or created.

    `faults` are those of enabled plugins that cannot be used, and are not in `host`, by the plugin's name.
    """
    clients = len(settings.book.clients)
    yield Finding(OK, "configuration", f"{settings.path}, {clients} client{'' if clients == 1 else 's'}")
    yield _store(settings)
    if settings.daemon.metrics is not None and find_spec("prometheus_client") is None:
        yield Finding(WARNING, "metrics", f"figures cannot be read at {settings.daemon.metrics}; {ADVICE}")
    yield from _plugins(host, faults or {})
    if not host.plugins and not faults:
        yield Finding(WARNING, "plugins", "none is enabled; a section [plugins.acknowledge] enables the first")
    yield from _absences(settings, world.clock.now())
    if text := overcommitted(settings, settings.worktime.local_date(world.clock.now())):
        yield Finding(WARNING, "commitments", text)
    sources = [(key[1], text) for plugin in host.plugins for key, text in host.templates(plugin.name).items()]
    for text in clashes(settings, sources):
        yield Finding(WARNING, "names", text)
    for text in not_kept_apart(settings):
        yield Finding(OK, "names", text)
    for account in settings.mailboxes:
        if (access := access_of(account)) is not None:
            yield _login(account.name, access, world.clock.now())
        yield from servers_of(account, world)


def _plugins(host: Host, faults: Mapping[str, tuple[Problem, ...]]) -> Iterator[Finding]:
    for plugin in host.plugins:
        yield Finding(OK, f"plugin {plugin.name}", f"{plugin.summary} ({origin_with_version(plugin)})")
        for text in plugin.goes_away:
            yield Finding(WARNING, f"plugin {plugin.name}", f"{text}; ask its author for a newer one")
    for name, problems in faults.items():
        for problem in problems:
            yield Finding(FAULT, f"plugin {name}", str(problem))


def origin_with_version(plugin: Plugin) -> str:
    """Where a plugin comes from: `built in, 0.1.0`, `whiteglove-timelog 1.2`, or the file of its module."""
    said = plugin.version and not plugin.origin.endswith(f" {plugin.version}")
    return f"{plugin.origin}, {plugin.version}" if said else plugin.origin


def _store(settings: Settings) -> Finding:
    state = settings.daemon.state
    try:
        with reading(settings) as store, store.read() as tx:
            if store.path is not None:
                text = f"{store.path}, {messages.count(tx)} messages, mode {settings.daemon.mode}"
                return Finding(OK, "store", text)
    except StoreError as error:
        return Finding(FAULT, "store", str(error))
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        text = f"{state} cannot be made, as {there} is no folder that this user may write to"
        return Finding(FAULT, "store", f"{text}; set daemon.state to a folder of your own")
    return Finding(OK, "store", f"none yet, it will be made in {state}; mode {settings.daemon.mode}")


def _absences(settings: Settings, now: datetime) -> Iterator[Finding]:
    """A line for each promise that lies in an absence; that the store cannot be read has a line of its own."""
    try:
        with reading(settings) as store, store.read() as tx:
            found = [said(one, settings) for one in displaced(tx, settings, now)]
    except StoreError:
        return
    for text in found:
        yield Finding(WARNING, "absence", text)


def servers_of(account: MailboxAccount, world: World) -> Iterator[Finding]:
    """What the servers of one mailbox say to its login."""
    yield from _mailbox(account, world)
    yield _smtp(account, world)


def _login(mailbox: str, access: Access, now: datetime) -> Finding:
    """How a login by OAuth 2.0 stands, by what is kept of it; whether it still works shows at the servers."""
    state, what = access.state(), f"login {mailbox}"
    if state.condition in ("missing", "refused"):
        return Finding(FAULT, what, f"{state.said}; run `{access.command}`")
    if state.condition == "ok" and state.ends_soon(now):
        return Finding(WARNING, what, f"{state.said}; run `{access.command}` before that")
    return Finding(OK if state.condition == "ok" else WARNING, what, state.said)


def _mailbox(account: MailboxAccount, world: World) -> Iterator[Finding]:
    what = f"mailbox {account.name}"
    connection = world.working(account)
    try:
        connection.connect()
        polling = "" if connection.can_idle else "; it is polled, since the server has no IDLE"
        yield Finding(OK, what, f"logged in at {account.imap.host}{polling}")
        for folder in account.folders:
            yield _folder(connection, what, folder)
        folders = connection.folders()
        if folders.sent is None:
            text = "the server names no Sent folder; set `sent` of this mailbox to the folder's name"
            yield Finding(FAULT, what, text)
        else:
            yield _folder(connection, what, folders.sent)
        if folders.drafts is None:
            text = "the server names no Drafts folder; set `drafts` of this mailbox to the folder's name"
            yield Finding(WARNING, what, text)
        else:
            yield _folder(connection, what, folders.drafts)
    except MailboxError as error:
        advice = MAILBOX_ADVICE.get(error.code, "see the server's documentation")
        if error.code == "login" and (access := access_of(account)) is not None:
            advice = f"run `{access.command}`"
        yield Finding(FAULT, what, _advised(error, advice))
    except ConfigurationError as error:
        yield Finding(FAULT, what, str(error))
    finally:
        connection.close()


def _folder(connection: Mailbox, what: str, folder: str) -> Finding:
    try:
        status = connection.open(folder)
    except MailboxError as error:
        if error.code != "missing_folder":
            raise
        return Finding(FAULT, what, f"there is no folder “{folder}”; {MAILBOX_ADVICE[error.code]}")
    return Finding(OK, what, f"folder “{folder}”, {status.exists} messages")


def _smtp(account: MailboxAccount, world: World) -> Finding:
    what = f"smtp {account.name}"
    transport = world.transport(account)
    try:
        transport.check()
    except SubmissionError as error:
        refused = error.code in REFUSED_LOGINS
        advice = MAILBOX_ADVICE["login"] if refused else "check scheme, host and port"
        if refused and account.smtp_password is None and (access := access_of(account)) is not None:
            advice = f"run `{access.command}`; where IMAP takes the login, see whether SMTP is allowed for this account"
        return Finding(FAULT, what, _advised(error, advice))
    except ConfigurationError as error:
        return Finding(FAULT, what, str(error))
    finally:
        transport.close()
    return Finding(OK, what, f"ready at {account.smtp.host}")


def _advised(error: MailboxError | SubmissionError, advice: str) -> str:
    """What went wrong and what to do. Where there is no password or token to show, whoever was asked for it knows."""
    cause = error.__cause__
    return str(cause) if isinstance(cause, ConfigurationError | TokenError) else f"{error}; {advice}"
