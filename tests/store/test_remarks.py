"""Free text that tells of somebody loses them, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW, PlanMail
from whiteglove.actions import Post
from whiteglove.codec import decode_json, encode_action, encode_json, from_json, to_json
from whiteglove.ledger import Audience, MailState
from whiteglove.sections import Day, Item, Section, Summary
from whiteglove.store import calls, events, memory, notes, outbox, timers, warnings
from whiteglove.store.remarks import FORGOTTEN, Concerned, blank_warnings, scrub
from whiteglove.store.schema import events as events_table
from whiteglove.store.schema import outbox as outbox_table
from whiteglove.store.traces import Traces

TRACES = Traces(addresses=["wile@acme.example"], names=["Wile Coyote"], subjects=["Second proof, please"])
PERSON = Concerned(whole=None, parts=frozenset({"acme"}))
CLIENT = Concerned(whole="acme", parts=frozenset())


def warn(tx: sa.Connection, text: str, client: str | None = "acme") -> int:
    row = warnings.add(
        tx, plugin="core", key=text, text=text, urgency="now", reason="complaint", client=client, at=NOW, due=NOW,
        once=None,
    )  # fmt: skip
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("concerned", "client", "text", "tells"),
    [
        (CLIENT, "acme", "Somebody wrote.", True),
        (CLIENT, "birch", "Wile Coyote wrote.", False),
        (CLIENT, None, "Wile Coyote wrote.", True),
        (PERSON, "acme", "Wile Coyote wrote.", True),
        (PERSON, "acme", "Ada Birdwell wrote.", False),
        (PERSON, "birch", "Wile Coyote wrote.", False),
    ],
)
def test_of_a_client_everything_counts_and_of_a_person_what_names_them(
    concerned: Concerned, client: str | None, text: str, tells: bool
) -> None:
    assert concerned.tells(client, [text], TRACES) is tells


def test_a_warning_of_them_is_a_row_without_words_and_its_notice_is_called_off(
    tx: sa.Connection, plan_mail: PlanMail
) -> None:
    theirs, other = warn(tx, "Wile Coyote complains."), warn(tx, "Ada Birdwell complains.")
    event = events.add(tx, "WarningRaised", NOW, theirs)
    mail = plan_mail(audience=Audience.OWNER, template="notice")
    shared = plan_mail(audience=Audience.OWNER, template="notice")
    warnings.put_into(tx, [theirs], mail)
    warnings.put_into(tx, [other], shared)

    assert blank_warnings(tx, TRACES, PERSON) == 1
    blank = warnings.get(tx, theirs)
    assert (blank.text, blank.key, blank.client, blank.mail) == ("", FORGOTTEN, None, None)
    assert warnings.get(tx, other).text == "Ada Birdwell complains."
    assert outbox.get(tx, mail).state is MailState.CANCELLED
    assert outbox.get(tx, shared).state is MailState.PLANNED
    assert tx.execute(sa.select(events_table.c.state).where(events_table.c.row == event)).scalar_one() == events.DONE
    assert blank_warnings(tx, TRACES, PERSON) == 0


def test_a_plugins_memory_keeps_what_is_somebody_elses(tx: sa.Connection) -> None:
    memory.put(tx, "made", "seen", {"wile@acme.example": 3, "ada@acme.example": 1}, None)
    memory.put(tx, "made", "last:wile@acme.example", 1, None)
    memory.put(tx, "made", "other", ["Birch"], None)

    assert scrub(tx, TRACES, PERSON)["memory"] == 2
    assert memory.items(tx, "made", "", NOW) == {"seen": {"ada@acme.example": 1}, "other": ["Birch"]}


def test_a_summary_that_waits_goes_out_without_them_and_one_that_was_sent_is_emptied(
    tx: sa.Connection, plan_mail: PlanMail
) -> None:
    items = (Item(text="“Second proof, please”: asks", client="acme"), Item(text="“Walls”: asks", client="birch"))
    day = Day(date=date(2026, 3, 2), since=NOW - DAY, until=NOW)
    action = encode_json(to_json(Summary(day=day, sections=(Section(title="Needs you", items=items),))))
    waits = plan_mail(audience=Audience.OWNER, template="summary", action=action)
    sent = plan_mail(audience=Audience.OWNER, template="summary", action=action, state=MailState.SENT)

    assert scrub(tx, TRACES, PERSON)["summaries"] == 2
    left = from_json(Summary, decode_json(outbox.get(tx, waits).action))
    assert [item.client for section in left.sections for item in section.items] == ["birch"]
    assert outbox.get(tx, sent).action == ""


def test_details_and_errors_are_looked_through_too(tx: sa.Connection, plan_mail: PlanMail) -> None:
    theirs = events.add(tx, "ScheduleFired", NOW, None, {"name": "x", "who": "Wile Coyote"})
    events.postpone(tx, theirs, NOW + HOUR, "KeyError('wile@acme.example')")
    mail = plan_mail()
    outbox.change(tx, [mail], error="550 no such user")

    assert scrub(tx, TRACES, PERSON)["remarks"] == 2
    row = tx.execute(sa.select(events_table).where(events_table.c.row == theirs)).one()
    assert (row.details, row.error) == ({"name": "x"}, None)
    assert tx.execute(sa.select(outbox_table.c.error)).scalar_one() == "550 no such user"


def test_a_note_goes_and_a_call_loses_its_words(tx: sa.Connection) -> None:
    for client, text, call in (
        ("acme", "Wile Coyote prefers blue", False),
        ("acme", "WILE COYOTE called", True),
        ("acme", "Ada prefers green", False),
        ("birch", "knows Wile Coyote", False),
    ):
        notes.add(tx, client=client, at=NOW, text=text, call=call)
    assert scrub(tx, TRACES, PERSON)["client_notes"] == 2
    left = [(note.text, note.call) for note in notes.of_client(tx, "acme", NOW)]
    assert left == [("", True), ("Ada prefers green", False)]
    assert [note.text for note in notes.of_client(tx, "birch", NOW)] == ["knows Wile Coyote"]
    assert scrub(tx, TRACES, PERSON)["client_notes"] == 0


def test_a_call_that_waits_and_tells_of_them_is_never_made(tx: sa.Connection) -> None:
    traces = Traces(addresses=["wile@acme.example"], key="acme")
    for client in ("acme", "birch"):
        post = Post(reason="made", url="https://hooks.vale.example", body={"client": client})
        calls.plan(tx, key=client, plugin="x", event=None, action=encode_action(post), now=NOW)
    assert scrub(tx, traces, CLIENT)["calls"] == 1
    assert [call.key for call in calls.everything(tx)] == ["birch"]
    calls.settle(tx, calls.everything(tx)[0].row, calls.DONE, NOW)
    assert scrub(tx, traces, CLIENT)["calls"] == 0


def test_a_timer_goes_as_a_whole_and_one_that_went_off_is_over(tx: sa.Connection) -> None:
    traces = Traces(addresses=["wile@acme.example"], key="acme")
    timers.set_at(tx, "x", "brief:acme", NOW, None)
    timers.set_at(tx, "x", "one", NOW, {"clients": ["birch", "acme"]})
    timers.set_at(tx, "x", "brief:birch", NOW, {"to": "jutta@birch.example"})
    timers.set_at(tx, "x", "acmeology", NOW, "of acme, or so")
    told, other = (
        events.add(tx, "TimerFired", NOW, None, {"plugin": "x", "key": f"brief:{who}", "due": "x", "value": None})
        for who in ("acme", "birch")
    )
    events.park(tx, told, "it raised")
    assert scrub(tx, traces, CLIENT)["timers"] == 2
    assert set(timers.of_plugin(tx, "x")) == {"brief:birch", "acmeology"}
    found = {row.row: (row.state, row.details) for row in tx.execute(sa.select(events_table))}
    assert found[told] == ("done", None)
    assert found[other][1]["key"] == "brief:birch"
