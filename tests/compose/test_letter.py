"""What a letter asks of the one who writes it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from whiteglove.compose import Letter, parent_references
from whiteglove.ledger import Audience
from whiteglove.message import Message


def test_the_references_of_the_parent_come_first() -> None:
    parent = Message(message_id="c@x.example", references=("a@x.example", "b@x.example"), in_reply_to=("b@x.example",))

    assert parent_references(parent) == ("a@x.example", "b@x.example")


def test_without_them_a_single_in_reply_to_stands_in() -> None:
    assert parent_references(Message(in_reply_to=("b@x.example",))) == ("b@x.example",)


def test_several_in_reply_to_tell_no_thread() -> None:
    assert parent_references(Message(in_reply_to=("b@x.example", "c@x.example"))) == ()


def test_a_date_without_a_zone_is_refused(letter: Callable[..., Letter]) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        letter(date=datetime(2026, 11, 24, 10, 45))  # noqa: DTZ001 - exactly this is refused


def test_a_client_gets_no_page_and_nobody_a_page_beside_a_calendar_entry(letter: Callable[..., Letter]) -> None:
    with pytest.raises(ValueError, match="to the owner alone"):
        letter(page="<p>Hello</p>")
    with pytest.raises(ValueError, match="not both"):
        letter(audience=Audience.OWNER, page="<p>Hello</p>", calendar=b"BEGIN:VCALENDAR")
    assert letter(audience=Audience.OWNER, page="<p>Hello</p>").page == "<p>Hello</p>"


def test_a_message_is_enclosed_for_a_teammate_alone(letter: Callable[..., Letter]) -> None:
    for audience in (Audience.CLIENT, Audience.OWNER):
        with pytest.raises(ValueError, match="for a teammate alone"):
            letter(audience=audience, enclosed=b"From: a@b.example\r\n\r\n")
    assert letter(audience=Audience.COLLEAGUE, enclosed=b"x").enclosed == b"x"
