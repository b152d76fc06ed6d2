"""What plugins have changed in a mailbox on Dovecot: once, whatever breaks on the way and wherever the daemon dies."""

from __future__ import annotations

import imaplib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from benches import plugin
from reality.station import NearWorld
from servers.dovecot import Dovecot
from servers.proxy import Proxy, Way
from servers.sink import Sink
from whiteglove import errands, log
from whiteglove.actions import Action, Flag, Move
from whiteglove.app import Daemon, SystemClock
from whiteglove.host import Host
from whiteglove.message import RecordedMessage
from whiteglove.settings import load
from whiteglove.store import Store, changes, messages
from whiteglove.testing import BenchClock
from whole.studio import Studio

FLAGGED = Flag(reason="urgent", flag=r"\Flagged")
ARCHIVED = Move(reason="sorted", folder="Archive")
WITHOUT_MOVE = "imap_capability = IMAP4rev1 UIDPLUS LITERAL+ IDLE SPECIAL-USE"


class House:
    """One daemon after the other over one store and one mailbox. Their loops are turned by hand, and time stands still
    but for what has to be waited for before something is tried again."""

    def __init__(self, studio: Studio, network: Proxy) -> None:
        self.studio = studio
        self.network = network
        self.actions: tuple[Action, ...] = (ARCHIVED,)
        self.clock = BenchClock(SystemClock().now())
        self.daemon = self._made()
        self.daemon.watchers[0].catch_up()

    def _made(self) -> Daemon:
        settings = load(self.studio.configure(), {})
        host = Host.for_modules({"sorter": (plugin(on_message=lambda event: self.actions), {})})
        world = NearWorld(None, 2.0)
        world.clock = self.clock  # type: ignore[assignment]
        daemon = Daemon(settings, host, Store.open(settings.daemon.state), world, log.event_log())
        for one in daemon.errands.values():
            one._backoff = errands.Backoff(0.0)
        return daemon

    def restart(self) -> None:
        self.close()
        self.daemon = self._made()

    def close(self) -> None:
        for one in self.daemon.errands.values():
            one.close()
        self.daemon.watchers[0]._mailbox.close()
        self.daemon.host.close()
        self.daemon.store.close()

    def receive(self, *numbers: int) -> None:
        """These messages arrive and are read; the plugin says what it wants."""
        raw = [self.studio.mail(subject=f"Matter {one}", message_id=f"m{one}@acme.example") for one in numbers]
        self.studio.deliver(*raw)
        self.daemon.watchers[0].catch_up()
        self.daemon.desk.drain()

    def work_off(self) -> list[str]:
        """Change what is to be changed, for as long as that takes; what became of it."""
        for _ in range(5):
            self.daemon.changes.drain()
            self.clock.move(timedelta(minutes=1))
        self.daemon.watchers[0].catch_up()
        self.daemon.desk.drain()
        with self.daemon.store.read() as tx:
            return [one.state for one in changes.everything(tx)]

    def message(self, row: int = 1) -> RecordedMessage:
        with self.daemon.store.read() as tx:
            return messages.get(tx, row)

    def handled(self) -> int:
        with self.daemon.store.read() as tx:
            return tx.execute(sa.text("SELECT count(*) FROM events WHERE type = 'MessageReceived'")).scalar_one()

    @contextmanager
    def program(self) -> Iterator[imaplib.IMAP4]:
        """The owner's own mail program."""
        with imaplib.IMAP4("127.0.0.1", self.studio.dovecot.imap_port, timeout=10) as client:
            client.login(self.studio.user, self.studio.dovecot.password)
            yield client

    def lying(self, folder: str) -> Counter[str]:
        """How often each message lies in a folder, by its Message-ID, with its flags."""
        with self.program() as client:
            client.select(folder, readonly=True)
            _, data = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        found = Counter[str]()
        for piece in data:
            if isinstance(piece, tuple):
                flags = {flag.decode() for flag in imaplib.ParseFlags(piece[0])} - {r"\Recent"}
                name = piece[1].decode().partition(":")[2].strip().strip("<>").partition("@")[0]
                found[" ".join([name, *sorted(flags)])] += 1
        return found


@pytest.fixture
def out() -> io.StringIO:
    made = io.StringIO()
    log.configure("json", made)
    return made


MakeHouse = Callable[..., House]


@pytest.fixture
def house(
    dovecot: Dovecot, sink: Sink, user: str, tmp_path_factory: pytest.TempPathFactory, out: io.StringIO
) -> Iterator[MakeHouse]:
    opened: list[tuple[House, Proxy]] = []

    def made(server: Dovecot | None = None, mailbox: str = "", **daemon: str) -> House:
        target = server or dovecot
        studio = Studio(tmp_path_factory.mktemp("house"), target, sink, user, mailbox=mailbox)
        studio.daemon |= daemon
        network = Proxy(target.imap_port).__enter__()
        studio.imap = f"imap://{user.replace('@', '%40')}@127.0.0.1:{network.port}"
        with imaplib.IMAP4("127.0.0.1", target.imap_port, timeout=10) as client:
            client.login(user, target.password)
            client.create("Archive")
        opened.append((House(studio, network), network))
        return opened[-1][0]

    yield made
    for one, network in opened:
        one.close()
        network.__exit__(None, None, None)


@pytest.fixture(scope="module")
def without_move(dovecot: Dovecot) -> Iterator[Dovecot]:
    with Dovecot(extra=WITHOUT_MOVE) as server:
        yield server


