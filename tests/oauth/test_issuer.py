"""What is said to a provider, and what its answers mean."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from oauth.conftest import client_of
from servers.certificates import Certificate
from servers.issuer import CLIENT, SCOPE, SECRET, Issuer, Said, refusing
from whiteglove.errors import Problem
from whiteglove.oauth import issuer as protocol
from whiteglove.oauth.issuer import Device, IssuerError, Proof
from whiteglove.settings import OAuthClient
from whiteglove.settings.secrets import Secret, SecretSource

DEVICE = Device(code="Marked-device", shown="WDJB", address="https://login.vale.example", interval=5.0, seconds=600.0)


def refused(client: OAuthClient) -> IssuerError:
    with pytest.raises(IssuerError) as error:
        protocol.refresh(client, "Marked-refresh-1")
    return error.value


def test_the_challenge_is_that_of_rfc_7636() -> None:
    # Appendix B.
    assert Proof("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "x").challenge == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_no_proof_is_like_another_and_none_shows_itself() -> None:
    one, other = protocol.new_proof(), protocol.new_proof()
    assert one.verifier != other.verifier
    assert one.state != other.state
    assert 43 <= len(one.verifier) <= 128
    assert one.verifier not in repr(one)


def test_the_address_for_the_browser_holds_no_secret(client: OAuthClient) -> None:
    proof = protocol.new_proof()
    address = protocol.authorization_address(client, proof, "http://127.0.0.1:7000")
    given = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    assert given == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://127.0.0.1:7000",
        "scope": SCOPE,
        "state": proof.state,
        "code_challenge": proof.challenge,
        "code_challenge_method": "S256",
        "login_hint": "robin@vale.example",
    }
    assert proof.verifier not in address


def test_an_endpoint_with_a_query_of_its_own_keeps_it(issuer: Issuer, tmp_path: Any) -> None:
    client = client_of(issuer, tmp_path, authorization_endpoint="https://id.vale.example/a?policy=x", extra={"p": "q"})
    address = protocol.authorization_address(client, protocol.new_proof(), "http://127.0.0.1:7000")
    assert address.startswith("https://id.vale.example/a?policy=x&response_type=code")
    assert address.endswith("&p=q")


def test_the_secret_of_the_app_is_said_where_it_has_one(tmp_path: Any) -> None:
    place = Problem("whiteglove.toml", 9, "client_secret", "")
    secret = Secret(SecretSource("env", ("CLIENT",)), place, {"CLIENT": SECRET})
    with Issuer(secret=SECRET) as issuer:
        issuer.tokens()
        grant = protocol.refresh(client_of(issuer, tmp_path, client_secret=secret), "Marked-refresh-1")
        assert issuer.asked[-1]["client_secret"] == SECRET
        assert refused(client_of(issuer, tmp_path)).code == "invalid_client"
    assert grant.refresh is None
    assert "Marked" not in repr(grant)


@pytest.mark.parametrize(
    ("said", "code", "lasting"),
    [
        (refusing("invalid_grant"), "invalid_grant", True),
        (refusing("invalid_client", 401), "invalid_client", True),
        (refusing("interaction_required"), "interaction_required", True),
        (refusing("temporarily_unavailable"), "temporarily_unavailable", False),
        (refusing("slow_down", 429), "slow_down", False),
        (Said(500, {}), "status_500", False),
        (Said(400, {"error": {"code": 1}}), "status_400", False),
        (Said(200, {"error": "invalid_grant"}), "invalid_grant", True),
        (Said(200, {}), "garbage", False),
        (Said(200, {"access_token": ""}), "garbage", False),
        (Said(200, {"access_token": "two words"}), "garbage", False),
        (Said(200, {"access_token": "x\x01y"}), "garbage", False),
        (Said(200, {"access_token": "x" * 20_000}), "garbage", False),
        (Said(200, {"access_token": "x", "token_type": "mac"}), "garbage", False),
        (Said(200, {"access_token": "x", "refresh_token": 7}), "garbage", False),
    ],
)
def test_what_an_answer_means(client: OAuthClient, issuer: Issuer, said: Said, code: str, lasting: bool) -> None:
    issuer.then.append(said)
    error = refused(client)
    assert (error.code, error.lasting) == (code, lasting)


def test_what_the_provider_says_is_one_short_line_without_what_it_was_told(client: OAuthClient, issuer: Issuer) -> None:
    issuer.then.append(refusing("invalid_grant", description="no\r\n\x1b[31mMarked-refresh-1 " + "x" * 1000))
    text = str(refused(client))
    assert text.startswith("127.0.0.1 says invalid_grant: no [31m<secret> xxx")
    assert len(text) < 260
    assert text.isprintable()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(60, 60.0), ("60", 60.0), (None, 3600.0), (-5, 0.0), (1e300, protocol.LONGEST_LIFE), (True, 3600.0)],
)
def test_how_long_a_token_lives(client: OAuthClient, issuer: Issuer, said: Any, seconds: float) -> None:
    issuer.then.append(Said(200, {"access_token": "x", "expires_in": said}))
    assert protocol.refresh(client, "r").seconds == seconds


def test_a_refresh_token_that_never_ends_is_said_as_zero_by_some(client: OAuthClient, issuer: Issuer) -> None:
    issuer.then.append(Said(200, {"access_token": "x", "refresh_token_expires_in": 0}))
    assert protocol.refresh(client, "r").ends_in is None


def test_a_device_login(client: OAuthClient, issuer: Issuer) -> None:
    issuer.interval = 7
    device = protocol.begin_device(client)
    assert (device.shown, device.address, device.interval, device.seconds) == (
        "WDJB-MJHT",
        "https://login.vale.example/device",
        7.0,
        600.0,
    )
    assert "Marked" not in repr(device)
    assert protocol.poll_device(client, device).refresh == "Marked-refresh-1"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"device_code": "x", "user_code": "y"},
        {"device_code": "x", "user_code": "y\n", "verification_uri": "z"},
        {"device_code": "x", "user_code": "\x1b[2J", "verification_uri": "z"},
        {"device_code": 7, "user_code": "y", "verification_uri": "z"},
    ],
)
def test_a_device_login_that_makes_no_sense(client: OAuthClient, issuer: Issuer, said: dict[str, Any]) -> None:
    issuer.then.append(Said(200, said))
    with pytest.raises(IssuerError) as error:
        protocol.begin_device(client)
    assert error.value.code == "garbage"


def test_a_device_login_that_says_little(client: OAuthClient, issuer: Issuer) -> None:
    issuer.then.append(Said(200, {"device_code": "x", "user_code": "y", "verification_url": "z"}))
    device = protocol.begin_device(client)
    assert (device.address, device.interval, device.seconds) == ("z", 5.0, 900.0)


def test_without_tls_only_this_machine_is_asked(issuer: Issuer, tmp_path: Any) -> None:
    assert refused(client_of(issuer, tmp_path, token_endpoint="http://192.0.2.1/token")).code == "not_loopback"


def test_a_certificate_that_does_not_hold_gets_no_token(tmp_path: Any, certificate: Certificate) -> None:
    with Issuer() as issuer:
        issuer._server.socket = certificate.server_context().wrap_socket(issuer._server.socket, server_side=True)
        client = client_of(issuer, tmp_path, token_endpoint=f"https://127.0.0.1:{issuer.port}/token")
        error = refused(client)
        assert (error.code, error.lasting) == ("tls", False)
        assert issuer.asked == []
