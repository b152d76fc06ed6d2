"""The page: every fact of the text, sound HTML, nothing loaded, nothing taken for markup or a link."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summary.days import (
    BUSY,
    BUSY_GERMAN,
    DAY,
    FOUR_WEEKS,
    LANGUAGES,
    NAMES,
    QUIET,
    TOMORROW,
    reader,
    section,
    summary,
    visible,
)
from whiteglove.sections import Item, Mark, Place, Section, Summary, Trace
from whiteglove.summary import as_page, as_text, verdict
from whiteglove.summary.page import LARGEST
from whiteglove.summary.palette import LIGHT
from whiteglove.summary.sheet import Sheet, sheet_of

VOID = {"meta", "br"}
KNOWN = VOID | {
    *(
        "html",
        "head",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "h1",
        "h2",
        "p",
        "span",
        "b",
        "bdi",
        "code",
    ),
}
WILD = "<img src=x onerror=x> & \"q\" 's' </td></table>"


class Reading(HTMLParser):
    """The elements of a page with their attributes; fails where they are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def facts(sheet: Sheet) -> list[str]:
    """Everything that a summary says."""
    lines = [line for part in sheet.parts for line in part.lines]
    said = [text for line in lines for text in (line.word, line.client, line.text, line.detail, line.step)]
    said += [strip.days for part in sheet.parts for strip in part.strips]
    titles = [f"{part.title} ({part.count})" for part in sheet.parts]
    more = [part.more for part in sheet.parts]
    return [fact for fact in (sheet.verdict, sheet.date, *titles, *more, *said, *sheet.footer) if fact]


def squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@pytest.mark.parametrize("made", [BUSY, QUIET, BUSY_GERMAN, summary()], ids=["busy", "quiet", "german", "empty"])
def test_every_fact_stands_in_both_forms(code: str, made: Summary) -> None:
    sheet = sheet_of(made, reader(code))
    # A line of the text may be broken anywhere, and the page begins its "All clear" with a capital.
    text, page = squeezed(as_text(made, reader(code))), squeezed(visible(as_page(made, reader(code))))

    for fact in (*facts(sheet), *sheet.clear):
        assert squeezed(fact) in text
        assert squeezed(fact) in page


def test_all_of_a_quiet_day() -> None:
    assert visible(as_page(QUIET, reader())) == (
        "All quiet Saturday, 21 November 2026 "
        "All clear Every question is answered, nothing was held back "
        "Covers Fri 20 Nov, 08:00 to Sat 21 Nov, 08:00 (Europe/Berlin). "
        "Next summary: Sun 22 Nov, 08:00. "
        "Written automatically by whiteglove from what it has recorded; “whiteglove summary” prints it at any time."
    )


def test_the_items_of_a_busy_day() -> None:
    said = visible(as_page(BUSY_GERMAN, reader("de")))

    assert said.startswith(
        "1 wartet auf dich, 1 Bericht fällig Samstag, 21. November 2026 "
        "Wartet auf dich (1) "
        "JETZT Birch & Söhne <Verlag>: „Wann kommt der Umbruch?“ wartet seit gestern auf eine Antwort "
        "7 von 8 Std. → whiteglove explain 1@birch.example "
        "Berichte (1) ZU SPÄT Elm: Hochzeitsseite seit 17 Uhr "
        "Alles in Ordnung Kein Vorfall ist offen Zeitraum: "
    )


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_it_is_a_sound_document_in_its_language(code: str) -> None:
    page = as_page(BUSY, reader(code))
    read = Reading(page)

    assert page.startswith("<!doctype html>\n")
    assert read.of("html") == [{"lang": code, "dir": "ltr"}]
    assert {tag for tag, _ in read.elements} <= KNOWN
    drawn = [table for table in read.of("table") if table.get("role") != "presentation"]
    assert [(table.get("role"), table.get("aria-label")) for table in drawn] == [("img", FOUR_WEEKS.label)]
    headings = [tag for tag, _ in read.elements if tag in ("h1", "h2", "h3")]
    assert headings == ["h1", *["h2"] * 6]
    (title,) = re.findall("<h1[^>]*>(.*?)</h1>", page)
    assert title == verdict(BUSY, reader(code))


