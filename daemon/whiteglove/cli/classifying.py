"""`classify`: what whiteglove makes of messages on disk, offline. One JSON object a line."""

from __future__ import annotations

import argparse
import mailbox
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whiteglove.classify import classify, rule_vote
from whiteglove.cli.output import print_json
from whiteglove.clients import Book, Owner, WorkingHours
from whiteglove.desk.understanding import final_obliges
from whiteglove.errors import ConfigurationError
from whiteglove.message import MACHINE_KINDS, Address, Classification, Kind
from whiteglove.parse import parse_whole
from whiteglove.screen import screen
from whiteglove.settings import load
from whiteglove.settings.data import load_lexicon
from whiteglove.text import new_text

LARGEST = 64 * 1024 * 1024


def add(commands: Any) -> None:
    command = commands.add_parser("classify", help="say what messages on disk are and want, without sending anything")
    command.add_argument("paths", nargs="+", metavar="PATH", help="a message, an mbox, a maildir, or a folder of .eml")
    command.add_argument("--json", action="store_true", help="the default: one JSON object a line")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    book, lexicon, authserv_id = _knowledge(options)
    missing = 0
    for name in options.paths:
        path = Path(name)
        if not path.exists():
            print(f"whiteglove: {path}: no such file or folder", file=sys.stderr)
            missing += 1
            continue
        for label, raw in _messages(path):
            print_json({"path": label, **describe(raw, book, lexicon, authserv_id)})
    return 1 if missing else 0


def describe(raw: bytes, book: Book, lexicon: Any, authserv_id: str | None = None) -> dict[str, object]:
    """Everything that `classify` says of one message but its path."""
    message, text = parse_whole(raw)
    verdicts = screen(message, text, book, authserv_id=authserv_id)
    author = message.author[0] if message.author else Address("")
    client = book.recognise(author).client
    if verdicts.kind in MACHINE_KINDS:
        found = Classification(kinds=(verdicts.kind,), confidence=1.0)
    elif not verdicts.human:
        found = Classification(kinds=(Kind.QUESTION,), confidence=0.0, abstained=True)
    else:
        new = None if text is None else new_text(text)
        rule = rule_vote(client.rules, author, message.subject, new) if client else None
        found = classify(message.subject, new, lexicon, [rule] if rule else [])
    return {
        "message_id": message.message_id,
        "human": verdicts.human,
        "may_acknowledge": verdicts.may_acknowledge,
        "obliges": final_obliges(verdicts, found),
        "reason": verdicts.reason,
        "client": client.key if client else None,
        "kind": found.kind,
        "kinds": list(found.kinds),
        "abstained": found.abstained,
        "confidence": round(found.confidence, 3),
        "cues": list(found.cues),
        "defects": list(message.defects),
    }


def _knowledge(options: argparse.Namespace) -> tuple[Book, Any, str | None]:
    """The book and the cues: those of the configuration where there is one, else nobody is known."""
    try:
        settings = load(Path(options.config) if options.config else None, os.environ)
    except ConfigurationError:
        if options.config:
            raise
        nobody = Owner(
            name="", address="", timezone="UTC", language="en", hours=WorkingHours(tuple(() for _ in range(7)))
        )
        return Book(owner=nobody), load_lexicon(), None
    return settings.book, settings.lexicon, settings.mailboxes[0].authserv_id


def _messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every message below a path, with how to name it; in a stable order."""
    if path.is_file():
        yield from _of_file(path)
        return
    if (path / "cur").is_dir() and (path / "new").is_dir():
        for part in ("cur", "new"):
            for entry in sorted((path / part).iterdir()):
                yield str(entry), _read(entry)
        return
    for entry in sorted(path.rglob("*")):
        if entry.is_file() and entry.suffix.casefold() in (".eml", ".mbox"):
            yield from _of_file(entry)


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    raw = _read(path)
    if path.suffix.casefold() == ".mbox" or (raw.startswith(b"From ") and path.suffix.casefold() != ".eml"):
        box = mailbox.mbox(path, create=False)
        for key in box.iterkeys():
            yield f"{path}#{key}", box.get_bytes(key)
        return
    yield str(path), raw


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)
