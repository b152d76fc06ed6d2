"""Where things lie: the configuration itself, the files it names, and the daemon's state.

Nothing here reads the process's own environment; it comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from whiteglove.errors import ConfigurationError, Problem

FILE_NAME = "whiteglove.toml"
CLIENTS_FOLDER = "clients"
CREDENTIALS_FOLDER = "credentials"
SYSTEM = Path("/etc/whiteglove")
SYSTEM_STATE = Path("/var/lib/whiteglove")
"""Where the system's service keeps its store: what systemd makes of `StateDirectory=whiteglove`."""


def find(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file to read: `path`, else by the environment, else the usual places.

    `path` and `$WHITEGLOVE_CONFIG` name the file or the folder that holds `whiteglove.toml`, and nothing else is
    looked at where one of them is given. Raises `ConfigurationError` that lists where it looked.
    """
    named = path or (Path(environ["WHITEGLOVE_CONFIG"]) if environ.get("WHITEGLOVE_CONFIG") else None)
    if named is not None:
        file = named / FILE_NAME if is_folder(named) else named
        if _may_be_there(file):
            return file
        given = "--config" if path else "$WHITEGLOVE_CONFIG"
        raise _not_found(str(file), f"there is no such file; {given} must name a {FILE_NAME} or the folder it is in")
    looked = [folder / FILE_NAME for folder in _usual_folders(environ)]
    for file in looked:
        if _may_be_there(file):
            return file
    places = ", ".join(map(str, looked))
    raise _not_found(
        FILE_NAME,
        f"there is no configuration; looked for {places}; write one with `whiteglove init` or use --config FILE",
    )


def is_folder(path: Path) -> bool:
    """Whether this is a folder; one that this user may not look at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _may_be_there(file: Path) -> bool:
    """Whether to try and read a file. One that is hidden counts, since reading it then says what is in the way."""
    try:
        return file.exists()
    except OSError:
        return True


def _not_found(file: str, text: str) -> ConfigurationError:
    return ConfigurationError((Problem(file, 0, "", text),))


def _usual_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """In the order of precedence. systemd may name several folders, separated by colons."""
    for folder in environ.get("CONFIGURATION_DIRECTORY", "").split(":"):
        if folder:
            yield Path(folder)
    if home := _below_home(environ, "XDG_CONFIG_HOME", ".config"):
        yield home / "whiteglove"
    yield SYSTEM


def _below_home(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """A base folder of the XDG specification, which says to ignore relative ones."""
    chosen = Path(environ.get(variable, ""))
    if chosen.is_absolute():
        return chosen
    return Path(environ["HOME"]) / usual if environ.get("HOME") else None


def resolve(text: str, beside: Path, environ: Mapping[str, str]) -> Path:
    """A path from the configuration: relative ones lie beside it, `~/` is the home folder."""
    if text.startswith("~/") and environ.get("HOME"):
        return Path(environ["HOME"]) / text[2:]
    return (beside / text).absolute()


def state_folder(text: str, beside: Path, environ: Mapping[str, str]) -> Path | None:
    """The folder of the store: as configured, else systemd's, else the user's; None where there is none to be had.

    Beside the system's configuration it is the service's, so that a shell finds what the service wrote.
    """
    if text:
        return resolve(text, beside, environ)
    if systemd := environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(systemd)
    if beside.absolute() == SYSTEM:
        return SYSTEM_STATE
    if beside.absolute().parent == SYSTEM:
        # One of several services of this machine, `whiteglove@NAME`.
        return SYSTEM_STATE / beside.name
    home = _below_home(environ, "XDG_STATE_HOME", ".local/state")
    return home / "whiteglove" if home else None
