"""The table and the text: facts as they are, and nothing that a spreadsheet or a terminal would act upon."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

from paper_trail.test_story import AT, LETTER, TRAIL
from whiteglove.paper_trail import Missing, index_table, timeline_text
from whiteglove.paper_trail.listing import COLUMNS

WHOLE = replace(LETTER, message_id="m1@acme.example", sha256="ab" * 32, size=20)


def test_the_table_has_a_line_for_each_message() -> None:
    gone = replace(WHOLE, number=2, file="", sha256="", size=9, missing=Missing.GONE)
    table = index_table(replace(TRAIL, letters=(WHOLE, gone)))
    assert table.splitlines()[0] == ",".join(COLUMNS)
    first, second = csv.DictReader(io.StringIO(table))
    assert first == {
        "number": "1",
        "date": "2026-11-24T10:42:00+01:00",
        "direction": "from_client",
        "from": "Wile Coyote <wile@acme.example>",
        "to": "Robin Vale <robin@vale.example>",
        "cc": "",
        "subject": "Catalogue",
        "message_id": "m1@acme.example",
        "file": "messages/1.eml",
        "sha256": "ab" * 32,
        "bytes": "20",
        "remark": "",
    }
    assert (second["file"], second["bytes"], second["remark"]) == ("", "", "not in the mailbox any more")


def test_a_subject_is_no_formula_and_no_second_line() -> None:
    table = index_table(replace(TRAIL, letters=(replace(WHOLE, subject='=cmd|"/c calc"!A1,\r\n"x"'),)))
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["subject"] == '\'=cmd|"/c calc"!A1, "x"'


def test_the_text_tells_it_day_by_day() -> None:
    later = replace(WHOLE, at=AT + timedelta(hours=20), subject="")
    text = timeline_text(replace(TRAIL, letters=(WHOLE, later)))
    assert text.startswith("What happened: Acme GmbH and Robin Vale\n=====")
    assert text.endswith(
        "\n2026-11-24\n----------\n"
        "10:42 +01:00  Wile Coyote <wile@acme.example> wrote: “Catalogue”\n"
        "              messages/1.eml\n"
        "\n2026-11-25\n----------\n"
        "06:42 +01:00  Wile Coyote <wile@acme.example> wrote\n"
        "              messages/1.eml\n"
    )


def test_where_nothing_happened_it_says_so_in_the_owners_language() -> None:
    assert timeline_text(TRAIL).endswith("\nNothing is on record.\n")
    german = timeline_text(replace(TRAIL, language="de"))
    assert german.startswith("Was geschah: Acme GmbH und Robin Vale\n")
    assert "Ab 2026-11-20. Uhrzeit: Europe/Berlin." in german
