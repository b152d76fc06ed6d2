"""What happens in October 2026, by Robin's clock, which goes back in the night to the 25th."""

from __future__ import annotations

from datetime import UTC, datetime

from fortnight.cast import BERLIN
from fortnight.stage import Step, berlin
from fortnight.steps import commands, robin_writes, sends_draft
from fortnight.story import Fact
from month.steps import (
    Contact,
    calls,
    hears,
    hears_back,
    is_called,
    kim_answers,
    rewrites,
    saves,
    sends_saved,
)

BEGINS, ENDS = berlin("2026-10-01 06:30"), berlin("2026-11-01 08:30")


def _report(at: str, key: str) -> Step:
    """Robin completes the draft of the report, and sends it."""
    if key == "basalt":
        return sends_draft(
            berlin(at), key, "hier der Stand", **{"[was fertig ist]": "Der Mai", "[was als Nächstes kommt]": "Der Juni"}
        )
    return sends_draft(
        berlin(at), key, "Here is where we are", **{"[what is done]": "Four pages", "[what comes next]": "Four more"}
    )


def _given(at: datetime, key: str, hour: int) -> Fact:
    """The report of that day was given before its time, which is a full hour."""
    due = at.astimezone(BERLIN).replace(hour=hour, minute=0)
    return at, lambda oracle: oracle.give(key, due.astimezone(UTC))


REPORTS = [
    *(_report(f"2026-10-{day} 15:30", "alder") for day in ("02", "06", "09", "13", "16", "20", "23", "27", "30")),
    *(_report(f"2026-10-{day} 14:30", "basalt") for day in ("01", "15", "22", "29")),
    *(_report(f"2026-10-{day} 10:30", "cobalt") for day in ("07", "14", "21", "28")),
]

ALDER: list[Step] = [
    # Four times within a day and a half, and a call
    hears(berlin("2026-10-01 09:20"), "alder", "status_request", "How are things progressing?", "Catalogue", "a1"),
    hears(berlin("2026-10-01 13:10"), "alder", "status_request", "Any news on the cover?", "Cover", "a2"),
    is_called(berlin("2026-10-01 17:50"), "alder", "Asked where the catalogue stands", 5),
    hears(berlin("2026-10-01 22:30"), "alder", "status_request", "What is the status of the index?", "Index", "a3"),
    hears(berlin("2026-10-02 02:15"), "alder", "status_request", "Any news?", "Re: Index", "a4", "a3"),
    sends_draft(berlin("2026-10-02 10:00"), "alder", "without having to ask"),
    hears_back(berlin("2026-10-02 11:30"), "alder", "thanks", "Thank you, it is for the board.", "need first", "a5"),
    # To and fro
    hears(berlin("2026-10-05 10:00"), "alder", "question", "Which photo goes on page 3?", "Photos", "a6"),
    robin_writes(berlin("2026-10-05 10:20"), "alder", "The blue one.", "Re: Photos", "r1", "a6"),
    hears(berlin("2026-10-05 10:45"), "alder", "question", "And which one on page 4?", "Re: Photos", "a7", "a6"),
    robin_writes(berlin("2026-10-05 11:05"), "alder", "The red one.", "Re: Photos", "r2", "a7"),
    hears(berlin("2026-10-05 11:30"), "alder", "question", "What about page 5?", "Re: Photos", "a8", "a6"),
    robin_writes(berlin("2026-10-05 11:50"), "alder", "The green one.", "Re: Photos", "r3", "a8"),
    # It goes on, each time after a step was taken
    hears(berlin("2026-10-07 09:40"), "alder", "status_request", "How are things progressing?", "Prices", "a9"),
    hears(berlin("2026-10-07 12:20"), "alder", "status_request", "Any news on the prices?", "Re: Prices", "a10", "a9"),
    hears(berlin("2026-10-07 16:45"), "alder", "status_request", "What is the status?", "Back page", "a11"),
    sends_draft(berlin("2026-10-08 09:30"), "alder", "short line every working day"),
    hears(berlin("2026-10-13 09:50"), "alder", "status_request", "How are things progressing?", "Proofs", "a12"),
    hears(berlin("2026-10-13 12:30"), "alder", "status_request", "Any news on the proofs?", "Re: Proofs", "a13", "a12"),
    hears(berlin("2026-10-13 18:20"), "alder", "status_request", "What is the status of the map?", "Map", "a14"),
    is_called(berlin("2026-10-13 20:15"), "alder", "Asked about the map", 8),
    sends_draft(berlin("2026-10-14 09:20"), "alder", "I will keep to that"),
    hears(berlin("2026-10-19 02:40"), "alder", "status_request", "Any news?", "Sizes", "a15"),
    hears(berlin("2026-10-19 11:15"), "alder", "status_request", "What is the status of the sizes?", "Sizes", "a16"),
    hears(berlin("2026-10-19 14:30"), "alder", "status_request", "How are things progressing?", "Colours", "a17"),
    is_called(berlin("2026-10-19 21:10"), "alder", "Asked about the colours", 6),
    # The night in which Robin's clock says half past two twice
    hears(berlin("2026-10-24 23:30"), "alder", "status_request", "Any news on the binding?", "Binding", "a18"),
    hears(berlin("2026-10-25 02:30"), "alder", "status_request", "How are things progressing?", "Paper", "a19"),
    hears(berlin("2026-10-25 02:30", fold=1), "alder", "status_request", "Any news?", "Re: Paper", "a20", "a19"),
    hears(berlin("2026-10-25 10:15"), "alder", "status_request", "What is the status of the paper?", "Weight", "a21"),
    # Calm
    hears(berlin("2026-10-29 15:20"), "alder", "thanks", "Thank you, that is all we need for now.", "Thanks", "a22"),
    hears(berlin("2026-10-30 11:00"), "alder", "status_request", "How are things progressing?", "Print", "a23"),
]

