"""Asking on a thread of its own. Who asks gets a slip at once and looks at it later; nobody ever waits for a model."""

from __future__ import annotations

import secrets
import threading
import time
from queue import Full, Queue

from whiteglove.llm.asking import AnswerRefusedError, believed, question
from whiteglove.llm.endpoint import Endpoint, EndpointError, complete
from whiteglove.log import get
from whiteglove.message import Guess

MOST_WAITING = 20
"""Questions that wait for the model; with a deadline of seconds it would not come to a later one in time."""


class Slip:
    """One question; fills `ports.Advice`. What is not there at the deadline never will be."""

    def __init__(self, subject: str, text: str, until: float) -> None:
        self.subject = subject
        self.text = text
        self.until = until
        self.guess: Guess | None = None
        self._done = threading.Event()

    @property
    def is_over(self) -> bool:
        return self._done.is_set() or time.monotonic() >= self.until

    def close(self, guess: Guess | None) -> None:
        """Write down the answer, unless it is late."""
        if time.monotonic() < self.until:
            self.guess = guess
        self._done.set()


class LlmAdviser:
    """Fills `ports.Adviser` with a language model. The thread begins with the first question."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._questions: Queue[Slip | None] = Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._fault = ""

    def ask(self, subject: str, text: str) -> Slip | None:
        """Put a question; None where too many wait already. For one thread."""
        slip = Slip(subject, text, time.monotonic() + self._endpoint.deadline)
        try:
            self._questions.put_nowait(slip)
        except Full:
            self._tell("busy")
            return None
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="llm", daemon=True)
            self._thread.start()
        return slip

    def close(self) -> None:
        """Let the thread end; what is being asked is thrown away, and so is what waits."""
        while not self._questions.empty():
            self._questions.get_nowait()
        self._questions.put(None)

    def _work(self) -> None:
        while (slip := self._questions.get()) is not None:
            guess = None
            try:
                guess = self._guess(slip)
                self._fault = ""
            except (EndpointError, AnswerRefusedError) as error:
                self._tell(error.code)
            except Exception as error:  # noqa: BLE001 - Whatever an endpoint does, the next question is asked.
                self._tell(type(error).__name__)
            slip.close(guess)

    def _guess(self, slip: Slip) -> Guess | None:
        seconds = slip.until - time.monotonic()
        if seconds <= 0:
            raise EndpointError("late")
        messages = question(slip.subject, slip.text, secrets.token_hex(8))
        return believed(complete(self._endpoint, messages, seconds), slip.subject, slip.text)

    def _tell(self, fault: str) -> None:
        """Once for as long as it lasts. A code alone: what the model said may repeat the mail."""
        if fault != self._fault:
            self._fault = fault
            get("llm").warning("the language model has no vote", reason=fault)
