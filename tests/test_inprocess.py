"""The mailbox and the transport in memory do what the real ones do."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from whiteglove.errors import MailboxError, SubmissionError
from whiteglove.inprocess import Account, InProcessMailbox, InProcessTransport, Submitted
from whiteglove.message import Part
from whiteglove.ports import Folders, Landed, Mailbox, Transport

NOW = datetime(2026, 11, 24, 9, 42, 11, 500_000, tzinfo=UTC)
NOTE = b"From: wile@acme.example\r\nSubject: Catalogue\r\nMessage-ID: <1@acme.example>\r\n\r\nHow are things?\r\n"
MIXED = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkh\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninside\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.pdf"\r\n\r\nx\r\n'
    b"--b--\r\n"
)


@pytest.fixture
def account() -> Account:
    return Account(lambda: NOW)


@pytest.fixture
def mailbox(account: Account) -> InProcessMailbox:
    connected = InProcessMailbox(account)
    connected.connect()
    connected.open("INBOX")
    return connected


def test_a_delivered_mail_is_found_and_read(account: Account, mailbox: InProcessMailbox) -> None:
    uid = account.deliver(NOTE)
    [mail] = mailbox.fetch(mailbox.uids_above(0))

    assert mail.uid == uid == 1
    assert mail.received_at == NOW.replace(microsecond=0)
    assert mail.header == NOTE.partition(b"How")[0]
    assert mail.size == len(NOTE)
    assert mail.structure is not None
    assert mailbox.fetch_sections([(1, mail.structure), (9, mail.structure)], 3) == {1: b"How"}


def test_parts_are_numbered_as_a_server_does(account: Account, mailbox: InProcessMailbox) -> None:
    account.deliver(MIXED)
    [mail] = mailbox.fetch([1])
    assert mail.structure is not None
    parts = {part.section: part for part in mail.structure.walk()}

    assert {section: part.content_type for section, part in parts.items()} == {
        "TEXT": "multipart/mixed",
        "1": "text/plain",
        "2": "message/rfc822",
        "2.1": "text/plain",
        "3": "application/pdf",
    }
    assert parts["1"] == Part("text/plain", "1", {"charset": "UTF-8"}, "base64", 4)
    assert (parts["3"].disposition, parts["3"].filename) == ("attachment", "Offer.pdf")
    assert mailbox.fetch_sections([(1, parts["1"])], 100) == {1: b"SGkh"}
    assert mailbox.fetch_sections([(1, parts["2.1"])], 100) == {1: b"inside"}


def test_octets_beyond_ascii_are_served_as_they_came(account: Account, mailbox: InProcessMailbox) -> None:
    for text in ("Le stand a été monté.".encode(), "Das Schild hängt.".encode("latin-1")):
        uid = account.deliver(b"From: wile@acme.example\r\nSubject: x\r\n\r\n" + text)
        [mail] = mailbox.fetch([uid])
        assert mail.structure is not None
        assert mailbox.fetch_sections([(uid, mail.structure)], 100) == {uid: text}


def test_searches(account: Account, mailbox: InProcessMailbox) -> None:
    account.deliver(NOTE, received_at=NOW - timedelta(days=3))
    account.deliver(NOTE.replace(b"<1@", b"<2@"))

    assert mailbox.uids_above(1) == [2]
    assert mailbox.uids_since(date(2026, 11, 23), 9) == [2]
    assert mailbox.uids_since(date(2026, 11, 1), 2) == [1]
    assert mailbox.uids_with_header("message-id", "<2@ACME.example>") == [2]


def test_filing_and_other_folders(account: Account, mailbox: InProcessMailbox) -> None:
    mailbox.append("Sent", NOTE, seen=True)
    mailbox.append("Drafts", NOTE, seen=False, draft=True)

    assert [mail.flags for mail in account.mails("Sent")] == [{r"\Seen"}]
    assert [mail.flags for mail in account.mails("Drafts")] == [{r"\Draft"}]
    assert mailbox.folders() == Folders("Sent", "Drafts", "Junk")
    for call in (lambda: mailbox.open("Nowhere"), lambda: mailbox.append("Nowhere", NOTE, seen=True)):
        with pytest.raises(MailboxError) as error:
            call()
        assert error.value.code == "missing_folder"


def test_a_message_is_read_whole_and_removed_alone(account: Account, mailbox: InProcessMailbox) -> None:
    mailbox.append("Drafts", NOTE, seen=True, draft=True)
    mailbox.append("Drafts", NOTE, seen=True, draft=True)
    with pytest.raises(MailboxError, match="not open"):
        mailbox.remove("Drafts", 1)
    mailbox.open("Drafts")

    assert mailbox.message(1, 4096) == NOTE
    assert mailbox.message(1, 3) == NOTE[:3]
    assert mailbox.message(9, 4096) is None
    mailbox.remove("Drafts", 1)
    mailbox.remove("Drafts", 1)
    assert [mail.uid for mail in account.mails("Drafts")] == [2]


def test_one_message_is_flagged_and_moved(account: Account, mailbox: InProcessMailbox) -> None:
    account.create("Archive")
    for flags in (frozenset({r"\Seen"}), frozenset[str](), frozenset({r"\Deleted"})):
        account.deliver(NOTE, flags=flags)
    assert mailbox.flag("INBOX", 1, "$Label1", on=True)
    assert mailbox.flag("INBOX", 1, r"\SEEN", on=False)
    assert [mail.flags for mail in account.mails()] == [{"$Label1"}, frozenset(), {r"\Deleted"}]
    assert [mailbox.flag("INBOX", uid, "$Label1", on=True) for uid in (3, 4)] == [False, False]
    assert [mailbox.move("INBOX", uid, "Archive") for uid in (3, 4)] == [None, None]
    landed = mailbox.move("INBOX", 1, "Archive")
    assert landed == Landed(mailbox.open("Archive").uidvalidity, 1)
    assert [mail.flags for mail in account.mails("Archive")] == [{"$Label1"}]
    assert [mail.uid for mail in account.mails()] == [2, 3]
    with pytest.raises(MailboxError, match="not open"):
        mailbox.move("INBOX", 2, "Archive")
    mailbox.open("INBOX")
    with pytest.raises(MailboxError, match="no folder Nowhere"):
        mailbox.move("INBOX", 2, "Nowhere")


def test_renumbering_and_expunging(account: Account, mailbox: InProcessMailbox) -> None:
    before = mailbox.open("INBOX").uidvalidity
    account.deliver(NOTE)
    account.deliver(NOTE)
    account.expunge(1)
    account.renumber()
    status = mailbox.open("INBOX")

    assert status.uidvalidity != before
    assert (status.exists, status.uidnext, mailbox.uids_above(0)) == (1, 2, [1])


def test_a_delivery_ends_the_wait(account: Account, mailbox: InProcessMailbox) -> None:
    delivery = threading.Timer(0.02, account.deliver, (NOTE,))
    delivery.start()

    assert mailbox.wait(30) is True
    mailbox.uids_above(0)
    assert mailbox.wait(0.01) is False
    delivery.join()


def test_wake_ends_the_wait_once(mailbox: InProcessMailbox) -> None:
    waker = threading.Timer(0.02, mailbox.wake)
    waker.start()

    assert mailbox.wait(30) is False
    assert mailbox.wait(0.01) is False
    waker.join()


def test_without_idle_time_is_the_hint() -> None:
    account = Account(lambda: NOW, can_idle=False)
    mailbox = InProcessMailbox(account)
    mailbox.connect()
    mailbox.open("INBOX")

    assert not mailbox.can_idle
    assert mailbox.wait(0.01) is True
    mailbox.wake()
    assert mailbox.wait(30) is False


def test_faults(account: Account, mailbox: InProcessMailbox) -> None:
    account.fail("fetch", MailboxError("protocol", "no"))
    account.fail("uids_above", MailboxError("unreachable", "gone"))
    with pytest.raises(MailboxError, match="no"):
        mailbox.fetch([1])
    assert mailbox.fetch([1]) == []
    with pytest.raises(MailboxError, match="gone"):
        mailbox.uids_above(0)
    with pytest.raises(MailboxError, match="not connected"):
        mailbox.fetch([1])

    account.fail("connect", MailboxError("login", "no", fatal=True))
    with pytest.raises(MailboxError):
        mailbox.connect()
    mailbox.connect()
    with pytest.raises(MailboxError, match="no folder is open"):
        mailbox.uids_above(0)
    mailbox.open("INBOX")
    account.fail("wait", MailboxError("unreachable", "gone"))
    with pytest.raises(MailboxError, match="gone"):
        mailbox.wait(30)
    mailbox.close()


def test_an_alert_is_told_once(account: Account) -> None:
    mailbox = InProcessMailbox(account)
    account.alerts += ["one", "two"]

    assert mailbox.alerts() == ("one", "two")
    assert mailbox.alerts() == ()


def test_the_transport_records_and_answers() -> None:
    transport = InProcessTransport()
    transport.check()
    transport.answer(SubmissionError("temporary", "later", code=450))
    transport.answer(SubmissionError("unknown", "lost"), accepted=True)
    for _ in range(2):
        with pytest.raises(SubmissionError):
            transport.submit("robin@vale.example", "wile@acme.example", NOTE)
    assert transport.submit("robin@vale.example", "wile@acme.example", NOTE).startswith("250 ")
    transport.close()

    assert transport.sent == [Submitted("robin@vale.example", "wile@acme.example", NOTE)] * 2


def test_both_fill_their_ports(account: Account) -> None:
    mailbox: Mailbox = InProcessMailbox(account)
    transport: Transport = InProcessTransport()

    assert mailbox.can_idle is False
    transport.close()
