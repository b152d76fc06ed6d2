"""The loops over one store, wired to each other. Nothing runs here yet."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from whiteglove.actions import Warn
from whiteglove.app.advice import adviser_of
from whiteglove.app.liveness import Liveness
from whiteglove.app.schedules import schedules_of
from whiteglove.app.templates import templates_of
from whiteglove.app.world import World
from whiteglove.calling import Calls
from whiteglove.changing import Changes
from whiteglove.chores import Chores, lies_in_sent
from whiteglove.desk import Desk
from whiteglove.desk.acting import CORE
from whiteglove.drafting import Drafting
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, TokenError
from whiteglove.health import PluginHealth
from whiteglove.host import Host
from whiteglove.intake.backlog import Backlog
from whiteglove.intake.own_drafts import DraftsReader
from whiteglove.intake.reading import FolderReader, ReadingTerms
from whiteglove.intake.watching import SentReader, Watcher
from whiteglove.log import Journal
from whiteglove.logins import Logins
from whiteglove.oauth import access_of
from whiteglove.outbox import Outbox
from whiteglove.outbox.originals import Originals
from whiteglove.ports import Mailbox
from whiteglove.prepare import (
    AnswerWriter,
    DraftWriter,
    ForwardWriter,
    MoveWriter,
    NoticeWriter,
    SummaryWriter,
)
from whiteglove.prepare.absences import tell_of_absences
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import tell_owner
from whiteglove.retention import Retention
from whiteglove.schedule import Scheduler
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.silence import Silences
from whiteglove.store import Store, drafts, events, mode, restored
from whiteglove.texts import Texts

LOOK_DEADLINE = 40.0
ALERT_ONCE = timedelta(days=30)


class Daemon:
    """Everything that runs, over one open store. `woken` are the bells of the loops, by name. With `may_ask` False no
    text of a mail is shown to anybody, whatever the configuration says."""

    def __init__(
        self,
        settings: Settings,
        host: Host,
        store: Store,
        world: World,
        journal: Journal,
        *,
        may_ask: bool = True,
    ) -> None:
        self.settings = settings
        self.host = host
        self.store = store
        self.world = world
        self.journal = journal
        self.clock = world.clock
        self.woken = {name: threading.Event() for name in ("desk", "outbox", "chores", "calls", "schedule")}
        self.liveness = Liveness()
        self.backlog = Backlog(journal)
        self.after_batch: Callable[[], None] = self.woken["desk"].set
        self.on_ready: Callable[[], None] = lambda: None
        self._settled: set[str] = set()
        self._ready = threading.Lock()
        with store.write() as tx:
            if mode.enter(tx, settings.daemon.mode):
                # What was laid ready in rehearsal is addressed to the owner.
                drafts.take_all_away(tx, self.clock.now())
            self._live_since = restored.live_since(tx, settings.daemon.live_since)
            tell_of_absences(tx, settings, self.clock.now())
        templates = templates_of(host)
        answers = AnswerWriter(settings, templates, store.key)
        notices = NoticeWriter(settings, templates, store.key)
        self.errands = {account.name: Errands(account.name, world.working(account)) for account in settings.mailboxes}
        self.texts = Texts(self.errands)
        self.transports = {account.name: world.transport(account) for account in settings.mailboxes}
        schedules = schedules_of(settings, host, store, self.clock.now())
        self.scheduler = Scheduler(store, settings, schedules, self.clock)
        self.health = PluginHealth(store, host, self.clock, on_resumed=self.woken["desk"].set)
        self.silences = Silences(store, settings, journal, self.clock)
        self.retention = Retention(store, settings.daemon.retention, self.clock)
        self.outbox = Outbox(
            store,
            settings,
            answers,
            MoveWriter(settings, templates, store.key),
            notices,
            SummaryWriter(settings, store.key),
            ForwardWriter(settings, templates, store.key),
            self.transports,
            read_sent=self._read_sent,
            lies_in_sent=self._lies_in_sent,
            fetch_original=Originals(self.errands).fetch,
            journal=journal,
            clock=self.clock,
            on_accepted=self._on_accepted,
        )
        self.adviser = adviser_of(settings, host) if may_ask else None
        self.desk = Desk(
            store,
            host,
            settings,
            answers,
            self.texts,
            journal,
            self.clock,
            on_planned=self.woken["outbox"].set,
            adviser=self.adviser,
        )
        self.chores = Chores(store, settings, self.errands, self.clock)
        writer = DraftWriter(settings, templates, store.key)
        self.drafting = Drafting(store, settings, writer, self.errands, self.clock)
        self.changes = Changes(store, settings, self.errands, journal, self.clock)
        self.calls = Calls(store, settings, world.caller(), self.clock, os.environ)
        accesses = {one.name: access for one in settings.mailboxes if (access := access_of(one)) is not None}
        self.logins = Logins(
            store,
            accesses,
            self.clock,
            lambda: self.settings.worktime,
            lambda now: words_of(self.settings, now),
        )
        self.sent: dict[str, SentReader] = {}
        self.own_drafts = self._drafts_readers() if host.listeners("on_draft") else {}
        self.watchers = [self._watcher(account) for account in settings.mailboxes]

    def _drafts_readers(self) -> dict[str, DraftsReader]:
        """What the owner is writing is looked at only where a plugin wants to see it."""
        awake = self.woken["desk"].set
        names = (account.name for account in self.settings.mailboxes)
        return {name: DraftsReader(name, self.store, lambda: self.settings.book, self.clock, awake) for name in names}

    def look(self, mailbox: str, connection: Mailbox) -> None:
        """Read what is new in Sent, then in Drafts, over the working connection, on its thread.

        Raises:
            MailboxError: a folder cannot be read now.
        """
        self.sent[mailbox].read_with(connection)
        if mailbox in self.own_drafts:
            self.own_drafts[mailbox].read_with(connection)

    def look_at_drafts(self, mailbox: str) -> None:
        """Read what is new in Drafts, and wait for it.

        Raises:
            MailboxError: it cannot be read now.
        """
        if mailbox in self.own_drafts:
            self.errands[mailbox].run(self.own_drafts[mailbox].read_with, LOOK_DEADLINE)

    def _watcher(self, account: MailboxAccount) -> Watcher:
        reader = FolderReader(
            account.name,
            self.store,
            self.texts,
            self.journal,
            self.clock,
            terms=partial(self._terms, account),
            after_batch=partial(self._batch_read, account.name),
            settled=self.outbox.settled,
            backlog=self.backlog,
        )
        sent = SentReader(self.errands[account.name], reader)
        self.sent[account.name] = sent
        return Watcher(
            account.name,
            self.world.watching(account),
            account.folders,
            reader,
            sent,
            self.journal,
            self.clock,
            poll=lambda: self.settings.daemon.poll,
            on_settled=partial(self._on_settled, account.name),
            on_fatal=self._on_fatal,
            on_alert=self._on_alert,
            on_searched=partial(self.liveness.searched, account.name),
            on_failed=partial(self.liveness.failed, account.name),
            on_changed=partial(self._on_changed, account.name),
        )

    def _batch_read(self, mailbox: str) -> None:
        self.liveness.batch_read(mailbox)
        self.after_batch()

    def _terms(self, account: MailboxAccount) -> ReadingTerms:
        daemon = self.settings.daemon
        return ReadingTerms(
            book=self.settings.book,
            live_since=self._live_since,
            history=daemon.history,
            authserv_id=account.authserv_id,
            worktime=self.settings.worktime,
            words=words_of(self.settings, self.clock.now()),
        )

    def _read_sent(self, mailbox: str) -> None:
        if mailbox in self.sent:
            self.sent[mailbox].read(LOOK_DEADLINE)

    def _lies_in_sent(self, mailbox: str, message_id: str, token: str) -> bool:
        errands = self.errands.get(mailbox)
        if errands is None:
            return False
        try:
            return errands.run(lambda connection: lies_in_sent(connection, message_id, token), LOOK_DEADLINE)
        except MailboxError as error:
            if error.code == "missing_folder":
                return False
            raise

    def _on_accepted(self) -> None:
        self.woken["desk"].set()
        self.woken["chores"].set()

    @property
    def is_ready(self) -> bool:
        """Whether each mailbox has its line, or was reported lost."""
        return len(self._settled) == len(self.settings.mailboxes)

    def _on_settled(self, mailbox: str) -> None:
        """Say once that the daemon is ready."""
        with self._ready:
            before = len(self._settled)
            self._settled.add(mailbox)
            if before < len(self._settled) and self.is_ready:
                self.journal.write("daemon.ready", mode=self.settings.daemon.mode, store=str(self.store.path))
                self.on_ready()

    def _on_changed(self, mailbox: str, lost: MailboxError | None) -> None:
        """A mailbox was lost, or (`lost` is None) is there again: an event, where a plugin wants to know."""
        if not self.host.listeners("on_mailbox"):
            return
        details = {"mailbox": mailbox, "code": lost.code} if lost else {"mailbox": mailbox}
        with self.store.write() as tx:
            events.add(tx, "MailboxLost" if lost else "MailboxRecovered", self.clock.now(), details=details)
        self.woken["desk"].set()

    def _on_alert(self, mailbox: str, text: str) -> None:
        """What a server wants a person to read (RFC 9051 section 7.1, ALERT) reaches the owner once, however often it
        is said; a figure in it that counts down makes no new one."""
        key = "".join("#" if letter.isdigit() else letter for letter in text.casefold())
        now = self.clock.now()
        words = words_of(self.settings, now)
        warning = Warn(
            reason="server_alert",
            key=f"alert:{mailbox}:{key}",
            text=words("server_alert", mailbox=words.quoted(mailbox), text=text),
            urgency="today",
            once=ALERT_ONCE,
        )
        with self.store.write() as tx:
            tell_owner(tx, CORE, warning, now, self.settings.worktime)
        self.woken["outbox"].set()

    def _on_fatal(self, mailbox: str, error: MailboxError) -> None:
        if isinstance(error.__cause__, TokenError):
            # No server was asked: `logins` tells of it, once for the mailbox and all that connects to it.
            return
        access = next((access_of(one) for one in self.settings.mailboxes if one.name == mailbox), None)
        now = self.clock.now()
        words = words_of(self.settings, now)
        warning = Warn(
            reason="login_refused",
            key=f"login:{mailbox}",
            text=words(
                "mailbox_refused_login" if access else "mailbox_refused",
                mailbox=words.quoted(mailbox),
                error=error,
                command=access.command if access else "",
            ),
        )
        with self.store.write() as tx:
            tell_owner(tx, CORE, warning, now, self.settings.worktime)
        self.woken["outbox"].set()
