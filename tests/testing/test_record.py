"""Everything that came of what happened can be looked at."""

from __future__ import annotations

from datetime import timedelta

from benches import QUESTION, STATUS, plugin
from whiteglove.actions import Flag, Forward, Move, Remember, WakeAt
from whiteglove.testing import MONDAY_MORNING, Moved, bench
from whiteglove_plugins import acknowledge

TEAM = '[[team]]\nname = "Kim"\naddress = "kim@vale.example"\n'


def test_what_was_sent_is_all_that_was_sent() -> None:
    with bench(acknowledge, delay="0s") as desk:
        first = desk.receive(STATUS)
        second = desk.owner_sends("Thank you.")
        assert desk.sent == first + second
        assert "text='Hi Wile," in repr(desk.sent[0])
        assert "EmailMessage" not in repr(desk.sent[0])


def test_a_mail_to_a_teammate_is_among_the_forwarded() -> None:
    def on_message(event: object) -> list[Forward]:
        row = event.message.row  # type: ignore[attr-defined]
        return [Forward(reason="theirs", message=row, to="kim@vale.example", brief="It is about paper.")]

    with bench(plugin(on_message=on_message), toml=TEAM) as desk:
        desk.receive(QUESTION)
        (mail,) = desk.forwarded
        assert mail.recipient == "kim@vale.example"
        assert desk.delegations[0].address == "kim@vale.example"


def test_what_was_done_in_the_mailbox_is_named_with_its_subject() -> None:
    wanted = [Flag(reason="x", flag="$Label1"), Move(reason="x", folder="Junk"), Move(reason="x", folder="Nowhere")]
    with bench(plugin(on_message=lambda event: wanted)) as desk:
        desk.receive(STATUS, subject="Catalogue")
        assert desk.flagged == [("$Label1", True, "Catalogue")]
        assert desk.moved == [Moved(folder="Junk", subject="Catalogue")]
        assert [line["reason"] for line in desk.logged("message.untouched")] == ["missing_folder"]


def test_memory_and_timers_are_the_plugins_own() -> None:
    at = MONDAY_MORNING + timedelta(hours=1)
    wanted = [Remember(reason="x", key="k", value=[1]), WakeAt(reason="x", key="t", at=at)]
    other = plugin("other", on_message=lambda event: [Remember(reason="x", key="not mine", value=1)])
    with bench(plugin(on_message=lambda event: wanted), beside={"other": other}) as desk:
        desk.receive(STATUS)
        assert (desk.memory, desk.timers) == ({"k": [1]}, {"t": at})


def test_a_plugins_own_lines_are_in_the_log() -> None:
    def on_message(event: object, ctx: object) -> None:
        ctx.log.info("looked", number=3)  # type: ignore[attr-defined]

    with bench(plugin(on_message=on_message)) as desk:
        desk.receive(STATUS)
        (line,) = desk.logged("looked")
        assert (line["number"], line["plugin"]) == (3, "made")
