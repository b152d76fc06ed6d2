"""The text form: golden texts, and what holds whatever is handed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summary.days import BUSY, BUSY_GERMAN, LANGUAGES, QUIET, reader, summary
from whiteglove.sections import Item, Mark, Place, Section, Summary, Trace
from whiteglove.summary import as_text, verdict
from whiteglove.summary.columns import width
from whiteglove.summary.plain import COLUMNS

BUSY_TEXT = """\
2 need you, 1 report due, 1 failed
Saturday, 21 November 2026

Needs you (2)
-------------
NOW     Acme GmbH: “How are things progressing with the catalogue?” is
        the third of its kind since yesterday                   7 of 8 h
        -> whiteglove explain 8f2c.1234@mail.acme.example
DUE     杉並出版株式会社: “カタログの進捗はいかがですか” waits for an
        answer                                                  2 of 8 h

Reports (2)
-----------
LATE    Birch & Söhne <Verlag>: promised for yesterday 17:00
        -> whiteglove reports sent birch
-       Elm: Wedding site                              Mon 23 Nov, 10:00

Contact (2)
-----------
-       Acme GmbH: 9 messages in 2 days, every 3.8 h
        -> bring the report forward; Wednesday 10:00 is free
        ..▂.▄.. ▂▂..... ▄.▄▂... .▂.▆.█▄  28 days
                          ^        ^ ^
-       gone: silent for twelve days

        . 0  ▂ 1  ▄ 2–3  ▆ 4–6  █ 7+  ^ above the limit

Not sent (2)
------------
HELD    Birch & Söhne <Verlag>: “Re: Invoice”: a promise to this client
        is late
FAILED  Elm: “Proofs”: refused by the server for good

Health (2)
----------
OK      mailbox studio: last searched 07:59
-       messages read: 14

All clear: no incident is open

------------------------------------------------------------------------
Covers Fri 20 Nov, 08:00 to Sat 21 Nov, 08:00 (Europe/Berlin).
Next summary: Sun 22 Nov, 08:00.
Written automatically by whiteglove from what it has recorded;
“whiteglove summary” prints it at any time.
"""
QUIET_TEXT = """\
All quiet
Saturday, 21 November 2026

All clear: every question is answered, nothing was held back

------------------------------------------------------------------------
Covers Fri 20 Nov, 08:00 to Sat 21 Nov, 08:00 (Europe/Berlin).
Next summary: Sun 22 Nov, 08:00.
Written automatically by whiteglove from what it has recorded;
“whiteglove summary” prints it at any time.
"""
BUSY_GERMAN_TEXT = """\
1 wartet auf dich, 1 Bericht fällig
Samstag, 21. November 2026

Wartet auf dich (1)
-------------------
JETZT    Birch & Söhne <Verlag>: „Wann kommt der Umbruch?“ wartet seit
         gestern auf eine Antwort                           7 von 8 Std.
         -> whiteglove explain 1@birch.example

Berichte (1)
------------
ZU SPÄT  Elm: Hochzeitsseite                                 seit 17 Uhr

Alles in Ordnung: kein Vorfall ist offen

------------------------------------------------------------------------
Zeitraum: Fr 20. Nov., 8:00 Uhr bis Sa 21. Nov., 8:00 Uhr
(Europe/Berlin).
Nächste Übersicht: So 22. Nov., 8:00 Uhr.
Automatisch geschrieben von whiteglove aus dem, was es aufgezeichnet
hat; „whiteglove summary“ zeigt die Übersicht jederzeit.
"""
QUIET_GERMAN_TEXT = """\
Alles ruhig
Samstag, 21. November 2026

Alles in Ordnung: every question is answered, nothing was held back

------------------------------------------------------------------------
Zeitraum: Fr 20. Nov., 8:00 Uhr bis Sa 21. Nov., 8:00 Uhr
(Europe/Berlin).
Nächste Übersicht: So 22. Nov., 8:00 Uhr.
Automatisch geschrieben von whiteglove aus dem, was es aufgezeichnet
hat; „whiteglove summary“ zeigt die Übersicht jederzeit.
"""


@pytest.mark.parametrize(
    ("code", "made", "text"),
    [
        ("en", BUSY, BUSY_TEXT),
        ("en", QUIET, QUIET_TEXT),
        ("de", BUSY_GERMAN, BUSY_GERMAN_TEXT),
        ("de", QUIET, QUIET_GERMAN_TEXT),
    ],
)
def test_all_of_it(code: str, made: Summary, text: str) -> None:
    assert as_text(made, reader(code)) == text


def test_french_puts_a_space_before_a_colon() -> None:
    text = as_text(BUSY, reader("fr"))

    assert "Acme GmbH\u202f: 9 messages" in text
    assert "Rien à signaler\u202f: no incident is open" in text


def test_shades_are_explained_once_and_the_bar_only_where_there_is_one() -> None:
    items = [Item(text=str(number), trace=Trace(values=(0, 1, 5))) for number in range(3)]

    text = as_text(summary(Section(title="Contact", items=tuple(items))), reader())

    assert text.count(".▂▆  3 days\n") == 3
    assert text.count(". 0  ▂ 1  ▄ 2–3  ▆ 4–6  █ 7+\n") == 1


def test_a_long_list_says_how_many_are_not_shown() -> None:
    items = tuple(Item(client="acme", text=f"number {number}", mark=Mark.DUE) for number in range(25))

    text = as_text(summary(Section(title="Due", items=items)), reader())

    assert "Due (25)\n--------\n" in text
    assert "DUE  Acme GmbH: number 9\n     + 15 more\n" in text
    assert "number 10" not in text


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120) | st.text("杉é\u0301 👩\u200dxyz", max_size=120)
items = st.builds(
    Item,
    text=texts,
    client=st.none() | st.sampled_from(["acme", "cedar", "gone"]),
    mark=st.sampled_from(Mark),
    detail=texts,
    step=texts,
    trace=st.none()
    | st.builds(
        Trace, values=st.lists(st.integers(0, 9), max_size=40).map(tuple), limit=st.none() | st.just(3), label=texts
    ),
)
sections = st.builds(
    Section,
    title=texts,
    place=st.sampled_from(Place),
    items=st.lists(items, max_size=12).map(tuple),
    headline=texts,
    quiet=texts,
)


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@given(parts=st.lists(sections, max_size=4))
def test_no_line_is_wider_than_a_terminal_or_ends_in_a_space(code: str, parts: list[Section]) -> None:
    made = summary(*parts)

    text = as_text(made, reader(code))

    assert text.endswith("\n")
    assert all(width(line) <= COLUMNS and line == line.rstrip() for line in text.split("\n"))
    assert " ".join(text.split()).startswith(" ".join(verdict(made, reader(code)).split()[:3]))
