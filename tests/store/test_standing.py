"""What stands in the store, as whoever watches the daemon asks for it."""

from __future__ import annotations

import sqlalchemy as sa

from store.conftest import HOUR, MINUTE, NOW, PlanMail
from whiteglove.ledger import Audience, IncidentState, MailState, PromiseKind
from whiteglove.message import Kind
from whiteglove.store import events, folders, ledger, standing
from whiteglove.store.folders import FolderState
from whiteglove.store.schema import incidents, promises

FOLDER = FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=1, cursor=0)


def test_an_empty_store_stands_at_nothing_and_names_all_that_there_could_be(tx: sa.Connection) -> None:
    found = standing.look(tx)
    assert found.waiting == {"client": 0, "colleague": 0, "owner": 0}
    assert found.events == {"open": 0, "parked": 0}
    assert found.promises == {"open": 0, "late": 0}
    assert found.obligations == {"open": 0, "overdue": 0}
    assert (found.incidents, found.searched) == (0, {})


def test_only_what_is_open_counts(tx: sa.Connection, plan_mail: PlanMail) -> None:
    plan_mail()
    plan_mail(state=MailState.DEFERRED)
    plan_mail(audience=Audience.OWNER)
    for state in (MailState.SENT, MailState.WITHHELD, MailState.CANCELLED, MailState.FAILED, MailState.UNKNOWN):
        plan_mail(state=state)
    events.add(tx, "MailSent", NOW, 1)
    events.add(tx, "MailSent", NOW, 2)
    events.park(tx, 2, "no reason")
    for hours in (1, 2, 3):
        uid = f"{hours}@vale.example"
        due = NOW + hours * HOUR
        ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid=uid, at=NOW, obligation=None)
    tx.execute(promises.update().where(promises.c.row == 1).values(state="late"))
    tx.execute(promises.update().where(promises.c.row == 2).values(state="kept"))
    for message in (1, 2):
        ledger.open_obligation(
            tx, client="acme", message=message, thread=message, address="wile@acme.example", kinds=[Kind.QUESTION],
            at=NOW, due=None,
        )  # fmt: skip
    ledger.answer_obligation(tx, 1, NOW, None)
    found = standing.look(tx)
    assert found.waiting == {"client": 2, "colleague": 0, "owner": 1}
    assert found.events == {"open": 1, "parked": 1}
    assert found.promises == {"open": 1, "late": 1}
    assert found.obligations == {"open": 1, "overdue": 0}


def test_incidents_count_until_they_are_resolved(tx: sa.Connection) -> None:
    for state in IncidentState:
        values = {"client": "acme", "kind": "complaint", "matter": state, "state": state, "opened_at": NOW}
        tx.execute(incidents.insert().values(**values))
    assert standing.look(tx).incidents == len(IncidentState) - 1


def test_each_folder_says_when_it_was_searched(tx: sa.Connection) -> None:
    folders.put(tx, FOLDER)
    folders.searched(tx, "studio", "INBOX", NOW + MINUTE)
    assert standing.look(tx).searched == {("studio", "INBOX"): NOW + MINUTE}


def test_a_long_history_costs_nothing(tx: sa.Connection) -> None:
    """It may be asked every second: only open rows are looked at, through their own indexes."""
    steps: list[str] = []

    def explain(
        connection: sa.Connection, cursor: object, statement: str, values: object, context: object, many: bool
    ) -> None:
        if not statement.startswith("EXPLAIN"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            steps.extend(row.detail for row in plan)

    sa.event.listen(tx.engine, "before_cursor_execute", explain)
    try:
        standing.look(tx)
    finally:
        sa.event.remove(tx.engine, "before_cursor_execute", explain)
    of_open_rows = (
        "events_open", "events_parked", "handlings_parked", "incidents_open", "obligations_open", "outbox_waiting",
        "promises_owed",
    )  # fmt: skip
    looked_at = {name for name in of_open_rows if any(name in step.split() for step in steps)}
    assert looked_at == set(of_open_rows)
    assert [step for step in steps if step.startswith("SCAN ") and "INDEX" not in step] == ["SCAN folders"]
