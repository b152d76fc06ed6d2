"""What a hook may read, put together for one call."""

from __future__ import annotations

from datetime import datetime

from whiteglove.actions import Forward
from whiteglove.desk.delegating import objection
from whiteglove.hookspecs import AnyContext, Context
from whiteglove.host import Host
from whiteglove.log import get
from whiteglove.owner_words import Words
from whiteglove.settings import Settings
from whiteglove.store import Store
from whiteglove.store.view import LedgerView, MemoryView


class Contexts:
    """Makes contexts; the ledger in each answers as of its `now`."""

    def __init__(self, settings: Settings, host: Host, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._configs = {plugin.name: plugin.settings for plugin in host.plugins}
        self._texts = {plugin.name: host.words(plugin.name, settings.owner.language) for plugin in host.plugins}

    def of(self, plugin: str, now: datetime, event: int | None = None) -> AnyContext:
        """The context of one plugin for one event, or for none."""
        settings = self._settings
        return Context(
            plugin=plugin,
            config=self._configs[plugin],
            now=now,
            owner=settings.owner,
            book=settings.book,
            ledger=LedgerView(self._store, settings.book, settings.worktime, now),
            worktime=settings.worktime,
            memory=MemoryView(self._store, plugin, now),
            words=Words(
                texts=self._texts[plugin],
                language=settings.languages[settings.owner.language],
                zone=settings.worktime.zone,
                now=now,
            ),
            log=get("plugin").bind(plugin=plugin, event_id=event),
        )

    def objection(self, wish: Forward, now: datetime) -> str | None:
        """Why a message cannot be passed on as a plugin wants it; None where it can."""
        with self._store.read() as tx:
            return objection(tx, wish, self._settings, now)
