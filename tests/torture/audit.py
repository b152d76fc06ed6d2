"""What must be true after a round, whatever happened in it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing

from servers.sink import Received
from torture.stage import Round
from torture.story import ANSWERED, LATE_CLIENT, LETTERS, OWNERS_ANSWER, TOLD
from whiteglove.store import Store
from whole.reading import read, text_of

_ENDED = {"sent", "unknown", "withheld", "cancelled"}


def audit(played: Round) -> Counter[str]:
    """Nothing was lost, nothing was done twice. Returns how many mails to clients ended in each state.

    Raises AssertionError for whatever is not as it must be.
    """
    Store.open(played.studio.state).close()
    with closing(sqlite3.connect(played.store)) as store:
        store.row_factory = sqlite3.Row
        assert [row[0] for row in store.execute("PRAGMA integrity_check")] == ["ok"]
        _every_message_once(store)
        _every_event_once(store)
        states = _clients_at_most_once(store, played)
        _owner_at_least_once(store, played)
        _promises_of_mails_that_went_out(store)
        _one_copy_in_sent(store, played)
    return states


def _rows(store: sqlite3.Connection, statement: str) -> list[sqlite3.Row]:
    return store.execute(statement).fetchall()


def _column(store: sqlite3.Connection, statement: str) -> list[str]:
    return [row[0] for row in store.execute(statement)]


def _every_message_once(store: sqlite3.Connection) -> None:
    inbox = _rows(store, "SELECT * FROM messages WHERE NOT outbound")
    assert len(inbox) == len({row["uid"] for row in inbox}) == len(LETTERS)
    of_clients = {letter.message_id for letter in LETTERS if "elsewhere" not in letter.address}
    ids = [row["message_id"] for row in inbox if row["client"] is not None]
    assert Counter(ids) == Counter(of_clients)
    assert not [row["row"] for row in inbox if row["history"] or row["duplicate_of"]]
    owners = "SELECT message_id FROM messages WHERE outbound AND NOT own"
    assert _column(store, owners) == [OWNERS_ANSWER]


def _every_event_once(store: sqlite3.Connection) -> None:
    assert _column(store, "SELECT DISTINCT state FROM events") == ["done"]
    repeated = (
        "SELECT type, subject_row, count(*) FROM events WHERE subject_row IS NOT NULL AND type <> 'IncidentUpdated'"
        " GROUP BY type, subject_row HAVING count(*) > 1"
    )
    assert [tuple(row) for row in _rows(store, repeated)] == []
    fired = "SELECT count(*) FROM events WHERE type = 'ScheduleFired' AND details LIKE '%daily_summary%'"
    assert _column(store, fired) == [1]
    assert _column(store, "SELECT count(*) FROM events WHERE type = 'PromiseLate'") == [1]
    asked = [letter.message_id for letter in LETTERS if "elsewhere" not in letter.address]
    received = (
        "SELECT message_id FROM events JOIN messages ON messages.row = subject_row WHERE type = 'MessageReceived'"
    )
    assert Counter(_column(store, received)) == Counter(asked)
    assert _column(store, "SELECT count(*) FROM incidents GROUP BY matter HAVING count(*) > 1") == []
    assert Counter(_column(store, "SELECT client FROM incidents")) == Counter(["elm", LATE_CLIENT])
    owed = "SELECT state FROM obligations WHERE client = 'cedar'"
    assert set(_column(store, owed)) <= {"answered"}


def _clients_at_most_once(store: sqlite3.Connection, played: Round) -> Counter[str]:
    mails = _rows(
        store,
        "SELECT outbox.*, messages.message_id AS asked FROM outbox JOIN messages ON messages.row = answers"
        " WHERE audience = 'client'",
    )
    out = [mail for mail in played.studio.sink.received if not _is_owners(mail, played)]
    went = Counter(_id(mail) for mail in out)
    assert set(went.values()) <= {1}, f"the same mail twice: {went}"
    answered = Counter(str(read(mail)["In-Reply-To"]).strip("<>") for mail in out)
    assert set(answered.values()) <= {1}, f"one question answered twice: {answered}"
    known = {mail["message_id"]: mail["state"] for mail in mails if mail["message_id"]}
    assert went.keys() <= known.keys(), "a mail that the store does not know"
    assert {mail["state"] for mail in mails} <= _ENDED
    for message_id, state in known.items():
        number = went[message_id]
        assert {"sent": number == 1, "unknown": number <= 1}.get(state, number == 0), (message_id, state, number)
        # Where the server files what it accepts, Sent can always tell.
        assert not (played.files and state == "unknown" and number), message_id
    assert {mail["asked"] for mail in mails if mail["state"] in ("sent", "unknown")} == ANSWERED
    states = Counter(mail["state"] for mail in mails)
    assert states["unknown"] <= played.in_doubt, "no more than one mail is at hand at a time"
    return states


def _is_owners(mail: Received, played: Round) -> bool:
    return mail.recipients == (played.studio.user,)


def _id(mail: Received) -> str:
    return str(read(mail)["Message-ID"]).strip("<>")


def _owner_at_least_once(store: sqlite3.Connection, played: Round) -> None:
    mails = [read(mail) for mail in played.studio.sink.received if _is_owners(mail, played)]
    words = [" ".join(text_of(mail).split()) for mail in mails]
    warnings = _rows(store, "SELECT * FROM warnings")
    for warning in warnings:
        if warning["urgency"] == "now":
            assert warning["state"] == "told", warning["text"]
            text = " ".join(warning["text"].split())
            assert any(text in said for said in words), f"never told: {text}"
    assert {warning["reason"] for warning in warnings} >= TOLD
    unknown = _column(store, "SELECT row FROM outbox WHERE state = 'unknown'")
    keys = [warning["key"] for warning in warnings]
    assert {f"mail_unknown:{row}" for row in unknown} <= set(keys)
    assert all(number == 1 for number in Counter(keys).values()), "the same matter was raised twice"
    owners = _rows(store, "SELECT * FROM outbox WHERE audience = 'owner'")
    assert {mail["state"] for mail in owners} == {"sent"}
    assert [mail["template"] for mail in owners].count("summary") == 1
    came = Counter(str(mail["Message-ID"]).strip("<>") for mail in mails)
    assert came.keys() == {mail["message_id"] for mail in owners}
    assert came.total() - len(came) <= played.died, "a notice is repeated after a crash only"


def _promises_of_mails_that_went_out(store: sqlite3.Connection) -> None:
    promises = _rows(store, "SELECT * FROM promises")
    assert len({(row["client"], row["kind"], row["due"]) for row in promises}) == len(promises)
    assert {(row["client"], row["state"]) for row in promises} == {
        ("acme", "open"),
        ("birch", "open"),
        (LATE_CLIENT, "late"),
    }
    told = "SELECT told.promise, told.mail, outbox.state FROM told JOIN outbox ON outbox.row = told.mail"
    rows = _rows(store, told)
    assert {row["state"] for row in rows} <= {"sent", "unknown"}
    assert len({row["mail"] for row in rows}) == len(rows) == len(ANSWERED)
    made = {row["row"] for row in promises if row["client"] != LATE_CLIENT}
    assert {row["promise"] for row in rows} == made


def _one_copy_in_sent(store: sqlite3.Connection, played: Round) -> None:
    copies = played.in_sent()
    assert copies.pop(OWNERS_ANSWER) == 1
    assert set(copies.values()) <= {1} or played.files, copies
    for mail in _rows(store, "SELECT * FROM outbox WHERE audience = 'client' AND message_id IS NOT NULL"):
        wanted = {"sent": 1, "unknown": 0}.get(mail["state"])
        if wanted is not None:
            assert copies[mail["message_id"]] == wanted, (mail["state"], copies)
        assert (mail["raw"] is None) == (mail["state"] != "unknown"), json.dumps(mail["state"])
    assert set(_column(store, "SELECT state FROM chores")) <= {"done"}
