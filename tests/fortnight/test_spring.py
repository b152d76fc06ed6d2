"""A fortnight from 25 March 2026: the clocks go forward, Easter follows, and an absence is announced late."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from fortnight import checks, tables
from fortnight.acts import Fortnight, played
from fortnight.stage import berlin
from fortnight.story import SPRING, SPRING_BEGINS, SPRING_ENDS, SPRING_FACTS
from fortnight.tables import same
from servers.dovecot import Dovecot

pytestmark = pytest.mark.long

LOOKED = [
    berlin("2026-03-25 07:00"),
    berlin("2026-03-29 03:05"),
    berlin("2026-03-31 17:10"),
    berlin("2026-04-02 12:10"),
    berlin("2026-04-08 16:10"),
]
RESTARTED_EVERY = 16
"""Moments of the story from one restart to the next, in every run; the long rounds play it without any too, and with
five times as many."""


@pytest.fixture(scope="module")
def spring(dovecot: Dovecot) -> Iterator[Fortnight]:
    often = _every(RESTARTED_EVERY)
    spring = SPRING, SPRING_BEGINS, SPRING_ENDS
    with played("spring@vale.example", dovecot, *spring, looked=LOOKED, restarts=often) as fortnight:
        assert fortnight.stage.restarts >= 12
        yield fortnight


def test_each_promise_ends_in_the_right_state_with_its_evidence(spring: Fortnight) -> None:
    expected = """
    acme  | report | Fri 27 Mar 16:00 | kept        | report_subject | told
    acme  | report | Tue 31 Mar 16:00 | moved       | moved          | told
    acme  | report | Wed 01 Apr 11:00 | kept        | marker         | told
    acme  | report | Tue 07 Apr 16:00 | moved       | moved          | told
    acme  | report | Wed 08 Apr 16:00 | kept        | marker         | told
    birch | report | Wed 25 Mar 17:00 | kept        | marker         | told
    birch | report | Thu 26 Mar 17:00 | kept        | window         | untold
    birch | report | Mon 30 Mar 17:00 | broken late | -              | told
    birch | report | Wed 01 Apr 17:00 | kept        | marker         | untold
    birch | report | Thu 02 Apr 17:00 | kept        | marker         | told
    birch | report | Wed 08 Apr 17:00 | kept        | window         | untold
    cedar | report | Wed 01 Apr 11:30 | kept        | window         | told
    dune  | report | Thu 26 Mar 15:00 | kept        | call           | told
    elm   | report | Mon 30 Mar 10:00 | kept late   | window         | told
    elm   | report | Wed 08 Apr 10:00 | kept        | marker         | told
    fir   | answer | Mon 30 Mar 15:00 | kept        | answer         | told
    fir   | answer | Wed 08 Apr 11:30 | kept late   | answer         | told
    gorse | report | Wed 08 Apr 12:00 | kept        | command        | told
    """
    same(spring.tables["promises"], expected, "promises")


def test_exactly_these_automatic_mails_go_to_clients(spring: Fortnight) -> None:
    expected = """
    Wed 25 Mar 09:30 | wile@acme.example   | Re: Catalogue         | Fri 27 Mar 16:00
    Wed 25 Mar 10:00 | jutta@birch.example | Re: Mitgliederbereich | Wed 25 Mar 17:00
    Thu 26 Mar 03:10 | asha@cedar.example  | Re: Patterns          | Wed 01 Apr 11:30
    Thu 26 Mar 11:00 | zoe@dune.example    | Re: Brochure          | Thu 26 Mar 15:00
    Sat 28 Mar 11:00 | wile@acme.example   | Re: Cover             | Tue 31 Mar 16:00
    Sat 28 Mar 12:05 | wile@acme.example   | Re: Index             | Tue 31 Mar 16:00
    Sun 29 Mar 01:50 | sina@elm.example    | Re: Website           | Mon 30 Mar 10:00
    Mon 30 Mar 09:15 | jutta@birch.example | Re: Anmeldung         | Mon 30 Mar 17:00
    Mon 30 Mar 11:00 | ines@fir.example    | Re: Presupuesto       | Mon 30 Mar 15:00
    Tue 31 Mar 13:00 | wile@acme.example   | New time for the report on Catalogue relaunch | Wed 01 Apr 11:00
    Thu 02 Apr 10:00 | wile@acme.example   | Re: Proofs            | Tue 07 Apr 16:00
    Thu 02 Apr 11:00 | jutta@birch.example | Re: Stand             | Thu 02 Apr 17:00
    Thu 02 Apr 13:00 | wile@acme.example   | New time for the report on Catalogue relaunch | Wed 08 Apr 16:00
    Thu 02 Apr 16:00 | ines@fir.example    | Re: Maqueta           | Wed 08 Apr 11:30
    Thu 02 Apr 21:30 | sina@elm.example    | Re: Booking page      | Wed 08 Apr 10:00
    Mon 06 Apr 14:00 | moira@gorse.example | Re: Glaze             | Wed 08 Apr 12:00
    """
    same(spring.tables["told"], expected, "mails to clients")


def test_what_gets_no_answer_has_its_reason(spring: Fortnight) -> None:
    expected = """
    Wed 25 Mar 22:45 | acme | withheld | told
    Sat 28 Mar 11:20 | acme | withheld | told
    Sat 28 Mar 14:30 | acme | withheld | limit_person
    Mon 30 Mar 10:30 | elm  | withheld | promise_late
    Thu 02 Apr 12:30 | acme | withheld | promise_in_absence
    """
    same(spring.tables["withheld"], expected, "withheld")


def test_each_mail_of_a_client_is_counted(spring: Fortnight) -> None:
    expected = """
    acme  | arrived 10 | recorded 10
    birch | arrived 5  | recorded 5
    cedar | arrived 2  | recorded 2
    dune  | arrived 2  | recorded 2
    elm   | arrived 5  | recorded 5
    fir   | arrived 3  | recorded 3
    gorse | arrived 2  | recorded 2
    heath | arrived 2  | recorded 2
    """
    same(spring.tables["counted"], expected, "mails of clients")


def test_what_went_wrong_is_on_record(spring: Fortnight) -> None:
    expected = """
    elm   | promise_late | resolved | Mon 30 Mar 10:00
    birch | promise_late | resolved | Mon 30 Mar 17:00
    fir   | promise_late | resolved | Wed 08 Apr 11:30
    """
    same(spring.tables["incidents"], expected, "incidents")
    assert {line.split(" | ")[3] for line in spring.tables["obligations"]} == {"answered"}


def test_only_what_cannot_wait_is_urgent(spring: Fortnight) -> None:
    expected = """
    Sat 28 Mar 14:30 | now | acme  | core        | limit_person:acme         | Sat 28 Mar 14:30
    Mon 30 Mar 10:00 | now | elm   | reports     | promise_late:#            | Mon 30 Mar 10:00
    Mon 30 Mar 10:30 | now | elm   | core        | promise_late:elm:#        | Mon 30 Mar 10:30
    Mon 30 Mar 17:00 | now | birch | reports     | promise_late:#            | Mon 30 Mar 17:00
    Tue 31 Mar 09:40 | now | birch | incidents   | complaint:#               | Tue 31 Mar 09:40
    Tue 31 Mar 17:00 | now | birch | incidents   | promise_broken:#          | Tue 31 Mar 17:00
    Thu 02 Apr 09:20 | now | heath | acknowledge | urgent_request:#          | Thu 02 Apr 09:20
    Thu 02 Apr 09:20 | now | heath | capacity    | capacity:#                | Thu 02 Apr 09:20
    Thu 02 Apr 12:00 | now | -     | core        | promises_in_absence:#     | Thu 02 Apr 12:00
    Thu 02 Apr 12:30 | now | acme  | core        | promise_in_absence:acme:# | Thu 02 Apr 12:30
    Wed 08 Apr 11:30 | now | fir   | replies     | promise_late:#            | Wed 08 Apr 11:30
    """
    same([line for line in spring.tables["warned"] if " | now | " in line], expected, "urgent warnings")


def test_silence_and_excess_are_told_in_working_time(spring: Fortnight) -> None:
    expected = """
    Sat 28 Mar 12:05 | today | acme  | contact_frequency | contact_exceeded:acme:2026-03-28 | Mon 30 Mar 09:00
    Mon 30 Mar 09:00 | today | gorse | check_in          | quiet:gorse:Mon 23 Mar 01:20     | Mon 30 Mar 09:00
    Wed 08 Apr 09:00 | today | birch | check_in          | quiet:birch:Thu 02 Apr 16:40     | Wed 08 Apr 09:00
    """
    found = [line for line in spring.tables["warned"] if "quiet:" in line or "exceeded:" in line]
    same(found, expected, "silence and excess")
    assert '"client.returned"' in spring.stage.log.getvalue()


def test_what_came_of_the_drafts(spring: Fortnight) -> None:
    """Those that were sent, that Robin removed, that lie there still, and that could not be written in French."""
    expected = """
    reports  | rhythm:acme                   | placed | -
    reports  | rhythm:birch                  | placed | -
    reports  | rhythm:cedar                  | placed | -
    reports  | rhythm:dune                   | failed | no_template
    reports  | rhythm:elm                    | placed | -
    reports  | rhythm:gorse                  | placed | -
    reports  | report:birch:Wed 25 Mar 17:00 | sent   | -
    contact_frequency | ask:acme:Sat 28 Mar 12:05 | placed | -
    reports  | report:acme:Wed 01 Apr 11:00  | sent   | -
    reports  | report:birch:Wed 01 Apr 17:00 | sent   | -
    capacity | capacity:#:not_before         | sent   | -
    reports  | report:birch:Thu 02 Apr 17:00 | sent   | -
    reports  | report:elm:Wed 08 Apr 10:00   | sent   | -
    reports  | report:cedar:Wed 08 Apr 11:30 | placed | -
    reports  | report:acme:Wed 08 Apr 16:00  | sent   | -
    reports  | report:birch:Thu 09 Apr 17:00 | placed | -
    """
    found = [line.partition(" | ")[2] for line in spring.tables["drafted"] if "| withdrawn |" not in line]
    same(found, expected, "drafts")


@pytest.mark.parametrize("key", ["late:birch:Mon 30 Mar 17:00", "report:elm:Tue 07 Apr 10:00"])
def test_a_draft_that_is_not_true_any_more_is_taken_away(spring: Fortnight, key: str) -> None:
    assert [line.split(" | ")[3] for line in spring.tables["drafted"] if key in line][-1] == "withdrawn"


def test_drafts_open_properly_and_nothing_else_lies_there(spring: Fortnight) -> None:
    same(checks.drafts_faulty(spring), "", "drafts_faulty")
    (german,) = [
        mail for mail, _, _ in spring.lying[0][1] if mail["Subject"] == "Wann Sie von mir hören: Mitgliederbereich"
    ]
    assert str(german["To"]) == "Jutta Förster <jutta@birch.example>"
    lines = german.get_content().splitlines()
    assert lines[:2] == ["Guten Tag Jutta Förster,", ""]
    assert lines[2].startswith("damit Sie immer wissen, wo wir stehen: Sie hören von mir jeden Montag, Dienstag,")


def test_the_next_reports_are_those_of_a_calendar_on_paper(spring: Fortnight) -> None:
    assert len(spring.asked) == len(LOOKED) * 8
    same(checks.next_reports_differ(spring, SPRING_FACTS), "", "next_reports_differ")


def test_every_time_told_is_that_of_a_calendar_on_paper(spring: Fortnight) -> None:
    same(checks.told_times_differ(spring, SPRING_FACTS), "", "told_times_differ")


def test_nothing_is_told_twice_and_nothing_but_urgent_matters_at_night(spring: Fortnight) -> None:
    same(checks.said_twice(spring.stage), "", "said_twice")
    same(checks.owner_was_disturbed(spring.stage), "", "owner_was_disturbed")
    same(checks.summaries_missing(spring.stage, SPRING_BEGINS, SPRING_ENDS), "", "summaries_missing")


def test_no_notice_speaks_of_a_day_that_is_over(spring: Fortnight) -> None:
    same(checks.false_days(spring.stage), "", "false_days")


def test_one_copy_of_each_lies_in_sent_and_nothing_failed(spring: Fortnight) -> None:
    same(checks.copies_missing(spring.stage), "", "copies_missing")
    same(checks.faults_logged(spring.stage), "", "faults_logged")


@pytest.mark.skipif(not os.environ.get("TORTURE"), reason="`make torture` plays the fortnight twice more")
@pytest.mark.parametrize("every", [3, 10**6])
def test_restarts_change_nothing(spring: Fortnight, dovecot: Dovecot, every: int) -> None:
    user = f"every{every}@vale.example"
    with played(user, dovecot, SPRING, SPRING_BEGINS, SPRING_ENDS, restarts=_every(every)) as again:
        for name, table in tables.everything(again.stage).items():
            same(table, spring.tables[name], name)


def _every(number: int) -> Callable[[object], bool]:
    moments = iter(range(1, 1_000_000))
    return lambda _: next(moments) % number == 0
