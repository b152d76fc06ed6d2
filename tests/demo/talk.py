"""A client that says what it is told to, and hides nothing of the answers."""

from __future__ import annotations

import socket

USER, PASSWORD = "robin@vale.example", "umbrella-in-case"


class Talk:
    """One connection; `line` is what the server said first."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        self.greeting = self.line()

    def line(self) -> str:
        """The next line without its end; "" at the end of the stream."""
        return self.file.readline().decode().rstrip("\r\n")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def say(self, command: str) -> list[str]:
        """Say an IMAP command under the tag `a`; the lines of its answer, that with the tag last and without it."""
        self.send(f"a {command}\r\n".encode())
        return self.answer()

    def answer(self) -> list[str]:
        lines: list[str] = []
        while True:
            line = self.file.readline().decode()
            assert line, f"the server ended the connection after {lines}"
            lines.append(line.removeprefix("a ").rstrip("\r\n"))
            if line.startswith("a "):
                return lines

    def close(self) -> None:
        self.file.close()
        self.socket.close()
