"""What goes wrong with a client is one incident for each matter, from its first word to its end; the owner is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benches import BIRCH, COMPLAINT, MANY, QUESTION, STATUS, acme, plugin, to_clients, to_owner
from whiteglove.actions import UpdateIncident
from whiteglove.desk.incidents import update_incident
from whiteglove.desk.keeping import Keeper
from whiteglove.desk.summing import build
from whiteglove.ledger import Incident, IncidentKind, IncidentState, PromiseState
from whiteglove.message import Guess, Kind
from whiteglove.sections import Mark, Place, Section
from whiteglove.store import incidents as stored
from whiteglove.testing import WILE, Bench, SentMail
from whiteglove_plugins import acknowledge, incidents

ADA = "Ada Birdwell <ada@acme.example>"
FIRST = "bench.1@elsewhere.example"
MISSED = "The deadline was yesterday and nothing has arrived."
BOTH = "You missed the deadline. I am very disappointed."


def bench(*, receipt: bool = False, first: ModuleType = acknowledge, **options: Any) -> Bench:
    """A client, and the two plugins that speak of complaints, in either order."""
    settings = {"delay": "0s", "complaints": "receipt" if receipt else "silent"}
    given = {"clients": {"acme": acme()}, "toml": MANY, **options}
    if first is acknowledge:
        return Bench(acknowledge, beside={"incidents": incidents}, **settings, **given)  # type: ignore[arg-type]
    return Bench(incidents, beside={"acknowledge": (acknowledge, settings)}, **given)


def late_bench(**options: Any) -> Bench:
    """A client who was told a time that has passed without a report, at 17:00 on that day."""
    late = bench(**options)
    late.receive(STATUS)
    late.advance(days=1, hours=7)
    return late


def all_of(bench: Bench) -> tuple[Incident, ...]:
    with bench.store.read() as tx:
        return stored.everything(tx)


def only(bench: Bench) -> Incident:
    (incident,) = all_of(bench)
    return incident


def steps(incident: Incident) -> list[tuple[str, str]]:
    return [(entry.reason, str(entry.state)) for entry in incident.entries]


def resolve(bench: Bench, incident: int) -> list[SentMail]:
    """The owner's word from the command line."""
    step = UpdateIncident(reason="command", incident=incident, state=IncidentState.RESOLVED)
    with bench.store.write() as tx:
        update_incident(tx, step, bench.clock.now())
    return bench.run()


def report_given(bench: Bench) -> list[SentMail]:
    """The owner's word that the report was given, by phone."""
    with bench.store.write() as tx:
        client = bench.settings.book.clients["acme"]
        Keeper(bench.settings, bench.store).report_sent(tx, client, bench.clock.now(), "command")
    return bench.run()


