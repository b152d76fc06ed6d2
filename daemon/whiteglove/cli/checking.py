"""`check`: everything that can be wrong before the daemon runs, a line each, with what to do about it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whiteglove.app import RealWorld, World
from whiteglove.cli.opening import add_json, host_of, settings_of
from whiteglove.cli.output import print_json, visible
from whiteglove.errors import MailboxError, StoreError, SubmissionError, WhiteGloveError
from whiteglove.ports import Mailbox
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import Store

ADVICE = {
    "unreachable": "check the host, the port and the network",
    "tls": "check the host name; a certificate that cannot be verified is never accepted",
    "login": "check user and password; many providers want an app password",
    "timeout": "the server did not answer in time; check the host and the port",
    "protocol": "the server spoke no IMAP there; check scheme, host and port",
    "unavailable": "the server is busy or closed for maintenance; try again later",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`: what was looked at, whether it is right, and what to know or do."""

    ok: bool
    what: str
    text: str


def add(commands: Any) -> None:
    command = commands.add_parser("check", help="configuration, passwords, servers, folders, plugins: what is wrong")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    findings = list(check(settings, RealWorld()))
    if options.json:
        print_json(
            {
                "ok": all(finding.ok for finding in findings),
                "findings": [{"ok": one.ok, "what": one.what, "text": one.text} for one in findings],
            }
        )
    else:
        for finding in findings:
            print(f"{'ok   ' if finding.ok else 'FAULT'}  {finding.what}: {visible(finding.text)}")
    return 0 if all(finding.ok for finding in findings) else 1


def check(settings: Settings, world: World) -> Iterator[Finding]:
    """Look at everything, one finding after the other. Raises ConfigurationError for a plugin's faulty settings."""
    clients = len(settings.book.clients)
    yield Finding(True, "configuration", f"{settings.path}, {clients} client{'s' if clients != 1 else ''}")
    host = host_of(settings)
    try:
        for plugin in host.plugins:
            yield Finding(True, f"plugin {plugin.name}", f"{plugin.summary} ({plugin.origin})")
        if not host.plugins:
            yield Finding(True, "plugins", "none is enabled; a section [plugins.acknowledge] enables the first")
    finally:
        host.close()
    yield _store(settings)
    for account in settings.mailboxes:
        yield from _mailbox(account, world)
        yield _smtp(account, world)


def _store(settings: Settings) -> Finding:
    try:
        Store.open(settings.daemon.state).close()
    except StoreError as error:
        return Finding(False, "store", str(error))
    return Finding(True, "store", f"{settings.daemon.state}, mode {settings.daemon.mode}")


def _mailbox(account: MailboxAccount, world: World) -> Iterator[Finding]:
    what = f"mailbox {account.name}"
    connection = world.working(account)
    try:
        connection.connect()
        polling = "" if connection.can_idle else "; it is polled, since the server has no IDLE"
        yield Finding(True, what, f"logged in at {account.imap.host}{polling}")
        for folder in account.folders:
            yield _folder(connection, what, folder)
        folders = connection.folders()
        for role, name, key in (("Sent", folders.sent, "sent"), ("Drafts", folders.drafts, "drafts")):
            if name is None:
                yield Finding(
                    False, what, f"the server names no {role} folder; set `{key}` of this mailbox to the folder's name"
                )
            else:
                yield _folder(connection, what, name)
    except MailboxError as error:
        yield Finding(False, what, f"{error}; {ADVICE.get(error.code, 'see the server’s documentation')}")
    except WhiteGloveError as error:
        yield Finding(False, what, str(error))
    finally:
        connection.close()


def _folder(connection: Mailbox, what: str, folder: str) -> Finding:
    try:
        status = connection.open(folder)
    except MailboxError as error:
        if error.code != "missing_folder":
            raise
        return Finding(False, what, f"there is no folder “{folder}”; name one that exists, or create it")
    return Finding(True, what, f"folder “{folder}”, {status.exists} messages")


def _smtp(account: MailboxAccount, world: World) -> Finding:
    what = f"smtp {account.name}"
    transport = world.transport(account)
    try:
        transport.check()
    except SubmissionError as error:
        advice = "check user and password" if error.code in (530, 534, 535) else "check host, port and scheme"
        return Finding(False, what, f"{error}; {advice}")
    except WhiteGloveError as error:
        return Finding(False, what, str(error))
    finally:
        transport.close()
    return Finding(True, what, f"ready at {account.smtp.host}")
