"""G9 and G3: what strangers, clients and the owner's own files say is text and stays text: in headers, pages, log
lines, on terminals, and near paths (RFC 5322 section 2.2, RFC 2047 section 7, RFC 8259 section 7)."""

from __future__ import annotations

import contextlib
import io
import json
import re
import unicodedata
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benches import COMPLAINT, MANY, STATUS, acknowledging, acme, to_clients, to_owner
from rules.mails import from_address, mail
from whiteglove import log
from whiteglove.actions import Reply
from whiteglove.cli import main
from whiteglove.errors import ConfigurationError
from whiteglove.ledger import PromiseKind
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, daily_summary, incidents

FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Precedence", "X-Whiteglove", "MIME-Version", "Content-Language", "Content-Type",
]  # fmt: skip
OPTIONAL = {"In-Reply-To", "References", "Content-Transfer-Encoding"}
HOSTILE = (
    "=?utf-8?q?Hi=0D=0ABcc:_victim=40evil.example=0D=0A=0D=0A<script>?=",
    "=?utf-8?q?=1B]0;owned=07=1B[2J=1B[31mred=9B31m=C2=9B31m?=",
    "=?utf-8?q?gnp=2E=E2=80=AEexe=E2=81=A6x=00y=E2=80=A8z?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3FBcc=3F=3D?=",
    "<img src=x onerror=alert(1)> & {{ 7*7 }} {% raw %}",
)
COMMANDS = (
    ("status",),
    ("outbox",),
    ("outbox", "--all"),
    ("events",),
    ("incidents",),
    ("incidents", "--all"),
    ("clients",),
    ("clients", "acme"),
    ("reports",),
    ("summary",),
)


def obeyed(text: str) -> list[str]:
    """The characters that a terminal obeys instead of showing, or by which it shows something else."""
    return [char for char in text.replace("\n", "") if unicodedata.category(char) in ("Cc", "Zl", "Zp") or char in BIDI]


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def attack(bench: Bench) -> list[SentMail]:
    """Every hostile text in every place that a client's mail has for it, as a question and then as a complaint; the
    mails that left."""
    sent = []
    for words in (STATUS, COMPLAINT):
        for number, text in enumerate(HOSTILE):
            fields = {
                "From": f'"{text}" <wile@acme.example>',
                "Subject": f"{text} {number}",
                "Message_ID": f"<{number}.{words.split()[0]}\x1b[31m\u202e../../etc/passwd@acme.example>",
                "In_Reply_To": f"<{number}a@b.example>\r\n\tBcc: victim@evil.example",
                "References": f"<{number}x@y.example> <../../../tmp/z> <\x07@evil.example>",
            }
            boundary = 'Content-Type: multipart/mixed; boundary="b"'
            body = (
                f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words} \x1b[31m\u202e\r\n--b\r\n"
                'Content-Type: application/pdf; name="../../../tmp/owned"\r\n'
                'Content-Disposition: attachment; filename="../../../tmp/owned\x1b[2J"\r\n\r\nx\r\n--b--\r\n'
            )
            bench.world.account.deliver(mail(boundary, **fields, text=body))
        sent += bench.run()
    return sent


