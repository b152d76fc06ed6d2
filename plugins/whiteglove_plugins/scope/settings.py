"""The keys of `[plugins.scope]`."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from whiteglove import Context, Duration, PluginSettings

_A_MONTH = timedelta(days=30)


class Scope(PluginSettings):
    """The keys of `[plugins.scope]`."""

    silent: Duration = Field(
        default=_A_MONTH,
        description="What a client wants who wrote nothing for so long is answered by `capacity`; the same as there.",
        examples=["30d"],
    )
    drop_after: Duration = Field(
        default=_A_MONTH,
        description="A wish of which nothing is said for so long after your own word counts as dropped.",
        examples=["30d"],
    )
    drafts: bool = Field(
        default=True, description="Lay an answer ready: at what price and from when, or what to leave out instead."
    )


Ctx = Context[Scope]
