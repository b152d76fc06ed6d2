"""A provider, an app registered with it, and a login whose clock stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servers.issuer import CLIENT, SCOPE, Issuer
from whiteglove.oauth import Access
from whiteglove.oauth import issuer as protocol
from whiteglove.oauth.issuer import Grant
from whiteglove.settings import OAuthClient

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **spans: float) -> None:
        self.at += timedelta(**spans)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as server:
        yield server


@pytest.fixture
def client(issuer: Issuer, tmp_path: Path) -> OAuthClient:
    return client_of(issuer, tmp_path)


def client_of(server: Issuer, folder: Path, **changed: object) -> OAuthClient:
    """An app of this provider, with its tokens below a folder."""
    made = OAuthClient(
        provider="other",
        client_id=CLIENT,
        client_secret=None,
        authorization_endpoint=f"{server.url}/authorize",
        token_endpoint=f"{server.url}/token",
        device_endpoint=f"{server.url}/device",
        scopes=(SCOPE,),
        user="robin@vale.example",
        file=folder / "state" / "logins" / "studio.json",
    )
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(client: OAuthClient, clock: Clock) -> Access:
    """Of a mailbox to which nobody has logged in."""
    return Access("studio", client, clock)


@pytest.fixture
def grant(issuer: Issuer, client: OAuthClient) -> Callable[[], Grant]:
    """What a login of the owner's gives."""
    return lambda: protocol._grant(issuer.tokens(), client)


@pytest.fixture
def logged_in(access: Access, grant: Callable[[], Grant]) -> Access:
    access.keep(grant())
    return access
