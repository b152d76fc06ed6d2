"""Some days after an incident was resolved: has the relation recovered, and how to ask for what comes next.

The owner gets the figures. Where it is calm a draft lies ready that says how it went since and makes one offer; it does
not speak of what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from whiteglove import (
    Action,
    Client,
    Context,
    Draft,
    Incident,
    IncidentKind,
    Json,
    Kind,
    Note,
    Promise,
    PromiseState,
    RecordedMessage,
    TimerFired,
    WakeAt,
    Warn,
    Withdraw,
    absences,
    offers,
)
from whiteglove_plugins.incidents.in_writing import is_in_writing
from whiteglove_plugins.incidents.matters import KEPT, SAME_MATTER, complaint_rows, live_drafts
from whiteglove_plugins.incidents.settings import Incidents

AFTER = "after"
CALM_BELOW = 0.4
"""Of the classifier's figure for the mood, which goes up to 1."""

_A_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=400)
_LIES_FOR = timedelta(days=7)
_FURTHEST = 120


@dataclass(frozen=True, slots=True)
class _Since:
    """What was between the client and the owner since an instant."""

    theirs: tuple[RecordedMessage, ...]
    own: tuple[RecordedMessage, ...]
    calls: int
    thanks: int
    mood: float
    kept: tuple[Promise, ...]
    late: tuple[Promise, ...]

    @property
    def is_calm(self) -> bool:
        """There was contact from their side or by a call, in a calm tone, and no word was broken."""
        return bool(self.theirs or self.calls) and self.mood < CALM_BELOW and not self.late


def look_again(incident: Incident, ctx: Context[Incidents]) -> list[Action]:
    """Set the day on which to look."""
    if not ctx.config.after or not _is_looked_back_at(incident):
        return []
    at = _working_time_later(incident.resolved_at or ctx.now, ctx)
    return [WakeAt(reason=AFTER, key=f"{AFTER}:{incident.client}:{incident.row}", at=at, value=incident.row)]


def looked(event: TimerFired, client: Client, ctx: Context[Incidents]) -> list[Action]:
    """The figures for the owner, and the draft where it is calm; nothing at all while a new incident is open."""
    known = [one for one in ctx.ledger.resolved_incidents(ctx.now - _LOOK_BACK) if one.client == client.key]
    incident = next((one for one in known if one.row == event.value), None)
    if incident is None or incident.resolved_at is None:
        return [Note(reason="not_resolved")]
    if ctx.ledger.open_incidents(client.key):
        return [Note(reason="incident_open")]
    if any(one.opened_at > incident.resolved_at and _is_looked_back_at(one) for one in known):
        # That one has a day of its own.
        return [Note(reason="later_incident")]
    since = _since(client, incident.resolved_at, ctx)
    draft = _draft(incident, client, since, ctx) if since.is_calm else []
    return [_told(incident, client, since, ctx, is_drafted=bool(draft)), *draft]


def called_off(client: str, ctx: Context[Incidents]) -> list[Action]:
    """Something new went wrong: a word about how well it went is out of place."""
    return [Withdraw(reason="incident_open", key=one.key) for one in live_drafts(client, f"{AFTER}:", ctx)]


def _is_looked_back_at(incident: Incident) -> bool:
    """A late promise that was kept, and about which nobody complained, is no storm; nor is what turned out to be one
    with another matter."""
    last = incident.entries[-1].reason
    is_small = incident.kind is IncidentKind.PROMISE_LATE and not complaint_rows(incident) and last in KEPT
    return last != SAME_MATTER and not is_small


def _working_time_later(moment: datetime, ctx: Context[Incidents]) -> datetime:
    """After so much working time; whole days are working days, at the same time of day."""
    after = ctx.config.after
    day = ctx.worktime.local_date(moment)
    ahead = (day + number * _A_DAY for number in range(1, _FURTHEST))
    working = list(islice((one for one in ahead if ctx.worktime.is_working_day(one)), after.days))
    clock = moment.astimezone(ctx.worktime.zone).time()
    at = ctx.worktime.instant(working[-1], clock) if working else moment
    try:
        return ctx.worktime.add(at, after - after.days * _A_DAY)
    except ValueError:
        return at


