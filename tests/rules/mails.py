"""Mails as they arrive, of which a test changes one thing."""

from __future__ import annotations

import itertools

SERVER = "mx.vale.example"
"""Whose Authentication-Results the house believes."""

TEXT = "Content-Type: text/plain\r\n\r\nHow are things progressing?\r\n"

_numbers = itertools.count(1)


def new_id() -> str:
    return f"<question.{next(_numbers)}@acme.example>"


def mail(*extra: str, **changes: str | None) -> bytes:
    """Wile's question how things stand, as the server delivers it.

    `extra` are whole fields on top. `changes` replace a field or the `text`; None takes a field out.
    """
    fields: dict[str, str | None] = {
        "Return-Path": "<wile@acme.example>",
        "From": "Wile Coyote <wile@acme.example>",
        "To": "Robin Vale <robin@vale.example>",
        "Subject": "The catalogue",
        "Date": "Mon, 02 Mar 2026 10:00:00 +0100",
        "Message-ID": new_id(),
    }
    text = changes.pop("text", None)
    fields |= {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [*extra, *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    body = "How are things progressing?\r\n" if text is None else text
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape")


def from_address(address: str, *extra: str, **changes: str | None) -> bytes:
    """The same question from another address."""
    return mail(*extra, **{"From": address, "Return_Path": f"<{address}>", **changes})


def parted(*parts: str, kind: str = "mixed", parameters: str = "") -> dict[str, str | None]:
    """Content type and text of a multipart, as changes for `mail`."""
    boundary = f"part{next(_numbers)}"
    text = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return {"Content_Type": f'multipart/{kind}; {parameters}boundary="{boundary}"', "text": text}


def enclosed(*parts: str, kind: str = "mixed", parameters: str = "") -> str:
    """A multipart as one part of another."""
    inner = parted(*parts, kind=kind, parameters=parameters)
    return f"Content-Type: {inner['Content_Type']}\r\n\r\n{inner['text']}"
