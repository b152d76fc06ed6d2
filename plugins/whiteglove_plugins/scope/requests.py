"""What a client wishes beyond what was agreed: the record of one such wish, as a plugin can keep it in its memory.

A record holds rows of messages, the words of the client book, and who said it in which words, in one text: what is
known of a person is found by their name when they are forgotten, and taken out of the record. So anything that is read
back may lack a part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from whiteglove import Json

_MOST_STEPS = 40
_MOST_MESSAGES = 40


class RequestState(StrEnum):
    """`OFFERED`: the owner sent an offer. `AGREED` and `DECLINED` are the owner's word, `DROPPED` is silence."""

    OPEN = "open"
    OFFERED = "offered"
    AGREED = "agreed"
    DECLINED = "declined"
    DROPPED = "dropped"


SETTLED = frozenset({RequestState.AGREED, RequestState.DECLINED, RequestState.DROPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStep:
    """What happened: a new state, or (None) the owner wrote about it otherwise. `message` is the row that proves it."""

    at: datetime
    state: RequestState | None
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One wish of a client's.

    `messages` are the rows in which it was said, the first one first, `thread` is that one's. `project` is the name of
    the project that was meant, empty where nobody could tell, `scope` what was agreed then. `more` asks for further
    work, `less` to pay less; both may be true. `said` is the person's name and their words, empty where they were
    forgotten. `clause` is the part of the scope that leaves the wish out in so many words.
    """

    messages: tuple[int, ...]
    thread: int
    at: datetime
    project: str = ""
    scope: str = ""
    more: bool = False
    less: bool = False
    said: str = ""
    clause: str = ""
    steps: tuple[RequestStep, ...] = ()

    @property
    def state(self) -> RequestState:
        return next((step.state for step in reversed(self.steps) if step.state is not None), RequestState.OPEN)

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def answered_at(self) -> datetime | None:
        """When the owner last wrote about it."""
        return max((step.at for step in self.steps if step.state not in SETTLED), default=None)

    def stepped(self, at: datetime, state: RequestState | None, message: int | None = None) -> ChangeRequest:
        """The record with one step more; of very many the first ones go."""
        step = RequestStep(at=at, state=state, message=message)
        return replace(self, steps=(*self.steps, step)[-_MOST_STEPS:])

    def said_again(self, message: int, *, more: bool, less: bool) -> ChangeRequest:
        """The record once a further message said it; of very many only the first ones are kept."""
        messages = tuple(dict.fromkeys((*self.messages, message)))[:_MOST_MESSAGES]
        return replace(self, messages=messages, more=self.more or more, less=self.less or less)

    def as_of(self, moment: datetime) -> ChangeRequest:
        """The record as it stood at an instant that is over."""
        return replace(self, steps=tuple(step for step in self.steps if step.at <= moment))

    def to_json(self) -> dict[str, Json]:
        return {
            "messages": list(self.messages),
            "thread": self.thread,
            "at": self.at.isoformat(),
            "project": self.project,
            "scope": self.scope,
            "more": self.more,
            "less": self.less,
            "said": self.said,
            "clause": self.clause,
            "steps": [[step.at.isoformat(), step.state, step.message] for step in self.steps],
        }


def request_from_json(value: Json) -> ChangeRequest | None:
    """The record that `to_json` made; None for anything that is none, or lost a part it cannot do without."""
    if not isinstance(value, dict):
        return None
    try:
        return ChangeRequest(
            messages=_rows(value["messages"]),
            thread=int(str(value["thread"])),
            at=_instant(value["at"]),
            project=_text(value, "project"),
            scope=_text(value, "scope"),
            more=value.get("more") is True,
            less=value.get("less") is True,
            said=_text(value, "said"),
            clause=_text(value, "clause"),
            steps=_steps(value.get("steps")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _rows(value: Json) -> tuple[int, ...]:
    rows = tuple(row for row in value if isinstance(row, int)) if isinstance(value, list) else ()
    if not rows:
        raise ValueError("a wish that nobody said")
    return rows


def _steps(value: Json) -> tuple[RequestStep, ...]:
    found = []
    for step in value if isinstance(value, list) else []:
        match step:
            case [str(at), str() | None as state, int() | None as message]:
                known = RequestState(state) if state is not None else None
                found.append(RequestStep(at=_instant(at), state=known, message=message))
    return tuple(found)


def _text(value: Mapping[str, Json], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""


def _instant(value: Json) -> datetime:
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("an instant has its offset")
    return instant
