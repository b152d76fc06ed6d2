"""G5 over moves: one time until it is moved, each move told once to each person who was told, and no time in a mail but
the ledger's at that instant: over absences, the nights in which the clocks change, servers that are down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benches import MANY, STATUS, TUESDAY_REPORT, acme, to_clients
from whiteglove.desk.moving import MoveRefusedError
from whiteglove.errors import SubmissionError
from whiteglove.ledger import MailState, PromiseState
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge
from whole.studio import Studio

BERLIN = ZoneInfo("Europe/Berlin")
WILE, ADA = "Wile Coyote <wile@acme.example>", "Ada Birdwell <ada@acme.example>"
DOWN = SubmissionError("temporary", "no connection")
DAY = timedelta(days=1)


def entry_of(mail: SentMail) -> Any:
    """The calendar entry of a mail; None for the short line, which has none."""
    parts = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    return next(iter(icalendar.Calendar.from_ical(parts[0].get_payload(decode=True)).walk("VEVENT")))


def test_each_move_is_told_once_to_each_person_under_a_growing_number() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as bench:
        mails = bench.receive(STATUS, sender=WILE) + bench.receive(STATUS, sender=ADA, subject="Search")
        for days in (1, 2, 0, 3):
            moved = bench.moves_report(TUESDAY_REPORT + days * DAY)
            assert sorted(mail.recipient for mail in moved) == ["ada@acme.example", "wile@acme.example"]
            mails += moved
            bench.restart()
            assert bench.run() == []
        entries = [entry_of(mail) for mail in mails]
        assert len({str(entry["UID"]) for entry in entries}) == 1
        assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_over_the_night_in_which_the_clocks_change_both_times_are_right() -> None:
    begin = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    owner = {"hours": "Mon-Sun 09:00-17:30"}
    book = {"acme": acme(report='["Sat 16:00"]')}
    with Bench(acknowledge, delay="0s", now=begin, clients=book, owner=owner, toml=MANY) as bench:
        bench.receive(STATUS)
        (mail,) = bench.moves_report(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
        assert "planned for tomorrow, Saturday 28 March, 16:00 comes Sunday, 29 March at 03:30" in " ".join(
            mail.text.split()
        )


def test_a_move_by_command_is_told_by_the_daemon_that_runs(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        due = datetime.fromisoformat(running.wait_for("promise.made")["due"])
        said = studio.ask("reports", "move", "acme", "next", "--json").json
        assert (datetime.fromisoformat(said["was_due"]), said["tells"]) == (due, ["wile@acme.example"])
        running.wait_for("mail.sent", reason="moved")
        assert [mail.recipients for mail in studio.sink.received] == [("wile@acme.example",)] * 2
        assert running.stop() == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 1)),
        st.tuples(st.just("move"), st.integers(1, 100)),
        st.tuples(st.just("wait"), st.integers(1, 30)),
        st.tuples(st.just("away"), st.integers(0, 3)),
        st.tuples(st.just("down"), st.integers(1, 2)),
        st.tuples(st.just("report"), st.just(0)),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@pytest.mark.long
def test_whatever_happens_the_time_in_a_mail_is_the_time_in_the_ledger(steps: list[tuple[str, int]]) -> None:
    begin = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    owner = {"hours": "Mon-Sun 09:00-17:30"}
    book = {"acme": acme(report='["Tue 16:00", "Fri 16:00", "Sun 02:30"]', reply_within=None)}
    with Bench(acknowledge, delay="0s", now=begin, clients=book, owner=owner, toml=MANY) as bench:
        reader = _Reader(bench)
        for number, step in enumerate(steps):
            reader.reads(_take(bench, number, *step))
            reader.knows_what_the_ledger_says()
        assert bench.failures == []


def _take(bench: Bench, number: int, step: str, size: int) -> list[SentMail]:
    now = bench.clock.now()
    match step:
        case "ask":
            return bench.receive(STATUS, sender=(WILE, ADA)[size], subject=f"Matter {number}")
        case "move":
            to = now.replace(minute=0) + timedelta(hours=size)
            if bench.settings.worktime.lies_on_day_off(to):
                with pytest.raises(MoveRefusedError):
                    bench.moves_report(to)
                return []
            return bench.moves_report(to)
        case "away":
            return bench.restart(owner={"away": [f"{(now + size * DAY).astimezone(BERLIN):%Y-%m-%d}"]})
        case "down":
            bench.world.server.answer(DOWN, size)
            return []
        case "report":
            return bench.owner_sends("Here it is.", subject="How far we are")
        case _:
            return bench.advance(hours=size)


class _Reader:
    """The two people at the client: which time each was told last, and whether a mail told another one."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known: dict[str, datetime] = {}
        self._numbers: dict[str, tuple[int, datetime]] = {}

    def reads(self, mails: list[SentMail]) -> None:
        for mail in to_clients(mails):
            (due,) = (one.due for one in self._bench.promises if one.state is PromiseState.OPEN)
            assert due > self._bench.clock.now()
            assert not self._bench.settings.worktime.lies_on_day_off(due)
            here = due.astimezone(BERLIN)
            words = " ".join(mail.text.replace(",", "").split())
            assert f"{here:%A} {here.day} {here:%B} at {here:%H:%M}" in words
            if "planned for" in words or "I promised for" in words:
                assert self._known[mail.recipient] != due, "a move that is none, or was told before"
                was = self._known[mail.recipient].astimezone(BERLIN)
                assert f"{was:%A} {was.day} {was:%B} {was:%H:%M}" in words
            self._known[mail.recipient] = due
            entry = entry_of(mail)
            if entry is not None:
                assert entry["DTSTART"].dt == due
                number, before = self._numbers.get(str(entry["UID"]), (-1, due))
                assert int(entry["SEQUENCE"]) >= number + (before != due)
                self._numbers[str(entry["UID"])] = int(entry["SEQUENCE"]), due

    def knows_what_the_ledger_says(self) -> None:
        """Once the mails are out, unless one was refused for a reason that the owner was told."""
        states = {mail.state for mail in self._bench.mails if mail.template == "moved"}
        if states & {MailState.PLANNED, MailState.DEFERRED, MailState.WITHHELD}:
            return
        cancelled = {mail.reason for mail in self._bench.mails if mail.state is MailState.CANCELLED}
        given = {one.due for one in self._bench.promises if one.state is PromiseState.KEPT}
        for promise in self._bench.promises:
            if promise.state is PromiseState.OPEN and "time_passed" not in cancelled:
                ahead = {due for due in self._known.values() if due > self._bench.clock.now()}
                assert ahead - given <= {promise.due}
