"""Before each report and each call the owner is briefed, once, in time; the summary says which dates are near."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, STATUS, TUESDAY_REPORT, acme, to_owner
from whiteglove.errors import ConfigurationError
from whiteglove.ledger import PromiseKind
from whiteglove.store import forgetting, ledger, notes
from whiteglove.store.forgetting import Whom
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, briefing, daily_summary, incidents

TUESDAY_NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DATES = """
[[dates]]
what = "Wile's wedding"
when = 2026-03-07
[[dates]]
what = "The fair"
when = 2026-03-01
[[dates]]
what = "Closed for repairs"
when = "2026-03-04/2026-03-11"
away = true
[[dates]]
what = "Founders' day"
when = 1999-03-03
yearly = true
[[projects]]
name = "Catalogue relaunch"
deadline = 2026-03-13
"""


def bench(*lines: str, then: str = "", **options: object) -> Bench:
    clients = {"acme": acme(*lines) + then, "birch": BIRCH}
    return Bench(briefing, **{"now": TUESDAY_NOON, "clients": clients, **options})  # type: ignore[arg-type]


def brief(b: Bench) -> list[str]:
    """The lines of the one brief."""
    (told,) = b.warned
    return told.text.split("\n")


def promise(b: Bench, due: datetime, client: str = "acme") -> None:
    with b.store.write() as tx:
        ledger.make(tx, client=client, kind=PromiseKind.REPORT, due=due, uid="1", at=b.clock.now(), obligation=None)


class TestWhen:
    def test_it_comes_so_much_working_time_before_and_once(self) -> None:
        with bench() as b:
            assert b.timers["brief:acme"] == TUESDAY_REPORT - 2 * HOUR
            assert to_owner(b.advance(minutes=119)) == []
            (mail,) = to_owner(b.advance(minutes=1))
            assert mail.text.splitlines()[:2] == ["Acme GmbH: the report is due today at 16:00.", "With Wile Coyote."]
            assert mail.subject == "Acme GmbH: the report is due today at 16:00."
            assert to_owner(b.advance(hours=1)) == []
            assert [told.client for told in b.warned] == ["acme"]

    def test_how_long_before_is_a_setting(self) -> None:
        with bench(before="30m") as b:
            assert b.timers["brief:acme"] == TUESDAY_REPORT - HOUR / 2

    def test_before_a_morning_it_comes_the_day_before(self) -> None:
        with bench(before="3h") as b:
            # Birch hears on Wednesdays at 11:00; work begins at 09:00 and ends at 17:30.
            assert b.timers["brief:birch"] == datetime(2026, 3, 3, 15, 30, tzinfo=UTC)

    def test_who_starts_shortly_before_is_briefed_at_once(self) -> None:
        with bench(now=TUESDAY_REPORT - HOUR / 2) as b:
            assert len(b.warned) == 1

    def test_neither_a_restart_nor_a_later_look_repeats_it(self) -> None:
        with bench() as b:
            b.advance(hours=2)
            b.restart()
            b.advance(hours=1)
            assert [told.times for told in b.warned] == [1]

    def test_of_the_next_report_there_is_another(self) -> None:
        with bench() as b:
            b.advance(hours=2)
            b.advance(days=2, hours=22)
            b.advance(hours=2)
            assert [told.key for told in b.warned if told.client == "acme"] == [
                "brief:acme:2026-03-03T15:00:00+00:00", "brief:acme:2026-03-06T15:00:00+00:00",
            ]  # fmt: skip

    def test_a_report_that_was_given_wants_no_brief(self) -> None:
        with bench() as b:
            promise(b, TUESDAY_REPORT)
            b.owner_sends("Here it is.", subject="How far we are")
            assert b.timers["brief:acme"] > TUESDAY_REPORT
            b.advance(hours=3)
            assert b.warned == []

    def test_what_the_book_says_after_a_reload_counts(self) -> None:
        with bench() as b:
            b.restart(clients={"acme": acme(report="[]")})
            assert "brief:acme" not in b.timers
            b.advance(hours=4)
            assert b.warned == []

    def test_a_setting_that_is_no_duration_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="duration"):
            bench(before="soon").close()


class TestWhat:
    def test_everything_on_ten_short_lines(self) -> None:
        with bench(
            'notes = "Prefers short mails."',
            then=DATES,
            beside={"acknowledge": (acknowledge, {"delay": "0s"}), "incidents": incidents},
        ) as b:
            b.receive(QUESTION, subject="Paper", sender="Ada Birdwell <ada@acme.example>")
            b.receive(COMPLAINT, subject="Cover")
            promise(b, TUESDAY_REPORT + 40 * HOUR)
            promise(b, TUESDAY_REPORT)
            with b.store.write() as tx:
                notes.add(tx, client="acme", at=b.clock.now(), text="Wants " + "blue " * 90)
            b.advance(hours=2)
            (text,) = [told.text for told in b.warned if told.key.startswith("brief:")]
            lines = text.split("\n")
            assert lines[:4] == [
                "Acme GmbH: the report is due today at 16:00.",
                "With Wile Coyote.",
                "Open incident: a complaint; nothing automatic goes to them.",
                "Waiting for your answer: “Paper” (asked today); “Cover” (asked today).",
            ]
            assert lines[4] == "You promised: the report, due on Thursday at 08:00."
            assert lines[5] == (
                "Near: Founders' day today, ask about it; Closed for repairs, they are away Wed 4 Mar to Wed 11 Mar; "
                "Wile's wedding on Saturday, ask about it; 1 more."
            )
            assert lines[6] == "Deadline: Catalogue relaunch on 13 March."
            assert lines[7].startswith("Noted today: Wants blue blue")
            assert lines[7].endswith("…")
            assert lines[8:] == ["In your file: Prefers short mails.", "All of it: whiteglove clients acme"]
            assert max(len(line) for line in lines) < 200

    def test_of_little_it_says_little(self) -> None:
        with bench() as b:
            b.advance(hours=2)
            assert brief(b) == [
                "Acme GmbH: the report is due today at 16:00.",
                "With Wile Coyote.",
                "All of it: whiteglove clients acme",
            ]

    def test_who_wrote_last_is_greeted_with_the_time_there(self) -> None:
        then = 'role = "Accounts"\ntimezone = "America/New_York"\n'
        with bench(then=then) as b:
            b.receive(STATUS, sender="Ada Birdwell <ada@acme.example>")
            b.advance(hours=2)
            assert brief(b)[1] == "With Ada Birdwell, Accounts, 10:00 there."

    def test_a_call_is_told_as_one_with_the_last_call(self) -> None:
        slots = '[{ at = "Tue 16:00", by = "call" }]'
        with bench(clients={"acme": acme(report=slots)}) as b:
            b.notes_call(text="Moves the launch")
            b.advance(hours=2)
            assert brief(b)[0] == "Acme GmbH: the call is due today at 16:00."
            assert brief(b)[2] == "Last call, today: Moves the launch"

    def test_what_is_over_is_asked_about_for_a_few_days(self) -> None:
        with bench(then='[[dates]]\nwhat = "The fair"\nwhen = 2026-03-01\n') as b:
            b.advance(hours=2)
            assert brief(b)[2] == "Near: The fair was on Sunday, ask how it went."
        with bench(then='[[dates]]\nwhat = "The fair"\nwhen = 2026-02-27\n') as b:
            b.advance(hours=2)
            assert not any("fair" in line for line in brief(b))

    def test_nothing_of_another_client_stands_in_it(self) -> None:
        with bench(then=DATES) as b:
            b.advance(hours=22)
            (birch,) = [told.text for told in b.warned if told.client == "birch"]
            assert "Acme" not in birch
            assert "wedding" not in birch

    def test_in_german(self) -> None:
        with bench(then=DATES, owner={"language": "de"}) as b:
            b.receive(QUESTION, subject="Paper")
            b.advance(hours=2)
            lines = brief(b)
            assert lines[0] == "Acme GmbH: Der Bericht ist heute um 16 Uhr fällig."
            assert lines[2] == "Wartet auf Antwort: „Paper“ (gefragt heute)."
            assert "abwesend Mi 4. März bis Mi 11. März" in lines[3]
            assert lines[4] == "Termin: Catalogue relaunch am 13. März."


class TestTheSummary:
    def section(self, b: Bench) -> str:
        """What the next summary says from there on."""
        (mail,) = to_owner(b.advance(hours=20))
        return mail.text

    def test_dates_of_all_clients_the_nearest_first(self) -> None:
        beside = {"daily_summary": (daily_summary, {"at": "08:00"})}
        birch = BIRCH + 'deadline = 2026-03-06\n[[dates]]\nwhat = "Jutta\'s jubilee"\nwhen = 2026-03-05\n'
        with bench(clients={"acme": acme() + DATES, "birch": birch}, beside=beside) as b:
            text = self.section(b)
            order = ["Closed for repairs", "jubilee", "Harbour festival", "wedding", "Catalogue relaunch", "Founders"]
            section = text[text.index("Dates near") :]
            assert [section.index(what) for what in order] == sorted(section.index(what) for what in order)
            assert "until Wed 11 Mar" in section
            assert "ask about it" in section
            assert "ask how it was" in section

    def test_on_a_quiet_day_it_says_so(self) -> None:
        with bench(beside={"daily_summary": (daily_summary, {"at": "08:00"})}) as b:
            assert "no date is near" in " ".join(self.section(b).split())


def test_who_is_forgotten_stands_in_no_brief_any_more() -> None:
    with bench(then=DATES) as b:
        b.receive(QUESTION, subject="Anvil paper")
        b.advance(hours=2)
        assert b.store.path is not None
        folder = b.store.path.parent
        whom = Whom(client="acme", addresses=frozenset({"wile@acme.example"}), names=frozenset({"Acme GmbH"}))
        with b.store.write() as tx:
            forgetting.forget(tx, b.store, forgetting.find(tx, whom))
        forgetting.overwrite(b.store.path)
        found = b"".join(path.read_bytes() for path in folder.glob("whiteglove.sqlite3*")).lower()
        assert [word for word in (b"acme", b"wile", b"anvil", b"wedding") if word in found] == []
        assert b"brief:birch" in found
