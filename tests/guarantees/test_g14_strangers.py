"""G14: of senders who are not in the book nothing is kept but where their mail lies, a keyed hash of its Message-ID and
the reason, for thirty days; `retention` bounds the rest; `forget` removes a person to the last byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import redirect_stdout
from datetime import timedelta
from io import StringIO
from typing import Any

import sqlalchemy as sa

from benches import BIRCH, COMPLAINT, MANY, QUESTION, STATUS, acme
from rules.mails import mail
from whiteglove.cli import main
from whiteglove.store.schema import messages, metadata
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, daily_summary, incidents

STRANGER = {
    "From": "Mallory Quicksand <mallory@elsewhere.example>",
    "Return_Path": "<mallory@elsewhere.example>",
    "Sender": "assistant@elsewhere.example",
    "Reply_To": "hideout@elsewhere.example",
    "To": "Robin <robin@vale.example>, Accomplice <accomplice@elsewhere.example>",
    "Subject": "Opensesame",
    "Message_ID": "<caravan.1@elsewhere.example>",
    "In_Reply_To": "<camel.2@elsewhere.example>",
    "References": "<camel.2@elsewhere.example>",
    "text": "Fortythieves wait in the jars. How are things progressing?\r\n",
}
TRACES = ("mallory", "quicksand", "elsewhere.example", "accomplice", "hideout", "opensesame", "caravan", "fortythieves")
FORMS = {
    "newsletter": {"List_Id": "<elsewhere.example>", "Precedence": "bulk"},
    "bounce": {"From": "MAILER-DAEMON@elsewhere.example", "Return_Path": "<>"},
    "away": {"Auto_Submitted": "auto-replied"},
    "broken": {"From": "mallory@elsewhere.example, <<<", "Subject": "=?utf-8?b?Opensesame?="},
}
KEPT = {
    "row", "mailbox", "folder", "uidvalidity", "uid", "id_hash", "recorded_at", "outbound", "own", "history", "human",
    "may_acknowledge", "obliges", "reason", "machine_kind",
}  # fmt: skip


def bench(**options: Any) -> Bench:
    beside = {"incidents": incidents, "daily_summary": daily_summary}
    given = {"clients": {"acme": acme(), "birch": BIRCH}, "toml": MANY, "beside": beside, **options}
    return Bench(acknowledge, delay="0s", **given)


def stored(house: Bench) -> bytes:
    """Every byte that the daemon has written: the database, its journal, whatever lies beside it; in small letters."""
    files = [path for path in house.settings.daemon.state.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    return b"\n".join(path.read_bytes() for path in files).lower()


def left(house: Bench, words: Iterable[str]) -> list[str]:
    everything = stored(house) + house.log.getvalue().lower().encode()
    return [word for word in words if word.lower().encode() in everything]


def tidy(house: Bench) -> None:
    while house.daemon.retention.step():
        pass


def arrive(house: Bench) -> None:
    for number, changes in enumerate([{}, *FORMS.values()]):
        given = {**STRANGER, "Message_ID": f"<caravan.{number}@elsewhere.example>", **changes}
        house.world.account.deliver(mail(**given))
    house.run()


def test_no_byte_of_a_stranger_is_written_anywhere_whatever_they_send() -> None:
    with bench() as house:
        arrive(house)
        assert house.recorded == 1 + len(FORMS)
        assert house.mails == house.warned == []
        assert left(house, TRACES) == []
        house.restart()
        house.advance(days=1)
        assert left(house, TRACES) == []


def test_what_is_kept_is_a_place_a_keyed_hash_and_a_reason() -> None:
    with bench() as house:
        arrive(house)
        with house.store.read() as tx:
            rows = tx.execute(messages.select().order_by(messages.c.row)).mappings().all()
        for row in rows:
            filled = {name for name, value in row.items() if value not in (None, False, [], "")}
            assert filled <= KEPT, filled - KEPT
        message_id = STRANGER["Message_ID"].strip("<>").replace("1@", "0@")
        assert rows[0]["reason"] == "stranger"
        assert rows[0]["id_hash"] == house.store.hash_id(message_id)
        # Without the key of this store nobody can try out ids.
        everything = stored(house)
        for text in (message_id, f"<{message_id}>"):
            for plain in (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.blake2b):
                assert plain(text.encode()).digest()[:16].lower() not in everything


def test_after_thirty_days_not_even_that_is_kept() -> None:
    with bench() as house:
        arrive(house)
        # The newest row of a table stays, so that no number means two things.
        house.receive(QUESTION)
        for days, kept in ((29, 1 + len(FORMS)), (2, 0)):
            house.clock.move(timedelta(days=days))
            tidy(house)
            with house.store.read() as tx:
                unknown = sa.select(sa.func.count()).select_from(messages).where(messages.c.client.is_(None))
                assert tx.execute(unknown).scalar_one() == kept


def test_retention_bounds_what_is_kept_of_clients_to_the_last_byte() -> None:
    with bench(daemon={"retention": "60 days"}) as house:
        house.receive(QUESTION, subject="Anvilpaper")
        house.owner_sends("The blue one.", subject="Re: Anvilpaper", answers=house.last_message_id)
        house.advance(days=40)
        tidy(house)
        assert left(house, ["anvilpaper"]) == ["anvilpaper"]
        house.receive(QUESTION, sender="Jutta Forst <jutta@birch.example>", subject="Harbour")
        house.owner_sends("The red one.", subject="Re: Harbour", to="jutta@birch.example")
        house.advance(days=21)
        tidy(house)
        assert left(house, ["harbour"]) == ["harbour"]
        # What SQLite's journal still holds of it goes with the next start at the latest.
        house.restart()
        assert left(house, ["anvilpaper"]) == []


def test_forget_removes_a_person_everywhere_and_says_what_it_cannot_reach() -> None:
    with bench() as house:
        house.receive(STATUS, subject="Anvilreport")
        house.receive(COMPLAINT, subject="Anvilfault")
        house.owner_sends("I am sorry.", subject="Re: Anvilfault", answers=house.last_message_id)
        house.receive(QUESTION, sender="Jutta Forst <jutta@birch.example>", subject="Harbour")
        house.advance(days=1)
        # Our copies in Sent are read while they are still a client's.
        house.run()
        traces = ("wile@acme.example", "Wile Coyote", "Anvilreport", "Anvilfault")
        assert [word for word in traces if word.lower().encode() in stored(house)] == list(traces)
        said = StringIO()
        with redirect_stdout(said):
            assert main(["--config", str(house.settings.path), "forget", "wile@acme.example"]) == 0
        assert [word for word in traces if word.lower().encode() in stored(house)] == []
        assert b"harbour" in stored(house)
        for word in ("journal", "Backups", "Sent", "acme.toml"):
            assert word in said.getvalue()
        assert house.run() == house.restart() == []
        with house.store.read() as tx:
            for table in metadata.sorted_tables:
                rows = [tuple(row) for row in tx.execute(table.select())]
                assert not any("coyote" in str(value).lower() for row in rows for value in row), table.name
