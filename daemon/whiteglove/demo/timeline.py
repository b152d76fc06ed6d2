"""What happened, as rows for a person to read: each from a mail that a server has, a line of the daemon's log, or what
`explain` says of a message. Nothing else is known here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.clients import Owner
from whiteglove.guard import REASONS as GUARD_REASONS
from whiteglove.message import Address
from whiteglove.screen import REASONS as SCREEN_REASONS


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as it lies in the mailbox, in INBOX or in Sent."""

    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Left:
    """A mail as the SMTP server got it."""

    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the log."""

    at: datetime
    values: Mapping[str, Any]

    @property
    def event(self) -> str:
        return str(self.values["event"])

    @property
    def reason(self) -> str:
        return str(self.values.get("reason") or "")

    @property
    def message_id(self) -> str:
        """Without angle brackets; "" where the line is about no mail."""
        return str(self.values.get("message_id") or "").strip("<>")


@dataclass(frozen=True, slots=True)
class Explained:
    """What `whiteglove explain` says of a client's message."""

    at: datetime
    answer: Mapping[str, Any]


Happening = Arrived | Left | Logged | Explained


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the timeline. `tone` is `in`, `good`, `held`, `grave`, `owner` or `plain`; `quoted` are lines of a
    mail. Of a mail that left, `raw` are the bytes and `client` the key of whom it went to, None for the owner."""

    at: datetime
    word: str
    text: str
    tone: str = "plain"
    quoted: tuple[str, ...] = ()
    raw: bytes | None = None
    client: str | None = None


_ENTRIES: Mapping[str, tuple[str, str, str]] = {
    "daemon.ready": ("ready", "plain", "the daemon watches the mailbox and has its line"),
    "obligation.opened": ("owed", "plain", "{who}: {owner}'s own answer{by}"),
    "obligation.answered": ("answered", "good", "{who}: by {owner}, in person"),
    "obligation.overdue": ("overdue", "grave", "{who}: {owner}'s own answer{by}"),
    "mail.withheld": ("withheld", "held", "{who}: {why}"),
    "mail.cancelled": ("called off", "held", "{who}: {why}"),
    "promise.made": ("promised", "good", "{who}: the {kind} on {due}"),
    "promise.kept": ("kept", "good", "{who}: the {kind} of {due}, {punctual}, seen by {reason}"),
    "promise.late": ("late", "grave", "{who}: the {kind} of {due} has not gone out"),
    "promise.broken": ("broken", "grave", "{who}: the {kind} of {due} is still owed"),
    "incident.opened": ("incident", "grave", "{who}: number {incident} is open, {kind}"),
    "incident.updated": ("incident", "grave", "{who}: number {incident}, {why}"),
    "incident.resolved": ("incident", "good", "{who}: number {incident} is resolved, {why}"),
    "contact.exceeded": ("contact", "grave", "{who}: {count} messages, agreed were {limit}"),
}
"""Events that are told in a sentence of their own: the word, the tone, the sentence."""

_TOLD_OTHERWISE = frozenset({"mailbox.connected", "message.received", "mail.planned", "mail.sent", "summary.sent"})
_MEANINGS = {**SCREEN_REASONS, **GUARD_REASONS}


class Timeline:
    """Turns what happened into rows. `names` are the clients' by their keys."""

    def __init__(self, owner: Owner, names: Mapping[str, str]) -> None:
        self._owner = owner
        self._names = names
        self._zone = ZoneInfo(owner.timezone)

    def rows(self, happenings: Sequence[Happening]) -> Iterator[Row]:
        """What happened at one moment, in order. A mail that left stands where the log says that it was sent."""
        left = {identity(one.raw): one for one in happenings if isinstance(one, Left)}
        summaries = {one.message_id for one in happenings if isinstance(one, Logged) and one.event == "summary.sent"}
        if history := [one for one in happenings if isinstance(one, Logged) and one.values.get("history")]:
            yield from self._history(history)
        for one in happenings:
            match one:
                case Arrived():
                    yield self._arrived(one)
                case Explained():
                    yield from _explained(one)
                case Logged(event="mail.sent"):
                    yield self._sent(one, left.pop(one.message_id, None), summaries)
                case Logged():
                    yield from self._logged(one)
        for unlogged in left.values():
            yield Row(unlogged.at, "unknown", "a mail left that the log does not tell of", "grave", raw=unlogged.raw)

    def _history(self, lines: Sequence[Logged]) -> Iterator[Row]:
        number = sum(line.event == "message.received" for line in lines)
        if number:
            yield Row(lines[0].at, "history", f"{number} messages from before: learned from, never answered")

    def _arrived(self, one: Arrived) -> Row:
        mail = _read(one.raw)
        name, address = parseaddr(str(mail["From"]))
        by_hand = self._owner.is_own(Address(address))
        who = f"{name} to {mail['To']}" if by_hand else f"{name} <{address}>"
        copy = f", Cc {mail['Cc']}" if mail["Cc"] else ""
        said = " ".join(_body(mail).split())
        return Row(one.at, "by hand" if by_hand else "arrives", f"{who}{copy}: “{mail['Subject']}”", "in", (said,))

    def _sent(self, line: Logged, left: Left | None, summaries: Collection[str]) -> Row:
        if left is None:
            return Row(line.at, "unknown", "the log tells of a mail that the server never had", "grave")
        mail, client = _read(left.raw), line.values.get("client")
        attached = [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
        extra = f", with {', '.join(attached)}" if attached else ""
        if line.message_id in summaries:
            text = f"to {mail['To']}: “{mail['Subject']}”"
            return Row(line.at, "summary", text, "owner", tuple(_body(mail).strip().splitlines()), left.raw)
        quoted = tuple(row for row in _body(mail).splitlines() if row.strip())
        if client is None:
            # The subject of a notice is the beginning of what it says.
            return Row(line.at, "notice", f"to {mail['To']}:", "owner", quoted, left.raw)
        text = f"to {mail['To']}: “{mail['Subject']}”{extra}"
        return Row(line.at, "answer", text, "good", quoted, left.raw, str(client))

    def _logged(self, line: Logged) -> Iterator[Row]:
        values = line.values
        if line.event == "message.received" and not values.get("client"):
            yield Row(line.at, "silence", _why(line.reason), "held")
        elif line.event == "mail.planned" and values.get("client"):
            who = self._names.get(values["client"], values["client"])
            at = self._local(values["due"]).strftime("%H:%M")
            yield Row(line.at, "planned", f"{who}: an answer at {at}, unless {self._first_name} is faster")
        elif entry := _ENTRIES.get(line.event):
            word, tone, sentence = entry
            yield Row(line.at, word, sentence.format_map(self._fields(line)), tone)
        elif line.event not in _TOLD_OTHERWISE:
            said = "".join(f" {name}={value}" for name, value in values.items() if name not in ("timestamp", "event"))
            yield Row(line.at, "log", line.event + said, "grave")

    def _fields(self, line: Logged) -> dict[str, Any]:
        due = line.values.get("due")
        day = self._local(due).strftime("%a %d %b, %H:%M") if due else ""
        client = line.values.get("client") or ""
        return {
            **line.values,
            "owner": self._first_name,
            "who": self._names.get(client, client),
            "due": day,
            "by": f", by {day}" if day else "",
            "why": _why(line.reason),
            "punctual": "late" if line.values.get("late") else "in time",
        }

    @property
    def _first_name(self) -> str:
        return self._owner.name.partition(" ")[0]

    def _local(self, instant: str) -> datetime:
        return datetime.fromisoformat(instant).astimezone(self._zone)


def identity(raw: bytes) -> str:
    """The Message-ID of a mail, without angle brackets."""
    return str(_read(raw)["Message-ID"] or "").strip().strip("<>")


def page_of(raw: bytes) -> str | None:
    """The page of a mail that has one (text/html)."""
    part = _read(raw).get_body(("html",))
    return str(part.get_content()) if part is not None else None


def _explained(one: Explained) -> Iterator[Row]:
    message, decision = one.answer["message"], one.answer["decision"]
    if message["history"]:
        return
    if message["kinds"]:
        cues = "; ".join(f"“{cue}”" for cue in message["cues"])
        wants = ", ".join(message["kinds"]) + (", but not surely" if message["abstained"] else "")
        yield Row(one.at, "wants", f"{wants}, because of {cues}" if cues else wants)
    if decision["action"] == "nothing":
        yield Row(one.at, "silence", _why(decision["reason"]), "held")


def _why(reason: str | None) -> str:
    """A reason code with its meaning, where it is one of the screen's or the guard's; a plugin's own stands alone."""
    meaning = _MEANINGS.get(reason or "")
    return f"{reason} – {meaning}" if meaning else reason or "no reason is known"


def _read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""
