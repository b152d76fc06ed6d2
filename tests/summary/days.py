"""A busy and a quiet Saturday of Robin's, in English and in German, for every test of the summary."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from re import sub
from zoneinfo import ZoneInfo

import whiteglove
from whiteglove.sections import Day, Item, Mark, Place, Section, Summary, Trace
from whiteglove.summary import Reader
from whiteglove.wording import Language

FILES = sorted((Path(whiteglove.__file__).parent / "languages").glob("*.toml"))
LANGUAGES = {path.stem: Language.from_table(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in FILES}
NAMES: Mapping[str, str] = {
    "acme": "Acme GmbH",
    "birch": "Birch & Söhne <Verlag>",
    "cedar": "杉並出版株式会社",
    "dune": "dune.example",
    "elm": "Elm",
}
UNTIL = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
DAY = Day(date=date(2026, 11, 21), since=UNTIL - timedelta(days=1), until=UNTIL)
TOMORROW = UNTIL + timedelta(days=1)


def reader(code: str = "en", names: Mapping[str, str] = NAMES) -> Reader:
    return Reader(language=LANGUAGES[code], zone=ZoneInfo("Europe/Berlin"), names=names)


def summary(*sections: Section, following: datetime | None = TOMORROW) -> Summary:
    return Summary(day=DAY, sections=sections, following=following)


def section(headline: str = "", place: Place = Place.OTHER, *items: Item, title: str = "Anything") -> Section:
    return Section(title=title, place=place, headline=headline, items=items)


def visible(page: str) -> str:
    """The words of a page as a person reads them, without what is hidden."""
    body = sub(r'(?s)<div style="display:none.*?</div>|<!--.*?-->', "", page.partition("<body")[2].partition(">")[2])
    return " ".join(unescape(sub(r"<[^>]*>", "", sub(r"<br>|</(h1|h2|p|td)>", " ", body))).split())


FOUR_WEEKS = Trace(
    values=(*(0, 0, 1, 0, 2, 0, 0), *(1, 1, 0, 0, 0, 0, 0), *(2, 0, 3, 1, 0, 0, 0), *(0, 1, 0, 4, 0, 7, 2)),
    limit=2,
    label="22 messages in 28 days, on 3 days more than 2",
)
NEEDS_YOU = Section(
    title="Needs you",
    place=Place.NEEDS_YOU,
    headline="2 need you",
    items=(
        Item(
            client="acme",
            text="“How are things progressing with the catalogue?” is the third of its kind since yesterday",
            mark=Mark.NOW,
            detail="7 of 8 h",
            step="whiteglove explain 8f2c.1234@mail.acme.example",
        ),
        Item(
            client="cedar", text="“カタログの進捗はいかがですか” waits for an answer", mark=Mark.DUE, detail="2 of 8 h"
        ),
    ),
)
BUSY = summary(
    # Handed in out of order, as plugins stand in the configuration.
    Section(
        title="Not sent",
        place=Place.HELD_BACK,
        headline="1 failed",
        items=(
            Item(client="birch", text="“Re: Invoice”: a promise to this client is late", mark=Mark.HELD),
            Item(client="elm", text="“Proofs”: refused by the server for good", mark=Mark.FAILED),
        ),
    ),
    NEEDS_YOU,
    Section(title="Incidents", place=Place.INCIDENTS, quiet="no incident is open"),
    Section(
        title="Reports",
        place=Place.REPORTS,
        headline="1 report due",
        items=(
            Item(
                client="birch",
                text="promised for yesterday 17:00",
                mark=Mark.LATE,
                step="whiteglove reports sent birch",
            ),
            Item(client="elm", text="Wedding site", detail="Mon 23 Nov, 10:00"),
        ),
    ),
    Section(
        title="Contact",
        place=Place.CONTACT,
        items=(
            Item(
                client="acme",
                text="9 messages in 2 days, every 3.8 h",
                step="bring the report forward; Wednesday 10:00 is free",
                trace=FOUR_WEEKS,
            ),
            Item(client="gone", text="silent for twelve days"),
        ),
    ),
    Section(
        title="Health",
        place=Place.HEALTH,
        items=(Item(text="mailbox studio: last searched 07:59", mark=Mark.OK), Item(text="messages read: 14")),
    ),
)
QUIET = summary(
    Section(title="Needs you", place=Place.NEEDS_YOU, quiet="every question is answered"),
    Section(title="Not sent", place=Place.HELD_BACK, quiet="nothing was held back"),
)
BUSY_GERMAN = summary(
    Section(
        title="Wartet auf dich",
        place=Place.NEEDS_YOU,
        headline="1 wartet auf dich",
        items=(
            Item(
                client="birch",
                text="„Wann kommt der Umbruch?“ wartet seit gestern auf eine Antwort",
                mark=Mark.NOW,
                detail="7 von 8 Std.",
                step="whiteglove explain 1@birch.example",
            ),
        ),
    ),
    Section(
        title="Berichte",
        place=Place.REPORTS,
        headline="1 Bericht fällig",
        items=(Item(client="elm", text="Hochzeitsseite", mark=Mark.LATE, detail="seit 17 Uhr"),),
    ),
    Section(title="Vorfälle", place=Place.INCIDENTS, quiet="kein Vorfall ist offen"),
)
