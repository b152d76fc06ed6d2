"""What the models say of themselves: tables and keys, defaults and examples."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from whiteglove.setting_types import Duration, Weekday
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.outline import Key, PluginSection, Table, client_outline, configuration_outline


class Target(BaseModel):
    where: str


class Horn(BaseModel):
    """A plugin's settings, written as its author likes."""

    loud: bool = Field(default=False, description="Whether the neighbours\n    may hear it.")
    after: Duration = timedelta(hours=8)
    weekday: Weekday = Field(default=4, examples=["Mon", "Fri"])
    kinds: tuple[Literal["low", "high"], ...] = ("low",)
    tune: str = Field(examples=["fanfare"])
    volume: float | None = None
    words: list[str] = Field(default_factory=lambda: ["hear"])
    silent: list[str] = []
    main: Target | None = None
    usual: Target = Target(where="roof")
    targets: Annotated[list[Target], Field(description="Where to.")] = []


def outline(model: type[BaseModel]) -> Table:
    (plugins,) = (t for t in configuration_outline([PluginSection("horn", "Blows.", model)]).inner if t.keys == ())
    (section,) = plugins.inner
    return section


def test_a_plugins_section_is_read_from_its_own_model() -> None:
    section = outline(Horn)
    assert (section.path, section.comment, section.usual) == (("plugins", "horn"), "Blows.", False)
    assert section.keys == (
        Key("loud", "Whether the neighbours may hear it.", False, "false", "false"),
        Key("after", "", False, '"8h"', '"8h"'),
        Key("weekday", "", False, '"Fri"', '"Mon"'),
        Key("kinds", "", False, '["low"]', '["low"]'),
        Key("tune", "", True, "", '"fanfare"'),
        Key("volume", "", False, "", "…"),
        Key("words", "", False, '["hear"]', '["hear"]'),
        Key("silent", "", False, "", "…"),
    )


def test_tables_below_a_section_are_tables_too() -> None:
    found = {table.path[-1]: (table.comment, table.repeated, table.usual) for table in outline(Horn).inner}
    assert found == {"main": ("", False, False), "usual": ("", False, True), "targets": ("Where to.", True, False)}
    assert [table.keys[0].name for table in outline(Horn).inner] == ["where"] * 3


def test_the_configuration_has_its_sections_in_their_order_and_plugins_last() -> None:
    tables = [table.path for table in configuration_outline([PluginSection("horn", "", Horn)]).everything()]
    assert tables[:9] == [
        (), ("owner",), ("daemon",), ("limits",), ("team",), ("mailboxes",), ("mailboxes", "oauth"), ("plugins",),
        ("plugins", "horn"),
    ]  # fmt: skip
    assert {path[:1] for path in tables if path} == {(name,) for name in ConfigurationFile.model_fields}


def test_every_key_of_the_daemons_own_files_has_a_comment_and_an_example() -> None:
    tables = [*configuration_outline([]).everything(), *client_outline().everything()]
    silent = [(*table.path, key.name) for table in tables for key in table.keys if not key.comment]
    assert silent == []
    assert [(*table.path, key.name) for table in tables for key in table.keys if key.example == "…"] == []
    assert [table.path for table in tables if table.path and not table.comment] == []


def test_the_clients_file_is_whole() -> None:
    written = {key.name for key in client_outline().keys} | {table.path[0] for table in client_outline().inner}
    assert written == set(ClientFile.model_fields)


def test_a_comment_is_a_sentence_on_one_line() -> None:
    tables = [*configuration_outline([]).everything(), *client_outline().everything()]
    comments = [text for table in tables for text in (table.comment, *(key.comment for key in table.keys)) if text]
    assert len(comments) > 60
    assert [text for text in comments if not text.endswith(".") or "\n" in text] == []


def test_a_default_made_from_what_was_read_before_is_no_default() -> None:
    class Late(BaseModel):
        first: str = "a"
        second: str = Field(default_factory=lambda data: str(data.get("first", "")), examples=["b"])

    keys: dict[str, Any] = {key.name: (key.default, key.example) for key in outline(Late).keys}
    assert keys == {"first": ('"a"', '"a"'), "second": ("", '"b"')}
