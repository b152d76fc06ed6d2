"""Messages go to teammates by rules, with what is on record of this client, and what is not answered comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, STATUS, THANKS, acme, to_owner
from whiteglove.desk.unanswered import read_waiting
from whiteglove.errors import ConfigurationError
from whiteglove.ledger import DelegationState
from whiteglove.sections import Day, Mark, Section
from whiteglove.settings.fields import LANGUAGES
from whiteglove.store import notes
from whiteglove.testing import Bench
from whiteglove_plugins import delegation, incidents, replies

KIM = "kim@vale.example"
LEE = "lee@vale.example"
TEAM = f"""
[[team]]
name = "Kim Voss"
address = "{KIM}"
[[team]]
name = "Lee"
address = "{LEE}"
"""
PROJECTS = """
[[projects]]
name = "Catalogue relaunch"
deadline = 2026-12-18
[[projects]]
name = "Annual report"
"""
DATES = """
[[dates]]
what = "Board meeting"
when = 2026-03-05
"""
CLIENTS = {"acme": acme() + PROJECTS + DATES, "birch": BIRCH}
INVOICE = "Could you send me the invoice again, please?"
ALL = {"to": "Kim Voss"}


def make(*rules: dict[str, Any], **options: Any) -> Bench:
    return Bench(delegation, rules=list(rules), **{"toml": TEAM, "clients": CLIENTS, **options})


def passed_to(b: Bench) -> list[str]:
    return [one.address for one in b.delegations]


class TestRules:
    def test_without_one_nothing_is_passed_on(self) -> None:
        with make() as b:
            assert b.receive(QUESTION) == []

    @pytest.mark.parametrize("to", ["Kim Voss", "kim  voss", KIM, KIM.upper()])
    def test_a_teammate_by_name_or_address(self, to: str) -> None:
        with make({"to": to}) as b:
            b.receive(QUESTION)
            assert passed_to(b) == [KIM]

    def test_the_first_that_fits(self) -> None:
        with make({"to": "Lee", "client": "birch"}, {"to": "Kim Voss"}, {"to": "Lee"}) as b:
            b.receive(QUESTION)
            b.receive(QUESTION, sender="jutta@birch.example", subject="Harbour")
            assert passed_to(b) == [KIM, LEE]

    @pytest.mark.parametrize(
        ("rule", "text", "fits"),
        [
            ({"kinds": ["billing"]}, INVOICE, True),
            ({"kinds": ["billing", "scheduling"]}, QUESTION, False),
            ({"words": "the  Cover"}, QUESTION, True),
            ({"words": "over"}, QUESTION, False),
            ({"project": "catalogue relaunch"}, "What about the\nCatalogue relaunch?", True),
            ({"project": "Catalogue relaunch"}, "What about the annual report?", False),
            ({"client": "acme", "kinds": ["question"], "words": "paper"}, QUESTION, True),
            ({"client": "birch"}, QUESTION, False),
        ],
    )
    def test_all_that_is_given_must_fit(self, rule: dict[str, Any], text: str, fits: bool) -> None:
        with make({"to": "Kim Voss", **rule}) as b:
            b.receive(text, subject="Hello")
            assert bool(b.delegations) is fits

    def test_the_only_project_needs_no_naming(self) -> None:
        with make({"to": "Kim Voss", "project": "Harbour festival"}) as b:
            b.receive(QUESTION, sender="jutta@birch.example")
            b.receive(QUESTION)
            assert [one.client for one in b.delegations] == ["birch"]

    def test_a_complaint_stays_with_the_owner_unless_a_rule_names_it(self) -> None:
        with make(ALL) as b:
            b.receive(COMPLAINT)
            assert b.delegations == []
        with make({"to": "Kim Voss", "kinds": ["complaint"]}) as b:
            b.receive(COMPLAINT)
            assert passed_to(b) == [KIM]

    @pytest.mark.parametrize(
        "written",
        [
            {"text": THANKS},
            {"headers": {"Auto-Submitted": "auto-replied"}},
            {"to": "ada@acme.example", "headers": {"Cc": "robin@vale.example"}},
            {"sender": LEE},
            {"sender": "stranger@elsewhere.example"},
        ],
        ids=["thanks", "a machine", "Cc only", "the team", "a stranger"],
    )
    def test_what_asks_nothing_of_the_owner_is_not_passed_on(self, written: dict[str, Any]) -> None:
        with make(ALL) as b:
            b.receive(**{"text": QUESTION, **written})
            assert b.delegations == []

    def test_history_is_not(self) -> None:
        with make(ALL, looked=False) as b:
            b.deliver(QUESTION, age=timedelta(hours=1))
            assert b.run() == []

    def test_nor_what_was_overdue_before_it_was_read(self) -> None:
        with make(ALL) as b:
            b.deliver(QUESTION, age=timedelta(days=4))
            b.run()
            assert (b.delegations, b.failures) == ([], [])


class TestThreads:
    def test_what_follows_goes_to_who_has_it(self) -> None:
        with make({"to": "Kim Voss", "kinds": ["billing"]}, {"to": "Lee"}) as b:
            b.receive(INVOICE)
            b.receive("Which paper do you recommend?", answers="bench.1@elsewhere.example")
            assert passed_to(b) == [KIM, KIM]

    def test_what_came_back_is_not_passed_on_again(self) -> None:
        with make({"to": "Kim Voss", "within": "1h"}) as b:
            b.receive(QUESTION)
            b.advance(hours=1)
            assert [one.state for one in b.delegations] == [DelegationState.RETURNED]
            b.receive("Which ink, by the way?", answers="bench.1@elsewhere.example")
            assert len(b.delegations) == 1


class TestTime:
    @pytest.mark.parametrize(
        ("within", "due"),
        [
            (None, datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
            ("2h", datetime(2026, 3, 2, 11, tzinfo=UTC)),
            ("30h", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ],
        ids=["as agreed", "sooner", "never later than agreed"],
    )
    def test_until_when_they_have_it(self, within: str | None, due: datetime) -> None:
        with make({"to": "Kim Voss", **({"within": within} if within else {})}) as b:
            b.receive(QUESTION)
            assert b.delegations[0].due == due

    def test_without_a_time_agreed_within_alone_counts(self) -> None:
        with make({"to": "Kim Voss", "within": "2h"}, ALL, clients={"acme": acme(reply_within=None)}) as b:
            b.receive(QUESTION)
            assert b.delegations[0].due == datetime(2026, 3, 2, 11, tzinfo=UTC)


class TestTheBrief:
    def test_it_says_what_is_on_record(self) -> None:
        with make(ALL, beside={"incidents": incidents}) as b:
            b.receive(COMPLAINT, subject="Colours")
            (mail,) = [mail for mail in b.receive(QUESTION, subject="Paper") if mail.recipient == KIM]
        lines = mail.text.splitlines()
        start = next(at for at, line in enumerate(lines) if line.startswith("Wile Coyote of Acme GmbH wrote"))
        assert lines[start : start + 5] == [
            "Wile Coyote of Acme GmbH wrote: a question.",
            "Project Catalogue relaunch, deadline Fri 18 Dec.",
            "They hear next how things stand: Tue 3 Mar, 16:00.",
            "Ahead: Board meeting, Thu 5 Mar.",
            "Open since Mon 2 Mar: a complaint of theirs.",
        ]

    def test_or_only_who_wants_what(self) -> None:
        with make({"to": "Kim Voss", "brief": False}) as b:
            (mail,) = b.receive(QUESTION)
        assert "Wile Coyote of Acme GmbH wrote: a question." in mail.text
        assert "Project" not in mail.text

    def test_nothing_of_another_client_and_no_note_of_the_owners(self) -> None:
        with make(ALL) as b:
            with b.store.write() as tx:
                notes.add(tx, client="acme", at=b.clock.now(), text="Hates Birch Holding.")
            b.receive(QUESTION, sender="jutta@birch.example")
            mail = b.receive(STATUS)[0]
        assert mail.recipient == KIM
        assert "Birch" not in mail.text
        assert "Hates" not in mail.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_in_the_owners_language(self, language: str) -> None:
        with make(ALL, owner={"language": language}) as b:
            (mail,) = b.receive(QUESTION)
        assert "Wile Coyote" in mail.text
        assert "{" not in mail.text


class TestTheOwner:
    def test_is_not_reminded_of_what_a_teammate_has_but_of_what_came_back(self) -> None:
        with make(ALL, beside={"replies": replies}) as b:
            b.receive(QUESTION, subject="Paper")
            mails = [mail for _ in range(12) for mail in b.advance(hours=2)]
            (mail,) = to_owner(mails)
            assert "“Paper” is yours again: Kim Voss has had it since" in mail.text
            assert "is due" not in mail.text

    def test_sees_what_is_with_whom(self) -> None:
        with make(ALL) as b:
            b.receive(QUESTION, subject="Paper")
            section = section_of(b)
            (item,) = section.items
            assert (item.text, item.client, item.mark) == ("“Paper” is with Kim Voss", "acme", Mark.PLAIN)
            assert item.detail == "since today, 10:00, until tomorrow, 09:30"
            b.advance(days=1)
            (item,) = section_of(b).items
            assert (item.text, item.mark) == ("“Paper” came back: Kim Voss has not answered", Mark.LATE)
            assert section_of(b).headline == "1 came back from the team"
            b.advance(days=2)
            assert section_of(b).items == ()

    def test_needs_to_answer_what_came_back_only(self) -> None:
        with make(ALL) as b:
            b.receive(QUESTION)
            with b.store.read() as tx:
                assert read_waiting(tx, b.settings, b.clock.now()) == ()
            b.advance(days=1)
            with b.store.read() as tx:
                assert len(read_waiting(tx, b.settings, b.clock.now())) == 1


class TestSettings:
    @pytest.mark.parametrize(
        ("rule", "fault"),
        [
            ({"to": "Kin"}, "nobody in [[team]], or more than one, has this name or address; there are Kim Voss, Lee"),
            ({"to": "wile@acme.example"}, "nobody in [[team]]"),
            ({"to": "Lee", "client": "akme"}, "no client's file has this name; there are acme, birch"),
            ({"to": "Lee", "project": "Moon"}, "no client's file has a project of this name"),
            ({"to": "Lee", "kinds": ["questions"]}, "kinds"),
            ({"to": "Lee", "within": "soon"}, "within"),
            ({"client": "acme"}, "to"),
        ],
    )
    def test_a_rule_that_fits_nobody_is_no_configuration(self, rule: dict[str, Any], fault: str) -> None:
        with pytest.raises(ConfigurationError) as raised, make({"to": "Lee"}, rule):
            pass
        assert "rules.1" in str(raised.value)
        assert fault in str(raised.value)

    def test_two_of_one_name_need_their_addresses(self) -> None:
        twins = TEAM + '[[team]]\nname = "Lee"\naddress = "lee.two@vale.example"\n'
        with pytest.raises(ConfigurationError), make({"to": "Lee"}, toml=twins):
            pass
        with make({"to": LEE}, toml=twins) as b:
            b.receive(QUESTION)
            assert passed_to(b) == [LEE]


def section_of(b: Bench) -> Section:
    context = b.daemon.desk._plugins._contexts.of("delegation", b.clock.now())
    now = b.clock.now()
    day = Day(date=b.settings.worktime.local_date(now), since=now - timedelta(days=1), until=now)
    section = delegation.summarise(day, context)
    assert section is not None
    return section
