"""Many plugins' actions about one event → one agreed set. Pure: nothing here looks at the world.

At most one automatic mail to a client follows from one message: plugins speak in the order of their sections in the
configuration, and a later `Reply` is withheld as `another_answer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from whiteglove.actions import (
    Action,
    Approve,
    CancelWake,
    Draft,
    Drop,
    Flag,
    Forget,
    Forward,
    Hold,
    KeepPromise,
    Move,
    MovePromise,
    Note,
    Notify,
    OpenIncident,
    Post,
    Remember,
    Reply,
    SendSummary,
    UpdateIncident,
    Verdict,
    WakeAt,
    Warn,
    Withdraw,
)

ANOTHER_ANSWER = "another_answer"
SYSTEM_FLAGS = frozenset({r"\flagged", r"\seen", r"\answered"})
"""In lower case, since IMAP takes them so. What else begins with a backslash is the server's, or would delete."""
LONGEST_KEYWORD = 100
_ATOM = re.compile(r"[!#$&\'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
"""RFC 9051 section 9, ATOM-CHAR."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one plugin wants done about the event."""

    plugin: str
    actions: tuple[Action, ...]


@dataclass(slots=True)
class Settlement:
    """What is to be done. `reasons` says for each plugin, in a word, what it decided; `refused` holds actions that
    make no sense for this kind of event, with a text for the plugin's author."""

    replies: list[tuple[str, Reply]] = field(default_factory=list)
    withheld: list[tuple[str, Reply, str]] = field(default_factory=list)
    warnings: list[tuple[str, Warn]] = field(default_factory=list)
    memory: list[tuple[str, Remember | Forget]] = field(default_factory=list)
    kept: list[tuple[str, KeepPromise]] = field(default_factory=list)
    incidents: list[tuple[str, OpenIncident | UpdateIncident]] = field(default_factory=list)
    moved: list[tuple[str, MovePromise]] = field(default_factory=list)
    drafts: list[tuple[str, Draft | Withdraw]] = field(default_factory=list)
    timers: list[tuple[str, WakeAt | CancelWake]] = field(default_factory=list)
    forwarded: list[tuple[str, Forward]] = field(default_factory=list)
    calls: list[tuple[str, Post | Notify]] = field(default_factory=list)
    changes: list[tuple[str, Flag | Move]] = field(default_factory=list)
    summaries: list[tuple[str, SendSummary]] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


def settle(
    proposals: Sequence[Proposal],
    *,
    about_message: bool,
    answered: bool,
    has_message: bool = False,
    in_sent: bool = False,
) -> Settlement:
    """Agree on what is done.

    Args:
        proposals: in the order of the plugins' sections.
        about_message: whether the event is a client's message, so that a `Reply` has something to answer.
        answered: whether an earlier attempt at this event already led to a mail to the client.
        has_message: whether the event is about a message in the mailbox, so that a `Flag` or `Move` has something to
            change.
        in_sent: whether that message is the owner's own, which stays where it is.
    """
    agreed = Settlement()
    for proposal in proposals:
        for action in proposal.actions:
            match action:
                case Reply() if not about_message:
                    agreed.refused.append((proposal.plugin, "Reply needs a client's message as its event"))
                case Reply() if answered or agreed.replies:
                    agreed.withheld.append((proposal.plugin, action, ANOTHER_ANSWER))
                case Reply():
                    agreed.replies.append((proposal.plugin, action))
                case Warn():
                    _warn(agreed.warnings, proposal.plugin, action)
                case Remember() | Forget():
                    agreed.memory.append((proposal.plugin, action))
                case KeepPromise():
                    agreed.kept.append((proposal.plugin, action))
                case OpenIncident() | UpdateIncident():
                    agreed.incidents.append((proposal.plugin, action))
                case MovePromise():
                    agreed.moved.append((proposal.plugin, action))
                case Draft() | Withdraw():
                    agreed.drafts.append((proposal.plugin, action))
                case WakeAt() | CancelWake():
                    agreed.timers.append((proposal.plugin, action))
                case Forward():
                    agreed.forwarded.append((proposal.plugin, action))
                case Post() | Notify():
                    agreed.calls.append((proposal.plugin, action))
                case Flag() | Move() if fault := _objection(action, has_message=has_message, in_sent=in_sent):
                    agreed.refused.append((proposal.plugin, fault))
                case Flag() | Move():
                    agreed.changes.append((proposal.plugin, action))
                case SendSummary():
                    agreed.summaries.append((proposal.plugin, action))
                case Note():
                    pass
                case _:
                    agreed.refused.append((proposal.plugin, f"{type(action).__name__} is not known here"))
            if isinstance(action, Reply | Note):
                agreed.reasons.setdefault(proposal.plugin, action.reason)
    return agreed


def _objection(action: Flag | Move, *, has_message: bool, in_sent: bool) -> str | None:
    """Why this cannot be done, whatever the server says; for the plugin's author."""
    name = type(action).__name__
    if not has_message:
        return f"{name} needs an event that is about a message"
    match action:
        case Flag(flag=flag) if flag.startswith("\\") and flag.casefold() not in SYSTEM_FLAGS:
            return (
                f"Flag changes no {flag[:LONGEST_KEYWORD]}; right would be \\Flagged, \\Seen, \\Answered or a keyword"
            )
        case Flag(flag=flag) if not flag.startswith("\\") and not _ATOM.fullmatch(flag):
            return "Flag needs a keyword of ASCII letters, digits and signs, without spaces; right would be $Label1"
        case Flag(flag=flag) if len(flag) > LONGEST_KEYWORD:
            return f"Flag needs a keyword of at most {LONGEST_KEYWORD} characters"
        case Move() if in_sent:
            return "Move takes no message out of Sent"
        case Move(folder=folder) if not folder.strip():
            return "Move needs the name of a folder"
        case _:
            return None


def _warn(warnings: list[tuple[str, Warn]], plugin: str, warning: Warn) -> None:
    """Two plugins that warn of the same matter are heard once: the later section knows more about it."""
    for number, (other, known) in enumerate(warnings):
        if other != plugin and known.key == warning.key and known.client == warning.client:
            warnings[number] = plugin, warning
            return
    warnings.append((plugin, warning))


def strictest(verdicts: Iterable[Verdict | None]) -> Verdict:
    """The strictest of several reviews: Drop over Hold over Approve; of two holds the longer one, and one without an
    end, which waits for a person, is the longest."""
    result: Verdict = Approve()
    for verdict in verdicts:
        match verdict, result:
            case Drop(), _ if not isinstance(result, Drop):
                result = verdict
            case Hold(), Approve():
                result = verdict
            case Hold(until=until), Hold(until=present) if present is not None and (until is None or until > present):
                result = verdict
            case _:
                pass
    return result
