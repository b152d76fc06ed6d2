"""`python -m fuzz FOLDER -max_total_time=60`: atheris, over libFuzzer, looks for bytes that the target cannot read.

FOLDER holds the mails to begin with (`python -m fuzz.seeds FOLDER`) and gets those that reach new code.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["whiteglove"]):
    from fuzz.reading import read

atheris.Setup(sys.argv, read)
atheris.Fuzz()
