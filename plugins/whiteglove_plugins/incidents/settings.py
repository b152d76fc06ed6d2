"""The keys of `[plugins.incidents]`."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from whiteglove import Duration, PluginSettings


class Incidents(PluginSettings):
    """The keys of `[plugins.incidents]`."""

    drafts: bool = Field(
        default=True, description="Lay drafts ready: words about what went wrong, and some days later a word after it."
    )
    in_writing_after: int = Field(
        default=2,
        ge=0,
        description="With so many incidents in ninety days a call is answered with the request to put it in writing, "
        "as with in_writing = true in the client's file; 0 means never.",
    )
    after: Duration = Field(
        default=timedelta(days=5),
        description="So long after an incident was resolved you are told how it went since; a day is a working day, "
        "and 0s means never.",
        examples=["5d"],
    )
