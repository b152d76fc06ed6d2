"""October 2026 with four difficult clients: what Robin was told and when, which drafts lay there, what is on record,
and that nothing but the time of a report ever went to a client by itself."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fortnight import checks as of_fortnight
from fortnight import tables
from fortnight.stage import berlin
from fortnight.tables import same
from month import tables as of_month
from month.acts import Month, played
from month.cast import CLIENTS
from month.checks import names_another, sent_by_itself, whose, wrong_words
from month.story import BEGINS, ENDS, FACTS
from servers.dovecot import Dovecot

pytestmark = pytest.mark.long

LOOKED = [berlin("2026-10-02 09:10"), berlin("2026-10-09 08:30"), berlin("2026-10-26 10:10")]
RESTARTED_EVERY = 40
"""Moments of the story from one restart to the next."""


@pytest.fixture(scope="module")
def october(dovecot: Dovecot) -> Iterator[Month]:
    moments = iter(range(1, 1_000_000))
    with played(
        "october@vale.example", dovecot, looked=LOOKED, restarts=lambda _: next(moments) % RESTARTED_EVERY == 0
    ) as month:
        assert month.stage.restarts >= 10
        yield month


@pytest.fixture(scope="module")
def trail(october: Month, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper trail of the client who complained."""
    file = tmp_path_factory.mktemp("trail") / "basalt.zip"
    october.stage.command("incidents", "export", "--client", "basalt", "--since", "2026-10-01", "--out", str(file))
    return file


def test_which_warning_came_when(october: Month) -> None:
    """Raised when, how urgent, about whom, and when it reached Robin."""
    expected = """
    Thu 01 Oct 22:30 | now   | alder  | core              | limit_person:alder                | Thu 01 Oct 22:30
    Thu 01 Oct 22:30 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-01 | Fri 02 Oct 09:00
    Fri 02 Oct 10:10 | today | cobalt | scope             | scope:#                           | Fri 02 Oct 10:10
    Mon 05 Oct 11:30 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-05 | Mon 05 Oct 11:30
    Mon 05 Oct 11:50 | today | alder  | contact_frequency | rally:alder:#:2026-10-05          | Mon 05 Oct 11:50
    Wed 07 Oct 16:45 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-07 | Wed 07 Oct 16:45
    Thu 08 Oct 10:00 | today | cobalt | scope             | scope:#                           | Thu 08 Oct 10:00
    Thu 08 Oct 15:00 | now   | basalt | reports           | promise_late:#                    | Thu 08 Oct 15:00
    Thu 08 Oct 15:40 | now   | basalt | core              | promise_late:basalt:#             | Thu 08 Oct 15:40
    Thu 08 Oct 16:10 | now   | basalt | incidents         | complaint:#                       | Thu 08 Oct 16:10
    Fri 09 Oct 08:10 | now   | basalt | incidents         | complaint:#                       | Fri 09 Oct 08:10
    Fri 09 Oct 11:20 | now   | basalt | incidents         | complaint:#                       | Fri 09 Oct 11:20
    Fri 09 Oct 11:20 | today | basalt | scope             | pattern:#                         | Fri 09 Oct 11:20
    Fri 09 Oct 15:30 | now   | basalt | core              | incident_open:basalt:#            | Fri 09 Oct 15:30
    Tue 13 Oct 18:20 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-13 | Wed 14 Oct 09:00
    Wed 14 Oct 13:30 | today | dill   | core              | came_back:#                       | Wed 14 Oct 13:30
    Wed 14 Oct 14:00 | today | cobalt | scope             | scope:#                           | Wed 14 Oct 14:00
    Wed 14 Oct 18:20 | now   | cobalt | second_look       | names:heat@laptop.example         | Wed 14 Oct 18:20
    Wed 14 Oct 18:20 | now   | cobalt | second_look       | heated:heat@laptop.example        | Wed 14 Oct 18:20
    Fri 16 Oct 11:00 | now   | dill   | incidents         | complaint:#                       | Fri 16 Oct 11:00
    Mon 19 Oct 11:00 | today | basalt | incidents         | after:#                           | Mon 19 Oct 11:00
    Mon 19 Oct 14:30 | now   | alder  | core              | limit_person:alder                | Mon 19 Oct 14:30
    Mon 19 Oct 14:30 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-19 | Mon 19 Oct 14:30
    Tue 20 Oct 16:00 | today | cobalt | scope             | scope:#                           | Tue 20 Oct 16:00
    Sun 25 Oct 10:15 | now   | alder  | core              | limit_person:alder                | Sun 25 Oct 10:15
    Sun 25 Oct 10:15 | today | alder  | contact_frequency | contact_exceeded:alder:2026-10-25 | Mon 26 Oct 09:00
    Sun 25 Oct 10:15 | today | alder  | contact_frequency | reconsider:alder:Thu 01 Oct 22:30 | Mon 26 Oct 09:00
    Mon 26 Oct 09:30 | today | dill   | incidents         | after:#                           | Mon 26 Oct 09:30
    """
    same(of_month.warned(october.stage), expected, "warnings")


