"""The conversation, command by command, as any client may hold it."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.talk import PASSWORD, USER, Talk
from whiteglove.demo import ImapServer, imap_session

Dial = Callable[[int], Talk]

NOTE = b"Subject: Catalogue\r\n\r\nHow are things?\r\n"


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


class TestLoggingIn:
    def test_the_greeting_and_the_capabilities(self, server: ImapServer, dial: Dial) -> None:
        talk = dial(server.port)

        assert talk.greeting == f"* OK [CAPABILITY {imap_session.CAPABILITIES}] ready"
        assert talk.say("capability") == [f"* CAPABILITY {imap_session.CAPABILITIES}", "OK done"]

    @pytest.mark.parametrize(
        "login",
        [f"LOGIN {USER} {PASSWORD}", f'login "{USER}" "{PASSWORD}"', f"LOGIN {{18+}}\r\n{USER} {{16+}}\r\n{PASSWORD}"],
    )
    def test_login(self, server: ImapServer, dial: Dial, login: str) -> None:
        talk = dial(server.port)

        assert talk.say(login)[-1].startswith("OK [CAPABILITY IMAP4rev1")
        assert talk.say(login) == ["BAD you are logged in already"]

    def test_authenticate(self, server: ImapServer, dial: Dial) -> None:
        talk = dial(server.port)
        for answer, said in (("*", "BAD"), ("AAAA", "BAD"), (plain(USER, "x"), "NO"), (plain(USER, PASSWORD), "OK")):
            talk.send(b"a AUTHENTICATE PLAIN\r\n")
            assert talk.line() == "+ "
            talk.send(f"{answer}\r\n".encode())
            assert talk.answer()[0].split()[0] == said

    def test_who_may_not_come_in(self, server: ImapServer, dial: Dial) -> None:
        talk = dial(server.port)

        assert talk.say(f"LOGIN {USER} x")[-1].startswith("NO [AUTHENTICATIONFAILED]")
        assert talk.say(f"LOGIN nobody {PASSWORD}")[-1].startswith("NO [AUTHENTICATIONFAILED]")
        assert talk.say("AUTHENTICATE XOAUTH2")[-1].startswith("NO [CANNOT]")
        for command in ('LIST "" *', "SELECT INBOX", "IDLE", "UID SEARCH ALL"):
            assert talk.say(command) == ["BAD log in first"]

    def test_logout(self, talk: Talk) -> None:
        assert talk.say("LOGOUT") == ["* BYE until next time", "OK done"]
        assert talk.line() == ""


class TestWhatIsNoCommand:
    @pytest.mark.parametrize(
        "command",
        [
            "", "FOO", "UID", "UID NOOP", "LOGIN", '"NOOP"', "(", "SELECT", "SELECT (INBOX)", 'LIST "" * RETURN (X)',
            "STATUS INBOX (SIZE)", "STATUS INBOX ()", "STATUS INBOX MESSAGES", "IDLE x", "CLOSE", "FETCH 1 UID",
            "APPEND INBOX", "APPEND INBOX atom", "APPEND INBOX yesterday {1+}\r\nx", "APPEND INBOX () {1+}\r\nx x",
            "APPEND INBOX () {1+}\r\nx {1+}\r\nx", "AUTHENTICATE", "CREATE Bills", "COPY 1 Sent",
        ],
    )  # fmt: skip
    def test_it_is_bad_and_the_next_one_is_fine(self, talk: Talk, command: str) -> None:
        assert talk.say(command)[-1].startswith("BAD ")
        assert talk.say("NOOP") == ["OK done"]

    @pytest.mark.parametrize(
        "command",
        [
            "FETCH x UID",
            "FETCH 1",
            "UID FETCH 1 COVER",
            "UID SEARCH",
            "UID STORE 1 FLAGS",
            "STORE 1 MARKS (x)",
            "UID EXPUNGE",
        ],
    )
    def test_nor_in_a_folder(self, server: ImapServer, talk: Talk, command: str) -> None:
        server.deliver(USER, NOTE)
        talk.say("SELECT INBOX")

        assert talk.say(command)[-1].startswith("BAD ")
        assert talk.say("NOOP") == ["OK done"]

    def test_a_line_without_a_tag(self, talk: Talk) -> None:
        for line in (b"\r\n", b"(\r\n", b'"a" NOOP\r\n', b"+ NOOP\r\n", b"\xff NOOP\r\n"):
            talk.send(line)
            assert talk.line() == "* BAD a command begins with a tag"

    def test_more_than_it_takes(self, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imap_session, "LARGEST_LITERAL", 10)
        talk.send(b"a APPEND INBOX {11}\r\n")

        assert talk.line().startswith("* BYE [TOOBIG]")
        assert talk.line() == ""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(line=st.text(st.characters(codec="utf-8", exclude_characters="\r\n{"), max_size=60))
    @pytest.mark.parametrize("command", ["", "SELECT ", 'LIST "" ', "UID FETCH 1 ", "UID SEARCH ", "UID STORE 1 "])
    def test_no_line_ends_the_conversation(self, server: ImapServer, talk: Talk, command: str, line: str) -> None:
        if line.strip().upper() in ("LOGOUT", "IDLE"):
            return
        if command.startswith("UID"):
            talk.say("SELECT INBOX")

        assert talk.say(command + line)[-1].split()[0] in ("OK", "NO", "BAD")
        assert talk.say("NOOP")[-1] == "OK done"


class TestFolders:
    def test_list_tells_what_they_are_for(self, talk: Talk) -> None:
        assert talk.say('LIST "" "*"') == [
            '* LIST () "/" "INBOX"',
            '* LIST (\\Sent) "/" "Sent"',
            '* LIST (\\Drafts) "/" "Drafts"',
            '* LIST (\\Junk) "/" "Junk"',
            '* LIST (\\Trash) "/" "Trash"',
            "OK done",
        ]

    @pytest.mark.parametrize(
        ("arguments", "names"),
        [
            ('"" inbox', ["INBOX"]),
            ('"" %s', ["Drafts"]),
            ('"" *r*', ["Drafts", "Trash"]),
            ("Se nt", ["Sent"]),
            ('"" sent', []),
            ('"" .*', []),
        ],
    )
    def test_patterns(self, talk: Talk, arguments: str, names: list[str]) -> None:
        assert [line.split('"')[3] for line in talk.say(f"LSUB {arguments}")[:-1]] == names

    def test_the_root_and_the_namespace(self, talk: Talk) -> None:
        assert talk.say('LIST "" ""')[0] == '* LIST (\\Noselect) "/" ""'
        assert talk.say("NAMESPACE")[0] == '* NAMESPACE (("" "/")) NIL NIL'

    def test_status(self, server: ImapServer, talk: Talk) -> None:
        server.deliver(USER, NOTE, "Sent")
        server.deliver(USER, NOTE, "Sent", flags=["\\Seen"])

        assert talk.say("STATUS Sent (MESSAGES unseen UIDNEXT RECENT)")[0] == (
            '* STATUS "Sent" (MESSAGES 2 UNSEEN 1 UIDNEXT 3 RECENT 0)'
        )
        assert talk.say("STATUS Nowhere (MESSAGES)")[0].startswith("NO [NONEXISTENT]")

    def test_opening(self, server: ImapServer, talk: Talk) -> None:
        server.deliver(USER, NOTE)
        *said, done = talk.say("EXAMINE inbox")

        assert {"* 1 EXISTS", "* OK [PERMANENTFLAGS ()] read only", "* OK [UIDNEXT 2] for the next mail"} < set(said)
        assert done == "OK [READ-ONLY] opened"
        assert talk.say("SELECT INBOX")[-1] == "OK [READ-WRITE] opened"
        assert talk.say("SELECT Nowhere")[-1] == "NO [NONEXISTENT] there is no such folder"
        assert talk.say("FETCH 1 UID") == ["BAD open a folder first"]

    def test_what_is_deleted_goes_with_close_and_not_with_unselect(self, server: ImapServer, talk: Talk) -> None:
        server.deliver(USER, NOTE, flags=["\\Deleted"])
        for opened, closed, left in (("SELECT", "UNSELECT", 1), ("EXAMINE", "CLOSE", 1), ("SELECT", "CLOSE", 0)):
            talk.say(f"{opened} INBOX")
            assert talk.say(closed) == ["OK done"]
            assert len(server.mails(USER)) == left


class TestMails:
    def test_a_literal_that_waits_and_one_that_does_not(self, server: ImapServer, talk: Talk) -> None:
        talk.send(b'a APPEND Drafts (\\draft Mine) "24-Nov-2026 10:42:11 +0100" {%d}\r\n' % len(NOTE))
        assert talk.line() == "+ go ahead"
        talk.send(NOTE + b"\r\n")
        [first] = talk.answer()
        [second] = talk.say(f"APPEND Drafts {{{len(NOTE)}+}}\r\n{NOTE.decode()}")
        one, two = server.mails(USER, "Drafts")

        assert first.startswith("OK [APPENDUID ")
        assert second.endswith(" 2] filed")
        assert one.raw == two.raw == NOTE
        assert (one.flags, two.flags) == (frozenset({"\\Draft", "Mine"}), frozenset())
        assert one.received_at.isoformat() == "2026-11-24T10:42:11+01:00"

    def test_there_must_be_a_folder_for_it(self, talk: Talk) -> None:
        assert talk.say("APPEND Nowhere {1+}\r\nx") == ["NO [TRYCREATE] there is no such folder"]

    def test_numbers_and_uids(self, server: ImapServer, talk: Talk) -> None:
        for flags in ((), ["\\Deleted"], ()):
            server.deliver(USER, NOTE, flags=flags)
        talk.say("SELECT INBOX")
        assert talk.say("EXPUNGE") == ["* 2 EXPUNGE", "OK done"]

        assert talk.say("FETCH 2 (UID)") == ["* 2 FETCH (UID 3)", "OK done"]
        assert talk.say("UID FETCH 2:* FLAGS") == ["* 2 FETCH (UID 3 FLAGS ())", "OK done"]
        assert talk.say("UID FETCH 2 FLAGS") == ["OK done"]
        assert talk.say("SEARCH ALL") == ["* SEARCH 1 2", "OK done"]
        assert talk.say("UID SEARCH 2") == ["* SEARCH 3", "OK done"]
        assert talk.say("UID SEARCH UID 2") == ["* SEARCH", "OK done"]

    def test_store(self, server: ImapServer, talk: Talk) -> None:
        server.deliver(USER, NOTE)
        talk.say("SELECT INBOX")

        assert talk.say("UID STORE 1 +FLAGS (\\seen Mine)")[0] == "* 1 FETCH (UID 1 FLAGS (Mine \\Seen))"
        assert talk.say("STORE 1 -FLAGS Mine")[0] == "* 1 FETCH (FLAGS (\\Seen))"
        assert talk.say("STORE 1 FLAGS.SILENT \\Flagged \\Draft") == ["OK done"]
        assert server.mails(USER)[0].flags == {"\\Flagged", "\\Draft"}
        assert talk.say("UID STORE 9 +FLAGS (\\Seen)") == ["OK done"]
        talk.say("EXAMINE INBOX")
        assert talk.say("STORE 1 FLAGS ()") == ["NO the folder was opened by EXAMINE"]
        assert talk.say("EXPUNGE") == ["NO the folder was opened by EXAMINE"]

    def test_only_what_is_read_is_seen(self, server: ImapServer, talk: Talk) -> None:
        server.deliver(USER, NOTE)
        talk.say("EXAMINE INBOX")
        talk.say("FETCH 1 BODY[]")
        talk.say("SELECT INBOX")
        talk.say("FETCH 1 (BODY.PEEK[] ENVELOPE)")
        assert server.mails(USER)[0].flags == frozenset()
        talk.say("FETCH 1 BODY[]")
        assert server.mails(USER)[0].flags == {"\\Seen"}

    def test_only_the_named_is_expunged(self, server: ImapServer, talk: Talk) -> None:
        for _ in range(3):
            server.deliver(USER, NOTE, flags=["\\Deleted"])
        talk.say("SELECT INBOX")

        assert talk.say("UID EXPUNGE 1,3") == ["* 3 EXPUNGE", "* 1 EXPUNGE", "OK done"]
        assert [mail.uid for mail in server.mails(USER)] == [2]


class TestWhatOthersDo:
    @pytest.fixture
    def other(self, server: ImapServer, dial: Dial) -> Talk:
        client = dial(server.port)
        client.say(f"LOGIN {USER} {PASSWORD}")
        client.say("SELECT INBOX")
        return client

    def test_it_is_told_after_a_command(self, server: ImapServer, talk: Talk, other: Talk) -> None:
        for _ in range(3):
            server.deliver(USER, NOTE)
        assert talk.say("SELECT INBOX")[1] == "* 3 EXISTS"
        assert other.say("NOOP") == ["* 3 EXISTS", "OK done"]
        other.say("STORE 2 FLAGS.SILENT \\Flagged")
        other.say("STORE 1 FLAGS.SILENT \\Deleted")
        other.say("EXPUNGE")
        server.deliver(USER, NOTE)

        assert talk.say("NOOP") == ["* 1 EXPUNGE", "* 1 FETCH (UID 2 FLAGS (\\Flagged))", "* 3 EXISTS", "OK done"]

    def test_numbers_do_not_shift_amid_commands_that_use_them(
        self, server: ImapServer, talk: Talk, other: Talk
    ) -> None:
        for _ in range(2):
            server.deliver(USER, NOTE)
        talk.say("SELECT INBOX")
        other.say("NOOP")
        other.say("STORE 1 FLAGS.SILENT \\Deleted")
        other.say("EXPUNGE")

        assert talk.say("FETCH 2 UID") == ["* 2 FETCH (UID 2)", "OK done"]
        assert talk.say("SEARCH ALL") == ["* SEARCH 1 2", "OK done"]
        assert talk.say("STORE 1 +FLAGS (\\Seen)") == ["* 1 FETCH (FLAGS ())", "OK done"]
        assert talk.say("UID FETCH 2 UID") == ["* 2 FETCH (UID 2)", "* 1 EXPUNGE", "OK done"]

    def test_a_search_by_uid_finds_what_has_just_come(self, server: ImapServer, talk: Talk) -> None:
        talk.say("EXAMINE INBOX")
        server.deliver(USER, NOTE)

        assert talk.say("UID SEARCH UID 1:*") == ["* 1 EXISTS", "* SEARCH 1", "OK done"]

    def test_idle_tells_at_once(self, server: ImapServer, talk: Talk, other: Talk) -> None:
        talk.say("EXAMINE INBOX")
        server.deliver(USER, NOTE)
        talk.send(b"a IDLE\r\n")
        assert [talk.line(), talk.line()] == ["+ idling", "* 1 EXISTS"]
        server.deliver(USER, NOTE)
        assert talk.line() == "* 2 EXISTS"
        other.say("NOOP")
        other.say("STORE 1:2 FLAGS.SILENT \\Deleted")
        assert [talk.line(), talk.line()] == [f"* {uid} FETCH (UID {uid} FLAGS (\\Deleted))" for uid in (1, 2)]
        other.say("UID EXPUNGE 1")
        assert talk.line() == "* 1 EXPUNGE"
        talk.send(b"DONE\r\n")
        assert talk.answer() == ["OK done"]

    def test_idle_and_done_in_one_segment(self, talk: Talk) -> None:
        talk.say("EXAMINE INBOX")
        talk.send(b"a IDLE\r\ndone\r\n")
        assert talk.answer() == ["+ idling", "OK done"]
        talk.send(b"a IDLE\r\na NOOP\r\n")
        assert talk.answer() == ["+ idling", "BAD IDLE ends with DONE"]

    def test_idle_without_a_folder(self, server: ImapServer, talk: Talk) -> None:
        talk.send(b"a IDLE\r\n")
        assert talk.line() == "+ idling"
        server.deliver(USER, NOTE)
        talk.send(b"DONE\r\n")
        assert talk.answer() == ["OK done"]

    def test_a_client_that_vanished_while_it_idled_does_not_hold_up_the_mail(
        self, server: ImapServer, talk: Talk
    ) -> None:
        talk.say("EXAMINE INBOX")
        talk.send(b"a IDLE\r\n")
        talk.line()
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        talk.close()
        for _ in range(20):
            server.deliver(USER, NOTE)

        assert len(server.mails(USER)) == 20
