"""G3: nothing automatic goes to a forger, nor to a stranger who looks like a client (RFC 8601 sections 2.5, 5, 7.1).

G14: of such a stranger nothing is kept but where the mail lies.
"""

from __future__ import annotations

from benches import BIRCH, STATUS, acme, to_clients, to_owner
from rules.mails import SERVER, mail
from whiteglove.parse import parse_whole
from whiteglove.screen import imitated
from whiteglove.store import schema as tables
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

BOOK = {"acme": acme(), "birch": BIRCH}
TRUSTING = f'authserv_id = "{SERVER}"'
FAILED = f"Authentication-Results: {SERVER}; dmarc=fail (p=reject) header.from=acme.example"


def house() -> Bench:
    return Bench(acknowledge, delay="0s", clients=BOOK, toml=TRUSTING)


def test_a_failed_dmarc_is_recorded_marked_unanswered_and_told_once() -> None:
    with house() as bench:
        bench.world.account.deliver(mail(FAILED, Subject="Please pay this"))
        sent = bench.run() + bench.advance(hours=1) + bench.restart() + bench.advance(days=1)
        assert to_clients(sent) == []
        (told,) = to_owner(sent)
        assert "Acme GmbH" in told.text
        assert "may be forged" in told.text.replace("\r\n", " ")
        (line,) = bench.logged("message.received")
        assert (line["client"], line["reason"]) == ("acme", "not_authentic")
        with bench.store.read() as tx:
            (row,) = tx.execute(tables.messages.select()).all()
        assert (row.client, row.may_acknowledge, row.reason) == ("acme", False, "not_authentic")
        assert "maybe_forged" in row.remarks


def test_nobody_vouches_but_the_one_server() -> None:
    speakers = (
        f"{SERVER}.evil.example",
        f"evil.example ({SERVER})",
        "vale.example",
        f"({SERVER}) evil.example",
        f"x.{SERVER}",
        "",
    )
    with house() as bench:
        for speaker in speakers:
            claim = f"Authentication-Results: {speaker}; dmarc=pass header.from=acme.example"
            bench.world.account.deliver(mail(claim, Return_Path="<bulk@mailer.example>"))
        assert to_clients(bench.run()) == []
        assert [line["reason"] for line in bench.logged("message.received")] == ["return_path_elsewhere"] * 6


def test_a_pass_that_came_with_the_mail_does_not_undo_the_servers_word() -> None:
    hop = "Received: from evil.example by mx.vale.example; Mon, 02 Mar 2026 10:00:00 +0100"
    forged = FAILED.replace("fail (p=reject)", "pass")
    with house() as bench:
        for fields in ((FAILED, forged), (FAILED, hop, forged), (FAILED, "X-Hop: 1", forged, hop, forged)):
            bench.world.account.deliver(mail(*fields))
        assert to_clients(bench.run()) == []
        assert {line["reason"] for line in bench.logged("message.received")} == {"not_authentic"}


LOOK_ALIKES = {
    "rn for m": "Wile <wile@acrne.example>",
    "one letter off": "Wile <wile@acmee.example>",
    "two letters swapped": "Wile <wile@amce.example>",
    "another letter of the same look": "Wile <wile@\u0430cme.example>",
    "the same in punycode": "Wile <wile@xn--cme-5cd.example>",
    "the dot as a hyphen": "Wile <wile@acme-example.com>",
    "the domain as a label": "Wile <wile@acme.example.evil.example>",
    "the name of a person": "Wile Coyote <mallory@evil.example>",
    "the name turned round": '"Coyote, Wile" <mallory@evil.example>',
    "the name in other letters": "Wile C\u043eyote <mallory@evil.example>",
    "the address as name": '"wile@acme.example" <mallory@evil.example>',
    "the address in a name": '"Wile (wile@acme.example)" <mallory@evil.example>',
    "the client as name": "Acme GmbH <mallory@evil.example>",
}


def test_who_looks_like_a_client_gets_no_answer_and_is_remarked() -> None:
    with house() as bench:
        for sender in LOOK_ALIKES.values():
            bench.world.account.deliver(mail(From=sender, Return_Path=None))
        assert to_clients(bench.run()) == []
        assert [line["reason"] for line in bench.logged("message.received")] == ["stranger"] * len(LOOK_ALIKES)
        for looks, sender in LOOK_ALIKES.items():
            client = imitated(parse_whole(mail(From=sender))[0], bench.settings.book)
            assert (looks, client and client.key) == (looks, "acme")


def test_of_a_stranger_who_looks_like_a_client_nothing_personal_is_kept() -> None:
    with house() as bench:
        bench.world.account.deliver(
            mail(From="Wile Coyote <mallory@acrne.example>", Subject="Sesame", text="Caravan?\r\n", Return_Path=None)
        )
        bench.run()
        with bench.store.read() as tx:
            (row,) = tx.execute(tables.messages.select()).all()
        assert row.reason == "stranger"
        assert (row.client, row.author_address, row.author_name, row.subject, row.message_id) == (None,) * 5
        kept = b"".join(path.read_bytes() for path in bench.settings.daemon.state.rglob("*") if path.is_file())
        assert [word for word in (b"mallory", b"acrne", b"Sesame", b"Caravan") if word in kept] == []
        assert "mallory" not in bench.log.getvalue()


def test_a_name_that_promises_another_address_changes_no_recipient() -> None:
    with house() as bench:
        bench.world.account.deliver(mail(From='"jutta@birch.example" <wile@acme.example>'))
        (answer,) = to_clients(bench.run())
        assert answer.recipient == "wile@acme.example"


def test_the_mark_of_the_daemon_itself_cannot_be_forged() -> None:
    with house() as bench:
        (answer,) = bench.receive(STATUS)
        token = answer.message["X-Whiteglove"]
        forged = token[:-1] + ("a" if token[-1] != "a" else "b")
        to_wile = {"From": "robin@vale.example", "To": "wile@acme.example"}
        bench.world.account.deliver(mail(f"X-Whiteglove: {token}", **to_wile, Subject="Ours"), folder="Sent")
        bench.world.account.deliver(mail(f"X-Whiteglove: {forged}"))
        made_up = mail(Message_ID=f"<wg.{forged}@vale.example>", **to_wile, Subject="Another")
        bench.world.account.deliver(made_up, folder="Sent")
        assert to_clients(bench.run()) == []
        with bench.store.read() as tx:
            subjects = {row.subject: row.own for row in tx.execute(tables.messages.select()).all()}
        assert (subjects["Ours"], subjects["Another"], subjects["The catalogue"]) == (True, False, False)


def test_the_owner_hears_of_it_in_the_next_working_minute_and_once_in_half_a_day() -> None:
    with house() as bench:
        for sender in LOOK_ALIKES.values():
            bench.world.account.deliver(mail(From=sender, Return_Path=None))
        (told,) = bench.run()
        assert "Acme GmbH" in told.text
        words = (told.text + told.subject).casefold()
        assert [word for word in ("mallory", "acrne", "evil") if word in words] == []
        (warning,) = bench.warned
        assert (warning.reason, warning.urgency, warning.times) == ("imitates_client", "today", len(LOOK_ALIKES))
