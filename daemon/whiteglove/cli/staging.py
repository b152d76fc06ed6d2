"""The stage of `demo`: two servers on this machine, the daemon between them, and a clock that is moved on by hand.

The daemon is the real one, with its threads, over real connections; only its clock is told what time it is. After each
step the stage waits until the daemon has nothing left to do, so that a day takes as long as the work in it.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from whiteglove import log
from whiteglove.app import Daemon, RealWorld, Running
from whiteglove.cli.explaining import explanation
from whiteglove.demo import ImapServer, SmtpServer, Submitted
from whiteglove.demo.story import ROBIN, Scene
from whiteglove.demo.timeline import Arrived, Explained, Happening, Left, Logged
from whiteglove.errors import PluginError, WhiteGloveError
from whiteglove.host import Host
from whiteglove.intake.recording import INBOX
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.store import Store, chores, events, folders, messages, outbox, warnings
from whiteglove.store import schema as tables

USER, PASSWORD = "robin", "only on this machine"
PATIENCE = 20.0
"""Seconds that one step may take before the story is given up."""
LOOK = 0.005
MOMENT = timedelta(seconds=1)


class StageError(WhiteGloveError):
    """The daemon did not do what it was waited for."""


class StoryClock:
    """Stands still until it is moved; fills `ports.Clock`."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, to: datetime) -> None:
        self._now = max(self._now, to)


class _World:
    """The real adapters under the story's clock. The connections that watch are kept, so that they can be woken."""

    def __init__(self, clock: StoryClock) -> None:
        self.clock = clock
        self.watching_ones: list[Mailbox] = []
        self._real = RealWorld()

    def watching(self, account: MailboxAccount) -> Mailbox:
        self.watching_ones.append(self._real.watching(account))
        return self.watching_ones[-1]

    def working(self, account: MailboxAccount) -> Mailbox:
        return self._real.working(account)

    def transport(self, account: MailboxAccount) -> Transport:
        return self._real.transport(account)

    def caller(self) -> Caller:
        return self._real.caller()


