"""G10: memory is bounded whatever the mailbox or the message weighs: what is held grows with no storm of mail, of
warnings, of threads, or of answers to one message. The weight of a whole process: `tests/reality/test_imap_weight.py`.
"""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from benches import MANY, STATUS, acme, plugin, to_owner
from whiteglove.actions import Warn
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

MEGABYTE = 1024 * 1024
STRANGER = "Mallory <mallory@elsewhere.example>"


@dataclass
class Weight:
    """Octets that the daemon took at most, and that it kept."""

    most: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


@contextmanager
def weighed(weight: Weight) -> Iterator[None]:
    """Weigh what is allocated meanwhile; what lay in the mailbox before is the server's."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
        gc.collect()
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    weight.most.append(most)
    weight.kept.append(kept)


def bench(first: object, **options: Any) -> Bench:
    return Bench(first, **{"clients": {"acme": acme()}, "toml": MANY, **options})


@pytest.mark.long
def test_a_mailbox_ten_times_as_large_takes_no_more_at_once() -> None:
    """Fifty messages at a time are held, however many there are."""
    weight = Weight()
    with bench(plugin("quiet")) as house:
        for number in (40, 50, 250):
            raw = house.compose("Buy now! " * 2000, sender=STRANGER)
            for _ in range(number):
                house.world.account.deliver(raw)
            with weighed(weight):
                house.run()
        assert house.recorded == 340
    assert weight.most[2] < weight.most[1] + MEGABYTE / 2
    assert weight.kept[2] < MEGABYTE


def test_reading_waits_for_handling_where_texts_pile_up() -> None:
    """What was read and not yet handled is held up to a bound; the rest waits, and is not lost."""
    heavy = "x" * 60_000
    with bench(plugin("quiet")) as house:
        texts = house.daemon.texts
        taken = threading.Event()

        def read() -> None:
            for row in range(1, 301):
                texts.put(-row, heavy)
            taken.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        assert not taken.wait(0.2), "18 MB were taken in although nobody handles them"
        held = [row for row in range(1, 301) if texts.has(-row)]
        assert 0 < sum(len(heavy) for _ in held) <= 8_000_000
        for row in range(1, 301):
            while not texts.has(-row):
                assert reader.is_alive()
                taken.wait(0.001)
            texts.drop(-row)
        assert taken.wait(5)
        reader.join(5)


@pytest.mark.long
def test_a_storm_of_one_matter_is_one_warning_and_one_line_of_log_for_each_message() -> None:
    def on_message(event: Any) -> list[Warn]:
        return [Warn(reason="seen", key="seen", text=f"Number {event.message.row}.", once=timedelta(hours=1))]

    weight = Weight()
    with bench(plugin("noisy", on_message=on_message)) as house:
        house.receive("Hello")
        for storm in range(2):
            for number in range(30):
                house.deliver("Hello", subject=f"Matter {storm} {number}")
            before = len(house.log.getvalue().splitlines())
            with weighed(weight):
                sent = house.run()
            assert to_owner(sent) == []
            # One for the message, one for what it asks of the owner.
            assert len(house.log.getvalue().splitlines()) - before <= 2 * 30
        assert not any(house.daemon.texts.has(row) for row in range(1, house.recorded + 1))
        (warning,) = house.warned
        assert warning.times == 61
    assert weight.kept[1] < weight.kept[0] + MEGABYTE


def test_many_matters_at_once_are_one_mail_to_the_owner() -> None:
    def on_message(event: Any) -> list[Warn]:
        return [Warn(reason="x", key=f"{event.message.row}:{number}", text=f"Look: {number}.") for number in range(20)]

    with bench(plugin("noisy", on_message=on_message)) as house:
        for number in range(4):
            house.deliver("Hello", subject=f"Matter {number}")
        sent = house.run()
        assert len(sent) == 1
        assert len(house.warned) == 80


def test_one_who_writes_without_end_in_one_thread_costs_no_more_for_each() -> None:
    """References name every message before, and a joined thread is one thread."""
    names = " ".join(f"<{number}.{'x' * 60}@acme.example>" for number in range(500))
    weight = Weight()
    with bench(acknowledge, delay="0s") as house:
        house.receive(STATUS)
        for number in range(2):
            house.deliver("And?", headers={"References": names}, subject=f"Re: Catalogue {number}")
            with weighed(weight):
                house.run()
        assert house.recorded == 3
    assert weight.kept[1] < MEGABYTE
