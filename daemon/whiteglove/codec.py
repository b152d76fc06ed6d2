"""Actions, verdicts and other values as JSON text, and back again, for the rows of the store.

The text is `{"v": 1, "type": "Reply", "fields": {…}}`. What a field may hold is read from the dataclass itself, so that
a new action needs no code here. Writing is as strict as reading: a value that is not of its field's type is refused
before it reaches a row, which is why the host also uses this file to look at what a plugin returned.

Instants are written in UTC (RFC 3339, microseconds), lengths of time as whole microseconds, enumerations by value.
Mappings are written with their keys in order, so that equal actions of equal types have equal text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from whiteglove import actions
from whiteglove.actions import Action, Approve, Drop, Hold, Json, Verdict

VERSION = 1
DEEPEST = 32  # Levels of lists and mappings in one JSON value; deeper ones come from a loop, not from an author.
MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the values of one type are written as JSON and read again; both raise ValueError for anything else."""

    dump: Callable[[Any], Json]
    load: Callable[[Any], Any]


def encode_action(action: Action) -> str:
    """The action as text. ValueError names the field that holds something else than its type allows."""
    return _encode(action, _actions())


def decode_action(text: str) -> Action:
    """The action that `encode_action` wrote. ValueError for an unknown type, version or field, or a value amiss.

    A field that is missing takes its default, so that rows from before the field existed can still be read.
    """
    found: Action = _decode(text, _actions())
    return found


def encode_verdict(verdict: Verdict) -> str:
    """A verdict of `review` as text, under the same rules as an action."""
    return _encode(verdict, _VERDICTS)


def decode_verdict(text: str) -> Verdict:
    """The verdict that `encode_verdict` wrote; ValueError as for `decode_action`."""
    found: Verdict = _decode(text, _VERDICTS)
    return found


def encode_json(value: Json) -> str:
    """A JSON value as compact text, its keys in order. ValueError for anything else, NaN too (RFC 8259 section 6)."""
    return _write(_json(value))


def decode_json(text: str) -> Json:
    """The value that `encode_json` wrote. ValueError if the text is not JSON."""
    return _json(_read(text))


def to_json(value: object) -> Json:
    """Any dataclass instance as a JSON object, a member a field. ValueError names the field that is not of its type."""
    return _record(type(value)).dump(value)


def from_json(kind: type[T], raw: Json) -> T:
    """The instance that `to_json` wrote; ValueError as for `decode_action`."""
    found: T = _record(kind).load(raw)
    return found


_VERDICTS: Mapping[str, type] = {kind.__name__: kind for kind in (Approve, Hold, Drop)}


@cache
def _actions() -> Mapping[str, type]:
    """Every action by name. The base class is left out: it says why, but not what is to be done."""
    found = (kind for kind in vars(actions).values() if isinstance(kind, type) and issubclass(kind, Action))
    return {kind.__name__: kind for kind in found if kind is not Action}


def _encode(value: object, known: Mapping[str, type]) -> str:
    kind = type(value)
    if known.get(kind.__name__) is not kind:
        raise ValueError(f"{kind.__name__} is not one of {', '.join(sorted(known))}")
    return _write({"v": VERSION, "type": kind.__name__, "fields": _record(kind).dump(value)})


def _decode(text: str, known: Mapping[str, type]) -> Any:
    outer = _read(text)
    if not isinstance(outer, dict) or outer.keys() != {"v", "type", "fields"}:
        raise ValueError("an object with the keys v, type and fields is expected")
    if type(outer["v"]) is not int or outer["v"] != VERSION:
        raise ValueError(f"version {outer['v']!r} is unknown; this is version {VERSION}")
    if not isinstance(outer["type"], str) or outer["type"] not in known:
        raise ValueError(f"type {outer['type']!r} is unknown; known are {', '.join(sorted(known))}")
    return _record(known[outer["type"]]).load(outer["fields"])


