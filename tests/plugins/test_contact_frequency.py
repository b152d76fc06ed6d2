"""Who writes too often: one warning a date with the numbers and the kindest way out; and mails that go to and fro."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, STATUS, THANKS, acme, plugin, to_clients
from whiteglove.actions import Note
from whiteglove.clients import Limit
from whiteglove.desk.contexts import Contexts
from whiteglove.errors import ConfigurationError
from whiteglove.hookspecs import Context
from whiteglove.store import notes
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, contact_frequency

DAILY = 'contact_limit = "2 per day"'
JUTTA = "Jutta Forst <jutta@birch.example>"
SATURDAY = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)


def bench(*lines: str, report: str = '["Tue 16:00", "Fri 16:00"]', more: str = "", **options: Any) -> Bench:
    """On a Monday at 10:00 in Berlin, with a limit of Acme's, and without drafts unless those are asked for."""
    clients = {"acme": acme(*(lines or (DAILY,)), report=report) + more, "birch": BIRCH}
    return Bench(contact_frequency, **{"clients": clients, "drafts": False, **options})


def write(b: Bench, *texts: str, hours: float = 0) -> list[SentMail]:
    """Messages of Wile's, so many hours apart; the mails that left."""
    left = []
    for number, text in enumerate(texts):
        left += b.advance(hours=hours) if number and hours else []
        left += b.receive(text)
    return left


def context(b: Bench) -> Context[Any]:
    return Contexts(b.settings, b.host, b.store).of("contact_frequency", b.clock.now())


class TestTheWarning:
    def test_it_has_the_numbers_and_a_next_step_and_goes_to_the_owner_alone(self) -> None:
        with bench() as b:
            # The first mail too many is told in the next working minute, which is now.
            (mail,) = write(b, STATUS, QUESTION, STATUS, hours=2)
            assert mail.recipient == "robin@vale.example"
            assert (
                "Acme GmbH: 3 messages today (agreed: 2 per day), every 2 h, 2 of them asked how things stand. "
                "They next hear from you tomorrow at 16:00. Next step: bring their part forward; 14:00–16:00 today is "
                "free."
            ) in " ".join(mail.text.split())
            assert [row.state for row in b.mails if row.client == "acme"] == []

    def test_those_that_came_together_are_counted_together(self) -> None:
        with bench() as b:
            for _ in range(4):
                b.deliver(STATUS)
            b.run()
            (warning,) = b.warned
            assert "4 messages today (agreed: 2 per day), within a minute of each other, all of them" in warning.text
            assert (warning.key, warning.reason, warning.client, warning.urgency) == (
                "contact_exceeded:acme:2026-03-02", "contact_exceeded", "acme", "today"
            )  # fmt: skip

    def test_a_date_is_told_once_and_the_next_date_again(self) -> None:
        with bench() as b:
            write(b, *[QUESTION] * 12, hours=3)
            assert [warning.key[-2:] for warning in b.warned] == ["02", "03"]

    @pytest.mark.parametrize("urgency", ["now", "digest"])
    def test_how_urgent_it_is_is_a_setting(self, urgency: str) -> None:
        with bench(urgency=urgency, now=SATURDAY) as b:
            assert len(write(b, *[QUESTION] * 3)) == (urgency == "now")
            assert [warning.urgency for warning in b.warned] == [urgency]

    def test_without_a_setting_it_waits_for_the_next_working_minute_and_says_days_as_they_are_then(self) -> None:
        with bench(now=SATURDAY) as b:
            assert write(b, *[STATUS] * 3) == []
            assert b.advance(hours=46, minutes=59) == []
            (mail,) = b.advance(minutes=1)
            # It is Monday by then.
            said = " ".join(mail.text.split())
            assert "Acme GmbH: 3 messages on Saturday (agreed" in said
            assert "hear from you tomorrow at 16:00. Next step: bring their part forward; 09:00–11:00 today is" in said

    def test_any_other_urgency_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="urgency"):
            bench(urgency="soon")

    def test_who_keeps_to_it_is_not_spoken_of(self) -> None:
        with bench() as b:
            write(b, QUESTION, QUESTION)
            for _ in range(5):
                b.receive(QUESTION, sender=JUTTA)
            b.receive("Out until Monday.", headers={"Auto-Submitted": "auto-replied"})
            b.owner_sends("All is well.")
            assert b.warned == []

    def test_what_was_agreed_otherwise_meanwhile_is_not_held_against_them(self) -> None:
        heard: list[Any] = []
        with bench(beside={"heard": plugin(on_client=lambda event: heard.append(event))}) as b:
            write(b, *[QUESTION] * 3)
            raised = replace(heard[0], limit=Limit(3, timedelta(days=1)))
            assert contact_frequency.on_client(raised, context(b)) == [Note(reason="within_limit")]

    def test_a_silence_and_its_end_are_others_business(self) -> None:
        with bench(clients={"acme": acme('quiet_after = "3d"')}) as b:
            write(b, QUESTION)
            b.advance(days=4)
            write(b, QUESTION)
            assert (len(b.logged("client.quiet")), len(b.logged("client.returned"))) == (1, 1)
            assert (b.warned, b.failures) == ([], [])


