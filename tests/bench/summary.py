"""How long the daily summary takes with 200 clients who write 5,000 messages a day, and what it weighs.

    .venv/bin/python tests/bench/summary.py [CLIENTS] [MESSAGES A DAY]

The store is filled with two months of them, with what they obliged to, what was promised and what was answered. On the
way summaries are made as the daemon makes them: of a Monday, which looks back on a week, of an ordinary day, of the
first of a month that is a Monday too, and of a date that is over. CPU seconds are the least of three rounds, statements
those that the store was asked.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import sqlalchemy as sa

from whiteglove import summary
from whiteglove.desk.summing import build
from whiteglove.ledger import ObligationState, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.prepare.summing import reader_of
from whiteglove.store import schema
from whiteglove.testing import Bench
from whiteglove_plugins import (
    acknowledge,
    briefing,
    capacity,
    check_in,
    contact_frequency,
    daily_summary,
    incidents,
    priorities,
    replies,
    reports,
)

DAYS = 62
ROUNDS = 3
NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
"""A Monday, and the first of a month: eight o'clock in Berlin."""
SHOWN: dict[date, dict[str, date | None]] = {
    date(2026, 5, 25): {"a Monday": None},
    date(2026, 5, 29): {"an ordinary day": None},
    NOW.date(): {"the first of a month, a Monday": None, "a date that is over": date(2026, 5, 20)},
}
KINDS = [Kind.STATUS_REQUEST, Kind.QUESTION, Kind.THANKS, Kind.BILLING, Kind.SCHEDULING, Kind.FYI]
NOTHING: dict[str, list[str]] = {
    name: [] for name in ("to", "cc", "in_reply_to", "references", "remarks", "defects", "cues")
}
PLUGINS = (
    acknowledge, incidents, contact_frequency, reports, replies, check_in, capacity, briefing, priorities,
)  # fmt: skip


def client(number: int) -> str:
    return "\n".join(
        (
            f'name = "Client {number} GmbH"',
            'engagement = "contract"',
            'report = ["Tue 16:00", "Fri 16:00"]',
            'reply_within = "8h"',
            'contact_limit = "40 per day"',
            'hourly_rate = "60 EUR"',
            "[[projects]]",
            f'name = "Project {number}"',
            "deadline = 2026-06-05",
            "[[people]]",
            f'name = "Pat {number}"',
            f'addresses = ["pat@client{number}.example"]',
        )
    )


def bench(clients: int) -> Bench:
    beside = {plugin.__name__.rpartition(".")[2]: plugin for plugin in PLUGINS}
    book = {f"client{number}": client(number) for number in range(clients)}
    return Bench(daily_summary, now=NOW - timedelta(days=DAYS), clients=book, beside=beside, budget=600)


def fill(house: Bench, clients: int, a_day: int) -> Iterator[date]:
    """Two months of messages, each second one a question, nearly all of them answered within some hours; a report
    promised and kept for each client on each Tuesday and Friday. Gives the local date after each day that is over."""
    chance = random.Random(7)
    row = 0
    for days in range(DAYS, 0, -1):
        written, asked, kept = [], [], []
        midnight = NOW - timedelta(days=days, hours=8)
        for _ in range(a_day):
            row += 1
            at = midnight + timedelta(seconds=chance.randrange(86_400))
            key, kind = f"client{int(clients * chance.random() ** 2)}", chance.choice(KINDS)
            written.append(
                {
                    "row": row, "mailbox": "studio", "folder": "INBOX", "uidvalidity": 1, "uid": row, "recorded_at": at,
                    "outbound": False, "own": False, "history": False, "human": True, "may_acknowledge": True,
                    "obliges": True, "duplicate_of": None, "marker": False, "confidence": 0.9, "abstained": False,
                    "client": key, "received_at": at, "kinds": [kind], "subject": f"Matter {row}", "thread": row,
                    "message_id": f"m{row}@{key}.example", "author_address": f"pat@{key}.example", "author_name": "Pat",
                    **NOTHING,
                }
            )  # fmt: skip
            if row % 2:
                is_open = chance.random() < 0.002
                asked.append(
                    {
                        "client": key, "message": row, "thread": row, "address": f"pat@{key}.example", "kinds": [kind],
                        "opened_at": at, "due": at + timedelta(hours=30),
                        "state": ObligationState.OPEN if is_open else ObligationState.ANSWERED,
                        "answered_at": None if is_open else at + timedelta(minutes=chance.randrange(5, 900)),
                    }
                )  # fmt: skip
        if (midnight + timedelta(hours=8)).weekday() in (1, 4):
            due = midnight + timedelta(hours=16)
            kept += [
                {
                    "client": f"client{number}", "kind": PromiseKind.REPORT, "due": due, "state": PromiseState.KEPT,
                    "uid": f"{number}-{days}", "made_at": midnight, "closed_at": due, "told": True, "late": False,
                }
                for number in range(clients)
            ]  # fmt: skip
        with house.store.write() as tx:
            tx.execute(schema.messages.insert(), written)
            tx.execute(schema.obligations.insert(), asked)
            if kept:
                tx.execute(schema.promises.insert(), kept)
        yield NOW.date() - timedelta(days=days - 1)


def main() -> int:
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    a_day = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
    statements: Counter[str] = Counter()
    with bench(clients) as house:
        sa.event.listen(house.store._reader, "before_cursor_execute", lambda *_: statements.update(["asked"]))
        shown = ((on, *one) for on in fill(house, clients, a_day) for one in SHOWN.get(on, {}).items())
        for today, name, asked in shown:
            now = NOW + (today - NOW.date())
            seconds = []
            for _ in range(ROUNDS):
                statements.clear()
                began = time.process_time()
                found = build(house.settings, house.host, house.store, asked, now)
                page = summary.as_page(found, reader_of(house.settings))
                text = summary.as_text(found, reader_of(house.settings))
                seconds.append(time.process_time() - began)
            size = f"page {len(page.encode()) / 1000:.1f} kB, text {len(text.splitlines())} lines"
            print(f"{name}: {min(seconds):.2f} s of CPU, {statements['asked']} statements; {size}")
        print(*house.failures, sep="\n", end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
