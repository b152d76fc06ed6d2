"""D, first half: the header and the text of what the daemon writes, as finished bytes.

RFC 3834 sections 3.1, 3.2, 3.3 and 5.2; RFC 5322 sections 2.1.1, 2.2, 3.3 and 3.6.4; RFC 2047 section 2; RFC 5230
sections 5.1 and 5.3; RFC 3461 section 4.1; RFC 6409 section 6.1; MS-OXCMAIL section 2.1.3.2.20.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

import pytest

from benches import COMPLAINT, STATUS
from rules.mails import mail, new_id
from servers.sink import EXTENSIONS, Sink
from whiteglove.compose import own_ids
from whiteglove.ledger import MailState
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.smtp import SmtpTransport
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, daily_summary


def finished(house: Bench, raw: bytes) -> bytes:
    """The bytes that leave in answer to a mail."""
    house.world.account.deliver(raw)
    before = len(house.world.server.sent)
    house.run()
    (answer,) = house.world.server.sent[before:]
    return answer.message


def field(raw: bytes, name: str) -> str | None:
    """A field of the header as it stands there, unfolded."""
    header = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    found = re.findall(rf"(?im)^{name}:[ ]*((?:.|\n[ ])*?)\r?(?=\n[^ ]|\Z)", header)
    assert len(found) < 2
    return found[0].replace("\r\n", "") if found else None


def test_r50_an_answer_was_replied_and_everything_else_generated() -> None:
    with Bench(acknowledge, delay="0s", beside={"daily_summary": daily_summary}) as bench:
        (answer,) = bench.receive(STATUS)
        (notice,) = bench.receive(COMPLAINT)
        summary = bench.advance(hours=23)[-1]
        kinds = [str(one.message["Auto-Submitted"]) for one in (answer, notice, summary)]
        assert kinds == ["auto-replied", "auto-generated", "auto-generated"]
        assert notice.recipient == summary.recipient == "robin@vale.example"
        assert len(bench.logged("summary.sent")) == 1


def test_r51_everything_that_leaves_asks_for_no_answer() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        for one in (*bench.receive(STATUS), *bench.receive(COMPLAINT)):
            assert one.message["X-Auto-Response-Suppress"] == "All"
            assert one.message["Precedence"] == "bulk"


def test_r52_the_envelope_names_the_owner(house: Bench) -> None:
    """Not followed: a bounce that comes home tells the owner that a client's address is dead, and the marks of R50 and
    R51 with the limits of R39 end a loop as well as an empty path would."""
    finished(house, mail())
    assert house.world.server.sent[-1].sender == "robin@vale.example"


@pytest.mark.parametrize("extensions", [EXTENSIONS, (*EXTENSIONS, "DSN")])
def test_r53_no_notification_is_asked_for_or_forbidden(house: Bench, extensions: tuple[str, ...]) -> None:
    """Not followed, for the same reason as R52: the owner is to hear of a mail that could not be delivered."""
    with Sink(extensions=extensions) as sink:
        transport = SmtpTransport(ServerAddress(Security.PLAIN, sink.host, sink.port))
        transport.submit("robin@vale.example", "wile@acme.example", finished(house, mail()))
        transport.close()
        (kept,) = sink.received
        assert kept.recipients == ("wile@acme.example",)
        assert {name.partition("=")[0] for name in kept.parameters} <= {"SIZE", "BODY"}


LONG = [f"<{number:03}{'x' * 60}@acme.example>" for number in range(40)]


@pytest.mark.parametrize(
    ("parent", "references"),
    [
        ({"References": "<a1@x.example> <b1@x.example>"}, ["<a1@x.example>", "<b1@x.example>"]),
        ({"In_Reply_To": "<a2@x.example>"}, ["<a2@x.example>"]),
        ({"In_Reply_To": "<a3@x.example> <b3@x.example>"}, []),
        ({"References": "broken <a b@x.example> <c4@x.example>"}, ["<c4@x.example>"]),
        ({}, []),
        ({"Message_ID": None, "References": "<a5@x.example>"}, None),
        ({"Message_ID": "<not an id>", "References": "<a6@x.example>"}, None),
        ({"References": " ".join(LONG)}, [LONG[0], *LONG[-11:]]),
    ],
)
def test_r54_it_joins_its_parents_thread(
    house: Bench, parent: dict[str, str | None], references: list[str] | None
) -> None:
    own = new_id()
    raw = finished(house, mail(**{"Message_ID": own, **parent}))
    joined = field(raw, "References")
    assert (joined.split() if joined else None) == (None if references is None else [*references, own])
    assert field(raw, "In-Reply-To") == (None if references is None else own)
    assert len(f"References: {joined}") <= 998


@pytest.mark.parametrize(
    "changes",
    [
        {"Message_ID": "<a@b.example>\r\n Bcc: victim@else.example"},
        {"Message_ID": "<c@b.example\x00>"},
        {"References": "<d@b.example>\r\n\tBcc: victim@else.example <e@d.example>"},
        {"Subject": "x\x00y\x07\x0bz"},
        {"Subject": "=?utf-8?q?x=0D=0ABcc:_victim@else.example=0D=0A=0D=0Abody?="},
        {"Subject": "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZWxzZS5leGFtcGxl?="},
        {"From": '"Wile\r\n Bcc: victim@else.example" <wile@acme.example>'},
        {"From": "=?utf-8?q?Wile=0D=0ABcc=3A_victim=40else.example?= <wile@acme.example>"},
    ],
)
def test_r55_nothing_copied_can_become_a_field(house: Bench, changes: dict[str, str | None]) -> None:
    raw = finished(house, mail(**changes))
    header = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in header.split(b"\r\n") if not line.startswith(b" ")]
    assert set(names) <= {
        b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"auto-submitted",
        b"x-auto-response-suppress", b"precedence", b"x-whiteglove", b"mime-version", b"content-language",
        b"content-type", b"content-transfer-encoding",
    }  # fmt: skip
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", header)
    assert house.world.server.sent[-1].recipient == "wile@acme.example"


def test_r56_its_message_id_is_its_own_and_stored_before_it_leaves() -> None:
    key = bytes(range(32))
    ids = {own_ids.message_token(key, str(number), "acknowledge", "wile@acme.example") for number in range(10_000)}
    assert len(ids) == 10_000
    with Bench(acknowledge, delay="0s", owner={"address": "robin@studio.vale.example"}) as bench:
        server = bench.world.server
        stored: list[tuple[MailState, str | None]] = []

        def looks(sender: str, recipient: str, message: bytes) -> str:
            stored.extend((row.state, row.message_id) for row in bench.mails)
            return type(server).submit(server, sender, recipient, message)

        server.submit = looks  # type: ignore[method-assign]
        bench.world.account.deliver(mail(To="robin@studio.vale.example"))
        bench.run()
        message_id = field(server.sent[0].message, "Message-ID") or ""
        assert re.fullmatch(r"<wg\.[a-z2-7]{32}@studio\.vale\.example>", message_id)
        assert stored == [(MailState.SUBMITTING, message_id.strip("<>"))]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("The catalogue", "Re: The catalogue"),
        ("Re: AW: Re[2]: The catalogue", "Re: The catalogue"),
        ("Auto: Re: The catalogue", "Re: Auto: Re: The catalogue"),
        ("=?utf-8?b?8J+YgCDQutC70Y7Rhw==?=", "Re: 😀 ключ"),
        ("Stra\udcc3\udc9fe", "Re: Straße"),
        ("gr\udcfcn", "Re: grün"),
        ("ключ " * 400, None),
        ("x" * 2000, None),
        (None, "Re: Your message"),
    ],
)
def test_r57_the_subject_is_that_of_the_mail_answered(house: Bench, subject: str | None, shown: str | None) -> None:
    """Of the rule only the prefix is not followed: `Re:` keeps the mail in the thread of every mail program, and the
    header and the text say that it is automatic."""
    raw = finished(house, mail(Subject=subject))
    lines = re.findall(rb"(?m)^Subject:.*(?:\r\n[ ].*)*", raw)[0].split(b"\r\n")
    read = str(make_header(decode_header(field(raw, "Subject") or "")))
    assert read == shown if shown else read.startswith("Re: ") and read.endswith("…")
    assert len(read) <= 200
    assert all(len(line) <= (76 if b"=?" in line else 78) or b"x" * 150 in line for line in lines)
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith(b"=?"))


def test_r58_its_date_is_now_and_its_lines_are_short(house: Bench) -> None:
    raw = finished(house, mail(Subject="Übersicht " * 30))
    date = field(raw, "Date") or ""
    assert date.endswith(" +0100")
    assert parsedate_to_datetime(date) == house.clock.now()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def zoned(name: str, report: str, zone: str) -> str:
    """A client in a zone of their own, written to from the address of their name."""
    person = f'[[people]]\nname = "{name}"\naddresses = ["{name}@acme.example"]\n'
    return f'name = "{name}"\ntimezone = "{zone}"\nlanguage = "en"\nreport = ["{report}"]\n{person}'


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=UTC), "Europe/Berlin", [
            ("Sun 16:00", "America/New_York", "tomorrow, Sunday 29 March, at 16:00 (10:00 in New York)", "29T140000Z"),
            ("Sun 02:30", "America/New_York", "Sunday, 29 March at 03:30 (Saturday 21:30 in New York)", "29T013000Z"),
        ]),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), "Europe/Berlin", [
            ("Sun 02:30", "America/New_York", "Sunday, 25 October at 02:30 (Saturday 20:30 in New York)", "25T003000Z"),
            ("Sun 16:00", "Asia/Kolkata", "Sunday, 25 October at 16:00 (20:30 in Kolkata)", "25T150000Z"),
            ("Tue 16:00", "Pacific/Apia", "Tuesday, 27 October at 16:00 (Wednesday 04:00 in Apia)", "27T150000Z"),
        ]),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "Pacific/Apia", [
            ("Tue 16:00", "Europe/Berlin", "tomorrow, Tuesday 3 March, at 16:00 (04:00 in Berlin)", "03T030000Z"),
        ]),
    ],
)  # fmt: skip
def test_r59_the_time_is_right_in_both_zones(
    now: datetime, zone: str, expected: list[tuple[str, str, str, str]]
) -> None:
    """In words, with the weekday, and in the reader's zone too: an offset from UTC says nothing to most people. The
    calendar entry holds the instant in UTC. An hour that is skipped counts after the gap, a doubled one the first
    time."""
    clients = {f"c{number}": zoned(f"c{number}", *case[:2]) for number, case in enumerate(expected)}
    owner = {"timezone": zone, "hours": "Mon-Sun 09:00-17:30"}
    with Bench(acknowledge, delay="0s", now=now, owner=owner, clients=clients) as bench:
        for key, (_, _, said, instant) in zip(clients, expected, strict=True):
            (answer,) = bench.receive(STATUS, sender=f"{key}@acme.example")
            assert said in " ".join(answer.text.split())
            (entry,) = [part for part in answer.message.walk() if part.get_content_type() == "text/calendar"]
            assert f"DTSTART:{now:%Y%m}{instant}" in bytes(entry.get_payload(decode=True)).decode()


def test_r60_it_comes_from_the_configured_name_and_address() -> None:
    """The login of the bench's mailbox is `robin`, which stands nowhere."""
    owner = {"name": "Røbin Vale", "address": "studio@vale.example"}
    with Bench(acknowledge, delay="0s", owner=owner) as bench:
        (answer,) = bench.receive(STATUS)
        assert answer.message["From"] == "Røbin Vale <studio@vale.example>"
        assert b"robin@" not in bench.world.server.sent[0].message
        assert bench.world.server.sent[0].sender == "studio@vale.example"
        assert bench.advance(seconds=timedelta(hours=1).seconds) == []
