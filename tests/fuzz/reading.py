"""One mail of arbitrary bytes through everything that reads it: parsed, screened, cut, classified, taken for a report.

`__main__` lets a coverage-guided fuzzer make the bytes, `test_reading` spoils the mails of `seeds` by chance.
"""

from __future__ import annotations

from whiteglove.classify import classify
from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.message import Kind
from whiteglove.parse import parse_header, parse_whole
from whiteglove.parse.returned import read_returned
from whiteglove.screen import screen
from whiteglove.screen.reasons import REASONS
from whiteglove.settings.data import load_lexicon
from whiteglove.text import new_text

LONGEST_CUE = 80
BOOK = Book(
    owner=Owner(
        name="Robin Vale",
        address="robin@vale.example",
        timezone="Europe/Berlin",
        language="en",
        hours=WorkingHours(tuple(() for _ in range(7))),
        own_addresses=frozenset({"robin@vale.example"}),
    ),
    clients={
        "acme": Client(
            key="acme",
            name="Acme GmbH",
            timezone="Europe/Berlin",
            language="en",
            domains=("acme.example",),
            people=(Person(name="Wile Coyote", addresses=("wile@acme.example",)),),
        )
    },
)


def read(raw: bytes) -> None:
    """What must hold for whatever somebody sends: nothing is raised, and what is said of it is well-formed."""
    message, text = parse_whole(raw)
    header = raw.partition(b"\n\n")[0]
    parse_header(header)
    for seen in (text, None):
        verdicts = screen(message, seen, BOOK, authserv_id="mx.vale.example")
        assert verdicts.human or not (verdicts.may_acknowledge or verdicts.obliges)
        assert verdicts.reason is None or verdicts.reason in REASONS
        assert verdicts.may_acknowledge or verdicts.reason is not None
    new = new_text(text) if text is not None else None
    assert new is None or text is None or len(new) <= len(text) + 1
    found = classify(message.subject, new, load_lexicon())
    assert found.kinds
    assert all(isinstance(kind, Kind) for kind in found.kinds)
    assert 0 <= found.confidence <= 1
    assert len(found.cues) <= 3
    assert all(len(cue) <= LONGEST_CUE for cue in found.cues)
    read_returned(raw)
