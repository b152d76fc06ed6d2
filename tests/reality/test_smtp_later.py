"""Mail that cannot go now, mail that can never go, mail of which nobody knows: what the client and the owner get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from benches import MANY, STATUS, acme
from reality.station import Station
from servers.ports import until
from servers.sink import Received, Sink
from torture.stage import append_to_sent
from whiteglove.errors import SubmissionError
from whiteglove.outbox import doubts
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge
from whole.studio import Studio

GREY = SubmissionError("temporary", "451 4.7.1 greylisted, come back later", code=451)
LATE_ON_MONDAY = datetime(2026, 3, 2, 22, 45, tzinfo=UTC)
"""A quarter to midnight in Berlin; the client's next report comes on Tuesday at 16:00."""


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(acknowledge, delay="0s", now=LATE_ON_MONDAY, clients={"acme": acme()}, toml=MANY) as made:
        yield made


def test_a_greylisted_mail_is_true_on_the_day_it_goes(bench: Bench) -> None:
    (before,) = bench.receive(STATUS, subject="Pages")
    assert "tomorrow, Tuesday 3 March" in before.text
    bench.world.server.answer(GREY)
    assert bench.receive(STATUS, sender="Ada Birdwell <ada@acme.example>") == []
    (after,) = bench.advance(minutes=30)
    assert after.recipient == "ada@acme.example"
    assert "today, Tuesday 3 March" in after.text
    assert "tomorrow" not in after.text


def test_a_mail_that_is_greylisted_until_its_time_has_passed_is_called_off(bench: Bench) -> None:
    bench.world.server.answer(GREY, times=99)
    assert bench.receive(STATUS) == []
    assert bench.advance(hours=20) == []
    assert bench.reasons == ["time_passed"]
    assert bench.promises == []
    assert bench.advance(days=2) == []


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent is asked again at once, and not for long."""
    monkeypatch.setattr(doubts, "LOOK_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(doubts, "FILED_WITHIN", timedelta(seconds=0.3))


@pytest.mark.usefixtures("hasty")
def test_a_mail_of_which_nobody_knows_is_never_sent_again(station: Station, studio: Studio) -> None:
    studio.sink.drop(".", keep=True)
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    first, second = studio.sink.wait_for(2)
    assert (first.recipients, second.recipients) == (("wile@acme.example",), (studio.user,))
    assert b"Nobody can say whether" in second.message
    station.stop()
    station.start()
    studio.deliver(studio.mail(message_id="b@acme.example", sender="Ada Birdwell <ada@acme.example>", subject="Pages"))
    station.await_answers("a@acme.example", "b@acme.example")
    assert station.count("mail.unknown") == 1
    assert len(studio.sink.received) == 3
    assert studio.explain("a@acme.example")["mails"][0]["state"] == "unknown"


def test_a_mail_that_the_server_filed_before_its_last_word_was_lost_alarms_nobody(
    station: Station, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = studio.sink.keep

    def file(mail: Received) -> None:
        append_to_sent(studio.dovecot, studio.user, mail.message)
        keep(mail)

    monkeypatch.setattr(studio.sink, "keep", file)
    studio.sink.drop(".", keep=True)
    station.start()
    studio.deliver(studio.mail(message_id="a@acme.example"))
    station.await_log("mail.sent", reason="found_in_sent")
    station.stop()
    assert station.count("mail.unknown") == 0
    assert len(studio.sink.received) == 1
    assert studio.explain("a@acme.example")["mails"][0]["state"] == "sent"


def test_a_mail_that_the_server_will_never_take_is_given_up_in_plain_words(station: Station, studio: Studio) -> None:
    with Sink(extensions=("SIZE 1500",)) as small:
        studio.smtp = f"smtp://127.0.0.1:{small.port}"
        station.start()
        studio.deliver(studio.mail(message_id="a@acme.example"))
        (notice,) = small.wait_for(1)
        assert notice.recipients == (studio.user,)
        (line,) = station.logged("mail.failed")
        assert "the server takes 1500 octets, the mail has" in line["error"]
        assert small.commands.count("RCPT") == 1
    assert studio.explain("a@acme.example")["mails"][0]["state"] == "failed"
    assert station.count("mail.deferred") == 0


def test_a_refused_login_is_one_attempt_however_many_mails_wait(station: Station, studio: Studio) -> None:
    with Sink(users={"robin": "another"}) as server:
        studio.smtp = f"smtp://robin@127.0.0.1:{server.port}"
        studio.mailbox = 'smtp_password = { file = "password" }'
        station.start()
        with studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
            for number in range(6):
                deliver(studio.mail(message_id=f"m{number}@acme.example", subject=f"Matter {number}"))
        station.await_log("mail.planned", 6)
        station.await_log("mail.deferred")
        until(lambda: studio.status()["outbox"].get("planned", 0) == 6, "five and a notice that wait behind it")
        station.stop()
        assert server.commands.count("AUTH") == 1
    (line,) = station.logged("mail.deferred")
    assert line["level"] == "error"
    assert "login refused: 535" in line["error"]