def test_each_is_said_once_in_working_time_and_as_of_the_day_on_which_it_is_read(october: Month) -> None:
    # That a person has had as many automatic answers as the limit allows is told anew on another day.
    same(of_fortnight.said_twice(october.stage), "limit_person:alder", "said_twice")
    same(of_fortnight.owner_was_disturbed(october.stage), "", "owner_was_disturbed")
    same(of_fortnight.false_days(october.stage), "", "false_days")
    same(of_fortnight.summaries_missing(october.stage, BEGINS, ENDS), "", "summaries_missing")


def test_the_telephone_rings_for_what_is_urgent_and_not_at_night(october: Month) -> None:
    expected = """
    Fri 02 Oct 09:00 | Alder & Finch: while you were away  | A warning. Your mail says what it is.
    Thu 08 Oct 15:00 | Basalt Verlag: needs you now        | A warning. Your mail says what it is.
    Thu 08 Oct 15:40 | Basalt Verlag: needs you now        | A warning. Your mail says what it is.
    Thu 08 Oct 16:10 | Basalt Verlag: needs you now        | A warning. Your mail says what it is.
    Fri 09 Oct 09:00 | Basalt Verlag: while you were away  | A warning. Your mail says what it is.
    Fri 09 Oct 11:20 | Basalt Verlag: needs you now        | A warning. Your mail says what it is.
    Fri 09 Oct 15:30 | Basalt Verlag: needs you now        | A warning. Your mail says what it is.
    Thu 15 Oct 09:00 | Cobalt Toys: while you were away    | 2 warnings. Your mail says what they are.
    Fri 16 Oct 11:00 | Dill und Söhne: needs you now       | A warning. Your mail says what it is.
    Mon 19 Oct 14:30 | Alder & Finch: needs you now        | A warning. Your mail says what it is.
    Mon 26 Oct 09:00 | Alder & Finch: while you were away  | A warning. Your mail says what it is.
    """
    same(of_month.rang(october.stage), expected, "notices")


def test_which_drafts_lay_there_and_what_became_of_them(october: Month) -> None:
    expected = """
    Thu 01 Oct 22:30 | alder  | ask:alder:Thu 01 Oct 22:30      | sent
    Fri 02 Oct 10:10 | cobalt | scope:#                         | withdrawn
    Mon 05 Oct 00:00 | cobalt | scope:#                         | sent
    Mon 05 Oct 14:05 | dill   | in_writing:dill:#               | sent
    Wed 07 Oct 16:45 | alder  | cadence:alder:Thu 01 Oct 22:30  | sent
    Thu 08 Oct 10:00 | cobalt | scope:#                         | withdrawn
    Thu 08 Oct 16:10 | basalt | apology:#                       | withdrawn
    Thu 08 Oct 16:30 | basalt | apology:#                       | withdrawn
    Fri 09 Oct 08:10 | basalt | apology:#                       | sent
    Mon 12 Oct 11:10 | dill   | in_writing:dill:#               | withdrawn
    Tue 13 Oct 18:20 | alder  | interval:alder:Thu 01 Oct 22:30 | sent
    Wed 14 Oct 14:00 | cobalt | scope:#                         | withdrawn
    Mon 19 Oct 11:00 | basalt | after:#                         | sent
    Mon 19 Oct 14:30 | alder  | prices:alder:Thu 01 Oct 22:30   | placed
    Tue 20 Oct 16:00 | cobalt | scope:#                         | withdrawn
    Wed 21 Oct 00:00 | cobalt | scope:#                         | withdrawn
    Thu 22 Oct 00:00 | cobalt | scope:#                         | withdrawn
    Thu 22 Oct 19:30 | dill   | in_writing:dill:#               | withdrawn
    Mon 26 Oct 00:00 | cobalt | scope:#                         | sent
    Mon 26 Oct 09:30 | dill   | after:#                         | placed
    """
    same(of_month.drafted(october.stage), expected, "drafts")
    same(of_fortnight.drafts_faulty(october), "", "drafts_faulty")


