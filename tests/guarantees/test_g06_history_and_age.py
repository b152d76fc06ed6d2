"""G6: nothing below the line (unless `live_since` makes it live) and nothing older than `max_age` causes a mail to a
client: on the first look, after a renumbering (RFC 9051 section 2.3.1.1), after a rehearsal, and while an answer waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches import COMPLAINT, MANY, STATUS, acknowledging, acme, to_clients
from whiteglove.actions import Reply
from whiteglove.ledger import PromiseKind
from whiteglove.testing import MONDAY_MORNING, Bench, SentMail
from whiteglove_plugins import acknowledge

BOOK = {"acme": acme(report='["Fri 16:00"]')}
"""A report far away, so that no promise comes due meanwhile."""
ADA = "Ada Birdwell <ada@acme.example>"
ALWAYS = acknowledging(
    on_message=lambda event: [
        Reply(reason="x", template="next_report", again="next_report_again", tells=PromiseKind.REPORT)
    ]
)
"""Answers whatever it is shown: a plugin that keeps the rule itself would hide who else does not."""


def bench(plugin: object = ALWAYS, **options: object) -> Bench:
    return Bench(plugin, **{"clients": BOOK, "toml": MANY, **options})  # type: ignore[arg-type]


def answered(sent: list[SentMail]) -> list[str]:
    """The matters that clients got an answer about."""
    return sorted(mail.subject.removeprefix("Re: ") for mail in to_clients(sent))


def test_what_lay_there_at_the_first_look_is_recorded_and_answered_to_nobody() -> None:
    with bench(looked=False) as house:
        house.deliver(STATUS, subject="Just now")
        house.deliver(STATUS, subject="Yesterday", age=timedelta(hours=13))
        house.deliver(COMPLAINT, subject="Anger", sender=ADA)
        assert house.run() == house.restart() == house.advance(days=1) == []
        assert house.recorded == 3
        assert [line["history"] for line in house.logged("message.received")] == [True] * 3
        assert house.warned == []
        assert set(house.reasons) == {"history"}


def test_the_line_outlasts_a_restart() -> None:
    with bench(looked=False) as house:
        house.deliver(STATUS, subject="Before")
        house.run()
        house.deliver(STATUS, subject="While it was down", sender=ADA)
        assert answered(house.restart()) == ["While it was down"]


@pytest.mark.parametrize(("age", "is_answered"), [(12 * 3600, True), (12 * 3600 + 1, False)])
def test_max_age_counts_from_arrival_at_the_server_to_the_second(age: int, is_answered: bool) -> None:
    with bench() as house:
        house.deliver(STATUS, age=timedelta(seconds=age))
        assert bool(to_clients(house.run())) is is_answered
        assert house.reasons == ([] if is_answered else ["too_old"])


def test_a_date_that_the_sender_wrote_decides_nothing() -> None:
    with bench() as house:
        house.deliver(STATUS, subject="Old", age=timedelta(hours=13), headers={"X-Date": "now"})
        raw = house.compose(STATUS, sender=ADA, subject="New").replace(b"2026", b"2019")
        house.world.account.deliver(raw)
        assert answered(house.run()) == ["New"]


@pytest.mark.parametrize("delay", [timedelta(hours=13), timedelta(hours=11)])
def test_an_answer_that_waits_longer_than_max_age_is_not_sent(delay: timedelta) -> None:
    waiting = acknowledging(
        on_message=lambda event: [Reply(reason="x", template="next_report", tells=PromiseKind.REPORT, delay=delay)]
    )
    with bench(waiting) as house:
        house.receive(STATUS)
        sent = [mail for _ in range(14) for mail in to_clients(house.advance(hours=1))]
        assert (len(sent), house.reasons) == ((0, ["too_old"]) if delay > timedelta(hours=12) else (1, []))


@pytest.mark.parametrize(("since", "is_answered"), [(timedelta(hours=2), True), (timedelta(minutes=59), False)])
def test_live_since_alone_says_what_is_live_whatever_the_line(since: timedelta, is_answered: bool) -> None:
    """Both ways: it makes live what lies below the line, and history what lies above it."""
    with bench(looked=False, daemon={"live_since": MONDAY_MORNING - since}) as house:
        house.deliver(STATUS, subject="Below", age=timedelta(hours=1))
        below = answered(house.run())
        house.deliver(STATUS, subject="Above", age=timedelta(hours=1), sender=ADA)
        assert below + answered(house.run()) == (["Below", "Above"] if is_answered else [])


def test_live_since_is_cut_to_the_second_and_does_not_make_young() -> None:
    daemon = {"live_since": MONDAY_MORNING - timedelta(hours=1) + timedelta(milliseconds=900)}
    with bench(looked=False, daemon=daemon) as house:
        house.deliver(STATUS, subject="Same second", age=timedelta(hours=1))
        house.deliver(STATUS, subject="A second before", age=timedelta(hours=1, seconds=1), sender=ADA)
        assert answered(house.run()) == ["Same second"]
    with bench(looked=False, daemon={"live_since": MONDAY_MORNING - timedelta(days=2)}) as house:
        house.deliver(STATUS, age=timedelta(hours=13))
        assert house.run() == []
        assert house.reasons == ["too_old"]


def test_a_renumbered_folder_is_answered_only_where_nobody_has_read_it() -> None:
    with bench() as house:
        house.deliver(STATUS, subject="Known")
        assert answered(house.run()) == ["Known"]
        house.clock.move(timedelta(minutes=10))
        house.deliver(STATUS, subject="Older than the last look", age=timedelta(minutes=11))
        house.deliver(STATUS, subject="Since the last look", sender=ADA)
        house.world.account.renumber()
        assert answered(house.run()) == ["Since the last look"]
        house.world.account.renumber()
        assert house.advance(minutes=1) == house.restart() == []
        assert len(house.logged("mailbox.renumbered")) == 2


def test_going_live_draws_a_new_line_and_answers_nothing_of_the_rehearsal() -> None:
    with bench(daemon={"mode": "rehearsal"}) as house:
        (rehearsed,) = house.receive(STATUS, subject="Rehearsed")
        assert rehearsed.recipient == "robin@vale.example"
        house.deliver(STATUS, subject="Meanwhile", sender=ADA)
        assert house.restart(daemon={"mode": "live"}) == house.advance(hours=1) == []
        assert answered(house.receive(STATUS, subject="Now")) == ["Now"]


def test_what_is_handled_late_is_still_the_rehearsals() -> None:
    """A plugin that failed in the rehearsal is asked again when the mails are real."""
    is_whole: list[bool] = []

    def on_message(event: object) -> list[Reply]:
        if not is_whole:
            raise RuntimeError("a defect")
        return [Reply(reason="x", template="next_report", tells=PromiseKind.REPORT)]

    with bench(acknowledging(on_message=on_message), daemon={"mode": "rehearsal"}) as house:
        house.receive(STATUS)
        is_whole.append(True)
        assert house.restart(daemon={"mode": "live"}) == house.advance(minutes=2) == []
        assert house.reasons == ["history"]


def test_a_renumbering_during_the_rehearsal_does_not_move_the_new_line() -> None:
    with bench(daemon={"mode": "rehearsal"}) as house:
        house.clock.move(timedelta(minutes=10))
        house.deliver(STATUS, subject="Meanwhile")
        house.clock.move(timedelta(minutes=10))
        house.world.account.renumber()
        assert house.restart(daemon={"mode": "live"}) == []


def test_an_answer_that_waited_in_a_rehearsal_is_called_off() -> None:
    with Bench(acknowledge, delay="10m", clients=BOOK, toml=MANY, daemon={"mode": "rehearsal"}) as house:
        house.receive(STATUS)
        assert house.restart(daemon={"mode": "live"}) == house.advance(hours=1) == []
        assert house.reasons == ["rehearsal_ended"]


@dataclass
class Arrived:
    """A mail as the rule sees it."""

    subject: str
    at: datetime
    live: bool | None = None
    """Decided at the first look that finds it."""


class Rule:
    """What G6 says, told once more and without a store: which messages may cause a mail to a client."""

    def __init__(self, live_since: datetime | None) -> None:
        self.live_since = live_since
        self.unseen: list[Arrived] = []
        self.from_: datetime | None = None
        self.is_first = True
        self.searched: datetime | None = None
        self.is_renumbered = False

    def looked(self, now: datetime, *, live: bool) -> list[str]:
        """What is answered at this look."""
        if self.is_renumbered and not self.is_first:
            self.from_ = self.searched
        found = [mail for mail in self.unseen if live and self._is_live(mail) and now - mail.at <= timedelta(hours=12)]
        self.unseen.clear()
        self.is_first, self.is_renumbered, self.searched = False, False, now.replace(microsecond=0)
        return sorted(mail.subject for mail in found)

    def _is_live(self, mail: Arrived) -> bool:
        if self.live_since is not None:
            return mail.at >= self.live_since
        if self.is_first:
            return False
        return self.from_ is None or mail.at >= self.from_


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrives"), st.sampled_from([0, 1, 599, 600, 3600, 43_199, 43_200, 43_201, 400_000])),
        st.tuples(st.sampled_from(["looks", "renumbers", "restarts"]), st.just(0)),
        st.tuples(st.just("waits"), st.sampled_from([1, 600])),
    ),
    min_size=3,
    max_size=12,
)


@settings(max_examples=5)
@given(steps=STEPS, since=st.sampled_from([None, None, 300, 43_300]), begins=st.sampled_from(["rehearsal", "live"]))
def test_whatever_happens_in_whatever_order_only_these_messages_cause_a_mail(
    steps: list[tuple[str, int]], since: int | None, begins: str
) -> None:
    live_since = None if since is None else MONDAY_MORNING - timedelta(seconds=since)
    daemon = {"mode": begins} | ({"live_since": live_since} if live_since else {})
    with bench(looked=False, daemon=daemon) as house:
        rule = Rule(live_since)
        # A rehearsal becomes live in the middle.
        going_live = len(steps) // 2 if begins == "rehearsal" else -1
        live = begins == "live"
        for number, (step, seconds) in enumerate([*steps, ("looks", 0)]):
            sent: list[SentMail] = []
            expected: list[str] = []
            if number == going_live:
                # INTERNALDATE has whole seconds.
                house.clock.move(timedelta(seconds=1))
                sent = house.restart(daemon={"mode": "live"})
                rule.is_first, rule.from_, live = True, None, True
                expected = rule.looked(house.clock.now(), live=live)
                assert (number, answered(sent)) == (number, expected)
            if step == "arrives":
                age = timedelta(seconds=seconds)
                house.deliver(STATUS, subject=f"Matter {number}", age=age)
                rule.unseen.append(Arrived(f"Matter {number}", house.clock.now() - age))
                continue
            if step == "renumbers":
                # During a rehearsal it has a test of its own.
                rule.is_renumbered = live
                if live:
                    house.world.account.renumber()
                continue
            if step == "waits":
                house.clock.move(timedelta(seconds=seconds))
                continue
            sent = house.run() if step == "looks" else house.restart()
            expected = rule.looked(house.clock.now(), live=live)
            assert (number, answered(sent)) == (number, expected)


def test_the_rule_of_this_file_is_not_empty() -> None:
    """The model itself tells the two apart, so that the test above has something to find."""
    rule = Rule(None)
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    rule.unseen.append(Arrived("below", now))
    assert rule.looked(now, live=True) == []
    rule.unseen.append(Arrived("above", now))
    assert rule.looked(now, live=True) == ["above"]
