"""A client's dossier, for a person and for a program: the file and the ledger on one page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import ACME, Home
from whiteglove.ledger import IncidentEntry, IncidentKind, IncidentState, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.store import incidents, ledger, messages, notes

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.astimezone(ZoneInfo("Europe/Berlin")).date()
DAY = timedelta(days=1)
FILE = f"""
engagement = "retainer"
grade = "B"
hourly_rate = "90 EUR"
{ACME}
[[people]]
name = "Ada Birdwell"
role = "Accounts"
addresses = ["ada@acme.example"]
language = "de"
timezone = "Europe/Vienna"
[[dates]]
what = "Wile's wedding"
when = {(TODAY + 4 * DAY).isoformat()}
[[dates]]
what = "The fair"
when = {(TODAY - 2 * DAY).isoformat()}
[[dates]]
what = "Closed"
when = "{(TODAY - DAY).isoformat()}/{(TODAY + 6 * DAY).isoformat()}"
away = true
"""


@pytest.fixture
def known(home: Home) -> Home:
    """A client of whom there is something of everything."""
    home.clients["acme"] = FILE
    home.write()
    with home.store() as store, store.write() as tx:
        message = messages.add(
            tx, mailbox="studio", folder="INBOX", uidvalidity=7, uid=1, recorded_at=NOW, received_at=NOW - 2 * DAY,
            human=True, may_acknowledge=True, obliges=True, client="acme", message_id="1@acme.example",
            author_address="wile@acme.example", author_name="Wile Coyote", subject="Which paper",
        )  # fmt: skip
        ledger.open_obligation(
            tx, client="acme", message=message, thread=message, address="wile@acme.example", kinds=[Kind.QUESTION],
            at=NOW - 2 * DAY, due=NOW + DAY,
        )  # fmt: skip
        for due, state, late in ((NOW - 9 * DAY, PromiseState.KEPT, False), (NOW - 5 * DAY, PromiseState.KEPT, True)):
            row, _ = ledger.make(
                tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1", at=due - DAY, obligation=None
            )
            ledger.close_promise(tx, row, state, due, late=late)
        notes.add(tx, client="acme", at=NOW - 3 * DAY, text="Prefers blue")
        notes.add(tx, client="acme", at=NOW - DAY, text="Moves the launch", call=True, outbound=True, minutes=12)
        entry = IncidentEntry(at=NOW, reason="complaint", state=IncidentState.OPENED)
        incidents.open_one(tx, client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1", at=NOW - DAY, entry=entry)
    return home


def row_of(page: str, beginning: str) -> str:
    (line,) = (line for line in page.splitlines() if line.startswith(beginning))
    return " ".join(line.split())


def test_one_page_holds_the_file_and_the_ledger(known: Home) -> None:
    page = known.ask("clients", "acme").out
    terms = row_of(page, "Engagement")
    assert terms == "Engagement retainer, grade B, 90 EUR an hour, answers within 8 h of working time"
    assert row_of(page, "Ada Birdwell").endswith("Accounts ada@acme.example de, Europe/Vienna")
    assert row_of(page, "Which paper").startswith("Which paper question 2 days ago")
    assert row_of(page, "Last late").endswith(", kept late")
    assert row_of(page, "Last kept").startswith("Last kept the report due ")
    assert row_of(page, "From them").startswith("From them a mail, ")
    assert row_of(page, "From you").startswith("From you a call, ")
    assert row_of(page, "1 ").startswith("1 complaint opened")
    assert row_of(page, "Wile's wedding").endswith("in 4 days ask about it")
    assert row_of(page, "The fair").endswith("2 days ago ask how it was")
    assert row_of(page, "Closed").endswith(", now they are away")
    assert page.index("Moves the launch") < page.index("Prefers blue")
    assert "you called, 12 min  Moves the launch" in page
    assert "Prefers short mails." in page


def test_a_program_gets_the_same(known: Home) -> None:
    said: dict[str, Any] = known.ask("clients", "acme", "--json").json
    assert said["notes"] == "Prefers short mails."
    assert [(note["text"], note["call"], note["minutes"]) for note in said["noted"]] == [
        ("Moves the launch", True, 12), ("Prefers blue", False, None),
    ]  # fmt: skip
    (asked,) = said["obligations"]
    assert (asked["kinds"], asked["subject"], asked["overdue"]) == (["question"], "Which paper", False)
    assert datetime.fromisoformat(said["last_contact"]["from_owner"]["at"]) == NOW - DAY
    assert said["last_contact"]["from_owner"]["call"] is True
    assert said["last_contact"]["from_client"]["call"] is False
    assert [(near["what"], near["days"], near["away"]) for near in said["near_dates"]] == [
        ("Closed", 0, True), ("Wile's wedding", 4, False), ("The fair", -2, False),
    ]  # fmt: skip
    assert [incident["kind"] for incident in said["incidents"]] == ["complaint"]
    assert len(said["next_reports"]) == 10


def test_of_a_new_client_there_is_a_short_page(home: Home) -> None:
    page = home.ask("clients", "birch").out
    assert row_of(page, "From them") == "From them never"
    assert [line.split()[0] for line in page.splitlines() if line.isupper()] == ["PEOPLE"]
    assert home.ask("clients", "birch", "--json").json["last_contact"] == {"from_client": None, "from_owner": None}


def test_nothing_of_another_client_stands_in_it(known: Home) -> None:
    assert "Acme" not in known.ask("clients", "birch").out
    assert known.ask("clients", "birch", "--json").json["noted"] == []
