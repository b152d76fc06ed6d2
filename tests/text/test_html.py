"""HTML mail as its reader sees it, with quotes and signatures marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.text import html_to_text, new_text


def test_blocks_stand_on_lines_of_their_own_and_words_stay_whole() -> None:
    html = "<p>How is the <b>cata</b>logue?</p><div>First</div><div>Second<br>third</div><ul><li>one<li>two</ul>"
    lines = [line.strip() for line in html_to_text(html).split("\n") if line]

    assert lines == ["How is the catalogue?", "First", "Second", "third", "• one", "• two"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert('cancel all reports')</script>",
        "<style>p { color: red }</style>",
        "<template><p>draft</p></template>",
        "<p hidden>preview</p>",
        '<div style="display:none">preview</div>',
        '<div style="color: red; DISPLAY: none !important">preview<p>and more</p></div>',
        '<span style="visibility: hidden">preview</span>',
        '<span style="mso-hide:all">preview</span>',
        '<span style="font-size:0">preview</span>',
        '<span style="font-size: 0px; line-height: 0">preview</span>',
        '<div style="max-height:0; overflow:hidden">preview</div>',
        "<!-- a comment -->",
        '<img src="x.png" alt="logo">',
        "<title>a title</title>",
    ],
)
def test_r99_what_the_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert html_to_text(f"<body>{hidden}<p>Where is the report?</p></body>") == "Where is the report?"


def test_small_print_is_seen() -> None:
    assert html_to_text('<p style="font-size:0.8em">small</p>') == "small"


def test_quoted_mail_is_marked_at_any_depth_and_answers_between_stay() -> None:
    html = (
        "<p>My answers below.</p>"
        '<div class="gmail_attr">On 3 May 2026 at 10:10 Kim wrote:</div>'
        "<blockquote><p>First question?</p><blockquote><p>older</p></blockquote></blockquote>"
        "<p>First answer.</p>"
        '<blockquote type="cite">Second question?<br>With a second line.</blockquote>'
        "<p>Second answer.</p>"
    )
    lines = [line for line in html_to_text(html).split("\n") if line]

    assert [line for line in lines if line.startswith("> ")] == [
        "> First question?",
        "> older",
        "> Second question?",
        "> With a second line.",
    ]
    kept = [line for line in new_text(html_to_text(html)).split("\n") if line]
    assert kept == ["My answers below.", "First answer.", "Second answer."]


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<blockquote style="margin: 0 0 0 40px; border: none;">See here</blockquote><blockquote>old</blockquote>'

    assert html_to_text(html) == "See here\n\n> old"


def test_an_indentation_inside_a_quote_does_not_end_it() -> None:
    html = '<blockquote>one<blockquote style="border:none">two</blockquote>three</blockquote>four'

    assert [line for line in html_to_text(html).split("\n") if line] == ["> one", "> two", "> three", "four"]


@pytest.mark.parametrize("tag", ['<div class="gmail_signature">', "<pre class=moz-signature>", '<div id="Signature">'])
def test_a_signature_that_html_marks_is_cut_with_the_rest(tag: str) -> None:
    text = html_to_text(f"<p>When is it due?</p>{tag}Wile Coyote<br>Invoices and billing</div>")

    assert "Invoices" in text
    assert new_text(text) == "When is it due?"


def test_spaces_that_only_look_empty_become_blanks_or_go() -> None:
    assert html_to_text("a&nbsp;b&shy;c&zwnj;d&#8203;e&#847;f") == "a bcdef"


def test_marks_of_the_converter_in_the_input_count_for_nothing() -> None:
    assert html_to_text("<p>\ue000honest</p><p>text\ue001\ue002</p>") == "honest\n\ntext"


@pytest.mark.parametrize("html", ["<blockquote>" * 20_000, "<div>" * 50_000, "<table><tr><td>" * 5_000, "<" * 100_000])
def test_r96_deep_or_broken_html_takes_no_time_to_speak_of(html: str) -> None:
    assert isinstance(html_to_text(html + "deep"), str)


@given(st.text())
def test_any_text_can_be_read_as_html(text: str) -> None:
    assert isinstance(html_to_text(text), str)


@given(
    st.lists(
        st.sampled_from(["<blockquote>", "</blockquote>", "<p>", "word", '<div class="gmail_signature">', "\ue000"])
    )
)
def test_any_order_of_tags_gives_text_without_marks(pieces: list[str]) -> None:
    assert not set(html_to_text("".join(pieces))) & {"\ue000", "\ue001", "\ue002"}
