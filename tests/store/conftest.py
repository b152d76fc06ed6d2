"""A store on disk for each test, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState
from whiteglove.store import Store, messages, outbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def tx(store: Store) -> Iterator[sa.Connection]:
    """A writing transaction, committed at the end of the test."""
    with store.write() as tx:
        yield tx


STRANGER = {
    "mailbox": "studio",
    "folder": "INBOX",
    "uidvalidity": 7,
    "recorded_at": NOW,
    "human": True,
    "may_acknowledge": False,
    "obliges": False,
    "reason": "unknown_sender",
}
"""All that is known of a message of somebody who is not in the book, but for its UID and the hash of its id."""

AddMessage = Callable[..., int]


@pytest.fixture
def add_message(store: Store, tx: sa.Connection) -> AddMessage:
    """Record a client's message under the next UID; `client=None` for a stranger's."""
    uids = iter(range(1, 1000))

    def add(name: str | None = None, /, **values: Any) -> int:
        uid = next(uids)
        message_id = name or f"{uid}@acme.example"
        known: dict[str, Any] = {**STRANGER, "uid": uid, "id_hash": store.hash_id(message_id)}
        if values.get("client", "acme") is not None:
            known |= {
                "client": "acme",
                "digest": store.digest(message_id.encode()),
                "message_id": message_id,
                "received_at": NOW,
                "author_address": "wile@acme.example",
                "author_name": "Wile Coyote",
                "to": [["robin@vale.example", "Robin Vale"]],
                "subject": "Catalogue",
                "may_acknowledge": True,
                "obliges": True,
                "reason": None,
            }
        return messages.add(tx, **{**known, **values})

    return add


PlanMail = Callable[..., int]


@pytest.fixture
def plan_mail(tx: sa.Connection) -> PlanMail:
    """Put a mail to a client into the outbox under the next key."""
    keys = iter(range(1, 1000))

    def plan(**values: Any) -> int:
        known: dict[str, Any] = {
            "key": f"key {next(keys)}",
            "audience": Audience.CLIENT,
            "state": MailState.PLANNED,
            "reason": "status_request",
            "plugin": "acknowledge",
            "action": "{}",
            "template": "answer",
            "mailbox": "studio",
            "address": "wile@acme.example",
            "client": "acme",
            "created_at": NOW,
            "not_before": NOW,
        }
        row = outbox.plan(tx, **{**known, **values})
        assert row is not None
        return row

    return plan
