"""Where a round is played: a mailbox and a store of its own, the daemon as a process that is killed and restarted until
everything is done.

Each round begins with a copy of one mailbox and one store, as they are after the daemon's first look, so that all that
is delivered from then on is above the line.
"""

from __future__ import annotations

import imaplib
import itertools
import multiprocessing
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from pathlib import Path

from servers.dovecot import Dovecot
from servers.ports import until
from servers.sink import Received, Sink
from torture import killer
from torture.killer import Life
from torture.story import CLIENTS, LATE_PROMISE, LETTERS, OWNERS_ANSWER, PLUGINS, let_come_due
from whiteglove.store import Store
from whole.studio import Studio

PATIENCE = 40.0

_REST = """
SELECT (SELECT count(*) FROM messages WHERE NOT outbound) = :letters
   AND (SELECT count(*) FROM messages WHERE outbound AND NOT own) = 1
   AND NOT EXISTS (SELECT 1 FROM events WHERE state = 'open')
   AND NOT EXISTS (SELECT 1 FROM outbox WHERE state IN ('planned', 'claimed', 'submitting', 'deferred'))
   AND NOT EXISTS (SELECT 1 FROM chores WHERE state = 'open')
   AND NOT EXISTS (SELECT 1 FROM warnings WHERE state = 'waiting' AND urgency = 'now')
   AND NOT EXISTS (SELECT 1 FROM promises WHERE state = 'open' AND uid = :late)
   AND EXISTS (SELECT 1 FROM outbox WHERE template = 'summary')
"""


# Each daemon is a process of its own, forked from one that has imported everything: half of a short life is imports.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["torture.killer", "whiteglove.cli.running", "whiteglove_plugins.acknowledge"])


class Provider(Sink):
    """The server that mail goes out by. With `files` it files what it accepts in Sent itself, before it says so.

    Its answer to the next mail for the address in `lose_answer_to` is lost on the wire.
    """

    def __init__(self, dovecot: Dovecot, user: str, *, files: bool) -> None:
        super().__init__()
        self._dovecot = dovecot
        self._user = user
        self._files = files
        self.lose_answer_to: str | None = None

    def keep(self, mail: Received) -> None:
        if self._files:
            append_to_sent(self._dovecot, self._user, mail.message)
        super().keep(mail)
        if self.lose_answer_to in mail.recipients:
            self.lose_answer_to = None
            self.drop_connections()


class Round:
    """One round. `in_doubt` is the most that the fate of a mail may have been unknown so far: once for each kill, and
    for each answer that was lost on the wire."""

    def __init__(self, studio: Studio, provider: Provider, *, files: bool) -> None:
        self.studio = studio
        self.provider = provider
        self.files = files
        self.died = 0
        self.in_doubt = 0
        self.lives: list[Life] = []

    @property
    def store(self) -> Path:
        return self.studio.state / "whiteglove.sqlite3"

    def let_come_due(self) -> None:
        store = Store.open(self.studio.state)
        let_come_due(store)
        store.close()

    def deliver(self) -> None:
        """All letters arrive, and Robin answers one of them from another program."""
        for letter in LETTERS:
            raw = self.studio.mail(
                letter.text,
                sender=letter.sender,
                subject=letter.subject,
                message_id=letter.message_id,
                headers=letter.headers,
            )
            self.studio.deliver(raw, sender=letter.address)
        append_to_sent(self.studio.dovecot, self.studio.user, self._owners_answer())

    @contextmanager
    def delivering(self, pause: float) -> Iterator[None]:
        """The same, after so many seconds in which the daemon lives or dies; all is there in the end."""
        if pause:
            timer = threading.Timer(pause, self.deliver)
            timer.start()
            yield
            timer.join()
        else:
            self.deliver()
            yield

    def lose_answer_to(self, address: str) -> None:
        """The provider accepts the next mail for this address, and the daemon never hears of it."""
        self.provider.lose_answer_to = address
        self.in_doubt += 1

    def live(self, life: Life, tally: Path | None = None) -> bool:
        """One run of the daemon; whether it was killed. One that is not comes to rest, and is then told to end."""
        self.lives.append(life)
        log = self.studio.folder / "log"
        with log.open("a") as file:
            file.write(f"{life}\n")
        ports = {self.studio.dovecot.imap_port: "imap", self.provider.port: "smtp"}
        process = _PROCESSES.Process(target=killer.live, args=(life, self.studio.path, ports, log, tally))
        process.start()
        try:
            until(lambda: not process.is_alive() or self.rests(), f"rest after {life}", PATIENCE)
            if not life.once:
                process.terminate()
            process.join(PATIENCE)
            code = process.exitcode
        finally:
            process.kill()
            process.join(10)
        # Told to end before it could say that it heeds that, the process ends by the signal itself.
        assert code in (0, -signal.SIGKILL, -signal.SIGTERM), f"{life} ended with {code}"
        killed = code == -signal.SIGKILL
        self.died += killed
        self.in_doubt += killed
        return killed

    def play(self, *lives: Life, once: bool = False) -> None:
        """One life after the other as long as they end by a kill; then those that it takes to come to rest. A single
        run leaves what has to wait for some seconds to the next one."""
        if all(self.live(life) for life in lives):
            self.live(Life(once=once))
        if not self.rests():
            self.live(Life())

    def renumber(self) -> None:
        """The server gives every folder a new UIDVALIDITY, as after a restored backup, while nobody is logged in."""
        user, dovecot = self.studio.user, self.studio.dovecot
        until(lambda: _sessions(dovecot.log(), user) == 0, "the end of every session")
        for folder in ("INBOX", "Sent"):
            dovecot.renumber(user, folder)

    def rests(self) -> bool:
        """Whether nothing is left to be done, as far as the store says."""
        if not self.store.exists():
            return False
        try:
            with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5)) as store:
                known = {"letters": len(LETTERS), "late": LATE_PROMISE}
                return bool(store.execute(_REST, known).fetchone()[0])
        except sqlite3.OperationalError:
            # The daemon died before its tables were made.
            return False

    def in_sent(self) -> Counter[str]:
        """How often each Message-ID lies in Sent."""
        with _logged_in(self.studio.dovecot, self.studio.user) as client:
            client.select("Sent", readonly=True)
            _, data = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        fields = [piece[1].decode() for piece in data if isinstance(piece, tuple)]
        return Counter(field.partition(":")[2].strip().strip("<>") for field in fields)

    def told(self) -> str:
        """How the round went, for whoever has to find out why it failed."""
        log = (self.studio.folder / "log").read_text("utf-8", "replace")
        return f"{', '.join(map(str, self.lives))}\n{self.studio.folder}\n{log[-12000:]}"

    def _owners_answer(self) -> bytes:
        mail = EmailMessage()
        mail["From"] = f"Robin Vale <{self.studio.user}>"
        mail["To"] = "Cora Hale <cora@cedar.example>"
        mail["Subject"] = "Re: Logo"
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = f"<{OWNERS_ANSWER}>"
        mail["In-Reply-To"] = mail["References"] = "<q1@cedar.example>"
        mail.set_content("It is Garamond.\n")
        return mail.as_bytes()


