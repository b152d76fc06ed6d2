"""Whom the desk may ask about mails that nobody here can tell: a language model, where a section names one."""

from __future__ import annotations

import os

from whiteglove.host import Host
from whiteglove.llm import LlmAdviser, endpoint_of
from whiteglove.ports import Adviser
from whiteglove.settings import Settings

SECTION = "llm"


def adviser_of(settings: Settings, host: Host) -> Adviser | None:
    """The adviser that the enabled plugin `llm` describes; None where it is not enabled, as it is unless somebody wants
    it. Raises ConfigurationError for a key that is kept nowhere."""
    plugin = next((plugin for plugin in host.plugins if plugin.name == SECTION), None)
    if plugin is None:
        return None
    return LlmAdviser(endpoint_of(plugin.settings.model_dump(), settings, os.environ))
