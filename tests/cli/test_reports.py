"""`reports`: what was promised, and the owner's word that it was given."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.conftest import Home
from whiteglove.ledger import Audience, MailState, PromiseKind, PromiseState
from whiteglove.store import events, ledger, outbox

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC).replace(microsecond=0)


def promise(home: Home, due: datetime, *, late: bool = False) -> None:
    with home.store() as store, store.write() as tx:
        row, _ = ledger.make(
            tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1@vale.example", at=NOW, obligation=None
        )
        if late:
            ledger.mark_late(tx, row)


def local(moment: datetime) -> datetime:
    return moment.astimezone(BERLIN)


def weekday(number: int) -> datetime:
    """Eleven o'clock in the owner's zone on this day of next week, Monday being 0."""
    monday = local(NOW).date() + timedelta(days=7 - local(NOW).weekday())
    day = monday + timedelta(days=number)
    return datetime(day.year, day.month, day.day, 11, tzinfo=BERLIN).astimezone(UTC)


def tell(home: Home, due: datetime) -> None:
    """Wile was told this time by a mail that has gone."""
    values = {"audience": Audience.CLIENT, "state": MailState.SENT, "reason": "status_request", "action": ""}
    values |= {"plugin": "acknowledge", "template": "next_report", "mailbox": "studio", "address": "wile@acme.example"}
    with home.store() as store, store.write() as tx:
        mail = outbox.plan(
            tx, key="1", client="acme", tells=PromiseKind.REPORT, due=due, created_at=NOW, not_before=NOW, **values
        )
        assert mail is not None
        outbox.tell(tx, outbox.get(tx, mail), promise=1, at=NOW)


def test_promises_are_listed_by_their_time(home: Home) -> None:
    assert home.ask("reports", "--json").json == {"promises": []}
    assert home.ask("reports").out == "Nothing has been promised yet.\n"
    promise(home, NOW + timedelta(hours=5))
    promise(home, NOW - timedelta(hours=5), late=True)
    first, second = home.ask("reports", "--json").json["promises"]
    assert (first["client"], first["kind"], first["state"], first["late"]) == ("acme", "report", "late", True)
    assert (second["state"], second["told"], second["evidence"], second["closed_at"]) == ("open", True, None, None)
    assert datetime.fromisoformat(second["due"]) == NOW + timedelta(hours=5)
    assert datetime.fromisoformat(second["made_at"]) == NOW
    assert home.ask("reports").out.splitlines()[1].split()[-1] == "late"


def test_a_report_that_was_given_keeps_the_open_promise(home: Home) -> None:
    promise(home, NOW + timedelta(hours=5))
    said = home.ask("reports", "sent", "acme", "--json").json
    assert (said["state"], said["late"], said["evidence"]) == ("kept", False, "command")
    assert datetime.fromisoformat(said["due"]) == NOW + timedelta(hours=5)
    with home.store() as store, store.read() as tx:
        assert [one.state for one in ledger.promises_of(tx, "acme")] == [PromiseState.KEPT]
        assert events.counts(tx)["open"] == 1


def test_a_report_that_was_given_late_is_kept_late(home: Home) -> None:
    promise(home, NOW - timedelta(hours=1), late=True)
    assert "is kept, late." in home.ask("reports", "sent", "acme").out
    assert "kept late" in home.ask("reports").out


def test_without_a_promise_the_next_slot_is_used_up_and_the_store_is_made(home: Home) -> None:
    upcoming = home.ask("clients", "acme", "--json").json["next_reports"]
    said = home.ask("reports", "sent", "acme", "--json").json
    assert said["due"] == upcoming[0]
    assert said["told"] is False
    assert home.ask("clients", "acme", "--json").json["next_reports"][:9] == upcoming[1:]


def test_who_gets_no_reports_is_owed_none(home: Home) -> None:
    done = home.ask("reports", "sent", "birch")
    assert done.code == 1
    assert done.err == "whiteglove: birch has no report cadence, so no report is due\n"


def test_an_unknown_client_exits_2_and_creates_nothing(home: Home) -> None:
    done = home.ask("reports", "sent", "acne")
    assert done.code == 2
    assert 'did you mean "acme"' in done.err
    assert not home.state.exists()


class TestMove:
    def test_the_open_promise_moves_and_whoever_was_told_gets_a_mail(self, home: Home) -> None:
        due, to = weekday(2), weekday(3)
        promise(home, due)
        tell(home, due)
        said = home.ask("reports", "move", "acme", *f"{local(to):%Y-%m-%d %H:%M}".split(), "--json").json
        assert (datetime.fromisoformat(said["due"]), datetime.fromisoformat(said["was_due"])) == (to, due)
        assert (said["state"], said["told"], said["tells"]) == ("open", True, ["wile@acme.example"])
        with home.store() as store, store.read() as tx:
            assert [(one.due, one.state) for one in ledger.promises_of(tx, "acme")] == [
                (due, PromiseState.MOVED),
                (to, PromiseState.OPEN),
            ]
            (mail,) = outbox.in_state(tx, MailState.PLANNED)
            assert (mail.template, mail.address, mail.tells) == ("moved", "wile@acme.example", PromiseKind.REPORT)
            assert events.counts(tx)["open"] == 1
        shown = home.ask("outbox", "show", str(mail.row)).out
        assert "Now it would say, with a calendar entry" in shown
        assert "Subject: New time for the report on Catalogue relaunch" in shown

    def test_in_plain_words_it_says_whom_it_tells(self, home: Home) -> None:
        due = weekday(2)
        promise(home, due)
        tell(home, due)
        done = home.ask("reports", "move", "acme", f"{local(weekday(3)):%Y-%m-%d %H:%M}")
        assert "Acme GmbH: the report due" in done.out
        assert done.out.splitlines()[1:] == ["  wile@acme.example"]
        again = home.ask("reports", "move", "acme", f"{local(weekday(3)):%Y-%m-%d %H:%M}")
        assert "already" in again.out

    def test_next_is_the_free_slot_after_the_next_one_and_nobody_has_to_be_told(self, home: Home) -> None:
        upcoming = home.ask("clients", "acme", "--json").json["next_reports"]
        said = home.ask("reports", "move", "acme", "next", "--json").json
        assert (said["was_due"], said["due"], said["tells"], said["told"]) == (upcoming[0], upcoming[1], [], False)
        assert home.ask("clients", "acme", "--json").json["next_reports"][:9] == upcoming[1:]
        assert "Nobody has to be told." in home.ask("reports", "move", "acme", "next").out

    def test_a_weekday_is_the_next_one(self, home: Home) -> None:
        said = home.ask("reports", "move", "acme", "Wed 11:00", "--json").json
        due = local(datetime.fromisoformat(said["due"]))
        assert (due.weekday(), due.hour) == (2, 11)
        assert timedelta(0) < due - NOW <= timedelta(days=8)

    def test_what_is_no_time_to_come_on_a_working_day_exits_2_with_a_right_example_and_creates_nothing(
        self, home: Home
    ) -> None:
        past = home.ask("reports", "move", "acme", "2020-01-01 11:00")
        assert past.code == 2
        assert "is not in the future" in past.err
        (right,) = re.findall(r'right would be "(.+)"', past.err)
        off = home.ask("reports", "move", "acme", "Sat 11:00")
        assert off.code == 2
        assert "is a day off" in off.err
        far = home.ask("reports", "move", "acme", "9999-12-30 11:00")
        assert far.code == 2
        assert "more than a year ahead; right would be" in far.err
        nonsense = home.ask("reports", "move", "acme", "soon")
        assert nonsense.code == 2
        assert '"Wed 11:00" or "2026-12-02 11:00"; or "next"' in nonsense.err
        assert home.ask("reports", "move", "acme").code == 2
        assert not home.state.exists()
        assert home.ask("reports", "move", "acme", right).code == 0

    def test_an_unknown_client_exits_2_and_one_who_is_owed_nothing_exits_1(self, home: Home) -> None:
        assert home.ask("reports", "move", "acne", "next").code == 2
        for when in ("next", "Wed 11:00"):
            done = home.ask("reports", "move", "birch", when)
            assert done.code == 1
            assert "neither a promise nor a report cadence" in done.err


def test_promises_in_an_absence_are_listed_with_the_free_slot_and_by_check(home: Home) -> None:
    due = weekday(2)
    promise(home, due)
    assert home.ask("reports", "--json").json["promises"][0]["in_absence"] is False
    home.owner = f'away = ["{local(due):%Y-%m-%d}"]'
    home.write()
    (found,) = home.ask("reports", "--json").json["promises"]
    assert found["in_absence"] is True
    free = datetime.fromisoformat(found["proposed"])
    assert free > due
    plain = home.ask("reports").out
    assert f"Free is {local(free):%a %Y-%m-%d %H:%M}: whiteglove reports move acme next" in plain
    lines = [one for one in home.ask("check", "--json").out.splitlines() if one]
    (line,) = [one for one in json.loads(lines[0])["findings"] if one["what"] == "absence"]
    assert (line["level"], "whiteglove reports move acme next" in line["text"]) == ("warning", True)
    assert datetime.fromisoformat(home.ask("reports", "move", "acme", "next", "--json").json["due"]) == free
    assert "absence" not in home.ask("reports").out
