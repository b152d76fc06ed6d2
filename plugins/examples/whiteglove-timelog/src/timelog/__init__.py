"""Keep a time log: the minutes that clients' messages and calls took.

A plugin writes no file. What it wants kept it remembers (`Remember`), and the memory is the daemon's: `whiteglove
plugins memory timelog --json` shows it, and `whiteglove-timelog`, a program of this package that is no part of the
plugin, makes a table of that. Nothing that anybody wrote or said is in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from whiteglove import (
    Actions,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Context,
    Day,
    Duration,
    Item,
    Json,
    Kind,
    MessageReceived,
    PluginInfo,
    PluginSettings,
    Remember,
    Section,
    hookimpl,
)

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]


class TimeLog(PluginSettings):
    """The keys of `[plugins.timelog]`."""

    message: Minutes = Field(default=5, description="Minutes that a message takes, with the answer to it.")
    kinds: dict[Kind, Minutes] = Field(
        default={Kind.THANKS: 0, Kind.FYI: 1}, description="Minutes for messages of these kinds instead."
    )
    keep: Duration = Field(default=timedelta(days=400), description="How long an entry is kept.")


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Keeps a time log of clients' messages and calls.", TimeLog, requires="1")


@hookimpl
def on_message(event: MessageReceived, ctx: Context[TimeLog]) -> Actions:
    """A live message; what was there before the first start was somebody else's time."""
    found = event.message.classification
    if event.history or found is None:
        return None
    minutes = ctx.config.kinds.get(found.kind, ctx.config.message)
    return _entry(ctx, event.at, f"message{event.message.row}", event.client.key, str(found.kind), minutes)


@hookimpl
def on_client(event: ClientNoted | ContactExceeded | ClientQuiet | ClientReturned, ctx: Context[TimeLog]) -> Actions:
    """A call of which the owner noted how long it took."""
    if not isinstance(event, ClientNoted) or not event.note.call or event.note.minutes is None:
        return None
    return _entry(ctx, event.note.at, f"call{event.note.row}", event.client.key, "call", event.note.minutes)


@hookimpl
def summarise(day: Day, ctx: Context[TimeLog]) -> Section | None:
    """What yesterday took, and each day before it that had no summary, the client with the most first."""
    spent: defaultdict[str, int] = defaultdict(int)
    for date in day.dates:
        for entry in ctx.memory.items(f"{date - timedelta(days=1)}:").values():
            if isinstance(entry, Mapping) and isinstance(entry["minutes"], int):
                spent[str(entry["client"])] += entry["minutes"]
    items = [
        Item(text=ctx.words.counted("minute", minutes), client=client)
        for client, minutes in sorted(spent.items(), key=lambda one: (-one[1], one[0]))
    ]
    return Section(title=ctx.words("title"), items=tuple(items), quiet=ctx.words("quiet"))


def _entry(ctx: Context[TimeLog], at: datetime, what: str, client: str, kind: str, minutes: int) -> Actions:
    """The key begins with the owner's date, so that a day is asked for by its prefix. It names the client, so that
    `whiteglove forget` drops the entry as a whole."""
    if minutes == 0:
        return None
    date = ctx.worktime.local_date(at).isoformat()
    value: Json = {"date": date, "client": client, "kind": kind, "minutes": minutes}
    return [Remember(reason="time", key=f"{date}:{client}:{what}", value=value, until=ctx.now + ctx.config.keep)]
