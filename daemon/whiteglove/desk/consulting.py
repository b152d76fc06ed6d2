"""Asking an adviser about mails that the classifier abstained on, without ever making the desk wait.

The event steps aside until the answer is there or too late, and the others go on. What was found out about the message
so far is kept meanwhile, in memory only: after a restart everything is asked again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from whiteglove.classify import classify
from whiteglove.desk.understanding import Understood
from whiteglove.message import RecordedMessage
from whiteglove.ports import Advice, Adviser
from whiteglove.settings import Settings

LOOK_AGAIN = timedelta(milliseconds=250)
"""How long an event steps aside at a time."""
MOST_ASIDE = 50


class StillAskedError(Exception):
    """The adviser has not answered yet: the event is to be taken up again in a moment."""


class Consultation:
    """Messages that somebody else is asked about. Used by the desk's thread."""

    def __init__(self, settings: Settings, adviser: Adviser | None) -> None:
        self._settings = settings
        self._adviser = adviser
        self._aside: dict[int, tuple[Understood, Advice]] = {}

    @property
    def is_possible(self) -> bool:
        """Whether there is an adviser at all."""
        return self._adviser is not None

    def resume(self, message: RecordedMessage) -> Understood | None:
        """What is known of a message that stepped aside; None for one that did not.

        Raises:
            StillAskedError: the adviser is still being asked.
        """
        if message.row not in self._aside:
            return None
        found, advice = self._aside[message.row]
        if not advice.is_over:
            raise StillAskedError
        del self._aside[message.row]
        return self._advised(message, found, advice)

    def consult(self, message: RecordedMessage, found: Understood) -> Understood:
        """Ask about a live message that the classifier abstained on; any other is returned as it is.

        Raises:
            StillAskedError: the adviser was asked.
        """
        unsure = found.classification is not None and found.classification.abstained and message.verdicts.human
        if self._adviser is None or not unsure or message.history or not found.text or not self._has_room():
            return found
        advice = self._adviser.ask(message.subject, found.text)
        if advice is None:
            return found
        self._aside[message.row] = (found, advice)
        raise StillAskedError

    def _has_room(self) -> bool:
        """An event that went away, since its client was forgotten, does not come back for its message."""
        if len(self._aside) >= MOST_ASIDE:
            self._aside = {row: aside for row, aside in self._aside.items() if not aside[1].is_over}
        return len(self._aside) < MOST_ASIDE

    def _advised(self, message: RecordedMessage, found: Understood, advice: Advice) -> Understood:
        """One vote more. It never makes the daemon surer than the vote itself is."""
        guess, before = advice.guess, found.classification
        if guess is None or before is None:
            return found
        again = classify(message.subject, found.text, self._settings.lexicon, [guess])
        if again.abstained:
            return found
        confidence, urgency = min(again.confidence, guess.confidence), max(again.urgency, before.urgency)
        return replace(found, classification=replace(again, confidence=confidence, urgency=urgency))