class _Record(io.StringIO):
    """Everything that happens, in order: the daemon's log as it writes it, mail as the SMTP server gets it."""

    def __init__(self, clock: StoryClock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._happenings: list[Happening] = []
        self._taken = 0
        self.received = 0
        self.is_ready = False

    def write(self, text: str) -> int:
        values = json.loads(text)
        # Libraries speak here too; of them only trouble is of interest.
        if "source" not in values or values["level"] not in ("debug", "info"):
            self.add(Logged(self._clock.now(), values))
        return len(text)

    def submitted(self, mail: Submitted) -> None:
        self.add(Left(self._clock.now(), mail.message))

    def add(self, one: Happening) -> None:
        with self._lock:
            self._happenings.append(one)
            if isinstance(one, Logged):
                self.received += one.event == "message.received"
                self.is_ready = self.is_ready or one.event == "daemon.ready"

    def take(self) -> list[Happening]:
        """What happened since the last time."""
        with self._lock:
            new = self._happenings[self._taken :]
            self._taken += len(new)
            return new


class Stage:
    """A context manager: the servers run and the daemon is at work between `open` and the end of the block."""

    def __init__(self, folder: Path, begin: datetime) -> None:
        """`folder` is where the configuration and the store are written; `begin` is the story's first instant, UTC."""
        self.clock = StoryClock(begin)
        self._folder = folder
        self._record = _Record(self.clock)
        self._smtp = SmtpServer(self._record.submitted)
        self._imap = ImapServer({USER: PASSWORD}, clock=self.clock.now)
        self._world = _World(self.clock)
        self._scenes: dict[str, Scene] = {}
        self._delivered = 0
        self._closing = ExitStack()
        log.configure("json", self._record)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            opened.enter_context(self._imap)
            opened.enter_context(self._smtp)
            self.settings = self._configured()
            self.store = Store.open(self.settings.daemon.state)
            opened.callback(self.store.close)
            self._closing = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def lay(self, scene: Scene) -> None:
        """Put a mail into the mailbox as one that has been there for some time."""
        self._imap.deliver(USER, scene.raw(self._answered(scene)), _folder(scene), scene.at)

    def open(self) -> list[Happening]:
        """Start the daemon; what happens until it is at rest."""
        journal = log.event_log()

        def failed(plugin: str, hook: str, error: PluginError) -> None:
            journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=str(error))

        host = Host.load(self.settings.plugins, self.settings.problem, on_failure=failed, book=self.settings.book)
        self._daemon = Daemon(self.settings, host, self.store, self._world, journal)
        self._running = Running(self._daemon)
        self._closing.callback(self._running.finish)
        self._wait("the daemon is not ready", lambda: self._record.is_ready)
        self._delivered = self._record.received
        self._rest()
        return self._happenings()

    def play(self, scene: Scene) -> list[Happening]:
        """Deliver one mail now; what happens at once."""
        folder, raw = _folder(scene), scene.raw(self._answered(scene))
        self._imap.deliver(USER, raw, folder)
        if folder == "INBOX":
            self._delivered += 1
            self._wait("the mail was not read", lambda: self._record.received >= self._delivered)
        else:
            self._read_sent()
        self._rest()
        arrived = Arrived(self.clock.now(), self._imap.mails(USER, folder)[-1].raw)
        return [arrived, *self._happenings()]

    def forward(self, until: datetime) -> Iterator[list[Happening]]:
        """Move the clock on, from one thing that is due to the next; what happens at each."""
        while (due := self._next_due()) is not None and due < until:
            yield self._move(due - MOMENT)
            yield self._move(due)
        yield self._move(until)

    def _configured(self) -> Settings:
        """The configuration of the demonstration on disk, as the daemon of anybody else finds it, and loaded."""
        with as_file(files("whiteglove.demo") / "studio") as studio:
            for source in studio.rglob("*.toml"):
                copy = self._folder / source.relative_to(studio)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(source.read_bytes())
        environ = {
            "WHITEGLOVE_DAEMON__STATE": str(self._folder / "state"),
            "WHITEGLOVE_MAILBOXES__0__IMAP": f"imap://{USER}@{self._imap.host}:{self._imap.port}",
            "WHITEGLOVE_MAILBOXES__0__SMTP": f"smtp://{self._smtp.host}:{self._smtp.port}",
            "DEMO_PASSWORD": PASSWORD,
        }
        return load(self._folder / "whiteglove.toml", environ, today=self.clock.now().date())

    def _answered(self, scene: Scene) -> Scene | None:
        self._scenes[scene.name] = scene
        return self._scenes[scene.answers] if scene.answers else None

    def _move(self, to: datetime) -> list[Happening]:
        self.clock.move(to)
        self._search()
        self._rest()
        return self._happenings()

    def _search(self) -> None:
        """Have the mailbox searched and Sent read at this instant, as the poll of an ordinary day would have done."""
        for mailbox in self._world.watching_ones:
            mailbox.wake()
        now = self.clock.now()
        self._wait("the mailbox was not searched", lambda: self._searched_at() >= now)
        self._read_sent()

    def _read_sent(self) -> None:
        for sent in self._daemon.sent.values():
            sent.read(PATIENCE)

    def _searched_at(self) -> datetime:
        with self.store.read() as tx:
            known = folders.everything(tx)
        return min(state.searched_at for state in known if state.role == INBOX and state.searched_at is not None)

    def _rest(self) -> None:
        bells = self._daemon.woken.values()

        def ring() -> None:
            for bell in bells:
                bell.set()

        if not self._running.turns.wait_for_rest(ring, self._is_due, PATIENCE):
            raise StageError(f"at {self.clock.now()} the daemon did not come to rest within {PATIENCE:g} s")

    def _is_due(self) -> bool:
        """Whether the store holds anything that the daemon could do now."""
        now = self.clock.now()
        with self.store.read() as tx:
            mail = outbox.due(tx, now, 1) or warnings.due(tx, now)
            return bool(events.any_due(tx, now) or mail or chores.due(tx, now, 1))

    def _next_due(self) -> datetime | None:
        daemon, now = self._daemon, self.clock.now()
        with self.store.read() as tx:
            notice = tx.execute(
                sa.select(sa.func.min(tables.warnings.c.due)).where(tables.WARNING_WAITING)
            ).scalar_one()
        moments = [daemon.desk.next_attempt(), daemon.outbox.next_due(), daemon.chores.next_due(), notice]
        moments.append(daemon.scheduler.next_run())
        return min((moment for moment in moments if moment is not None and moment > now), default=None)

    def _wait(self, fault: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                raise StageError(f"at {self.clock.now()}: {fault} within {PATIENCE:g} s")
            time.sleep(LOOK)

    def _happenings(self) -> list[Happening]:
        """What happened since the last time, each message with what is known of it now that all is at rest."""
        found: list[Happening] = []
        for one in self._record.take():
            found.append(one)
            if isinstance(one, Logged) and one.event == "message.received" and one.values.get("message_id"):
                found.append(Explained(one.at, self._explanation(str(one.values["message_id"]))))
        return found

    def _explanation(self, message_id: str) -> dict[str, Any]:
        with self.store.read() as tx:
            row = messages.find(tx, self.store.hash_id(message_id))
            assert row is not None
            return explanation(tx, row, message_id, self.settings.worktime.zone)


def _folder(scene: Scene) -> str:
    return "Sent" if scene.sender == ROBIN else "INBOX"
