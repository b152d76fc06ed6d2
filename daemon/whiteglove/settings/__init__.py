"""Configuration and client book: found, read, checked, and handed on as plain values.

`load` does all of it. `models` and `book_models` say which keys there are, `fields` what a value may be, `loading` and
`book` what must hold between keys; `locate` and `problems` turn every fault into `FILE:LINE: key: what is wrong, what
would be right`. Names are resolved when they are first used, so that the child process of `holidays` stays small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whiteglove.settings.loading import load as load
    from whiteglove.settings.oauth import OAuthClient as OAuthClient
    from whiteglove.settings.places import find as find
    from whiteglove.settings.secrets import Secret as Secret
    from whiteglove.settings.servers import Security as Security
    from whiteglove.settings.servers import ServerAddress as ServerAddress
    from whiteglove.settings.values import DaemonSettings as DaemonSettings
    from whiteglove.settings.values import Limits as Limits
    from whiteglove.settings.values import MailboxAccount as MailboxAccount
    from whiteglove.settings.values import Mode as Mode
    from whiteglove.settings.values import Settings as Settings

_HOME = {
    "loading": ("load",),
    "oauth": ("OAuthClient",),
    "places": ("find",),
    "secrets": ("Secret",),
    "servers": ("Security", "ServerAddress"),
    "values": ("DaemonSettings", "Limits", "MailboxAccount", "Mode", "Settings"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        return getattr(import_module(f"whiteglove.settings.{module}"), name)
    raise AttributeError(f"module 'whiteglove.settings' has no attribute {name!r}")
