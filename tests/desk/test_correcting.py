"""The owner knows better: what is owed follows their word, nothing is ever sent because of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import whiteglove_plugins.acknowledge as acknowledge
import whiteglove_plugins.incidents as incidents_plugin
from whiteglove.desk.correcting import Corrected, correct
from whiteglove.desk.understanding import OWNERS_WORD
from whiteglove.ledger import IncidentState
from whiteglove.message import Kind, RecordedMessage
from whiteglove.store import corrections, messages
from whiteglove.testing import CLIENT, Bench

ASKS = "Which paper shall we take for the cover?"
THANKS = "Thank you so much, that is great!"
ADA = "Ada Byte <ada@acme.example>"
WITH_ADA = CLIENT + '[[people]]\nname = "Ada Byte"\naddresses = ["ada@acme.example"]\n'


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(
        acknowledge, clients={"acme": WITH_ADA}, toml="[plugins.incidents]", beside={"incidents": incidents_plugin}
    ) as made:
        yield made


def last(bench: Bench) -> RecordedMessage:
    with bench.store.read() as tx:
        row = messages.find(tx, bench.store.hash_id(bench.last_message_id))
        assert row is not None
        return messages.recorded(row)


def say(bench: Bench, kind: Kind, message: RecordedMessage | None = None) -> Corrected:
    """The owner says what a message wants, the last one if none is named; what follows from it happens."""
    client = bench.settings.book.clients["acme"]
    with bench.store.write() as tx:
        done = correct(tx, message or last(bench), kind, client, bench.settings, bench.clock.now())
    assert bench.run() == []
    return done


def owed(bench: Bench) -> list[tuple[Kind, ...]]:
    return [found.kinds for found in bench.obligations]


def kinds(bench: Bench) -> tuple[Any, ...]:
    found = last(bench)
    assert found.classification is not None
    return (*found.classification.kinds, found.classification.confidence, *found.classification.cues)


def test_a_message_that_asked_nothing_owes_nothing(bench: Bench) -> None:
    bench.receive(ASKS)
    assert owed(bench) == [(Kind.QUESTION,)]
    assert say(bench, Kind.FYI).closed
    assert owed(bench) == []
    assert kinds(bench) == (Kind.FYI, 1.0, OWNERS_WORD)
    assert last(bench).verdicts.obliges is False


def test_what_another_message_of_the_thread_asks_stays_owed(bench: Bench) -> None:
    bench.receive(ASKS)
    first = bench.last_message_id
    bench.receive("We are disappointed, this is unacceptable.", answers=first)
    assert set(bench.obligations[0].kinds) == {Kind.QUESTION, Kind.COMPLAINT}
    done = say(bench, Kind.THANKS)
    assert not done.closed
    assert owed(bench) == [(Kind.QUESTION,)]


def test_what_asks_after_all_is_owed_and_nothing_is_sent(bench: Bench) -> None:
    bench.receive(THANKS)
    assert owed(bench) == []
    done = say(bench, Kind.STATUS_REQUEST)
    assert done.opened
    assert owed(bench) == [(Kind.STATUS_REQUEST,)]
    assert bench.advance(hours=2) == []
    assert bench.mails == []


def test_what_was_answered_already_is_not_owed_again(bench: Bench) -> None:
    bench.receive(THANKS)
    asked = last(bench)
    bench.advance(minutes=1)
    bench.owner_sends("You are welcome.", answers=bench.last_message_id)
    assert not say(bench, Kind.QUESTION, asked).opened
    assert owed(bench) == []


def test_a_cc_owes_nothing_whatever_it_is_called(bench: Bench) -> None:
    bench.receive(THANKS, to="somebody@else.example", headers={"Cc": "robin@vale.example"})
    assert not say(bench, Kind.COMPLAINT).opened
    assert owed(bench) == []


def test_an_answer_that_waits_is_called_off(bench: Bench) -> None:
    bench.receive("How are things progressing?")
    assert [mail.state for mail in bench.mails] == ["planned"]
    assert say(bench, Kind.QUESTION).called_off == 1
    assert bench.advance(hours=1) == []
    assert (bench.reasons, owed(bench)) == (["by_owner"], [(Kind.QUESTION,)])


def test_the_same_word_again_leaves_the_answer_alone(bench: Bench) -> None:
    bench.receive("How are things progressing?")
    assert say(bench, Kind.STATUS_REQUEST).called_off == 0
    assert len(bench.advance(minutes=5)) == 1


def test_a_promise_to_answer_is_not_taken_back() -> None:
    with Bench(acknowledge, delay="0s", answer=["question"]) as bench:
        assert len(bench.receive(ASKS)) == 1
        done = say(bench, Kind.THANKS)
        assert done.still_promised
        assert owed(bench) == [(Kind.QUESTION,)]


def test_a_complaint_opens_an_incident_that_only_the_owner_ends(bench: Bench) -> None:
    bench.receive(ASKS)
    done = say(bench, Kind.COMPLAINT)
    (incident,) = bench.incidents
    assert (done.incident, done.incident_is_new) == (incident.row, True)
    assert (incident.state, incident.entries[0].cue) == (IncidentState.OPENED, OWNERS_WORD)
    assert [line["kind"] for line in bench.logged("incident.opened")] == ["complaint"]
    assert say(bench, Kind.COMPLAINT).incident_is_new is False
    assert say(bench, Kind.QUESTION).incident == incident.row
    assert [found.state for found in bench.incidents] == [IncidentState.OPENED]


def test_without_the_plugin_no_incident_is_opened() -> None:
    with Bench(acknowledge) as bench:
        bench.receive(ASKS)
        assert say(bench, Kind.COMPLAINT).incident is None
        assert bench.incidents == []


def test_it_counts_for_the_thread_and_the_sender_from_then_on(bench: Bench) -> None:
    bench.receive(ASKS)
    first = bench.last_message_id
    say(bench, Kind.BILLING)
    bench.receive("How are things progressing?", answers=first)
    assert kinds(bench) == (Kind.BILLING, 1.0, OWNERS_WORD)
    bench.receive("How are things progressing?", sender=ADA, answers=first)
    assert kinds(bench)[0] is Kind.STATUS_REQUEST
    bench.receive("How are things progressing?")
    assert kinds(bench)[0] is Kind.STATUS_REQUEST


def test_a_rule_of_the_clients_file_goes_before_it() -> None:
    rule = '[[rules]]\nwords = "for your files"\nkind = "fyi"\n'
    with Bench(acknowledge, clients={"acme": CLIENT + rule}) as bench:
        bench.receive(ASKS)
        first = bench.last_message_id
        say(bench, Kind.BILLING)
        bench.receive("The plan, for your files.", answers=first)
        assert kinds(bench)[0] is Kind.FYI


def test_a_machine_by_the_owners_word_is_a_person_again_by_another(bench: Bench) -> None:
    bench.receive(ASKS)
    assert say(bench, Kind.AUTO_REPLY).closed
    assert (last(bench).verdicts.human, last(bench).verdicts.reason) == (False, "auto_reply")
    assert say(bench, Kind.QUESTION).opened
    assert (last(bench).verdicts.human, last(bench).verdicts.reason) == (True, None)


def test_every_word_is_written_down(bench: Bench) -> None:
    bench.receive(ASKS)
    before = last(bench).classification
    say(bench, Kind.FYI)
    say(bench, Kind.BILLING)
    with bench.store.read() as tx:
        words = corrections.everything(tx)
    said = [(one.was, one.kind, one.address, one.at) for one in words]
    now = bench.clock.now()
    assert before is not None
    assert [one.cues for one in words] == [before.cues, (OWNERS_WORD,)]
    assert said == [
        (Kind.QUESTION, Kind.FYI, "wile@acme.example", now), (Kind.FYI, Kind.BILLING, "wile@acme.example", now),
    ]  # fmt: skip


def test_what_nobody_has_looked_at_yet_is_taken_for_what_the_owner_says(bench: Bench) -> None:
    bench.deliver(ASKS)
    for watcher in bench.daemon.watchers:
        watcher.catch_up()
    assert say(bench, Kind.SCHEDULING).was is None
    assert kinds(bench)[0] is Kind.SCHEDULING
    assert owed(bench) == [(Kind.SCHEDULING,)]
