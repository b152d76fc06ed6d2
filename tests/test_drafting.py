"""Drafts lie in the owner's mailbox once, are taken away while they are ours, and are left alone once they are not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from imapclient import DELETED, IMAPClient

from benches import acme, plugin, to_owner
from drafty import WITHDRAW, bench, drafty, wish
from servers.dovecot import Dovecot
from whiteglove.drafting import Drafting
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.imap import ImapMailbox
from whiteglove.inprocess import InProcessMailbox
from whiteglove.ledger import DraftState, PromiseKind, PromiseState
from whiteglove.ports import Folders
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.store import drafts, ledger
from whiteglove.store.draft_words import has_subject, share_in
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import Bench

LOST = MailboxError("timeout", "no answer")
LATER = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def states(b: Bench) -> list[str]:
    return [draft.state.value for draft in b.drafts]


def lying(b: Bench) -> list[str]:
    """The bodies in Drafts, as sent by the bench's own mailbox."""
    return [mail.text for mail in b.drafted]


def want(b: Bench, **values: Any) -> None:
    """What a plugin wants later."""
    with b.store.write() as tx:
        drafts.want(tx, "drafty", wish(**values), b.clock.now())
    b.run()


class TestPlacing:
    def test_a_wanted_draft_lies_in_drafts_as_a_draft(self) -> None:
        with bench() as b:
            b.receive("x")
            (mail,) = b.world.account.mails("Drafts")
            assert mail.flags == {r"\Draft", r"\Seen"}
            assert states(b) == ["placed"]
            assert (b.drafts[0].placed_at, b.drafts[0].mailbox) == (b.clock.now(), "studio")
            assert b.drafts[0].address == "wile@acme.example"
            assert to_owner(b.run()) == []

    def test_of_its_words_a_sketch_is_kept_without_the_signature(self) -> None:
        with bench(wish(values={"words": ", or is it too early to say"})) as b:
            b.receive("x")
            key, sketch = b.store.key, b.drafts[0].sketch
            assert sketch is not None
            assert has_subject(sketch, key, "A question")
            assert (
                share_in(sketch, key, "Hi Wile,\n\nWhat would help you most, or is it too early to say?\n\nRobin Vale")
                == 1.0
            )
            assert share_in(sketch, key, "Robin Vale, of Vale and Hollow, Berlin") == 0.0

    def test_wanting_the_same_again_changes_nothing(self) -> None:
        with bench() as b:
            b.receive("x")
            before = b.world.account.mails("Drafts")
            b.receive("y")
            assert (states(b), b.world.account.mails("Drafts")) == (["placed"], before)

    def test_another_wish_under_its_key_takes_its_place(self) -> None:
        with bench() as b:
            b.receive("x")
            want(b, values={"words": " with the shop"})
            assert states(b) == ["withdrawn", "placed"]
            (text,) = lying(b)
            assert "with the shop" in text

    def test_one_whose_time_is_over_is_never_laid_there(self) -> None:
        with bench(wish(until=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))) as b:
            b.receive("x")
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_without_a_drafts_folder_the_owner_is_told_once_what_to_do(self) -> None:
        with bench(wish(), wish(key="other")) as b:
            b.world.account.roles = Folders(sent="Sent", drafts=None)
            told = to_owner(b.receive("x"))
            assert [draft.error for draft in b.drafts] == ["missing_folder", "missing_folder"]
            assert states(b) == ["failed", "failed"]
            (mail,) = told
            assert mail.text.count("name the folder as `drafts` of that mailbox") == 1


