"""What the author of a mail wrote themselves: quotes, forwarded mail, signature and legal notice are cut away.

Only quotes are cut between answers, so that a mail answered point by point keeps every answer. What cannot be told
apart with certainty stays: a line too many does less harm than a lost question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from whiteglove.text import phrases
from whiteglove.text.cleaning import clean


def _any(fragments: Iterable[str]) -> str:
    """An alternation that prefers the longest fragment, and takes any white space where a fragment has a blank."""
    return "|".join(f.replace(" ", r"\s") for f in sorted(fragments, key=len, reverse=True))


# What a line is for shows in its first characters, and what a person wants in the first pages: this bounds all cost.
_LOOK = 500
_WRAPPED_LINES = 4
_LONGEST = 100_000
_MOST_LINES = 3_000

# A line without any of these is only words.
_TELLING = re.compile("[>:：_–—-]")
_QUOTED = re.compile(r"\s*(?:>|[A-Z]{1,2}>(?:\s|$))")
# A long address wraps in front of its ">", which then looks like the mark of a quote.
_WRAPPED_END = re.compile(rf">\s?(?:{_any(phrases.ATTRIBUTION_VERBS)})?\s?[:：]\s*$", re.IGNORECASE)
_RULE = " \t*-_=~+#—–ᐧ"
_ORIGINAL = re.compile(
    rf"[\s*]*[-_=]{{2,}}\s*(?:{_any(phrases.ORIGINAL_MESSAGE)})\s*[-_=]{{2,}}[\s*]*$"
    rf"|[\s*]*(?:{_any(phrases.FORWARD_INTRODUCTIONS)})\s*[:：]?[\s*]*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    "|".join(rf"(?P<{role}>{_any(names)})" for role, names in phrases.FIELD_NAMES.items()).join(
        (r"[\s*]*(?:", r")\s{0,2}\*?\s?[:：]")
    ),
    re.IGNORECASE,
)
_FIELD_BLOCK_LINES = 8

# In lower case, behind what is no letter: that is found much faster than what no letter stands before.
_VERB = re.compile(rf"[\W\d_](?:{_any(phrases.ATTRIBUTION_VERBS)})")
_MOMENT = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}\s?[:.h]\s?\d\d\b|\d年|\d/\d{1,2}/\d\d")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\d[./-]\d{1,2}[./-]\d\d|\d年")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_DATED_OPENER = re.compile(
    rf"[\s*]*(?:{_any(phrases.ATTRIBUTION_OPENERS)})\s(?:[^\W\d]+[.,]{{0,2}}\s){{0,3}}\W{{0,2}}\d|\s*在\s?\d",
    re.IGNORECASE,
)
_DATED = re.compile(r"[\s*]*\W{0,2}\d")
_ISO_ATTRIBUTION = re.compile(
    r"\s*20\d\d[-/]\d{1,2}[-/]\d{1,2}\s(?:\d{1,2}:\d\d\s(?:GMT|UTC)\S*\s.{1,80}|.{1,80}<\S+@\S+>:?)$"
)
_RULED_ATTRIBUTION = re.compile(
    rf"\s*-{{2,}}\s?.{{5,200}}(?:{_any(phrases.ATTRIBUTION_VERBS)})\s?-{{2,}}$", re.IGNORECASE
)

_DEVICE = re.compile(
    rf"[\s*_<(]*(?:(?:{_any(phrases.DEVICE_OWNERS)})(?:\s[\w/()<>:.-]+){{1,7}}"
    r"(?:[,.]\s.{0,20}(?:excuse|typo|tippfehler|kürze|fautes).{0,40})?"
    rf"|(?:{_any(phrases.DEVICE_VERBS)})\b[^,;!]{{0,80}}(?:{_any(phrases.DEVICE_PRODUCTS)})[^,;!]{{0,60}}"
    rf"|{_any(phrases.DEVICE_OTHERS)})[\s*_>).]*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(rf"[\s*_]*(?:{_any(phrases.CLOSINGS)})[\s*_,.!]*$", re.IGNORECASE)
_POSTSCRIPT = re.compile(r"\s*p\.?\s?s\.?\b", re.IGNORECASE)
_SIGNATURE_LINES = 12
_CLOSING_LINES = 9
_CLOSING_WIDTH = 70
_DEVICE_WIDTH = 240
_NOTICE_LENGTH = 120


# A mail is screened by its new text, and then understood by the same.
@lru_cache(maxsize=1)
def new_text(plain: str) -> str:
    """The author's own words, blank lines around them removed; empty where the mail holds nothing but quotes.

    Cut are: lines that start with `>`, the line that introduces them ("On … Kim wrote:", in some twenty languages), a
    copied or forwarded mail below a header block or a line such as "Original message", the signature below `-- `,
    lines that a device adds, a formal closing with what follows it, and legal notices.
    """
    return "\n".join(
        _without_closing(_without_notices(_without_quotes(clean(plain[:_LONGEST]).split("\n")[:_MOST_LINES])))
    ).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    in_signature = False
    for index, line in enumerate(lines):
        if not _TELLING.search(line):
            if not line or line.isspace():
                kept.append("")
            elif not in_signature:
                kept.append(line.rstrip())
        elif _is_quoted(line):
            if kept and kept[-1]:
                _trim(kept)
                kept.append("")
            in_signature = False
        elif _ends_all(line[:_LOOK], lines, index):
            break
        elif introduction := _attribution(lines, index):
            del kept[len(kept) - introduction + 1 :]
            _trim(kept)
            if kept and not _quote_follows(lines, index):
                # Some programs quote without marks: below such a line everything is the other's.
                break
            kept.append("")
            in_signature = False
        elif not in_signature:
            in_signature = _starts_signature(lines, index)
            if not in_signature:
                kept.append(line.rstrip())
    _trim(kept)
    return kept


def _is_quoted(line: str) -> bool:
    if ">" not in line or not _QUOTED.match(line):
        return False
    return not (line.rstrip().endswith((":", "：")) and _WRAPPED_END.match(line))


def _trim(lines: list[str]) -> None:
    """Take from the end what only separated or decorated: blank lines, lines of dashes, the line a device added."""
    while lines and (not lines[-1].strip(_RULE) or _is_device_line(lines[-1])):
        lines.pop()


def _is_device_line(line: str) -> bool:
    return len(line) <= _DEVICE_WIDTH and not line.endswith("?") and bool(_DEVICE.match(line))


def _ends_all(head: str, lines: list[str], index: int) -> bool:
    """Whether a copied mail starts at this line, so that nothing below it is new."""
    if ":" not in head and "-" not in head and "_" not in head and "：" not in head:
        return False
    return bool(_ORIGINAL.match(head)) or _starts_field_block(lines, index)


def _starts_field_block(lines: list[str], index: int) -> bool:
    """Header fields of a mail, one below the other: sender and subject among them, in whatever language and order."""
    head = lines[index][:60]
    if (":" not in head and "：" not in head) or not _FIELD.match(head):
        return False
    roles = set()
    for line in lines[index : index + _FIELD_BLOCK_LINES]:
        if found := _FIELD.match(line[:60]):
            roles.add(found.lastgroup)
    return {"from", "subject"} <= roles and len(roles) > 2


def _attribution(lines: list[str], index: int) -> int:
    """The number of lines of the attribution that ends at this line; 0 where none does."""
    last = lines[index][:_LOOK].rstrip(" \t*_\xa0")
    if not last.endswith((":", "：")):
        if last.startswith("-") and _RULED_ATTRIBUTION.match(last):
            return 1
        return 1 if last[:2] == "20" and _ISO_ATTRIBUTION.match(last) else 0
    joined, best, length = "", 0, 0
    least = _POSSIBLE if _quote_follows(lines, index) else _LIKELY
    for count in range(1, min(_WRAPPED_LINES, index + 1) + 1):
        above = lines[index - count + 1]
        if not above.strip() or _is_quoted(above):
            break
        joined = f"{above.strip()[:_LOOK]} {joined}".strip() if joined else last.strip()
        if len(joined) > _LOOK:
            break
        strength = _strength(joined)
        if strength > best and strength >= least:
            best, length = strength, count
        if best == _CERTAIN:
            break
    return length


_POSSIBLE, _LIKELY, _DATED_START, _CERTAIN = 1, 2, 3, 4


def _strength(joined: str) -> int:
    """How surely this text introduces a quote; where no quote follows, `_POSSIBLE` is not enough."""
    if not _VERB.search(f" {joined.lower()}") and not (
        joined.endswith((">:", "）:", "):")) and _MOMENT.search(joined) and _ADDRESS.search(joined)
    ):
        return 0
    if _DATED.match(joined) and _MOMENT.search(joined):
        return _DATED_START
    if _DATED_OPENER.match(joined) and _DAY.search(joined):
        return _CERTAIN
    return _LIKELY if _ADDRESS.search(joined) else _POSSIBLE


def _quote_follows(lines: list[str], index: int) -> bool:
    for line in lines[index + 1 : index + 6]:
        if line.strip():
            return bool(_QUOTED.match(line))
    return False


def _starts_signature(lines: list[str], index: int) -> bool:
    """`-- ` by itself; without the blank, which some programs strip, only above a few lines at the end."""
    if lines[index] == "-- ":
        return True
    mark = lines[index].strip()
    if mark not in ("--", "—", "–") and not (len(mark) > 20 and not mark.strip("_")):
        return False
    below = 0
    for line in lines[index + 1 :]:
        if _QUOTED.match(line):
            break
        below += bool(line.strip())
        if below > _SIGNATURE_LINES or line.rstrip().endswith("?"):
            return False
    return True


def _without_notices(lines: list[str]) -> list[str]:
    """Without the paragraphs that are legal notices; each is judged by itself, so that nothing else goes with one."""
    if not _mentions("\n".join(lines).lower(), phrases.NOTICE_SECRET + phrases.PRINT_NOTICES):
        return lines
    kept: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line:
            paragraph.append(line)
            continue
        if not _is_notice(" ".join(paragraph).lower()):
            kept += paragraph
        kept.append("")
        paragraph = []
    _trim(kept)
    return kept


def _is_notice(paragraph: str) -> bool:
    if len(paragraph) < _NOTICE_LENGTH:
        return _mentions(paragraph, phrases.PRINT_NOTICES)
    return all(
        _mentions(paragraph, words) for words in (phrases.NOTICE_SECRET, phrases.NOTICE_OTHERS, phrases.NOTICE_MAIL)
    )


def _mentions(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _without_closing(lines: list[str]) -> list[str]:
    """Without a formal closing and the name and post below it, provided that it reads like nothing else."""
    below = 0
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        if not line:
            continue
        if _CLOSING.match(line[:_LOOK]):
            above = lines[:index]
            _trim(above)
            return above or lines
        below += 1
        if below > _CLOSING_LINES or len(line) > _CLOSING_WIDTH or _says_something(line):
            break
    return lines


def _says_something(line: str) -> bool:
    """Whether a line below a closing is more than a name, a post, an address: a sentence, question or postscript."""
    words = len(line.split())
    is_sentence = words > 8 or (words > 3 and line.endswith((".", "!", ":")))
    return is_sentence or "?" in line or bool(_POSTSCRIPT.match(line))
