"""The MIME tree from bytes: sections as IMAP counts them, and bounds that hold for anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import Part
from whiteglove.parse.fields import read_header
from whiteglove.parse.mime import DEEPEST, MOST_PARTS, Tree, outline, read_parameters, read_tree

MIXED = b"""\
Content-Type: multipart/mixed; boundary="m"

preamble
--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

plain
--a
Content-Type: text/html

<p>html</p>
--a--
--m
Content-Type: message/rfc822

Subject: inside
Content-Type: multipart/mixed; boundary=i

--i

first
--i
Content-Type: application/pdf; name="=?utf-8?q?caf=C3=A9.pdf?="
Content-Transfer-Encoding: BASE64
Content-Disposition: attachment

JVBERi0=
--i--
--m
Content-Type: message/rfc822

Subject: single

text
--m--
epilogue
"""


def tree_of(raw: bytes) -> Tree:
    return read_tree(raw, read_header(raw))


def outlined(part: Part) -> list[tuple[str, str]]:
    return [(below.section, below.content_type) for below in part.walk()]


@pytest.mark.parametrize("raw", [MIXED, MIXED.replace(b"\n", b"\r\n")])
def test_parts_are_numbered_as_imap_numbers_them(raw: bytes) -> None:
    tree = tree_of(raw)

    assert outlined(tree.root) == [
        ("TEXT", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "message/rfc822"),
        ("2.TEXT", "multipart/mixed"),
        ("2.1", "text/plain"),
        ("2.2", "application/pdf"),
        ("3", "message/rfc822"),
        ("3.1", "text/plain"),
    ]
    contents = {section: raw[start:stop] for section, (start, stop) in tree.spans.items()}
    assert contents["1.1"] == b"plain"
    assert contents["2.1"] == b"first"
    assert contents["2.2"] == b"JVBERi0="
    assert contents["3.1"] == b"text"
    assert tree.defects == []


def test_what_a_part_says_of_itself_is_read() -> None:
    pdf = next(part for part in tree_of(MIXED).root.walk() if part.content_type == "application/pdf")

    assert (pdf.encoding, pdf.disposition, pdf.filename, pdf.size) == ("base64", "attachment", "café.pdf", 8)


def test_a_message_of_one_part_is_section_one() -> None:
    tree = tree_of(b"Subject: x\n\nHello\n")

    assert outlined(tree.root) == [("1", "text/plain")]
    assert tree.spans == {"1": (12, 18)}


@pytest.mark.parametrize(
    ("raw", "types", "defects"),
    [
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo",
            ["text/plain"] * 2,
            ["no_end_boundary"],
        ),
        (b"Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n", ["text/plain"], ["no_boundary"]),
        (b"Content-Type: multipart/mixed\n\nnothing", [], ["no_boundary"]),
        (b"Content-Type: multipart/mixed; boundary=b\n\nnothing", [], []),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n", [], []),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none\n--b-- \n", ["text/plain"], []),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--bb\n\none\n--b\n\ntwo\n--b--", ["text/plain"], []),
        (b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\none\n--b--\n", ["message/rfc822"], []),
        (b"Content-Type: garbage\n\ntext", [], []),
    ],
)
def test_broken_multiparts_give_what_they_hold(raw: bytes, types: list[str], defects: list[str]) -> None:
    tree = tree_of(raw)

    assert [child.content_type for child in tree.root.children] == types
    assert tree.defects == defects


def test_an_encoded_message_is_not_looked_into() -> None:
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoK\n"

    assert tree_of(raw).root.children == ()


def test_r96_depth_and_number_of_parts_are_bounded() -> None:
    deep = tree_of(b"Content-Type: message/rfc822\n\n" * 5_000)
    wide = tree_of(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000)
    levels = (b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n' % (b"-" * n, b"-" * n) for n in range(1, 45))
    hits = tree_of(b"".join(levels) + b"\n" + (b"-" * 60 + b"\n") * 50_000)

    assert "too_deep" in deep.defects
    assert len(outlined(deep.root)) == DEEPEST + 1
    assert "too_many_parts" in wide.defects
    assert len(outlined(wide.root)) <= MOST_PARTS
    assert isinstance(hits.root, Part)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain; charset=utf-8; format=flowed", {"charset": "utf-8", "format": "flowed"}),
        ('text/plain; CHARSET="UTF-8" ; x = y', {"charset": "UTF-8", "x": "y"}),
        (r'a; name="q\"uote; d.txt"', {"name": 'q"uote; d.txt'}),
        ("a; name*=utf-8''caf%C3%A9.txt", {"name": "café.txt"}),
        ("a; name*0=one; name*1=two", {"name": "onetwo"}),
        ("a; name*1*=%A9; name*0*=utf-8''caf%C3", {"name": "café"}),
        ("a; name*0*=iso-8859-1'fr'caf%E9; name*1=.txt", {"name": "café.txt"}),
        ("a; first=1; first=2", {"first": "1"}),
        ("a; broken; =x; b=", {"b": ""}),
        ("a", {}),
    ],
)
def test_parameters_are_read(value: str, expected: dict[str, str]) -> None:
    assert read_parameters(value) == expected


def test_the_header_alone_tells_the_outline() -> None:
    one = outline(read_header(b"Content-Type: text/html; charset=utf-8\n\n"))
    several = outline(read_header(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"))

    assert (one.section, one.content_type, one.parameters["charset"]) == ("1", "text/html", "utf-8")
    assert (several.section, several.content_type, several.children) == ("TEXT", "multipart/report", ())


RFC822 = b"Content-Type: message/rfc822"
LINES = st.sampled_from([b"--b", b"--b--", b"", b"text", b"--", b"Content-Type: multipart/mixed; boundary=b", RFC822])


@given(st.one_of(st.binary(max_size=300), st.lists(LINES).map(b"\n".join)))
def test_any_bytes_have_a_tree_with_parts_inside_them(raw: bytes) -> None:
    tree = tree_of(raw)

    assert all(0 <= start <= stop <= len(raw) for start, stop in tree.spans.values())
    assert len({part.section for part in tree.root.walk()}) == len(list(tree.root.walk()))
