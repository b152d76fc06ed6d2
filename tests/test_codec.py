"""The codec writes what it can read, reads what it wrote, and refuses everything else with a clear sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum, IntEnum
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove import actions, codec
from whiteglove.actions import Action, Approve, Drop, Forget, Hold, KeepPromise, Note, Remember, Reply, Warn
from whiteglove.ledger import IncidentKind, IncidentState, PromiseKind
from whiteglove.message import Guess, Kind

ACTIONS = [
    kind
    for kind in vars(actions).values()
    if isinstance(kind, type) and issubclass(kind, Action) and kind is not Action
]
VERDICTS = [Approve, Hold, Drop]

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ZONES = st.one_of(
    st.just(UTC), st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold, worked out apart from the codec."""
    plain: Mapping[Any, st.SearchStrategy[Any]] = {
        str: TEXT, bool: st.booleans(), datetime: INSTANTS, timedelta: st.timedeltas(),
        PromiseKind: st.sampled_from(PromiseKind), IncidentKind: st.sampled_from(IncidentKind),
        IncidentState: st.sampled_from(IncidentState), int: st.integers(), date: st.dates(),
    }  # fmt: skip
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(TEXT, JSON, max_size=4)
    members = get_args(hint)
    if list in {get_origin(member) for member in members}:
        return JSON
    assert len(members) == 2
    assert NoneType in members
    return st.none() | values_of(next(member for member in members if member is not NoneType))


def instances_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


@given(st.one_of([instances_of(kind) for kind in ACTIONS]))
def test_every_action_comes_back_as_it_was(action: Action) -> None:
    text = codec.encode_action(action)

    assert codec.decode_action(text) == action
    assert codec.encode_action(codec.decode_action(text)) == text
    text.encode("utf-8")


@given(st.one_of([instances_of(kind) for kind in VERDICTS]))
def test_every_verdict_comes_back_as_it_was(verdict: actions.Verdict) -> None:
    assert codec.decode_verdict(codec.encode_verdict(verdict)) == verdict


@given(JSON)
def test_every_json_value_comes_back_as_it_was(value: actions.Json) -> None:
    assert codec.decode_json(codec.encode_json(value)) == value


@given(st.text() | JSON.map(json.dumps))
def test_reading_refuses_strangers_with_value_error_only(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the words depend on the fault)
        codec.decode_action(text)


def test_the_text_is_what_the_documentation_shows() -> None:
    text = codec.encode_action(
        Warn(reason="promise_late", key="late-acme", text="Nothing went out.", once=timedelta(hours=2))
    )

    assert json.loads(text) == {
        "v": 1,
        "type": "Warn",
        "fields": {
            "reason": "promise_late", "key": "late-acme", "text": "Nothing went out.", "urgency": "now", "client": None,
            "once": 7_200_000_000, "reminds": None,
        },
    }  # fmt: skip


def test_instants_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    action = Remember(reason="seen", key="k", value=1, until=datetime(2026, 11, 24, 16, tzinfo=berlin))

    assert '"until":"2026-11-24T15:00:00.000000Z"' in codec.encode_action(action)


def test_equal_actions_have_equal_text_whatever_the_order_of_their_keys() -> None:
    one = Reply(reason="r", template="t", values={"a": 1, "b": {"x": 1, "y": 2}})
    other = Reply(reason="r", template="t", values={"b": {"y": 2, "x": 1}, "a": 1})

    assert codec.encode_action(one) == codec.encode_action(other)


def test_a_missing_field_takes_its_default_so_that_old_rows_can_be_read() -> None:
    text = json.dumps({"v": 1, "type": "Warn", "fields": {"reason": "r", "key": "k", "text": "t"}})

    assert codec.decode_action(text) == Warn(reason="r", key="k", text="t")


class Size(IntEnum):
    SMALL = 1


