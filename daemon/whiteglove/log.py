"""The log: one line for each thing that happened, as JSON for machines or as text for a terminal. What comes of work
that takes long is shown below it, on a line that is overwritten.

Lines of the daemon come through `event_log()`, whose names are the documented table `EVENTS`; everything else, the
lines of libraries too, takes the same way out. On that way nobody's address and no secret gets through: a value that
looks like an address becomes `<address>`, a value under a name like `password` becomes `<secret>`, an object that is
not plain data becomes the name of its class, and every value ends after 500 characters.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import PurePath
from threading import RLock
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger

from whiteglove.console import as_text, visible

EVENTS: Mapping[str, str] = {
    "daemon.ready": "Each mailbox has its line, or was reported lost; the daemon is at work.",
    "daemon.stopping": "The daemon was told to stop and is finishing what it has begun.",
    "mailbox.connected": "A mailbox was reached and searched for the first time since the start.",
    "mailbox.lost": "A mailbox cannot be reached; `reason` says why, each reason once. The daemon keeps trying.",
    "mailbox.recovered": "A lost mailbox was reached again and caught up with.",
    "mailbox.reading": "Much is to be read: `done` of `total` messages, `rate` a second, `remaining` seconds to go; "
    "every 30 s.",
    "mailbox.renumbered": "The server renumbered a folder (UIDVALIDITY); it was read again, nothing is answered twice. "
    "With the reason `too_often` the folder is left alone for 5 to 30 minutes between two looks.",
    "message.received": "A client's message was recorded; `history` marks one from before the line.",
    "message.parked": "Plugins failed on an event again and again; it waits for a person.",
    "message.flagged": "A plugin had a flag of a message set in the mailbox, or (`set` is false) taken away.",
    "message.moved": "A plugin had a message moved to the `folder` of its mailbox.",
    "message.untouched": "A flag or a move that a plugin wanted was not made; `reason` says why: `rehearsal`, `gone`, "
    "or what the server does not do, which the next summary tells.",
    "mail.planned": "A mail was decided and waits in the outbox until `due`.",
    "mail.sent": "A mail was accepted by the server.",
    "mail.deferred": "The server did not take a mail now; it will be tried again at `due`.",
    "mail.failed": "A mail was refused for good.",
    "mail.withheld": "A mail was not sent; `reason` says why.",
    "mail.cancelled": "A planned mail was called off; `reason` says why.",
    "mail.unknown": "Nobody can say whether a mail went out; it is not sent again.",
    "promise.made": "A client was told a time.",
    "promise.reminded": "The owner was reminded of a promise before it is due.",
    "promise.kept": "What was promised was done; `late` says whether in time.",
    "promise.moved": "A report was moved to another time, which `due` says; who was told the old one is told.",
    "promise.late": "A promised time passed and the promise is still owed.",
    "promise.broken": "A late promise was still owed at the next slot, or at the end of the next working day.",
    "obligation.opened": "A client's message needs an answer of the owner's.",
    "obligation.answered": "The owner answered it, or a teammate to whom it was passed.",
    "obligation.overdue": "The agreed time to answer has passed.",
    "obligation.delegated": "A message was passed to a teammate, who owes the answer from now on, until `due`.",
    "obligation.returned": "The owner owes that answer again; `reason`: `overdue`, or what became of the mail.",
    "incident.opened": "A complaint, a missed deadline or a late promise opened an incident.",
    "incident.updated": "Something happened about an open incident; `reason` says what.",
    "incident.resolved": "An incident is settled.",
    "contact.exceeded": "A client wrote more often than was agreed; told once for each local date.",
    "client.quiet": "Nothing was heard of a client for longer than was agreed or than they are used to.",
    "client.returned": "A client who was quiet has written again.",
    "summary.sent": "The daily summary was accepted by the server.",
    "plugin.failed": "A hook raised, took too long or returned nonsense; its neighbours were served.",
    "plugin.suspended": "A plugin failed too often and rests; its events wait.",
    "plugin.resumed": "A suspended plugin is called again.",
    "config.reloaded": "The configuration was read again and is in force.",
    "config.rejected": "The configuration was read again and is faulty; the old one stays in force.",
}

LONGEST_VALUE = 500
LONGEST_TRACEBACK = 4000
_MOST_ITEMS = 20
_DEEPEST = 4
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

# Any run of characters that an address can be made of; what holds an @ (or the %40 of a URL) is taken for one. The
# quoted local part of RFC 5321 section 4.1.2 may hold spaces and is looked for first.
_DELIMITERS = ' \t\r\n<>(),;"'
_TOKEN = re.compile(r'"[^"]*"@[^\s<>(),;]*|[^\s<>(),;"]+')
_SECRET_NAME = re.compile(r"(?i)passw|passphrase|secret|token|credential|authorization|api_?key")
_SECRET_TEXT = re.compile(r"(?i)\b(passw\w*|secret|\w*token|api[_-]?key)(\s*[=:]\s*)[^\s<]\S*|\b(bearer)(\s+)\S+")
_CLEARED = "\r\x1b[K"
_NAME_WIDTH = max(map(len, EVENTS))

Values = MutableMapping[str, Any]
Render = Callable[[Values], str]
Heard = Callable[[str, Mapping[str, Any]], None]


class Journal:
    """The daemon's own lines: only the names of `EVENTS`, so that the documented table is the whole truth."""

    def __init__(self, logger: FilteringBoundLogger, heard: Heard | None = None) -> None:
        self._logger = logger
        self._heard = heard

    def write(self, event: str, *, level: str = "info", **values: Any) -> None:
        """Log one line. Values that are None are left out. ValueError for a name that is not in the table."""
        if event not in EVENTS:
            raise ValueError(f"{event!r} is not in the table of log events")
        if level not in _LEVELS:
            raise ValueError(f"{level!r} is no level; right would be one of {', '.join(_LEVELS)}")
        given = {name: value for name, value in values.items() if value is not None}
        if self._heard is not None:
            self._heard(event, given)
        self._logger.log(_LEVELS[level], event, **given)


