"""What a message wishes beyond what was agreed: more work, or to pay less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from whiteglove import Kind, MessageReceived, Project, Touch, project_meant, touched
from whiteglove_plugins.scope.keeping import languages_of, running_projects
from whiteglove_plugins.scope.settings import Ctx

GRAVE = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})
_ABOUT_MONEY = GRAVE | {Kind.SCOPE_CHANGE, Kind.NEW_WORK, Kind.BILLING}
"""Among other kinds a word that sounds like a price request is none."""
_OF_CAPACITY = frozenset({Kind.URGENT_REQUEST, Kind.NEW_WORK})
_EVER = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one message asks for. `touch` is what it shares with the scope of the project that it means; `of_capacity`
    says that the plugin `capacity` lays the answer ready."""

    more: bool
    less: bool
    cue: str
    project: Project | None
    touch: Touch
    of_capacity: bool


def kinds_of(event: MessageReceived) -> frozenset[Kind]:
    """What the message wants; nothing for a machine's, and where nobody could tell."""
    found = event.message.classification
    return frozenset(found.kinds) if event.message.verdicts.human and found and not found.abstained else frozenset()


def wish_in(event: MessageReceived, cue: str | None, ctx: Ctx) -> Wish | None:
    """The wish in a message, with the words (`cue`) in which it asks to pay less; None where there is none.

    New work is a wish only of a client with a running project that has a scope. A classifier calls a price request a
    change of the scope too; it is more work as well only where it names what the scope leaves out.
    """
    kinds = kinds_of(event)
    running = running_projects(event.client.key, ctx)
    text = f"{event.message.subject}\n{event.text or ''}"
    project = project_meant(running, text)
    scope = project.scope if project is not None else ""
    touch = touched(scope, text, languages_of(event.client.key, ctx))
    of_capacity = bool(kinds & _OF_CAPACITY) and _was_silent(event, ctx)
    less = cue is not None and bool(kinds & _ABOUT_MONEY)
    is_new = Kind.NEW_WORK in kinds and any(one.scope for one in running) and not of_capacity
    more = is_new or (Kind.SCOPE_CHANGE in kinds and (not less or bool(touch.excluded)))
    if not more and not less:
        return None
    return Wish(more=more, less=less, cue=cue or "", project=project, touch=touch, of_capacity=of_capacity)


def _was_silent(event: MessageReceived, ctx: Ctx) -> bool:
    """Whether the client was heard of before, and then not for as long as `capacity` waits; a call is heard too."""
    at = event.message.received_at

    def heard(since: datetime) -> Iterator[datetime]:
        for message in ctx.ledger.messages(event.client.key, since):
            if not message.outbound and message.row != event.message.row and since < message.received_at <= at:
                yield message.received_at
        yield from (note.at for note in ctx.ledger.notes(event.client.key, since) if note.call and note.at <= at)

    return not any(heard(at - ctx.config.silent)) and any(heard(at - _EVER))
