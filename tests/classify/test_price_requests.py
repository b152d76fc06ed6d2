"""Whether a message asks to pay less, and the words that are kept of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from whiteglove.classify.price_requests import LONGEST_CUE, price_request

NEAR = {"scope_change", "billing", "new_work", "complaint"}


@pytest.mark.parametrize(
    ("subject", "text", "words"),
    [
        ("Shop", "Could you add a shop? As a favour, of course.", "As a favour"),
        ("A discount?", None, "discount"),
        ("A discount?", "That is too expensive for us.", "too expensive"),
        ("Re: Katalog", "Das ist uns zu teuer. Geht es günstiger?", "zu teuer"),
        ("Katalog", "Liebe Grüße", None),
        ("", "", None),
        ("Catalogue", "When do we get the pages?", None),
        ("Catalogue", "Could you add a shop for free?", "for free"),
        ("Katalog", "Könnten Sie den Shop ohne Aufpreis machen?", "ohne Aufpreis"),
        ("Catalogue", "Visitors of the shop get it for free.", None),
        ("Catalogue", "Please send the invoice to our accounting.", None),
    ],
)
def test_the_words_that_ask_for_it(subject: str, text: str | None, words: str | None) -> None:
    assert price_request(subject, text) == words


def test_of_the_words_no_more_are_kept_than_a_cue_may_have() -> None:
    found = price_request("", "Unser Preis " + "Donaudampfschifffahrtsgesellschaftskapitän " * 3 + "senken, bitte.")
    assert found is not None
    assert len(found) == LONGEST_CUE
    assert found.endswith("…")


def test_hardly_any_mail_that_asks_for_something_else_is_taken_for_one() -> None:
    """Of the classifier's labelled sentences those that are about neither scope nor money, and no complaint."""
    with Path(__file__).with_name("labelled.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if not row[0].startswith("#")]
    others = [text for kinds, _, text in rows if not NEAR & set(re.findall(r"\w+", kinds))]
    wrong = [text for text in others if price_request("", text)]
    assert len(others) > 500
    assert len(wrong) <= len(others) / 500, wrong
