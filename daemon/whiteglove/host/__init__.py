"""Plugins: found by name, checked before anything runs, called one by one, suspended when they fail again and again.

`loading` makes a plugin of a section of the configuration, with `implementations` (its hooks) and `templates` (its
texts); `host` calls them on the thread of `hookthread`, and `results` looks at what comes back.
"""

from whiteglove.host.host import REST as REST
from whiteglove.host.host import Host as Host
from whiteglove.host.loading import Plugin as Plugin
from whiteglove.host.loading import origin_of as origin_of
