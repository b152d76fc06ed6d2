"""Fills `ports.Caller`: HTTP for what goes to a web address, apprise for the many ways to reach a person.

apprise is an extra (`pip install whiteglove[notify]`) and is loaded when the first notice goes out. It is typed and it
keeps quiet, but for its log, which may name addresses with the keys in them; so it is told to write none.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from whiteglove.errors import CallError
from whiteglove.web import Request, WebError, exchange

PATIENCE = 15.0
"""Seconds that a web server has for its answer."""
_TRY_AGAIN = frozenset({408, 425, 429})
_MISSING = "apprise_missing"


class WebCaller:
    """Calls over the network. One for the daemon."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body by POST; any 2yz is a yes. http:// reaches this machine only."""
        secure = urlsplit(url).scheme == "https"
        try:
            answer = exchange(Request(url=url, headers=headers, body=body, allow_remote=secure), PATIENCE)
        except WebError as error:
            raise CallError(error.code, permanent=error.code == "not_loopback") from None
        if not 200 <= answer.status < 300:
            refused = 400 <= answer.status < 500 and answer.status not in _TRY_AGAIN
            raise CallError(f"status_{answer.status}", permanent=refused)

    def notify(self, addresses: Sequence[str], title: str, text: str) -> None:
        """Tell a person. `text` is plain; each service makes of it what it can show."""
        try:
            import apprise
        except ImportError:
            raise CallError(_MISSING, permanent=True) from None
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        service = apprise.Apprise()
        for address in addresses:
            if not service.add(address):
                raise CallError("address", permanent=True)
        if not service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
            raise CallError("refused")
