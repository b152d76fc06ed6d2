"""`outbox`: mail that waits, was held back or failed, and the owner's word about one of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import sqlalchemy as sa

from whiteglove.app import templates_of
from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table, visible
from whiteglove.cli.reasons import meaning_of, with_meaning
from whiteglove.cli.usage import CommandParser, add_json, row_number
from whiteglove.ledger import Audience, MailState
from whiteglove.message import RecordedMessage
from whiteglove.prepare import AnswerWriter, ForwardWriter, MoveWriter, NoticeWriter, Prepared, SummaryWriter
from whiteglove.prepare.summing import TEMPLATE as SUMMARY
from whiteglove.settings import Settings
from whiteglove.store import Store, decisions, messages, moves, outbox
from whiteglove.store.outbox import OutboxRow

LATELY = timedelta(days=7)
"""How long what was withheld or failed is listed without `--all`."""
LONGEST_SUBJECT = 60
_LAST_LOOK = "unless the last look before sending finds a reason against it."
_RELEASED = {
    decisions.Released.GOES: f"goes now, {_LAST_LOOK}",
    decisions.Released.TRIED_AGAIN: f"is tried once more, {_LAST_LOOK}",
    decisions.Released.ADDRESS_SOUND: "stays undelivered; later automatic mail goes to that address again.",
}
_SETTLED = "is settled: it counts as told, and is never sent again."
_UNDER_WAY = decisions.WAITING | {MailState.SUBMITTING}


def add_outbox(command: CommandParser) -> None:
    command.add_argument("--all", action="store_true", help="every mail on record, those that were sent too")
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    for name, run, text in (
        ("show", _show, "one mail, and what it would say now if it waits"),
        ("release", _release, "a mail that waits or is held goes now; one that was refused is tried once more"),
        ("cancel", _cancel, "a mail that waits is called off; one of unknown fate is settled"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("number", metavar="ID", type=row_number, help="as `whiteglove outbox` lists it")
        add_json(action)
        action.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    since = datetime.now(UTC) - LATELY
    with reading(settings) as store, store.read() as tx:
        every = outbox.in_state(tx, *MailState)
        found = [(row, _answered(tx, row)) for row in every if options.all or _is_pending(row, since)]
    zone = settings.worktime.zone
    if options.json:
        print_json({"mails": [_as_json(row, message, settings) for row, message in found]})
        return 0
    print_table(
        [
            (row.row, _state(row), _listed(row, settings), local(_moment(row), zone), _why(row), _subject(message))
            for row, message in found
        ],
        heading=("ID", "STATE", "TO", "WHEN", "REASON", "ANSWERS"),
    )
    if not found:
        print("There is no mail on record." if options.all else "No mail waits, and none was held back lately.")
    return 0


def _show(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    with reading(settings) as store:
        with store.read() as tx:
            row = outbox.find(tx, options.number)
            message = _answered(tx, row) if row is not None else None
        if row is None:
            return _none(options.number)
        draft = _trial(settings, store, row) if row.state in decisions.WAITING else None
    if options.json:
        print_json({**_as_json(row, message, settings), "now": _draft_json(draft) if draft else None})
        return 0
    _print(row, message, settings)
    if draft is not None:
        _print_draft(draft)
    return 0


def _release(options: argparse.Namespace) -> int:
    def decide(tx: sa.Connection, row: OutboxRow) -> str | None:
        released = decisions.release(tx, row, datetime.now(UTC))
        return _RELEASED[released] if released is not None else None

    return _decide(options, "release", decide)


def _cancel(options: argparse.Namespace) -> int:
    def decide(tx: sa.Connection, row: OutboxRow) -> str | None:
        if not decisions.call_off(tx, row, datetime.now(UTC)):
            return None
        return _SETTLED if row.state is MailState.UNKNOWN else "is called off."

    return _decide(options, "cancel", decide)


def _decide(options: argparse.Namespace, word: str, decide: Callable[[sa.Connection, OutboxRow], str | None]) -> int:
    settings = settings_of(options)
    with reading(settings) as store, store.write() as tx:
        before = outbox.find(tx, options.number)
        if before is None:
            return _none(options.number)
        said = decide(tx, before)
        row = outbox.get(tx, before.row)
        message = _answered(tx, row)
    if said is None:
        print(f"whiteglove: mail {row.row} {_refusal(row, word)}", file=sys.stderr)
        return 1
    if options.json:
        print_json(_as_json(row, message, settings))
    else:
        print(f"Mail {row.row} to {_reader(row, settings)} {said}")
    return 0


def _trial(settings: Settings, store: Store, row: OutboxRow) -> Prepared:
    """The mail as it would be written at this moment; nothing is stored, and nothing leaves."""
    host = host_of(settings)
    try:
        templates = templates_of(host)
    finally:
        host.close()
    writer: AnswerWriter | ForwardWriter | MoveWriter | NoticeWriter | SummaryWriter
    writer = NoticeWriter(settings, templates, store.key)
    if row.audience is Audience.CLIENT and moves.is_news_of_one(row):
        writer = MoveWriter(settings, templates, store.key)
    elif row.audience is Audience.CLIENT:
        writer = AnswerWriter(settings, templates, store.key)
    elif row.audience is Audience.COLLEAGUE:
        writer = ForwardWriter(settings, templates, store.key)
    elif row.template == SUMMARY:
        writer = SummaryWriter(settings, store.key)
    with store.read() as tx:
        return writer.prepare(tx, row, datetime.now(UTC))


def _is_pending(row: OutboxRow, since: datetime) -> bool:
    """Whether a mail is listed without being asked for: it waits, its fate is open, or it was held back lately."""
    if row.state is MailState.UNKNOWN:
        return not decisions.is_settled(row)
    lately = row.settled_at is not None and row.settled_at >= since
    return row.state in _UNDER_WAY or (row.state in (MailState.WITHHELD, MailState.FAILED) and lately)


def _refusal(row: OutboxRow, word: str) -> str:
    """Why nothing was done about this mail."""
    if word == "cancel" and row.audience is Audience.OWNER:
        return "is to you, and what it tells would be lost"
    match row.state:
        case MailState.SUBMITTING:
            return "is being handed over to the server at this moment"
        case MailState.SENT:
            return "was sent"
        case MailState.UNKNOWN if decisions.is_settled(row):
            return "is settled already"
        case MailState.UNKNOWN:
            return "may have gone out, so it is never sent again; write yourself, and settle it with `cancel`"
        case MailState.FAILED if row.audience is Audience.OWNER:
            return "is given up; what it was to tell waits for the next mail to you"
        case MailState.FAILED if row.audience is Audience.COLLEAGUE:
            return "did not reach your teammate, and what was to be passed on is yours again"
        case MailState.FAILED:
            return "was refused by the server; it waits for nothing"
        case _:
            return f"was {row.state} for good: {with_meaning(row.reason)}"


def _answered(tx: sa.Connection, row: OutboxRow) -> RecordedMessage | None:
    """The message that a mail answers, if it is recorded still."""
    return messages.at(tx, row.answers) if row.answers is not None else None


def _none(number: int) -> int:
    print(f"whiteglove: there is no mail {number}", file=sys.stderr)
    return 1


def _state(row: OutboxRow) -> str:
    if decisions.is_settled(row):
        return "unknown, settled"
    return "held" if decisions.held_for(row) is not None else str(row.state)


def _why(row: OutboxRow) -> str:
    return decisions.held_for(row) or row.reason


def _moment(row: OutboxRow) -> datetime:
    """When it may go, for one that waits; else when it came to its end."""
    return row.not_before if row.state in decisions.WAITING else row.settled_at or row.submitted_at or row.created_at


def _subject(message: RecordedMessage | None) -> str:
    subject = message.subject if message is not None else ""
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"


def _reader(row: OutboxRow, settings: Settings) -> str:
    """Whom it is for: you, a teammate by name, or the client by name; by key or address who has left the book since."""
    if row.audience is Audience.OWNER or row.client is None:
        return "you"
    if row.audience is Audience.COLLEAGUE:
        names = (one.name for one in settings.book.team if one.address.casefold() == row.address)
        return next(names, row.address)
    client = settings.book.clients.get(row.client)
    return client.name if client is not None else row.client


def _listed(row: OutboxRow, settings: Settings) -> str:
    return _reader(row, settings) if row.audience is Audience.COLLEAGUE else row.client or "you"


def _as_json(row: OutboxRow, message: RecordedMessage | None, settings: Settings) -> dict[str, Any]:
    zone, why = settings.worktime.zone, _why(row)
    return {
        "id": row.row,
        "state": row.state,
        "held": decisions.held_for(row) is not None,
        "settled": decisions.is_settled(row),
        "audience": row.audience,
        "client": row.client,
        "address": row.address,
        "reason": why,
        "meaning": meaning_of(why),
        "error": row.error,
        "plugin": row.plugin,
        "template": row.template,
        "answers": {"message_id": message.message_id, "subject": message.subject} if message is not None else None,
        "tells": row.tells,
        "due": instant(row.due, zone),
        "created_at": instant(row.created_at, zone),
        "not_before": instant(row.not_before, zone),
        "valid_until": instant(row.valid_until, zone),
        "submitted_at": instant(row.submitted_at, zone),
        "settled_at": instant(row.settled_at, zone),
        "attempts": row.attempts,
        "message_id": row.message_id.strip("<>") if row.message_id else None,
        "rehearsed": row.rehearsed,
        "event_id": row.event,
    }


def _draft_json(draft: Prepared) -> dict[str, Any]:
    subject, text, has_entry = _read(draft)
    reason = draft.refusal.reason if draft.refusal is not None else None
    return {
        "refused": reason,
        "meaning": meaning_of(reason),
        "subject": subject,
        "text": text,
        "calendar": has_entry,
    }


def _print(row: OutboxRow, message: RecordedMessage | None, settings: Settings) -> None:
    zone = settings.worktime.zone
    lines: list[tuple[str, object]] = [
        ("Mail", row.row),
        ("To", f"{_reader(row, settings)} ({row.address})"),
        ("State", _state(row)),
        ("Reason", with_meaning(_why(row))),
        ("Decided", f"{local(row.created_at, zone)} by {row.plugin}"),
    ]
    if message is not None:
        lines.append(("Answers", f"“{_subject(message)}” ({message.message_id or 'without Message-ID'})"))
    if row.due is not None:
        lines.append(("Tells", local(row.due, zone)))
    if row.state in decisions.WAITING:
        lines += [("Goes", local(row.not_before, zone)), ("Attempts", row.attempts)]
        lines += [("Until", local(row.valid_until, zone))] if row.valid_until is not None else []
    else:
        lines.append(("Since", local(_moment(row), zone)))
    if row.error is not None and decisions.held_for(row) is None:
        lines.append(("Error", row.error))
    if row.message_id:
        lines.append(("Message-ID", row.message_id.strip("<>")))
    print_table(lines)


def _print_draft(draft: Prepared) -> None:
    subject, text, has_entry = _read(draft)
    print()
    if draft.refusal is not None:
        print(f"Now it would be withheld: {with_meaning(draft.refusal.reason)}.")
    if not draft.raw:
        return
    print(f"Now it would say{', with a calendar entry' if has_entry else ''}:\n\n  Subject: {visible(subject)}\n")
    for line in text.splitlines():
        print(f"  {visible(line)}".rstrip())


def _read(draft: Prepared) -> tuple[str, str, bool]:
    """Subject, text, and whether a calendar entry is attached, as a mail program shows them."""
    mail = message_from_bytes(draft.raw, policy=policy.default)
    body = mail.get_body(("plain",))
    entry = any(part.get_content_type() == "text/calendar" for part in mail.walk())
    return str(mail["Subject"] or ""), body.get_content().strip() if body is not None else "", entry
