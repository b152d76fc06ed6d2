"""A fortnight from 19 October 2026: the clocks go back in Berlin on the first Sunday, in New York on the second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fortnight import checks
from fortnight.acts import Fortnight, played
from fortnight.stage import berlin
from fortnight.story import AUTUMN, AUTUMN_BEGINS, AUTUMN_ENDS, AUTUMN_FACTS
from fortnight.tables import same
from servers.dovecot import Dovecot

pytestmark = pytest.mark.long

LOOKED = [
    berlin("2026-10-25 02:45", fold=1),
    berlin("2026-10-27 17:10"),
    berlin("2026-11-01 08:10"),
]


@pytest.fixture(scope="module")
def autumn(dovecot: Dovecot) -> Iterator[Fortnight]:
    """Robin reads German here, and the daemon is torn down before every moment of the night of the clocks."""
    night = berlin("2026-10-24 20:00"), berlin("2026-10-26 10:00")
    with played(
        "autumn@vale.example",
        dovecot,
        AUTUMN,
        AUTUMN_BEGINS,
        AUTUMN_ENDS,
        looked=LOOKED,
        language="de",
        restarts=lambda at: night[0] <= at <= night[1],
    ) as fortnight:
        yield fortnight


def test_each_promise_ends_in_the_right_state_with_its_evidence(autumn: Fortnight) -> None:
    expected = """
    acme  | report | Tue 20 Oct 16:00 | kept        | marker         | told
    acme  | report | Tue 27 Oct 16:00 | kept        | report_subject | told
    acme  | report | Tue 03 Nov 16:00 | open        | -              | told
    birch | report | Mon 26 Oct 17:00 | kept        | marker         | told
    cedar | report | Wed 28 Oct 11:30 | moved       | moved          | told
    cedar | report | Thu 29 Oct 09:00 | kept        | window         | told
    dune  | report | Thu 29 Oct 15:00 | kept late   | call           | told
    elm   | report | Mon 26 Oct 10:00 | kept        | window         | told
    fir   | answer | Thu 29 Oct 14:00 | broken late | -              | told
    """
    same(autumn.tables["promises"], expected, "promises")


def test_exactly_these_automatic_mails_go_to_clients(autumn: Fortnight) -> None:
    expected = """
    Tue 20 Oct 09:30 | wile@acme.example   | Re: Catalogue           | Tue 20 Oct 16:00
    Fri 23 Oct 21:00 | wile@acme.example   | Re: Cover               | Tue 27 Oct 16:00
    Sun 25 Oct 02:30 | sina@elm.example    | Re: Website             | Mon 26 Oct 10:00
    Sun 25 Oct 02:30 | asha@cedar.example  | Re: Patterns            | Wed 28 Oct 11:30
    Mon 26 Oct 09:00 | jutta@birch.example | Re: Mitgliederbereich   | Mon 26 Oct 17:00
    Tue 27 Oct 17:00 | asha@cedar.example  | New time for the report | Thu 29 Oct 09:00
    Thu 29 Oct 09:10 | zoe@dune.example    | Re: Brochure            | Thu 29 Oct 15:00
    Thu 29 Oct 10:00 | ines@fir.example    | Re: Presupuesto         | Thu 29 Oct 14:00
    Fri 30 Oct 22:00 | wile@acme.example   | Re: Proofs              | Tue 03 Nov 16:00
    Sun 01 Nov 08:00 | wile@acme.example   | Re: Binding             | Tue 03 Nov 16:00
    """
    same(autumn.tables["told"], expected, "mails to clients")
    same(autumn.tables["withheld"], "Sun 01 Nov 06:30 | acme | withheld | told", "withheld")


def test_each_mail_of_a_client_is_counted(autumn: Fortnight) -> None:
    expected = """
    acme  | arrived 6 | recorded 6
    birch | arrived 2 | recorded 2
    cedar | arrived 2 | recorded 2
    dune  | arrived 2 | recorded 2
    elm   | arrived 2 | recorded 2
    fir   | arrived 2 | recorded 2
    gorse | arrived 1 | recorded 1
    heath | arrived 1 | recorded 1
    """
    same(autumn.tables["counted"], expected, "mails of clients")


def test_only_what_cannot_wait_is_urgent(autumn: Fortnight) -> None:
    expected = """
    Thu 29 Oct 14:00 | now | fir  | replies   | promise_late:#   | Thu 29 Oct 14:00
    Thu 29 Oct 15:00 | now | dune | reports   | promise_late:#   | Thu 29 Oct 15:00
    Fri 30 Oct 17:30 | now | fir  | incidents | promise_broken:# | Fri 30 Oct 17:30
    """
    same([line for line in autumn.tables["warned"] if " | now | " in line], expected, "urgent warnings")


def test_the_next_reports_are_those_of_a_calendar_on_paper(autumn: Fortnight) -> None:
    assert len(autumn.asked) == len(LOOKED) * 8
    same(checks.next_reports_differ(autumn, AUTUMN_FACTS), "", "next_reports_differ")


def test_every_time_told_is_that_of_a_calendar_on_paper(autumn: Fortnight) -> None:
    same(checks.told_times_differ(autumn, AUTUMN_FACTS), "", "told_times_differ")


def test_nothing_is_told_twice_and_nothing_but_urgent_matters_at_night(autumn: Fortnight) -> None:
    same(checks.said_twice(autumn.stage), "", "said_twice")
    same(checks.owner_was_disturbed(autumn.stage), "", "owner_was_disturbed")
    same(checks.summaries_missing(autumn.stage, AUTUMN_BEGINS, AUTUMN_ENDS), "", "summaries_missing")


def test_drafts_open_properly_and_nothing_else_lies_there(autumn: Fortnight) -> None:
    same(checks.drafts_faulty(autumn), "", "drafts_faulty")


def test_one_copy_of_each_lies_in_sent_and_nothing_failed(autumn: Fortnight) -> None:
    same(checks.copies_missing(autumn.stage), "", "copies_missing")
    same(checks.faults_logged(autumn.stage), "", "faults_logged")
    assert autumn.stage.restarts > 10