class Stage:
    """One Dovecot for many rounds. `seed` decides everything that is left to chance."""

    def __init__(self, dovecot: Dovecot, folder: Path, seed: int) -> None:
        self._dovecot = dovecot
        self._folder = folder
        self._numbers = itertools.count()
        self.chance = random.Random(seed)
        self.seed = seed
        with Sink() as sink:
            self._first = self._studio(sink)
            self._first.configure()
            done = self._first.run("run", "--once")
            assert done.code == 0, done.err

    @contextmanager
    def round(self, *, files: bool = False, afresh: bool = False) -> Iterator[Round]:
        """One round, and in the end its report where it fails. With `files` the server files in Sent what it accepts;
        `afresh` there is no store yet, and whatever lies in the mailbox is new."""
        user = f"torture{next(self._numbers)}@vale.example"
        with Provider(self._dovecot, user, files=files) as provider:
            studio = self._studio(provider, user)
            if afresh:
                studio.daemon = {**studio.daemon, "live_since": "2026-01-01T00:00:00Z"}
            else:
                self._copy_first(studio)
            studio.configure()
            played = Round(studio, provider, files=files)
            played.let_come_due()
            try:
                yield played
            except AssertionError as error:
                raise AssertionError(f"{error}\nseed {self.seed}: {played.told()}") from error
        shutil.rmtree(studio.folder)
        shutil.rmtree(self._mailbox(user))

    def _studio(self, sink: Sink, user: str = "torture@vale.example") -> Studio:
        folder = self._folder / user
        folder.mkdir()
        daemon = {"mode": '"live"', "poll": '"5s"'}
        return Studio(folder, self._dovecot, sink, user, daemon=daemon, clients=CLIENTS, plugins=PLUGINS)

    def _mailbox(self, user: str) -> Path:
        return self._dovecot.base / "mail" / user

    def _copy_first(self, studio: Studio) -> None:
        # By the command, since it keeps the owner of each file, and Dovecot looks at that.
        subprocess.run(["cp", "-a", self._mailbox(self._first.user), self._mailbox(studio.user)], check=True)
        shutil.copytree(self._first.state, studio.state)


def _sessions(log: str, user: str) -> int:
    """How many IMAP sessions of a user have begun and not ended."""
    lines = log.splitlines()
    ended = sum(f" imap({user})" in line and "Disconnected" in line for line in lines)
    return sum(f"Login: user=<{user}>" in line for line in lines) - ended


def append_to_sent(dovecot: Dovecot, user: str, mail: bytes) -> None:
    with _logged_in(dovecot, user) as client:
        client.append("Sent", "\\Seen", "", mail)


@contextmanager
def _logged_in(dovecot: Dovecot, user: str) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap_port, timeout=10) as client:
        client.login(user, dovecot.password)
        yield client
