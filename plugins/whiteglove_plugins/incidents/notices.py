"""What the owner is told at once: who, when, the words, how grave it is, and the next step."""

from __future__ import annotations

from datetime import timedelta

from whiteglove import (
    Client,
    Context,
    Incident,
    IncidentState,
    Kind,
    MessageReceived,
    PromiseBroken,
    PromiseLate,
    Severity,
    Warn,
    shortened,
)
from whiteglove_plugins.incidents.apology import LANGUAGES, template_of
from whiteglove_plugins.incidents.in_writing import is_in_writing
from whiteglove_plugins.incidents.matters import KIND_OF, PROMISE_BROKEN
from whiteglove_plugins.incidents.settings import Incidents
from whiteglove_plugins.incidents.severity import is_on_record

LONGEST_SUBJECT = 60

_SHORT_NOTE = ("reports", "late")
"""The plugin and the template of the two lines that lie in Drafts where a report is late."""


def complaint(
    event: MessageReceived,
    ctx: Context[Incidents],
    kind: Kind,
    cue: str,
    joined: Incident | None,
    severity: Severity,
) -> Warn:
    """The key is that of everybody who warns of this message."""
    words, message = ctx.words, event.message
    person = event.person
    known = is_on_record(event.client, ctx)
    reasons = {kind, *(entry.reason for entry in joined.entries)} if joined else {kind}
    has_words = template_of(joined.kind if joined else KIND_OF[kind], reasons, is_on_record=known) is not None
    language = person.language if person else None
    parts = [
        words(
            f"said_{kind}",
            client=event.client.name,
            who=person.name if person else message.author.address,
            at=words.when(message.received_at),
            about=f" ({words.quoted(shortened(message.subject, LONGEST_SUBJECT))})" if message.subject else "",
            cue=f" ({words.quoted(cue)})" if cue else "",
        ),
        words("joined", number=joined.row, severity=_how_grave(severity, ctx))
        if joined
        else words("opened", severity=_how_grave(severity, ctx)),
        *([] if kind is not Kind.DEADLINE_MISSED or known else [words("not_on_record")]),
        _answer(event, ctx),
        *(_about_draft(event.client, joined, ctx, language) if has_words else []),
        words("when_settled", command=command(joined)),
    ]
    return Warn(reason=kind, key=f"complaint:{message.row}", client=event.client.key, text=" ".join(parts))


def owed(
    event: PromiseLate | PromiseBroken, ctx: Context[Incidents], known: Incident | None, severity: Severity
) -> Warn:
    words, promise = ctx.words, event.promise
    reason = PROMISE_BROKEN if isinstance(event, PromiseBroken) else "promise_late"
    late = round((ctx.now - promise.due) / timedelta(hours=1))
    what = words(f"{reason}_{promise.kind}", client=event.client.name, due=words.moment(promise.due), late=late)
    if isinstance(event, PromiseLate):
        parts = [what, words("until_kept"), words("see", command=command(known))]
    else:
        open_ = words("stays_open", severity=_how_grave(severity, ctx))
        parts = [what, open_, *_about_draft(event.client, known, ctx), words("when_settled", command=command(known))]
    return Warn(reason=reason, key=f"{reason}:{promise.row}", client=event.client.key, text=" ".join(parts))


def command(incident: Incident | None) -> str:
    """A new incident has its number only once it is stored."""
    return f"whiteglove incidents resolve {incident.row}" if incident else "whiteglove incidents"


def _how_grave(severity: Severity, ctx: Context[Incidents]) -> str:
    return ctx.words(f"severity_{severity}")


def _answer(event: MessageReceived, ctx: Context[Incidents]) -> str:
    """By when to answer, and whether a call would do."""
    due = event.obligation.due if event.obligation else None
    how = "answer_in_writing" if is_in_writing(event.client, ctx) else "answer"
    return ctx.words(f"{how}_by", due=ctx.words.moment(due)) if due else ctx.words(how)


def _about_draft(
    client: Client, known: Incident | None, ctx: Context[Incidents], language: str | None = None
) -> list[str]:
    """That a draft lies there, where one does, and what sending it means. In another language there is none, which the
    core tells."""
    fresh = known is None or known.state is IncidentState.OPENED
    if not ctx.config.drafts or not fresh or (language or client.language) not in LANGUAGES:
        return []
    has_note = any((one.plugin, one.template) == _SHORT_NOTE for one in ctx.ledger.drafts(client.key))
    return [ctx.words("draft"), *([ctx.words("instead_of_note")] if has_note else [])]
