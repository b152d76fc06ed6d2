"""The reference of everything that a plugin meets, written from the source that it meets.

`python -m whiteglove.cli.plugin_reference` prints it; with `plugins/README.md` as argument it brings that page up to
date, between its two markers. What stands in the page's tables of events and actions is not said again.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, EnumType, IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, ForwardRef

import whiteglove
from whiteglove import actions, clients, events, hookspecs, ledger, message, owner_words, sections, testing, worktime
from whiteglove.actions import Action
from whiteglove.events import Event

_SHARED = (
    "classify.price_requests",
    "commitments",
    "composure",
    "disclosure",
    "dossier",
    "free_time",
    "frequency",
    "habits",
    "interruptions",
    "scopes",
)
_TYPES = {
    "Actions": "what an `on_…` hook returns: any number of `Action`s, or None.",
    "Verdict": "what `review` returns: `Approve`, `Hold` or `Drop`.",
    "Event": "what every event is; `review` is given any of them.",
    "Json": "what can be remembered: texts, numbers, truth values, None, and lists and objects of these.",
    "Duration": 'a `timedelta` among the settings, written as "2h", "30m" or "7d".',
    "TimeOfDay": 'a `time` among the settings, written as "08:00".',
    "Weekday": 'a weekday among the settings, from 0, Monday, written as "Mon".',
    "hookimpl": "marks a function as a hook.",
}
BEGINS = "<!-- Written by `make example` from the source; what is changed by hand here is lost. -->\n"
ENDS = "<!-- The end of what is written from the source. -->\n"
WIDTH = 118

_READ = (
    hookspecs.Context,
    ledger.Ledger,
    hookspecs.Memory,
    owner_words.Words,
    worktime.WorkingTime,
    hookspecs.Logger,
)
_RETURNED = (hookspecs.PluginInfo, hookspecs.Schedule, message.Guess, actions.Approve, actions.Hold, actions.Drop)
_RESULTS = (
    testing.Written,
    testing.SentMail,
    testing.Warned,
    testing.Posted,
    testing.Notified,
    testing.Flagged,
    testing.Moved,
    testing.Request,
)
_NO_WORDS_OF_ITS_OWN = "Enum where members are also"
"""Python's own words on an enumeration to which nobody gave a docstring."""
_BOOK = ("Book", "Client", "Person", "Project", "Occasion", "Rule", "Owner", "Colleague", "Recognised")
_BOOK_VALUES = ("ReportSlot", "WorkBlock", "WorkingHours", "Limit", "Money", "DateRange")


def reference() -> str:
    """Markdown, from marker to marker."""
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(_lines()))
    return f"{BEGINS}{text}\n\n{ENDS}"


def _lines() -> Iterator[str]:
    yield from _heading("Every field", "`name: type`, and behind `=` what stands there if nothing is given.")
    for name, text in _TYPES.items():
        yield from _bullet(name, text)
    yield from _heading("Fields of events", "Each has `id: int` and `at: datetime` (UTC) besides.", level=3)
    for kind in _concrete(events, Event):
        yield from _bullet(_made(kind, but=Event), _rest(kind))
    yield from _heading("Fields of actions", "Each has `reason: str` besides, which must be given.", level=3)
    for kind in _concrete(actions, Action):
        yield from _bullet(_made(kind, but=Action), _rest(kind))
    yield from _heading("What other hooks return", "", level=3)
    for kind in _RETURNED:
        yield from _bullet(_made(kind), _said(kind))
    yield from _heading("What a hook reads", "`ctx` is the context; everything else is a part of it.", level=3)
    for kind in _READ:
        made = _made(kind) if dataclasses.is_dataclass(kind) else kind.__name__
        yield from _bullet(made, _said(kind))
        yield from _methods(kind)
    yield from _heading("What the ledger and messages hold", "", level=3)
    yield from _values(message, ("RecordedMessage", "Address", "Verdicts", "Classification"))
    yield from _values(ledger, _dataclasses(ledger))
    yield from _heading("What the client book holds", "As the clients' files say it (`config/README.md`).", level=3)
    yield from _values(clients, (*_BOOK, *_BOOK_VALUES))
    yield from _heading("What the summary is made of", "", level=3)
    yield from _values(sections, ("Day", "Section", "Item", "Trace"))
    yield from _heading("Words with few values", "Each is a text, or a number, and compares as one.", level=3)
    for module in (message, ledger, clients, sections):
        for kind in _enums(module):
            yield from _bullet(f"{kind.__name__}: {_members(kind)}", _said(kind))
    yield from _heading("Everything on the bench", "", level=3)
    yield from _bench()
    yield from _heading("What built-in plugins share", "It is there for anybody, and not part of the version.", level=3)
    yield from _shared()


def _shared() -> Iterator[str]:
    """Names of the root that nothing above holds, so that each of them is on the page."""
    for name in whiteglove.__all__:
        thing, module = getattr(whiteglove, name), whiteglove._MODULE_OF[name]
        if module in _SHARED and inspect.isfunction(thing):
            yield from _bullet(f"{name}{_signature(thing)}", _said(thing))
        elif module in _SHARED and isinstance(thing, type):
            yield from _bullet(_made(thing), _said(thing))
        elif module in _SHARED:
            yield from _bullet(name, "")


