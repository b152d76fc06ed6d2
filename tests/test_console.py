"""A line of the log for people: its columns, its colours, its time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.console import as_text, visible

BERLIN = ZoneInfo("Europe/Berlin")


def line(**values: Any) -> dict[str, Any]:
    return {"timestamp": "2026-11-24T09:42:03.250000Z", "level": "info", "event": "mail.sent", **values}


def test_the_columns_stand_below_each_other() -> None:
    render = as_text(14, colour=False, zone=BERLIN)
    assert [
        render(line(client="acme")),
        render(line(level="critical", event="mailbox.lost", mailbox="studio")),
        render(line(event="something a library says", source="imapclient")),
        render(line()),
    ] == [
        "2026-11-24 10:42:03  info     mail.sent      client=acme",
        "2026-11-24 10:42:03  critical mailbox.lost   mailbox=studio",
        "2026-11-24 10:42:03  info     something a library says source=imapclient",
        "2026-11-24 10:42:03  info     mail.sent",
    ]


def test_values_are_quoted_where_they_would_run_into_each_other() -> None:
    render = as_text(0, colour=False, zone=BERLIN)
    rest = render(line(a="b c", d="", e="f=g", h='"', i=[1, None], j=True)).partition("mail.sent ")[2]
    assert rest == 'a="b c" d="" e="f=g" h="\\"" i="[1, null]" j=true'


def test_the_time_is_that_of_the_zone_also_where_clocks_have_changed() -> None:
    render = as_text(0, colour=False, zone=BERLIN)
    assert render(line(timestamp="2026-07-24T22:42:03.000000Z")).startswith("2026-07-25 00:42:03  ")
    assert as_text(0, colour=False, zone=None)(line())[:10] in ("2026-11-23", "2026-11-24", "2026-11-25")


def test_colour_changes_no_letter() -> None:
    values: dict[str, Any] = {"client": "acme", "exception": "Traceback\nValueError"}
    for level in ("debug", "info", "warning", "error", "critical", "notset"):
        plain = as_text(20, colour=False, zone=BERLIN)(line(level=level, **values))
        dyed = as_text(20, colour=True, zone=BERLIN)(line(level=level, **values))
        assert dyed != plain
        assert "\n".join(visible(row) for row in dyed.splitlines()) == plain
        assert dyed.count("\x1b[0m") * 2 == dyed.count("\x1b[")


def test_each_level_has_a_colour_of_its_own() -> None:
    render = as_text(0, colour=True, zone=BERLIN)
    levels = ("debug", "info", "warning", "error", "critical")
    assert len({render(line(level=level)).replace(level, "") for level in levels}) == len(levels)
