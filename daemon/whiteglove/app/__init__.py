"""The whole daemon put together: the only place where adapters are built and threads are started.

`world` builds the adapters, `wiring` the loops over them, `running` starts and stops them.
"""

from whiteglove.app.running import run, run_once
from whiteglove.app.wiring import Daemon
from whiteglove.app.world import RealWorld, SystemClock, World

__all__ = ["Daemon", "RealWorld", "SystemClock", "World", "run", "run_once"]