def event_log(heard: Heard | None = None) -> Journal:
    """The journal of what the daemon does. `heard` is given each line too, on the thread that writes it, and before it
    is written: what it hears is not tidied."""
    return Journal(cast(FilteringBoundLogger, structlog.get_logger()), heard)


def get(name: str) -> FilteringBoundLogger:
    """A logger for everything beside the journal; `name` stands in each of its lines as `source`."""
    return cast(FilteringBoundLogger, structlog.get_logger(source=name))


def configure(
    format: Literal["json", "console"],
    stream: TextIO | None = None,
    level: str = "info",
    *,
    zone: tzinfo | None = None,
) -> None:
    """Send every line to `stream` (standard output if None), from `level` on; may be called again. In the form for
    people the time is that of `zone`, of this machine's without one.

    Libraries that use the standard `logging` are included from INFO on, APScheduler from WARNING on. Their DEBUG is
    never written, since it may hold the text of messages. ValueError for an unknown level.
    """
    if level not in _LEVELS:
        raise ValueError(f"{level!r} is no level; right would be one of {', '.join(_LEVELS)}")
    target = sys.stdout if stream is None else stream
    colour = _obeys(target) and not os.environ.get("NO_COLOR")
    render = _as_json if format == "json" else as_text(_NAME_WIDTH, colour=colour, zone=zone)
    sink = _Sink(target)

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _Finish(render)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: sink,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler(render, sink))
    root.setLevel(max(_LEVELS[level], logging.INFO))
    logging.getLogger("imapclient").setLevel(max(_LEVELS[level], logging.INFO))
    logging.getLogger("apscheduler").setLevel(max(_LEVELS[level], logging.WARNING))


def show_below(text: str) -> None:
    """Have this text stand below the log, in place of the last one, where standard error is a terminal; "" takes it
    away, and so does the next line of the log."""
    _BELOW.show(text)


class _Below:
    """The last line of a terminal, below the log."""

    def __init__(self) -> None:
        # Held while any line is written: the log and this share the terminal.
        self.lock = RLock()
        self._is_shown = False

    def show(self, text: str) -> None:
        if not _obeys(sys.stderr):
            return
        columns = shutil.get_terminal_size().columns
        with self.lock:
            self.clear()
            if text:
                self._write(visible(text)[: columns - 1])
                self._is_shown = True

    def clear(self) -> None:
        """Make room for a line of the log. The lock is held."""
        if self._is_shown:
            self._is_shown = False
            self._write(_CLEARED)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            pass


_BELOW = _Below()


def _obeys(stream: TextIO | None) -> bool:
    """Whether this is a terminal, and one that knows more than letters."""
    return stream is not None and not stream.closed and stream.isatty() and os.environ.get("TERM") != "dumb"


