"""The two fortnights: around the Sunday in March on which the clocks go forward, and the one on which they go back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from fortnight.cast import PEOPLE, ROBIN
from fortnight.oracle import Oracle
from fortnight.stage import Stage, Step, berlin
from fortnight.steps import commands, letter, robin_writes, sends_draft, writes

SPRING_BEGINS, SPRING_ENDS = berlin("2026-03-25 06:30"), berlin("2026-04-08 20:00")
AUTUMN_BEGINS, AUTUMN_ENDS = berlin("2026-10-19 06:30"), berlin("2026-11-02 18:00")


def tell_history(stage: Stage, began: datetime) -> None:
    """What lies in the mailbox before the daemon first looks: a mail of each client, and Robin's answer to it."""
    sender = f"Robin Vale <{ROBIN}>"
    for number, (key, person) in enumerate(PEOPLE.items()):
        at = began - timedelta(days=45 if key == "heath" else 2, hours=number)
        raw = letter(at, person, ROBIN, f"old@{key}.example", "Here are the files.", "Files", None)
        stage.receive(key, raw, at)
        later = at + timedelta(minutes=50)
        answer = letter(
            later, sender, person, f"old-{key}@phone.example", "I have them.", "Re: Files", f"old@{key}.example"
        )
        stage.file_in_sent(answer, later)


