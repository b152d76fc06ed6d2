"""`check`: everything that can be wrong before the daemon runs, a line each, with what to do about it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from whiteglove.app import RealWorld, World
from whiteglove.cli.advising import clashes, not_kept_apart, overcommitted
from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import print_json, visible
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.errors import ConfigurationError, MailboxError, StoreError, SubmissionError
from whiteglove.host import Host
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
    host = host_of(settings)
    findings = []
    try:
        for finding in check(settings, host, RealWorld()):
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
    return 0 if sound else 1


def check(settings: Settings, host: Host, world: World) -> Iterator[Finding]:
    """Look at everything, one finding after the other. Nothing is sent, and nothing is changed or created."""
    clients = len(settings.book.clients)
    yield Finding(OK, "configuration", f"{settings.path}, {clients} client{'' if clients == 1 else 's'}")
    yield _store(settings)
    for plugin in host.plugins:
        yield Finding(OK, f"plugin {plugin.name}", f"{plugin.summary} ({plugin.origin})")
    if not host.plugins:
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
        yield from _mailbox(account, world)
        yield _smtp(account, world)


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
        yield Finding(FAULT, what, _advised(error, MAILBOX_ADVICE.get(error.code, "see the server's documentation")))
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
        return Finding(FAULT, what, _advised(error, advice))
    except ConfigurationError as error:
        return Finding(FAULT, what, str(error))
    finally:
        transport.close()
    return Finding(OK, what, f"ready at {account.smtp.host}")


def _advised(error: MailboxError | SubmissionError, advice: str) -> str:
    """What went wrong and what to do. Where the password could not even be read, the file that asks for it knows."""
    cause = error.__cause__
    return str(cause) if isinstance(cause, ConfigurationError) else f"{error}; {advice}"
