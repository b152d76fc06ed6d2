"""Index and timeline as pages that load nothing, run nothing and link to nothing but the files beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from whiteglove.paper_trail.story import Entry, Letter, Trail, clock, people, person, story_of, visible, why_missing

INDEX, TIMELINE = "index.html", "timeline.html"
_DAY = len("2026-11-24")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;"
    "margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}p{margin:.5rem 0}a{color:#1f4d89}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;"
    "border-top:1px solid #d0d7de;overflow-wrap:anywhere}td.n,td.d,dt{white-space:nowrap}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}dd{margin:0}"
    "code{font:13px/1.4 ui-monospace,Menlo,Consolas,monospace;color:#57606a}.m{color:#57606a}"
    "@media print{body{margin:0;max-width:none}a{color:inherit}}"
)


def index_page(trail: Trail) -> str:
    """Every message with its facts, its file and the SHA-256 of that."""
    words = trail.words
    heading = ("number", "date", "direction", "author", "recipients", "subject", "file")
    rows = ["<table>", "<thead><tr>", *(f'<th scope="col">{_data(words[name])}</th>' for name in heading)]
    rows += ["</tr></thead>", "<tbody>", *(_row(letter, trail) for letter in trail.letters), "</tbody>", "</table>"]
    if not trail.letters:
        rows = [f"<p>{_data(words['nothing'])}</p>"]
    return _page(trail, words["index"], (TIMELINE, words["to_timeline"]), rows)


def timeline_page(trail: Trail) -> str:
    """What happened, day by day."""
    words = trail.words
    story = story_of(trail)
    rows: list[str] = [] if story else [f"<p>{_data(words['nothing'])}</p>"]
    for day, entries in groupby(story, key=lambda entry: clock(entry.at, trail.zone)[:_DAY]):
        rows += [f"<h2>{day}</h2>", "<dl>", *(_entry(entry, trail) for entry in entries), "</dl>"]
    return _page(trail, words["timeline"], (INDEX, words["to_index"]), rows)


def _page(trail: Trail, title: str, other: tuple[str, str], content: Iterable[str]) -> str:
    words = trail.words
    named = title.format(client=trail.client, owner=trail.owner)
    since = words["from"].format(since=clock(trail.since, trail.zone)[:_DAY], zone=trail.zone.key)
    beginning = [
        *_opening(words["language"], escape(visible(named))),
        f"<h1>{_data(named)}</h1>",
        f'<p>{_data(since)} <a href="{other[0]}">{_data(other[1])}</a></p>',
        f'<p class="m">{_data(words["about"])}</p>',
    ]
    return "\n".join([*beginning, *content, "</body>", "</html>", ""])


def _opening(language: str, title: str) -> Iterator[str]:
    yield "<!doctype html>"
    yield f'<html lang="{language}">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    # Whatever a subject holds: this page asks nobody for anything and runs nothing.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    yield "<body>"


def _row(letter: Letter, trail: Trail) -> str:
    words = trail.words
    to = people(letter.to)
    if letter.cc:
        to = f"{to}; {words['copies']}: {people(letter.cc)}"
    if letter.missing is not None:
        file = f"<em>{_data(why_missing(letter, words))}</em>"
    else:
        file = f"{_link(letter.file)}<br><code>{letter.sha256}</code>"
    subject = f"{_data(letter.subject)}<br><code>{_data(letter.message_id)}</code>"
    cells = [
        f'<td class="n">{letter.number}</td>',
        f'<td class="d">{_data(clock(letter.at, trail.zone))}</td>',
        f"<td>{_data(words[f'way_{letter.way}'])}</td>",
        *(f"<td>{cell}</td>" for cell in (_data(person(letter.author)), _data(to), subject, file)),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _entry(entry: Entry, trail: Trail) -> str:
    said = _data(entry.what)
    if entry.quote:
        said += f": <q>{_data(entry.quote)}</q>"
    if entry.file:
        said += f"<br>{_link(entry.file)}"
    return f"<dt>{_data(clock(entry.at, trail.zone)[_DAY + 1 :])}</dt><dd>{said}</dd>"


def _link(file: str) -> str:
    return f'<a href="{escape(file)}">{_data(file)}</a>'


def _data(text: str) -> str:
    """A text that came from somewhere: on one line, visible, and kept to itself where it is written from the right."""
    return f"<bdi>{escape(visible(text))}</bdi>"
