"""`incidents export` and `verify`: the messages as they lie on a real server, and what is said of the rest."""

from __future__ import annotations

import csv
import hashlib
import imaplib
import io
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import ACME, BIRCH, Done, Home, ask
from cli.test_explaining import answer, record
from cli.test_incidents import opened
from servers.dovecot import Dovecot
from servers.sink import Sink
from whiteglove.ledger import MailState, PromiseKind, PromiseState
from whiteglove.store import StoreLock, ledger, notes

NOW = datetime.now(UTC).replace(microsecond=0)
HEAD = b"From: Wile Coyote <wile@acme.example>\r\nTo: robin@vale.example\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
COMPLAINT = HEAD + b"Subject: Catalogue\r\nMessage-ID: <m1@acme.example>\r\n\r\nThis is unacceptable.\r\n"
# Eight bits without any declaration, a bare CR, blanks at line ends, dots, an empty line at the end, no final line end.
ODD = (
    HEAD + b"Subject: Gr\xfc\xdfe, <b>=1+1\r\nMessage-ID: <m2@acme.example>\r\nX-Odd:\t folded \r\n\t  on \r\n\r\n"
    b"caf\xe9 \xff\r\n..\r\na\rb  \r\n\r\nend"
)
ROBINS = (
    b"From: Robin Vale <robin@vale.example>\r\nTo: Wile Coyote <wile@acme.example>\r\nCc: jutta@birch.example\r\n"
    b"Subject: Re: Catalogue\r\nMessage-ID: <own1@vale.example>\r\nDate: Mon, 2 Mar 2026 11:00:00 +0100\r\n"
    b"\r\nSorry.\r\n"
)
OF_BIRCH = (
    b"From: Jutta Forst <jutta@birch.example>\r\nTo: robin@vale.example\r\nSubject: Secret of Birch\r\n"
    b"Message-ID: <b1@birch.example>\r\n\r\nOurs alone.\r\n"
)


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: Sink, user: str) -> Home:
    """Robin's mailbox on Dovecot, into which the daemon has not looked yet."""
    home = Home(tmp_path, plugins="[plugins.incidents]\n", smtp=f"smtp://127.0.0.1:{sink.port}")
    home.imap = f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}"
    home.clients = {"acme": ACME, "birch": BIRCH}
    return home.write()


@contextmanager
def logged_in(dovecot: Dovecot, user: str, folder: str | None = None) -> Iterator[imaplib.IMAP4]:
    """Another mail program of Robin's."""
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=20) as client:
        client.login(user, dovecot.password)
        if folder is not None:
            client.select(folder)
        yield client


def bytes_and_flags(dovecot: Dovecot, user: str, folder: str) -> dict[int, tuple[bytes, bytes]]:
    """Each message of a folder as another program reads it without touching it, by UID, with its flags."""
    found: dict[int, tuple[bytes, bytes]] = {}
    with logged_in(dovecot, user) as client:
        client.select(folder, readonly=True)
        for uid in client.uid("SEARCH", "ALL")[1][0].split():
            ((described, raw), _) = client.uid("FETCH", uid, "(FLAGS BODY.PEEK[])")[1]
            found[int(uid)] = raw, described[described.index(b"FLAGS") : described.index(b")")]
    return found


def looked(home: Home) -> None:
    """The daemon has read what there is."""
    assert home.ask("run", "--once").code == 0


def exported(home: Home, *options: str, name: str = "acme.zip") -> tuple[Done, Path]:
    out = home.folder / name
    return home.ask("incidents", "export", "--out", str(out), *options), out


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def index(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(members(path)["index.csv"].decode("utf-8-sig"))))


def mails(path: Path) -> list[bytes]:
    return [content for name, content in members(path).items() if name.endswith(".eml")]


