"""What is believed of Authentication-Results, and of whom."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import Verdicts
from whiteglove.screen.authentication import Result, is_forged, parse_results, related, trusted_results, vouches
from whiteglove.screen.evidence import Evidence

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]

SERVER = "mx.vale.example"
PASS = f"Authentication-Results: {SERVER}; dmarc=pass header.from=acme.example"
FAIL = f"Authentication-Results: {SERVER}; dmarc=fail header.from=acme.example"


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.vale.example; none", "mx.vale.example", []),
        ("mx.vale.example", "mx.vale.example", []),
        ("MX.Vale.Example 1; spf=pass", "mx.vale.example", [("spf", "pass", {})]),
        (
            'mx.vale.example; dkim=pass (2048 bit; "x") header.d=acme.example header.i="@acme.example"; spf=softfail',
            "mx.vale.example",
            [("dkim", "pass", {"header.d": "acme.example", "header.i": "@acme.example"}), ("spf", "softfail", {})],
        ),
        (
            "mx.vale.example (a; comment); dmarc = fail header.from = acme.example",
            "mx.vale.example",
            [("dmarc", "fail", {"header.from": "acme.example"})],
        ),
        (
            'mx.vale.example; dkim/1=PASS reason="good" header.d=ACME.example',
            "mx.vale.example",
            [("dkim", "pass", {"reason": "good", "header.d": "acme.example"})],
        ),
        ('"mx.vale.example"; spf=pass', "mx.vale.example", [("spf", "pass", {})]),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; dkim=pass header.d=acme.example", "", []),
        ("", "", []),
        (";", "", []),
    ],
)
def test_r45_the_field_is_read(value: str, server: str, results: list[tuple[str, str, dict[str, str]]]) -> None:
    assert parse_results(value) == (server, tuple(Result(*result) for result in results))


@pytest.mark.parametrize("value", ["dmarc=great", "dmarc", "dmarc=", "=pass", "dmarc=pass1"])
def test_r47_unknown_results_are_never_a_pass(value: str) -> None:
    assert parse_results(f"mx.vale.example; {value}")[1] == ()


def test_r47_another_version_says_nothing() -> None:
    assert parse_results("mx.vale.example 2; dmarc=pass") == ("mx.vale.example", ())


def test_r45_nothing_is_believed_by_default(judge: Judge) -> None:
    assert judge(FAIL).may_acknowledge


def test_r45_only_the_configured_server_is_believed(judge: Judge) -> None:
    forged = "Authentication-Results: mx.evil.example; dmarc=fail header.from=acme.example"

    assert judge(forged, authserv_id=SERVER).may_acknowledge
    assert not judge(FAIL, forged.replace("fail", "pass"), authserv_id=SERVER).may_acknowledge
    assert not judge(forged.replace("fail", "pass"), FAIL, authserv_id="MX.VALE.EXAMPLE").may_acknowledge


@pytest.mark.parametrize("first", [PASS, FAIL])
def test_r46_of_two_that_contradict_each_other_the_upper_one_holds(judge: Judge, first: str) -> None:
    second = FAIL if first == PASS else PASS

    assert judge(first, second, authserv_id=SERVER).may_acknowledge is (first == PASS)
    assert judge(first, "Received: from a by b", second, authserv_id=SERVER).may_acknowledge is (first == PASS)


def test_r46_what_stands_below_a_received_came_with_the_message(look: Look) -> None:
    spf = f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom=acme.example"
    dkim = f"Authentication-Results: {SERVER}; dkim=pass header.d=acme.example"

    beside = look("Received: a", spf, "X-Other: x", dkim, "Received: b", authserv_id=SERVER)
    below = look("Received: a", spf, "Received: b", dkim, authserv_id=SERVER)

    assert [result.method for result in beside.authentication] == ["spf", "dkim"]
    assert [result.method for result in below.authentication] == ["spf"]
    silent = look(f"Authentication-Results: {SERVER}; none", "Received: b", dkim, authserv_id=SERVER)
    assert silent.authentication == ()
    assert trusted_results(beside.message.headers, None) == ()


@pytest.mark.parametrize(
    ("results", "forged"),
    [
        ("dmarc=fail", True),
        ("dmarc=fail; spf=pass; dkim=pass", True),
        ("spf=fail; dkim=fail", True),
        ("spf=fail; dkim=fail; dmarc=pass", False),
        ("spf=fail; dkim=pass", False),
        ("spf=fail; dkim=fail; dkim=pass", False),
        ("spf=fail", False),
        ("dkim=fail", False),
        ("spf=softfail; dkim=fail", False),
        ("spf=none; dkim=none", False),
        ("spf=temperror; dkim=permerror; dmarc=none", False),
        ("dmarc=great", False),
    ],
)
def test_r48_what_counts_as_forged(judge: Judge, results: str, forged: bool) -> None:
    verdicts = judge(f"Authentication-Results: {SERVER}; {results}", authserv_id=SERVER)

    assert is_forged(parse_results(f"{SERVER}; {results}")[1]) is forged
    assert (verdicts.may_acknowledge, verdicts.reason) == ((False, "not_authentic") if forged else (True, None))
    assert ("maybe_forged" in verdicts.remarks) is forged
    assert verdicts.human
    assert verdicts.obliges


@pytest.mark.parametrize(
    ("results", "vouched"),
    [
        ("dmarc=pass header.from=acme.example", True),
        ("dmarc=pass", True),
        ("dmarc=pass header.from=evil.example", False),
        ("dkim=pass header.d=acme.example", True),
        ("dkim=pass header.d=mail.acme.example", True),
        ("dkim=pass header.i=@acme.example", True),
        ("dkim=pass header.d=evil.example", False),
        ("dkim=pass", False),
        ("dkim=pass header.d=notacme.example", False),
        ("dkim=pass header.d=evil.example; dkim=pass header.d=acme.example", True),
        ("spf=pass smtp.mailfrom=acme.example", False),
        ("dkim=fail header.d=acme.example", False),
        ("none", False),
    ],
)
def test_r06_who_vouches_for_the_author(results: str, vouched: bool) -> None:
    assert vouches(parse_results(f"{SERVER}; {results}")[1], "acme.example") is vouched


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("acme.example", "ACME.example", True),
        ("acme.example", "mail.acme.example", True),
        ("mail.acme.example", "acme.example", True),
        ("acme.example.", "acme.example", True),
        ("a.acme.example", "b.acme.example", False),
        ("acme.example", "notacme.example", False),
        ("example", "acme.example", False),
        ("acme.example", "", False),
        ("", "acme.example", False),
    ],
)
def test_domains_are_related_when_one_lies_below_the_other(one: str, other: str, expected: bool) -> None:
    assert related(one, other) is expected


@given(st.one_of(st.text(), st.text(st.sampled_from('mx;= ().\\"dmarcpass1/'))))
def test_any_value_can_be_read(value: str) -> None:
    server, results = parse_results(value)

    assert isinstance(server, str)
    assert all(result.result for result in results)
