"""`explain`: what became of a message, from every place where that is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cli.conftest import Home
from whiteglove.actions import Flag, Move
from whiteglove.codec import encode_action
from whiteglove.ledger import MailState
from whiteglove.message import Classification, Kind
from whiteglove.store import Store, changes, events, messages, outbox

ARRIVED = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)


def record(tx: sa.Connection, store: Store, whose: str = "m1@acme.example", **values: Any) -> int:
    """A client's message as intake and desk leave it behind."""
    given: dict[str, Any] = {
        "mailbox": "studio",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": 4,
        "id_hash": store.hash_id(whose),
        "recorded_at": ARRIVED,
        "human": True,
        "may_acknowledge": True,
        "obliges": True,
        "client": "acme",
        "message_id": whose,
        "received_at": ARRIVED,
        "author_address": "wile@acme.example",
        "subject": "Catalogue",
        **values,
    }
    return messages.add(tx, **given)


def answer(tx: sa.Connection, message: int, state: MailState, reason: str, **values: Any) -> None:
    given: dict[str, Any] = {
        "key": f"{message}:{state}:{reason}",
        "audience": "client",
        "state": state,
        "reason": reason,
        "plugin": "acknowledge",
        "action": "",
        "template": "next_report",
        "mailbox": "studio",
        "address": "wile@acme.example",
        "client": "acme",
        "answers": message,
        "created_at": ARRIVED,
        "not_before": ARRIVED,
        **values,
    }
    outbox.plan(tx, **given)


@pytest.mark.parametrize("argument", ["m1@acme.example", "<m1@acme.example>", " <m1@acme.example> "])
def test_everything_that_is_known_of_a_message(home: Home, argument: str) -> None:
    with home.store() as store, store.write() as tx:
        row = record(tx, store)
        found = Classification((Kind.STATUS_REQUEST, Kind.QUESTION), 0.93, cues=("how are things",))
        messages.classify(tx, row, found, messages.get(tx, row).verdicts)
        event = events.add(tx, "MessageReceived", ARRIVED, row)
        events.mark(tx, event, "acknowledge", events.DONE, reason="status_request")
        events.finish(tx, event)
        due = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        answer(tx, row, MailState.SENT, "status_request", due=due, message_id="<wg.1@vale.example>")
    said = home.ask("explain", argument, "--json").json
    assert said["message"] == {
        "message_id": "m1@acme.example",
        "mailbox": "studio",
        "folder": "INBOX",
        "uid": 4,
        "internaldate": "2026-11-24T10:42:00+01:00",
        "client": "acme",
        "kind": "status_request",
        "kinds": ["status_request", "question"],
        "abstained": False,
        "cues": ["how are things"],
        "history": False,
        "outbound": False,
        "defects": [],
    }
    assert said["verdict"] == {"human": True, "may_acknowledge": True, "obliges": True, "reason": None}
    assert said["decision"] == {"action": "answered", "reason": "status_request"}
    assert said["mails"] == [
        {
            "state": "sent",
            "reason": "status_request",
            "message_id": "wg.1@vale.example",
            "due": "2026-11-24T16:00:00+01:00",
            "plugin": "acknowledge",
            "rehearsed": False,
            "audience": "client",
        }
    ]
    (event_said,) = said["events"]
    assert (event_said["type"], event_said["state"]) == ("MessageReceived", "done")
    assert event_said["plugins"] == {"acknowledge": {"state": "done", "reason": "status_request", "error": None}}