class TestTheWords:
    @pytest.mark.parametrize(
        ("limit", "hours", "said"),
        [
            ("2 per hour", 0.25, "3 messages within an hour (agreed: 2 per hour), every 15 min"),
            ("2 per minute", 0.001, "3 messages within a minute (agreed: 2 per minute), within a minute of each"),
            ("2 per week", 60, "3 messages in the 7 days up to Sat 7 Mar (agreed: 2 per week), every 2.5 days"),
            ("2 per week", 20, "3 messages in 7 days (agreed: 2 per week), every 20 h"),
        ],
    )
    def test_other_spans(self, limit: str, hours: float, said: str) -> None:
        with bench(f'contact_limit = "{limit}"') as b:
            write(b, *[QUESTION] * 3, hours=hours)
            (warning,) = b.warned
            assert said in warning.text

    def test_yesterdays_messages_are_yesterdays(self) -> None:
        with bench() as b:
            for days in (1, 1, 1, 3, 3, 3):
                b.deliver(QUESTION, age=timedelta(days=days))
            b.run()
            texts = [warning.text for warning in b.warned]
            assert "3 messages yesterday (" in texts[0]
            assert "3 messages on Friday (" in texts[1]

    @pytest.mark.parametrize(
        ("report", "text", "said"),
        [
            ('["Mon 11:00"]', STATUS, "hear from you today at 11:00. Next step: send that report sooner, even if it"),
            ('["Thu 16:00"]', STATUS, "hear from you on Thursday at 16:00. Next step: bring their part forward; 10:00"),
            ('["Thu 16:00"]', QUESTION, "hear from you on Thursday at 16:00. Next step: ask them what is behind it; a"),
            ("[]", STATUS, "No report to them is planned. Next step: agree on fixed times at which they hear"),
            ("[]", QUESTION, "No report to them is planned. Next step: ask them what is behind it"),
            ('["Mon 09:00"]', QUESTION, "They next hear from you on 9 March at 09:00."),
        ],
    )
    def test_the_next_step_fits(self, report: str, text: str, said: str) -> None:
        with bench(report=report) as b:
            write(b, text, text, text)
            (warning,) = b.warned
            assert said in warning.text

    def test_time_that_is_set_aside_or_needed_for_anybodys_report_is_not_free(self) -> None:
        busy = 'work = ["Mon 10:00-13:00", "Tue 09:00-12:30"]'
        with bench(DAILY, clients={"acme": acme(DAILY), "birch": BIRCH.replace("domains", f"{busy}\ndomains", 1)}) as b:
            write(b, *[STATUS] * 3)
            assert "bring their part forward; 13:00–15:00 today is free" in b.warned[0].text
        with bench(DAILY, clients={"acme": acme(DAILY), "birch": BIRCH.replace("Wed 11:00", "Mon 12:00")}) as b:
            write(b, *[STATUS] * 3)
            # From 11:00 on Birch's report is written.
            assert "bring their part forward; 12:00–14:00 today is free" in b.warned[0].text

    def test_what_is_late_is_what_they_ask_for(self) -> None:
        with bench(beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as b:
            b.receive(STATUS)
            b.advance(days=1, hours=7)
            write(b, *[STATUS] * 3)
            (warning,) = [warning for warning in b.warned if warning.plugin == "contact_frequency"]
            assert "What was promised them for today, 16:00 has not gone out. Next step: send what was" in warning.text

    def test_what_is_near_may_be_behind_it(self) -> None:
        dates = """
[[projects]]
name = "Catalogue"
deadline = 2026-03-06
[[dates]]
what = "Board meeting"
when = 2026-03-03
[[dates]]
what = "Fair"
when = 2026-03-20
[[dates]]
what = "Wedding"
when = 2026-02-28
"""
        with bench(more=dates) as b:
            write(b, *[QUESTION] * 3)
            assert (
                "agreed: 2 per day), within a minute of each other. Coming up: Board meeting, tomorrow. Coming up: "
                "Catalogue, on Friday. They next"
            ) in b.warned[0].text

    def test_nights_are_told_and_calls(self) -> None:
        with bench(now=datetime(2026, 3, 2, 19, 0, tzinfo=UTC), urgency="now") as b:
            b.notes_call(outbound=False)
            b.notes_call(outbound=True)
            write(b, *[QUESTION] * 3, hours=0.5)
            assert (
                "Acme GmbH: 3 messages and 1 call today (agreed: 2 per day), every 20 min, 4 outside your working "
                "hours."
            ) in b.warned[0].text

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            (
                "de",
                "Acme GmbH: 3 Nachrichten heute (vereinbart: 2 je Tag), alle 2 h, 2 davon fragen nach dem Stand. Der "
                "nächste Bericht dorthin kommt morgen um 16 Uhr. Nächster Schritt: ihren Teil vorziehen; Zeit dafür "
                "ist heute von 14 bis 16 Uhr.",
            ),
            (
                "nl",
                "Acme GmbH: 3 berichten vandaag (afgesproken: 2 per dag), elke 2 uur, 2 vragen hoe het ervoor staat. "
                "Hun volgende voortgangsverslag komt morgen om 16.00 uur. Volgende stap: hun deel naar voren halen; er "
                "is tijd vandaag van 14.00 tot 16.00 uur.",
            ),
        ],
    )
    def test_in_other_languages(self, language: str, said: str) -> None:
        with bench(owner={"language": language}) as b:
            write(b, STATUS, STATUS, QUESTION, hours=2)
            assert b.warned[0].text == said


