"""What a hook may return, looked at in depth before anybody relies on it.

All of it runs on the thread of the hooks, within the deadline: a result may be a generator that runs the plugin's own
code, or that never ends. What passes is copied, so that a plugin holds nothing that the daemon goes on to use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from whiteglove import codec
from whiteglove.actions import URGENCIES, Action, Approve, Drop, Hold, Reply, Verdict, Warn
from whiteglove.hookspecs import PluginInfo, PluginSettings, Schedule
from whiteglove.message import Guess
from whiteglove.sections import Section

MOST = 1000
"""Actions, guesses or schedules that one call may return."""

LARGEST_ACTION = 64 * 1024
"""In characters of its stored form. Texts are in templates and files, so an action is small."""

LARGEST_SECTION = 64 * 1024
LONGEST_CUE = 80
SHORTEST_INTERVAL = timedelta(minutes=1)


class NonsenseError(Exception):
    """A hook returned something it may not return; the text goes on from "the hook …" and shows no value."""


def checked(hook: str, result: Any) -> Any:
    """The result of a hook, copied and complete. Raises `NonsenseError`, or whatever the plugin's own code raises.

    The `on_…` hooks give a tuple of actions, `schedules` and `classify` a tuple, `review` a verdict or None,
    `summarise` a section or None, `describe` its `PluginInfo`. None stands for an empty tuple.
    """
    check: Callable[[Any], Any] = _CHECKS.get(hook, _actions)
    return check(result)


def nothing(hook: str) -> Any:
    """What a plugin has to say that does not implement the hook."""
    return None if hook in ("review", "summarise") else ()


def _actions(result: Any) -> tuple[Action, ...]:
    return tuple(_action(item) for item in _several(result, "actions"))


def _action(item: object) -> Action:
    if not isinstance(item, Action):
        raise NonsenseError(f"returned {_named(item)} among its actions")
    text = _understood(codec.encode_action, item)
    if len(text) > LARGEST_ACTION:
        raise NonsenseError(f"returned {_named(item)} of {len(text)} characters; {LARGEST_ACTION} are allowed")
    if not item.reason.strip():
        raise NonsenseError(f"returned {_named(item)} without a reason")
    if isinstance(item, Warn) and item.urgency not in URGENCIES:
        raise NonsenseError(f"returned a Warn whose urgency is none of {', '.join(URGENCIES)}")
    if isinstance(item, Reply) and item.delay < timedelta(0):
        raise NonsenseError("returned a Reply with a negative delay")
    return codec.decode_action(text)


def _verdict(result: Any) -> Verdict | None:
    if result is None:
        return None
    if not isinstance(result, Approve | Hold | Drop):
        raise NonsenseError(f"returned {_named(result)}; right would be Approve, Hold, Drop or None")
    return codec.decode_verdict(_understood(codec.encode_verdict, result))


def _section(result: Any) -> Section | None:
    if result is None:
        return None
    if type(result) is not Section:
        raise NonsenseError(f"returned {_named(result)}; right would be a Section or None")
    written = _understood(codec.to_json, result)
    if len(codec.encode_json(written)) > LARGEST_SECTION:
        raise NonsenseError(f"returned a Section of more than {LARGEST_SECTION} characters")
    if not result.title.strip():
        raise NonsenseError("returned a Section without a title")
    return codec.from_json(Section, written)


def _guesses(result: Any) -> tuple[Guess, ...]:
    return tuple(_guess(item) for item in _several(result, "guesses"))


def _guess(item: object) -> Guess:
    if type(item) is not Guess:
        raise NonsenseError(f"returned {_named(item)} among its guesses")
    _understood(codec.to_json, item)
    if not 0 <= item.confidence <= 1:
        raise NonsenseError("returned a Guess whose confidence is not from 0 to 1")
    return replace(item, cue=item.cue[:LONGEST_CUE])


def _schedules(result: Any) -> tuple[Schedule, ...]:
    found = tuple(_schedule(item) for item in _several(result, "schedules"))
    if len({schedule.name for schedule in found}) < len(found):
        raise NonsenseError("returned two schedules of the same name")
    return found


def _schedule(item: object) -> Schedule:
    if type(item) is not Schedule:
        raise NonsenseError(f"returned {_named(item)} among its schedules")
    _understood(codec.to_json, item)
    if (item.at is None) == (item.every is None):
        raise NonsenseError("returned a Schedule that has not exactly one of at and every")
    if not item.weekdays or not item.weekdays <= frozenset(range(7)):
        raise NonsenseError("returned a Schedule whose weekdays are not from 0, Monday, to 6")
    if item.every is not None and item.every < SHORTEST_INTERVAL:
        raise NonsenseError("returned a Schedule that comes more than once a minute")
    return item


def _info(result: Any) -> PluginInfo:
    if not isinstance(result, PluginInfo):
        raise NonsenseError(f"returned {_named(result)}; right would be a PluginInfo")
    if not isinstance(result.summary, str) or not result.summary.strip():
        raise NonsenseError("returned a PluginInfo without a summary")
    if not isinstance(result.settings, type) or not issubclass(result.settings, PluginSettings):
        raise NonsenseError("returned a PluginInfo whose settings are not a class derived from PluginSettings")
    if not isinstance(result.requires, str):
        raise NonsenseError("returned a PluginInfo whose requires is not a text")
    return result


def _several(result: Any, what: str) -> tuple[object, ...]:
    if result is None:
        return ()
    if isinstance(result, Action | Guess | Schedule):
        raise NonsenseError(f"returned {_named(result)} by itself; put it into a list")
    if isinstance(result, str | bytes | Mapping) or not isinstance(result, Iterable):
        raise NonsenseError(f"returned {_named(result)}; right would be a list of {what}")
    items = tuple(islice(result, MOST + 1))
    if len(items) > MOST:
        raise NonsenseError(f"returned more than {MOST} {what}")
    return items


def _understood(write: Callable[[Any], Any], item: object) -> Any:
    try:
        return write(item)
    except ValueError as error:
        raise NonsenseError(f"returned {_named(item)} that cannot be used: {error}") from None


def _named(value: object) -> str:
    name = type(value).__name__
    return f"an {name}" if name[:1] in "AEIOUaeiou" else f"a {name}"


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "describe": _info,
    "schedules": _schedules,
    "classify": _guesses,
    "review": _verdict,
    "summarise": _section,
}
