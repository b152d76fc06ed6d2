"""The finished bytes, read back with the strict parser of the standard library."""

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.compose import Letter, compose
from whiteglove.compose.calendar import calendar_entry
from whiteglove.ledger import Audience
from whiteglove.message import Address

MakeLetter = Callable[..., Letter]

FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "X-Whiteglove",
    "MIME-Version",
    "Content-Language",
    "Content-Type",
    "Content-Transfer-Encoding",
]
HOSTILE = st.text(st.sampled_from('aé:;,<>@"\\=? \r\n\t\0\x0b\x85\u2028\ud800\u202e😀.'), max_size=40) | st.text(
    max_size=40
)
BIRTHDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def shown(part: EmailMessage) -> str:
    return part.get_content().replace("\r\n", "\n").rstrip()


def test_an_answer_joins_its_thread(letter: MakeLetter) -> None:
    mail = read(compose(letter(references=("first@acme.example", "second@acme.example"))))

    assert mail["In-Reply-To"] == "<question@acme.example>"
    assert mail["References"] == "<first@acme.example> <second@acme.example> <question@acme.example>"
    assert mail["Message-ID"] == "<wg.abcdefgh@vale.example>"
    assert mail["Subject"] == "Re: How is the catalogue?"


def test_r50_r51_every_mail_says_that_it_is_automatic(letter: MakeLetter) -> None:
    mail = read(compose(letter()))

    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert mail["X-Whiteglove"] == "abcdefgh"


def test_r50_what_answers_nobody_was_generated(letter: MakeLetter) -> None:
    mail = read(compose(letter(auto_submitted="auto-generated", reply=False, in_reply_to=None)))

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "How is the catalogue?"
    assert "In-Reply-To" not in mail
    assert "References" not in mail


@pytest.mark.parametrize("parent", [None, "", "broken id", "a@b\r\n Bcc: x@y.example"])
def test_r54_a_parent_without_a_usable_id_is_not_quoted(letter: MakeLetter, parent: str | None) -> None:
    mail = read(compose(letter(in_reply_to=parent, references=("first@acme.example",))))

    assert "In-Reply-To" not in mail
    assert "References" not in mail


def test_a_rehearsal_has_its_own_subject_and_joins_nobodys_thread(letter: MakeLetter) -> None:
    mail = read(compose(letter(rehearsal=True, references=("first@acme.example",))))

    assert mail["Subject"] == "Rehearsal: Re: How is the catalogue?"
    assert "In-Reply-To" not in mail
    assert "References" not in mail


def test_r58_the_date_has_the_owners_numeric_zone(letter: MakeLetter) -> None:
    mail = read(compose(letter()))

    assert mail["Date"] == "Tue, 24 Nov 2026 10:45:00 +0100"
    assert parsedate_to_datetime(mail["Date"]) == letter().date


def test_the_date_of_a_mail_from_utc_has_a_zone_too(letter: MakeLetter) -> None:
    assert read(compose(letter(date=datetime(2026, 7, 1, tzinfo=UTC))))["Date"].endswith("+0000")


def test_r60_names_of_all_scripts_arrive(letter: MakeLetter) -> None:
    mail = read(
        compose(letter(sender=Address("robin@vale.example", "Røbin Välé"), recipient=Address("w@a.example", "木村")))
    )

    assert mail["From"].addresses[0].display_name == "Røbin Välé"
    assert mail["To"].addresses[0].display_name == "木村"
    assert mail["To"].addresses[0].addr_spec == "w@a.example"


@pytest.mark.parametrize(
    "body",
    [
        "short\n",
        "Grüße\n",
        "long " * 60,
        "line ends\r\nof every\rkind\u2028here",
        "From the start\nFrom the next line\n",
        ".\n..\n. dot\n",
        "spaces at the end   \nand tabs\t\n",
        "=3D is not decoded twice\n",
        "日本語" * 200,
        "",
    ],
)
def test_the_text_arrives_as_it_was(letter: MakeLetter, body: str) -> None:
    raw = compose(letter(body=body))

    expected = body.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").rstrip()
    assert shown(read(raw)) == expected
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 78 and not line.startswith(b"From ") for line in raw.split(b"\r\n"))


def test_a_short_plain_text_stays_readable_in_its_source(letter: MakeLetter) -> None:
    raw = compose(letter())

    assert b"Content-Transfer-Encoding: 7bit" in raw
    assert b"your next report comes today at 16:00." in raw


@given(text=st.text(max_size=500))
def test_any_text_becomes_seven_bit_lines_of_legal_length(letter: MakeLetter, text: str) -> None:
    raw = compose(letter(body=text))

    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(
    name=HOSTILE,
    other=HOSTILE,
    subject=HOSTILE,
    parent=HOSTILE,
    references=st.lists(HOSTILE, max_size=3),
    message_id=HOSTILE,
    token=HOSTILE,
    body=HOSTILE,
    language=HOSTILE,
    reply=st.booleans(),
    rehearsal=st.booleans(),
)
def test_r55_no_field_can_become_another(
    letter: MakeLetter, name: str, other: str, references: list[str], **texts: str | bool
) -> None:
    texts["in_reply_to"] = texts.pop("parent")
    changed = letter(
        sender=Address("robin@vale.example", name),
        recipient=Address("wile@acme.example", other),
        references=tuple(references),
        **texts,
    )

    header, _, _ = compose(changed).partition(b"\r\n\r\n")

    lines = header.decode("ascii").split("\r\n")
    assert all(line.isprintable() for line in lines)
    names = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert names == [field for field in FIELDS if field in names]


