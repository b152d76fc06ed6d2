"""Lines of keys in TOML texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.settings.locate import NOWHERE, KeyPath, positions, syntax_fault

TEXT = '''\
# [owner] in a comment
top = 1
[owner]
name = "Robin # not a comment"   # a comment
"quoted key" = 2
'literal.key' = 3
"esc\\u0061ped" = 4
note = """
[limits]
name = "inside a text"
"""
away = [
  "2026-12-24", # name = 1
  "]",
]
inline = { a = 1, b = [ { c = 2 } ] }

[[mailboxes]]
name = "one"
[mailboxes.password]
env = "X"
[[mailboxes]]
name = "two"
smtp.port.number = 3
[plugins."daily summary"]
at = "08:00"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("owner",), 3),
        (("owner", "name"), 4),
        (("owner", "quoted key"), 5),
        (("owner", "literal.key"), 6),
        (("owner", "escaped"), 7),
        (("owner", "note"), 8),
        (("owner", "away"), 12),
        (("owner", "away", 1), 12),
        (("owner", "inline", "b", 0, "c"), 16),
        (("mailboxes",), 18),
        (("mailboxes", 0), 18),
        (("mailboxes", 0, "name"), 19),
        (("mailboxes", 0, "password"), 20),
        (("mailboxes", 0, "password", "env"), 21),
        (("mailboxes", 1), 22),
        (("mailboxes", 1, "name"), 23),
        (("mailboxes", 1, "smtp", "port", "number"), 24),
        (("mailboxes", 1, "smtp"), 24),
        (("plugins", "daily summary", "at"), 26),
    ],
)
def test_a_key_is_found_at_its_line(path: KeyPath, line: int) -> None:
    assert positions(TEXT).line(path) == line


def test_the_same_lines_are_found_where_lines_end_as_on_windows() -> None:
    assert positions(TEXT.replace("\n", "\r\n")).line(("mailboxes", 1, "name")) == 23


def test_what_is_missing_is_shown_at_what_it_is_missing_from() -> None:
    found = positions(TEXT)
    assert found.line(("owner", "timezone")) == 3
    assert found.line(("mailboxes", 1, "imap")) == 22
    assert found.line(("daemon", "mode")) == 1
    assert NOWHERE.line(("owner",)) == 1


KEYS = st.text(alphabet='ab_-".é #', min_size=1, max_size=6)
TEXTS = st.text(alphabet="ab\"'\n#[]={}\\", max_size=12)
SCALARS = st.integers(-9, 9) | st.booleans() | TEXTS | st.lists(st.integers(0, 9), max_size=3)


def written_key(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""{escaped}"""' if "\n" in value else f'"{escaped}"'
    if isinstance(value, list):
        return "[" + "".join(f"\n  {entry}," for entry in value) + "\n]"
    return str(value).lower()


@given(st.dictionaries(KEYS, st.lists(st.dictionaries(KEYS, SCALARS, max_size=3), max_size=3), max_size=3))
def test_every_key_of_a_generated_text_is_found_where_it_was_written(tables: dict[str, list[dict[str, Any]]]) -> None:
    lines: list[str] = []
    expected: dict[KeyPath, int] = {}
    for name, entries in tables.items():
        for index, entry in enumerate(entries):
            lines.append(f"[[{written_key(name)}]]")
            expected[name, index] = len(lines)
            for key, value in entry.items():
                expected[name, index, key] = len(lines) + 1
                lines += f"{written_key(key)} = {written(value)}".split("\n")
    text = "\n".join(lines)
    tomllib.loads(text)
    found = positions(text)
    assert {path: found.line(path) for path in expected} == expected


@given(st.text(alphabet="[]ab.=\"'# \n{}\\,", max_size=60))
def test_no_text_is_too_broken_to_be_scanned(text: str) -> None:
    assert positions(text).line(("a", "b")) <= text.count("\n") + 1


def broken() -> Iterator[tuple[str, int, str]]:
    yield "a = 1\nb 2\n", 2, "expected '='"
    yield "a = 1\n\n[b\n", 3, "this is not valid TOML"
    yield "a = 1\na = 2\n", 2, "each key and each [section] stands once"
    yield "a = Berlin\n", 1, "texts stand in quotes"
    yield 'a = "Berlin\nb = 1\n', 1, "close what was opened"
    yield "a = 1\nb = [1,\n", 2, "this is not valid TOML"
    yield f"a = {'1' * 5000}\n", 1, "a value cannot be read"


@pytest.mark.parametrize(("text", "line", "words"), list(broken()))
def test_a_syntax_error_has_a_line_and_advice(text: str, line: int, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        tomllib.loads(text)
    found, sentence = syntax_fault(caught.value, text)
    assert found == line
    assert words in sentence


def test_nesting_without_end_has_a_sentence_of_its_own() -> None:
    assert syntax_fault(RecursionError(), "a = [[") == (1, "lists or tables are nested too deeply to be read")
