"""The files that `init` writes: commented, from the models; put into place whole or not at all.

Everything is written into a hidden folder first and read there as the daemon will read it. Only then it goes to its
place, `whiteglove.toml` last; what a command that is interrupted has put there it takes away again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whiteglove.cli.example import built_in
from whiteglove.cli.usage import UsageError
from whiteglove.settings.outline import client_outline, configuration_outline
from whiteglove.settings.places import CLIENTS_FOLDER, CREDENTIALS_FOLDER, FILE_NAME, SYSTEM
from whiteglove.settings.writing import commented

ENABLED = ("acknowledge", "incidents", "contact_frequency", "reports", "replies", "daily_summary")
"""The plugins that everybody gets; the sections of the others stand there as comments."""

HEADING = (
    "whiteglove: written by `whiteglove init`, and yours to change; `whiteglove check` says what is wrong.\n"
    "What stands here as a comment may be left out and shows an example. Anything else is what you answered, or the "
    "default.\n"
    "The client book lies beside this file: clients/*.toml, one file a client.\n"
)
CLIENT_HEADING = (
    "A client. Say what they are called, and when they hear from you: `report`. What stands here as a comment may be "
    "left out and shows an example.\n"
)
_TEMPORARY = ".whiteglove-init-"


def usual_folder(environ: Mapping[str, str]) -> Path:
    """Where a configuration is written unless somebody says where: the system's for root, else the user's own."""
    if os.geteuid() == 0:
        return SYSTEM
    chosen = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not chosen.is_absolute():
        if not environ.get("HOME"):
            raise UsageError("--dir is missing, and without $HOME there is no usual place")
        chosen = Path(environ["HOME"]) / ".config"
    return chosen / "whiteglove"


def refuse_to_overwrite(folder: Path, names: Sequence[str] = (FILE_NAME,)) -> None:
    """Raises `UsageError` where one of these files is there already."""
    for name in names:
        file = folder / name
        if os.path.lexists(file):
            raise UsageError(
                f"{file} is there already, and is not overwritten; change it by hand, move it away, or write "
                "another configuration with --dir DIR"
            )


def configuration_text(owner: Mapping[str, Any], mailbox: Mapping[str, Any]) -> str:
    """The text of `whiteglove.toml` for this owner and mailbox, in rehearsal."""
    values = {
        "owner": owner,
        "daemon": {"mode": "rehearsal"},
        "mailboxes": [mailbox],
        "plugins": {name: {} for name in ENABLED},
    }
    return commented(configuration_outline(built_in()), values, HEADING)


def client_text(values: Mapping[str, Any]) -> str:
    """The text of a client's file."""
    return commented(client_outline(), values, CLIENT_HEADING)


def client_file(key: str) -> str:
    """The name of a client's file below the configuration's folder."""
    return f"{CLIENTS_FOLDER}/{key}.toml"


def credential_file(name: str) -> str:
    """The name of a password's file below the configuration's folder."""
    return f"{CREDENTIALS_FOLDER}/{name}"


class Staged:
    """Files on their way to `target`. `folder` holds them meanwhile; only this user can look into it."""

    def __init__(self, target: Path, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self._names: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Write a file, or write it anew; `name` is its place below the folder."""
        path = self.folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Of all there is in the end, what makes it a configuration is put into place last.
        self._names = sorted({*self._names, name}, key=lambda one: (one == FILE_NAME, one))
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def clear(self) -> None:
        """Begin anew: what an earlier answer wanted written may not be wanted by the next."""
        for name in self._names:
            (self.folder / name).unlink()
        self._names.clear()

    def place(self) -> list[Path]:
        """Put everything into place and say where. Raises `UsageError` where a file is there by now."""
        refuse_to_overwrite(self.target, self._names)
        if not os.path.lexists(self.target):
            self.folder.rename(self.target)
        else:
            self._place_one_by_one()
        return [self.target / name for name in self._names]

    def shown(self, text: str) -> str:
        """A text that names the folder of the moment, with the one in its place that will stay."""
        return text.replace(str(self.folder), str(self.target))

    def _place_one_by_one(self) -> None:
        """A link is made where nothing is, and never over anything; what stands half done is undone."""
        group = _group_of(self.target)
        with contextlib.ExitStack() as undo:
            for name in self._names:
                path = self.target / name
                if not path.parent.exists():
                    path.parent.mkdir(mode=0o700)
                    undo.callback(path.parent.rmdir)
                    _share(path.parent, group)
                os.link(self.folder / name, path)
                undo.callback(path.unlink)
                _share(path, group)
            undo.pop_all()


@contextmanager
def staged(target: Path) -> Iterator[Staged]:
    """A place to write files for `target`, gone at the end with all that was not put into place."""
    above = target if target.is_dir() else target.parent
    if not target.is_dir() and os.path.lexists(target):
        raise UsageError(f"{target} is no folder; --dir names the folder of the configuration")
    above.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=above))
    try:
        yield Staged(target, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _group_of(folder: Path) -> int | None:
    """The group that root made a folder for, as that of the service is: its files are for that group to read."""
    found = folder.stat()
    meant = found.st_gid != os.getegid() and found.st_mode & 0o050 == 0o050
    return found.st_gid if os.geteuid() == 0 and meant else None


def _share(path: Path, group: int | None) -> None:
    """Let the group read. Not the passwords: systemd hands them to the service."""
    if group is None or CREDENTIALS_FOLDER in (path.name, path.parent.name):
        return
    os.chown(path, -1, group)
    path.chmod(0o750 if stat.S_ISDIR(path.stat().st_mode) else 0o640)
