"""A bench for plugins: the real intake, desk, guard and outbox over a mailbox in memory and a clock that stands still.

    def test_answers_a_status_request() -> None:
        with bench(acknowledge, delay="0s") as desk:
            (mail,) = desk.receive("How are things progressing?")
            assert "Tuesday" in mail.text

What passes here behaves the same in the daemon: only the servers and the clock are not real. It needs no test runner.
"""

from __future__ import annotations

from whiteglove.hookspecs import hookimpl as hookimpl
from whiteglove.testing.configured import CLIENT as CLIENT
from whiteglove.testing.configured import MAILBOX as MAILBOX
from whiteglove.testing.configured import OWNER as OWNER
from whiteglove.testing.mails import WILE as WILE
from whiteglove.testing.mails import SentMail as SentMail
from whiteglove.testing.mails import Written as Written
from whiteglove.testing.record import Record as Record
from whiteglove.testing.results import Flagged as Flagged
from whiteglove.testing.results import Moved as Moved
from whiteglove.testing.results import Notified as Notified
from whiteglove.testing.results import PluginFailedError as PluginFailedError
from whiteglove.testing.results import Posted as Posted
from whiteglove.testing.results import Request as Request
from whiteglove.testing.results import Warned as Warned
from whiteglove.testing.workbench import MONDAY_MORNING as MONDAY_MORNING
from whiteglove.testing.workbench import Bench as Bench
from whiteglove.testing.workbench import bench as bench
from whiteglove.testing.world import BenchClock as BenchClock