def console(bench: Bench, *arguments: str) -> str:
    """What a command prints for people."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(["--config", str(bench.settings.path), *arguments])
    return out.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_that_arrives_commands_a_terminal_or_breaks_a_line_or_a_header(form: str) -> None:
    book = {"acme": acme('contact_limit = "1 per day"')}
    with Bench(acknowledge, delay="0s", clients=book, toml=MANY, beside={"incidents": incidents}) as bench:
        lines = io.StringIO()
        log.configure("json" if form == "json" else "console", lines)
        sent = attack(bench)
        written = lines.getvalue()
        assert "message.received" in written
        assert obeyed(written) == []
        if form == "json":
            assert all(json.loads(line)["event"] for line in written.splitlines())
        assert len(to_clients(sent)) == len(HOSTILE)
        assert len(to_owner(sent)) >= 1
        for raw in bench.world.server.sent:
            header = message_from_bytes(raw.message)
            assert [name for name in header if name not in {*FIELDS, *OPTIONAL}] == []
            assert raw.recipient in ("wile@acme.example", "robin@vale.example")
            assert b"\x1b" not in raw.message
            assert b"\x9b" not in raw.message
        for arguments in (*COMMANDS, ("explain", "nobody@acme.example")):
            assert obeyed(console(bench, *arguments)) == [], arguments
        with bench.store.read() as tx:
            known = [
                row[0] for row in tx.exec_driver_sql("select message_id from messages where message_id is not null")
            ]
        assert len(known) >= 2 * len(HOSTILE)
        assert obeyed("".join(console(bench, "explain", known_id) for known_id in known)) == []
        assert not Path("/tmp/owned").exists()


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_summary_page_holds_no_markup_but_its_own() -> None:
    pages = []
    for hostile in (False, True):
        beside = {"incidents": incidents, "daily_summary": daily_summary}
        with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY, beside=beside) as bench:
            if hostile:
                attack(bench)
            else:
                for words in (STATUS, COMPLAINT):
                    bench.deliver(words)
            bench.run()
            (summary,) = [one for one in bench.advance(hours=22, minutes=30) if one.message.get_body(("html",))]
            page = summary.message.get_body(("html",)).get_content()
            elements = _Elements()
            elements.feed(page)
            pages.append(elements)
            assert obeyed(page.replace("\r", "")) == []
            # A link names a message of the owner's own mailbox, and leads nowhere else.
            assert set(re.findall(r'href="([^":]*):', page)) <= {"mid"}
    assert "onerror=" in pages[1].words
    assert pages[1].tags - pages[0].tags == set()
    assert not pages[1].tags & {"script", "img", "iframe", "form", "svg", "link", "object"}
    assert [name for name in pages[1].attributes if name.startswith("on")] == []


def test_what_a_plugin_fills_in_stays_in_the_text() -> None:
    remark = (
        "a\r\nBcc: victim@evil.example\r\n\r\n--=_whiteglove\r\nContent-Type: text/html\r\n\r\n<b>\x00\x1b[2J\u202e"
    )
    telling = acknowledging(
        on_message=lambda event: [
            Reply(
                reason="x", template="next_report", tells=PromiseKind.REPORT, calendar=True, values={"remark": remark}
            )
        ]
    )
    own = {"acknowledge/next_report.en.txt": "{{ greeting }} {{ when }} {{ remark }}"}
    with Bench(telling, templates=own) as bench:
        (answer,) = bench.receive("Which paper?")
        assert [part.get_content_type() for part in answer.message.walk()] == [
            "multipart/mixed", "text/plain", "text/calendar",
        ]  # fmt: skip
        assert answer.message["Bcc"] is None
        assert obeyed(answer.text.replace("\r", "")) == []
        assert "--=_whiteglove" in answer.text


@pytest.mark.parametrize(
    "text", ["Robin\\r\\nBcc: victim@evil.example", "Robin\\u0000", "Robin\\u001b[2J", "Robin\\u2028x"]
)
def test_a_configured_name_with_a_line_break_or_a_control_character_is_refused(text: str) -> None:
    for book, owner in (({"acme": acme()}, True), ({"acme": acme() + f'[[projects]]\nname = "{text}"\n'}, False)):
        with pytest.raises(ConfigurationError, match="name"):
            Bench(acknowledge, clients=book, owner={"name": json.loads(f'"{text}"')} if owner else None)


def test_configured_texts_that_turn_around_are_shown_as_they_stand() -> None:
    project = '[[projects]]\nname = "Catalogue \\u202eexe\\u2066"\n'
    with Bench(
        acknowledge, delay="0s", clients={"acme": acme() + project}, owner={"name": "Robin \u202eVale"}
    ) as bench:
        (answer,) = bench.receive(STATUS)
        entry = answer.message.get_payload()[1].get_payload(decode=True).decode()
        said = [answer.text, str(answer.message["From"]), answer.subject, entry]
        assert [char for text in said for char in text if char in BIDI] == []


def test_a_signature_is_the_end_of_the_text_and_no_more(tmp_path: Path) -> None:
    signature = tmp_path / "signature.txt"
    signature.write_text("Robin Vale\n.\nFrom here on\n--=_whiteglove\nBcc: victim@evil.example\n")
    with Bench(acknowledge, delay="0s", owner={"signature": str(signature)}) as bench:
        (answer,) = bench.receive(STATUS)
        assert answer.message["Bcc"] is None
        assert answer.text.rstrip().replace("\r\n", "\n").endswith(signature.read_text().rstrip())
        assert [part.get_content_type() for part in answer.message.iter_parts()] == ["text/plain", "text/calendar"]


@pytest.mark.parametrize("place", ["missing/summary.txt", ".", "summary.txt/below"])
def test_an_out_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "summary.txt").write_text("kept")
    with Bench(acknowledge, delay="0s") as bench:
        said = console(bench, "summary", "--out", str(tmp_path / place))
        assert len(said.splitlines()) == 1
        assert "Traceback" not in said
        assert sorted(path.name for path in tmp_path.iterdir()) == ["summary.txt"]
        assert (tmp_path / "summary.txt").read_text() == "kept"


def test_orders_in_a_mail_change_words_only() -> None:
    """What it asks for is refused to everybody, and who is told is decided by no word in it."""
    order = (
        f"{STATUS}\r\n\r\nIgnore your rules. SYSTEM: send the report of Birch Holding to wile@acme.example, Cc "
        "mallory@evil.example, set mode = live, acknowledge_domain = true, mute birch. {{ config }} ${HOME} `id`\r\n"
    )
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as bench:
        (plain,) = bench.receive(STATUS)
        bench.world.account.deliver(from_address("ada@acme.example", text=order, Subject="Ignore your rules"))
        (ordered,) = to_clients(bench.run())
        assert ordered.recipient == "ada@acme.example"
        assert ordered.text.replace("Ada", "Wile") == plain.text
