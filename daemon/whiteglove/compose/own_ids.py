"""Message-IDs that are recognisable as ours, the same after a crash, and not to be forged.

A token is two keyed hashes (HMAC-SHA256 under the key of this store), each cut to 80 bits and written in lower-case
base32: what the mail is (its cause, the action, the recipient), then a seal over that. So whoever has the key knows a
token of ours without looking anything up, and nobody without it can make one or tell from one what caused it.

A draft for the owner has a token with a seal of its own: what a person sends from it is never taken for automatic mail.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode

_OCTETS = 10
_HALF = 16
_TOKEN = re.compile(rf"(?:<?wg\.)?([a-z2-7]{{{2 * _HALF}}})(?:@[^<>\s]+>?)?")
_DRAFT_TOKEN = re.compile(rf"(?:<?draft\.)?([a-z2-7]{{{2 * _HALF}}})(?:@[^<>\s]+>?)?")


def message_token(key: bytes, cause: str, action: str, recipient: str) -> str:
    """The token of one mail: 32 characters of `a-z2-7`, the same for the same four arguments."""
    # Each part with its length before it, so that no two divisions of the same letters are one cause.
    parts = (f"{len(part)}:{part}" for part in (cause, action, recipient.casefold()))
    name = _digest(key, "cause", "".join(parts))
    return name + _digest(key, "seal", name)


def own_message_id(token: str, domain: str) -> str:
    """The Message-ID of the mail with this token, without angle brackets, at the owner's domain (never a host name,
    RFC 3834 section 3.1.1). A domain in letters beyond ASCII is written in its ASCII form."""
    return f"wg.{token}@{_ascii(domain)}"


def token_of(text: str, key: bytes) -> str | None:
    """The token in a Message-ID (with or without angle brackets) or in an `X-Whiteglove` header; None if not ours."""
    found = _TOKEN.fullmatch(text.strip().casefold())
    return found[1] if found and is_ours(found[1], key) else None


def is_ours(token: str, key: bytes) -> bool:
    """Whether this token was made with this key."""
    name, seal = token[:_HALF], token[_HALF:]
    return token.isascii() and hmac.compare_digest(seal, _digest(key, "seal", name))


def draft_token(key: bytes, cause: str) -> str:
    """The token of one draft: 32 characters of `a-z2-7`, the same for the same cause."""
    name = _digest(key, "draft", cause)
    return name + _digest(key, "draft seal", name)


def draft_message_id(token: str, domain: str) -> str:
    """The Message-ID of the draft with this token, without angle brackets, at the owner's domain."""
    return f"draft.{token}@{_ascii(domain)}"


def draft_token_of(text: str, key: bytes) -> str | None:
    """The token in a draft's Message-ID (with or without angle brackets) or in an `X-Whiteglove-Draft` header; None if
    it is not one of ours."""
    found = _DRAFT_TOKEN.fullmatch(text.strip().casefold())
    if found is None:
        return None
    name, seal = found[1][:_HALF], found[1][_HALF:]
    return found[1] if hmac.compare_digest(seal, _digest(key, "draft seal", name)) else None


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return re.sub(r"[^A-Za-z0-9.-]", "-", domain)


def _digest(key: bytes, use: str, text: str) -> str:
    digest = hmac.digest(key, f"{use}:{text}".encode("utf-8", "surrogatepass"), "sha256")
    return b32encode(digest[:_OCTETS]).decode("ascii").lower()