class TestAComplaint:
    def test_it_opens_an_incident_with_what_proves_it(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            incident = only(b)
            assert (incident.kind, incident.matter, incident.client) == (IncidentKind.COMPLAINT, "thread:1", "acme")
            assert (incident.state, incident.opened_at) == (IncidentState.OPENED, b.clock.now())
            (entry,) = incident.entries
            assert (entry.reason, entry.message, entry.cue) == ("complaint", 1, "am very disappointed")
            (line,) = b.logged("incident.opened")
            assert (line["client"], line["incident"], line["kind"], line["message_id"]) == (
                "acme",
                1,
                "complaint",
                FIRST,
            )

    def test_the_owner_is_told_at_once_and_the_client_nothing(self) -> None:
        with Bench(incidents) as b:
            (mail,) = b.receive(COMPLAINT)
            assert mail.recipient == "robin@vale.example"
            (warning,) = b.warned
            assert (warning.urgency, warning.key, warning.reason) == ("now", "complaint:1", "complaint")
            assert warning.text == (
                "Acme GmbH: the mail that Wile Coyote wrote today at 10:00 (“Catalogue”) reads as a complaint (“am "
                "very disappointed”). An incident is open (serious): until you resolve it, no question of theirs is "
                "answered automatically, even after your own answer. Next step: answer in person by tomorrow, 09:30, "
                "or call. A draft for it lies in Drafts; once sent, it is an admission in writing. When it is settled: "
                "whiteglove incidents"
            )

    @pytest.mark.parametrize("first", [acknowledge, incidents])
    def test_whoever_speaks_first_the_owner_hears_of_it_once(self, first: ModuleType) -> None:
        with bench(first=first) as b:
            mails = b.receive(COMPLAINT)
            assert [mail.recipient for mail in mails] == ["robin@vale.example"]
            assert len(b.warned) == 1
            assert ("An incident is open" in b.warned[0].text) is (first is acknowledge)
            assert only(b).state is IncidentState.OPENED

    def test_a_missed_deadline_goes_before_the_complaint_about_it(self) -> None:
        with Bench(incidents) as b:
            b.receive(BOTH)
            incident = only(b)
            assert incident.kind is IncidentKind.DEADLINE_MISSED
            assert (incident.entries[0].reason, incident.entries[0].cue) == ("deadline_missed", "missed the deadline")
            assert "names a missed deadline (“missed the deadline”)" in b.warned[0].text

    @pytest.mark.parametrize(("more", "is_said"), [("", True), ("deadline = 2026-02-27\n", False)])
    def test_where_no_deadline_is_on_record_the_owner_is_told_to_look_first(self, more: str, is_said: bool) -> None:
        with Bench(incidents, clients={"acme": f'{acme()}[[projects]]\nname = "Catalogue"\n{more}'}) as b:
            b.receive(MISSED, subject="Catalogue")
            assert ("look it up before you admit anything" in b.warned[0].text) is is_said
            assert ("A draft for it lies in Drafts" in b.warned[0].text) is not is_said

    @pytest.mark.parametrize("reply_within", ["8h", None])
    def test_with_whom_all_is_in_writing_no_call_is_proposed(self, reply_within: str | None) -> None:
        with Bench(incidents, clients={"acme": acme("in_writing = true", reply_within=reply_within)}) as b:
            b.receive(COMPLAINT)
            by = ", by tomorrow, 09:30" if reply_within else ""
            assert f"Next step: answer them yourself, in writing{by}." in b.warned[0].text
            assert "or call" not in b.warned[0].text

    def test_a_promise_that_was_late_is_on_record(self) -> None:
        with late_bench() as b:
            b.receive(MISSED, subject="Report")
            assert "look it up" not in b.warned[-1].text

    def test_it_need_not_be_the_first_thing_that_is_said_and_no_other_words_are_quoted(self) -> None:
        votes = plugin("votes", classify=lambda: [Guess(Kind.COMPLAINT, 0.6, "")])
        with Bench(incidents, beside={"votes": votes}) as b:
            b.receive(STATUS)
            assert (only(b).kind, only(b).entries[0].cue) == (IncidentKind.COMPLAINT, "")
            assert "reads as a complaint. An incident is open" in b.warned[0].text

    def test_a_second_one_in_the_thread_is_more_of_the_same(self) -> None:
        with Bench(incidents, clients={"acme": acme()}) as b:
            b.receive(COMPLAINT)
            b.receive(MISSED, answers=FIRST, sender=ADA)
            incident = only(b)
            assert incident.kind is IncidentKind.COMPLAINT
            assert [(entry.reason, entry.message) for entry in incident.entries] == [
                ("complaint", 1),
                ("deadline_missed", 2),
            ]
            assert "It belongs to incident 1, which is open" in b.warned[1].text
            assert b.warned[1].text.endswith("whiteglove incidents resolve 1")
            assert len(b.logged("incident.updated")) == 1

    def test_one_in_another_thread_is_another_matter(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            b.receive(COMPLAINT, subject="Invoice")
            assert [incident.matter for incident in all_of(b)] == ["thread:1", "thread:2"]

    def test_each_client_has_their_own(self) -> None:
        with Bench(incidents, clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(COMPLAINT)
            b.receive(COMPLAINT, sender="Jutta Forst <jutta@birch.example>")
            assert [incident.client for incident in all_of(b)] == ["acme", "birch"]

    @pytest.mark.parametrize("text", [STATUS, QUESTION, "Hmm, the weather.", "Thank you very much!"])
    def test_what_is_no_complaint_opens_nothing(self, text: str) -> None:
        with Bench(incidents) as b:
            b.receive(text)
            assert (all_of(b), b.warned) == ((), [])

    def test_what_no_person_wrote_opens_nothing(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT, headers={"Auto-Submitted": "auto-generated"})
            assert (all_of(b), b.warned) == ((), [])

    def test_history_opens_nothing_and_warns_of_nothing(self) -> None:
        with Bench(incidents, looked=False) as b:
            b.deliver(COMPLAINT, age=timedelta(hours=1))
            assert b.run() == []
            assert (b.recorded, all_of(b), b.warned) == (1, (), [])

    def test_two_matters_that_turn_out_to_be_one_are_one(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT, headers={"References": "<one@acme.example>"})
            b.receive(COMPLAINT, headers={"References": "<two@acme.example>"}, subject="Pages")
            b.receive(QUESTION, headers={"References": "<one@acme.example> <two@acme.example>"})
            older, younger = all_of(b)
            assert (older.matter, older.state) == ("thread:1", IncidentState.OPENED)
            assert steps(younger)[-1] == ("same_matter", "resolved")

    def test_a_german_owner_is_told_in_german(self) -> None:
        with Bench(incidents, owner={"language": "de"}) as b:
            b.receive(COMPLAINT)
            assert b.warned[0].text == (
                "Acme GmbH: Was Wile Coyote heute um 10 Uhr geschrieben hat („Catalogue“), liest sich als Beschwerde "
                "(„am very disappointed“). Ein Vorfall ist offen (ernst): Bis er abgeschlossen ist, wird keine Frage "
                "von dort automatisch beantwortet, auch nach der eigenen Antwort nicht. Nächster Schritt: selbst "
                "antworten, bis morgen, 9:30 Uhr, oder anrufen. Ein Entwurf dafür liegt bereit; abgeschickt ist er ein "
                "schriftliches Eingeständnis. Wenn es erledigt ist: whiteglove incidents"
            )


class TestTheReceiptOfAComplaint:
    def test_by_choice_it_goes_out_although_it_belongs_to_the_incident(self) -> None:
        with bench(receipt=True) as b:
            (mail,) = to_clients(b.receive(COMPLAINT))
            assert "by 09:30" in mail.text
            assert only(b).state is IncidentState.OPENED

    @pytest.mark.parametrize(("answers", "reason"), [(FIRST, "incident_open"), (None, "complaint_open")])
    def test_a_second_complaint_gets_none(self, answers: str | None, reason: str) -> None:
        with bench(receipt=True) as b:
            b.receive(COMPLAINT)
            assert to_clients(b.receive(COMPLAINT, answers=answers, sender=ADA)) == []
            assert b.reasons == [reason]


class TestTheOwnersAnswer:
    def test_in_the_thread_it_acknowledges_and_resolves_nothing(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends("I am sorry.", answers=FIRST)
            incident = only(b)
            assert steps(incident) == [("complaint", "opened"), ("owner_wrote", "acknowledged")]
            assert incident.entries[1].message == 2
            assert b.logged("incident.updated")[0]["reason"] == "owner_wrote"

    def test_so_does_a_new_mail_that_answers_it(self) -> None:
        with Bench(incidents, clients={"acme": acme()}) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends("I am sorry.", subject="Our catalogue")
            assert only(b).state is IncidentState.ACKNOWLEDGED

    def test_a_mail_to_a_colleague_about_something_else_does_not(self) -> None:
        with Bench(incidents, clients={"acme": acme()}) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends("A question.", subject="Invoice", to=ADA)
            assert steps(only(b)) == [("complaint", "opened")]

    def test_later_mails_are_steps_where_they_are_in_the_thread(self) -> None:
        with Bench(incidents, clients={"acme": acme()}) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends("I am sorry.", answers=FIRST)
            b.owner_sends("And about the invoice.", subject="Invoice")
            b.owner_sends("Here is the new plan.", answers=FIRST)
            assert [entry.message for entry in only(b).entries] == [1, 2, 4]

    def test_what_was_written_before_it_is_no_answer_to_it(self) -> None:
        seen: list[Any] = []
        reader = plugin("reader", on_sent=lambda event: seen.append(event.message.row))
        with Bench(incidents, beside={"reader": reader}) as b:
            b.receive(COMPLAINT)
            earlier = b.compose("Here it is.", sender="Robin <robin@vale.example>", to=WILE, answers=FIRST)
            sent_at = b.clock.now() - timedelta(minutes=1)
            b.world.account.deliver(earlier, folder="Sent", received_at=sent_at)
            b.run()
            assert seen == [2]
            assert steps(only(b)) == [("complaint", "opened")]

    def test_an_answer_that_is_read_before_its_complaint_counts(self) -> None:
        with Bench(incidents) as b:
            b.owner_sends("I am sorry.", answers="bench.2@elsewhere.example")
            b.deliver(COMPLAINT, age=timedelta(minutes=10))
            b.run()
            assert steps(only(b)) == [("complaint", "opened"), ("owner_wrote", "acknowledged")]

    def test_a_complaint_after_it_leaves_it_acknowledged(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends("I am sorry.", answers=FIRST)
            b.receive(COMPLAINT, answers=FIRST)
            assert steps(only(b))[-1] == ("complaint", "acknowledged")


class TestALatePromise:
    def test_it_opens_an_incident_of_its_own(self) -> None:
        with late_bench() as b:
            incident = only(b)
            assert (incident.kind, incident.matter) == (IncidentKind.PROMISE_LATE, "promise:1")
            assert [(entry.reason, entry.promise) for entry in incident.entries] == [("promise_late", 1)]
            assert [(warning.key, warning.urgency) for warning in b.warned] == [("promise_late:1", "now")]
            assert b.warned[0].text == (
                "Acme GmbH: the report promised for today, 16:00 has not gone out. Until it has, an incident is open "
                "and no question of theirs is answered automatically. Next step: send it, or write to them when it "
                "comes. See: whiteglove incidents"
            )

    @pytest.mark.parametrize("first", [acknowledge, incidents])
    def test_whoever_speaks_first_the_owner_hears_of_it_once(self, first: ModuleType) -> None:
        with bench(first=first) as b:
            b.receive(STATUS)
            assert len(to_owner(b.advance(days=1, hours=7))) == 1
            # On Wednesday at 17:30 the next working day is over.
            assert len(to_owner(b.advance(days=1, hours=1))) == 1
            assert [warning.key for warning in b.warned] == ["promise_late:1", "promise_broken:1"]

    def test_kept_late_it_is_resolved(self) -> None:
        with late_bench() as b:
            b.owner_sends("Here it is.", subject="Report")
            incident = only(b)
            assert steps(incident)[1:] == [("owner_wrote", "acknowledged"), ("kept_late", "resolved")]
            assert incident.resolved_at == b.clock.now()
            assert len(b.logged("incident.resolved")) == 1

    def test_the_owners_word_that_the_report_was_given_does_it_too(self) -> None:
        with late_bench() as b:
            report_given(b)
            assert steps(only(b)) == [("promise_late", "opened"), ("kept_late", "resolved")]
            assert only(b).entries[1].promise == 1

    def test_moved_and_then_given_it_is_resolved_too(self) -> None:
        with late_bench() as b:
            b.moves_report(b.clock.now() + timedelta(days=1))
            b.advance(hours=23)
            b.owner_sends("Here it is.", subject="Report")
            assert only(b).state is IncidentState.RESOLVED

    def test_kept_in_time_after_all_it_is_resolved_as_well(self) -> None:
        with late_bench() as b:
            report = b.compose("Here it is.", sender="Robin <robin@vale.example>", to=ADA, subject="Report")
            # Filed an hour after it was sent.
            b.world.account.deliver(report, folder="Sent", received_at=b.clock.now() - timedelta(hours=2))
            b.run()
            assert [promise.state for promise in b.promises] == [PromiseState.KEPT]
            assert steps(only(b)) == [("promise_late", "opened"), ("kept", "resolved")]

    def test_a_complaint_belongs_to_it_and_outlasts_the_report(self) -> None:
        with late_bench() as b:
            (mail,) = b.receive(COMPLAINT, subject="Where is it")
            assert "It belongs to incident 1, which is open" in " ".join(mail.text.split())
            assert only(b).entries[1].cue == "am very disappointed"
            report_given(b)
            assert steps(only(b)) == [
                ("promise_late", "opened"),
                ("complaint", "opened"),
                ("kept_late", "acknowledged"),
            ]

    def test_any_mail_of_the_owners_to_the_client_is_a_first_step(self) -> None:
        # A client without a cadence: the promise is an answer to Wile, and a mail to Ada does not keep it.
        with bench(clients={"acme": acme(report="[]")}) as b:
            b.receive(STATUS)
            b.advance(days=1, hours=2)
            assert only(b).kind is IncidentKind.PROMISE_LATE
            b.owner_sends("It comes tomorrow.", subject="Delay", to=ADA)
            b.owner_sends("And another thing.", subject="Lunch", to=ADA)
            assert steps(only(b)) == [("promise_late", "opened"), ("owner_wrote", "acknowledged")]

    def test_an_answer_that_comes_late_resolves_it(self) -> None:
        with bench(clients={"acme": acme(report="[]")}) as b:
            b.receive(STATUS)
            b.advance(days=1, hours=2)
            assert "the answer promised for today, 09:30" in b.warned[0].text
            b.owner_sends("All is well.", answers=FIRST)
            assert only(b).state is IncidentState.RESOLVED

    def test_the_complaint_of_before_stays_an_incident_of_its_own(self) -> None:
        with bench(receipt=True) as b:
            b.receive(COMPLAINT)
            b.advance(days=1, hours=2)
            assert [incident.matter for incident in all_of(b)] == ["thread:1", "promise:1"]

    def test_broken_it_stays_open_and_the_owner_is_told_how_to_end_it(self) -> None:
        with late_bench() as b:
            b.advance(hours=25)
            assert steps(only(b)) == [("promise_late", "opened"), ("promise_broken", "opened")]
            assert "still owed, 26 h later" in b.warned[1].text
            assert b.warned[1].text.endswith("whiteglove incidents resolve 1")

    def test_what_the_owner_resolved_is_not_opened_again_when_it_breaks(self) -> None:
        with late_bench(first=incidents) as b:
            resolve(b, 1)
            b.advance(hours=25)
            assert [promise.state for promise in b.promises] == [PromiseState.BROKEN]
            assert only(b).state is IncidentState.RESOLVED

    def test_a_promise_that_was_kept_while_the_plugin_failed_opens_nothing(self) -> None:
        failing = [True]

        def on_promise(event: Any, ctx: Any) -> Any:
            if failing and type(event).__name__ == "PromiseLate":
                failing.clear()
                raise OSError("not now")
            return incidents.on_promise(event, ctx)

        made = plugin("incidents", on_promise=on_promise)
        with Bench(acknowledge, delay="0s", beside={"incidents": made}) as b:
            b.receive(STATUS)
            b.advance(days=1, hours=7)
            report_given(b)
            b.advance(minutes=5)
            assert [promise.late for promise in b.promises] == [True]
            assert all_of(b) == ()


class TestSilence:
    def test_until_the_incident_is_resolved_no_question_is_answered(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            assert to_clients(b.receive(STATUS, subject="Pages", sender=ADA)) == []
            b.advance(minutes=40)
            b.owner_sends("I am sorry.", answers=FIRST)
            b.owner_sends("And the pages.", answers="bench.2@elsewhere.example", to=ADA)
            b.advance(minutes=40)
            (told,) = b.receive(STATUS, subject="Covers", sender=ADA)
            assert "“Covers” and got no automatic answer: an incident with them is open" in told.text
            assert b.reasons == ["complaint_open", "incident_open"]
            resolve(b, 1)
            (mail,) = b.receive(STATUS, subject="Paper", sender=ADA)
            assert mail.recipient == "ada@acme.example"

    def test_of_one_client_it_concerns_no_other(self) -> None:
        with bench(clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(COMPLAINT)
            (mail,) = b.receive(STATUS, sender="Jutta Forst <jutta@birch.example>")
            assert mail.recipient == "jutta@birch.example"


def part_of(b: Bench, day: date | None) -> Section:
    """The plugin's part of the summary of a date; of today's without one."""
    summary = build(b.settings, b.host, b.store, day, b.clock.now())
    return next(part for part in summary.sections if part.place is Place.INCIDENTS)


class TestTheSummary:
    def test_without_an_incident_it_says_so(self) -> None:
        with Bench(incidents, clients={"acme": acme(), "birch": BIRCH}) as b:
            section = part_of(b, None)
            assert (section.place, section.items, section.headline) == (Place.INCIDENTS, (), "")
            assert (section.title, section.quiet) == ("Incidents", "no incident is open")

    def test_what_is_open_comes_first_and_the_oldest_of_that(self) -> None:
        with Bench(incidents, clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(COMPLAINT, subject="Catalogue pages for the spring, of which nobody has seen anything so far")
            b.advance(hours=20)
            b.receive(COMPLAINT, subject="Invoice")
            b.receive(MISSED, subject="")
            b.owner_sends("I am sorry.", answers="bench.2@elsewhere.example")
            resolve(b, 3)
            b.advance(hours=30)
            section = part_of(b, None)
            assert section.headline == "2 incidents open"
            assert [(item.client, item.mark, item.text, item.detail, item.step) for item in section.items] == [
                (
                    "acme",
                    Mark.NOW,
                    "“Catalogue pages for the spring, of which nobody has seen an…”: complaint (serious), you have not "
                    "written to them yet",
                    "open for 2 days",
                    # With so many incidents everything is to be in writing, so that no call is proposed.
                    "send the draft that lies in Drafts; once it is settled: whiteglove incidents resolve 1",
                ),
                (
                    "acme",
                    Mark.DUE,
                    "“Invoice”: complaint (serious), you wrote to them; automatic answers wait until you resolve it",
                    "open for 30 h",
                    "ask whether it is settled; once it is settled: whiteglove incidents resolve 2",
                ),
                ("acme", Mark.OK, "missed deadline (serious), resolved", "", ""),
            ]

    def test_what_was_agreed_as_a_remedy_is_the_next_step(self) -> None:
        clients = {"acme": acme('remedies = ["a call the same day"]')}
        with Bench(incidents, clients=clients) as b:
            b.receive(COMPLAINT)
            b.owner_sends("I am sorry.", answers=b.last_message_id)
            (item,) = part_of(b, None).items
            assert item.step == "offer a call the same day; once it is settled: whiteglove incidents resolve 1"

    def test_a_date_that_is_over_shows_how_it_stood_then(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            b.advance(days=1)
            b.owner_sends("I am sorry.", answers=b.last_message_id)
            b.advance(days=1)
            resolve(b, 1)
            b.advance(days=2)
            stood = [
                [(item.mark, item.text.partition("), ")[2]) for item in part_of(b, date(2026, 3, day)).items]
                for day in (1, 2, 3, 4, 5)
            ]
            assert stood == [
                [],
                [(Mark.NOW, "you have not written to them yet")],
                [(Mark.DUE, "you wrote to them; automatic answers wait until you resolve it")],
                [(Mark.OK, "resolved")],
                [],
            ]

    def test_what_was_resolved_since_the_last_one_is_told_once_more(self) -> None:
        with Bench(incidents) as b:
            b.receive(MISSED, subject="")
            resolve(b, 1)
            b.advance(days=2)
            (item,) = part_of(b, date(2026, 3, 2)).items
            assert (item.text, item.mark, item.step) == ("missed deadline (minor), resolved", Mark.OK, "")
            assert part_of(b, date(2026, 3, 3)).items == ()

    def test_a_german_owner_reads_german(self) -> None:
        with Bench(incidents, owner={"language": "de"}) as b:
            b.receive(COMPLAINT)
            b.advance(minutes=90)
            section = part_of(b, None)
            assert (section.title, section.headline, section.quiet) == (
                "Vorfälle",
                "1 Vorfall offen",
                "kein Vorfall ist offen",
            )
            assert section.items[0].text == "„Catalogue“: Beschwerde (ernst), noch nicht beantwortet"
            assert section.items[0].detail == "offen seit 90 min"


STEPS = (
    "complain",
    "complain again",
    "complain elsewhere",
    "ask",
    "answer",
    "write",
    "late",
    "kept",
    "resolve",
    "join",
)


def take(step: str, b: Bench) -> list[SentMail]:
    """One thing that may happen, and the mails that left."""
    b.advance(minutes=40)
    match step:
        case "complain":
            return b.receive(COMPLAINT, headers={"References": "<one@acme.example>"})
        case "complain again":
            return b.receive(MISSED, headers={"References": "<two@acme.example>"}, subject="Pages")
        case "complain elsewhere":
            return b.receive(COMPLAINT, subject="New matter", sender=ADA)
        case "ask":
            return b.receive(STATUS, subject="News")
        case "join":
            return b.receive(QUESTION, headers={"References": "<one@acme.example> <two@acme.example>"})
        case "answer":
            return b.owner_sends("I am sorry.", headers={"References": "<one@acme.example>"})
        case "write":
            return b.owner_sends("By the way.", subject="Something else", to=ADA)
        case "late":
            return b.advance(days=1, hours=8)
        case "kept":
            return report_given(b)
        case _:
            open_ones = [found.row for found in all_of(b) if found.state is not IncidentState.RESOLVED]
            return resolve(b, open_ones[0]) if open_ones else []


def open_matters(incidents: Iterable[Incident]) -> list[tuple[str, str]]:
    return [(found.client, found.matter) for found in incidents if found.state is not IncidentState.RESOLVED]


OPENINGS = (("complain",), ("complain", "complain again"), ("ask", "late"))
ENDINGS = (("ask",), ("answer", "ask"), ("join",), ("kept", "ask"), ("resolve", "ask"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.builds(
        lambda opening, middle, ending: [*opening, *middle, *ending],
        st.sampled_from(OPENINGS),
        st.lists(st.sampled_from(STEPS), max_size=5),
        st.sampled_from(ENDINGS),
    )
)
@example(["complain", "answer", "ask"])
@example(["complain", "complain again", "join"])
@example(["ask", "late", "complain", "kept", "ask"])
@pytest.mark.long
def test_a_matter_has_one_open_incident_and_no_automatic_mail_goes_out_while_any_is_open(taken: list[str]) -> None:
    with bench() as b:
        for step in taken:
            before = open_matters(all_of(b))
            mails = take(step, b)
            after = open_matters(all_of(b))
            assert len(after) == len(set(after))
            assert not ((before or after) and to_clients(mails))
        assert b.failures == []
        assert b.logged("message.parked") == []
