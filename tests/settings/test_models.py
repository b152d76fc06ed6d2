"""The keys of `whiteglove.toml`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import BaseModel

from whiteglove.clients import Limit
from whiteglove.grammar import parse_hours
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.notation import toml_value
from whiteglove.settings.problems import field_at


def test_what_is_left_out_has_the_documented_default() -> None:
    owner = {"name": "R", "address": "r@vale.example", "timezone": "Europe/Berlin"}
    mailbox = {"name": "m", "imap": "imaps://r@vale.example", "smtp": "smtps://vale.example"}
    file = ConfigurationFile.model_validate({"owner": owner, "mailboxes": [mailbox]})
    assert file.owner.hours == parse_hours("Mon-Fri 09:00-17:30")
    assert (file.owner.language, file.owner.aliases, file.owner.hours_per_week) == ("en", [], None)
    daemon = file.daemon
    assert (daemon.mode, daemon.store, daemon.log_format, daemon.live_since) == ("rehearsal", "sqlite", "json", None)
    assert (daemon.max_age, daemon.history, daemon.poll) == (
        timedelta(hours=12),
        timedelta(days=30),
        timedelta(seconds=60),
    )
    assert daemon.retention == 18 * timedelta(days=30, hours=10, minutes=30)
    assert file.limits.person == Limit(2, timedelta(days=1))
    assert (file.limits.domain, file.limits.all) == (Limit(20, timedelta(hours=1)), Limit(60, timedelta(hours=1)))
    box = file.mailboxes[0]
    assert (box.folders, box.sent, box.drafts, box.copy_to_sent) == (["INBOX"], "auto", "auto", "auto")
    assert (box.password, box.smtp_password, box.address, box.authserv_id) == (None, None, None, "")


@pytest.mark.parametrize("model", [ConfigurationFile, ClientFile])
def test_every_key_has_an_example_that_is_right(model: type[BaseModel]) -> None:
    for path in leaves(model, ()):
        found, owner = field_at(model, path)
        assert found is not None
        assert owner is not None
        assert found.examples, path
        for example in found.examples:
            owner.__pydantic_validator__.validate_assignment(owner.model_construct(), str(path[-1]), example)
            assert toml_value(example)


def leaves(model: type[BaseModel], path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The paths of all keys that hold a value and no section."""
    found: list[tuple[str | int, ...]] = []
    for name in model.model_fields:
        inner = field_at(model, (name, "x"))[1] or field_at(model, (name, 0, "x"))[1]
        at = (*path, name, 0) if field_at(model, (name, 0, "x"))[1] else (*path, name)
        if inner is not None:
            found += leaves(inner, at)
        elif name != "plugins":
            found.append((*path, name))
    return found
