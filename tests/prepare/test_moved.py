"""The mail that tells a moved time: to whom it goes, what it says in every language, what keeps it back."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import icalendar
import pytest

from benches import BIRCH, COMPLAINT, MANY, STATUS, TUESDAY_REPORT, acme, to_clients, to_owner
from whiteglove.errors import SubmissionError
from whiteglove.ledger import MailState
from whiteglove.settings.fields import LANGUAGES
from whiteglove.store import mutes
from whiteglove.testing import Bench, SentMail
from whiteglove.wording import Language, forbidden_in
from whiteglove_plugins import acknowledge, incidents

ADA = "Ada Birdwell <ada@acme.example>"
SECOND = "Wile Coyote <wile.coyote@acme.example>"
WEDNESDAY = TUESDAY_REPORT + timedelta(days=1)
THURSDAY = TUESDAY_REPORT + timedelta(days=2)
PROJECT = '[[projects]]\nname = "Catalogue"\n'
DOWN = SubmissionError("temporary", "no connection")


def bench(*lines: str, toml: str = MANY, after: str = "", **options: Any) -> Bench:
    return Bench(acknowledge, delay="0s", clients={"acme": acme(*lines) + after, "birch": BIRCH}, toml=toml, **options)


def told(*lines: str, **options: Any) -> Bench:
    """A bench whose client was told Tuesday's report."""
    b = bench(*lines, **options)
    b.receive(STATUS)
    return b


def moves(b: Bench) -> list[tuple[str, str]]:
    return [(mail.state, mail.reason) for mail in b.mails if mail.template == "moved"]


def entry(mail: SentMail) -> Any:
    (part,) = (part for part in mail.message.walk() if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["method"]
    return next(iter(calendar.walk("VEVENT")))


SAID: dict[str, tuple[str, str]] = {
    "en": (
        "The report on Catalogue planned for tomorrow, Tuesday 3 March, 16:00 comes Wednesday, 4 "
        "March at 16:00 instead. I am sorry for the change.",
        "The report on Catalogue that I promised for today, Wednesday 4 March, 16:00 did not come on "
        "time. It comes tomorrow, Thursday 5 March, at 16:00 instead. I am sorry for the delay.",
    ),
    "de": (
        "dein Bericht zu „Catalogue“, geplant für morgen, Dienstag, 3. März, 16 Uhr, kommt "
        "stattdessen am Mittwoch, 4. März, um 16 Uhr. Die Änderung tut mir leid.",
        "dein Bericht zu „Catalogue“, angekündigt für heute, Mittwoch, 4. März, 16 Uhr, ist nicht "
        "rechtzeitig gekommen. Er kommt stattdessen morgen, Donnerstag, 5. März, um 16 Uhr. Die "
        "Verspätung tut mir leid.",
    ),
    "fr": (
        "Le point d’avancement du projet « Catalogue », prévu demain, mardi 3 mars, à 16 h, te "
        "parviendra finalement le mercredi 4 mars à 16 h. Toutes mes excuses pour ce changement.",
        "Le point d’avancement du projet « Catalogue », prévu aujourd’hui, mercredi 4 mars, à 16 h, "
        "n’est pas arrivé à temps. Il te parviendra demain, jeudi 5 mars, à 16 h. Toutes mes excuses "
        "pour ce retard.",
    ),
    "es": (
        "El informe del proyecto «Catalogue», previsto para mañana, martes 3 de marzo, a las 16:00, "
        "te llegará finalmente el miércoles 4 de marzo a las 16:00. Disculpa el cambio.",
        "El informe del proyecto «Catalogue», previsto para hoy, miércoles 4 de marzo, a las 16:00, "
        "no ha llegado a tiempo. Te llegará mañana, jueves 5 de marzo, a las 16:00. Disculpa el "
        "retraso.",
    ),
    "it": (
        "l’aggiornamento sul progetto «Catalogue», previsto per domani, martedì 3 marzo, alle 16, ti "
        "arriverà invece mercoledì 4 marzo alle 16. Mi scuso per il cambiamento.",
        "l’aggiornamento sul progetto «Catalogue», previsto per oggi, mercoledì 4 marzo, alle 16, non"
        " è arrivato in tempo. Ti arriverà domani, giovedì 5 marzo, alle 16. Mi scuso per il ritardo.",
    ),
    "pt": (
        "O ponto de situação do projeto «Catalogue», previsto para amanhã, terça-feira, 3 de março, "
        "às 16h00, chegará afinal na quarta-feira, 4 de março, às 16h00. Peço desculpa pela "
        "alteração.",
        "O ponto de situação do projeto «Catalogue», previsto para hoje, quarta-feira, 4 de março, às"
        " 16h00, não chegou a tempo. Chegará amanhã, quinta-feira, 5 de março, às 16h00. Peço "
        "desculpa pelo atraso.",
    ),
    "nl": (
        "Het voortgangsverslag van het project ‘Catalogue’ dat voor morgen, dinsdag 3 maart, om 16.00"
        " uur gepland stond, krijg je in plaats daarvan woensdag 4 maart om 16.00 uur. Excuses voor "
        "de wijziging.",
        "Het voortgangsverslag van het project ‘Catalogue’ dat voor vandaag, woensdag 4 maart, om "
        "16.00 uur gepland stond, is niet op tijd gekomen. Je krijgt het morgen, donderdag 5 maart, "
        "om 16.00 uur. Excuses voor de vertraging.",
    ),
}
"""The move of a report, then that of a late one, in the familiar form."""
FORMAL: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (),
    "de": (("dein Bericht", "Ihr Bericht"),),
    "fr": (("te parviendra", "vous parviendra"),),
    "es": (("te llegará", "le llegará"), ("Te llegará", "Le llegará"), ("Disculpa ", "Disculpe ")),
    "it": (("ti arriverà", "Le arriverà"), ("Ti arriverà", "Le arriverà")),
    "pt": (),
    "nl": (("krijg je", "krijgt u"), ("Je krijgt", "U krijgt")),
}


