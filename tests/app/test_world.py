"""The adapters of the real world: where they connect to, as whom, and when they ask for a password."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.sink import Sink
from whiteglove.app import RealWorld
from whiteglove.errors import ConfigurationError, MailboxError, SubmissionError
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount, load


@pytest.fixture
def account(tmp_path: Path, dovecot: Dovecot, user: str) -> MailboxAccount:
    """A mailbox whose password is not there yet."""
    return configured(tmp_path, f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}")


def configured(folder: Path, imap: str, smtp: str = "smtp://127.0.0.1:1", more: str = "") -> MailboxAccount:
    (folder / "whiteglove.toml").write_text(
        '[owner]\nname = "Robin Vale"\naddress = "robin@vale.example"\ntimezone = "Europe/Berlin"\n'
        f'[daemon]\nstate = "{folder / "state"}"\n'
        f'[[mailboxes]]\nname = "studio"\nimap = "{imap}"\nsmtp = "{smtp}"\npassword = {{ file = "password" }}\n{more}'
    )
    return load(folder / "whiteglove.toml", dict(os.environ)).mailboxes[0]


@pytest.mark.parametrize("role", ["watching", "working"])
def test_a_mailbox_asks_for_its_password_at_each_login(
    account: MailboxAccount, dovecot: Dovecot, tmp_path: Path, role: str
) -> None:
    world = RealWorld()
    mailbox: Mailbox = getattr(world, role)(account)
    with pytest.raises(MailboxError) as told:
        mailbox.connect()
    assert told.value.code == "login"
    assert isinstance(told.value.__cause__, ConfigurationError)
    (tmp_path / "password").write_text(f"{dovecot.password}\n")
    mailbox.connect()
    assert mailbox.folders().sent == "Sent"
    mailbox.close()


def test_the_folders_that_were_configured_are_used(dovecot: Dovecot, tmp_path: Path, user: str) -> None:
    (tmp_path / "password").write_text(dovecot.password)
    imap = f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}"
    mailbox = RealWorld().working(configured(tmp_path, imap, more='sent = "Drafts"\ndrafts = "Sent"\n'))
    mailbox.connect()
    folders = mailbox.folders()
    mailbox.close()
    assert (folders.sent, folders.drafts) == ("Drafts", "Sent")


def test_a_mail_server_without_a_user_is_not_told_the_password(sink: Sink, tmp_path: Path) -> None:
    account = configured(tmp_path, "imap://robin@127.0.0.1:1", f"smtp://127.0.0.1:{sink.port}")
    transport: Transport = RealWorld().transport(account)
    transport.submit("robin@vale.example", "wile@acme.example", b"Subject: Hello\r\n\r\nHello\r\n")
    transport.close()
    assert "AUTH" not in sink.commands


def test_a_mail_server_with_a_user_gets_its_own_password_or_that_of_the_mailbox(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of-the-mailbox")
    (tmp_path / "other").write_text("of-the-server")
    for more, right in (("", "of-the-mailbox"), ('smtp_password = { file = "other" }\n', "of-the-server")):
        with Sink(users={"robin": right}) as server:
            address = f"smtp://robin@127.0.0.1:{server.port}"
            transport = RealWorld().transport(configured(tmp_path, "imap://robin@127.0.0.1:1", address, more))
            transport.check()
            transport.close()


def test_a_password_that_is_not_there_is_no_login(sink: Sink, tmp_path: Path) -> None:
    account = configured(tmp_path, "imap://robin@127.0.0.1:1", f"smtp://robin@127.0.0.1:{sink.port}")
    with pytest.raises(SubmissionError, match="cannot be read"):
        RealWorld().transport(account).check()
    assert sink.connections == 0