class TestTheHabit:
    """Acme has no limit here, and wrote once every other day for six weeks."""

    def used(self, *, every: int = 2, weeks: int = 6, **options: Any) -> Bench:
        b = bench("", looked=False, **options)
        for days in range(2, 7 * weeks, every):
            b.deliver(QUESTION, age=timedelta(days=days), subject=f"Past {days}")
        b.run()
        assert b.warned == []
        return b

    def test_far_more_than_usual_is_told(self) -> None:
        with self.used() as b:
            write(b, *[STATUS] * 5, hours=1)
            assert b.warned == []
            write(b, STATUS)
            (warning,) = b.warned
            assert warning.key == "contact_exceeded:acme:2026-03-02"
            assert "Acme GmbH: 6 messages in 2 days (usually 1 at most in 2 days), every 48 min, all" in warning.text

    def test_it_is_told_once_a_date(self) -> None:
        with self.used() as b:
            write(b, *[STATUS] * 12)
            assert len(b.warned) == 1

    def test_what_they_were_asked_for_is_not_held_against_them(self) -> None:
        with self.used() as b:
            for number in range(8):
                b.owner_sends("Which blue?", subject="Blue")
                b.receive("This one.", subject="Re: Blue", answers=b.last_message_id)
                b.advance(hours=1 + number)
            assert [warning for warning in b.warned if "contact_exceeded" in warning.key] == []

    def test_their_calls_count(self) -> None:
        with self.used() as b:
            write(b, *[QUESTION] * 3)
            for number in range(3):
                b.notes_call(outbound=True)
                b.notes_call(outbound=False)
                b.advance(hours=1)
                assert len(b.warned) == (number == 2)
            assert "3 messages and 3 calls in 2 days" in b.warned[0].text

    def test_who_always_writes_much_is_as_always(self) -> None:
        with self.used(every=1) as b:
            for days in range(2, 40):
                for _ in range(3):
                    b.deliver(QUESTION, age=timedelta(days=days, minutes=3))
            b.run()
            write(b, *[QUESTION] * 8)
            assert b.warned == []

    def test_of_who_is_new_nobody_knows_what_is_usual(self) -> None:
        with self.used(weeks=3) as b:
            write(b, *[QUESTION] * 20)
            assert b.warned == []

    def test_ever_sooner_again_is_told_before_it_is_many(self) -> None:
        with bench("") as b:
            for hours in (0, 40, 26, 15, 9, 5):
                b.advance(hours=hours)
                b.receive(QUESTION)
            (warning,) = b.warned
            assert "(ever sooner: first after 40 h, by now after 5 h)" in warning.text

    def test_mail_from_before_the_line_warns_nobody(self) -> None:
        with bench(DAILY, looked=False) as b:
            for minutes in range(0, 2000, 60):
                b.deliver(STATUS, age=timedelta(minutes=minutes))
            b.run()
            assert b.warned == []

    def test_too_much_both_ways_is_one_warning(self) -> None:
        with bench(DAILY, looked=False) as b:
            for days in range(2, 42, 2):
                b.deliver(QUESTION, age=timedelta(days=days))
            b.run()
            write(b, *[STATUS] * 8)
            assert [warning.key for warning in b.warned] == ["contact_exceeded:acme:2026-03-02"]


