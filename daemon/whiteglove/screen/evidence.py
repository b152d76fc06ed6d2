"""What the rules of the screen look at: one message with everything they need prepared once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from whiteglove.clients import Book, Recognised
from whiteglove.message import Address, Kind, Message, Part
from whiteglove.screen.authentication import Result, trusted_results
from whiteglove.text import new_text

_QUESTION_MARKS = "?？՞؟"
_QUESTION = re.compile(r"\?(?=[\s\"'»”)]|$)|[？՞؟]")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus"
    r"|sehr geehrte[rs]?|bonjour|salut|cher|chère|hola|buen(?:os|as)|estimad[oa]|ciao|buongiorno|gentile|olá|bom dia"
    r"|prezad[oa]|beste|geachte|hej|hei)\b[\s,]*((?:\w{1,5}\.\s)?[^.;:!?]{0,60})",
    re.IGNORECASE,
)


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

    @cached_property
    def new(self) -> str:
        """The text without quotes, so that a phrase that somebody quotes is not held for theirs."""
        return new_text(self.text) if self.text else ""

    @cached_property
    def words(self) -> str:
        """The first pages of the new text in lower case, to see cheaply whether a search in it is worth its time."""
        return self.new[:4000].lower()

    @cached_property
    def extensions(self) -> tuple[str, ...]:
        """The names of the fields that no standard has."""
        return tuple(name for name in self.fields if name.startswith("x-"))

    @cached_property
    def opening(self) -> tuple[str, ...]:
        """The first lines of the new text that are not blank, where a machine says what its mail is; blanks folded."""
        return tuple(islice(self._lines(), 15))

    @cached_property
    def first_line(self) -> str:
        """The first of the `opening`, "" where there is none: that is all that is looked at of most mail."""
        return next(self._lines(), "")

    def _lines(self) -> Iterator[str]:
        return filter(None, (" ".join(line[:300].split()) for line in self.new[:4000].split("\n")))

    @cached_property
    def asks(self) -> bool:
        """Whether a question stands in the first pages of the new text."""
        return any(mark in self.words for mark in _QUESTION_MARKS) and _QUESTION.search(self.words) is not None

    @cached_property
    def greets_owner(self) -> bool:
        """Whether the text begins with a greeting and a name of the owner's; one with an address, as servers have it,
        is none."""
        greeting = _GREETING.match(self.first_line)
        if greeting is None or "@" in greeting[1]:
            return False
        names = re.findall(r"\w{2,}", self.book.owner.name.casefold())
        return not set(re.findall(r"\w+", greeting[1].casefold())).isdisjoint(names)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the message itself, not those of messages attached to it."""
        root = self.message.structure
        return tuple(_own_parts(root)) if root else ()

    @cached_property
    def authentication(self) -> tuple[Result, ...]:
        """What the trusted server found out about the sender."""
        if "authentication-results" not in self.fields:
            return ()
        return trusted_results(self.message.headers, self.authserv_id)

    @cached_property
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
