"""The logins by OAuth 2.0: renewed ahead of time, and their owner told while there is time, and when it is over.

A login ends on its own: by the provider's rules, a new password, a click in the account's settings. That must not first
show when the next connection is made, and must not be told by the mailbox that it concerns alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from whiteglove.actions import Warn
from whiteglove.errors import TokenError
from whiteglove.log import get
from whiteglove.oauth import Access, LoginState
from whiteglove.oauth.access import LAST
from whiteglove.owner_words import Words
from whiteglove.ports import Clock
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.store import Store
from whiteglove.worktime import WorkingTime

LOOK = timedelta(seconds=5)
"""Between two looks at the files."""
ASK_AGAIN = timedelta(minutes=1)
"""Before a provider that gave no answer is asked again by this loop."""
REFUSED_AGAIN = timedelta(minutes=15)
PATIENCE = timedelta(hours=1)
"""How long a provider may be out of reach before the owner hears of it: a token lives about that long."""
MISSING_ONCE = timedelta(days=1)


class Logins:
    """Keeps the logins alive, and tells of those that end. Used by one thread."""

    def __init__(
        self,
        store: Store,
        accesses: Mapping[str, Access],
        clock: Clock,
        worktime: Callable[[], WorkingTime],
        words: Callable[[datetime], Words],
    ) -> None:
        """`accesses` are those of the mailboxes that log in by OAuth 2.0."""
        self._store = store
        self._accesses = accesses
        self._clock = clock
        self._worktime = worktime
        self._words = words
        self._looked_at: datetime | None = None
        self._not_before: dict[str, datetime] = {}
        self._missing_since: dict[str, datetime] = {}
        self._told: dict[str, Warn] = {}
        self._faults: dict[str, TokenError] = {}

    def look(self) -> int:
        """Renew what is about to end, and tell of what cannot be renewed; return how many warnings that made."""
        now = self._clock.now()
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK:
            return 0
        self._looked_at = now
        return sum(self._look(name, access, now) for name, access in self._accesses.items())

    def _look(self, name: str, access: Access, now: datetime) -> int:
        if now >= self._not_before.get(name, now):
            self._renew(name, access, now)
        warning = self._warning(name, access, access.state(), now)
        before = self._told.get(name)
        if warning is None:
            self._told.pop(name, None)
            return 0
        if before is not None and (before.key, before.text) == (warning.key, warning.text):
            return 0
        with self._store.write() as tx:
            is_news = tell_owner(tx, CORE, warning, now, self._worktime())
        self._told[name] = warning
        return int(is_news)

    def _renew(self, name: str, access: Access, now: datetime) -> None:
        before = self._faults.pop(name, None)
        try:
            access.token()
        except TokenError as error:
            self._faults[name] = error
            self._not_before[name] = now + (REFUSED_AGAIN if error.lasting else ASK_AGAIN)
            if before is None:
                get("logins").warning("the login cannot be renewed", mailbox=name, reason=str(error))

    def _warning(self, name: str, access: Access, state: LoginState, now: datetime) -> Warn | None:
        """What the owner is to be told of this login as it stands; None while there is nothing."""
        if state.condition != "missing":
            self._missing_since.pop(name, None)
        if state.condition == "missing":
            self._missing_since.setdefault(name, now)
            text = self._said("login_missing", name, now, command=access.command)
            return Warn(reason="login_missing", key=f"login:{name}", text=text, once=MISSING_ONCE)
        fault = self._faults.get(name)
        if state.condition in ("ok", "unreadable") and fault is not None and fault.lasting:
            text = self._said("login_unusable", name, now, fault=fault)
            return Warn(reason="login_unusable", key=f"login:{name}", text=text, once=MISSING_ONCE)
        if state.condition == "refused" and state.since is not None:
            text = self._said("login_ended", name, now, code=state.code, command=access.command)
            # Told once, however often the daemon is started meanwhile.
            once = max(now - state.since, timedelta(0))
            return Warn(reason="login_ended", key=f"login:{name}", text=text, once=once)
        if state.condition == "failing" and state.since is not None and now - state.since >= PATIENCE:
            text = self._said("login_failing", name, now, code=state.code)
            key = f"login_failing:{name}"
            return Warn(reason="login_failing", key=key, text=text, urgency="today", once=now - state.since)
        if state.ends_soon(now) and state.ends_at is not None and state.ends_from is not None:
            return self._ending(name, state.ends_at, state.ends_from, access.command, now)
        return None

    def _said(self, text: str, mailbox: str, now: datetime, **values: object) -> str:
        words = self._words(now)
        return words(text, mailbox=words.quoted(mailbox), **values)

    def _ending(self, name: str, ends_at: datetime, ends_from: datetime, command: str, now: datetime) -> Warn:
        """Told when it is early, and once more on the last day."""
        is_last = now >= ends_at - LAST
        # In full, so that it is the same news on every day.
        moment = self._words(now).in_full(ends_at)
        return Warn(
            reason="login_ends",
            key=f"login_ends:{name}:{'last' if is_last else 'early'}",
            text=self._said("login_ends", name, now, moment=moment, command=command),
            urgency="today",
            once=max(now - ends_from, timedelta(0)),
        )
