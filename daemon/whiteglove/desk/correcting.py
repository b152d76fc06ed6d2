"""The owner knows better: what follows from it for a message that was taken for something else.

The message itself is corrected, and what it owes; an answer that waits for it is called off. No mail to a client ever
follows by itself: what was withheld or never decided stays so, however the message is called now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from whiteglove.actions import OpenIncident
from whiteglove.clients import Client
from whiteglove.desk.incidents import open_incident
from whiteglove.desk.understanding import OWNERS_WORD, Opened, final_verdicts, open_obligation, said_by_owner
from whiteglove.ledger import IncidentKind, Obligation
from whiteglove.message import GRAVE_KINDS, Kind, RecordedMessage, Verdicts
from whiteglove.settings import Settings
from whiteglove.store import corrections, decisions, events, incidents, ledger, messages, outbox

INCIDENTS = "incidents"
"""The plugin that keeps a record of what went wrong: without it no incident is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a word of the owner's changed. `owed` is the question that is open in the thread now, whoever asked it;
    `still_promised` says that it would be settled, had the client not been told when they get an answer."""

    message: RecordedMessage
    was: Kind | None
    kind: Kind
    owed: Obligation | None = None
    opened: bool = False
    closed: bool = False
    still_promised: bool = False
    incident: int | None = None
    incident_is_new: bool = False
    called_off: int = 0


def correct(
    tx: sa.Connection, message: RecordedMessage, kind: Kind, client: Client, settings: Settings, now: datetime
) -> Corrected:
    """Write the word down, and set right what rests on the message. It counts for later mail of this sender in this
    thread too. Where the message has not been looked at yet, the desk will find the word when it does.

    `message` is one that a person wrote, and not the owner (`verdicts.kind` is None).
    """
    found = message.classification
    was = found.kind if found else None
    corrections.add(
        tx,
        at=now,
        client=client.key,
        thread=message.thread,
        address=message.author.folded,
        message=message.row,
        was=was,
        kind=kind,
        cues=found.cues if found else (),
    )
    if found is None:
        return Corrected(message=message, was=None, kind=kind)
    said = said_by_owner(kind)
    verdicts = final_verdicts(_verdicts_on_its_face(message, settings), said)
    messages.classify(tx, message.row, said, verdicts)
    message = replace(message, classification=said, verdicts=verdicts)
    done = Corrected(message=message, was=was, kind=kind)
    if kind is not was:
        done = replace(done, called_off=_call_off(tx, message, now))
    done = _settle_what_is_owed(tx, done, client, settings, now)
    return _open_incident(tx, done, client, settings, now)


def _verdicts_on_its_face(message: RecordedMessage, settings: Settings) -> Verdicts:
    """The verdicts as they were before anybody knew what the message wants, as far as that is on record: a person
    wrote it, and it obliges where it was addressed to the owner. Whether it might have been acknowledged no longer
    matters, since nothing is sent."""
    known = message.verdicts
    by_kind = message.classification is not None and known.reason in {
        str(kind) for kind in message.classification.kinds
    }
    obliges = any(settings.owner.is_own(address) for address in message.to)
    return replace(known, human=True, obliges=obliges, reason=None if by_kind else known.reason)


def _call_off(tx: sa.Connection, message: RecordedMessage, now: datetime) -> int:
    """Answers that wait were decided for what the message was taken for."""
    waiting = [mail for mail in outbox.answering(tx, message.row) if mail.state in decisions.WAITING]
    return sum(decisions.call_off(tx, mail, now) for mail in waiting)


def _settle_what_is_owed(
    tx: sa.Connection, done: Corrected, client: Client, settings: Settings, now: datetime
) -> Corrected:
    """Open what the message owes, or close what only this message owed; what others of the thread ask stays."""
    message = done.message
    known = ledger.open_in_thread(tx, client.key, message.thread)
    if known is None:
        opened: Opened | None = None
        if message.verdicts.obliges and message.classification is not None:
            opened = open_obligation(tx, message, message.classification, client, settings)
        return replace(done, opened=True, owed=ledger.obligation(tx, opened.row)) if opened else done
    asking = messages.asking_in_thread(tx, client.key, message.thread, known.opened_at)
    kinds = [kind for one in asking if one.classification for kind in one.classification.kinds]
    if kinds:
        ledger.name_kinds(tx, known.row, kinds)
        return replace(done, owed=ledger.obligation(tx, known.row))
    if ledger.answer_promises(tx, known.row):
        # A word was given: that nothing was asked does not take it back.
        return replace(done, owed=known, still_promised=True)
    ledger.answer_obligation(tx, known.row, now, None)
    events.add(tx, "ObligationAnswered", now, known.row)
    return replace(done, closed=True)


def _open_incident(tx: sa.Connection, done: Corrected, client: Client, settings: Settings, now: datetime) -> Corrected:
    """A complaint opens one, as it would have on arrival. One that is open stays so whatever the message is called
    now: only the owner's word resolves it."""
    message = done.message
    matter = messages.matter_of(message.thread)
    open_ones = incidents.open_ones(tx, client.key)
    same = next((found.row for found in open_ones if found.matter == matter), None)
    if done.kind not in GRAVE_KINDS or INCIDENTS not in settings.plugins or same is not None:
        return replace(done, incident=same)
    step = OpenIncident(
        reason=done.kind,
        client=client.key,
        kind=IncidentKind(done.kind),
        matter=matter,
        message=message.row,
        cue=OWNERS_WORD,
    )
    line = open_incident(tx, step, now)
    return replace(done, incident=line["incident"], incident_is_new=True)
