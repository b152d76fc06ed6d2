"""Messages found where they were recorded, else by their Message-ID or our own mark; on a real server."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.conftest import Home
from servers.dovecot import Dovecot
from whiteglove.app import RealWorld
from whiteglove.cli.originals import Original, Originals, Place, Sought
from whiteglove.errors import MailboxError

MAIL = b"From: Wile <wile@acme.example>\r\nSubject: Catalogue\r\nMessage-ID: <%b>\r\n\r\nHi.\r\n"


@pytest.fixture
def home(tmp_path: Path, dovecot: Dovecot, user: str) -> Home:
    return Home(tmp_path, imap=f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}").write()


@contextmanager
def originals(home: Home) -> Iterator[Originals]:
    with Originals(home.settings().mailboxes, RealWorld().working) as found:
        yield found


def validity(dovecot: Dovecot, user: str, folder: str = "INBOX") -> int:
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=20) as client:
        client.login(user, dovecot.password)
        return int(client.status(folder, "(UIDVALIDITY)")[1][0].split()[-1].strip(b")"))


def where(found: list[Original | None]) -> list[tuple[str, int] | None]:
    return [(one.place.folder, one.place.uid) if one else None for one in found]


def test_each_is_found_under_its_uid_or_else_by_its_id_or_not_at_all(home: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *(MAIL % name for name in (b"1@acme.example", b"2@acme.example")))
    now = validity(dovecot, user)

    def sought(uid: int, message_id: str, uidvalidity: int = now, folder: str = "INBOX") -> Sought:
        return Sought(mailbox="studio", places=(Place("studio", folder, uidvalidity, uid),), message_id=message_id)

    with originals(home) as found:
        assert where(
            found.locate(
                [
                    sought(1, "1@acme.example"),
                    sought(1, "2@acme.example", now + 1),
                    sought(2, "1@acme.example"),
                    sought(9, "1@acme.example", folder="Nowhere"),
                    sought(9, "9@acme.example"),
                    sought(1, ""),
                ]
            )
        ) == [("INBOX", 1), ("INBOX", 2), ("INBOX", 1), ("INBOX", 1), None, ("INBOX", 1)]
        assert found.has("studio")
        assert not found.has("former")


def test_another_copy_stands_in_for_one_that_is_gone(home: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL % b"1@acme.example")
    now = validity(dovecot, user)
    places = (Place("studio", "INBOX", now, 7), Place("studio", "INBOX", now, 1))
    with originals(home) as found:
        (original,) = found.locate([Sought(mailbox="studio", places=places)])
        assert original is not None
        assert (found.read(original) or b"").endswith(MAIL % b"1@acme.example")


def test_a_mail_of_ours_is_found_by_its_mark_where_the_provider_gave_it_another_id(
    home: Home, dovecot: Dovecot, user: str
) -> None:
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=20) as client:
        client.login(user, dovecot.password)
        client.append("Sent", "", "", b"X-Whiteglove: token123\r\n" + MAIL % b"given@provider.example")
    ours = Sought(mailbox="studio", message_id="wg.1@vale.example", token="token123")
    with originals(home) as found:
        assert where(found.locate([ours])) == [("Sent", 1)]
        assert where(found.locate([Sought(mailbox="studio", message_id="wg.2@vale.example", token="other")])) == [None]


def test_another_mail_that_bears_the_same_id_is_not_taken_for_it(home: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL % b"1@acme.example")

    def lies(author: str, subject: str) -> bool:
        known = Sought(mailbox="studio", message_id="1@acme.example", author=author, subject=subject)
        with originals(home) as found:
            return found.locate([known]) != [None]

    assert lies("wile@acme.example", "Catalogue")
    assert not lies("ada@acme.example", "Catalogue")
    assert not lies("wile@acme.example", "Other")


def test_a_folder_that_is_renumbered_meanwhile_is_not_read_from(home: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL % b"1@acme.example")
    stale = Original(Place("studio", "INBOX", validity(dovecot, user) + 1, 1), 10)
    with originals(home) as found, pytest.raises(MailboxError, match="renumbered just now; run the command again"):
        found.read(stale)


def test_what_is_gone_meanwhile_is_none(home: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL % b"1@acme.example")
    now = validity(dovecot, user)
    with originals(home) as found:
        assert found.read(Original(Place("studio", "INBOX", now, 5), 10)) is None
        assert found.read(Original(Place("studio", "Nowhere", now, 1), 10)) is None
