"""An OAuth 2.0 provider over HTTP on loopback: tokens by code (PKCE), device code, refresh; introspection for Dovecot.

It keeps the rules that a real one keeps: a code is good once and with its verifier alone, and with `rotates` a refresh
token is good once too. What it is to do instead is queued in `then`; behaviours of the socket are those of
`servers.model`.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import json
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from servers.dovecot import Dovecot
from servers.model import Behaviour
from servers.ports import LOOPBACK

CLIENT, SECRET = "client-1.vale.example", "Marked-client-secret"
SCOPE = "https://mail.vale.example/all"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the provider's in place of the usual one."""

    status: int
    body: dict[str, Any]


def refusing(code: str, status: int = 400, description: str = "") -> Said:
    return Said(status, {"error": code, "error_description": description})


class Issuer:
    """The provider; use as a context manager. `asked` are the forms that came to the token endpoint, `paths` all that
    was asked. `user` is whose mailbox the tokens open."""

    def __init__(self, user: str = "robin@vale.example", *, rotates: bool = False, secret: str = "") -> None:
        self.user = user
        self.rotates = rotates
        self.secret = secret
        self.seconds: float | str | None = 3600
        self.ends_in: float | None = None
        self.interval = 0.1
        self.then: deque[Said | Behaviour] = deque()
        self.always: Said | Behaviour | None = None
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.active: set[str] = set()
        self.refreshable: set[str] = set()
        self.newest = ""
        self.device_answers: deque[str] = deque()
        self.over = threading.Event()
        self.lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._codes: dict[str, tuple[str, str]] = {}
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="issuer", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def toml(self) -> str:
        """The keys of a mailbox that logs in here."""
        secret = ', client_secret = { env = "CLIENT_SECRET" }' if self.secret else ""
        return (
            f'oauth = {{ provider = "other", client_id = "{CLIENT}", scopes = ["{SCOPE}"], '
            f'authorization_endpoint = "{self.url}/authorize", token_endpoint = "{self.url}/token", '
            f'device_authorization_endpoint = "{self.url}/device"{secret} }}\n'
        )

    @property
    def refreshes(self) -> int:
        """How often somebody asked for new tokens."""
        return [form.get("grant_type") for form in self.asked].count("refresh_token")

    def tokens(self, *, again: bool = True) -> dict[str, Any]:
        """Fresh tokens, as the token endpoint says them."""
        number = next(self._numbers)
        said: dict[str, Any] = {"access_token": f"Marked-access-{number}", "token_type": "Bearer", "scope": SCOPE}
        self.newest = said["access_token"]
        self.active.add(self.newest)
        if self.seconds is not None:
            said["expires_in"] = self.seconds
        if again:
            said["refresh_token"] = f"Marked-refresh-{number}"
            self.refreshable.add(said["refresh_token"])
        if self.ends_in is not None:
            said["refresh_token_expires_in"] = self.ends_in
        return said

    def revoke(self) -> None:
        """Call back every access token; refresh tokens go on."""
        self.active.clear()

    def forget(self) -> None:
        """Call back the login itself."""
        self.active.clear()
        self.refreshable.clear()

    @property
    def users(self) -> Mapping[str, str]:
        """For a mail server that takes the newest token as this user's, while it is active."""
        return _Users(self)

    def browse(self, address: str, *, error: str = "") -> tuple[int, str]:
        """What a browser does with the owner in front of it: open the address, allow it (or not), follow the redirect;
        the page that it shows at last."""
        target = self.allowed(address, error=error)
        parts = urlsplit(target)
        connection = HTTPConnection(LOOPBACK, parts.port or 80, timeout=5)
        try:
            connection.request("GET", f"{parts.path or '/'}?{parts.query}")
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def allowed(self, address: str, *, error: str = "") -> str:
        """Where the owner is sent after having allowed a login at this address."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        if error:
            return f"{asked['redirect_uri']}?{urlencode({'error': error, 'state': asked['state']})}"
        code = f"Marked-code-{next(self._numbers)}"
        self._codes[code] = asked["code_challenge"], asked["redirect_uri"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> Said:
        """The usual answer of the token endpoint."""
        if form.get("client_id") != CLIENT or form.get("client_secret", "") != self.secret:
            return refusing("invalid_client", 401)
        match form.get("grant_type"):
            case "authorization_code":
                challenge, redirect = self._codes.pop(form["code"], ("", ""))
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
                return Said(200, self.tokens()) if fits and form["redirect_uri"] == redirect else _NO_GRANT
            case "refresh_token":
                if form["refresh_token"] not in self.refreshable:
                    return _NO_GRANT
                if self.rotates:
                    self.refreshable.remove(form["refresh_token"])
                return Said(200, self.tokens(again=self.rotates))
            case "urn:ietf:params:oauth:grant-type:device_code":
                if self.device_answers:
                    return refusing(self.device_answers.popleft())
                return Said(200, self.tokens())
        return refusing("unsupported_grant_type")

    def device(self) -> Said:
        address = "https://login.vale.example/device"
        return Said(
            200,
            {
                "device_code": "Marked-device",
                "user_code": "WDJB-MJHT",
                "verification_uri": address,
                "interval": self.interval,
                "expires_in": 600,
            },
        )

    def introspect(self, form: dict[str, str]) -> Said:
        """What Dovecot asks (RFC 7662)."""
        is_active = form.get("token") in self.active
        return Said(
            200, {"active": is_active, "username": self.user, "scope": SCOPE} if is_active else {"active": False}
        )


class _Users(Mapping[str, str]):
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def __getitem__(self, user: str) -> str:
        if user != self._issuer.user or self._issuer.newest not in self._issuer.active:
            raise KeyError(user)
        return self._issuer.newest

    def __iter__(self) -> Iterator[str]:
        return iter([self._issuer.user])

    def __len__(self) -> int:
        return 1


_NO_GRANT = refusing("invalid_grant", description="the grant is no good")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        super().__init__((LOOPBACK, 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away before the end are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        issuer = self.server.issuer
        form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        path = urlsplit(self.path).path
        with issuer.lock:
            issuer.paths.append(path)
            if path == "/introspect":
                self._say(issuer.introspect(form))
                return
            if path == "/token":
                issuer.asked.append(form)
            instead = issuer.then.popleft() if issuer.then else issuer.always
            if instead is None:
                self._say(issuer.device() if path == "/device" else issuer.token(form))
                return
        if isinstance(instead, Said):
            self._say(instead)
        else:
            with contextlib.suppress(OSError):
                instead(self.connection, issuer.over)
            self.close_connection = True

    def _say(self, said: Said) -> None:
        body = json.dumps(said.body).encode()
        self.send_response(said.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests read `asked`."""


@contextmanager
def dovecot_of(issuer: Issuer, mechanisms: str = "xoauth2 oauthbearer") -> Iterator[Dovecot]:
    """A Dovecot that takes this provider's tokens, and asks it about each."""
    with tempfile.TemporaryDirectory(prefix="wg-oauth-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        settings = path / "oauth2.conf"
        settings.write_text(
            f"introspection_url = {issuer.url}/introspect\nintrospection_mode = post\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        settings.chmod(0o644)
        extra = (
            f"auth_mechanisms = plain {mechanisms}\n"
            f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {settings}\n}}\n"
        )
        with Dovecot(extra=extra) as server:
            yield server