def test_the_ladder_is_climbed_once_and_not_in_a_conversation(october: Month) -> None:
    told = [row.text for row in tables.warning_rows(october.stage) if row.reason == "contact_exceeded"]
    said = [
        "A draft that asks what is behind it lies in Drafts.",
        "Next step: pick up the phone, or stop until tomorrow, 09:00.",
        "A draft that offers that lies in Drafts.",
        "A draft that says it lies in Drafts.",
        "A draft with that choice lies in Drafts; keep it until the next project is spoken of.",
        "Next step: decide whether this client still suits you; what the record says about that is told apart.",
    ]
    assert [text[-len(end) :] for text, end in zip(told, said, strict=True)] == said
    (text,) = [row.text for row in tables.warning_rows(october.stage) if row.reason == "step_reconsider"]
    assert "since Thu 1 Oct" in text
    assert "Grade C." in text
    assert "Parting would free 10 hours a week. That is 26 % of yours." in text
    (step,) = json.loads(october.stage.command("contact", "--json"))["steps"]
    assert (step["client"], step["step"]) == ("alder", "reconsider")


def test_what_the_incident_log_says(october: Month) -> None:
    expected = """
    1 basalt | Thu 08 Oct 15:00 | promise_late    | opened         | minor   | -     | -
    1 basalt | Thu 08 Oct 16:10 | deadline_missed | opened         | serious | b3    | nicht gekommen
    1 basalt | Fri 09 Oct 08:10 | complaint       | opened         | grave   | b4    | bin enttäuscht
    1 basalt | Fri 09 Oct 09:40 | remedy_offered  | remedy_offered | -       | draft | -
    1 basalt | Fri 09 Oct 11:20 | complaint       | remedy_offered | grave   | b5    | sehr enttäuscht
    1 basalt | Fri 09 Oct 11:50 | kept_late       | remedy_offered | -       | -     | -
    1 basalt | Fri 09 Oct 14:45 | owner_wrote     | remedy_offered | -       | r8    | -
    1 basalt | Mon 12 Oct 10:00 | thanked         | remedy_offered | -       | b7    | Vielen Dank
    1 basalt | Mon 12 Oct 11:00 | command         | resolved       | -       | -     | -
    2 dill   | Fri 16 Oct 11:00 | deadline_missed | opened | minor | d4 | Frist für den Messestand verpasst
    2 dill   | Fri 16 Oct 12:10 | owner_wrote     | acknowledged | -    | r7 | -
    2 dill   | Fri 16 Oct 13:00 | thanked         | acknowledged | -    | d5 | danke
    2 dill   | Mon 19 Oct 09:30 | command         | resolved     | -    | -  | -
    """
    same(of_month.incident_log(october.stage), expected, "the incident log")
    kinds = """
    basalt | promise_late    | resolved | Thu 08 Oct 15:00
    dill   | deadline_missed | resolved | Fri 16 Oct 11:00
    """
    same(october.tables["incidents"], kinds, "incidents")
    told = {row.client: row.text for row in tables.warning_rows(october.stage) if row.plugin == "incidents"}
    assert "1 promise was kept in time" in told["basalt"]
    texts = [row.text for row in tables.warning_rows(october.stage) if row.reason == "deadline_missed"]
    (unfounded,) = [text for text in texts if text.startswith("Dill und Söhne:")]
    assert "look it up before you admit anything" in unfounded


