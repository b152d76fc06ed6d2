"""The working connection: one thread, one job after the other, and what happens when the connection breaks."""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove import errands as module
from whiteglove import log
from whiteglove.errands import Backoff, Errands
from whiteglove.errors import MailboxError
from whiteglove.inprocess import Account, InProcessMailbox
from whiteglove.ports import Mailbox

PATIENCE = 10.0
GONE = MailboxError("unreachable", "the server went away")


class Counted(InProcessMailbox):
    """Notes how often it was connected and closed."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.connects = 0
        self.closes = 0

    def connect(self) -> None:
        self.connects += 1
        super().connect()

    def close(self) -> None:
        self.closes += 1
        super().close()


class Announcing:
    """The queue of the errands, which also says when something was put into it."""

    def __init__(self, inner: queue.SimpleQueue[Any]) -> None:
        self._inner = inner
        self.came = threading.Semaphore(0)

    def put(self, item: object) -> None:
        self._inner.put(item)
        self.came.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Desk:
    """Errands over an account in memory, and jobs whose course a test decides."""

    def __init__(self) -> None:
        self.account = Account(now=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.mailbox = Counted(self.account)
        self.errands = Errands("studio", self.mailbox)
        self.queue = Announcing(self.errands._queue)
        self.errands._queue = self.queue  # type: ignore[assignment]
        self._release = threading.Event()

    def ask(self, **options: Any) -> str | None:
        """Run a job that asks the server something."""
        return self.errands.run(lambda mailbox: mailbox.folders().sent, PATIENCE, **options)

    def fail(self, error: MailboxError = GONE, times: int = 1) -> None:
        """Let the next jobs of `ask` meet this error."""
        self.account.fail("folders", error, times)

    def occupy(self) -> threading.Thread:
        """Keep the thread busy with a job until `release`."""
        begun = threading.Event()

        def job(_: Mailbox) -> None:
            begun.set()
            assert self._release.wait(PATIENCE)

        waiting = self.begin(lambda: self.errands.run(job, PATIENCE))
        assert begun.wait(PATIENCE)
        return waiting

    def begin(self, call: Callable[[], object]) -> threading.Thread:
        """Make a call on a thread of its own and return once it has put something into the queue."""
        thread = threading.Thread(target=call)
        thread.start()
        assert self.queue.came.acquire(timeout=PATIENCE)
        return thread

    def release(self) -> None:
        self._release.set()


@pytest.fixture(autouse=True)
def lines() -> io.StringIO:
    """What is logged."""
    stream = io.StringIO()
    log.configure("json", stream)
    return stream


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.release()
    made.errands.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause after a failure."""
    monkeypatch.setattr(Backoff, "failed", lambda self, *, fatal=False: 0.0)


def raising(error: Exception) -> Callable[[Mailbox], None]:
    def job(_: Mailbox) -> None:
        raise error

    return job


def test_a_job_gets_the_connected_mailbox_and_its_result_comes_back(desk: Desk) -> None:
    assert desk.ask() == "Sent"


def test_nothing_connects_before_there_is_something_to_do(desk: Desk) -> None:
    assert desk.mailbox.connects == 0


def test_all_jobs_share_one_connection_and_one_thread(desk: Desk) -> None:
    threads = {desk.errands.run(lambda _: threading.current_thread().name, PATIENCE) for _ in range(3)}

    assert threads == {"errands-studio"}
    assert desk.mailbox.connects == 1


def test_jobs_are_done_in_the_order_they_came(desk: Desk) -> None:
    done: list[int] = []
    threads = [desk.occupy()]
    for number in range(5):
        threads.append(desk.begin(lambda number=number: desk.errands.run(lambda _: done.append(number), PATIENCE)))
    desk.release()
    for thread in threads:
        thread.join(PATIENCE)

    assert done == [0, 1, 2, 3, 4]


