"""A copy of what went out lies in Sent exactly once, whoever filed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benches import MANY, STATUS, acme
from whiteglove.errors import MailboxError, StoreError
from whiteglove.inprocess import InProcessMailbox
from whiteglove.store import chores
from whiteglove.store.schema import chores as table
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

LOST = MailboxError("timeout", "no answer")


def bench(policy: str = "auto", **options: Any) -> Bench:
    toml = f'copy_to_sent = "{policy}"\n{MANY}'
    return Bench(acknowledge, delay="0s", **{"clients": {"acme": acme()}, "toml": toml, **options})


def copies(b: Bench) -> int:
    """How many copies of our mails lie in Sent."""
    return sum(b"X-Whiteglove:" in mail.message for mail in b.world.account.mails("Sent"))


def states(b: Bench) -> list[str]:
    with b.store.read() as tx:
        return [row.state for row in tx.execute(table.select())]


def file_as_the_server_does(b: Bench) -> None:
    b.world.account.deliver(b.world.server.sent[-1].message, "Sent")


class TestAuto:
    def test_appended_after_the_second_look_where_the_server_did_not_file_it(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            assert (copies(b), states(b)) == (0, ["open"])
            b.advance(seconds=2)
            assert copies(b) == 0
            b.advance(seconds=1)
            assert (copies(b), states(b)) == (1, ["done"])
            (copy,) = [mail for mail in b.world.account.mails("Sent") if b"X-Whiteglove:" in mail.message]
            assert copy.message == b.world.server.sent[0].message
            assert r"\Seen" in copy.flags

    def test_found_at_the_second_look_nothing_is_appended(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            file_as_the_server_does(b)
            b.advance(seconds=3)
            b.advance(hours=1)
            assert (copies(b), states(b)) == (1, ["done"])

    def test_found_at_once_it_is_done_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            submit = b.world.server.submit

            def filing(sender: str, recipient: str, message: bytes) -> str:
                b.world.account.deliver(message, "Sent")
                return submit(sender, recipient, message)

            monkeypatch.setattr(b.world.server, "submit", filing)
            b.receive(STATUS)
            assert (copies(b), states(b)) == (1, ["done"])

    def test_a_provider_that_changes_the_message_id_is_seen_through(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            changed = b.world.server.sent[0].message.replace(b"Message-ID: <wg.", b"Message-ID: <provider.")
            b.world.account.deliver(changed, "Sent")
            b.advance(seconds=3)
            assert copies(b) == 1

    def test_the_bytes_are_kept_until_then_and_not_longer(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            assert b.mails[0].raw is not None
            b.advance(seconds=3)
            assert b.mails[0].raw is None

    def test_our_copy_is_recognised_as_ours_and_answers_nothing(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.advance(seconds=3)
            b.advance(seconds=3)
            assert len(b.obligations) == 1
            assert b.logged("promise.kept") == []


class TestTroubles:
    def test_a_lost_reply_does_not_file_it_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append

        def losing(self: InProcessMailbox, *arguments: Any, **named: Any) -> None:
            append(self, *arguments, **named)
            monkeypatch.undo()
            raise LOST

        with bench() as b:
            b.receive(STATUS)
            monkeypatch.setattr(InProcessMailbox, "append", losing)
            b.advance(seconds=3)
            assert (copies(b), states(b)) == (1, ["open"])
            b.advance(seconds=10)
            b.advance(hours=1)
            assert (copies(b), states(b)) == (1, ["done"])

    def test_a_server_that_is_gone_is_tried_again_with_growing_pauses(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.world.account.fail("append", LOST, times=3)
            b.advance(seconds=3)
            for seconds in (10, 20):
                b.advance(seconds=seconds)
                assert states(b) == ["open"]
            b.advance(seconds=39)
            assert states(b) == ["open"]
            b.advance(seconds=1)
            assert (copies(b), states(b)) == (1, ["done"])

    def test_a_missing_folder_is_told_in_working_time_and_our_bytes_go(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.world.account.fail("folders", MailboxError("missing_folder", "no Sent folder"), times=3)
            b.clock.move(timedelta(seconds=3))
            b.daemon.chores.drain()
            assert states(b) == ["failed"]
            assert b.mails[0].raw is None
            mails = b.run()
            assert "cannot be filed in Sent (no Sent folder)" in mails[0].text

    def test_the_owner_is_told_in_their_language(self) -> None:
        with bench(owner={"language": "pt"}) as b:
            b.receive(STATUS)
            b.world.account.fail("folders", MailboxError("missing_folder", "no Sent folder"), times=3)
            b.clock.move(timedelta(seconds=3))
            b.daemon.chores.drain()
            assert "não pode ser arquivado em Enviados (no Sent folder)" in b.warned[0].text
            assert 'ou pôr `copy_to_sent = "never"`' in b.warned[0].text

    def test_after_a_day_our_bytes_go(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.world.account.fail("append", LOST, times=999)
            for _ in range(60):
                b.advance(minutes=30)
            assert states(b) == ["failed"]
            assert b.mails[0].raw is None
            assert [warned.reason for warned in b.warned if warned.reason == "not_filed"] == ["not_filed"]

    def test_one_copy_that_fails_does_not_hold_up_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append

        def failing(self: InProcessMailbox, folder: str, message: bytes, **named: Any) -> None:
            if b"Matter 0" in message:
                raise RuntimeError("a defect")
            append(self, folder, message, **named)

        monkeypatch.setattr(InProcessMailbox, "append", failing)
        with bench() as b:
            b.receive(STATUS, subject="Matter 0")
            b.receive(STATUS, subject="Matter 1")
            b.advance(seconds=3)
            assert (copies(b), states(b)) == (1, ["open", "done"])

    def test_a_full_disk_after_the_copy_does_not_double_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise StoreError("database or disk is full")

        with bench() as b:
            b.receive(STATUS)
            b.clock.move(timedelta(seconds=3))
            with monkeypatch.context() as patch:
                patch.setattr(chores, "change", full)
                for _ in range(3):
                    with pytest.raises(StoreError):
                        b.daemon.chores.drain()
            assert copies(b) == 1
            b.run()
            assert (copies(b), states(b)) == (1, ["done"])

    def test_a_crash_between_looks_resumes(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.restart()
            b.advance(seconds=3)
            assert (copies(b), states(b)) == (1, ["done"])


class TestAlways:
    def test_it_is_filed_without_looking(self) -> None:
        with bench("always") as b:
            b.receive(STATUS)
            assert (copies(b), states(b)) == (1, ["done"])

    def test_but_not_twice_after_a_crash(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append
        crashes = [LOST]

        def losing(self: InProcessMailbox, *arguments: Any, **named: Any) -> None:
            append(self, *arguments, **named)
            if crashes:
                raise crashes.pop()

        monkeypatch.setattr(InProcessMailbox, "append", losing)
        with bench("always") as b:
            # The daemon ends before it can even note that something went wrong.
            monkeypatch.setattr(b.daemon.chores, "drain", lambda *_: 0)
            b.receive(STATUS)
            monkeypatch.setattr(chores, "change", _until_the_second(chores.change))
            with pytest.raises(Power):
                type(b.daemon.chores).drain(b.daemon.chores)
            monkeypatch.undo()
            b.restart()
            b.advance(minutes=1)
            assert (copies(b), states(b)) == (1, ["done"])


class Power(BaseException):
    """The power goes."""


def _until_the_second(change: Any) -> Any:
    calls = []

    def changed(*arguments: Any, **named: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise Power
        change(*arguments, **named)

    return changed


def test_never_means_never() -> None:
    with bench("never") as b:
        b.receive(STATUS)
        b.advance(minutes=1)
        assert (copies(b), states(b), b.mails[0].raw) == (0, ["done"], None)


def test_a_mailbox_that_left_the_configuration_is_left_alone() -> None:
    with bench() as b:
        b.receive(STATUS)
        with b.store.write() as tx:
            tx.execute(table.update().values(mailbox="gone"))
        b.advance(seconds=3)
        assert (copies(b), states(b)) == (0, ["done"])


def test_the_next_chore_is_known() -> None:
    with bench() as b:
        assert b.daemon.chores.next_due() is None
        b.receive(STATUS)
        assert b.daemon.chores.next_due() == b.clock.now() + timedelta(seconds=3)


def test_a_stop_leaves_the_rest() -> None:
    with bench() as b:
        b.receive(STATUS, subject="Matter 0")
        b.receive(STATUS, subject="Matter 1")
        b.clock.move(timedelta(seconds=3))
        stops = iter([False, False, True, True])
        b.daemon.chores.drain(lambda: next(stops))
        assert copies(b) == 1
