"""The mails to the owner: what was warned of, in one mail, under one Message-ID however often it is sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benches import BIRCH, acme, plugin
from whiteglove.actions import Warn
from whiteglove.errors import SubmissionError
from whiteglove.testing import Bench, SentMail


def warning(*texts: str, **fields: object) -> object:
    """A plugin that warns of each message that arrives, in these words."""
    return plugin(
        on_message=lambda event: [
            Warn(reason="test", key=f"{number}:{event.message.row}", text=text, client=event.client.key, **fields)
            for number, text in enumerate(texts)
        ]
    )


def notices(*texts: str, owner: dict[str, str] | None = None) -> list[SentMail]:
    with Bench(warning(*texts), clients={"acme": acme(), "birch": BIRCH}, owner=owner) as bench:
        return bench.receive("Hello")


def test_one_warning_is_its_own_subject() -> None:
    (mail,) = notices("Acme GmbH: the sky falls. Next step: look up.")
    assert mail.subject == "Acme GmbH: the sky falls. Next step: look up."
    assert mail.text.splitlines()[0] == "Acme GmbH: the sky falls. Next step: look up."
    assert mail.recipient == "robin@vale.example"
    assert mail.message["From"] == "whiteglove <robin@vale.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_the_client_is_named_where_the_text_does_not_name_them() -> None:
    (mail,) = notices("the sky falls.")
    assert mail.text.splitlines()[0] == "Acme GmbH: the sky falls."


def test_of_several_the_clients_are_named_in_the_subject() -> None:
    (mail,) = notices("the sky falls.", "the ground shakes.")
    assert mail.subject == "whiteglove: 2 × Acme GmbH"
    assert "Acme GmbH: the sky falls." in mail.text
    assert "Acme GmbH: the ground shakes." in mail.text


def test_a_long_or_broken_text_makes_a_short_subject_of_one_line() -> None:
    (mail,) = notices("first line\nsecond " + "very " * 40 + "long")
    assert mail.subject == "first line"
    (mail,) = notices("very " * 40 + "long")
    assert len(mail.subject) == 120
    assert mail.subject.endswith("…")


@pytest.mark.parametrize("text", ["a\x00b\r\nBcc: eve@elsewhere.example", "x" * 5000, "ü – „…“ 日本語"])
def test_whatever_a_plugin_writes_a_notice_goes_out(text: str) -> None:
    (mail,) = notices(text)
    assert mail.message["Bcc"] is None
    assert mail.recipient == "robin@vale.example"


def test_it_speaks_the_owners_language() -> None:
    (mail,) = notices("Etwas.", owner={"language": "de"})
    assert "whiteglove, für Robin Vale" in mail.text


def test_what_was_warned_of_twice_says_so() -> None:
    counting = plugin(on_message=lambda event: [Warn(reason="x", key="same", text="Again.", urgency="today")])
    with Bench(counting, now=datetime(2026, 3, 1, 12, tzinfo=UTC)) as bench:
        bench.receive("Hello")
        bench.receive("Hello again")
        (mail,) = bench.advance(hours=20)
        assert "Again. (2 times)" in mail.text


def test_sent_again_it_has_the_same_message_id() -> None:
    with Bench(warning("the sky falls.")) as bench:
        bench.world.server.answer(SubmissionError("unknown", "the connection broke"), accepted=True)
        (first,) = bench.receive("Hello")
        (second,) = bench.advance(minutes=5)
        assert first.message["Message-ID"] == second.message["Message-ID"]
        assert first.text == second.text
        assert bench.advance(hours=5) == []
