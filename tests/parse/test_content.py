"""Which part of a mail is read, and what its bytes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import Part
from whiteglove.parse import decode_part, text_part
from whiteglove.parse.content import LONGEST_TEXT

PLAIN = Part("text/plain", section="1", size=40)
HTML = Part("text/html", section="2", size=400)
PDF = Part("application/pdf", section="3", disposition="attachment", filename="a.pdf", size=1000)
NOTES = Part("text/plain", section="4", disposition="attachment", filename="notes.txt", size=50)


def multipart(subtype: str, *children: Part) -> Part:
    return Part(f"multipart/{subtype}", section="TEXT", children=children)


@pytest.mark.parametrize(
    ("structure", "wanted"),
    [
        (PLAIN, PLAIN),
        (HTML, HTML),
        (multipart("alternative", PLAIN, HTML), PLAIN),
        (multipart("alternative", HTML, PLAIN), PLAIN),
        (multipart("alternative", Part("text/plain", size=2), HTML), HTML),
        (multipart("mixed", multipart("alternative", PLAIN, HTML), PDF), PLAIN),
        (multipart("mixed", PDF, PLAIN), PLAIN),
        (multipart("mixed", NOTES, PLAIN), PLAIN),
        (multipart("mixed", NOTES, HTML), HTML),
        (multipart("mixed", NOTES, PDF), None),
        (multipart("mixed", Part("text/plain", section="5", disposition="attachment", size=9)), "5"),
        (multipart("related", HTML, Part("image/png")), HTML),
        (multipart("signed", PLAIN, Part("application/pgp-signature")), PLAIN),
        (multipart("encrypted", Part("application/pgp-encrypted"), PLAIN), None),
        (multipart("mixed", Part("message/rfc822", children=(PLAIN,))), None),
        (multipart("mixed", Part("text/calendar"), Part("text/x-vcard")), None),
        (multipart("mixed"), None),
        (PDF, None),
        (None, None),
    ],
)
def test_the_text_that_the_author_wrote_is_chosen(structure: Part | None, wanted: Part | str | None) -> None:
    found = text_part(structure)

    assert (found.section if found and isinstance(wanted, str) else found) == wanted


@pytest.mark.parametrize(
    ("payload", "part", "expected"),
    [
        (b"Hello", Part("text/plain"), "Hello"),
        (b"Gr=C3=BC=C3=9Fe=\r\n!", Part("text/plain", encoding="quoted-printable"), "Grüße!"),
        (b"100%=ZZ sure=", Part("text/plain", encoding="quoted-printable"), "100%=ZZ sure"),
        (b"R3LDvMOfZQ==", Part("text/plain", encoding="base64"), "Grüße"),
        (b"R3LDvM\nOfZQ", Part("text/plain", encoding="base64"), "Grüße"),
        (b"R3LDvMOf", Part("text/plain", encoding="base64"), "Grüß"),
        (b"Gr\xfc\xdfe", Part("text/plain", parameters={"charset": "iso-8859-1"}, encoding="8bit"), "Grüße"),
        (b"Gr\xfc\xdfe", Part("text/plain", parameters={"charset": "utf-8"}), "Grüße"),
        (b"Gr\xc3\xbc\xc3\x9fe", Part("text/plain", parameters={"charset": "no-such"}), "Grüße"),
        (b"Hello", Part("text/plain", encoding="x-unknown"), "Hello"),
        (b"<p>Hello <b>you</b></p><script>x</script>", Part("text/html"), "Hello you"),
        (b'<meta charset="koi8-r"><p>\xd0\xd2\xc9\xd7\xc5\xd4', Part("text/html"), "привет"),
        (b"a\x00b\x1bc", Part("text/plain"), "abc"),
    ],
)
def test_the_bytes_become_text(payload: bytes, part: Part, expected: str) -> None:
    assert decode_part(payload, part) == expected


def test_of_an_endless_text_the_beginning_is_read() -> None:
    assert len(decode_part(b"a" * 3 * LONGEST_TEXT, Part("text/plain"))) == LONGEST_TEXT


@given(
    st.binary(max_size=200),
    st.sampled_from(["text/plain", "text/html", "text/x-other"]),
    st.sampled_from(["7bit", "base64", "quoted-printable", "x-uuencode", ""]),
    st.text(max_size=12),
)
def test_r94_any_bytes_become_text_whatever_they_claim(payload: bytes, kind: str, encoding: str, charset: str) -> None:
    part = Part(kind, parameters={"charset": charset}, encoding=encoding)

    assert isinstance(decode_part(payload, part), str)
