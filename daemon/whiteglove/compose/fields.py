"""Header fields as lines of ASCII: cleaned, encoded (RFC 2047) and folded (RFC 5322 section 2.2.3).

Built by hand, since the standard library's `EmailMessage` needs a millisecond for what takes some microseconds here.
Nothing that comes in can end a line early: whatever is white space becomes a space, and control characters and lone
surrogates are dropped, before anything else happens to a text.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Sequence

from whiteglove.message import Address
from whiteglove.text import clean

PREFERRED = 78
"""Octets of a line that are preferred, and below, those that every header line stays under (RFC 5322 2.1.1)."""
LONGEST_LINE = 998

LONGEST_ENCODED_LINE = 76
"""Of a line that holds an encoded-word (RFC 2047 section 2)."""

LONGEST_NAME = 100
LONGEST_WORD = 66
"""Of an encoded-word, its markers included: 75 are allowed (RFC 2047 section 2), fewer fit beside a field's name."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MESSAGE_ID = re.compile(r"[^\s<>@\x00-\x20\x7f-\U0010ffff]+@[^\s<>@\x00-\x20\x7f-\U0010ffff]+")

_HEAD, _TAIL = "=?utf-8?", "?="
_ROOM = LONGEST_WORD - len(_HEAD + "q?" + _TAIL)
# The letters that may stand for themselves in a display name too (RFC 2047 section 5, rule 3).
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = tuple("_" if octet == 0x20 else chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in range(256))
_Q_LENGTH = tuple(map(len, _Q))


def one_line(text: str) -> str:
    """One line of text, without anything that a header must not hold; runs of white space become one space."""
    return " ".join(clean(text).split())


def text_field(name: str, text: str) -> str:
    """An unstructured field, for example the subject. The text is one line already."""
    if len(name) + 2 + len(text) <= PREFERRED and not _needs_encoding(text):
        return f"{name}: {text}"
    return _folded(name, _words(text))


def address_field(name: str, address: Address) -> str:
    """A field with one mailbox. The address itself is never repaired beyond dropping what no header may hold: whether
    it is the right one is for the guard to see."""
    spec = f"<{_bare(address.address)}>"
    shown = one_line(address.name)[:LONGEST_NAME].rstrip()
    if not shown:
        return f"{name}: {spec}"
    if _needs_encoding(shown):
        words = list(_encoded_words(shown))
    elif _ATOMS.fullmatch(shown):
        words = [shown]
    else:
        words = ['"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _folded(name, [*words, spec])


def id_field(name: str, ids: Iterable[str]) -> str:
    """A field of Message-IDs, one a line where they are many."""
    return f"{name}: " + CRLF_SPACE.join(f"<{legal_id}>" for legal_id in ids)


def legal_ids(ids: Iterable[str]) -> list[str]:
    """The ids that may stand in a header, in order, each once; a broken one is left out (rule R55)."""
    return list(dict.fromkeys(found for found in ids if len(found) <= _LONGEST_ID and _MESSAGE_ID.fullmatch(found)))


def thread_ids(references: Iterable[str], parent: str) -> list[str]:
    """The References of an answer: those of its parent, then the parent. Of a long thread the first id and as many of
    the last as keep the field below the limit of one line, since some programs unfold it before they look."""
    ids = [*(found for found in legal_ids(references) if found != parent), parent]
    room = LONGEST_LINE - len("References:") - sum(len(found) + len(" <>") for found in ids)
    while room < 0 and len(ids) > 1:
        # The first id names the thread; where only it and the parent are left, it is the one too many.
        room += len(ids.pop(1 if len(ids) > 2 else 0)) + len(" <>")
    return ids


def token_text(text: str) -> str:
    """A value that holds no space and nothing beyond printable ASCII."""
    return _UNPRINTABLE.sub("", text).replace(" ", "")


CRLF_SPACE = "\r\n "
_LONGEST_ID = 480
"""Longer ones exist in the wild only as faults or attacks; two of this length still fit one field of 998 octets."""


def _bare(address: str) -> str:
    return "".join(clean(address).split()).replace("<", "").replace(">", "")


def _needs_encoding(text: str) -> bool:
    # A literal "=?" would be decoded by the reader's program into words that nobody checked.
    return not text.isascii() or "=?" in text


def _words(text: str) -> list[str]:
    """The words of a text, from the first to the last that need it encoded together: "Re:" stays for all to read."""
    words = text.split(" ")
    needy = [at for at, word in enumerate(words) if _needs_encoding(word)]
    if not needy:
        return words
    first, last = needy[0], needy[-1] + 1
    return [*words[:first], *_encoded_words(" ".join(words[first:last])), *words[last:]]


def _folded(name: str, words: Sequence[str]) -> str:
    longest = LONGEST_ENCODED_LINE if any(word.startswith(_HEAD) for word in words) else PREFERRED
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > longest and len(line) > len(name) + 1:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _encoded_words(text: str) -> Iterator[str]:
    """Encoded-words of whole characters, none longer than `LONGEST_WORD`; by the shorter encoding."""
    payload = text.encode("utf-8")
    quoted = sum(map(_Q_LENGTH.__getitem__, payload))
    if quoted <= len(payload) * 4 // 3 + 3:
        return _quoted(text)
    return _base64(text)


def _quoted(text: str) -> Iterator[str]:
    chunk, used = "", 0
    for character in text:
        unit = _Q[ord(character)] if character < "\x80" else "".join(_Q[octet] for octet in character.encode("utf-8"))
        if used + len(unit) > _ROOM:
            yield f"{_HEAD}q?{chunk}{_TAIL}"
            chunk, used = "", 0
        chunk += unit
        used += len(unit)
    yield f"{_HEAD}q?{chunk}{_TAIL}"


def _base64(text: str) -> Iterator[str]:
    chunk = b""
    for character in text:
        unit = character.encode("utf-8")
        if len(chunk) + len(unit) > _ROOM // 4 * 3:
            yield f"{_HEAD}b?{b2a_base64(chunk, newline=False).decode('ascii')}{_TAIL}"
            chunk = b""
        chunk += unit
    yield f"{_HEAD}b?{b2a_base64(chunk, newline=False).decode('ascii')}{_TAIL}"
