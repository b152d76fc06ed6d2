"""A command at a terminal of its own, and somebody who types there."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import sys
import time


class Terminal:
    """The command at a terminal of its own; what is typed is seen there, as far as the terminal shows it."""

    def __init__(self, *arguments: str, **environ: str) -> None:
        self._arguments = arguments
        self._environ = {**os.environ, **environ}
        self._shown = self._seen = ""

    def __enter__(self) -> Terminal:
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            # Whoever runs the tests in the background may have had interrupts ignored, which children inherit.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(sys.executable, [sys.executable, "-m", "whiteglove", *self._arguments], self._environ)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)
        with contextlib.suppress(ChildProcessError, ProcessLookupError):
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)

    def answers(self, question: str, text: str, end: str = "\n") -> None:
        """Wait for a question, and type."""
        self.shows(question)
        os.write(self._fd, f"{text}{end}".encode())

    def ends(self, code: int) -> str:
        """Wait for the end; all that was shown."""
        with contextlib.suppress(OSError):
            while data := os.read(self._fd, 65536):
                self._shown += data.decode()
        _, status = os.waitpid(self._pid, 0)
        assert os.waitstatus_to_exitcode(status) == code, self._shown
        return self._shown

    def shows(self, words: str) -> None:
        """Wait until this is shown."""
        deadline = time.monotonic() + 60
        while words not in self._shown[len(self._seen) :]:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{words} was not asked; shown was:\n{self._shown}"
            try:
                self._shown += os.read(self._fd, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"it ended before {words} was asked:\n{self._shown}") from None
        at = self._shown.index(words, len(self._seen)) + len(words)
        self._seen = self._shown[:at]
