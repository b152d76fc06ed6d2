"""F, first half: every new mail is found once, and nothing in the mailbox is touched.

RFC 9051 sections 2.3.1.1, 5.2, 5.4, 6.3.3, 6.3.11, 6.3.13, 6.4.5, 6.4.9, 7.1 and 7.5.1; RFC 4315 section 3; RFC 2177
section 3; RFC 5322 section 3.6.4; RFC 5530; RFC 7352 section 3; RFC 8474 section 5.1.
"""

from __future__ import annotations

import imaplib
from dataclasses import replace
from datetime import timedelta

import pytest

from benches import MANY, STATUS, acme
from rules.conftest import Connect
from rules.mails import from_address, mail
from servers.dovecot import Dovecot
from servers.scripted import CLOSE, SILENCE, ScriptedImap
from whiteglove.errands import Backoff
from whiteglove.errors import MailboxError
from whiteglove.imap import idle
from whiteglove.inprocess import InProcessMailbox
from whiteglove.ports import Fetched, FolderStatus
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


def test_r72_the_star_does_not_bring_back_the_last_message(connect: Connect) -> None:
    with ScriptedImap({"UID SEARCH": [b"* SEARCH 4\r\n%t OK done\r\n"]}) as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        assert mailbox.uids_above(4) == []
        assert mailbox.uids_above(3) == [4]
        assert {"SEARCH", "FETCH", "STORE"}.isdisjoint(server.commands)


def test_r73_a_renumbered_folder_leads_to_no_second_answer_and_no_loss() -> None:
    with Bench(acknowledge, delay="0s", toml=MANY) as bench:
        assert len(bench.receive(STATUS)) == len(bench.receive(STATUS, subject="Pages")) == 1
        bench.deliver(STATUS, subject="Cover")
        bench.world.account.renumber()
        (answer,) = bench.run()
        assert answer.subject == "Re: Cover"
        assert len(bench.logged("mailbox.renumbered")) == 1
        assert bench.recorded == 3
        assert len(bench.receive(STATUS, subject="Index")) == 1


def test_r74_uidnext_may_be_missing_and_uids_not_sticky(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    bare = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* NO [UIDNOTSTICKY] sorry\r\n%t OK opened\r\n"
    with ScriptedImap({"EXAMINE": [bare], "UID SEARCH": [b"* SEARCH 3 9\r\n%t OK done\r\n"]}) as server:
        mailbox = connect(server)
        assert mailbox.open("INBOX").uidnext is None
        assert mailbox.uids_above(3) == [9]

    def opens(self: InProcessMailbox, folder: str) -> FolderStatus:
        return replace(known(self, folder), uidnext=None)

    known = InProcessMailbox.open
    monkeypatch.setattr(InProcessMailbox, "open", opens)
    with Bench(acknowledge, delay="0s", looked=False) as bench:
        bench.deliver(STATUS)
        assert bench.run() == []
        assert len(bench.receive(STATUS)) == 1
        assert [line["history"] for line in bench.logged("message.received") if "history" in line] == [True]


def test_r75_a_fault_at_any_step_costs_nothing_and_repeats_nothing() -> None:
    with Bench(acknowledge, delay="0s", toml=MANY) as bench:
        for step in ("connect", "open", "uids_above", "fetch", "fetch_sections"):
            bench.world.account.fail(step, MailboxError("unreachable", "cut off"))
            early = bench.receive(STATUS, subject=step)
            late = bench.restart() if step == "fetch_sections" else bench.run()
            assert [answer.subject for answer in early + late] == [f"Re: {step}"]
        assert bench.recorded == 5
        for number in range(3):
            bench.deliver(STATUS, subject=f"Thread {number}")
        assert [answer.subject for answer in bench.run()] == [f"Re: Thread {number}" for number in range(3)]


def test_r76_flags_stay_as_the_user_left_them(dovecot: Dovecot, user: str, connect: Connect) -> None:
    def flags() -> list[bytes]:
        return [data for data in theirs.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(data, bytes)]

    dovecot.deliver(user, mail(), mail())
    theirs = imaplib.IMAP4(dovecot.host, dovecot.imap_port)
    theirs.login(user, dovecot.password)
    theirs.select()
    theirs.uid("STORE", "2", "FLAGS", r"(\Seen \Flagged $Label1)")
    before = flags()
    mailbox = connect(dovecot, user)
    mailbox.open("INBOX")
    fetched = mailbox.fetch(mailbox.uids_above(0))
    mailbox.fetch_sections([(one.uid, one.structure) for one in fetched if one.structure], 1000)
    mailbox.close()
    assert len(fetched) == 2
    assert flags() == before
    theirs.logout()


def test_r77_seen_is_not_handled_and_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with Bench(acknowledge, delay="0s", toml=MANY) as bench:
        account = bench.world.account
        account.deliver(mail(), flags=frozenset({r"\Seen"}))
        assert len(bench.run()) == 1
        before, between = account.deliver(mail(Subject="Gone before")), account.deliver(mail(Subject="Gone between"))
        account.deliver(mail(Subject="Stays"))

        def fetch(self: InProcessMailbox, uids: list[int]) -> list[Fetched]:
            account.expunge(before)
            found = known(self, uids)
            account.expunge(between)
            return found

        known = InProcessMailbox.fetch
        monkeypatch.setattr(InProcessMailbox, "fetch", fetch)
        assert [answer.subject for answer in bench.run()] == ["Re: Stays"]
        assert bench.failures == []


def test_r78_a_copy_is_the_same_mail_and_another_under_its_id_is_not() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, owner={"aliases": ["hello@vale.example"]}) as bench:
        question = {"Message_ID": "<same@acme.example>"}
        bench.world.account.deliver(mail(**question))
        bench.world.account.deliver(mail("Delivered-To: hello@vale.example", **question))
        assert len(bench.run()) == 1
        assert len(bench.obligations) == 1
        bench.world.account.deliver(from_address("ada@acme.example", **question, Subject="Pages"))
        (answer,) = bench.run()
        assert answer.recipient == "ada@acme.example"


