"""When a client hears next, what keeps a promise, and when one is late or broken. Rules over ledger values only.

A report is owed at each slot of a client's cadence, and at the time a promise of the ledger names; once a promise is
open it stands for everything up to its due time. A slot is used up by the promise that was closed for it.
All instants are aware; what is returned is UTC where it is computed here, and as it was where it is a promise's own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain, islice

from whiteglove.clients import ReportSlot
from whiteglove.ledger import Promise, PromiseKind, PromiseState
from whiteglove.worktime import HORIZON, NoWorkingTimeError, WorkingTime

LONGEST_WINDOW = timedelta(hours=24)
"""A mail earlier than this before a report is due is never taken for it, however far apart the reports are."""

_OWED = frozenset({PromiseState.OPEN, PromiseState.LATE})


def next_report(
    cadence: Sequence[ReportSlot], worktime: WorkingTime, promises: Sequence[Promise], now: datetime
) -> datetime | None:
    """When this client hears next, or None where nothing is owed and no slot comes within the horizon.

    It is the earliest report promise still owed (open or late: then it may lie in the past), else the first slot after
    `now` that is not used up. `promises` are all of the one client; those of kind `answer` are no reports.
    """
    return next(next_reports(cadence, worktime, promises, now), None)


def next_reports(
    cadence: Sequence[ReportSlot], worktime: WorkingTime, promises: Sequence[Promise], now: datetime
) -> Iterator[datetime]:
    """The report times from now on, ascending: the promises still owed, then the free slots after the last of them.

    A slot is used up where a promise due at that instant is kept, broken or moved, and where a promise due later is
    still owed, kept or broken: slots before the time that a report was moved to disappear, later ones stay. So a report
    sent early uses up its own slot, and one moved far ahead and sent early all slots it replaced.
    """
    reports = [promise for promise in promises if promise.kind is PromiseKind.REPORT]
    owed = sorted(promise.due for promise in reports if promise.state in _OWED)
    covered = max(chain([now], (promise.due for promise in reports if promise.state is not PromiseState.MOVED)))
    moved = moved_from(reports)
    yield from owed
    yield from (slot.at for slot in worktime.slots(cadence, covered) if slot.at not in moved)


def moved_from(promises: Iterable[Promise]) -> frozenset[datetime]:
    """The due times of reports that were moved away: these are no slots any more."""
    return frozenset(
        promise.due
        for promise in promises
        if promise.kind is PromiseKind.REPORT and promise.state is PromiseState.MOVED
    )


def refuses_move(to: datetime, worktime: WorkingTime, now: datetime) -> str | None:
    """Why no report can be moved to this instant: it is `past`, `too_far` ahead to count slots from there, or lies on a
    `day_off`; None where it can."""
    if to <= now:
        return "past"
    if to > now + HORIZON:
        return "too_far"
    return "day_off" if worktime.lies_on_day_off(to) else None


def free_slot(
    cadence: Sequence[ReportSlot], worktime: WorkingTime, promises: Sequence[Promise], due: datetime, now: datetime
) -> datetime | None:
    """The first free slot after the report due at `due`, never in the past nor on a day off: where it can be moved to.

    Where the cadence has none, the same hour of the next working day; None where nothing is worked within the horizon.
    """
    latest = max(due, now)
    slots = (at for at in next_reports(cadence, worktime, promises, now) if at > latest)
    free = next((at for at in slots if not worktime.lies_on_day_off(at)), None)
    return free or next_working_day(worktime, due, now)


def next_working_day(worktime: WorkingTime, at: datetime, now: datetime) -> datetime | None:
    """The hour of `at` on the first working day after it and after `now`; None where there is none in the horizon."""
    clock, day = at.astimezone(worktime.zone).time(), worktime.local_date(max(at, now))
    days = (day + timedelta(days=ahead) for ahead in range(1, HORIZON.days + 1))
    moments = (worktime.instant(day, clock) for day in days if worktime.is_working_day(day))
    # Where the clocks skip that hour over midnight, it counts on the day after.
    return next((moment for moment in moments if not worktime.lies_on_day_off(moment)), None)


def in_absence(promises: Iterable[Promise], worktime: WorkingTime, now: datetime) -> tuple[Promise, ...]:
    """The open promises to come that lie on a day off or in an absence, since the configuration changed after they
    were made; nobody will be there to keep them."""
    return tuple(
        promise
        for promise in promises
        if promise.state is PromiseState.OPEN and promise.due > now and worktime.lies_on_day_off(promise.due)
    )


def window_opens(cadence: Sequence[ReportSlot], worktime: WorkingTime, due: datetime) -> datetime:
    """From when on a mail can be the report due at `due`: half a cadence before it, at most `LONGEST_WINDOW`.

    The cadence here is the time between the last slot before `due` and the first at or after it, so that a report moved
    to a time between two slots has the window of that gap. Without two such slots it is `LONGEST_WINDOW`.
    """
    return _window(cadence, worktime, due)[0]


def is_report(
    cadence: Sequence[ReportSlot],
    worktime: WorkingTime,
    *,
    due: datetime,
    state: PromiseState,
    sent_at: datetime,
    has_marker: bool,
    subject: str,
    report_subject: str,
    answers_open_obligation: bool,
    moved: Collection[datetime] = (),
) -> str | None:
    """What proves that a mail of the owner's, seen in Sent, is the report due at `due`; None where nothing does.

    The mail must have been sent from the window's opening on (`window_opens`) and before the promise breaks
    (`breaks_at`, where `moved` is explained); sent after `due` it keeps the promise late. One mail keeps one promise:
    ask for the earliest one owed first. It is the report by

    * `marker`: it came from our own draft of a report;
    * `report_subject`: its subject holds the client's `report_subject`, whatever the case; an empty one proves nothing;
    * `window`: it is any other mail to the client that answers no open obligation. A slot that the cadence keeps by
      call is never kept this way. A due time that is no slot is by call where every slot of the cadence is.

    The first that applies is told. Marker and subject do not count before the window opens either: a mail so early is
    the report before, or needs the owner's own word (`reports sent`, which asks no rule here). `state` is `OPEN` for a
    slot that nobody was told; `KEPT`, `BROKEN` and `MOVED` are final, and no mail changes them. A mail sent before
    `due` counts for a promise judged late meanwhile, since some programs file their mail in Sent long after sending it.
    """
    opens, by_call = _window(cadence, worktime, due)
    breaks = breaks_at(cadence, worktime, PromiseKind.REPORT, due, moved)
    if state not in _OWED or sent_at < opens or (breaks is not None and sent_at >= breaks):
        return None
    if has_marker:
        return "marker"
    if (wanted := _fold(report_subject)) and wanted in _fold(subject):
        return "report_subject"
    return None if by_call or answers_open_obligation else "window"


def is_report_by_call(
    cadence: Sequence[ReportSlot],
    worktime: WorkingTime,
    *,
    due: datetime,
    state: PromiseState,
    called_at: datetime,
    moved: Collection[datetime] = (),
) -> bool:
    """Whether a call of the owner's is the report due at `due`.

    Only a slot that the cadence keeps by call is kept by one; a due time that is no slot is by call where every slot of
    the cadence is. The times are those of `is_report`: from the window's opening on, and before the promise breaks.
    """
    opens, by_call = _window(cadence, worktime, due)
    breaks = breaks_at(cadence, worktime, PromiseKind.REPORT, due, moved)
    return by_call and state in _OWED and called_at >= opens and (breaks is None or called_at < breaks)


def judge(
    promise: Promise,
    now: datetime,
    sent_read_until: datetime | None,
    cadence: Sequence[ReportSlot],
    worktime: WorkingTime,
    moved: Collection[datetime] = (),
) -> PromiseState:
    """The state of a promise that no mail has kept so far; one step at a time, so that late is seen before broken.

    Open becomes late at `due`, and late becomes broken at `breaks_at`; each only once Sent has been read up to that
    instant (`sent_read_until`, None where it was never read), since a report may lie there unseen. What is kept, broken
    or moved stays so. Being kept is not judged here but by `is_report`, or by the answer to an obligation. `moved` is
    explained at `breaks_at`.
    """
    if promise.state is PromiseState.OPEN and _passed(promise.due, now, sent_read_until):
        return PromiseState.LATE
    if promise.state is PromiseState.LATE:
        breaks = breaks_at(cadence, worktime, promise.kind, promise.due, moved)
        if breaks is not None and _passed(breaks, now, sent_read_until):
            return PromiseState.BROKEN
    return promise.state


def breaks_at(
    cadence: Sequence[ReportSlot],
    worktime: WorkingTime,
    kind: PromiseKind,
    due: datetime,
    moved: Collection[datetime] = (),
) -> datetime | None:
    """When a promise due at `due` and still owed counts as broken; None where that never comes.

    It is the end of the working day after the one it was due on. A report breaks at the next slot if that is earlier:
    the report then due is another one. `moved` are the due times of the client's moved promises, which are no slots any
    more: a report moved from 16:00 to 11:00 does not break at 16:00.
    """
    ends: list[datetime] = []
    if kind is PromiseKind.REPORT:
        ends += islice((slot.at for slot in worktime.slots(cadence, due) if slot.at not in moved), 1)
    # In an absence longer than the horizon nobody is there to keep the promise, and no day that would end it.
    with suppress(NoWorkingTimeError):
        ends.append(worktime.end_of_next_working_day(due))
    return min(ends, default=None)


def _window(cadence: Sequence[ReportSlot], worktime: WorkingTime, due: datetime) -> tuple[datetime, bool]:
    """When the window of a due time opens, and whether that report is a call."""
    previous: datetime | None = None
    half = LONGEST_WINDOW
    by_call = bool(cadence) and all(slot.by == "call" for slot in cadence)
    # Only slots nearer than twice the longest window can make the window shorter.
    for slot in worktime.slots(cadence, due - 2 * LONGEST_WINDOW):
        if slot.at >= due:
            if previous is not None:
                half = min(half, (slot.at - previous) / 2)
            if slot.at == due:
                by_call = slot.by == "call"
            break
        previous = slot.at
    return due - half, by_call


def _passed(instant: datetime, now: datetime, sent_read_until: datetime | None) -> bool:
    return now >= instant and sent_read_until is not None and sent_read_until >= instant


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