def test_nothing_is_loaded_and_nothing_can_be_followed() -> None:
    page = as_page(BUSY, reader())

    for way in ("http", "url(", "@import", "src=", "href=", "data:", "<a", "<img", "<link", "<script", "cid:"):
        assert way not in page.casefold()


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("mid:1%25.a@mail.acme.example", True),
        ("mid:", False),
        ("https://acme.example/1", False),
        ("javascript:alert(1)", False),
        ('mid:a"onclick="x', False),
        ("mid:a b", False),
    ],
)
def test_a_link_leads_to_a_message_and_nowhere_else(link: str, leads: bool) -> None:
    page = as_page(summary(section("", Place.OTHER, Item(text="Seat map", link=link, client="elm"))), reader())

    assert [anchor["href"] for anchor in Reading(page).of("a")] == ([link] if leads else [])
    assert visible(page).count("Elm: Seat map") == 1


def test_its_looks_need_no_style_block() -> None:
    page = as_page(BUSY, reader())
    bare = re.sub("(?s)<style>.*?</style>", "", page)

    assert len(re.findall("<style>", page)) == 1
    for cell in re.findall(r"<td class=\"[im][^>]*>", bare):
        assert re.search("font:1[346]px/(14|2[04])px", cell)
        assert "color:#" in cell
    assert 'bgcolor="#ffffff"' in bare
    assert "color-scheme" in bare


def test_dark_colours_come_by_a_media_query_alone() -> None:
    (style,) = re.findall("(?s)<style>(.*?)</style>", as_page(BUSY, reader()))
    before, dark = style.split("@media (prefers-color-scheme:dark)")

    assert "#" not in before
    for name in ("p", "c", "i", "m", "r", "bad", "warn", "ok", "h0", "h1", "h2", "h3", "h4", "k", "u"):
        assert re.search(rf"\.{name}\{{[^}}]*#[0-9a-f]{{6}}!important", dark)


def test_every_colour_of_the_page_has_its_dark_one() -> None:
    page = as_page(BUSY, reader())
    (dark,) = re.findall(r"(?s)@media \(prefers-color-scheme:dark\)\{(.*?)</style>", page)

    for tag, attributes in Reading(page).elements:
        look = f"{attributes.get('style') or ''};{attributes.get('bgcolor') or ''}"
        named = (attributes.get("class") or "").split()
        # What is written in a cell has the cell's colour, or one of its own.
        if "#" in look:
            assert any(f".{name}{{" in dark for name in named), (tag, attributes)


def test_a_strip_is_drawn_in_cells() -> None:
    page = as_page(BUSY, reader())
    (strip,) = re.findall(r'<table role="img".*?</table>', page)
    days, bars = strip.split('</tr><tr height="3">')

    shades = re.findall(r'class="h(\d)" bgcolor="(#\w{6})"', days)
    assert [int(shade) for shade, _ in shades] == [
        cell.shade
        for part in sheet_of(BUSY, reader()).parts
        for strip in part.strips
        for week in strip.weeks
        for cell in week
    ]
    assert {colour for _, colour in shades} <= set(LIGHT.heat)
    assert bars.count('class="k"') == 3
    assert visible(page).count("above the limit") == 1


@pytest.mark.parametrize("days", [2, 7, 8, 13, 28, 40])
def test_the_rows_of_a_strip_are_equally_wide_however_many_days_there_are(days: int) -> None:
    item = Item(text="x", trace=Trace(values=(9,) * (days - 1) + (0,), limit=8))
    (strip,) = re.findall(r'<table role="img".*?</table>', as_page(summary(section("", Place.CONTACT, item)), reader()))

    first, second, _ = (
        sum(int(columns or 1) for columns in re.findall(r'<td(?: colspan="(\d+)")?', row))
        for row in strip.split("</tr>")
    )
    # The number of days stands beside both.
    assert first == second + 1


def test_what_comes_from_outside_is_no_markup() -> None:
    trace = Trace(values=(1, 2), label=WILD)
    item = Item(client="acme", text=WILD, mark=Mark.NOW, detail=WILD, step=f"whiteglove explain {WILD}", trace=trace)
    made = summary(
        Section(title=WILD[:40], headline=WILD, items=(item,)), Section(title="x", quiet=WILD, place=Place.HEALTH)
    )

    page = as_page(made, reader(names={"acme": WILD}))

    assert {tag for tag, _ in Reading(page).elements} <= KNOWN
    assert "<img" not in page
    assert squeezed(visible(page)).count(squeezed(WILD)) == 5
    assert [table["aria-label"] for table in Reading(page).of("table") if table["role"] == "img"] == [WILD]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text("<>&\"'=/!-ab ", max_size=60))
