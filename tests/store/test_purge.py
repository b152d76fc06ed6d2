"""What is over goes, in batches; what is open, owed or told stays, with all that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from store.conftest import DAY, HOUR, NOW, STRANGER, AddMessage, PlanMail
from whiteglove.ledger import DraftState, IncidentState, MailState, ObligationState, PromiseKind, PromiseState
from whiteglove.store import Store, calls, changes, chores, decisions, events, messages, purge, schema, timers
from whiteglove.store.subjects import ABOUT

YEAR = 365 * DAY
RETENTION = 90 * DAY
OLD = NOW - 200 * DAY


@contextmanager
def fresh() -> Iterator[sa.Connection]:
    store = Store.empty()
    with store.write() as tx:
        yield tx
    store.close()


def run(tx: sa.Connection, now: datetime = NOW, retention: timedelta = RETENTION, most: int = 500) -> int:
    """Purge until nothing more is over; how many rows that were."""
    number = 0
    while (batch := purge.find(tx, now, retention, most)) is not None:
        assert len(batch.rows) <= most
        removed = purge.remove(tx, batch)
        assert removed == len(batch.rows), "what was found was removed, so that there is an end"
        number += removed
    return number


def rows(tx: sa.Connection, table: sa.Table) -> list[int]:
    return list(tx.execute(sa.select(table.c.row).order_by(table.c.row)).scalars())


def put(tx: sa.Connection, table: sa.Table, **values: Any) -> int:
    return schema.inserted(tx.execute(table.insert().values(**values)))


def promise(
    tx: sa.Connection, state: PromiseState, due: datetime, closed: datetime | None = None, **values: Any
) -> int:
    known = {"client": "acme", "kind": PromiseKind.REPORT, "uid": "1@vale.example", "made_at": due - DAY}
    return put(tx, schema.promises, **{**known, "due": due, "state": state, "closed_at": closed, **values})


def obligation(tx: sa.Connection, state: ObligationState, message: int, at: datetime = OLD) -> int:
    answered = at + HOUR if state is ObligationState.ANSWERED else None
    known = {"client": "acme", "thread": message, "address": "wile@acme.example", "kinds": [], "opened_at": at}
    return put(tx, schema.obligations, message=message, state=state, answered_at=answered, **known)


class TestStrangers:
    def test_they_are_forgotten_after_30_days(self, tx: sa.Connection, add_message: AddMessage) -> None:
        add_message(client=None, recorded_at=NOW - 31 * DAY)
        kept = [add_message(client=None, recorded_at=NOW - 29 * DAY), add_message(recorded_at=NOW - 31 * DAY)]
        assert run(tx, retention=YEAR) == 1
        assert rows(tx, schema.messages) == kept

    def test_the_newest_row_stays_so_that_no_number_is_given_twice(
        self, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        numbers = [add_message(client=None, recorded_at=OLD) for _ in range(3)]
        run(tx)
        assert rows(tx, schema.messages) == numbers[-1:]
        assert add_message() == numbers[-1] + 1


class TestBatches:
    def test_each_is_small_and_they_come_to_an_end(self, tx: sa.Connection) -> None:
        add_year(tx, 1500)
        assert run(tx, most=100) == 1500
        assert purge.find(tx, NOW, RETENTION, 100) is None

    def test_what_is_needed_since_it_was_found_stays(self, tx: sa.Connection, add_message: AddMessage) -> None:
        message = add_message(recorded_at=OLD)
        add_message()
        batch = purge.find(tx, NOW, RETENTION, 9)
        assert batch is not None
        assert batch.rows == (message,)
        obligation(tx, ObligationState.OPEN, message)
        messages.set_thread(tx, message, None, ())
        assert purge.remove(tx, batch) == 0


def add_year(tx: sa.Connection, number: int) -> None:
    """Strangers' mail of long ago, and one of today."""
    for uid in range(number + 1):
        messages.add(tx, **{**STRANGER, "uid": uid + 1, "recorded_at": OLD if uid < number else NOW})


