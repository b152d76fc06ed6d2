"""`classify`: what whiteglove makes of messages on disk, offline. One JSON object a line."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from whiteglove.classify import Lexicon, classify, rule_vote
from whiteglove.cli.mailfiles import UnreadableFile, messages_below
from whiteglove.cli.output import print_json, visible
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.clients import Book, Client, Owner, WorkingHours
from whiteglove.desk.understanding import final_verdicts
from whiteglove.errors import ConfigurationError
from whiteglove.message import MACHINE_KINDS, Address, Classification, Kind, Message, Verdicts
from whiteglove.parse import parse_whole
from whiteglove.screen import screen
from whiteglove.settings import find, load
from whiteglove.settings.data import load_lexicon
from whiteglove.text import new_text

UNREADABLE = Verdicts(human=False, may_acknowledge=False, obliges=False, reason="unreadable")
_ABSTAINED = Classification(kinds=(Kind.QUESTION,), confidence=0.0, abstained=True)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What messages are judged by; `authserv_id` is the server whose Authentication-Results are believed."""

    book: Book
    lexicon: Lexicon
    authserv_id: str | None = None


def add_classify(command: CommandParser) -> None:
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="a message, an mbox, a maildir, or a folder with .eml files below it"
    )
    add_json(command, "the default: one JSON object a line")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    knowledge = _knowledge(options)
    failed = False
    for name in options.paths:
        for found in messages_below(Path(name)):
            if isinstance(found, UnreadableFile):
                print(f"whiteglove: {visible(str(found))}", file=sys.stderr)
                failed = True
            else:
                print_json({"path": found.label, **describe(found.raw, knowledge)})
    return 1 if failed else 0


def describe(raw: bytes, knowledge: Knowledge) -> dict[str, object]:
    """Everything that `classify` says of one message but its path. What cannot be understood is `unreadable`, as it is
    to the daemon."""
    try:
        message, client, verdicts, found = _understood(raw, knowledge)
    except Exception:  # noqa: BLE001 - Whatever somebody sends, the next message gets its line.
        message, client, verdicts, found = Message(defects=("unreadable",)), None, UNREADABLE, _ABSTAINED
    verdicts = final_verdicts(verdicts, found)
    return {
        "message_id": message.message_id,
        "human": verdicts.human,
        "may_acknowledge": verdicts.may_acknowledge,
        "obliges": verdicts.obliges,
        "reason": verdicts.reason,
        "client": client.key if client else None,
        "kind": found.kind,
        "kinds": list(found.kinds),
        "abstained": found.abstained,
        "confidence": round(found.confidence, 3),
        "cues": list(found.cues),
        "defects": list(message.defects),
    }


def _understood(raw: bytes, knowledge: Knowledge) -> tuple[Message, Client | None, Verdicts, Classification]:
    message, text = parse_whole(raw)
    verdicts = screen(message, text, knowledge.book, authserv_id=knowledge.authserv_id)
    client = next((known for author in message.author if (known := knowledge.book.recognise(author).client)), None)
    if verdicts.kind in MACHINE_KINDS:
        return message, client, verdicts, Classification(kinds=(verdicts.kind,), confidence=1.0)
    if not verdicts.human:
        return message, client, verdicts, _ABSTAINED
    new = None if text is None else new_text(text)
    author = message.author[0] if message.author else Address("")
    rule = rule_vote(client.rules, author, message.subject, new) if client else None
    return message, client, verdicts, classify(message.subject, new, knowledge.lexicon, [rule] if rule else [])


def _knowledge(options: argparse.Namespace) -> Knowledge:
    """The book and the cues of the configuration; where none was asked for and there is none, nobody is known."""
    chosen = Path(options.config) if options.config else None
    if chosen is None and not os.environ.get("WHITEGLOVE_CONFIG"):
        try:
            find(None, os.environ)
        except ConfigurationError:
            return Knowledge(Book(owner=_NOBODY), load_lexicon())
    settings = load(chosen, os.environ)
    return Knowledge(settings.book, settings.lexicon, settings.mailboxes[0].authserv_id)


_NOBODY = Owner(name="", address="", timezone="UTC", language="en", hours=WorkingHours(((),) * 7))
