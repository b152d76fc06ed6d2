"""`forget`: a person or a client is erased from the record."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from whiteglove.cli.opening import client_of, reading, settings_of
from whiteglove.cli.output import print_json, visible
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Relation
from whiteglove.errors import StoreError
from whiteglove.message import Address
from whiteglove.settings import Settings
from whiteglove.store import Store, StoreLock, forgetting
from whiteglove.store.backup import BEFORE
from whiteglove.store.database import BEFORE_VERSION
from whiteglove.store.forgetting import Whom

AT_HAND = 2.0
"""Seconds that a running daemon is given to write down what it had in its hands; then that is erased too."""
_WORDS = {
    "messages": ("message", "messages, of which the place in the folder and a keyed hash of the id stay"),
    "copies": ("message of others that named them", "messages of others that named them"),
    "outbox": ("automatic mail", "automatic mails"),
    "told": ("time that they were told", "times that they were told"),
    "promises": ("promise", "promises"),
    "obligations": ("question that was to be answered", "questions that were to be answered"),
    "incidents": ("incident", "incidents"),
    "warnings": ("warning to you", "warnings to you"),
    "events": ("event", "events"),
    "memory": ("thing that a plugin remembered", "things that plugins remembered"),
    "summaries": ("daily summary", "daily summaries"),
    "remarks": ("remark on what went wrong", "remarks on what went wrong"),
    "mutes": ("mute", "mutes"),
    "client_notes": ("note of yours", "notes of yours"),
    "drafts": ("draft", "drafts; one that lies untouched in Drafts is taken away"),
    "silences": ("silence of theirs", "silences of theirs"),
    "timers": ("timer of a plugin", "timers of plugins"),
    "calls": ("web call that waited", "web calls that waited"),
    "seen_drafts": ("draft of yours that was looked at", "drafts of yours that were looked at"),
    "corrections": ("word of yours on what they wanted", "words of yours on what they wanted"),
    "delegations": ("message passed to a teammate", "messages passed to teammates"),
    "briefs": ("brief to a teammate that named them", "briefs to teammates that named them"),
}


class _DryRunError(Exception):
    """Everything was done, and none of it is kept."""


def add_forget(command: CommandParser) -> None:
    command.add_argument("who", metavar="ADDRESS|KEY", help="a person by one of their addresses, or a client")
    command.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    with reading(settings) as store:
        whom = _whom(settings, store, options.who)
        erased = Counter(_erase(settings, store, whom, dry=options.dry_run))
        if not options.dry_run and store.path is not None:
            if _is_running(settings):
                time.sleep(AT_HAND)
                erased.update(_erase(settings, store, whom, dry=False))
            forgetting.overwrite(store.path)
    remains = _remains(settings, whom)
    if options.json:
        print_json({"who": options.who, "dry_run": options.dry_run, "erased": dict(erased), "remains": remains})
    else:
        _print(options.who, erased, remains, dry=options.dry_run)
    return 0


def _whom(settings: Settings, store: Store, who: str) -> Whom:
    """A client by key, in the book or only on record; else a person by address. Raises UsageError for another key, and
    for who is no client."""
    book = settings.book
    if "@" not in who:
        with store.read() as tx:
            client = book.clients.get(who)
            if client is None and not forgetting.is_known(tx, who):
                client = client_of(settings, who)
        people = client.people if client is not None else ()
        names = {person.name for person in people} | ({client.name} if client is not None else set())
        return _as_whom(who, (address for person in people for address in person.addresses), names)
    address = Address(who.strip().strip("<>"))
    found = book.recognise(address)
    if found.relation in (Relation.OWN, Relation.TEAM):
        raise UsageError(f"{address.address} is yours or a colleague's; no record is kept of either")
    person = found.person
    belongs_to = [found.client.key] if found.client is not None else []
    if person is None:
        return _as_whom(None, [address.address], (), belongs_to)
    return _as_whom(None, (address.address, *person.addresses), [person.name], belongs_to)


def _as_whom(
    client: str | None, addresses: Iterable[str], names: Iterable[str], belongs_to: Iterable[str] = ()
) -> Whom:
    folded = frozenset(Address(address).folded for address in addresses)
    return Whom(client=client, addresses=folded, names=frozenset(names), belongs_to=frozenset(belongs_to))


def _erase(settings: Settings, store: Store, whom: Whom, *, dry: bool) -> Mapping[str, int]:
    """Erase them in one transaction, or see what that would be; how much of each kind it is."""
    erased: Mapping[str, int] = {}
    with suppress(_DryRunError), store.write() as tx:
        known = _without_others(settings, forgetting.find(tx, whom))
        erased = forgetting.forget(tx, store, known)
        if dry:
            raise _DryRunError
    return erased


def _without_others(settings: Settings, whom: Whom) -> Whom:
    """Nobody else in the book is forgotten with them, whoever wrote under whose name or address."""
    book = settings.book
    mine = {Address(address).folded for address in whom.addresses}
    others = [person for client in book.clients.values() if client.key != whom.client for person in client.people]
    strangers = [person for person in others if mine.isdisjoint(Address(one).folded for one in person.addresses)]
    owner = book.owner
    addresses = {address for person in strangers for address in person.addresses}
    addresses |= {owner.address, *owner.aliases, *owner.own_addresses, *(one.address for one in book.team)}
    names = {person.name for person in strangers} | {owner.name, *(one.name for one in book.team)}
    names |= {client.name for client in book.clients.values() if client.key != whom.client}
    taken, folded = {Address(address).folded for address in addresses}, {name.casefold() for name in names}
    return replace(
        whom,
        addresses=frozenset(address for address in whom.addresses if address not in taken),
        names=frozenset(name for name in whom.names if name.casefold() not in folded),
    )


def _is_running(settings: Settings) -> bool:
    try:
        with StoreLock(settings.daemon.state):
            return False
    except StoreError:
        return True


def _remains(settings: Settings, whom: Whom) -> list[str]:
    """What may still hold something of them, and what is to be done about it."""
    state, boxes = settings.daemon.state, ", ".join(f"“{account.name}”" for account in settings.mailboxes)
    kept = sorted(str(path) for ending in (BEFORE, BEFORE_VERSION) for path in state.glob(f"*{ending}*"))
    lines = [
        "The journal names clients by key, and mails by Message-ID, until it is rotated.",
        "Backups hold what was on record when they were made."
        + (f" Beside the store: {', '.join(kept)}." if kept else ""),
        f"The mail itself lies in the folders of {boxes}, Sent and Drafts among them, and in your own mail program.",
    ]
    files = [path for path in _files(settings, whom) if path.exists()]
    lines += [
        f"{path} still names them or their domain. Remove {'it' if whom.client else 'them from it'} by hand, and have "
        "the daemon read it again (SIGHUP), else their next mail is recorded as before."
        for path in files
    ]
    return lines


def _files(settings: Settings, whom: Whom) -> list[Path]:
    """The client files that name them."""
    folder = settings.path.parent / "clients"
    if whom.client is not None:
        return [folder / f"{whom.client}.toml"]
    found = (settings.book.recognise(Address(address)).client for address in sorted(whom.addresses))
    return [folder / f"{key}.toml" for key in dict.fromkeys(client.key for client in found if client is not None)]


def _print(who: str, erased: Mapping[str, int], remains: Iterable[str], *, dry: bool) -> None:
    if erased:
        print(f"{visible(who)}: {'would be erased' if dry else 'erased from the record'}:")
    else:
        print(f"{visible(who)}: nothing is on record.")
    for kind, number in erased.items():
        print(f"  {number} {_WORDS[kind][number != 1]}")
    print("What this cannot reach:")
    for line in remains:
        print(f"  {line}")
