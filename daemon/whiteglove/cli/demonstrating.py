"""`demo`: a day of five invented clients, played by the real daemon between two servers on this machine."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from calendar import day_abbr
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from whiteglove.cli.staging import Stage
from whiteglove.cli.usage import CommandParser
from whiteglove.clients import Client
from whiteglove.demo import story
from whiteglove.demo.sheet import MARGIN, Sheet
from whiteglove.demo.story import Scene
from whiteglove.demo.tally import Tally, tally, told
from whiteglove.demo.timeline import Happening, Logged, Row, Timeline, page_of
from whiteglove.errors import WhiteGloveError

_INTRODUCTION = (
    "The real daemon, between an IMAP server and an SMTP server on this machine, with a clock that runs fast; nothing "
    "leaves it. What stands here was read from the daemon's log, its store, and the mails that the two servers have."
)
_USUAL = frozenset({"daemon.ready", "mailbox.connected", "mail.planned", "obligation.opened", "obligation.overdue"})
"""Lines of the log that decide nothing. Every other one must be in the story."""


class StoryError(WhiteGloveError):
    """The story did not come out as told."""


def add_demo(command: CommandParser) -> None:
    command.add_argument(
        "--out",
        metavar="DIR",
        help="where the mails that left are written, and the summaries as pages; a temporary folder without it",
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if options.out is not None:
        Path(options.out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="whiteglove-demo-") as folder, Stage(Path(folder), story.BEGIN) as stage:
        zone = stage.settings.worktime.zone
        sheet = Sheet(zone, colour=colour)
        _print(_opening(sheet, stage.settings.owner.name, stage.settings.book.clients.values()))
        names = {key: client.name for key, client in stage.settings.book.clients.items()}
        timeline = Timeline(stage.settings.owner, names)
        left: list[Row] = []

        def show(happenings: Sequence[Happening]) -> None:
            for row in timeline.rows(happenings):
                _print(sheet.lines(row))
                if row.raw is not None:
                    left.append(row)

        _play(stage, show)
        with stage.store.read() as tx:
            counted = tally(tx)
    if counted.left != len(left):
        raise StoryError(f"the store counts {counted.left} mails that left, the server has {len(left)}")
    place = Path(options.out or tempfile.mkdtemp(prefix="whiteglove-demo-mails-"))
    pages = _write(left, place, zone)
    _print(_closing(sheet, counted, place, pages))
    return 0


def _play(stage: Stage, show: Callable[[Sequence[Happening]], None]) -> None:
    """The whole story, scene by scene. Raises StoryError at the first that comes out otherwise."""
    for mail in story.PAST:
        stage.lay(mail)
    said: list[Happening] = []

    def happen(happenings: Sequence[Happening]) -> None:
        show(happenings)
        said.extend(happenings)

    happen(stage.open())
    ends = (*(scene.at for scene in story.DAY), story.END)
    for scene, end in zip((None, *story.DAY), ends, strict=True):
        if scene is not None:
            happen(stage.play(scene))
        for happenings in stage.forward(end):
            happen(happenings)
        _compare(scene, said, stage.settings.worktime.zone)
        said.clear()


def _compare(scene: Scene | None, happenings: Iterable[Happening], zone: ZoneInfo) -> None:
    """Hold what the log says against what the story expects of a scene, or of what comes before the first."""
    expected = Counter(scene.expected if scene is not None else story.BEGUN)
    found = Counter(_decisive(happenings))
    if expected == found:
        return
    where = f"{scene.at.astimezone(zone):%H:%M}, “{scene.subject}”" if scene is not None else "the beginning"
    missing, surplus = sorted((expected - found).elements()), sorted((found - expected).elements())
    parts = [f"{what}: {', '.join(lines)}" for what, lines in (("missing", missing), ("too much", surplus)) if lines]
    raise StoryError(f"the story did not come out as told ({where}): {'; '.join(parts)}")


def _decisive(happenings: Iterable[Happening]) -> Iterator[str]:
    for one in happenings:
        if not isinstance(one, Logged) or one.event in _USUAL or one.values.get("history"):
            continue
        if one.event != "message.received" or one.reason:
            yield f"{one.event} {one.reason}".strip()


def _opening(sheet: Sheet, owner: str, clients: Iterable[Client]) -> Iterator[str]:
    yield sheet.heading(f"whiteglove demo: a day of {owner}'s, with five invented clients")
    yield ""
    yield from sheet.entry("", "what", _INTRODUCTION)
    for client in clients:
        said = f"{client.engagement}, {client.language}, {client.timezone}, {_hears(client)}"
        yield from sheet.entry("", client.key, f"{client.name}: {said}")


def _hears(client: Client) -> str:
    days: dict[time, list[str]] = {}
    for slot in client.report:
        days.setdefault(slot.at, []).append(day_abbr[slot.weekday])
    agreed = ", ".join(f"{' '.join(names)} {at:%H:%M}" for at, names in days.items())
    return f"reports {agreed}" if agreed else "no reports"


def _closing(sheet: Sheet, counted: Tally, place: Path, pages: Sequence[Path]) -> Iterator[str]:
    yield from ("", sheet.heading("The day in numbers, as the store has them"), "")
    for word, numbers in told(counted):
        yield from sheet.entry("", word, numbers)
    yield from ("", sheet.heading("To open"), "")
    yield from sheet.entry("", "mails", f"{counted.left}, each as it left, in this folder:")
    # Whole, whatever it holds: somebody copies it.
    yield " " * MARGIN + str(place)
    for page in pages:
        yield from sheet.entry("", "page", page.resolve().as_uri())


def _write(left: Sequence[Row], place: Path, zone: ZoneInfo) -> list[Path]:
    """Each mail that left as a file whose name says when, what and to whom; the summaries as pages too, which are
    returned."""
    pages = []
    for number, row in enumerate(left, 1):
        assert row.raw is not None
        whom = f"-{row.client}" if row.client else ""
        name = f"{number:02}-{row.at.astimezone(zone):%a-%H%M}-{row.word}{whom}".lower()
        (place / f"{name}.eml").write_bytes(row.raw)
        if (page := page_of(row.raw)) is not None:
            pages.append(place / f"{name}.html")
            pages[-1].write_text(page, encoding="utf-8")
    return pages


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    # Rows are read while the story goes on.
    sys.stdout.flush()
