"""What the plugin wants done with each kind of message. Nothing but the hooks is called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from whiteglove.actions import Action, Note, Reply, Warn
from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.events import MessageReceived, PromiseBroken, PromiseDue, PromiseKept, PromiseLate
from whiteglove.hookspecs import Context
from whiteglove.host.words import read_words
from whiteglove.ledger import Obligation, ObligationState, Promise, PromiseKind, PromiseState
from whiteglove.message import MACHINE_KINDS, Address, Classification, Kind, RecordedMessage, Verdicts
from whiteglove.owner_words import Words
from whiteglove.settings.data import load_languages
from whiteglove_plugins import acknowledge
from whiteglove_plugins.acknowledge import Acknowledge

NOW = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)
REPORT_DUE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANSWER_DUE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
ASKS = [Kind.QUESTION, Kind.SCHEDULING, Kind.BILLING, Kind.NEW_WORK, Kind.SCOPE_CHANGE, Kind.URGENT_REQUEST]
WILE = Person(name="Wile Coyote", addresses=("wile@acme.example",))
ACME = Client(key="acme", name="Acme GmbH", timezone="America/New_York", language="en", people=(WILE,))


@dataclass(frozen=True)
class KnownReport:
    """A ledger that knows one thing: when this client hears next."""

    due: datetime | None

    def next_report(self, client: str) -> datetime | None:
        assert client == "acme"
        return self.due


def context(*, report: datetime | None = REPORT_DUE, language: str = "en", **settings: Any) -> Context[Acknowledge]:
    owner = Owner(
        name="Robin Vale",
        address="robin@vale.example",
        timezone="Europe/Berlin",
        language=language,
        hours=WorkingHours((((time(9), time(17)),),) * 7),
    )
    unused: Any = None
    return Context(
        plugin="acknowledge",
        config=Acknowledge(**settings),
        now=NOW,
        owner=owner,
        book=Book(owner=owner, clients={"acme": ACME}),
        ledger=KnownReport(report),  # type: ignore[arg-type]
        worktime=unused,
        memory=unused,
        words=Words(
            texts=read_words("acknowledge", "whiteglove_plugins")[0][language],
            language=load_languages()[language],
            zone=ZoneInfo(owner.timezone),
            now=NOW,
        ),
        log=unused,
    )


def received(
    *kinds: Kind, confidence: float = 0.9, abstained: bool = False, due: datetime | None = ANSWER_DUE, **changes: Any
) -> MessageReceived:
    message = RecordedMessage(
        row=17,
        mailbox="studio",
        folder="INBOX",
        uidvalidity=1,
        uid=5,
        message_id="question@acme.example",
        received_at=NOW - timedelta(minutes=3),
        author=Address("wile@acme.example", "Wile"),
        to=(Address("robin@vale.example"),),
        cc=(),
        subject="Catalogue",
        client="acme",
        thread=3,
        verdicts=Verdicts(human=True, may_acknowledge=True, obliges=True),
        classification=Classification(kinds, confidence, abstained) if kinds else None,
    )
    obligation = Obligation(
        row=4,
        client="acme",
        message=17,
        thread=3,
        address="wile@acme.example",
        kinds=kinds,
        opened_at=NOW,
        due=due,
        state=ObligationState.OPEN,
    )
    fields: dict[str, Any] = {
        "id": 1,
        "at": NOW,
        "message": message,
        "client": ACME,
        "person": WILE,
        "obligation": obligation,
    }
    return MessageReceived(**(fields | changes))


def decide(event: MessageReceived, ctx: Context[Acknowledge] | None = None) -> list[Action]:
    return list(acknowledge.on_message(event, ctx or context()) or ())


def only(actions: list[Action]) -> Action:
    (action,) = actions
    return action


def test_a_status_request_gets_the_time_of_the_next_report() -> None:
    assert only(decide(received(Kind.STATUS_REQUEST))) == Reply(
        reason="status_request",
        template="next_report",
        again="next_report_again",
        tells=PromiseKind.REPORT,
        delay=timedelta(minutes=3),
        calendar=True,
    )


def test_without_a_cadence_it_gets_the_time_of_the_answer() -> None:
    action = only(decide(received(Kind.STATUS_REQUEST), context(report=None)))

    assert isinstance(action, Reply)
    assert (action.template, action.again, action.tells) == ("answer_by", "answer_by_again", PromiseKind.ANSWER)
    assert not action.calendar


@pytest.mark.parametrize("change", [{"due": None}, {"obligation": None}])
def test_without_either_there_is_nothing_to_tell(change: dict[str, Any]) -> None:
    assert only(decide(received(Kind.STATUS_REQUEST, **change), context(report=None))) == Note(reason="no_time_to_tell")


@pytest.mark.parametrize(
    ("confidence", "sure", "answered"), [(0.8, 0.8, True), (0.79, 0.8, False), (0.5, 0.5, True), (1, 1, True)]
)
def test_it_must_be_sure(confidence: float, sure: float, answered: bool) -> None:
    action = only(decide(received(Kind.STATUS_REQUEST, confidence=confidence), context(sure=sure)))

    assert isinstance(action, Reply) is answered
    assert answered or action == Note(reason="unsure")


def test_delay_and_calendar_are_the_owners_choice() -> None:
    action = only(decide(received(Kind.STATUS_REQUEST), context(delay="0s", calendar=False)))

    assert isinstance(action, Reply)
    assert action.delay == timedelta(0)
    assert not action.calendar


@pytest.mark.parametrize("kind", sorted(MACHINE_KINDS))
def test_machines_get_nothing(kind: Kind) -> None:
    assert only(decide(received(kind))) == Note(reason="machine")
    assert only(decide(received(Kind.STATUS_REQUEST, kind))) == Note(reason="machine")


def test_what_no_person_wrote_gets_nothing() -> None:
    event = received(Kind.STATUS_REQUEST)
    machine = replace(
        event.message, verdicts=Verdicts(human=False, may_acknowledge=False, obliges=False, reason="list")
    )

    assert only(decide(replace(event, message=machine))) == Note(reason="machine")


def test_an_abstaining_classifier_gets_nothing_sent() -> None:
    answering = context(answer=["question", "status_request"])

    assert only(decide(received(Kind.QUESTION, abstained=True), answering)) == Note(reason="abstained")
    assert only(decide(received(), answering)) == Note(reason="abstained")


@pytest.mark.parametrize("kinds", [(Kind.STATUS_REQUEST,), (Kind.COMPLAINT,), (Kind.URGENT_REQUEST,)])
def test_history_is_noted_and_nothing_else(kinds: tuple[Kind, ...]) -> None:
    assert only(decide(received(*kinds, history=True))) == Note(reason="history")


@pytest.mark.parametrize(
    "kinds",
    [
        (Kind.COMPLAINT,),
        (Kind.DEADLINE_MISSED,),
        (Kind.STATUS_REQUEST, Kind.COMPLAINT),
        (Kind.STATUS_REQUEST, Kind.DEADLINE_MISSED, Kind.URGENT_REQUEST),
    ],
)
def test_a_complaint_is_put_before_the_owner_and_not_answered(kinds: tuple[Kind, ...]) -> None:
    warning, note = decide(received(*kinds))

    assert note == Note(reason="complaint")
    assert isinstance(warning, Warn)
    assert (warning.urgency, warning.client, warning.key) == ("now", "acme", "complaint:17")
    assert warning.text == (
        "Acme GmbH: the mail that Wile Coyote wrote today at 10:42 (“Catalogue”) reads as a complaint or names a "
        "missed deadline. Nothing automatic was sent. Next step: answer in person, at the latest tomorrow at 09:00, or "
        "call."
    )


def test_by_choice_a_complaint_gets_one_calm_line() -> None:
    warning, reply = decide(received(Kind.COMPLAINT), context(complaints="receipt"))

    assert isinstance(warning, Warn)
    assert "one calm line" in warning.text
    assert reply == Reply(
        reason="complaint", template="calm_receipt", tells=PromiseKind.ANSWER, delay=timedelta(minutes=3)
    )


def test_a_calm_line_needs_a_time() -> None:
    warning, note = decide(received(Kind.COMPLAINT, due=None), context(complaints="receipt"))

    assert isinstance(warning, Warn)
    assert note == Note(reason="no_time_to_tell")


@pytest.mark.parametrize("kind", ASKS)
def test_other_asks_get_nothing_by_default(kind: Kind) -> None:
    assert decide(received(kind))[-1] == Note(reason=kind)


@pytest.mark.parametrize("kind", ASKS)
def test_by_choice_an_ask_gets_the_time_of_the_answer(kind: Kind) -> None:
    reply = decide(received(Kind.THANKS, kind), context(answer=[kind.value]))[-1]

    assert reply == Reply(
        reason=kind,
        template="answer_by",
        again="answer_by_again",
        tells=PromiseKind.ANSWER,
        delay=timedelta(minutes=3),
    )


def test_an_ask_without_a_time_gets_nothing() -> None:
    assert only(decide(received(Kind.BILLING, due=None), context(answer=["billing"]))) == Note(reason="no_time_to_tell")


def test_a_status_request_not_chosen_is_not_answered() -> None:
    assert only(decide(received(Kind.STATUS_REQUEST), context(answer=["billing"]))) == Note(reason="status_request")


def test_an_unsure_status_request_may_still_be_an_ask_that_was_chosen() -> None:
    event = received(Kind.STATUS_REQUEST, Kind.BILLING, confidence=0.5)

    assert only(decide(event)) == Note(reason="unsure")
    assert isinstance(only(decide(event, context(answer=["status_request", "billing"]))), Reply)


@pytest.mark.parametrize(
    ("kinds", "then"), [((Kind.URGENT_REQUEST,), Note), ((Kind.STATUS_REQUEST, Kind.URGENT_REQUEST), Reply)]
)
def test_the_owner_hears_of_what_is_urgent_at_once(kinds: tuple[Kind, ...], then: type[Action]) -> None:
    warning, action = decide(received(*kinds))

    assert isinstance(action, then)
    assert isinstance(warning, Warn)
    assert (warning.urgency, warning.key) == ("now", "urgent_request:17")
    assert warning.text == (
        "Acme GmbH: the mail that Wile Coyote wrote today at 10:42 (“Catalogue”) says that it is urgent. "
        "Next step: read it now and answer, at the latest tomorrow at 09:00."
    )


@pytest.mark.parametrize("kind", [Kind.THANKS, Kind.FYI])
def test_thanks_and_news_get_nothing(kind: Kind) -> None:
    assert only(decide(received(kind))) == Note(reason=kind)


def test_a_german_owner_is_told_in_german() -> None:
    event = received(Kind.COMPLAINT, due=REPORT_DUE, person=None)
    bare = replace(event, message=replace(event.message, subject=""))

    warning = decide(bare, context(language="de"))[0]

    assert isinstance(warning, Warn)
    assert warning.text == (
        "Acme GmbH: Die Mail, die wile@acme.example heute um 10:42 Uhr geschrieben hat, liest sich als Beschwerde oder "
        "nennt einen verpassten Termin. Automatisch ging nichts hinaus. Nächster Schritt: selbst antworten, spätestens "
        "heute um 16 Uhr, oder anrufen."
    )


def promise(kind: PromiseKind = PromiseKind.REPORT, due: datetime = NOW - timedelta(minutes=1)) -> Promise:
    return Promise(row=9, client="acme", kind=kind, due=due, state=PromiseState.LATE, uid="u")


def test_a_late_promise_reaches_the_owner_at_once() -> None:
    warning = only(
        list(acknowledge.on_promise(PromiseLate(id=1, at=NOW, promise=promise(), client=ACME), context()) or ())
    )

    assert isinstance(warning, Warn)
    assert (warning.urgency, warning.key, warning.reason) == ("now", "promise_late:9", "promise_late")
    assert warning.text == (
        "Acme GmbH: the report was due today at 10:44 and has not gone out. Until it has, nothing automatic goes to "
        "them. Next step: send it, or write to them when it comes."
    )


@pytest.mark.parametrize(
    ("language", "what", "late"), [("en", "the answer", "26 h later"), ("de", "Die Antwort", "nach 26 Std.")]
)
def test_a_broken_promise_too(language: str, what: str, late: str) -> None:
    broken = promise(PromiseKind.ANSWER, NOW - timedelta(hours=26))

    actions = acknowledge.on_promise(
        PromiseBroken(id=1, at=NOW, promise=broken, client=ACME), context(language=language)
    )

    warning = only(list(actions or ()))
    assert isinstance(warning, Warn)
    assert (warning.urgency, warning.key) == ("now", "promise_broken:9")
    assert what in warning.text
    assert late in warning.text


@pytest.mark.parametrize("event", [PromiseDue, PromiseKept])
def test_a_promise_that_is_due_or_kept_needs_no_word(event: type[PromiseDue] | type[PromiseKept]) -> None:
    assert not acknowledge.on_promise(event(id=1, at=NOW, promise=promise(), client=ACME), context())


def test_it_says_what_it_is_for() -> None:
    info = acknowledge.describe()

    assert info.settings is Acknowledge
    assert info.summary.count("\n") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"delay": "soon"},
        {"delay": 3},
        {"sure": 1.1},
        {"complaints": "loud"},
        {"answer": ["complaint"]},
        {"answer": ["thanks"]},
        {"answre": []},
    ],
)
def test_wrong_settings_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Acknowledge(**wrong)


def test_the_defaults_are_those_of_the_contract() -> None:
    config = Acknowledge()

    assert config.delay == timedelta(minutes=3)
    assert config.answer == ("status_request",)
    assert config.complaints == "silent"
    assert config.sure == 0.8
    assert config.calendar
