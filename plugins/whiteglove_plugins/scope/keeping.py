"""The records of wishes in the plugin's memory, each under the client's key and the row of its first message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from whiteglove import CancelWake, Project, RecordedMessage, Remember, Withdraw
from whiteglove_plugins.scope.requests import ChangeRequest, request_from_json
from whiteglove_plugins.scope.settings import Ctx

_DONE = timedelta(days=14)
"""So long after its deadline a project is taken for one that was done and left in the file."""
_REMEMBERED = timedelta(days=548)
"""How long a wish is remembered that is settled: the eighteen months for which mail is kept."""
_REQUEST = "request:"


def key_of(client: str, request: ChangeRequest) -> str:
    return f"{_REQUEST}{client}:{request.messages[0]}"


def draft_key_of(request: ChangeRequest) -> str:
    return f"scope:{request.messages[0]}"


def kept(ctx: Ctx, client: str = "") -> Iterator[tuple[str, ChangeRequest]]:
    """Each record with its client's key; of one client where one is named."""
    for key, value in ctx.memory.items(f"{_REQUEST}{client}:" if client else _REQUEST).items():
        request = request_from_json(value)
        if request is not None:
            yield key.removeprefix(_REQUEST).rpartition(":")[0], request


def found(key: str, ctx: Ctx) -> tuple[str, ChangeRequest] | None:
    """The record of this key, with its client's key."""
    request = request_from_json(ctx.memory.get(key))
    return (key.removeprefix(_REQUEST).rpartition(":")[0], request) if request is not None else None


def remember(client: str, request: ChangeRequest, ctx: Ctx) -> Remember:
    until = ctx.now + _REMEMBERED if request.is_settled else None
    return Remember(reason=request.state, key=key_of(client, request), value=request.to_json(), until=until)


def take_back(client: str, request: ChangeRequest, reason: str) -> tuple[Withdraw, CancelWake]:
    """The draft is not wanted any more, and is not to be laid there anew."""
    return (
        Withdraw(reason=reason, key=draft_key_of(request)),
        CancelWake(reason=reason, key=key_of(client, request)),
    )


def first_message(client: str, request: ChangeRequest, ctx: Ctx) -> RecordedMessage | None:
    """The message in which it was said first; None where it was removed or forgotten."""
    message = ctx.ledger.message(request.messages[0])
    return message if message is not None and message.client == client else None


def thread_of(client: str, request: ChangeRequest, ctx: Ctx) -> int:
    """The thread that it is in by now: two threads may turn out to be one."""
    message = first_message(client, request, ctx)
    return message.thread if message is not None else request.thread


def running_projects(client: str, ctx: Ctx) -> list[Project]:
    known, today = ctx.book.clients.get(client), ctx.worktime.local_date(ctx.now)
    projects = known.projects if known is not None else ()
    return [project for project in projects if project.deadline is None or today <= project.deadline + _DONE]


def scope_now(client: str, project: str, ctx: Ctx) -> str:
    """What is agreed for this project, or for all of them where none is named."""
    known = ctx.book.clients.get(client)
    projects = known.projects if known is not None else ()
    return "\n".join(one.scope for one in projects if one.scope and project in ("", one.name))


def languages_of(client: str, ctx: Ctx) -> tuple[str, ...]:
    """In which a scope may be written: theirs and the owner's."""
    known = ctx.book.clients.get(client)
    return (ctx.owner.language, known.language) if known is not None else (ctx.owner.language,)
