"""What the rules of the screen look at: one message with everything they need prepared once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from whiteglove.clients import Book, Recognised
from whiteglove.message import Address, Kind, Message, Part
from whiteglove.screen.authentication import Result, is_forged, trusted_results
from whiteglove.text import new_text

_QUESTION_MARKS = "?？՞؟"
# The plain one counts at the end of a word; within one it belongs to an address.
_QUESTION = re.compile(r"[?？՞؟](?:(?<!\?)|(?=[\s\"'»”)]|$))")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus"
    r"|sehr geehrte[rs]?|bonjour|salut|cher|chère|hola|buen(?:os|as)|estimad[oa]|ciao|buongiorno|gentile|olá|bom dia"
    r"|prezad[oa]|beste|geachte|hej|hei)\b[\s,]*((?:\w{1,5}\.\s)?[^.;:!?]{0,60})",
    re.IGNORECASE,
)
_NAME = re.compile(r"\w{2,}")
_WORD = re.compile(r"\w+")
FIRST_PAGES = 4000

_T = TypeVar("_T")


class _once(Generic[_T]):
    """As `functools.cached_property`, without the lock that Python 3.11 takes, which costs more than most of what is
    found out here; a message is under the screen in one thread."""

    def __init__(self, find_out: Callable[[Any], _T]) -> None:
        self._find_out = find_out
        self._name = find_out.__name__
        self.__doc__ = find_out.__doc__

    def __get__(self, mail: Any, _: type | None = None) -> _T:
        found = mail.__dict__[self._name] = self._find_out(mail)
        return found


@dataclass(frozen=True)
class Evidence:
    """One message under the screen. `fields` holds the values of each header field by its name in lower case."""

    message: Message
    text: str | None
    book: Book
    fields: Mapping[str, Sequence[str]]
    authserv_id: str | None = None
    junk: bool = False

    @classmethod
    def of(cls, message: Message, text: str | None, book: Book, authserv_id: str | None, junk: bool) -> Evidence:
        fields: dict[str, list[str]] = {}
        for name, value in message.headers:
            fields.setdefault(name.lower(), []).append(value)
        return cls(message, text, book, fields, authserv_id, junk)

    def first(self, name: str) -> str:
        """The first value of a field, "" where there is none; the name in lower case."""
        return self.fields[name][0] if name in self.fields else ""

    @_once
    def new(self) -> str:
        """The text without quotes, so that a phrase that somebody quotes is not held for theirs."""
        return new_text(self.text) if self.text else ""

    @_once
    def words(self) -> str:
        """The first pages of the new text in lower case, to see cheaply whether a search in it is worth its time."""
        return self.new[:FIRST_PAGES].lower()

    @_once
    def extensions(self) -> tuple[str, ...]:
        """The names of the fields that no standard has."""
        return tuple([name for name in self.fields if name.startswith("x-")])

    @_once
    def opening(self) -> tuple[str, ...]:
        """The first lines of the new text that are not blank, where a machine says what its mail is; blanks folded."""
        lines = (" ".join(line[:300].split()) for line in self.new[:FIRST_PAGES].split("\n"))
        return tuple(islice(filter(None, lines), 15))

    @_once
    def first_line(self) -> str:
        """The first of the `opening`, "" where there is none: that is all that is looked at of most mail."""
        return " ".join(self.new[:300].partition("\n")[0].split())

    @_once
    def asks(self) -> bool:
        """Whether a question stands in the first pages of the new text."""
        return any(mark in self.words for mark in _QUESTION_MARKS) and _QUESTION.search(self.words) is not None

    @_once
    def greets_owner(self) -> bool:
        """Whether the text begins with a greeting and a name of the owner's; one with an address, as servers have it,
        is none."""
        greeting = _GREETING.match(self.first_line)
        if greeting is None or "@" in greeting[1]:
            return False
        names = _NAME.findall(self.book.owner.name.casefold())
        return not set(_WORD.findall(greeting[1].casefold())).isdisjoint(names)

    @_once
    def parts(self) -> tuple[Part, ...]:
        """The parts of the message itself, not those of messages attached to it."""
        root = self.message.structure
        if root is None or not root.children:
            return (root,) if root else ()
        return tuple(_own_parts(root))

    @_once
    def authentication(self) -> tuple[Result, ...]:
        """What the trusted server found out about the sender."""
        if "authentication-results" not in self.fields:
            return ()
        return trusted_results(self.message.headers, self.authserv_id)

    @_once
    def forged(self) -> bool:
        """Whether the trusted server found the sender forged."""
        return is_forged(self.authentication)

    @_once
    def sender(self) -> Recognised:
        """Whose address the author's is; that of the first where there are several."""
        return self.book.recognise(self.message.author[0] if self.message.author else Address(""))


def _own_parts(part: Part) -> Iterator[Part]:
    yield part
    if not part.content_type.startswith("message/"):
        for child in part.children:
            yield from _own_parts(child)


class Finding(NamedTuple):
    """What a rule found: the reason, and the kind of machine where it can be told."""

    reason: str
    kind: Kind | None


Rule = Callable[[Evidence], Finding | None]
"""A rule on whether a machine wrote the message; None where the rule does not fire."""

Objection = Callable[[Evidence], str | None]
"""A rule on whether a person's message may be acknowledged; a reason against it, or None."""
