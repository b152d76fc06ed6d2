"""`ImapMailbox` against Dovecot, and against servers that misbehave on purpose."""

from __future__ import annotations

import imaplib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import imapclient
import pytest

from servers.certificates import Certificate
from servers.dovecot import Dovecot
from servers.ports import free_port, until
from servers.scripted import CLOSE, SILENCE, ScriptedImap
from whiteglove.errors import MailboxError
from whiteglove.imap import ImapMailbox, session
from whiteglove.imap.folders import Role
from whiteglove.message import Part
from whiteglove.ports import Mailbox
from whiteglove.settings.servers import Security, ServerAddress

NOTE = (
    b"From: Wile <wile@acme.example>\r\nTo: robin@vale.example\r\n"
    b"Subject: Catalogue\r\nMessage-ID: <%d@acme.example>\r\n"
)
PLAIN = NOTE + b"\r\nHow are things?\r\n"


def note(number: int) -> bytes:
    return PLAIN % number


@pytest.fixture
def connect() -> Iterator[Callable[..., ImapMailbox]]:
    """Opens connections that are closed after the test."""
    opened: list[ImapMailbox] = []

    def connected(server: Dovecot | ScriptedImap, user: str = "robin@vale.example", **settings: object) -> ImapMailbox:
        port = server.imap_port if isinstance(server, Dovecot) else server.port
        address = ServerAddress(Security.PLAIN, server.host, port, user)
        mailbox = ImapMailbox(address, lambda: Dovecot.password, **settings)  # type: ignore[arg-type]
        opened.append(mailbox)
        mailbox.connect()
        return mailbox

    yield connected
    for mailbox in opened:
        mailbox.close()


Connect = Callable[..., ImapMailbox]


