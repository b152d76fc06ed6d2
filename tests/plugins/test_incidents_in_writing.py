"""A call from a client with whom everything is to be in writing: what lies in Drafts, and when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from whiteglove import IncidentKind, IncidentState, OpenIncident, UpdateIncident
from whiteglove.desk.incidents import open_incident, update_incident
from whiteglove.ledger import DraftState
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import Bench
from whiteglove_plugins import incidents

FORMAL = """
name = "Fougère & Fils"
language = "{language}"
address_form = "{form}"
in_writing = {in_writing}
{more}
[[people]]
name = "Ada Forst"
addresses = ["ada@fougere.example"]
[[projects]]
name = "Katalog"
"""
ADA = "Ada Forst <ada@fougere.example>"


def book(
    language: str = "en", form: str = "familiar", *, in_writing: str = "true", more: str = 'reply_within = "8h"'
) -> dict[str, str]:
    return {"fougere": FORMAL.format(language=language, form=form, in_writing=in_writing, more=more)}


def requests(bench: Bench) -> list[DraftRow]:
    return [draft for draft in bench.drafts if draft.template == "in_writing"]


def lying(bench: Bench) -> int:
    """How many of them lie in Drafts."""
    return sum(draft.state is DraftState.PLACED for draft in requests(bench))


def called(bench: Bench, *, outbound: bool = False) -> None:
    bench.notes_call("fougere", "Wants blue", outbound=outbound)
    bench.run()


TEXTS = {
    ("en", "familiar"): (
        "Hi Ada,\n\nThank you for your call on Monday, 2 March. So that neither of us has to keep it in mind: could "
        "you put what you need into a mail, in a few lines? I answer within 8 working hours, and we both have it to "
        "look up later."
    ),
    ("de", "familiar"): (
        "Hallo Ada,\n\ndanke für deinen Anruf am Montag, 2. März. Damit keiner von uns alles im Kopf behalten muss: "
        "Könntest du mir in ein paar Zeilen per Mail schreiben, was du brauchst? Ich antworte innerhalb von 8 "
        "Arbeitsstunden, und wir können es beide später nachlesen."
    ),
    ("de", "formal"): (
        "danke für Ihren Anruf am Montag, 2. März. Damit keiner von uns alles im Kopf behalten muss: Könnten Sie mir "
        "in ein paar Zeilen per Mail schreiben, was Sie brauchen? Ich antworte innerhalb von 8 Arbeitsstunden, und "
        "wir können es beide später nachlesen."
    ),
}


@pytest.mark.parametrize(("language", "form"), TEXTS)
def test_a_call_from_them_lays_a_request_for_a_mail_ready(language: str, form: str) -> None:
    with Bench(incidents, clients=book(language, form)) as bench:
        called(bench)
        (draft,) = bench.drafted
        assert draft.recipient == "ada@fougere.example"
        text = draft.message.get_content().replace("\r\n", "\n")
        assert TEXTS[language, form] in " ".join(text.split(" ")).replace(" \n", " ")
        assert "Wants blue" not in text
        assert bench.failures == []


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        (book(), "Our call on Monday, 2 March: Katalog"),
        (book("de"), "Dein Anruf am Montag, 2. März: Katalog"),
        (book("de", "formal"), "Ihr Anruf am Montag, 2. März: Katalog"),
    ],
)
def test_its_subject_is_the_call(clients: dict[str, str], expected: str) -> None:
    with Bench(incidents, clients=clients) as bench:
        called(bench)
        assert bench.drafted[0].message["Subject"] == expected


def test_without_an_agreed_time_the_owner_fills_it_in() -> None:
    with Bench(incidents, clients=book(more="")) as bench:
        called(bench)
        assert "I answer by [day, time]," in " ".join(bench.drafted[0].message.get_content().split())


@pytest.mark.parametrize(
    ("language", "within"), [("en", "I answer within one working hour,"), ("de", "innerhalb einer Arbeitsstunde,")]
)
def test_one_hour_is_written_as_a_word(language: str, within: str) -> None:
    with Bench(incidents, clients=book(language, more='reply_within = "1h"')) as bench:
        called(bench)
        assert within in " ".join(bench.drafted[0].message.get_content().split())


def test_the_owners_own_call_a_note_and_other_clients_ask_for_nothing() -> None:
    with Bench(incidents, clients=book(in_writing="false")) as bench:
        called(bench)
        assert requests(bench) == []
    with Bench(incidents, clients=book()) as bench:
        called(bench, outbound=True)
        assert requests(bench) == []
    with Bench(incidents, clients=book(), drafts=False) as bench:
        called(bench)
        assert requests(bench) == []


def went_wrong(bench: Bench, matter: str, *, resolved: str = "") -> None:
    now = bench.clock.now()
    with bench.store.write() as tx:
        action = OpenIncident(reason="complaint", client="fougere", kind=IncidentKind.COMPLAINT, matter=matter)
        number = open_incident(tx, action, now)["incident"]
        if resolved:
            update_incident(tx, UpdateIncident(reason=resolved, incident=number, state=IncidentState.RESOLVED), now)


def test_after_two_incidents_in_ninety_days_it_is_so_whatever_the_file_says() -> None:
    with Bench(incidents, clients=book(in_writing="false")) as bench:
        went_wrong(bench, "thread:1", resolved="command")
        # One matter that was taken for two is one.
        went_wrong(bench, "thread:2", resolved="same_matter")
        called(bench)
        assert requests(bench) == []
        went_wrong(bench, "thread:3")
        called(bench)
        assert lying(bench) == 1
        bench.clock.move(timedelta(days=91))
        called(bench)
        assert [draft.state for draft in requests(bench)] == [DraftState.WITHDRAWN]
    with Bench(incidents, clients=book(in_writing="false"), in_writing_after=0) as bench:
        went_wrong(bench, "thread:1")
        went_wrong(bench, "thread:2")
        called(bench)
        assert requests(bench) == []


def test_a_second_call_leaves_one_request() -> None:
    with Bench(incidents, clients=book()) as bench:
        called(bench)
        bench.advance(hours=1)
        called(bench)
        assert lying(bench) == 1
        assert [draft.state for draft in requests(bench)] == [DraftState.WITHDRAWN, DraftState.PLACED]


def test_it_goes_when_either_side_writes_or_at_the_end_of_the_next_working_day() -> None:
    with Bench(incidents, clients=book()) as bench:
        called(bench)
        bench.receive("Blue, as on the first page.", sender=ADA)
        assert lying(bench) == 0
        called(bench)
        bench.owner_sends("Blue it is.", to=ADA)
        assert lying(bench) == 0
        called(bench)
        bench.advance(hours=7)
        assert lying(bench) == 1
        bench.advance(hours=26)
        assert lying(bench) == 0


def test_one_that_the_owner_has_changed_stays() -> None:
    with Bench(incidents, clients=book()) as bench:
        called(bench)
        draft = bench.world.account.mails("Drafts")[0]
        bench.world.account.expunge(draft.uid, "Drafts")
        bench.world.account.deliver(draft.message.replace(b"call", b"talk"), folder="Drafts")
        bench.receive("Blue, as on the first page.", sender=ADA)
        assert len(bench.drafted) == 1
