"""The three ways in which the owner allows a login. None of them waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from whiteglove.errors import TokenError
from whiteglove.oauth import issuer
from whiteglove.oauth.issuer import Grant, IssuerError
from whiteglove.oauth.redirect import Redirect, pasted
from whiteglove.settings import OAuthClient

PATIENCE = 600.0
"""Seconds that the owner has to allow a login."""
LONGEST_DEVICE = 1800.0
SHORTEST_INTERVAL = 0.1
LONGEST_INTERVAL = 60.0
SLOWER = 5.0
"""What `slow_down` adds to the seconds between two questions (RFC 8628 section 3.5)."""

Say = Callable[[str], None]


def by_browser(client: OAuthClient, say: Say, seconds: float = PATIENCE) -> Grant:
    """A browser on this machine, which comes back to a port of it. Raises `TokenError`."""
    proof = issuer.new_proof()
    with Redirect(client.redirect_host, proof.state) as redirect:
        address = issuer.authorization_address(client, proof, redirect.address)
        say(f"Open this address in a browser on this machine, within {seconds / 60:.0f} minutes:\n\n{address}\n")
        code = redirect.wait(seconds)
        return issuer.redeem(client, code, proof, redirect.address)


def by_paste(client: OAuthClient, say: Say, read: Callable[[float], str], seconds: float = PATIENCE) -> Grant:
    """A browser on any machine; it comes back to nobody, and the owner pastes where it wanted to go. `read` waits for a
    line for so many seconds, and gives "" where none comes. Raises `TokenError`."""
    proof = issuer.new_proof()
    with Redirect(client.redirect_host, proof.state) as chosen:
        # Only for a port that is nobody's here.
        address = chosen.address
    say(
        "Open this address in any browser:\n\n"
        f"{issuer.authorization_address(client, proof, address)}\n\n"
        "When you have allowed the login, the browser shows a page that cannot be reached. Copy the whole address of "
        f"that page, which begins with {address}, and paste it here, within {seconds / 60:.0f} minutes:"
    )
    line = read(seconds)
    if not line:
        raise TokenError("nothing was pasted in time; begin again", lasting=True)
    return issuer.redeem(client, pasted(line, proof.state), proof, address)


def by_device(
    client: OAuthClient,
    say: Say,
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Grant:
    """A browser on any machine, into which the owner types a short code (RFC 8628). Raises `TokenError`."""
    device = issuer.begin_device(client)
    until = now() + min(device.seconds, LONGEST_DEVICE)
    interval = max(SHORTEST_INTERVAL, device.interval)
    say(f"Open {device.address} in any browser and enter the code\n\n{device.shown}\n")
    while now() + interval < until:
        wait(interval)
        try:
            return issuer.poll_device(client, device)
        except IssuerError as error:
            if error.lasting:
                raise
            if error.code == "slow_down":
                interval += SLOWER
            elif error.code != "authorization_pending":
                interval = min(LONGEST_INTERVAL, max(1.0, 2 * interval))
    raise TokenError("nobody allowed the login in time; begin again", lasting=True)
