"""Address lists (RFC 5322 section 3.4) as people and programs really write them."""

from __future__ import annotations

import re
from functools import lru_cache

from whiteglove.message import Address
from whiteglove.parse.words import decode_words

MOST_ADDRESSES = 2_000
LONGEST_ADDRESS = 320
_LONGEST_NAME = 200

_USUAL = re.compile(r"\s*(?:\"([^\"\\<>]*)\"|([^\"\\<>@,;:()]*?))\s*<([\w.+=/&'#~!$%*^|{}?-]+@[\w.-]+\w)>\s*$")
_TOKEN = re.compile(
    r"(?P<quoted>\"(?:[^\"\\]|\\.)*(?:\"|\\?$))(?P<domain>@[^\s\"<>(),;:]+)?"
    r"|<(?P<angle>(?:\"(?:[^\"\\]|\\.)*\"|[^<>\"])*)>?"
    r"|\((?P<comment>(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*)(?:\)|$)"
    r"|(?P<mark>[,;:])"
    r"|(?P<word>[^\s\"<>(),;:]+)"
)
_USUAL_LENGTH = 300
_ESCAPED = re.compile(r"\\.")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_LOCAL_PART = r"(?:\"(?:[^\"\\\s]|\\.| )+\"|[^\s<>()\[\]\",;:\\@]+)"
_LABEL = r"[^\s<>()\[\]\",;:\\@.]+"
_VALID = re.compile(rf"{_LOCAL_PART}@(?:{_LABEL}(?:\.{_LABEL})*|\[[\w.:]+\])\.?$")


def parse_addresses(value: str) -> tuple[tuple[Address, ...], bool]:
    """The mailboxes of an address list, and whether something in it could not be read.

    Groups count with their members. What stands in angle brackets is the address, whatever the name says; without
    brackets it is the word with an `@`. A name is decoded, an address never is; its domain is given in its ASCII form.
    """
    return _parse_short(value) if len(value) < _USUAL_LENGTH else _parse(value)


# A mailbox gets its mail from few people, and nearly all of it to one.
@lru_cache(maxsize=512)
def _parse_short(value: str) -> tuple[tuple[Address, ...], bool]:
    if usual := _USUAL.match(value):
        return (_address(usual[3], usual[1] or usual[2] or ""),), False
    return _parse(value)


def _parse(value: str) -> tuple[tuple[Address, ...], bool]:
    if _ESCAPED.sub("", value).count('"') % 2:
        # A quote that is never closed would make everything behind it a name.
        value = value.replace('"', "")
    reader = _Reader()
    for token in _TOKEN.finditer(value):
        reader.take(token)
        if len(reader.found) >= MOST_ADDRESSES:
            return tuple(reader.found), True
    reader.end_mailbox()
    return tuple(reader.found), reader.broken


class _Reader:
    """Collects the words of one mailbox until a comma, a semicolon or another address ends it."""

    def __init__(self) -> None:
        self.found: list[Address] = []
        self.broken = False
        self._words: list[str] = []
        self._comment = ""
        self._address: str | None = None

    def take(self, token: re.Match[str]) -> None:
        if token["mark"] == ":":
            # What came before was the name of a group.
            self._words.clear()
        elif token["mark"]:
            self.end_mailbox()
        elif token["angle"] is not None:
            if self._address is not None:
                self.end_mailbox()
            # A route before the address and comments inside the brackets are obsolete, and still seen.
            self._address = _COMMENT.sub("", token["angle"]).rpartition(":")[2].strip()
        elif token["comment"] is not None:
            self._comment = token["comment"]
        elif token["domain"]:
            self._words.append(token["quoted"] + token["domain"])
        elif token["quoted"]:
            self._words.append(re.sub(r"\\(.)", r"\1", token["quoted"].strip('"')).replace("@", "\x00"))
        else:
            self._words.append(token["word"])

    def end_mailbox(self) -> None:
        words, address = self._words, self._address
        self._words, self._address = [], None
        comment, self._comment = self._comment, ""
        if address is not None:
            self._add(address, " ".join(words) or comment)
            return
        bare = [word for word in words if "@" in word]
        self.broken = self.broken or (bool(words) and not bare)
        name = " ".join(word for word in words if "@" not in word) or comment
        for word in bare:
            self._add(word, name)

    def _add(self, address: str, name: str) -> None:
        if len(address) <= LONGEST_ADDRESS and _VALID.match(address):
            self.found.append(_address(address.rstrip("."), name.replace("\x00", "@")))
        else:
            self.broken = self.broken or bool(address)


def _address(address: str, name: str) -> Address:
    known = address if address.isascii() else _with_ascii_domain(address)
    return Address(known, " ".join(decode_words(name).split())[:_LONGEST_NAME])


def _with_ascii_domain(address: str) -> str:
    """A domain in letters beyond ASCII as DNS has it (RFC 5890), which is how the client book has it too."""
    local_part, _, domain = address.rpartition("@")
    try:
        return f"{local_part}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
