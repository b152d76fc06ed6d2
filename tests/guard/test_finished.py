"""Bytes read back: what counts as an address, a word, a sound mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.guard.finished import decoded, read_back


def mail(*fields: str, body: str = "text\r\n") -> bytes:
    return "\r\n".join((*fields, "", body)).encode()


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("wile@acme.example", "wile@acme.example"),
        ("<Wile@Acme.example>", "wile@acme.example"),
        ("Wile Coyote <wile@acme.example>", "wile@acme.example"),
        ('"Coyote, \\"W\\"" <wile@acme.example>', "wile@acme.example"),
        ("=?utf-8?q?Wil=C3=A9?=\r\n <wile@acme.example>", "wile@acme.example"),
        ("wile@acme.example, jane@birch.example", ""),
        ("jane@birch.example <wile@acme.example>", ""),
        ("Wile (jane@birch.example) <wile@acme.example>", ""),
        ("people: wile@acme.example;", ""),
        ("@relay.example:wile@acme.example", ""),
        ("<wile@acme.example> <jane@birch.example>", ""),
        ('"unclosed <wile@acme.example>', ""),
        ("wile@acme.example)jane@birch.example", ""),
        ("", ""),
    ],
)
def test_an_address_is_one_or_none(field: str, address: str) -> None:
    assert read_back(mail(f"To: {field}")).address("to") == address


def test_a_field_that_stands_twice_is_none() -> None:
    twice = read_back(mail("To: a@b.example", "TO: a@b.example"))

    assert twice.has("to")
    assert twice.one("to") == ""


def test_words_are_decoded_wherever_they_stand() -> None:
    raw = mail(
        "From: =?utf-8?b?UsO4Ymlu?= <robin@vale.example>",
        "Subject: own subject",
        "In-Reply-To: <copied@id.example>",
        "X-More: something =?utf-8?q?m=C3=B6re?=",
        'Content-Type: multipart/mixed; boundary="b"',
        body="\r\n".join(
            [
                "--b",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "gr=C3=BC=C3=9Fe",
                "--b",
                "Content-Type: text/calendar",
                'Content-Disposition: attachment; filename="name of a file.ics"',
                "",
                "BEGIN:VCALENDAR",
                "SUMMARY;LANGUAGE=en:a sum\r\n mary\\nof two lines",
                "END:VCALENDAR",
                "--b--",
                "",
            ]
        ),
    )

    finished = read_back(raw)

    assert finished.sound
    assert finished.types == ("text/plain", "text/calendar")
    assert finished.text == "grüße"
    for words in ("Røbin", "something möre", "grüße", "a summary of two lines", "name of a file.ics"):
        assert words in finished.words
    for codes in ("copied", "own subject", "VCALENDAR", "boundary"):
        assert codes not in finished.words


def test_text_that_is_no_utf8_is_not_sound() -> None:
    assert not read_back(b"Content-Type: text/plain\r\n\r\n\xff\xfe").sound


@pytest.mark.parametrize(
    "word", ["=?utf-8?q?a?=", "=?x-unknown?q?a?=", "=?utf-8?b?%%%?=", "=?utf-8?b?a?=", "plain", "=?"]
)
def test_decoding_gives_a_text_or_the_field_as_it_is(word: str) -> None:
    assert decoded(word) in ("a", word, "")


@given(st.text())
def test_decoding_never_raises(text: str) -> None:
    assert isinstance(decoded(f"=?{text}?="), str)
    assert isinstance(decoded(f"=?utf-8?{text}?= {text}"), str)


def test_a_page_is_read_beside_its_text() -> None:
    raw = mail(
        "To: robin@vale.example",
        'Content-Type: multipart/alternative; boundary="b"',
        body="\r\n".join(
            [
                "--b",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "gr=C3=BC=C3=9Fe",
                "--b",
                "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "<b>gr=C3=BC=C3=\r\n=9Fe an alle</b>",
                "--b--",
                "",
            ]
        ),
    )

    finished = read_back(raw)

    assert finished.sound
    assert finished.types == ("text/plain", "text/html")
    assert (finished.text, finished.page) == ("grüße", "<b>grüße an alle</b>")
    assert "grüße an alle" in finished.words


def test_a_text_alone_has_no_page() -> None:
    assert read_back(mail("To: robin@vale.example")).page is None


def test_everything_beside_the_parts_counts_as_words() -> None:
    raw = mail(
        "Content-Type: multipart/mixed; boundary=x",
        body="before birch\r\n--x\r\nContent-Type: text/plain; name=oak\r\nContent-Description: =?utf-8?q?of_elm?=\r\n"
        "Content-ID: <1@dune.example>\r\n\r\ntext\r\n--x--\r\nafter cedar\r\n",
    )

    words = read_back(raw).words

    assert [name for name in ("birch", "oak", "of elm", "dune", "cedar", "text") if name not in words] == []
    assert "multipart" not in words


def test_of_a_calendars_codes_only_the_parameters_are_words() -> None:
    entry = "BEGIN:VCALENDAR\r\nDTSTART;X-OF=birch:20260302T150000Z\r\nSUMMARY;X-OF=oak:elm\r\nEND:VCALENDAR\r\n"

    words = read_back(mail("Content-Type: text/calendar", body=entry)).words

    assert [name for name in ("birch", "oak", "elm") if name not in words] == []
    assert "20260302" not in words
    assert "VCALENDAR" not in words


BOUNDARY = "=_whiteglove.abcdefghijklmnopqrstuvwxyz234567"


def passing_on(*inside: str, kind: str = "message/rfc822", encoding: str = "7bit", end: str = "--") -> bytes:
    return mail(
        "To: kim@vale.example",
        f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"',
        body="\r\n".join(
            [
                f"--{BOUNDARY}",
                "Content-Type: text/plain; charset=utf-8",
                "",
                "Kim has it.",
                f"--{BOUNDARY}",
                f"Content-Type: {kind}",
                f"Content-Transfer-Encoding: {encoding}",
                'Content-Disposition: attachment; filename="message.eml"',
                "",
                *inside,
                f"--{BOUNDARY}{end}",
                "",
            ]
        ),
    )


def test_a_message_that_is_passed_on_is_not_looked_into() -> None:
    finished = read_back(passing_on("Subject: Birch", "Content-Type: text/plain", "", "Birch \xe9", "--b--"))

    assert finished.sound
    assert finished.types == ("text/plain", "message/rfc822")
    assert "Kim has it." in finished.words
    assert "Birch" not in finished.words
    assert read_back(passing_on("QQ==", kind="application/octet-stream", encoding="base64")).types == (
        "text/plain",
        "application/octet-stream",
    )


@pytest.mark.parametrize(
    "raw",
    [
        passing_on("Birch", kind="text/html"),
        passing_on("Birch", encoding="8bit"),
        passing_on("Birch", end=""),
        passing_on("Birch", f"--{BOUNDARY}", "Content-Type: text/plain", "", "Birch"),
    ],
    ids=["another kind", "another encoding", "without an end", "three parts"],
)
def test_anything_else_is_looked_into_as_a_whole(raw: bytes) -> None:
    finished = read_back(raw)

    assert finished.types != ("text/plain", "message/rfc822")
    assert not finished.sound or "Birch" in finished.words
