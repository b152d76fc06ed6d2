"""How grave an incident is, from what is on record about it: points for each sign, and no reading of minds.

| sign | points |
|---|---|
| the client complains, or names a deadline as missed | 1 |
| a promise was broken, not only late | 1 |
| each further complaint about it, two at most | 1 |
| the words of a complaint are upset or press hard | 1 |
| it is two working days late or more | 1 |
| the engagement is a retainer or permanent, or a project of theirs is of high profile | 1 |
| another matter is open with them, or was within three months | 1 |

Two points are serious, four are grave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from whiteglove import (
    Client,
    Context,
    Engagement,
    Incident,
    IncidentKind,
    Project,
    Promise,
    PromiseState,
    RecordedMessage,
    Severity,
)
from whiteglove_plugins.incidents.matters import PROMISE_BROKEN, SAME_MATTER, complaints, promise_of
from whiteglove_plugins.incidents.settings import Incidents

SERIOUS_FROM = 2
GRAVE_FROM = 4
UPSET = 0.6
"""Of the classifier's figures for urgency and mood, which go up to 1."""

_FURTHER = 2
_LATE_DAYS = 2
_HIGH = "high"
_LASTING = frozenset({Engagement.RETAINER, Engagement.PERMANENT})
_RECENT = timedelta(days=90)
_A_DAY = timedelta(days=1)
_MISSED_WITHIN = timedelta(days=60)
"""A deadline that passed longer ago is not the one that they mean."""


def judge(
    client: Client,
    kind: IncidentKind,
    ctx: Context[Incidents],
    *,
    known: Incident | None = None,
    message: RecordedMessage | None = None,
    promise: Promise | None = None,
    broken: bool = False,
) -> Severity:
    """How grave the matter is with this step: a complaint (`message`), or a promise that is late or `broken`. `known`
    is the incident as it was before; its own severity is not looked at, since the gravest of all steps counts."""
    earlier = complaints(known, ctx) if known is not None else []
    heard = [*earlier, *([message] if message is not None else [])]
    owed = promise or (promise_of(known, ctx) if known is not None else None)
    was_broken = known is not None and any(entry.reason == PROMISE_BROKEN for entry in known.entries)
    points = [
        bool(heard),
        broken or was_broken,
        min(max(len(heard) - 1, 0), _FURTHER),
        any(_is_upset(one) for one in heard),
        _days_late(client, kind, heard, owed, ctx) >= _LATE_DAYS,
        client.engagement in _LASTING or any(project.profile == _HIGH for project in client.projects),
        _had_others(client, known, ctx),
    ]
    total = sum(points)
    return Severity.GRAVE if total >= GRAVE_FROM else Severity.SERIOUS if total >= SERIOUS_FROM else Severity.MINOR


def missed_project(client: Client, subject: str) -> Project | None:
    """The project whose deadline a client names as missed: the one in the subject, or the only one they have; None
    where that would be a guess."""
    named = [project for project in client.projects if project.name.casefold() in subject.casefold()]
    found = named if len(named) == 1 else list(client.projects) if len(client.projects) == 1 else []
    return next(iter(found), None)


def passed_deadline(project: Project | None, today: date) -> date | None:
    """The day on which a project was due, where that is over, and not for long."""
    deadline = project.deadline if project is not None else None
    return deadline if deadline is not None and today - _MISSED_WITHIN <= deadline < today else None


def is_on_record(client: Client, ctx: Context[Incidents]) -> bool:
    """Whether the client's file or the ledger knows of a deadline or a promise that was missed lately."""
    today = ctx.worktime.local_date(ctx.now)
    missed = (PromiseState.LATE, PromiseState.BROKEN)
    promises = ctx.ledger.promises(client.key, ctx.now - _MISSED_WITHIN)
    return any(passed_deadline(project, today) for project in client.projects) or any(
        known.late or known.state in missed for known in promises
    )


def _is_upset(message: RecordedMessage) -> bool:
    found = message.classification
    return found is not None and max(found.urgency, found.mood) >= UPSET


def _days_late(
    client: Client,
    kind: IncidentKind,
    heard: Sequence[RecordedMessage],
    promise: Promise | None,
    ctx: Context[Incidents],
) -> int:
    """How many working days have begun since the day on which it was due."""
    today = ctx.worktime.local_date(ctx.now)
    due = ctx.worktime.local_date(promise.due) if promise is not None else None
    if due is None and kind is IncidentKind.DEADLINE_MISSED and heard:
        due = passed_deadline(missed_project(client, heard[-1].subject), today)
    if due is None:
        return 0
    days = (due + number * _A_DAY for number in range(1, (today - due).days + 1))
    return sum(1 for day in days if ctx.worktime.is_working_day(day))


def _had_others(client: Client, known: Incident | None, ctx: Context[Incidents]) -> bool:
    own = known.row if known is not None else None
    found = (*ctx.ledger.open_incidents(client.key), *ctx.ledger.resolved_incidents(ctx.now - _RECENT))
    return any(one.client == client.key and one.row != own and one.entries[-1].reason != SAME_MATTER for one in found)
