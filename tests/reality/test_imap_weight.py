"""Heavy mail and heavy mailboxes: what one message weighs must not weigh on the daemon, and what lies in a folder must
cost it nothing at every look."""

from __future__ import annotations

import os
import pwd
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.ports import until
from servers.proxy import Proxy
from whole.studio import Running, Studio

pytestmark = pytest.mark.long

TORTURE = os.environ.get("TORTURE") == "1"
HEAVY = 25 * 1024 * 1024
MANY = 200_000


def memory(pid: int) -> int:
    """Octets of this process that lie in memory, at their highest."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def seconds_of(pid: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def heavy(studio: Studio, message_id: str, *, attached: bool) -> bytes:
    """A mail of 25 MB, nearly all of it attached, or all of it text."""
    if not attached:
        line = b"The next page of the catalogue shows the house by the river and its garden.\r\n"
        return studio.mail(message_id=message_id, subject="Long") + line * (HEAVY // len(line))
    mail = EmailMessage()
    mail["From"], mail["To"] = "Wile Coyote <wile@acme.example>", studio.user
    mail["Subject"], mail["Message-ID"] = "Pictures", f"<{message_id}>"
    mail.set_content("How are things progressing?\n")
    mail.add_attachment(os.urandom(HEAVY * 3 // 4), maintype="image", subtype="tiff", filename="cover.tiff")
    return mail.as_bytes()


def test_mails_of_25_megabytes(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="light@acme.example"))
        studio.sink.wait_for(1)
        before = memory(running.process.pid)
        studio.deliver(heavy(studio, "attached@acme.example", attached=True))
        studio.deliver(heavy(studio, "text@acme.example", attached=False))
        studio.deliver(studio.mail(message_id="last@acme.example", subject="Last"))
        studio.sink.wait_for(4, 30)
        grown = memory(running.process.pid) - before
        assert running.stop() == 0
    assert grown < 30 * 1024 * 1024, f"{grown / 1024 / 1024:.1f} MB more"


def monsters(studio: Studio) -> list[bytes]:
    """Mails of a client that are all weight, each in another place."""

    def head(number: int, *fields: str) -> bytes:
        plain = studio.mail(message_id=f"monster.{number}@acme.example").partition(b"\n\n")[0]
        named = {field.partition(":")[0].encode().lower() for field in fields} | {b"content-transfer-encoding"}
        kept = [line for line in plain.split(b"\n") if line.partition(b":")[0].lower() not in named]
        return b"\n".join([*kept, *(field.encode() for field in fields)]) + b"\n\n"

    mixed = "Content-Type: multipart/mixed; boundary=b0"
    depths = (b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (at, at + 1) for at in range(5_000))
    encoded = b"=?utf-8?q?=C3=A4?= "
    return [
        head(0, "X-Weight: " + "\n ".join(["w" * 900] * 11_000)) + b"x",
        head(1, *(f"X-Line-{number}: {number}" for number in range(100_000))) + b"x",
        head(2, "References:" + "".join(f"\n <{number}@acme.example>" for number in range(50_000))) + b"x",
        head(3, "Cc: " + ",\n ".join(f"p{number}@else.example" for number in range(20_000))) + b"x",
        head(4, mixed) + b"".join(depths),
        head(5, mixed) + b'--b0\nContent-Type: a/b; name="' + b"n" * 18_000_000 + b'"\n\nx\n--b0--\n',
        head(6, mixed) + b'--b0\nContent-Type: a/b; name="' + encoded * 50_000 + b'"\n\nx\n--b0--\n',
        head(7, mixed) + b"--b0\nContent-Type: text/plain\n\nx\n" * 20_000 + b"--b0--\n",
        head(8, "Content-Type: text/html") + b"<div>" * 2_000_000,
        head(9, "Content-Type: text/plain") + b"how are things progressing, any news? " * 130_000,
    ]


def test_mails_that_are_all_weight(studio: Studio) -> None:
    """Each is recorded, and the mail behind them is answered; one of them is described in a line of 18 MB."""
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="light@acme.example"))
        studio.sink.wait_for(1)
        before, computed = memory(running.process.pid), seconds_of(running.process.pid)
        weights = monsters(studio)
        for raw in weights:
            studio.deliver(raw)
        studio.deliver(studio.mail(message_id="last@acme.example", subject="Last"))
        until(lambda: any(b"Re: Last" in mail.message for mail in studio.sink.received), "the last answer", 30)
        grown = memory(running.process.pid) - before
        computed = seconds_of(running.process.pid) - computed
        assert running.stop() == 0
    assert studio.status()["messages"] == len(weights) + 2
    assert grown < 40 * 1024 * 1024, f"{grown / 1024 / 1024:.1f} MB more"
    assert computed < 10, f"{computed:.1f} s computed"


@pytest.mark.skipif(not TORTURE, reason="two hundred thousand messages take minutes; `make torture` tries them")
def test_a_mailbox_of_two_hundred_thousand(studio: Studio) -> None:
    fill(studio.dovecot, studio.user, MANY, studio)
    with Proxy(studio.dovecot.imap_port) as network:
        studio.imap = f"imap://{studio.user.replace('@', '%40')}@127.0.0.1:{network.port}"
        studio.configure()
        began = time.monotonic()
        with Running(studio.path) as running:
            running.wait_for("daemon.ready", 300)
            ready = time.monotonic() - began
            first = len(network.answers.passed)
            studio.deliver(studio.mail(message_id="new@acme.example"))
            delivered = time.monotonic()
            studio.sink.wait_for(1, 60)
            answered = time.monotonic() - delivered
            polls, octets, computed = 4, len(network.answers.passed), seconds_of(running.process.pid)
            asked = network.requests.passed.count(b"EXAMINE")
            deadline = time.monotonic() + 60
            while network.requests.passed.count(b"EXAMINE") < asked + polls:
                assert time.monotonic() < deadline
                running.process.poll()
                time.sleep(0.05)
            each = (len(network.answers.passed) - octets) / polls
            computed = (seconds_of(running.process.pid) - computed) / polls
            weight = memory(running.process.pid)
            assert running.stop() == 0
    print(
        f"ready after {ready:.1f} s and {first} octets of answers; answered after {answered:.2f} s; a poll: {each:.0f} "
        f"octets, {computed * 1000:.0f} ms computed; {weight / 1024 / 1024:.0f} MB at most"
    )
    assert studio.status()["messages"] == 1
    assert ready < 60
    assert answered < 10
    assert first < 1_000_000
    assert each < 5_000
    assert computed < 0.1
    assert weight < 100 * 1024 * 1024


def fill(dovecot: Dovecot, user: str, count: int, studio: Studio) -> None:
    """Put old mail into INBOX by writing its files, which is what the server would do, in a hundredth of the time."""
    folder = dovecot.base / "mail" / user
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    raw = studio.mail(message_id="ID", text="Old.\n")
    then = time.time() - 400 * 86400
    for number in range(count):
        path = folder / "cur" / f"{int(then)}.M{number}P1.vale,S={len(raw)}:2,S"
        path.write_bytes(raw.replace(b"<ID>", b"<o%d@acme.example>" % number))
        os.utime(path, (then, then))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
