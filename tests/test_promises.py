"""When a client hears next, which mail is the report, and when a promise is late or broken."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteglove.clients import DateRange, ReportSlot, WorkingHours
from whiteglove.ledger import Promise, PromiseKind, PromiseState
from whiteglove.promises import (
    LONGEST_WINDOW,
    breaks_at,
    free_slot,
    in_absence,
    is_report,
    is_report_by_call,
    judge,
    moved_from,
    next_report,
    next_reports,
    next_working_day,
    refuses_move,
    window_opens,
)
from whiteglove.worktime import WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingHours((((time(9), time(17)),),) * 5 + ((), ()))
WORKTIME = WorkingTime(BERLIN, OFFICE)
TUE_FRI = (ReportSlot(1, time(16)), ReportSlot(4, time(16)))
DAILY = tuple(ReportSlot(day, time(17)) for day in range(5))
OPEN, LATE, KEPT, BROKEN, MOVED = PromiseState
HOUR = timedelta(hours=1)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


DUE = berlin("2026-11-24T16:00")


def promise(due: datetime, state: PromiseState = OPEN, kind: PromiseKind = PromiseKind.REPORT) -> Promise:
    return Promise(row=1, client="acme", kind=kind, due=due, state=state, uid="1@vale.example")


class TestNextReport:
    NOW = berlin("2026-11-24T10:42")

    def next(self, *promises: Promise, now: datetime = NOW) -> datetime | None:
        return next_report(TUE_FRI, WORKTIME, promises, now)

    def test_the_first_slot_where_nothing_was_promised(self) -> None:
        assert self.next() == DUE
        assert next_report((), WORKTIME, (), self.NOW) is None

    def test_the_open_promise_whatever_the_cadence_says(self) -> None:
        thursday = berlin("2026-11-26T11:00")

        assert self.next(promise(thursday)) == thursday
        assert next_report((), WORKTIME, (promise(thursday),), self.NOW) == thursday

    def test_the_earliest_still_owed_even_if_it_is_late(self) -> None:
        late = berlin("2026-11-20T16:00")

        assert self.next(promise(DUE), promise(late, LATE)) == late

    def test_a_promise_to_answer_is_no_report(self) -> None:
        assert self.next(promise(berlin("2026-11-24T12:00"), kind=PromiseKind.ANSWER)) == DUE

    @pytest.mark.parametrize("state", [KEPT, BROKEN, MOVED])
    def test_a_closed_promise_uses_up_its_slot(self, state: PromiseState) -> None:
        assert self.next(promise(DUE, state)) == berlin("2026-11-27T16:00")

    def test_a_report_moved_later_and_sent_early_uses_up_the_slots_before_it(self) -> None:
        saturday = berlin("2026-11-28T11:00")

        assert self.next(promise(DUE, MOVED), promise(saturday, OPEN)) == saturday
        assert self.next(promise(DUE, MOVED), promise(saturday, KEPT)) == berlin("2026-12-01T16:00")

    def test_a_report_moved_earlier_and_sent_leaves_the_later_slots(self) -> None:
        monday = berlin("2026-11-23T11:00")

        assert self.next(promise(DUE, MOVED), promise(monday, KEPT), now=monday) == berlin("2026-11-27T16:00")

    def test_the_reports_after_that(self) -> None:
        moved_to = berlin("2026-11-25T11:00")
        promises = (promise(DUE, MOVED), promise(moved_to), promise(berlin("2026-12-01T16:00"), MOVED))

        found = list(islice(next_reports(TUE_FRI, WORKTIME, promises, self.NOW), 3))

        assert found == [moved_to, berlin("2026-11-27T16:00"), berlin("2026-12-04T16:00")]


class TestWindow:
    @pytest.mark.parametrize(
        ("cadence", "due", "opens"),
        [
            (TUE_FRI, "2026-11-24T16:00", "2026-11-23T16:00"),
            (DAILY, "2026-11-24T17:00", "2026-11-24T05:00"),
            (DAILY, "2026-11-23T17:00", "2026-11-22T17:00"),
            ((ReportSlot(1, time(10)), ReportSlot(1, time(16))), "2026-11-24T16:00", "2026-11-24T13:00"),
            ((ReportSlot(1, time(16)), ReportSlot(2, time(16))), "2026-11-25T11:00", "2026-11-24T23:00"),
            ((), "2026-11-25T11:00", "2026-11-24T11:00"),
        ],
    )
    def test_opens_half_a_cadence_before_at_most_a_day(
        self, cadence: tuple[ReportSlot, ...], due: str, opens: str
    ) -> None:
        assert window_opens(cadence, WORKTIME, berlin(due)) == berlin(opens)


class TestIsReport:
    def evidence(self, sent_at: str, cadence: tuple[ReportSlot, ...] = TUE_FRI, **facts: Any) -> str | None:
        usual: dict[str, Any] = {
            "due": DUE,
            "state": OPEN,
            "sent_at": berlin(sent_at),
            "has_marker": False,
            "subject": "The catalogue",
            "report_subject": "Status",
            "answers_open_obligation": False,
        }
        return is_report(cadence, WORKTIME, **usual | facts)

    def test_by_marker_then_by_subject_then_by_the_window_alone(self) -> None:
        in_window = "2026-11-24T15:52"

        assert self.evidence(in_window, has_marker=True, subject="Status") == "marker"
        assert self.evidence(in_window, subject="Re: ＳＴＡＴＵＳ of the week") == "report_subject"
        assert (
            self.evidence(in_window, subject="Re: STATUS of the week", answers_open_obligation=True) == "report_subject"
        )
        assert self.evidence(in_window) == "window"

    def test_an_answer_is_never_a_report_by_the_window_alone(self) -> None:
        assert self.evidence("2026-11-24T15:52", answers_open_obligation=True) is None

    @pytest.mark.parametrize("report_subject", ["", "  "])
    def test_an_empty_subject_proves_nothing(self, report_subject: str) -> None:
        assert self.evidence("2026-11-24T15:52", report_subject=report_subject, answers_open_obligation=True) is None

    @pytest.mark.parametrize(
        ("sent_at", "counts"),
        [
            ("2026-11-23T15:59:59", False),
            ("2026-11-23T16:00", True),
            ("2026-11-24T16:00", True),
            ("2026-11-24T16:01", True),
            ("2026-11-25T16:59:59", True),
            ("2026-11-25T17:00", False),
        ],
    )
    @pytest.mark.parametrize("state", [OPEN, LATE])
    def test_from_the_windows_opening_until_it_breaks(self, sent_at: str, counts: bool, state: PromiseState) -> None:
        for facts in ({"has_marker": True}, {"subject": "status"}, {}):
            assert (self.evidence(sent_at, state=state, **facts) is not None) is counts

    def test_once_late_any_mail_that_answers_nothing_open_keeps_it(self) -> None:
        assert self.evidence("2026-11-24T18:30", state=LATE) == "window"
        assert self.evidence("2026-11-24T18:30", state=LATE, answers_open_obligation=True) is None
        assert self.evidence("2026-11-24T18:30", state=LATE, has_marker=True, answers_open_obligation=True) == "marker"

    @pytest.mark.parametrize("state", [KEPT, BROKEN, MOVED])
    def test_what_is_final_is_not_changed(self, state: PromiseState) -> None:
        assert self.evidence("2026-11-24T15:52", state=state, has_marker=True) is None

    def test_a_call_is_not_kept_by_a_mail_alone(self) -> None:
        by_call = (ReportSlot(1, time(16), "call"), ReportSlot(4, time(16)))
        only_calls = (ReportSlot(1, time(16), "call"),)
        moved_to: dict[str, Any] = {"due": berlin("2026-11-25T11:00")}

        assert self.evidence("2026-11-24T15:52", by_call) is None
        assert self.evidence("2026-11-24T18:30", by_call, state=LATE) is None
        assert self.evidence("2026-11-24T15:52", by_call, has_marker=True) == "marker"
        assert self.evidence("2026-11-24T15:52", by_call, subject="Status") == "report_subject"
        assert self.evidence("2026-11-25T10:00", only_calls, **moved_to) is None
        assert self.evidence("2026-11-25T10:00", by_call, **moved_to) == "window"

    def test_a_report_moved_earlier_may_still_be_sent_late_after_its_old_time(self) -> None:
        earlier: dict[str, Any] = {"due": berlin("2026-11-24T11:00"), "state": LATE}

        assert self.evidence("2026-11-24T16:30", **earlier) is None
        assert self.evidence("2026-11-24T16:30", moved=(DUE,), **earlier) == "window"


class TestJudge:
    def judged(
        self, state: PromiseState, now: str, read: str | None, kind: PromiseKind = PromiseKind.REPORT
    ) -> PromiseState:
        return judge(promise(DUE, state, kind), berlin(now), berlin(read) if read else None, TUE_FRI, WORKTIME)

    def test_open_becomes_late_when_due_has_passed_and_sent_was_read_up_to_it(self) -> None:
        assert self.judged(OPEN, "2026-11-24T15:59", "2026-11-24T15:59") is OPEN
        assert self.judged(OPEN, "2026-11-24T16:01", "2026-11-24T15:59") is OPEN
        assert self.judged(OPEN, "2026-11-24T16:01", None) is OPEN
        assert self.judged(OPEN, "2026-11-24T16:01", "2026-11-24T16:00") is LATE

    def test_late_becomes_broken_at_the_end_of_the_next_working_day(self) -> None:
        assert self.judged(LATE, "2026-11-25T16:59", "2026-11-25T16:59") is LATE
        assert self.judged(LATE, "2026-11-25T17:01", "2026-11-25T16:59") is LATE
        assert self.judged(LATE, "2026-11-25T17:01", "2026-11-25T17:00") is BROKEN

    def test_late_is_seen_before_broken(self) -> None:
        assert self.judged(OPEN, "2026-12-24T12:00", "2026-12-24T12:00") is LATE
        assert self.judged(LATE, "2026-12-24T12:00", "2026-12-24T12:00") is BROKEN

    def test_a_report_breaks_at_the_next_slot_and_an_answer_does_not(self) -> None:
        monday, tuesday = berlin("2026-11-23T17:00"), berlin("2026-11-24T17:00")
        twice = (ReportSlot(1, time(10)), ReportSlot(1, time(16)))

        assert breaks_at(DAILY, WORKTIME, PromiseKind.REPORT, monday) == tuesday
        assert breaks_at(twice, WORKTIME, PromiseKind.REPORT, berlin("2026-11-24T10:00")) == DUE
        assert breaks_at(twice, WORKTIME, PromiseKind.ANSWER, berlin("2026-11-24T10:00")) == berlin("2026-11-25T17:00")
        assert self.judged(LATE, "2026-11-25T17:01", "2026-11-25T17:00", PromiseKind.ANSWER) is BROKEN

    def test_the_slot_it_was_moved_from_does_not_break_it(self) -> None:
        moved_to = promise(berlin("2026-11-24T11:00"), LATE)
        evening = berlin("2026-11-24T20:00")

        assert judge(moved_to, evening, evening, TUE_FRI, WORKTIME) is BROKEN
        assert judge(moved_to, evening, evening, TUE_FRI, WORKTIME, {DUE}) is LATE

    def test_the_next_working_day_comes_after_holidays(self) -> None:
        worktime = WorkingTime(BERLIN, OFFICE, frozenset({date(2026, 11, 25)}))

        assert breaks_at((), worktime, PromiseKind.REPORT, DUE) == berlin("2026-11-26T17:00")

    def test_where_no_working_day_comes_nothing_breaks(self) -> None:
        gone = WorkingTime(BERLIN, OFFICE, away=(DateRange(date(2026, 11, 25), date(2029, 1, 1)),))
        much_later = DUE + timedelta(days=300)

        assert breaks_at(TUE_FRI, gone, PromiseKind.REPORT, DUE) is None
        assert judge(promise(DUE, LATE), much_later, much_later, TUE_FRI, gone) is LATE

    @pytest.mark.parametrize("state", [KEPT, BROKEN, MOVED])
    def test_what_is_final_stays(self, state: PromiseState) -> None:
        assert self.judged(state, "2026-12-24T12:00", "2026-12-24T12:00") is state


def test_falls_on_day_off() -> None:
    away = WorkingTime(BERLIN, OFFICE, away=(DateRange(date(2026, 11, 24), date(2026, 11, 24)),))

    assert away.lies_on_day_off(DUE)
    assert not WORKTIME.lies_on_day_off(DUE)
    assert WORKTIME.lies_on_day_off(berlin("2026-11-28T16:00"))


instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda instant: instant.replace(microsecond=0)
)
cadences = st.lists(
    st.builds(
        ReportSlot,
        st.integers(0, 6),
        st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
        st.sampled_from(["mail", "call"]),
    ),
    max_size=4,
).map(tuple)
worktimes = st.builds(
    WorkingTime,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]).map(ZoneInfo),
    st.sampled_from([OFFICE, WorkingHours((((time(0), time.max),),) * 7), WorkingHours(((),) * 7)]),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 7, 1)), max_size=20),
)
promises = st.lists(
    st.builds(promise, instants, st.sampled_from(list(PromiseState)), st.sampled_from(list(PromiseKind))), max_size=5
)
around = st.timedeltas(timedelta(days=-4), timedelta(days=6))


@settings(deadline=None)
@given(cadences, worktimes, promises, instants)
def test_the_next_report_lies_ahead_unless_it_is_an_unkept_promise(
    cadence: tuple[ReportSlot, ...], worktime: WorkingTime, known: list[Promise], now: datetime
) -> None:
    found = list(islice(next_reports(cadence, worktime, known, now), 12))

    reports = [one for one in known if one.kind is PromiseKind.REPORT]
    owed = sorted(one.due for one in reports if one.state in (OPEN, LATE))
    closed = {one.due for one in reports if one.state in (KEPT, BROKEN, MOVED)}
    assert next_report(cadence, worktime, known, now) == (found[0] if found else None)
    assert found[: len(owed)] == owed[:12]
    assert found == sorted(found)
    for at in found[len(owed) :]:
        assert at > now
        assert at not in closed
        assert not worktime.lies_on_day_off(at)
        assert all(at > due for due in owed)


@settings(deadline=None)
@given(cadences, worktimes, instants, around, st.none() | around, st.sampled_from(list(PromiseKind)))
def test_never_late_before_due_nor_broken_before_it_breaks_nor_unread(
    cadence: tuple[ReportSlot, ...],
    worktime: WorkingTime,
    due: datetime,
    since_due: timedelta,
    read: timedelta | None,
    kind: PromiseKind,
) -> None:
    now = due + since_due
    read_until = None if read is None else due + read

    from_open = judge(promise(due, OPEN, kind), now, read_until, cadence, worktime)
    from_late = judge(promise(due, LATE, kind), now, read_until, cadence, worktime)

    seen = min(now, read_until) if read_until else None
    breaks = breaks_at(cadence, worktime, kind, due)
    assert from_open is (LATE if seen and seen >= due else OPEN)
    assert from_late is (BROKEN if seen and breaks and seen >= breaks else LATE)
    assert breaks is None or breaks > due


@settings(deadline=None)
@given(cadences, worktimes, instants, st.integers(0, 5), around, st.booleans(), st.booleans(), st.booleans())
def test_a_mail_is_a_report_only_within_its_window_and_of_one_due_time_before_it(
    cadence: tuple[ReportSlot, ...],
    worktime: WorkingTime,
    start: datetime,
    which: int,
    shift: timedelta,
    has_marker: bool,
    by_subject: bool,
    answers: bool,
) -> None:
    slots = [slot.at for slot in islice(worktime.slots(cadence, start), 7)]
    due = slots[which] if which < len(slots) else start
    sent_at = due + shift

    def evidence(of: datetime) -> str | None:
        return is_report(
            cadence,
            worktime,
            due=of,
            state=OPEN,
            sent_at=sent_at,
            has_marker=has_marker,
            subject="Weekly status" if by_subject else "Hello",
            report_subject="status",
            answers_open_obligation=answers,
        )

    opens, breaks = window_opens(cadence, worktime, due), breaks_at(cadence, worktime, PromiseKind.REPORT, due)
    proof = evidence(due)
    assert due - LONGEST_WINDOW <= opens < due
    if proof is not None:
        assert opens <= sent_at
        assert breaks is None or sent_at < breaks
        assert proof != "window" or not answers
    elif opens <= sent_at and (breaks is None or sent_at < breaks):
        assert not has_marker
        assert not by_subject
    # A mail sent in time is in the window of one slot at most.
    assert sum(evidence(slot) is not None and sent_at <= slot for slot in slots) <= 1


class TestMoving:
    NOW = berlin("2026-11-24T10:42")
    AWAY = WorkingTime(BERLIN, OFFICE, away=(DateRange(date(2026, 11, 24), date(2026, 11, 26)),))

    def test_only_a_time_to_come_on_a_working_day_will_do(self) -> None:
        assert refuses_move(self.NOW, WORKTIME, self.NOW) == "past"
        assert refuses_move(self.NOW + timedelta.resolution, WORKTIME, self.NOW) is None
        assert refuses_move(berlin("2026-11-28T11:00"), WORKTIME, self.NOW) == "day_off"
        assert refuses_move(datetime.max.replace(tzinfo=UTC), WORKTIME, self.NOW) == "too_far"
        assert refuses_move(berlin("2026-11-25T23:00"), WORKTIME, self.NOW) is None
        assert refuses_move(berlin("2026-11-25T11:00"), self.AWAY, self.NOW) == "day_off"

    def test_what_was_moved_away_are_reports_only(self) -> None:
        answer = promise(DUE + HOUR, MOVED, PromiseKind.ANSWER)

        assert moved_from((promise(DUE, MOVED), promise(DUE + 2 * HOUR), answer)) == {DUE}

    @pytest.mark.parametrize(
        ("known", "due", "free"),
        [
            ((), "2026-11-24T16:00", "2026-11-27T16:00"),
            ((promise(berlin("2026-11-25T11:00")),), "2026-11-25T11:00", "2026-11-27T16:00"),
            ((promise(DUE), promise(berlin("2026-11-27T16:00"), MOVED)), "2026-11-24T16:00", "2026-12-01T16:00"),
            ((promise(berlin("2026-11-20T16:00"), LATE),), "2026-11-20T16:00", "2026-11-24T16:00"),
        ],
    )
    def test_the_free_slot_is_the_first_after_the_report_and_after_now(
        self, known: tuple[Promise, ...], due: str, free: str
    ) -> None:
        assert free_slot(TUE_FRI, WORKTIME, known, berlin(due), self.NOW) == berlin(free)

    def test_out_of_an_absence_it_is_the_slot_that_the_absence_pushed(self) -> None:
        weekly = (ReportSlot(1, time(16)),)

        assert free_slot(weekly, self.AWAY, (promise(DUE),), DUE, self.NOW) == berlin("2026-11-27T16:00")

    def test_without_a_cadence_it_is_the_same_hour_of_the_next_working_day(self) -> None:
        assert free_slot((), self.AWAY, (promise(DUE),), DUE, self.NOW) == berlin("2026-11-27T16:00")
        assert next_working_day(WORKTIME, berlin("2026-11-20T16:00"), self.NOW) == berlin("2026-11-25T16:00")

    def test_without_a_working_day_there_is_none(self) -> None:
        for_ever = WorkingTime(BERLIN, OFFICE, away=(DateRange(date(2026, 1, 1), date(2029, 1, 1)),))

        assert free_slot(TUE_FRI, for_ever, (), DUE, self.NOW) is None

    def test_what_an_absence_breaks_are_open_promises_to_come(self) -> None:
        answer = promise(DUE + HOUR, kind=PromiseKind.ANSWER)
        friday = berlin("2026-11-27T16:00")
        known = (promise(DUE), answer, promise(friday), promise(DUE, MOVED), promise(self.NOW - HOUR))

        assert in_absence(known, self.AWAY, self.NOW) == (known[0], answer)
        assert in_absence(known, WORKTIME, self.NOW) == ()


class TestReportByCall:
    CALLS = (ReportSlot(1, time(16), "call"), ReportSlot(4, time(16)))

    def by_call(self, called_at: datetime, due: datetime = DUE, state: PromiseState = OPEN, **options: Any) -> bool:
        cadence = options.pop("cadence", self.CALLS)
        return is_report_by_call(cadence, WORKTIME, due=due, state=state, called_at=called_at, **options)

    def test_in_the_window_and_late_until_it_breaks(self) -> None:
        assert self.by_call(DUE - 24 * HOUR)
        assert not self.by_call(DUE - 24 * HOUR - timedelta(seconds=1))
        assert self.by_call(DUE)
        breaks = berlin("2026-11-25T17:00")
        assert self.by_call(breaks - timedelta(seconds=1), state=LATE)
        assert not self.by_call(breaks, state=LATE)

    def test_a_report_by_mail_is_given_by_mail(self) -> None:
        assert not self.by_call(DUE, cadence=TUE_FRI)
        assert not self.by_call(berlin("2026-11-27T15:00"), due=berlin("2026-11-27T16:00"))

    def test_a_time_that_is_no_slot_is_by_call_where_all_are(self) -> None:
        thursday = berlin("2026-11-26T11:00")
        assert not self.by_call(thursday, due=thursday)
        assert self.by_call(thursday, due=thursday, cadence=(ReportSlot(1, time(16), "call"),))
        assert not self.by_call(thursday, due=thursday, cadence=())

    @pytest.mark.parametrize("state", [KEPT, BROKEN, MOVED])
    def test_what_is_over_stays_so(self, state: PromiseState) -> None:
        assert not self.by_call(DUE, state=state)

    def test_a_slot_that_was_moved_away_breaks_nothing(self) -> None:
        every = tuple(ReportSlot(day, time(16), "call") for day in range(5))
        next_slot = berlin("2026-11-25T16:00")
        assert not self.by_call(next_slot, cadence=every, state=LATE)
        assert self.by_call(next_slot, cadence=every, state=LATE, moved={next_slot})
