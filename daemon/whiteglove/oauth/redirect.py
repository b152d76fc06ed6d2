"""Where the browser comes back to after the owner has allowed a login: a port of this machine, for one answer
(RFC 8252 section 7.3), or the line of an address bar that the owner pastes."""

from __future__ import annotations

import hmac
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from whiteglove.errors import TokenError

LOOPBACK = "127.0.0.1"
LONGEST = 8192
"""Octets of an address that is pasted; codes of the large providers have fewer than 2000."""
_REQUEST_SECONDS = 5.0
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>whiteglove</title></head>
<body style="font-family: sans-serif; margin: 3em"><p>{text}</p></body></html>
"""


class OtherAnswerError(Exception):
    """This belongs to another question than the one that was asked, or to none."""


class Redirect:
    """Listens for the browser. Use as a context manager; `address` is the redirect URI."""

    def __init__(self, host: str, state: str) -> None:
        """`host` is what the provider wants this machine to be called; only this machine is listened to anyhow."""
        self._answers: queue.SimpleQueue[str | TokenError] = queue.SimpleQueue()
        self._server = _Server(state, self._answers)
        self.address = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Redirect:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="redirect", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """The authorization code. Raises `TokenError` where the login was refused, or nobody came in time."""
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TokenError(f"no browser came back within {seconds:g} s; begin again", lasting=True) from None
        if isinstance(answer, TokenError):
            raise answer
        return answer


def pasted(text: str, state: str) -> str:
    """The code in what the owner has pasted: the whole address that the browser was sent to, or the code alone.

    Raises:
        TokenError: the login was refused, or this is no answer to the question that was asked.
    """
    line = text.strip()
    if not line or len(line) > LONGEST or not line.isprintable() or " " in line:
        raise TokenError("that is no address and no code; begin again", lasting=True)
    if "=" not in line:
        # PKCE sees to it that a code from elsewhere is of no use here (RFC 7636 section 1).
        return line
    try:
        return _code(urlsplit(line).query or line, state)
    except (OtherAnswerError, ValueError):
        raise TokenError("that is the answer to another login than this one; begin again", lasting=True) from None


def _code(query: str, state: str) -> str:
    """Raises `OtherAnswerError`, and `TokenError` where the login was refused (RFC 6749 section 4.1.2.1)."""
    given = parse_qs(query, max_num_fields=50)
    (said,) = given.get("state") or [""]
    if not hmac.compare_digest(said.encode(), state.encode()):
        raise OtherAnswerError
    if "error" in given:
        why = given["error"][0]
        shown = why if why.isascii() and why.isidentifier() else "error"
        raise TokenError(f"the login was not allowed ({shown[:60]})", lasting=True)
    code = given.get("code", [""])[0]
    if not code:
        raise OtherAnswerError
    return code


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def __init__(self, state: str, answers: queue.SimpleQueue[str | TokenError]) -> None:
        self.state = state
        self.answers = answers
        super().__init__((LOOPBACK, 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser opens connections that it never uses, and closes them; nothing of it is worth a word."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _REQUEST_SECONDS

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path not in ("", "/"):
            self._say(404, "There is nothing here.")
            return
        try:
            code = _code(parts.query, self.server.state)
        except (OtherAnswerError, ValueError):
            self._say(400, "This is not the answer that whiteglove waits for.")
        except TokenError as refusal:
            self._say(200, "The login was not allowed. This page may be closed.")
            self.server.answers.put(refusal)
        else:
            self._say(200, "Logged in. This page may be closed; the rest is said where whiteglove was started.")
            self.server.answers.put(code)

    def _say(self, status: int, text: str) -> None:
        page = _PAGE.format(text=text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        # The address of this page holds the code.
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)
        self.close_connection = True

    def version_string(self) -> str:
        return "whiteglove"

    def log_message(self, format: str, *args: object) -> None:
        """The line would hold the code."""
