"""Robin's October, in which four clients are difficult, each in their own way; and Kim, who answers for invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from fortnight.cast import BERLIN
from fortnight.cast import CONFIGURATION as OF_FORTNIGHT

KIM = "Kim Abendrot <kim@vale.example>"
PHONE = "ntfy://ntfy.example/robins-phone"

CONFIGURATION = f"""{OF_FORTNIGHT}
[[team]]
name = "Kim"
address = "kim@vale.example"
"""

SECTIONS: Mapping[str, Mapping[str, Any]] = {
    "acknowledge": {"delay": "0s"},
    "incidents": {},
    "contact_frequency": {},
    "daily_summary": {},
    "reports": {},
    "replies": {},
    "check_in": {},
    "capacity": {},
    "scope": {},
    "briefing": {},
    "delegation": {"rules": [{"to": "Kim", "client": "dill", "kinds": ["billing"], "within": "4h"}]},
    "second_look": {},
    "notify": {"to": [{"file": "phone"}]},
    "priorities": {},
}
"""Every plugin, in the order of the design, as the configuration would name it."""

CLIENTS = {
    # Asks how things are, day and night, in writing and by telephone.
    "alder": """
name = "Alder & Finch"
engagement = "contract"
timezone = "America/New_York"
language = "en"
report = ["Tue 16:00", "Fri 16:00"]
reply_within = "8h"
contact_limit = "2 per day"
hourly_rate = "90 EUR"
grade = "C"
[[people]]
name = "Nora Finch"
addresses = ["nora@alder.example"]
[[projects]]
name = "Harvest catalogue"
hours_per_week = 10
deadline = 2026-11-13
[[dates]]
what = "their board meeting"
when = 2026-10-08
""",
    # Had no report, complains, and wants a lower price for it.
    "basalt": """
name = "Basalt Verlag"
engagement = "retainer"
timezone = "Europe/Berlin"
language = "de"
address_form = "formal"
report = ["Thu 15:00"]
reply_within = "8h"
hourly_rate = "80 EUR"
remedies = ["ein Anruf noch am selben Tag", "ein zusätzlicher Bericht am nächsten Werktag um 12 Uhr"]
[[people]]
name = "Heike Sommer"
addresses = ["heike@basalt.example"]
[[projects]]
name = "Lesekalender"
hours_per_week = 8
deadline = 2026-12-04
""",
    # Wants more than was agreed, and for less.
    "cobalt": """
name = "Cobalt Toys"
engagement = "contract"
timezone = "Europe/London"
language = "en"
report = ["Wed 11:00"]
reply_within = "8h"
hourly_rate = "85 EUR"
[[people]]
name = "Ravi Menon"
addresses = ["ravi@cobalt.example"]
[[projects]]
name = "Puzzle pages"
hours_per_week = 8
deadline = 2026-12-11
scope = "Product pages and search; no shop, no translations."
""",
    # Calls, though all is to be in writing, and remembers dates that nobody named.
    "dill": """
name = "Dill und Söhne"
engagement = "casual"
timezone = "Europe/Berlin"
language = "de"
reply_within = "8h"
in_writing = true
hourly_rate = "75 EUR"
[[people]]
name = "Jonas Dill"
addresses = ["jonas@dill.example"]
[[projects]]
name = "Messestand"
hours_per_week = 4
""",
}

PEOPLE = {
    "alder": "Nora Finch <nora@alder.example>",
    "basalt": "Heike Sommer <heike@basalt.example>",
    "cobalt": "Ravi Menon <ravi@cobalt.example>",
    "dill": "Jonas Dill <jonas@dill.example>",
}
ZONES = {
    "alder": ZoneInfo("America/New_York"),
    "basalt": BERLIN,
    "cobalt": ZoneInfo("Europe/London"),
    "dill": BERLIN,
}
CADENCES: dict[str, tuple[tuple[int, time], ...]] = {
    "alder": ((1, time(16)), (4, time(16))),
    "basalt": ((3, time(15)),),
    "cobalt": ((2, time(11)),),
    "dill": (),
}
"""Their report times once more, for the calendar on paper."""
LANGUAGES = {"alder": "en", "basalt": "de", "cobalt": "en", "dill": "de"}

NAMES: Mapping[str, tuple[str, ...]] = {
    "alder": ("Alder", "Nora", "Finch", "Harvest", "alder.example"),
    "basalt": ("Basalt", "Heike", "Sommer", "Lesekalender", "basalt.example"),
    "cobalt": ("Cobalt", "Ravi", "Menon", "Puzzle", "cobalt.example"),
    "dill": ("Dill", "Jonas", "Söhne", "Messestand", "dill.example"),
}
"""What no mail to another client may hold, whatever its case."""
