"""The stage: one daemon in this process over a real mailbox, Robin's mail program, and a clock that jumps.

Between two moments at which something happens nothing is done, so that a fortnight takes seconds.
"""

from __future__ import annotations

import functools
import importlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from imapclient import IMAPClient

from fortnight.cast import BERLIN, CLIENTS, CONFIGURATION, PEOPLE, PLUGINS
from servers.dovecot import Dovecot
from whiteglove import log
from whiteglove.app import Daemon, RealWorld, schedules_of
from whiteglove.cli import clients as _clients  # noqa: F401  # Loaded before the clock of the commands is set.
from whiteglove.cli import incidents as _incidents  # noqa: F401
from whiteglove.cli import main
from whiteglove.cli import noting as _noting  # noqa: F401
from whiteglove.cli import reports as _reports  # noqa: F401
from whiteglove.host import Host
from whiteglove.imap import ImapMailbox
from whiteglove.inprocess import InProcessCaller
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.schedule import Scheduler
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.store import Store
from whiteglove.store import schema as tables
from whiteglove.testing import BenchClock

MOST_TURNS = 40
"""Rounds of all loops at one instant, after which they go in circles."""


def berlin(text: str, *, fold: int = 0) -> datetime:
    """An instant (UTC) by Robin's clock, for example "2026-03-25 09:30"; `fold` 1 for the second of two."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def local(instant: datetime) -> str:
    """An instant by Robin's clock, as the tables show it."""
    return f"{instant.astimezone(BERLIN):%a %d %b %H:%M}"


@dataclass(frozen=True, slots=True)
class Left:
    """A mail that the daemon handed over, and when."""

    at: datetime
    recipient: str
    message: EmailMessage


