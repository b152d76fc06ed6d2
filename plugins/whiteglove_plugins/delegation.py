"""Pass what a client wants to a teammate, by rules: the message, what there is to know, and the answer that is owed.

Who has the answer, and until when, the ledger says; the core sees a teammate's answer on its way to the client, and
gives back to the owner what was not answered in time. Nothing is sent to a client.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import Field, ValidationInfo, field_validator

from whiteglove import (
    Actions,
    Book,
    Client,
    Context,
    Day,
    Delegation,
    DelegationState,
    Dossier,
    Duration,
    Forward,
    Item,
    Kind,
    Mark,
    MessageReceived,
    Note,
    Place,
    PluginInfo,
    PluginSettings,
    Section,
    dossier_of,
    hookimpl,
    shortened,
)

_GRAVE = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})
"""What the owner answers in person, unless a rule names it."""
_AHEAD = timedelta(days=14)
_MOST = 3
_LONGEST_QUOTE = 60


class Rule(PluginSettings):
    """One of `[[plugins.delegation.rules]]`. Of what is given, all must fit; the first rule that fits decides."""

    to: str = Field(description="Who gets it: a name or an address of `[[team]]`.", examples=["Kim"])
    client: str | None = Field(
        default=None, description="Only this client, by the name of the file.", examples=["acme"]
    )
    project: str | None = Field(
        default=None,
        description="Only where the client has this project, and no other or names it in the message.",
        examples=["Catalogue relaunch"],
    )
    kinds: list[Kind] = Field(
        default=[],
        description="Only these kinds of messages; without them every kind but complaint and deadline_missed, which "
        "are passed on only where they are named here.",
        examples=[["billing", "scheduling"]],
    )
    words: str = Field(
        default="", description="Only where the subject or the text has these words.", examples=["invoice"]
    )
    within: Duration | None = Field(
        default=None,
        description="How much working time your teammate has; never longer than was agreed with the client.",
        examples=["4h"],
    )
    brief: bool = Field(default=True, description="Say what is promised, near and open, and not only who wants what.")

    @field_validator("to")
    @classmethod
    def _is_in_team(cls, value: str, info: ValidationInfo) -> str:
        book = _book(info)
        if book is not None and address_of(value, book) is None:
            names = ", ".join(one.name for one in book.team)
            there = f"there are {names}" if names else "it is empty"
            raise ValueError(f"nobody in [[team]], or more than one, has this name or address; {there}")
        return value

    @field_validator("client")
    @classmethod
    def _is_in_book(cls, value: str | None, info: ValidationInfo) -> str | None:
        book = _book(info)
        if value is not None and book is not None and value not in book.clients:
            raise ValueError(f"no client's file has this name; there are {', '.join(sorted(book.clients)) or 'none'}")
        return value

    @field_validator("project")
    @classmethod
    def _is_somebodys(cls, value: str | None, info: ValidationInfo) -> str | None:
        book = _book(info)
        projects = [known.name for client in book.clients.values() for known in client.projects] if book else []
        if value is not None and book is not None and _folded(value) not in map(_folded, projects):
            raise ValueError("no client's file has a project of this name")
        return value


class Delegating(PluginSettings):
    """The keys of `[plugins.delegation]`."""

    rules: list[Rule] = Field(default=[], description="Who gets what; the first rule that fits decides.")


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Passes messages to teammates by your rules, and the answers owed with them.", Delegating)


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Delegating]) -> Actions:
    """What needs an answer goes to whom a rule names; what follows in the same thread, to who has that one already."""
    message, obligation = event.message, event.obligation
    if event.history or not message.verdicts.human or not message.verdicts.obliges or obligation is None:
        return None
    kinds = message.classification.kinds if message.classification else ()
    rule = next((rule for rule in ctx.config.rules if _fits(rule, event, frozenset(kinds))), None)
    if rule is None:
        return None
    known = ctx.ledger.delegations(event.client.key, obligation.opened_at)
    passed = [one for one in known if one.obligation == obligation.row]
    if any(one.state is DelegationState.RETURNED for one in passed):
        return [Note(reason="came_back")]
    if obligation.due is not None and obligation.due <= ctx.now:
        return [Note(reason="overdue")]
    holder = next((one for one in passed if one.state is DelegationState.HANDED_OVER), None)
    to = holder.address if holder is not None else address_of(rule.to, ctx.book)
    if to is None:
        return [Note(reason="not_in_team")]
    due = holder.due if holder is not None else _due(rule, obligation.due, ctx)
    return [Forward(reason="delegated", message=message.row, to=to, brief=_brief(event, kinds, rule, ctx), due=due)]


@hookimpl
def summarise(day: Day, ctx: Context[Delegating]) -> Section | None:
    """What is with whom, since when and until when; before that, what came back since the last summary."""
    if day.is_past:
        return None
    words = ctx.words
    known = [one for one in ctx.ledger.delegations(since=day.since) if one.client in ctx.book.clients]
    back = [one for one in known if one.state is DelegationState.RETURNED]
    away = [one for one in known if one.state is DelegationState.HANDED_OVER]
    items = tuple(_item(one, ctx) for one in (*back, *away))
    return Section(
        title=words("title"),
        place=Place.WORK,
        items=items,
        headline=words.counted("came_back", len(back)),
        quiet=words("quiet"),
    )


def address_of(name: str, book: Book) -> str | None:
    """The address of a teammate, by name or address; None where there is none of it, or several."""
    wanted = _folded(name)
    found = {one.address.casefold() for one in book.team if wanted in (_folded(one.name), one.address.casefold())}
    return found.pop() if len(found) == 1 else None


def _book(info: ValidationInfo) -> Book | None:
    book = (info.context or {}).get("book")
    return book if isinstance(book, Book) else None


def _fits(rule: Rule, event: MessageReceived, kinds: frozenset[Kind]) -> bool:
    if rule.client is not None and rule.client != event.client.key:
        return False
    if not (kinds & _GRAVE).issubset(rule.kinds) or (rule.kinds and not kinds.intersection(rule.kinds)):
        return False
    written = f"{event.message.subject}\n{event.text or ''}"
    if rule.words and not _holds(written, rule.words):
        return False
    return rule.project is None or _is_about(rule.project, event.client, written)


def _is_about(project: str, client: Client, written: str) -> bool:
    names = [_folded(known.name) for known in client.projects]
    return _folded(project) in names and (len(names) == 1 or _holds(written, project))


def _holds(text: str, words: str) -> bool:
    """Whether a text has these words, whole and in this order, whatever their case and line breaks."""
    return re.search(rf"(?<!\w){re.escape(_folded(words))}(?!\w)", _folded(text)) is not None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _due(rule: Rule, agreed: datetime | None, ctx: Context[Delegating]) -> datetime | None:
    """Until when the teammate has it: the client is not to wait longer than was agreed."""
    if rule.within is None:
        return agreed
    try:
        due = ctx.worktime.add(ctx.now, rule.within)
    except ValueError:
        # There is no working time for more than a year.
        return agreed
    return min(due, agreed) if agreed is not None else due


def _brief(event: MessageReceived, kinds: Sequence[Kind], rule: Rule, ctx: Context[Delegating]) -> str:
    """A few lines of what is on record with this client, and of no other."""
    words, client, person, author = ctx.words, event.client, event.person, event.message.author
    who = ", ".join(filter(None, (person.name, person.role))) if person is not None else author.name or author.address
    lines = [words("who", name=who, client=client.name, wants=", ".join(words(f"is_{kind}") for kind in kinds))]
    if rule.brief:
        lines += _known(dossier_of(client, ctx.ledger, ctx.worktime, ctx.now, reports=1), ctx)
    return "\n".join(lines)


def _known(dossier: Dossier, ctx: Context[Delegating]) -> Iterator[str]:
    """Dates are said as dates: nobody knows on which day a teammate reads them."""
    words = ctx.words
    for deadline in dossier.deadlines[:_MOST]:
        yield words("deadline", project=deadline.project, day=words.day(deadline.on))
    if not dossier.deadlines and dossier.client.projects:
        yield words("projects", names=", ".join(known.name for known in dossier.client.projects[:_MOST]))
    for report in dossier.reports:
        yield words("report", day=words.day(ctx.worktime.local_date(report.due)), clock=words.clock(report.due))
    near = [one for one in dossier.near if 0 <= one.days <= _AHEAD.days]
    for one in near[:_MOST]:
        yield words("near", what=one.what, day=words.day(one.first))
    for incident in dossier.incidents[:_MOST]:
        yield words(f"open_{incident.kind}", day=words.day(ctx.worktime.local_date(incident.opened_at)))


def _item(one: Delegation, ctx: Context[Delegating]) -> Item:
    words = ctx.words
    message = ctx.ledger.message(one.message)
    subject = shortened(message.subject, _LONGEST_QUOTE) if message is not None else ""
    is_back = one.state is DelegationState.RETURNED
    said = words(
        "back" if is_back else "away",
        subject=words.quoted(subject) if subject else words("no_subject"),
        name=next((known.name for known in ctx.book.team if known.address.casefold() == one.address), one.address),
    )
    times = [words("since", since=words.moment(one.handed_at))]
    times += [words("until", due=words.moment(one.due))] if one.due is not None else []
    return Item(
        text=said,
        client=one.client,
        mark=Mark.LATE if is_back else Mark.PLAIN,
        detail=", ".join(times),
        step=words("answer") if is_back else "",
    )
