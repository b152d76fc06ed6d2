"""When a warning reaches the owner, how often, and what is told in place of an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from whiteglove.actions import Warn
from whiteglove.clients import Client, DateRange, WorkingHours
from whiteglove.guard import REASONS
from whiteglove.message import Address, RecordedMessage, Verdicts
from whiteglove.owner_words import Words
from whiteglove.prepare.notice_words import TOLD_INSTEAD, words_in
from whiteglove.prepare.telling import tell_instead, tell_of_imitation, tell_of_refused_login, tell_owner
from whiteglove.settings.data import load_languages
from whiteglove.store import Store, events, warnings
from whiteglove.store.warnings import WarningRow
from whiteglove.worktime import WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingHours(tuple(((time(9), time(17)),) if day < 5 else () for day in range(7)))
WORKTIME = WorkingTime(BERLIN, OFFICE)
SATURDAY = datetime(2026, 3, 7, 12, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)
ACME = Client(key="acme", name="Acme GmbH", timezone="Europe/Berlin", language="en")


def message(thread: int = 1, subject: str = "Catalogue", *, history: bool = False) -> RecordedMessage:
    return RecordedMessage(
        row=1,
        mailbox="studio",
        folder="INBOX",
        uidvalidity=1,
        uid=1,
        message_id="a@acme.example",
        received_at=SATURDAY,
        author=Address("wile@acme.example"),
        to=(),
        cc=(),
        subject=subject,
        client="acme",
        thread=thread,
        history=history,
        verdicts=Verdicts(human=True, may_acknowledge=True, obliges=True),
    )


def told(store: Store, at: datetime) -> tuple[WarningRow, ...]:
    with store.read() as tx:
        return warnings.due(tx, at)


def tell(store: Store, warning: Warn, now: datetime = SATURDAY, worktime: WorkingTime = WORKTIME) -> bool:
    with store.write() as tx:
        return tell_owner(tx, "made", warning, now, worktime)


def instead(store: Store, reason: str, its: RecordedMessage, now: datetime = SATURDAY) -> bool:
    with store.write() as tx:
        return tell_instead(tx, reason, ACME, its, now, WORKTIME, in_english(now))


def words_of(language: str, now: datetime) -> Words:
    return Words(texts=words_in(language), language=load_languages()[language], zone=BERLIN, now=now)


def in_german(now: datetime) -> Words:
    return words_of("de", now)


def in_english(now: datetime = SATURDAY) -> Words:
    return words_of("en", now)


@pytest.fixture
def store() -> Store:
    return Store.empty()


def test_now_is_at_once(store: Store) -> None:
    assert tell(store, Warn(reason="x", key="k", text="Look.", urgency="now"))
    assert [found.text for found in told(store, SATURDAY)] == ["Look."]


def test_today_is_the_next_working_minute(store: Store) -> None:
    tell(store, Warn(reason="x", key="k", text="Look.", urgency="today"))
    assert told(store, MONDAY_NINE - timedelta(seconds=1)) == ()
    assert len(told(store, MONDAY_NINE)) == 1


def test_digest_waits_for_the_summary(store: Store) -> None:
    tell(store, Warn(reason="x", key="k", text="Look.", urgency="digest"))
    assert told(store, SATURDAY + timedelta(days=400)) == ()


def test_who_never_works_is_told_at_once(store: Store) -> None:
    away = WorkingTime(BERLIN, OFFICE, away=(DateRange(date(2026, 1, 1), date(2028, 1, 1)),))
    tell(store, Warn(reason="x", key="k", text="Look.", urgency="today"), worktime=away)
    assert len(told(store, SATURDAY)) == 1


def test_the_plugins_hear_of_it_once(store: Store) -> None:
    warning = Warn(reason="x", key="k", text="Look.", urgency="today")
    assert tell(store, warning)
    assert not tell(store, warning)
    with store.read() as tx:
        assert events.counts(tx)["open"] == 1
    assert [found.times for found in told(store, MONDAY_NINE)] == [2]


@pytest.mark.parametrize("reason", sorted(TOLD_INSTEAD))
def test_each_reason_is_told_in_words(store: Store, reason: str) -> None:
    assert instead(store, reason, message(subject="x" * 300))
    (warning,) = told(store, SATURDAY)
    assert warning.text.startswith("Acme GmbH wrote “xxx")
    assert TOLD_INSTEAD[reason] in warning.text
    assert len(warning.text) < 400


def test_it_is_said_in_the_owners_words(store: Store) -> None:
    with store.write() as tx:
        assert tell_instead(tx, "incident_open", ACME, message(), SATURDAY, WORKTIME, in_german(SATURDAY))
        assert tell_instead(tx, "muted", ACME, message(2, ""), SATURDAY, WORKTIME, in_german(SATURDAY)) is False
        assert tell_instead(tx, "promise_late", ACME, message(2, ""), SATURDAY, WORKTIME, in_german(SATURDAY))
    first, second = (warning.text for warning in told(store, SATURDAY))
    assert first == (
        "Acme GmbH hat „Catalogue“ geschrieben und keine automatische Antwort bekommen: mit diesem Kunden ist ein "
        "Vorfall offen. Bitte selbst antworten."
    )
    assert second.startswith("Acme GmbH hat eine Mail ohne Betreff geschrieben und")


def test_a_strangers_mail_is_found_by_the_time_it_says(store: Store) -> None:
    arrived = SATURDAY - timedelta(minutes=18)
    with store.write() as tx:
        tell_of_imitation(tx, ACME, "studio", arrived, SATURDAY, WORKTIME, in_german(SATURDAY))
    (warning,) = told(store, MONDAY_NINE)
    assert "die in „studio“ ankam (Sa 7. März, 12:42 Uhr)" in warning.text


def test_a_refused_login_is_told_in_the_owners_words(store: Store) -> None:
    with store.write() as tx:
        tell_of_refused_login(tx, "studio", "535 {wrong}", SATURDAY, SATURDAY, WORKTIME, in_german(SATURDAY))
    (warning,) = told(store, SATURDAY)
    assert "weist die Anmeldung ab (535 {wrong})" in warning.text


def test_other_reasons_are_silent(store: Store) -> None:
    for reason in set(REASONS) - set(TOLD_INSTEAD):
        assert not instead(store, reason, message())
    assert told(store, SATURDAY) == ()


def test_history_is_silent(store: Store) -> None:
    assert not instead(store, "promise_late", message(history=True))


def test_once_a_thread_within_half_a_day(store: Store) -> None:
    assert instead(store, "promise_late", message(thread=1))
    assert not instead(store, "promise_late", message(thread=1))
    assert instead(store, "promise_late", message(thread=2))


def test_and_again_after_that(store: Store) -> None:
    assert instead(store, "promise_late", message())
    with store.write() as tx:
        warnings.put_into(tx, [warning.row for warning in warnings.due(tx, SATURDAY)], mail=1)
        warnings.told(tx, 1)
    assert not instead(store, "promise_late", message(), SATURDAY + timedelta(hours=11))
    assert instead(store, "promise_late", message(), SATURDAY + timedelta(hours=13))


def test_a_limit_is_told_once_for_all_whom_it_holds_back(store: Store) -> None:
    assert instead(store, "limit_all", message(thread=1))
    assert not instead(store, "limit_all", message(thread=2))
    assert instead(store, "limit_person", message(thread=1))
    assert not instead(store, "limit_person", message(thread=2))


def test_of_a_stranger_who_looks_like_a_client_only_the_client_is_named(store: Store) -> None:
    with store.write() as tx:
        assert tell_of_imitation(tx, ACME, "studio", SATURDAY, SATURDAY, WORKTIME, in_english())
        assert not tell_of_imitation(tx, ACME, "studio", SATURDAY, SATURDAY, WORKTIME, in_english())
    assert told(store, SATURDAY) == ()
    (warning,) = told(store, MONDAY_NINE)
    assert (warning.client, warning.urgency, warning.times) == ("acme", "today", 2)
    assert "Acme GmbH" in warning.text
    assert "clients/acme.toml" in warning.text
    assert "@" not in warning.text


def test_a_refused_login_is_told_once_since_an_instant_and_for_each_mailbox(store: Store) -> None:
    def tell_login(mailbox: str, since: datetime, now: datetime) -> bool:
        with store.write() as tx:
            return tell_of_refused_login(tx, mailbox, "535 wrong", since, now, WORKTIME, in_english(now))

    long_ago, later = SATURDAY - timedelta(days=999), SATURDAY + timedelta(days=9)
    assert tell_login("studio", long_ago, SATURDAY)
    assert tell_login("office", long_ago, SATURDAY)
    with store.write() as tx:
        warnings.put_into(tx, [warning.row for warning in warnings.due(tx, SATURDAY)], mail=1)
        warnings.told(tx, 1)
    assert not tell_login("studio", long_ago, later)
    assert tell_login("studio", SATURDAY + timedelta(hours=1), later)
    (warning,) = told(store, later)
    assert (warning.reason, warning.urgency) == ("login_refused", "now")
    assert "“studio”" in warning.text
    assert "535 wrong" in warning.text
