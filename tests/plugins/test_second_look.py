"""A mail that is not sent yet: its author hears once of heat and of other clients in it, and nobody touches it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from benches import BIRCH, acme
from whiteglove.testing import Bench
from whiteglove_plugins import second_look

JUTTA = "Jutta Forst <jutta@birch.example>"
HEATED = "As I've already told you, this is ridiculous. Stop wasting my time."


@contextmanager
def bench(**options: Any) -> Iterator[Bench]:
    with Bench(second_look, clients={"acme": acme(), "birch": BIRCH}, **options) as b:
        yield b


def texts(b: Bench) -> list[str]:
    return [warning.text for warning in b.warned]


def test_a_heated_mail_is_told_with_its_own_words_and_stays_as_it_is() -> None:
    with bench() as b:
        (told,) = b.owner_drafts(HEATED, subject="Pages")
        assert told.recipient == "robin@vale.example"
        (text,) = texts(b)
        assert text == (
            "Acme GmbH: your draft “Pages” sounds heated (“As I've already told you”, “this is ridiculous”, "
            "“Stop wasting my time”). Nothing was sent. Next step: read it again tomorrow, or call."
        )
        (draft,) = b.world.account.mails("Drafts")
        assert (draft.uid, draft.flags) == (1, {r"\Draft"})


def test_a_calm_and_firm_one_is_nothing() -> None:
    with bench() as b:
        assert b.owner_drafts("No, I will keep to Friday, as agreed with Wile.") == []


def test_another_clients_name_or_project_is_told() -> None:
    with bench() as b:
        b.owner_drafts("I was busy with the harbour festival for Birch Holding.", subject="Pages")
        (text,) = texts(b)
        assert "tells of another client (“birch holding”, “harbour festival”)" in text
        assert "take it out" in text


def test_a_subject_tells_as_much_as_a_text() -> None:
    with bench() as b:
        b.owner_drafts("Hello.", subject="Birch Holding")
        assert "tells of another client" in texts(b)[0]


def test_two_clients_at_once() -> None:
    with bench() as b:
        b.owner_drafts("Hello both of you.", headers={"Cc": JUTTA})
        (text,) = texts(b)
        assert "goes to another client too (Birch Holding)" in text


def test_what_is_quoted_from_the_client_is_not_the_owners() -> None:
    with bench() as b:
        b.owner_drafts("Friday it is.\n\nOn Monday, Wile Coyote wrote:\n> This is ridiculous!\n> What about Birch?")
        assert b.warned == []


def test_saved_again_and_again_it_is_told_once_and_mended_not_at_all() -> None:
    with bench() as b:
        raw = b.compose(HEATED, sender="robin@vale.example", to="wile@acme.example")
        for _ in range(3):
            b.world.account.deliver(raw, "Drafts")
            b.run()
            b.world.account.expunge(b.world.account.mails("Drafts")[0].uid, "Drafts")
        assert [warning.times for warning in b.warned] in ([1], [3])
        assert len([mail for mail in b.mails if mail.state == "sent"]) == 1
        b.owner_drafts("Friday it is.")
        assert len(b.warned) == 1


def test_sent_before_it_was_read_there_is_nothing_to_say() -> None:
    with bench() as b:
        raw = b.compose(HEATED, sender="robin@vale.example", to="wile@acme.example")
        uid = b.world.account.deliver(raw, "Drafts")
        b.daemon.look_at_drafts("studio")
        b.world.account.expunge(uid, "Drafts")
        b.run()
        assert b.warned == []


@pytest.mark.parametrize(("key", "left"), [("heated", "tells of"), ("others", "sounds heated")])
def test_each_half_can_be_turned_off(key: str, left: str) -> None:
    with bench(**{key: False}) as b:
        b.owner_drafts(f"{HEATED} Birch Holding would never ask.")
        (text,) = texts(b)
        assert left in text


def test_in_the_owners_language() -> None:
    with bench(owner={"language": "de"}) as b:
        b.owner_drafts("Das ist lächerlich.", subject="")
        assert texts(b) == [
            "Acme GmbH: Der Entwurf ohne Betreff klingt hitzig („Das ist lächerlich“). Gesendet ist nichts. "
            "Nächster Schritt: morgen noch einmal lesen, oder anrufen."
        ]
