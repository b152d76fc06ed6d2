"""What a hook may read: its own settings and memory, the ledger as of now, the book, the clock."""

from __future__ import annotations

import json
from typing import Any

from benches import QUESTION, STATUS, TUESDAY_REPORT, acme, plugin
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


def test_a_hook_reads_what_is_so_at_that_moment() -> None:
    seen: list[Any] = []

    def on_message(event: Any, ctx: Any) -> None:
        ledger = ctx.ledger
        seen.append(
            {
                "plugin": ctx.plugin,
                "now": ctx.now,
                "owner": ctx.owner.name,
                "clients": list(ctx.book.clients),
                "next": ledger.next_report("acme"),
                "nobody": ledger.next_report("nobody"),
                "promises": [promise.due for promise in ledger.open_promises("acme")],
                "waiting": len(ledger.open_obligations()),
                "mine": ledger.obligation_of(event.message.row).message == event.message.row,
                "told": [told.address for told in ledger.told("Wile@acme.example", 1)],
                "messages": [message.subject for message in ledger.messages("acme", event.at)],
                "works": ctx.worktime.is_working_day(ctx.worktime.local_date(ctx.now)),
            }
        )

    beside = {"reader": plugin("reader", on_message=on_message)}
    with Bench(acknowledge, beside=beside, delay="0s", clients={"acme": acme()}) as bench:
        bench.receive(STATUS)
        bench.advance(minutes=5)
        now = bench.clock.now()
        bench.receive(QUESTION, subject="Paper")
    first, second = seen
    assert first["promises"] == []
    assert second == {
        "plugin": "reader",
        "now": now,
        "owner": "Robin Vale",
        "clients": ["acme"],
        "next": TUESDAY_REPORT,
        "nobody": None,
        "promises": [TUESDAY_REPORT],
        "waiting": 2,
        "mine": True,
        "told": ["wile@acme.example"],
        "messages": ["Paper"],
        "works": True,
    }


def test_settings_are_the_plugins_own() -> None:
    def on_message(ctx: Any) -> None:
        ctx.log.info("configured", delay=ctx.config.delay.total_seconds())

    hooks = plugin(on_message=on_message)
    hooks.describe = acknowledge.describe  # type: ignore[attr-defined]
    with Bench(hooks, delay="7m") as bench:
        bench.receive(QUESTION)
        (line,) = [json.loads(line) for line in bench.log.getvalue().splitlines() if '"configured"' in line]
        assert (line["delay"], line["plugin"], line["event_id"], line["source"]) == (420.0, "made", 1, "plugin")
