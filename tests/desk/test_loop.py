"""Events are handled in order, each once for each plugin; whatever fails stays with the one that failed."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from benches import MANY, QUESTION, STATUS, acme, plugin, to_clients
from whiteglove.actions import Action, Forget, KeepPromise, Note, Remember, Reply, Warn
from whiteglove.desk.acting import Actor
from whiteglove.desk.keeping import Keeper
from whiteglove.errors import MailboxError, StoreError
from whiteglove.ledger import PromiseKind, PromiseState
from whiteglove.store import events
from whiteglove.store.schema import events as events_table
from whiteglove.store.schema import handlings
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


class Counting:
    """A hook that counts its calls and fails the first `failures` times."""

    def __init__(self, failures: int = 0, hang: float = 0.0, *actions: Any) -> None:
        self.calls = 0
        self._failures = failures
        self._hang = hang
        self._actions = list(actions)

    def plugin(self, name: str = "counting", hook: str = "on_message") -> ModuleType:
        return plugin(name, **{hook: lambda event: self._handle()})

    def _handle(self) -> list[Any]:
        self.calls += 1
        if self.calls <= self._failures:
            if self._hang:
                time.sleep(self._hang)
            raise RuntimeError("a defect")
        return self._actions


def rows(bench: Bench) -> list[Any]:
    with bench.store.read() as tx:
        return list(tx.execute(events_table.select().order_by(events_table.c.row)))


def states(bench: Bench) -> dict[str, str]:
    with bench.store.read() as tx:
        return {row.plugin: row.state for row in tx.execute(handlings.select())}


def open_events(bench: Bench) -> int:
    with bench.store.read() as tx:
        return events.counts(tx)["open"]


class TestAPluginThatRaises:
    def test_its_neighbours_are_served(self) -> None:
        counting = Counting(failures=99)
        with Bench(counting.plugin(), beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as bench:
            assert len(to_clients(bench.receive(STATUS))) == 1
            assert states(bench) == {"counting": "failed", "acknowledge": "done"}
            assert bench.logged("plugin.failed")[0]["plugin"] == "counting"

    def test_it_is_tried_again_alone_until_it_works(self) -> None:
        counting = Counting(2, 0.0, Remember(reason="x", key="seen", value=1))
        with Bench(counting.plugin(), beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as bench:
            bench.receive(STATUS)
            assert (counting.calls, bench.memory) == (1, {})
            bench.advance(seconds=29)
            assert counting.calls == 1
            bench.advance(seconds=1)
            assert counting.calls == 2
            mails = bench.advance(minutes=1)
            assert (counting.calls, bench.memory) == (3, {"seen": 1})
            assert mails == []
            assert len(bench.mails) == 1
            assert open_events(bench) == 0

    def test_after_five_attempts_its_part_is_parked_and_the_event_done(self) -> None:
        counting = Counting(failures=99)
        with Bench(counting.plugin()) as bench:
            bench.receive(STATUS)
            for _ in range(4):
                bench.advance(hours=2)
            assert counting.calls == 5
            assert states(bench) == {"counting": "parked"}
            assert open_events(bench) == 0
            (parked,) = bench.logged("message.parked")
            assert (parked["plugin"], parked["level"]) == ("counting", "error")
            assert len(bench.logged("plugin.failed")) == 5
            bench.advance(days=1)
            assert counting.calls == 5

    def test_the_text_is_there_again_on_a_retry(self) -> None:
        texts = []

        def on_message(event: Any) -> None:
            texts.append(event.text)
            if len(texts) == 1:
                raise RuntimeError("a defect")

        with Bench(plugin(on_message=on_message)) as bench:
            bench.receive("Good morning.")
            bench.advance(minutes=1)
        assert texts == ["Good morning.", "Good morning."]

    def test_the_cores_part_is_not_done_twice(self) -> None:
        with Bench(Counting(failures=2).plugin()) as bench:
            bench.receive(STATUS)
            bench.advance(minutes=10)
            assert len(bench.obligations) == 1
            assert len(bench.logged("obligation.opened")) == 1


class TestAPluginThatHangs:
    def test_its_neighbours_are_served_and_its_late_result_is_thrown_away(self) -> None:
        given_up, ended = threading.Event(), threading.Event()

        def on_message(event: Any) -> list[Warn]:
            given_up.wait(10)
            ended.set()
            return [Warn(reason="x", key="k", text="Late.")]

        slow = plugin("slow", on_message=on_message)
        beside = {"acknowledge": (acknowledge, {"delay": "0s"})}
        with Bench(slow, beside=beside, budget=0.1) as bench:
            assert len(to_clients(bench.receive(STATUS))) == 1
            given_up.set()
            assert ended.wait(10)
            bench.run()
            assert bench.warned == []
            assert "took longer than 0.1 s" in bench.failures[0]
            assert open_events(bench) == 1

    def test_it_is_suspended_and_its_events_wait_without_being_given_up(self) -> None:
        counting = Counting(6, 0.2)
        with Bench(counting.plugin(), budget=0.05) as bench:
            for number in range(4):
                bench.receive(STATUS, subject=f"Matter {number}")
            # Each overrun counts as two failures, and after five a plugin rests for an hour.
            assert counting.calls == 3
            for _ in range(11):
                bench.advance(minutes=5)
            assert counting.calls == 3
            assert open_events(bench) == 4
            counting._hang, counting._failures = 0.0, 0
            bench.advance(minutes=10)
            bench.advance(minutes=30)
            assert open_events(bench) == 0
            assert states(bench) == {"counting": "done"}


class TestNonsense:
    def test_a_reply_to_what_is_no_message_fails_the_plugin_and_does_nothing_by_halves(self) -> None:
        counting = Counting(
            0, 0.0, Remember(reason="x", key="seen", value=1), Reply(reason="x", template="next_report")
        )
        neighbour = Counting(0, 0.0, Remember(reason="x", key="seen", value=2))
        beside = {"neighbour": neighbour.plugin(hook="on_obligation")}
        with Bench(counting.plugin(hook="on_obligation"), beside=beside) as bench:
            bench.receive(STATUS)
            bench.advance(minutes=1)
            assert counting.calls == 2
            assert bench.memory == {}
            assert neighbour.calls == 1
            assert "Reply needs a client's message" in bench.logged("plugin.failed")[0]["error"]

    def test_a_warning_about_a_warning_never_ends_and_is_refused(self) -> None:
        counting = Counting(0, 0.0, Warn(reason="x", key="k", text="Did you see?"))
        warning = plugin("warning", on_message=lambda event: [Warn(reason="x", key="w", text="Look.")])
        with Bench(counting.plugin(hook="on_warning"), beside={"warning": warning}) as bench:
            bench.receive(STATUS)
            assert [warned.text for warned in bench.warned] == ["Look."]
            assert states(bench)["counting"] == "failed"


class TestEventsThatFailAsAWhole:
    def test_they_are_retried_and_parked_while_others_go_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(*_: Any) -> None:
            raise OSError("disk trouble")

        with Bench(acknowledge, delay="0s") as bench:
            monkeypatch.setattr(Keeper, "owner_wrote", failing)
            bench.owner_sends("Hello", to="ada@acme.example, wile@acme.example")
            assert len(bench.receive(STATUS, subject="Another")) == 0
            assert bench.reasons == ["in_conversation"]
            for _ in range(6):
                bench.advance(hours=1)
            assert [row.state for row in rows(bench) if row.type == "OwnerSent"] == ["parked"]
            (parked,) = bench.logged("message.parked")
            assert "disk trouble" in parked["error"]

    def test_a_full_disk_is_not_their_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any) -> None:
            raise StoreError("database or disk is full")

        with Bench(acknowledge, delay="0s") as bench:
            bench.deliver(STATUS)
            bench.daemon.watchers[0].catch_up()
            with monkeypatch.context() as patch:
                patch.setattr(Actor, "write", full)
                for _ in range(9):
                    with pytest.raises(StoreError):
                        bench.daemon.desk.drain()
            assert len(to_clients(bench.run())) == 1
            assert bench.logged("message.parked") == []

    def test_an_unknown_type_is_parked(self) -> None:
        with Bench(acknowledge) as bench:
            with bench.store.write() as tx:
                events.add(tx, "Earthquake", bench.clock.now())
            for _ in range(6):
                bench.advance(hours=1)
            assert [row.state for row in rows(bench)] == ["parked"]

    def test_what_takes_the_process_down_each_time_is_parked_and_its_neighbours_are_not(self) -> None:
        class Death(BaseException):
            pass

        def on_message(event: Any) -> list[Note]:
            return [Note(reason="seen")]

        with Bench(plugin(on_message=on_message)) as bench:
            bench.deliver("You will die of this.")
            bench.deliver("And this is harmless.", subject="Pages")
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
            call = bench.host.call

            def dying(*arguments: Any, **named: Any) -> Any:
                if named["event"].message.row == 1:
                    raise Death
                return call(*arguments, **named)

            bench.host.call = dying  # type: ignore[method-assign]
            for _ in range(5):
                with pytest.raises(Death):
                    bench.daemon.desk.drain()
            bench.daemon.desk.drain()
            assert [row.state for row in rows(bench) if row.type == "MessageReceived"] == ["parked", "done"]


class TestTheServer:
    def test_a_text_that_cannot_be_fetched_now_waits_as_long_as_it_takes(self) -> None:
        with Bench(acknowledge, delay="0s", toml=MANY) as bench:
            bench.deliver(STATUS)
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
            # The text that the reader had in memory is gone, as after a restart.
            bench.daemon.texts.drop(1)
            bench.world.account.fail("open", MailboxError("unavailable", "try later"), times=20)
            rounds = 0
            while open_events(bench):
                bench.daemon.desk.drain()
                bench.clock.move(timedelta(seconds=31))
                rounds += 1
            assert 9 <= rounds <= 22
            assert len(bench.run()) == 1


def test_events_nobody_listens_to_are_finished_in_one_commit() -> None:
    with Bench(plugin()) as bench:
        with bench.store.write() as tx:
            for _ in range(10):
                events.add(tx, "ScheduleFired", bench.clock.now(), None, {"plugin": "gone", "name": "x", "due": "x"})
        commits = 0
        write = bench.store.write

        def counted() -> Any:
            nonlocal commits
            commits += 1
            return write()

        bench.store.write = counted  # type: ignore[method-assign]
        assert bench.daemon.desk.drain() == 10
        assert commits == 1
        assert {row.state for row in rows(bench)} == {"done"}


def test_a_backlog_costs_one_commit_an_event() -> None:
    with Bench(Counting().plugin(), toml=MANY) as bench:
        for number in range(5):
            bench.deliver("Hello", subject=f"Matter {number}")
        for watcher in bench.daemon.watchers:
            watcher.catch_up()
        commits = 0
        write = bench.store.write

        def counted() -> Any:
            nonlocal commits
            commits += 1
            return write()

        bench.store.write = counted  # type: ignore[method-assign]
        # Five messages, and the obligation that each of them opens.
        assert bench.daemon.desk.drain() == 10
        assert commits == 6


def test_an_idle_desk_writes_nothing() -> None:
    with Bench(plugin()) as bench:
        bench.store.write = None  # type: ignore[assignment]
        assert bench.daemon.desk.drain() == 0
        assert bench.daemon.desk.next_attempt() is None


def test_a_desk_that_is_to_stop_leaves_the_rest_untouched() -> None:
    with Bench(Counting().plugin()) as bench:
        bench.deliver("One")
        bench.deliver("Two", subject="Two")
        for watcher in bench.daemon.watchers:
            watcher.catch_up()
        stops = iter([False, True, True])
        assert bench.daemon.desk.drain(lambda: next(stops)) == 1
        assert [row.attempts for row in rows(bench) if row.state == "open"] == [0, 0]


def test_a_plugin_keeps_a_promise_and_uses_its_memory() -> None:
    def on_message(event: Any, ctx: Any) -> list[Any]:
        if "over the phone" in (event.text or ""):
            known = ctx.memory.get("calls") or 0
            return [
                KeepPromise(reason="call", client="acme", evidence="call"),
                KeepPromise(reason="call", client="nobody", evidence="call"),
                Remember(reason="call", key="calls", value=known + 1),
                Forget(reason="call", key="gone"),
            ]
        return [
            Remember(reason="x", key="gone", value=1),
            Reply(reason="x", template="next_report", tells=PromiseKind.REPORT),
        ]

    hooks = plugin("acknowledge", "whiteglove_plugins", on_message=on_message)
    with Bench(hooks, clients={"acme": acme()}) as bench:
        bench.receive(STATUS)
        bench.receive("You told me over the phone.", subject="Call")
        assert bench.memory == {"calls": 1}
        (promise,) = bench.promises
        assert (promise.state, promise.evidence) == (PromiseState.KEPT, "call")


def test_a_hook_is_handled_once_over_restarts() -> None:
    counting = Counting()
    with Bench(counting.plugin()) as bench:
        bench.receive("Hello")
        bench.restart()
        bench.restart()
        assert counting.calls == 1


def test_the_events_of_a_resting_plugin_cost_the_server_nothing() -> None:
    with Bench(Counting(9, 0.1).plugin(), budget=0.03) as bench:
        for number in range(3):
            bench.receive("Hello", subject=f"Matter {number}")
        before = open_events(bench)
        bench.world.account.fail("open", MailboxError("unavailable", "a text was asked for"), times=99)
        bench.clock.move(timedelta(minutes=30))
        bench.daemon.desk.drain()
        assert open_events(bench) == before == 3
        assert {row.error for row in rows(bench) if row.state == "open"} == {"suspended"}


def test_what_was_decided_meanwhile_is_left_alone() -> None:
    held: list[Bench] = []

    def on_message(event: Any) -> list[Action]:
        with held[0].store.write() as tx:
            events.finish(tx, event.id)
        return [Warn(reason="late", key="late", text="Too late.")]

    with Bench(plugin(on_message=on_message)) as bench:
        held.append(bench)
        assert bench.receive(QUESTION) == []
        assert bench.warned == []
