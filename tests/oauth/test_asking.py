"""The owner allows a login: in a browser here, in one elsewhere, with a code; and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from servers.issuer import Issuer, refusing
from servers.model import hanging_up
from whiteglove.errors import TokenError
from whiteglove.oauth.asking import by_browser, by_device, by_paste
from whiteglove.settings import OAuthClient


def address_in(text: str) -> str:
    return next(line for line in text.splitlines() if "/authorize?" in line)


class Owner:
    """Reads what is said, and does it in a browser on another thread."""

    def __init__(self, issuer: Issuer, *, error: str = "") -> None:
        self.said: list[str] = []
        self.pages: list[tuple[int, str]] = []
        self._issuer, self._error = issuer, error

    def browse(self, text: str) -> None:
        self.said.append(text)
        self._thread = threading.Thread(
            target=lambda: self.pages.append(self._issuer.browse(address_in(text), error=self._error))
        )
        self._thread.start()

    def paste(self, seconds: float) -> str:
        return self._issuer.allowed(address_in(self.said[-1]), error=self._error)


class Pace:
    """Time that passes only by being waited for."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def now(self) -> float:
        return sum(self.waits)


def test_a_browser_on_this_machine(client: OAuthClient, issuer: Issuer) -> None:
    owner = Owner(issuer)
    grant = by_browser(client, owner.browse, 5.0)
    owner._thread.join(5)
    assert grant.refresh == "Marked-refresh-2"
    ((status, page),) = owner.pages
    assert status == 200
    assert "may be closed" in page
    assert "Marked" not in "".join(owner.said)
    (form,) = issuer.asked
    assert form["redirect_uri"].startswith("http://127.0.0.1:")


def test_an_owner_who_says_no(client: OAuthClient, issuer: Issuer) -> None:
    with pytest.raises(TokenError, match="access_denied"):
        by_browser(client, Owner(issuer, error="access_denied").browse, 5.0)
    assert issuer.asked == []


def test_an_owner_who_never_comes(client: OAuthClient, issuer: Issuer) -> None:
    with pytest.raises(TokenError, match="no browser came back"):
        by_browser(client, lambda _: None, 0.01)


def test_a_browser_elsewhere(client: OAuthClient, issuer: Issuer) -> None:
    owner = Owner(issuer)
    assert by_paste(client, owner.said.append, owner.paste).refresh == "Marked-refresh-2"


def test_a_code_that_was_asked_for_by_somebody_else_is_of_no_use(client: OAuthClient, issuer: Issuer) -> None:
    theirs: list[str] = []
    with pytest.raises(TokenError, match="nothing was pasted"):
        by_paste(client, theirs.append, lambda _: "")
    stolen = issuer.allowed(address_in(theirs[0])).partition("code=")[2].partition("&")[0]
    with pytest.raises(TokenError, match="invalid_grant"):
        by_paste(client, lambda _: None, lambda _: stolen)


def test_a_code_typed_in_elsewhere(client: OAuthClient, issuer: Issuer) -> None:
    issuer.interval = 5
    issuer.device_answers.extend(["authorization_pending", "slow_down", "authorization_pending"])
    said, pace = [], Pace()
    grant = by_device(client, said.append, pace.wait, pace.now)
    assert grant.refresh == "Marked-refresh-1"
    assert "WDJB-MJHT" in said[0]
    assert "https://login.vale.example/device" in said[0]
    assert "Marked" not in said[0]
    assert pace.waits == [5, 5, 10, 10]


@pytest.mark.parametrize("code", ["access_denied", "expired_token", "invalid_grant"])
def test_a_code_that_is_refused(client: OAuthClient, issuer: Issuer, code: str) -> None:
    issuer.device_answers.append(code)
    pace = Pace()
    with pytest.raises(TokenError, match=code):
        by_device(client, lambda _: None, pace.wait, pace.now)
    assert len(pace.waits) == 1


def test_a_code_that_nobody_types_in(client: OAuthClient, issuer: Issuer) -> None:
    issuer.interval = 5
    issuer.device_answers.extend(["authorization_pending"] * 1000)
    pace = Pace()
    with pytest.raises(TokenError, match="nobody allowed the login in time"):
        by_device(client, lambda _: None, pace.wait, pace.now)
    assert 590 < pace.now() < 600


def test_a_provider_that_is_away_for_a_while_is_asked_less_often(client: OAuthClient, issuer: Issuer) -> None:
    issuer.interval = 5
    pace = Pace()

    def wait(seconds: float) -> None:
        pace.wait(seconds)
        issuer.then.clear()
        if len(pace.waits) == 1:
            issuer.then.append(hanging_up)
        elif len(pace.waits) == 2:
            issuer.then.append(refusing("temporarily_unavailable", 503))

    assert by_device(client, lambda _: None, wait, pace.now).refresh == "Marked-refresh-1"
    assert pace.waits == [5, 10, 20]


def test_an_interval_of_nothing_is_not_taken_at_its_word(client: OAuthClient, issuer: Issuer) -> None:
    issuer.interval = 0
    pace = Pace()
    by_device(client, lambda _: None, pace.wait, pace.now)
    assert pace.waits == [0.1]
