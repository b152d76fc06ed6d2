"""The core's own part of the daily summary: what plugins wanted told, what did not go out, what waits for a person, and
whether the daemon is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.desk.account_words import words_of
from whiteglove.desk.unanswered import Waiting, quoted, read_waiting, shortened, unanswered
from whiteglove.ledger import MailState
from whiteglove.owner_words import Words
from whiteglove.sections import Day, Item, Mark, Place, Section
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import events, folders, gaps, ledger, messages, outbox, timers, warnings
from whiteglove.store.folders import FolderState
from whiteglove.store.gaps import Gap
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.warnings import WarningRow

INBOX = "inbox"
STALE_AFTER = timedelta(minutes=15)
"""A mailbox not searched for so long is not well, unless it is seldom looked at anyway."""
MOST_NAMED = 9
"""Where more mails than this did not go out, those merely held back are counted by their reasons."""
MOST_FAILED = 5
_MARKS = {MailState.WITHHELD: Mark.HELD, MailState.FAILED: Mark.FAILED, MailState.UNKNOWN: Mark.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the store says about the time of one summary. `mails` did not go out, each with the subject it answers;
    `because` counts all of those by state and reason. `parked_by` names the plugins for which events were given up.
    `gaps` is the longest one of each mailbox in that time, `next_due` when something comes due next."""

    waiting: tuple[Waiting, ...]
    warnings: tuple[WarningRow, ...]
    mails: tuple[tuple[OutboxRow, str], ...]
    because: Mapping[tuple[MailState, str], int]
    parked: int
    parked_by: tuple[str, ...]
    folders: tuple[FolderState, ...]
    gaps: Mapping[str, Gap]
    received: int
    sent: int
    next_due: datetime | None


def read_account(tx: sa.Connection, settings: Settings, day: Day) -> Account:
    """Read it in one transaction; of a date that is over only what still can be told."""
    mails = outbox.not_sent(tx, day.since, day.until, MOST_NAMED)
    known = {account.name for account in settings.mailboxes}
    return Account(
        waiting=read_waiting(tx, settings, day.until, is_past=day.is_past),
        warnings=() if day.is_past else warnings.for_summary(tx),
        mails=tuple((mail, _subject(tx, mail)) for mail in mails),
        because=outbox.not_sent_because(tx, day.since, day.until),
        parked=0 if day.is_past else events.counts(tx)[events.PARKED],
        parked_by=() if day.is_past else events.parked_by(tx),
        folders=tuple(folder for folder in folders.everything(tx) if folder.mailbox in known),
        gaps=gaps.longest(tx, known, day.since, day.until),
        received=messages.count_between(tx, day.since, day.until),
        sent=outbox.count_accepted(tx, day.since, day.until),
        next_due=_next_due(tx, settings, day.until),
    )


def _next_due(tx: sa.Connection, settings: Settings, now: datetime) -> datetime | None:
    """When the next promise, answer, mail or moment that a plugin asked for comes due."""
    known = settings.book.clients
    moments = [promise.due for promise in ledger.owed(tx) if promise.client in known]
    moments += [found.due for found in ledger.open_obligations(tx) if found.due and found.client in known]
    moments += [moment for moment in (timers.next_due(tx), outbox.next_due(tx)) if moment is not None]
    return min((moment for moment in moments if moment > now), default=None)


def _subject(tx: sa.Connection, mail: OutboxRow) -> str:
    message = messages.at(tx, mail.answers) if mail.answers is not None else None
    return shortened(message.subject if message is not None else "")


def core_sections(
    account: Account, settings: Settings, day: Day, *, resting: Sequence[str], failed: Sequence[str]
) -> list[Section]:
    """The core's sections in the owner's language. `resting` plugins are suspended, `failed` ones had no part ready."""
    words = words_of(settings, day.until)
    found = [unanswered(account.waiting, words, day.until), _not_sent(account, words)]
    if not day.is_past:
        found.append(_health(account, settings, day, words, resting, failed))
    if account.warnings:
        items = tuple(Item(text=warning.text, client=warning.client) for warning in account.warnings)
        found.append(Section(title=words("told_in_summary"), place=Place.TOLD, items=items))
    return found


