"""Where events are handled, one by one, on one thread: the core's own part first, then the plugins', then one commit.

`loop` takes events and looks after failures; `core` does what must be true whatever plugins there are, with
`understanding` for what a message wants and `keeping` for promises; `hydrate` turns rows into the events of
`events.py`; `asking` puts them before the plugins; `acting` writes what was agreed.
"""

from whiteglove.desk.loop import Desk

__all__ = ["Desk"]
