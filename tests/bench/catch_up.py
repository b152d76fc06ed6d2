"""How fast a mailbox of 2,000 messages is recorded, against a bare loop that fetches and parses and keeps nothing.

    .venv/bin/python tests/bench/catch_up.py [MESSAGES]

Both run against the same Dovecot in the same minute, in turn, and the ratio is what counts: the machine's own speed
falls out of it. The bare loop does what any reader must: headers and structure of fifty messages at a time, then the
text part, both parsed with the standard library's fast policy.
"""

from __future__ import annotations

import email
import random
import shutil
import statistics
import sys
import tempfile
import time
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from imapclient import IMAPClient

from servers.certificates import make
from servers.dovecot import Dovecot
from servers.sink import Sink
from whole.studio import Studio

ROUNDS = 3
BATCH = 50
WORDS = ("catalogue", "page", "draft", "invoice", "picture", "header", "search", "colour", "review", "layout", "print")


def fill(studio: Studio, number: int) -> None:
    """Deliver mail of a client's, of ordinary size, every third a question how things are."""
    chance = random.Random(7)
    with studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
        for count in range(number):
            text = " ".join(chance.choices(WORDS, k=chance.randrange(40, 900)))
            question = "How are things progressing?\n" if count % 3 == 0 else ""
            deliver(studio.mail(f"Hi Robin,\n\n{question}{text}.\n\nWile\n", message_id=f"b{count}@acme.example"))


def bare(studio: Studio) -> float:
    """Seconds for fetching and parsing everything, in two steps and batches, keeping nothing."""
    began = time.perf_counter()
    client = IMAPClient("127.0.0.1", studio.dovecot.imap_port, ssl=False, timeout=30)
    client.login(studio.user, studio.dovecot.password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    for start in range(0, len(uids), BATCH):
        some = uids[start : start + BATCH]
        for found in client.fetch(some, ["BODY.PEEK[HEADER]", "BODYSTRUCTURE", "INTERNALDATE", "RFC822.SIZE"]).values():
            header = BytesHeaderParser(policy=compat32).parsebytes(found[b"BODY[HEADER]"])
            [header[name] for name in ("From", "To", "Cc", "Subject", "Message-ID", "References", "Date")]
        for found in client.fetch(some, ["BODY.PEEK[1]"]).values():
            email.message_from_bytes(b"\n" + found[b"BODY[1]"], policy=compat32).get_payload(decode=True)
    client.logout()
    return time.perf_counter() - began


def whole(studio: Studio, number: int) -> float:
    """Seconds for one `run --once` on a fresh store, less what starting costs on an empty mailbox."""
    shutil.rmtree(studio.state, ignore_errors=True)
    began = time.perf_counter()
    done = studio.run("run", "--once")
    seconds = time.perf_counter() - began
    assert done.code == 0, done.err
    recorded = studio.status()["messages"]
    assert recorded == number, recorded
    return seconds


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    folder = Path(tempfile.mkdtemp())
    with Dovecot(make(folder, "bench")) as dovecot, Sink() as sink:
        empty = Studio(folder / "empty", dovecot, sink, "empty@vale.example")
        full = Studio(folder / "full", dovecot, sink, "full@vale.example")
        for studio in (empty, full):
            studio.folder.mkdir()
            studio.configure()
        fill(full, number)
        rates: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            floor = bare(full)
            start = whole(empty, 0)
            seconds = whole(full, number) - start
            rates.append((number / floor, number / seconds))
            print(
                f"bare {number / floor:7.0f} messages/s   whiteglove {number / seconds:7.0f} messages/s   "
                f"ratio {floor / seconds:.2f}   (start {start:.2f} s)"
            )
        print(f"median ratio {statistics.median(ours / floor for floor, ours in rates):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
