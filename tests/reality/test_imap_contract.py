"""What the daemon asks of any IMAP server, on Dovecot and on whichever servers are named.

`IMAP_SERVERS="cyrus=127.0.0.1:11143 courier=127.0.0.1:10143"` names others that run on this machine, each
with empty mailboxes robin1@vale.example and so on, all of them with Dovecot's password here. Nothing is delivered there
but by APPEND, so that any server will do.
"""

from __future__ import annotations

import imaplib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from servers.dovecot import PASSWORD, Dovecot
from whiteglove.chores import lies_in_sent
from whiteglove.errors import MailboxError
from whiteglove.imap import ImapMailbox
from whiteglove.imap.fetching import LARGEST_HEADER
from whiteglove.settings.servers import Security, ServerAddress

OTHERS = dict(place.split("=", 1) for place in os.environ.get("IMAP_SERVERS", "").split())
NOTE = (
    b"From: Wile <wile@acme.example>\r\nTo: robin@vale.example\r\nSubject: Catalogue\r\n"
    b"Message-ID: <%s@acme.example>\r\nX-Whiteglove: token%s\r\n\r\nHow are things?\r\n"
)
_users = count(1)


@dataclass
class Place:
    """One mailbox on one server: the daemon's connection, and the owner's mail program beside it."""

    name: str
    mailbox: ImapMailbox
    program: imaplib.IMAP4

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        when = imaplib.Time2Internaldate(at) if at else ""
        answer = self.program.append(folder, "", when, raw)
        assert answer[0] == "OK", answer


@pytest.fixture(params=["dovecot", *OTHERS])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    name: str = request.param
    if name == "dovecot":
        server: Dovecot = request.getfixturevalue("dovecot")
        host, port, user = server.host, server.imap_port, request.getfixturevalue("user")
    else:
        host, _, digits = OTHERS[name].rpartition(":")
        port, user = int(digits), f"robin{next(_users)}@vale.example"
    program = imaplib.IMAP4(host, port)
    program.login(user, PASSWORD)
    program.select()
    mailbox = ImapMailbox(ServerAddress(Security.PLAIN, host, port, user), lambda: PASSWORD)
    mailbox.connect()
    yield Place(name, mailbox, program)
    mailbox.close()
    program.logout()


def note(name: str) -> bytes:
    return NOTE % (name.encode(), name.encode())


def test_a_mail_is_found_and_read(place: Place) -> None:
    before = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
    opened = place.mailbox.open("INBOX")
    assert (opened.exists, opened.uidvalidity > 0) == (0, True)
    assert place.mailbox.uids_above(0) == []
    place.deliver(note("a"))
    assert place.mailbox.open("INBOX").uidvalidity == opened.uidvalidity
    (uid,) = place.mailbox.uids_above((opened.uidnext or 1) - 1)
    (one,) = place.mailbox.fetch([uid, uid + 7])
    assert before <= one.received_at <= datetime.now(UTC) + timedelta(seconds=1)
    assert one.size == len(note("a"))
    assert b"Message-ID: <a@acme.example>\r\n" in one.header
    assert one.structure is not None
    assert one.structure.content_type == "text/plain"
    assert place.mailbox.fetch_sections([(uid, one.structure)], 1000) == {uid: b"How are things?\r\n"}
    assert place.mailbox.fetch_sections([(uid, one.structure)], 3) == {uid: b"How"}


def test_a_search_is_cut_to_what_was_asked_for(place: Place) -> None:
    place.deliver(note("old"), at=datetime.now(UTC) - timedelta(days=20))
    place.deliver(note("a"))
    place.mailbox.open("INBOX")
    old, new = place.mailbox.uids_above(0)
    assert place.mailbox.uids_above(old) == [new]
    assert place.mailbox.uids_above(new) == []
    recent = (datetime.now(UTC) - timedelta(days=2)).date()
    assert place.mailbox.uids_since(recent, new + 1) == [new]
    assert place.mailbox.uids_since((datetime.now(UTC) - timedelta(days=22)).date(), new) == [old]


def test_flags_stay_and_what_is_gone_is_no_error(place: Place) -> None:
    for name in ("a", "b", "c"):
        place.deliver(note(name))
    place.mailbox.open("INBOX")
    uids = place.mailbox.uids_above(0)
    found = place.mailbox.fetch(uids)
    place.mailbox.fetch_sections([(one.uid, one.structure) for one in found if one.structure], 1000)
    place.program.select()
    flags = [line for line in place.program.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(line, bytes)]
    assert not any(b"\\Seen" in line for line in flags)
    place.program.uid("STORE", str(uids[1]), "+FLAGS", r"(\Deleted)")
    place.program.expunge()
    # A server may show a connection that has not been told of it what is gone (RFC 9051 section 7.5.1).
    assert {uids[0], uids[2]} <= {one.uid for one in place.mailbox.fetch(uids)}
    place.mailbox.open("INBOX")
    assert place.mailbox.uids_above(0) == [uids[0], uids[2]]


