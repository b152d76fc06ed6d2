"""The pages: every fact of the index and the timeline, and nothing that loads, runs or leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from paper_trail.test_listing import WHOLE
from paper_trail.test_story import PROMISE, TRAIL, WILE
from whiteglove.paper_trail import Missing, Trail, index_page, timeline_page

FULL = replace(TRAIL, letters=(WHOLE, replace(WHOLE, number=2, missing=Missing.GONE)), promises=(PROMISE,))
VOID = frozenset({"meta", "br"})


class Read(HTMLParser):
    """What a browser sees, as far as it matters here. Raises AssertionError for elements that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


@pytest.mark.parametrize("page", [index_page, timeline_page])
def test_a_page_needs_nothing_from_anywhere(page: Callable[[Trail], str]) -> None:
    hostile = '<script src="https://x.example/x.js"></script><img src=x onerror=alert(1)>'
    letter = replace(WHOLE, subject=hostile, message_id=hostile, author=replace(WILE, name=hostile))
    read = Read(page(replace(FULL, client=hostile, letters=(letter,))))
    assert {tag for tag, _ in read.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "a", "bdi", "br", "code", "em", "q"),
        *("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
    }
    links = [attributes["href"] for _, attributes in read.elements if "href" in attributes]
    assert set(links) <= {"index.html", "timeline.html", "messages/1.eml"}
    assert all("src" not in attributes and "onerror" not in attributes for _, attributes in read.elements)
    assert ("meta", {
        "http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'",
    }) in read.elements  # fmt: skip
    assert hostile in read.text


def test_the_index_holds_each_message_with_its_file_and_hash() -> None:
    read = Read(index_page(FULL))
    for fact in ("Catalogue", "m1@acme.example", "2026-11-24 10:42 +01:00", "ab" * 32, "messages/1.eml"):
        assert fact in read.text
    assert "not in the mailbox any more" in read.text
    assert sum(tag == "tr" for tag, _ in read.elements) == 3


def test_the_timeline_holds_what_happened() -> None:
    read = Read(timeline_page(FULL))
    assert "Told: the report comes 2026-11-24 11:42 +01:00" in read.text
    assert read.text.count("wrote") == 2


@pytest.mark.parametrize("page", [index_page, timeline_page])
def test_an_empty_one_says_so(page: Callable[[Trail], str]) -> None:
    assert "Nothing is on record." in Read(page(TRAIL)).text
    german = page(replace(TRAIL, language="de"))
    assert '<html lang="de">' in german
    assert "Es ist nichts verzeichnet." in Read(german).text