def _bench() -> Iterator[str]:
    yield from _bullet(f"bench{_signature(testing.bench)}", _said(testing.bench))
    yield "\n  Its arguments, beside the plugin's own settings:\n"
    for name, text in _arguments(testing.Bench):
        yield from _bullet(name, text, indent="  ")
    yield "\n  What can happen:\n"
    yield from _methods(testing.Bench, but=testing.Record)
    yield "\n  What can be looked at:\n"
    yield from _methods(testing.Record)
    for kind in _RESULTS:
        yield from _bullet(_made(kind), _said(kind))
    yield from _bullet(testing.PluginFailedError.__name__, _said(testing.PluginFailedError))


def _heading(title: str, text: str, *, level: int = 2) -> Iterator[str]:
    yield f"\n{'#' * level} {title}\n"
    if text:
        yield f"{text}\n"


def _bullet(code: str, text: str, *, indent: str = "") -> Iterator[str]:
    """One item of a list; a signature may be broken between its words, as Markdown allows within code."""
    words = f"`{code}`" + (f": {text}" if text else "")
    yield textwrap.fill(
        words,
        WIDTH,
        initial_indent=f"{indent}- ",
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _concrete(module: types.ModuleType, base: type) -> list[type]:
    """What is ever made: classes of this module that no other one there is derived from, in the order of the source."""
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, base)]
    return [kind for kind in found if not any(other is not kind and issubclass(other, kind) for other in found)]


def _dataclasses(module: types.ModuleType) -> list[str]:
    own = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__]
    return [kind.__name__ for kind in own if dataclasses.is_dataclass(kind)]


def _enums(module: types.ModuleType) -> list[EnumType]:
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, EnumType) and kind.__module__ == module.__name__ and len(kind)
    ]


def _members(kind: EnumType) -> str:
    if issubclass(kind, IntEnum):
        return ", ".join(f"{member.name} = {member.value}" for member in kind)
    return ", ".join(f'{member.name} = "{member.value}"' for member in kind)  # type: ignore[attr-defined]


def _values(module: types.ModuleType, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        kind = getattr(module, name)
        yield from _bullet(_made(kind), _said(kind))
        yield from _methods(kind)


def _made(kind: type, but: type | None = None) -> str:
    """A class with its fields as they are given to it; those of the base `but` are left out."""
    if not dataclasses.is_dataclass(kind):
        fields = [f"{name}: {_type(annotation)}" for name, annotation in kind.__annotations__.items()]
        return f"{kind.__name__}({', '.join(fields)})"
    known = (
        {field.name for field in dataclasses.fields(but)} if but is not None and dataclasses.is_dataclass(but) else ()
    )
    shown = [field for field in dataclasses.fields(kind) if field.name not in known and not field.name.startswith("_")]
    return f"{kind.__name__}({', '.join(map(_field, shown))})"


def _field(field: dataclasses.Field[Any]) -> str:
    said = f"{field.name}: {_type(field.type)}"
    if field.default is not dataclasses.MISSING:
        return f"{said} = {_default(field.default)}"
    if field.default_factory is not dataclasses.MISSING:
        return f"{said} = {_default(field.default_factory())}"
    return said


def _methods(kind: type, but: type | None = None) -> Iterator[str]:
    """What can be called or looked at, without what a base has already and what everything in Python has."""
    inherited = set(dir(but)) if but is not None else set()
    for name, member in vars(kind).items():
        if name in inherited or (name.startswith("_") and name != "__call__") or isinstance(member, cached_property):
            continue
        if isinstance(member, property):
            given = _type(inspect.signature(member.fget).return_annotation) if member.fget else ""
            yield from _bullet(f"{name}: {given}", _said(member), indent="  ")
        elif inspect.isfunction(member):
            called = f"ctx.{kind.__name__.casefold()}" if name == "__call__" else name
            yield from _bullet(f"{called}{_signature(member)}", _said(member), indent="  ")


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    parts: list[str] = []
    for name, parameter in signature.parameters.items():
        if name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        star = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {_default(parameter.default)}"
        parts.append(f"{star}{name}: {_type(parameter.annotation)}{default}")
    return f"({', '.join(parts)}) -> {_type(signature.return_annotation)}"


def _type(annotation: object) -> str:
    """A type as the source writes it; `sections` has a name of its own for `date`."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return text.replace("_Date", "date")


def _default(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type):
        return value.__name__
    return f'"{value}"' if isinstance(value, str) else repr(value).replace("datetime.", "")


def _paragraphs(thing: object) -> list[str]:
    documented = inspect.getdoc(thing) or ""
    if isinstance(thing, type) and documented.startswith(f"{thing.__name__}("):
        # What a dataclass says of itself where nobody else did.
        return []
    if documented.startswith(_NO_WORDS_OF_ITS_OWN):
        return []
    return [" ".join(part.split()) for part in documented.split("\n\n") if not part.startswith("Args:")]


def _said(thing: object) -> str:
    return " ".join(_paragraphs(thing))


def _rest(thing: object) -> str:
    """What follows the first paragraph, which stands in the table."""
    return " ".join(_paragraphs(thing)[1:])


def _arguments(kind: type) -> Iterator[tuple[str, str]]:
    """The arguments that a class's docstring lists under `Args:`."""
    _, _, listed = (inspect.getdoc(kind) or "").partition("Args:\n")
    for name, text in re.findall(r"^    (\w+): (.*(?:\n        .*)*)", listed, re.MULTILINE):
        yield name, " ".join(text.split())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the reference, or write it into the page that is named."""
    pages = sys.argv[1:] if arguments is None else arguments
    if not pages:
        print(reference(), end="")
    for page in map(Path, pages):
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGINS)
        _, _, after = rest.partition(ENDS)
        page.write_text(before + reference() + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
