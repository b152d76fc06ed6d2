"""The socket under imaplib: imaplib's commands and tags, with a read buffer of our own.

imaplib reads through a file object whose buffer cannot be looked into and which loses half a line on a time-out. While
a connection idles both lose mail: an EXISTS that arrives in one segment with `+ idling` lies in that buffer unseen
while the socket under it is polled. `Wire` keeps what has arrived in a buffer that may be asked, takes bytes without
waiting, and notices news whichever command it was that swallowed it.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whiteglove.imap.responses import quoted

LONGEST_LINE = 16 * 1024 * 1024
"""Octets of one line. imaplib's own 1,000,000 is less than what SEARCH says of 150,000 messages."""

LARGEST_LITERAL = 64 * 1024 * 1024
"""Octets of one literal; whatever this daemon asks for is asked for in smaller pieces."""

LONGEST_DESCRIPTION = 4 * 1024 * 1024
"""Octets of one line of a message's description. A sender decides how long BODYSTRUCTURE is; ten thousand parts need
less."""

LONGEST_ANSWER = 300.0
"""Seconds that a server may take to answer what it was told last, and a second more for each `SLOWEST` octets of it. A
time-out between two pieces is none for a server that drips."""

SLOWEST = 100
"""Octets a second. Some providers slow an account down that far that has used its share, and are to be read all the
same."""

MOST_ALERTS = 5