def said(mail: SentMail) -> str:
    """What stands between the greeting and the sentence that the mail is automatic, on one line."""
    return " ".join(mail.text.split("\r\n\r\n")[1].split())


class TestTheMail:
    def test_names_both_times_says_that_it_is_automatic_and_begins_a_thread_of_its_own(self) -> None:
        with told(after=PROJECT) as b:
            (mail,) = b.moves_report(WEDNESDAY)
            assert mail.recipient == "wile@acme.example"
            assert mail.subject == "New time for the report on Catalogue"
            assert mail.text.replace("\r\n", "\n") == (
                "Hi Wile,\n\nThe report on Catalogue planned for tomorrow, Tuesday 3 March, 16:00 comes Wednesday, "
                "4 March at 16:00 instead. I am sorry for the change.\n\nThis note was written automatically so that "
                "you have the time at once; I read your mail myself.\n\nRobin Vale"
            )
            assert mail.message["Auto-Submitted"] == "auto-generated"
            assert (mail.message["In-Reply-To"], mail.message["References"]) == (None, None)

    def test_brings_the_same_calendar_entry_under_the_next_number(self) -> None:
        with bench() as b:
            (first,) = b.receive(STATUS)
            (second,) = b.moves_report(WEDNESDAY)
            (third,) = b.moves_report(THURSDAY)
            before, now, last = entry(first), entry(second), entry(third)
            assert before["UID"] == now["UID"] == last["UID"]
            assert (before["SEQUENCE"], now["SEQUENCE"], last["SEQUENCE"]) == (0, 1, 2)
            assert (now["DTSTART"].dt, last["DTSTART"].dt) == (WEDNESDAY, THURSDAY)

    def test_moved_back_the_entry_of_a_later_answer_has_the_latest_number(self) -> None:
        with told() as b:
            b.moves_report(WEDNESDAY)
            b.moves_report(TUESDAY_REPORT)
            (mail,) = b.receive(STATUS, sender=ADA, subject="Search")
            assert (entry(mail)["SEQUENCE"], entry(mail)["DTSTART"].dt) == (2, TUESDAY_REPORT)

    @pytest.mark.parametrize("code", LANGUAGES)
    @pytest.mark.parametrize("form", ["familiar", "formal"])
    def test_is_written_in_the_clients_language_and_says_nothing_that_is_forbidden(self, code: str, form: str) -> None:
        table = tomllib.loads(files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8"))
        text = acme(f'address_form = "{form}"').replace('language = "en"', f'language = "{code}"')
        with Bench(acknowledge, delay="0s", clients={"acme": text + PROJECT}, toml=MANY) as b:
            b.receive(STATUS)
            (mail,) = b.moves_report(WEDNESDAY)
            b.clock.move(WEDNESDAY + timedelta(minutes=2) - b.clock.now())
            b.run()
            (late,) = to_clients(b.moves_report(THURSDAY))
        for one, words in zip((mail, late), SAID[code], strict=True):
            for familiar, formal in FORMAL[code] if form == "formal" else ():
                words = words.replace(familiar, formal)
            assert said(one) == words
        for one in (mail, late):
            assert forbidden_in(one.text, Language.from_table(code, table)) == ()
            assert "Catalogue" in one.subject
            assert one.message["Content-Language"] == code


class TestToWhom:
    def test_one_mail_to_each_person_at_the_address_that_was_told_last(self) -> None:
        with told() as b:
            b.receive(STATUS, sender=SECOND, subject="Search")
            b.receive(STATUS, sender=ADA, subject="Paper")
            assert [mail.recipient for mail in b.moves_report(WEDNESDAY)] == [
                "wile.coyote@acme.example",
                "ada@acme.example",
            ]
            assert b.run() == []

    def test_nobody_who_was_not_told(self) -> None:
        with bench() as b:
            b.receive("Thank you very much!", sender=ADA)
            assert b.moves_report(WEDNESDAY) == []
            assert moves(b) == []

    def test_from_then_on_the_thread_has_the_new_time_and_another_thread_gets_the_short_line(self) -> None:
        with told() as b:
            asked = b.last_message_id
            b.moves_report(WEDNESDAY)
            assert b.receive(STATUS, answers=asked, subject="Re: Catalogue") == []
            assert b.reasons == ["told"]
            (short,) = b.receive(STATUS, subject="Search")
            assert "As noted today: your next report comes Wednesday, 4 March at 16:00." in short.text

    def test_a_second_move_tells_the_time_that_was_told_last(self) -> None:
        with told() as b:
            b.moves_report(WEDNESDAY)
            (mail,) = b.moves_report(THURSDAY)
            assert "planned for Wednesday, 4 March, 16:00 comes Thursday, 5 March at 16:00" in mail.text

    def test_moved_again_before_the_mail_went_only_one_goes_with_the_time_originally_told(self) -> None:
        with told() as b:
            b.world.server.answer(DOWN)
            assert b.moves_report(WEDNESDAY) == []
            (mail,) = b.moves_report(THURSDAY) + b.advance(minutes=1)
            assert "planned for tomorrow, Tuesday 3 March, 16:00 comes Thursday, 5 March" in mail.text
            assert moves(b) == [(MailState.CANCELLED, "moved_again"), (MailState.SENT, "moved")]
            assert entry(mail)["SEQUENCE"] == 2
            assert b.warned == []

    def test_one_that_waits_for_long_is_called_off_at_once(self) -> None:
        with told() as b:
            b.world.server.answer(SubmissionError("temporary", "451 4.3.2 try later", code=451))
            assert b.moves_report(WEDNESDAY) == []
            (mail,) = b.moves_report(THURSDAY)
            assert "Thursday, 5 March" in mail.text
            assert moves(b) == [(MailState.CANCELLED, "moved_again"), (MailState.SENT, "moved")]

    def test_moved_back_before_the_mail_went_nobody_hears_of_it(self) -> None:
        with told() as b:
            asked = b.last_message_id
            b.world.server.answer(DOWN)
            b.moves_report(WEDNESDAY)
            assert b.moves_report(TUESDAY_REPORT) + b.advance(minutes=1) == []
            assert moves(b) == [(MailState.CANCELLED, "moved_again")]
            assert b.receive(STATUS, answers=asked) == []
            assert b.reasons[-1] == "told"

    def test_moved_back_and_told_of_both_they_know_where_it_is(self) -> None:
        with told() as b:
            asked = b.last_message_id
            b.moves_report(WEDNESDAY)
            (back,) = b.moves_report(TUESDAY_REPORT)
            assert "planned for Wednesday, 4 March, 16:00 comes tomorrow, Tuesday 3 March" in back.text
            assert b.receive(STATUS, answers=asked) == []

    def test_whoever_was_not_told_of_the_move_is_told_when_they_ask(self) -> None:
        with told() as b:
            asked = b.last_message_id
            with b.store.write() as tx:
                mutes.put(tx, "acme", b.clock.now() + timedelta(hours=1))
            assert to_clients(b.moves_report(WEDNESDAY)) == []
            b.advance(hours=2)
            (mail,) = b.receive(STATUS, answers=asked)
            assert "Wednesday, 4 March" in mail.text

    def test_whoever_was_told_of_a_move_and_not_that_it_was_moved_back_is_told_when_they_ask(self) -> None:
        with told() as b:
            asked = b.last_message_id
            b.moves_report(WEDNESDAY)
            with b.store.write() as tx:
                mutes.put(tx, "acme", b.clock.now() + timedelta(hours=1))
            assert to_clients(b.moves_report(TUESDAY_REPORT)) == []
            b.advance(hours=2)
            (mail,) = b.receive(STATUS, answers=asked)
            assert "tomorrow, Tuesday 3 March" in mail.text

    def test_an_answer_that_was_on_its_way_when_the_report_was_moved_is_followed_by_the_mail(self) -> None:
        with bench() as b:
            submit = b.world.server.submit
            moved: list[SentMail] = []

            def moves_meanwhile(*arguments: Any) -> None:
                b.world.server.submit = submit  # type: ignore[method-assign]
                with b.store.write() as tx:
                    b.daemon.desk._core.mover.move(tx, b.settings.book.clients["acme"], WEDNESDAY, b.clock.now())
                submit(*arguments)

            b.world.server.submit = moves_meanwhile  # type: ignore[method-assign]
            answer, *moved = b.receive(STATUS)
            assert "Tuesday" in answer.text
            assert ["Wednesday, 4 March" in mail.text for mail in moved] == [True]
            assert [promise.state for promise in b.promises] == ["moved", "open"]
            assert all(promise.told for promise in b.promises)


class TestWhatKeepsItBack:
    def test_neither_a_conversation_nor_a_complaint_an_incident_nor_the_limits(self) -> None:
        limits = '[limits]\nperson = "1 per day"\ndomain = "1 per hour"\nall = "1 per hour"\n'
        with told(toml=limits, beside={"incidents": incidents}) as b:
            b.owner_sends("Look at this.", subject="Idea")
            b.receive(COMPLAINT, subject="Search")
            assert b.incidents != []
            assert len(to_clients(b.moves_report(WEDNESDAY))) == 1

    def test_a_rehearsal_is_shown_to_the_owner_and_promises_nothing(self) -> None:
        with told(daemon={"mode": "rehearsal"}) as b:
            (mail,) = b.moves_report(WEDNESDAY)
            assert mail.recipient == "robin@vale.example"
            assert mail.subject == "Rehearsal: New time for the report"
            assert "wile@acme.example" in mail.text
            assert "planned for tomorrow, Tuesday 3 March, 16:00" in mail.text
            assert [promise.told for promise in b.promises] == [False, False]
            assert b.run() == []

    def test_the_owner_is_told_in_their_own_language(self) -> None:
        with told() as b:
            b.restart(owner={"language": "de"}, clients={"acme": acme("acknowledge = false")})
            (notice,) = to_owner(b.moves_report(WEDNESDAY))
            assert "und nicht, dass er verschoben ist auf Mi 4. März, 16:00 Uhr" in " ".join(notice.text.split())

    @pytest.mark.parametrize(
        ("lines", "reason"), [(("acknowledge = false",), "not_acknowledged"), (("muted_until = 2026-12-01",), "muted")]
    )
    def test_a_client_who_gets_no_automatic_mail_and_the_owner_is_told(self, lines: tuple[str], reason: str) -> None:
        with told() as b:
            b.restart(clients={"acme": acme(*lines)})
            sent = b.moves_report(WEDNESDAY)
            assert to_clients(sent) == []
            assert moves(b) == [(MailState.WITHHELD, reason)]
            (notice,) = to_owner(sent)
            assert "Wile Coyote" in notice.text
            assert "Wed 4 Mar, 16:00" in " ".join(notice.text.split())

    def test_an_address_that_failed(self) -> None:
        with told() as b:
            b.world.server.answer(SubmissionError("permanent", "550 no such user", code=550, step="RCPT"))
            b.receive(STATUS, subject="Search")
            b.moves_report(WEDNESDAY)
            assert moves(b) == [(MailState.WITHHELD, "failed_address")]

    def test_a_mail_that_the_server_refuses_is_told_for_what_it_is(self) -> None:
        with told() as b:
            b.world.server.answer(SubmissionError("permanent", "550 no such user", code=550, step="RCPT"))
            (notice,) = b.moves_report(WEDNESDAY)
            assert "tells Acme GmbH to when the report was moved" in " ".join(notice.text.split())

    def test_an_address_that_is_another_clients_by_now(self) -> None:
        with told() as b:
            other = acme().replace("wile@acme.example", "w@acme.example")
            birch = BIRCH.replace("jutta@birch.example", "wile@acme.example")
            b.restart(clients={"acme": other, "birch": birch})
            b.moves_report(WEDNESDAY)
            assert moves(b) == [(MailState.WITHHELD, "wrong_recipient")]

    def test_words_that_tell_of_another_client(self) -> None:
        with told(after=PROJECT) as b:
            named = BIRCH.replace("Birch Holding", "New Time")
            b.restart(clients={"acme": acme() + PROJECT, "birch": named})
            b.moves_report(WEDNESDAY)
            assert moves(b) == [(MailState.WITHHELD, "discloses_client")]

    def test_an_absence_that_came_in_between(self) -> None:
        with told() as b:
            b.world.server.answer(DOWN)
            b.moves_report(WEDNESDAY)
            b.restart(owner={"away": ["2026-03-04"]})
            assert to_clients(b.advance(minutes=1)) == []
            assert moves(b) == [(MailState.WITHHELD, "promise_in_absence")]

    def test_a_report_that_was_given_meanwhile_is_no_news(self) -> None:
        with told() as b:
            b.clock.move(TUESDAY_REPORT - timedelta(minutes=20) - b.clock.now())
            b.world.server.answer(DOWN)
            b.moves_report(TUESDAY_REPORT + timedelta(hours=1))
            b.owner_sends("Here it is.", subject="How far we are")
            assert to_clients(b.advance(minutes=2)) == []
            assert moves(b) == [(MailState.CANCELLED, "report_given")]

    def test_a_time_that_has_passed_by_then_is_told_to_the_owner(self) -> None:
        with told() as b:
            soon = b.clock.now() + timedelta(minutes=1)
            b.world.server.answer(DOWN, 4)
            b.moves_report(soon)
            sent = b.advance(minutes=3)
            assert to_clients(sent) == []
            assert moves(b) == [(MailState.WITHHELD, "time_passed")]
            assert any(warning.key.startswith("move_untold") for warning in b.warned)


def test_a_crash_after_the_mail_was_accepted_does_not_send_it_again() -> None:
    with told() as b:
        original = b.world.server.submit

        class Power(BaseException):
            pass

        def submit(*arguments: Any) -> None:
            original(*arguments)
            raise Power

        b.world.server.submit = submit  # type: ignore[method-assign]
        with pytest.raises(Power):
            b.moves_report(WEDNESDAY)
        b.world.server.submit = original  # type: ignore[method-assign]
        sent = b.restart()
        for _ in range(4):
            sent += b.advance(minutes=5)
        assert len([mail for mail in to_clients(sent) if "New time" in mail.subject]) == 1
        assert moves(b)[0][0] in (MailState.SENT, MailState.UNKNOWN)
        assert isinstance(b.promises[0].due, datetime)
