"""What is said to a provider's token and device endpoints (RFC 6749, 7636, 8628), and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urlencode, urlsplit

from whiteglove.errors import ConfigurationError, TokenError, without_secret
from whiteglove.settings import OAuthClient
from whiteglove.web import Request, WebError, exchange

PATIENCE = 15.0
"""Seconds that a provider has for an answer."""
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_LIFE = 3600.0
"""Seconds that an access token is taken to live where nobody says (RFC 6749 section 5.1: it should be said)."""
LONGEST_LIFE = 366 * 86400.0

LASTING = frozenset(
    {
        "invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
        "invalid_request", "access_denied", "expired_token", "interaction_required", "login_required",
        "consent_required",
    }
)  # fmt: skip
"""Errors after which asking the same again gets the same answer (RFC 6749 section 5.2, RFC 8628 section 3.5, OpenID
Connect Core section 3.1.2.6)."""

_CODE = re.compile(r"[a-z_]{1,40}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_SECRET_FIELDS = ("refresh_token", "code", "code_verifier", "device_code", "client_secret")
_SHOWN = 200


class IssuerError(TokenError):
    """The provider gave no token. `code` is its own (RFC 6749 section 5.2), `status_503` and the like, or one of
    `WebError`."""

    def __init__(self, code: str, text: str, *, lasting: bool) -> None:
        super().__init__(text, lasting=lasting)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens as they came. `refresh` is None where there was no new one; `ends_in` are the seconds after which the
    refresh token ends, None where that was not said."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    seconds: float
    scope: str | None
    ends_in: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A login that waits for its owner in any browser. Times in seconds."""

    code: str = field(repr=False)
    shown: str
    address: str
    interval: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that the code is redeemed by whoever asked for it (PKCE, RFC 7636), and that it is the answer to this
    question (`state`)."""

    verifier: str = field(repr=False)
    state: str = field(repr=False)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def new_proof() -> Proof:
    return Proof(secrets.token_urlsafe(48), secrets.token_urlsafe(24))


def authorization_address(client: OAuthClient, proof: Proof, redirect: str) -> str:
    """What the owner opens in a browser. No secret is in it: of the verifier only the hash."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(client.scopes),
            "state": proof.state,
            "code_challenge": proof.challenge,
            "code_challenge_method": "S256",
            "login_hint": client.user,
            **client.extra,
        }
    )
    joint = "&" if urlsplit(client.authorization_endpoint).query else "?"
    return f"{client.authorization_endpoint}{joint}{query}"


def redeem(client: OAuthClient, code: str, proof: Proof, redirect: str) -> Grant:
    """The tokens for an authorization code. Raises `IssuerError`."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": proof.verifier,
    }
    return _grant(_ask(client, client.token_endpoint, fields), client)


def refresh(client: OAuthClient, token: str) -> Grant:
    """New tokens for a refresh token. Raises `IssuerError`."""
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    return _grant(_ask(client, client.token_endpoint, fields), client)


def begin_device(client: OAuthClient) -> Device:
    """Ask for a code that the owner types in elsewhere (RFC 8628 section 3.1). Raises `IssuerError`."""
    said = _ask(client, client.device_endpoint, {"scope": " ".join(client.scopes)})
    # Microsoft names it as the RFC does, others as an early draft of it did.
    address = said.get("verification_uri") or said.get("verification_url")
    code, shown = said.get("device_code"), said.get("user_code")
    if not (_is_token(code) and _is_line(shown) and _is_line(address)):
        raise _senseless(client.device_endpoint)
    seconds = _seconds(said.get("expires_in"))
    interval = _seconds(said.get("interval"))
    return Device(
        code=code,
        shown=shown,
        address=address,
        interval=5.0 if interval is None else interval,
        seconds=900.0 if seconds is None else seconds,
    )


def poll_device(client: OAuthClient, device: Device) -> Grant:
    """Ask whether the owner has allowed it meanwhile. Raises `IssuerError`, `authorization_pending` among them."""
    fields = {"grant_type": DEVICE_GRANT, "device_code": device.code}
    return _grant(_ask(client, client.token_endpoint, fields), client)


def _ask(client: OAuthClient, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The object that the provider answers to a form. Nothing of the form is in what is raised."""
    form = {"client_id": client.client_id, **fields}
    if client.client_secret is not None:
        try:
            form["client_secret"] = client.client_secret.reveal()
        except ConfigurationError as error:
            raise IssuerError("client_secret", str(error), lasting=False) from None
    parts = urlsplit(url)
    request = Request(
        url=url,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "User-Agent": "whiteglove",
        },
        body=urlencode(form).encode("ascii"),
        allow_remote=parts.scheme == "https",
        longest=256 * 1024,
    )
    try:
        answer = exchange(request, PATIENCE)
    except WebError as error:
        raise IssuerError(error.code, f"{parts.hostname} gave no answer ({error.code})", lasting=False) from None
    said = _object(answer.body)
    if answer.status == 200 and "error" not in said:
        return said
    raise _refusal(str(parts.hostname), answer.status, said, form)


def _refusal(host: str, status: int, said: Mapping[str, Any], form: Mapping[str, str]) -> IssuerError:
    told = said.get("error")
    code = told if isinstance(told, str) and _CODE.fullmatch(told) else f"status_{status}"
    why = said.get("error_description")
    text = why if isinstance(why, str) else ""
    for name in _SECRET_FIELDS:
        text = without_secret(text, form.get(name, ""))
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    line = line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
    return IssuerError(code, f"{host} says {code}" + (f": {line}" if line else ""), lasting=code in LASTING)


def _object(body: bytes) -> Mapping[str, Any]:
    """The JSON object; an empty one where it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _grant(said: Mapping[str, Any], client: OAuthClient) -> Grant:
    access, again, kind = said.get("access_token"), said.get("refresh_token"), said.get("token_type", "Bearer")
    if not _is_token(access) or str(kind).casefold() != "bearer" or not (again is None or _is_token(again)):
        raise _senseless(client.token_endpoint)
    scope = said.get("scope")
    seconds = _seconds(said.get("expires_in"))
    ends_in = _seconds(said.get("refresh_token_expires_in"))
    return Grant(
        access=access,
        refresh=again,
        seconds=USUAL_LIFE if seconds is None else seconds,
        scope=scope if isinstance(scope, str) else None,
        # Some say 0 of a refresh token that has no end.
        ends_in=ends_in or None,
    )


def _senseless(url: str) -> IssuerError:
    return IssuerError("garbage", f"{urlsplit(url).hostname} gave an answer that makes no sense", lasting=False)


def _is_token(value: object) -> TypeGuard[str]:
    """Whether it is something that may stand in a login: visible ASCII (RFC 6749 appendix A.12)."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _is_line(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 2000 and value.isprintable()


def _seconds(value: object) -> float | None:
    """A span, bounded; some say the number as a text. None where it is no number."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:12])
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return float(min(max(value, 0), LONGEST_LIFE))
