"""What a paper trail begins with, and what of the record goes into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.conftest import Home
from cli.test_explaining import answer, record
from whiteglove.actions import OpenIncident, UpdateIncident
from whiteglove.cli.gathering import LOOK_BACK, Record, beginning, record_of
from whiteglove.desk.incidents import open_incident, update_incident
from whiteglove.ledger import IncidentKind, IncidentState, MailState, PromiseKind
from whiteglove.paper_trail import Missing, Way
from whiteglove.store import ledger, notes

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SINCE = NOW - timedelta(days=30)


def began(home: Home) -> datetime:
    with home.store() as store, store.read() as tx:
        return beginning(tx, home.settings(), "acme", NOW).astimezone(BERLIN)


def gathered(home: Home) -> Record:
    settings = home.settings()
    with home.store() as store, store.read() as tx:
        return record_of(tx, settings, settings.book.clients["acme"], SINCE)


def test_without_an_incident_it_begins_with_a_day_of_the_owners_ninety_days_ago(home: Home) -> None:
    assert began(home) == datetime(2026, 8, 26, tzinfo=BERLIN)
    assert NOW - LOOK_BACK - began(home) < timedelta(days=1)


def test_with_one_it_begins_where_the_oldest_open_one_has_its_root(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        for number, days in enumerate((150, 40, 20)):
            wrote = record(tx, store, f"i{days}@acme.example", uid=number, received_at=NOW - timedelta(days=days))
            action = OpenIncident(
                reason="complaint", client="acme", kind=IncidentKind.COMPLAINT, matter=f"{days}", message=wrote
            )
            # It was noticed when the daemon came back, more than a day after it was written.
            open_incident(tx, action, NOW - timedelta(days=days) + timedelta(hours=30))
        update_incident(tx, UpdateIncident(reason="command", incident=1, state=IncidentState.RESOLVED), NOW)
    assert began(home) == datetime(2026, 10, 15, tzinfo=BERLIN)


def test_a_late_promise_has_its_root_where_the_time_was_told(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        row, _ = ledger.make(
            tx,
            client="acme",
            kind=PromiseKind.REPORT,
            due=NOW - timedelta(days=1),
            uid="1",
            at=NOW - timedelta(days=6),
            obligation=None,
        )
        action = OpenIncident(
            reason="promise_late", client="acme", kind=IncidentKind.PROMISE_LATE, matter="promise:1", promise=row
        )
        open_incident(tx, action, NOW)
    assert began(home) == datetime(2026, 11, 18, tzinfo=BERLIN)


def test_both_directions_and_machines_are_in_it_and_nothing_of_other_clients(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        first = record(tx, store, "in@acme.example", uid=1)
        record(tx, store, "copy@acme.example", uid=2, folder="Archive", duplicate_of=first)
        record(tx, store, "out@vale.example", uid=3, outbound=True, author_address="robin@vale.example")
        record(tx, store, "wg.1@vale.example", uid=4, outbound=True, own=True, human=False)
        record(tx, store, "away@acme.example", uid=5, human=False)
        record(tx, store, "early@acme.example", uid=6, received_at=SINCE - timedelta(seconds=1))
        record(tx, store, "b@birch.example", uid=7, client="birch", to=[["wile@acme.example", ""]])
        to = [["jutta@birch.example", ""], ["WILE@acme.example", ""]]
        record(tx, store, "both@vale.example", uid=8, client="birch", outbound=True, to=to)
        record(tx, store, "theirs@vale.example", uid=9, client="birch", outbound=True, to=to[:1])
    wanted = gathered(home).wanted
    assert [(one.letter.message_id.partition("@")[0], one.letter.way) for one in wanted] == [
        ("in", Way.FROM_CLIENT),
        ("out", Way.FROM_OWNER),
        ("wg.1", Way.AUTOMATIC),
        ("away", Way.FROM_CLIENT),
        ("both", Way.FROM_OWNER),
    ]
    assert [place.folder for place in wanted[0].sought.places] == ["INBOX", "Archive"]


def test_a_mail_of_ours_that_sent_has_not_shown_is_sought_and_one_on_record_is_not_twice(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        row = record(tx, store, "wg.1@vale.example", outbound=True, own=True)
        for number, state in enumerate((MailState.SENT, MailState.SENT, MailState.UNKNOWN, MailState.FAILED), 1):
            answer(
                tx,
                row,
                state,
                f"{number}",
                message_id=f"<wg.{number}@vale.example>",
                accepted_at=NOW,
                token=f"t{number}",
            )
    wanted = gathered(home).wanted
    assert [(one.sought.message_id, one.sought.token, one.if_absent) for one in wanted[1:]] == [
        ("wg.2@vale.example", "t2", Missing.GONE),
        ("wg.3@vale.example", "t3", Missing.UNKNOWN),
    ]


def test_calls_are_told_and_other_notes_are_the_owners_own(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        notes.add(tx, client="acme", at=NOW, text="Wants blue", call=True)
        notes.add(tx, client="acme", at=NOW, text="Never pays in time")
    assert [call.text for call in gathered(home).trail.calls] == ["Wants blue"]