BASALT: list[Step] = [
    hears(
        berlin("2026-10-05 11:00"),
        "basalt",
        "status_request",
        "Wie ist der Stand beim Lesekalender?",
        "Lesekalender",
        "b1",
    ),
    # Thursday at three the report is due, and does not come
    hears(berlin("2026-10-08 15:40"), "basalt", "status_request", "Wie ist der Stand?", "Stand", "b2"),
    hears(
        berlin("2026-10-08 16:10"),
        "basalt",
        "deadline_missed",
        "Der zugesagte Bericht ist nicht gekommen. Ich bin sehr enttäuscht und möchte mich beschweren.",
        "Kein Bericht",
        "b3",
    ),
    hears(
        berlin("2026-10-09 08:10"),
        "basalt",
        "complaint",
        "Ich bin enttäuscht und möchte mich beschweren. Wir erwarten einen Preisnachlass für diesen Monat.",
        "Re: Kein Bericht",
        "b4",
        "b3",
    ),
    sends_draft(
        berlin("2026-10-09 09:40"),
        "basalt",
        "selbst genannt",
        **{"[was sich ab heute ändert]": "schreibe ich ab heute schon am Mittwoch"},
    ),
    hears(
        berlin("2026-10-09 11:20"),
        "basalt",
        "complaint",
        "Ich bin weiterhin sehr enttäuscht. Wir möchten zehn Prozent Rabatt.",
        "Re: Kein Bericht",
        "b5",
        "b3",
    ),
    sends_draft(berlin("2026-10-09 11:50"), "basalt", "hier der Stand", **{"[was fertig ist]": "Der April"}),
    calls(berlin("2026-10-09 14:30"), "basalt", "Sprach mit Heike über den Bericht", 12),
    robin_writes(
        berlin("2026-10-09 14:45"),
        "basalt",
        "Wie eben besprochen: Der Preis bleibt, und der nächste Bericht kommt am Donnerstag um 15 Uhr.",
        "Re: Kein Bericht",
        "r8",
        "b5",
    ),
    hears(berlin("2026-10-09 15:30"), "basalt", "status_request", "Wie ist der Stand beim Umschlag?", "Umschlag", "b6"),
    hears(
        berlin("2026-10-12 10:00"),
        "basalt",
        "thanks",
        "Vielen Dank, damit ist es für uns in Ordnung.",
        "Re: Kein Bericht",
        "b7",
        "b3",
    ),
    commands(berlin("2026-10-12 11:00"), "incidents", "resolve", "1"),
    hears(berlin("2026-10-14 10:30"), "basalt", "status_request", "Wie ist der Stand?", "Register", "b8"),
    # Five working days later
    sends_draft(berlin("2026-10-20 10:00"), "basalt", "gern fortsetzen"),
]

