"""The day that is shown: an invented Tuesday of Robin's, with something in every part of the summary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from whiteglove.sections import Day, Item, Mark, Place, Section, Summary, Trace

NAMES: Mapping[str, str] = {
    "acme": "Acme GmbH",
    "birch": "Birch & Söhne",
    "cedar": "Atelier Cèdre",
    "dune": "Dune Coffee",
    "elm": "Elm Street Theatre",
}
UNTIL = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
LIMIT = 2
WROTE: Mapping[str, tuple[int, ...]] = {
    "acme": (0, 1, 0, 0, 2, 1, 0, 2, 1, 0, 0, 1, 1, 2, 1, 3, 0, 0, 2, 1, 2, 1, 4, 1, 0, 5, 8, 0),
    "elm": (0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 2),
    "birch": (0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1),
    "dune": (1, 1, 2, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}


def _trace(client: str) -> Trace:
    values = WROTE[client]
    over = sum(value > LIMIT for value in values)
    said = f"{sum(values)} messages in 28 days, at most {max(values)} on one day, {over} days above {LIMIT} a day"
    return Trace(values=values, limit=LIMIT, label=said)


SUMMARY = Summary(
    day=Day(date=date(2026, 11, 24), since=UNTIL - timedelta(days=1), until=UNTIL),
    following=UNTIL + timedelta(days=1),
    sections=(
        Section(
            title="Needs you",
            place=Place.NEEDS_YOU,
            headline="2 need you",
            items=(
                Item(
                    client="cedar",
                    mark=Mark.NOW,
                    text="“Refonte du configurateur”: wants a time",
                    detail="6 of 8 working hours",
                    step="whiteglove explain refonte.17@atelier-cedre.example",
                ),
                Item(
                    client="elm",
                    mark=Mark.DUE,
                    text="“Invoice 204”: asks about an invoice",
                    detail="7 of 8 working hours",
                    step="whiteglove explain invoice.204@elm-street.example",
                ),
            ),
        ),
        Section(
            title="Reports",
            place=Place.REPORTS,
            headline="1 promise late",
            items=(
                Item(
                    client="birch",
                    mark=Mark.LATE,
                    text="the report was due yesterday at 17:00 and has not gone out",
                    step="whiteglove reports sent birch",
                ),
                Item(
                    client="acme",
                    mark=Mark.DUE,
                    text="report today at 16:00: 1 question of theirs is open; set aside: 11:00–13:00 today",
                    detail="promised",
                    step="whiteglove clients acme",
                ),
                Item(client="elm", text="report tomorrow at 10:00"),
            ),
        ),
        Section(
            title="Incidents",
            place=Place.INCIDENTS,
            headline="1 incident open",
            items=(
                Item(
                    client="elm",
                    mark=Mark.NOW,
                    text="“Seat map”: complaint (serious), you have not written to them yet",
                    detail="open for 19 h",
                    step="send the draft that lies there, or call; once it is settled: whiteglove incidents resolve 4",
                ),
            ),
        ),
        Section(
            title="Contact",
            place=Place.CONTACT,
            items=(
                Item(
                    client="acme",
                    mark=Mark.NOW,
                    text="8 messages yesterday, every 1.1 h, 6 of them asked how things stand",
                    detail="agreed: 2 per day",
                    step="ask them what is behind it; a call may settle it",
                    trace=_trace("acme"),
                ),
                Item(client="elm", text="4 messages in seven days", trace=_trace("elm")),
                Item(client="birch", text="3 messages in seven days", trace=_trace("birch")),
                Item(
                    client="dune",
                    text="nothing heard for 12 days, usually 2 at most",
                    mark=Mark.DUE,
                    trace=_trace("dune"),
                ),
            ),
        ),
        Section(
            title="Not sent",
            place=Place.HELD_BACK,
            items=(
                Item(
                    client="dune",
                    mark=Mark.FAILED,
                    text="“Labels”: refused by the server for good; please answer yourself",
                ),
                Item(client="birch", mark=Mark.HELD, text="“Lagerverwaltung”: a promise to this client is late"),
            ),
        ),
        Section(
            title="Health",
            place=Place.HEALTH,
            items=(
                Item(mark=Mark.OK, text="mailbox studio: last searched today, 07:59"),
                Item(text="messages read: 14, mails sent: 3"),
                Item(text="next moment that comes due: today, 09:00"),
            ),
        ),
        Section(title="Dates near", place=Place.OTHER, quiet="no date is near"),
    ),
)