class TestOnAServer:
    def test_each_message_is_there_as_it_lies_in_the_mailbox_and_no_flag_changes(
        self, studio: Home, dovecot: Dovecot, user: str
    ) -> None:
        dovecot.deliver(user, COMPLAINT, ODD, OF_BIRCH)
        with logged_in(dovecot, user, "INBOX") as client:
            client.append("Sent", r"\Seen", "", ROBINS)
            client.uid("STORE", "2", "+FLAGS", r"(\Flagged $Label1)")
        looked(studio)
        before = {folder: bytes_and_flags(dovecot, user, folder) for folder in ("INBOX", "Sent")}

        done, out = exported(studio, "--client", "acme", "--json")

        assert (done.json["messages"], done.json["missing"]) == (3, [])
        after = {folder: bytes_and_flags(dovecot, user, folder) for folder in ("INBOX", "Sent")}
        # What is new to this session, \Recent, is nobody's flag.
        assert str(after).replace(r"\\Recent", "") == str(before).replace(r"\\Recent", "")
        inbox, sent = before["INBOX"], before["Sent"]
        assert sorted(mails(out)) == sorted([inbox[1][0], inbox[2][0], sent[1][0]])
        assert any(b"caf\xe9 \xff\r\n..\r\na\rb  \r\n" in raw for raw in mails(out))
        assert [row["sha256"] for row in index(out)] == [
            hashlib.sha256(members(out)[row["file"]]).hexdigest() for row in index(out)
        ]
        assert {row["direction"] for row in index(out)} == {"from_client", "from_owner"}
        whole = b"".join(members(out).values())
        assert b"Secret of Birch" not in whole
        assert b"Ours alone" not in whole

    def test_unzip_and_sha256sum_agree_and_a_single_changed_byte_is_found(
        self, studio: Home, dovecot: Dovecot, user: str, tmp_path: Path
    ) -> None:
        dovecot.deliver(user, COMPLAINT, ODD)
        looked(studio)
        done, out = exported(studio, "--client", "acme")
        assert done.code == 0
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        folder = tmp_path / "unpacked"
        subprocess.run(["unzip", "-q", str(out), "-d", str(folder)], check=True)
        said = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        assert said.count(": OK\n") == len(members(out)) - 1
        assert ask("incidents", "verify", str(out)).code == 0

        (path,) = folder.glob("messages/0001-*.eml")
        raw = path.read_bytes()
        damaged = tmp_path / "damaged.zip"
        at = out.read_bytes().index(b"unacceptable")
        damaged.write_bytes(out.read_bytes()[:at] + b"U" + out.read_bytes()[at + 1 :])
        told = ask("incidents", "verify", str(damaged))
        assert (told.code, told.out) == (1, f"{damaged}: messages/{path.name} was changed\n")
        path.write_bytes(raw.replace(b"unacceptable", b"Unacceptable"))
        assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 1

    def test_twice_the_same_state_is_twice_the_same_file_while_the_daemon_runs(
        self, studio: Home, dovecot: Dovecot, user: str
    ) -> None:
        dovecot.deliver(user, COMPLAINT, ODD)
        looked(studio)
        with StoreLock(studio.state):
            assert exported(studio, "--client", "acme", name="a.zip")[0].code == 0
            assert exported(studio, "--client", "acme", name="b.zip")[0].code == 0
        assert (studio.folder / "a.zip").read_bytes() == (studio.folder / "b.zip").read_bytes()

    def test_what_is_gone_is_listed_and_what_was_moved_or_renumbered_is_found(
        self, studio: Home, dovecot: Dovecot, user: str
    ) -> None:
        dovecot.deliver(user, COMPLAINT, ODD, COMPLAINT.replace(b"m1@", b"m3@"))
        looked(studio)
        with logged_in(dovecot, user, "INBOX") as client:
            raw = client.uid("FETCH", "3", "(BODY.PEEK[])")[1][0][1]
            client.uid("COPY", "1", "Sent")
            client.uid("STORE", "1:2", "+FLAGS", r"(\Deleted)")
            client.expunge()
        dovecot.renumber(user)

        done, out = exported(studio, "--client", "acme")

        assert done.code == 0
        rows = {row["message_id"]: row for row in index(out)}
        assert rows["m2@acme.example"]["remark"] == "not in the mailbox any more"
        assert (rows["m2@acme.example"]["file"], rows["m2@acme.example"]["sha256"]) == ("", "")
        assert members(out)[rows["m3@acme.example"]["file"]] == raw
        assert rows["m1@acme.example"]["file"]
        assert "m2@" not in done.err
        assert done.err.count("is listed without its text (gone)") == 1
        assert b"not in the mailbox any more" in members(out)["index.html"]
        assert b"not in the mailbox any more" in members(out)["timeline.txt"]

    def test_another_mail_under_the_same_message_id_is_not_taken_for_it(
        self, studio: Home, dovecot: Dovecot, user: str
    ) -> None:
        dovecot.deliver(user, COMPLAINT)
        looked(studio)
        with logged_in(dovecot, user, "INBOX") as client:
            client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            client.expunge()
        dovecot.deliver(user, COMPLAINT.replace(b"Subject: Catalogue", b"Subject: Another"))
        assert mails(exported(studio, "--client", "acme")[1]) == []

    def test_our_own_note_is_told_from_the_owners_mail(self, studio: Home, dovecot: Dovecot, user: str) -> None:
        with studio.store() as store, store.write() as tx:
            row = record(tx, store, folder="Elsewhere")
            answer(tx, row, MailState.SENT, "status_request", message_id="<wg.1@vale.example>", accepted_at=NOW)
            answer(tx, row, MailState.UNKNOWN, "x", message_id="<wg.2@vale.example>", submitted_at=NOW)
            answer(tx, row, MailState.WITHHELD, "told")
        note = ROBINS.replace(b"own1@", b"wg.1@").replace(b"Re: Catalogue", b"Re: Status")
        with logged_in(dovecot, user) as client:
            client.append("Sent", r"\Seen", "", note)
        _, out = exported(studio, "--client", "acme", "--since", "2026-01-01")
        ours = [row for row in index(out) if row["direction"] == "automatic"]
        assert sorted((row["message_id"], row["subject"], row["remark"]) for row in ours) == [
            ("wg.1@vale.example", "Re: Status", ""),
            ("wg.2@vale.example", "", "it is not known whether it went out"),
        ]
        assert mails(out) == [note]

    def test_people_of_another_client_among_the_recipients_are_pointed_out(
        self, studio: Home, dovecot: Dovecot, user: str
    ) -> None:
        with logged_in(dovecot, user) as client:
            client.append("Sent", r"\Seen", "", ROBINS)
        looked(studio)
        notes_of = [("acme", "Birch Holding has the same printer"), ("acme", "Wants blue")]
        with studio.store() as store, store.write() as tx:
            for client_key, text in notes_of:
                notes.add(tx, client=client_key, at=NOW, text=text, call=True)
        done, out = exported(studio, "--client", "acme")
        assert "“Re: Catalogue”, also names people of birch: look at it" in done.err
        assert done.err.count("names another client: see timeline.txt") == 1
        # It was written to Birch as well, and belongs to their trail too.
        done, theirs = exported(studio, "--client", "birch", "--json", name="birch.zip")
        assert done.json["several_clients"] == [{"number": 1, "message_id": "own1@vale.example", "clients": ["acme"]}]
        assert mails(theirs) == mails(out) == [ROBINS]
        assert b"printer" not in b"".join(members(theirs).values())

    def test_a_server_that_cannot_be_asked_leaves_no_file(self, home: Home) -> None:
        with home.store() as store, store.write() as tx:
            record(tx, store)
        done, out = exported(home, "--client", "acme", "--since", "2026-01-01")
        assert (done.code, done.out) == (1, "")
        assert "127.0.0.1:1" in done.err
        assert "Traceback" not in done.err
        assert not out.exists()
        assert list(home.folder.glob(".*partial")) == []

    def test_a_mailbox_that_is_not_configured_any_more_is_said_so(self, studio: Home, user: str) -> None:
        with studio.store() as store, store.write() as tx:
            record(tx, store, mailbox="former")
        _, out = exported(studio, "--client", "acme", "--since", "2026-01-01")
        assert [row["remark"] for row in index(out)] == ["its mailbox was not read"]