class _Sink:
    """Where finished lines go: one write for each, then a flush, never two threads at a time.

    A line that cannot be written is lost, and the mail goes on: a full disk or a closed pipe must not stop the daemon.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        if not line.isascii():
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            line = line.encode(encoding, "backslashreplace").decode(encoding)
        with _BELOW.lock:
            _BELOW.clear()
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                pass

    msg = debug = info = warning = error = critical = write


class _Finish:
    """The last processor of structlog: makes the line that the sink writes."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def __call__(self, _logger: Any, _method: str, values: Values) -> str:
        return self._render(_tidied(values, datetime.now(UTC)))


class _LibraryHandler(logging.Handler):
    """Takes the records of libraries to the same lines, with the library's name as `source`."""

    def __init__(self, render: Render, sink: _Sink) -> None:
        super().__init__()
        self._render = render
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 (a library's wrong format string must not cost its line, nor raise here)
            message = str(record.msg)
        values: Values = structlog.contextvars.get_contextvars()
        values.update(level=record.levelname.lower(), event=message, source=record.name, exc_info=record.exc_info)
        self._sink.write(self._render(_tidied(values, datetime.fromtimestamp(record.created, UTC))))


def _tidied(values: Values, now: datetime) -> Values:
    """The same values in the order of the documentation, with nothing in them that must not be read by others."""
    line: Values = {
        "timestamp": _instant(now),
        "level": values.pop("level", "info"),
        "event": _tidy(values.pop("event", "")),
    }
    exception = _exception(values.pop("exc_info", None))
    values.pop("stack_info", None)
    for name, value in values.items():
        line.setdefault(name, _tidy_named(name, value))
    if exception:
        line["exception"] = exception
    return line


def _tidy_named(name: str, value: Any, depth: int = 0) -> Any:
    if name == "message_id" and isinstance(value, str):
        return value[:LONGEST_VALUE]
    if value is not None and _SECRET_NAME.search(name):
        return "<secret>"
    return _tidy(value, depth)


def _tidy(value: Any, depth: int = 0) -> Any:
    """Plain data without addresses. What is no plain data is named, not shown: it may hold a message."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _cut(str.__str__(value))
    if isinstance(value, int | float):
        # An integer without end cannot be printed, and JSON knows neither NaN nor infinities.
        return value if abs(value) < 1 << 64 else "<number>"
    if isinstance(value, datetime):
        return _instant(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date | time | PurePath):
        return _cut(str(value))
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, BaseException):
        return _cut("".join(traceback.format_exception_only(value)).strip())
    if depth < _DEEPEST and isinstance(value, dict):
        pairs = list(value.items())[:_MOST_ITEMS]
        return {_cut(str(name)): _tidy_named(str(name), item, depth + 1) for name, item in pairs}
    if depth < _DEEPEST and isinstance(value, list | tuple):
        return [_tidy(item, depth + 1) for item in value[:_MOST_ITEMS]]
    if depth < _DEEPEST and isinstance(value, set | frozenset):
        return sorted((_tidy(item, depth + 1) for item in value), key=str)[:_MOST_ITEMS]
    return f"<{type(value).__name__}>"


def _instant(value: datetime) -> str:
    """RFC 3339 in UTC, always with microseconds, so that lines sort as text."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cut(text: str, longest: int = LONGEST_VALUE) -> str:
    """The text without addresses and secrets, and not longer than this."""
    if len(text) <= longest:
        return _redacted(text)
    # What is cut off could split an address and leave its first half unrecognised; so a reserve is read beyond the
    # cut, and of the reserve the last run, which may itself be half of something, is given up.
    reserve = text[: longest * 2]
    edge = max(reserve.rfind(mark) for mark in _DELIMITERS)
    return _redacted(reserve[:edge] if edge > 0 else reserve)[: longest - 1] + "…"


def _redacted(text: str) -> str:
    if "@" in text or "%40" in text:
        text = _TOKEN.sub(_hide_address, text)
    if "=" in text or ":" in text or "earer" in text:
        text = _SECRET_TEXT.sub(r"\1\2\3\4<secret>", text)
    return text


def _hide_address(run: re.Match[str]) -> str:
    return "<address>" if "@" in run[0] or "%40" in run[0] else run[0]


def _exception(info: Any) -> str:
    """The traceback without the values of any variable, its end if it is long; "" where there is none."""
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return ""
    text = "".join(traceback.TracebackException.from_exception(error, limit=-20, capture_locals=False).format())
    return _redacted(text.rstrip()[-LONGEST_TRACEBACK:])


def _as_json(line: Values) -> str:
    return json.dumps(line)
