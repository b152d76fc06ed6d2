"""What both forms of a summary show: put in order, counted, cut to length, in the owner's words. No markup yet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whiteglove.sections import Item, Mark, Section, Summary
from whiteglove.summary.reader import Reader
from whiteglove.summary.showing import shown
from whiteglove.summary.strip import Strip, strip_of
from whiteglove.summary.verdict import verdict

MOST_ITEMS = 10
"""Of one section; the others are counted. What did not fit today is not what the owner will do today."""

LONGEST_NAME = 60
LONGEST_TEXT = 240
LONGEST_STEP = 160
# RFC 2392 in the characters of RFC 3986, and no other scheme: what a sender chose must not lead into the web.
_TO_A_MESSAGE = re.compile(r"mid:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]{1,400}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item. `word` is its mark in the owner's language, empty for none; `client` is a name; `link` is empty or the
    `mid:` URL of a message."""

    mark: Mark
    word: str
    client: str
    text: str
    detail: str
    step: str
    link: str
    strip: Strip | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section that has items: `count` is how many, `more` says how many of them are not among the lines."""

    title: str
    count: int
    lines: tuple[Line, ...]
    more: str

    @property
    def strips(self) -> tuple[Strip, ...]:
        """What is drawn beside the lines; the shades are explained below them."""
        return tuple(line.strip for line in self.lines if line.strip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole summary. `clear` is what the sections without items have to say; `footer` are whole sentences."""

    verdict: str
    date: str
    parts: tuple[Part, ...]
    clear: tuple[str, ...]
    footer: tuple[str, ...]


def sheet_of(summary: Summary, reader: Reader, most: int = MOST_ITEMS) -> Sheet:
    """The summary as both forms show it, with at most `most` items a section."""
    sections = sorted(summary.sections, key=lambda section: section.place)
    return Sheet(
        verdict=verdict(summary, reader),
        date=reader.long_day(summary.day.date),
        parts=tuple(_part(section, reader, most) for section in sections if section.items),
        clear=tuple(
            quiet for section in sections if not section.items and (quiet := shown(section.quiet, LONGEST_TEXT))
        ),
        footer=_footer(summary, reader),
    )


def _part(section: Section, reader: Reader, most: int) -> Part:
    count = len(section.items)
    return Part(
        title=shown(section.title, LONGEST_NAME),
        count=count,
        lines=tuple(_line(item, reader) for item in section.items[:most]),
        more=reader.word("more", count=count - most) if count > most else "",
    )


def _line(item: Item, reader: Reader) -> Line:
    # A client who has left the book since is still known by the key.
    client = reader.names.get(item.client, item.client) if item.client else ""
    return Line(
        mark=item.mark,
        word=reader.word(item.mark.value) if item.mark else "",
        client=shown(client, LONGEST_NAME),
        text=shown(item.text, LONGEST_TEXT),
        detail=shown(item.detail, LONGEST_NAME),
        step=shown(item.step, LONGEST_STEP),
        link=item.link if _TO_A_MESSAGE.fullmatch(item.link) else "",
        strip=strip_of(item.trace, reader),
    )


def _footer(summary: Summary, reader: Reader) -> tuple[str, ...]:
    """The period, the moment of the next summary (so that its absence is noticed), and how this one was made."""
    day = summary.day
    covers = reader.word("covers", since=reader.moment(day.since), until=reader.moment(day.until), zone=reader.zone.key)
    following = [reader.word("following", when=reader.moment(summary.following))] if summary.following else []
    return (covers, *following, reader.word("made"))
