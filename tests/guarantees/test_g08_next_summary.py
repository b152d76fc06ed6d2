"""G8: all that was withheld, parked, failed or unknown stands in the next summary, once, and in no later one.

What is parked stands there until a person has decided about it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benches import BIRCH, COMPLAINT, MANY, STATUS, acknowledging, acme, plugin
from whiteglove.actions import Drop, Reply
from whiteglove.codec import decode_json, from_json
from whiteglove.desk.account_words import words_in
from whiteglove.errors import SubmissionError
from whiteglove.events import MessageReceived
from whiteglove.ledger import Mail, PromiseKind
from whiteglove.sections import Place, Summary
from whiteglove.testing import WILE, Bench, SentMail
from whiteglove_plugins import daily_summary, incidents

MORNING = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
"""Eight o'clock in Berlin, when the summary comes."""
ADA = "Ada Birdwell <ada@acme.example>"
JUTTA = "Jutta Forst <jutta@birch.example>"
UNTIL_UNKNOWN = 15
"""Seconds within which Sent is asked whether a mail of unknown fate went out."""
PAULS = "Paul Sand <paul@acme.example>"
PAUL = '[[people]]\nname = "Paul Sand"\naddresses = ["paul@acme.example"]\n'
TELLING = acknowledging(
    on_message=lambda event: [
        Reply(reason="x", template="next_report", again="next_report_again", tells=PromiseKind.REPORT)
    ]
)


def bench(first: object = TELLING, **options: Any) -> Bench:
    beside = {"daily_summary": daily_summary, **options.pop("beside", {})}
    given: dict[str, Any] = {"clients": {"acme": acme(), "birch": BIRCH}, "toml": MANY, **options}
    return Bench(first, beside=beside, **given)


def is_summary(mail: SentMail) -> bool:
    return "Next summary" in mail.text


def next_summary(house: Bench) -> str:
    """What of the next one is about mail that did not go out, in one line."""
    until = (MORNING - house.clock.now()) % timedelta(days=1) or timedelta(days=1)
    (found,) = filter(is_summary, house.advance(seconds=until.total_seconds()))
    return held_back(found)


def held_back(mail: SentMail) -> str:
    part = re.search(r"(?m)^Not sent \(\d+\)\n-+\n(.*?)\n\n", mail.text.replace("\r\n", "\n"), re.DOTALL)
    return " ".join(part[1].split()) if part else ""


def listed(house: Bench) -> list[list[str]]:
    """Each summary's whole list of it; a mail shows the first of them and counts the others."""
    summaries = [from_json(Summary, decode_json(mail.action)) for mail in house.mails if mail.template == "summary"]
    return [
        [item.text for part in summary.sections if part.place is Place.HELD_BACK for item in part.items]
        for summary in summaries
    ]


REFUSED = SubmissionError("permanent", "550 no such user", code=550)
LOST = SubmissionError("unknown", "connection lost")


class Studio:
    """A bench with a client for every reason, who is called like it."""

    def __init__(self, house: Bench) -> None:
        self.house = house

    def asks(self, name: str, words: str = STATUS, *, first: bool = False, **written: Any) -> None:
        """This client's Wile writes of what is to be refused; the `first` time, or as Ada, of something else."""
        subject = f"{'First' if first else 'Matter'} of {name}"
        self.house.receive(words, **{"sender": f"Wile <wile@{name}.example>", "subject": subject, **written})

    def as_ada(self, name: str, words: str = STATUS) -> None:
        self.asks(name, words, first=True, sender=f"Ada <ada@{name}.example>")

    def told(self, name: str) -> None:
        self.asks(name, first=True)
        self.asks(name, answers=self.house.last_message_id)

    def complaint_open(self, name: str) -> None:
        self.as_ada(name, COMPLAINT)
        self.asks(name)

    def incident_open(self, name: str) -> None:
        self.as_ada(name, COMPLAINT)
        self.house.advance(minutes=1)
        self.house.owner_sends("I am sorry.", to=f"ada@{name}.example", answers=self.house.last_message_id)
        self.asks(name)

    def in_conversation(self, name: str) -> None:
        self.house.owner_sends("The blue one.", subject="Cover", to=f"wile@{name}.example")
        self.house.advance(minutes=1)
        self.asks(name)

    def too_old(self, name: str) -> None:
        subject, sender = f"Matter of {name}", f"Wile <wile@{name}.example>"
        self.house.deliver(STATUS, subject=subject, sender=sender, age=timedelta(hours=13))
        self.house.run()

    def failed_address(self, name: str) -> None:
        self.house.world.server.answer(REFUSED)
        self.asks(name, first=True)
        self.asks(name)

    def failed(self, name: str) -> None:
        self.house.world.server.answer(REFUSED)
        self.asks(name)

    def unknown(self, name: str) -> None:
        self.house.world.server.answer(LOST)
        self.asks(name)
        self.house.advance(seconds=UNTIL_UNKNOWN)

    def promise_late(self, name: str) -> None:
        self.asks(name, first=True)
        self.house.advance(minutes=50)
        self.asks(name)

    def promise_in_absence(self, name: str) -> None:
        self.asks(name, first=True)
        self.house.restart(owner={"away": ["2026-03-04/2026-03-20"]})
        self.asks(name, sender=f"Ada <ada@{name}.example>")

    def client_left_book(self, name: str) -> None:
        self.asks(name)
        self.house.restart(clients={key: text for key, text in CLIENTS.items() if key != name})
        self.house.advance(minutes=11)


