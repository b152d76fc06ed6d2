"""The public holidays of a country or one of its subdivisions, as plain dates.

The tables come from the package `holidays`, which takes some 45 MB of memory once it is imported. So a short-lived
child process works them out, and the daemon keeps only the dates; where no child can be started they are worked out
here. `python -P -m whiteglove.settings.holidays FIRST LAST CODE…` is that child.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import date

from whiteglove.errors import GrammarError
from whiteglove.grammar import quoted

EXAMPLE = 'right would be "DE-BE" (a subdivision) or "DE" (a country), in ISO 3166 codes'
CHILD_SECONDS = 60


def holiday_tables(codes: Iterable[str], year: int) -> dict[str, frozenset[date] | GrammarError]:
    """For each code the holidays of the years `year` - 1 to `year` + 10, or the error that says why there are none."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    found = _from_child(wanted, year - 1, year + 10)
    if found is None:
        found = {code: _worked_out(code, year - 1, year + 10) for code in wanted}
    return {
        code: GrammarError(days) if isinstance(days, str) else frozenset(map(date.fromordinal, days))
        for code, days in found.items()
    }


def _from_child(codes: Sequence[str], first: int, last: int) -> dict[str, list[int] | str] | None:
    """What the child process answers; None where there is none to be had."""
    argv = [sys.executable, "-P", "-m", "whiteglove.settings.holidays", str(first), str(last), *codes]
    try:
        # The program is this very interpreter, and the codes are words of its own argument list; no shell reads them.
        done = subprocess.run(argv, capture_output=True, check=True, timeout=CHILD_SECONDS)  # noqa: S603
        answer = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return answer if isinstance(answer, dict) and set(answer) == set(codes) else None


def _worked_out(code: str, first: int, last: int) -> list[int] | str:
    """The days as ordinals, or a sentence that says why the code has none."""
    import holidays

    country, _, subdivision = code.strip().partition("-")
    country = country.upper()
    supported = holidays.list_supported_countries(include_aliases=True)
    if country not in supported:
        return f"{quoted(code)} is no country whose holidays are known; {EXAMPLE}"
    spelt = {name.casefold(): name for name in supported[country]}
    if subdivision and subdivision.casefold() not in spelt:
        known = ", ".join(supported[country]) or "none"
        return f"{quoted(code)} names no subdivision of {country}, known are {known}; {EXAMPLE}"
    table = holidays.country_holidays(country, subdiv=spelt.get(subdivision.casefold()), years=range(first, last + 1))
    return sorted(day.toordinal() for day in table)


def main(arguments: Sequence[str]) -> None:
    """Write a JSON object of the codes to standard output; each value is a list of ordinals or a sentence."""
    first, last, *codes = arguments
    json.dump({code: _worked_out(code, int(first), int(last)) for code in codes}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
