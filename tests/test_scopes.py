"""What a mail shares with what was agreed: whole words, and no more."""

from __future__ import annotations

import pytest

from whiteglove.clients import Project
from whiteglove.scopes import Touch, clauses, newly_settled, project_meant, touched

SCOPE = "Catalogue pages and search; no shop."
EVERY = ("en", "de", "fr", "es", "it", "pt", "nl")


def excluded(scope: str, *languages: str) -> set[str]:
    return {word for clause in clauses(scope, languages) for word in clause.excluded}


def named(scope: str, *languages: str) -> set[str]:
    return {word for clause in clauses(scope, languages) for word in clause.named}


@pytest.mark.parametrize(
    ("language", "scope", "inside", "outside"),
    [
        ("en", SCOPE, {"catalogue", "pages", "search"}, {"shop"}),
        ("en", "Pages. Shop not included.", {"pages"}, {"shop"}),
        ("en", "Pages without a shop or newsletter", {"pages"}, {"shop", "newsletter"}),
        ("en", "No shop, but a newsletter", {"newsletter"}, {"shop"}),
        ("en", "No shop but a newsletter", {"newsletter"}, {"shop"}),
        ("en", "Not only pages; a form too", {"pages", "form", "too"}, set()),
        ("en", "Version 2.5 of the app (no support)", {"version", "app"}, {"support"}),
        ("de", "Katalogseiten und Suche; kein Shop.", {"katalogseiten", "suche"}, {"shop"}),
        ("de", "Texte, Übersetzung nicht enthalten", {"texte"}, {"ubersetzung"}),
        ("de", "Alles außer Druck", {"alles"}, {"druck"}),
        ("fr", "Pages du catalogue, pas de boutique", {"pages", "catalogue"}, {"boutique"}),
        ("fr", "Textes, hors traduction", {"textes"}, {"traduction"}),
        ("es", "Páginas y búsqueda; sin tienda.", {"paginas", "busqueda"}, {"tienda"}),
        ("it", "Pagine e ricerca, senza negozio", {"pagine", "ricerca"}, {"negozio"}),
        ("pt", "Páginas no catálogo; sem loja.", {"paginas", "catalogo"}, {"loja"}),
        ("nl", "Catalogus en zoeken; geen winkel.", {"catalogus", "zoeken"}, {"winkel"}),
    ],
)
def test_a_scope_is_read_clause_by_clause(language: str, scope: str, inside: set[str], outside: set[str]) -> None:
    assert (named(scope, language), excluded(scope, language)) == (inside, outside)


def test_only_the_words_of_the_languages_at_hand_exclude() -> None:
    assert excluded("no site", "pt") == set()
    assert excluded("no site", "pt", "en") == {"site"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Could you add a shop?", Touch(excluded=("shop",), clause="no shop")),
        ("Could you add a SHOP to the search pages?", Touch(("pages", "search"), ("shop",), "no shop")),
        ("The workshop was great, and so were the shops.", Touch()),
        ("Could you add a map?", Touch()),
        ("", Touch()),
    ],
)
def test_whole_words_are_found_in_both(text: str, found: Touch) -> None:
    assert touched(SCOPE, text, ("en",)) == found


def test_a_word_that_is_named_and_excluded_tells_of_no_exclusion() -> None:
    assert touched("Ten pages; no further pages.", "more pages", ("en",)) == Touch(named=("pages",))


def test_accents_and_case_make_no_difference() -> None:
    assert touched("Kein Menü", "das MENU bitte", ("de",)).excluded == ("menu",)


def test_a_long_text_is_read_up_to_a_bound() -> None:
    assert touched(SCOPE, "x " * 10_000 + "shop", ("en",)) == Touch()


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("Catalogue pages, search and a shop.", True),
        (SCOPE, None),
        ("Catalogue pages and search; no shop, no newsletter.", False),
        ("Catalogue pages, search and a map; no shop.", None),
        ("Catalogue pages and search; no shop, no map.", None),
    ],
)
def test_a_scope_that_changed_says_what_became_of_a_wish(after: str, said: bool | None) -> None:
    assert newly_settled(SCOPE, after, "A shop and a newsletter", ("en",)) is said


def test_a_scope_that_was_first_written_now_says_nothing() -> None:
    assert newly_settled("", "A shop.", "A shop", ("en",)) is None


CATALOGUE, NEWSLETTER = Project(name="Catalogue relaunch"), Project(name="New newsletter")


@pytest.mark.parametrize(
    ("projects", "text", "meant"),
    [
        ([CATALOGUE], "Could you add a shop?", CATALOGUE),
        ([CATALOGUE, NEWSLETTER], "About the catalogue relaunch: a shop?", CATALOGUE),
        ([CATALOGUE, NEWSLETTER], "A shop for the catalogue?", CATALOGUE),
        ([CATALOGUE, NEWSLETTER], "The newsletter: new pictures", NEWSLETTER),
        ([CATALOGUE, NEWSLETTER], "Something new", None),
        ([CATALOGUE, NEWSLETTER], "The catalogue and the newsletter", None),
        ([Project(name="Site A"), Project(name="Site B")], "site b, please", Project(name="Site B")),
        ([], "A shop?", None),
    ],
)
def test_a_project_is_named_or_the_only_one(projects: list[Project], text: str, meant: Project | None) -> None:
    assert project_meant(projects, text) == meant


def test_every_language_has_its_words() -> None:
    for language in EVERY:
        assert excluded("no kein sans sin senza sem geen shop", language) & {"shop"} == {"shop"}
