"""The promises of one report, one after the other, and who was told which of their times."""

from __future__ import annotations

import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW
from whiteglove.ledger import Audience, MailState, Promise, PromiseKind, PromiseState
from whiteglove.store import ledger, moves, outbox


def made(tx: sa.Connection) -> Promise:
    row, _ = ledger.make(
        tx, client="acme", kind=PromiseKind.REPORT, due=NOW + HOUR, uid="1@vale.example", at=NOW, obligation=None
    )
    return ledger.promise(tx, row)


def mail(tx: sa.Connection, promise: Promise, **values: object) -> outbox.OutboxRow:
    usual: dict[str, object] = {"state": MailState.SENT, "template": "next_report", "address": "wile@acme.example"}
    row = outbox.plan(
        tx,
        key=f"{len(outbox.in_state(tx, *MailState))}",
        audience=Audience.CLIENT,
        reason="x",
        plugin="core",
        action="",
        mailbox="studio",
        client="acme",
        thread=3,
        tells=PromiseKind.REPORT,
        due=promise.due,
        promise=promise.row,
        created_at=NOW,
        not_before=NOW + DAY,
        **usual | values,
    )
    assert row is not None
    return outbox.get(tx, row)


def test_a_promise_is_followed_by_one_of_the_same_entry(tx: sa.Connection) -> None:
    old = made(tx)
    new = moves.replace_by(tx, old, NOW + DAY, NOW)
    assert (new.uid, new.sequence, new.state, new.told, new.made_at) == (old.uid, 1, PromiseState.OPEN, True, NOW)
    assert ledger.promise(tx, old.row) == old


def test_a_slot_nobody_was_told_of_is_followed_by_a_time_that_nobody_was_told(tx: sa.Connection) -> None:
    slot = moves.replace_slot(tx, client="acme", due=NOW + HOUR, uid="2@vale.example", at=NOW)
    assert (slot.state, slot.evidence, slot.told, slot.closed_at) == (PromiseState.MOVED, "moved", False, NOW)
    new = moves.replace_by(tx, slot, NOW + DAY, NOW)
    assert (new.told, new.made_at, new.sequence) == (False, None, 1)


def test_the_first_who_is_told_a_moved_slot_makes_it_a_promise(tx: sa.Connection) -> None:
    slot = moves.replace_slot(tx, client="acme", due=NOW + HOUR, uid="2@vale.example", at=NOW)
    new = moves.replace_by(tx, slot, NOW + DAY, NOW)
    again = {"client": "acme", "kind": PromiseKind.REPORT, "due": NOW + DAY, "uid": "3@vale.example", "at": NOW}
    assert ledger.make(tx, **again, obligation=None) == (new.row, True)
    assert ledger.make(tx, **again, obligation=None) == (new.row, False)
    found = ledger.promise(tx, new.row)
    assert (found.told, found.made_at, found.uid) == (True, NOW, "2@vale.example")
    assert moves.becomes_told(tx, slot, NOW) is True
    assert moves.becomes_told(tx, ledger.promise(tx, slot.row), NOW) is False


def test_who_was_told_comes_in_order_with_the_mailbox_and_rehearsals_only_where_asked(tx: sa.Connection) -> None:
    old = made(tx)
    outbox.tell(tx, mail(tx, old), promise=old.row, at=NOW)
    outbox.tell(tx, mail(tx, old, address="ada@acme.example", rehearsed=True), promise=None, at=NOW)
    (fact,) = moves.times_told(tx, "acme", [old.due], rehearsed=False)
    assert (fact.address, fact.due, fact.promise) == ("wile@acme.example", old.due, old.row)
    assert (fact.thread, fact.mailbox, fact.rehearsed) == (3, "studio", False)
    both = moves.times_told(tx, "acme", [old.due, NOW + DAY], rehearsed=True)
    assert [one.address for one in both] == ["wile@acme.example", "ada@acme.example"]
    assert moves.times_told(tx, "birch", [old.due], rehearsed=True) == ()
    assert moves.times_told(tx, "acme", [NOW + DAY], rehearsed=True) == ()


def test_what_is_true_again_counts_for_the_new_promise(tx: sa.Connection) -> None:
    old = made(tx)
    outbox.tell(tx, mail(tx, old), promise=old.row, at=NOW)
    back = moves.replace_by(tx, moves.replace_by(tx, old, NOW + DAY, NOW), old.due, NOW)
    (fact,) = moves.times_told(tx, "acme", [old.due], rehearsed=False)
    moves.is_told_again(tx, fact, back.row)
    (told,) = outbox.told_of_promise(tx, back.row, "wile@acme.example")
    assert (told.thread, told.at) == (3, NOW)
    assert len(moves.times_told(tx, "acme", [old.due], rehearsed=False)) == 2


def test_only_mail_about_the_move_that_waits_is_found_and_hurried(tx: sa.Connection) -> None:
    promise = made(tx)
    waits = mail(tx, promise, state=MailState.DEFERRED, template="moved")
    others = [
        mail(tx, promise, state=MailState.PLANNED),
        mail(tx, promise, template="moved"),
        mail(tx, promise, state=MailState.PLANNED, template="moved", answers=1),
    ]
    assert moves.is_news_of_one(waits)
    assert not any(moves.is_news_of_one(row) for row in (others[0], others[2]))
    assert moves.waiting_mails(tx, promise.row) == (waits.row,)
    moves.hurry(tx, promise.row, NOW)
    assert outbox.get(tx, waits.row).not_before == NOW
    assert {outbox.get(tx, row.row).not_before for row in others} == {NOW + DAY}