class TestMessages:
    def test_what_an_open_matter_rests_on_stays(
        self, tx: sa.Connection, add_message: AddMessage, plan_mail: PlanMail
    ) -> None:
        over, asked, waits, unknown, parked, failed_part, complained = (
            add_message(recorded_at=OLD, received_at=OLD) for _ in range(7)
        )
        for message in (over, asked, waits, unknown, parked, failed_part, complained):
            messages.set_thread(tx, message, None, ())
        obligation(tx, ObligationState.OVERDUE, asked)
        plan_mail(answers=waits, created_at=OLD, not_before=NOW)
        plan_mail(answers=unknown, created_at=OLD, settled_at=OLD, state=MailState.UNKNOWN)
        events.park(tx, events.add(tx, "MessageReceived", OLD, parked), "it raised")
        part = events.add(tx, "MessageReceived", OLD, failed_part)
        events.mark(tx, part, "second_look", events.PARKED, error="it raised")
        events.finish(tx, part)
        incident = put(tx, schema.incidents, client="acme", kind="complaint", matter="x", state="opened", opened_at=OLD)
        put(tx, schema.incident_entries, incident=incident, at=OLD, reason="x", state="opened", message=complained)
        newest = add_message()
        run(tx)
        assert rows(tx, schema.messages) == [asked, waits, unknown, parked, failed_part, complained, newest]
        assert len(rows(tx, schema.events)) == len(rows(tx, schema.outbox)) == 2
        assert len(rows(tx, schema.incident_entries)) == 1

    def test_their_ids_go_with_the_last_of_a_thread(
        self, store: Store, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        old, gone, young = (add_message(recorded_at=at) for at in (OLD, OLD, NOW))
        ids = [store.hash_id(name) for name in ("kept", "gone")]
        messages.set_thread(tx, old, ids[0], ())
        messages.set_thread(tx, young, ids[0], ())
        messages.set_thread(tx, gone, ids[1], ())
        run(tx)
        assert rows(tx, schema.messages) == [young]
        assert tx.execute(sa.select(schema.thread_ids.c.id_hash)).scalars().all() == [ids[0]]

    def test_their_ids_stay_while_somebody_is_told_something_in_the_thread(
        self, store: Store, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        message = add_message(recorded_at=OLD)
        add_message()
        messages.set_thread(tx, message, store.hash_id("first"), ())
        owed = promise(tx, PromiseState.LATE, OLD)
        told = put(
            tx, schema.told, client="acme", kind="report", due=OLD, promise=owed, address="wile@acme.example",
            thread=message, mail=1, at=OLD,
        )  # fmt: skip
        run(tx)
        assert messages.thread_of(tx, [store.hash_id("first")]) == message
        assert rows(tx, schema.told) == [told]


class TestPromises:
    def test_what_is_owed_stays_and_is_not_announced_again(self, tx: sa.Connection) -> None:
        owed = [promise(tx, state, OLD) for state in (PromiseState.OPEN, PromiseState.LATE)]
        for row in owed:
            events.finish(tx, events.add(tx, "PromiseDue", OLD, row))
        promise(tx, PromiseState.KEPT, NOW, NOW)
        events.add(tx, "PromiseKept", NOW, 9)
        run(tx)
        assert rows(tx, schema.promises)[:2] == owed
        assert all(events.exists(tx, "PromiseDue", row) for row in owed)

    def test_a_broken_word_stays_one_until_a_later_report_was_given(self, tx: sa.Connection) -> None:
        mended = promise(tx, PromiseState.BROKEN, OLD, OLD)
        given = promise(tx, PromiseState.KEPT, OLD + DAY, OLD + DAY)
        broken = promise(tx, PromiseState.BROKEN, OLD + 2 * DAY, OLD + 2 * DAY)
        other = promise(tx, PromiseState.KEPT, NOW, NOW, client="birch")
        run(tx)
        assert rows(tx, schema.promises) == [given, broken, other]
        assert mended not in rows(tx, schema.promises)
        run(tx, NOW + YEAR)
        assert rows(tx, schema.promises) == [given, other], "after 400 days nobody looks back"

    def test_of_reports_that_were_given_the_last_of_each_client_stays(self, tx: sa.Connection) -> None:
        for day in range(3):
            promise(tx, PromiseState.KEPT, OLD + day * DAY, OLD + day * DAY)
        other = promise(tx, PromiseState.KEPT, OLD, OLD, client="birch")
        run(tx)
        assert rows(tx, schema.promises) == [3, other]

    def test_a_slot_used_up_ahead_stays_used_up(self, tx: sa.Connection) -> None:
        ahead = promise(tx, PromiseState.KEPT, NOW + DAY, NOW - YEAR, told=False)
        promise(tx, PromiseState.KEPT, NOW, NOW)
        run(tx)
        assert ahead in rows(tx, schema.promises)


class TestMail:
    def test_settled_mail_goes_and_what_is_unsettled_stays(self, tx: sa.Connection, plan_mail: PlanMail) -> None:
        over = (MailState.SENT, MailState.FAILED, MailState.CANCELLED, MailState.WITHHELD)
        for state in over:
            plan_mail(state=state, created_at=OLD, settled_at=OLD)
        plan_mail(state=MailState.CANCELLED, created_at=OLD)
        settled = plan_mail(state=MailState.UNKNOWN, reason=decisions.BY_OWNER, created_at=OLD, settled_at=OLD)
        kept = [plan_mail(state=state, created_at=OLD, settled_at=OLD) for state in MailState if state not in over]
        newest = plan_mail()
        assert run(tx) == len(over) + 2
        assert rows(tx, schema.outbox) == [*kept, newest]
        assert settled not in kept

    def test_what_is_still_to_be_filed_or_told_stays(self, tx: sa.Connection, plan_mail: PlanMail) -> None:
        filed = plan_mail(state=MailState.SENT, created_at=OLD, settled_at=OLD)
        reported = plan_mail(state=MailState.SENT, created_at=OLD, settled_at=OLD)
        plan_mail()
        chores.add(tx, chores.COPY_TO_SENT, "studio", filed, OLD)
        events.add(tx, "MailSent", OLD, reported)
        run(tx)
        assert {filed, reported} <= set(rows(tx, schema.outbox))

    def test_bytes_are_overdue_a_day_after_acceptance(self, tx: sa.Connection, plan_mail: PlanMail) -> None:
        young = plan_mail(state=MailState.SENT, accepted_at=NOW - HOUR, raw=b"x")
        old = plan_mail(state=MailState.SENT, accepted_at=NOW - 23 * HOUR, raw=b"x")
        filing = plan_mail(state=MailState.SENT, accepted_at=NOW - DAY, raw=b"x")
        chores.add(tx, chores.COPY_TO_SENT, "studio", filing, NOW - DAY)
        unknown = plan_mail(state=MailState.UNKNOWN, submitted_at=NOW - YEAR, raw=b"x")
        assert list(purge.overdue_bytes(tx, NOW)) == [old]
        assert {young, filing, unknown} & set(purge.overdue_bytes(tx, NOW)) == set()


def test_events_take_what_plugins_did_with_them_along(tx: sa.Connection) -> None:
    for state in (events.DONE, events.FAILED):
        row = events.add(tx, "ScheduleFired", OLD)
        events.mark(tx, row, "daily_summary", state)
        events.finish(tx, row)
    still_open = events.add(tx, "ScheduleFired", OLD)
    newest = events.add(tx, "ScheduleFired", NOW)
    run(tx)
    assert rows(tx, schema.events) == [still_open, newest]
    assert tx.execute(sa.select(schema.handlings)).all() == []


def test_chores_that_are_over_go_after_30_days_and_resolved_incidents_with_their_entries(tx: sa.Connection) -> None:
    for state in ("done", "failed", "open", "done"):
        row = chores.add(tx, chores.COPY_TO_SENT, "studio", 1, NOW - 31 * DAY)
        chores.change(tx, row, state=state)
    incident = {"client": "acme", "kind": "complaint", "matter": "x", "state": "resolved", "opened_at": OLD}
    for resolved in (OLD, NOW):
        row = put(tx, schema.incidents, **incident, resolved_at=resolved)
        put(tx, schema.incident_entries, incident=row, at=OLD, reason="x", state="resolved")
    run(tx)
    assert rows(tx, schema.chores) == [3, 4]
    assert rows(tx, schema.incidents) == [2]
    assert rows(tx, schema.incident_entries) == [2]


class TestWhatIsPrepared:
    def draft(self, tx: sa.Connection, state: DraftState, **values: Any) -> int:
        known = {"plugin": "x", "key": "x", "client": "acme", "template": "x", "action": "{}", "created_at": OLD}
        return put(tx, schema.drafts, **{**known, "not_before": OLD, "state": state, **values})

    def test_settled_drafts_go_and_what_may_still_be_sent_stays(self, tx: sa.Connection) -> None:
        lying = (DraftState.WANTED, DraftState.PLACED, DraftState.CHANGED)
        kept = [self.draft(tx, state) for state in lying]
        for state in DraftState:
            if state not in lying:
                self.draft(tx, state, settled_at=OLD)
        cleared = self.draft(tx, DraftState.SENT, settled_at=OLD, withdraw=True)
        young = self.draft(tx, DraftState.GONE, settled_at=NOW)
        newest = self.draft(tx, DraftState.WITHDRAWN, settled_at=OLD)
        run(tx)
        assert rows(tx, schema.drafts) == [*kept, cleared, young, newest]

    def test_what_a_draft_answers_stays_as_long_as_it_lies_there(
        self, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        answered, settled = (add_message(recorded_at=OLD, received_at=OLD) for _ in range(2))
        newest = add_message()
        self.draft(tx, DraftState.CHANGED, answers=answered)
        self.draft(tx, DraftState.SENT, answers=settled, settled_at=OLD)
        run(tx)
        assert rows(tx, schema.messages) == [answered, newest]

    def test_old_notes_and_silences_that_ended_go_and_one_that_lasts_stays(self, tx: sa.Connection) -> None:
        for at in (OLD, NOW - DAY, OLD):
            put(tx, schema.client_notes, client="acme", at=at, text="x", call=True)
        begun = {"client": "acme", "usual": 1, "noticed_at": OLD}
        for since, ended in ((OLD - DAY, OLD), (OLD, None), (OLD + DAY, NOW), (NOW, None)):
            put(tx, schema.silences, since=since, ended_at=ended, **begun)
        run(tx)
        assert rows(tx, schema.client_notes) == [2, 3]
        assert rows(tx, schema.silences) == [2, 3, 4]

    def test_a_call_that_is_over_goes_after_a_month_and_one_that_waits_stays(self, tx: sa.Connection) -> None:
        for key, at in (("done", OLD), ("waiting", OLD), ("late", NOW - DAY), ("newest", NOW)):
            calls.plan(tx, key=key, plugin="x", event=None, action="{}", now=at)
            if key != "waiting":
                calls.settle(tx, calls.everything(tx)[-1].row, calls.DONE, at)
        run(tx)
        assert [call.key for call in calls.everything(tx)] == ["waiting", "late", "newest"]

    def test_a_change_that_is_over_goes_after_a_month_and_one_that_waits_keeps_its_message(
        self, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        first, waiting, last = (add_message(recorded_at=NOW - 900 * DAY) for _ in range(3))
        for key, message, at in (("done", first, OLD), ("waiting", waiting, OLD), ("newest", last, NOW)):
            changes.plan(tx, key=key, plugin="x", event=1, message=message, action="{}", now=at)
            if key != "waiting":
                changes.settle(tx, changes.everything(tx)[-1].row, changes.DONE, at)
        run(tx)
        assert [change.key for change in changes.everything(tx)] == ["waiting", "newest"]
        assert rows(tx, schema.messages) == [waiting, last]

    def test_what_the_owner_was_writing_is_known_for_a_month(self, tx: sa.Connection) -> None:
        for uid, at in ((1, OLD), (2, NOW - DAY), (3, NOW)):
            put(tx, schema.seen_drafts, mailbox="s", folder="D", uidvalidity=1, uid=uid, client="acme", seen_at=at)
        run(tx)
        assert rows(tx, schema.seen_drafts) == [2, 3]

    def test_timers_wait_for_their_moment_however_long(self, tx: sa.Connection) -> None:
        timers.set_at(tx, "x", "k", NOW + YEAR, None)
        run(tx, NOW + 2 * YEAR)
        assert timers.next_due(tx) == NOW + YEAR


ages = st.integers(0, 400).map(lambda days: NOW - days * DAY)
matters = st.tuples(
    ages,
    st.sampled_from([None, *ObligationState]),
    st.sampled_from([None, *PromiseState]),
    st.sampled_from([None, *MailState]),
    st.sampled_from(["open", "done", "parked", "parked part"]),
    st.sampled_from([None, *IncidentState]),
)


def live(tx: sa.Connection, at: datetime, number: int, drawn: tuple[Any, ...]) -> None:
    """One matter of a client's, as the daemon records it: a message, and what came of it."""
    owed, promised, mailed, handled, wrong = drawn
    message = messages.add(
        tx, **{**STRANGER, "uid": number, "recorded_at": at, "received_at": at, "client": "acme", "reason": None}
    )
    messages.set_thread(tx, message, str(number).encode(), ())
    event = events.add(tx, "MessageReceived", at, message)
    match handled:
        case "done":
            events.finish(tx, event)
        case "parked":
            events.park(tx, event, "it raised")
        case "parked part":
            events.mark(tx, event, "second_look", events.PARKED, error="it raised")
            events.finish(tx, event)
    if owed is not None:
        obligation(tx, owed, message, at)
    row = None
    if promised is not None:
        is_owed = promised in (PromiseState.OPEN, PromiseState.LATE)
        row = promise(tx, promised, at + DAY, None if is_owed else at + DAY)
        events.finish(tx, events.add(tx, "PromiseDue", at + DAY, row))
        put(
            tx, schema.told, client="acme", kind="report", due=at + DAY, promise=row, address="wile@acme.example",
            thread=message, mail=number, at=at,
        )  # fmt: skip
    if mailed is not None:
        values = {"state": mailed, "reason": "x", "plugin": "x", "action": "", "template": "x", "client": "acme"}
        put(
            tx, schema.outbox, key=str(number), audience="client", mailbox="studio", address="wile@acme.example",
            answers=message, thread=message, created_at=at, not_before=at, settled_at=at, promise=row, **values,
        )  # fmt: skip
    if wrong is not None:
        closed = at if wrong is IncidentState.RESOLVED else None
        known = {"client": "acme", "kind": "complaint", "matter": str(number), "state": wrong}
        incident = put(tx, schema.incidents, **known, opened_at=at, resolved_at=closed)
        put(tx, schema.incident_entries, incident=incident, at=at, reason="x", state=wrong, message=message)


def pending(tx: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is open or owed, and all that it rests on, as it is on record."""
    t = schema
    wanted = {
        "obligations": sa.select(t.obligations).where(t.OBLIGATION_OPEN),
        "promises": sa.select(t.promises).where(t.PROMISE_OWED),
        "told": sa.select(t.told).join(t.promises, t.promises.c.row == t.told.c.promise).where(t.PROMISE_OWED),
        "announced": sa.select(t.events)
        .join(t.promises, t.promises.c.row == t.events.c.subject_row)
        .where(t.PROMISE_OWED, t.events.c.type == "PromiseDue"),
        "mails": sa.select(t.outbox).where(
            t.outbox.c.state.in_(("planned", "claimed", "submitting", "deferred", "unknown"))
        ),
        "events": sa.select(t.events).where(t.events.c.state != "done"),
        "parts": sa.select(t.handlings).where(t.HANDLING_PARKED),
        "incidents": sa.select(t.incidents).where(t.INCIDENT_OPEN),
        "ids of threads": sa.select(t.thread_ids).where(
            t.thread_ids.c.thread.in_(
                sa.select(t.told.c.thread).join(t.promises, t.promises.c.row == t.told.c.promise).where(t.PROMISE_OWED)
            )
        ),
    }
    found = {name: [tuple(row) for row in tx.execute(statement)] for name, statement in wanted.items()}
    needed = {row.subject_row for row in tx.execute(wanted["events"])}
    needed |= {row.answers for row in tx.execute(wanted["mails"])}
    needed |= {row.message for row in tx.execute(wanted["obligations"])}
    found["messages"] = [tuple(row) for row in tx.execute(sa.select(t.messages).where(t.messages.c.row.in_(needed)))]
    assert len(found["messages"]) == len(needed & set(rows(tx, t.messages)))
    return found


@budget(max_examples=25, deadline=None)
@given(drawn=st.lists(matters, min_size=1, max_size=15), most=st.integers(1, 30), steps=st.integers(1, 4))
@pytest.mark.long
def test_what_is_open_owed_or_told_is_never_touched_while_the_year_goes_by(
    drawn: list[tuple[Any, ...]], most: int, steps: int
) -> None:
    with fresh() as tx:
        for number, (at, *rest) in enumerate(sorted(drawn, key=lambda one: one[0]), 1):
            live(tx, at, number, tuple(rest))
        before = pending(tx)
        for step in range(1, steps + 1):
            run(tx, NOW + step * 100 * DAY, RETENTION, most)
            assert pending(tx) == before
        since = NOW + steps * 100 * DAY - RETENTION
        newest = len(drawn)
        assert [row for row in rows(tx, schema.messages) if row != newest] == [
            number
            for number, (at, *rest) in enumerate(sorted(drawn, key=lambda one: one[0]), 1)
            if number != newest and (at >= since or is_needed(*rest))
        ]
        orphans = sa.select(schema.handlings.c.event).where(schema.handlings.c.event.not_in(rows(tx, schema.events)))
        assert tx.execute(orphans).all() == []


def is_needed(
    owed: ObligationState | None,
    promised: PromiseState | None,
    mailed: MailState | None,
    handled: str,
    wrong: IncidentState | None,
) -> bool:
    """Whether the message of such a matter stays however old it is."""
    over = (None, MailState.SENT, MailState.FAILED, MailState.CANCELLED, MailState.WITHHELD)
    return (
        owed in (ObligationState.OPEN, ObligationState.OVERDUE)
        or mailed not in over
        or handled != "done"
        or wrong not in (None, IncidentState.RESOLVED)
    )


@pytest.mark.parametrize("kind", ABOUT)
def test_whatever_an_event_that_waits_is_about_is_there(tx: sa.Connection, kind: str) -> None:
    """A plugin that was mended after a year still finds what its event is about."""
    table = ABOUT[kind]
    values = {
        "messages": {**STRANGER, "uid": 1, "recorded_at": OLD, "client": "acme"},
        "outbox": {
            "key": "x", "audience": "client", "state": "sent", "reason": "x", "plugin": "x", "action": "",
            "template": "x", "mailbox": "x", "address": "x", "created_at": OLD, "not_before": OLD, "settled_at": OLD,
        },
        "promises": {
            "client": "acme", "kind": "answer", "due": OLD, "state": "kept", "uid": "x", "closed_at": OLD,
        },
        "obligations": {
            "client": "acme", "message": 1, "thread": 1, "address": "x", "kinds": [], "opened_at": OLD,
            "state": "answered", "answered_at": OLD,
        },
        "incidents": {
            "client": "acme", "kind": "complaint", "matter": "x", "state": "resolved", "opened_at": OLD,
            "resolved_at": OLD,
        },
        "warnings": {
            "plugin": "x", "key": "x", "text": "x", "urgency": "now", "reason": "x", "raised_at": OLD, "state": "told",
        },
        "silences": {"client": "acme", "since": OLD, "usual": 1, "noticed_at": OLD, "ended_at": OLD},
        "client_notes": {"client": "acme", "at": OLD, "text": "x"},
        "seen_drafts": {
            "mailbox": "s", "folder": "D", "uidvalidity": 1, "uid": 1, "client": "acme", "seen_at": OLD,
        },
        "delegations": {
            "client": "acme", "message": 1, "thread": 1, "plugin": "x", "address": "x", "state": "done",
            "handed_at": OLD, "settled_at": OLD,
        },
    }[table.name]  # fmt: skip
    row = put(tx, table, **values)
    other = {"uid": 2, "key": "y", "since": NOW, "address": "y"}
    newer = {name: other.get(name, value) for name, value in values.items()}
    put(tx, table, **newer)
    event = events.add(tx, kind, OLD, row)
    events.park(tx, event, "it raised")
    run(tx)
    assert row in rows(tx, table)
    with_it = decisions.event(tx, event)
    assert with_it is not None
    decisions.drop(tx, with_it)
    events.add(tx, "ScheduleFired", NOW)
    run(tx)
    assert row not in rows(tx, table)
