"""What a plugin wants done. Only the core does it, in one commit with the mark that the plugin has handled the event.

Every action says its `reason`, a short code that lands in the log and in `explain`. The mirror of this file is
`events.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from whiteglove.ledger import IncidentKind, IncidentState, PromiseKind, Severity
from whiteglove.message import Json as Json

URGENCIES = ("now", "today", "digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answer the message of the event, in its thread, to its author alone.

    `template` is a name; the core finds the text in the client's language. `values` are the plugin's own values for it.
    With `tells`, the mail tells the client's next report time, or the time by which the owner answers: the core reads
    the time from the ledger at the moment of sending. `again` is the short template used where this person was told
    the same time in another thread already. `delay` counts from the message's arrival; the owner's own quick answer
    cancels the reply. `calendar` attaches the time as a calendar entry.
    """

    template: str
    values: Mapping[str, Json] = field(default_factory=dict)
    tells: PromiseKind | None = None
    again: str | None = None
    delay: timedelta = timedelta(0)
    calendar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(Action):
    """Tell the owner something in one or two sentences: the fact, the number, the next step.

    `now` goes out at once, `today` in the next working minute, `digest` waits for the daily summary. Warnings with the
    same `key` that wait together become one; with `once`, a key that was told within that time is not told again. Where
    two plugins warn about one event under the same key, the later section's words stand. `reminds` is the row of the
    promise that it is a reminder of.
    """

    key: str
    text: str
    urgency: str = "now"
    client: str | None = None
    once: timedelta | None = None
    reminds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(Action):
    """Keep a value in the plugin's own memory, until `until` if that is given."""

    key: str
    value: Json
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Action):
    """Drop a value from the plugin's own memory."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPromise(Action):
    """Close the client's open report promise as kept, with what proves it."""

    client: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePromise(Action):
    """Move the client's next report to another instant (UTC): their open promise, else the next slot. Everybody who was
    told the old time is told the new one, once. An instant in the past or on a day off is refused."""

    client: str
    to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident(Action):
    """Open an incident with a client, or add this to the one that is open about the same `matter`.

    `message`, `promise` and `cue` are what proves it. From now on nothing automatic goes to this client. `severity` is
    how grave the plugin judges the matter with this step; what was judged graver before stays so.
    """

    client: str
    kind: IncidentKind
    matter: str
    message: int | None = None
    promise: int | None = None
    cue: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncident(Action):
    """Add to an open incident what happened, and move it to `state` where that is named. A resolved one stays so.

    The other fields are those of `OpenIncident`.
    """

    incident: int
    state: IncidentState | None = None
    message: int | None = None
    promise: int | None = None
    cue: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSummary(Action):
    """Send the owner the summary of a local date: every plugin is asked for its part. Once a date, however often it is
    asked for. It says when the one after it comes, `following`."""

    date: date
    following: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Action):
    """Lay a mail to a client ready in the owner's Drafts; the owner reads it, changes it, sends it, or does not.

    `key` is the plugin's own name for it. A draft with a key that was used before replaces the one that still lies
    there untouched; where a person has changed, sent or deleted that one, nothing is laid there again. `template` is a
    name; the core finds the text in the client's language. `values` are the plugin's own; in the template
    `say_day(value)` and `say_time(value)` put an ISO date or instant among them into the reader's words. `subject`
    names a template of one line. `brief` says in the owner's language what the draft is for; where there is no text in
    the client's language, the owner gets the brief alone.

    `to` is the address of one of the client's people; without it, it goes to the author of the message answered, else
    to who wrote or was written to last. `answers` is the row of the message that it replies to. With `tells`, the next
    report's time is `when`, read from the ledger. `is_report`: sent on, it is the client's report. From `until` on it
    is withdrawn, if nobody has touched it.
    """

    key: str
    client: str
    template: str
    subject: str
    brief: str
    values: Mapping[str, Json] = field(default_factory=dict)
    to: str | None = None
    answers: int | None = None
    tells: PromiseKind | None = None
    is_report: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Action):
    """Take a draft of this plugin's away again, since it is not true any more; not one that a person has changed."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt(Action):
    """Call the plugin's `on_timer` at an instant (UTC), or soon after it; a timer with the same key is set anew."""

    key: str
    at: datetime
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWake(Action):
    """Drop a timer of this plugin's, if it is set."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Action):
    """Hand a client's message to a teammate: a mail to them with what it is about, the message itself attached, and the
    answer that the client waits for.

    `to` is an address of `[[team]]`; nobody else is ever written to. `message` is the row of the message. `brief` says
    in the owner's language what the teammate needs to know. Where the message still needs an answer, the teammate owes
    it from now on, until `due` (UTC), else until the agreed time; when that has passed it is the owner's again.
    """

    message: int
    to: str
    brief: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Action):
    """Send a JSON object to a web address (HTTP POST), after the commit; tried again for a day where it is not taken.

    `url` is https://, or http:// on this machine. Everything that is in `body` leaves the machine: never a text of a
    mail's. `signed_with` says where a key is kept, as passwords of the configuration are (`{"credential": "hook"}`);
    the body is then signed with it (HMAC, SHA-256). It may arrive more than once; `X-Whiteglove-Delivery` tells.
    """

    url: str
    body: Mapping[str, Json]
    signed_with: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Action):
    """Tell the owner on another way than by mail, at once: `to` says where the addresses (URLs of apprise) are kept, as
    passwords are. Where it fails, or the way is not installed, the owner gets it by mail."""

    title: str
    text: str
    to: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Action):
    """Set a flag of the message of the event, where it lies in the mailbox, or take it away.

    `flag` is `\\Flagged`, `\\Seen`, `\\Answered`, or a keyword such as `$Label1` (RFC 9051 section 2.3.2); with `set`
    False it is taken away. The message of an event is the one that a client or the owner wrote, or that an obligation
    is about. Where the folder keeps no such flag nothing is done, and the next summary says so.
    """

    flag: str
    set: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Action):
    """Move the message of the event to another folder of its mailbox; never out of Sent or Drafts, nor into them.

    `folder` is its full name, as the server has it; it must be there. The message of an event is that of `Flag`. One
    that the owner has moved or deleted meanwhile is left alone; one that comes to lie in another watched folder is not
    handled again.
    """

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Action):
    """Nothing is done; why it was not stands in the record and in `explain`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """This plugin has nothing against the mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The mail waits until `until`, or, without one, for a person. Stricter than `Approve`."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The mail is not to be sent. The strictest verdict."""

    reason: str


Actions = Iterable[Action] | None
Verdict = Approve | Hold | Drop
