"""`replay`: what today's configuration, plugins and corrections would do with messages on disk. One JSON object a line.

The real daemon handles each of them, over a mailbox, a mail server and a store in memory, at the moment when the
message arrived. Nothing is sent. Each is looked at alone, as if nothing were known of anybody: what was told, promised
or counted before is left out, so that the answer depends on the message and the configuration, not on what else lies in
the folder. Of the real store only the owner's corrections are read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from whiteglove import log
from whiteglove.app import Daemon
from whiteglove.cli.explaining import explanation
from whiteglove.cli.mailfiles import UnreadableFile, messages_below
from whiteglove.cli.opening import reading, settings_of
from whiteglove.cli.output import instant, print_json, visible
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.errors import PluginError
from whiteglove.host import Host
from whiteglove.inprocess import Account, InProcessCaller, InProcessMailbox, InProcessTransport
from whiteglove.ledger import MailState
from whiteglove.message import Message
from whiteglove.parse import parse_whole
from whiteglove.parse.identity import parse_date
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.settings.values import Mode
from whiteglove.store import Store, corrections, decisions, messages, outbox
from whiteglove.store import schema as tables
from whiteglove.store.columns import metadata
from whiteglove.store.outbox import OutboxRow

LONGEST_AGO = timedelta(days=20 * 365)
"""A date further back is taken for a mistake of the sender's."""
_FIRST = (
    sa.select(tables.messages).where(tables.messages.c.outbound.is_(False)).order_by(tables.messages.c.row).limit(1)
)
_FORGET = tuple(str(table.delete()) for table in metadata.sorted_tables if table not in (tables.meta, tables.folders))
_UNREADABLE = {"action": "nothing", "reason": "unreadable"}


def add_replay(command: CommandParser) -> None:
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="a message, an mbox, a maildir, or a folder with .eml files below it"
    )
    add_json(command, "the default: one JSON object a line")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    log.configure("console", sys.stderr, level="critical")
    failed = False
    with reading(settings) as store, Replay.of(settings, store) as replay:
        for name in options.paths:
            for found in messages_below(Path(name)):
                if isinstance(found, UnreadableFile):
                    print(f"whiteglove: {visible(str(found))}", file=sys.stderr)
                    failed = True
                else:
                    print_json({"path": found.label, **replay.describe(found.raw, datetime.now(UTC))})
    return 1 if failed else 0


class _SetClock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at


class _Stage:
    """Fills `World` with mailboxes and a mail server that are not there."""

    def __init__(self, settings: Settings) -> None:
        self.clock = _SetClock()
        self.server = InProcessTransport()
        self.accounts = {account.name: Account(now=self.clock.now) for account in settings.mailboxes}
        for account in settings.mailboxes:
            for folder in account.folders:
                self.accounts[account.name].create(folder)

    def watching(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.accounts[account.name])

    def working(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.accounts[account.name])

    def transport(self, account: MailboxAccount) -> Transport:
        return self.server

    def caller(self) -> Caller:
        return InProcessCaller()


