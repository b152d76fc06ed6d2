"""A house that answers every question how things stand, and what becomes of mails that are put before it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping

import pytest

from benches import MANY, to_clients
from rules.mails import SERVER, mail, new_id
from servers.dovecot import Dovecot
from servers.scripted import ScriptedImap
from whiteglove.imap import ImapMailbox
from whiteglove.message import Verdicts
from whiteglove.parse import parse_whole
from whiteglove.screen import screen
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

ACME = """
name = "Acme GmbH"
timezone = "Europe/Berlin"
language = "en"
report = ["Tue 16:00", "Fri 16:00"]
reply_within = "8h"
domains = ["acme.example"]
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
"""
BIRCH = """
name = "Birch Holding"
timezone = "Europe/Berlin"
language = "en"
report = ["Wed 11:00"]
reply_within = "8h"
domains = ["birch.example"]
acknowledge_domain = true
[[people]]
name = "Jutta Forst"
addresses = ["jutta@birch.example"]
[[rules]]
sender = "tickets@birch.example"
kind = "machine_report"
"""
CLIENTS = {"acme": ACME, "birch": BIRCH}

Answers = Callable[..., list[SentMail]]
IsAnswered = Callable[[Mapping[str, bytes]], dict[str, bool]]
Judge = Callable[..., Verdicts]
Connect = Callable[..., ImapMailbox]


@pytest.fixture(scope="module")
def house() -> Iterator[Bench]:
    """Acme is answered by its people's addresses, Birch at its whole domain; no limit comes into the way."""
    toml = f'authserv_id = "{SERVER}"\n{MANY}'
    owner = {"aliases": ["hello@vale.example"]}
    with Bench(acknowledge, delay="0s", calendar=False, clients=CLIENTS, owner=owner, toml=toml) as bench:
        yield bench


@pytest.fixture
def answers(house: Bench) -> Answers:
    """The mails to clients that some mails led to. A plain question that comes after them is answered, so that nothing
    but the mails themselves can be the reason for silence."""

    def answered(*mails: bytes) -> list[SentMail]:
        for raw in mails:
            house.world.account.deliver(raw)
        plain = new_id()
        house.world.account.deliver(mail(Message_ID=plain))
        sent = to_clients(house.run())
        others = [one for one in sent if one.message["In-Reply-To"] != plain]
        assert len(others) == len(sent) - 1
        return others

    return answered


@pytest.fixture
def is_answered(answers: Answers) -> IsAnswered:
    """Which of some mails were answered, by what they are called."""

    def found(mails: Mapping[str, bytes]) -> dict[str, bool]:
        to = {answer.message["In-Reply-To"] for answer in answers(*mails.values())}
        return {called: f"<{parse_whole(raw)[0].message_id}>" in to for called, raw in mails.items()}

    return found


@pytest.fixture
def judge(house: Bench) -> Judge:
    """The screen's verdicts on a mail that `mail` made."""

    def judged(raw: bytes, *, authserv_id: str | None = SERVER, junk: bool = False) -> Verdicts:
        message, text = parse_whole(raw)
        return screen(message, text, house.settings.book, authserv_id=authserv_id, junk=junk)

    return judged


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection fails the test."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens IMAP connections that are closed after the test."""
    opened: list[ImapMailbox] = []

    def connected(server: Dovecot | ScriptedImap, user: str = "robin@vale.example", **settings: object) -> ImapMailbox:
        port = server.imap_port if isinstance(server, Dovecot) else server.port
        address = ServerAddress(Security.PLAIN, server.host, port, user)
        opened.append(ImapMailbox(address, lambda: Dovecot.password, **settings))  # type: ignore[arg-type]
        opened[-1].connect()
        return opened[-1]

    yield connected
    for mailbox in opened:
        mailbox.close()
