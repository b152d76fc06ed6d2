"""A summary that comes late says when it was to come, and since when mail was not read."""

from __future__ import annotations

from datetime import timedelta

from whiteglove.desk.summing import build
from whiteglove.sections import Mark, Place, Section
from whiteglove.store import outbox
from whiteglove.testing import Bench
from whiteglove_plugins import daily_summary


def lateness(bench: Bench) -> Section | None:
    summary = build(bench.settings, bench.host, bench.store, None, bench.clock.now())
    return next((part for part in summary.sections if part.place is Place.COMES_LATE), None)


def test_it_stands_first_and_names_the_time_that_was_said() -> None:
    with Bench(daily_summary) as bench:
        bench.advance(hours=22)
        bench.clock.move(timedelta(days=1, hours=2))
        found = lateness(bench)
        assert found is not None
        late, away = found.items
        assert (found.headline, late.mark) == ("late", Mark.LATE)
        assert late.text == ("this summary was to come Wed 4 Mar, 08:00, and holds everything since Tue 3 Mar, 08:00")
        assert away.text == "mailbox studio was not read from Tue 3 Mar, 08:00 to Wed 4 Mar, 10:00"


def test_a_few_minutes_are_not_late_and_the_first_one_never_is() -> None:
    with Bench(daily_summary) as bench:
        bench.clock.move(timedelta(days=3))
        assert lateness(bench) is None
    with Bench(daily_summary) as bench:
        bench.advance(hours=22)
        bench.clock.move(timedelta(days=1, minutes=14))
        assert lateness(bench) is None


def test_where_mail_was_read_all_the_time_nothing_is_said_of_that() -> None:
    with Bench(daily_summary, owner={"language": "nl"}) as bench:
        bench.advance(hours=22)
        for _ in range(7):
            bench.clock.move(timedelta(hours=4))
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
        found = lateness(bench)
        assert found is not None
        assert found.title == "Komt te laat"
        assert len(found.items) == 2
        assert found.items[1].text.startswith("mailbox studio is niet gelezen van")


def test_who_was_forgotten_is_no_hindrance() -> None:
    with Bench(daily_summary) as bench:
        bench.advance(hours=22)
        with bench.store.write() as tx:
            outbox.change(tx, [mail.row for mail in bench.mails], action="")
        bench.clock.move(timedelta(days=2))
        assert lateness(bench) is None