def test_people_read_the_same_in_words(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        row = record(tx, store, may_acknowledge=False, reason="several_clients")
        answer(tx, row, MailState.WITHHELD, "told")
    done = home.ask("explain", "m1@acme.example")
    assert done.code == 0
    assert "studio / INBOX, UID 4" in done.out
    assert "may_acknowledge no, obliges yes: several_clients (people of another client are among" in done.out
    assert "withheld: told (this person was told this time" in done.out


@pytest.mark.parametrize("known", [False, True])
def test_an_id_that_was_never_seen_exits_1(home: Home, known: bool) -> None:
    if known:
        with home.store() as store, store.write() as tx:
            record(tx, store)
    done = home.ask("explain", "<other@acme.example>", "--json")
    assert done.code == 1
    assert done.out == ""
    assert done.err == "whiteglove: other@acme.example: never seen in a watched folder\n"


@pytest.mark.parametrize(
    ("values", "decision"),
    [
        ({}, {"action": "nothing", "reason": None}),
        ({"history": True}, {"action": "nothing", "reason": "history"}),
        ({"duplicate_of": 1}, {"action": "nothing", "reason": "duplicate"}),
        ({"may_acknowledge": False, "reason": "stranger"}, {"action": "nothing", "reason": "stranger"}),
    ],
)
def test_why_nothing_was_done(home: Home, values: dict[str, Any], decision: dict[str, Any]) -> None:
    with home.store() as store, store.write() as tx:
        record(tx, store, **values)
    assert home.ask("explain", "m1@acme.example", "--json").json["decision"] == decision


@pytest.mark.parametrize(
    ("state", "action"), [(events.OPEN, "undecided"), (events.PARKED, "parked"), (events.DONE, "nothing")]
)
def test_an_event_that_waits_is_undecided_and_what_a_plugin_decided_is_its_reason(
    home: Home, state: str, action: str
) -> None:
    with home.store() as store, store.write() as tx:
        event = events.add(tx, "MessageReceived", ARRIVED, record(tx, store))
        if state == events.PARKED:
            events.park(tx, event, "it fails")
        if state == events.DONE:
            events.mark(tx, event, "acknowledge", events.DONE, reason="unsure")
            events.finish(tx, event)
    reason = "unsure" if state == events.DONE else None
    assert home.ask("explain", "m1@acme.example", "--json").json["decision"] == {"action": action, "reason": reason}


@pytest.mark.parametrize(
    ("states", "action"),
    [
        ([MailState.PLANNED], "waiting"),
        ([MailState.CLAIMED], "waiting"),
        ([MailState.DEFERRED], "waiting"),
        ([MailState.SUBMITTING], "waiting"),
        ([MailState.FAILED], "failed"),
        ([MailState.CANCELLED], "cancelled"),
        ([MailState.UNKNOWN], "unknown"),
        ([MailState.WITHHELD, MailState.SENT], "answered"),
        ([MailState.SENT, MailState.WITHHELD], "answered"),
        ([MailState.WITHHELD, MailState.CLAIMED], "waiting"),
    ],
)
def test_of_several_answers_the_one_that_went_furthest_tells(home: Home, states: list[MailState], action: str) -> None:
    with home.store() as store, store.write() as tx:
        row = record(tx, store)
        for state in states:
            answer(tx, row, state, "status_request")
    said = home.ask("explain", "m1@acme.example", "--json").json
    assert said["decision"] == {"action": action, "reason": "status_request"}
    assert [one["state"] for one in said["mails"]] == states


def test_a_rehearsed_answer_is_none(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        answer(tx, record(tx, store), MailState.SENT, "status_request", rehearsed=True)
    said = home.ask("explain", "m1@acme.example", "--json").json
    assert said["decision"] == {"action": "rehearsed", "reason": "status_request"}


def test_of_a_stranger_little_is_known_and_that_is_said(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        nothing = dict.fromkeys(("client", "message_id", "received_at", "author_address", "subject"))
        refused = {"human": False, "may_acknowledge": False, "obliges": False, "reason": "list_headers"}
        record(tx, store, "s1@elsewhere.example", machine_kind="list", **refused, **nothing)
    said = home.ask("explain", "s1@elsewhere.example", "--json").json["message"]
    assert said["message_id"] == "s1@elsewhere.example"
    assert (said["client"], said["internaldate"], said["kind"], said["kinds"]) == (None, None, "list", ["list"])
    done = home.ask("explain", "s1@elsewhere.example")
    assert "nobody in the client book" in done.out
    assert "nothing: list_headers (it comes from a mailing list or a newsletter)" in done.out


def test_what_was_passed_to_a_teammate_is_shown_and_decides_nothing(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        row = record(tx, store)
        answer(tx, row, MailState.SENT, "delegated", audience="colleague", key="forward")
    said = home.ask("explain", "m1@acme.example", "--json").json
    assert [(one["audience"], one["state"], one["reason"]) for one in said["mails"]] == [
        ("colleague", "sent", "delegated")
    ]
    assert said["decision"]["action"] == "nothing"
    assert "colleague" in home.ask("explain", "m1@acme.example").out


def test_what_was_to_be_done_with_it_in_the_mailbox_is_shown(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        message = record(tx, store)
        for number, action in enumerate((Flag(reason="late", flag="$Label1", set=False), Move(reason="x", folder="A"))):
            given = {"plugin": "sorter", "event": 1, "message": message, "action": encode_action(action)}
            changes.plan(tx, key=str(number), now=ARRIVED, **given)
        changes.settle(tx, 1, changes.DONE, ARRIVED)
        changes.settle(tx, 2, changes.FAILED, ARRIVED, "missing_folder")
    shown = [line.split() for line in home.ask("explain", "m1@acme.example").out.splitlines()]
    assert ["done", "without", "$Label1", "sorter", "late"] in [words[:5] for words in shown]
    assert ["failed", "moved", "to", "A", "sorter", "x", "missing_folder"] in shown
