"""`init`: from six answers and a look into the mailbox to a configuration that runs, in rehearsal.

`init_asking` puts the questions, `init_providers` knows the servers, `init_looking` reads headers, `init_proposing`
makes clients of them, `init_writing` puts the files into place, `init_closing` says what is next. Nothing is sent, and
nothing changes in the mailbox.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from whiteglove.app import RealWorld, World
from whiteglove.cli.checking import FAULT, MAILBOX_ADVICE
from whiteglove.cli.init_asking import Asker, MailboxAnswers, ask_mailbox, ask_owner
from whiteglove.cli.init_closing import Result, checked, next_steps, told
from whiteglove.cli.init_looking import Seen, all_folders, look
from whiteglove.cli.init_proposing import NONE, Correspondence, Proposal, picked, rows
from whiteglove.cli.init_providers import Provider, free_mail, provider_of
from whiteglove.cli.init_writing import (
    Staged,
    client_file,
    client_text,
    configuration_text,
    credential_file,
    refuse_to_overwrite,
    staged,
    usual_folder,
)
from whiteglove.cli.opening import settings_of
from whiteglove.cli.output import print_json, print_table, visible
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.errors import ConfigurationError, MailboxError
from whiteglove.imap.folders import AUTO
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.settings.fields import one_line
from whiteglove.settings.places import FILE_NAME

MONTHS = 3
_LONGEST = 60
_SHOWN_FOLDERS = 20

_ANSWERS: Mapping[str, tuple[str, str]] = {
    "name": ("NAME", "your name, as it stands below your mails"),
    "address": ("ADDRESS", "your mail address; default: $EMAIL"),
    "timezone": ("ZONE", "your time zone, Europe/Berlin for instance; default: this machine's"),
    "language": ("CODE", "the language you read: en de fr es it pt nl; default: the locale's"),
    "hours": ("HOURS", 'your working time; default: "Mon-Fri 09:00-17:30"'),
    "provider": ("NAME", "who has your mail; default: by the domain of the address"),
    "imap": ("SERVER", "the server to read from: a host, or an address such as imaps://imap.vale.example"),
    "smtp": ("SERVER", "the server to send through, likewise"),
    "user": ("USER", "who logs in there; default: the address"),
    "mailbox": ("NAME", "what the log and commands call the mailbox; default: by the address"),
    "password-file": ("FILE", "read the password here (- for standard input), and keep it in credentials/"),
    "password-env": ("VARIABLE", "the password is in this environment variable"),
    "password-command": ("COMMAND", 'this command prints the password, "pass show studio" for instance'),
    "client-id": ("ID", "log in by OAuth 2.0: the client id of your app"),
    "client-secret-file": ("FILE", "its secret, where it has one; kept in credentials/"),
    "tenant": ("TENANT", "of Microsoft: your organisation's id or domain"),
    "sent": ("FOLDER", "the folder of sent mail, where it is not found by itself"),
    "drafts": ("FOLDER", "the folder of drafts, likewise"),
    "clients": ("WHICH", "who of those proposed is a client: domains and addresses by commas, all, or none"),
}
"""Every flag that answers a question, or settles what is not asked."""


def add_init(command: CommandParser) -> None:
    add_json(command, "one JSON object about what was done; questions are put on standard error")
    command.add_argument("--dir", metavar="DIR", help="where to write; default: your own configuration folder")
    command.add_argument("--yes", action="store_true", help="take the default of every question that has one")
    command.add_argument("--offline", action="store_true", help="connect to nothing: no folders, no proposals")
    text = f"how far to look back for clients; default: {MONTHS}"
    command.add_argument("--months", type=_months, default=MONTHS, metavar="N", help=text)
    command.add_argument(
        "--more-clients", action="store_true", help="ask nothing else: propose clients to a configuration that is there"
    )
    for flag, (shown, text) in _ANSWERS.items():
        command.add_argument(f"--{flag}", metavar=shown, help=text)
    command.set_defaults(run=_run)


def _months(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= _LONGEST:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number of months from 1 to {_LONGEST}")


def _run(options: argparse.Namespace) -> int:
    given = {flag: getattr(options, flag.replace("-", "_")) for flag in _ANSWERS}
    asker = Asker(given, terminal=sys.stdin.isatty(), take_defaults=options.yes)
    world = RealWorld()
    since = (world.clock.now() - timedelta(days=31 * options.months)).date()
    # With --json standard output is for the one object alone.
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        made = _more_clients if options.more_clients else _new
        result = made(options, asker, world, since)
        for file in result.files:
            print(f"wrote    {file}")
        findings = list(checked(result, world, offline=options.offline))
        sound = all(finding.level != FAULT for finding in findings)
        steps = next_steps(result, sound=sound)
        print("\nNext:")
        for number, step in enumerate(steps, 1):
            print(f"{number}. {step}")
    if options.json:
        print_json(told(result, findings, steps, sound=sound))
    return 0 if sound else 1


def _new(options: argparse.Namespace, asker: Asker, world: World, since: date) -> Result:
    """Ask, look, write."""
    if options.config:
        raise UsageError("init writes a new configuration; name the folder for it with --dir")
    target = (Path(options.dir).expanduser() if options.dir else usual_folder(os.environ)).absolute()
    refuse_to_overwrite(target)
    _demand_clients(options, asker)
    owner = ask_owner(asker, os.environ)
    with staged(target) as stage:
        answers, settings, found = _mailbox(options, asker, world, since, stage, owner)
        proposals, chosen = _choose(asker, found[0] if found else None)
        for one in chosen:
            stage.write(client_file(one.key), client_text(one.values()))
        load(stage.folder, os.environ)
        files = stage.place()
    name = settings.mailboxes[0].name
    return Result(
        configuration=target / FILE_NAME,
        files=files,
        mailbox=name,
        provider=answers.provider.key,
        needs_login="oauth" in answers.values,
        mode=settings.daemon.mode,
        proposals=proposals,
        chosen=chosen,
        seen={name: found[1]} if found else {},
    )


def _more_clients(options: argparse.Namespace, asker: Asker, world: World, since: date) -> Result:
    """Look into the mailboxes of a configuration that is there, and add to its client book."""
    if options.dir:
        options.config = options.dir
    settings = settings_of(options)
    _demand_clients(options, asker)
    correspondence = Correspondence(settings.book, free_mail())
    seen = {}
    for account in settings.mailboxes:
        try:
            seen[account.name] = _look(world, account, since, correspondence)
        except MailboxError as error:
            raise MailboxError(error.code, _advised(error, provider_of(account.address), account)) from error
    proposals, chosen = _choose(asker, correspondence)
    with staged(settings.path.parent.absolute()) as stage:
        for one in chosen:
            stage.write(client_file(one.key), client_text(one.values()))
        files = stage.place()
    account = settings.mailboxes[0]
    return Result(
        configuration=settings.path,
        files=files,
        mailbox=account.name,
        provider=provider_of(account.address).key,
        mode=settings.daemon.mode,
        is_new=False,
        proposals=proposals,
        chosen=chosen,
        seen=seen,
    )


def _demand_clients(options: argparse.Namespace, asker: Asker) -> None:
    """Nobody is to answer six questions only to hear that the seventh cannot be put."""
    if not (asker.terminal or options.yes or options.offline or options.clients is not None):
        raise UsageError('--clients is missing, and there is no terminal to ask at; with --yes it would be "none"')


def _mailbox(
    options: argparse.Namespace,
    asker: Asker,
    world: World,
    since: date,
    stage: Staged,
    owner: Mapping[str, Any],
) -> tuple[MailboxAnswers, Settings, tuple[Correspondence, Seen] | None]:
    """The mailbox as it will be written, and what was seen in it. Who answered by hand may answer again after a fault.

    Raises `MailboxError` with what to do.
    """
    while True:
        before = asker.asked
        answers = ask_mailbox(asker, str(owner["address"]))
        settings = _stage(stage, owner, answers)
        if options.offline or "oauth" in answers.values:
            return answers, settings, None
        print(f"looking into {settings.mailboxes[0].imap.host}: headers only, nothing is changed there")
        sys.stdout.flush()
        try:
            correspondence = Correspondence(settings.book, free_mail())
            seen = _look(world, settings.mailboxes[0], since, correspondence)
            named = _named_folders(asker, seen)
            if named:
                answers = replace(answers, values={**answers.values, **named})
                settings = _stage(stage, owner, answers)
                if named.get("sent", seen.guessed.sent) != seen.guessed.sent:
                    correspondence = Correspondence(settings.book, free_mail())
                    seen = _look(world, settings.mailboxes[0], since, correspondence)
        except MailboxError as error:
            text = stage.shown(_advised(error, answers.provider, settings.mailboxes[0]))
            if asker.asked == before:
                text += ". Nothing was written; --offline writes the files without a look"
                raise MailboxError(error.code, text) from error
            asker.tell(f"fault    {text}\nOnce more; Ctrl-C ends this, and nothing is written.")
            # Who was refused by a server has found it.
            asker.keep(*(("provider", "imap", "smtp") if error.code == "login" else ()))
        else:
            return answers, settings, (correspondence, seen)


def _stage(stage: Staged, owner: Mapping[str, Any], answers: MailboxAnswers) -> Settings:
    """Write what is known so far, and read it as the daemon will."""
    stage.clear()
    stage.write(FILE_NAME, configuration_text(owner, answers.values))
    for name, text in answers.secrets.items():
        stage.write(credential_file(name), f"{text}\n")
    return load(stage.folder, os.environ)


def _look(world: World, account: MailboxAccount, since: date, correspondence: Correspondence) -> Seen:
    names_there = partial(all_folders, account) if account.password is not None else list
    seen = look(world.working(account), account, since, correspondence, names_there)
    counts = ", ".join(f"{count} in {folder}" for folder, count in seen.read.items())
    print(f"read {counts}, since {since}")
    return seen


def _named_folders(asker: Asker, seen: Seen) -> dict[str, str]:
    """`sent` and `drafts` where `auto` would not find them: what looks right, or what the owner says."""
    named = {}
    for role, words in (("sent", "sent mail"), ("drafts", "drafts")):
        if getattr(seen.folders, role) is not None:
            continue
        default = getattr(seen.guessed, role) or AUTO
        shown = ", ".join(seen.names[:_SHOWN_FOLDERS]) + (", …" if len(seen.names) > _SHOWN_FOLDERS else "")
        print(f"the server names no folder of {words}; there are: {visible(shown) or 'none'}")
        question = f"The folder of {words} ({AUTO} for none)"
        answer = asker.ask if asker.terminal else lambda flag, _, read, default: asker.settled(flag, read, default)
        named[role] = answer(role, question, one_line, default)
    return {role: name for role, name in named.items() if name != AUTO}


def _choose(asker: Asker, correspondence: Correspondence | None) -> tuple[list[Proposal], list[Proposal]]:
    """Who might be a client, and who is."""
    proposals = correspondence.proposals() if correspondence else []
    if correspondence is not None:
        if correspondence.colleagues:
            print(
                f"{len(correspondence.colleagues)} other addresses at your own domain are left out: your own belong "
                "into owner.aliases, colleagues into [[team]]"
            )
        print(f"{len(proposals) or 'nobody'} to choose from, with mail in both directions")
        print_table(rows(proposals), heading=("", "who", "received", "sent", "people"))
    read = partial(picked, proposals)
    if proposals:
        return proposals, asker.ask("clients", "Who of these is a client? 1,3-5 or a domain, all, none", read, NONE)
    return proposals, asker.settled("clients", read, NONE)


def _advised(error: MailboxError, provider: Provider, account: MailboxAccount) -> str:
    """What went wrong, and what to do about it, as `check` says it; of a password what this provider wants."""
    cause = error.__cause__
    if isinstance(cause, ConfigurationError):
        return str(cause)
    advice = MAILBOX_ADVICE.get(error.code, "see the server's documentation")
    if error.code == "login" and account.oauth is not None:
        advice = f"log in first: whiteglove login {account.name}"
    elif error.code == "login" and provider.password:
        advice = f"check user and password; {provider.title} takes {provider.password}"
    return f"{error}; {advice}"
