"""`correct`: what it says of its work, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.conftest import Home
from whiteglove.message import Classification, Kind, Verdicts
from whiteglove.store import corrections, ledger, messages

ARRIVED = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
ASKED = Classification(kinds=(Kind.QUESTION,), confidence=0.7)


def recorded(home: Home, kind: Classification | None = ASKED, **values: Any) -> None:
    """A client's message as intake and desk leave it behind, with what it owes."""
    given: dict[str, Any] = {
        "mailbox": "studio",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": 4,
        "recorded_at": ARRIVED,
        "human": True,
        "may_acknowledge": True,
        "obliges": True,
        "client": "acme",
        "message_id": "m1@acme.example",
        "received_at": ARRIVED,
        "author_address": "wile@acme.example",
        "author_name": "Wile Coyote",
        "to": [["robin@vale.example", ""]],
        "subject": "Catalogue",
        **values,
    }
    with home.store() as store, store.write() as tx:
        own = store.hash_id("m1@acme.example")
        row = messages.add(tx, **given, id_hash=own)
        if given["client"] is None:
            return
        thread = messages.set_thread(tx, row, own, [])
        if kind is not None:
            messages.classify(tx, row, kind, Verdicts(human=True, may_acknowledge=True, obliges=True))
            ledger.open_obligation(
                tx,
                client="acme",
                message=row,
                thread=thread,
                address="wile@acme.example",
                kinds=kind.kinds,
                at=ARRIVED,
                due=None,
            )


def words(home: Home) -> list[Kind]:
    with home.store() as store, store.read() as tx:
        return [one.kind for one in corrections.everything(tx)]


def test_it_says_what_was_and_what_is(home: Home) -> None:
    recorded(home)
    said = home.ask("correct", "<m1@acme.example>", "FYI", "--json").json
    assert said == {
        "message_id": "m1@acme.example", "client": "acme", "was": "question", "kind": "fyi", "obligation": "closed",
        "incident": None, "called_off": 0,
    }  # fmt: skip
    known = home.ask("explain", "m1@acme.example", "--json").json
    assert (known["message"]["kind"], known["message"]["cues"]) == ("fyi", ["owner's correction"])
    assert known["verdict"] == {"human": True, "may_acknowledge": True, "obliges": False, "reason": "fyi"}
    assert home.ask("correct", "m1@acme.example", "complaint").out == (
        "Acme GmbH: it was fyi, it is complaint now, and so is what Wile Coyote writes in this thread.\n"
        "It waits for your answer by Wed 25 Nov 2026 10:12. Nothing is sent by itself.\n"
    )
    assert words(home) == [Kind.FYI, Kind.COMPLAINT]


def test_a_complaint_opens_an_incident_where_they_are_kept(home: Home) -> None:
    home.plugins += "[plugins.incidents]\n"
    recorded(home.write())
    said = home.ask("correct", "m1@acme.example", "complaint").out
    assert said.endswith("\nIncident 1 is open: nothing automatic goes to Acme GmbH until you resolve it.\n")
    assert "stays open; `whiteglove incidents resolve 1` ends it" in home.ask("correct", "m1@acme.example", "fyi").out


def test_what_was_not_looked_at_yet_is_corrected_ahead(home: Home) -> None:
    recorded(home, None)
    assert home.ask("correct", "m1@acme.example", "billing").out == (
        "Acme GmbH: it is billing now, and so is what Wile Coyote writes in this thread from now on.\n"
    )


def test_what_is_no_kind_is_answered_with_one(home: Home) -> None:
    recorded(home)
    done = home.ask("correct", "m1@acme.example", "complain")
    assert (done.code, done.err.strip()) == (
        2, 'whiteglove: KIND: "complain" is none; right would be "status_request"; did you mean "complaint"?',
    )  # fmt: skip
    assert "there are status_request, deadline_missed" in home.ask("correct", "m1@acme.example", "??").err
    assert words(home) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"human": False, "machine_kind": "auto_reply", "reason": "auto_reply"}, "no person wrote it: auto_reply"),
        ({"human": False, "reason": "unreadable"}, "no person wrote it: unreadable"),
        ({"outbound": True}, "your own mail"),
        ({"client": "cedar"}, "nobody in the client book"),
    ],
)
def test_what_cannot_be_corrected_says_why(home: Home, values: dict[str, Any], said: str) -> None:
    recorded(home, None, **values)
    done = home.ask("correct", "m1@acme.example", "fyi")
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert words(home) == []


def test_an_id_that_was_never_seen(home: Home) -> None:
    done = home.ask("correct", "nobody@nowhere.example", "fyi")
    assert (done.code, done.err) == (1, "whiteglove: nobody@nowhere.example: never seen in a watched folder\n")
