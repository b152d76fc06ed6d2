"""What the receiving server found out about the sender (Authentication-Results, RFC 8601; rules R45 to R48)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_RESULTS = frozenset({"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"})
_PIECE = re.compile(
    r"\"(?:[^\"\\]++|\\.)*(?:\"|\\?$)|;|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*\))*(?:\)|\\?$)|[^\s;\"()]+"
)
_EQUALS = re.compile(r"\s*=\s*")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result, and the properties it was found for, such as `header.from`; all in lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def parse_results(value: str) -> tuple[str, tuple[Result, ...]]:
    """The server that speaks, "" where the field names none, and its results.

    Methods without a known result are left out; a field of another version than 1 says nothing at all.
    """
    statements: list[list[str]] = [[]]
    for piece in _PIECE.findall(value):
        if piece == ";":
            statements.append([])
        elif not piece.startswith("("):
            statements[-1].append(piece)
    head, *rest = _joined_equals(statements)
    if not head or "=" in head[0]:
        # Microsoft leaves out the name; then nobody knows who says it, and nothing is believed.
        return "", ()
    if len(head) > 1 and head[1] != "1":
        return head[0].casefold(), ()
    results = (_result(statement) for statement in rest if statement)
    return head[0].strip('"').casefold(), tuple(result for result in results if result is not None)


def _joined_equals(statements: list[list[str]]) -> list[list[str]]:
    """`dmarc = pass` as one word; blanks around the sign are allowed and rare."""
    return [_joined(" ".join(words)).split(" ") if words else [] for words in statements]


def _joined(words: str) -> str:
    # Only what is quoted can hold white space other than a blank.
    return _EQUALS.sub("=", words) if " =" in words or "= " in words or '"' in words else words


def _result(words: list[str]) -> Result | None:
    method, _, result = words[0].casefold().partition("=")
    if not method or result not in _RESULTS:
        return None
    pairs = (word.casefold().partition("=") for word in words[1:])
    return Result(method.partition("/")[0], result, {name: value.strip('"') for name, _, value in pairs if value})


def trusted_results(headers: Sequence[tuple[str, str]], authserv_id: str | None) -> tuple[Result, ...]:
    """The results of the configured server: of its topmost field, and of those beside it.

    A field further down, below a Received, came with the message, even where the server's own field names no result.
    Where two fields speak of one method, the upper one holds. Without a configured server nothing is believed.
    """
    if not authserv_id:
        return ()
    wanted = authserv_id.casefold()
    found: list[Result] = []
    has_spoken = False
    for name, value in headers:
        key = name.lower()
        if key == "received" and has_spoken:
            break
        if key == "authentication-results":
            server, results = parse_results(value)
            if server == wanted:
                has_spoken = True
                known = {result.method for result in found}
                found += [result for result in results if result.method not in known]
    return tuple(found)


def is_forged(results: tuple[Result, ...]) -> bool:
    """R48: DMARC failed, or both SPF and DKIM did and DMARC did not vouch."""
    if not results:
        return False
    by_method: dict[str, set[str]] = {"dmarc": set(), "spf": set(), "dkim": set()}
    for found in results:
        if found.method in by_method:
            by_method[found.method].add(found.result)
    if by_method["dmarc"] & {"fail", "pass"}:
        return "fail" in by_method["dmarc"]
    return by_method["spf"] == {"fail"} and by_method["dkim"] == {"fail"}


def vouches(results: tuple[Result, ...], domain: str) -> bool:
    """Whether DMARC or an aligned DKIM signature passed for the author's domain (RFC 7489 section 3.1)."""
    for result in results:
        if result.result != "pass":
            continue
        if result.method == "dmarc" and related(result.properties.get("header.from", domain), domain):
            return True
        if result.method == "dkim":
            signer = result.properties.get("header.d") or result.properties.get("header.i", "").rpartition("@")[2]
            if signer and related(signer, domain):
                return True
    return False


def related(one: str, other: str) -> bool:
    """Whether two domains are the same, or one lies below the other."""
    one, other = one.casefold().rstrip("."), other.casefold().rstrip(".")
    return one == other or ("." in one and other.endswith(f".{one}")) or ("." in other and one.endswith(f".{other}"))
