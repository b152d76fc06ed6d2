"""F, second half: what is said to an IMAP server, and how its answers are read.

RFC 9051 sections 4.3, 6.1.1, 6.2.1 to 6.2.3, 6.3.2, 6.3.9 to 6.3.12, 9 and 11; RFC 7888 section 5; RFC 7162 sections
3.1.2, 3.2 and 6; RFC 5161 section 3.1; RFC 6855 section 3; RFC 6154 section 2; RFC 2342 section 5; RFC 4315 sections
2.1 and 3; RFC 6851 section 3.3; RFC 2971 section 3.3; RFC 8314 sections 3.2 and 5.2.
"""

from __future__ import annotations

import base64
import imaplib
import logging

import pytest
from imapclient.imap_utf7 import encode as utf7

from benches import MANY, STATUS
from rules.conftest import Connect
from rules.mails import mail
from servers.certificates import Certificate
from servers.dovecot import Dovecot
from servers.scripted import ScriptedImap
from whiteglove import __version__
from whiteglove.errors import GrammarError, MailboxError
from whiteglove.imap import ImapMailbox, wire
from whiteglove.message import Part
from whiteglove.settings.servers import Security, ServerAddress, parse_imap
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

HEADER = b"Subject: gr\xfcn\r\nFrom: wile@acme.example\r\n\r\n"
FETCHED = (
    b'* 1 FETCH (UID 7 INTERNALDATE "02-Mar-2026 10:00:00 +0100" RFC822.SIZE 99 BODY[HEADER]<0> {%d}\r\n%s '
    b'BODYSTRUCTURE ("text" "plain" ("name" {9}\r\nwith ) " ) NIL "a \\"quoted\\" one" "7bit" 9 1 NIL NIL NIL NIL))\r\n'
    % (len(HEADER), HEADER)
)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Everything that is written to an IMAP server."""
    lines: list[bytes] = []

    def send(self: wire.Wire, data: bytes) -> None:
        lines.append(bytes(data))
        imaplib.IMAP4.send(self, data)

    monkeypatch.setattr(wire.Wire, "send", send)
    return lines


def commands(said: list[bytes]) -> list[str]:
    return [line.split()[1].decode().upper() for line in said if len(line.split()) > 1]


def test_r83_a_response_is_read_wherever_it_is_cut(connect: Connect) -> None:
    with ScriptedImap() as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        for border in range(1, len(FETCHED)):
            server.then("UID FETCH", FETCHED[:border], FETCHED[border:] + b"%t OK done\r\n")
            (one,) = mailbox.fetch([7])
            assert (one.uid, one.size, one.header) == (7, 99, HEADER), border
            assert one.structure is not None
            assert one.structure.parameters == {"name": 'with ) " '}
        server.then("UID FETCH", b"* 1 FETCH (UID 7 BODY[1]<0> {3}\r\nabc)\r\n%t OK done\r\n")
        assert mailbox.fetch_sections([(7, Part("text/plain"))], 2) == {7: b"ab"}
        server.then("UID FETCH", b"* 1 FETCH (UID 7 BODY[1]<0> {99999999999}\r\n")
        with pytest.raises(MailboxError) as enormous:
            mailbox.fetch_sections([(7, Part("text/plain"))], 1000)
        assert enormous.value.code == "protocol"


@pytest.mark.parametrize("size", [4096, 4097])
def test_r84_a_literal_waits_for_the_server(
    dovecot: Dovecot, user: str, connect: Connect, said: list[bytes], size: int
) -> None:
    """Whatever LITERAL+ or LITERAL- would allow: one round trip more is nothing for the few mails that are filed."""
    raw = mail(text="x" * 70 + "\r\n")
    raw += b"y" * (size - len(raw) - 2) + b"\r\n"
    mailbox = connect(dovecot, user)
    mailbox.append("Sent", raw, seen=True)
    assert mailbox.open("Sent").exists == 1
    (filed,) = mailbox.fetch([1])
    assert filed.size == len(raw) == size
    (line,) = [line for line in said if b"APPEND" in line]
    assert line.endswith(b" {%d}\r\n" % size)


def test_r85_condstore_and_qresync_are_left_alone(connect: Connect) -> None:
    opened = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* OK [NOMODSEQ] none\r\n* OK [HIGHESTMODSEQ 9] x\r\n"
    found = b"* VANISHED 1:2\r\n* SEARCH 5 (MODSEQ 917162500)\r\n%t OK done\r\n"
    with ScriptedImap(
        {"EXAMINE": [opened + b"%t OK opened\r\n"], "UID SEARCH": [found]},
        capabilities="IMAP4rev1 ENABLE CONDSTORE QRESYNC",
    ) as server:
        mailbox = connect(server)
        assert mailbox.open("INBOX").uidvalidity == 7
        assert mailbox.uids_above(4) == [5]
        assert "ENABLE" not in server.commands


def test_r86_names_of_folders_are_in_modified_utf7(
    dovecot: Dovecot, user: str, connect: Connect, said: list[bytes]
) -> None:
    """UTF8=ACCEPT is never enabled, so that one form of names and headers is enough."""
    names = ["Входящие", "Entwürfe", "A & B", "&-"]
    theirs = imaplib.IMAP4(dovecot.host, dovecot.imap_port)
    theirs.login(user, dovecot.password)
    for name in names:
        assert theirs.create('"' + utf7(name).decode() + '"')[0] == "OK"
    theirs.logout()
    mailbox = connect(dovecot, user)
    for name in names:
        mailbox.append(name, mail(), seen=False)
        assert mailbox.open(name).exists == 1
    assert "ENABLE" not in commands(said)
    assert all(line.isascii() for line in said)


def test_r87_capabilities_are_read_again_after_starttls_and_login(
    dovecot: Dovecot, user: str, certificate: Certificate, said: list[bytes]
) -> None:
    server = ServerAddress(Security.STARTTLS, dovecot.host, dovecot.imap_port, user)
    mailbox = ImapMailbox(server, lambda: Dovecot.password, context=certificate.client_context())
    mailbox.connect()
    mailbox.close()
    order = commands(said)
    assert order.index("CAPABILITY", order.index("STARTTLS")) < order.index("LOGIN")
    assert "CAPABILITY" in order[order.index("LOGIN") :]


@pytest.mark.parametrize(
    ("listed", "sent"),
    [
        (['(\\HasNoChildren \\Sent) "/" "Gesendet"', '() "/" "Sent"'], "Gesendet"),
        (['(\\Sent) "/" "Sent"', '(\\Sent) "/" "Sent Messages"'], "Sent"),
        (['(\\Sent) "/" "Ausgang"', '() "/" "Sent Items of 2019"'], "Ausgang"),
        (['() "." "INBOX.Gesendet"', '() "." "INBOX.Presentations"'], "INBOX.Gesendet"),
        (['() "/" "Sentinel"', '() "/" "Archive/Sent to Acme"'], None),
        ([], None),
    ],
)
def test_r88_sent_is_found_by_its_mark_and_never_by_a_guess(
    connect: Connect, listed: list[str], sent: str | None
) -> None:
    """Of two candidates the better known name wins, since a sample configuration that many servers run marks two."""
    lines = "".join(f"* LIST {line}\r\n" for line in [*listed, '() "/" "INBOX"'])
    namespace = b'* NAMESPACE (("INBOX." ".")) NIL NIL\r\n%t OK done\r\n'
    scripts = {"LIST": [f"{lines}%t OK done\r\n".encode()], "NAMESPACE": [namespace]}
    with ScriptedImap(scripts, capabilities="IMAP4rev1 NAMESPACE SPECIAL-USE") as server:
        assert connect(server).folders().sent == sent
        assert connect(server, sent="Postausgang").folders().sent == "Postausgang"
        assert "CREATE" not in server.commands


def test_r89_a_copy_in_sent_is_made_once_and_never_by_sending_again() -> None:
    with Bench(acknowledge, delay="0s", toml=MANY) as bench:
        account, server = bench.world.account, bench.world.server
        copies = {"nothing happens": 1, "it files by itself": 1, "timeout": 1, "missing_folder": 0}
        found = {}
        for what in copies:
            if what in ("timeout", "missing_folder"):
                account.fail("append", MailboxError(what, "[TRYCREATE] no"))
            bench.receive(STATUS, subject=what)
            raw = server.sent[-1].message
            if what == "it files by itself":
                account.deliver(raw, "Sent", flags=frozenset({r"\Seen"}))
            bench.advance(seconds=3)
            bench.advance(minutes=5)
            found[what] = [one.flags for one in account.mails("Sent") if one.message == raw]
        assert found == {what: [frozenset({r"\Seen"})] * number for what, number in copies.items()}
        assert len([one for one in server.sent if one.recipient == "wile@acme.example"]) == len(copies)
        assert [warning.reason for warning in bench.warned] == ["not_filed"]


def test_r90_what_others_marked_as_deleted_stays(
    dovecot: Dovecot, user: str, connect: Connect, said: list[bytes]
) -> None:
    """The daemon moves and deletes nothing, and closes a folder only by leaving it."""
    dovecot.deliver(user, mail(), mail())
    theirs = imaplib.IMAP4(dovecot.host, dovecot.imap_port)
    theirs.login(user, dovecot.password)
    theirs.select()
    theirs.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    mailbox = connect(dovecot, user)
    for folder in ("INBOX", "Sent", "INBOX"):
        mailbox.open(folder)
        mailbox.uids_above(0)
    mailbox.append("Sent", mail(), seen=True)
    mailbox.close()
    assert theirs.uid("SEARCH", "ALL")[1] == [b"1 2"]
    theirs.logout()
    assert {"EXPUNGE", "CLOSE", "MOVE", "COPY", "STORE", "SELECT", "DELETE"}.isdisjoint(commands(said))


def test_r91_a_server_is_told_the_programs_name_and_version_and_nothing_of_the_user(
    connect: Connect, said: list[bytes]
) -> None:
    """Once, after the login and before any folder is opened, where the server knows ID; what it answers is ignored."""
    answers = (
        b'* ID ("name" "Coremail")\r\n%t OK done\r\n',
        b"%t BAD ID at this hour\r\n",
        b"* ID NIL\r\n%t NO not here\r\n",
    )
    for capabilities in ("IMAP4rev1 ID IDLE", "IMAP4rev1 IDLE"):
        for answer in answers:
            said.clear()
            with ScriptedImap({"ID": [answer]}, capabilities=capabilities) as server:
                mailbox = connect(server)
                mailbox.open("INBOX")
                mailbox.open("INBOX")
                told = [line.split(b" ", 1)[1] for line in said if b" ID " in line]
                assert told == [b'ID ("name" "whiteglove" "version" "%s")\r\n' % __version__.encode()] * (
                    " ID " in capabilities
                )
                at = {name: server.commands.index(name) for name in ("LOGIN", "EXAMINE")}
                assert not told or at["LOGIN"] < server.commands.index("ID") < at["EXAMINE"]


def test_r92_a_password_goes_over_tls_and_into_no_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    assert parse_imap("imaps://robin@imap.vale.example").port == 993
    with pytest.raises(GrammarError):
        parse_imap("imap://robin@imap.vale.example")
    caplog.set_level(logging.DEBUG)
    told = []
    for capabilities in ("IMAP4rev1 LOGINDISABLED", "IMAP4rev1", "IMAP4rev1 LOGINDISABLED AUTH=PLAIN"):
        refused = [b"%t NO [AUTHENTICATIONFAILED] no\r\n"]
        with ScriptedImap({"LOGIN": refused, "AUTHENTICATE": refused}, capabilities=capabilities) as server:
            with pytest.raises(MailboxError) as error:
                connect(server)
            told.append(str(error.value))
            assert ("LOGIN" in server.commands) is ("LOGINDISABLED" not in capabilities)
    secret = Dovecot.password.encode()
    forms = [secret, base64.b64encode(secret), base64.b64encode(b"\0robin@vale.example\0" + secret)]
    written = "\n".join([caplog.text, *told])
    assert [form for form in forms if form.decode().rstrip("=") in written] == []


def test_r93_after_a_reconnect_everything_is_looked_at_anew(connect: Connect) -> None:
    with ScriptedImap({"UID SEARCH": [b"* SEARCH 4\r\n%t OK done\r\n* 5 EXISTS\r\n"]}) as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        mailbox.connect()
        with pytest.raises(MailboxError, match="no folder is open"):
            mailbox.uids_above(0)
        assert mailbox.open("INBOX").uidvalidity == 7
        assert mailbox.uids_above(0) == [4]
        # The mail that came between this search and IDLE is told without any waiting.
        assert mailbox.wait(3600) is True
