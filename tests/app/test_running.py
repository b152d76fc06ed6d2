"""Starting, running and stopping, over servers in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.conftest import House
from benches import plugin
from drafty import drafty, wish
from servers.ports import until
from whiteglove.actions import Flag
from whiteglove.app import Daemon, Running, run_once, running
from whiteglove.desk.keeping import Keeper
from whiteglove.errors import MailboxError, StoreError, SubmissionError
from whiteglove.ledger import MailState, PromiseKind
from whiteglove.outbox import doubts
from whiteglove.store import ledger, outbox

NO_ROUTE = MailboxError("unreachable", "no route to host")


def test_it_answers_while_it_runs_and_ends_when_it_is_told_to(house: House) -> None:
    at_work = Running(house.daemon())
    until(lambda: "daemon.ready" in house.events(), "being ready")
    house.deliver()
    until(lambda: house.sent == ["wile@acme.example"], "the answer")
    assert at_work.finish() is True
    assert "daemon.stopping" in house.events()
    assert [thread.name for thread in threading.enumerate() if thread.name in ("desk", "outbox", "chores")] == []


def test_what_a_command_writes_is_noticed_within_a_second(house: House) -> None:
    at_work = Running(house.daemon())
    until(lambda: "daemon.ready" in house.events(), "being ready")
    with house.store.write() as tx:
        client = house.settings.book.clients["acme"]
        Keeper(house.settings, house.store).report_sent(tx, client, house.world.clock.now(), "command")
    until(lambda: "promise.kept" in house.events(), "notice", 1.5)
    at_work.finish()


def test_a_draft_is_laid_ready_while_it_runs_and_by_a_single_round(house: House) -> None:
    plugins = {"drafty": drafty(wish())}
    once(house, house.daemon(plugins))
    house.deliver()
    once(house, house.daemon(plugins))
    assert len(house.world.accounts["studio"].mails("Drafts")) == 1
    at_work = Running(house.daemon({"drafty": drafty(wish(key="second"))}))
    house.deliver(house.mail("m2@acme.example"))
    until(lambda: len(house.world.accounts["studio"].mails("Drafts")) == 2, "the draft")
    at_work.finish()


def test_a_flag_is_set_while_it_runs_and_by_a_single_round(house: House) -> None:
    plugins = {"sorter": plugin(on_message=lambda event: [Flag(reason="x", flag="$Label1")])}

    def flags() -> list[set[str]]:
        return [set(mail.flags) for mail in house.world.accounts["studio"].mails()]

    once(house, house.daemon(plugins))
    house.deliver()
    once(house, house.daemon(plugins))
    assert flags() == [{"$Label1"}]
    at_work = Running(house.daemon(plugins))
    house.deliver(house.mail("m2@acme.example"))
    until(lambda: flags() == [{"$Label1"}, {"$Label1"}], "the flag")
    at_work.finish()


def test_a_loop_outlives_whatever_it_meets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = house.daemon()
    drain, faults = daemon.desk.drain, iter([OSError("disk full"), MemoryError()])

    def failing(stopping: Callable[[], bool] = lambda: False) -> int:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return drain(stopping)

    monkeypatch.setattr(running, "LONGEST_SLEEP", 0.05)
    monkeypatch.setattr(daemon.desk, "drain", failing)
    at_work = Running(daemon)
    until(lambda: "daemon.ready" in house.events(), "being ready")
    house.deliver()
    until(lambda: house.sent == ["wile@acme.example"], "the answer")
    at_work.finish()
    assert [line["source"] for line in house.lines if "unforeseen" in line["event"]] == ["desk", "desk"]


def test_a_store_that_cannot_be_used_is_told_of_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = house.daemon()
    drain, faults = daemon.desk.drain, iter([StoreError("full"), StoreError("full"), StoreError("full")])

    def failing(stopping: Callable[[], bool] = lambda: False) -> int:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return drain(stopping)

    monkeypatch.setattr(running, "LONGEST_SLEEP", 0.05)
    monkeypatch.setattr(daemon.desk, "drain", failing)
    at_work = Running(daemon)
    house.deliver(house.mail("early@acme.example"))
    until(lambda: "daemon.ready" in house.events(), "being ready")
    house.deliver()
    until(lambda: house.sent == ["wile@acme.example"], "the answer")
    at_work.finish()
    (told,) = [line for line in house.lines if "the store cannot be used now" in line["event"]]
    assert (told["source"], told["error"]) == ("desk", "full")
    assert "exception" not in told


class Hanging:
    """A connection that never answers."""

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.over = threading.Event()

    def __call__(self, *_: object) -> None:
        self.hangs.set()
        self.over.wait(60)
        raise NO_ROUTE


def release(thread: str, *hanging: Hanging) -> None:
    """Let what hangs go on, and wait for the thread, which uses the store once more."""
    for one in hanging:
        one.over.set()
    until(lambda: thread not in [alive.name for alive in threading.enumerate()], f"{thread} to end")


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LOOPS_DEADLINE", 0.2)
    monkeypatch.setattr(running, "CONNECTIONS_DEADLINE", 0.2)


@pytest.mark.usefixtures("short_deadlines")
def test_it_ends_in_time_whatever_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = house.daemon()
    connection, server = Hanging(), Hanging()
    monkeypatch.setattr(daemon.watchers[0]._mailbox, "connect", connection)
    monkeypatch.setattr(daemon.errands["studio"]._mailbox, "connect", connection)
    monkeypatch.setattr(house.world.servers["studio"], "submit", server)
    at_work = Running(daemon)
    daemon._on_fatal("studio", NO_ROUTE)
    assert connection.hangs.wait(10)
    assert server.hangs.wait(10)
    began = time.monotonic()
    assert at_work.finish() is False
    assert time.monotonic() - began < 2
    late = [line["loop"] for line in house.lines if "still busy" in line["event"]]
    assert late == ["outbox"]
    release("outbox", connection, server)


@pytest.mark.usefixtures("short_deadlines")
def test_making_way_waits_for_the_mail_at_hand(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = house.daemon()
    server = Hanging()
    monkeypatch.setattr(house.world.servers["studio"], "submit", server)
    at_work = Running(daemon)
    daemon._on_fatal("studio", NO_ROUTE)
    assert server.hangs.wait(10)
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(at_work.make_way, threading.Event())
        with pytest.raises(TimeoutError):
            made.result(0.6)
        server.over.set()
        assert made.result(10) is True
    assert "daemon.stopping" not in house.events()


@pytest.mark.usefixtures("short_deadlines")
def test_making_way_ends_in_time_once_everything_is_to_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = house.daemon()
    server, stop = Hanging(), threading.Event()
    monkeypatch.setattr(house.world.servers["studio"], "submit", server)
    at_work = Running(daemon)
    daemon._on_fatal("studio", NO_ROUTE)
    assert server.hangs.wait(10)
    stop.set()
    began = time.monotonic()
    assert at_work.make_way(stop) is False
    assert time.monotonic() - began < 2
    assert "daemon.stopping" in house.events()
    release("outbox", server)


def once(house: House, daemon: Daemon | None = None) -> tuple[int, dict[str, int]]:
    """The exit code, and what the last line of the log counts."""
    code, is_quiet = run_once(daemon or house.daemon())
    assert is_quiet
    stopping = next(line for line in reversed(house.lines) if line["event"] == "daemon.stopping")
    return code, {name: stopping[name] for name in ("recorded", "messages", "sent", "waiting")}


def test_once_records_handles_delivers_and_says_so(house: House) -> None:
    house.deliver(house.mail("old@acme.example"))
    assert once(house) == (0, {"recorded": 1, "messages": 1, "sent": 0, "waiting": 0})
    house.deliver()
    assert once(house) == (0, {"recorded": 1, "messages": 2, "sent": 1, "waiting": 0})
    assert house.sent == ["wile@acme.example"]
    # The copy in Sent, too: whoever runs it from a timer has nobody to file it later.
    assert len(house.world.accounts["studio"].mails("Sent")) == 1
    assert once(house) == (0, {"recorded": 0, "messages": 2, "sent": 0, "waiting": 0})


def test_once_counts_what_waits(house: House) -> None:
    once(house)
    house.deliver()
    assert once(house, house.daemon(delay="1h")) == (0, {"recorded": 1, "messages": 1, "sent": 0, "waiting": 1})


def test_once_judges_what_came_due_before_it_answers(house: House) -> None:
    once(house)
    now = house.world.clock.now()
    with house.store.write() as tx:
        uid, made = "1@vale.example", now - timedelta(days=1)
        due = now - timedelta(seconds=1)
        ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid=uid, at=made, obligation=None)
    house.deliver()
    assert once(house)[1]["waiting"] == 0
    assert [line["reason"] for line in house.lines if line["event"] == "mail.withheld"] == ["promise_late"]


def test_once_fetches_a_text_although_there_is_something_new_in_sent(house: House) -> None:
    once(house)
    house.deliver()
    house.daemon().watchers[0].catch_up()
    house.world.accounts["studio"].deliver(house.mail("o1@vale.example"), "Sent")
    began = time.monotonic()
    assert once(house)[1]["sent"] == 1
    assert time.monotonic() - began < 10


def test_once_goes_on_without_a_mailbox_that_cannot_be_reached(make_house: Callable[..., House]) -> None:
    house = make_house(mailboxes=("shop", "studio"))
    once(house)
    house.deliver(mailbox="studio")
    house.world.accounts["shop"].fail("connect", NO_ROUTE, times=50)
    code, counts = once(house)
    assert (code, counts["sent"]) == (1, 1)
    lost = [line for line in house.lines if line["event"] == "mailbox.lost"]
    assert [(line["mailbox"], line["reason"]) for line in lost] == [("shop", "unreachable")]


def test_once_survives_a_defect_and_tells_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    once(house)
    house.deliver()
    daemon = house.daemon()

    def broken(_stopping: Callable[[], bool]) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(daemon.chores, "drain", broken)
    code, counts = once(house, daemon)
    assert (code, counts["sent"]) == (1, 1)
    assert any("ZeroDivisionError" in line.get("exception", "") for line in house.lines)


@pytest.mark.usefixtures("short_deadlines")
def test_once_ends_when_it_is_told_to_although_a_server_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, connection, stop = house.daemon(), Hanging(), threading.Event()
    monkeypatch.setattr(daemon.watchers[0]._mailbox, "connect", connection)
    threading.Thread(target=lambda: (connection.hangs.wait(10), stop.set()), daemon=True).start()
    began = time.monotonic()
    assert run_once(daemon, stop) == (0, False)
    assert time.monotonic() - began < 5
    release("once", connection)


def test_what_a_dead_process_had_claimed_is_sent(house: House) -> None:
    once(house)
    house.deliver()
    daemon = house.daemon()
    daemon.watchers[0].catch_up()
    daemon.desk.drain()
    with house.store.write() as tx:
        (planned,) = outbox.in_state(tx, MailState.PLANNED)
        outbox.change(tx, [planned.row], state=MailState.CLAIMED)
    assert once(house)[1]["sent"] == 1


def test_once_waits_until_it_knows_what_became_of_a_mail(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner is told in this run: nobody knows when the next one is."""
    monkeypatch.setattr(doubts, "LOOK_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(doubts, "FILED_WITHIN", timedelta(seconds=0.2))
    once(house)
    house.deliver()
    house.world.servers["studio"].answer(SubmissionError("unknown", "lost"))
    assert once(house)[1]["sent"] == 1
    assert house.sent == ["robin@vale.example"]
    assert house.events("mail.unknown") == ["mail.unknown"]
