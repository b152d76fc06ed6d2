"""Going from rehearsal to live starts with a clean slate; no other step changes anything."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.conftest import AddMessage, PlanMail
from whiteglove.ledger import Audience, MailState
from whiteglove.store import Store, folders, messages, mode, outbox
from whiteglove.store.folders import FolderState

INBOX = FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=100, cursor=99)


@pytest.mark.parametrize(
    ("steps", "turned"),
    [
        (["live"], [False]),
        (["rehearsal"], [False]),
        (["rehearsal", "live"], [False, True]),
        (["live", "live"], [False, False]),
        (["live", "rehearsal"], [False, False]),
        (["rehearsal", "rehearsal", "live", "live", "rehearsal", "live"], [False, False, True, False, False, True]),
    ],
)
def test_only_the_step_from_rehearsal_to_live_is_one(tx: sa.Connection, steps: list[str], turned: list[bool]) -> None:
    assert [mode.enter(tx, step) for step in steps] == turned


def test_the_mode_is_known_after_a_restart(store: Store) -> None:
    with store.write() as tx:
        mode.enter(tx, "rehearsal")
    with store.write() as tx:
        assert mode.enter(tx, "live")


def test_then_all_is_history_and_every_line_is_drawn_anew(tx: sa.Connection, add_message: AddMessage) -> None:
    mode.enter(tx, "rehearsal")
    folders.put(tx, INBOX)
    rows = [add_message(), add_message(history=True)]
    mode.enter(tx, "live")

    assert [messages.get(tx, row).history for row in rows] == [True, True]
    assert [state.redraw for state in folders.everything(tx)] == [True]


def test_then_what_waits_for_a_client_is_called_off_and_its_bytes_are_dropped(
    tx: sa.Connection, plan_mail: PlanMail
) -> None:
    mode.enter(tx, "rehearsal")
    waiting = [
        plan_mail(state=state, raw=b"bytes") for state in (MailState.PLANNED, MailState.CLAIMED, MailState.DEFERRED)
    ]
    sent = plan_mail(state=MailState.SENT, reason="status_request")
    notice = plan_mail(audience=Audience.OWNER)
    mode.enter(tx, "live")

    called_off = [outbox.get(tx, row) for row in waiting]
    assert {(mail.state, mail.reason, mail.raw) for mail in called_off} == {
        (MailState.CANCELLED, "rehearsal_ended", None)
    }
    assert outbox.get(tx, sent).state is MailState.SENT
    assert outbox.get(tx, notice).state is MailState.PLANNED


@pytest.mark.parametrize("steps", [["live", "live"], ["live", "rehearsal"], ["rehearsal", "rehearsal"]])
def test_otherwise_nothing_changes(
    tx: sa.Connection, add_message: AddMessage, plan_mail: PlanMail, steps: list[str]
) -> None:
    mode.enter(tx, steps[0])
    folders.put(tx, INBOX)
    message, mail = add_message(), plan_mail()
    mode.enter(tx, steps[1])

    assert messages.get(tx, message).history is False
    assert outbox.get(tx, mail).state is MailState.PLANNED
    assert folders.everything(tx) == (INBOX,)