def test_wishes_are_on_record_with_what_became_of_them(october: Month) -> None:
    expected = """
    basalt | Re: Kein Bericht | less          | open    | -
    cobalt | A shop           | more          | agreed  | no shop
    cobalt | Order            | more          | open    | -
    cobalt | Price            | less          | open    | -
    cobalt | French           | more and less | offered | no translations
    """
    same(of_month.wishes(october.stage), expected, "wishes")
    texts = [row.text for row in tables.warning_rows(october.stage)]
    assert "Basalt Verlag: 3 complaints, 2 with a price request, since Thu 8 Oct." in texts


def test_kim_has_the_invoices_until_one_comes_back(october: Month) -> None:
    expected = """
    dill | Rechnung 1042 | Tue 06 Oct 11:00 | Tue 06 Oct 15:00 | Tue 06 Oct 13:20 | done
    dill | Rechnung 1043 | Wed 14 Oct 09:30 | Wed 14 Oct 13:30 | Wed 14 Oct 13:30 | returned
    """
    same(of_month.delegated(october.stage), expected, "what Kim had")
    dill = [line for line in october.tables["obligations"] if line.startswith("dill") and "billing" in line]
    same([line.split(" | ")[3] for line in dill], ["answered"] * 2, "")


def test_the_interruptions_are_those_counted_on_the_fingers(october: Month) -> None:
    for key in CLIENTS:
        assert of_month.interruptions(october.stage, key, "2026-10") == of_month.counted(october.stage, key)
    printed = october.stage.command("clients", "alder", "--csv", "-", "--month", "2026-10")
    rows = {row["kind"]: row for row in csv.DictReader(io.StringIO(printed))}
    by_hand = {kind: had for kind, had in of_month.counted(october.stage, "alder").items() if isinstance(had, tuple)}
    assert {kind: (int(row["count"]), float(row["minutes"]), row["amount"]) for kind, row in rows.items()} == by_hand


def test_exactly_these_automatic_mails_go_to_clients(october: Month) -> None:
    expected = """
    Thu 01 Oct 09:20 | nora@alder.example   | Re: Catalogue    | Fri 02 Oct 16:00
    Thu 01 Oct 13:10 | nora@alder.example   | Re: Cover        | Fri 02 Oct 16:00
    Mon 05 Oct 11:00 | heike@basalt.example | Re: Lesekalender | Thu 08 Oct 15:00
    Wed 07 Oct 09:40 | nora@alder.example   | Re: Prices       | Fri 09 Oct 16:00
    Wed 07 Oct 16:45 | nora@alder.example   | Re: Back page    | Fri 09 Oct 16:00
    Tue 13 Oct 09:50 | nora@alder.example   | Re: Proofs       | Tue 13 Oct 16:00
    Tue 13 Oct 18:20 | nora@alder.example   | Re: Map          | Fri 16 Oct 16:00
    Wed 14 Oct 10:30 | heike@basalt.example | Re: Register     | Thu 15 Oct 15:00
    Mon 19 Oct 02:40 | nora@alder.example   | Re: Sizes        | Tue 20 Oct 16:00
    Mon 19 Oct 11:15 | nora@alder.example   | Re: Sizes        | Tue 20 Oct 16:00
    Sat 24 Oct 23:30 | nora@alder.example   | Re: Binding      | Tue 27 Oct 16:00
    Sun 25 Oct 02:30 | nora@alder.example   | Re: Paper        | Tue 27 Oct 16:00
    Tue 27 Oct 08:30 | ravi@cobalt.example  | Re: Search       | Wed 28 Oct 11:00
    Fri 30 Oct 11:00 | nora@alder.example   | Re: Print        | Fri 30 Oct 16:00
    """
    same(october.tables["told"], expected, "mails to clients")
    withheld = """
    Thu 01 Oct 22:30 | alder  | withheld | limit_person
    Fri 02 Oct 02:15 | alder  | withheld | limit_person
    Wed 07 Oct 12:20 | alder  | withheld | told
    Thu 08 Oct 15:40 | basalt | withheld | promise_late
    Fri 09 Oct 15:30 | basalt | withheld | incident_open
    Tue 13 Oct 12:30 | alder  | withheld | told
    Mon 19 Oct 14:30 | alder  | withheld | limit_person
    Sun 25 Oct 02:30 | alder  | withheld | told
    Sun 25 Oct 10:15 | alder  | withheld | limit_person
    """
    same(october.tables["withheld"], withheld, "withheld")
    same(sent_by_itself(october.stage), "", "sent_by_itself")
    same(of_fortnight.copies_missing(october.stage), "", "copies_missing")
    same(of_fortnight.faults_logged(october.stage), "", "faults_logged")


