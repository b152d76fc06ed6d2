"""How grave an incident is, is the gravest that any of its steps was judged. All else here are values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from whiteglove.ledger import Incident, IncidentEntry, IncidentKind, IncidentState, Severity

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def incident(*judged: Severity | None) -> Incident:
    entries = (
        IncidentEntry(at=NOW, reason="made", state=IncidentState.OPENED, severity=severity) for severity in judged
    )
    return Incident(
        row=1,
        client="acme",
        kind=IncidentKind.COMPLAINT,
        matter="thread:1",
        state=IncidentState.OPENED,
        opened_at=NOW,
        entries=tuple(entries),
    )


def test_the_ranks_ascend() -> None:
    assert sorted(Severity, key=Severity.rank) == [Severity.MINOR, Severity.SERIOUS, Severity.GRAVE]


@pytest.mark.parametrize(
    ("judged", "severity"),
    [
        ((), Severity.MINOR),
        ((None,), Severity.MINOR),
        ((Severity.SERIOUS, None, Severity.MINOR), Severity.SERIOUS),
        ((Severity.MINOR, Severity.GRAVE, Severity.SERIOUS), Severity.GRAVE),
    ],
)
def test_it_only_rises(judged: tuple[Severity | None, ...], severity: Severity) -> None:
    assert incident(*judged).severity is severity
