"""What a configuration may hold, read from the models: every table and key with its comment, default and example."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.notation import toml_value
from whiteglove.settings.problems import plain_type

UNKNOWN = "…"
"""Stands for the value of a key whose author gave no example of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `default` and `example` are TOML; `default` is "" where there is none, or where it is nothing at all."""

    name: str
    comment: str
    required: bool
    default: str
    example: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table, and the tables below it.

    `repeated` is `[[name]]`, as many as there are. `usual` tables stand in a file even where nothing is set in them;
    one of these without keys of its own has no header.
    """

    path: tuple[str, ...]
    comment: str
    keys: tuple[Key, ...]
    inner: tuple[Table, ...] = ()
    repeated: bool = False
    usual: bool = True

    def everything(self) -> Iterator[Table]:
        """This table and all below it, in the order of the file."""
        yield self
        for table in self.inner:
            yield from table.everything()


@dataclass(frozen=True, slots=True)
class PluginSection:
    """What there is to know of a plugin's section: its name, the plugin's one line about itself, its own model."""

    name: str
    summary: str
    model: type[BaseModel]


def configuration_outline(plugins: Iterable[PluginSection]) -> Table:
    """The whole of `whiteglove.toml`, with the sections of these plugins in this order."""
    sections = [
        _table(plugin.model, ("plugins", plugin.name), plugin.summary, repeated=False, usual=False)
        for plugin in plugins
    ]
    own = _table(ConfigurationFile, (), "", repeated=False, usual=True)
    # What stands below [plugins] is each plugin's own; the model of the file only says that there is such a place.
    keys = tuple(key for key in own.keys if key.name != "plugins")
    below = Table(("plugins",), ConfigurationFile.model_fields["plugins"].description or "", (), tuple(sections))
    return Table((), "", keys, (*own.inner, below))


def client_outline() -> Table:
    """The whole of a client's file."""
    return _table(ClientFile, (), "", repeated=False, usual=True)


def _table(model: type[BaseModel], path: tuple[str, ...], comment: str, *, repeated: bool, usual: bool) -> Table:
    keys: list[Key] = []
    inner: list[Table] = []
    for name, found in model.model_fields.items():
        below, many = _model_of(found)
        if below is None:
            keys.append(_key(name, found))
        else:
            # A section that may be left out altogether (`… | None`, a list) is there when somebody wants it.
            there = found.is_required() or isinstance(_default(found), BaseModel)
            comment_of = found.description or ""
            inner.append(_table(below, (*path, name), comment_of, repeated=many, usual=there and not many))
    return Table(path, comment, tuple(keys), tuple(inner), repeated, usual)


def _model_of(found: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    """The model of a field that is a table, or a list of tables, and whether it is a list."""
    here = plain_type(found.annotation)
    many = get_origin(here) in (list, tuple)
    inner = plain_type(get_args(here)[0]) if many and get_args(here) else here
    return (inner, many) if isinstance(inner, type) and issubclass(inner, BaseModel) else (None, False)


def _key(name: str, found: FieldInfo) -> Key:
    default = None if found.is_required() else _as_written(_default(found), found)
    written = "" if default is None or default in ("", [], (), {}) else toml_value(default)
    example = toml_value(found.examples[0]) if found.examples else written or UNKNOWN
    comment = " ".join((found.description or "").split())
    return Key(name, comment, found.is_required(), written, example)


def _as_written(default: Any, found: FieldInfo) -> Any:
    """The default as people write it: a plugin's author may give it as what is made of it, Monday as 0, and shows in an
    example how it is written."""
    kind: Any = Annotated[(found.annotation, *found.metadata)] if found.metadata else found.annotation
    for example in found.examples or ():
        with contextlib.suppress(ValidationError):
            if example != default and TypeAdapter(kind).validate_python(example) == default:
                return example
    return default


def _default(found: FieldInfo) -> Any:
    return found.get_default(call_default_factory=True, validated_data={})
