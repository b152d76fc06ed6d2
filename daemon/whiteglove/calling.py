"""Web calls and notices that plugins wanted: made one by one after the commit, and again where they were not taken.

Each may arrive more than once, since the answer to it may be lost; its delivery number is the same then. What a call
says is kept until it is over, and no longer.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.actions import Notify, Post, Warn
from whiteglove.codec import decode_action, encode_json
from whiteglove.errors import CallError, ConfigurationError, StoreError
from whiteglove.log import get
from whiteglove.message import Json
from whiteglove.ports import Caller, Clock
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.retries import pause_after
from whiteglove.settings import Settings
from whiteglove.settings.kept import kept
from whiteglove.store import Store, calls
from whiteglove.store.calls import Call

BATCH = 20
LONGEST_TRIED = timedelta(hours=24)
NOTICE_TRIED = timedelta(hours=1)
"""A notice that is older says nothing that the owner has not read by mail."""
TOLD_ONCE = timedelta(days=1)
SIGNATURE, DELIVERY, SENDER = "X-Whiteglove-Signature", "X-Whiteglove-Delivery", "X-Whiteglove-Plugin"


class Calls:
    """Makes what is due. Used by one thread."""

    def __init__(
        self, store: Store, settings: Settings, caller: Caller, clock: Clock, environ: Mapping[str, str]
    ) -> None:
        self._store = store
        self._settings = settings
        self._caller = caller
        self._clock = clock
        self._environ = environ

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Make every call that is due; return how many are over."""
        done = 0
        while not stopping():
            with self._store.read() as tx:
                due = calls.due(tx, self._clock.now(), BATCH)
            if not due:
                break
            for call in due:
                if stopping():
                    break
                done += self._make(call)
        return done

    def next_due(self) -> datetime | None:
        """When the next call may be made."""
        with self._store.read() as tx:
            return calls.next_due(tx)

    def _make(self, call: Call) -> bool:
        """Whether it is over."""
        try:
            self._call(call)
        except CallError as error:
            return self._failed(call, error)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - One call that cannot be made must not hold up the others.
            get("calls").exception("a call could not be made", plugin=call.plugin)
            return self._failed(call, CallError(type(error).__name__))
        with self._store.write() as tx:
            calls.settle(tx, call.row, calls.DONE, self._clock.now())
        return True

    def _call(self, call: Call) -> None:
        match decode_action(call.action):
            case Post(url=url, body=body, signed_with=key):
                self._post(call, url, encode_json(dict(body)).encode(), key)
            case Notify(title=title, text=text, to=to):
                self._caller.notify([self._reveal(call, place) for place in to], title, text)
            case other:
                raise CallError(f"{type(other).__name__} is no call", permanent=True)

    def _post(self, call: Call, url: str, body: bytes, key: Mapping[str, Json] | None) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "whiteglove",
            SENDER: call.plugin,
            # Keyed, so that it tells nothing, and the same at each try.
            DELIVERY: self._store.digest(b"call", call.key.encode()).hex(),
        }
        if key is not None:
            secret = self._reveal(call, key).encode()
            headers[SIGNATURE] = f"sha256={hmac.new(secret, body, 'sha256').hexdigest()}"
        self._caller.post(url, body, headers)

    def _reveal(self, call: Call, place: Mapping[str, Json]) -> str:
        try:
            return kept(dict(place), self._settings, ("plugins", call.plugin), self._environ).reveal()
        except ConfigurationError:
            # It may be put there any moment, as a password may.
            raise CallError("key") from None

    def _failed(self, call: Call, error: CallError) -> bool:
        """Try again with growing pauses, for a day; then the owner is told."""
        now = self._clock.now()
        is_notice = isinstance(decode_action(call.action), Notify)
        if error.permanent or now - call.created_at > (NOTICE_TRIED if is_notice else LONGEST_TRIED):
            with self._store.write() as tx:
                self._give_up(tx, call, error, is_notice=is_notice)
            return True
        get("calls").warning("a call was not taken", plugin=call.plugin, reason=error.code)
        pause = pause_after(call.attempts)
        with self._store.write() as tx:
            calls.change(tx, call.row, attempts=call.attempts + 1, not_before=now + pause, error=error.code)
        return False

    def _give_up(self, tx: sa.Connection, call: Call, error: CallError, *, is_notice: bool) -> None:
        now = self._clock.now()
        calls.settle(tx, call.row, calls.FAILED, now, error.code)
        words = words_of(self._settings, now)
        step = error.code if error.code in _WITH_A_STEP else "other"
        warning = Warn(
            reason="call_failed",
            key=f"call:{call.plugin}",
            text=words(
                "notice_lost" if is_notice else "call_lost",
                plugin=words.quoted(call.plugin),
                code=error.code,
                step=words(f"call_step_{step}", install=_INSTALL),
            ),
            urgency="today",
            once=TOLD_ONCE,
        )
        tell_owner(tx, CORE, warning, now, self._settings.worktime)


_WITH_A_STEP = frozenset({"apprise_missing", "key", "address"})
"""Codes after which there is something of its own to do."""
_INSTALL = "pip install 'whiteglove[notify]'"
