"""BODYSTRUCTURE of sound, odd and hostile mail as a tree of parts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from whiteglove.imap.responses import values
from whiteglove.imap.structure import DEEPEST, LONGEST_STRING, MOST_PARAMETERS, MOST_PARTS, part_tree
from whiteglove.message import Part

TEXT = b'("text" "plain" ("charset" "UTF-8") NIL NIL "QUOTED-PRINTABLE" 230 5 NIL NIL NIL NIL)'
HTML = b'("text" "html" ("charset" "UTF-8") NIL NIL "7bit" 400 9 NIL ("inline" NIL) NIL NIL)'
OFFER = b'("attachment" ("filename" "Offer.pdf"))'
PDF = b'("APPLICATION" "PDF" ("name" "old.pdf") NIL NIL "base64" 9000 NIL ' + OFFER + b" NIL NIL)"
ALTERNATIVE = b"(" + TEXT + HTML + b' "alternative" ("boundary" "b1") NIL NIL NIL)'
ENVELOPE = b'("date" "subject" NIL NIL NIL NIL NIL NIL NIL "<1@acme.example>")'


def tree(line: bytes) -> Part | None:
    return part_tree(values([line])[0])


def sections(part: Part | None) -> list[tuple[str, str]]:
    return [(one.section, one.content_type) for one in part.walk()] if part else []


def test_one_part_is_section_one() -> None:
    assert tree(TEXT) == Part("text/plain", "1", {"charset": "UTF-8"}, "quoted-printable", 230)


def test_nested_parts_are_numbered_as_imap_does() -> None:
    assert sections(tree(b"(" + ALTERNATIVE + PDF + b' "mixed" ("boundary" "b0") NIL NIL)')) == [
        ("TEXT", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/pdf"),
    ]


def test_an_attached_message_holds_the_parts_of_its_own() -> None:
    attached = b'("message" "rfc822" NIL NIL NIL "7bit" 900 %s %s 30 NIL ("attachment" ("filename" "a.eml")) NIL NIL)'
    of_several = attached % (ENVELOPE, ALTERNATIVE)
    of_one = attached % (ENVELOPE, TEXT)

    assert sections(tree(b"(" + TEXT + of_several + of_one + b' "mixed")')) == [
        ("TEXT", "multipart/mixed"),
        ("1", "text/plain"),
        ("2", "message/rfc822"),
        ("2.TEXT", "multipart/alternative"),
        ("2.1", "text/plain"),
        ("2.2", "text/html"),
        ("3", "message/rfc822"),
        ("3.1", "text/plain"),
    ]
    whole = tree(of_one)
    assert whole is not None
    assert (whole.disposition, whole.filename) == ("attachment", "a.eml")


def test_disposition_and_file_name() -> None:
    part = tree(PDF)

    assert part is not None
    assert (part.content_type, part.disposition, part.filename, part.size) == (
        "application/pdf", "attachment", "Offer.pdf", 9000,
    )  # fmt: skip


def test_file_names_continued_encoded_and_where_they_do_not_belong() -> None:
    def named(parameters: bytes, disposition: bytes = b"NIL") -> str:
        part = tree(b'("a" "b" %s NIL NIL "base64" 1 NIL %s NIL NIL)' % (parameters, disposition))
        assert part is not None
        return part.filename

    assert named(b'("name" "=?utf-8?q?Entw=C3=BCrfe.pdf?=")') == "Entwürfe.pdf"
    assert named(b"NIL", b"""("attachment" ("filename*" "utf-8''Entw%C3%BCrfe.pdf"))""") == "Entwürfe.pdf"
    assert named(b"NIL", b"""("attachment" ("filename*0*" "utf-8''Ent" "filename*1*" "w%C3%BCrfe"))""") == "Entwürfe"
    assert named(b'("name" "Entw\xc3\xbcrfe")') == "Entwürfe"
    assert named(b'("name" "Entw\xfcrfe")') == "Entwürfe"
    assert named(b'("name" "=?nonsense?b?!!!?=")') == "=?nonsense?b?!!!?="


def test_lines_that_servers_leave_out_do_not_hide_the_disposition() -> None:
    part = tree(b'("text" "plain" NIL NIL NIL "7bit" 12 NIL ("attachment" ("filename" "notes.txt")))')

    assert part is not None
    assert part.filename == "notes.txt"


def test_a_multipart_without_parts() -> None:
    for line in (b'("multipart" "mixed" ("boundary" "x") NIL NIL)', b'(NIL "mixed" NIL NIL)'):
        part = tree(line)
        assert part is not None
        assert (part.content_type, part.section, part.children) == ("multipart/mixed", "TEXT", ())


def test_a_part_that_says_nothing_of_itself() -> None:
    assert tree(b"(NIL NIL NIL NIL NIL NIL NIL NIL)") == Part("application/octet-stream")


def test_no_structure_at_all() -> None:
    for nothing in (None, b"text", (), 5, "text"):
        assert part_tree(nothing) is None


def test_what_imapclient_makes_of_it_reads_the_same() -> None:
    line = b"(" + ALTERNATIVE + PDF + b' "mixed" ("boundary" "b0") NIL NIL)'
    parsed = parse_fetch_response([b"1 (UID 1 BODYSTRUCTURE " + line + b")"])

    assert part_tree(parsed[1][b"BODYSTRUCTURE"]) == tree(line)


def test_depth_and_number_are_bounded() -> None:
    deep: Any = (b"text", b"plain", None, None, None, b"7bit", b"1", b"1")
    for _ in range(5000):
        deep = (deep, b"mixed")
    wide = (*([(b"text", b"plain")] * 5000), b"mixed")
    assert len(sections(part_tree(deep))) == DEEPEST + 1
    assert len(sections(part_tree(wide))) == MOST_PARTS


def test_what_a_part_says_of_itself_is_cut() -> None:
    many = tuple(b"p%d" % (number // 2) for number in range(100_000))
    long = (b"name", b"=?utf-8?q?=C3=A4?= " * 100_000, b"x" * 1_000_000, b"y")
    for flat in (many, long):
        part = part_tree((b"application", b"z" * 1_000_000, flat, None, None, b"base64", b"1"))
        assert part is not None
        assert len(part.parameters) <= MOST_PARAMETERS
        said = [part.content_type, part.filename, *part.parameters, *part.parameters.values()]
        assert max(map(len, said)) <= LONGEST_STRING + len("application/")


anything = st.recursive(
    st.none() | st.binary(max_size=8) | st.integers() | st.sampled_from([b"text", b"message", b"rfc822", b"multipart"]),
    lambda children: st.lists(children, max_size=12).map(tuple) | st.lists(children, max_size=4),
    max_leaves=60,
)


@given(anything)
def test_nothing_makes_it_raise(structure: object) -> None:
    part = part_tree(structure)
    assert part is None or isinstance(part, Part)
