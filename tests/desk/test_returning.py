"""Who was quiet and writes again: told once, by the message that ended it, never because of the owner's own mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benches import BIRCH, QUESTION, acme, plugin
from whiteglove.events import ClientQuiet, ClientReturned, Event
from whiteglove.store import silences
from whiteglove.testing import MONDAY_MORNING, Bench

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
JUTTA = "Jutta <jutta@birch.example>"


def bench(seen: list[Any], *lines: str, **options: Any) -> Bench:
    def on_client(event: Event) -> None:
        seen.append(event)

    return Bench(plugin("heard", on_client=on_client), **{"clients": {"acme": acme(*lines)}, **options})


def returned(seen: list[Any]) -> list[ClientReturned]:
    return [event for event in seen if isinstance(event, ClientReturned)]


def test_the_message_that_ends_a_silence_is_told_once() -> None:
    seen: list[Any] = []
    with bench(seen, 'quiet_after = "7d"') as b:
        b.receive(QUESTION)
        b.advance(days=8)
        b.receive(QUESTION)
        b.receive(QUESTION)
        quiet, event = seen
        assert isinstance(quiet, ClientQuiet)
        assert isinstance(event, ClientReturned)
        assert (event.client.key, event.since) == ("acme", MONDAY_MORNING)
        assert event.message.row == 2
        assert event.message.classification is not None
        with b.store.read() as tx:
            assert silences.lasting(tx) == ()
        (line,) = b.logged("client.returned")
        assert (line["client"], line["since"]) == ("acme", MONDAY_MORNING.isoformat())


def test_of_two_that_come_together_the_first_one_returns() -> None:
    seen: list[Any] = []
    with bench(seen, 'quiet_after = "7d"') as b:
        b.receive(QUESTION)
        b.advance(days=8)
        b.deliver(QUESTION)
        b.deliver(QUESTION, subject="Another")
        b.run()
        assert [event.message.row for event in returned(seen)] == [2]


def test_a_silence_that_nobody_had_looked_for_yet_counts() -> None:
    seen: list[Any] = []
    # 17:00 in Berlin: a week later, at 18:00, nobody looks any more.
    with bench(seen, 'quiet_after = "7d"', now=MONDAY_MORNING + 7 * HOUR) as b:
        b.receive(QUESTION)
        b.advance(days=7, hours=1)
        b.receive(QUESTION)
        (event,) = seen
        assert isinstance(event, ClientReturned)


def test_after_thirty_days_anybody_returns() -> None:
    seen: list[Any] = []
    with bench(seen, clients={"acme": acme(), "birch": BIRCH}) as b:
        b.receive(QUESTION)
        b.receive(QUESTION, sender=JUTTA)
        b.advance(days=29)
        b.receive(QUESTION)
        assert seen == []
        b.advance(days=1)
        b.receive(QUESTION, sender=JUTTA)
        assert [event.client.key for event in returned(seen)] == ["birch"]


def test_quieter_than_their_habit() -> None:
    seen: list[Any] = []
    with bench(seen, now=MONDAY_MORNING + 7 * HOUR) as b:
        for _ in range(6):
            b.receive(QUESTION)
            b.advance(days=4)
        # Beyond nine days and a half it would have been noticed by day.
        b.advance(days=2, hours=1)
        b.receive(QUESTION)
        (event,) = seen
        assert isinstance(event, ClientReturned)
        assert event.since == MONDAY_MORNING + 7 * HOUR + 20 * DAY


def test_known_from_history_only() -> None:
    seen: list[Any] = []
    with bench(seen, looked=False, daemon={"history": "90d"}) as b:
        b.deliver(QUESTION, age=40 * DAY)
        b.run()
        b.receive(QUESTION)
        assert [event.since for event in returned(seen)] == [MONDAY_MORNING - 40 * DAY]


def test_history_returns_nobody_and_neither_does_a_first_message() -> None:
    seen: list[Any] = []
    with bench(seen, looked=False, daemon={"history": "90d"}, clients={"acme": acme(), "birch": BIRCH}) as b:
        b.deliver(QUESTION, age=80 * DAY)
        b.deliver(QUESTION, age=1 * DAY)
        b.run()
        b.receive(QUESTION, sender=JUTTA)
        assert returned(seen) == []


def test_the_owners_own_mail_or_call_ends_a_silence_and_nobody_returns() -> None:
    for contact in ("mail", "call"):
        seen: list[Any] = []
        with bench(seen, 'quiet_after = "7d"') as b:
            b.receive(QUESTION)
            b.advance(days=8)
            if contact == "mail":
                b.owner_sends("Shall we talk?")
                with b.store.read() as tx:
                    assert silences.lasting(tx) == ()
            else:
                b.notes_call()
            b.advance(minutes=5)
            b.receive(QUESTION)
            assert returned(seen) == []


def test_their_absence_is_no_silence() -> None:
    seen: list[Any] = []
    away = '[[dates]]\nwhat = "Fair"\nwhen = "2026-03-04/2026-03-14"\naway = true\n'
    with bench(seen, clients={"acme": acme('quiet_after = "7d"') + away}) as b:
        b.receive(QUESTION)
        b.advance(days=15)
        b.receive(QUESTION)
        assert seen == []


def test_a_machine_returns_nobody() -> None:
    seen: list[Any] = []
    with bench(seen, 'quiet_after = "7d"') as b:
        b.receive(QUESTION)
        b.advance(days=8)
        b.receive("I am away.", headers={"Auto-Submitted": "auto-replied"})
        assert returned(seen) == []
        b.receive(QUESTION)
        assert [event.since for event in returned(seen)] == [MONDAY_MORNING]
