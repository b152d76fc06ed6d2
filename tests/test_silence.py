"""Who has fallen silent is told once, in working time, and only where everything was read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benches import BIRCH, COMPLAINT, QUESTION, acme, plugin
from whiteglove.actions import Action, OpenIncident, UpdateIncident
from whiteglove.errors import MailboxError
from whiteglove.events import ClientQuiet, ClientReturned, Event, MessageReceived
from whiteglove.ledger import IncidentKind, IncidentState
from whiteglove.store import silences
from whiteglove.store.silences import Silence
from whiteglove.testing import MONDAY_MORNING, Bench

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
JUTTA = "Jutta <jutta@birch.example>"


class Quiet:
    """A plugin that remembers who fell silent and who returned. Each complaint is an incident."""

    def __init__(self) -> None:
        self.seen: list[ClientQuiet | ClientReturned] = []

    def plugin(self) -> object:
        def on_client(event: Event) -> None:
            assert isinstance(event, ClientQuiet | ClientReturned)
            self.seen.append(event)

        def on_message(event: MessageReceived) -> list[Action]:
            if event.text != COMPLAINT:
                return []
            kind = IncidentKind.COMPLAINT
            return [OpenIncident(reason="made", client=event.client.key, kind=kind, matter="thread:1")]

        return plugin("quiet", on_client=on_client, on_message=on_message)


def bench(quiet: Quiet, *lines: str, **options: Any) -> Bench:
    return Bench(quiet.plugin(), **{"clients": {"acme": acme('quiet_after = "7d"', *lines)}, **options})


def lasting(b: Bench) -> list[Silence]:
    with b.store.read() as tx:
        return list(silences.lasting(tx))


def test_a_silence_is_told_once() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(QUESTION)
        b.advance(days=7)
        assert quiet.seen == []
        b.advance(hours=1)
        (event,) = quiet.seen
        assert isinstance(event, ClientQuiet)
        assert (event.client.key, event.since, event.usual) == ("acme", MONDAY_MORNING, 7 * DAY)
        assert event.at == MONDAY_MORNING + 7 * DAY + HOUR
        b.advance(days=7)
        b.restart()
        b.advance(days=1)
        assert len(quiet.seen) == 1
        (line,) = b.logged("client.quiet")
        assert (line["client"], line["since"]) == ("acme", MONDAY_MORNING.isoformat())


def test_nobody_is_told_at_night_or_on_a_weekend() -> None:
    quiet = Quiet()
    with bench(quiet, now=MONDAY_MORNING + 9 * HOUR) as b:
        b.receive(QUESTION)
        b.advance(days=7, hours=1)
        b.advance(hours=4)
        assert quiet.seen == []
        # Tuesday, 09:00 in Berlin.
        b.advance(hours=9)
        assert len(quiet.seen) == 1


def test_it_is_looked_for_once_an_hour() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(QUESTION)
        b.advance(days=7)
        b.advance(minutes=59)
        assert quiet.seen == []
        b.advance(minutes=1)
        assert len(quiet.seen) == 1


def test_while_a_mailbox_cannot_be_read_nobody_is_called_silent() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(QUESTION)
        b.world.account.fail("connect", MailboxError("unavailable", "closed"))
        b.advance(days=8)
        assert quiet.seen == []
        b.advance(minutes=1)
        assert len(quiet.seen) == 1


def test_mail_of_either_side_and_calls_are_contact() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(QUESTION)
        for contact in (b.owner_sends, b.notes_call, lambda: b.receive(QUESTION)):
            b.advance(days=6)
            contact()
        b.advance(days=7)
        assert quiet.seen == []


def test_a_call_ends_a_silence_and_another_one_may_follow() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(QUESTION)
        b.advance(days=8)
        (silence,) = lasting(b)
        b.notes_call()
        b.advance(hours=1)
        assert lasting(b) == []
        with b.store.read() as tx:
            assert silences.get(tx, silence.row).ended_at == MONDAY_MORNING + 8 * DAY
        b.advance(days=9)
        assert [event.since for event in quiet.seen] == [MONDAY_MORNING, MONDAY_MORNING + 8 * DAY]


def test_after_an_incident_half_the_time_is_enough() -> None:
    quiet = Quiet()
    with bench(quiet) as b:
        b.receive(COMPLAINT)
        b.advance(days=4)
        (event,) = quiet.seen
        assert isinstance(event, ClientQuiet)
        assert event.usual == 3.5 * DAY


def test_a_resolved_incident_counts_for_a_month() -> None:
    quiet = Quiet()

    def resolve(event: Event) -> list[Action]:
        return [UpdateIncident(reason="made", incident=1, state=IncidentState.RESOLVED)]

    with bench(quiet, beside={"end": plugin("end", on_incident=resolve)}) as b:
        b.receive(COMPLAINT)
        assert [incident.state for incident in b.incidents] == [IncidentState.RESOLVED]
        b.advance(days=4)
        assert len(quiet.seen) == 1
        b.advance(days=27)
        b.owner_sends("Hello.")
        b.advance(days=4)
        assert len(quiet.seen) == 1


def test_their_announced_absence_and_the_owners_do_not_count() -> None:
    quiet = Quiet()
    away = '[[dates]]\nwhat = "Fair"\nwhen = "2026-03-04/2026-03-08"\naway = true\n'
    clients = {"acme": acme('quiet_after = "7d"') + away}
    with bench(quiet, clients=clients, owner={"away": ["2026-03-10/2026-03-11"]}) as b:
        b.receive(QUESTION)
        b.advance(days=14)
        assert quiet.seen == []
        b.advance(hours=1)
        assert len(quiet.seen) == 1


def test_quieter_than_their_own_habit_where_nothing_was_agreed() -> None:
    quiet = Quiet()
    with bench(quiet, clients={"acme": acme(), "birch": BIRCH}) as b:
        b.receive(QUESTION)
        for _ in range(6):
            b.receive(QUESTION, sender=JUTTA)
            b.advance(days=6)
        b.advance(days=2, hours=4)
        assert quiet.seen == []
        b.advance(days=1)
        (event,) = quiet.seen
        assert (event.client.key, isinstance(event, ClientQuiet) and event.usual) == ("birch", 9 * DAY)


def test_known_from_history_only() -> None:
    quiet = Quiet()
    with bench(quiet, looked=False) as b:
        b.deliver(QUESTION, age=12 * DAY)
        b.run()
        assert [event.since for event in quiet.seen] == [MONDAY_MORNING - 12 * DAY]


def test_who_left_the_book_or_never_wrote_is_not_silent() -> None:
    quiet = Quiet()
    with bench(quiet, clients={"acme": acme('quiet_after = "7d"'), "birch": BIRCH}) as b:
        b.receive(QUESTION)
        b.advance(days=3)
        b.restart(clients={"birch": BIRCH})
        b.advance(days=11)
        assert quiet.seen == []