class Replay:
    """A daemon that handles one message after the other and forgets each. Made by `of`."""

    def __init__(self, daemon: Daemon, stage: _Stage, known: Store) -> None:
        self._daemon = daemon
        self._stage = stage
        self._known = known
        self._settings = daemon.settings
        self._watchers = {watcher.name: watcher for watcher in daemon.watchers}
        for watcher in daemon.watchers:
            # What comes from here on is new.
            watcher.catch_up()

    @classmethod
    @contextmanager
    def of(cls, settings: Settings, known: Store) -> Iterator[Replay]:
        """The daemon of these settings, as if it were live. `known` is the real store, from which the owner's
        corrections are read. Raises ConfigurationError for plugins that cannot be loaded."""
        settings = _as_if_live(settings)
        stage = _Stage(settings)
        host = Host.load(
            settings.plugins,
            settings.problem,
            templates_dir=settings.templates_dir,
            book=settings.book,
            on_failure=_tell_failure,
        )
        store = Store.empty()
        try:
            # Nothing leaves for a trial, and nobody waits for an answer: a language model is not asked.
            daemon = Daemon(settings, host, store, stage, log.event_log(), may_ask=False)
            try:
                yield cls(daemon, stage, known)
            finally:
                for errands in daemon.errands.values():
                    errands.close()
        finally:
            host.close()
            store.close()

    def describe(self, raw: bytes, now: datetime) -> dict[str, Any]:
        """Everything that `replay` says of one message but its path."""
        message, _ = parse_whole(raw)
        try:
            return self._described(raw, message, now)
        except Exception as error:  # noqa: BLE001 - Whatever somebody sends, the next message gets its line.
            print(f"whiteglove: {visible(message.message_id or '')}: {type(error).__name__}", file=sys.stderr)
            return _line(message.message_id)
        finally:
            self._forget()

    def _described(self, raw: bytes, message: Message, now: datetime) -> dict[str, Any]:
        self._stage.clock.at = _arrival(message, now)
        account = self._mailbox_of(message)
        inbox = self._stage.accounts[account.name]
        uid = inbox.deliver(_with_crlf(raw), account.folders[0])
        try:
            self._watchers[account.name].catch_up()
        finally:
            inbox.expunge(uid, account.folders[0])
        row = self._recorded()
        if row is None:
            return _line(message.message_id)
        self._heed_corrections(row, message)
        self._work_off(row)
        return self._told(message)

    def _mailbox_of(self, message: Message) -> MailboxAccount:
        """The mailbox it was sent to, as far as its recipients tell; else the first."""
        recipients = {address.folded for address in message.recipients}
        mailboxes = self._settings.mailboxes
        return next((account for account in mailboxes if account.address.casefold() in recipients), mailboxes[0])

    def _recorded(self) -> sa.Row[Any] | None:
        with self._daemon.store.read() as tx:
            return tx.execute(_FIRST).one_or_none()

    def _heed_corrections(self, row: sa.Row[Any], message: Message) -> None:
        """Say again here what the owner said of this thread and sender."""
        if row.client is None:
            return
        named = [*([message.message_id] if message.message_id else []), *message.in_reply_to, *message.references]
        with self._known.read() as tx:
            threads = messages.threads_named(tx, [self._known.hash_id(one) for one in named])
            said = [corrections.word_on(tx, row.client, thread, row.author_address) for thread in threads]
        word = next((kind for kind in said if kind is not None), None)
        if word is not None:
            with self._daemon.store.write() as tx:
                corrections.add(
                    tx,
                    at=self._stage.clock.at,
                    client=row.client,
                    thread=row.thread,
                    address=row.author_address,
                    message=row.row,
                    was=None,
                    kind=word,
                )

    def _work_off(self, row: sa.Row[Any]) -> None:
        """Handle the message, let the answer to it go at its time, and lay drafts ready."""
        daemon, clock = self._daemon, self._stage.clock
        daemon.desk.drain()
        waiting = [mail for mail in self._answers(row.row) if mail.state in decisions.WAITING]
        times = [mail.not_before for mail in waiting if decisions.held_for(mail) is None]
        if times:
            clock.at = max([clock.at, *times])
            daemon.outbox.drain()
            daemon.desk.drain()
        daemon.drafting.drain()

    def _answers(self, message: int) -> tuple[OutboxRow, ...]:
        with self._daemon.store.read() as tx:
            return tuple(outbox.answering(tx, message))

    def _told(self, message: Message) -> dict[str, Any]:
        zone = self._settings.worktime.zone
        row = self._recorded()
        assert row is not None
        with self._daemon.store.read() as tx:
            known = explanation(tx, row, message.message_id or "", zone)
            warned = tx.execute(sa.select(tables.warnings).order_by(tables.warnings.c.row)).all()
        sent = next((mail for mail in self._answers(row.row) if mail.state is MailState.SENT), None)
        return _line(
            message.message_id,
            client=row.client,
            kind=known["message"]["kind"],
            kinds=known["message"]["kinds"],
            confidence=round(row.confidence, 3) if row.confidence is not None else None,
            **{name: known["verdict"][name] for name in ("human", "may_acknowledge", "obliges")},
            decision=known["decision"],
            mail={**self._mail_to(sent.address), "due": instant(sent.due, zone)} if sent is not None else None,
            warnings=[{"urgency": one.urgency, "reason": one.reason, "text": one.text} for one in warned],
            drafts=[_read(mail.message) for box in self._stage.accounts.values() for mail in box.mails("Drafts")],
        )

    def _mail_to(self, address: str) -> dict[str, str]:
        sent = self._stage.server.sent
        return next((_read(mail.message) for mail in sent if mail.recipient == address), {"subject": "", "text": ""})

    def _forget(self) -> None:
        """Nothing that this message left behind is known to the next one."""
        with self._daemon.store.write() as tx:
            rows = tx.execute(sa.select(tables.messages.c.row)).scalars().all()
            for statement in _FORGET:
                tx.exec_driver_sql(statement)
        for row in rows:
            self._daemon.texts.drop(row)
        self._stage.server.sent.clear()
        for box in self._stage.accounts.values():
            for mail in box.mails("Drafts"):
                box.expunge(mail.uid, "Drafts")
        for plugin in self._daemon.host.plugins:
            self._daemon.host.resume(plugin.name)


def _line(message_id: str | None, **known: Any) -> dict[str, Any]:
    """One line, in the order of the documentation; what is not known is that of a message that cannot be read."""
    line: dict[str, Any] = {
        "message_id": message_id,
        "client": None,
        "kind": None,
        "kinds": [],
        "confidence": None,
        "human": False,
        "may_acknowledge": False,
        "obliges": False,
        "decision": _UNREADABLE,
        "mail": None,
        "warnings": [],
        "drafts": [],
    }
    return line | known


def _as_if_live(settings: Settings) -> Settings:
    daemon = replace(settings.daemon, mode=Mode.LIVE, live_since=None)
    return replace(settings, daemon=daemon)


def _arrival(message: Message, now: datetime) -> datetime:
    """When it arrived: as the receiving server noted above everything else, else as its sender says, else now. Whole
    seconds, as servers tell it."""
    noted = next((value.rpartition(";")[2] for value in message.all("Received")), "")
    said = (parse_date(noted) if noted else None, message.date)
    past = [moment for moment in said if moment is not None and now - LONGEST_AGO <= moment <= now]
    return (past[0].astimezone(UTC) if past else now).replace(microsecond=0)


def _with_crlf(raw: bytes) -> bytes:
    """Lines as a server gives them out (RFC 5322 section 2.3)."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _read(raw: bytes) -> dict[str, str]:
    message: EmailMessage = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return {"subject": str(message["Subject"]), "text": text.replace("\r\n", "\n")}


def _tell_failure(plugin: str, hook: str, error: PluginError) -> None:
    print(f"whiteglove: {visible(f'{plugin}.{hook}: {error}')}", file=sys.stderr)
