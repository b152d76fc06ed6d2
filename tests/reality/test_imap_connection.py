"""Connections that are cut, reset, forgotten, slow, or ended by the server: nothing is lost, nothing comes twice, and
no server is hammered."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from reality.station import Station
from servers.dovecot import Dovecot
from servers.ports import until
from servers.proxy import Proxy
from servers.scripted import CLOSE, ScriptedImap
from whiteglove.errands import Backoff
from whiteglove.errors import MailboxError
from whiteglove.imap import ImapMailbox, wire
from whiteglove.intake.watching import Watcher
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.store import schema as tables
from whole.studio import Studio


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which the watcher wanted to leave the server alone. It rests for none of them."""
    wanted: list[float] = []

    def rest(self: Watcher, seconds: float) -> None:
        wanted.append(seconds)
        self._stop.wait(0.01)

    monkeypatch.setattr(Watcher, "_rest", rest)
    return wanted


@pytest.fixture
def scripted(studio: Studio) -> Iterator[ScriptedImap]:
    with ScriptedImap() as server:
        studio.imap = f"imap://robin@127.0.0.1:{server.port}"
        yield server


def say_to_all(server: ScriptedImap, data: bytes) -> None:
    for connection in list(server._connections):
        with contextlib.suppress(OSError):
            connection.sendall(data)


@pytest.mark.parametrize("end", ["drop", "reset"])
def test_a_connection_that_ends(station: Station, studio: Studio, network: Proxy, end: str) -> None:
    station.poll = 30.0
    station.start()
    getattr(network, end)()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    station.await_log("mailbox.recovered")
    assert station.count("mailbox.lost", reason="unreachable") == 1


def test_cut_at_any_place_of_the_conversation(station: Station, studio: Studio, network: Proxy) -> None:
    """However far the server's answers to a new mail come, it is recorded and answered, and only once."""
    station.poll = 30.0
    station.start()
    expected = []
    for number, octets in enumerate((0, 60, 300, 450, 800, 1100)):
        network.answers.cut_after(octets, reset=bool(number % 2))
        message_id = f"m{number}@acme.example"
        studio.deliver(studio.mail(message_id=message_id, subject=f"Matter {number}"))
        expected.append(message_id)
        station.await_answers(*expected)
    network.answers.flow()
    assert [row.message_id for row in station.rows() if not row.own] == expected
    assert network.connections >= 2 + len(expected) - 1


def test_every_octet_by_itself(station: Station, studio: Studio, network: Proxy) -> None:
    """A literal, a line, an answer cut at every place there is."""
    network.answers.split()
    network.requests.split()
    studio.deliver(studio.mail(message_id="old@acme.example"))
    station.poll = 30.0
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example", headers={"X-Long": "x" * 900}))
    station.await_answers("a@acme.example")
    assert [row.message_id for row in station.rows()] == ["old@acme.example", "a@acme.example"]
    assert station.count("mailbox.lost") == 0


def test_a_connection_that_nobody_knows_any_more(station: Station, studio: Studio, network: Proxy) -> None:
    station.start()
    network.forget()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_answers("a@acme.example")
    station.await_log("mailbox.recovered")
    assert station.count("mailbox.lost", reason="timeout") == 1


def test_a_folder_of_which_the_server_says_nothing(station: Station, studio: Studio) -> None:
    """IDLE is for the first folder; the others are looked into at every poll."""
    studio.mailbox = 'folders = ["INBOX", "Requests"]'
    mailbox = ImapMailbox(
        ServerAddress(Security.PLAIN, studio.dovecot.host, studio.dovecot.imap_port, studio.user),
        lambda: Dovecot.password,
    )
    mailbox.connect()
    mailbox._connection.client.create_folder("Requests")  # type: ignore[union-attr]
    station.start()
    mailbox.append("Requests", studio.mail(message_id="a@acme.example"), seen=False)
    mailbox.close()
    station.await_answers("a@acme.example")


@pytest.mark.parametrize("words", [b"[UNAVAILABLE] back soon", b"Server shutting down."])
def test_a_good_bye(station: Station, scripted: ScriptedImap, rests: list[float], words: bytes) -> None:
    station.poll = 30.0
    station.start()
    scripted.await_command("IDLE")
    say_to_all(scripted, b"* BYE " + words + b"\r\n")
    station.await_log("mailbox.recovered")
    assert station.count("mailbox.lost", reason="unavailable") == 1
    assert max(rests) < 1


def test_an_outage_is_told_once_for_each_reason(station: Station, scripted: ScriptedImap, rests: list[float]) -> None:
    """So that a password which was changed meanwhile is not hidden behind the restart of the server."""
    station.poll = 30.0
    station.start()
    scripted.await_command("IDLE")
    scripted.scripts["LOGIN"] = [b"%t NO [UNAVAILABLE] not yet\r\n"]
    say_to_all(scripted, b"* BYE\r\n")
    until(lambda: len(rests) > 3, "several attempts")
    scripted.scripts["LOGIN"] = [b"%t NO [AUTHENTICATIONFAILED] wrong\r\n"]
    station.await_log("mailbox.lost", reason="login")
    scripted.scripts["LOGIN"] = [b"%t OK welcome\r\n"]
    station.await_log("mailbox.recovered")
    assert [line["reason"] for line in station.logged("mailbox.lost")] == ["unavailable", "login"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"%t BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n", 92.415),
        (b"%t NO [LIMIT] Rate limit hit\r\n", 60),
        (b"%t NO [ALERT] Too many simultaneous connections. (Failure)\r\n", 60),
        (b"%t NO [ALERT] Account exceeded command or bandwidth limits. (Failure)\r\n", 60),
    ],
)
def test_a_server_that_wants_to_be_left_alone(
    station: Station, scripted: ScriptedImap, rests: list[float], said: bytes, seconds: float
) -> None:
    scripted.scripts["LOGIN"] = [said]
    station.start()
    until(lambda: len(rests) >= 1, "a rest")
    assert rests[0] == seconds
    assert station.count("mailbox.lost", reason="unavailable") == 1
    assert station.rows(tables.warnings) == []


