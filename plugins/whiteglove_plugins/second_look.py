"""Read a mail of the owner's to a client once more before it is sent: one that is heated, or that tells of others.

It is looked at where it lies in Drafts and never touched; what comes of it is a word to the owner, once. A mail that is
written and sent within a minute is never seen there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from pydantic import Field

from whiteglove import (
    Actions,
    Context,
    DraftSeen,
    PluginInfo,
    PluginSettings,
    Warn,
    disclosure_words,
    heat_of,
    hookimpl,
    shortened,
)

_ONCE = timedelta(days=2)
_MOST_QUOTED = 3
_LONGEST_QUOTED = 60
_LONGEST_SUBJECT = 60


class SecondLook(PluginSettings):
    """The keys of `[plugins.second_look]`."""

    heated: bool = Field(default=True, description="Tell of a mail that you might take back a day later.")
    others: bool = Field(
        default=True, description="Tell of a mail that names another client, or goes to two of them at once."
    )


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo(
        "Warns of a heated mail, or one that tells of another client, while it lies in Drafts.", SecondLook
    )


@hookimpl
def on_draft(event: DraftSeen, ctx: Context[SecondLook]) -> Actions:
    """At most one word about each kind of fault in a draft, however often it is saved."""
    return list(_warnings(event, ctx))


def _warnings(event: DraftSeen, ctx: Context[SecondLook]) -> Iterator[Warn]:
    words, draft = ctx.words, event.draft
    said = f"{draft.subject}\n{event.text or ''}"
    if ctx.config.others:
        if draft.others:
            names = [ctx.book.clients[key].name for key in draft.others if key in ctx.book.clients]
            yield _warning(event, ctx, "several", words("several", names=", ".join(names)))
        # Whoever gets the mail may read their own name in it.
        found = [
            disclosure_words(ctx.book, ctx.book.clients[key]).found(said)
            for key in (draft.client, *draft.others)
            if key in ctx.book.clients
        ]
        if named := sorted(frozenset.intersection(*found) if found else ()):
            yield _warning(event, ctx, "names", words("names", quoted=_quoted(named, ctx)))
    if ctx.config.heated and (heat := heat_of(said)):
        yield _warning(event, ctx, "heated", words("heated", quoted=_quoted(heat.signs, ctx)))


def _warning(event: DraftSeen, ctx: Context[SecondLook], fault: str, what: str) -> Warn:
    draft = event.draft
    subject = shortened(draft.subject, _LONGEST_SUBJECT)
    text = ctx.words(
        f"warn_{fault}",
        client=event.client.name,
        subject=ctx.words.quoted(subject) if subject else ctx.words("no_subject"),
        what=what,
    )
    # Mail programs save a draft again and again, most of them under the same Message-ID.
    key = f"{fault}:{draft.message_id or f'{draft.client}:{draft.subject}'}"
    return Warn(reason=fault, key=key, text=text, urgency="now", client=draft.client, once=_ONCE)


def _quoted(signs: Sequence[str], ctx: Context[SecondLook]) -> str:
    return ", ".join(ctx.words.quoted(shortened(sign, _LONGEST_QUOTED)) for sign in signs[:_MOST_QUOTED])
