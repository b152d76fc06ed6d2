"""The first sentence of a summary: what the day wants of its reader. The same in subject, first line and heading."""

from __future__ import annotations

from collections.abc import Iterable

from whiteglove.disclosure import fold
from whiteglove.sections import Mark, Place, Section, Summary
from whiteglove.summary.reader import Reader
from whiteglove.summary.showing import shown

LONGEST_SUBJECT = 65
"""In characters; what is longer is cut off in the list of mails on a telephone."""

_DASH = " – "
_BLIND = frozenset({Mark.NOW, Mark.FAILED})


def subject(summary: Summary, reader: Reader) -> str:
    """The verdict and the date, at most `LONGEST_SUBJECT` characters: "2 need you, 1 report due – Sat 21 Nov"."""
    return verdict(summary, reader) + _DASH + reader.short_day(summary.day.date)


def verdict(summary: Summary, reader: Reader) -> str:
    """The sections' headlines as one sentence, or the words for a quiet day. No client is named in it: a subject is
    read by whoever sees the telephone.

    The order is that of the sections, except that a daemon which is not well says so first: where mail is not read the
    rest is not to be relied on. Headlines for which there is no room are counted.
    """
    told = [headline for section in _in_order(summary.sections) if (headline := _headline(section, reader))]
    room = LONGEST_SUBJECT - len(_DASH) - len(reader.short_day(summary.day.date))
    for kept in range(len(told), 0, -1):
        rest = [reader.word("more", count=len(told) - kept)] if kept < len(told) else []
        joined = ", ".join([*told[:kept], *rest])
        sentence = joined[0].upper() + joined[1:]
        if len(sentence) <= room or kept == 1:
            return shown(sentence, room)
    return reader.word("quiet")


def _in_order(sections: Iterable[Section]) -> list[Section]:
    return sorted(sections, key=lambda section: (not _is_unwell(section), section.place))


def _is_unwell(section: Section) -> bool:
    return section.place is Place.HEALTH and any(item.mark in _BLIND for item in section.items)


def _headline(section: Section, reader: Reader) -> str:
    """A section's headline; its title and the number of its items in place of one that names a client."""
    headline = shown(section.headline, LONGEST_SUBJECT)
    if not _names_any(headline, reader.names.values()):
        return headline
    title = shown(section.title, LONGEST_SUBJECT)
    if _names_any(title, reader.names.values()):
        return reader.word("more", count=len(section.items))
    return reader.word("named", name=title, words=len(section.items))


def _names_any(text: str, names: Iterable[str]) -> bool:
    words = fold(text)
    phrases = (phrase for name in names if (phrase := fold(name)))
    return any(phrase == words[at : at + len(phrase)] for phrase in phrases for at in range(len(words)))
