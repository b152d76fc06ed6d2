"""What a client's message wants: its text, the votes on it, and the obligation that follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.classify import classify, hastened, rule_vote
from whiteglove.clients import Client
from whiteglove.message import EASY_KINDS, MACHINE_KINDS, Classification, Guess, Kind, RecordedMessage, Verdicts
from whiteglove.prepare.occasion import addresses_of, answers
from whiteglove.settings import Settings
from whiteglove.store import events, ledger, messages
from whiteglove.text import new_text
from whiteglove.worktime import NoWorkingTimeError

Votes = Callable[[RecordedMessage, str | None, Client], Sequence[Guess]]

OWNERS_WORD = "owner's correction"
"""The cue of a message whose kind the owner named; it stands in no mail."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message wants, None where that was found out before, and what is new in its text."""

    classification: Classification | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new obligation, and the time that was agreed for such."""

    row: int
    due: datetime | None


def understand(
    message: RecordedMessage,
    text: str | None,
    client: Client,
    settings: Settings,
    votes: Votes | None,
    word: Kind | None = None,
) -> Understood:
    """The kinds of a message and its new text; `word` is what the owner said of its sender in its thread."""
    new = new_text_of(message, text)
    return Understood(classification_of(message, new, client, settings, votes, word), new)


def classification_of(
    message: RecordedMessage,
    new: str | None,
    client: Client,
    settings: Settings,
    votes: Votes | None,
    word: Kind | None = None,
) -> Classification:
    """The kinds of a message whose new text is known. Headers and structure decide before words do; then a rule of the
    client's file, then the owner's word, then the classifier together with the plugins' votes."""
    if message.verdicts.kind in MACHINE_KINDS:
        return Classification(kinds=(message.verdicts.kind,), confidence=1.0)
    if not message.verdicts.human:
        return Classification(kinds=(Kind.QUESTION,), confidence=0.0, abstained=True)
    if rule := rule_vote(client.rules, message.author, message.subject, new):
        return weighed(message, new, client, settings, [rule])
    if word is not None:
        return said_by_owner(word)
    cast = list(votes(message, new, client)) if votes else []
    return weighed(message, new, client, settings, cast)


def weighed(
    message: RecordedMessage, new: str | None, client: Client, settings: Settings, votes: Sequence[Guess]
) -> Classification:
    """What the words of a message and the votes on it say, and how soon, in the writer's zone, something is wanted."""
    found = classify(message.subject, new, settings.lexicon, votes)
    person = settings.book.recognise(message.author).person
    zone = ZoneInfo((person.timezone if person else None) or client.timezone)
    return hastened(found, new, message.received_at, zone)


def said_by_owner(kind: Kind) -> Classification:
    """What a message wants by the owner's own word."""
    return Classification(kinds=(kind,), confidence=1.0, cues=(OWNERS_WORD,))


def new_text_of(message: RecordedMessage, text: str | None) -> str | None:
    """What a person wrote anew; None for what no person wrote, and where the text can no longer be read."""
    return new_text(text) if text is not None and message.verdicts.human else None


def final_verdicts(verdicts: Verdicts, classification: Classification) -> Verdicts:
    """The verdicts once it is known what was written. A rule of the client's file may say that a machine wrote it.
    Nothing but thanks or news obliges nobody, and that is then the reason, unless an earlier verdict has one."""
    if verdicts.human and classification.kind in MACHINE_KINDS:
        return replace(verdicts, human=False, may_acknowledge=False, obliges=False, reason=str(classification.kind))
    if not verdicts.obliges or not EASY_KINDS.issuperset(classification.kinds):
        return verdicts
    return replace(verdicts, obliges=False, reason=verdicts.reason or classification.kind)


def open_obligation(
    tx: sa.Connection, message: RecordedMessage, classification: Classification, client: Client, settings: Settings
) -> Opened | None:
    """Open the obligation, or join the one of the same thread, unless the owner has answered already. None where
    nothing new was opened."""
    later = messages.owner_mail_to(tx, client.key, message.received_at)
    addresses = addresses_of(client, message.author)
    if any(answers(mail, message, addresses) for mail in later):
        return None
    joined = ledger.open_in_thread(tx, client.key, message.thread)
    if joined is not None:
        ledger.join_obligation(tx, joined.row, classification.kinds)
        return None
    due = _answer_by(message.received_at, client, settings)
    row = ledger.open_obligation(
        tx,
        client=client.key,
        message=message.row,
        thread=message.thread,
        address=message.author.folded,
        kinds=classification.kinds,
        at=message.received_at,
        due=due,
    )
    events.add(tx, "ObligationOpened", message.received_at, row)
    return Opened(row, due)


def _answer_by(received_at: datetime, client: Client, settings: Settings) -> datetime | None:
    if client.reply_within is None:
        return None
    try:
        return settings.worktime.add(received_at, client.reply_within)
    except NoWorkingTimeError:
        # An absence of more than a year: no time can be named, and the question waits all the same.
        return None