LINES = {"not_acknowledged": "acknowledge = false", "muted": "muted_until = 2026-04-01"}
REPORTS = {"no_time_to_tell": "[]", "promise_late": '["Mon 10:45"]', "promise_in_absence": '["Thu 11:00"]'}
REASONS = [
    "told", "complaint_open", "incident_open", "in_conversation", "not_acknowledged", "muted", "too_old",
    "no_time_to_tell", "discloses_client", "template_failed", "no_template", "failed_address", "another_answer",
    "second_thoughts", "failed", "unknown", "promise_late", "promise_in_absence", "client_left_book",
]  # fmt: skip
"""Those that end with a restart stand last."""
TEMPLATES = {"discloses_client": "calm_receipt", "template_failed": "answer_by", "no_template": "missing"}
OWN = {
    "acknowledge/calm_receipt.en.txt": "{{ greeting }} {{ when }}, after Birch Holding",
    "acknowledge/answer_by.en.txt": "{{ greeting }}, soon.",
}


def client(name: str) -> str:
    lines = [LINES[name]] if name in LINES else []
    text = acme(*lines, report=REPORTS.get(name, '["Fri 16:00"]'))
    return text.replace("acme.example", f"{name}.example").replace("Acme GmbH", f"Client {name.replace('_', ' ')}")


CLIENTS = {**{name: client(name) for name in REASONS}, "birch": BIRCH}


def answer(event: MessageReceived) -> list[Reply]:
    name = event.client.key
    delay = timedelta(minutes=10 if name == "client_left_book" else 0)
    template = TEMPLATES.get(name, "next_report")
    return [Reply(reason="x", template=template, tells=PromiseKind.REPORT, delay=delay)]


def second(event: MessageReceived) -> list[Reply]:
    return [Reply(reason="x", template="any")] if event.client.key == "another_answer" else []


def review(mail: Mail) -> Drop | None:
    return Drop(reason="second_thoughts") if mail.client == "second_thoughts" else None


def test_each_reason_stands_in_the_next_summary_once_and_in_no_later_one() -> None:
    beside = {"second": plugin("second", on_message=second, review=review), "incidents": incidents}
    first = acknowledging(on_message=answer)
    with bench(first, clients=CLIENTS, beside=beside, templates=OWN) as house:
        studio = Studio(house)
        for name in REASONS:
            getattr(studio, name, studio.asks)(name)
            assert name in {mail.reason for mail in house.mails} | {mail.state for mail in house.mails}, name
        for _ in range(2):
            next_summary(house)
        now, later = listed(house)
        for name in REASONS:
            # So many are named only where they failed; of the others each reason is counted.
            reason = words_in("en").get(name, name)
            assert len([text for text in now if text.endswith(f": {reason}")]) == 1 or name in ("failed", "unknown"), (
                name
            )
        counted = [re.match(r"(\d+) mails?: ", text) for text in now]
        kept = [mail for mail in house.mails if mail.client and mail.state in ("withheld", "failed", "unknown")]
        assert sum(int(one[1]) if one else 1 for one in counted) == len(kept)
        assert later == []


def test_each_limit_stands_there_too() -> None:
    limits = '[limits]\nperson = "1 per day"\ndomain = "2 per hour"\nall = "3 per hour"\n'
    with bench(clients={"acme": acme() + PAUL, "birch": BIRCH, "told": client("told")}, toml=limits) as house:
        for number, sender in enumerate((WILE, WILE, ADA, PAULS, JUTTA, "Wile <wile@told.example>")):
            house.receive(STATUS, sender=sender, subject=f"Matter {number}")
        assert house.reasons == ["limit_person", "limit_domain", "limit_all"]
        now, later = next_summary(house), next_summary(house)
        for number, name in ((1, "limit_person"), (3, "limit_domain"), (5, "limit_all")):
            assert f"“Matter {number}”: {words_in('en')[name]}" in now
        assert later == ""


