"""Address lists as they are really written, and as a forger would write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import Address
from whiteglove.parse.addresses import MOST_ADDRESSES, parse_addresses

WILE = Address("wile@acme.example", "Wile Coyote")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("wile@acme.example", [Address("wile@acme.example")]),
        ("<wile@acme.example>", [Address("wile@acme.example")]),
        ("Wile Coyote <wile@acme.example>", [WILE]),
        ('"Wile Coyote" <wile@acme.example>', [WILE]),
        ("  Wile   Coyote\t<wile@acme.example> ", [WILE]),
        ("wile@acme.example (Wile Coyote)", [WILE]),
        ("wile@acme.example (Wile (Coyote))", [Address("wile@acme.example", "Wile (Coyote)")]),
        ('"Coyote, Wile" <wile@acme.example>', [Address("wile@acme.example", "Coyote, Wile")]),
        (r'"Wile \"the\" Coyote" <wile@acme.example>', [Address("wile@acme.example", 'Wile "the" Coyote')]),
        ("=?utf-8?q?W=C3=AFle_Coyote?= <wile@acme.example>", [Address("wile@acme.example", "Wïle Coyote")]),
        ("Wïle <wile@acme.example>", [Address("wile@acme.example", "Wïle")]),
        ("wïle@äcme.example", [Address("wïle@xn--cme-pla.example")]),
        ("a@b.example, Wile Coyote <wile@acme.example>,", [Address("a@b.example"), WILE]),
        ("a@b.example; wile@acme.example", [Address("a@b.example"), Address("wile@acme.example")]),
        ("a@b.example wile@acme.example", [Address("a@b.example"), Address("wile@acme.example")]),
        ("Team: a@b.example, Wile Coyote <wile@acme.example>;", [Address("a@b.example"), WILE]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("<>", []),
        ('"a b"@acme.example', [Address('"a b"@acme.example')]),
        ("<@relay.example:wile@acme.example>", [Address("wile@acme.example")]),
        ("Wile <wile(his account)@acme.example>", [Address("wile@acme.example", "Wile")]),
        ("Wile <mailto:wile@acme.example>", [Address("wile@acme.example", "Wile")]),
        ("wile@[192.0.2.1]", [Address("wile@[192.0.2.1]")]),
        ("wile+news@acme.example", [Address("wile+news@acme.example")]),
        ("wile@acme.example.", [Address("wile@acme.example")]),
        ("a..b@acme.example", [Address("a..b@acme.example")]),
    ],
)
def test_address_lists_are_read(value: str, expected: list[Address]) -> None:
    assert parse_addresses(value) == (tuple(expected), False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Coyote, Wile <wile@acme.example>", [Address("wile@acme.example", "Wile")]),
        ("MAILER-DAEMON", []),
        ("Mail Delivery Subsystem <MAILER-DAEMON>", []),
        ("Wile <wile @acme.example>", []),
        ("Wile <wile@acme.example, Kim <kim@acme.example>", [Address("kim@acme.example", "Wile")]),
        ("wile@", []),
        ("@acme.example", []),
        ("a@b@c.example", []),
        ("x" * 400 + "@acme.example", []),
    ],
)
def test_what_cannot_be_read_is_left_out_and_noted(value: str, expected: list[Address]) -> None:
    found, broken = parse_addresses(value)

    assert [address.address for address in found] == [address.address for address in expected]
    assert broken


def test_a_quote_that_is_never_closed_hides_no_address() -> None:
    assert parse_addresses('"Wile Coyote <wile@acme.example>')[0] == (WILE,)


@pytest.mark.parametrize(
    "value",
    [
        '"wile@acme.example" <mallory@evil.example>',
        "wile@acme.example <mallory@evil.example>",
        "=?utf-8?q?wile=40acme=2Eexample?= <mallory@evil.example>",
        "(wile@acme.example) <mallory@evil.example>",
        "wile@acme.example: <mallory@evil.example>",
    ],
)
def test_r49_a_name_is_never_an_address(value: str) -> None:
    assert [address.address for address in parse_addresses(value)[0]] == ["mallory@evil.example"]


@pytest.mark.parametrize(
    "value",
    [
        "wile@acme.example, mallory@evil.example",
        "<wile@acme.example> <mallory@evil.example>",
        "wile@acme.example mallory@evil.example",
    ],
)
def test_two_addresses_stay_two(value: str) -> None:
    assert len(parse_addresses(value)[0]) == 2


def test_r97_names_are_clean_and_of_a_bearable_length() -> None:
    (found,), _ = parse_addresses("=?utf-8?q?a=0Ab=00c?= " + "d" * 500 + " <wile@acme.example>")

    assert found.name.startswith("a bc ddd")
    assert len(found.name) == 200


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("wile@bücher.example", "wile@xn--bcher-kva.example"),
        ("Wile <wile@BÜCHER.example>", "wile@xn--bcher-kva.example"),
        ("用户@例え.example", "用户@xn--r8jz45g.example"),
        ("wile@" + "ü" * 80 + ".example", "wile@" + "ü" * 80 + ".example"),
    ],
)
def test_r70_a_domain_beyond_ascii_is_the_one_that_the_book_has(written: str, address: str) -> None:
    assert [found.address for found in parse_addresses(written)[0]] == [address]


def test_a_list_beyond_all_measure_is_cut() -> None:
    found, broken = parse_addresses("a@b.example," * 10_000)

    assert len(found) == MOST_ADDRESSES
    assert broken


@pytest.mark.parametrize("piece", ['"', "(", "<", '\\"', "((a)", '<"a', ",", "a@", "=?", " "])
def test_r96_a_hostile_list_takes_no_time_to_speak_of(piece: str) -> None:
    assert parse_addresses(piece * 50_000)[0] == ()


ATOMS = st.sampled_from(
    ['"', "(", ")", "<", ">", "@", ",", ";", ":", "\\", " ", "a", "b.example", "=?utf-8?q?x?=", "wile@acme.example"]
)


@given(st.one_of(st.text(), st.lists(ATOMS).map("".join)))
def test_any_value_can_be_read_and_gives_addresses_only(value: str) -> None:
    for address in parse_addresses(value)[0]:
        assert address.local_part
        assert address.domain
        assert not set(address.address.rpartition("@")[2]) & set(" \t\n<>,;")
