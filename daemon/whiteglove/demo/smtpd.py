"""A small SMTP server on this machine that hands over every mail to whoever started it (RFC 5321)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from whiteglove.demo.listening import Client, Listener

LARGEST_MAIL = 25 * 1024 * 1024
"""Octets of one mail, as SIZE announces it (RFC 1870)."""

_NAME = "demo.example"
_EHLO = f"250-{_NAME}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE {LARGEST_MAIL}"
_TOO_LARGE = f"552 no more than {LARGEST_MAIL} octets"
_MAIL = re.compile(r"FROM: ?<([^<>\s]*)>((?: \S+)*)", re.IGNORECASE)
_RCPT = re.compile(r"TO: ?<([^<>\s]+)>", re.IGNORECASE)
_PARAMETER = re.compile(r"BODY=(?:7BIT|8BITMIME)|SIZE=(\d{1,20})", re.IGNORECASE)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A mail as it came: the envelope, and what stood between DATA and the final dot, the doubled dots undone."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes


class SmtpServer(Listener):
    """SMTP in the clear and without AUTH on loopback. A context manager; `port` is known once it has started."""

    def __init__(self, receive: Callable[[Submitted], None], *, port: int = 0) -> None:
        """`receive` is called for each mail before it is accepted, in the thread of its connection.

        Where it raises the mail is refused for the time being (451) and the error logged.
        """
        super().__init__(port)
        self._receive = receive

    def converse(self, client: Client) -> None:
        _Conversation(client, self._receive).run()


class _Conversation:
    def __init__(self, client: Client, receive: Callable[[Submitted], None]) -> None:
        self._client = client
        self._receive = receive
        self._sender: str | None = None
        self._recipients: list[str] = []

    def run(self) -> None:
        self._say(f"220 {_NAME} ESMTP")
        answers: dict[str, Callable[[str], str]] = {
            "EHLO": lambda rest: self._afresh(_EHLO),
            "HELO": lambda rest: self._afresh(f"250 {_NAME}"),
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": lambda rest: self._afresh("250 ok"),
            "NOOP": lambda rest: "250 ok",
            "QUIT": lambda rest: "221 until next time",
        }
        verb = ""
        while verb != "QUIT":
            said, _, rest = self._client.line().decode("utf-8", "replace").strip().partition(" ")
            verb = said.upper()
            answer = answers.get(verb)
            self._say(answer(rest) if answer else "500 this server knows no such command")

    def _mail(self, rest: str) -> str:
        match = _MAIL.fullmatch(rest)
        if self._sender is not None:
            return "503 one mail after the other"
        if match is None:
            return "501 right would be MAIL FROM:<robin@vale.example>"
        for parameter in match[2].split():
            known = _PARAMETER.fullmatch(parameter)
            if known is None:
                return "555 this server knows no such parameter"
            if int(known[1] or 0) > LARGEST_MAIL:
                return _TOO_LARGE
        self._sender = match[1]
        return "250 ok"

    def _rcpt(self, rest: str) -> str:
        match = _RCPT.fullmatch(rest)
        if self._sender is None:
            return "503 MAIL comes first"
        if match is None:
            return "501 right would be RCPT TO:<wile@acme.example>"
        self._recipients.append(match[1])
        return "250 ok"

    def _data(self, rest: str) -> str:
        if self._sender is None or not self._recipients:
            return "503 MAIL and RCPT come first"
        self._say("354 go ahead")
        mail = Submitted(self._sender, tuple(self._recipients), self._octets())
        if len(mail.message) > LARGEST_MAIL:
            return self._afresh(_TOO_LARGE)
        try:
            self._receive(mail)
        except Exception as error:  # noqa: BLE001 - Whatever it is, the client must have an answer.
            _log.error("a mail was not taken", exc_info=error)
            return self._afresh("451 not now")
        return self._afresh("250 taken")

    def _octets(self) -> bytes:
        """Up to the dot on a line of its own; only CRLF ends a line (RFC 5321 section 4.1.1.4)."""
        octets, begins = bytearray(), True
        while (line := self._client.line()) != b".\r\n" or not begins:
            if len(octets) <= LARGEST_MAIL:
                octets += line.removeprefix(b".") if begins else line
            begins = line.endswith(b"\r\n")
        return bytes(octets)

    def _afresh(self, answer: str) -> str:
        self._sender, self._recipients = None, []
        return answer

    def _say(self, line: str) -> None:
        self._client.send(line.encode() + b"\r\n")
