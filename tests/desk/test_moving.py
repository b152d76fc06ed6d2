"""Moving a report: what the ledger says then, what is refused, and a plugin's wish to move one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from benches import COMPLAINT, FRIDAY_REPORT, MANY, STATUS, TUESDAY_REPORT, acme, plugin, to_clients
from whiteglove.actions import MovePromise
from whiteglove.desk.moving import Mover, MoveRefusedError
from whiteglove.events import PromiseMoved
from whiteglove.ledger import PromiseState
from whiteglove.promises import next_reports
from whiteglove.store import ledger
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

WEDNESDAY = TUESDAY_REPORT + timedelta(days=1)
WEEK = timedelta(days=7)
OPEN, LATE, KEPT, BROKEN, MOVED = PromiseState


def bench(*lines: str, made: Any = acknowledge, **options: Any) -> Bench:
    settings = {"delay": "0s"} if made is acknowledge else {}
    return Bench(made, clients={"acme": acme(*lines)}, toml=MANY, **settings, **options)


def upcoming(b: Bench, count: int = 3) -> list[datetime]:
    client = b.settings.book.clients["acme"]
    with b.store.read() as tx:
        found = next_reports(client.report, b.settings.worktime, ledger.promises_of(tx, "acme"), b.clock.now())
        return [next(found) for _ in range(count)]


def standing(b: Bench) -> list[tuple[datetime, PromiseState, int, bool]]:
    found = sorted(b.promises, key=lambda promise: promise.row)
    return [(promise.due, promise.state, promise.sequence, promise.told) for promise in found]


class TestTheLedger:
    def test_a_promise_gives_way_to_one_with_the_same_entry_and_the_next_number(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.moves_report(WEDNESDAY)
            assert standing(b) == [(TUESDAY_REPORT, MOVED, 0, True), (WEDNESDAY, OPEN, 1, True)]
            old, new = sorted(b.promises, key=lambda promise: promise.row)
            assert (old.uid, old.evidence, old.closed_at, old.late) == (new.uid, "moved", b.clock.now(), False)
            assert upcoming(b) == [WEDNESDAY, FRIDAY_REPORT, TUESDAY_REPORT + WEEK]

    def test_a_slot_nobody_was_told_of_gives_way_without_a_word(self) -> None:
        with bench() as b:
            assert b.moves_report(WEDNESDAY) == []
            assert standing(b) == [(TUESDAY_REPORT, MOVED, 0, False), (WEDNESDAY, OPEN, 1, False)]
            assert upcoming(b) == [WEDNESDAY, FRIDAY_REPORT, TUESDAY_REPORT + WEEK]

    def test_slots_before_the_new_time_disappear_and_later_ones_stay(self) -> None:
        with bench() as b:
            later = FRIDAY_REPORT + timedelta(days=5)
            b.moves_report(later)
            assert upcoming(b) == [later, FRIDAY_REPORT + WEEK, TUESDAY_REPORT + 2 * WEEK]

    def test_earlier_uses_up_the_old_time(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            earlier = b.clock.now() + timedelta(hours=2)
            b.moves_report(earlier)
            assert upcoming(b) == [earlier, FRIDAY_REPORT, TUESDAY_REPORT + WEEK]

    def test_twice_and_back_to_where_it_was(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.moves_report(WEDNESDAY)
            b.moves_report(TUESDAY_REPORT)
            assert [state for _, state, _, _ in standing(b)] == [MOVED, MOVED, OPEN]
            assert standing(b)[-1] == (TUESDAY_REPORT, OPEN, 2, True)
            assert upcoming(b) == [TUESDAY_REPORT, FRIDAY_REPORT, TUESDAY_REPORT + WEEK]

    def test_to_the_time_that_it_has_changes_nothing(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            assert b.moves_report(TUESDAY_REPORT) == []
            assert standing(b) == [(TUESDAY_REPORT, OPEN, 0, True)]

    def test_moved_earlier_it_is_late_at_its_new_time_and_not_broken_at_the_old_one(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.moves_report(TUESDAY_REPORT - timedelta(hours=5))
            b.clock.move(TUESDAY_REPORT + timedelta(minutes=1) - b.clock.now())
            b.run()
            b.run()
            assert [state for _, state, _, _ in standing(b)] == [MOVED, LATE]
            b.owner_sends("Here it is.", subject="How far we are")
            assert [state for _, state, _, _ in standing(b)] == [MOVED, KEPT]

    def test_the_log_and_the_plugins_hear_of_both_times(self) -> None:
        heard: list[PromiseMoved] = []
        listening = plugin(on_promise=lambda event: heard.append(event))
        with bench(beside={"listening": listening}) as b:
            b.receive(STATUS)
            b.moves_report(WEDNESDAY)
            assert [(event.was_due, event.promise.due) for event in heard] == [(TUESDAY_REPORT, WEDNESDAY)]
            (line,) = b.logged("promise.moved")
            assert (line["client"], line["was_due"]) == ("acme", TUESDAY_REPORT.isoformat())
            assert line["due"] == WEDNESDAY.isoformat()
            assert [line["reason"] for line in b.logged("mail.planned")] == ["status_request", "moved"]


class TestASlotThatNobodyWasToldOf:
    def test_becomes_a_promise_with_the_first_who_is_told(self) -> None:
        with bench() as b:
            b.moves_report(WEDNESDAY)
            (mail,) = b.receive(STATUS)
            assert "Wednesday" in mail.text
            assert standing(b) == [(TUESDAY_REPORT, MOVED, 0, False), (WEDNESDAY, OPEN, 1, True)]
            assert [line["due"] for line in b.logged("promise.made")] == [WEDNESDAY.isoformat()]

    def test_breaks_no_word_when_its_time_passes(self) -> None:
        with bench() as b:
            b.moves_report(WEDNESDAY)
            b.clock.move(WEDNESDAY + timedelta(minutes=2) - b.clock.now())
            b.run()
            assert [promise.evidence for promise in b.promises] == ["moved", "passed"]
            assert b.logged("promise.late") == []
            (mail,) = b.receive(STATUS)
            assert "Friday" in mail.text


class TestALateReport:
    def late(self) -> Bench:
        b = bench()
        b.receive(STATUS)
        b.clock.move(TUESDAY_REPORT + timedelta(minutes=1) - b.clock.now())
        b.run()
        return b

    def test_can_be_moved_and_stays_on_record_as_late(self) -> None:
        with self.late() as b:
            (mail,) = to_clients(b.moves_report(WEDNESDAY))
            assert "did not come on time" in mail.text
            assert "tomorrow, Wednesday 4 March, at 16:00" in mail.text
            old, new = sorted(b.promises, key=lambda promise: promise.row)
            assert (old.state, old.late, new.state, new.late) == (MOVED, True, OPEN, False)

    def test_other_automatic_mail_stays_silent_until_the_report_is_given(self) -> None:
        with self.late() as b:
            b.moves_report(WEDNESDAY)
            assert to_clients(b.receive(STATUS, subject="And?")) == []
            assert b.reasons == ["promise_late"]
            b.clock.move(WEDNESDAY - timedelta(minutes=10) - b.clock.now())
            b.owner_sends("Here it is.", subject="How far we are")
            b.advance(minutes=31)
            assert len(to_clients(b.receive(STATUS, subject="Next"))) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("to", "reason"),
        [
            (datetime.fromisoformat("2026-03-02T09:00:00+00:00"), "past"),
            (datetime.fromisoformat("2026-03-07T10:00:00+00:00"), "day_off"),
            (datetime.fromisoformat("2026-03-05T10:00:00+00:00"), "day_off"),
        ],
    )
    def test_what_is_over_and_a_day_off(self, to: datetime, reason: str) -> None:
        with bench(owner={"away": ["2026-03-05"]}) as b:
            with pytest.raises(MoveRefusedError) as refusal:
                b.moves_report(to)
            assert refusal.value.reason == reason
            assert b.promises == []

    def test_who_is_owed_nothing(self) -> None:
        with Bench(acknowledge, clients={"acme": acme(report="[]")}, toml=MANY) as b:
            with b.store.write() as tx, pytest.raises(MoveRefusedError) as refusal:
                Mover(b.settings, b.store).move(tx, b.settings.book.clients["acme"], WEDNESDAY, b.clock.now())
            assert refusal.value.reason == "nothing"


class TestAPlugin:
    def moving(self, to: datetime, client: str = "acme") -> Any:
        return plugin(on_message=lambda event: [MovePromise(reason="asked", client=client, to=to)])

    def test_moves_a_report(self) -> None:
        with bench(made=self.moving(WEDNESDAY)) as b:
            b.receive(COMPLAINT)
            assert standing(b) == [(TUESDAY_REPORT, MOVED, 0, False), (WEDNESDAY, OPEN, 1, False)]
            b.receive(COMPLAINT, subject="Again")
            assert len(b.promises) == 2
            assert b.failures == []

    def test_what_cannot_be_is_told_to_the_owner_and_nothing_moves(self) -> None:
        with bench(made=self.moving(WEDNESDAY + timedelta(days=4))) as b:
            b.receive(STATUS)
            (warning,) = b.warned
            assert warning.reason == "move_refused"
            assert "(Sun 8 Mar, 16:00)" in warning.text
            assert "day off" in warning.text
            assert b.promises == []
            assert b.logged("message.parked") == []

    def test_the_owner_is_told_so_in_their_language(self) -> None:
        with bench(made=self.moving(WEDNESDAY + timedelta(days=4)), owner={"language": "es"}) as b:
            b.receive(STATUS)
            assert b.warned[0].text == (
                "Acme GmbH: «made» quería mover su próximo informe (dom 8 mar, 16:00), pero eso es un día libre, un "
                "festivo o una ausencia tuya. Se queda donde está. Siguiente paso: whiteglove reports move acme next"
            )

    def test_a_client_who_left_the_book_is_nobodys(self) -> None:
        with bench(made=self.moving(WEDNESDAY, "dune")) as b:
            b.receive(STATUS)
            assert (b.promises, b.warned) == ([], [])
