"""What the daemon remembers: one SQLite database, reached through SQLAlchemy Core; only this package knows SQL.

`database` opens and transacts; each other module holds the statements of one subject as functions over an open
transaction (`tx`), so that a loop decides what belongs into one commit.
"""

from whiteglove.store.database import Store, StoreLock

__all__ = ["Store", "StoreLock"]