class TestReading:
    def test_a_delivered_mail_is_found_and_read_in_two_steps(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        dovecot.deliver(user, note(1))
        mailbox = connect(dovecot, user)

        status = mailbox.open("INBOX")
        [mail] = mailbox.fetch(mailbox.uids_above(0))

        assert (status.exists, status.uidnext) == (1, 2)
        assert mail.uid == 1
        assert before <= mail.received_at <= datetime.now(UTC)
        assert mail.received_at.tzinfo is UTC
        assert b"\r\nSubject: Catalogue\r\n" in mail.header
        assert b"How are things" not in mail.header
        assert mail.structure is not None
        assert mail.structure.content_type == "text/plain"
        assert mailbox.fetch_sections([(1, mail.structure)], 1000) == {1: b"How are things?\r\n"}

    def test_the_keywords_of_a_spam_filter_are_seen(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1), note(2))
        with imaplib.IMAP4(dovecot.host, dovecot.imap_port) as filter_:
            filter_.login(user, dovecot.password)
            filter_.select()
            filter_.uid("STORE", "2", "+FLAGS", r"(\Flagged $Junk)")
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        good, junk = mailbox.fetch(mailbox.uids_above(0))

        assert (good.flags - {r"\recent"}, junk.flags - {r"\recent"}) == (set(), {r"\flagged", "$junk"})

    def test_a_structure_beyond_all_measure_hides_nothing_but_itself(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        part = b'--b\r\nContent-Type: a/b; name="' + b"n" * 5_000_000 + b'"\r\n\r\nx\r\n--b--\r\n'
        heavy = NOTE % 2 + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part
        dovecot.deliver(user, note(1), heavy, note(3))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        mails = mailbox.fetch(mailbox.uids_above(0))

        assert [mail.structure is None for mail in mails] == [False, True, False]
        assert all(b"Subject: Catalogue" in mail.header for mail in mails)

    def test_one_part_is_cut_to_the_limit(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        assert mailbox.fetch_sections([(1, Part("text/plain"))], 3) == {1: b"How"}

    def test_flags_stay_as_the_user_left_them(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.fetch([1])
        mailbox.fetch_sections([(1, Part("text/plain"))], 1000)
        mailbox.uids_with_header("Message-ID", "1@acme.example")

        folder = dovecot.base / "mail" / user
        assert [path.name.partition(":2,")[2] for path in [*folder.glob("cur/*"), *folder.glob("new/*")]] == [""]

    def test_a_message_that_is_gone_is_left_out(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1), note(2))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        for path in (dovecot.base / "mail" / user / "new").glob("*"):
            path.unlink()

        assert mailbox.fetch([1, 2, 77]) == []
        assert mailbox.fetch_sections([(1, Part("text/plain")), (77, Part("text/plain"))], 10) == {}

    def test_the_star_does_not_bring_back_the_last_message(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1), note(2))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        assert mailbox.uids_above(1) == [2]
        assert mailbox.uids_above(2) == []

    def test_since_is_a_day_and_stays_below_the_line(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1), note(2), note(3))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        # The server's day may not be ours: two days are clear in every zone.
        assert mailbox.uids_since(date.today() - timedelta(days=2), 3) == [1, 2]  # noqa: DTZ011
        assert mailbox.uids_since(date.today() + timedelta(days=2), 3) == []  # noqa: DTZ011
        assert mailbox.uids_since(date(2020, 1, 1), 1) == []

    def test_a_header_is_found_by_its_value(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1), b'X-Whiteglove: abc"d\\e\r\n' + note(2))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")

        assert mailbox.uids_with_header("Message-ID", "<2@acme.example>") == [2]
        assert mailbox.uids_with_header("X-Whiteglove", 'abc"d\\e') == [2]
        assert mailbox.uids_with_header("Message-ID", "<3@acme.example>") == []

    def test_hundreds_of_messages_come_ascending_whatever_order_they_were_asked_in(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        dovecot.deliver(user, *(note(number) for number in range(250)))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        uids = mailbox.uids_above(0)
        shuffled = random.Random(1).sample(uids, len(uids))

        assert [mail.uid for mail in mailbox.fetch(shuffled)] == uids == list(range(1, 251))

    def test_a_header_block_of_megabytes_is_read_up_to_its_limit(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        weight = b"".join(b"X-Weight-%d: %s\r\n" % (number, b"x" * 900) for number in range(3000))
        dovecot.deliver(user, note(1).replace(b"\r\n\r\n", b"\r\n" + weight + b"\r\n"))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        [mail] = mailbox.fetch([1])

        assert len(mail.header) == 256 * 1024
        assert mail.size > 2_000_000

    def test_thousands_of_parts_do_not_break_the_connection(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        part = b'--x\r\nContent-Type: application/x-%d; name="' % 1 + b"n" * 150 + b'"\r\n\r\nx\r\n'
        many = (
            NOTE % 1
            + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + part * 9000
            + b"--x--\r\n"
        )
        dovecot.deliver(user, many, note(2))
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        first, second = mailbox.fetch([1, 2])

        assert first.structure is not None
        assert len(list(first.structure.walk())) == 1000
        assert second.structure == Part("text/plain", parameters={"charset": "us-ascii"}, size=17)


class TestFolders:
    def test_the_uses_of_the_folders_come_from_the_server(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        found = connect(dovecot, user).folders()

        assert (found.sent, found.drafts, found.junk) == ("Sent", "Drafts", None)

    def test_the_configuration_comes_first(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        assert connect(dovecot, user, sent="Gesendet").folders().sent == "Gesendet"

    def test_a_missing_folder_is_named(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox = connect(dovecot, user)
        with pytest.raises(MailboxError, match="Archive") as opening:
            mailbox.open("Archive")
        with pytest.raises(MailboxError, match="Archive") as filing:
            mailbox.append("Archive", note(1), seen=True)

        assert (opening.value.code, filing.value.code) == ("missing_folder", "missing_folder")
        assert mailbox.open("INBOX").exists == 0, "the connection goes on"

    def test_names_outside_ascii_are_opened_and_written_to(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1))
        (dovecot.base / "mail" / user / ".Entw&APw-rfe &- mehr" / "cur").mkdir(parents=True)
        _give_to_mail_user(dovecot, user)
        mailbox = connect(dovecot, user)
        mailbox.append("Entwürfe & mehr", note(2), seen=False, draft=True)

        assert mailbox.open("Entwürfe & mehr").exists == 1

    def test_what_is_filed_keeps_its_bytes_and_gets_its_flags(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        mailbox = connect(dovecot, user)
        mailbox.append("Sent", note(1), seen=True)
        mailbox.append("Drafts", note(2), seen=False, draft=True)

        base = dovecot.base / "mail" / user
        [sent] = [*(base / ".Sent" / "cur").glob("*"), *(base / ".Sent" / "new").glob("*")]
        [draft] = [*(base / ".Drafts" / "cur").glob("*"), *(base / ".Drafts" / "new").glob("*")]
        assert sent.read_bytes().replace(b"\r\n", b"\n") == note(1).replace(b"\r\n", b"\n")
        assert sent.name.partition(":2,")[2] == "S"
        assert draft.name.partition(":2,")[2] == "D"

    def test_a_message_comes_whole_and_as_it_was_filed(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox = connect(dovecot, user)
        mailbox.append("Drafts", note(1), seen=True, draft=True)
        mailbox.open("Drafts")

        assert mailbox.message(1, 4096) == note(1)
        assert mailbox.message(1, 20) == note(1)[:20]
        assert mailbox.message(9, 4096) is None
        assert mailbox.fetch([1])[0].flags >= {"\\draft", "\\seen"}

    def test_one_message_is_removed_and_never_another(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox, other = connect(dovecot, user), connect(dovecot, user)
        for number in (1, 2, 3):
            mailbox.append("Drafts", note(number), seen=True, draft=True)
        marking = other._connection
        assert marking is not None
        marking.client.select_folder("Drafts")
        marking.client.add_flags([1], [imapclient.DELETED])
        mailbox.open("Drafts")

        mailbox.remove("Drafts", 2)

        assert mailbox.uids_above(0) == [1, 3]
        assert other.open("Drafts").exists == 2
        mailbox.remove("Drafts", 2)
        assert mailbox.uids_above(0) == [1, 3], "what is gone is no error"

    @pytest.mark.parametrize(
        ("capabilities", "folders", "said"),
        [
            ("IMAP4rev1 UIDPLUS MOVE", b"", ["UID STORE", "UID EXPUNGE"]),
            ("IMAP4rev1 MOVE", b'* LIST (\\Trash) "/" Bin\r\n', ["LIST", "UID MOVE"]),
            ("IMAP4rev1 MOVE", b'* LIST () "/" Bin\r\n', ["LIST", "UID STORE"]),
            ("IMAP4rev1", b'* LIST (\\Trash) "/" Bin\r\n', ["UID STORE"]),
        ],
    )
    def test_what_a_server_cannot_expunge_alone_is_moved_or_only_marked(
        self, connect: Connect, capabilities: str, folders: bytes, said: list[str]
    ) -> None:
        opened = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n%t OK [READ-WRITE] opened\r\n"
        scripts = {"SELECT": [opened], "LIST": [folders + b"%t OK done\r\n"]}
        with ScriptedImap(scripts, capabilities=capabilities) as server:
            mailbox = connect(server)
            mailbox.open("Drafts")
            before = len(server.commands)
            mailbox.remove("Drafts", 2)
            assert server.commands[before:] == ["SELECT", *said, "EXAMINE"]

    def test_nothing_is_removed_from_a_folder_that_was_renumbered_or_is_not_open(self, connect: Connect) -> None:
        opened = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 8] new\r\n%t OK [READ-WRITE] opened\r\n"
        with ScriptedImap({"SELECT": [opened]}, capabilities="IMAP4rev1 UIDPLUS") as server:
            mailbox = connect(server)
            with pytest.raises(MailboxError, match="not open"):
                mailbox.remove("Drafts", 2)
            mailbox.open("Drafts")
            with pytest.raises(MailboxError, match="renumbered"):
                mailbox.remove("Drafts", 2)
            assert "UID STORE" not in server.commands

    def test_a_server_that_files_nothing_in_a_folder_that_is_open_for_reading(self, connect: Connect) -> None:
        with ScriptedImap({"LIST": [b'* LIST () "/" Sent\r\n%t OK done\r\n']}) as server:
            mailbox = connect(server)
            mailbox.open("Sent")
            refusal = b"%t NO Current box is selected READ-ONLY.\r\n"
            server.then("APPEND", refusal)
            mailbox.append("Sent", note(1), seen=True)
            assert [word for word in server.commands if word in ("EXAMINE", "APPEND")] == [
                "EXAMINE", "APPEND", "EXAMINE", "APPEND",
            ]  # fmt: skip
            mailbox.open("Sent")
            server.scripts["APPEND"] = [refusal]
            with pytest.raises(MailboxError, match="READ-ONLY"):
                mailbox.append("Sent", note(1), seen=True)

    def test_a_new_uidvalidity_is_seen(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, note(1))
        first = connect(dovecot, user)
        before = first.open("INBOX")
        first.close()
        dovecot.renumber(user)

        assert connect(dovecot, user).open("INBOX").uidvalidity != before.uidvalidity

    def test_without_special_use_the_table_decides(self, connect: Connect) -> None:
        listing = b'* LIST (\\Noselect) "." ""\r\n* LIST () "." INBOX\r\n* LIST () "." "INBOX.Gesendet"\r\n'
        with ScriptedImap({"LIST": [listing + b'* LIST () "." INBOX.Entw&APw-rfe\r\n%t OK done\r\n']}) as server:
            found = connect(server).folders()

        assert (found.sent, found.drafts, found.junk) == ("INBOX.Gesendet", "INBOX.Entwürfe", None)

    def test_a_server_that_tells_the_uses_only_when_asked_is_asked(self, connect: Connect) -> None:
        plain = b'* LIST () "/" Ausgang\r\n%t OK done\r\n'
        marked = b'* LIST (\\Sent) "/" Ausgang\r\n%t OK done\r\n'
        with ScriptedImap(capabilities="IMAP4rev1 IDLE SPECIAL-USE NAMESPACE") as server:
            server.then("LIST", plain)
            server.then("LIST", marked)

            assert connect(server).folders().sent == "Ausgang"

    @pytest.mark.parametrize("answer", [b"%t BAD no\r\n", b"%t NO no\r\n"])
    def test_a_server_that_will_not_be_asked_is_forgiven(self, connect: Connect, answer: bytes) -> None:
        with ScriptedImap(capabilities="IMAP4rev1 IDLE SPECIAL-USE NAMESPACE") as server:
            server.then("LIST", b'* LIST () "/" Sent\r\n%t OK done\r\n')
            server.then("LIST", answer)

            assert connect(server).folders().sent == Role.SENT.value.title()

    def test_a_codeless_refusal_of_a_folder_that_exists_is_not_taken_for_a_missing_one(self, connect: Connect) -> None:
        with ScriptedImap({"EXAMINE": [b"%t NO not now\r\n"]}) as server:
            mailbox = connect(server)
            server.then("LIST", b'* LIST () "/" INBOX\r\n%t OK done\r\n')
            with pytest.raises(MailboxError) as there:
                mailbox.open("INBOX")
            server.then("LIST", b"%t OK done\r\n")
            with pytest.raises(MailboxError) as absent:
                mailbox.open("INBOX")

        assert (there.value.code, absent.value.code) == ("protocol", "missing_folder")


def _give_to_mail_user(dovecot: Dovecot, user: str) -> None:
    """What the test made as root belongs to whom the rest of the mailbox belongs to."""
    home = dovecot.base / "mail" / user
    if os.geteuid() == 0:
        owner = home.stat()
        for path in [home, *home.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)


class TestWaiting:
    def test_a_delivery_ends_the_wait(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        assert mailbox.uids_above(0) == []
        delivery = threading.Timer(0.05, dovecot.deliver, (user, note(1)))
        delivery.start()

        assert mailbox.wait(20) is True
        assert mailbox.uids_above(0) == [1]
        delivery.join()

    def test_time_is_up(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.uids_above(0)

        assert mailbox.wait(0.05) is False
        assert mailbox.uids_above(0) == [], "the connection goes on"

    def test_wake_ends_the_wait_of_another_thread_at_once(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.uids_above(0)
        waker = threading.Timer(0.05, mailbox.wake)
        started = time.monotonic()
        waker.start()

        assert mailbox.wait(60) is False
        assert time.monotonic() - started < 5
        waker.join()

    def test_wake_ahead_of_the_wait_is_not_lost_and_counts_once(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.uids_above(0)
        mailbox.wake()
        mailbox.wake()
        started = time.monotonic()

        assert mailbox.wait(60) is False
        assert time.monotonic() - started < 5
        assert mailbox.wait(0.05) is False

    def test_news_that_another_command_swallowed_is_told_without_waiting(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.uids_above(0)
        dovecot.deliver(user, note(1))
        mailbox.uids_with_header("Subject", "nothing like it")
        started = time.monotonic()

        assert mailbox.wait(60) is True
        assert time.monotonic() - started < 0.4, "Dovecot itself would take half a second to announce it"

    def test_what_came_while_another_folder_was_open_is_told_at_once(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        mailbox.uids_above(0)
        mailbox.open("Sent")
        mailbox.uids_above(0)
        dovecot.deliver(user, note(1))
        mailbox.open("INBOX")

        assert mailbox.wait(60) is True
        mailbox.uids_above(0)
        mailbox.open("Sent")
        mailbox.open("INBOX")
        assert mailbox.wait(0.05) is False, "nothing came since"

    def test_no_message_of_forty_bursts_is_missed(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        bursts, each = 40, 3
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        seen = mailbox.uids_above(0)
        pause, rng = threading.Event(), random.Random(7)

        def send() -> None:
            with dovecot.delivery(user) as deliver:
                for burst in range(bursts):
                    pause.wait(rng.uniform(0, 0.08))
                    for number in range(each):
                        deliver(note(burst * each + number))
                        pause.wait(rng.uniform(0, 0.02))

        sender = threading.Thread(target=send)
        deadline = time.monotonic() + 40
        sender.start()
        waits = 0
        while len(seen) < bursts * each and time.monotonic() < deadline:
            # Far longer than the test may take: a lost wake-up would show.
            assert mailbox.wait(30) is True
            waits += 1
            seen += mailbox.uids_above(seen[-1] if seen else 0)
        sender.join()

        assert seen == list(range(1, bursts * each + 1))
        assert waits <= bursts * each * 2


class TestTrapsOfIdle:
    def test_an_exists_in_one_segment_with_the_continuation(self, connect: Connect) -> None:
        with ScriptedImap({"IDLE": [b"+ idling\r\n* 5 EXISTS\r\n"], "DONE": [b"%t OK done\r\n"]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            started = time.monotonic()

            assert mailbox.wait(30) is True
            assert time.monotonic() - started < 5

    def test_an_exists_ahead_of_the_continuation(self, connect: Connect) -> None:
        with ScriptedImap({"IDLE": [b"* 5 EXISTS\r\n+ idling\r\n"]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)

            assert mailbox.wait(30) is True

    def test_an_exists_with_the_end_of_idle(self, connect: Connect) -> None:
        with ScriptedImap({"DONE": [b"* 5 EXISTS\r\n%t OK done\r\n"]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)

            assert mailbox.wait(0.05) is True

    def test_a_server_that_repeats_itself_is_not_news_for_ever(self, connect: Connect) -> None:
        with ScriptedImap(
            {"IDLE": [b"+ idling\r\n* 4 EXISTS\r\n"], "UID SEARCH": [b"* SEARCH 4\r\n* 4 EXISTS\r\n%t OK done\r\n"]}
        ) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)

            assert mailbox.wait(0.05) is False

    def test_a_good_bye(self, connect: Connect) -> None:
        with ScriptedImap({"IDLE": [b"+ idling\r\n* BYE [UNAVAILABLE] going down\r\n", CLOSE]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            with pytest.raises(MailboxError, match="going down") as parted:
                mailbox.wait(30)
            assert (parted.value.code, parted.value.fatal) == ("unavailable", False)

            with pytest.raises(MailboxError, match="not connected"):
                mailbox.uids_above(0)
            mailbox.connect()
            assert mailbox.open("INBOX").uidvalidity == 7

    def test_a_connection_that_just_ends(self, connect: Connect) -> None:
        with ScriptedImap({"IDLE": [b"+ idling\r\n", CLOSE]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            with pytest.raises(MailboxError) as parted:
                mailbox.wait(30)

        assert parted.value.code == "unreachable"

    def test_a_peer_that_died_silently_is_noticed_when_idle_ends(self, connect: Connect) -> None:
        with ScriptedImap({"DONE": [SILENCE]}) as server:
            mailbox = connect(server, read_timeout=0.2)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            with pytest.raises(MailboxError) as silent:
                mailbox.wait(0.05)

        assert silent.value.code == "timeout"

    def test_idle_refused_becomes_polling(self, connect: Connect) -> None:
        with ScriptedImap({"IDLE": [b"%t NO not today\r\n"]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            assert mailbox.can_idle

            assert mailbox.wait(0.05) is True, "time is up: search"
            assert not mailbox.can_idle

    def test_without_idle_the_time_is_waited_for_and_wake_still_works(self, connect: Connect) -> None:
        with ScriptedImap(capabilities="IMAP4rev1") as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)

            assert not mailbox.can_idle
            assert mailbox.wait(0.05) is True
            mailbox.wake()
            assert mailbox.wait(30) is False
            assert "IDLE" not in server.commands

    def test_without_idle_the_end_of_the_connection_is_noticed(self, connect: Connect) -> None:
        with ScriptedImap({"UID SEARCH": [b"* SEARCH\r\n%t OK done\r\n", CLOSE]}, capabilities="IMAP4rev1") as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            with pytest.raises(MailboxError):
                mailbox.wait(30)


class TestOddServers:
    def test_uidnext_is_only_a_hint(self, connect: Connect) -> None:
        answer = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n%t OK opened\r\n"
        with ScriptedImap({"EXAMINE": [answer], "UID SEARCH": [b"* SEARCH 3 9\r\n%t OK done\r\n"]}) as server:
            mailbox = connect(server)
            status = mailbox.open("INBOX")

            assert (status.uidnext, status.exists) == (None, 4)
            assert mailbox.uids_above(3) == [9]

    def test_without_uidvalidity_nothing_can_be_remembered(self, connect: Connect) -> None:
        with ScriptedImap({"EXAMINE": [b"* 4 EXISTS\r\n%t OK opened\r\n"]}) as server:
            mailbox = connect(server)
            with pytest.raises(MailboxError, match="UIDVALIDITY"):
                mailbox.open("INBOX")

    def test_calls_ahead_of_their_time_say_so(self, connect: Connect) -> None:
        with ScriptedImap() as server:
            mailbox = connect(server)
            with pytest.raises(MailboxError, match="no folder is open"):
                mailbox.uids_above(0)
            mailbox.close()
            with pytest.raises(MailboxError, match="not connected"):
                mailbox.folders()

    def test_a_reply_that_makes_no_sense_ends_the_connection(self, connect: Connect) -> None:
        with ScriptedImap({"UID SEARCH": [b"mumble\r\n"]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            with pytest.raises(MailboxError) as senseless:
                mailbox.uids_above(0)
            with pytest.raises(MailboxError, match="not connected"):
                mailbox.uids_above(0)

        assert senseless.value.code == "protocol"

    def test_a_dead_server_does_not_hold_up_the_farewell(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session, "_FAREWELL", 0.05)
        with ScriptedImap({"LOGOUT": [SILENCE]}) as server:
            mailbox = connect(server)
            started = time.monotonic()
            mailbox.close()

        assert time.monotonic() - started < 5

    def test_close_is_harmless_in_every_state(self, connect: Connect) -> None:
        with ScriptedImap({"LOGOUT": [CLOSE]}) as server:
            mailbox = connect(server)
            mailbox.close()
            mailbox.close()
            mailbox.connect()
        mailbox.close()
        mailbox.wake()


class TestConnecting:
    def test_a_refused_password_is_fatal(self, dovecot: Dovecot, user: str) -> None:
        address = ServerAddress(Security.PLAIN, dovecot.host, dovecot.imap_port, user)
        with pytest.raises(MailboxError) as refused:
            ImapMailbox(address, lambda: "wrong").connect()

        assert (refused.value.code, refused.value.fatal) == ("login", True)

    def test_a_refusal_without_a_reason_is_fatal_the_second_time(self) -> None:
        with ScriptedImap({"LOGIN": [b"%t NO login failed\r\n"]}) as server:
            mailbox = ImapMailbox(ServerAddress(Security.PLAIN, server.host, server.port, "r"), lambda: "secret")
            fatal = []
            for _ in range(2):
                with pytest.raises(MailboxError) as refused:
                    mailbox.connect()
                fatal.append((refused.value.code, refused.value.fatal, refused.value.pause))

        assert fatal == [("login", False, 60.0), ("login", True, 60.0)]

    def test_the_password_is_asked_anew_at_every_login(self, dovecot: Dovecot, user: str) -> None:
        answers = iter(["old", Dovecot.password])
        mailbox = ImapMailbox(
            ServerAddress(Security.PLAIN, dovecot.host, dovecot.imap_port, user), lambda: next(answers)
        )
        with pytest.raises(MailboxError):
            mailbox.connect()
        mailbox.connect()

        assert mailbox.open("INBOX").exists == 0
        mailbox.close()

    def test_tls_and_starttls_with_a_certificate_that_holds(
        self, dovecot: Dovecot, user: str, certificate: Certificate
    ) -> None:
        for security, port in ((Security.TLS, dovecot.imaps_port), (Security.STARTTLS, dovecot.imap_port)):
            mailbox = ImapMailbox(
                ServerAddress(security, dovecot.host, port, user),
                lambda: Dovecot.password,
                context=certificate.client_context(),
            )
            mailbox.connect()
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            dovecot.deliver(user, note(1))
            assert mailbox.wait(20) is True
            mailbox.close()

    def test_nobody_there(self) -> None:
        mailbox = ImapMailbox(ServerAddress(Security.PLAIN, "127.0.0.1", free_port(), "robin"), lambda: "secret")
        with pytest.raises(MailboxError) as nobody:
            mailbox.connect()

        assert (nobody.value.code, nobody.value.fatal) == ("unreachable", False)

    def test_a_restarted_server_is_reached_again(
        self, certificate: Certificate, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        with Dovecot() as own:
            mailbox = connect(own, user)
            mailbox.open("INBOX")
            mailbox.uids_above(0)
            own.kill()
            with pytest.raises(MailboxError):
                mailbox.wait(30)
            own.start()
            own.deliver(user, note(1))
            mailbox.connect()
            mailbox.open("INBOX")

            assert mailbox.uids_above(0) == [1]

    def test_it_fills_the_port(self, connect: Connect) -> None:
        with ScriptedImap() as server:
            mailbox: Mailbox = connect(server)
            until(lambda: mailbox.can_idle, "a connection that can idle")
