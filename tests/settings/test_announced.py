"""Sections of plugins that are not there yet: checked, and without effect."""

from __future__ import annotations

import pytest

from .conftest import Folder
from .test_loading import MAILBOX, OWNER


def test_a_right_section_enables_nothing_and_is_named(folder: Folder) -> None:
    text = OWNER + MAILBOX + "[plugins.acknowledge]\n"
    settings = folder.load(text + '[plugins.reports]\nremind = ["2d", "30m"]\n')

    assert list(settings.plugins) == ["acknowledge"]
    assert settings.announced == ("reports",)


def test_a_section_that_is_turned_off_is_not_named(folder: Folder) -> None:
    assert folder.load(OWNER + MAILBOX + "[plugins.reports]\nenabled = false\n").announced == ()


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ('[plugins.reports]\nremind = ["soon"]\n', "plugins.reports.remind[0]: "),
        ('[plugins.reports]\nremnid = ["1d"]\n', "plugins.reports.remnid: "),
    ],
)
def test_a_faulty_section_is_refused_with_its_line(folder: Folder, section: str, expected: str) -> None:
    before = OWNER + MAILBOX
    (fault,) = folder.faults(before + section)

    assert fault.startswith(f"whiteglove.toml:{(before + section).count(chr(10))}: {expected}")
