"""What was agreed becomes rows, all of them or none: mails, reasons, warnings, memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import MANY, QUESTION, STATUS, TUESDAY_REPORT, acknowledging, acme, plugin, to_owner
from whiteglove.actions import Forget, Remember, Reply, Warn
from whiteglove.codec import decode_action
from whiteglove.ledger import Audience, MailState, PromiseKind
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


class TestAPlannedMail:
    def test_it_waits_from_the_arrival_of_the_message_on(self) -> None:
        with Bench(acknowledge, delay="3m") as bench:
            bench.deliver(STATUS, age=timedelta(minutes=1))
            assert bench.run() == []
            (mail,) = bench.mails
            assert (mail.state, mail.audience, mail.plugin) == (MailState.PLANNED, Audience.CLIENT, "acknowledge")
            assert mail.not_before == bench.clock.now() + timedelta(minutes=2)
            assert mail.valid_until == TUESDAY_REPORT
            assert (mail.client, mail.address, mail.tells) == ("acme", "wile@acme.example", PromiseKind.REPORT)
            assert len(bench.advance(minutes=2)) == 1

    def test_the_log_says_until_when_and_names_no_address(self) -> None:
        with Bench(acknowledge, delay="3m") as bench:
            bench.receive(STATUS)
            (line,) = bench.logged("mail.planned")
            assert line["due"] == "2026-03-02T09:03:00+00:00"
            assert (line["client"], line["plugin"], line["reason"]) == ("acme", "acknowledge", "status_request")
            assert line["message_id"] == "bench.1@elsewhere.example"
            assert "wile@acme.example" not in bench.log.getvalue()

    def test_what_it_came_from_is_kept_with_it(self) -> None:
        with Bench(acknowledge, delay="3m") as bench:
            bench.receive(STATUS)
            action = decode_action(bench.mails[0].action)
            assert isinstance(action, Reply)
            assert action.template == "next_report"

    def test_a_plugin_answers_in_two_plugins_names_once_each_message(self) -> None:
        with Bench(acknowledge, delay="0s", toml=MANY) as bench:
            for number in range(3):
                bench.receive(STATUS, subject=f"Matter {number}")
            assert [mail.answers for mail in bench.mails] == [1, 2, 3]


class TestAWithheldMail:
    def test_a_refusal_that_is_known_early_is_told_early(self) -> None:
        with Bench(acknowledge, delay="3h", clients={"acme": acme("acknowledge = false")}) as bench:
            bench.receive(STATUS)
            (mail,) = bench.mails
            assert (mail.state, mail.reason) == (MailState.WITHHELD, "not_acknowledged")
            (line,) = bench.logged("mail.withheld")
            assert (line["reason"], line["client"]) == ("not_acknowledged", "acme")

    def test_what_the_owner_is_told_instead_is_told_now(self) -> None:
        with Bench(acknowledge, delay="3h", clients={"acme": acme()}) as bench:
            bench.receive("I am very disappointed. This is unacceptable.")
            mails = bench.receive(STATUS, sender="Ada <ada@acme.example>", subject="Pages")
            assert "got no automatic answer" in to_owner(mails)[0].text


class TestWarnings:
    def test_three_urgencies(self) -> None:
        urgencies = ("now", "today", "digest")
        warning = plugin(
            on_message=lambda event: [
                Warn(reason="x", key=urgency, text=f"Of {urgency}.", urgency=urgency) for urgency in urgencies
            ]
        )
        # A Sunday; the next working minute is Monday at nine.
        with Bench(warning, now=datetime(2026, 3, 1, 12, tzinfo=UTC)) as bench:
            (first,) = bench.receive("Hello")
            assert first.text.startswith("Of now.")
            assert bench.advance(hours=19) == []
            (second,) = bench.advance(hours=1)
            assert second.text.startswith("Of today.")
            assert bench.advance(days=7) == []
            assert [(warned.text, warned.state) for warned in bench.warned][2] == ("Of digest.", "waiting")

    def test_those_of_one_key_that_wait_together_are_one(self) -> None:
        warning = plugin(on_message=lambda event: [Warn(reason="x", key="k", text="Look.", urgency="today")])
        with Bench(warning, now=datetime(2026, 3, 1, 12, tzinfo=UTC)) as bench:
            for _ in range(3):
                bench.receive("Hello")
            (mail,) = bench.advance(hours=20)
            assert "Look. (3 times)" in mail.text

    def test_once_keeps_from_telling_again_for_a_while(self) -> None:
        once = timedelta(hours=2)
        warning = plugin(on_message=lambda event: [Warn(reason="x", key="k", text="Look.", once=once)])
        with Bench(warning) as bench:
            assert len(bench.receive("Hello")) == 1
            assert bench.receive("Hello") == []
            bench.advance(hours=3)
            assert len(bench.receive("Hello")) == 1

    def test_the_plugins_hear_of_each_warning(self) -> None:
        heard: list[Any] = []
        warning = plugin(
            on_message=lambda event: [Warn(reason="x", key="k", text="Look.", client="acme")],
            on_warning=lambda event: heard.append(event),
        )
        with Bench(warning) as bench:
            bench.receive("Hello")
        ((event),) = heard
        assert (event.key, event.text, event.urgency, event.client) == ("k", "Look.", "now", "acme")


class TestMemory:
    def test_it_is_the_plugins_own_and_ends_when_it_was_said(self) -> None:
        def on_message(event: Any, ctx: Any) -> list[Any]:
            return [
                Remember(reason="x", key="forever", value=[1, {"a": None}]),
                Remember(reason="x", key="a while", value=True, until=ctx.now + timedelta(hours=1)),
            ]

        seen: list[Any] = []
        other = plugin("other", on_message=lambda event, ctx: seen.append(dict(ctx.memory.items())))
        with Bench(plugin(on_message=on_message), beside={"other": other}) as bench:
            bench.receive("Hello")
            bench.receive("Hello")
            assert bench.memory == {"forever": [1, {"a": None}], "a while": True}
            assert seen == [{}, {}]

    def test_what_has_run_out_is_not_there_any_more(self) -> None:
        seen: list[Any] = []

        def on_message(event: Any, ctx: Any) -> list[Any]:
            seen.append((ctx.memory.get("k"), dict(ctx.memory.items("k"))))
            return [Remember(reason="x", key="k", value=1, until=ctx.now + timedelta(hours=1))]

        with Bench(plugin(on_message=on_message)) as bench:
            bench.receive("Hello")
            bench.advance(minutes=59)
            bench.receive("Hello")
            bench.advance(hours=2)
            bench.receive("Hello")
        assert seen == [(None, {}), (1, {"k": 1}), (None, {})]

    def test_forget(self) -> None:
        hook = plugin(
            on_message=lambda event: (
                [Forget(reason="x", key="k")] if "forget" in event.text else [Remember(reason="x", key="k", value=1)]
            )
        )
        with Bench(hook) as bench:
            bench.receive("remember")
            assert bench.memory == {"k": 1}
            bench.receive("forget")
            assert bench.memory == {}


def test_all_of_a_plugins_actions_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from whiteglove.store import warnings

    hook = acknowledging(
        on_message=lambda event: [
            Reply(reason="x", template="next_report", tells=PromiseKind.REPORT),
            Remember(reason="x", key="k", value=1),
            Warn(reason="x", key="k", text="Look."),
        ]
    )
    with Bench(hook) as bench:

        def failing(*_: Any, **__: Any) -> None:
            raise OSError("disk full")

        with monkeypatch.context() as patch:
            patch.setattr(warnings, "add", failing)
            assert bench.receive(QUESTION) == []
        assert (bench.mails, bench.memory, bench.warned) == ([], {}, [])
        mails = bench.advance(minutes=1)
        assert [mail.recipient for mail in mails] == ["robin@vale.example", "wile@acme.example"]
        assert bench.memory == {"k": 1}