def test_whatever_the_words_are_the_elements_are_the_same(text: str) -> None:
    usual = Item(client="acme", text="usual", mark=Mark.DUE, detail="usual", step="usual")
    wild = replace(usual, text=f"a{text}", detail=f"a{text}", step=f"a{text}")
    pages = [
        as_page(summary(Section(title="T", items=(item,))), reader(names={"acme": name}))
        for item, name in ((usual, "usual"), (wild, f"a{text}"))
    ]

    usual_read, wild_read = map(Reading, pages)
    assert [found for found in wild_read.elements if found != ("span", {})] == usual_read.elements


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("acme.example", "acme<span>.</span>example"),
        ("https://acme.example/x", "https<span>:</span>//acme<span>.</span>example/x"),
        ("wile@acme.example", "wile<span>@</span>acme<span>.</span>example"),
        ("The end. Really", "The end. Really"),
    ],
)
def test_no_mail_program_makes_links_of_names(text: str, broken: str) -> None:
    page = as_page(summary(Section(title=text, items=(Item(text=text, client="x"),))), reader(names={"x": text}))

    assert f"<bdi>{broken}</bdi></b>: {broken}" in page


def test_a_list_of_mails_shows_no_name_beside_the_subject() -> None:
    (beside,) = re.findall(r"(?s)<div style=\"display:none[^>]*>(.*?)(?:&zwnj;|</div>)", as_page(BUSY, reader()))

    assert beside == "Covers Fri 20 Nov, 08:00 to Sat 21 Nov, 08:00 (Europe/Berlin). Next summary: Sun 22 Nov, 08:00."


def test_two_hundred_clients_are_one_readable_page() -> None:
    names = {f"client{number}": f"Client & Sons number {number} GmbH" for number in range(200)}
    quiet = Trace(values=(25,) * 28, limit=3, label="700 messages in 28 days, on 28 days more than 3")
    items = tuple(
        Item(client=key, text="25 messages yesterday, every 12 min", mark=Mark.NOW, detail="agreed: 3", trace=quiet)
        for key in names
    )
    made = summary(*(Section(title=place.name.title(), place=place, items=items) for place in Place))

    page = as_page(made, reader(names=names))

    assert len(page.encode()) <= LARGEST < 100_000
    assert len(re.findall(r"\+ 19\d more", page)) == len(Place)
    assert [tag for tag, _ in Reading(page).elements if tag in ("h1", "h2")] == ["h1", *["h2"] * len(Place)]


def test_fifty_clients_with_two_hundred_items_stay_small() -> None:
    names = {f"client{number}": f"Client & Sons number {number} GmbH" for number in range(50)}
    items = tuple(
        Item(
            client=f"client{number % 50}",
            text=f"“Where is the report on the spring catalogue, part {number}?” waits for an answer",
            mark=Mark.DUE,
            detail="6 of 8 h",
            step=f"whiteglove explain {number}.1234567890@mail.client{number}.example",
        )
        for number in range(200)
    )
    places = tuple(Place)
    made = summary(
        *(
            Section(title=place.name.title(), place=place, items=items[at :: len(places)])
            for at, place in enumerate(places)
        )
    )

    page = as_page(made, reader(names=names))

    assert len(page.encode()) < LARGEST
    assert len(re.findall(r"\+ \d+ more", page)) == len(places)


def test_a_page_that_would_be_too_large_shows_less_and_counts_the_rest() -> None:
    items = tuple(Item(client="cedar", text="<杉>" * 80, detail="&" * 60, step="<" * 160) for _ in range(25))
    made = Summary(
        day=DAY, sections=tuple(Section(title="T", place=place, items=items) for place in Place), following=TOMORROW
    )

    page = as_page(made, reader(names=NAMES))

    assert len(page.encode()) < LARGEST
    assert re.search(r"\+ 2\d more", page)
