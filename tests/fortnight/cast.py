"""Robin and the eight clients: every kind of engagement, cadence and form of address, in seven zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
ROBIN = "robin@vale.example"

CONFIGURATION = """
[owner]
name = "Robin Vale"
address = "robin@vale.example"
timezone = "Europe/Berlin"
language = "{language}"
hours = "Mon-Fri 09:00-17:30"
holidays = "DE-BE"
hours_per_week = 38
{away}
[daemon]
mode = "live"
state = "{state}"
history = "90d"
[[mailboxes]]
name = "studio"
imap = "imap://{user}@127.0.0.1:{port}"
smtp = "smtp://127.0.0.1:1"
password = {{ file = "password" }}
address = "robin@vale.example"
"""

PLUGINS = (
    "acknowledge",
    "incidents",
    "contact_frequency",
    "daily_summary",
    "reports",
    "replies",
    "check_in",
    "capacity",
    "briefing",
    "priorities",
)

CLIENTS = {
    "acme": """
name = "Acme GmbH"
engagement = "contract"
timezone = "America/New_York"
language = "en"
report = ["Tue 16:00", "Fri 16:00"]
report_subject = "Status"
reply_within = "8h"
contact_limit = "2 per day"
work = ["Tue 11:00-13:00"]
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
[[projects]]
name = "Catalogue relaunch"
hours_per_week = 12
deadline = 2026-12-18
""",
    "birch": """
name = "Birch Holding"
engagement = "retainer"
timezone = "Europe/Berlin"
language = "de"
address_form = "formal"
report = ["Mon-Fri 17:00"]
reply_within = "8h"
[[people]]
name = "Jutta Förster"
addresses = ["jutta@birch.example"]
[[projects]]
name = "Mitgliederbereich"
hours_per_week = 10
""",
    "cedar": """
name = "Cedar Looms"
engagement = "contract"
timezone = "Asia/Kolkata"
language = "en"
report = ["Wed 11:30"]
reply_within = "8h"
[[people]]
name = "Asha Rao"
addresses = ["asha@cedar.example"]
""",
    "dune": """
name = "Dune Voyages"
engagement = "contract"
timezone = "Europe/Paris"
language = "fr"
address_form = "formal"
report = [{ at = "Thu 15:00", by = "call" }]
reply_within = "8h"
[[people]]
name = "Zoé Lefèvre"
addresses = ["zoe@dune.example"]
""",
    "elm": """
name = "Elm Reef Tours"
engagement = "permanent"
timezone = "Pacific/Apia"
language = "en"
report = ["Mon 10:00"]
reply_within = "8h"
[[people]]
name = "Sina Tuala"
addresses = ["sina@elm.example"]
""",
    "fir": """
name = "Fir Editores"
engagement = "casual"
timezone = "Europe/Madrid"
language = "es"
reply_within = "4h"
[[people]]
name = "Inés Robledo"
addresses = ["ines@fir.example"]
""",
    "gorse": """
name = "Gorse Pottery"
engagement = "casual"
timezone = "Europe/London"
language = "en"
report = ["Fri 12:00"]
quiet_after = "5d"
reply_within = "8h"
[[people]]
name = "Moira Tait"
addresses = ["moira@gorse.example"]
""",
    "heath": """
name = "Heath und Söhne"
engagement = "casual"
timezone = "Europe/Berlin"
language = "de"
reply_within = "8h"
[[people]]
name = "Jörg Heidemann"
addresses = ["joerg@heath.example"]
""",
}

PEOPLE = {
    "acme": "Wile Coyote <wile@acme.example>",
    "birch": "Jutta Förster <jutta@birch.example>",
    "cedar": "Asha Rao <asha@cedar.example>",
    "dune": "Zoé Lefèvre <zoe@dune.example>",
    "elm": "Sina Tuala <sina@elm.example>",
    "fir": "Inés Robledo <ines@fir.example>",
    "gorse": "Moira Tait <moira@gorse.example>",
    "heath": "Jörg Heidemann <joerg@heath.example>",
}
ZONES = {
    "acme": ZoneInfo("America/New_York"),
    "birch": BERLIN,
    "cedar": ZoneInfo("Asia/Kolkata"),
    "dune": ZoneInfo("Europe/Paris"),
    "elm": ZoneInfo("Pacific/Apia"),
    "fir": ZoneInfo("Europe/Madrid"),
    "gorse": ZoneInfo("Europe/London"),
    "heath": BERLIN,
}
