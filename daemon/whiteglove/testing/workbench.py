"""The bench itself: one owner, one mailbox, a daemon over them, and a clock that stands still."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from whiteglove import log
from whiteglove.app import Daemon
from whiteglove.desk.moving import Mover
from whiteglove.errors import ConfigurationError, MailboxError, PluginError
from whiteglove.host import Host
from whiteglove.host.attempt import attempt
from whiteglove.host.host import BUDGET
from whiteglove.store import Store, events, notes
from whiteglove.testing.configured import CLIENT, OWNER, settings_of, write
from whiteglove.testing.mails import WILE, SentMail, Written, read_mail, write_mail
from whiteglove.testing.record import Record
from whiteglove.testing.results import PluginFailedError
from whiteglove.testing.world import BenchClock, BenchWorld

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_HOST = Path(attempt.__code__.co_filename).parent


class Bench(Record):
    """One owner, one mailbox, the clients given, and one plugin with its settings. Use as a context manager.

    Every method that lets something happen gives back the mails that left because of it. All there is to look at
    besides are the properties of `Record`.

    Args:
        plugin: the module (or object) that implements the hooks. As in an installed package, the last part of the
            module's name is the plugin's, by which its words and templates are found.
        now: where the clock stands at first, UTC.
        clients: the client files, TOML by key; one client `acme` without it.
        owner: keys of `[owner]` that differ from the bench's own.
        daemon: keys of `[daemon]`, for example `{"mode": "rehearsal"}`; live without it.
        toml: further text of the configuration file, after the mailbox's section.
        templates: the owner's own templates, each text by its path, for example `acknowledge/next_report.en.txt`.
        beside: further plugins by name, after `plugin` in the order of sections; one with settings as a pair.
        budget: seconds that one call of a hook may take.
        looked: whether the mailbox was looked at before anything arrives; else all that `deliver`ed before `run` is
            history.
        raises: whether a hook that fails ends the test there, with what it raised (`PluginFailedError`). Without it the
            bench goes on as the daemon would, and `failures` says what went wrong; `bench` sets it.
        settings: the plugin's own keys, as in its section of the configuration.
    """

    def __init__(
        self,
        plugin: object,
        *,
        now: datetime = MONDAY_MORNING,
        clients: Mapping[str, str] | None = None,
        owner: Mapping[str, Any] | None = None,
        daemon: Mapping[str, Any] | None = None,
        toml: str = "",
        templates: Mapping[str, str] | None = None,
        beside: Mapping[str, object] | None = None,
        budget: float = BUDGET,
        looked: bool = True,
        raises: bool = False,
        **settings: Any,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="whiteglove-bench-")
        self.name = str(getattr(plugin, "__name__", type(plugin).__name__)).rpartition(".")[2].casefold()
        self._modules: dict[str, tuple[object, Mapping[str, Any]]] = {self.name: (plugin, settings)}
        self._modules |= {name: _with_settings(other) for name, other in (beside or {}).items()}
        self._budget = budget
        self._owner = {**OWNER, **(owner or {})}
        self._daemon = {"mode": "live", **(daemon or {})}
        self._clients = dict(clients or {"acme": CLIENT})
        self._toml = toml
        self._templates = dict(templates or {})
        self.clock = BenchClock(now)
        self.world = BenchWorld(self.clock)
        self.log = io.StringIO()
        self._failures: list[str] = []
        self._raises = raises
        self._raised: BaseException | None = None
        self._news: list[tuple[str, BaseException | None]] = []
        self._read = 0
        self._number = 0
        self._seen = 0
        log.configure("json", self.log)
        try:
            self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        if looked:
            try:
                self.run()
            except BaseException:
                self.close()
                raise

    def _start(self) -> None:
        folder = Path(self._folder.name)
        write(folder / "clients", {f"{key}.toml": text for key, text in self._clients.items()})
        write(folder / "templates", self._templates)
        self.settings = settings_of(folder, self._owner, self._daemon, self._toml, self.clock.now().date())
        journal = log.event_log()

        def raised(error: BaseException) -> None:
            self._raised = error

        def failed(plugin: str, hook: str, error: PluginError) -> None:
            self._failed(f"{plugin}.{hook}: {error}")
            journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=str(error))

        try:
            self.host = Host.for_modules(
                self._modules,
                templates_dir=self.settings.templates_dir,
                book=self.settings.book,
                budget=self._budget,
                on_failure=failed,
                on_raised=raised,
            )
        except ConfigurationError as error:
            raise error from self._raised
        self.store = Store.open(self.settings.daemon.state)
        self.daemon = Daemon(self.settings, self.host, self.store, self.world, journal)
        self.daemon.outbox.take_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every thread and remove what the bench wrote."""
        self._stop()
        self._folder.cleanup()

    def _stop(self) -> None:
        for errands in self.daemon.errands.values():
            errands.close()
        if self.daemon.adviser is not None:
            self.daemon.adviser.close()
        self.host.close()
        self.store.close()

    def restart(
        self,
        *,
        owner: Mapping[str, Any] | None = None,
        daemon: Mapping[str, Any] | None = None,
        clients: Mapping[str, str] | None = None,
    ) -> list[SentMail]:
        """Another daemon on the same store, mailbox and clock, with other settings where some are given: what one that
        is killed leaves behind, the next one finds. The mails that left."""
        self._stop()
        self._owner |= owner or {}
        self._daemon |= daemon or {}
        self._clients = dict(clients or self._clients)
        self._start()
        return self.run()

    def receive(self, text: str = "", *, sender: str = WILE, **written: Unpack[Written]) -> list[SentMail]:
        """A mail arrives now and is handled; the mails that left because of it."""
        self.deliver(text, sender=sender, **written)
        return self.run()

    def deliver(
        self, text: str = "", *, sender: str = WILE, age: timedelta = timedelta(0), **written: Unpack[Written]
    ) -> int:
        """A mail arrives, or did `age` ago, and nothing happens yet; its UID."""
        raw = self.compose(text, sender=sender, **written)
        return self.world.account.deliver(raw, received_at=self.clock.now() - age)

    def owner_sends(self, text: str = "", **written: Unpack[Written]) -> list[SentMail]:
        """The owner writes a mail from their own program, to Wile unless told otherwise, so that it appears in Sent."""
        owner = self.settings.owner
        written.setdefault("to", WILE)
        raw = self.compose(text, sender=f"{owner.name} <{owner.address}>", **written)
        self.world.account.deliver(raw, folder="Sent")
        return self.run()

    def owner_sends_draft(self, at: int = -1) -> list[SentMail]:
        """The owner sends what lies in Drafts, as it is, from their own program: it moves to Sent."""
        draft = self.world.account.mails("Drafts")[at]
        self.world.account.expunge(draft.uid, "Drafts")
        self.world.account.deliver(draft.message, folder="Sent")
        return self.run()

    def owner_drafts(self, text: str = "", **written: Unpack[Written]) -> list[SentMail]:
        """The owner begins a mail in their own program, to Wile unless told otherwise, so that it lies in Drafts."""
        owner = self.settings.owner
        written.setdefault("to", WILE)
        raw = self.compose(text, sender=f"{owner.name} <{owner.address}>", **written)
        self.world.account.deliver(raw, folder="Drafts", flags=frozenset({r"\Draft"}))
        return self.run()

    def notes_call(
        self, client: str = "acme", text: str = "", *, outbound: bool = True, minutes: int | None = None
    ) -> None:
        """The owner writes down that there was a call, as `whiteglove note --call` does; `run` lets it be noticed."""
        with self.store.write() as tx:
            now = self.clock.now()
            row = notes.add(tx, client=client, at=now, text=text, call=True, outbound=outbound, minutes=minutes)
            events.add(tx, "ClientNoted", now, row)

    def moves_report(self, to: datetime, client: str = "acme") -> list[SentMail]:
        """The owner moves a client's next report, as `whiteglove reports move` does; the mails that left."""
        with self.store.write() as tx:
            Mover(self.settings, self.store).move(tx, self.settings.book.clients[client], to, self.clock.now())
        return self.run()

    def advance(self, **step: float) -> list[SentMail]:
        """Move the clock, for example `hours=2`, and let everything that has come due happen; the mails that left."""
        self.clock.move(timedelta(**step))
        return self.run()

    def run(self) -> list[SentMail]:
        """Let everything happen that is due now; the mails that left."""
        for watcher in self.daemon.watchers:
            try:
                watcher.catch_up()
                self.daemon.look_at_drafts(watcher.name)
            except MailboxError as error:
                self._failures.append(f"mailbox: {error}")
        busy = 1
        while busy:
            busy = self.daemon.desk.drain() + self.daemon.scheduler.look() + self.daemon.outbox.drain()
            busy += (
                self.daemon.calls.drain()
                + self.daemon.silences.look()
                + self.daemon.chores.drain()
                + self.daemon.drafting.drain()
                + self.daemon.changes.drain()
            )
        new = self.world.server.sent[self._seen :]
        self._seen += len(new)
        self._note_refusals()
        news, self._news = self._news, []
        if news and self._raises:
            raise PluginFailedError("\n".join(text for text, _ in news)) from news[0][1]
        return [read_mail(sent.recipient, sent.message) for sent in new]

    def _failed(self, text: str) -> None:
        error, self._raised = self._raised, None
        self._failures.append(text)
        self._news.append((text, _from_the_plugin(error)))

    def _note_refusals(self) -> None:
        """What a plugin wanted and what makes no sense there, a Reply to no message for example: the desk refuses it,
        and tells the log alone."""
        self.log.seek(self._read)
        lines = self.log.read().splitlines()
        self._read = self.log.tell()
        for line in lines:
            said = json.loads(line)
            if said["event"] == "plugin.failed" and "event_id" in said:
                self._failed(f"{said['plugin']}.{said['hook']}: {said['error']}")

    @property
    def failures(self) -> list[str]:
        """What hooks did wrong, each as `plugin.hook: what`, and why the mailbox could not be read, in order."""
        return self._failures

    @property
    def last_message_id(self) -> str:
        """The Message-ID of the mail that arrived or was sent last, to be answered."""
        return f"bench.{self._number}@elsewhere.example"

    def compose(self, text: str, *, sender: str, **written: Unpack[Written]) -> bytes:
        """The bytes of a mail as some mail program writes it, with a Message-ID of its own."""
        self._number += 1
        owner, now = self.settings.owner.address, self.clock.now()
        return write_mail(text, sender=sender, owner=owner, message_id=self.last_message_id, at=now, **written)