def test_what_a_job_raises_belongs_to_the_one_who_waits_for_it(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not a number"):
        desk.errands.run(raising(ValueError("not a number")), PATIENCE)
    with pytest.raises(TimeoutError, match="its own"):
        desk.errands.run(raising(TimeoutError("its own")), PATIENCE)


def test_a_job_not_begun_at_its_deadline_is_never_begun(desk: Desk) -> None:
    done: list[str] = []
    busy = desk.occupy()
    with pytest.raises(MailboxError, match=r"no answer within 0\.01 s") as caught:
        desk.errands.run(lambda _: done.append("late"), 0.01)
    desk.release()
    busy.join(PATIENCE)
    desk.errands.run(lambda _: done.append("next"), PATIENCE)

    assert caught.value.code == "timeout"
    assert done == ["next"]


def test_a_job_that_is_not_done_at_its_deadline_is_a_timeout_and_goes_on(desk: Desk) -> None:
    begun, ended, release = threading.Event(), threading.Event(), threading.Event()

    def job(_: Mailbox) -> None:
        begun.set()
        release.wait(PATIENCE)
        ended.set()

    with pytest.raises(MailboxError) as caught:
        desk.errands.run(job, 0.05)
    assert begun.is_set()
    assert caught.value.code == "timeout"
    release.set()
    assert ended.wait(PATIENCE)


def test_a_dead_connection_is_replaced_and_the_job_repeated(desk: Desk) -> None:
    desk.ask()
    desk.fail()

    assert desk.ask() == "Sent"
    assert desk.mailbox.connects == 2


def test_a_job_is_repeated_once_only(desk: Desk) -> None:
    desk.ask()
    desk.fail(times=2)
    with pytest.raises(MailboxError, match="went away"):
        desk.ask()

    assert desk.ask(again=False) == "Sent"
    assert desk.mailbox.connects == 3


def test_a_job_on_a_fresh_connection_is_not_repeated(desk: Desk) -> None:
    desk.fail()
    with pytest.raises(MailboxError, match="went away"):
        desk.ask()

    assert desk.mailbox.connects == 1


def test_a_job_that_must_not_be_repeated_is_not(desk: Desk) -> None:
    desk.ask()
    desk.fail()
    with pytest.raises(MailboxError, match="went away"):
        desk.ask(again=False)

    assert desk.mailbox.connects == 1
    assert desk.ask(again=False) == "Sent"


def test_a_missing_folder_is_an_answer_and_no_broken_connection(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(MailboxError) as caught:
        desk.errands.run(lambda mailbox: mailbox.open("Nowhere"), PATIENCE)

    assert caught.value.code == "missing_folder"
    assert desk.ask(again=False) == "Sent"
    assert desk.mailbox.connects == 1


@pytest.mark.parametrize("code", ["not_permitted", "not_supported"])
def test_so_is_a_change_that_the_server_does_not_make(desk: Desk, code: str) -> None:
    desk.ask()
    with pytest.raises(MailboxError, match="no such"):
        desk.errands.run(raising(MailboxError(code, "no such")), PATIENCE)

    assert desk.ask(again=False) == "Sent"
    assert desk.mailbox.connects == 1


def test_a_job_that_broke_off_leaves_no_connection_behind(desk: Desk) -> None:
    with pytest.raises(ValueError, match="half read"):
        desk.errands.run(raising(ValueError("half read")), PATIENCE)
    desk.ask()

    assert desk.mailbox.connects == 2


def test_a_refused_login_is_not_tried_again_soon(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    desk.account.fail("connect", MailboxError("login", "wrong password", fatal=True))
    errors = []
    for _ in range(3):
        with pytest.raises(MailboxError, match="wrong password") as caught:
            desk.ask()
        errors.append(caught.value)

    assert desk.mailbox.connects == 1
    assert [(error.code, error.fatal) for error in errors] == [("login", True)] * 3
    assert len({id(error) for error in errors}) == 3

    now += 719.0
    with pytest.raises(MailboxError):
        desk.ask()
    now += 182.0
    assert desk.ask() == "Sent"
    assert desk.mailbox.connects == 2


def test_a_server_that_is_away_is_asked_again_after_a_moment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    desk.account.fail("connect", GONE)
    for _ in range(2):
        with pytest.raises(MailboxError, match="went away"):
            desk.ask()
    now += 2.1

    assert desk.ask() == "Sent"
    assert desk.mailbox.connects == 2


def test_a_repeated_job_runs_at_once_and_again_and_again(desk: Desk) -> None:
    ran: queue.Queue[str | None] = queue.Queue()
    desk.errands.repeat(lambda mailbox: ran.put(mailbox.folders().sent), lambda: 0.001)

    assert [ran.get(timeout=PATIENCE) for _ in range(3)] == ["Sent"] * 3


def test_a_repeated_job_waits_for_its_interval(desk: Desk) -> None:
    ran: queue.Queue[None] = queue.Queue()
    desk.errands.repeat(lambda _: ran.put(None), lambda: 3600.0)
    ran.get(timeout=PATIENCE)
    for _ in range(3):
        desk.ask()

    assert ran.empty()


def test_errands_and_a_repeated_job_do_not_starve_each_other(desk: Desk) -> None:
    ran: queue.Queue[None] = queue.Queue()
    desk.errands.repeat(lambda _: ran.put(None), lambda: 0.0)
    for _ in range(20):
        desk.ask()

    assert ran.qsize() >= 20


def test_an_interval_that_becomes_shorter_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.005)
    ran: queue.Queue[None] = queue.Queue()
    intervals = iter([3600.0, 3600.0])
    desk.errands.repeat(lambda _: ran.put(None), lambda: next(intervals, 0.01))

    for _ in range(2):
        ran.get(timeout=PATIENCE)


def test_an_interval_never_moves_the_next_time_further_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    ran: queue.Queue[None] = queue.Queue()
    desk.errands.repeat(lambda _: ran.put(None), lambda: 60.0)
    ran.get(timeout=PATIENCE)
    desk.ask()
    now += 59.0
    desk.ask()
    assert ran.empty()
    now += 1.0
    desk.ask()

    ran.get(timeout=PATIENCE)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("error", [GONE, MailboxError("missing_folder", "no Sent"), ValueError("a defect")])
def test_a_repeated_job_that_fails_is_tried_again(desk: Desk, error: Exception) -> None:
    outcomes = iter([error, error])
    ran: queue.Queue[None] = queue.Queue()

    def job(mailbox: Mailbox) -> None:
        if (failure := next(outcomes, None)) is not None:
            raise failure
        ran.put(None)

    desk.errands.repeat(job, lambda: 0.0)

    ran.get(timeout=PATIENCE)
    assert desk.ask() == "Sent"


@pytest.mark.usefixtures("at_once")
def test_a_repeated_job_that_goes_on_failing_is_logged_once(desk: Desk, lines: io.StringIO) -> None:
    outcomes = iter([GONE, GONE, GONE])
    ran: queue.Queue[None] = queue.Queue()

    def job(_: Mailbox) -> None:
        if (failure := next(outcomes, None)) is not None:
            raise failure
        ran.put(None)

    desk.errands.repeat(job, lambda: 0.0)
    ran.get(timeout=PATIENCE)

    assert lines.getvalue().count("a repeated job fails") == 1


def test_a_repeated_job_that_fails_pauses_for_longer_and_longer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    ran: queue.Queue[None] = queue.Queue()

    def job(_: Mailbox) -> None:
        ran.put(None)
        raise MailboxError("missing_folder", "no Sent")

    desk.errands.repeat(job, lambda: 0.0)
    ran.get(timeout=PATIENCE)
    desk.ask()
    assert ran.empty()
    now += 1.0
    desk.ask()

    ran.get(timeout=PATIENCE)


def test_an_interval_that_cannot_be_told_ends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNKNOWN_INTERVAL", 0.001)
    ran: queue.Queue[None] = queue.Queue()

    def interval() -> float:
        raise OSError("the store cannot be read")

    desk.errands.repeat(lambda _: ran.put(None), interval)

    for _ in range(2):
        ran.get(timeout=PATIENCE)
    assert desk.ask() == "Sent"


def test_closing_logs_out_and_ends_the_thread(desk: Desk) -> None:
    desk.ask()
    desk.errands.close()

    assert desk.mailbox.closes == 1
    assert not desk.errands._thread.is_alive()


def test_closing_finishes_the_job_at_hand_and_refuses_the_others(desk: Desk) -> None:
    busy = desk.occupy()
    refused: queue.Queue[MailboxError] = queue.Queue()
    begun: list[str] = []

    def ask() -> None:
        try:
            desk.errands.run(lambda _: begun.append("too late"), PATIENCE)
        except MailboxError as error:
            refused.put(error)

    asker = desk.begin(ask)
    closer = desk.begin(lambda: desk.errands.close(PATIENCE))
    desk.release()
    for thread in (busy, asker, closer):
        thread.join(PATIENCE)

    assert refused.get_nowait().code == "unavailable"
    assert begun == []


def test_a_job_after_the_end_is_refused_at_once(desk: Desk) -> None:
    desk.errands.close()
    with pytest.raises(MailboxError) as caught:
        desk.ask()

    assert caught.value.code == "unavailable"
    desk.errands.close()


@given(first=st.floats(0.1, 10), longest=st.floats(10, 1000), failures=st.integers(1, 60))
def test_a_pause_doubles_up_to_the_longest_with_jitter(first: float, longest: float, failures: int) -> None:
    backoff = Backoff(first, longest)
    pauses = [backoff.failed() for _ in range(failures)]

    ceilings = [min(longest, first * 2**number) for number in range(failures)]
    assert all(ceiling / 2 <= pause <= ceiling for pause, ceiling in zip(pauses, ceilings, strict=True))


def test_a_refused_login_waits_a_quarter_of_an_hour_and_success_forgets() -> None:
    backoff = Backoff(first=2.0, longest=300.0)

    assert 720.0 <= backoff.failed(fatal=True, pause=60.0) <= 900.0
    backoff.succeeded()
    assert 1.0 <= backoff.failed() <= 2.0


def test_a_server_that_wants_to_be_left_alone_is() -> None:
    assert Backoff(first=2.0).failed(pause=92.4) == 92.4