def _since(client: Client, moment: datetime, ctx: Context[Incidents]) -> _Since:
    mails = [mail for mail in ctx.ledger.messages(client.key, moment) if mail.received_at > moment]
    theirs = tuple(mail for mail in mails if not mail.outbound and mail.verdicts.human)
    found = [mail.classification for mail in theirs if mail.classification is not None]
    due = [known for known in ctx.ledger.promises(client.key, moment) if known.told and known.due <= ctx.now]
    return _Since(
        theirs=theirs,
        own=tuple(mail for mail in mails if mail.outbound),
        calls=sum(1 for note in ctx.ledger.notes(client.key, moment) if note.call),
        thanks=sum(1 for one in found if Kind.THANKS in one.kinds),
        mood=max((one.mood for one in found), default=0.0),
        kept=tuple(known for known in due if known.state is PromiseState.KEPT and not known.late),
        late=tuple(known for known in due if known.late or known.state in (PromiseState.LATE, PromiseState.BROKEN)),
    )


def _told(incident: Incident, client: Client, since: _Since, ctx: Context[Incidents], *, is_drafted: bool) -> Warn:
    words = ctx.words
    assert incident.resolved_at is not None
    read_at = ctx.worktime.at_work(ctx.now)
    last = words.on(ctx.worktime.local_date(since.theirs[-1].received_at), read_at=read_at) if since.theirs else ""
    tone = "no_word" if not since.theirs else "tone_calm" if since.mood < CALM_BELOW else "tone_upset"
    step = "after_drafted" if is_drafted else "after_calm" if since.is_calm else "after_quiet"
    if since.mood >= CALM_BELOW or since.late:
        step = "after_upset"
    if step in ("after_drafted", "after_quiet") and is_in_writing(client, ctx):
        step += "_in_writing"
    parts = [
        words(
            "resolved_since",
            client=client.name,
            number=incident.row,
            what=words(f"what_{incident.kind}"),
            day=words.day(ctx.worktime.local_date(incident.resolved_at)),
        ),
        words.counted("theirs", len(since.theirs), last=last),
        words(tone),
        words.counted("thanks", since.thanks),
        words.counted("own", len(since.own)) or words("own_none"),
        words.counted("calls", since.calls),
        words.counted("kept", len(since.kept)),
        words.counted("late", len(since.late)),
        words(step),
    ]
    text = " ".join(part for part in parts if part)
    return Warn(reason=AFTER, key=f"{AFTER}:{incident.row}", text=text, urgency="today", client=client.key)


def _draft(incident: Incident, client: Client, since: _Since, ctx: Context[Incidents]) -> list[Action]:
    """One draft, with the one offer that the book knows: the first day from which hours are free."""
    today = ctx.worktime.local_date(ctx.now)
    muted_until = ctx.ledger.muted_until(client.key)
    is_muted = muted_until is not None and ctx.now < muted_until
    if not ctx.config.drafts or is_muted or any(absences(client, today, today)):
        return []
    until = ctx.now + _LIES_FOR
    # A day that is true for as long as the draft lies there.
    soonest, _ = offers(ctx.book.clients, ctx.owner, ctx.worktime, until)
    values: dict[str, Json] = {
        "kept": len(since.kept),
        "start": soonest.start.isoformat() if soonest is not None else None,
    }
    return [
        Draft(
            reason=AFTER,
            key=f"{AFTER}:{incident.row}",
            client=client.key,
            template="afterwards",
            subject="afterwards_subject",
            brief=ctx.words("brief_after", client=client.name),
            values=values,
            until=until,
        )
    ]
