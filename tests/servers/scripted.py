"""An IMAP server of few lines, for what no real server can be made to do on purpose.

It answers every command with a plausible OK, except those it has been given a script for. A script is a list of
steps: bytes are sent as one segment (`%t` stands for the tag of the command), `CLOSE` ends the connection, `SILENCE`
leaves the command without an answer and reads on.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from enum import Enum
from types import TracebackType
from typing import Self

from servers.ports import LOOPBACK, until


class Step(Enum):
    CLOSE = 1
    SILENCE = 2


CLOSE, SILENCE = Step.CLOSE, Step.SILENCE
Script = Sequence["bytes | Step"]

_GREETING = b"* OK ready\r\n"
_EXAMINE = (
    b"* FLAGS (\\Seen)\r\n* 4 EXISTS\r\n* 0 RECENT\r\n"
    b"* OK [UIDVALIDITY 7] fine\r\n* OK [UIDNEXT 5] predicted\r\n%t OK [READ-ONLY] opened\r\n"
)


class ScriptedImap:
    """The server; use as a context manager.

    `scripts` maps a command (`IDLE`, `UID SEARCH`, `DONE`) to its script, used every time; `then` queues one that is
    used once. `push` sends something unasked on the newest connection.
    """

    host = LOOPBACK

    def __init__(
        self,
        scripts: Mapping[str, Script] | None = None,
        *,
        capabilities: str = "IMAP4rev1 IDLE",
        greeting: bytes = _GREETING,
    ) -> None:
        self.scripts: dict[str, Script] = {
            "CAPABILITY": [f"* CAPABILITY {capabilities}\r\n%t OK done\r\n".encode()],
            "EXAMINE": [_EXAMINE],
            "IDLE": [b"+ idling\r\n"],
            "UID SEARCH": [b"* SEARCH\r\n%t OK done\r\n"],
            "LOGOUT": [b"* BYE until next time\r\n%t OK done\r\n", CLOSE],
            **(scripts or {}),
        }
        self.greeting = greeting
        self.commands: list[str] = []
        self._once: dict[str, deque[Script]] = defaultdict(deque)
        self._connections: list[socket.socket] = []
        self._server = _Server((LOOPBACK, 0), self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="scripted", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def then(self, command: str, *script: bytes | Step) -> None:
        """Answer the next `command` like this, once; several are used one after the other."""
        self._once[command].append(script)

    def push(self, data: bytes) -> None:
        """Send something on the newest connection."""
        self._connections[-1].sendall(data)

    def await_command(self, command: str, count: int = 1) -> None:
        """Until the client has said this so many times."""
        until(lambda: self.commands.count(command) >= count, f"{command} from the client")

    def converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.append(connection)
        connection.sendall(self.greeting)
        tag = b""
        for line in connection.makefile("rb"):
            words = line.split()
            if words == [b"DONE"]:
                command = "DONE"
            elif len(words) < 2:
                connection.sendall(self.continued(line.rstrip(b"\r\n"), tag))
                continue
            else:
                tag, command = words[0], words[1].decode().upper()
                if command == "UID":
                    command = f"UID {words[2].decode().upper()}"
            self.commands.append(command)
            if not self._play(connection, command, tag):
                return

    def continued(self, line: bytes, tag: bytes) -> bytes:
        """What to say to a line that is no command: the answer to a challenge."""
        return tag + b" BAD that is no command\r\n"

    def _play(self, connection: socket.socket, command: str, tag: bytes) -> bool:
        queued = self._once[command]
        script = queued.popleft() if queued else self.scripts.get(command, [b"%t OK done\r\n"])
        for step in script:
            if step is CLOSE:
                connection.shutdown(socket.SHUT_RDWR)
                return False
            if isinstance(step, bytes):
                connection.sendall(step.replace(b"%t", tag))
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], scripted: ScriptedImap) -> None:
        self.scripted = scripted
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that vanish are what the tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.server.scripted.converse(self.request)
