"""How closely a client makes contact: against their habit, ever sooner, and mails that go to and fro."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import WorkingHours
from whiteglove.frequency import (
    HABIT_DAYS,
    KNOWN_DAYS,
    LEAST,
    RALLY_HOURS,
    Contact,
    contact_figures,
    contacts_of,
    habit_moments,
    is_burst,
    is_working_time,
    rally,
    shrinking,
    stretch_begin,
    usual_most,
)
from whiteglove.ledger import ClientNote
from whiteglove.message import Address, Classification, Kind, RecordedMessage, Verdicts
from whiteglove.worktime import WorkingTime

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAILY = (((time(9), time(17, 30)),),) * 5 + ((), ())
BERLIN = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours(DAILY))
STATUS = Classification((Kind.STATUS_REQUEST,), 0.9)

days = st.lists(st.integers(0, 9), min_size=0, max_size=HABIT_DAYS)
sides = st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 600)), max_size=25)


def mail(row: int, at: datetime, *, out: bool = False, thread: int = 1, asks: bool = False) -> RecordedMessage:
    return RecordedMessage(
        row=row, mailbox="studio", folder="Sent" if out else "INBOX", uidvalidity=1, uid=row, message_id=None,
        received_at=at, author=Address("wile@acme.example"), to=(), cc=(), subject="Cover", client="acme",
        thread=thread, outbound=out, verdicts=Verdicts(human=True, may_acknowledge=True, obliges=True),
        classification=STATUS if asks else None,
    )  # fmt: skip


def exchange(written: list[tuple[bool, int, int]]) -> list[RecordedMessage]:
    """Mails by their direction, their thread, and the minutes since NOW."""
    return [
        mail(row, NOW + minutes * MINUTE, out=out, thread=thread)
        for row, (out, thread, minutes) in enumerate(written, start=1)
    ]


def descending(first: timedelta, factor: float, gaps: int) -> list[datetime]:
    moments, gap = [NOW], first
    for _ in range(gaps):
        moments.append(moments[-1] + gap)
        gap *= factor
    return moments


class TestContacts:
    def test_their_mails_and_their_calls_are_contact_and_nothing_else(self) -> None:
        call = ClientNote(row=1, client="acme", at=NOW + HOUR, text="", call=True)
        own = ClientNote(row=2, client="acme", at=NOW, text="", call=True, outbound=True)
        note = ClientNote(row=3, client="acme", at=NOW, text="Likes blue.")
        found = contacts_of([mail(1, NOW + 2 * HOUR, asks=True), mail(2, NOW, out=True)], [call, own, note])
        assert found == (Contact(NOW + HOUR, call=True), Contact(NOW + 2 * HOUR, asked=True, prompted=True))

    def test_an_answer_is_one_only_after_a_mail_of_the_owners_in_the_same_thread(self) -> None:
        written = [(False, 1, 0), (True, 1, 1), (False, 2, 2), (False, 1, 3), (False, 1, 4)]
        assert [contact.prompted for contact in contacts_of(exchange(written))] == [False, False, True, False]

    @given(sides)
    def test_whatever_the_order_in_which_they_are_given(self, written: list[tuple[bool, int, int]]) -> None:
        known = exchange(written)
        found = contacts_of(known)
        assert found == contacts_of(reversed(known))
        assert len(found) == sum(not message.outbound for message in known)
        # Nobody answers more often than they were written to.
        assert sum(one.prompted for one in found) <= sum(message.outbound for message in known)

    def test_the_figures(self) -> None:
        saturday = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
        contacts = (Contact(NOW, asked=True), Contact(NOW + 3 * HOUR, call=True), Contact(NOW + 10 * HOUR))
        found = contact_figures((*contacts, Contact(saturday)), BERLIN)
        assert (found.number, found.calls, found.asked, found.all) == (3, 1, 1, 4)
        # 20:00 in Berlin, and a Saturday.
        assert found.outside == 2
        assert found.gap == 5 * DAY / 3
        assert contact_figures((), BERLIN).gap == timedelta(0)

    def test_of_who_never_works_nothing_is_out_of_hours(self) -> None:
        nobody = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours(((),) * 7))
        assert is_working_time(NOW, nobody)
        assert not is_working_time(NOW + 12 * HOUR, BERLIN)


class TestTheHabit:
    def test_it_is_what_nine_in_ten_stretches_did_not_exceed(self) -> None:
        assert usual_most([1] * HABIT_DAYS) == 2
        assert usual_most([1, *[0] * (HABIT_DAYS - 1)]) == 0
        # One wild day among eight weeks is not the habit.
        assert usual_most([*[1] * 30, 9, *[1] * 25]) == 2

    def test_who_is_known_for_less_than_four_weeks_has_none(self) -> None:
        assert usual_most([*[0] * (HABIT_DAYS - KNOWN_DAYS + 1), *[3] * (KNOWN_DAYS - 1)]) is None
        assert usual_most([*[0] * (HABIT_DAYS - KNOWN_DAYS), *[3] * KNOWN_DAYS]) == 6
        assert usual_most([]) is None

    @given(days)
    def test_it_lies_between_nothing_and_the_fullest_two_days(self, known: list[int]) -> None:
        usual = usual_most(known)
        if usual is not None:
            assert 0 <= usual <= max(first + second for first, second in pairwise(known))

    @given(days, st.integers(0, 3))
    def test_who_writes_more_has_no_smaller_habit(self, known: list[int], more: int) -> None:
        before, after = usual_most(known), usual_most([number + more for number in known])
        if before is not None and after is not None:
            assert after >= before

    @given(st.integers(0, 60), st.integers(0, 30))
    def test_a_burst_is_twice_the_habit_and_never_a_handful(self, number: int, usual: int) -> None:
        assert not is_burst(number, None)
        assert is_burst(number, usual) == (number >= LEAST and number >= 2 * usual)

    def test_the_dates_are_the_owners_over_the_change_of_the_clocks(self) -> None:
        today = date(2026, 4, 1)
        moments = habit_moments(today, BERLIN)
        assert len(moments) == HABIT_DAYS + 1
        assert moments[-1] == stretch_begin(today, BERLIN) == datetime(2026, 3, 30, 22, 0, tzinfo=UTC)
        # Until the 29th of March midnight in Berlin is 23:00 UTC.
        assert moments[0] == datetime(2026, 2, 2, 23, 0, tzinfo=UTC)


class TestGapsThatShrink:
    def test_each_shorter_than_the_one_before(self) -> None:
        moments = descending(40 * HOUR, 0.6, 5)
        first, last = shrinking(moments) or (None, None)
        assert first == 40 * HOUR
        assert last == moments[-1] - moments[-2]
        # What lies before the last six does not matter.
        assert shrinking([NOW - 9 * DAY, NOW - 8.9 * DAY, *moments]) == (first, last)

    @pytest.mark.parametrize(
        "moments",
        [
            descending(40 * HOUR, 0.6, 4),
            descending(40 * HOUR, 0.9, 5),
            # Once a week, then three mails in an afternoon: a talk.
            [NOW, NOW + 6 * DAY, NOW + 7 * DAY, *(NOW + 7 * DAY + hours * HOUR for hours in (1, 2, 3))],
            [NOW, NOW + DAY, *(NOW + DAY + minutes * MINUTE for minutes in (60, 100, 120, 130))],
            [NOW, NOW + DAY, *[NOW + DAY] * 4],
            # From every other day to every day is no hurry.
            descending(60 * HOUR, 0.74, 5),
            descending(10 * DAY, 0.4, 5),
        ],
        ids=["too few", "hardly shorter", "a talk", "a quick talk", "at once", "still far apart", "too long ago"],
    )
    def test_otherwise_there_is_nothing_to_tell(self, moments: list[datetime]) -> None:
        assert shrinking(moments) is None

    @given(st.lists(st.integers(1, 60 * 24 * 10), max_size=12))
    def test_whatever_is_found_became_much_shorter(self, gaps: list[int]) -> None:
        moments = [NOW]
        for gap in gaps:
            moments.append(moments[-1] + gap * MINUTE)
        found = shrinking(moments)
        if found is not None:
            assert found[1] < 12 * HOUR
            assert found[1] * 3 < found[0]


class TestToAndFro:
    def test_the_sixth_mail_to_and_fro_within_hours(self) -> None:
        written = [(bool(turn % 2), 1, 20 * turn) for turn in range(6)]
        assert rally(exchange(written[:5]), 1, NOW + 100 * MINUTE) is None
        found = rally(exchange(written), 1, NOW + 100 * MINUTE)
        assert found is not None
        assert (found.number, found.since, found.until) == (6, NOW, NOW + 100 * MINUTE)
        assert rally(exchange(written), 2, NOW + 100 * MINUTE) is None

    def test_several_of_one_side_in_a_row_are_one_turn(self) -> None:
        written = [(bool(turn // 3 % 2), 1, 10 * turn) for turn in range(15)]
        assert rally(exchange(written), 1, NOW + 140 * MINUTE) is None

    def test_over_a_day_it_is_a_talk(self) -> None:
        written = [(bool(turn % 2), 1, 90 * turn) for turn in range(12)]
        assert rally(exchange(written), 1, NOW + 12 * 90 * MINUTE) is None

    @given(sides)
    def test_it_lies_within_the_hours_and_has_both_sides(self, written: list[tuple[bool, int, int]]) -> None:
        known = exchange(written)
        for message in known:
            found = rally(known, message.thread, message.received_at)
            if found is not None:
                near = [one for one in known if one.thread == message.thread]
                assert timedelta(0) <= found.until - found.since < RALLY_HOURS
                assert 6 <= found.number <= len(near)
                assert {one.outbound for one in near} == {True, False}
