"""One message is changed and never another: on Dovecot, and on servers that cannot or may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import imapclient
import pytest

from servers.dovecot import Dovecot
from servers.scripted import ScriptedImap
from whiteglove.errors import MailboxError
from whiteglove.imap import ImapMailbox
from whiteglove.ports import Landed
from whiteglove.settings.servers import Security, ServerAddress

NOTE = b"From: wile@acme.example\r\nMessage-ID: <%d@acme.example>\r\n\r\nHow are things?\r\n"
WITHOUT_MOVE = "imap_capability = IMAP4rev1 UIDPLUS LITERAL+ IDLE SPECIAL-USE"
OPENED = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n%s%%t OK [READ-WRITE] opened\r\n"
FOUND = b"* SEARCH 2\r\n%t OK done\r\n"

Connect = Callable[..., ImapMailbox]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens connections that are closed after the test."""
    opened: list[ImapMailbox] = []

    def connected(server: Dovecot | ScriptedImap, user: str = "robin@vale.example") -> ImapMailbox:
        port = server.imap_port if isinstance(server, Dovecot) else server.port
        mailbox = ImapMailbox(ServerAddress(Security.PLAIN, server.host, port, user), lambda: Dovecot.password)
        opened.append(mailbox)
        mailbox.connect()
        return mailbox

    yield connected
    for mailbox in opened:
        mailbox.close()


@pytest.fixture(scope="module")
def without_move(dovecot: Dovecot) -> Iterator[Dovecot]:
    with Dovecot(extra=WITHOUT_MOVE) as server:
        yield server


def program(mailbox: ImapMailbox) -> imapclient.IMAPClient:
    """What another mail program may do, on a connection of our own."""
    assert mailbox._connection is not None
    return mailbox._connection.client


def flags(mailbox: ImapMailbox, folder: str = "INBOX") -> dict[int, set[str]]:
    mailbox.open(folder)
    return {one.uid: set(one.flags) - {r"\recent"} for one in mailbox.fetch(mailbox.uids_above(0))}


