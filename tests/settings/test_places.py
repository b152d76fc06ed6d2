"""Where the configuration is looked for, and where things beside it lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteglove.errors import ConfigurationError
from whiteglove.settings.places import find, is_folder, resolve, state_folder


def configured(folder: Path) -> Path:
    folder.mkdir(parents=True)
    file = folder / "whiteglove.toml"
    file.touch()
    return file


def test_the_first_place_that_has_one_wins(tmp_path: Path) -> None:
    environ = {
        "WHITEGLOVE_CONFIG": str(tmp_path / "named"),
        "CONFIGURATION_DIRECTORY": f"{tmp_path / 'none'}:{tmp_path / 'unit'}",
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
        "HOME": str(tmp_path / "home"),
    }
    explicit, named, unit, xdg, home = (
        configured(tmp_path / folder)
        for folder in ("explicit", "named", "unit", "xdg/whiteglove", "home/.config/whiteglove")
    )
    assert find(explicit, environ) == explicit
    assert find(explicit.parent, environ) == explicit
    assert find(None, environ) == named
    del environ["WHITEGLOVE_CONFIG"]
    assert find(None, environ) == unit
    del environ["CONFIGURATION_DIRECTORY"]
    assert find(None, environ) == xdg
    environ["XDG_CONFIG_HOME"] = "relative/is/ignored"
    assert find(None, environ) == home


def test_a_file_of_any_name_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.touch()
    assert find(file, {}) == file
    assert find(None, {"WHITEGLOVE_CONFIG": str(file)}) == file


@pytest.mark.parametrize(("path", "given"), [("x", "--config"), (None, "$WHITEGLOVE_CONFIG")])
def test_what_was_named_and_is_not_there_is_not_replaced(tmp_path: Path, path: str | None, given: str) -> None:
    configured(tmp_path / "unit")
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path / "unit"), "WHITEGLOVE_CONFIG": str(tmp_path / "gone")}
    with pytest.raises(ConfigurationError) as caught:
        find(tmp_path / path if path else None, environ)
    assert "there is no such file" in str(caught.value)
    assert given in str(caught.value)


def test_where_nothing_is_found_every_place_is_listed(tmp_path: Path) -> None:
    environ = {"CONFIGURATION_DIRECTORY": f"{tmp_path}/unit", "HOME": f"{tmp_path}/home", "WHITEGLOVE_CONFIG": ""}
    with pytest.raises(ConfigurationError) as caught:
        find(None, environ)
    places = [f"{tmp_path}/unit/", f"{tmp_path}/home/.config/whiteglove/", "/etc/whiteglove/"]
    assert ", ".join(f"{place}whiteglove.toml" for place in places) in str(caught.value)


def test_a_hidden_file_is_tried_so_that_its_fault_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, **_: bool) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    hidden = tmp_path / "whiteglove.toml"
    assert find(hidden, {}) == hidden
    assert find(None, {"CONFIGURATION_DIRECTORY": str(tmp_path)}) == hidden
    assert not is_folder(tmp_path)


def test_paths_lie_beside_the_configuration_or_at_home(tmp_path: Path) -> None:
    environ = {"HOME": "/home/robin"}
    assert resolve("texts/a.txt", tmp_path, environ) == tmp_path / "texts/a.txt"
    assert resolve("/srv/a.txt", tmp_path, environ) == Path("/srv/a.txt")
    assert resolve("~/a.txt", tmp_path, environ) == Path("/home/robin/a.txt")
    assert resolve("a.txt", Path("beside"), environ).is_absolute()


def test_the_state_lies_where_it_is_configured_else_where_systemd_else_where_the_user_keeps_it(tmp_path: Path) -> None:
    environ = {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "XDG_STATE_HOME": "/x", "HOME": "/home/robin"}
    assert state_folder("state", tmp_path, environ) == tmp_path / "state"
    assert state_folder("", tmp_path, environ) == Path("/var/lib/a")
    del environ["STATE_DIRECTORY"]
    assert state_folder("", tmp_path, environ) == Path("/x/whiteglove")
    del environ["XDG_STATE_HOME"]
    assert state_folder("", tmp_path, environ) == Path("/home/robin/.local/state/whiteglove")
    assert state_folder("", tmp_path, {}) is None


def test_beside_the_systems_configuration_the_state_is_the_services() -> None:
    environ = {"XDG_STATE_HOME": "/x", "HOME": "/root"}
    assert state_folder("", Path("/etc/whiteglove"), environ) == Path("/var/lib/whiteglove")
    assert state_folder("/srv/state", Path("/etc/whiteglove"), environ) == Path("/srv/state")
    given = {**environ, "STATE_DIRECTORY": "/var/lib/other"}
    assert state_folder("", Path("/etc/whiteglove"), given) == Path("/var/lib/other")
    assert state_folder("", Path("/etc/whiteglove.d"), environ) == Path("/x/whiteglove")
