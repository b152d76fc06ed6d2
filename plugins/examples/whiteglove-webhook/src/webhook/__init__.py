"""Tell a web service of the owner's what happens: a signed JSON object for each event that was asked for.

The core makes the call (`Post`), after its commit, and again for a day where it is not taken. What leaves the machine
is the client's key, times and states: no subject, no name, no address, and never a word of a mail. The key of the
signature is kept where passwords are; the plugin never sees it.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from whiteglove import (
    Actions,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Context,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    Json,
    MessageReceived,
    ObligationAnswered,
    ObligationOpened,
    ObligationOverdue,
    PluginInfo,
    PluginSettings,
    Post,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseLate,
    PromiseMoved,
    hookimpl,
)

Name = Literal[
    "MessageReceived",
    "PromiseKept",
    "PromiseLate",
    "PromiseBroken",
    "PromiseMoved",
    "ObligationOpened",
    "ObligationAnswered",
    "ObligationOverdue",
    "IncidentOpened",
    "IncidentUpdated",
    "IncidentResolved",
    "ContactExceeded",
    "ClientQuiet",
    "ClientReturned",
]


class Webhook(PluginSettings):
    """The keys of `[plugins.webhook]`."""

    url: str = Field(examples=["https://hooks.vale.example/whiteglove"], description="Where it is sent to.")
    key: dict[str, Any] = Field(
        examples=[{"credential": "webhook"}], description="Where the key of the signature is kept, as passwords are."
    )
    events: list[Name] = Field(
        default=["PromiseLate", "ObligationOverdue", "IncidentOpened"], description="What is sent."
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not (parts.scheme == "https" and parts.hostname) and not here:
            raise ValueError("must begin with https://; right would be https://hooks.vale.example/whiteglove")
        return url

    @field_validator("key")
    @classmethod
    def _is_a_place(cls, key: dict[str, Any]) -> dict[str, Any]:
        # The value is not repeated: somebody may have written the key itself there.
        if len(key) != 1 or not key.keys() <= {"credential", "env", "file", "command"}:
            raise ValueError('says where the key is kept; right would be { credential = "webhook" }')
        return key


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells a web service of yours what happens, signed.", Webhook, requires="1")


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Webhook]) -> Actions:
    found = event.message.classification
    kinds: list[Json] = [str(kind) for kind in found.kinds] if found else []
    return None if event.history else _post(event, ctx, message=event.message.row, kinds=kinds)


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Webhook]
) -> Actions:
    promise = event.promise
    return _post(
        event, ctx, promise=promise.row, kind=str(promise.kind), due=promise.due.isoformat(), late=promise.late
    )


@hookimpl
def on_obligation(event: ObligationOpened | ObligationAnswered | ObligationOverdue, ctx: Context[Webhook]) -> Actions:
    owed = event.obligation
    return _post(event, ctx, obligation=owed.row, due=owed.due.isoformat() if owed.due else None)


@hookimpl
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Context[Webhook]) -> Actions:
    one = event.incident
    said = {"kind": str(one.kind), "state": str(one.state), "severity": str(one.severity)}
    return _post(event, ctx, incident=one.row, **said)


@hookimpl
def on_client(event: ContactExceeded | ClientQuiet | ClientReturned | ClientNoted, ctx: Context[Webhook]) -> Actions:
    match event:
        case ContactExceeded(count=count):
            return _post(event, ctx, count=count)
        case ClientQuiet(since=since) | ClientReturned(since=since):
            return _post(event, ctx, since=since.isoformat())
        case _:
            # What the owner notes stays here.
            return None


def _post(event: Any, ctx: Context[Webhook], **facts: Json) -> Actions:
    name = type(event).__name__
    if name not in ctx.config.events:
        return None
    body: dict[str, Json] = {"event": name, "id": event.id, "at": event.at.isoformat(), "client": event.client.key}
    return [Post(reason="asked_for", url=ctx.config.url, body=body | facts, signed_with=dict(ctx.config.key))]
