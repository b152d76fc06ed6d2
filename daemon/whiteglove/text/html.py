"""HTML of a mail to the text its reader sees, with quoted mail marked as quoted."""

from __future__ import annotations

import re
from itertools import product

from whiteglove.text.cleaning import clean

# What no reader sees; newsletters hide the line that is shown in the list of mails, tracking tools hide more. Selectors
# are matched inside the parser: walking a deep tree node by node from here would take minutes.
_HIDING = (
    "display:none",
    "visibility:hidden",
    "mso-hide:all",
    "font-size:0;",
    "font-size:0px",
    "max-height:0;",
    "max-height:0px",
)
_HIDDEN = [
    "script", "style", "template", "title", "[hidden]",
    *(f'[style*="{rule.replace(":", colon)}" i]' for rule, colon in product(_HIDING, (":", ": "))),
    *(f'[style$="{rule}" i]' for rule in ("font-size:0", "font-size: 0", "max-height:0", "max-height: 0")),
]  # fmt: skip

# Private-use characters that are removed from the input, so that only the marks set here are found afterwards.
_QUOTE_START, _QUOTE_END, _SIGNATURE = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile("[\ue000-\ue002]")
# Mail programs use blockquote for quoted mail, and a few also to indent; the latter draw no border on purpose.
_QUOTE_TAG = re.compile(r"<(/?)blockquote\b([^<>]{0,2000})>", re.IGNORECASE)
_INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
_CITED = re.compile(r"\btype\s*=\s*[\"']?cite", re.IGNORECASE)
_SIGNATURE_TAG = re.compile(
    r"<(?:div|span|pre|table)\b[^<>]{0,400}"
    r"\b(?:class|id)\s*=\s*[\"']?(?:gmail_signature|moz-signature|signature\b|ms-outlook-mobile-signature)[^<>]{0,400}>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u034f\u200b\u200c\u2060\ufeff]")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def html_to_text(html: str) -> str:
    """The visible text, each block on lines of its own; quoted mail starts with `> `, a signature follows a `-- `.

    Scripts, styles and hidden nodes are left out. Never raises: anything is HTML, if only a text without tags.
    """
    # The parser takes 4 MB, which a mailbox whose mail has plain text never needs.
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    source = _mark_quotes(_MARKS.sub("", clean(html)))
    source = _SIGNATURE_TAG.sub(rf"\g<0><p>{_SIGNATURE}</p>", source)
    text = extract_plain_text(HTMLTree.parse(source), preserve_formatting=True, alt_texts=False, skip_elements=_HIDDEN)
    return _with_marks(_INVISIBLE.sub("", clean(text).replace("\xa0", " ")))


def _mark_quotes(html: str) -> str:
    """Put a mark inside both ends of every quote; blockquotes that only indent are left alone."""
    open_quotes: list[bool] = []

    def mark(tag: re.Match[str]) -> str:
        if tag[1]:
            return f"<p>{_QUOTE_END}</p>{tag[0]}" if open_quotes and open_quotes.pop() else tag[0]
        open_quotes.append(bool(_CITED.search(tag[2])) or not _INDENT.search(tag[2]))
        return f"{tag[0]}<p>{_QUOTE_START}</p>" if open_quotes[-1] else tag[0]

    return _QUOTE_TAG.sub(mark, html)


def _with_marks(text: str) -> str:
    """Quoted lines get one `> `, however deeply they were nested: who quoted whom does not matter here."""
    lines: list[str] = []
    depth = 0
    for marked in text.split("\n"):
        line = marked.rstrip()
        if _MARKS.search(line):
            line = _MARKS.sub("", line).strip()
            depth = max(0, depth + marked.count(_QUOTE_START) - marked.count(_QUOTE_END))
            if _SIGNATURE in marked and not depth:
                lines.append("-- ")
            if not line:
                continue
        lines.append(f"> {line}" if depth and line else line)
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