SPRING: list[Step] = [
    # Wednesday
    writes(berlin("2026-03-25 09:30"), "acme", "How are things progressing with the catalogue?", "Catalogue", "w1"),
    writes(berlin("2026-03-25 10:00"), "birch", "Wie ist der Stand beim Mitgliederbereich?", "Mitgliederbereich", "j1"),
    sends_draft(berlin("2026-03-25 16:40"), "birch", "hier der Stand", **{"[was fertig ist]": "Das Formular"}),
    writes(berlin("2026-03-25 22:45"), "acme", "Any news on the catalogue?", "Re: Catalogue", "w2", "w1"),
    # Thursday
    writes(berlin("2026-03-26 03:10"), "cedar", "Could you send me a status update?", "Patterns", "a1"),
    writes(berlin("2026-03-26 11:00"), "dune", "Bonjour, où en est le projet ?", "Brochure", "z1"),
    commands(berlin("2026-03-26 14:50"), "note", "dune", "Told Zoé where the brochure is", "--call", "--minutes", "5"),
    robin_writes(berlin("2026-03-26 16:30"), "birch", "Heute: die Anmeldung läuft.", "Kurz von heute", "r1"),
    # Friday
    robin_writes(berlin("2026-03-27 15:40"), "acme", "Pages 1 to 20 are set.", "Status: catalogue, week 13", "r2"),
    writes(berlin("2026-03-27 18:00"), "acme", "Thank you, that looks great.", "Re: Status: catalogue, week 13", "w3"),
    # The weekend of the clocks: a burst, and both sides of the gap
    writes(berlin("2026-03-28 11:00"), "acme", "How is the catalogue coming along?", "Cover", "w4"),
    writes(berlin("2026-03-28 11:20"), "acme", "Any news on the cover?", "Re: Cover", "w5", "w4"),
    writes(berlin("2026-03-28 12:05"), "acme", "What is the status of the index?", "Index", "w6"),
    writes(berlin("2026-03-28 14:30"), "acme", "What is the status of the photos?", "Photos", "w7"),
    writes(berlin("2026-03-29 01:50"), "elm", "How is the website coming along?", "Website", "s1"),
    writes(
        berlin("2026-03-29 03:10"),
        "elm",
        "I am out of the office until Tuesday.",
        "Automatic reply: Website",
        "s2",
        "s1",
        Auto_Submitted="auto-replied",
    ),
    # Monday
    writes(berlin("2026-03-30 09:15"), "birch", "Gibt es Neuigkeiten? Wie ist der Stand?", "Anmeldung", "j2"),
    writes(berlin("2026-03-30 10:30"), "elm", "Any news on the website?", "Re: Website", "s3", "s1"),
    writes(berlin("2026-03-30 11:00"), "fir", "Hola, ¿cómo va el presupuesto?", "Presupuesto", "i1"),
    robin_writes(
        berlin("2026-03-30 12:20"), "elm", "The booking page is up. Sorry for the delay.", "Where we are", "r3"
    ),
    robin_writes(berlin("2026-03-30 14:30"), "fir", "Lo tienes mañana.", "Re: Presupuesto", "r4", "i1"),
    # Tuesday
    writes(
        berlin("2026-03-31 09:40"),
        "birch",
        "Der versprochene Bericht ist nicht gekommen. Ich bin sehr enttäuscht und möchte mich beschweren.",
        "Kein Bericht",
        "j3",
    ),
    commands(berlin("2026-03-31 13:00"), "reports", "move", "acme", "Wed", "11:00"),
    robin_writes(
        berlin("2026-03-31 14:00"), "birch", "Das war mein Fehler. Ich rufe an.", "Re: Kein Bericht", "r5", "j3"
    ),
    # Wednesday
    sends_draft(berlin("2026-04-01 10:30"), "acme", "Here is where we are", **{"[what is done]": "Pages 21 to 30"}),
    robin_writes(berlin("2026-04-01 10:50"), "cedar", "The first three patterns are ready.", "Patterns so far", "r6"),
    sends_draft(berlin("2026-04-01 16:30"), "birch", "hier der Stand"),
    commands(berlin("2026-04-01 17:05"), "incidents", "resolve", "2"),
    # Thursday: Robin decides to stay away after Easter, when Acme has been told a time already
    writes(
        berlin("2026-04-02 09:20"),
        "heath",
        "Wir brauchen dringend eine neue Startseite. Können Sie uns ein Angebot machen?",
        "Dringend: neue Startseite",
        "h1",
    ),
    writes(berlin("2026-04-02 10:00"), "acme", "How are things progressing?", "Proofs", "w8"),
    sends_draft(berlin("2026-04-02 10:10"), "heath", "nicht früher"),
    writes(berlin("2026-04-02 11:00"), "birch", "Wie ist der Stand bei der Anmeldung?", "Stand", "j4"),
    Step(berlin("2026-04-02 12:00"), lambda stage: stage.reload(away="2026-04-07")),
    writes(berlin("2026-04-02 12:30"), "acme", "What is the status of the binding?", "Binding", "w9"),
    commands(berlin("2026-04-02 13:00"), "reports", "move", "acme", "next"),
    writes(berlin("2026-04-02 16:00"), "fir", "¿Cómo va la maqueta?", "Maqueta", "i2"),
    sends_draft(berlin("2026-04-02 16:40"), "birch", "hier der Stand"),
    writes(berlin("2026-04-02 21:30"), "elm", "How is the booking page coming along?", "Booking page", "s4"),
    # Easter Monday
    writes(berlin("2026-04-06 14:00"), "gorse", "How are things progressing with the glaze sheet?", "Glaze", "m1"),
    # Wednesday
    sends_draft(berlin("2026-04-08 09:30"), "elm", "Here is where we are"),
    commands(berlin("2026-04-08 11:00"), "reports", "sent", "gorse"),
    robin_writes(berlin("2026-04-08 12:00"), "fir", "Aquí está.", "Re: Maqueta", "r7", "i2"),
    sends_draft(berlin("2026-04-08 15:45"), "acme", "Here is where we are"),
    robin_writes(berlin("2026-04-08 16:00"), "birch", "Die Anmeldung ist fertig.", "Stand am Mittwoch", "r8"),
]