class TestTroubles:
    def test_a_lost_reply_does_not_lay_it_there_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append

        def losing(self: InProcessMailbox, *arguments: Any, **named: Any) -> None:
            append(self, *arguments, **named)
            monkeypatch.undo()
            raise LOST

        with bench() as b:
            monkeypatch.setattr(InProcessMailbox, "append", losing)
            b.receive("x")
            assert (states(b), len(lying(b))) == (["wanted"], 1)
            b.advance(seconds=10)
            assert (states(b), len(lying(b))) == (["placed"], 1)
            b.receive(WITHDRAW)
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_a_kill_between_the_append_and_its_commit_leaves_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def killed(*_: Any, **values: Any) -> bool:
            raise StoreError("killed here")

        with bench() as b:
            monkeypatch.setattr(Drafting, "_change", killed)
            with pytest.raises(StoreError):
                b.receive("x")
            monkeypatch.undo()
            assert (states(b), len(lying(b))) == (["wanted"], 1)
            b.restart()
            assert (states(b), len(lying(b))) == (["placed"], 1)

    def test_one_that_was_sent_before_that_commit_is_not_laid_there_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: Any, **values: Any) -> bool:
            raise StoreError("killed here")

        with bench() as b:
            monkeypatch.setattr(Drafting, "_change", killed)
            with pytest.raises(StoreError):
                b.receive("x")
            monkeypatch.undo()
            # Drafting comes first here, the watcher that reads Sent after it.
            (draft,) = b.world.account.mails("Drafts")
            b.world.account.expunge(draft.uid, "Drafts")
            b.world.account.deliver(draft.message, "Sent")
            b.daemon.drafting.drain()
            assert (states(b), lying(b)) == (["gone"], [])
            b.run()
            assert states(b) == ["sent"]

    def test_a_restored_store_finds_what_it_had_laid_there(self) -> None:
        with bench() as b:
            b.receive("x")
            with b.store.write() as tx:
                drafts.change(tx, b.drafts[0].row, state=DraftState.WANTED, token=None, message_id=None)
            b.run()
            assert (states(b), len(lying(b))) == (["placed"], 1)

    def test_a_server_that_is_gone_is_tried_again_and_given_up_after_a_day(self) -> None:
        with bench(wish(brief="Ask Wile.")) as b:
            b.world.account.fail("append", LOST, times=999)
            b.receive("x")
            for _ in range(60):
                b.advance(minutes=30)
            assert (states(b), b.drafts[0].error) == (["failed"], "timeout")
            assert "Ask Wile." in next(one.text for one in b.warned if one.key == "draft:drafty:ask")

    def test_the_owner_is_told_in_their_language(self) -> None:
        with bench(wish(brief="Frag Wile.", template="other"), owner={"language": "de"}) as b:
            b.receive("x")
            assert b.warned[0].text == (
                "Acme GmbH: Frag Wile. Ein Entwurf zum Anfangen liegt nicht bereit: in der Sprache des Kunden gibt es "
                "keinen Text dafür."
            )

    def test_of_a_folder_that_is_missing_too(self) -> None:
        with bench(wish(), owner={"language": "it"}) as b:
            b.world.account.roles = Folders(sent="Sent", drafts=None)
            b.receive("x")
            assert "indica la cartella come `drafts` di quella casella" in b.warned[0].text

    def test_a_passing_fault_is_forgotten(self) -> None:
        with bench() as b:
            b.world.account.fail("append", LOST, times=2)
            b.receive("x")
            b.advance(seconds=10)
            assert states(b) == ["wanted"]
            b.advance(seconds=20)
            assert (states(b), len(lying(b)), b.drafts[0].attempts) == (["placed"], 1, 0)

    def test_one_that_cannot_be_taken_away_yet_holds_up_its_successor_alone(self) -> None:
        with bench(wish(), wish(key="other")) as b:
            b.receive("x")
            b.world.account.fail("remove", LOST)
            want(b, values={"words": " now"})
            assert (states(b), len(lying(b))) == (["placed", "placed", "wanted"], 2)
            b.advance(seconds=20)
            assert (states(b), len(lying(b))) == (["withdrawn", "placed", "placed"], 2)

    def test_a_lost_reply_to_the_removal_is_no_persons_doing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove = InProcessMailbox.remove

        def losing(self: InProcessMailbox, *arguments: Any) -> None:
            remove(self, *arguments)
            monkeypatch.undo()
            raise LOST

        with bench() as b:
            b.receive("x")
            monkeypatch.setattr(InProcessMailbox, "remove", losing)
            b.receive(WITHDRAW)
            assert states(b) == ["placed"]
            b.advance(seconds=10)
            assert states(b) == ["withdrawn"]

    def test_called_off_at_the_moment_of_laying_it_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = Drafting._append

        def meanwhile(self: Drafting, draft: DraftRow, now: datetime) -> bool:
            with b.store.write() as tx:
                drafts.withdraw(tx, "drafty", "ask", now)
            return append(self, draft, now)

        with bench() as b:
            monkeypatch.setattr(Drafting, "_append", meanwhile)
            b.receive("x")
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_seen_in_sent_at_the_moment_of_taking_it_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fetch = InProcessMailbox.fetch

        def meanwhile(self: InProcessMailbox, uids: Any) -> Any:
            with b.store.write() as tx:
                drafts.was_sent(tx, b.drafts[0].token or "", b.clock.now(), b.clock.now())
            return fetch(self, uids)

        with bench() as b:
            b.receive("x")
            b.world.account.expunge(1, "Drafts")
            with b.store.write() as tx:
                drafts.withdraw(tx, "drafty", "ask", b.clock.now())
            monkeypatch.setattr(InProcessMailbox, "fetch", meanwhile)
            b.daemon.drafting.drain()
            assert states(b) == ["sent"]

    def test_a_defect_with_one_does_not_hold_up_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append

        def failing(self: InProcessMailbox, *arguments: Any, **named: Any) -> None:
            monkeypatch.setattr(InProcessMailbox, "append", append)
            raise ZeroDivisionError

        with bench(wish(), wish(key="other")) as b:
            monkeypatch.setattr(InProcessMailbox, "append", failing)
            b.receive("x")
            assert states(b) == ["wanted", "placed"]
            b.advance(seconds=10)
            assert states(b) == ["placed", "placed"]