class TestFlags:
    def test_a_flag_and_a_keyword_are_set_and_taken_away(self, dovecot: Dovecot, user: str, connect: Connect) -> None:
        dovecot.deliver(user, NOTE % 1, NOTE % 2)
        mailbox = connect(dovecot, user)
        mailbox.open("INBOX")
        for flag in (r"\Flagged", r"\Flagged", "$Label1"):
            assert mailbox.flag("INBOX", 1, flag, on=True)
        assert flags(mailbox) == {1: {r"\flagged", "$label1"}, 2: set()}
        assert mailbox.flag("INBOX", 1, r"\FLAGGED", on=False)
        assert flags(mailbox) == {1: {"$label1"}, 2: set()}

    def test_what_is_gone_or_marked_as_deleted_is_left_alone(
        self, dovecot: Dovecot, user: str, connect: Connect
    ) -> None:
        dovecot.deliver(user, NOTE % 1, NOTE % 2)
        mailbox, other = connect(dovecot, user), connect(dovecot, user)
        program(other).select_folder("INBOX")
        program(other).add_flags([2], [imapclient.DELETED])
        mailbox.open("INBOX")
        assert [mailbox.flag("INBOX", uid, r"\Seen", on=True) for uid in (2, 3)] == [False, False]
        assert [mailbox.move("INBOX", uid, "Sent") for uid in (2, 3)] == [None, None]
        assert flags(mailbox) == {1: set(), 2: {r"\deleted"}}

    @pytest.mark.parametrize(
        ("named", "flag", "is_kept"),
        [
            (rb"* OK [PERMANENTFLAGS (\Flagged \Deleted)] these", "$Label1", False),
            (rb"* OK [PERMANENTFLAGS (\Flagged \Deleted)] these", r"\flagged", True),
            (rb"* OK [PERMANENTFLAGS (\Flagged $label1)] these", "$Label1", True),
            (rb"* OK [PERMANENTFLAGS (\*)] new ones", "$Label1", True),
            (rb"* OK [PERMANENTFLAGS (\*)] new ones", r"\Seen", False),
            (b"* OK [PERMANENTFLAGS ()] none", r"\Seen", False),
            (b"* OK nothing said", "$Label1", True),
        ],
    )
    def test_a_flag_that_would_not_stay_is_not_set(
        self, connect: Connect, named: bytes, flag: str, is_kept: bool
    ) -> None:
        scripts = {"SELECT": [OPENED % (named + b"\r\n")], "UID SEARCH": [FOUND]}
        with ScriptedImap(scripts) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            if is_kept:
                assert mailbox.flag("INBOX", 2, flag, on=True)
            else:
                with pytest.raises(MailboxError) as refused:
                    mailbox.flag("INBOX", 2, flag, on=True)
                assert refused.value.code == "not_permitted"
                mailbox.open("INBOX")
            assert server.commands.count("UID STORE") == is_kept

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (b"%t NO [NOPERM] Permission denied\r\n", "not_permitted"),
            (b"%t NO [CANNOT] Not this flag\r\n", "not_permitted"),
            (b"%t NO [LIMIT] Too many keywords\r\n", "unavailable"),
            (b"%t NO whatever\r\n", "protocol"),
        ],
    )
    def test_a_refusal_is_for_good_where_it_says_so(self, connect: Connect, answer: bytes, code: str) -> None:
        scripts = {"SELECT": [OPENED % b""], "UID SEARCH": [FOUND], "UID STORE": [answer]}
        with ScriptedImap(scripts) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            with pytest.raises(MailboxError) as refused:
                mailbox.flag("INBOX", 2, r"\Seen", on=True)
            assert refused.value.code == code
            assert mailbox.open("INBOX").uidvalidity == 7

    def test_a_folder_that_may_only_be_read(self, connect: Connect) -> None:
        opened = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* OK [READ-ONLY] look\r\n%t OK [READ-ONLY] opened\r\n"
        with ScriptedImap({"SELECT": [opened], "UID SEARCH": [FOUND]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            with pytest.raises(MailboxError) as refused:
                mailbox.flag("INBOX", 2, r"\Seen", on=True)
            assert refused.value.code == "not_permitted"
            assert mailbox.open("INBOX").uidvalidity == 7, "the connection is in order"

    def test_a_folder_that_was_renumbered_or_is_not_open(self, connect: Connect) -> None:
        renumbered = (OPENED % b"").replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8")
        with ScriptedImap({"SELECT": [renumbered], "UID SEARCH": [FOUND]}) as server:
            mailbox = connect(server)
            mailbox.open("INBOX")
            with pytest.raises(MailboxError, match="renumbered"):
                mailbox.flag("INBOX", 2, r"\Seen", on=True)
            mailbox.open("INBOX")
            with pytest.raises(MailboxError, match="not open"):
                mailbox.move("Archive", 2, "Sent")
            assert {"UID STORE", "UID MOVE"}.isdisjoint(server.commands)


@pytest.mark.parametrize("kind", ["dovecot", "without_move"])
class TestMoves:
    @pytest.fixture
    def server(self, request: pytest.FixtureRequest, kind: str) -> Dovecot:
        found: Dovecot = request.getfixturevalue(kind)
        return found

    def test_one_message_is_moved_and_never_another(self, server: Dovecot, user: str, connect: Connect) -> None:
        server.deliver(user, NOTE % 1, NOTE % 2, NOTE % 3)
        mailbox, other = connect(server, user), connect(server, user)
        program(other).create_folder("Entwürfe & Alt")
        program(other).select_folder("INBOX")
        program(other).add_flags([1], [imapclient.DELETED])
        program(other).add_flags([2], [imapclient.FLAGGED, "$Label1"])
        mailbox.open("INBOX")
        landed = mailbox.move("INBOX", 2, "Entwürfe & Alt")
        assert flags(mailbox) == {1: {r"\deleted"}, 3: set()}
        assert flags(mailbox, "Entwürfe & Alt") == {1: {r"\flagged", "$label1"}}
        assert landed == Landed(mailbox.open("Entwürfe & Alt").uidvalidity, 1)

    def test_a_folder_that_is_not_there_is_not_made(self, server: Dovecot, user: str, connect: Connect) -> None:
        server.deliver(user, NOTE % 1)
        mailbox = connect(server, user)
        mailbox.open("INBOX")
        with pytest.raises(MailboxError) as refused:
            mailbox.move("INBOX", 1, "Nowhere")
        assert refused.value.code == "missing_folder"
        assert flags(mailbox) == {1: set()}
        assert not program(mailbox).folder_exists("Nowhere")

    def test_what_lies_there_already_is_not_copied_twice(self, server: Dovecot, user: str, connect: Connect) -> None:
        server.deliver(user, NOTE % 1)
        mailbox, other = connect(server, user), connect(server, user)
        program(other).create_folder("Archive")
        program(other).select_folder("INBOX")
        program(other).copy([1], "Archive")
        program(other).add_flags([1], [imapclient.DELETED])
        mailbox.open("INBOX")
        assert mailbox.move("INBOX", 1, "Archive", copied=True) is not None
        assert flags(mailbox) == {}
        mailbox.open("Archive")
        # MOVE is one step, of which nothing is half done; a copy beside it is somebody else's.
        moves = mailbox._connection is not None and "MOVE" in mailbox._connection.capabilities
        assert len(mailbox.uids_above(0)) == 1 + moves


@pytest.mark.parametrize(
    ("capabilities", "permanent", "code"),
    [
        ("IMAP4rev1", b"", "not_supported"),
        ("IMAP4rev1 UIDPLUS", rb"* OK [PERMANENTFLAGS (\Seen)] these" + b"\r\n", "not_permitted"),
    ],
)
def test_where_nothing_can_be_expunged_alone_nothing_is_copied(
    connect: Connect, capabilities: str, permanent: bytes, code: str
) -> None:
    scripts = {"SELECT": [OPENED % permanent], "UID SEARCH": [FOUND]}
    with ScriptedImap(scripts, capabilities=capabilities) as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        with pytest.raises(MailboxError) as refused:
            mailbox.move("INBOX", 2, "Archive")
        assert refused.value.code == code
        assert {"UID COPY", "UID STORE", "EXPUNGE", "UID EXPUNGE"}.isdisjoint(server.commands)


@pytest.mark.parametrize(
    ("answer", "listed", "code"),
    [
        (b"%t NO [TRYCREATE] make it first\r\n", b"", "missing_folder"),
        (b"%t NO no\r\n", b"", "missing_folder"),
        (b"%t NO no\r\n", b'* LIST () "/" Archive\r\n', "protocol"),
        (b"%t NO [NOPERM] no\r\n", b'* LIST () "/" Archive\r\n', "not_permitted"),
    ],
)
def test_why_a_folder_does_not_take_it(connect: Connect, answer: bytes, listed: bytes, code: str) -> None:
    scripts = {
        "SELECT": [OPENED % b""], "UID SEARCH": [FOUND], "UID MOVE": [answer], "LIST": [listed + b"%t OK done\r\n"],
    }  # fmt: skip
    with ScriptedImap(scripts, capabilities="IMAP4rev1 MOVE") as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        with pytest.raises(MailboxError) as refused:
            mailbox.move("INBOX", 2, "Archive")
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("answer", "landed"),
    [
        (b"* OK [COPYUID 38 2 17] moved\r\n* 2 EXPUNGE\r\n%t OK done\r\n", Landed(38, 17)),
        (b"* 2 EXPUNGE\r\n%t OK [COPYUID 38 2 17] done\r\n", Landed(38, 17)),
        (b"* 2 EXPUNGE\r\n%t OK done\r\n", Landed()),
        (b"* 2 EXPUNGE\r\n%t OK [COPYUID nonsense] done\r\n", Landed()),
    ],
)
def test_where_it_lies_now_is_told_or_not(connect: Connect, answer: bytes, landed: Landed) -> None:
    scripts = {"SELECT": [OPENED % b""], "UID SEARCH": [FOUND], "UID MOVE": [answer]}
    with ScriptedImap(scripts, capabilities="IMAP4rev1 MOVE UIDPLUS") as server:
        mailbox = connect(server)
        mailbox.open("INBOX")
        assert mailbox.move("INBOX", 2, "Archive") == landed
