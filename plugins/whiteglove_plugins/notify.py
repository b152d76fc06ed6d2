"""Tell the owner by phone, chat or push as well what cannot wait for the next look into the mailbox.

Every warning is a mail of its own all the same; this is the second way. The core makes the call (apprise, an extra);
the addresses, which hold keys, are kept where passwords are. What others carry says who and how urgent, and no more,
unless the owner wants the whole sentence; a body it never says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from whiteglove import (
    Action,
    Actions,
    Context,
    Forget,
    Note,
    Notify,
    PluginInfo,
    PluginSettings,
    Remember,
    TimerFired,
    WakeAt,
    WarningRaised,
    hookimpl,
)

_PLACE = {"credential": "phone"}
_PLACES = {"credential", "env", "file", "command"}
_SAME = timedelta(days=1)
"""A warning that comes again within this time is no news."""
_WAITING = "waiting:"
_MORNING = "morning"
_LONGEST_WAIT = timedelta(days=14)
_OWN = "call_failed"
"""The core says so when a notice did not get through; a notice about that would not either."""
_MOST = 5
"""Warnings that one notice names after a quiet time; the others are counted."""


class NotifySettings(PluginSettings):
    """The keys of `[plugins.notify]`."""

    to: list[dict[str, Any]] = Field(
        min_length=1,
        examples=[[_PLACE]],
        description="Where addresses of apprise (ntfy://…, tgram://…) are kept, one each, as passwords are.",
    )
    urgencies: list[Literal["now", "today"]] = Field(
        default=["now"], description='Which warnings come this way: "now", "today" or both.'
    )
    quiet: bool = Field(
        default=True,
        description="Outside your working time notices wait for its next minute and come as one; mail does not.",
    )
    details: bool = Field(
        default=False,
        description="Send the whole sentence of the warning, which may quote a subject; else only who and how urgent.",
    )

    @field_validator("to")
    @classmethod
    def _are_places(cls, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # A value is not repeated: somebody may have written the address itself there, and its key with it.
        if any(len(place) != 1 or not place.keys() <= _PLACES for place in places):
            raise ValueError('an address is kept in exactly one place; right would be [{ credential = "phone" }]')
        return places


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells the owner by phone, chat or push what cannot wait.", NotifySettings)


@hookimpl
def on_warning(event: WarningRaised, ctx: Context[NotifySettings]) -> Actions:
    """A notice at once, or one for all that came while it was quiet."""
    if event.reason == _OWN or event.urgency not in ctx.config.urgencies:
        return [Note(reason="not_wanted")]
    seen = f"seen:{event.client or ''}:{event.key}"
    if ctx.memory.get(seen) is not None:
        return [Note(reason="told")]
    remembered = Remember(reason="warned", key=seen, value=True, until=ctx.now + _SAME)
    opens = ctx.worktime.at_work(ctx.now)
    if ctx.config.quiet and opens > ctx.now:
        waits = Remember(
            reason="quiet",
            key=f"{_WAITING}{event.id}",
            value={"client": event.client, "text": event.text if ctx.config.details else ""},
            until=ctx.now + _LONGEST_WAIT,
        )
        return [remembered, waits, WakeAt(reason="quiet", key=_MORNING, at=opens)]
    return [remembered, _notice(ctx, event.urgency, [(event.client, event.text)])]


@hookimpl
def on_timer(event: TimerFired, ctx: Context[NotifySettings]) -> Actions:
    """What came while it was quiet, in one notice."""
    waiting = ctx.memory.items(_WAITING)
    if not waiting:
        return None
    told: list[tuple[str | None, str]] = []
    for _, value in sorted(waiting.items(), key=lambda item: int(item[0].removeprefix(_WAITING))):
        client, text = (value.get("client"), value.get("text")) if isinstance(value, dict) else (None, "")
        told.append((client if isinstance(client, str) else None, text if isinstance(text, str) else ""))
    forgotten: list[Action] = [Forget(reason="told", key=key) for key in waiting]
    return [*forgotten, _notice(ctx, "quiet", told)]


def _notice(ctx: Context[NotifySettings], urgency: str, told: list[tuple[str | None, str]]) -> Notify:
    names = list(dict.fromkeys(_name(client, ctx) for client, _ in told))
    title = ctx.words(f"title_{urgency}", who=", ".join(names[:_MOST]))
    lines = [text for _, text in told if text] if ctx.config.details else []
    if not lines:
        lines = [ctx.words.counted("waiting", len(told))]
    more = len(lines) - _MOST
    if more > 0:
        lines = [*lines[:_MOST], ctx.words("more", count=more)]
    return Notify(reason="warned", title=title, text="\n".join(lines), to=tuple(dict(place) for place in ctx.config.to))


def _name(key: str | None, ctx: Context[NotifySettings]) -> str:
    client = ctx.book.clients.get(key) if key is not None else None
    return client.name if client is not None else "whiteglove"
