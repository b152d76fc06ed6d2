"""The adapters of the real world: where they connect to, as whom, and when they ask for a password."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.issuer import Issuer, dovecot_of
from servers.sink import Sink
from whiteglove.app import RealWorld
from whiteglove.errors import ConfigurationError, MailboxError, SubmissionError, TokenError
from whiteglove.oauth import access_of
from whiteglove.oauth import issuer as protocol
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount, load


@pytest.fixture
def account(tmp_path: Path, dovecot: Dovecot, user: str) -> MailboxAccount:
    """A mailbox whose password is not there yet."""
    return configured(tmp_path, f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}")


def configured(
    folder: Path,
    imap: str,
    smtp: str = "smtp://127.0.0.1:1",
    more: str = "",
    password: str = 'password = { file = "password" }\n',
) -> MailboxAccount:
    (folder / "whiteglove.toml").write_text(
        '[owner]\nname = "Robin Vale"\naddress = "robin@vale.example"\ntimezone = "Europe/Berlin"\n'
        f'[daemon]\nstate = "{folder / "state"}"\n'
        f'[[mailboxes]]\nname = "studio"\nimap = "{imap}"\nsmtp = "{smtp}"\n{password}{more}'
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


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
def test_a_login_by_oauth_outlives_its_tokens(dovecot: Dovecot, tmp_path: Path, mechanism: str) -> None:
    """`dovecot` is asked for, since it skips the test where there is none."""
    with Issuer() as issuer, dovecot_of(issuer, mechanism) as server:
        user = issuer.user.replace("@", "%40")
        with Sink(users=issuer.users, mechanisms=[mechanism.upper().split()[0]]) as sink:
            imap, smtp = f"imap://{user}@127.0.0.1:{server.imap_port}", f"smtp://{user}@127.0.0.1:{sink.port}"
            account = configured(tmp_path, imap, smtp, issuer.toml, password="")
            access = access_of(account)
            assert access is not None
            assert account.oauth is not None
            mailbox, transport = RealWorld().working(account), RealWorld().transport(account)
            with pytest.raises(MailboxError) as told:
                mailbox.connect()
            assert (told.value.code, told.value.fatal) == ("login", True)
            assert isinstance(told.value.__cause__, TokenError)

            access.keep(protocol._grant(issuer.tokens(), account.oauth))
            mailbox.connect()
            transport.check()
            mailbox.close()
            assert issuer.refreshes == 0

            issuer.revoke()
            age(account, minutes=5)
            mailbox.connect()
            assert mailbox.folders().sent == "Sent"
            transport.submit("robin@vale.example", "wile@acme.example", b"Subject: Hello\r\n\r\nHello\r\n")
            mailbox.close()
            transport.close()
            assert sink.wait_for(1)[0].user == issuer.user
            assert issuer.refreshes == 1

            issuer.forget()
            age(account, minutes=5)
            with pytest.raises(MailboxError, match="invalid_grant") as told:
                mailbox.connect()
            assert told.value.fatal
            with pytest.raises(SubmissionError, match="invalid_grant"):
                transport.check()


def age(account: MailboxAccount, *, minutes: float) -> None:
    """As if the access token had been got so long ago."""
    assert account.oauth is not None
    kept = json.loads(account.oauth.file.read_text())
    got = datetime.fromisoformat(kept["got_at"]) - timedelta(minutes=minutes)
    account.oauth.file.write_text(json.dumps(kept | {"got_at": got.isoformat()}))
