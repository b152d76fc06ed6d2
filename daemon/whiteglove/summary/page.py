"""The summary as a page for mail programs: laid out by tables, styles in the cells, nothing loaded from anywhere.

Everything that matters stands in the cells, since many programs drop the style block, which only adds the dark colours
and the narrow margins of a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from whiteglove.sections import Mark, Summary
from whiteglove.summary.palette import DARK, LIGHT, TONES
from whiteglove.summary.reader import Reader
from whiteglove.summary.sheet import MOST_ITEMS, Line, Part, Sheet, sheet_of
from whiteglove.summary.strip import LEGEND, MOST_DAYS, Strip

LARGEST = 80_000
"""Octets of a page. The largest mail provider hides what comes after some hundred thousand."""

_FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_FIXED = "ui-monospace,Menlo,Consolas,monospace"
_COMMAND = "whiteglove "
_SMALL = "font-size:14px"

_LINKED = re.compile(r"(?<=\w)[.@](?=\w)|:(?=//)")
# Keeps the text that follows from being shown beside the subject.
_FILLER = "&zwnj;&nbsp;" * 60
_BLANK = "&nbsp;" * 4
_BAR = LIGHT.marks["bad"][0]
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
_CLOSING = (
    "</table></td></tr></table>",
    "<!--[if mso]></td></tr></table><![endif]-->",
    "</td></tr></table>",
    "</div>",
    "</body>",
    "</html>",
)


def as_page(summary: Summary, reader: Reader) -> str:
    """The whole summary as an HTML document. Where it would be larger than `LARGEST`, each section shows fewer items,
    at last one, and counts the rest.

    It has one `h1`, the verdict, and an `h2` for each section. Names and texts are escaped and cannot become links.
    """
    page = _page(sheet_of(summary, reader), reader)
    most = MOST_ITEMS
    while len(page.encode("utf-8")) > LARGEST and most > 1:
        most -= 1
        page = _page(sheet_of(summary, reader, most), reader)
    return page


def _page(sheet: Sheet, reader: Reader) -> str:
    rows = [_heading(sheet), *(row for part in sheet.parts for row in _part(part, reader))]
    if sheet.clear:
        clear = ", ".join(sheet.clear)
        rows += [_title(reader.word("all_clear")), _row(_data(clear[:1].upper() + clear[1:]), "4px 0 0")]
    rows.append(_row("&nbsp;", "0"))
    rows.append(_row("<br>".join(map(_data, sheet.footer)), "16px 0 0", small=True, ruled=True))
    return "\n".join([*_opening(sheet, reader), *rows, *_CLOSING]) + "\n"


def _opening(sheet: Sheet, reader: Reader) -> Iterator[str]:
    language = reader.language.code
    yield "<!doctype html>"
    yield f'<html lang="{language}" dir="ltr">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="supported-color-schemes" content="light dark">'
    yield '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">'
    yield '<meta name="x-apple-disable-message-reformatting">'
    yield f"<title>{escape(sheet.verdict)} – {escape(sheet.date)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    yield f'<body class="p" style="margin:0;padding:0;background-color:{LIGHT.page}">'
    # What a list of mails shows beside the subject: no name, since a telephone shows it to whoever is near.
    beside = " ".join(map(_data, sheet.footer[:-1]))
    yield f'<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{beside}{_FILLER}</div>'
    yield f'<div role="article" lang="{language}">'
    yield f'{_TABLE} class="p" bgcolor="{LIGHT.page}"><tr><td align="center" class="a" style="padding:24px 8px">'
    yield f"<!--[if mso]>{_TABLE.replace('100%', '600')}><tr><td><![endif]-->"
    yield f'{_TABLE} style="max-width:600px"><tr>'
    yield f'<td class="c x" bgcolor="{LIGHT.card}" align="left" style="padding:24px;border-radius:8px">'
    yield f'{_TABLE} style="word-break:break-word">'


def _heading(sheet: Sheet) -> str:
    title = f'<h1 style="margin:0;font-size:22px;line-height:28px">{_data(sheet.verdict)}</h1>'
    date = f'<p class="m" style="margin:4px 0 0;font-size:14px;line-height:20px;color:{LIGHT.muted}">'
    return _row(f"{title}{date}{_data(sheet.date)}</p>", "0")


def _title(title: str, count: int = 0) -> str:
    counted = f' <span class="m" style="font-weight:normal;color:{LIGHT.muted}">({count})</span>' if count else ""
    return _row(f'<h2 style="margin:0;font-size:18px;line-height:24px">{_data(title)}{counted}</h2>', "24px 0 0")


def _part(part: Part, reader: Reader) -> Iterator[str]:
    yield _title(part.title, part.count)
    for number, line in enumerate(part.lines):
        yield _row("<br>".join(_item(line, reader)), "8px 0", ruled=number > 0)
        if line.strip:
            yield _row("".join(_strip(line.strip)), "0 0 10px", small=True)
    if part.more:
        yield _row(_data(part.more), "8px 0 0", small=True, ruled=True)
    if part.strips:
        yield _row("".join(_legend(part, reader)), "8px 0", small=True, ruled=True)


def _item(line: Line, reader: Reader) -> Iterator[str]:
    """The lines of one item: its mark, whom and what; then the next step, and before it how far things have come, which
    stands beside what is said where there is no step."""
    said = _data(line.text)
    if line.link:
        # In the colour of the text, since most programs show it as a link only where they can follow it.
        said = f'<a class="i" href="{escape(line.link)}" style="color:{LIGHT.ink}">{said}</a>'
    if line.client:
        said = reader.word("named", name=f"<b><bdi>{_data(line.client)}</bdi></b>", words=said)
    if line.word:
        said = f"{_badge(line.mark, line.word)} {said}"
    detail, step = _aside("span", _SMALL, _data(line.detail)), ""
    if line.step:
        tag, look = ("code", f"font:13px {_FIXED}") if line.step.startswith(_COMMAND) else ("span", _SMALL)
        step = _aside(tag, look, f"→ {_data(line.step)}")
    if line.detail and not line.step:
        said = f"{said} {detail}"
    yield said
    if line.step:
        yield f"{detail} {step}" if line.detail else step


def _aside(tag: str, look: str, content: str) -> str:
    return f'<{tag} class="m" style="{look};color:{LIGHT.muted}">{content}</{tag}>'


def _badge(mark: Mark, word: str) -> str:
    tone = TONES[mark]
    ink, ground = LIGHT.marks[tone]
    look = f"padding:1px 6px;border-radius:4px;font-size:13px;white-space:nowrap;background-color:{ground};color:{ink}"
    return f'<b class="{tone}" style="{look}">{_data(word)}</b>'


def _strip(strip: Strip) -> Iterator[str]:
    """A picture of table cells, which no program blocks: one cell a day, a gap between weeks, the latest day at the
    right end above the number of days. A day above the limit has a bar below it."""
    label = escape(strip.label)
    yield f'<table role="img" aria-label="{label}" width="100%" cellpadding="0" cellspacing="1" border="0"'
    yield ' style="max-width:480px;table-layout:fixed"><tr height="14">'
    before = MOST_DAYS - sum(map(len, strip.weeks))
    if before:
        yield f'<td colspan="{before}"></td>'
    yield '<td width="3"></td>'.join("".join(_shade(cell.shade) for cell in week) for week in strip.weeks)
    yield f'<td class="m" rowspan="2" width="60" align="right" valign="top" style="font:13px/14px {_FONT};'
    yield f'color:{LIGHT.muted};white-space:nowrap">{_data(strip.days)}</td></tr><tr height="3">'
    above = [False] * before
    for number, week in enumerate(strip.weeks):
        above += [*([False] if number else []), *(cell.is_above for cell in week)]
    for is_above, run in groupby(above):
        bar = f' class="k" bgcolor="{_BAR}"' if is_above else ""
        yield f'<td colspan="{len(list(run))}"{bar}></td>'
    yield "</tr></table>"


def _shade(shade: int) -> str:
    return f'<td class="h{shade}" bgcolor="{LIGHT.heat[shade]}"></td>'


def _legend(part: Part, reader: Reader) -> Iterator[str]:
    """What the shades and the bar mean; of no use to whoever has the strips read out."""
    yield '<span aria-hidden="true">'
    for shade, meaning in enumerate(LEGEND):
        look = f"background-color:{LIGHT.heat[shade]}"
        yield f'<span style="white-space:nowrap"><span class="h{shade}" style="{look}">{_BLANK}</span>&nbsp;{meaning}'
        yield "</span> &nbsp; "
    if any(strip.is_marked for strip in part.strips):
        said = _data(reader.word("above"))
        yield f'<span style="white-space:nowrap"><span class="u" style="border-bottom:3px solid {_BAR}">{_BLANK}</span>'
        yield f"&nbsp;{said}</span>"
    yield "</span>"


def _row(content: str, padding: str, *, small: bool = False, ruled: bool = False) -> str:
    """One row of the table. Font and colour stand in each cell, since Outlook lets none of them be inherited."""
    name, size, colour = ("m", "14px/20px", LIGHT.muted) if small else ("i", "16px/24px", LIGHT.ink)
    rule = f";border-top:1px solid {LIGHT.rule}" if ruled else ""
    look = f"padding:{padding};font:{size} {_FONT};color:{colour}{rule}"
    return f'<tr><td class="{name}{" r" if ruled else ""}" style="{look}">{content}</td></tr>'


def _data(text: str) -> str:
    """A text that came from somewhere, as HTML: escaped, and broken where a mail program would make a link of it."""
    return _LINKED.sub(r"<span>\g<0></span>", escape(text))


def _dark() -> Iterator[str]:
    yield f".p{{background-color:{DARK.page}!important}}.c{{background-color:{DARK.card}!important}}"
    yield f".i{{color:{DARK.ink}!important}}.m{{color:{DARK.muted}!important}}"
    yield f".r{{border-color:{DARK.rule}!important}}"
    for tone, (ink, ground) in DARK.marks.items():
        yield f".{tone}{{background-color:{ground}!important;color:{ink}!important}}"
    for shade, colour in enumerate(DARK.heat):
        yield f".h{shade}{{background-color:{colour}!important}}"
    bar = DARK.marks["bad"][0]
    yield f".k{{background-color:{bar}!important}}.u{{border-color:{bar}!important}}"


_STYLE = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (max-width:480px){.a{padding:8px 0!important}.x{padding:16px!important}}"
    f"@media (prefers-color-scheme:dark){{{''.join(_dark())}}}"
)
