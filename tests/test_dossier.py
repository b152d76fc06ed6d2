"""What is known of a client: dates that are near, whatever the year, and what the ledger says of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches import BIRCH, QUESTION, STATUS, acme
from whiteglove.clients import Client, DateRange, Occasion, Project
from whiteglove.dossier import NEAR, Dossier, deadlines_of, dossier_of, near_dates
from whiteglove.ledger import IncidentEntry, IncidentKind, IncidentState, PromiseKind
from whiteglove.message import Kind
from whiteglove.store import incidents, ledger
from whiteglove.store.view import LedgerView
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def client(*dates: Occasion, **values: object) -> Client:
    known = {"key": "acme", "name": "Acme GmbH", "timezone": "Europe/Berlin", "language": "en"}
    return Client(**{**known, "dates": dates, **values})  # type: ignore[arg-type]


def occasion(first: date, last: date | None = None, **values: bool) -> Occasion:
    return Occasion(what="Wile's wedding", when=DateRange(first, last or first), **values)


def days(today: date, *dates: Occasion) -> list[int]:
    return [near.days for near in near_dates(client(*dates), today)]


class TestDates:
    def test_ahead_today_lasting_and_over(self) -> None:
        assert days(TODAY, occasion(TODAY + 4 * DAY)) == [4]
        assert days(TODAY, occasion(TODAY)) == [0]
        assert days(TODAY, occasion(TODAY - 3 * DAY, TODAY + 9 * DAY)) == [0]
        assert days(TODAY, occasion(TODAY - 5 * DAY, TODAY - 2 * DAY)) == [-2]

    def test_beyond_two_weeks_on_either_side_none_is_near(self) -> None:
        edge = [occasion(TODAY + 14 * DAY), occasion(TODAY - 14 * DAY)]
        beyond = [occasion(TODAY + 15 * DAY), occasion(TODAY - 15 * DAY)]
        assert days(TODAY, *beyond) == []
        assert days(TODAY, *edge, *beyond) == [14, -14]

    def test_what_lasts_or_comes_stands_first_the_nearest_before_all(self) -> None:
        shuffled = [occasion(TODAY + step * DAY) for step in (-5, 9, -1, 0, 2)]
        assert days(TODAY, *shuffled) == [0, 2, 9, -1, -5]

    def test_a_yearly_one_comes_again_and_not_before_the_first_time(self) -> None:
        birthday = occasion(date(1980, 11, 28), yearly=True)
        (near,) = near_dates(client(birthday), TODAY)
        assert (near.first, near.last, near.days, near.yearly) == (date(2026, 11, 28), date(2026, 11, 28), 4, True)
        assert days(TODAY, occasion(date(2027, 11, 28), yearly=True)) == []
        assert days(TODAY, occasion(date(1980, 11, 28))) == []

    @pytest.mark.parametrize(
        ("today", "first"), [(date(2027, 2, 27), date(2027, 2, 28)), (date(2028, 2, 28), date(2028, 2, 29))]
    )
    def test_the_29th_of_february_comes_every_year(self, today: date, first: date) -> None:
        leap = occasion(date(2024, 2, 29), yearly=True)
        (near,) = near_dates(client(leap), today)
        assert (near.first, near.days) == (first, 1)

    def test_over_the_turn_of_the_year(self) -> None:
        holidays = occasion(date(2020, 12, 24), date(2021, 1, 2), yearly=True, away=True)
        for today, away_in in ((date(2026, 12, 20), 4), (date(2027, 1, 1), 0), (date(2027, 1, 5), -3)):
            (near,) = near_dates(client(holidays), today)
            assert (near.days, near.away) == (away_in, True)
        assert days(date(2026, 12, 30), occasion(date(1970, 1, 2), yearly=True)) == [3]
        assert days(date(2027, 1, 2), occasion(date(1970, 12, 30), yearly=True)) == [-3]

    @given(
        first=st.dates(date(1950, 1, 1), date(2035, 12, 31)),
        length=st.integers(0, 30),
        today=st.dates(date(2026, 1, 1), date(2036, 12, 31)),
        yearly=st.booleans(),
    )
    def test_each_is_near_once_and_as_near_as_it_says(
        self, first: date, length: int, today: date, yearly: bool
    ) -> None:
        found = near_dates(client(occasion(first, first + length * DAY, yearly=yearly)), today)
        assert len(found) <= 1
        for near in found:
            assert abs(near.days) * DAY <= NEAR
            edge = near.first if near.days > 0 else near.last
            assert near.days == (edge - today).days if near.days else near.first <= today <= near.last

    def test_deadlines_are_all_told_or_those_ahead(self) -> None:
        on = {"Shop": 9, "Pages": 30, "Cover": -3}
        projects = [Project(name=name, deadline=TODAY + ahead * DAY) for name, ahead in on.items()]
        known = client(projects=(*projects, Project(name="Someday")))
        assert [(one.project, one.days) for one in deadlines_of(known, TODAY)] == [
            ("Cover", -3), ("Shop", 9), ("Pages", 30),
        ]  # fmt: skip
        assert [one.project for one in deadlines_of(known, TODAY, ahead=NEAR)] == ["Shop"]


def dossier(b: Bench, key: str = "acme", **options: int) -> Dossier:
    settings = b.settings
    now = b.clock.now()
    view = LedgerView(b.store, settings.book, settings.worktime, now)
    return dossier_of(settings.book.clients[key], view, settings.worktime, now, **options)


def bench(**options: object) -> Bench:
    return Bench(acknowledge, delay="0s", clients={"acme": acme(), "birch": BIRCH, **options})  # type: ignore[dict-item]


class TestTheLedger:
    def test_of_somebody_new_little_is_known(self) -> None:
        with bench() as b:
            found = dossier(b, "birch", reports=3)
            assert (found.from_client, found.from_owner, found.last_kept, found.last_missed) == (None,) * 4
            assert found.promised == found.questions == found.incidents == found.noted == ()
            assert len(found.reports) == 3

    def test_what_is_open_and_what_was_promised(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.receive(QUESTION, subject="Paper", sender="Ada Birdwell <ada@acme.example>")
            found = dossier(b)
            assert [(one.subject, one.address, one.kinds) for one in found.questions] == [
                ("Catalogue", "wile@acme.example", (Kind.STATUS_REQUEST,)),
                ("Paper", "ada@acme.example", (Kind.QUESTION,)),
            ]
            assert all(one.asked_at == b.clock.now() and not one.overdue for one in found.questions)
            assert [promise.kind for promise in found.promised] == [PromiseKind.REPORT]
            assert found.promised[0].due == found.reports[0].due
            assert dossier(b, "birch").questions == ()
            b.advance(days=2)
            late = dossier(b)
            assert [one.overdue for one in late.questions] == [True, True]
            assert late.last_missed is None or late.last_missed.late
            assert all(report.due > b.clock.now() for report in late.reports)
            assert len(late.reports) == 10

    def test_the_last_report_in_time_and_the_last_that_was_not(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.advance(days=1, hours=5)
            b.owner_sends("Here it is.", subject="How far we are")
            kept = dossier(b).last_kept
            assert kept is not None
            assert kept.late is False
            b.advance(hours=1)
            b.receive(STATUS, subject="Cover")
            b.advance(days=7)
            missed = dossier(b).last_missed
            assert missed is not None
            assert missed.due > kept.due

    def test_contact_both_ways_and_whether_it_was_a_call(self) -> None:
        with bench() as b:
            b.receive("Hello.")
            written = b.clock.now()
            b.advance(hours=1)
            b.notes_call(text="Moves the launch")
            found = dossier(b)
            assert found.from_client is not None
            assert found.from_owner is not None
            assert (found.from_client.at, found.from_client.call) == (written, False)
            assert (found.from_owner.at, found.from_owner.call) == (b.clock.now(), True)
            b.advance(hours=1)
            b.notes_call(text="Asks for blue", outbound=False)
            found = dossier(b)
            assert found.from_client is not None
            assert found.from_client.call
            assert [note.text for note in found.noted] == ["Asks for blue", "Moves the launch"]

    def test_open_incidents(self) -> None:
        with bench() as b:
            entry = IncidentEntry(at=b.clock.now(), reason="complaint", state=IncidentState.OPENED)
            with b.store.write() as tx:
                incidents.open_one(
                    tx, client="acme", kind=IncidentKind.COMPLAINT, matter="thread:1", at=b.clock.now(), entry=entry
                )
            assert [one.client for one in dossier(b).incidents] == ["acme"]
            assert dossier(b, "birch").incidents == ()


def test_people_have_a_language_and_a_zone_where_those_differ() -> None:
    with bench(acme=acme() + 'language = "de"\ntimezone = "America/New_York"\n') as b:
        wile, ada = dossier(b).people
        assert (wile.language, wile.timezone) == (None, None)
        assert (ada.language, ada.timezone) == ("de", "America/New_York")


def test_each_report_says_how_it_is_given() -> None:
    slots = '["Tue 16:00", { at = "Fri 16:00", by = "call" }]'
    with bench(acme=acme(report=slots)) as b:
        assert [report.by for report in dossier(b, reports=4).reports] == ["mail", "call", "mail", "call"]


@pytest.mark.parametrize("by", ["call", "mail"])
def test_a_report_moved_to_no_slot_is_a_call_where_all_are(by: str) -> None:
    with bench(acme=acme(report=f'[{{ at = "Tue 16:00", by = "{by}" }}]')) as b:
        with b.store.write() as tx:
            ledger.make(
                tx, client="acme", kind=PromiseKind.REPORT, due=b.clock.now() + DAY, uid="1", at=b.clock.now(),
                obligation=None,
            )  # fmt: skip
        assert [report.by for report in dossier(b, reports=2).reports] == [by, by]