BIG = 20 * 1024 * 1024
_PEAK = """
import resource, sys
from whiteglove.cli import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(home: Home, name: str) -> int:
    """Octets of memory at most, in a process of its own, while it exports."""
    arguments = [
        "--config",
        str(home.path),
        "incidents",
        "export",
        "--client",
        "acme",
        "--out",
        str(home.folder / name),
    ]
    done = subprocess.run([sys.executable, "-c", _PEAK, *arguments], capture_output=True, text=True, check=True)
    code, kilobytes = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stderr
    return int(kilobytes) * 1024


@pytest.mark.long
def test_a_big_message_is_whole_and_many_take_no_more_memory_than_it(studio: Home, dovecot: Dovecot, user: str) -> None:
    line = b"x" * 998 + b"\r\n"
    big = COMPLAINT.replace(b"m1@", b"big@") + line * (BIG // len(line))
    dovecot.deliver(user, COMPLAINT)
    looked(studio)
    small = peak(studio, "small.zip")
    dovecot.deliver(user, big)
    looked(studio)
    one = peak(studio, "one.zip")
    assert any(raw.endswith(big) for raw in mails(studio.folder / "one.zip"))
    # Twice as much as the big one, in pieces.
    dovecot.deliver(user, *(big[: BIG // 4].replace(b"big@", b"big%d@" % number) for number in range(8)))
    looked(studio)
    many = peak(studio, "many.zip")
    assert len(mails(studio.folder / "many.zip")) == 10
    assert one - small < 5 * BIG
    assert many - one < BIG


def test_a_date_says_where_it_begins(studio: Home) -> None:
    with studio.store() as store, store.write() as tx:
        for number, days in enumerate((200, 80, 30, 1)):
            record(tx, store, f"d{days}@acme.example", uid=number, received_at=NOW - timedelta(days=days))
    day = (NOW - timedelta(days=31)).date()
    said = exported(studio, "--client", "acme", "--since", day.isoformat(), "--json")[0].json
    since = datetime.fromisoformat(said["since"])
    assert (since.date(), since.hour, said["messages"]) == (day, 0, 2)
    assert exported(studio, "--client", "acme", "--force", "--json")[0].json["messages"] == 3


def test_the_timeline_weaves_what_was_said_promised_and_called(studio: Home, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, COMPLAINT)
    looked(studio)
    studio.ask("note", "acme", "--call", "--in", "--minutes", "12", "Wants blue")
    studio.ask("note", "acme", "Never pays in time")
    with studio.store() as store, store.write() as tx:
        row, _ = ledger.make(
            tx, client="acme", kind=PromiseKind.REPORT, due=NOW - timedelta(hours=1), uid="1", at=NOW, obligation=None
        )
        ledger.close_promise(tx, row, PromiseState.KEPT, NOW, late=True, evidence="command")
    _, out = exported(studio, "--client", "acme")
    told = members(out)["timeline.txt"].decode()
    assert "Wile Coyote <wile@acme.example> wrote: “Catalogue”\n" in told
    assert "Acme GmbH called, 12 min: “Wants blue”" in told
    assert "Told: the report comes" in told
    assert "was given, late" in told
    # What the owner noted for themselves is nobody else's.
    assert "Never pays" not in b"".join(members(out).values()).decode("utf-8", "replace")


class TestUsage:
    def test_without_a_client_it_is_the_one_with_whom_something_is_open(self, home: Home) -> None:
        done, _ = exported(home)
        assert (done.code, done.err) == (2, "whiteglove: say whose with --client KEY: no incident is open\n")
        opened(home)
        opened(home, "birch")
        assert "incidents are open with acme, birch" in exported(home)[0].err

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            (("--client", "acne"), 'did you mean "acme"'),
            (("--client", "acme", "--since", "soon"), '--since "soon" is no date'),
            (("--client", "acme", "--since", "2999-01-01"), "is still to come"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_written(
        self, home: Home, options: tuple[str, ...], fault: str
    ) -> None:
        done, out = exported(home, *options)
        assert (done.code, done.out) == (2, "")
        assert fault in done.err
        assert not out.exists()
        assert not home.state.exists()

    def test_it_needs_to_know_where_to_and_replaces_nothing_unasked(self, home: Home) -> None:
        assert "--out" in home.ask("incidents", "export", "--client", "acme").err
        done, out = exported(home, "--client", "acme")
        assert done.code == 0, "on an empty ledger there is an empty trail"
        assert index(out) == []
        before = out.read_bytes()
        done, _ = exported(home, "--client", "acme")
        assert (done.code, "exists already" in done.err) == (1, True)
        assert out.read_bytes() == before
        assert exported(home, "--client", "acme", "--force")[0].code == 0

    def test_verify_needs_no_configuration_and_says_what_differs(self, home: Home, tmp_path: Path) -> None:
        _, out = exported(home, "--client", "acme")
        said = ask("incidents", "verify", str(out), "--json")
        assert said.json == {
            "file": str(out),
            "ok": True,
            "members": 5,
            "sums": hashlib.sha256(members(out)["SHA256SUMS"]).hexdigest(),
            "changed": [],
            "missing": [],
            "additional": [],
            "faults": [],
        }
        other = tmp_path / "other.zip"
        with zipfile.ZipFile(other, "w") as archive:
            for name, content in members(out).items():
                if name != "index.csv":
                    archive.writestr(name, content)
            archive.writestr("more.txt", b"more")
        done = ask("incidents", "verify", str(other))
        assert done.code == 1
        assert done.out == f"{other}: more.txt is not in SHA256SUMS\n{other}: index.csv is missing\n"
        assert ask("incidents", "verify", str(tmp_path / "none.zip")).code == 1
