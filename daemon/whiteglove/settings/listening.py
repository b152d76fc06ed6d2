"""Where the daemon itself listens, as `127.0.0.1:9464`: on this machine only, since nobody is asked who they are."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from whiteglove.errors import GrammarError

LISTEN_EXAMPLE = "127.0.0.1:9464"
_RIGHT = f'right would be "{LISTEN_EXAMPLE}"'


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """An address of this machine that no other machine reaches, without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_listen(text: str) -> ListenAddress | None:
    """Read `127.0.0.1:9464`, `[::1]:9464` or `localhost:9464`; None for an empty text. Raises `GrammarError`."""
    if not text:
        return None
    written, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65536:
        raise GrammarError(f"this is no address with a port behind it; {_RIGHT}")
    host = "127.0.0.1" if written == "localhost" else written
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise GrammarError(f'an IPv6 address stands in brackets; right would be "[::1]:{port}"')
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise GrammarError(f"this names no address of this machine; {_RIGHT}") from None
    if not address.is_loopback:
        raise GrammarError(f"other machines could read it there, and nobody is asked for a password; {_RIGHT}")
    return ListenAddress(str(address), int(port))
