"""G9: nobody's words are written anywhere: not into the store, its journal, the log, or what the owner is told of a
fault; and a cue, which may be, is at most 80 characters, three of them a message."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from benches import BIRCH, COMPLAINT, MANY, QUESTION, STATUS, acme, plugin
from whiteglove.errors import SubmissionError
from whiteglove.store.schema import messages
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, contact_frequency, daily_summary, incidents

MARKS = ("Marzipanbrot", "Pfefferkuchen", "Lakritzschnecke")
BOOK = {"acme": acme('contact_limit = "1 per day"'), "birch": BIRCH}
JUTTA = "Jutta Forst <jutta@birch.example>"


def on_message(event: Any) -> None:
    raise RuntimeError(f"cannot read {event.text!r}")


def words(asked: str) -> str:
    """Where a phrase is known, and around it, and before and after."""
    return f"{MARKS[0]} first.\n\n{asked[:-1]}, {MARKS[1]}{asked[-1]}\n\n{MARKS[2]} last.\n"


def everywhere(house: Bench) -> str:
    """Whatever was written, our mails too."""
    files = [path.read_bytes() for path in house.settings.daemon.state.rglob("*") if path.is_file()]
    sent = [mail.message for mail in house.world.server.sent]
    return b"\n".join([*files, *sent]).decode("utf-8", "replace") + house.log.getvalue() + " ".join(house.failures)


def test_no_word_of_a_text_is_written_whatever_becomes_of_it() -> None:
    beside = {
        "broken": plugin("broken", on_message=on_message),
        "incidents": incidents,
        "contact_frequency": contact_frequency,
        "daily_summary": daily_summary,
    }
    with Bench(acknowledge, delay="0s", clients=BOOK, toml=MANY, beside=beside) as house:
        for number, asked in enumerate((STATUS, QUESTION, "This is urgent, the site is down!", COMPLAINT)):
            house.receive(words(asked), subject=f"Matter {number}")
            house.receive(words(asked), subject=f"Matter {number}", sender="Eve <eve@elsewhere.example>")
        house.world.server.answer(SubmissionError("permanent", "550 no such user", code=550))
        house.receive(words(STATUS), sender=JUTTA, subject="Festival")
        house.owner_sends(words(QUESTION), subject="Re: Matter 1")
        house.restart()
        house.advance(minutes=10)
        house.advance(days=1)
        found = everywhere(house)
        assert "Matter 1" in found
        assert [mark for mark in MARKS[::2] if mark in found] == []
        with house.store.read() as tx:
            cues = [row.cues or [] for row in tx.execute(sa.select(messages.c.cues))]
        assert max(len(of_one) for of_one in cues) in (1, 2, 3)
        assert max(len(str(cue)) for of_one in cues for cue in of_one) <= 80