def _write(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _record(kind: Any) -> _Shape:
    """The shape of a dataclass: an object with one member for each field. ValueError for any other class."""
    if not hasattr(kind, "__dataclass_fields__"):
        raise ValueError(f"{kind.__name__} is no dataclass")
    return _built(kind)


@cache
def _built(kind: Any) -> _Shape:
    hints = get_type_hints(kind)
    shapes = {field.name: _shape(hints[field.name]) for field in fields(kind)}
    required = {field.name for field in fields(kind) if not _has_default(field)}

    def dump(value: object) -> Json:
        if type(value) is not kind:
            raise _wrong(kind.__name__, value)
        return {name: _within(kind, name, shape.dump, getattr(value, name)) for name, shape in shapes.items()}

    def load(raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise _wrong("an object", raw)
        if unknown := raw.keys() - shapes.keys():
            raise ValueError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
        if missing := required - raw.keys():
            raise ValueError(f"{kind.__name__} lacks its field {', '.join(sorted(missing))}")
        return kind(**{name: _within(kind, name, shapes[name].load, value) for name, value in raw.items()})

    return _Shape(dump, load)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _within(kind: Any, name: str, convert: Callable[[Any], T], value: Any) -> T:
    try:
        return convert(value)
    except ValueError as error:
        raise ValueError(f"{kind.__name__}.{name}: {error}") from None


def _shape(hint: Any) -> _Shape:
    """The shape of any type that a field of an action may have; TypeError, when first used, for one not known here."""
    if shape := _SCALARS.get(hint):
        return shape
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enumeration(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple and arguments[1:] == (...,):
        return _sequence(tuple, _shape(arguments[0]))
    if origin is frozenset:
        return _sequence(frozenset, _shape(arguments[0]))
    if origin is Mapping and arguments[0] is str:
        return _mapping(_shape(arguments[1]))
    raise TypeError(f"the codec does not know how to write {hint}")


def _union(members: tuple[Any, ...]) -> _Shape:
    """`Json`, or one type or None. No other union could be told apart when it is read again."""
    if {list, dict} <= {get_origin(member) for member in members}:
        return _Shape(_json, _json)
    others = [member for member in members if member is not NoneType]
    if len(others) != 1 or len(others) == len(members):
        raise TypeError(f"the codec cannot tell apart {members}")
    inner = _shape(others[0])
    return _Shape(
        lambda value: None if value is None else inner.dump(value),
        lambda raw: None if raw is None else inner.load(raw),
    )


def _enumeration(kind: type[Enum]) -> _Shape:
    def dump(value: Any) -> Json:
        if not isinstance(value, kind):
            raise _wrong(f"a {kind.__name__}", value)
        return _json(value.value)

    return _Shape(dump, kind)


def _sequence(kind: type[tuple[Any, ...]] | type[frozenset[Any]], inner: _Shape) -> _Shape:
    def dump(value: Any) -> Json:
        if not isinstance(value, kind):
            raise _wrong(f"a {kind.__name__}", value)
        written = [inner.dump(item) for item in value]
        return sorted(written, key=_write) if kind is frozenset else written

    def load(raw: Any) -> Any:
        if not isinstance(raw, list):
            raise _wrong("a list", raw)
        return kind(inner.load(item) for item in raw)

    return _Shape(dump, load)


def _mapping(inner: _Shape) -> _Shape:
    def dump(value: Any) -> Json:
        if not isinstance(value, Mapping):
            raise _wrong("a mapping", value)
        return {_text(key): inner.dump(item) for key, item in value.items()}

    def load(raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise _wrong("an object", raw)
        return {_text(key): inner.load(item) for key, item in raw.items()}

    return _Shape(dump, load)


def _json(value: Any, depth: int = 0) -> Json:
    """A copy of a JSON value made of nothing but plain Python types; ValueError for anything that is none."""
    if depth > DEEPEST:
        raise ValueError("it is nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return [_json(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_text(key): _json(item, depth + 1) for key, item in value.items()}
    raise _wrong("a JSON value", value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong("text", value)
    plain = str.__str__(value)
    # A lone surrogate can be neither stored nor mailed; it is refused while there is still somebody to name.
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half a surrogate pair") from None
    return plain


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong("true or false", value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong("a whole number", value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong("a number", value)
    if isinstance(value, int):
        return int(value)
    if not isfinite(value):
        raise ValueError("the number is not finite")
    return float(value)


def _dump_instant(value: Any) -> str:
    if not isinstance(value, datetime):
        raise _wrong("an instant", value)
    if value.utcoffset() is None:
        raise ValueError("the instant has no zone")
    try:
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise ValueError("the instant lies outside the calendar") from None


def _load_instant(raw: Any) -> datetime:
    return _canonical(datetime.fromisoformat(_text(raw)), raw, _dump_instant)


def _dump_date(value: Any) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong("a date", value)
    return value.isoformat()


def _load_date(raw: Any) -> date:
    return _canonical(date.fromisoformat(_text(raw)), raw, _dump_date)


def _dump_length(value: Any) -> int:
    if not isinstance(value, timedelta):
        raise _wrong("a timedelta", value)
    return value // MICROSECOND


def _load_length(raw: Any) -> timedelta:
    try:
        return _whole(raw) * MICROSECOND
    except OverflowError:
        raise ValueError("the length of time is too large") from None


def _dump_time(value: Any) -> str:
    if not isinstance(value, time):
        raise _wrong("a time of day", value)
    if value.tzinfo is not None:
        raise ValueError("the time of day must not carry a zone")
    return value.isoformat()


def _load_time(raw: Any) -> time:
    return _canonical(time.fromisoformat(_text(raw)), raw, _dump_time)


def _canonical(value: T, raw: Any, dump: Callable[[T], str]) -> T:
    """Python reads more spellings than it writes; only the written one is accepted back."""
    if dump(value) != raw:
        raise ValueError(f"{raw!r} is not how {type(value).__name__} is written here")
    return value


def _wrong(expected: str, value: object) -> ValueError:
    # The value itself is never shown: it may be a client's words, and the message may reach the log.
    return ValueError(f"{expected} is expected, not {type(value).__name__}")


_SCALARS: Mapping[Any, _Shape] = {
    str: _Shape(_text, _text),
    bool: _Shape(_truth, _truth),
    int: _Shape(_whole, _whole),
    float: _Shape(_number, _number),
    datetime: _Shape(_dump_instant, _load_instant),
    date: _Shape(_dump_date, _load_date),
    timedelta: _Shape(_dump_length, _load_length),
    time: _Shape(_dump_time, _load_time),
}
