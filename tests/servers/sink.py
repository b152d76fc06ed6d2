"""An SMTP server that keeps what it is given, and answers as it is told to (RFC 5321, STARTTLS, AUTH, SMTPUTF8)."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from servers.certificates import Certificate
from servers.ports import LOOPBACK

EXTENSIONS = ("8BITMIME", "SIZE 26214400", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came: the envelope, the bytes between DATA and the final dot, and `time.monotonic()` at the dot.

    `parameters` are those of MAIL, `user` who had logged in.
    """

    sender: str
    recipients: tuple[str, ...]
    message: bytes
    at: float
    parameters: tuple[str, ...] = ()
    tls: bool = False
    user: str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What to do instead of the usual: say `line` ("" for nothing), or end the connection; `keep` the mail or not."""

    line: str | None
    keep: bool = False


class Sink:
    """The server; use as a context manager. `security` as in the configuration: plain, starttls or tls."""

    host = LOOPBACK

    def __init__(
        self,
        *,
        security: str = "plain",
        certificate: Certificate | None = None,
        users: Mapping[str, str] | None = None,
        mechanisms: Sequence[str] = ("PLAIN", "LOGIN"),
        extensions: Sequence[str] = EXTENSIONS,
    ) -> None:
        """With `users` (name to password, or to token for XOAUTH2 and OAUTHBEARER) MAIL needs a login, which the clear
        does not get."""
        self.security = security
        self.context = certificate.server_context() if certificate else None
        self.users = users
        self.mechanisms = mechanisms
        self.extensions = extensions
        self.received: list[Received] = []
        self.commands: list[str] = []
        self.connections = 0
        self._answers: dict[str, deque[_Answer]] = defaultdict(deque)
        self._arrived = threading.Condition()
        self._server: _Server | None = None
        self.port = 0

    def __enter__(self) -> Sink:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after `stop` on the same port again."""
        self._server = _Server((LOOPBACK, self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sink", daemon=True).start()

    def stop(self) -> None:
        """Listen no more and end every connection."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self.drop_connections()
            self._server = None

    def drop_connections(self) -> None:
        """End every connection without a word."""
        if self._server is not None:
            self._server.drop()

    def reply(self, verb: str, line: str, times: int = 1) -> None:
        """Answer the next `verb` with this line. `CONNECT` is the greeting, `.` the final dot."""
        self._answers[verb].extend([_Answer(line)] * times)

    def drop(self, verb: str, times: int = 1, *, keep: bool = False) -> None:
        """Close the connection instead of answering the next `verb`; at `.` the mail may have been kept."""
        self._answers[verb].extend([_Answer(None, keep)] * times)

    def silence(self, verb: str) -> None:
        """Say nothing at the next `verb`, and go on listening."""
        self._answers[verb].append(_Answer(""))

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        """The mails, as soon as there are this many."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.received) >= count, timeout=seconds)
            assert came, f"{len(self.received)} of {count} mails within {seconds:g} s"
            return list(self.received)

    def clear(self) -> None:
        """Forget what came, and what was still to be answered."""
        with self._arrived:
            self.received.clear()
            self.commands.clear()
            self._answers.clear()
            self.connections = 0

    def scripted(self, verb: str) -> _Answer | None:
        answers = self._answers.get(verb)
        return answers.popleft() if answers else None

    def keep(self, mail: Received) -> None:
        with self._arrived:
            self.received.append(mail)
            self._arrived.notify_all()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], sink: Sink) -> None:
        self.sink = sink
        self.open: set[socket.socket] = set()
        super().__init__(address, _Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that refuse a certificate or vanish are what the tests are about."""

    def drop(self) -> None:
        for request in list(self.open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


class _Gone(Exception):
    """The conversation is over."""


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.sink = self.server.sink
        self.server.open.add(self.request)
        self.sink.connections += 1
        self.tls = False
        self.user: str | None = None
        self._parameters: tuple[str, ...] = ()
        self._reset()
        with contextlib.suppress(_Gone, OSError):
            if self.sink.security == "tls":
                self._upgrade()
            self._file = self.request.makefile("rb")
            self._say("CONNECT", "220 sink.example ESMTP")
            while True:
                self._one()

    def finish(self) -> None:
        self.server.open.discard(self.request)
        with contextlib.suppress(OSError):
            self.request.close()

    def _one(self) -> None:
        line = self._line()
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.sink.commands.append(verb)
        known = getattr(self, f"_on_{verb.lower()}", None)
        if known is None:
            self._say(verb, "500 5.5.1 unknown command")
        else:
            known(rest)

    def _on_ehlo(self, rest: str) -> None:
        offered = ["sink.example", *self.sink.extensions]
        if self.sink.security == "starttls" and not self.tls:
            offered.append("STARTTLS")
        if self.sink.users is not None and (self.tls or self.sink.security == "plain"):
            offered.append("AUTH " + " ".join(self.sink.mechanisms))
        lines = [f"250-{word}" for word in offered[:-1]] + [f"250 {offered[-1]}"]
        self._say("EHLO", "\r\n".join(lines))

    def _on_helo(self, rest: str) -> None:
        self._say("HELO", "250 sink.example")

    def _on_starttls(self, rest: str) -> None:
        self._say("STARTTLS", "220 2.0.0 ready")
        self._upgrade()
        self._file = self.request.makefile("rb")

    def _on_auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "LOGIN":
            user = self._ask("334 VXNlcm5hbWU6")
            password = self._ask("334 UGFzc3dvcmQ6")
        elif mechanism.upper() == "XOAUTH2":
            fields = dict(part.split("=", 1) for part in _decoded(initial).split("\x01") if "=" in part)
            user, password = fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")
            if (self.sink.users or {}).get(user) != password:
                assert self._ask("334 eyJzdGF0dXMiOiI0MDEifQ==") == ""
        elif mechanism.upper() == "OAUTHBEARER":
            header, _, rest = _decoded(initial).partition(",\x01auth=Bearer ")
            user, password = header.removeprefix("n,a="), rest.removesuffix("\x01\x01")
            if (self.sink.users or {}).get(user) != password:
                assert self._ask("334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=") == "\x01"
        else:
            _, user, password = _decoded(initial).split("\0")
        if (self.sink.users or {}).get(user) == password:
            self.user = user
            self._say("AUTH", "235 2.7.0 welcome")
        else:
            self._say("AUTH", "535 5.7.8 user name and password are not accepted")

    def _on_mail(self, rest: str) -> None:
        if self.sink.users is not None and self.user is None:
            self._say("MAIL", "530 5.7.0 log in first")
            return
        address, _, parameters = rest.partition(">")
        self._sender, self._parameters = address.removeprefix("FROM:<"), tuple(parameters.split())
        self._say("MAIL", "250 2.1.0 ok")

    def _on_rcpt(self, rest: str) -> None:
        if self._say("RCPT", "250 2.1.5 ok"):
            self._recipients.append(rest.removeprefix("TO:<").removesuffix(">"))

    def _on_data(self, rest: str) -> None:
        if not self._recipients or not self._say("DATA", "354 go ahead"):
            return
        lines = []
        while (line := self._bytes()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        answer = self.sink.scripted(".")
        if answer is None or answer.keep:
            self.sink.keep(
                Received(
                    self._sender,
                    tuple(self._recipients),
                    b"".join(lines),
                    time.monotonic(),
                    self._parameters,
                    self.tls,
                    self.user,
                )
            )
        self._reset()
        self._send(answer.line if answer else "250 2.0.0 kept")

    def _on_rset(self, rest: str) -> None:
        self._reset()
        self._say("RSET", "250 2.0.0 ok")

    def _on_noop(self, rest: str) -> None:
        self._say("NOOP", "250 2.0.0 ok")

    def _on_quit(self, rest: str) -> None:
        self._say("QUIT", "221 2.0.0 bye")
        raise _Gone

    def _reset(self) -> None:
        self._sender = ""
        self._parameters = ()
        self._recipients: list[str] = []

    def _say(self, verb: str, usual: str) -> bool:
        """Answer as scripted, else as usual; whether that was the usual answer."""
        answer = self.sink.scripted(verb)
        self._send(answer.line if answer else usual)
        return answer is None

    def _send(self, line: str | None) -> None:
        if line is None:
            with contextlib.suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            raise _Gone
        if line:
            self.request.sendall(line.encode() + b"\r\n")
        if line.startswith("421"):
            raise _Gone

    def _ask(self, challenge: str) -> str:
        self.request.sendall(challenge.encode() + b"\r\n")
        return _decoded(self._line())

    def _line(self) -> str:
        return self._bytes().decode("utf-8", "replace").rstrip("\r\n")

    def _bytes(self) -> bytes:
        line: bytes = self._file.readline()
        if not line:
            raise _Gone
        return line

    def _upgrade(self) -> None:
        assert self.sink.context, "this needs a certificate"
        self.server.open.discard(self.request)
        self.request = self.sink.context.wrap_socket(self.request, server_side=True)
        self.server.open.add(self.request)
        self.tls = True


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
