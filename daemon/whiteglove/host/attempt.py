"""One call of one hook: within its deadline, with its result looked at, and with every fault put into words.

The words are for the log and for the owner, so they show no variable and nothing a client wrote: an exception may
quote the message that it stumbled over, and no text of a message may reach the log.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteglove.events import MessageReceived
from whiteglove.host.hookthread import HookThread, OverrunError
from whiteglove.host.implementations import Implementation
from whiteglove.host.results import NonsenseError, checked

OVERRUN_WEIGHT = 2
"""A call that takes too long costs everybody its whole budget, so it counts as two failures."""

LONGEST_MESSAGE = 200
_MOST_FRAMES = 4
_HERE = Path(__file__).parent
_WORD = re.compile(r"\w{3,}")
_WRITTEN_ESCAPE = re.compile(r"\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4})")


class HookFailedError(Exception):
    """The call failed; the text says how, and `weight` how much it counts."""

    def __init__(self, text: str, weight: int = 1) -> None:
        super().__init__(text)
        self.weight = weight


@dataclass(frozen=True, slots=True)
class _Fault:
    """What went wrong, carried back from the thread without the exception, whose frames hold on to the message."""

    text: str


def attempt(
    thread: HookThread,
    budget: float,
    hook: str,
    implementation: Implementation,
    arguments: Mapping[str, Any],
    on_raised: Callable[[BaseException], None] | None = None,
) -> Any:
    """The checked result of this hook. Raises HookFailedError, whatever the plugin raised, and nothing else.

    `on_raised` is given the exception itself, on the thread of the hooks: for the bench, whose mail is invented.
    """
    given = [arguments[name] for name in implementation.arguments]
    private = _private(arguments)

    def work() -> Any:
        try:
            return checked(hook, implementation.function(*given))
        except NonsenseError as error:
            return _Fault(_without(private, str(error)))
        except BaseException as error:  # noqa: BLE001 (a plugin's sys.exit() must end the call, not the daemon)
            if on_raised is not None:
                on_raised(error)
            return _Fault(_raised(error, private))

    try:
        result = thread.run(work, budget)
    except OverrunError as error:
        text = f"took longer than {budget:g} s{_places(error.stack)}"
        raise HookFailedError(f"the hook {hook} {text}", OVERRUN_WEIGHT) from None
    if isinstance(result, _Fault):
        raise HookFailedError(f"the hook {hook} {result.text}")
    return result


def _raised(error: BaseException, private: str) -> str:
    # TracebackException copes with exceptions that cannot even be turned into text.
    summary = traceback.TracebackException.from_exception(error, lookup_lines=False, capture_locals=False)
    message = _without(private, " ".join(str(summary).split()))
    shown = message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"
    return f"raised {type(error).__name__}{f': {shown}' if shown else ''}{_places(summary.stack)}"


def _places(stack: traceback.StackSummary) -> str:
    """The plugin's own frames, the innermost first: ` (reports.py:31 in _time, reports.py:12 in on_message)`."""
    frames = list(stack)
    ours = [number for number, frame in enumerate(frames) if Path(frame.filename).parent == _HERE]
    theirs = frames[ours[-1] + 1 :] if ours else frames
    shown = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in reversed(theirs)]
    return f" ({', '.join(shown[:_MOST_FRAMES])})" if shown else ""


def _private(arguments: Mapping[str, Any]) -> str:
    """The words of the client that the hook was given."""
    event, text = arguments.get("event"), arguments.get("text")
    written = (event.text if isinstance(event, MessageReceived) else None, text if isinstance(text, str) else None)
    return " ".join(words for words in written if words)


def _without(private: str, message: str) -> str:
    """The message without any word that the client wrote as well."""
    if not private:
        return message
    words = set(_WORD.findall(private.casefold()))
    readable = _WRITTEN_ESCAPE.sub(" ", message)
    return _WORD.sub(lambda found: "…" if found[0].casefold() in words else found[0], readable)
