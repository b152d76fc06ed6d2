"""One SMTP connection: smtplib's commands over a socket of our own, every reply bounded in time and in size.

smtplib waits for each piece of a reply anew, so that a server which drips holds it for ever, and keeps as many lines
as a server cares to send.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from whiteglove.errors import SubmissionError, without_secret

TEMPORARY, PERMANENT, UNKNOWN = "temporary", "permanent", "unknown"
LOST = (smtplib.SMTPException, OSError)
"""What smtplib raises where no reply came that can be read."""

LARGEST_REPLY = 64 * 1024
"""Octets of one reply with all its lines."""

_AUTHENTICATION = frozenset({530, 534, 535, 538})
_OUR_OWN_LIMIT = re.compile(
    r"\b5\.4\.5\b|\b(?:daily|hourly|send|sending|sender|outgoing)(?: \w+){0,3} (?:limit|quota)\b", re.IGNORECASE
)
"""How a 5yz reply speaks of what this account may send. It is no word on the mail and its recipient: Google says 550
5.4.5 and Apple 550 5.7.1 until the next day."""

_SHOWN = 300


class Connection(smtplib.SMTP):
    """Greeted already when this is made. `patience` is how many seconds the next whole reply may take."""

    def __init__(
        self, host: str, port: int, *, context: ssl.SSLContext | None, connect_timeout: float, reply_timeout: float
    ) -> None:
        self._tls = context
        self._reply_timeout = reply_timeout
        self.patience = reply_timeout
        self._address = ""
        # Any name here keeps smtplib from asking the name servers for one.
        super().__init__(host, port, local_hostname="localhost", timeout=connect_timeout)
        self.local_hostname = self._address

    def getreply(self) -> tuple[int, bytes]:
        """The next reply: its code, -1 for one without sense, and its text. Raises what is `LOST`."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock)
        if isinstance(self.file, _Lines):
            self.file.begin_reply(self.patience)
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self._reply_timeout)

    def is_on_this_machine(self) -> bool:
        assert self.sock is not None
        address = ipaddress.ip_address(self.sock.getpeername()[0].partition("%")[0])
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            address = ipaddress.ip_address(plain.getsockname()[0].partition("%")[0])
            self._address = f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
            wrapped = self._tls.wrap_socket(plain, server_hostname=host) if self._tls else plain
        except BaseException:
            plain.close()
            raise
        wrapped.settimeout(self._reply_timeout)
        return wrapped


class _Lines:
    """What smtplib reads replies from, in place of a file: one deadline and one limit for all lines of a reply."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self._deadline = 0.0
        self._left = 0

    def begin_reply(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._left = LARGEST_REPLY

    def readline(self, limit: int) -> bytes:
        """The next line, cut at `limit` octets; nothing at the end of the stream, also where that comes within a line:
        half a code is none. Raises `OSError`."""
        while (end := self._buffer.find(b"\n", 0, limit)) < 0 and len(self._buffer) < limit:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            data = self._sock.recv(4096)
            if not data:
                return b""
            self._buffer += data
        taken = bytes(self._buffer[: end + 1 if end >= 0 else limit])
        del self._buffer[: len(taken)]
        self._left -= len(taken)
        if self._left < 0:
            raise OSError(f"a reply of more than {LARGEST_REPLY} octets")
        return taken

    def close(self) -> None:
        """Nothing is held here but the buffer; the socket is smtplib's."""


@contextmanager
def opening(where: str) -> Iterator[None]:
    """Whatever keeps a connection from standing is `temporary`: no mail has been judged yet."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise refused(where, error.smtp_code, error.smtp_error, connecting=True) from error
    except smtplib.SMTPNotSupportedError as error:
        raise SubmissionError(TEMPORARY, f"{where}: the server does not offer STARTTLS") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise SubmissionError(TEMPORARY, f"{where}: {reason(error)}") from error


def log_in(connection: smtplib.SMTP, where: str, user: str, secret: str, *, is_token: bool) -> None:
    """One attempt with one mechanism; smtplib's own login would try the same wrong password with each.

    Raises `SubmissionError` where the login is refused, and what is `LOST`.
    """
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if is_token:
        code, reply = _show_token(connection, user, secret, offered)
    elif "PLAIN" in offered:
        code, reply = connection.docmd("AUTH PLAIN " + _encoded(f"\0{user}\0{secret}"))
    elif "LOGIN" in offered:
        code, reply = connection.docmd("AUTH LOGIN")
        for answer in (user, secret):
            if code == 334:
                code, reply = connection.docmd(_encoded(answer))
    else:
        raise SubmissionError(TEMPORARY, f"{where}: the server offers no login by password")
    if code not in (235, 503):
        text = f"{where}: login refused: {without_secret(_said(code, reply), secret)}"
        raise SubmissionError(TEMPORARY, text, code=max(code, 0), step="AUTH")


def _show_token(connection: smtplib.SMTP, user: str, token: str, offered: list[str]) -> tuple[int, bytes]:
    """XOAUTH2 or OAUTHBEARER (RFC 7628), whatever is offered, the older one first since Microsoft takes no other. The
    reason of a refusal comes as a challenge, and the refusal itself only after an answer to that."""
    name, first, again = "XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01", ""
    if "OAUTHBEARER" in offered and "XOAUTH2" not in offered:
        escaped = user.replace("=", "=3D").replace(",", "=2C")
        name, first, again = "OAUTHBEARER", f"n,a={escaped},\x01auth=Bearer {token}\x01\x01", "\x01"
    code, reply = connection.docmd(f"AUTH {name} " + _encoded(first))
    return connection.docmd(_encoded(again)) if code == 334 else (code, reply)


def refused(where: str, code: int, reply: bytes | str, *, connecting: bool = False, step: str = "") -> SubmissionError:
    """The server said no, for now or for good, or something else than what was waited for."""
    text = _said(code, reply)
    permanent = code // 100 == 5 and code not in _AUTHENTICATION and not connecting and not _OUR_OWN_LIMIT.search(text)
    outcome = PERMANENT if permanent else TEMPORARY
    return SubmissionError(outcome, f"{where}: {text}", code=max(code, 0), step=step)


def reason(error: BaseException) -> str:
    """Why there was no reply."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not to be trusted: {getattr(error, 'verify_message', '') or error}"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection: {getattr(error, 'reason', '') or error}"
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer in time"
    return shown(str(error))


def shown(reply: bytes | str) -> str:
    """A reply as one line without control characters, cut."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _said(code: int, reply: bytes | str) -> str:
    return f"{code} {shown(reply)}" if code >= 0 else f"a reply that makes no sense: {shown(reply)}"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