def test_what_is_almost_json_is_written_as_plain_json() -> None:
    action = Reply(reason="r", template="t", values=MappingProxyType({"kind": Kind.QUESTION, "size": Size.SMALL}))

    copy = codec.decode_action(codec.encode_action(action))

    assert isinstance(copy, Reply)
    assert {name: type(value) for name, value in copy.values.items()} == {"kind": str, "size": int}


END_OF_TIME = datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))
LOOP: list[Any] = []
LOOP.append(LOOP)


class OwnNote(Note):
    pass


# The same classes for a careless caller, whom no type checker holds back.
note: Any = Note
reply: Any = Reply
remember: Any = Remember
guess: Any = Guess


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (note(reason=3), "Note.reason: text is expected, not int"),
        (note(reason="\ud800"), "Note.reason: the text holds half a surrogate pair"),
        (reply(reason="r", template="t", tells="report"), "Reply.tells: a PromiseKind is expected, not str"),
        (reply(reason="r", template="t", delay=180), "Reply.delay: a timedelta is expected, not int"),
        (reply(reason="r", template="t", calendar=1), "Reply.calendar: true or false is expected, not int"),
        (reply(reason="r", template="t", values=[1]), "Reply.values: a mapping is expected, not list"),
        (reply(reason="r", template="t", values={1: 2}), "Reply.values: text is expected, not int"),
        (reply(reason="r", template="t", values={"a": (1,)}), "Reply.values: a JSON value is expected, not tuple"),
        (remember(reason="r", key="k", value={1, 2}), "Remember.value: a JSON value is expected, not set"),
        (remember(reason="r", key="k", value=float("nan")), "Remember.value: the number is not finite"),
        (remember(reason="r", key="k", value=LOOP), "Remember.value: it is nested too deeply"),
        (remember(reason="r", key="k", value=0, until=datetime(2026, 1, 1)), "the instant has no zone"),  # noqa: DTZ001
        (remember(reason="r", key="k", value=0, until=date(2026, 1, 1)), "an instant is expected, not date"),
        (remember(reason="r", key="k", value=0, until=END_OF_TIME), "the instant lies outside the calendar"),
        (Action(reason="r"), "Action is not one of CancelWake"),
        (OwnNote(reason="r"), "OwnNote is not one of CancelWake"),
        (Approve(), "Approve is not one of CancelWake"),
        ("Reply", "str is not one of CancelWake"),
    ],
)
def test_an_action_that_holds_nonsense_is_refused_by_field(action: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        codec.encode_action(action)


def test_a_refusal_never_shows_the_value() -> None:
    secret: Any = b"dear Robin, the catalogue is late again"

    with pytest.raises(ValueError, match="bytes") as caught:
        codec.encode_action(Forget(reason="r", key=secret))

    assert "catalogue" not in str(caught.value)


NOTE = {"v": 1, "type": "Note", "fields": {"reason": "r"}}


def stored(kind: str, **values: Any) -> dict[str, Any]:
    common: dict[str, dict[str, Any]] = {
        "Remember": {"key": "k", "value": 1},
        "Warn": {"key": "k", "text": "t"},
        "Reply": {"template": "t"},
    }
    return {"v": 1, "type": kind, "fields": {"reason": "r", **common.get(kind, {}), **values}}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([NOTE], "an object with the keys v, type and fields is expected"),
        ({**NOTE, "more": 1}, "an object with the keys v, type and fields is expected"),
        ({**NOTE, "v": 2}, "version 2 is unknown; this is version 1"),
        ({**NOTE, "v": True}, "version True is unknown; this is version 1"),
        ({**NOTE, "type": "Nothing"}, "type 'Nothing' is unknown; known are .*KeepPromise"),
        ({**NOTE, "type": "Approve"}, "type 'Approve' is unknown"),
        ({**NOTE, "type": ["Note"]}, "type .* is unknown"),
        ({**NOTE, "fields": []}, "an object is expected, not list"),
        ({**NOTE, "fields": {}}, "Note lacks its field reason"),
        (stored("Note", mood=1), "Note has no field mood"),
        (stored("Note", reason=None), "Note.reason: text is expected, not NoneType"),
        (stored("Remember", until="2026-11-24T16:00:00.000000"), "Remember.until: the instant has no zone"),
        (stored("Remember", until="2026-11-24T16:00:00Z"), "Remember.until: .* is not how datetime is written"),
        (stored("Remember", until="soon"), "Remember.until: "),
        (stored("Warn", once=10**30), "Warn.once: the length of time is too large"),
        (stored("Reply", tells="lunch"), "Reply.tells: 'lunch' is not a valid PromiseKind"),
    ],
)
def test_a_stored_text_that_is_not_understood_is_refused(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        codec.decode_action(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "NaN", "-Infinity", '"\\ud800"', "[" * 100_000])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the words are those of the parser)
        codec.decode_json(text)