class TestToAndFro:
    def play(self, b: Bench, turns: int, minutes: float = 20) -> None:
        for turn in range(turns):
            before = b.last_message_id if turn else None
            if turn % 2:
                b.owner_sends("Yes.", subject="Re: Cover", answers=before)
            else:
                b.receive("And now?", subject="Cover", answers=before)
            b.advance(minutes=minutes)

    @pytest.mark.parametrize("turns", [5, 6, 9])
    def test_the_sixth_mail_is_told_whoever_wrote_it_and_once(self, turns: int) -> None:
        with bench("") as b:
            self.play(b, turns)
            told = [warning.text for warning in b.warned if warning.reason == "rally"]
            assert (
                told
                == [
                    "Acme GmbH: 6 mails to and fro about “Re: Cover” within 1.7 h. Next step: pick up the phone, or "
                    "stop until tomorrow, 09:00."
                ][: turns > 5]
            )

    def test_who_wants_everything_in_writing_is_not_called(self) -> None:
        with bench("in_writing = true") as b:
            self.play(b, 6)
            assert "Next step: stop until tomorrow, 09:00, then answer everything in one mail." in b.warned[-1].text

    def test_a_slow_talk_is_none(self) -> None:
        with bench("") as b:
            self.play(b, 9, minutes=100)
            assert [warning for warning in b.warned if warning.reason == "rally"] == []


def test_nothing_goes_to_a_client_by_itself() -> None:
    with bench(drafts=True) as b:
        left = [*write(b, *[STATUS] * 9, hours=1), *write(b, COMPLAINT, THANKS, QUESTION)]
        assert to_clients(left) == []
        assert b.failures == []


def test_a_note_that_is_no_call_is_no_contact() -> None:
    with bench() as b:
        with b.store.write() as tx:
            notes.add(tx, client="acme", at=b.clock.now(), text="Likes blue.")
        write(b, *[QUESTION] * 3)
        assert "Acme GmbH: 3 messages today" in b.warned[0].text
