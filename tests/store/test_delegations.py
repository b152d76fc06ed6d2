"""What teammates have: who has it, until when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.actions import Forward
from whiteglove.codec import decode_action, encode_action
from whiteglove.ledger import Audience, Delegation, DelegationState, MailState
from whiteglove.message import Kind
from whiteglove.store import Store, delegations, forgetting, ledger, messages, outbox, purge
from whiteglove.store.forgetting import Whom

KIM = "kim@vale.example"


def plan(tx: sa.Connection, message: int, address: str = KIM, **values: Any) -> int:
    mail = outbox.plan(
        tx,
        **{
            "key": f"forward:{message}:{address}",
            "audience": Audience.COLLEAGUE,
            "state": MailState.PLANNED,
            "reason": "x",
            "plugin": "delegation",
            "action": encode_action(Forward(reason="x", message=message, to=address, brief="")),
            "template": "forward",
            "mailbox": "studio",
            "address": address,
            "client": "acme",
            "answers": message,
            "thread": message,
            "created_at": NOW,
            "not_before": NOW,
            **values,
        },
    )
    assert mail is not None
    return mail


def hand_over(tx: sa.Connection, message: int, address: str = KIM, **values: Any) -> int:
    known = {"client": "acme", "thread": message, "obligation": None, "plugin": "delegation", "at": NOW, "due": None}
    mail = plan(tx, message, address) if "mail" not in values else values["mail"]
    return delegations.hand_over(tx, **{"message": message, "address": address, "mail": mail, **known, **values})


def owe(tx: sa.Connection, message: int, due: datetime | None = None) -> int:
    return ledger.open_obligation(
        tx,
        client="acme",
        message=message,
        thread=message,
        address="wile@acme.example",
        kinds=[Kind.QUESTION],
        at=NOW,
        due=due,
    )


def test_it_comes_back_as_it_was_handed_over(tx: sa.Connection, add_message: AddMessage) -> None:
    message = add_message()
    mail = plan(tx, message)
    row = hand_over(tx, message, obligation=3, mail=mail, due=NOW + HOUR)
    expected = Delegation(
        row=row,
        client="acme",
        message=message,
        obligation=3,
        address=KIM,
        state=DelegationState.HANDED_OVER,
        handed_at=NOW,
        due=NOW + HOUR,
    )
    assert delegations.get(tx, row) == delegations.of_mail(tx, mail) == expected
    assert delegations.mail_of(tx, row) == mail
    assert delegations.of_mail(tx, mail + 1) is None


def test_once_for_each_message_and_address(tx: sa.Connection, add_message: AddMessage) -> None:
    message = add_message()
    hand_over(tx, message, mail=1)
    hand_over(tx, message, "lee@vale.example", mail=2)
    with pytest.raises(IntegrityError), tx.begin_nested():
        hand_over(tx, message, mail=3)


def test_what_teammates_have_and_what_is_settled_since(tx: sa.Connection, add_message: AddMessage) -> None:
    first, second, third = (hand_over(tx, add_message(), at=NOW + after * HOUR) for after in (0, 2, 1))
    other = hand_over(tx, add_message(), client="birch", at=NOW + 3 * HOUR)
    delegations.settle(tx, first, DelegationState.DONE, NOW + DAY)
    delegations.settle(tx, first, DelegationState.RETURNED, NOW + 2 * DAY)
    assert [one.row for one in delegations.known(tx)] == [third, second, other]
    assert [one.row for one in delegations.known(tx, "acme")] == [third, second]
    assert [one.row for one in delegations.known(tx, "acme", NOW + DAY)] == [first, third, second]
    assert [one.row for one in delegations.known(tx, None, NOW + DAY + HOUR)] == [third, second, other]
    assert delegations.get(tx, first).state is DelegationState.DONE


def test_an_answer_settles_all_of_one_question_and_no_other(tx: sa.Connection, add_message: AddMessage) -> None:
    mine, same, other = add_message(), add_message(), add_message()
    question = owe(tx, mine)
    rows = [hand_over(tx, one, obligation=obligation) for one, obligation in ((mine, 1), (same, 1), (other, 2))]
    ledger.answer_obligation(tx, question, NOW + HOUR, None)
    states = [delegations.get(tx, row).state for row in rows]
    assert states == [DelegationState.DONE, DelegationState.DONE, DelegationState.HANDED_OVER]
    assert [one.row for one in delegations.of_obligation(tx, 1)] == rows[:2]


def test_the_mail_alone_settles_what_owes_no_answer(tx: sa.Connection, add_message: AddMessage) -> None:
    news, asked = hand_over(tx, add_message()), hand_over(tx, add_message(), obligation=1)
    for row in (news, asked):
        delegations.arrived(tx, delegations.mail_of(tx, row) or 0, NOW)
    assert delegations.get(tx, news).state is DelegationState.DONE
    assert delegations.get(tx, asked).state is DelegationState.HANDED_OVER


@pytest.mark.parametrize(
    ("mail", "is_over"),
    [
        ({"state": MailState.FAILED}, True),
        ({"state": MailState.WITHHELD}, True),
        ({"state": MailState.CANCELLED}, True),
        ({"state": MailState.SENT, "rehearsed": True}, True),
        ({"state": MailState.SENT}, False),
        ({"state": MailState.DEFERRED}, False),
        ({"state": MailState.SUBMITTING}, False),
    ],
)
def test_a_mail_that_comes_to_nothing(
    tx: sa.Connection, add_message: AddMessage, mail: dict[str, Any], is_over: bool
) -> None:
    row = hand_over(tx, add_message())
    outbox.change(tx, [delegations.mail_of(tx, row) or 0], **mail)
    assert bool(delegations.lapsed(tx, None)) is is_over


def test_a_time_that_is_over_is_known_once_sent_was_read(tx: sa.Connection, add_message: AddMessage) -> None:
    row = hand_over(tx, add_message(), due=NOW + HOUR)
    hand_over(tx, add_message())
    assert delegations.lapsed(tx, None) == delegations.lapsed(tx, NOW + HOUR / 2) == ()
    assert [one.row for one in delegations.lapsed(tx, NOW + HOUR)] == [row]
    delegations.settle(tx, row, DelegationState.RETURNED, NOW)
    assert delegations.lapsed(tx, NOW + DAY) == ()


def test_it_goes_with_its_thread(store: Store, tx: sa.Connection, add_message: AddMessage) -> None:
    first, second = add_message(), add_message()
    ids = [store.hash_id(f"{name}@acme.example") for name in "ab"]
    messages.set_thread(tx, first, ids[0], [])
    messages.set_thread(tx, second, ids[1], [])
    row = hand_over(tx, second, obligation=1)
    assert delegations.in_threads(tx, [first]) == delegations.in_threads(tx, []) == ()
    messages.thread_of(tx, ids)
    assert [one.row for one in delegations.in_threads(tx, [first])] == [row]


def test_retention_takes_what_is_settled_and_leaves_what_is_not(tx: sa.Connection, add_message: AddMessage) -> None:
    old, kept, newest = add_message(), add_message(), add_message()
    gone, open_, _ = (hand_over(tx, message) for message in (old, kept, newest))
    delegations.settle(tx, gone, DelegationState.DONE, NOW)
    while (batch := purge.find(tx, NOW + 600 * DAY, 500 * DAY, 500)) is not None:
        assert purge.remove(tx, batch)
    rows = [one.row for one in delegations.known(tx, since=NOW)]
    assert gone not in rows
    assert open_ in rows
    assert messages.at(tx, kept) is not None


class TestForgetting:
    def test_a_client_goes_with_what_was_passed_on_and_the_teammate_stays(
        self, store: Store, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        hand_over(tx, add_message())
        theirs = hand_over(tx, add_message(client="birch"), client="birch")
        whom = forgetting.find(tx, Whom(client="acme", addresses=frozenset(), names=frozenset()))
        assert KIM not in whom.addresses
        done = forgetting.forget(tx, store, whom)
        assert done["delegations"] == 1
        assert [one.row for one in delegations.known(tx)] == [theirs]
        mail = outbox.get(tx, 1)
        assert (mail.state, mail.address, mail.action) == (MailState.CANCELLED, "", "")

    def test_a_teammate_goes_from_the_record(self, store: Store, tx: sa.Connection, add_message: AddMessage) -> None:
        hand_over(tx, add_message())
        hand_over(tx, add_message(), "lee@vale.example")
        whom = forgetting.find(tx, Whom(client=None, addresses=frozenset({KIM}), names=frozenset({"Kim"})))
        forgetting.forget(tx, store, whom)
        assert [one.address for one in delegations.known(tx)] == ["lee@vale.example"]

    def test_a_person_goes_from_the_brief_on_somebody_elses_message(
        self, store: Store, tx: sa.Connection, add_message: AddMessage
    ) -> None:
        add_message(author_address="ada@acme.example", author_name="Ada Birdwell")
        message = add_message()
        brief = Forward(reason="x", message=message, to=KIM, brief="Ada Birdwell knows more.")
        waiting = plan(tx, message, action=encode_action(brief))
        sent = plan(tx, message, "lee@vale.example", action=encode_action(brief), state=MailState.SENT)
        whom = forgetting.find(
            tx, Whom(client=None, addresses=frozenset({"ada@acme.example"}), names=frozenset({"Ada Birdwell"}))
        )
        assert forgetting.forget(tx, store, whom)["briefs"] == 2
        left = decode_action(outbox.get(tx, waiting).action)
        assert isinstance(left, Forward)
        assert (left.brief, outbox.get(tx, sent).action) == ("", "")