def test_what_is_parked_stands_there_until_somebody_decides() -> None:
    def on_message(event: Any) -> None:
        raise RuntimeError("a defect")

    with bench(plugin("broken", on_message=on_message)) as house:
        house.receive(STATUS)
        for minutes in (1, 2, 3, 6):
            house.advance(minutes=minutes)
        said = "one event could not be handled"
        assert [said in next_summary(house) for _ in range(2)] == [True, True]


def test_one_that_was_refused_for_good_loses_nothing_and_doubles_nothing() -> None:
    """The summary of the day is tried again, with what it held; what came after it stands in the next one."""
    with bench(clients={"acme": acme("acknowledge = false")}) as house:
        house.receive(STATUS, subject="Before")
        house.clock.move(MORNING - house.clock.now())
        house.world.server.answer(SubmissionError("permanent", "552 too large", code=552))
        assert [mail for mail in house.run() if is_summary(mail)] == []
        house.receive(STATUS, subject="After")
        (again,) = filter(is_summary, house.advance(hours=3))
        following = next_summary(house)
        assert [held_back(again).count(f"“{word}”") for word in ("Before", "After")] == [1, 0]
        assert [following.count(f"“{word}”") for word in ("Before", "After")] == [0, 1]


def test_days_of_summaries_that_did_not_arrive_stand_in_the_first_that_does() -> None:
    with bench(clients={"acme": acme("acknowledge = false")}) as house:
        next_summary(house)
        house.receive(STATUS, subject="Matter")
        # Every two hours the server is tried again, and refuses, until the day after.
        house.world.server.answer(SubmissionError("permanent", "552 too large", code=552), times=13)
        mails = [mail for _ in range(24) for mail in house.advance(hours=2)]
        (first,) = [mail for mail in mails if is_summary(mail) and "Thursday" in mail.text]
        assert held_back(first).count("“Matter”") == 1


def test_the_first_summary_holds_all_that_was_before_it() -> None:
    with bench(clients={"acme": acme("acknowledge = false")}) as house:
        house.receive(STATUS, subject="Matter")
        house.clock.move(MORNING + timedelta(days=2, hours=3) - house.clock.now())
        (found,) = filter(is_summary, house.restart())
        assert held_back(found).count("“Matter”") == 1


def test_a_restart_and_a_day_without_the_daemon_lose_nothing() -> None:
    with bench(clients={"acme": acme("acknowledge = false")}) as house:
        next_summary(house)
        house.receive(STATUS, subject="Matter")
        house.clock.move(timedelta(days=2, hours=3))
        (found,) = filter(is_summary, house.restart())
        assert held_back(found).count("“Matter”") == 1


STEPS = st.lists(
    st.sampled_from(["withheld", "failed", "unknown", "sent", "summary", "restart", "lost summary", "minute"]),
    min_size=4,
    max_size=12,
)


@settings(max_examples=3, phases=[Phase.generate])
@given(steps=STEPS)
def test_whatever_happens_each_stands_in_the_first_summary_after_it_and_in_no_other(steps: list[str]) -> None:
    clients: dict[str, str] = {"acme": acme("acknowledge = false", report='["Fri 16:00"]')}
    clients["birch"] = BIRCH.replace('"Wed 11:00"', '"Fri 16:00"').replace(
        "[[people]]", "acknowledge_domain = true\n[[people]]", 1
    )
    waiting: list[str] = []
    with bench(clients=clients, toml=MANY) as house:
        for number, step in enumerate([*steps, "summary", "summary"]):
            matter = f"Matter {number}."
            fault = {"failed": "permanent", "unknown": "unknown"}.get(step)
            if step == "restart":
                house.restart()
            elif step == "minute":
                house.advance(minutes=1)
            elif step in ("summary", "lost summary"):
                if step == "lost summary":
                    # The first attempt meets a server that says no for now.
                    house.world.server.answer(SubmissionError("temporary", "no route"))
                house.clock.move((MORNING - house.clock.now()) % timedelta(days=1) or timedelta(days=1))
                mails = house.run() + (house.advance(minutes=1) if step == "lost summary" else [])
                (found,) = filter(is_summary, mails)
                assert sorted(re.findall(r"Matter \d+\.", held_back(found))) == sorted(waiting)
                waiting.clear()
            elif step == "withheld":
                house.receive(STATUS, subject=matter)
                waiting.append(matter)
            else:
                if fault:
                    house.world.server.answer(SubmissionError(fault, "no"))  # type: ignore[arg-type]
                    waiting.append(matter)
                address = f"s{number}@birch.example"
                headers = {"Return-Path": f"<{address}>"}
                house.receive(STATUS, subject=matter, sender=f"Somebody <{address}>", headers=headers)
                house.advance(seconds=UNTIL_UNKNOWN if step == "unknown" else 0)
