"""What decides what a message wants: headers, the owner's rule, words and votes, in that order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benches import QUESTION, STATUS, THANKS, acme, plugin
from whiteglove.desk.understanding import final_verdicts
from whiteglove.message import Classification, Guess, Kind, RecordedMessage, Verdicts
from whiteglove.store import messages
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

NOTHING = plugin()
RULE = '[[rules]]\nwords = "bananas"\nkind = "status_request"\n'


def recorded(bench: Bench, row: int = 1) -> RecordedMessage:
    with bench.store.read() as tx:
        return messages.get(tx, row)


def found(bench: Bench) -> Classification:
    classification = recorded(bench).classification
    assert classification is not None
    return classification


def test_words_decide_and_leave_their_cues() -> None:
    with Bench(NOTHING) as bench:
        bench.receive(STATUS)
        assert found(bench).kind is Kind.STATUS_REQUEST
        assert found(bench).cues == ("How are things progressing",)


def test_quoted_words_do_not() -> None:
    with Bench(NOTHING) as bench:
        bench.receive(f"{THANKS}\n\nOn Monday, Robin wrote:\n> {STATUS}\n", subject="Re: Catalogue")
        assert found(bench).kinds == (Kind.THANKS,)


def test_headers_decide_before_words() -> None:
    with Bench(NOTHING) as bench:
        bench.receive(STATUS, headers={"Auto-Submitted": "auto-replied"})
        assert found(bench).kinds == (Kind.AUTO_REPLY,)


def test_a_rule_of_the_clients_file_decides_before_words_and_votes() -> None:
    voting = plugin(classify=lambda message: [Guess(Kind.COMPLAINT, 1.0, "so I say")])
    with Bench(voting, clients={"acme": acme() + RULE}) as bench:
        bench.receive("Bananas. This is unacceptable.")
        assert (found(bench).kinds, found(bench).confidence) == ((Kind.STATUS_REQUEST,), 1.0)


def test_a_machine_is_not_put_to_the_vote() -> None:
    votes: list[object] = []
    with Bench(plugin(classify=lambda message: votes.append(message))) as bench:
        bench.receive(STATUS, headers={"Auto-Submitted": "auto-generated"})
        assert votes == []


def test_a_text_that_is_gone_leaves_a_question_that_is_abstained() -> None:
    with Bench(NOTHING, daemon={"mode": "live"}) as bench:
        uid = bench.deliver(STATUS, subject="Status?")
        for watcher in bench.daemon.watchers:
            watcher.catch_up()
        bench.daemon.texts.drop(1)
        bench.world.account.expunge(uid)
        bench.run()
        assert (found(bench).kinds, found(bench).abstained) == ((Kind.QUESTION,), True)
        assert bench.mails == []
        assert len(bench.obligations) == 1


def test_without_an_agreed_time_the_question_waits_all_the_same() -> None:
    with Bench(NOTHING, clients={"acme": acme(reply_within=None)}) as bench:
        bench.receive(QUESTION)
        assert [owed.due for owed in bench.obligations] == [None]


def test_nor_can_a_time_be_named_in_an_absence_of_more_than_a_year() -> None:
    with Bench(NOTHING, owner={"away": ["2026-01-01/2027-12-31"]}, clients={"acme": acme()}) as bench:
        bench.receive(QUESTION)
        assert [owed.due for owed in bench.obligations] == [None]


@pytest.mark.parametrize(
    ("reason", "kinds", "expected"),
    [
        (None, (Kind.QUESTION,), (True, None)),
        (None, (Kind.THANKS, Kind.QUESTION), (True, None)),
        (None, (Kind.THANKS,), (False, "thanks")),
        (None, (Kind.FYI, Kind.THANKS), (False, "fyi")),
        ("several_clients", (Kind.THANKS,), (False, "several_clients")),
    ],
)
def test_the_final_verdict(reason: str | None, kinds: tuple[Kind, ...], expected: tuple[bool, str | None]) -> None:
    verdicts = Verdicts(human=True, may_acknowledge=reason is None, obliges=True, reason=reason)
    final = final_verdicts(verdicts, Classification(kinds, 0.9))

    assert (final.obliges, final.reason) == expected


def test_who_knows_better_may_say_that_a_machine_wrote_it() -> None:
    verdicts = Verdicts(human=True, may_acknowledge=True, obliges=True)
    final = final_verdicts(verdicts, Classification((Kind.LIST,), 1.0))

    assert (final.human, final.may_acknowledge, final.obliges, final.reason) == (False, False, False, "list")


def test_a_rule_that_names_a_machine_leaves_nothing_to_answer() -> None:
    rule = '[[rules]]\nsender = "wile@acme.example"\nkind = "machine_report"\n'
    with Bench(acknowledge, delay="0s", clients={"acme": acme('contact_limit = "1 per day"') + rule}) as bench:
        for _ in range(3):
            assert bench.receive("How are things progressing?") == []
        assert bench.obligations == []
        assert bench.logged("contact.exceeded") == []


def test_what_obliges_nobody_keeps_its_reason() -> None:
    verdicts = Verdicts(human=True, may_acknowledge=False, obliges=False, reason="not_addressed")

    assert final_verdicts(verdicts, Classification((Kind.THANKS,), 0.9)) == verdicts


def test_an_answer_that_came_between_closes_what_joins() -> None:
    with Bench(NOTHING, clients={"acme": acme(report="[]")}) as bench:
        bench.receive(QUESTION)
        bench.advance(minutes=10)
        bench.owner_sends("This one.", answers="bench.1@elsewhere.example")
        bench.deliver("Or which colour?", answers="bench.1@elsewhere.example", age=timedelta(minutes=5))
        bench.run()
        assert bench.obligations == []


def test_a_time_by_which_something_is_wanted_makes_it_urgent_in_the_zone_of_who_wrote() -> None:
    words = "Could you send me the dates of the fair by midnight?"
    with Bench(NOTHING, clients={"acme": acme()}) as bench:
        bench.receive(words)
        assert found(bench).urgency == 0.5
    far_away = acme().replace('name = "Wile', 'timezone = "Pacific/Auckland"\nname = "Wile')
    with Bench(NOTHING, clients={"acme": far_away}) as bench:
        bench.receive(words)
        assert found(bench).urgency == 0.6
