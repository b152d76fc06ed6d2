"""Where events are handled, one by one, on one thread: the core's own part first, then the plugins', then one commit.

`loop` takes events and looks after failures; `core` does what must be true whatever plugins there are; `hydrate` turns
rows into the events of `events.py`; `acting` calls hooks, settles and commits.
"""

from whiteglove.desk.loop import Desk

__all__ = ["Desk"]
