"""The summary as a page for mail programs: laid out by tables, styles in the cells, nothing loaded from anywhere.

Everything that matters stands in the cells, since many programs drop the style block, which only adds the dark colours
and the narrow margins of a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from whiteglove.sections import Mark, Summary
from whiteglove.summary.palette import DARK, LIGHT, TONES
from whiteglove.summary.reader import Reader
from whiteglove.summary.sheet import MOST_ITEMS, Line, Part, Sheet, sheet_of

LARGEST = 60_000
"""Octets of a page. The largest mail provider hides what comes after some hundred thousand."""

_FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_FIXED = "ui-monospace,Menlo,Consolas,monospace"
_COMMAND = "whiteglove "

_LINKED = re.compile(r"(?<=\w)[.@](?=\w)|:(?=//)")
# Keeps the text that follows from being shown beside the subject.
_FILLER = "&zwnj;&nbsp;" * 60
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
    counted = f" ({count})" if count else ""
    return _row(f'<h2 style="margin:0;font-size:16px;line-height:22px">{_data(title)}{counted}</h2>', "24px 0 0")


def _part(part: Part, reader: Reader) -> Iterator[str]:
    yield _title(part.title, part.count)
    for number, line in enumerate(part.lines):
        yield _row("<br>".join(_item(line, reader)), "8px 0", ruled=number > 0)
    if part.more:
        yield _row(_data(part.more), "8px 0 0", small=True, ruled=True)


def _item(line: Line, reader: Reader) -> Iterator[str]:
    """The lines of one item: its mark, whom and what; how far it has come; the next step."""
    said = _data(line.text)
    if line.client:
        said = reader.word("named", name=f"<b><bdi>{_data(line.client)}</bdi></b>", words=said)
    yield f"{_badge(line.mark, line.word)} {said}" if line.word else said
    if line.detail:
        yield f'<span class="m" style="font-size:14px;color:{LIGHT.muted}">{_data(line.detail)}</span>'
    if line.step:
        is_command = line.step.startswith(_COMMAND)
        tag, look = ("code", f"font:13px {_FIXED}") if is_command else ("span", "font-size:14px")
        yield f'<{tag} class="m" style="{look};color:{LIGHT.muted}">{_data(line.step)}</{tag}>'


def _badge(mark: Mark, word: str) -> str:
    tone = TONES[mark]
    ink, ground = LIGHT.marks[tone]
    look = f"padding:1px 6px;border-radius:4px;font-size:13px;white-space:nowrap;background-color:{ground};color:{ink}"
    return f'<b class="{tone}" style="{look}">{_data(word)}</b>'


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


_STYLE = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (max-width:480px){.a{padding:8px 0!important}.x{padding:16px!important}}"
    f"@media (prefers-color-scheme:dark){{{''.join(_dark())}}}"
)
