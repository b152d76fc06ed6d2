"""What the rules are given to look at."""

from collections.abc import Callable

from whiteglove.clients import Relation
from whiteglove.screen.evidence import Evidence

Look = Callable[..., Evidence]

ATTACHED = """\
--b

See the attached.
--b
Content-Type: message/rfc822

Content-Type: multipart/report; boundary=i

--i
Content-Type: message/delivery-status

Status: 5.1.1
--i--
--b--
"""


def test_fields_are_found_by_name_in_any_case_and_keep_their_order(look: Look) -> None:
    seen = look("RECEIVED: one", "Received: two")

    assert list(seen.fields["received"]) == ["one", "two"]
    assert seen.first("received") == "one"
    assert seen.first("x-none") == ""


def test_r23_quotes_are_no_evidence(look: Look) -> None:
    seen = look(text="Hello\n\n> Undeliverable\n")

    assert seen.new == "Hello"
    assert seen.opening == ("Hello",)


def test_the_opening_is_the_first_lines_that_say_something(look: Look) -> None:
    seen = look(text="\n".join(f"\n  line   {number}" for number in range(30)))

    assert len(seen.opening) == 15
    assert seen.opening[0] == seen.first_line == "line 0"


def test_r21_attached_messages_are_not_the_message(look: Look) -> None:
    seen = look(Content_Type="multipart/mixed; boundary=b", text=ATTACHED)

    assert [part.content_type for part in seen.parts] == ["multipart/mixed", "text/plain", "message/rfc822"]


def test_the_sender_is_looked_up_once_for_all_rules(look: Look) -> None:
    assert look().sender.relation is Relation.CLIENT
    assert look(From="someone@else.example").sender.relation is Relation.STRANGER
    assert look(From=None).sender.relation is Relation.STRANGER


def test_a_greeting_of_the_owner_is_one_by_name_and_not_by_address(look: Look) -> None:
    assert look(text="Dear Robin,\n\nthe pages are here.").greets_owner
    assert look(text="Guten Tag Frau Vale,\n\ndie Seiten sind da.").greets_owner
    assert not look(text="Dear robin@vale.example,\n\nthe pages are here.").greets_owner
    assert not look(text="Hello,\n\nRobin has the pages.").greets_owner


def test_a_question_is_asked_by_a_mark_that_ends_a_word_and_is_not_quoted(look: Look) -> None:
    assert look(text="Is it done?").asks
    assert look(text="完了しましたか？").asks
    assert not look(text="See https://acme.example/?page=2 for more.").asks
    assert not look(text="It is done.\n\n> Is it done?").asks
