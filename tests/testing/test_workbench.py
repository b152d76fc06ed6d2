"""The bench behaves as the daemon does, and is as easy to use as its first page says."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from benches import COMPLAINT, QUESTION, STATUS, acme, plugin
from drafty import bench as drafting
from whiteglove.actions import Remember, Reply, WakeAt, Warn
from whiteglove.errors import ConfigurationError, MailboxError
from whiteglove.hookspecs import PluginInfo
from whiteglove.ledger import DraftState, MailState, PromiseState
from whiteglove.testing import MONDAY_MORNING, Bench, PluginFailedError, bench
from whiteglove_plugins import acknowledge, incidents


def test_the_example_of_its_first_lines() -> None:
    with bench(acknowledge, delay="0s") as desk:
        (mail,) = desk.receive("How are things progressing?")
        assert "Tuesday" in mail.text


def test_what_happened_can_be_looked_at() -> None:
    remembering = plugin(on_message=lambda event: [Remember(reason="x", key="k", value=1)])
    with Bench(remembering, beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as bench:
        (mail,) = bench.receive(STATUS, subject="Catalogue")
        assert (mail.recipient, mail.subject) == ("wile@acme.example", "Re: Catalogue")
        assert [row.state for row in bench.mails] == [MailState.SENT]
        assert [promise.state for promise in bench.promises] == [PromiseState.OPEN]
        assert len(bench.obligations) == 1
        assert (bench.recorded, bench.memory, bench.reasons, bench.warned) == (1, {"k": 1}, [], [])
        assert bench.logged("mail.sent")[0]["client"] == "acme"


def test_each_call_returns_only_what_left_because_of_it() -> None:
    with Bench(acknowledge, delay="3m") as bench:
        assert bench.receive(STATUS) == []
        assert len(bench.advance(minutes=3)) == 1
        assert bench.run() == []


def test_the_clock_stands_still() -> None:
    with Bench(plugin()) as bench:
        assert bench.clock.now() == MONDAY_MORNING


def test_an_answer_of_the_owner_is_seen() -> None:
    with Bench(plugin()) as bench:
        bench.receive(QUESTION)
        bench.owner_sends("This one.", answers=bench.last_message_id)
        assert bench.obligations == []


def test_what_was_there_before_the_first_look_is_history() -> None:
    with Bench(acknowledge, delay="0s", looked=False) as bench:
        bench.deliver(STATUS, age=timedelta(days=1))
        assert bench.run() == []
        assert bench.logged("message.received")[0]["history"] is True


def test_another_daemon_takes_over_where_the_first_was_left() -> None:
    with Bench(acknowledge, delay="3m") as bench:
        bench.receive(STATUS)
        bench.clock.move(timedelta(minutes=3))
        (mail,) = bench.restart()
        assert mail.recipient == "wile@acme.example"


def test_with_other_settings_and_other_clients() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.restart(daemon={"mode": "rehearsal"}, clients={"acme": acme("acknowledge = false")})
        assert bench.receive(STATUS) == []
        assert bench.reasons == ["not_acknowledged"]
        bench.restart(owner={"name": "Robin V."}, clients={"acme": acme()})
        (mail,) = bench.receive(STATUS, subject="Pages")
        assert mail.subject.startswith("Rehearsal: ")
        assert "Robin V." in mail.text


def test_a_plugins_failure_is_told_and_logged_as_in_the_daemon() -> None:
    def on_message(event: object) -> list[Warn]:
        raise RuntimeError("a defect")

    with Bench(plugin("frail", on_message=on_message)) as bench:
        bench.receive("Hello")
        (failure,) = bench.failures
        assert failure.startswith("frail.on_message: ")
        assert bench.logged("plugin.failed")[0]["plugin"] == "frail"


def stumbling(event: object) -> list[Warn]:
    nothing: dict[str, Warn] = {}
    return [nothing["a warning"]]


def test_an_author_is_shown_where_a_hook_failed() -> None:
    with bench(plugin("frail", on_message=stumbling)) as desk:
        with pytest.raises(
            PluginFailedError, match=r"frail.on_message: frail: the hook on_message raised Key"
        ) as caught:
            desk.receive("Hello")
        cause = caught.value.__cause__
        assert isinstance(cause, KeyError)
        assert cause.__traceback__ is not None
        assert cause.__traceback__.tb_frame.f_code.co_name == "stumbling"
        assert desk.advance(seconds=1) == []
        assert len(desk.failures) == 1


def test_what_makes_no_sense_is_shown_as_well() -> None:
    reply = Reply(reason="x", template="x")
    with bench(plugin("frail", on_timer=lambda event: [reply], on_message=lambda event: [soon()])) as desk:
        desk.receive("Hello")
        with pytest.raises(PluginFailedError, match=r"frail.on_timer: .*Reply"):
            desk.advance(minutes=1)
    with (
        bench(plugin("frail", on_message=lambda event: ["x"])) as desk,
        pytest.raises(PluginFailedError, match="a str"),
    ):
        desk.receive("Hello")


def soon() -> WakeAt:
    return WakeAt(reason="x", key="soon", at=MONDAY_MORNING + timedelta(minutes=1))


def test_a_neighbours_failure_is_one_too_and_the_bench_can_go_on_as_the_daemon_does() -> None:
    neighbours = {"frail": plugin("frail", on_message=stumbling)}
    with bench(acknowledge, delay="0s", beside=neighbours) as desk, pytest.raises(PluginFailedError):
        desk.receive(STATUS)
    with bench(acknowledge, delay="0s", beside=neighbours, raises=False) as desk:
        (mail,) = desk.receive(STATUS)
        assert mail.recipient == "wile@acme.example"
        assert len(desk.failures) == 1


def test_a_plugin_that_cannot_say_what_it_is_for_shows_why() -> None:
    def describe() -> PluginInfo:
        raise ZeroDivisionError

    with pytest.raises(ConfigurationError) as caught:
        bench(plugin("frail", describe=describe))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_it_needs_no_test_runner() -> None:
    program = (
        "import sys; sys.modules['pytest'] = None\n"
        "from whiteglove.testing import bench\nfrom whiteglove_plugins import acknowledge\n"
        "with bench(acknowledge, delay='0s') as desk: print(len(desk.receive('Any news?')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_mailbox_that_cannot_be_read_is_told() -> None:
    with Bench(plugin()) as bench:
        bench.world.account.fail("connect", MailboxError("unreachable", "nobody there"))
        bench.receive("Hello")
        assert bench.failures == ["mailbox: nobody there"]
        assert bench.recorded == 0
        bench.run()
        assert bench.recorded == 1


def test_the_budget_of_a_hook_can_be_small() -> None:
    import time

    with Bench(plugin(on_message=lambda event: time.sleep(0.3)), budget=0.05) as bench:
        bench.receive("Hello")
        assert "took longer than 0.05 s" in bench.failures[0]


def test_wrong_settings_are_refused_as_in_the_daemon() -> None:
    with pytest.raises(ConfigurationError, match="delay"):
        Bench(acknowledge, delay="soon")
    with pytest.raises(ConfigurationError, match="timezone"):
        Bench(acknowledge, owner={"timezone": "Europe/Nowhere"})


def test_nothing_is_left_behind() -> None:
    with Bench(acknowledge) as bench:
        folder = Path(bench.settings.path).parent
        assert folder.exists()
    assert not folder.exists()


def test_incidents_are_there_with_all_that_happened() -> None:
    with Bench(incidents) as bench:
        bench.receive(COMPLAINT)
        (incident,) = bench.incidents
        assert (incident.client, incident.state, len(incident.entries)) == ("acme", "opened", 1)


def test_drafts_can_be_read_and_sent() -> None:
    with drafting() as bench:
        bench.receive("x")
        (draft,) = bench.drafted
        assert (draft.recipient, draft.subject) == ("wile@acme.example", "A question")
        assert draft.text.startswith("Hi Wile,")
        assert [row.state for row in bench.drafts] == [DraftState.PLACED]
        bench.owner_sends_draft()
        assert bench.drafted == []
        assert [row.state for row in bench.drafts] == [DraftState.SENT]
