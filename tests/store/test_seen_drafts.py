"""A version of the owner's draft is known by where it lies, and noted once."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from store.conftest import NOW
from whiteglove.message import Address
from whiteglove.store import seen_drafts
from whiteglove.store.seen_drafts import SeenDraftRow

DRAFT = SeenDraftRow(
    row=0,
    mailbox="studio",
    folder="Drafts",
    uidvalidity=7,
    uid=12,
    client="acme",
    message_id="d1@vale.example",
    subject="Pages",
    to=(Address("ada@acme.example", "Ada Birdwell"), Address("kim@vale.example")),
    others=("birch",),
    in_reply_to=("q1@acme.example",),
    seen_at=NOW,
)


def test_it_comes_back_as_it_was_noted(tx: sa.Connection) -> None:
    row = seen_drafts.add(tx, DRAFT)
    assert row is not None
    found = seen_drafts.get(tx, row)
    assert found == replace(DRAFT, row=row)
    assert found.as_seen().to == DRAFT.to


def test_one_place_is_noted_once(tx: sa.Connection) -> None:
    assert seen_drafts.add(tx, DRAFT) is not None
    assert seen_drafts.add(tx, replace(DRAFT, subject="Another")) is None
    assert seen_drafts.add(tx, replace(DRAFT, uidvalidity=8)) is not None


def test_which_of_some_are_known(tx: sa.Connection) -> None:
    seen_drafts.add(tx, DRAFT)
    assert seen_drafts.known(tx, "studio", "Drafts", 7, [11, 12]) == {12}
    assert seen_drafts.known(tx, "studio", "Drafts", 8, [11, 12]) == frozenset()
    assert seen_drafts.known(tx, "studio", "Drafts", 7, []) == frozenset()


def test_one_that_is_not_there_is_none(tx: sa.Connection) -> None:
    assert seen_drafts.get(tx, 5) is None
