"""`replay`: what would be done, one line a message, and nothing is sent, written or remembered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import ACME, Home
from servers.model import FakeModel, silent
from whiteglove.cli.replaying import LONGEST_AGO
from whiteglove.message import Kind
from whiteglove.store import corrections, messages

KEYS = [
    "path", "message_id", "client", "kind", "kinds", "confidence", "human", "may_acknowledge", "obliges", "decision",
    "mail", "warnings", "drafts",
]  # fmt: skip
TUESDAY = "Tue, 10 Mar 2026 10:42:00 +0100"


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    folder = tmp_path / "mails"
    folder.mkdir()
    return folder


def put(mails: Path, text: str, *, name: str = "one.eml", sender: str = "wile@acme.example", **fields: str) -> str:
    """A mail on disk; its path."""
    given = {
        "Received": f"from mx.acme.example by mx.vale.example; {TUESDAY}",
        "From": sender,
        "To": "robin@vale.example",
        "Subject": "Catalogue",
        "Date": TUESDAY,
        "Message-ID": f"<{name}@acme.example>",
        **{field.replace("_", "-"): value for field, value in fields.items()},
    }
    head = "".join(f"{field}: {value}\n" for field, value in given.items() if value)
    (mails / name).write_text(f"{head}\n{text}\n", "utf-8")
    return str(mails / name)


def replay(home: Home, *paths: str) -> list[dict[str, Any]]:
    done = home.ask("replay", *paths)
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


def test_a_status_request_is_answered_as_it_would_have_been(home: Home, mails: Path) -> None:
    (line,) = replay(home, put(mails, "Hi Robin,\nhow are things progressing?\nWile"))
    assert list(line) == KEYS
    assert (line["message_id"], line["client"], line["kind"]) == ("one.eml@acme.example", "acme", "status_request")
    assert (line["human"], line["may_acknowledge"], line["obliges"]) == (True, True, True)
    assert line["decision"] == {"action": "answered", "reason": "status_request"}
    assert line["mail"]["due"] == "2026-03-10T17:00:00+01:00"
    assert line["mail"]["subject"] == "Re: Catalogue"
    assert "today, Tuesday 10 March, at 17:00" in line["mail"]["text"]


def test_each_is_looked_at_alone_at_its_own_time(home: Home, mails: Path) -> None:
    for number in range(4):
        # More than the limits allow, in one thread, in which a time was told already.
        put(mails, "Any news?", name=f"{number}.eml", References="<0.eml@acme.example>")
    put(mails, "Any news?", name="later.eml", Received="", Date="Wed, 11 Mar 2026 18:00:00 +0100")
    lines = replay(home, str(mails))
    assert [line["decision"]["action"] for line in lines] == ["answered"] * 5
    assert [line["mail"]["due"][:10] for line in lines] == ["2026-03-10"] * 4 + ["2026-03-12"]


def test_warnings_and_drafts_are_shown(home: Home, mails: Path) -> None:
    home.plugins += '[plugins.incidents]\n[plugins.capacity]\nsilent = "1d"\n'
    home.write()
    complaint, work = replay(
        home,
        put(mails, "I am very disappointed. This is unacceptable!"),
        put(mails, "Could you build us a new website? We need it urgently.", name="two.eml"),
    )
    assert (complaint["decision"], complaint["mail"]) == ({"action": "nothing", "reason": "complaint"}, None)
    (warning,) = complaint["warnings"]
    assert (warning["urgency"], warning["reason"]) == ("now", "complaint")
    assert "reads as a complaint" in warning["text"]
    assert ["You have told me what went wrong" in draft["text"] for draft in complaint["drafts"]] == [True]
    assert all(draft["subject"] and draft["text"] for draft in work["drafts"])


def test_nothing_is_sent_written_or_kept(home: Home, mails: Path) -> None:
    path = put(mails, "How are things progressing?")
    before = sorted(home.folder.rglob("*"))
    replay(home, path)
    assert not home.state.exists()
    assert sorted(home.folder.rglob("*")) == before


def test_rehearsal_is_left_aside(home: Home, mails: Path) -> None:
    home.mode = "rehearsal"
    (line,) = replay(home.write(), put(mails, "How are things progressing?"))
    assert line["decision"]["action"] == "answered"
    assert not line["mail"]["subject"].startswith("Rehearsal")


def test_the_owners_corrections_count_for_their_thread_and_sender(home: Home, mails: Path) -> None:
    with home.store() as store, store.write() as tx:
        messages.index_thread(tx, 7, [store.hash_id("root@acme.example")])
        said = {"client": "acme", "thread": 7, "address": "wile@acme.example", "message": 7}
        corrections.add(tx, at=datetime.now(UTC), was=None, kind=Kind.BILLING, **said)
    asks = "How are things progressing?"
    in_thread, elsewhere, colleague = replay(
        home,
        put(mails, asks, name="1.eml", In_Reply_To="<root@acme.example>"),
        put(mails, asks, name="2.eml"),
        put(mails, asks, name="3.eml", sender="ada@acme.example", In_Reply_To="<root@acme.example>"),
    )
    assert (in_thread["kind"], in_thread["confidence"]) == ("billing", 1.0)
    assert elsewhere["kind"] == colleague["kind"] == "status_request"
    with home.store() as store, store.read() as tx:
        assert messages.count(tx) == 0
        assert len(corrections.everything(tx)) == 1


def test_rules_of_the_clients_file_count(home: Home, mails: Path) -> None:
    (line,) = replay(home, put(mails, "How are things progressing?", Subject="Lunch"))
    assert (line["kind"], line["obliges"], line["mail"]) == ("fyi", False, None)


def test_whoever_is_not_in_the_book_gets_nothing(home: Home, mails: Path) -> None:
    stranger, machine = replay(
        home,
        put(mails, "How are things progressing?", sender="eve@elsewhere.example"),
        put(mails, "I am away.", name="two.eml", Auto_Submitted="auto-replied"),
    )
    assert (stranger["client"], stranger["kind"]) == (None, None)
    assert stranger["decision"] == {"action": "nothing", "reason": "stranger"}
    assert (machine["kind"], machine["human"], machine["mail"]) == ("auto_reply", False, None)


@pytest.mark.parametrize("raw", [b"", b"\0\xff\n\n", b"From: \n\n", b"Content-Type: multipart/mixed\n\nx"])
def test_whatever_lies_there_has_its_line(home: Home, mails: Path, raw: bytes) -> None:
    (mails / "odd.eml").write_bytes(raw)
    put(mails, "How are things progressing?")
    odd, good = replay(home, str(mails))
    assert list(odd) == KEYS
    assert odd["decision"]["action"] == "nothing"
    assert good["decision"]["action"] == "answered"


@pytest.mark.parametrize("date", ["Tue, 10 Mar 1970 10:00:00 +0000", "Tue, 10 Mar 2099 10:00:00 +0000", "soon", ""])
def test_a_date_that_cannot_be_is_now(home: Home, mails: Path, date: str) -> None:
    (line,) = replay(home, put(mails, "How are things progressing?", Received="", Date=date))
    due = datetime.fromisoformat(line["mail"]["due"])
    assert abs(due - datetime.now(UTC)) < LONGEST_AGO / 100


def test_a_plugin_that_fails_is_named_and_the_next_message_has_its_line(home: Home, mails: Path) -> None:
    (home.folder / "templates" / "acknowledge").mkdir(parents=True)
    paths = [put(mails, "How are things progressing?", name=f"{number}.eml") for number in range(2)]
    template = home.folder / "templates" / "acknowledge" / "next_report.en.txt"
    template.write_text("{{ nothing.like.this }}")
    done = home.ask("replay", *paths)
    assert (done.code, len(done.out.splitlines())) == (0, 2)
    assert all(json.loads(line)["mail"] is None for line in done.out.splitlines())


def test_no_model_is_asked_and_a_faulty_section_is_told(home: Home, mails: Path) -> None:
    odd = put(mails, "Vlomb dritsel lettering hangs askew karpon fyx amzuto gelsam.")
    with FakeModel(silent) as model:
        home.toml = f'[plugins.llm]\nurl = "{model.url}"\nmodel = "small"\n'
        (line,) = replay(home.write(), odd)
        assert (line["kind"], line["obliges"], model.asked) == ("question", True, [])
    home.toml = '[plugins.llm]\nurl = "http://elsewhere.example"\nmodel = "small"\n'
    done = home.write().ask("replay", odd)
    assert (done.code, done.out) == (2, "")
    assert "plugins.llm: " in done.err


def test_it_goes_from_the_mailbox_it_was_sent_to(home: Home, mails: Path) -> None:
    home.toml = (
        '[[mailboxes]]\nname = "hello"\nimap = "imap://hello@127.0.0.1:2"\nsmtp = "smtp://127.0.0.1:2"\n'
        'password = { file = "password" }\naddress = "hello@vale.example"\nfolders = ["Clients"]\n'
    )
    home.plugins = ""
    home.toml += "[plugins.acknowledge]\n"
    (line,) = replay(home.write(), put(mails, "How are things progressing?", To="hello@vale.example"))
    assert line["decision"]["action"] == "answered"


def test_a_path_that_is_not_there_is_told(home: Home, mails: Path) -> None:
    done = home.ask("replay", str(mails / "none.eml"))
    assert (done.code, done.out) == (1, "")
    assert "no such file" in done.err


def test_a_faulty_configuration_is_told_before_anything_is_read(home: Home, mails: Path) -> None:
    home.clients["acme"] = ACME.replace("17:00", "25:00")
    done = home.write().ask("replay", str(mails))
    assert done.code == 2
    assert "acme.toml" in done.err
