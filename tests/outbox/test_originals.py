"""A message that is passed on is fetched as it lies on the server, by UID, else by its Message-ID."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benches import QUESTION, acme, plugin
from whiteglove.errors import MailboxError
from whiteglove.message import RecordedMessage
from whiteglove.outbox.originals import Originals
from whiteglove.prepare.forwarding import Missing
from whiteglove.store import messages
from whiteglove.testing import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(plugin(), clients={"acme": acme()}) as opened:
        opened.receive(QUESTION)
        yield opened


def recorded(bench: Bench) -> RecordedMessage:
    with bench.store.read() as tx:
        return messages.get(tx, 1)


def arrived(bench: Bench) -> bytes:
    return bench.world.account.mails()[-1].message


def test_it_is_what_arrived(bench: Bench) -> None:
    assert Originals(bench.daemon.errands).fetch(recorded(bench)) == arrived(bench)


def test_after_a_renumbering_it_is_found_by_its_message_id(bench: Bench) -> None:
    bench.world.account.deliver(b"From: x@y.example\r\n\r\n")
    bench.world.account.expunge(1)
    bench.world.account.deliver(bench.compose("Other", sender="ada@acme.example"))
    again = bench.compose(QUESTION, sender="wile@acme.example").replace(b"bench.3@", b"bench.1@")
    bench.world.account.deliver(again)
    bench.world.account.renumber()
    assert Originals(bench.daemon.errands).fetch(recorded(bench)) == again


def test_another_mail_under_its_uid_is_not_it(bench: Bench) -> None:
    message = replace(recorded(bench), message_id="other@elsewhere.example")
    assert Originals(bench.daemon.errands).fetch(message) is Missing.GONE


@pytest.mark.parametrize("largest", [10, 1])
def test_what_is_too_large_is_not_read(bench: Bench, largest: int) -> None:
    # Nothing is asked of the server but its size.
    bench.world.account.fail("message", MailboxError("protocol", "asked for"), times=9)
    assert Originals(bench.daemon.errands, largest=largest).fetch(recorded(bench)) is Missing.TOO_LARGE


def test_the_limit_itself_is_not_too_large(bench: Bench) -> None:
    whole = arrived(bench)
    assert Originals(bench.daemon.errands, largest=len(whole)).fetch(recorded(bench)) == whole


def test_gone_is_what_nobody_finds(bench: Bench) -> None:
    bench.world.account.expunge(1)
    originals = Originals(bench.daemon.errands)
    assert originals.fetch(recorded(bench)) is Missing.GONE
    assert originals.fetch(replace(recorded(bench), folder="Elsewhere")) is Missing.GONE
    assert originals.fetch(replace(recorded(bench), mailbox="left")) is Missing.GONE


def test_a_server_that_cannot_be_asked_is_asked_again_later(bench: Bench) -> None:
    bench.world.account.fail("open", MailboxError("unavailable", "later"), times=9)
    with pytest.raises(MailboxError):
        Originals(bench.daemon.errands).fetch(recorded(bench))
