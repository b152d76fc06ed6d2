"""A plugin's texts, and the owner's in their place."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whiteglove.errors import Problem
from whiteglove.host.templates import Templates, read_templates


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package on the path with a plugin `greet` that brings two templates."""
    name = "made_for_templates"
    write(
        tmp_path / "site" / name,
        {
            "__init__.py": "",
            "greet.py": "",
            "templates/greet/hello.en.txt": "Hello {{ name }}\r\n",
            "templates/greet/hello.de.txt": "\ufeffGuten Tag, {{ name }}\n",
            "templates/greet/bye.en.txt": "{% if late %}Bye{% endif %}\n",
            "templates/greet/README": "not a template",
            "templates/greet/notes.txt": "not a template either",
            "templates/other/hello.en.txt": "of another plugin",
        },
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    importlib.invalidate_caches()
    yield name
    for loaded in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[loaded]


def read(package: str, overrides: Path | None = None) -> tuple[Templates, list[Problem]]:
    return read_templates("greet", package, overrides)


def test_a_plugins_own_templates_are_found_beside_its_module(package: str) -> None:
    assert read(package) == (
        {
            ("hello", "en"): "Hello {{ name }}\n",
            ("hello", "de"): "Guten Tag, {{ name }}\n",
            ("bye", "en"): "{% if late %}Bye{% endif %}\n",
        },
        [],
    )


def test_the_owners_text_takes_the_place_of_the_plugins_and_may_add_a_language(package: str, tmp_path: Path) -> None:
    own = write(
        tmp_path / "own",
        {
            "greet/hello.en.txt": "Hi!",
            "greet/hello.fr.txt": "Bonjour",
            "greet/.hello.en.txt": "{{",
            "greet/x.en.txt~": "{{",
        },
    )

    templates, problems = read(package, own)

    assert problems == []
    assert templates[("hello", "en")] == "Hi!"
    assert templates[("hello", "fr")] == "Bonjour"
    assert templates[("hello", "de")] == "Guten Tag, {{ name }}\n"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"hello.en.txt": "Hello\n{{ name"},
            "{own}/greet/hello.en.txt:2: is not a valid Jinja2 template: unexpected end",
        ),
        ({"hello.en.txt": b"Gr\xfc\xdfe"}, "{own}/greet/hello.en.txt: is not UTF-8; save it in that encoding"),
        ({"hello.txt": "Hi"}, "{own}/greet/hello.txt: is not named as a template; right would be NAME.en.txt"),
        ({"helo.en.txt": "Hi"}, '{own}/greet/helo.en.txt: greet has no template helo; did you mean "hello"?'),
        ({"zzz.en.txt": "Hi"}, "{own}/greet/zzz.en.txt: greet has no template zzz; there are bye, hello"),
    ],
)
def test_a_faulty_text_of_the_owners_is_named(
    package: str, tmp_path: Path, files: dict[str, str | bytes], problem: str
) -> None:
    own = write(tmp_path / "own", {f"greet/{name}": text for name, text in files.items()})

    templates, problems = read(package, own)

    assert [str(one).startswith(problem.format(own=own)) for one in problems] == [True], problems
    assert templates[("hello", "en")] == "Hello {{ name }}\n"


def test_a_faulty_text_of_the_plugins_is_named_too(package: str, tmp_path: Path) -> None:
    write(tmp_path / "site" / package, {"templates/greet/bye.en.txt": "{% if %}"})

    _, problems = read(package)

    assert [problem.line for problem in problems] == [1]
    assert "templates/greet/bye.en.txt" in problems[0].file


def test_a_text_that_cannot_be_read_is_named(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = write(tmp_path / "own", {"greet/hello.en.txt": "Hi"})

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)

    assert "hello.en.txt: cannot be read: Permission denied" in str(read(package, own)[1][-1])


@pytest.mark.parametrize("package_name", ["", "no_such_package", "sys"])
def test_a_plugin_without_a_folder_has_no_templates(package_name: str, tmp_path: Path) -> None:
    own = write(tmp_path, {"greet/hello.en.txt": "Hi"})

    assert read_templates("greet", package_name, None) == ({}, [])
    assert "greet has no template hello; it has none at all" in str(read_templates("greet", package_name, own)[1][0])
    assert read_templates("unknown", package_name, own) == ({}, [])
