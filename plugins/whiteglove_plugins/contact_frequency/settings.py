"""What the owner can set, and what the hooks of this plugin are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import Field

from whiteglove import Context, PluginSettings, Weekday


def _minutes(minutes: float, what: str) -> Any:
    return Field(default=minutes, ge=0, description=f"Minutes that {what} takes.")


class Minutes(PluginSettings):
    """The keys of `[plugins.contact_frequency.minutes]`."""

    status_request: float = _minutes(5, "a question how things stand")
    deadline_missed: float = _minutes(15, "a message about a missed deadline")
    complaint: float = _minutes(20, "a complaint")
    urgent_request: float = _minutes(15, "something urgent")
    new_work: float = _minutes(15, "an offer of work")
    scope_change: float = _minutes(15, "a wish for something else")
    scheduling: float = _minutes(5, "a question of dates")
    billing: float = _minutes(10, "a question about an invoice")
    question: float = _minutes(10, "any other question")
    thanks: float = _minutes(1, "a word of thanks")
    fyi: float = _minutes(2, "a message that asks nothing")

    def by_kind(self) -> Mapping[str, float]:
        """The minutes by the name of each kind."""
        return self.model_dump()


class ContactFrequency(PluginSettings):
    """The keys of `[plugins.contact_frequency]`."""

    urgency: Literal["now", "today", "digest"] = Field(
        default="today",
        description='When you hear of it: "now", "today" (in working time) or "digest" (the daily summary alone).',
    )
    drafts: bool = Field(
        default=True, description="Lay drafts ready, one step at a time; without them you are told what could be done."
    )
    minutes: Minutes = Field(
        default_factory=Minutes, description="What a message costs you, reading, answering and finding back, by kind."
    )
    weekly: Weekday = Field(
        default=0,
        description="The day on which the summary looks back on a week of contact, as in `daily_summary`.",
        examples=["Mon"],
    )


Ctx: TypeAlias = Context[ContactFrequency]
