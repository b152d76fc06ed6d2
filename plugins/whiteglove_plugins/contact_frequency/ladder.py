"""What may be tried one after the other where a client keeps writing too often: each step once, and the next one only
where it goes on after the one before was used.

Which step was taken last is remembered under `ladder:KEY` for as long as it goes on, and four calm weeks longer; after
those, or `whiteglove contact reset KEY`, everything begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from whiteglove import (
    Action,
    Client,
    DraftState,
    Json,
    Kind,
    PlacedDraft,
    Remember,
    Withdraw,
    absences,
)
from whiteglove_plugins.contact_frequency.settings import Ctx

CALM = timedelta(days=28)
"""After so long without the pattern the ladder is forgotten."""
PATIENCE = timedelta(days=5)
"""How long a step is given to do its work: after the draft was sent, or, of one that nobody sends, after it was laid
there."""
_EVERY_DAY = 5
"""Reports a week beyond which there is no tighter cadence to offer."""
_GRAVE = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})


class Step(StrEnum):
    """`ASK` what is behind it, offer a tighter `CADENCE`, say the `INTERVAL` that will be kept, offer two `PRICES` for
    the next project; of the last, `RECONSIDER`, the owner alone hears."""

    ASK = "ask"
    CADENCE = "cadence"
    INTERVAL = "interval"
    PRICES = "prices"
    RECONSIDER = "reconsider"


_ORDER = tuple(Step)


@dataclass(frozen=True, slots=True)
class Rung:
    """The last step taken: when, and when the ladder was begun, which its drafts are named after. `to` is the address
    that its draft is for, None where the core finds somebody."""

    step: Step
    at: datetime
    began: datetime
    to: str | None = None

    def draft_key(self, client: Client) -> str:
        return f"{self.step}:{client.key}:{self.began.isoformat()}"


def rung_of(client: Client, ctx: Ctx) -> Rung | None:
    """Where a client stands on the ladder; None where nothing was tried, or so long ago that it is forgotten."""
    kept = ctx.memory.get(_key(client))
    if not isinstance(kept, dict):
        return None
    step, at, began = (str(kept.get(name)) for name in ("step", "at", "began"))
    to = kept.get("to")
    return Rung(
        Step(step), datetime.fromisoformat(at), datetime.fromisoformat(began), to if isinstance(to, str) else None
    )


def next_rung(client: Client, before: Rung | None, since: datetime, to: str | None, ctx: Ctx) -> Rung | None:
    """The step that is to be taken now, with a draft to the address `to`; None where the one before still has to show
    what it does, or was the last.

    What counts are the days from `since` on: those in which the step before was not yet used say nothing about it.
    """
    if before is None:
        return Rung(Step.ASK, ctx.now, ctx.now, to)
    used = _used_at(client, before, ctx)
    later = [step for step in _ORDER[_ORDER.index(before.step) + 1 :] if fits(client, step)]
    if not later or since < used or ctx.now < used + PATIENCE:
        return None
    return Rung(later[0], ctx.now, before.began, to)


def remembered(client: Client, rung: Rung, ctx: Ctx) -> Remember:
    """Keep the step in memory, from now on for four weeks."""
    value: dict[str, Json] = {
        "step": rung.step.value,
        "at": rung.at.isoformat(),
        "began": rung.began.isoformat(),
        "to": rung.to,
    }
    return Remember(reason="step_taken", key=_key(client), value=value, until=ctx.now + CALM)


def cleared(client: Client, before: Rung | None) -> list[Action]:
    """The draft of the step before goes, unless a person has touched it: one lies there at a time."""
    return [Withdraw(reason="next_step", key=before.draft_key(client))] if before is not None else []


def stands_still(client: Client, ctx: Ctx) -> str | None:
    """Why no step is taken now: something else comes first, or nobody is to be written to."""
    today = ctx.worktime.local_date(ctx.now)
    muted_until = ctx.ledger.muted_until(client.key)
    if muted_until is not None and ctx.now < muted_until:
        return "muted"
    if any(promise.due <= ctx.now for promise in ctx.ledger.open_promises(client.key)):
        return "promise_late"
    grave = any(_GRAVE.intersection(owed.kinds) for owed in ctx.ledger.open_obligations(client.key))
    if grave or ctx.ledger.open_incidents(client.key):
        return "incident_open"
    return "away" if any(absences(client, today, today)) else None


def lies_untouched(client: Client, rung: Rung, ctx: Ctx) -> bool:
    """Whether the draft of a step lies in Drafts as it was laid there, or is about to."""
    untouched = (DraftState.WANTED, DraftState.PLACED)
    return any(one.state in untouched for one in ctx.ledger.drafts(client.key) if _is_of(one, rung, client, ctx))


def _used_at(client: Client, rung: Rung, ctx: Ctx) -> datetime:
    """When a step began to work: when its draft was sent, else when it was taken."""
    drafts = ctx.ledger.drafts(client.key, rung.at - PATIENCE)
    sent = [draft for draft in drafts if _is_of(draft, rung, client, ctx) and draft.state is DraftState.SENT]
    return max((draft.settled_at or rung.at for draft in sent), default=rung.at)


def _is_of(draft: PlacedDraft, rung: Rung, client: Client, ctx: Ctx) -> bool:
    return draft.plugin == ctx.plugin and draft.key == rung.draft_key(client)


def fits(client: Client, step: Step) -> bool:
    """Whether there is anything to offer with this step, by the client's file."""
    return step is not Step.CADENCE or len({slot.weekday for slot in client.report}) < _EVERY_DAY


def _key(client: Client) -> str:
    return f"ladder:{client.key}"
