"""Keys that a plugin's settings or actions speak of: the same places as for passwords, read by the core alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whiteglove.errors import ConfigurationError, GrammarError
from whiteglove.settings.places import CREDENTIALS_FOLDER, resolve
from whiteglove.settings.secrets import Secret, SecretSource, parse_source
from whiteglove.settings.values import Settings


def kept(written: object, settings: Settings, path: Sequence[str | int], environ: Mapping[str, str]) -> Secret:
    """The key that is kept where `written` says, as `{ credential = "hook" }`; not read yet. `path` is the key of the
    configuration that asks for it.

    Raises:
        ConfigurationError: `written` is no such place.
    """
    try:
        source = parse_source(written)
    except GrammarError as error:
        raise ConfigurationError((settings.problem(path, str(error)),)) from None
    folder = settings.path.parent
    if source.kind == "file":
        source = SecretSource("file", (str(resolve(source.argument[0], folder, environ)),))
    place = settings.problem(path, "is where the key is kept")
    return Secret(source, place, environ, credentials=folder.absolute() / CREDENTIALS_FOLDER)
