"""Servers that every test may ask for: `dovecot` with a fresh `user`, and `sink`. All of them on loopback."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from servers import certificates
from servers.certificates import Certificate
from servers.dovecot import Dovecot, missing
from servers.sink import Sink

# How long an example takes says more about what else the machine is doing than about the code.
# CI and the long rounds look at more cases of each property than a run at the desk.
MANY = bool(os.environ.get("CI") or os.environ.get("TORTURE"))
settings.register_profile("project", deadline=None, max_examples=100 if MANY else 40)
settings.load_profile("project")

_numbers = itertools.count(1)


def _do_without(reason: str) -> None:
    """Skip where a developer lacks a program; fail where nobody would notice that a whole tier did not run."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for `localhost` and 127.0.0.1 that its own `client_context` trusts."""
    if certificates.OPENSSL is None:
        _do_without("the openssl command is not installed (Debian: apt-get install openssl)")
    return certificates.make(tmp_path_factory.mktemp("certificates"), "good")


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """A running Dovecot for the whole session; every test takes a `user` of its own."""
    reason = missing()
    if reason:
        _do_without(reason)
    with Dovecot(certificate) as server:
        yield server


@pytest.fixture
def user() -> str:
    """A mailbox nobody has used before."""
    return f"robin{next(_numbers)}@vale.example"


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server in the clear, without a login."""
    with Sink() as server:
        yield server
