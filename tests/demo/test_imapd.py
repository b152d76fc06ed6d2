"""The IMAP server with the daemon's own adapter, with Dovecot's answers beside it, and with other clients."""

from __future__ import annotations

import imaplib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from imapclient import IMAPClient

from demo.mails import MAILS, NOTE
from demo.talk import PASSWORD, USER
from servers.dovecot import Dovecot
from whiteglove.demo import ImapServer
from whiteglove.errors import MailboxError
from whiteglove.imap import ImapMailbox
from whiteglove.message import Part
from whiteglove.ports import Fetched, Folders
from whiteglove.settings.servers import Security, ServerAddress

THEN = datetime(2024, 11, 26, 9, 42, 11, tzinfo=UTC)
"""Long ago: Dovecot does not believe in mail from the future."""

Connect = Callable[..., ImapMailbox]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens mailboxes that are closed after the test."""
    opened: list[ImapMailbox] = []

    def connected(port: int, user: str = USER, password: str = PASSWORD) -> ImapMailbox:
        mailbox = ImapMailbox(ServerAddress(Security.PLAIN, "127.0.0.1", port, user), lambda: password)
        opened.append(mailbox)
        mailbox.connect()
        return mailbox

    yield connected
    for mailbox in opened:
        mailbox.close()


@pytest.fixture
def mailbox(server: ImapServer, connect: Connect) -> ImapMailbox:
    return connect(server.port)


class TestWithTheAdapter:
    def test_folders_and_an_empty_one(self, mailbox: ImapMailbox) -> None:
        status = mailbox.open("INBOX")

        assert mailbox.can_idle
        assert mailbox.folders() == Folders(sent="Sent", drafts="Drafts", junk="Junk")
        assert (status.uidnext, status.exists, mailbox.uids_above(0)) == (1, 0, [])
        with pytest.raises(MailboxError) as missing:
            mailbox.open("Nowhere")
        assert missing.value.code == "missing_folder"

    def test_a_refused_login(self, server: ImapServer, connect: Connect) -> None:
        for user, password in ((USER, "wrong"), ("nobody@vale.example", PASSWORD)):
            with pytest.raises(MailboxError) as refused:
                connect(server.port, user, password)
            assert (refused.value.code, refused.value.fatal) == ("login", True)

    def test_a_password_beyond_ascii_goes_by_authenticate(self, connect: Connect) -> None:
        with ImapServer({USER: "Schlüssel"}) as server:
            assert connect(server.port, USER, "Schlüssel").open("INBOX").exists == 0

    def test_finding(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        for number in range(1, 6):
            server.deliver(USER, NOTE % number, received_at=THEN + timedelta(days=number))
        status = mailbox.open("INBOX")

        assert (status.exists, status.uidnext) == (5, 6)
        assert mailbox.uids_above(0) == [1, 2, 3, 4, 5]
        assert mailbox.uids_above(4) == [5]
        assert mailbox.uids_above(5) == []
        assert mailbox.uids_since(date(2024, 11, 29), 5) == [3, 4]
        assert mailbox.uids_with_header("Message-ID", "<3@acme.example>") == [3]
        assert mailbox.uids_with_header("Message-ID", "<6@acme.example>") == []
        server.deliver(USER, NOTE % 6)
        assert mailbox.uids_above(5) == [6]

    def test_reading_in_two_steps(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        server.deliver(USER, MAILS["attachment"], received_at=THEN.astimezone().replace(microsecond=999))
        whole = server.mails(USER)[0].raw
        mailbox.open("INBOX")
        [mail] = mailbox.fetch([1, 9])
        assert mail.structure is not None
        text = next(part for part in mail.structure.walk() if part.content_type == "text/html")

        assert mail.received_at == THEN
        assert mail.header == whole.partition(b"--outer")[0]
        assert mail.size == len(whole) > len(MAILS["attachment"])
        assert (text.section, text.size) == ("1.2", 3)
        assert mailbox.fetch_sections([(1, text), (9, text)], 100) == {1: b"<p>"}
        assert mailbox.fetch_sections([(1, text)], 2) == {1: b"<p"}
        assert server.mails(USER)[0].flags == frozenset(), "reading leaves no trace"

    def test_a_draft_is_read_whole_and_taken_away(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        for number in (1, 2):
            mailbox.append("Drafts", NOTE % number, seen=True, draft=True)
        mailbox.open("Drafts")

        assert mailbox.message(1, 4096) == NOTE % 1
        assert mailbox.message(9, 4096) is None
        mailbox.remove("Drafts", 1)
        assert [mail.uid for mail in server.mails(USER, "Drafts")] == [2]
        assert mailbox.uids_above(0) == [2]

    def test_filing(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        before = datetime.now(UTC)
        mailbox.append("Sent", NOTE % 1, seen=True)
        mailbox.append("Drafts", NOTE % 2, seen=False, draft=True)
        [sent], [draft] = server.mails(USER, "Sent"), server.mails(USER, "Drafts")

        assert (sent.raw, sent.flags) == (NOTE % 1, frozenset({"\\Seen"}))
        assert (draft.raw, draft.flags) == (NOTE % 2, frozenset({"\\Draft"}))
        assert before <= sent.received_at <= datetime.now(UTC)
        with pytest.raises(MailboxError) as missing:
            mailbox.append("Nowhere", NOTE % 3, seen=True)
        assert missing.value.code == "missing_folder"

    def test_a_large_mail(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        text = b"0123456789abcd\r\n" * 500_000
        mailbox.append("Sent", b"Subject: Large\r\n\r\n" + text, seen=True)
        mailbox.open("Sent")
        found = mailbox.fetch_sections([(1, Part("text/plain"))], 10_000_000)

        assert found[1] == text

    def test_the_clock_dates_what_comes_without_a_date(self, connect: Connect) -> None:
        with ImapServer({USER: PASSWORD}, clock=lambda: THEN) as server:
            server.deliver(USER, NOTE % 1)
            connect(server.port).append("INBOX", NOTE % 2, seen=False)

            assert [mail.received_at for mail in server.mails(USER)] == [THEN, THEN]

    def test_users_do_not_see_each_other(self, connect: Connect) -> None:
        with ImapServer({USER: PASSWORD, "kim@vale.example": "other"}) as server:
            server.deliver(USER, NOTE % 1)

            assert connect(server.port, "kim@vale.example", "other").open("INBOX").exists == 0
            assert connect(server.port).open("INBOX").exists == 1
            with pytest.raises(KeyError):
                server.deliver("nobody@vale.example", NOTE % 1)


class TestWaiting:
    def test_a_mail_wakes_within_fifty_milliseconds(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        mailbox.open("INBOX")
        seen, delays = mailbox.uids_above(0), []
        delivered: list[float] = []

        def deliver() -> None:
            delivered.append(time.monotonic())
            server.deliver(USER, NOTE % len(delivered))

        for _ in range(20):
            courier = threading.Timer(0.01, deliver)
            courier.start()
            assert mailbox.wait(30) is True
            delays.append(time.monotonic() - delivered[-1])
            courier.join()
            seen += mailbox.uids_above(len(seen))

        assert seen == list(range(1, 21))
        assert sorted(delays)[10] < 0.05

    def test_no_mail_of_a_burst_is_missed(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        mailbox.open("INBOX")
        seen = mailbox.uids_above(0)
        courier = threading.Thread(target=lambda: [server.deliver(USER, NOTE % number) for number in range(500)])
        courier.start()
        while len(seen) < 500:
            assert mailbox.wait(30) is True
            seen += mailbox.uids_above(seen[-1] if seen else 0)
        courier.join()

        assert seen == list(range(1, 501))

    def test_what_came_ahead_of_the_wait_ends_it_at_once(self, server: ImapServer, mailbox: ImapMailbox) -> None:
        mailbox.open("INBOX")
        mailbox.uids_above(0)
        server.deliver(USER, NOTE % 1)

        assert mailbox.wait(30) is True
        mailbox.uids_above(0)
        assert mailbox.wait(0.02) is False
        mailbox.wake()
        assert mailbox.wait(30) is False

    def test_a_stopped_server_ends_the_wait_and_is_reached_again(
        self, server: ImapServer, mailbox: ImapMailbox
    ) -> None:
        server.deliver(USER, NOTE % 1)
        mailbox.open("INBOX")
        uids = mailbox.uids_above(0)
        stopper = threading.Timer(0.05, server.stop)
        stopper.start()
        with pytest.raises(MailboxError) as gone:
            mailbox.wait(30)
        stopper.join()
        server.start()
        mailbox.connect()
        mailbox.open("INBOX")

        assert gone.value.code == "unreachable"
        assert mailbox.uids_above(0) == uids, "what lay there lies there still"


def fetched(port: int, user: str, connect: Connect) -> dict[str, Fetched]:
    """Every mail as the adapter reads it, filed by another client with the date it came."""
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(user, PASSWORD)
        for raw in MAILS.values():
            assert client.append("INBOX", "", imaplib.Time2Internaldate(THEN), raw)[0] == "OK"
    mailbox = connect(port, user)
    mailbox.open("INBOX")
    return dict(zip(MAILS, mailbox.fetch(mailbox.uids_above(0)), strict=True))


def sections(port: int, user: str, connect: Connect, mails: dict[str, Fetched]) -> dict[tuple[str, str], bytes]:
    """The octets of every part of every mail."""
    mailbox = connect(port, user)
    mailbox.open("INBOX")
    parts = [(name, mail.uid, part) for name, mail in mails.items() for part in (mail.structure or Part("")).walk()]
    return {
        (name, part.section): mailbox.fetch_sections([(uid, part)], 10_000).get(uid, b"") for name, uid, part in parts
    }


def test_dovecot_says_the_same(dovecot: Dovecot, server: ImapServer, user: str, connect: Connect) -> None:
    theirs, ours = fetched(dovecot.imap_port, user, connect), fetched(server.port, USER, connect)

    assert ours == theirs
    assert all(mail.received_at == THEN for mail in ours.values())
    octets = sections(server.port, USER, connect, ours)
    for key, payload in sections(dovecot.imap_port, user, connect, theirs).items():
        assert octets[key] == payload, key


def test_imaplib_gets_along_with_it(server: ImapServer) -> None:
    with imaplib.IMAP4(server.host, server.port) as client:
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        assert client.append("Sent", "(\\Seen)", imaplib.Time2Internaldate(THEN), NOTE % 1)[0] == "OK"
        assert len(client.list()[1]) == len(client.lsub()[1]) == 5
        assert client.status("Sent", "(MESSAGES)")[1] == [b'"Sent" (MESSAGES 1)']
        assert client.select("Sent") == ("OK", [b"1"])
        assert client.search(None, "ALL", "SUBJECT", '"catalogue"') == ("OK", [b"1"])
        asked = client.fetch("1", "(RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        head = b"1 (RFC822.SIZE 101 BODY[HEADER.FIELDS (SUBJECT)] {22}"
        assert asked == [(head, b"Subject: Catalogue\r\n\r\n"), b")"]
        assert client.store("1", "+FLAGS", "\\Deleted")[1] == [b"1 (FLAGS (\\Deleted \\Seen))"]
        assert client.expunge()[1] == [b"1"]
        assert client.noop()[0] == client.check()[0] == client.namespace()[0] == client.close()[0] == "OK"
        with pytest.raises(imaplib.IMAP4.error, match="no such command"):
            client.create("Bills")


def test_imapclient_gets_along_with_it(server: ImapServer) -> None:
    server.deliver(USER, MAILS["attached mail"], received_at=THEN)
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.normalise_times = False
        client.login(USER, PASSWORD)
        assert client.find_special_folder(b"\\Drafts") == "Drafts"
        assert client.append("Drafts", NOTE % 1, ["\\Draft"], THEN).startswith(b"[APPENDUID ")
        client.select_folder("INBOX")
        assert client.search(["SINCE", THEN.date(), "UNSEEN"]) == [1]
        mail = client.fetch([1], ["ENVELOPE", "INTERNALDATE", "BODYSTRUCTURE", "BODY.PEEK[2.HEADER]", "FLAGS"])[1]
        assert (mail[b"INTERNALDATE"], mail[b"FLAGS"]) == (THEN, ())
        assert mail[b"BODYSTRUCTURE"].is_multipart
        assert mail[b"BODY[2.HEADER]"].startswith(b'From: "Coyote, Wile"')
        client.idle()
        server.deliver(USER, NOTE % 2)
        assert client.idle_check(timeout=10) == [(2, b"EXISTS")]
        assert client.idle_done()[0] == b"done"
        client.delete_messages([1])
        client.uid_expunge([1])
        assert client.folder_status("INBOX", ["MESSAGES", "UIDNEXT"]) == {b"MESSAGES": 1, b"UIDNEXT": 3}
        client.unselect_folder()
