"""What the rest of the program reads of the configuration."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from .conftest import MAILBOX, OWNER, Folder

TEXT = OWNER + MAILBOX + '[plugins.timelog]\nremind = ["1d",\n "1h"]\n'


def test_a_fault_found_later_still_has_its_file_and_line(folder: Folder) -> None:
    folder.environ["WHITEGLOVE_PLUGINS__TIMELOG__AT"] = "08:00"
    settings = folder.load(TEXT, {"acme": 'name = "Acme"\nreport = ["Tue 16:00"]\n'})
    found = [
        settings.problem(("plugins", "timelog", "remind"), "is odd"),
        settings.problem(("plugins", "timelog", "remind", 1), "is odd"),
        settings.problem(("plugins", "timelog", "sure"), "is missing"),
        settings.problem(("plugins", "timelog", "at"), "is odd"),
        settings.problem(("clients", "acme", "report"), "is odd"),
    ]
    assert [str(problem).removeprefix(f"{folder.path}/") for problem in found] == [
        "whiteglove.toml:11: plugins.timelog.remind: is odd",
        "whiteglove.toml:11: plugins.timelog.remind[1]: is odd",
        "whiteglove.toml:10: plugins.timelog.sure: is missing",
        "environment: WHITEGLOVE_PLUGINS__TIMELOG__AT: is odd",
        "clients/acme.toml:2: report: is odd",
    ]


def test_settings_cannot_be_changed(folder: Folder) -> None:
    settings = folder.load(TEXT)
    with pytest.raises(FrozenInstanceError):
        settings.owner = settings.owner  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.plugins["timelog"]["remind"] = []  # type: ignore[index]


def test_a_repr_holds_no_password(folder: Folder) -> None:
    folder.environ["STUDIO"] = "sesame"
    settings = folder.load(TEXT.replace('{ credential = "studio" }', '{ env = "STUDIO" }'))
    assert "sesame" not in repr(settings)
    assert settings.mailboxes[0].password is not None
    assert settings.mailboxes[0].password.reveal() == "sesame"
