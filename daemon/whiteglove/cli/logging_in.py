"""`login`: the owner allows whiteglove, once and in a browser, to read and send the mail of an account."""

from __future__ import annotations

import argparse
import os
import select
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from whiteglove.app import RealWorld
from whiteglove.cli.checking import FAULT, Finding, servers_of
from whiteglove.cli.opening import settings_of
from whiteglove.cli.output import instant, local, print_json, visible
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.errors import TokenError
from whiteglove.oauth import access_of
from whiteglove.oauth.asking import by_browser, by_device, by_paste
from whiteglove.oauth.issuer import Grant
from whiteglove.oauth.redirect import LONGEST
from whiteglove.settings import MailboxAccount, OAuthClient, Settings

BROWSER, DEVICE, PASTE = "browser", "device", "paste"


def add_login(command: CommandParser) -> None:
    command.add_argument("mailbox", metavar="MAILBOX", help="its name in the configuration")
    ways = command.add_mutually_exclusive_group()
    for way, text in (
        (DEVICE, "enter a short code in a browser on any machine; needs no terminal"),
        (BROWSER, "a browser on this machine, which comes back by itself"),
        (PASTE, "a browser on any machine; paste here the address where it ends"),
    ):
        ways.add_argument(f"--{way}", dest="way", action="store_const", const=way, help=text)
    add_json(command)
    command.set_defaults(run=_run, way=None)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    account, client = _account(settings, options.mailbox)
    way = _way(client, options.way)
    access = access_of(account)
    assert access is not None
    # What would be in the way of keeping the login is to be known before its owner is sent to a browser.
    access.prepare()
    access.keep(_ask(client, way))
    if not options.json:
        print(f"Logged in to {account.name}. Now with the mail servers:")
    findings = []
    for finding in servers_of(account, RealWorld()):
        findings.append(finding)
        if not options.json:
            print(f"{finding.level:7}  {finding.what}: {visible(finding.text)}", flush=True)
    sound = all(finding.level != FAULT for finding in findings)
    _report(options, settings, account, way, findings, sound=sound)
    return 0 if sound else 1


def _account(settings: Settings, name: str) -> tuple[MailboxAccount, OAuthClient]:
    account = next((one for one in settings.mailboxes if one.name.casefold() == name.casefold()), None)
    if account is None:
        known = ", ".join(one.name for one in settings.mailboxes)
        raise UsageError(f'no mailbox is called "{name}"; there are {known}')
    if account.oauth is None:
        raise UsageError(
            f'the mailbox "{account.name}" logs in by a password; for OAuth write, in place of `password`, '
            'oauth = { provider = "google", client_id = "…" } or another provider'
        )
    return account, account.oauth


def _way(client: OAuthClient, wanted: str | None) -> str:
    """How the owner is asked: as wanted, else in the way that is the least trouble here."""
    if wanted is None:
        if client.device_endpoint:
            return DEVICE
        return BROWSER if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else PASTE
    if wanted == DEVICE and not client.device_endpoint:
        raise UsageError(f"{client.provider} has no login by device code for mail; use --browser or --paste")
    if wanted != DEVICE and not client.authorization_endpoint:
        raise UsageError("this provider has a login by device code only; use --device")
    return wanted


def _ask(client: OAuthClient, way: str) -> Grant:
    try:
        if way == DEVICE:
            return by_device(client, _say)
        return by_browser(client, _say) if way == BROWSER else by_paste(client, _say, _line)
    except TokenError as error:
        if way == DEVICE and client.authorization_endpoint and error.lasting:
            hint = "some organisations forbid this way: try --browser or --paste"
            raise TokenError(f"{error}; {hint}", lasting=True) from None
        raise


def _say(text: str) -> None:
    """On standard error, so that standard output holds the outcome alone."""
    print(text, file=sys.stderr, flush=True)


def _line(seconds: float, now: Callable[[], float] = time.monotonic) -> str:
    """A line of standard input, "" where none has come within so many seconds, or none ever will."""
    until, read = now() + seconds, b""
    source = sys.stdin.fileno()
    while b"\n" not in read and len(read) <= LONGEST:
        if not select.select([source], [], [], max(0.0, until - now()))[0]:
            return ""
        piece = os.read(source, 4096)
        if not piece:
            break
        read += piece
    return read.partition(b"\n")[0].decode("utf-8", "replace").strip()


def _report(
    options: argparse.Namespace,
    settings: Settings,
    account: MailboxAccount,
    way: str,
    findings: list[Finding],
    *,
    sound: bool,
) -> None:
    access = access_of(account)
    assert access is not None
    state = access.state()
    if options.json:
        print_json(
            {
                "ok": sound,
                "mailbox": account.name,
                "way": way,
                "at": instant(datetime.now(UTC), settings.worktime.zone),
                "ends": instant(state.ends_at, settings.worktime.zone),
                "findings": [
                    {"ok": one.level != FAULT, "level": one.level, "what": one.what, "text": one.text}
                    for one in findings
                ],
            }
        )
        return
    if state.ends_at is not None:
        print(f"This login ends on {local(state.ends_at, settings.worktime.zone)}; you are told before.")
    print("A daemon that runs takes it up within a quarter of an hour, or at once with a reload.")