@pytest.mark.parametrize("said", [b"%t NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", b"%t NO Login failed.\r\n"])
def test_a_wrong_password_is_tried_too_seldom_to_lock_the_account(said: bytes) -> None:
    """Some servers shut an address out for five refusals in ten minutes, and the daemon has two connections."""
    with ScriptedImap({"LOGIN": [said]}) as server:
        mailbox = ImapMailbox(ServerAddress(Security.PLAIN, server.host, server.port, "robin"), lambda: "wrong")
        backoff, clock, attempts = Backoff(longest=300.0), 0.0, []
        while clock < 3600:
            attempts.append(clock)
            with pytest.raises(MailboxError) as refused:
                mailbox.connect()
            assert refused.value.code == "login"
            clock += backoff.failed(fatal=refused.value.fatal, pause=refused.value.pause)
        assert server.commands.count("LOGIN") == len(attempts)
    assert all(sum(start <= at < start + 600 for at in attempts) <= 2 for start in attempts)


def test_a_wrong_password_is_told_once_over_the_smtp_server_that_works(
    station: Station, studio: Studio, network: Proxy
) -> None:
    studio.configure()
    daemon = station.start(password="not-this-one")
    (told,) = studio.sink.wait_for(1)
    assert told.recipients == (studio.user,)
    for _ in range(5):
        with pytest.raises(MailboxError, match=r"(?i)authentication"):
            daemon.errands["studio"].run(lambda mailbox: mailbox.folders(), 5.0)
    station.stop()
    assert len(studio.sink.received) == 1
    assert network.requests.passed.count(b"LOGIN") == 2
    assert station.count("mailbox.lost", reason="login") == 1


def test_a_server_that_takes_every_login_and_ends_every_connection(
    station: Station, scripted: ScriptedImap, rests: list[float]
) -> None:
    scripted.scripts["IDLE"] = [b"* BYE too much\r\n", CLOSE]
    station.poll = 30.0
    station.start()
    until(lambda: len(rests) >= 9, "nine attempts")
    assert rests[8] > 16 * rests[0]


def test_a_server_that_ends_idle_at_once_is_not_asked_without_end(scripted: ScriptedImap) -> None:
    scripted.scripts["IDLE"] = [b"+ idling\r\n%t OK that was it\r\n"]
    mailbox = ImapMailbox(ServerAddress(Security.PLAIN, scripted.host, scripted.port, "robin"), lambda: "secret")
    mailbox.connect()
    mailbox.open("INBOX")
    mailbox.uids_above(4)
    began = time.monotonic()
    assert mailbox.wait(0.2) is False
    assert time.monotonic() - began >= 0.2
    mailbox.close()


def test_a_server_that_drips_does_not_hold_a_thread_for_ever(
    studio: Studio, network: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LONGEST_ANSWER", 0.3)
    monkeypatch.setattr(wire, "SLOWEST", 1000)
    network.answers.split()
    network.answers.delay(0.02)
    address = ServerAddress(Security.PLAIN, network.host, network.port, studio.user)
    mailbox = ImapMailbox(address, lambda: Dovecot.password, read_timeout=5.0)
    began = time.monotonic()
    with pytest.raises(MailboxError) as slow:
        mailbox.connect()
    assert slow.value.code == "timeout"
    assert time.monotonic() - began < 2
    network.answers.flow()
    mailbox.connect()
    assert mailbox.open("INBOX").exists == 0
    mailbox.close()


def test_what_the_server_wants_to_be_read_reaches_the_owner_once(station: Station, scripted: ScriptedImap) -> None:
    scripted.greeting = b"* OK [ALERT] Your storage is 91 % full.\r\n"
    scripted.scripts["UID SEARCH"] = [b"* OK [alert] Maintenance \x1b[31mat noon\r\n* SEARCH\r\n%t OK done\r\n"]
    scripted.scripts["LOGIN"] = [b"%t OK [ALERT] A new device logged in.\r\n"]
    station.start()
    scripted.greeting = b"* OK [ALERT] Your storage is 92 % full.\r\n"
    for _ in range(2):
        known = station.count("mailbox.recovered")
        say_to_all(scripted, b"* BYE [ALERT] Maintenance at noon\r\n")
        station.await_log("mailbox.recovered", known + 1)
    until(lambda: any("device" in row.text for row in station.rows(tables.warnings)), "the warnings")
    told = {row.text.partition(": ")[2] for row in station.rows(tables.warnings)}
    assert told == {
        "Your storage is 92 % full.",
        "A new device logged in.",
        "Maintenance [31mat noon",
        "Maintenance at noon",
    }
    assert len(station.rows(tables.warnings)) == 4