@given(address=HOSTILE)
def test_r55_an_address_cannot_become_a_field(letter: MakeLetter, address: str) -> None:
    raw = compose(letter(recipient=Address(address), sender=Address(address)))

    header, _, _ = raw.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].decode() for line in header.split(b"\r\n") if not line.startswith(b" ")]
    assert names == FIELDS
    assert b"\0" not in raw


@given(seconds=st.integers(0, 2**31), zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "UTC"]))
def test_r58_the_date_is_the_instant(letter: MakeLetter, seconds: int, zone: str) -> None:
    instant = datetime.fromtimestamp(seconds, ZoneInfo(zone))

    assert parsedate_to_datetime(read(compose(letter(date=instant)))["Date"]) == instant


def test_the_same_letter_is_always_the_same_bytes(letter: MakeLetter) -> None:
    assert compose(letter()) == compose(letter())


@pytest.mark.parametrize(("cancelled", "method"), [(False, "PUBLISH"), (True, "CANCEL")])
def test_r61_r63_the_calendar_entry_follows_the_text(letter: MakeLetter, cancelled: bool, method: str) -> None:
    entry = calendar_entry(
        uid="1@vale.example", sequence=0, due=BIRTHDAY, summary="Bericht für dich", now=BIRTHDAY, cancelled=cancelled
    )

    mail = read(compose(letter(calendar=entry, body="--=_whiteglove\n\nGrüße")))

    assert mail.get_content_type() == "multipart/mixed"
    text, calendar = mail.iter_parts()
    assert shown(text) == "--=_whiteglove\n\nGrüße"
    assert calendar.get_content_type() == "text/calendar"
    assert dict(calendar["Content-Type"].params) == {"method": method, "charset": "UTF-8"}
    assert calendar.get_filename() == "next-report.ics"
    assert calendar.get_payload(decode=True) == entry
    assert not mail.defects


def test_an_unknown_language_tag_is_left_out(letter: MakeLetter) -> None:
    assert "Content-Language" not in read(compose(letter(language="d e")))
    assert read(compose(letter(language="pt-BR")))["Content-Language"] == "pt-BR"


def test_a_page_follows_the_text_as_another_form_of_it(letter: MakeLetter) -> None:
    page = '<p style="color:#1b1f24">--=_whiteglove</p>\nFrom here: Grüße = 木村\n' + "<b>x</b>" * 300 + "\n"

    raw = compose(letter(audience=Audience.OWNER, body="short\n", page=page))

    mail = read(raw)
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert shown(text) == "short"
    assert shown(html) == page.rstrip()
    assert all(part["Content-Transfer-Encoding"] == "quoted-printable" for part in (text, html))
    assert all(part.get_content_charset() == "utf-8" for part in (text, html))
    assert not mail.defects
    assert all(len(line) <= 78 and not line.startswith(b"From ") for line in raw.split(b"\r\n"))


@given(text=st.text(max_size=300), page=st.text(max_size=300))
def test_any_page_becomes_seven_bit_lines_of_legal_length(letter: MakeLetter, text: str, page: str) -> None:
    raw = compose(letter(audience=Audience.OWNER, body=text, page=page))

    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert [part.get_content_type() for part in read(raw).iter_parts()] == ["text/plain", "text/html"]


@given(
    lines=st.lists(st.text(st.characters(min_codepoint=1, max_codepoint=126, exclude_characters="\r\n"), max_size=90))
)
def test_a_message_is_enclosed_letter_by_letter(letter: MakeLetter, lines: list[str]) -> None:
    message = "\r\n".join(["From: wile@acme.example", "", *lines]).encode()

    raw = compose(letter(audience=Audience.COLLEAGUE, enclosed=message))

    assert raw.isascii()
    head, inside = raw.split(b"Content-Type: message/rfc822\r\n")
    assert inside.startswith(
        b'Content-Transfer-Encoding: 7bit\r\nContent-Disposition: attachment; filename="message.eml"\r\n\r\n' + message
    )
    assert b"Content-Type: text/plain" in head


@pytest.mark.parametrize(
    "message",
    ["Grüße\r\n".encode(), b"a" * 999, b"lone\rends\r\n", b"lone\nends\r\n", b"\0", b"--=_whiteglove.abcdefgh\r\n"],
    ids=["beyond ASCII", "a long line", "a lone CR", "a lone LF", "NUL", "our own boundary"],
)
def test_what_servers_would_change_or_take_for_ours_is_a_file(letter: MakeLetter, message: bytes) -> None:
    raw = compose(letter(audience=Audience.COLLEAGUE, enclosed=message, token="abcdefgh"))

    _, part = read(raw).iter_parts()
    assert (part.get_content_type(), part.get_filename()) == ("application/octet-stream", "message.eml")
    assert part.get_content() == message
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
