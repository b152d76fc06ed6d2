"""What the owner is writing to a client is seen once for each version, without a trace in the mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from imapclient import IMAPClient

from benches import BIRCH, acme, plugin
from drafty import drafty, wish
from servers.dovecot import Dovecot
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError
from whiteglove.events import DraftSeen
from whiteglove.imap import ImapMailbox
from whiteglove.intake.own_drafts import DraftsReader
from whiteglove.ports import Folders
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.testing import Bench

JUTTA = "Jutta Forst <jutta@birch.example>"
ADA = "Ada Birdwell <ada@acme.example>"


def watching(seen: list[DraftSeen]) -> ModuleType:
    def on_draft(event: DraftSeen, ctx: Any) -> None:
        seen.append(event)

    return plugin("watching", on_draft=on_draft)


@contextmanager
def bench(seen: list[DraftSeen], *more: Any, **options: Any) -> Iterator[Bench]:
    beside = {"drafty": drafty(*more)} if more else {}
    with Bench(watching(seen), clients={"acme": acme(), "birch": BIRCH}, beside=beside, **options) as b:
        yield b


def rows(b: Bench) -> int:
    with b.store.read() as tx:
        return int(tx.exec_driver_sql("SELECT count(*) FROM seen_drafts").scalar_one())


class TestWhatIsSeen:
    def test_a_mail_to_a_client_with_its_new_words(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.owner_drafts(
                "No.\n\nOn Monday Wile wrote:\n> Is it ready?", to=f"{ADA}, kim@vale.example", subject="Pages"
            )
            (event,) = seen
            assert (event.client.key, event.person and event.person.name) == ("acme", "Ada Birdwell")
            assert (event.draft.subject, event.draft.message_id) == ("Pages", b.last_message_id)
            assert event.text is not None
            assert event.text.strip() == "No."
            assert event.draft.others == ()
            assert event.at == b.clock.now()

    def test_each_version_once_over_looks_and_restarts(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.owner_drafts("No.")
            b.run()
            b.restart()
            assert len(seen) == 1
            b.world.account.expunge(b.world.account.mails("Drafts")[0].uid, "Drafts")
            b.owner_drafts("No, sorry.")
            assert [event.text.strip() for event in seen if event.text] == ["No.", "No, sorry."]

    def test_further_clients_among_the_recipients_are_named_by_their_keys(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.owner_drafts("Both of you.", headers={"Cc": ADA, "Bcc": JUTTA})
            assert [(event.draft.client, event.draft.others) for event in seen] == [("acme", ("birch",))]

    def test_nothing_to_strangers_and_nothing_without_recipients(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.owner_drafts("Hello", to="Sam <sam@elsewhere.example>")
            assert (seen, rows(b)) == ([], 0)

    def test_what_is_marked_as_deleted_is_nothing(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            raw = b.compose("Hello", sender="robin@vale.example", to=ADA)
            b.world.account.deliver(raw, "Drafts", flags=frozenset({r"\Deleted"}))
            b.run()
            assert seen == []

    def test_what_was_left_lying_long_ago_is_nothing(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen, looked=False) as b:
            raw = b.compose("Hello", sender="robin@vale.example", to=ADA)
            for days in (9, 1):
                received_at = b.clock.now() - timedelta(days=days)
                b.world.account.deliver(raw, "Drafts", received_at=received_at)
            b.run()
            b.run()
            assert len(seen) == 1

    def test_of_a_draft_that_is_gone_there_are_no_words(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.daemon.look_at_drafts("studio")
            raw = b.compose("No.", sender="robin@vale.example", to=ADA)
            uid = b.world.account.deliver(raw, "Drafts")
            b.daemon.look_at_drafts("studio")
            b.world.account.expunge(uid, "Drafts")
            b.run()
            assert [event.text for event in seen] == [None]

    def test_nobody_looks_where_no_plugin_wants_to_see(self) -> None:
        with Bench(plugin("blind")) as b:
            b.owner_drafts("No.")
            assert (b.daemon.own_drafts, rows(b)) == ({}, 0)


class TestWhatAPluginLaidThere:
    def test_untouched_it_is_nobodys_words(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen, wish()) as b:
            b.receive("x")
            b.run()
            b.restart()
            assert ([draft.state for draft in b.drafts], seen) == (["placed"], [])

    def test_changed_it_is_the_owners(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen, wish()) as b:
            b.receive("x")
            (draft,) = b.world.account.mails("Drafts")
            b.world.account.expunge(draft.uid, "Drafts")
            b.world.account.deliver(draft.message.replace(b"help", b"please"), "Drafts")
            b.run()
            assert len(seen) == 1
            assert "please" in (seen[0].text or "")


class TestFaults:
    def test_a_mailbox_without_drafts_is_left_alone(self) -> None:
        class Bare:
            def folders(self) -> Folders:
                return Folders("Sent", None)

        seen: list[DraftSeen] = []
        with bench(seen) as b:
            reader = DraftsReader("studio", b.store, lambda: b.settings.book, b.clock, lambda: None)
            assert reader.read_with(Bare()) == 0  # type: ignore[arg-type]

    def test_a_server_that_fails_is_told_to_whoever_asked(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.world.account.fail("fetch", MailboxError("timeout", "no answer"), times=2)
            b.world.account.deliver(b.compose("No.", sender="robin@vale.example", to=ADA), "Drafts")
            with pytest.raises(MailboxError):
                b.daemon.look_at_drafts("studio")

    def test_after_a_renumbering_what_lies_there_is_seen_as_new(self) -> None:
        seen: list[DraftSeen] = []
        with bench(seen) as b:
            b.owner_drafts("No.")
            b.world.account.renumber("Drafts")
            b.run()
            assert len(seen) == 2


def test_on_dovecot_nothing_is_touched(dovecot: Dovecot, user: str) -> None:
    seen: list[DraftSeen] = []
    address = ServerAddress(Security.PLAIN, dovecot.host, dovecot.imap_port, user)
    program = IMAPClient(dovecot.host, dovecot.imap_port, ssl=False)
    program.login(user, Dovecot.password)
    with bench(seen) as b:
        before = b.daemon.errands["studio"]
        b.daemon.errands["studio"] = Errands("working", ImapMailbox(address, lambda: Dovecot.password))
        program.append("Drafts", b.compose("No.", sender="robin@vale.example", to=ADA), [r"\Draft"])
        b.run()
        program.append("Drafts", b.compose("No, no.", sender="robin@vale.example", to=ADA), [r"\Draft"])
        b.run()
        b.run()
        assert [event.text and event.text.strip() for event in seen] == ["No.", "No, no."]
        program.select_folder("Drafts", readonly=True)
        flags = program.get_flags(program.search("ALL"))
        assert all(rb"\Seen" not in found for found in flags.values())
        before.close()
    program.logout()
