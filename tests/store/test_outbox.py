"""Mail from planned to accepted, what was told by it, and how it is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW, AddMessage, PlanMail
from whiteglove.ledger import Audience, MailState, PromiseKind
from whiteglove.message import Address
from whiteglove.store import Store, messages, outbox
from whiteglove.store.schema import outbox as table

WILE, ADA = "wile@acme.example", "ada@acme.example"


def rows(found: tuple[outbox.OutboxRow, ...]) -> list[int]:
    return [mail.row for mail in found]


def test_a_mail_comes_back_as_it_was_planned(tx: sa.Connection) -> None:
    values = {
        "key": "4:acknowledge",
        "audience": Audience.CLIENT,
        "state": MailState.PLANNED,
        "reason": "status_request",
        "plugin": "acknowledge",
        "event": 4,
        "action": '{"type": "Reply"}',
        "template": "answer",
        "mailbox": "studio",
        "address": WILE,
        "client": "acme",
        "answers": 9,
        "thread": 8,
        "tells": PromiseKind.REPORT,
        "due": NOW + HOUR,
        "promise": None,
        "rehearsed": False,
        "created_at": NOW,
        "not_before": NOW + MINUTE,
        "valid_until": NOW + HOUR,
        "attempts": 0,
        "message_id": None,
        "token": None,
        "short": True,
        "raw": None,
        "submitted_at": None,
        "accepted_at": None,
        "settled_at": None,
        "error": None,
        "refused_step": None,
    }
    row = outbox.plan(tx, **values)
    assert row is not None

    assert outbox.get(tx, row) == outbox.OutboxRow(row=row, **values)  # type: ignore[arg-type]


def test_the_same_mail_is_planned_once(tx: sa.Connection, plan_mail: PlanMail) -> None:
    first = plan_mail(key="the same")
    plan_mail(key="another")
    known = outbox.get(tx, first)
    values = {"key": "the same", "audience": Audience.CLIENT, "state": MailState.WITHHELD, "address": ADA}
    rest = {
        name: getattr(known, name) for name in ("plugin", "action", "template", "mailbox", "created_at", "not_before")
    }

    assert outbox.plan(tx, **values, **rest, reason="told") is None
    assert outbox.get(tx, first) == known


def test_plugins_see_a_mail_without_its_bytes(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row = plan_mail(raw=b"bytes", message_id="wg.x@vale.example", thread=8, answers=9, due=NOW, promise=3)
    mail = outbox.get(tx, row).as_mail()

    assert (mail.row, mail.to, mail.client, mail.message_id) == (row, Address(WILE), "acme", "wg.x@vale.example")
    assert (mail.thread, mail.answers, mail.due, mail.promise) == (8, 9, NOW, 3)
    assert not hasattr(mail, "raw")


def test_what_is_due_waits_and_its_time_has_come(tx: sa.Connection, plan_mail: PlanMail) -> None:
    due = [plan_mail(), plan_mail(state=MailState.DEFERRED)]
    plan_mail(not_before=NOW + MINUTE)
    for state in MailState:
        if state not in (MailState.PLANNED, MailState.DEFERRED):
            plan_mail(state=state)

    assert rows(outbox.due(tx, NOW, 20)) == due


def test_the_owners_mail_comes_first_then_what_has_waited_longest(tx: sa.Connection, plan_mail: PlanMail) -> None:
    late = plan_mail(not_before=NOW)
    early = plan_mail(not_before=NOW - HOUR)
    same = plan_mail(not_before=NOW)
    notice = plan_mail(not_before=NOW, audience=Audience.OWNER, client=None)

    assert rows(outbox.due(tx, NOW, 20)) == [notice, early, late, same]
    assert rows(outbox.due(tx, NOW, 2)) == [notice, early]


def test_the_next_moment_is_that_of_a_mail_that_waits(tx: sa.Connection, plan_mail: PlanMail) -> None:
    assert outbox.next_due(tx) is None
    plan_mail(state=MailState.SENT, not_before=NOW - HOUR)
    plan_mail(state=MailState.CLAIMED, not_before=NOW - HOUR)
    assert outbox.next_due(tx) is None
    plan_mail(not_before=NOW + HOUR)
    plan_mail(state=MailState.DEFERRED, not_before=NOW + MINUTE)

    assert outbox.next_due(tx) == NOW + MINUTE


def test_only_mail_to_clients_counts_as_waiting(tx: sa.Connection, plan_mail: PlanMail) -> None:
    plan_mail(audience=Audience.OWNER)
    plan_mail(state=MailState.SENT)
    assert not outbox.any_waiting(tx)
    plan_mail(state=MailState.DEFERRED, not_before=NOW + DAY)

    assert outbox.any_waiting(tx)


def test_a_mail_goes_through_its_states(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row, other = plan_mail(), plan_mail()
    outbox.change(tx, [row], state=MailState.SUBMITTING, raw=b"bytes", submitted_at=NOW, token="t")
    outbox.change(tx, [row], state=MailState.SENT, accepted_at=NOW + MINUTE)
    mail = outbox.get(tx, row)

    assert (mail.state, mail.raw, mail.submitted_at, mail.accepted_at) == (MailState.SENT, b"bytes", NOW, NOW + MINUTE)
    assert outbox.get(tx, other).state is MailState.PLANNED
    assert rows(outbox.in_state(tx, MailState.SENT, MailState.PLANNED)) == [row, other]
    assert outbox.counts(tx) == {"sent": 1, "planned": 1}


def test_several_mails_change_together_and_none_where_none_is_named(tx: sa.Connection, plan_mail: PlanMail) -> None:
    mails = [plan_mail() for _ in range(3)]
    outbox.change(tx, mails[:2], state=MailState.CANCELLED)
    outbox.change(tx, [], state=MailState.FAILED)

    assert [outbox.get(tx, row).state for row in mails] == ["cancelled", "cancelled", "planned"]


def test_what_a_dead_process_had_claimed_is_planned_again(tx: sa.Connection, plan_mail: PlanMail) -> None:
    claimed, submitting = plan_mail(state=MailState.CLAIMED), plan_mail(state=MailState.SUBMITTING)
    outbox.free_claims(tx)

    assert outbox.get(tx, claimed).state is MailState.PLANNED
    assert outbox.get(tx, submitting).state is MailState.SUBMITTING


def test_of_the_bytes_the_hash_is_kept(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row = plan_mail(raw=b"bytes")
    for _ in range(2):
        outbox.drop_bytes(tx, outbox.get(tx, row))
    kept = tx.execute(sa.select(table.c.raw, table.c.raw_hash).where(table.c.row == row)).one()

    assert kept == (None, hashlib.sha256(b"bytes").digest())


def test_a_mail_of_ours_is_known_by_its_token(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row = plan_mail(token="abc")
    plan_mail()

    found = outbox.by_token(tx, "abc")
    assert found is not None
    assert found.row == row
    assert outbox.by_token(tx, "abd") is None


def test_every_decision_about_a_message_is_found(tx: sa.Connection, plan_mail: PlanMail) -> None:
    decided = [plan_mail(answers=9, state=MailState.WITHHELD), plan_mail(answers=9)]
    plan_mail(answers=10)
    plan_mail(answers=9, audience=Audience.OWNER)

    assert rows(outbox.answering(tx, 9)) == decided


@pytest.mark.parametrize(
    ("values", "led"),
    [
        ({"state": MailState.PLANNED}, True),
        ({"state": MailState.CANCELLED}, True),
        ({"state": MailState.WITHHELD}, False),
        ({"audience": Audience.OWNER}, False),
        ({"event": 5}, False),
    ],
)
def test_an_event_led_to_a_mail_unless_that_was_withheld(
    tx: sa.Connection, plan_mail: PlanMail, values: dict[str, object], led: bool
) -> None:
    plan_mail(**{"event": 4, **values})

    assert outbox.client_mail_of_event(tx, 4) is led


Count = Callable[[sa.Connection], int]
COUNTS: dict[str, Count] = {
    "addresses": lambda tx: outbox.count_to_addresses(tx, [WILE, ADA], NOW - HOUR),
    "domain": lambda tx: outbox.count_to_domain(tx, "acme.example", NOW - HOUR),
    "all": lambda tx: outbox.count_all(tx, NOW - HOUR),
}


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS.keys())
@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"state": MailState.SENT}, 1),
        ({"state": MailState.SUBMITTING}, 1),
        ({"state": MailState.UNKNOWN}, 1),
        ({"state": MailState.SENT, "rehearsed": True}, 1),
        ({"state": MailState.SENT, "submitted_at": NOW - HOUR}, 1),
        ({"state": MailState.SENT, "submitted_at": NOW - HOUR - MINUTE}, 0),
        ({"state": MailState.SENT, "audience": Audience.OWNER}, 0),
        ({"state": MailState.PLANNED, "submitted_at": None}, 0),
        ({"state": MailState.FAILED}, 0),
        ({"state": MailState.DEFERRED}, 0),
    ],
)
def test_limits_count_what_clients_have_or_may_have(
    tx: sa.Connection, plan_mail: PlanMail, count: Count, values: dict[str, object], counted: int
) -> None:
    plan_mail(**{"submitted_at": NOW, **values})

    assert count(tx) == counted


def test_limits_are_counted_for_a_person_a_domain_and_all(tx: sa.Connection, plan_mail: PlanMail) -> None:
    for address in (WILE, ADA, "eve@acme.example", "eve@mail.acme.example", "eve@notacme.example", "eve@birch.example"):
        plan_mail(address=address, state=MailState.SENT, submitted_at=NOW)

    assert {name: count(tx) for name, count in COUNTS.items()} == {"addresses": 2, "domain": 3, "all": 6}
    assert outbox.count_to_addresses(tx, [], NOW - HOUR) == 0


def test_no_letter_of_a_domain_stands_for_another(tx: sa.Connection, plan_mail: PlanMail) -> None:
    plan_mail(address="eve@axb.example", state=MailState.SENT, submitted_at=NOW)
    plan_mail(address="eve@ünder.example", state=MailState.SENT, submitted_at=NOW)

    assert outbox.count_to_domain(tx, "a_b.example", NOW) == 0
    assert outbox.count_to_domain(tx, "%", NOW) == 0
    assert outbox.count_to_domain(tx, "ünder.example", NOW) == 1


def test_an_address_that_was_refused_for_good_is_remembered(tx: sa.Connection, plan_mail: PlanMail) -> None:
    plan_mail(state=MailState.FAILED)
    plan_mail(state=MailState.DEFERRED, address=ADA)
    plan_mail(state=MailState.FAILED, address="robin@vale.example", audience=Audience.OWNER)

    assert outbox.failed_for(tx, WILE)
    assert not outbox.failed_for(tx, ADA)
    assert not outbox.failed_for(tx, "robin@vale.example")


@pytest.mark.parametrize(("step", "failed"), [(None, True), ("RCPT", True), ("MAIL", False), ("DATA", False)])
def test_a_refusal_counts_where_it_may_have_been_of_the_address(
    tx: sa.Connection, plan_mail: PlanMail, step: str | None, failed: bool
) -> None:
    """Rows from before the step was written down have none, and count as they did."""
    plan_mail(state=MailState.FAILED, refused_step=step)
    assert outbox.failed_for(tx, WILE) == failed


def test_when_a_mailbox_last_sent_and_why_its_mail_waits(tx: sa.Connection, plan_mail: PlanMail) -> None:
    assert outbox.last_accepted_by(tx, "studio") is None
    assert outbox.deferred_because(tx) == {}
    for minutes, mailbox in ((1, "studio"), (0, "studio"), (2, "office")):
        plan_mail(state=MailState.SENT, mailbox=mailbox, accepted_at=NOW + minutes * MINUTE, error="451 later")
    for error in ("451 later", "535 wrong", None):
        plan_mail(state=MailState.DEFERRED, error=error)
    plan_mail(mailbox="office", error="held: look_first")

    assert outbox.last_accepted_by(tx, "studio") == NOW + MINUTE
    assert outbox.deferred_because(tx) == {"studio": "535 wrong"}


def test_what_was_told_is_known_by_time_and_by_promise(tx: sa.Connection, plan_mail: PlanMail) -> None:
    told = {"tells": PromiseKind.REPORT, "due": NOW + HOUR}
    first = outbox.get(tx, plan_mail(**told, thread=8))
    second = outbox.get(tx, plan_mail(**told, thread=9))
    for mail in (first, second):
        outbox.tell(tx, mail, promise=3, at=NOW)
    for other in (
        {"client": "birch"},
        {"tells": PromiseKind.ANSWER},
        {"due": NOW + DAY},
        {"address": ADA},
    ):
        outbox.tell(tx, outbox.get(tx, plan_mail(**{**told, **other}, thread=10)), promise=4, at=NOW)

    by_time = outbox.told_times(tx, "acme", PromiseKind.REPORT, NOW + HOUR, [WILE], rehearsed=False)
    assert [(found.thread, found.address, found.promise, found.at) for found in by_time] == [
        (8, WILE, 3, NOW),
        (9, WILE, 3, NOW),
    ]
    assert outbox.told_of_promise(tx, 3, WILE) == by_time
    assert outbox.told_of_promise(tx, 3, ADA) == ()


def test_what_a_rehearsal_told_counts_in_rehearsal_only(tx: sa.Connection, plan_mail: PlanMail) -> None:
    mail = outbox.get(tx, plan_mail(tells=PromiseKind.REPORT, due=NOW, rehearsed=True, thread=8))
    outbox.tell(tx, mail, promise=None, at=NOW)

    assert outbox.told_times(tx, "acme", PromiseKind.REPORT, NOW, [WILE], rehearsed=False) == ()
    (told,) = outbox.told_times(tx, "acme", PromiseKind.REPORT, NOW, [WILE], rehearsed=True)
    assert (told.rehearsed, told.promise) == (True, 0)


def test_told_stands_in_the_thread_that_the_answered_message_is_in_by_now(
    store: Store, tx: sa.Connection, plan_mail: PlanMail, add_message: AddMessage
) -> None:
    first, second = add_message("a@acme.example"), add_message("b@acme.example")
    a, b = store.hash_id("a@acme.example"), store.hash_id("b@acme.example")
    messages.set_thread(tx, first, a, [])
    messages.set_thread(tx, second, b, [])
    read_before = outbox.get(tx, plan_mail(answers=second, thread=second, tells=PromiseKind.REPORT, due=NOW))
    messages.thread_of(tx, [a, b])
    outbox.tell(tx, read_before, promise=3, at=NOW)
    outbox.tell(tx, replace(read_before, answers=None, thread=None), promise=3, at=NOW)

    assert [told.thread for told in outbox.told_of_promise(tx, 3, WILE)] == [first, 0]


def test_what_did_not_go_out_between_two_instants(tx: sa.Connection, plan_mail: PlanMail) -> None:
    states = (MailState.WITHHELD, MailState.FAILED, MailState.UNKNOWN, MailState.CANCELLED, MailState.SENT)
    mails = [plan_mail() for _ in states]
    for minute, (mail, state) in enumerate(zip(mails, states, strict=True)):
        outbox.change(tx, [mail], state=state, settled_at=NOW + minute * MINUTE)

    # What failed comes first, whatever was held back before it.
    assert rows(outbox.not_sent(tx, NOW, NOW + HOUR)) == [mails[1], mails[2], mails[0]]
    assert rows(outbox.not_sent(tx, NOW, NOW + HOUR, 1)) == [mails[1]]
    assert rows(outbox.not_sent(tx, NOW + MINUTE, NOW + 2 * MINUTE)) == [mails[1]]


def test_what_did_not_go_out_is_counted_by_its_reasons(tx: sa.Connection, plan_mail: PlanMail) -> None:
    for reason in ("told", "muted", "told"):
        plan_mail(state=MailState.WITHHELD, reason=reason, settled_at=NOW)
    plan_mail(state=MailState.FAILED, reason="status_request", settled_at=NOW)
    plan_mail(state=MailState.WITHHELD, reason="told", settled_at=NOW + HOUR)
    counted = outbox.not_sent_because(tx, NOW, NOW + HOUR)
    assert next(iter(counted.items())) == ((MailState.WITHHELD, "told"), 2)
    assert counted[MailState.FAILED, "status_request"] == 1
    assert sum(counted.values()) == 4


def test_the_latest_of_the_owners_mails_of_a_kind_that_was_accepted(tx: sa.Connection, plan_mail: PlanMail) -> None:
    assert outbox.last_accepted(tx, "summary", NOW) is None
    first, second, third = (plan_mail(audience=Audience.OWNER, template="summary") for _ in range(3))
    outbox.change(tx, [first, second], state=MailState.SENT)
    outbox.change(tx, [third], state=MailState.DEFERRED)
    plan_mail(audience=Audience.OWNER, template="notice", state=MailState.SENT)
    plan_mail(template="summary", state=MailState.SENT)

    found = outbox.last_accepted(tx, "summary", NOW)
    assert found is not None
    assert found.row == second


def test_what_a_clock_in_the_future_decided_is_not_the_latest(tx: sa.Connection, plan_mail: PlanMail) -> None:
    owners = {"audience": Audience.OWNER, "template": "summary", "state": MailState.SENT}
    known = plan_mail(**owners)
    plan_mail(**owners, created_at=NOW + 300 * HOUR)
    found = outbox.last_accepted(tx, "summary", NOW + HOUR)
    assert found is not None
    assert found.row == known


def test_accepted_mails_are_counted_between_two_instants(tx: sa.Connection, plan_mail: PlanMail) -> None:
    for minutes in (0, 1, 60):
        outbox.change(tx, [plan_mail()], state=MailState.SENT, accepted_at=NOW + minutes * MINUTE)
    plan_mail()

    assert outbox.count_accepted(tx, NOW, NOW + HOUR) == 2
