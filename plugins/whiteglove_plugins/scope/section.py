"""The wishes in the daily summary: what is open, for how long, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from whiteglove import Day, Item, Mark, Place, RecordedMessage, Section, shortened
from whiteglove_plugins.scope.keeping import draft_key_of, first_message, kept
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState
from whiteglove_plugins.scope.settings import Ctx
from whiteglove_plugins.scope.settling import latest

_LONGEST_SUBJECT = 60
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Entry:
    client: str
    request: ChangeRequest

    @property
    def waits(self) -> bool:
        """Whether the owner has not answered yet."""
        return self.request.state is RequestState.OPEN and self.request.answered_at is None


def section(day: Day, ctx: Ctx) -> Section | None:
    """The open ones, what waits for the owner first, then the oldest; then what was settled since the last summary."""
    known = [_Entry(client, request.as_of(day.until)) for client, request in kept(ctx) if request.at <= day.until]
    current = sorted(
        (entry for entry in known if not entry.request.is_settled), key=lambda one: (not one.waits, one.request.at)
    )
    over = [entry for entry in known if entry.request.is_settled and entry.request.steps[-1].at > day.since]
    items = tuple(_item(entry, day, ctx) for entry in (*current, *over))
    if not items:
        return None
    headline = ctx.words.counted("waiting", sum(entry.waits for entry in current))
    return Section(title=ctx.words("title"), place=Place.OTHER, items=items, headline=headline)


def _item(entry: _Entry, day: Day, ctx: Ctx) -> Item:
    words, request = ctx.words, entry.request
    message = first_message(entry.client, request, ctx)
    subject = message.subject if message is not None else ""
    asks = words("item_both" if request.more and request.less else "item_more" if request.more else "item_less")
    what = words(
        "item",
        what=words.quoted(shortened(subject, _LONGEST_SUBJECT)) if subject else words("no_subject"),
        project=words("in_project", project=request.project) if request.project else "",
        asks=asks,
    )
    if request.is_settled:
        return Item(text=f"{what}: {words(f'is_{request.state}')}", client=entry.client, mark=Mark.OK)
    answer = _their_answer(entry, day, ctx)
    return Item(
        text=what,
        client=entry.client,
        mark=Mark.DUE if entry.waits or answer is not None else Mark.PLAIN,
        detail=_how_far(request, answer, day, ctx),
        step=_step(entry, answer, ctx),
    )


def _their_answer(entry: _Entry, day: Day, ctx: Ctx) -> RecordedMessage | None:
    """What the client wrote in the thread after the owner's last word."""
    last, answered = latest(entry.client, entry.request, ctx), entry.request.answered_at
    if last is None or answered is None or last.outbound or not answered < last.received_at <= day.until:
        return None
    return last


def _how_far(request: ChangeRequest, answer: RecordedMessage | None, day: Day, ctx: Ctx) -> str:
    words = ctx.words
    parts = [words.counted("open_day", (day.until - request.at) // _A_DAY) or words("open_today")]
    if request.steps:
        step = request.steps[-1]
        name = "offered" if step.state is RequestState.OFFERED else "answered"
        parts.append(words(name, on=words.on(ctx.worktime.local_date(step.at), read_at=day.until)))
    if answer is not None:
        on = words.on(ctx.worktime.local_date(answer.received_at), read_at=day.until)
        parts.append(words("they_wrote", on=on))
    return ", ".join(parts)


def _step(entry: _Entry, answer: RecordedMessage | None, ctx: Ctx) -> str:
    words, client = ctx.words, entry.client
    if answer is not None or not entry.waits:
        return words("step_decide" if answer is not None else "step_wait", file=f"clients/{client}.toml")
    if ctx.ledger.open_incidents(client):
        return words("step_incident")
    key = draft_key_of(entry.request)
    lies = any(draft.plugin == ctx.plugin and draft.key == key for draft in ctx.ledger.drafts(client))
    return words("step_draft" if lies else "step_answer")