class TestTakingAway:
    def test_when_the_plugin_says_so(self) -> None:
        with bench() as b:
            b.receive("x")
            b.receive(WITHDRAW)
            assert (states(b), lying(b)) == (["withdrawn"], [])
            assert b.drafts[0].settled_at == b.clock.now()

    def test_when_its_time_is_over(self) -> None:
        with bench(wish(until=LATER)) as b:
            b.receive("x")
            b.advance(hours=2, minutes=59)
            assert states(b) == ["placed"]
            b.advance(minutes=1)
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_when_the_client_has_left_the_book(self) -> None:
        birch = acme().replace("acme.example", "birch.example").replace("Acme GmbH", "Birch Holding")
        with Bench(drafty(wish()), clients={"acme": acme(), "birch": birch}) as b:
            b.receive("x")
            b.restart(clients={"birch": birch})
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_when_rehearsal_is_over_and_may_be_wanted_again(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.receive("x")
            b.restart()
            assert states(b) == ["placed"]
            b.restart(daemon={"mode": "live"})
            assert (states(b), lying(b)) == (["withdrawn"], [])
            b.receive("y")
            assert [mail.recipient for mail in b.drafted] == ["wile@acme.example"]

    def test_of_a_mailbox_that_has_left_nothing_is_known(self) -> None:
        with bench() as b:
            b.receive("x")
            with b.store.write() as tx:
                drafts.change(tx, b.drafts[0].row, mailbox="elsewhere")
            b.receive(WITHDRAW)
            assert (states(b), b.drafts[0].error) == (["gone"], "mailbox_left")

    def test_other_drafts_stay(self) -> None:
        with bench() as b:
            b.world.account.deliver(b.compose("my own", sender="robin@vale.example"), "Drafts")
            b.receive("x")
            b.receive(WITHDRAW)
            assert [text.strip() for text in lying(b)] == ["my own"]


class TestSending:
    def test_what_the_owner_sends_is_sent(self) -> None:
        with bench() as b:
            b.receive("x")
            b.owner_sends_draft()
            assert (states(b), b.drafts[0].settled_at) == (["sent"], b.clock.now())
            b.advance(minutes=2)
            assert (states(b), lying(b)) == (["sent"], [])

    def test_sent_on_a_report_keeps_the_promise_whatever_else_it_answers(self) -> None:
        with bench(wish(is_report=True)) as b:
            b.advance(days=1, hours=5, minutes=30)
            b.receive("Which paper do you recommend?")
            with b.store.write() as tx:
                due = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
                ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1", at=due, obligation=None)
            b.owner_sends_draft()
            assert [(one.state, one.evidence) for one in b.promises] == [(PromiseState.KEPT, "marker")]

    def test_what_a_mail_program_leaves_behind_is_cleared_away(self) -> None:
        with bench() as b:
            b.receive("x")
            b.world.account.deliver(b.world.account.mails("Drafts")[0].message, "Sent")
            b.advance(seconds=1)
            assert (states(b), len(lying(b))) == (["sent"], 1)
            b.advance(minutes=1)
            assert (states(b), lying(b)) == (["sent"], [])
            assert b.daemon.drafting.next_due() is None

    def test_unless_a_person_has_changed_it(self) -> None:
        with bench() as b:
            b.receive("x")
            (draft,) = b.world.account.mails("Drafts")
            b.world.account.deliver(draft.message, "Sent")
            b.world.account.expunge(draft.uid, "Drafts")
            b.world.account.deliver(draft.message.replace(b"help", b"please"), "Drafts")
            b.advance(minutes=2)
            assert (states(b), len(lying(b))) == (["sent"], 1)

    def test_one_that_is_sent_while_it_is_to_be_taken_away_was_sent(self) -> None:
        with bench() as b:
            b.receive("x")
            (draft,) = b.world.account.mails("Drafts")
            b.world.account.expunge(draft.uid, "Drafts")
            b.receive(WITHDRAW)
            assert states(b) == ["gone"]
            b.world.account.deliver(draft.message, "Sent")
            b.run()
            assert states(b) == ["sent"]
            want(b, values={"words": " once more"})
            assert len(b.drafts) == 1


LONG = ", and which of the pages has to be with the printer before the trade fair in May begins"


def send_stripped(b: Bench, **changed: str) -> None:
    """The owner opens the draft in a program that drops every mark of ours, changes it and sends it."""
    (draft,) = b.world.account.mails("Drafts")
    mail = message_from_bytes(draft.message, policy=policy.SMTP)
    text = mail.get_content()
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    b.world.account.expunge(draft.uid, "Drafts")
    b.owner_sends(text, to=str(mail["To"]), subject=str(mail["Subject"]))


class TestSentWithoutItsMarks:
    def test_it_was_sent_before_anybody_hears_of_the_mail(self) -> None:
        heard: list[DraftState] = []

        def on_sent(event: Any, ctx: Any) -> None:
            heard.extend(one.state for one in ctx.ledger.drafts("acme", event.at) if one.settled_at == event.at)

        with bench(wish(values={"words": LONG}), beside={"listening": plugin("listening", on_sent=on_sent)}) as b:
            b.receive("x")
            b.advance(minutes=5)
            send_stripped(b, **{"in May": "in June"})
            assert (states(b), b.drafts[0].settled_at, heard) == (["sent"], b.clock.now(), [DraftState.SENT])

    def test_a_report_keeps_the_promise_whatever_else_it_answers(self) -> None:
        with bench(wish(is_report=True, values={"words": LONG})) as b:
            b.advance(days=1, hours=5, minutes=30)
            b.receive("Which paper do you recommend?")
            with b.store.write() as tx:
                due = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
                ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1", at=due, obligation=None)
            send_stripped(b)
            assert [(one.state, one.evidence) for one in b.promises] == [(PromiseState.KEPT, "marker")]

    def test_what_is_no_report_keeps_none(self) -> None:
        with bench(wish(values={"words": LONG})) as b:
            b.advance(days=1, hours=5, minutes=30)
            b.receive("Thank you.")
            with b.store.write() as tx:
                due = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
                ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1", at=due, obligation=None)
            send_stripped(b)
            assert [one.state for one in b.promises] == [PromiseState.OPEN]

    def test_deleted_while_something_else_is_sent_it_is_gone(self) -> None:
        with bench(wish(values={"words": LONG})) as b:
            b.receive("x")
            b.advance(minutes=5)
            b.world.account.expunge(1, "Drafts")
            b.owner_sends("We meet on Thursday at the station.")
            assert states(b) == ["gone"]


@contextmanager
def on(server: Dovecot, user: str) -> Iterator[Bench]:
    """A bench whose drafts go to a real server."""
    address = ServerAddress(Security.PLAIN, server.host, server.imap_port, user)
    with bench() as b:
        errands = {"studio": Errands("drafts", ImapMailbox(address, lambda: Dovecot.password))}
        b.daemon.drafting = Drafting(b.store, b.settings, b.daemon.drafting._writer, errands, b.clock)
        yield b
        errands["studio"].close()


@pytest.fixture
def program(dovecot: Dovecot, user: str) -> Iterator[IMAPClient]:
    """The owner's mail program, with Drafts open."""
    client = IMAPClient(dovecot.host, dovecot.imap_port, ssl=False)
    client.login(user, Dovecot.password)
    client.select_folder("Drafts")
    yield client
    client.logout()


def bodies(program: IMAPClient) -> list[bytes]:
    program.noop()
    found = program.fetch(program.search("UNDELETED"), ["BODY.PEEK[]"])
    return [found[uid][b"BODY[]"] for uid in sorted(found)]


class TestOnDovecot:
    def test_laid_there_and_taken_away(self, dovecot: Dovecot, user: str, program: IMAPClient) -> None:
        with on(dovecot, user) as b:
            program.append("Drafts", b.compose("my own", sender="robin@vale.example"), [r"\Draft"])
            b.receive("x")
            assert states(b) == ["placed"]
            mine, ours = bodies(program)
            assert b"What would help you most" in ours
            assert set(program.get_flags([2])[2]) >= {rb"\Draft", rb"\Seen"}
            b.receive(WITHDRAW)
            assert (states(b), bodies(program)) == (["withdrawn"], [mine])

    def test_a_flag_does_not_make_it_a_persons(self, dovecot: Dovecot, user: str, program: IMAPClient) -> None:
        with on(dovecot, user) as b:
            b.receive("x")
            program.noop()
            program.add_flags([1], [r"\Flagged"])
            b.receive(WITHDRAW)
            assert (states(b), bodies(program)) == (["withdrawn"], [])

    def test_changed_by_a_person_it_stays(self, dovecot: Dovecot, user: str, program: IMAPClient) -> None:
        with on(dovecot, user) as b:
            b.receive("x")
            (ours,) = bodies(program)
            # As Thunderbird saves it: a new mail with a Message-ID of its own and without the fields it does not know.
            changed = ours.replace(b"help you", b"please you").replace(b"\nMessage-ID: <draft", b"\nMessage-ID: <new")
            changed = b"".join(line for line in changed.splitlines(True) if not line.startswith(b"X-Whiteglove"))
            program.append("Drafts", changed, [r"\Draft"])
            program.delete_messages([1])
            program.expunge()
            b.receive(WITHDRAW)
            assert (states(b), bodies(program)) == (["changed"], [changed])
            want(b, values={"words": " again"})
            assert (states(b), bodies(program)) == (["changed"], [changed])

    def test_its_replacement_is_not_laid_beside_it(self, dovecot: Dovecot, user: str, program: IMAPClient) -> None:
        with on(dovecot, user) as b:
            b.receive("x")
            (ours,) = bodies(program)
            program.append("Drafts", ours.replace(b"help", b"please"), [r"\Draft"])
            program.delete_messages([1])
            want(b, values={"words": " again"})
            assert states(b) == ["changed", "withdrawn"]
            assert len(bodies(program)) == 1

    @pytest.mark.parametrize("expunged", [True, False])
    def test_deleted_by_a_person_it_is_gone_for_good(
        self, dovecot: Dovecot, user: str, program: IMAPClient, expunged: bool
    ) -> None:
        with on(dovecot, user) as b:
            b.receive("x")
            program.noop()
            program.add_flags([1], [DELETED])
            if expunged:
                program.expunge()
            b.receive(WITHDRAW)
            assert states(b) == ["gone"]
            want(b, values={"words": " again"})
            assert (states(b), bodies(program)) == (["gone"], [])

    def test_sent_and_left_behind(self, dovecot: Dovecot, user: str, program: IMAPClient) -> None:
        with on(dovecot, user) as b:
            b.receive("x")
            (ours,) = bodies(program)
            b.world.account.deliver(ours, "Sent")
            b.run()
            assert states(b) == ["sent"]
            b.advance(minutes=1)
            assert (states(b), bodies(program)) == (["sent"], [])

    def test_found_again_after_a_crash(
        self, dovecot: Dovecot, user: str, program: IMAPClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: Any, **values: Any) -> bool:
            raise StoreError("killed here")

        with on(dovecot, user) as b:
            monkeypatch.setattr(Drafting, "_change", killed)
            with pytest.raises(StoreError):
                b.receive("x")
            monkeypatch.undo()
            b.run()
            assert (states(b), len(bodies(program))) == (["placed"], 1)


class TestOtherServers:
    def test_one_that_writes_mail_anew_is_compared_with_what_it_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        append = InProcessMailbox.append

        def rewriting(self: InProcessMailbox, folder: str, message: bytes, **flags: bool) -> None:
            append(self, folder, message.replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0 (rewritten)"), **flags)

        with bench() as b:
            monkeypatch.setattr(InProcessMailbox, "append", rewriting)
            b.receive("x")
            b.receive(WITHDRAW)
            assert (states(b), lying(b)) == (["withdrawn"], [])

    def test_line_ends_are_no_change(self) -> None:
        with bench() as b:
            b.receive("x")
            (draft,) = b.world.account.mails("Drafts")
            b.world.account.expunge(draft.uid, "Drafts")
            b.world.account.deliver(draft.message.replace(b"\r\n", b"\n"), "Drafts")
            b.receive(WITHDRAW)
            assert states(b) == ["withdrawn"]

    def test_a_draft_that_cannot_be_read_back_is_compared_with_what_was_laid_there(self) -> None:
        with bench() as b:
            b.world.account.fail("message", LOST)
            b.receive("x")
            assert states(b) == ["placed"]
            b.advance(minutes=1)
            b.receive(WITHDRAW)
            assert (states(b), lying(b)) == (["withdrawn"], [])


def test_what_is_due_next() -> None:
    with bench() as b:
        assert b.daemon.drafting.next_due() is None
        b.world.account.fail("append", LOST)
        b.receive("x")
        assert b.daemon.drafting.next_due() == b.clock.now() + timedelta(seconds=10)
        b.advance(seconds=10)
        assert b.daemon.drafting.next_due() is None
        assert b.drafts[0].state is DraftState.PLACED