def _with_settings(plugin: object) -> tuple[object, Mapping[str, Any]]:
    module, settings = plugin if isinstance(plugin, tuple) else (plugin, {})
    return module, settings


def _from_the_plugin(error: BaseException | None) -> BaseException | None:
    """The error with a traceback that begins in the plugin."""
    if error is None:
        return None
    trace = error.__traceback__
    while trace is not None and Path(trace.tb_frame.f_code.co_filename).parent == _HOST:
        trace = trace.tb_next
    return error.with_traceback(trace)


def bench(
    plugin: object,
    *,
    now: datetime = MONDAY_MORNING,
    clients: Mapping[str, str] | None = None,
    owner: Mapping[str, Any] | None = None,
    daemon: Mapping[str, Any] | None = None,
    toml: str = "",
    templates: Mapping[str, str] | None = None,
    beside: Mapping[str, object] | None = None,
    budget: float = BUDGET,
    looked: bool = True,
    raises: bool = True,
    **settings: Any,
) -> Bench:
    """A `Bench` as the author of a plugin wants it: a hook that fails ends the test where it failed, and shows why."""
    return Bench(
        plugin,
        now=now,
        clients=clients,
        owner=owner,
        daemon=daemon,
        toml=toml,
        templates=templates,
        beside=beside,
        budget=budget,
        looked=looked,
        raises=raises,
        **settings,
    )