def test_r79_idle_is_renewed_ended_first_and_not_trusted(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    assert timedelta(seconds=idle.LONGEST) <= timedelta(minutes=29)
    with ScriptedImap() as silent:
        mailbox = connect(silent)
        mailbox.open("INBOX")
        mailbox.uids_above(4)
        monkeypatch.setattr(idle, "LONGEST", 0.05)
        assert mailbox.wait(3600) is False
        mailbox.uids_above(4)
        assert silent.commands[-3:] == ["IDLE", "DONE", "UID SEARCH"]
        monkeypatch.setattr(idle, "DONE_TIMEOUT", 0.05)
        silent.scripts["DONE"] = [SILENCE]
        with pytest.raises(MailboxError) as dead:
            mailbox.wait(3600)
        assert dead.value.code == "timeout"


def test_r80_without_idle_it_searches(connect: Connect) -> None:
    """Neither NOOP nor STATUS: time passes, and then the search itself tells."""
    for refusing in (ScriptedImap({"IDLE": [b"%t BAD what\r\n"]}), ScriptedImap(capabilities="IMAP4rev1")):
        with refusing as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(4)
            assert mailbox.wait(0.01) is True
            assert not mailbox.can_idle
            mailbox.uids_above(4)
            assert mailbox.wait(0.01) is True
            assert {"STATUS", "NOOP"}.isdisjoint(server.commands)
            assert server.commands.count("IDLE") <= 1


def test_r81_untagged_data_may_come_at_any_time(connect: Connect) -> None:
    unasked = b"* OK [ALERT] maintenance at noon\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n* 5 EXISTS\r\n"
    with ScriptedImap({"UID SEARCH": [unasked + b"* SEARCH 5\r\n* 6 EXISTS\r\n%t OK done\r\n"]}) as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        assert mailbox.uids_above(4) == [5]
        assert mailbox.wait(3600) is True
        server.then("UID SEARCH", b"* BYE until later\r\n", CLOSE)
        with pytest.raises(MailboxError) as gone:
            mailbox.uids_above(5)
        assert gone.value.code in ("unavailable", "unreachable")


def test_r82_each_response_code_says_whether_to_try_again(connect: Connect) -> None:
    """Two seconds at first and five minutes at most, so that a mailbox is not lost for a quarter of an hour."""
    later = dict.fromkeys(("UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA"), ("unavailable", False))
    stop = dict.fromkeys(("AUTHENTICATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"), ("login", True))
    found = {}
    with ScriptedImap() as server:
        for code in later | stop:
            server.then("LOGIN", f"%t NO [{code}] no\r\n".encode())
            with pytest.raises(MailboxError) as refused:
                connect(server)
            found[code] = (refused.value.code, refused.value.fatal)
    assert found == later | stop
    backoff = Backoff(longest=300.0)
    pauses = [backoff.failed() for _ in range(12)]
    assert all(
        min(300.0, 2.0**number) / 2 <= pause <= min(300.0, 2.0**number) for number, pause in enumerate(pauses, 1)
    )
    assert Backoff(longest=300.0).failed(fatal=True) >= 150
