"""The day in numbers agrees with what was done."""

from __future__ import annotations

from datetime import timedelta

from whiteglove.demo.tally import tally, told
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, daily_summary, incidents


def test_everything_is_counted_by_what_became_of_it() -> None:
    with Bench(acknowledge, beside={"incidents": incidents, "daily_summary": daily_summary}, delay="0s") as bench:
        bench.deliver("How are things progressing?", age=timedelta(minutes=1))
        bench.run()
        first = bench.last_message_id
        bench.receive("Any news?", answers=first)
        bench.receive("Hello", sender="Juniper Lane <juniper@elsewhere.example>")
        bench.receive("We are very disappointed. It is still wrong.", subject="Wrong")
        bench.advance(days=1)
        with bench.store.read() as tx:
            counted = tally(tx)

    assert counted.messages == {"clients": 3, "others": 1}
    assert counted.answers == {"acme": 1}
    assert counted.withheld == {"told": 1}
    assert counted.called_off == {}
    assert (counted.notices, counted.summaries) == (1, 1)
    assert counted.promises == {"open": 1}
    assert counted.incidents == {"opened": 1}
    assert counted.left == len(bench.world.server.sent) == 3
    lines = dict(told(counted))
    assert lines["messages"] == "4: clients 3, others 1, history 0"
    assert (lines["answers"], lines["called off"], lines["notices"]) == ("1: acme 1", "0", "1")


def test_history_is_counted_apart() -> None:
    with Bench(acknowledge, looked=False) as bench:
        bench.deliver("How are things progressing?", age=timedelta(hours=1))
        bench.run()
        with bench.store.read() as tx:
            assert tally(tx).messages == {"history": 1}
