"""UIDs that change, jump and vanish, Message-IDs that are missing or given twice: each mail is recorded once, and
answered once at most."""

from __future__ import annotations

import imaplib
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from reality.station import Station
from servers.ports import until
from whiteglove.imap import ImapMailbox
from whiteglove.ports import Fetched
from whole.studio import Studio


def without_id(raw: bytes) -> bytes:
    return b"".join(line for line in raw.splitlines(keepends=True) if not line.startswith(b"Message-ID:"))


def update(studio: Studio, *options: str) -> None:
    """Change the numbers of INBOX, as an administrator does."""
    doveadm = shutil.which("doveadm") or "/usr/bin/doveadm"
    conf = str(studio.dovecot.base / "dovecot.conf")
    done = subprocess.run(
        [doveadm, "-c", conf, "mailbox", "update", "-u", studio.user, *options, "INBOX"],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr


class Other:
    """The owner's own mail program, beside the daemon."""

    def __init__(self, studio: Studio) -> None:
        self._imap = imaplib.IMAP4(studio.dovecot.host, studio.dovecot.imap_port)
        self._imap.login(studio.user, studio.dovecot.password)
        self._imap.select()

    def move(self, uid: str, target: str, source: str = "INBOX") -> None:
        self._imap.create(target)
        assert self._imap.select(source)[0] == "OK"
        assert self._imap.uid("MOVE", uid, target)[0] == "OK"

    def expunge(self, uids: str) -> None:
        assert self._imap.select()[0] == "OK"
        assert self._imap.uid("STORE", uids, "+FLAGS", r"(\Deleted)")[0] == "OK"
        assert self._imap.expunge()[0] == "OK"

    def append(self, raw: bytes, folder: str, at: datetime) -> None:
        self._imap.create(folder)
        assert self._imap.append(folder, "", imaplib.Time2Internaldate(at), raw)[0] == "OK"


@pytest.fixture
def other(studio: Studio) -> Other:
    return Other(studio)


def test_a_new_uidvalidity_while_it_runs(station: Station, studio: Studio) -> None:
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    update(studio, "--uid-validity", "4000000007")
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_answers("a@acme.example", "b@acme.example")
    station.await_log("mailbox.renumbered")
    assert [row.uidvalidity for row in station.rows()] == [4000000007] * 2
    assert station.count("mailbox.renumbered", mailbox="studio") == 1


def test_a_new_uidvalidity_while_it_was_stopped(station: Station, studio: Studio) -> None:
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    station.stop()
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    studio.dovecot.renumber(studio.user)
    station.start()
    station.await_answers("a@acme.example", "b@acme.example")
    assert station.count("mailbox.renumbered") == 1
    assert len(station.rows()) == 2


def test_a_new_uidvalidity_and_no_message_id(station: Station, studio: Studio) -> None:
    """What the mail says is then all that it is recognised by."""
    station.start()
    nameless = without_id(studio.mail(message_id="lost@acme.example"))
    studio.deliver(nameless)
    until(lambda: len(studio.sink.received) == 1, "the answer")
    station.stop()
    studio.dovecot.renumber(studio.user)
    station.start()
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_messages(2)
    until(lambda: len(studio.sink.received) >= 2, "the second answer")
    assert station.answered() == ["", "b@acme.example"]
    assert len(station.rows()) == 2


@pytest.mark.parametrize("uid", [70_000, 4_294_967_290])
def test_uids_that_jump(station: Station, studio: Studio, uid: int) -> None:
    studio.deliver(studio.mail(message_id="old@acme.example"))
    station.start()
    update(studio, "--min-next-uid", str(uid))
    studio.deliver(studio.mail(message_id="a@acme.example"), studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_answers("a@acme.example", "b@acme.example")
    assert [row.uid for row in station.rows()] == [1, uid, uid + 1]


def test_mail_that_is_expunged_between_the_search_and_the_fetch(
    station: Station, studio: Studio, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []

    def fetch(self: ImapMailbox, uids: Sequence[int]) -> list[Fetched]:
        if not gone and len(uids) > 1:
            gone.append(",".join(str(uid) for uid in uids[1::2]))
            other.expunge(gone[0])
        return known(self, uids)

    known = ImapMailbox.fetch
    monkeypatch.setattr(ImapMailbox, "fetch", fetch)
    station.start()
    with studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
        for number in range(12):
            deliver(studio.mail(message_id=f"m{number}@acme.example", subject=f"Matter {number}"))
    until(lambda: bool(gone), "a fetch of several")
    studio.deliver(studio.mail(message_id="last@acme.example", subject="Last"))
    until(lambda: "last@acme.example" in station.answered(), "an answer to what came last")
    answered = station.answered()
    assert len(answered) == len(set(answered)) == len(station.rows())
    assert station.count("mailbox.lost") == 0


def test_mail_that_is_moved_away_and_back(station: Station, studio: Studio, other: Other) -> None:
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    other.move("1", "Archive")
    other.move("1", "INBOX", source="Archive")
    rows = station.await_messages(2)
    assert [(row.uid, row.duplicate_of) for row in rows] == [(1, None), (2, rows[0].row)]
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_answers("a@acme.example", "b@acme.example")


def test_old_mail_that_is_moved_in_is_not_answered(station: Station, studio: Studio, other: Other) -> None:
    """A move keeps INTERNALDATE (RFC 6851 section 3.3): the UID is new, the mail is not."""
    station.start()
    old = studio.mail(message_id="old@acme.example")
    other.append(old, "Archive", datetime.now(UTC) - timedelta(days=2))
    other.move("1", "INBOX", source="Archive")
    station.await_messages(1)
    studio.deliver(studio.mail(message_id="b@acme.example", subject="Pages"))
    station.await_answers("b@acme.example")


def test_a_copy_of_the_same_mail_is_no_second_mail(station: Station, studio: Studio) -> None:
    station.start()
    raw = studio.mail(message_id="a@acme.example")
    studio.deliver(raw, raw, raw)
    rows = station.await_messages(3)
    assert [row.duplicate_of for row in rows] == [None, rows[0].row, rows[0].row]
    station.await_answers("a@acme.example")


def test_one_message_id_under_two_mails(station: Station, studio: Studio) -> None:
    station.start()
    ada = studio.mail(message_id="a@acme.example", sender="Ada Birdwell <ada@acme.example>", subject="Pages")
    studio.deliver(studio.mail(message_id="a@acme.example"), ada)
    station.await_answers("a@acme.example", "a@acme.example")
    assert [row.duplicate_of for row in station.rows()] == [None, None]
    assert {received.recipients for received in studio.sink.received} == {("wile@acme.example",), ("ada@acme.example",)}


def test_two_mails_without_a_message_id(station: Station, studio: Studio) -> None:
    station.start()
    first = without_id(studio.mail(message_id="x", subject="Cover"))
    second = without_id(studio.mail(message_id="x", subject="Pages"))
    studio.deliver(first, second)
    rows = station.await_messages(2)
    assert [(row.message_id, row.duplicate_of) for row in rows] == [(None, None)] * 2
    until(lambda: len(studio.sink.received) == 2, "two answers")
    assert [b"In-Reply-To" in one.message for one in studio.sink.received] == [False, False]