AUTUMN: list[Step] = [
    writes(berlin("2026-10-20 09:30"), "acme", "How are things progressing with the catalogue?", "Catalogue", "w1"),
    sends_draft(berlin("2026-10-20 15:30"), "acme", "Here is where we are", **{"[what is done]": "Pages 1 to 9"}),
    writes(berlin("2026-10-23 21:00"), "acme", "Any news on the cover?", "Cover", "w2"),
    # Both times at which Robin's clock says half past two
    writes(berlin("2026-10-25 02:30"), "elm", "How is the website coming along?", "Website", "s1"),
    writes(berlin("2026-10-25 02:30", fold=1), "cedar", "Could you send me a status update?", "Patterns", "a1"),
    writes(berlin("2026-10-26 09:00"), "birch", "Wie ist der Stand beim Mitgliederbereich?", "Mitgliederbereich", "j1"),
    robin_writes(berlin("2026-10-26 09:40"), "elm", "The booking page is up.", "Where we are", "r1"),
    sends_draft(berlin("2026-10-26 16:20"), "birch", "hier der Stand"),
    robin_writes(berlin("2026-10-27 15:10"), "acme", "Pages 10 to 20 are set.", "STATUS, week 44", "r2"),
    commands(berlin("2026-10-27 17:00"), "reports", "move", "cedar", "Thu", "09:00"),
    robin_writes(berlin("2026-10-29 08:50"), "cedar", "Three patterns are ready.", "Patterns so far", "r3"),
    writes(berlin("2026-10-29 09:10"), "dune", "Bonjour, où en est le projet ?", "Brochure", "z1"),
    writes(berlin("2026-10-29 10:00"), "fir", "Hola, ¿cómo va el presupuesto?", "Presupuesto", "i1"),
    commands(berlin("2026-10-29 15:40"), "note", "dune", "Told Zoé where the brochure is", "--call"),
    writes(berlin("2026-10-30 22:00"), "acme", "How are things progressing?", "Proofs", "w3"),
    # An hour before and an hour after New York's clocks go back
    writes(berlin("2026-11-01 06:30"), "acme", "Any news?", "Re: Proofs", "w4", "w3"),
    writes(berlin("2026-11-01 08:00"), "acme", "What is the status of the binding?", "Binding", "w5"),
]

Fact = tuple[datetime, Callable[[Oracle], None]]


def _given(at: str, key: str, due: str) -> Fact:
    return berlin(at), lambda oracle: oracle.give(key, berlin(due))


def _moved(at: str, key: str, old: str, new: str) -> Fact:
    return berlin(at), lambda oracle: oracle.move(key, berlin(old), berlin(new))


SPRING_FACTS: list[Fact] = [
    _given("2026-03-25 16:40", "birch", "2026-03-25 17:00"),
    _given("2026-03-26 14:50", "dune", "2026-03-26 15:00"),
    _given("2026-03-26 16:30", "birch", "2026-03-26 17:00"),
    _given("2026-03-27 15:40", "acme", "2026-03-27 16:00"),
    _given("2026-03-30 12:20", "elm", "2026-03-30 10:00"),
    _moved("2026-03-31 13:00", "acme", "2026-03-31 16:00", "2026-04-01 11:00"),
    _given("2026-04-01 10:30", "acme", "2026-04-01 11:00"),
    _given("2026-04-01 10:50", "cedar", "2026-04-01 11:30"),
    _given("2026-04-01 16:30", "birch", "2026-04-01 17:00"),
    (
        berlin("2026-04-02 12:00"),
        lambda oracle: oracle.leave(date(2026, 4, 7), "acme", berlin("2026-04-07 16:00")),
    ),
    _moved("2026-04-02 13:00", "acme", "2026-04-07 16:00", "2026-04-08 16:00"),
    _given("2026-04-02 16:40", "birch", "2026-04-02 17:00"),
    _given("2026-04-08 09:30", "elm", "2026-04-08 10:00"),
    _given("2026-04-08 11:00", "gorse", "2026-04-08 12:00"),
    _given("2026-04-08 15:45", "acme", "2026-04-08 16:00"),
    _given("2026-04-08 16:00", "birch", "2026-04-08 17:00"),
]
AUTUMN_FACTS: list[Fact] = [
    _given("2026-10-20 15:30", "acme", "2026-10-20 16:00"),
    _given("2026-10-26 09:40", "elm", "2026-10-26 10:00"),
    _given("2026-10-26 16:20", "birch", "2026-10-26 17:00"),
    _given("2026-10-27 15:10", "acme", "2026-10-27 16:00"),
    _moved("2026-10-27 17:00", "cedar", "2026-10-28 11:30", "2026-10-29 09:00"),
    _given("2026-10-29 08:50", "cedar", "2026-10-29 09:00"),
    _given("2026-10-29 15:40", "dune", "2026-10-29 15:00"),
]


def oracle_at(facts: Sequence[Fact], now: datetime) -> Oracle:
    """What somebody with a paper calendar knows at an instant."""
    oracle = Oracle()
    for at, happened in facts:
        if at <= now:
            happened(oracle)
    return oracle
