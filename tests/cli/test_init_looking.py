"""A look into a mailbox: headers only, a bounded number of them, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from cli.conftest import Home
from cli.letterbox import Letterbox
from servers.dovecot import Dovecot
from servers.scripted import ScriptedImap
from whiteglove.app import RealWorld
from whiteglove.cli import init_looking
from whiteglove.cli.init_looking import Seen, all_folders, look
from whiteglove.cli.init_proposing import Correspondence
from whiteglove.errors import MailboxError
from whiteglove.settings import MailboxAccount, Settings


@pytest.fixture
def box(dovecot: Dovecot, user: str) -> Iterator[Letterbox]:
    with Letterbox(dovecot, user) as box:
        yield box


@pytest.fixture
def settings(home: Home, box: Letterbox) -> Settings:
    home.imap, home.clients = box.imap, {}
    for file in (home.folder / "clients").iterdir():
        file.unlink()
    return home.write().settings()


def looked(settings: Settings, box: Letterbox, *, account: MailboxAccount | None = None) -> tuple[Seen, Correspondence]:
    account = account or settings.mailboxes[0]
    correspondence = Correspondence(settings.book, frozenset())
    since = (box.now - timedelta(days=90)).date()
    seen = look(RealWorld().working(account), account, since, correspondence, lambda: all_folders(account))
    return seen, correspondence


def test_it_reads_both_folders_back_to_a_day(settings: Settings, box: Letterbox) -> None:
    box.received("Wile <wile@acme.example>", days=80, times=2)
    box.received("Wile <wile@acme.example>", days=120)
    box.sent("wile@acme.example", days=80)
    before = box.flags("INBOX")
    seen, correspondence = looked(settings, box)
    assert (seen.folders.sent, seen.folders.drafts, seen.read) == ("Sent", "Drafts", {"INBOX": 2, "Sent": 1})
    assert [(one.key, one.received, one.sent) for one in correspondence.proposals()] == [("acme", 2, 1)]
    assert box.flags("INBOX") == before
    assert b"Seen" not in before


def test_of_a_large_folder_the_newest_are_read(
    settings: Settings, box: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init_looking, "NEWEST", 3)
    monkeypatch.setattr(init_looking, "_AT_ONCE", 2)
    box.received("Old <old@acme.example>", times=4)
    box.received("New <new@birch.example>", times=3)
    box.sent("old@acme.example, new@birch.example")
    seen, correspondence = looked(settings, box)
    assert seen.read == {"INBOX": 3, "Sent": 1}
    assert [(one.key, one.received) for one in correspondence.proposals()] == [("birch", 3)]


def test_an_empty_mailbox(settings: Settings, box: Letterbox) -> None:
    seen, correspondence = looked(settings, box)
    assert (seen.read, correspondence.proposals()) == ({"INBOX": 0, "Sent": 0}, [])


def test_folders_that_are_configured_are_those_that_are_read(settings: Settings, box: Letterbox) -> None:
    box.make("Clients")
    box.make("Elsewhere")
    box.sent("wile@acme.example", folder="Elsewhere")
    seen, _ = looked(settings, box, account=replace(settings.mailboxes[0], folders=("Clients",), sent="Elsewhere"))
    assert seen.read == {"Clients": 0, "Elsewhere": 1}


def test_a_server_that_names_no_folders_is_told_and_a_folder_deep_in_the_tree_is_a_guess(home: Home) -> None:
    listing = b'* LIST () "/" INBOX\r\n* LIST () "/" "Work/2026/Sent Items"\r\n* LIST (\\Noselect) "/" Drafts\r\n'
    with ScriptedImap({"LIST": [listing + b"%t OK done\r\n"]}) as server:
        home.imap = f"imap://robin@127.0.0.1:{server.port}"
        settings = home.write().settings()
        account = settings.mailboxes[0]
        correspondence = Correspondence(settings.book, frozenset())
        seen = look(RealWorld().working(account), account, settings.worktime.local_date(RealWorld().clock.now()),
                    correspondence, lambda: all_folders(account))  # fmt: skip
    assert (seen.folders.sent, seen.guessed.sent) == (None, "Work/2026/Sent Items")
    assert (seen.folders.drafts, seen.guessed.drafts) == (None, None)
    assert seen.names == ("INBOX", "Work/2026/Sent Items")
    assert not {"SELECT", "APPEND", "UID STORE", "CREATE"} & set(server.commands)


def test_a_folder_that_is_not_there_is_a_fault(settings: Settings, box: Letterbox) -> None:
    with pytest.raises(MailboxError) as caught:
        looked(settings, box, account=replace(settings.mailboxes[0], sent="Gesendet"))
    assert caught.value.code == "missing_folder"