class Post:
    """Takes every mail that leaves, with the time of the stage. Fills `ports.Transport`."""

    def __init__(self, clock: BenchClock) -> None:
        self._clock = clock
        self.left: list[Left] = []

    def submit(self, sender: str, recipient: str, message: bytes) -> str:
        self.left.append(Left(self._clock.now(), recipient, message_from_bytes(message, policy=policy.default)))
        return f"250 2.0.0 Ok: queued as {len(self.left)}"

    def check(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to close."""


class _Kept(ImapMailbox):
    """The watching connection, which stays open from one look to the next, as it does while the daemon watches."""

    _is_open = False

    def connect(self) -> None:
        if not self._is_open:
            super().connect()
            self._is_open = True

    def close(self) -> None:
        """Not yet: `end` closes it."""

    def end(self) -> None:
        super().close()


class _World(RealWorld):
    """Real connections to the mailbox, the stage's clock, and the stage's post."""

    def __init__(self, clock: BenchClock) -> None:
        self.clock = clock  # type: ignore[assignment]
        self.post = Post(clock)

    def watching(self, account: MailboxAccount) -> Mailbox:
        assert account.password is not None
        self.watched = _Kept(account.imap, account.password.reveal, sent=account.sent, drafts=account.drafts)
        return self.watched

    def transport(self, account: MailboxAccount) -> Transport:
        return self.post

    def caller(self) -> Caller:
        return InProcessCaller()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does at an instant."""

    at: datetime
    act: Callable[[Stage], object]


class Stage:
    """One owner's house for a fortnight, from `start` to `close`."""

    def __init__(self, folder: Path, dovecot: Dovecot, user: str, began: datetime, language: str = "en") -> None:
        self.folder = folder
        self.clock = BenchClock(began)
        self.world = _World(self.clock)
        self.log = io.StringIO()
        self.failures: list[str] = []
        self.received: list[tuple[datetime, str, str]] = []
        self.restarts = 0
        self._purged: date | None = None
        self._values = {"language": language, "state": folder / "state", "user": user.replace("@", "%40")}
        self._values |= {"port": dovecot.imap_port, "away": ""}
        log.configure("json", self.log)
        (folder / "clients").mkdir()
        for key, text in CLIENTS.items():
            (folder / "clients" / f"{key}.toml").write_text(text, encoding="utf-8")
        (folder / "password").write_text(dovecot.password)
        self.program = IMAPClient(dovecot.host, dovecot.imap_port, ssl=False)
        self.program.login(user, dovecot.password)
        self._read_settings()

    def close(self) -> None:
        """End every thread, and log out."""
        self._stop()
        self.program.logout()

    def start(self) -> None:
        """The daemon starts, and looks into the mailbox for the first time."""
        self._start()
        self.work()

    def reload(self, away: str) -> None:
        """Robin writes an absence into the configuration, and the daemon reads it again."""
        self._values["away"] = f"away = [{json.dumps(away)}]"
        self._stop()
        self._read_settings()
        self._start()

    def restart(self) -> None:
        """The daemon ends, and another one starts over the same store."""
        self._stop()
        self._start()
        self.restarts += 1

    def play(self, steps: Iterable[Step], end: datetime, restarts: Callable[[datetime], bool] | None = None) -> None:
        """Play the steps, and let everything happen between them at its time. `restarts` says before which moments
        the daemon is torn down and built anew."""
        waiting = sorted(steps, key=lambda step: step.at)
        while (now := self._following([step.at for step in waiting] + [end])) is not None:
            self.clock.move(now - self.clock.now())
            if restarts is not None and restarts(now):
                self.restart()
            while waiting and waiting[0].at <= now:
                waiting.pop(0).act(self)
            self.work()
            if now >= end:
                return

    def work(self) -> None:
        """Let everything happen that is due now."""
        daemon = self.daemon
        for watcher in daemon.watchers:
            watcher.catch_up()
        for _ in range(MOST_TURNS):
            busy = daemon.scheduler.look() + daemon.silences.look() + daemon.desk.drain()
            busy += daemon.health.look() + self._purge() + daemon.outbox.drain()
            busy += daemon.chores.drain() + daemon.drafting.drain()
            if not busy:
                return
        raise AssertionError(f"at {local(self.clock.now())} the loops go in circles")

    def _purge(self) -> int:
        """What the daemon does each hour: here once a day, since it takes a tenth of a second and has nothing to do."""
        today = self.clock.now().date()
        if today == self._purged:
            return 0
        self._purged = today
        return self.daemon.retention.step()

    def _following(self, steps: Sequence[datetime]) -> datetime | None:
        """The next moment at which something happens: a step, or one that a loop of the daemon waits for."""
        now, daemon = self.clock.now(), self.daemon
        moments = [self._knocks.next_run(), daemon.desk.next_attempt(), daemon.outbox.next_due(), _patrol(now)]
        moments += [daemon.chores.next_due(), daemon.drafting.next_due(), self._next_warning()]
        soon = now + timedelta(seconds=1)
        return min((max(moment, soon) for moment in [*moments, *steps] if moment is not None), default=None)

    def _next_warning(self) -> datetime | None:
        warnings = tables.warnings
        with self.store.read() as tx:
            return tx.execute(sa.select(sa.func.min(warnings.c.due)).where(warnings.c.state == "waiting")).scalar_one()

    def _read_settings(self) -> None:
        path = self.folder / "whiteglove.toml"
        path.write_text(CONFIGURATION.format(**self._values), encoding="utf-8")
        self.settings: Settings = load(path, {}, today=self.clock.now().date())

    def _start(self) -> None:
        journal = log.event_log()

        def failed(plugin: str, hook: str, error: Exception) -> None:
            self.failures.append(f"{plugin}.{hook}: {error}")

        host = Host.for_modules(_plugins(), on_failure=failed)
        self.store = Store.open(self.settings.daemon.state)
        self.daemon = Daemon(self.settings, host, self.store, self.world, journal)
        self.daemon.outbox.take_over()
        schedules = schedules_of(self.settings, host, self.store, self.clock.now())
        by_clock = {plugin: tuple(one for one in known if one.every is None) for plugin, known in schedules.items()}
        self._knocks = Scheduler(self.store, self.settings, by_clock, self.clock)

    def _stop(self) -> None:
        self.world.watched.end()
        for errands in self.daemon.errands.values():
            errands.close()
        self.daemon.host.close()
        self.store.close()

    def receive(self, key: str, raw: bytes, at: datetime | None = None) -> None:
        """A mail of a client arrives, at the time of the stage."""
        at = at or self.clock.now()
        self.received.append((at, key, str(message_from_bytes(raw, policy=policy.default)["Subject"])))
        self.program.append("INBOX", raw, msg_time=at)

    def file_in_sent(self, raw: bytes, at: datetime | None = None) -> None:
        """A mail program has sent a mail of Robin's and files it."""
        self.program.append("Sent", raw, flags=[rb"\Seen"], msg_time=at or self.clock.now())

    def drafts(self) -> list[tuple[int, bytes, tuple[bytes, ...]]]:
        """What lies in Drafts: UID, bytes and flags."""
        self.program.select_folder("Drafts")
        found = self.program.fetch(self.program.search("NOT DELETED"), ["RFC822", "FLAGS"])
        return [(uid, values[b"RFC822"], values[b"FLAGS"]) for uid, values in sorted(found.items())]

    def send_draft(self, key: str, words: str, **changes: str) -> None:
        """Robin completes the newest draft to this client that says `words`, and sends it, as a mail program does."""
        found = [
            (uid, mail)
            for uid, raw, _ in self.drafts()
            if (mail := message_from_bytes(raw, policy=policy.SMTP))["To"].addresses[0].addr_spec in PEOPLE[key]
            and words in f"{mail['Subject']}\n{mail.get_content()}"
        ]
        assert found, f"at {local(self.clock.now())} no draft to {key} says {words!r}"
        uid, mail = found[-1]
        for name in {name for name in mail if name.casefold().startswith("x-") or name in ("Message-ID", "Date")}:
            del mail[name]
        mail["Message-ID"] = make_msgid("sent", domain="laptop.example")
        mail["Date"] = format_datetime(self.clock.now())
        text = mail.get_content()
        for old, new in changes.items():
            text = text.replace(old, new)
        mail.set_content(text)
        self.file_in_sent(mail.as_bytes())
        self.program.select_folder("Drafts")
        self.program.delete_messages([uid])
        self.program.expunge([uid])

    def command(self, *arguments: str) -> str:
        """What `whiteglove` prints, run on the store at the time of the stage."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), _commands_at(self.clock.now()):
            code = main(["--config", str(self.folder / "whiteglove.toml"), *arguments])
        log.configure("json", self.log)
        assert code == 0, f"whiteglove {' '.join(arguments)}: {err.getvalue()}"
        return out.getvalue()

    def next_reports(self, key: str) -> list[datetime]:
        """What `clients KEY --json` says."""
        found = json.loads(self.command("clients", key, "--json"))["next_reports"]
        return [datetime.fromisoformat(text).astimezone(UTC) for text in found]


def _patrol(now: datetime) -> datetime:
    """When to look although no row says that something comes due: every second hour while Robin works, when work ends,
    as late promises break then, and each four hours else."""
    ahead = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + timedelta(minutes=30)
    while not (_is_worked(ahead.astimezone(BERLIN)) or (ahead.hour % 4 == 0 and ahead.minute == 0)):
        ahead += timedelta(minutes=30)
    return ahead


def _is_worked(at: datetime) -> bool:
    return at.weekday() < 5 and f"{at:%H:%M}" in ("09:00", "11:00", "13:00", "15:00", "17:30")


@functools.cache
def _plugins() -> dict[str, tuple[object, dict[str, Any]]]:
    """Every plugin in the order of the design, with its own defaults, and no delay before an answer."""
    known = [name for name in PLUGINS if find_spec(f"whiteglove_plugins.{name}") is not None]
    modules = {name: importlib.import_module(f"whiteglove_plugins.{name}") for name in known}
    return {name: (module, {"delay": "0s"} if name == "acknowledge" else {}) for name, module in modules.items()}


@contextmanager
def _commands_at(now: datetime) -> Iterator[None]:
    """Commands ask the machine for the time: let it say this."""

    class Simulated(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now.astimezone(tz)

    asking = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith(("whiteglove.cli.", "whiteglove.settings.loading"))
        and getattr(module, "datetime", None) is datetime
    ]
    for module in asking:
        module.datetime = Simulated  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in asking:
            module.datetime = datetime  # type: ignore[attr-defined]
