"""When a mailbox is looked at: at once, after every hint, after every break; and what is said when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from intake.mailroom import Mailroom
from whiteglove import log
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.inprocess import InProcessMailbox
from whiteglove.intake import watching
from whiteglove.intake.renumbering import FIRST_REST, MOST
from whiteglove.intake.watching import LONGEST_PAUSE, SentReader, Watcher
from whiteglove.store import folders

FULL = "the store cannot be written, the mailbox waits"


class Watch:
    """A watcher over a mailroom, and the news of it."""

    def __init__(self, room: Mailroom) -> None:
        self.room = room
        self.settled = threading.Event()
        self.fatal: list[str] = []
        self.alerts: list[str] = []
        self.signs: list[str] = []
        self.changes: list[str] = []
        self.errands = Errands("studio", InProcessMailbox(room.account))
        self.sent = SentReader(self.errands, room.reader)
        self.watcher = Watcher(
            "studio",
            InProcessMailbox(room.account),
            ("INBOX",),
            room.reader,
            self.sent,
            log.event_log(),
            room.clock,
            poll=lambda: timedelta(seconds=0.2),
            on_settled=self.settled.set,
            on_fatal=lambda name, error: self.fatal.append(error.code),
            on_alert=lambda name, text: self.alerts.append(text),
            on_searched=lambda: self.signs.append("searched"),
            on_failed=lambda: self.signs.append("failed"),
            on_changed=lambda error: self.changes.append(error.code if error else "back"),
        )

    def start(self) -> None:
        self.watcher.start()
        assert self.settled.wait(10)

    def stop(self) -> None:
        self.watcher.stop()
        assert self.watcher.join(10)
        self.errands.close()

    def until(self, condition: Callable[[], bool]) -> None:
        done = threading.Event()
        for _ in range(400):
            if condition():
                return
            done.wait(0.02)
        raise AssertionError("it did not happen within 8 s")

    def count(self, event: str) -> int:
        return [line["event"] for line in self.room.lines].count(event)


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch(Mailroom())
    yield watch
    watch.stop()


def test_new_mail_is_read_as_it_comes(watch: Watch) -> None:
    watch.start()
    watch.room.deliver(watch.room.mail())

    watch.until(lambda: len(watch.room.rows) == 1)
    assert watch.count("mailbox.connected") == 1


def test_a_break_is_told_once_and_so_is_the_recovery(watch: Watch) -> None:
    watch.watcher._backoff._first = 0.01
    watch.start()
    watch.room.account.fail("uids_above", MailboxError("unreachable", "gone"), times=3)
    watch.room.deliver(watch.room.mail())

    watch.until(lambda: len(watch.room.rows) == 1)
    watch.until(lambda: watch.count("mailbox.recovered") == 1)
    assert watch.count("mailbox.lost") == 1
    assert len(watch.changes) == 2
    assert watch.changes[1] == "back"


def test_a_refused_login_is_told_and_not_hammered(watch: Watch) -> None:
    watch.room.account.fail("connect", MailboxError("login", "no", fatal=True), times=100)
    watch.start()

    assert watch.fatal == ["login"]
    assert watch.count("mailbox.lost") == 1
    assert len(watch.room.account._faults["connect"]) >= 98


def test_sent_is_read_before_the_inbox(watch: Watch) -> None:
    watch.room.deliver(watch.room.mail("o1@vale.example", sender="robin@vale.example", to="wile@acme.example"), "Sent")
    watch.room.deliver(watch.room.mail())
    watch.start()

    watch.until(lambda: len(watch.room.rows) == 2)
    assert [row.outbound for row in watch.room.rows] == [True, False]


def test_a_single_run_reads_everything_and_leaves_no_thread(watch: Watch) -> None:
    watch.room.deliver(watch.room.mail())

    assert watch.watcher.catch_up() == 1
    assert watch.watcher.join(0.1)


def test_a_missing_sent_folder_is_noticed() -> None:
    room = Mailroom()
    room.account.roles = type(room.account.roles)(sent=None, drafts=None)
    watch = Watch(room)
    watch.sent.read()

    with room.store.read() as tx:
        assert folders.sent_read_until(tx, ["studio"], room.clock.now()) == room.clock.now()
    watch.stop()


def test_a_full_disk_costs_seconds_and_no_connection(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "STORE_PAUSE", 0.01)
    watch.start()
    read, failures = watch.room.reader.read, [StoreError("the disk is full")] * 3

    def reading(*arguments: Any) -> int:
        if failures:
            raise failures.pop()
        return read(*arguments)

    watch.room.reader.read = reading  # type: ignore[method-assign]
    watch.room.deliver(watch.room.mail())

    watch.until(lambda: len(watch.room.rows) == 1)
    assert failures == []
    assert watch.signs.count("failed") == 3
    assert [line["event"] for line in watch.room.lines if line["level"] == "error"] == [FULL]
    assert (watch.count("mailbox.connected"), watch.count("mailbox.recovered")) == (1, 0)


def test_a_folder_that_rests_is_no_lost_mailbox(watch: Watch) -> None:
    watch.start()
    for _ in range(MOST):
        watch.room.reader._renumberings.note("INBOX", watch.room.clock.now())

    watch.until(lambda: watch.signs.count("failed") >= 2)
    searched = watch.signs.count("searched")
    watch.until(lambda: watch.signs.count("failed") >= 4)
    assert watch.signs.count("searched") == searched
    watch.room.clock.move(FIRST_REST)
    watch.until(lambda: watch.signs.count("searched") > searched)
    assert (watch.count("mailbox.connected"), watch.count("mailbox.lost")) == (1, 0)


def test_every_search_and_every_reported_fault_is_a_sign_of_life(watch: Watch) -> None:
    watch.watcher._backoff._first = 0.01
    watch.room.account.fail("connect", MailboxError("unreachable", "gone"), times=2)
    watch.start()

    watch.until(lambda: watch.signs.count("searched") >= 3)
    assert watch.signs[:3] == ["failed", "failed", "searched"]


def test_a_defect_is_a_sign_of_life_too_since_it_is_reported(watch: Watch) -> None:
    watch.watcher._backoff._first = 0.01
    watch.start()
    watch.room.reader.read = _broken  # type: ignore[method-assign]

    watch.until(lambda: watch.signs.count("failed") >= 2)


def _broken(*_: Any) -> int:
    raise ZeroDivisionError


def test_where_not_even_the_loss_can_be_told_the_watching_goes_on(watch: Watch) -> None:
    faults = [StoreError("the disk is full")]

    def tell(name: str, error: MailboxError) -> None:
        if faults:
            raise faults.pop()
        watch.fatal.append(error.code)

    watch.watcher._backoff._refused = 0.01
    watch.watcher._on_fatal = tell
    watch.room.account.fail("connect", MailboxError("login", "no", fatal=True), times=2)
    watch.start()

    watch.until(lambda: watch.count("mailbox.recovered") == 1)
    assert watch.fatal == ["login"]
    assert faults == []


@pytest.mark.parametrize(("poll", "pause"), [(5, LONGEST_PAUSE), (3600, 3600)])
def test_it_looks_again_within_the_poll_interval_or_the_longest_pause_after_a_fault(
    watch: Watch, poll: int, pause: float
) -> None:
    watch.watcher._poll = lambda: timedelta(seconds=poll)
    watch.start()

    assert watch.watcher.longest_pause == pause


def test_what_the_server_wants_to_be_read_is_passed_on(watch: Watch) -> None:
    watch.room.account.alerts.append("Maintenance at noon")
    watch.start()

    watch.until(lambda: watch.alerts == ["Maintenance at noon"])


def test_it_is_passed_on_also_where_the_connection_ends_with_it(watch: Watch) -> None:
    watch.room.account.alerts.append("Maintenance now")
    watch.room.account.fail("connect", MailboxError("unavailable", "gone"))
    watch.start()

    watch.until(lambda: watch.alerts == ["Maintenance now"])


def test_an_outage_is_told_once_for_each_reason(watch: Watch) -> None:
    watch.watcher._backoff._first = 0.01
    for code in ("unreachable", "tls", "unreachable", "tls"):
        watch.room.account.fail("connect", MailboxError(code, "no"))
    watch.start()

    watch.until(lambda: watch.count("mailbox.recovered") == 1)
    assert [line["reason"] for line in watch.room.lines if line["event"] == "mailbox.lost"] == ["unreachable", "tls"]


def test_a_long_rest_gives_signs_of_life(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONGEST_PAUSE", 0.01)
    watch.room.account.fail("connect", MailboxError("login", "no", fatal=True))
    watch.start()

    watch.until(lambda: watch.signs.count("failed") >= 5)
    assert watch.signs.count("searched") == 0


@pytest.mark.parametrize(("steady", "grows"), [(60.0, True), (-1.0, False)])
def test_only_a_connection_that_lasts_makes_the_next_pause_short_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, steady: float, grows: bool
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(watching, "STEADY", steady)
    monkeypatch.setattr(watch.watcher, "_rest", rests.append)
    watch.room.account.fail("wait", MailboxError("unavailable", "that was all"), times=6)
    watch.start()

    watch.until(lambda: len(rests) == 6)
    assert (rests[5] > 8 * rests[0]) is grows