@pytest.fixture(params=["dovecot", "without_move"])
def server(request: pytest.FixtureRequest) -> Dovecot:
    found: Dovecot = request.getfixturevalue(request.param)
    return found


class _Breaking(Way):
    """The network ends with the first request that says this: before it arrives, or after, with the answer."""

    def __init__(self, word: bytes, answers: Way | None) -> None:
        super().__init__()
        self._word = word
        self._answers = answers
        self.broke = False

    def admit(self, piece: bytes) -> tuple[bytes, bool]:
        if not self.broke and self._word in piece:
            self.broke = True
            (self._answers or self).cut_after(0)
        return super().admit(piece)


def test_flags_and_a_move_leave_everything_else_alone(house: MakeHouse, server: Dovecot) -> None:
    there = house(server)
    there.actions = (FLAGGED, Flag(reason="urgent", flag="whiteglove-urgent"), ARCHIVED)
    there.receive(1)
    there.actions = (FLAGGED,)
    there.receive(2)
    there.actions = ()
    there.receive(3)
    assert there.work_off() == ["done"] * 4
    assert there.lying("INBOX") == {r"m2 \Flagged": 1, "m3": 1}
    assert there.lying("Archive") == {r"m1 \Flagged whiteglove-urgent": 1}
    assert (there.message().folder, there.message().uid) == ("Archive", 1)


def test_no_text_is_read_for_it(house: MakeHouse) -> None:
    there = house()
    there.actions = (FLAGGED, ARCHIVED)
    there.receive(1)
    before = len(there.network.requests.passed)
    assert there.work_off() == ["done"] * 2
    assert b"FETCH" not in there.network.requests.passed[before:]


def test_in_a_watched_folder_it_is_not_handled_again(house: MakeHouse, server: Dovecot) -> None:
    there = house(server, 'folders = ["INBOX", "Archive"]')
    there.receive(1)
    assert there.work_off() == ["done"]
    there.restart()
    assert there.work_off() == ["done"]
    assert (there.handled(), there.message().folder) == (1, "Archive")


@pytest.mark.parametrize("word", [b"UID MOVE", b"UID COPY", b"UID STORE", b"UID EXPUNGE"])
@pytest.mark.parametrize("is_heard", [True, False], ids=["its answer is lost", "it is lost"])
def test_a_connection_that_breaks_at_each_word(
    house: MakeHouse, dovecot: Dovecot, without_move: Dovecot, word: bytes, is_heard: bool
) -> None:
    there = house(dovecot if word == b"UID MOVE" else without_move, 'folders = ["INBOX", "Archive"]')
    there.receive(1)
    network = there.network
    network.requests = breaking = _Breaking(word, network.answers if is_heard else None)
    network.drop()
    assert there.work_off() == ["done"]
    assert breaking.broke
    assert (there.lying("INBOX"), there.lying("Archive")) == ({}, {"m1": 1})
    assert (there.handled(), there.message().folder) == (1, "Archive")


class Power(BaseException):
    """The power goes."""


@pytest.mark.parametrize("commit", [1, 2])
def test_a_daemon_that_dies_before_it_can_note_what_was_done(house: MakeHouse, server: Dovecot, commit: int) -> None:
    there = house(server)
    there.actions = (FLAGGED, ARCHIVED)
    there.receive(1)
    commits = iter(range(commit))

    def die(connection: sa.Connection) -> None:
        if next(commits, None) is None:
            raise Power

    sa.event.listen(there.daemon.store._writer, "commit", die)
    with pytest.raises(Power):
        there.daemon.changes.drain()
    there.restart()
    assert there.work_off() == ["done", "done"]
    assert (there.lying("INBOX"), there.lying("Archive")) == ({}, {r"m1 \Flagged": 1})
    assert there.message().folder == "Archive"


def test_a_folder_that_is_renumbered_in_between(house: MakeHouse) -> None:
    there = house()
    there.receive(1, 2)
    for one in there.daemon.errands.values():
        one.close()
    there.daemon.watchers[0]._mailbox.close()
    with there.program() as client:
        client.select("INBOX")
        client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
        client.expunge()
    there.studio.dovecot.renumber(there.studio.user)
    there.restart()
    assert sorted(there.work_off()) == ["done", "gone"]
    assert (there.lying("INBOX"), there.lying("Archive")) == ({}, {"m2": 1})


def test_a_rehearsal_changes_nothing(house: MakeHouse, out: io.StringIO) -> None:
    there = house(mode='"rehearsal"')
    there.actions = (FLAGGED, ARCHIVED)
    there.receive(1)
    before = len(there.network.requests.passed)
    assert there.work_off() == ["rehearsed", "rehearsed"]
    assert (there.lying("INBOX"), there.lying("Archive")) == ({"m1": 1}, {})
    assert not {b"SELECT", b"STORE", b"MOVE", b"COPY"} & set(bytes(there.network.requests.passed[before:]).split())
    assert out.getvalue().count("message.untouched") == 2


def test_a_folder_that_is_not_there_is_told_and_not_made(house: MakeHouse, server: Dovecot) -> None:
    there = house(server)
    there.actions = (Move(reason="sorted", folder="Nowhere"), FLAGGED)
    there.receive(1)
    assert there.work_off() == ["failed", "done"]
    assert there.lying("INBOX") == {r"m1 \Flagged": 1}
    with there.program() as client:
        assert client.select("Nowhere")[0] == "NO"