def _not_sent(account: Account, words: Words) -> Section:
    """Every automatic mail that did not go out, with its reason; what may have gone out twice is never repeated."""
    number = sum(account.because.values())
    named = account.mails
    if number > MOST_NAMED:
        named = tuple(one for one in named if _MARKS[one[0].state] is Mark.FAILED)[:MOST_FAILED]
    items = [_mail(mail, subject, words) for mail, subject in named]
    left = Counter(account.because)
    left.subtract((mail.state, mail.reason) for mail, _ in named)
    items += [_counted(state, reason, count, words) for (state, reason), count in left.items() if count]
    if account.parked:
        said = words.counted("parked", account.parked)
        items.append(Item(text=said, detail=", ".join(account.parked_by), mark=Mark.FAILED, step="whiteglove events"))
    # What failed must not be hidden behind much that was merely held back.
    items.sort(key=lambda item: item.mark is not Mark.FAILED)
    failed = sum(count for (state, _), count in account.because.items() if _MARKS[state] is Mark.FAILED)
    failed += bool(account.parked)
    headline = words.counted("failed", failed)
    return Section(
        title=words("not_sent"), place=Place.HELD_BACK, items=tuple(items), headline=headline, quiet=words("all_sent")
    )


def _mail(mail: OutboxRow, subject: str, words: Words) -> Item:
    said = f"{quoted(subject, words)}: {_why(mail.state, mail.reason, words)}"
    return Item(text=said, client=mail.client, mark=_MARKS[mail.state])


def _counted(state: MailState, reason: str, count: int, words: Words) -> Item:
    """Mails that share a reason, in one line."""
    said = words.counted("mail", count)
    return Item(text=f"{said}: {_why(state, reason, words)}", mark=_MARKS[state], step="whiteglove outbox")


def _why(state: MailState, reason: str, words: Words) -> str:
    return words.texts.get(reason, reason) if state is MailState.WITHHELD else words(state)


def _health(
    account: Account, settings: Settings, day: Day, words: Words, resting: Iterable[str], failed: Iterable[str]
) -> Section:
    """Each mailbox's last successful search and longest gap, what was read and sent, plugins that are not well, and
    when something comes due next."""
    items = [_mailbox(box, account, settings, day, words) for box in settings.mailboxes]
    items.append(Item(text=words("traffic", received=words.number(account.received), sent=words.number(account.sent))))
    items += [Item(text=words("resting", plugin=plugin), mark=Mark.FAILED) for plugin in resting]
    items += [Item(text=words("no_part", plugin=plugin), mark=Mark.FAILED) for plugin in failed]
    if account.next_due is not None:
        items.append(Item(text=words("next_due", at=words.moment(account.next_due))))
    # A store that no daemon has worked on yet is not unwell.
    unwell = sum(item.mark is Mark.FAILED for item in items) if account.folders else 0
    headline = words.counted("unwell", unwell)
    return Section(title=words("health"), place=Place.HEALTH, items=tuple(items), headline=headline)


def _mailbox(box: MailboxAccount, account: Account, settings: Settings, day: Day, words: Words) -> Item:
    """A mailbox is as fresh as that of its watched folders which was searched the longest time ago."""
    moments = [folder.searched_at for folder in account.folders if (folder.mailbox, folder.role) == (box.name, INBOX)]
    if len(moments) < len(box.folders) or None in moments:
        return Item(text=words("never", mailbox=box.name), mark=Mark.FAILED)
    oldest = min(filter(None, moments))
    is_fresh = day.until - oldest <= max(STALE_AFTER, 3 * settings.daemon.poll)
    said = words("searched" if is_fresh else "stale", mailbox=box.name, at=words.moment(oldest))
    gap = account.gaps.get(box.name)
    return Item(
        text=said,
        mark=Mark.OK if is_fresh else Mark.FAILED,
        detail=words("gap", length=spoken(gap.length, words), since=words.moment(gap.since)) if gap else "",
    )


def spoken(length: timedelta, words: Words) -> str:
    """A length of time in its two largest units: "2 h 5 min", "3 d 4 h"."""
    minutes = length // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "days"), (hours, "hours"), (minutes, "minutes")]
    first = next((at for at, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(words(unit, number=number) for number, unit in parts[first : first + 2] if number)
