"""The core's own part of the daily summary: what plugins wanted told, what did not go out, what waits for a person, and
whether the daemon is well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from whiteglove.desk.account_words import Words, words_in
from whiteglove.desk.unanswered import Waiting, quoted, read_waiting, shortened, unanswered
from whiteglove.ledger import MailState
from whiteglove.sections import Day, Item, Mark, Place, Section
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import events, folders, messages, outbox, warnings
from whiteglove.store.folders import FolderState
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.warnings import WarningRow

INBOX = "inbox"
STALE_AFTER = timedelta(minutes=15)
"""A mailbox not searched for so long is not well, unless it is seldom looked at anyway."""
_MARKS = {MailState.WITHHELD: Mark.HELD, MailState.FAILED: Mark.FAILED, MailState.UNKNOWN: Mark.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the store says about the time of one summary. `mails` did not go out, each with the subject it answers."""

    waiting: tuple[Waiting, ...]
    warnings: tuple[WarningRow, ...]
    mails: tuple[tuple[OutboxRow, str], ...]
    parked: int
    folders: tuple[FolderState, ...]
    received: int
    sent: int


def read_account(tx: sa.Connection, settings: Settings, day: Day) -> Account:
    """Read it in one transaction."""
    mails = outbox.not_sent(tx, day.since, day.until)
    known = {account.name for account in settings.mailboxes}
    return Account(
        waiting=read_waiting(tx, settings, day.until),
        warnings=warnings.for_summary(tx),
        mails=tuple((mail, _subject(tx, mail)) for mail in mails),
        parked=events.counts(tx)[events.PARKED],
        folders=tuple(folder for folder in folders.everything(tx) if folder.mailbox in known),
        received=messages.count_between(tx, day.since, day.until),
        sent=outbox.count_accepted(tx, day.since, day.until),
    )


def _subject(tx: sa.Connection, mail: OutboxRow) -> str:
    message = messages.at(tx, mail.answers) if mail.answers is not None else None
    return shortened(message.subject if message is not None else "")


def core_sections(
    account: Account, settings: Settings, day: Day, *, resting: Sequence[str], failed: Sequence[str]
) -> list[Section]:
    """The core's sections in the owner's language. `resting` plugins are suspended, `failed` ones had no part ready."""
    words = words_in(settings.owner.language)
    found = [
        unanswered(account.waiting, words, day.until),
        _not_sent(account, words),
        _health(account, settings, day, words, resting, failed),
    ]
    if account.warnings:
        items = tuple(Item(text=warning.text, client=warning.client) for warning in account.warnings)
        found.append(Section(title=words["told_in_summary"], place=Place.TOLD, items=items))
    return found


def _not_sent(account: Account, words: Words) -> Section:
    """Every automatic mail that did not go out, with its reason; what may have gone out twice is never repeated."""
    items = [_mail(mail, subject, words) for mail, subject in account.mails]
    if account.parked:
        said = words["one_parked" if account.parked == 1 else "parked"].format(number=account.parked)
        items.append(Item(text=said, mark=Mark.FAILED, step="whiteglove events"))
    failed = sum(item.mark is Mark.FAILED for item in items)
    headline = words["some_failed"].format(number=failed) if failed else ""
    return Section(
        title=words["not_sent"], place=Place.HELD_BACK, items=tuple(items), headline=headline, quiet=words["all_sent"]
    )


def _mail(mail: OutboxRow, subject: str, words: Words) -> Item:
    why = words.get(mail.reason, mail.reason)
    if mail.state is not MailState.WITHHELD:
        why = words[mail.state]
    return Item(text=f"{quoted(subject, words)}: {why}", client=mail.client, mark=_MARKS[mail.state])


def _health(
    account: Account, settings: Settings, day: Day, words: Words, resting: Iterable[str], failed: Iterable[str]
) -> Section:
    """Each mailbox's last successful search, what was read and sent, and plugins that are not well."""
    items = [_mailbox(box, account.folders, settings, day, words) for box in settings.mailboxes]
    items.append(Item(text=words["traffic"].format(received=account.received, sent=account.sent)))
    items += [Item(text=words["resting"].format(plugin=plugin), mark=Mark.FAILED) for plugin in resting]
    items += [Item(text=words["no_part"].format(plugin=plugin), mark=Mark.FAILED) for plugin in failed]
    # A store that no daemon has worked on yet is not unwell.
    unwell = sum(item.mark is Mark.FAILED for item in items) if account.folders else 0
    headline = words["unwell"].format(number=unwell) if unwell else ""
    return Section(title=words["health"], place=Place.HEALTH, items=tuple(items), headline=headline)


def _mailbox(account: MailboxAccount, known: Iterable[FolderState], settings: Settings, day: Day, words: Words) -> Item:
    """A mailbox is as fresh as that of its watched folders which was searched the longest time ago."""
    moments = [folder.searched_at for folder in known if (folder.mailbox, folder.role) == (account.name, INBOX)]
    if len(moments) < len(account.folders) or None in moments:
        return Item(text=words["never"].format(mailbox=account.name), mark=Mark.FAILED)
    oldest = min(filter(None, moments))
    at = oldest.astimezone(settings.worktime.zone).strftime("%Y-%m-%d %H:%M:%S")
    is_fresh = day.until - oldest <= max(STALE_AFTER, 3 * settings.daemon.poll)
    said = words["searched" if is_fresh else "stale"].format(mailbox=account.name, at=at)
    return Item(text=said, mark=Mark.OK if is_fresh else Mark.FAILED)