@dataclass(frozen=True)
class Outing:
    starts: time
    weekdays: frozenset[int]
    kinds: tuple[Kind, ...]
    guess: Guess | None = None


outing: Any = Outing


def test_any_dataclass_can_be_written_and_read() -> None:
    value = Outing(time(8, 30), frozenset({3, 1}), (Kind.QUESTION, Kind.FYI), Guess(Kind.FYI, 1, "fyi"))

    raw = codec.to_json(value)

    assert raw == {
        "starts": "08:30:00", "weekdays": [1, 3], "kinds": ["question", "fyi"],
        "guess": {"kind": "fyi", "confidence": 1, "cue": "fyi"},
    }  # fmt: skip
    assert codec.from_json(Outing, raw) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (guess(Kind.QUESTION, "high", "?"), "Guess.confidence: a number is expected, not str"),
        (guess(Kind.QUESTION, float("inf"), "?"), "Guess.confidence: the number is not finite"),
        (outing(time(8, tzinfo=UTC), frozenset(), ()), "Outing.starts: the time of day must not carry a zone"),
        (outing("08:00", frozenset(), ()), "Outing.starts: a time of day is expected, not str"),
        (outing(time(8), frozenset({True}), ()), "Outing.weekdays: a whole number is expected, not bool"),
        (outing(time(8), frozenset(), [Kind.FYI]), "Outing.kinds: a tuple is expected, not list"),
        (outing(time(8), frozenset(), (), guess(Kind.FYI, 1, b"")), "Outing.guess: Guess.cue: text"),
        (3, "int is no dataclass"),
    ],
)
def test_any_dataclass_is_checked_field_by_field(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        codec.to_json(value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weekdays": "1"}, "Outing.weekdays: a list is expected, not str"),
        ({"starts": "8:30"}, "Outing.starts"),
        ({"guess": "fyi"}, "Outing.guess: an object is expected"),
    ],
)
def test_any_dataclass_is_read_field_by_field(change: dict[str, actions.Json], words: str) -> None:
    raw = codec.to_json(Outing(time(8), frozenset(), ()))
    assert isinstance(raw, dict)

    with pytest.raises(ValueError, match=words):
        codec.from_json(Outing, {**raw, **change})


@dataclass(frozen=True)
class Unclear:
    either: int | str


@dataclass(frozen=True)
class Foreign:
    number: complex


@pytest.mark.parametrize("kind", [Unclear, Foreign])
def test_a_type_the_codec_cannot_tell_apart_is_a_defect_of_ours(kind: type) -> None:
    with pytest.raises(TypeError, match="the codec"):
        codec.from_json(kind, {})


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_field_of_every_action_has_a_type_the_codec_knows(kind: type[Action]) -> None:
    with pytest.raises(ValueError, match="lacks its field"):
        codec.decode_action(json.dumps({"v": 1, "type": kind.__name__, "fields": {}}))


def test_all_actions_are_covered_here() -> None:
    assert {Reply, Warn, Remember, Forget, KeepPromise, Note} <= set(ACTIONS)