def test_sent_is_found_written_to_and_searched(place: Place) -> None:
    folder = place.mailbox.folders().sent
    if folder is None:
        prefix = place.mailbox._connection.prefix if place.mailbox._connection else ""
        place.program.create(f'"{prefix}Sent"')
        folder = place.mailbox.folders().sent
    assert folder is not None
    assert not lies_in_sent(place.mailbox, "<m@acme.example>", "tokenm")
    place.mailbox.append(folder, note("m"), seen=True)
    place.mailbox.append(folder, note("n"), seen=True)
    assert lies_in_sent(place.mailbox, "<m@acme.example>", "tokenm")
    opened = place.mailbox.open(folder)
    assert opened.exists == 2
    assert len(place.mailbox.uids_with_header("X-Whiteglove", "tokenn")) == 1
    assert place.mailbox.uids_with_header("X-Whiteglove", "tokenx") == []
    (first, _) = place.mailbox.fetch(place.mailbox.uids_above(0))
    assert first.size == len(note("m"))


def test_a_missing_folder_is_told_from_a_server_that_is_busy(place: Place) -> None:
    for call in (lambda: place.mailbox.open("Gone"), lambda: place.mailbox.append("Gone", note("a"), seen=True)):
        with pytest.raises(MailboxError) as missing:
            call()
        assert missing.value.code == "missing_folder"
    assert place.mailbox.open("INBOX").exists == 0


def test_a_name_beyond_ascii(place: Place) -> None:
    prefix = place.mailbox._connection.prefix if place.mailbox._connection else ""
    name = f"{prefix}Entwürfe & Skizzen {time.time_ns()}"
    assert place.mailbox._connection is not None
    place.mailbox._connection.client.create_folder(name)
    place.mailbox.append(name, note("a"), seen=False)
    assert place.mailbox.open(name).exists == 1


def test_news_end_the_waiting(place: Place) -> None:
    """At once where the server announces by itself, and after the waiting where it does not."""
    place.mailbox.open("INBOX")
    place.mailbox.uids_above(0)
    timer = threading.Timer(0.3, lambda: place.deliver(note("a")))
    timer.start()
    began = time.monotonic()
    told = place.mailbox.wait(15)
    waited = time.monotonic() - began
    timer.join()
    assert told or waited >= 15
    print(f"{place.name}: {'announced' if told else 'said nothing'} after {waited:.2f} s; {place.mailbox.can_idle=}")
    place.mailbox.open("INBOX")
    assert len(place.mailbox.uids_above(0)) == 1


def test_wake_ends_the_waiting(place: Place) -> None:
    place.mailbox.open("INBOX")
    place.mailbox.uids_above(0)
    place.mailbox.wake()
    began = time.monotonic()
    assert place.mailbox.wait(30) is False
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"X-Much: " + b"a " * 200_000 + b"\r\n" + note("much"),
        lambda: (
            note("parts").replace(b"\r\n\r\n", b'\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n', 1)
            + b"".join(b'--b\r\nContent-Type: text/x; name="%d"\r\n\r\nx\r\n' % part for part in range(300))
            + b"--b--\r\n"
        ),
        lambda: b"\xff\xfe: what\r\nno colon here\r\nMessage-ID: <odd@acme.example>\r\n\r\n\xff\r\n",
    ],
    ids=["a header of 400 KB", "300 parts", "octets beyond ASCII"],
)
def test_mail_that_servers_stumble_over(place: Place, make: Callable[[], bytes]) -> None:
    place.deliver(note("before"))
    answer = place.program.append("INBOX", "", "", make())
    if answer[0] != "OK":
        pytest.skip(f"{place.name} takes no such mail: {answer[1]}")
    place.deliver(note("after"))
    place.mailbox.open("INBOX")
    found = place.mailbox.fetch(place.mailbox.uids_above(0))
    assert [b"<before@" in found[0].header, b"<after@" in found[2].header] == [True, True]
    assert len(found[1].header) <= LARGEST_HEADER
    assert found[1].size > 0


def test_a_password_that_is_refused(place: Place) -> None:
    host, port = place.program.host, place.program.port
    mailbox = ImapMailbox(ServerAddress(Security.PLAIN, host, port, "robin40@vale.example"), lambda: "wrong")
    found = []
    for _ in range(2):
        try:
            mailbox.connect()
        except MailboxError as error:
            found.append((error.code, error.fatal))
        else:
            mailbox.close()
            pytest.skip("this server takes every password")
    assert {code for code, _ in found} == {"login"}
    assert found[-1][1]
    print(f"{place.name}: {found}")
