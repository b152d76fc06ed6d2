"""What an event is about, from whatever table holds it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.conftest import DAY, NOW, AddMessage, PlanMail
from whiteglove import events
from whiteglove.ledger import IncidentEntry, IncidentKind, IncidentState, PromiseKind
from whiteglove.store import delegations, incidents, ledger, notes, silences, warnings
from whiteglove.store.subjects import ABOUT, Subject, subject_of


def about(tx: sa.Connection, kind: str, row: int) -> Subject | None:
    return subject_of(tx, kind, row, {})


def test_a_message_by_its_subject_and_id(tx: sa.Connection, add_message: AddMessage) -> None:
    found = about(tx, "MessageReceived", add_message())
    assert found == Subject(client="acme", text="Catalogue", message_id="1@acme.example")
    assert about(tx, "OwnerSent", add_message(client=None)) == Subject()


def test_what_the_ledger_holds_by_its_number_and_state(tx: sa.Connection, plan_mail: PlanMail) -> None:
    promise, _ = ledger.make(
        tx, client="acme", kind=PromiseKind.REPORT, due=NOW, uid="1@vale.example", at=NOW, obligation=None
    )
    obligation = ledger.open_obligation(
        tx, client="acme", message=1, thread=1, address="wile@acme.example", kinds=(), at=NOW, due=None
    )
    entry = IncidentEntry(at=NOW, reason="x", state=IncidentState.OPENED)
    incident, _ = incidents.open_one(
        tx, client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1", at=NOW, entry=entry
    )
    texts = {
        ("PromiseDue", promise): f"promise {promise}, report, open",
        ("ObligationOverdue", obligation): f"obligation {obligation}, open",
        ("IncidentOpened", incident): f"incident {incident}, complaint, opened",
        ("MailSent", plan_mail()): "mail 1, planned: status_request",
    }
    for (kind, row), text in texts.items():
        found = about(tx, kind, row)
        assert found is not None
        assert (found.client, found.text) == ("acme", text)


def test_what_was_passed_on_by_its_number_and_state(tx: sa.Connection, add_message: AddMessage) -> None:
    row = delegations.hand_over(
        tx,
        client="acme",
        message=add_message(),
        thread=1,
        obligation=None,
        plugin="delegation",
        address="kim@vale.example",
        mail=1,
        at=NOW,
        due=None,
    )
    found = about(tx, "DelegationLapsed", row)
    assert found == Subject(client="acme", text=f"delegation {row}, handed_over")


def test_a_warning_by_its_words(tx: sa.Connection) -> None:
    row = warnings.add(
        tx, plugin="core", key="k", text="Look.", urgency="now", reason="x", client=None, at=NOW, due=None, once=None
    )
    assert about(tx, "WarningRaised", row or 0) == Subject(text="Look.")


def test_a_schedule_by_its_name_and_what_is_gone_by_nothing(tx: sa.Connection) -> None:
    found = subject_of(tx, "ScheduleFired", None, {"plugin": "daily_summary", "name": "daily"})
    assert found == Subject(text="plugin daily_summary, name daily")
    assert about(tx, "MessageReceived", 99) is None


INTERNAL = ("PromisePassed", "PromiseOverdue", "TeamAnswered", "DelegationLapsed")
"""Between the loops alone; no plugin sees them."""


@pytest.mark.parametrize("kind", [name for name in ABOUT if name not in INTERNAL])
def test_every_type_named_here_is_an_event(kind: str) -> None:
    assert issubclass(getattr(events, kind), events.Event)


def test_a_note_by_its_number(tx: sa.Connection) -> None:
    row = notes.add(tx, client="acme", at=NOW, text="Wants blue")
    assert about(tx, "ClientNoted", row) == Subject(client="acme", text=f"note {row}")


def test_a_silence_by_its_number(tx: sa.Connection) -> None:
    row = silences.begin(tx, "acme", NOW - DAY, DAY, NOW)
    assert about(tx, "ClientQuiet", row) == Subject(client="acme", text=f"silence {row}")
