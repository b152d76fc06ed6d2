"""A bench for plugins: the real intake, desk, guard and outbox over a mailbox in memory and a clock that stands still.

    def test_answers_a_status_request():
        with Bench(acknowledge, delay="0s") as bench:
            (mail,) = bench.receive("How are things progressing?")
            assert "Tuesday" in mail.text

What passes here behaves the same in the daemon: only the servers and the clock are not real.
"""

from __future__ import annotations

from whiteglove.hookspecs import hookimpl as hookimpl
from whiteglove.testing.bench import MONDAY_MORNING as MONDAY_MORNING
from whiteglove.testing.bench import Bench as Bench
from whiteglove.testing.bench import BenchClock as BenchClock
from whiteglove.testing.configured import CLIENT as CLIENT
from whiteglove.testing.configured import MAILBOX as MAILBOX
from whiteglove.testing.configured import OWNER as OWNER
from whiteglove.testing.mails import WILE as WILE
from whiteglove.testing.mails import SentMail as SentMail
from whiteglove.testing.mails import Written as Written