def test_every_time_told_is_that_of_a_calendar_on_paper(october: Month) -> None:
    same(of_fortnight.told_times_differ(october, FACTS), "", "told_times_differ")
    assert len(october.asked) == len(LOOKED) * len(CLIENTS)
    same(of_fortnight.next_reports_differ(october, FACTS), "", "next_reports_differ")


def test_no_draft_and_no_mail_names_another_client(october: Month) -> None:
    """But the one that Robin wrote in heat, of which Robin was warned before it was sent."""
    found = [(laid.mail, names_another(whose(laid.mail), laid.mail)) for laid in october.stage.laid]
    assert len(found) > 40
    told = [(str(mail["Message-ID"]), names) for mail, names in found if names]
    assert told == [("<heat@laptop.example>", ["Alder", "Finch"])] * 2
    for left in tables.to_clients(october.stage):
        assert names_another(whose(left.message), left.message) == []
    passed = [left for left in october.stage.world.post.left if left.recipient == "kim@vale.example"]
    assert len(passed) == 2
    assert [names_another("dill", left.message) for left in passed] == [[], []]


def test_every_draft_is_in_the_words_of_its_reader(october: Month) -> None:
    same(wrong_words(october.stage), "", "wrong_words")


def test_the_paper_trail_holds_their_messages_as_they_came(october: Month, trail: Path) -> None:
    stage = october.stage
    code, said = stage.say("incidents", "verify", str(trail))
    assert (code, "whole and unchanged" in said) == (0, True)
    stage.program.select_folder("INBOX", readonly=True)
    came = stage.program.fetch(stage.program.search(["FROM", "heike@basalt.example", "SINCE", "01-Oct-2026"]), "RFC822")
    with zipfile.ZipFile(trail) as archive:
        packed = {hashlib.sha256(archive.read(name)).digest() for name in archive.namelist()}
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert len(came) == 8
    assert all(hashlib.sha256(one[b"RFC822"]).digest() in packed for one in came.values())
    assert [name for name in ("Alder", "Cobalt", "Jonas", "Messestand") if name in everything] == []


def test_a_single_changed_byte_is_found(october: Month, trail: Path, tmp_path: Path) -> None:
    whole = trail.read_bytes()
    with zipfile.ZipFile(trail) as archive:
        archive.extractall(tmp_path / "unpacked")
        members = archive.infolist()
    for member in members:
        at = whole.index(member.filename.encode(), member.header_offset) + len(member.filename) + 3
        (tmp_path / "changed.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert october.stage.say("incidents", "verify", str(tmp_path / "changed.zip"))[0] == 1, member.filename
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed (Debian: coreutils)")
    assert _sums(tmp_path / "unpacked") == (0, [])
    for member in members:
        file = tmp_path / "unpacked" / member.filename
        if member.filename != "SHA256SUMS":
            before = file.read_bytes()
            file.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
            assert _sums(tmp_path / "unpacked") == (1, [member.filename])
            file.write_bytes(before)


def _sums(folder: Path) -> tuple[int, list[str]]:
    """What `sha256sum -c` says: its exit code, and the files that it complains of."""
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, env={"LC_ALL": "C"}, check=False
    )
    return done.returncode, [line.partition(":")[0] for line in done.stdout.splitlines() if line.endswith("FAILED")]
