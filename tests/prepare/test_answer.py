"""What an answer says, from whom, in whose words, and at which moment the words are chosen."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from benches import BIRCH, MANY, STATUS, acknowledging, acme, to_clients
from whiteglove.actions import Reply
from whiteglove.ledger import MailState, PromiseKind
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

FORMAL_GERMAN = """
name = "Birke Verlag"
timezone = "Europe/Berlin"
language = "de"
address_form = "formal"
report = ["Tue 16:00"]
[[people]]
name = "Frau Dr. Jutta Forst"
addresses = ["jutta@birke.example"]
[[people]]
name = "Paul Ahorn"
addresses = ["paul@birke.example"]
address_form = "familiar"
language = "en"
timezone = "America/New_York"
"""


def bench(plugin: object = acknowledge, **options: object) -> Bench:
    given = {"clients": {"acme": acme()}, "toml": MANY, **options}
    if plugin is acknowledge:
        given = {"delay": "0s", **given}
    return Bench(plugin, **given)  # type: ignore[arg-type]


def entry(mail: SentMail) -> Calendar:
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    return Calendar.from_ical(part.get_payload(decode=True))


class TestTheText:
    def test_all_of_it(self) -> None:
        with bench(
            clients={"acme": acme('work = ["Tue 11:00-13:00"]') + '[[projects]]\nname = "Catalogue relaunch"\n'}
        ) as b:
            (mail,) = b.receive(STATUS)
            assert mail.text.replace("\r\n", "\n").rstrip() == (
                "Hi Wile,\n\n"
                "Your next report on Catalogue relaunch comes tomorrow, Tuesday 3 March, at 16:00. "
                "I have set aside 11:00–13:00 tomorrow for it.\n\n"
                "This note was written automatically so that you have the time at once; I read your mail myself.\n\n"
                "Robin Vale"
            )
            assert mail.subject == "Re: Catalogue"

    def test_hours_set_aside_in_the_owners_calendar(self, tmp_path: Path) -> None:
        # What is planned is worked out from the present day on, so the bench stands on the coming Monday.
        today = datetime.now(UTC).date()
        monday = today + timedelta(days=7 - today.weekday())
        events = [
            f"BEGIN:VEVENT\r\nUID:{hour}\r\nSUMMARY:Acme: catalogue\r\n"
            f"DTSTART:{day:%Y%m%d}T{hour}0000\r\nDTEND:{day:%Y%m%d}T{hour}3000\r\nEND:VEVENT\r\n"
            for day, hour in ((monday, "10"), (monday + timedelta(days=1), "14"))
        ]
        file = tmp_path / "work.ics"
        file.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n", newline="")
        began = datetime.combine(monday, time(9, 15), UTC)
        with bench(owner={"work_calendar": str(file)}, now=began) as b:
            assert "I have set aside 14:00–14:30 tomorrow for it." in b.receive(STATUS)[0].text

    def test_language_form_and_zone_are_the_clients(self) -> None:
        with bench(clients={"birke": FORMAL_GERMAN}) as b:
            (mail,) = b.receive("Wie ist der Stand der Dinge?", sender="Jutta Forst <jutta@birke.example>")
            assert mail.text.startswith("Guten Tag Frau Dr. Jutta Forst,")
            assert mail.message["Content-Language"] == "de"

    def test_and_the_persons_own_where_they_have_any(self) -> None:
        with bench(clients={"birke": FORMAL_GERMAN}) as b:
            (mail,) = b.receive(STATUS, sender="Paul Ahorn <paul@birke.example>")
            assert mail.text.startswith("Hi Paul,")
            assert "(10:00 in New York)" in mail.text

    def test_several_projects_name_none(self) -> None:
        two = acme() + '[[projects]]\nname = "Catalogue"\n[[projects]]\nname = "Shop"\n'
        with bench(clients={"acme": two}) as b:
            (mail,) = b.receive(STATUS)
            assert "Your next report comes" in mail.text

    def test_a_message_without_a_subject_gets_a_fixed_one(self) -> None:
        with bench() as b:
            (mail,) = b.receive(STATUS, subject="")
            assert mail.subject.startswith("Re: ")
            assert len(mail.subject) > len("Re: ")

    def test_a_plugin_cannot_take_the_cores_words(self) -> None:
        greedy = acknowledging(
            on_message=lambda event: [
                Reply(reason="x", template="next_report", values={"when": "at once"}, tells=PromiseKind.REPORT)
            ]
        )
        with bench(greedy) as b:
            (mail,) = b.receive(STATUS)
            assert "comes tomorrow, Tuesday 3 March" in mail.text

    def test_the_owners_own_template_takes_the_place_of_the_plugins(self) -> None:
        with bench(templates={"acknowledge/next_report.en.txt": "{{ greeting }}\n\nMore {{ when }}."}) as b:
            (mail,) = b.receive(STATUS)
            assert "More tomorrow, Tuesday 3 March, at 16:00." in mail.text
            assert "This note was written automatically" in mail.text


class TestWhatCannotBeWritten:
    def test_a_missing_language_means_a_word_to_the_owner(self) -> None:
        without = acknowledging(on_message=lambda event: [Reply(reason="x", template="nowhere")])
        with bench(without) as b:
            (mail,) = b.receive(STATUS)
            assert b.reasons == ["no_template"]
            assert "there is no text for it in their language" in mail.text

    def test_a_template_that_fails_harms_nobody_but_its_own_mail(self) -> None:
        broken = {"acknowledge/next_report.en.txt": "{{ greeting }} {{ nothing.at.all }}"}
        with bench(templates=broken) as b:
            (mail,) = b.receive(STATUS)
            assert b.reasons == ["template_failed"]
            assert mail.recipient == "robin@vale.example"
            assert b.obligations

    def test_a_client_who_left_the_book_gets_nothing_that_was_planned(self) -> None:
        with bench(delay="3m", clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(STATUS)
            b.restart(clients={"birch": BIRCH})
            assert b.advance(minutes=3) == []
            assert b.reasons == ["client_left_book"]


class TestTheEnvelope:
    def test_it_answers_the_message_in_its_thread(self) -> None:
        with bench() as b:
            (mail,) = b.receive(STATUS, headers={"References": "<first@acme.example>"})
            assert mail.message["In-Reply-To"] == "<bench.1@elsewhere.example>"
            assert mail.message["References"].split() == ["<first@acme.example>", "<bench.1@elsewhere.example>"]
            assert mail.message["Auto-Submitted"] == "auto-replied"
            assert mail.message["Message-ID"].endswith("@vale.example>")

    @pytest.mark.parametrize(
        ("to", "sender"),
        [
            ("robin@vale.example", "robin@vale.example"),
            ("Hello@Vale.example", "hello@vale.example"),
            ("hello+acme@vale.example", "hello@vale.example"),
            ("kim@elsewhere.example, hello@vale.example", "hello@vale.example"),
        ],
    )
    def test_it_leaves_from_the_address_that_was_written_to(self, to: str, sender: str) -> None:
        with bench(owner={"aliases": ["hello@vale.example"]}) as b:
            (mail,) = b.receive(STATUS, to=to)
            assert mail.message["From"] == f"Robin Vale <{sender}>"
            assert b.world.server.sent[0].sender == sender

    def test_an_address_of_another_mailbox_is_not_borrowed(self) -> None:
        other = """
            [[mailboxes]]
            name = "office"
            imap = "imaps://office@imap.vale.example"
            smtp = "smtps://office@smtp.vale.example"
            password = { env = "WHITEGLOVE_BENCH_PASSWORD" }
            address = "office@vale.example"
            folders = ["Office"]
        """
        with bench(toml=f"{other}\n{MANY}", looked=False) as b:
            b.world.account.create("Office")
            b.run()
            (mail,) = b.receive(STATUS, to="office@vale.example")
            assert mail.message["From"] == "Robin Vale <robin@vale.example>"


class TestTheCalendarEntry:
    def test_it_tells_the_same_time_under_the_uid_of_the_promise(self) -> None:
        with bench() as b:
            first = entry(b.receive(STATUS)[0]).walk("VEVENT")[0]
            (promise,) = b.promises
            assert (first["UID"], first["DTSTART"].dt, first["SEQUENCE"]) == (promise.uid, promise.due, 0)

    def test_everybody_who_is_told_has_the_same_one(self) -> None:
        with bench() as b:
            first = entry(b.receive(STATUS)[0]).walk("VEVENT")[0]
            second = entry(b.receive(STATUS, sender="Ada <ada@acme.example>", subject="Pages")[0]).walk("VEVENT")[0]
            assert first["UID"] == second["UID"]

    def test_the_short_line_brings_none(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            (mail,) = b.receive(STATUS, subject="Another matter")
            assert not mail.message.is_multipart()

    def test_nor_does_a_client_who_is_called_like_the_owner_learn_of_others(self) -> None:
        with bench(clients={"acme": acme(), "birch": BIRCH}) as b:
            (mail,) = b.receive(STATUS)
            assert b"Birch" not in b.world.server.sent[0].message
            assert "birch" not in str(entry(mail)).casefold()


class TestTheMoment:
    def test_today_is_the_day_of_sending_not_of_deciding(self) -> None:
        # Tuesday, 00:00 in Berlin, is 23:00 UTC on Monday.
        with bench(delay="3m", now=datetime(2026, 3, 2, 22, 58, tzinfo=UTC)) as b:
            b.receive(STATUS)
            assert b.mails[0].state is MailState.PLANNED
            (mail,) = b.advance(minutes=3)
            assert "comes today, Tuesday 3 March, at 16:00" in mail.text
            assert mail.message["Date"].startswith("Tue, 03 Mar 2026 00:01")

    @pytest.mark.parametrize(
        ("now", "report", "due", "said"),
        [
            # Central Europe skips 02:00-03:00 on Sunday 29 March 2026, and has 02:00-03:00 twice on 25 October.
            ("2026-03-27T12:00Z", "Sun 02:30", "2026-03-29T01:30Z", "Sunday, 29 March at 03:30"),
            ("2026-03-27T12:00Z", "Mon 09:00", "2026-03-30T07:00Z", "Monday, 30 March at 09:00"),
            ("2026-10-23T12:00Z", "Sun 02:30", "2026-10-25T00:30Z", "Sunday, 25 October at 02:30"),
            ("2026-10-23T12:00Z", "Mon 09:00", "2026-10-26T08:00Z", "Monday, 26 October at 09:00"),
        ],
    )
    def test_both_changes_of_the_clocks(self, now: str, report: str, due: str, said: str) -> None:
        clients = {"acme": acme(report=f'["{report}"]')}
        hours = {"hours": ["Mon-Sun 09:00-17:30"]}
        with bench(now=datetime.fromisoformat(now), owner=hours, clients=clients) as b:
            (mail,) = b.receive(STATUS)
            assert said in mail.text
            assert b.promises[0].due == datetime.fromisoformat(due)
            assert entry(mail).walk("VEVENT")[0]["DTSTART"].dt == datetime.fromisoformat(due)


class TestRehearsal:
    def test_one_mail_to_the_owner_that_says_what_would_have_gone(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            (mail,) = b.receive(STATUS)
            assert mail.recipient == "robin@vale.example"
            assert mail.subject == "Rehearsal: Re: Catalogue"
            assert mail.message["In-Reply-To"] is None
            assert mail.message["References"] is None
            assert "Wile Coyote <wile@acme.example>" in mail.text
            assert "Your next report comes tomorrow, Tuesday 3 March, at 16:00." in mail.text
            assert b.promises == []

    def test_the_next_in_the_thread_is_suppressed_as_it_would_be(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.receive(STATUS)
            assert b.receive("Any news?", answers="bench.1@elsewhere.example") == []
            assert b.reasons == ["told"]
            (short,) = b.receive("Any news?", subject="Another matter")
            assert "As noted today" in short.text

    def test_it_counts_for_the_limits(self) -> None:
        with bench(daemon={"mode": "rehearsal"}, toml=MANY.replace('person = "900', 'person = "1')) as b:
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages")
            assert b.reasons == ["limit_person"]

    def test_going_live_tells_for_the_first_time_what_was_only_rehearsed(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.receive(STATUS)
            assert b.restart(daemon={"mode": "live"}) == []
            (mail,) = b.receive("Any news?", answers="bench.1@elsewhere.example")
            assert mail.recipient == "wile@acme.example"
            assert "Your next report comes tomorrow" in mail.text

    def test_going_live_draws_a_new_line_and_calls_off_what_waited(self) -> None:
        with bench(delay="3m", daemon={"mode": "rehearsal"}) as b:
            b.receive(STATUS)
            b.deliver(STATUS, subject="Arrived while nobody was meant to be answered")
            b.restart(daemon={"mode": "live"})
            assert b.advance(minutes=5) == []
            assert b.reasons == ["rehearsal_ended"]
            assert b.recorded == 2
            b.receive(STATUS, subject="Now")
            assert [mail.recipient for mail in b.advance(minutes=3)] == ["wile@acme.example"]


def test_a_person_who_is_not_in_the_book_is_not_greeted_by_somebody_elses_name() -> None:
    with bench(clients={"acme": acme("acknowledge_domain = true")}) as b:
        path = {"Return-Path": "<new@acme.example>"}
        (mail,) = to_clients(b.receive(STATUS, sender="Wile Coyote <new@acme.example>", headers=path))
        assert "Wile" not in mail.text


def test_one_time_is_told_over_days_and_the_change_of_the_clocks() -> None:
    with bench(now=datetime(2026, 3, 27, 17, tzinfo=UTC)) as b:
        for days in (0, 1, 2):
            b.advance(days=days)
            b.receive(STATUS, subject=f"After {days} days more")
        # 16:00 in Berlin is 14:00 UTC again once the clocks have changed.
        assert [promise.due for promise in b.promises] == [datetime(2026, 3, 31, 14, tzinfo=UTC)]
        assert [mail.state for mail in b.mails] == [MailState.SENT] * 3
