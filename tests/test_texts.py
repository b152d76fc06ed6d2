"""Texts wait in memory until they are wanted, and are read again where they are not there any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from whiteglove.errands import Errands
from whiteglove.errors import MailboxError
from whiteglove.inprocess import Account, InProcessMailbox
from whiteglove.message import Address, RecordedMessage, Verdicts
from whiteglove.texts import TEXT_LIMIT, Texts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAIL = "From: wile@acme.example\r\nMessage-ID: <{name}@acme.example>\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"


@pytest.fixture
def account() -> Account:
    return Account(now=lambda: NOON)


@pytest.fixture
def texts(account: Account) -> Iterator[Texts]:
    errands = Errands("studio", InProcessMailbox(account))
    yield Texts({"studio": errands}, capacity=100)
    errands.close()


def deliver(account: Account, text: str, name: str = "a") -> RecordedMessage:
    """A mail in the folder, as the store remembers it."""
    uid = account.deliver(MAIL.format(name=name, text=text).encode())
    box = InProcessMailbox(account)
    box.connect()
    return RecordedMessage(
        row=uid,
        mailbox="studio",
        folder="INBOX",
        uidvalidity=box.open("INBOX").uidvalidity,
        uid=uid,
        message_id=f"{name}@acme.example",
        received_at=NOON,
        author=Address("wile@acme.example"),
        to=(),
        cc=(),
        subject="",
        client="acme",
        thread=1,
        verdicts=Verdicts(human=True, may_acknowledge=True, obliges=True),
    )


class TestInMemory:
    def test_a_text_is_taken_once(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "on the server")
        texts.put(message.row, "in memory")
        assert texts.has(message.row)
        assert texts.take(message) == "in memory"
        assert not texts.has(message.row)
        assert (texts.take(message) or "").strip() == "on the server"

    def test_that_there_is_none_is_known_too(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "on the server")
        texts.put(message.row, None)
        assert texts.take(message) is None

    def test_what_nobody_will_take_makes_room(self, texts: Texts) -> None:
        texts.put(1, "x" * 90)
        texts.drop(1)
        texts.drop(1)
        texts.put(2, "y" * 90, patience=0.01)
        assert texts.has(2)

    def test_without_room_the_text_is_let_go_after_a_while(self, texts: Texts) -> None:
        texts.put(1, "x" * 90)
        texts.put(2, "y" * 90, patience=0.01)
        assert not texts.has(2)

    def test_or_waits_until_somebody_takes_one(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "on the server")
        texts.put(message.row, "x" * 90)
        waiting = threading.Thread(target=texts.put, args=(99, "y" * 90))
        waiting.start()
        assert texts.take(message) == "x" * 90
        waiting.join(5)
        assert texts.has(99)

    def test_one_that_is_larger_than_all_room_is_kept_alone(self, texts: Texts) -> None:
        texts.put(1, "x" * 500, patience=0.01)
        assert texts.has(1)

    def test_put_twice_it_takes_its_room_once(self, texts: Texts) -> None:
        for _ in range(5):
            texts.put(1, "x" * 40, patience=0.01)
        texts.put(2, "y" * 60, patience=0.01)
        assert texts.has(2)

    def test_one_that_comes_after_it_was_fetched_is_not_kept_for_ever(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "on the server")
        texts.take(message)
        texts.put(message.row, "too late")
        assert not texts.has(message.row)


class TestReadAgain:
    def test_by_its_uid(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "How are things?")
        assert (texts.take(message) or "").strip() == "How are things?"

    def test_by_its_message_id_after_the_folder_was_renumbered(self, texts: Texts, account: Account) -> None:
        deliver(account, "Something else", "first")
        message = deliver(account, "How are things?")
        account.expunge(1)
        account.renumber()
        assert (texts.take(message) or "").strip() == "How are things?"

    def test_another_mail_under_its_uid_is_not_taken_for_it(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "How are things?")
        deliver(account, "Somebody else's words", "other")
        assert texts.take(replace(message, uid=2)) is None

    def test_gone_is_none(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "How are things?")
        account.expunge(message.uid)
        assert texts.take(message) is None

    def test_without_a_message_id_only_the_uid_can_tell(self, texts: Texts, account: Account) -> None:
        message = replace(deliver(account, "How are things?"), message_id=None)
        assert texts.take(message) is not None
        account.renumber()
        assert texts.take(message) is None

    def test_a_message_without_a_text_has_none(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "x")
        picture = "Message-ID: <p@acme.example>\r\nContent-Type: image/png\r\n\r\nAAAA\r\n"
        uid = account.deliver(picture.encode())
        assert texts.take(replace(message, uid=uid, message_id="p@acme.example")) is None

    def test_no_more_than_the_beginning_is_read(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "long " * TEXT_LIMIT)
        assert len(texts.take(message) or "") <= TEXT_LIMIT

    def test_a_folder_that_is_gone_is_none(self, texts: Texts, account: Account) -> None:
        message = replace(deliver(account, "How are things?"), folder="Elsewhere")
        assert texts.take(message) is None

    def test_a_mailbox_that_left_the_configuration_is_none(self, texts: Texts, account: Account) -> None:
        assert texts.take(replace(deliver(account, "x"), mailbox="gone")) is None

    def test_a_server_that_cannot_be_asked_is_no_answer(self, texts: Texts, account: Account) -> None:
        message = deliver(account, "How are things?")
        account.fail("fetch", MailboxError("unavailable", "try later"), times=4)
        with pytest.raises(MailboxError):
            texts.take(message)
