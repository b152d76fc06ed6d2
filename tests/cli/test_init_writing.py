"""The files that `init` writes: whole or not at all, for their owner alone, and such as the models take."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from whiteglove.cli.example import built_in
from whiteglove.cli.init_asking import Asker, ask_mailbox
from whiteglove.cli.init_providers import providers
from whiteglove.cli.init_writing import (
    ENABLED,
    client_text,
    configuration_text,
    refuse_to_overwrite,
    staged,
    usual_folder,
)
from whiteglove.cli.usage import UsageError
from whiteglove.settings import load
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.fields import LANGUAGES
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.places import SYSTEM

ACME = {"name": "Acme", "domains": ["acme.example"], "people": [{"name": "Wile", "addresses": ["wile@acme.example"]}]}


@pytest.mark.parametrize("provider", providers())
def test_what_is_written_is_what_was_answered_and_what_the_models_take(provider: str, tmp_path: Path) -> None:
    known = providers()[provider]
    given: dict[str, str | None] = {"provider": provider, "user": "robin"}
    given |= {"password-env": "STUDIO"} if known.passwords else {"client-id": "1234"}
    given |= {} if known.imap else {"imap": "imap.vale.example", "smtp": "smtp.vale.example"}
    answers = ask_mailbox(Asker(given, terminal=False, take_defaults=False), "robin@vale.example")
    hours = ["Mon 09:00-12:00", "Tue 10:00-11:00"]
    owner = {"name": 'Robin "Ro" Vale', "address": "robin@vale.example", "timezone": "Asia/Tokyo", "hours": hours}
    for language in LANGUAGES:
        text = configuration_text({**owner, "language": language}, answers.values)
        data = tomllib.loads(text)
        read = ConfigurationFile.model_validate(data)
        assert {key: data["owner"][key] for key in owner} == owner
        assert (read.daemon.mode, read.owner.language) == ("rehearsal", language)
        assert list(data["plugins"]) == [one.name for one in built_in() if one.name in ENABLED]
        (mailbox,) = data["mailboxes"]
        assert {key: mailbox[key] for key in answers.values} == {
            key: {"tenant": "common", **value} if key == "oauth" else value for key, value in answers.values.items()
        }
    (tmp_path / "whiteglove.toml").write_text(text)
    assert load(tmp_path, {"HOME": str(tmp_path)}).mailboxes[0].name == answers.values["name"]


def test_a_plugin_that_is_not_enabled_stands_there_as_a_comment() -> None:
    text = configuration_text({"name": "R", "address": "r@vale.example", "timezone": "UTC"}, {"name": "s"})
    for plugin in built_in():
        assert (f"\n[plugins.{plugin.name}]\n" in text) == (plugin.name in ENABLED)
        assert f"[plugins.{plugin.name}]" in text


def test_a_client_has_people_and_everything_else_to_fill_in() -> None:
    text = client_text(ACME)
    data = tomllib.loads(text)
    assert data.items() >= ACME.items()
    assert "report" not in data
    for key in ClientFile.model_fields:
        assert f"{key} = " in text or f"[[{key}]]" in text


def test_a_new_folder_comes_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "new"
    with staged(target) as stage:
        stage.write("whiteglove.toml", "one")
        stage.write("clients/acme.toml", "two")
        assert not target.exists()
        files = stage.place()
    assert files == [target / "clients" / "acme.toml", target / "whiteglove.toml"]
    assert [path.read_text() for path in files] == ["two", "one"]
    assert [path.name for path in target.parent.iterdir()] == ["new"]


def interrupted(target: Path, *names: str) -> None:
    """Write these files, and be interrupted before they are put into place."""
    with staged(target) as stage:
        for name in names:
            stage.write(name, name)
        assert stat.S_IMODE(stage.folder.stat().st_mode) == 0o700
        raise KeyboardInterrupt


def placed(target: Path, *names: str) -> None:
    """Write these files and put them into place."""
    with staged(target) as stage:
        for name in names:
            stage.write(name, name)
        stage.place()


def test_what_is_not_put_into_place_is_gone(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "new", "credentials/studio")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path, "credentials/studio")
    assert list(tmp_path.iterdir()) == []


def test_what_is_cleared_is_not_put_into_place(tmp_path: Path) -> None:
    with staged(tmp_path / "new") as stage:
        stage.write("credentials/studio", "secret")
        stage.clear()
        stage.write("whiteglove.toml", "one")
        assert stage.place() == [tmp_path / "new" / "whiteglove.toml"]


def test_a_file_that_cannot_be_put_into_place_takes_back_the_others(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("a file where a folder is wanted")
    with pytest.raises(OSError, match="credentials"):
        placed(tmp_path, "whiteglove.toml", "clients/acme.toml", "credentials/studio")
    assert [path.name for path in tmp_path.iterdir()] == ["credentials"]


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "acme.toml").write_text("mine")
    with pytest.raises(UsageError, match="is there already, and is not overwritten"):
        placed(tmp_path, "whiteglove.toml", "clients/acme.toml")
    assert (tmp_path / "clients" / "acme.toml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["clients"]
    (tmp_path / "whiteglove.toml").symlink_to("nowhere")
    with pytest.raises(UsageError):
        refuse_to_overwrite(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("")
    with pytest.raises(UsageError, match="is no folder"), staged(tmp_path / "new"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another group")
def test_what_root_writes_into_a_folder_of_the_services_group_is_for_that_group_but_no_password(tmp_path: Path) -> None:
    target = tmp_path / "etc"
    target.mkdir()
    os.chown(target, -1, 65534)
    target.chmod(0o750)
    placed(target, "whiteglove.toml", "clients/acme.toml", "credentials/studio")
    found = {path.name: path.stat() for path in target.rglob("*")}
    assert {name: (stat.S_IMODE(one.st_mode), one.st_gid == 65534) for name, one in found.items()} == {
        "whiteglove.toml": (0o640, True),
        "clients": (0o750, True),
        "acme.toml": (0o640, True),
        "credentials": (0o700, False),
        "studio": (0o600, False),
    }


def test_the_usual_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert usual_folder({"HOME": "/home/robin"}) == Path("/home/robin/.config/whiteglove")
    assert usual_folder({"HOME": "/home/robin", "XDG_CONFIG_HOME": "/x"}) == Path("/x/whiteglove")
    assert usual_folder({"HOME": "/home/robin", "XDG_CONFIG_HOME": "x"}) == Path("/home/robin/.config/whiteglove")
    with pytest.raises(UsageError, match="--dir is missing"):
        usual_folder({})
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert usual_folder({"HOME": "/root"}) == SYSTEM
