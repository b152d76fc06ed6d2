"""Servers that can little: no IDLE, UIDPLUS or SPECIAL-USE, folders of another language, below INBOX, or none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reality.station import Station
from servers.dovecot import Dovecot
from servers.ports import until
from whiteglove.chores import lies_in_sent
from whiteglove.imap import ImapMailbox
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.store import schema as tables
from whole.studio import Studio

BARE = """
imap_capability = IMAP4rev1
namespace inbox {
  separator = .
  prefix = INBOX.
  mailbox Sent {
    auto = no
    special_use =
  }
  mailbox Drafts {
    auto = no
    special_use =
  }
}
"""
NOTE = b"From: robin@vale.example\r\nTo: wile@acme.example\r\nMessage-ID: <note@vale.example>\r\n\r\nTomorrow.\r\n"


@pytest.fixture(scope="module")
def bare() -> Iterator[Dovecot]:
    """A Dovecot that says of itself as little as it can."""
    with Dovecot(extra=BARE) as server:
        yield server


@pytest.fixture
def connect(dovecot: Dovecot, bare: Dovecot, user: str) -> Iterator[ImapMailbox]:
    """`dovecot` is asked for, too, since it skips the test where there is none."""
    mailbox = ImapMailbox(ServerAddress(Security.PLAIN, bare.host, bare.imap_port, user), lambda: bare.password)
    mailbox.connect()
    yield mailbox
    mailbox.close()


@pytest.mark.parametrize("name", ["INBOX.Gesendet", "INBOX.Sent", "INBOX.Sent Items", "INBOX.Éléments envoyés"])
def test_sent_is_found_by_its_name(connect: ImapMailbox, name: str) -> None:
    assert connect._connection is not None
    assert not {"IDLE", "UIDPLUS", "SPECIAL-USE", "NAMESPACE"} & connect._connection.capabilities
    connect._connection.client.create_folder(name)
    connect._connection.client.create_folder("INBOX.Sent to Acme")
    assert connect.folders().sent == name
    assert not lies_in_sent(connect, "<note@vale.example>", "")
    connect.append(name, NOTE, seen=True)
    assert lies_in_sent(connect, "<note@vale.example>", "")


def test_a_server_without_anything_and_without_sent(station: Station, studio: Studio, bare: Dovecot) -> None:
    """Clients get their answers, and the owner hears that no copy of them could be filed."""
    studio.dovecot = bare
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    until(lambda: bool(station.rows(tables.warnings)), "the owner told")
    (warning,) = station.rows(tables.warnings)
    assert warning.reason == "not_filed"
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_answers("a@acme.example", "b@acme.example")
    assert station.count("mailbox.lost") == 0