COBALT: list[Step] = [
    hears(
        berlin("2026-10-02 10:10"),
        "cobalt",
        "scope_change",
        "Could you also add a shop with a basket to the pages?",
        "A shop",
        "c1",
    ),
    sends_draft(
        berlin("2026-10-05 09:30"),
        "cobalt",
        "That is a good idea",
        **{"[That is a good idea.]": "That is a good idea.", "[price: hours × 85 EUR]": "1,020 EUR"},
    ),
    hears(berlin("2026-10-06 12:00"), "cobalt", "thanks", "Thank you, that is fine with us.", "Re: A shop", "c2", "c1"),
    rewrites(
        berlin("2026-10-07 09:00"),
        "cobalt",
        "Product pages and search; no shop, no translations.",
        "Product pages, search and a shop; no translations.",
    ),
    # What is within the scope
    hears(
        berlin("2026-10-08 10:00"),
        "cobalt",
        "scope_change",
        "Could you change the order of the product pages, so that the new ones come first?",
        "Order",
        "c3",
    ),
    robin_writes(berlin("2026-10-08 11:00"), "cobalt", "Yes, that is part of it.", "Re: Order", "r4", "c3"),
    # Haggling, and an answer in heat
    hears(
        berlin("2026-10-14 14:00"),
        "cobalt",
        "billing",
        "The price is too high for us. Could you give us a discount of 20 percent?",
        "Price",
        "c4",
    ),
    *(
        saves(
            berlin(at),
            "cobalt",
            "This is ridiculous. Alder & Finch never ask me for a discount. I am sick of this.",
            "Re: Price",
            "heat",
            "c4",
        )
        for at in ("2026-10-14 18:20", "2026-10-14 18:35")
    ),
    saves(berlin("2026-10-15 08:50"), "cobalt", MENDED := "The price stays as we agreed.", "Re: Price", "heat", "c4"),
    sends_saved(berlin("2026-10-15 09:05"), "cobalt", MENDED, "Re: Price", "heat", "c4"),
    # More, and at the same price
    hears(
        berlin("2026-10-20 16:00"),
        "cobalt",
        "scope_change",
        "Could you also add translations of the pages into French, at a lower price?",
        "French",
        "c5",
    ),
    sends_draft(berlin("2026-10-26 10:00"), "cobalt", "comes in place of", **{"[That is a good idea.] ": ""}),
    hears(berlin("2026-10-27 08:30"), "cobalt", "status_request", "How are things progressing?", "Search", "c6"),
]

DILL: list[Step] = [
    # Calls, and is asked to write
    is_called(berlin("2026-10-05 14:05"), "dill", "Wollte über den Teppich sprechen", 7),
    sends_draft(berlin("2026-10-06 09:45"), "dill", "im Kopf behalten"),
    hears(
        berlin("2026-10-06 11:00"),
        "dill",
        "billing",
        "Auf der Rechnung 1042 steht ein Posten von 120 Euro. Wofür ist der?",
        "Rechnung 1042",
        "d1",
    ),
    kim_answers(
        berlin("2026-10-06 13:20"), "dill", "Der Posten ist die Anfahrt.", "Re: Rechnung 1042", "k1", answers="d1"
    ),
    is_called(berlin("2026-10-12 11:10"), "dill", "Fragte nach der Farbe", 4),
    hears(
        berlin("2026-10-12 12:00"), "dill", "question", "Welche Farbe bekommt der Teppich am Messestand?", "Farbe", "d2"
    ),
    robin_writes(berlin("2026-10-12 14:00"), "dill", "Grau.", "Re: Farbe", "r5", "d2"),
    # Kim does not answer
    hears(
        berlin("2026-10-14 09:30"),
        "dill",
        "billing",
        "Ist die Rechnung 1043 schon bezahlt?",
        "Rechnung 1043",
        "d3",
    ),
    robin_writes(berlin("2026-10-14 15:10"), "dill", "Ja, seit Montag.", "Re: Rechnung 1043", "r6", "d3"),
    # A deadline that nobody named
    hears(
        berlin("2026-10-16 11:00"),
        "dill",
        "deadline_missed",
        "Du hast die Frist für den Messestand verpasst.",
        "Messestand",
        "d4",
    ),
    robin_writes(
        berlin("2026-10-16 12:10"),
        "dill",
        "Eine Frist hatten wir nicht vereinbart. Ich schlage den 6. November vor.",
        "Re: Messestand",
        "r7",
        "d4",
    ),
    hears(berlin("2026-10-16 13:00"), "dill", "thanks", "Gut, danke.", "Re: Messestand", "d5", "d4"),
    commands(berlin("2026-10-19 09:30"), "incidents", "resolve", "2"),
    is_called(berlin("2026-10-22 19:30"), "dill", "Fragte nach dem Aufbau", 9),
]

STORY: list[Step] = [*REPORTS, *ALDER, *BASALT, *COBALT, *DILL]
CONTACTS = [step for step in STORY if isinstance(step, Contact)]

FACTS: list[Fact] = [
    *(_given(step.at, "alder", 16) for step in REPORTS[:9]),
    *(_given(step.at, "basalt", 15) for step in REPORTS[9:13]),
    *(_given(step.at, "cobalt", 11) for step in REPORTS[13:]),
    (berlin("2026-10-09 11:50"), lambda oracle: oracle.give("basalt", berlin("2026-10-08 15:00"))),
]
"""Which reports were given when, for the calendar on paper."""