_CHUNK = 65536
_ALERT = re.compile(rb"\S{1,40} (?:OK|NO|BAD|BYE|PREAUTH) \[ALERT\][ \t]*(.{1,2000})", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """How the server answered a UID command: `text` beside OK, NO or BAD, `data` the pieces that came before it."""

    ok: bool
    text: str
    data: list[Any]


class Wire(imaplib.IMAP4):
    """One connection: `imaplib.IMAP4` over a plain or a TLS socket, with keep-alive and without Nagle's algorithm.

    `news` is true once the server has announced a number of messages that differs from the last known one, by EXISTS
    in the reply to any command or while idling. `exists` is that number. `alerts` are the texts that the server wants a
    person to read (RFC 9051 section 7.1, ALERT), the first few of them.
    """

    def __init__(
        self, host: str, port: int, *, context: ssl.SSLContext | None, connect_timeout: float, read_timeout: float
    ) -> None:
        """Connect and read the greeting. Times in seconds. Raises `OSError` and `imaplib.IMAP4.error`."""
        self.read_timeout = read_timeout
        self.news = False
        self.exists = 0
        self.alerts: list[str] = []
        self._asked_at = time.monotonic()
        self._received = 0
        self._describing = False
        self._context = context
        self._buffer = bytearray()
        super().__init__(host, port, connect_timeout)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), timeout)
        try:
            _tune(plain)
            self.sock = self._context.wrap_socket(plain, server_hostname=host) if self._context else plain
        except BaseException:
            plain.close()
            raise
        self.sock.settimeout(self.read_timeout)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Literal["OK"], list[None]]:
        """Upgrade the connection. What stands in the buffer behind the server's OK was sent by somebody in between."""
        if self.state != "NONAUTH":
            raise self.abort("the server skipped the login on an unprotected connection")
        typ, data = self._simple_command("STARTTLS")
        if typ != "OK":
            raise self.error(f"STARTTLS refused: {last_text(data)}")
        if self._buffer:
            raise self.abort("the server said more in the clear after its reply to STARTTLS")
        context = ssl_context or ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(self.read_timeout)
        self.untagged_responses.clear()
        self._get_capabilities()
        return "OK", data

    def login(self, user: str, password: str) -> tuple[Literal["OK"], list[bytes]]:
        """LOGIN with both arguments quoted; imaplib quotes only the password."""
        typ, data = self._simple_command("LOGIN", self._quote(user), self._quote(password))
        if typ != "OK":
            raise self.error(last_text(data))
        self.state = "AUTH"
        return "OK", data

    def show_token(self, mechanism: str, first: bytes, again: bytes, *, at_once: bool) -> None:
        """AUTHENTICATE with one thing to say, with the command itself where the server takes that (SASL-IR, RFC 4959).
        Whatever else it asks gets `again`, so that it comes to its NO and the connection stays in order."""
        answers = iter([] if at_once else [first])
        self.literal = _Answers(lambda: next(answers, again)).give  # type: ignore[assignment]  # As imaplib does.
        said = [base64.b64encode(first).decode("ascii")] if at_once else []
        typ, data = self._simple_command("AUTHENTICATE", mechanism, *said)
        if typ != "OK":
            raise self.error(last_text(data))
        self.state = "AUTH"

    def ask(self, command: str, *arguments: str) -> Reply:
        """Say `UID command`. NO and BAD are answers here, since what the server said ahead of them still counts."""
        self.forget_responses()
        self._describing = command == "FETCH"
        try:
            typ, data = self.uid(command, *arguments)
        except self.abort:
            raise
        except self.error as error:
            return Reply(False, str(error), self.untagged_responses.pop(command, []))
        finally:
            self._describing = False
        if typ == "OK":
            return Reply(True, "", data)
        return Reply(False, last_text(data), self.untagged_responses.pop(command, []))

    def tell_name(self, **fields: str) -> None:
        """ID (RFC 2971); what the server tells of itself, or that it does not care, is of no use to anybody."""
        listed = " ".join(f"{quoted(name)} {quoted(value)}" for name, value in fields.items())
        try:
            self.xatom("ID", f"({listed})")
        except self.abort:
            raise
        except self.error:
            return

    def list_uses(self) -> list[Any]:
        """LIST with the uses of the folders (RFC 6154), empty where the server refuses to be asked like that."""
        self.forget_responses()
        try:
            typ, data = self._simple_command("LIST", '""', '"*"', "RETURN", "(SPECIAL-USE)")
        except self.abort:
            raise
        except self.error:
            return []
        return list(self._untagged_response(typ, data, "LIST")[1]) if typ == "OK" else []

    def send(self, data: Any) -> None:
        """Called by imaplib for every command and literal: the time of the answer begins."""
        self._asked_at, self._received = time.monotonic(), 0
        super().send(data)

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(f"the server announces {size} octets in one piece")
        while len(self._buffer) < size:
            self._more_in_time()
        return self._take(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if self._describing and searched > LONGEST_DESCRIPTION:
                return self._cut_line()
            if searched > LONGEST_LINE:
                raise self.abort(f"the server sends a line of more than {LONGEST_LINE} octets")
            self._more_in_time()
        return self._take(end + 1)

    def _cut_line(self) -> bytes:
        """The beginning of a description beyond all measure; the rest is read and dropped. To give the connection up
        would help nobody: the message would be there again after the next login, and in the way of all behind it. What
        is put at the end makes neither a whole description of it nor the announcement of a literal."""
        line = self._take(LONGEST_DESCRIPTION)
        dropped = 0
        while (end := self._buffer.find(b"\n")) < 0:
            dropped += len(self._buffer)
            if dropped > LARGEST_LITERAL:
                raise self.abort(f"the server sends a line of more than {LARGEST_LITERAL} octets")
            self._buffer.clear()
            self._more_in_time()
        self._take(end + 1)
        return line + b" (\r\n"

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def line_waiting(self) -> bool:
        """Whether a whole line has arrived that nothing has read yet."""
        return b"\n" in self._buffer

    def receive(self) -> None:
        """Take what has arrived so far, TLS records included, without waiting.

        Raises `abort` at the end of the stream, but not before the lines that came ahead of it have been read.
        """
        self.sock.settimeout(0)
        try:
            while len(self._buffer) <= LONGEST_LINE:
                self._more()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except (self.abort, OSError):
            if not self.line_waiting():
                raise
        finally:
            self.sock.settimeout(self.read_timeout)

    def next_response(self) -> bytes | None:
        """Read and file one response; None for a continuation (`+ …`). Raises `abort` after BYE."""
        response: bytes | None = self._get_response()
        self._check_bye()
        return response

    def forget_responses(self) -> None:
        """Drop untagged responses nobody asked for, which imaplib would otherwise keep for ever."""
        self.untagged_responses.clear()

    def _more_in_time(self) -> None:
        if time.monotonic() > self._asked_at + LONGEST_ANSWER + self._received / SLOWEST:
            raise TimeoutError("timed out")
        before = len(self._buffer)
        self._more()
        self._received += len(self._buffer) - before

    def _more(self) -> None:
        data = self.sock.recv(_CHUNK)
        if not data:
            raise self.abort("the server closed the connection")
        self._buffer += data

    def _get_line(self) -> bytes:
        """Called by imaplib for every line; an alert may stand in any status response, tagged or not."""
        line: bytes = super()._get_line()  # type: ignore[misc]  # typeshed leaves it out.
        if (alert := _ALERT.match(line)) and len(self.alerts) < MOST_ALERTS:
            self.alerts.append(alert[1].decode("utf-8", "replace"))
        return line

    def _take(self, size: int) -> bytes:
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken

    def _append_untagged(self, typ: str, dat: Any) -> None:
        """Called by imaplib for every untagged response, whatever command is waiting.

        A server that repeats a number already known announces nothing; taking that for news would search for ever.
        """
        if typ == "EXISTS":
            with contextlib.suppress(ValueError):
                count = int(dat)
                self.news = self.news or count != self.exists
                self.exists = count
        elif typ == "EXPUNGE":
            self.exists = max(0, self.exists - 1)
        self.untagged_responses.setdefault(typ, []).append(b"" if dat is None else dat)

    def _log(self, line: str) -> None:
        """Keep no log: imaplib's last ten lines hold passwords and mail."""


class _Answers:
    """What imaplib asks for the line after each challenge; it takes a method only."""

    def __init__(self, following: Callable[[], bytes]) -> None:
        self._following = following

    def give(self, challenge: bytes) -> bytes:
        return base64.b64encode(self._following())


def _tune(sock: socket.socket) -> None:
    """Small writes leave at once (imaplib sends a literal and its end apart); a peer that died is noticed at last."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def last_text(data: Sequence[Any]) -> str:
    """What the server said in its last response line."""
    last = data[-1] if data else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last)
