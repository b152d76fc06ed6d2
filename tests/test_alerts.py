"""The example rules for Prometheus ask for figures, labels and values that there are, and for commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from whiteglove.cli import COMMANDS
from whiteglove.ledger import ObligationState, PromiseState
from whiteglove.log import EVENTS
from whiteglove.metrics import AUDIENCES, METRICS, STATES

TEXT = (Path(__file__).parents[1] / "systemd" / "alerts.example.yml").read_text("utf-8")
EXPRESSIONS = re.findall(r"^        expr: (.+)$", TEXT, re.MULTILINE)
VALUES = {
    ("whiteglove_mails_total", "state"): STATES,
    ("whiteglove_mails_total", "audience"): AUDIENCES,
    ("whiteglove_outbox_waiting", "audience"): AUDIENCES,
    ("whiteglove_promises", "state"): (PromiseState.OPEN, PromiseState.LATE),
    ("whiteglove_obligations", "state"): (ObligationState.OPEN, ObligationState.OVERDUE),
    ("whiteglove_log_events_total", "event"): tuple(EVENTS),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_rule_asks_for_what_there_is(expression: str) -> None:
    asked = re.findall(r"\b(whiteglove_\w+|up)(?:\{(.*?)\})?", expression)
    assert asked
    for name, selectors in asked:
        figure = name.removesuffix("_bucket") if name.endswith("_bucket") else name
        assert figure == "up" or figure in METRICS
        assert (METRICS[figure].type == "histogram") == (name != figure) if figure != "up" else True
        for label, values in re.findall(r'(\w+)=~?"(.*?)"', selectors):
            if figure != "up":
                assert label in METRICS[figure].labels
                assert set(values.split("|")) <= set(VALUES[figure, label])


def test_labels_by_which_is_summed_and_told_are_there() -> None:
    known = {label for metric in METRICS.values() for label in metric.labels} | {"le"}
    summed = {label for labels in re.findall(r"by \((.*?)\)", TEXT) for label in labels.split(", ")}
    told = set(re.findall(r"\$labels\.(\w+)", TEXT))
    assert summed | told <= known


def test_a_counter_is_asked_for_its_increase_and_what_stands_is_not() -> None:
    for expression in EXPRESSIONS:
        for name in re.findall(r"whiteglove_\w+", expression):
            counts = name.endswith(("_total", "_bucket"))
            assert counts == bool(re.search(rf"(increase|rate)\({name}", expression)), expression


def test_every_rule_has_what_prometheus_and_a_person_need() -> None:
    rules = TEXT.split("- alert: ")[1:]
    assert len(rules) == len(EXPRESSIONS) > 10
    names = [rule.split("\n")[0] for rule in rules]
    assert len(set(names)) == len(names)
    for rule in rules:
        assert re.search(r"^        labels: \{severity: (critical|warning|info)\}$", rule, re.MULTILINE)
        assert re.search(r"^          summary: \S", rule, re.MULTILINE)
        assert re.search(r"^          action: \S", rule, re.MULTILINE)
    commands = re.findall(r"whiteglove (\w+)", "\n".join(re.findall(r"action: (.+)", TEXT)))
    assert commands
    assert [name for name in commands if name not in COMMANDS] == []
