"""What happened between the owner and a client, in the order of time: messages, promises, calls, incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from whiteglove.ledger import ClientNote, Incident, IncidentEntry, Promise, PromiseKind, PromiseState
from whiteglove.message import Address
from whiteglove.paper_trail.words import Words, words_in

_JUDGED = "judged"
"""The step in which whiteglove said how grave a matter is: an opinion, and nothing that happened."""


class Way(StrEnum):
    """Who wrote: the client's side, the owner, or whiteglove in the owner's name."""

    FROM_CLIENT = "from_client"
    FROM_OWNER = "from_owner"
    AUTOMATIC = "automatic"


class Missing(StrEnum):
    """Why the bytes of a message are not there: it does not lie in the mailbox any more, it is larger than is read, its
    mailbox is not configured any more, or it is a mail of ours that may never have gone out."""

    GONE = "gone"
    TOO_LARGE = "too_large"
    NO_MAILBOX = "no_mailbox"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message: the facts on record and, unless it is `missing`, the file that holds it unchanged, with its hash.

    `at` is INTERNALDATE, or for a mail of ours that was never seen in Sent when the server accepted it. `row` is its
    row in the store; None where it has none.
    """

    number: int
    at: datetime
    way: Way
    author: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    message_id: str = ""
    row: int | None = None
    file: str = ""
    sha256: str = ""
    size: int = 0
    missing: Missing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Everything that is told: of one client, from `since` (UTC) on. `language` is the owner's, as are the clocks."""

    client: str
    owner: str
    zone: ZoneInfo
    language: str
    since: datetime
    letters: tuple[Letter, ...] = ()
    promises: tuple[Promise, ...] = ()
    incidents: tuple[Incident, ...] = ()
    calls: tuple[ClientNote, ...] = ()

    @property
    def words(self) -> Words:
        return words_in(self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline. `file` is the message it rests on, empty where there is none; `quote` are words of the
    client's, or the owner's own note of a call."""

    at: datetime
    what: str
    quote: str = ""
    file: str = ""


def story_of(trail: Trail) -> tuple[Entry, ...]:
    """Everything that happened since the beginning of the trail, the oldest first. At the same instant a message comes
    before what followed from it."""
    of_kind = (_letters(trail), _calls(trail), _promises(trail), _incidents(trail))
    ranked = [(entry.at, rank, entry) for rank, entries in enumerate(of_kind) for entry in entries]
    return tuple(entry for at, _, entry in sorted(ranked, key=lambda one: one[:2]) if at >= trail.since)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """An instant as everybody reads it, with its offset: "2026-11-24 10:42 +01:00"."""
    written = at.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    return f"{written[:16]} {written[16:]}"


def person(address: Address) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address


def people(addresses: tuple[Address, ...]) -> str:
    return ", ".join(map(person, addresses))


def why_missing(letter: Letter, words: Words) -> str:
    """Why there is no file; "" where there is one."""
    return words[f"missing_{letter.missing}"] if letter.missing is not None else ""


def visible(text: str) -> str:
    """The text on one line without control and format characters, which could hide or turn round what stands there."""
    return "".join(sign if sign.isprintable() else "�" for sign in " ".join(text.split()))


def _letters(trail: Trail) -> Iterator[Entry]:
    words = trail.words
    for letter in trail.letters:
        what = words[letter.way].format(who=person(letter.author), to=people(letter.to))
        if letter.missing is not None:
            what = f"{what} ({why_missing(letter, words)})"
        yield Entry(at=letter.at, what=what, quote=letter.subject, file=letter.file)


def _calls(trail: Trail) -> Iterator[Entry]:
    words = trail.words
    for call in trail.calls:
        what = words["call_out" if call.outbound else "call_in"].format(owner=trail.owner, client=trail.client)
        minutes = words["minutes"].format(count=call.minutes) if call.minutes else ""
        yield Entry(at=call.at, what=f"{what}{minutes}", quote=call.text)


def _promises(trail: Trail) -> Iterator[Entry]:
    """When a time was told, and what became of it. Of a slot that nobody was told of nothing is said."""
    words = trail.words
    following = {(promise.uid, promise.sequence): promise for promise in trail.promises}
    for promise in trail.promises:
        if not promise.told:
            continue
        said = {"what": words[promise.kind], "due": clock(promise.due, trail.zone)}
        moved = following.get((promise.uid, promise.sequence + 1))
        if promise.made_at is not None:
            yield Entry(at=promise.made_at, what=words["promised"].format(**said))
        if _passed(promise):
            yield Entry(at=promise.due, what=words["passed"].format(**said))
        if promise.closed_at is not None and (ending := _ending(promise)):
            to = clock(moved.due, trail.zone) if moved is not None else "–"
            yield Entry(at=promise.closed_at, what=words[ending].format(**said, to=to))


def _passed(promise: Promise) -> bool:
    return promise.late or promise.state in (PromiseState.LATE, PromiseState.BROKEN)


def _ending(promise: Promise) -> str:
    """The name of what is said about its end; "" where there is nothing to say of it."""
    match promise.state:
        case PromiseState.KEPT:
            given = "answered" if promise.kind is PromiseKind.ANSWER else "given"
            return f"{given}_late" if promise.late else given
        case PromiseState.MOVED:
            return "moved"
        case PromiseState.BROKEN:
            return "broken"
        case _:
            return ""


def _incidents(trail: Trail) -> Iterator[Entry]:
    letters = {letter.row: letter for letter in trail.letters if letter.row is not None}
    for incident in trail.incidents:
        for entry in incident.entries:
            if entry.reason != _JUDGED:
                yield _step(incident, entry, letters, trail.words)


def _step(incident: Incident, entry: IncidentEntry, letters: Mapping[int, Letter], words: Words) -> Entry:
    letter = letters.get(entry.message) if entry.message is not None else None
    what = words["incident"].format(
        number=incident.row,
        kind=words.get(f"kind_{incident.kind}", incident.kind.replace("_", " ")),
        what=words.get(f"step_{entry.reason}", entry.reason.replace("_", " ")),
        state=words.get(f"state_{entry.state}", entry.state.replace("_", " ")),
    )
    return Entry(at=entry.at, what=what, quote=entry.cue, file=letter.file if letter is not None else "")
