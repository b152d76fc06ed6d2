"""The whole daemon put together: the only place where adapters are built and threads are started.

`world` builds the adapters, `wiring` the loops over them, `running` starts and stops them. Names are resolved when they
are first used, since a command that only asks for the next due time needs no IMAP.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whiteglove.app.clock import SystemClock as SystemClock
    from whiteglove.app.liveness import Liveness as Liveness
    from whiteglove.app.monitoring import Monitoring as Monitoring
    from whiteglove.app.running import Running as Running
    from whiteglove.app.running import run_once as run_once
    from whiteglove.app.schedules import schedules_of as schedules_of
    from whiteglove.app.service import Service as Service
    from whiteglove.app.templates import templates_of as templates_of
    from whiteglove.app.wiring import Daemon as Daemon
    from whiteglove.app.world import RealWorld as RealWorld
    from whiteglove.app.world import World as World

_HOME = {
    "clock": ("SystemClock",),
    "liveness": ("Liveness",),
    "monitoring": ("Monitoring",),
    "running": ("Running", "run_once"),
    "schedules": ("schedules_of",),
    "service": ("Service",),
    "templates": ("templates_of",),
    "wiring": ("Daemon",),
    "world": ("RealWorld", "World"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        return getattr(import_module(f"whiteglove.app.{module}"), name)
    raise AttributeError(f"module 'whiteglove.app' has no attribute {name!r}")
