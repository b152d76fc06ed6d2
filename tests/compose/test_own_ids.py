"""Ids of our own: the same again, known again, and nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.compose.own_ids import (
    draft_message_id,
    draft_token,
    draft_token_of,
    is_ours,
    message_token,
    own_message_id,
    token_of,
)

KEY = b"k" * 32
KEYS = st.binary(min_size=16, max_size=32)


def test_the_same_cause_action_and_recipient_give_the_same_token() -> None:
    token = message_token(KEY, "event:7", "reply:next_report", "wile@acme.example")

    assert token == message_token(KEY, "event:7", "reply:next_report", "Wile@Acme.example")
    assert len(token) == 32
    assert token.isalnum()
    assert token == token.lower()


@given(key=KEYS, one=st.tuples(st.text(), st.text(), st.text()), other=st.tuples(st.text(), st.text(), st.text()))
def test_other_causes_give_other_tokens(key: bytes, one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    same = (*one[:2], one[2].casefold()) == (*other[:2], other[2].casefold())

    assert (message_token(key, *one) == message_token(key, *other)) is same


def test_the_border_between_the_parts_counts() -> None:
    assert message_token(KEY, "ab", "c", "x") != message_token(KEY, "a", "bc", "x")


def test_r56_ten_thousand_tokens_are_unique() -> None:
    assert len({message_token(KEY, f"event:{number}", "reply", "a@b.example") for number in range(10_000)}) == 10_000


@given(key=KEYS, cause=st.text())
def test_ours_are_recognised_wherever_they_stand(key: bytes, cause: str) -> None:
    token = message_token(key, cause, "reply", "a@b.example")
    message_id = own_message_id(token, "vale.example")

    assert message_id == f"wg.{token}@vale.example"
    assert all(
        token_of(text, key) == token for text in (token, f" {token}\r\n", message_id, f"<{message_id}>", token.upper())
    )


@given(key=KEYS, other=KEYS)
def test_a_token_of_another_store_is_not_ours(key: bytes, other: bytes) -> None:
    assert is_ours(message_token(other, "event:7", "reply", "a@b.example"), key) is (key == other)


@given(at=st.integers(0, 31), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_not_ours(at: int, letter: str) -> None:
    token = message_token(KEY, "event:7", "reply", "a@b.example")
    changed = token[:at] + letter + token[at + 1 :]

    assert is_ours(changed, KEY) is (changed == token)


@given(st.text())
def test_anything_else_is_not_ours(text: str) -> None:
    assert token_of(text, KEY) is None
    assert not is_ours(text, KEY)


@pytest.mark.parametrize(
    ("domain", "right"),
    [("vale.example", "vale.example"), ("büro.example", "xn--bro-hoa.example"), ("bad..domain>", "bad..domain-")],
)
def test_r56_the_right_side_is_the_owners_domain(domain: str, right: str) -> None:
    assert own_message_id("t", domain) == f"wg.t@{right}"


@given(key=KEYS, cause=st.text())
def test_a_draft_is_known_as_a_draft_and_never_as_automatic_mail(key: bytes, cause: str) -> None:
    token = draft_token(key, cause)
    message_id = draft_message_id(token, "vale.example")

    assert token == draft_token(key, cause)
    assert message_id == f"draft.{token}@vale.example"
    for text in (token, message_id, f" <{message_id.upper()}> "):
        assert draft_token_of(text, key) == token
        assert token_of(text, key) is None
    assert not is_ours(token, key)


def test_automatic_mail_and_forgeries_are_no_drafts() -> None:
    token = message_token(KEY, "event:7", "reply", "wile@acme.example")

    for text in (token, f"wg.{token}@vale.example", f"draft.{token}@vale.example", "a" * 32, "", "draft.@x"):
        assert draft_token_of(text, KEY) is None
    assert draft_token_of(draft_token(KEY, "1"), b"x" * 32) is None


def test_the_domain_of_a_draft_is_written_in_ascii() -> None:
    assert draft_message_id("t", "büro.example") == "draft.t@xn--bro-hoa.example"
