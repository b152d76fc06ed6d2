"""What a mail has to do with the `scope` of a project, told by whole words and by nothing else.

A scope is what its owner wrote ("Catalogue pages and search; no shop."). It is read clause by clause: what stands
behind a "no", "kein" or "sans" is excluded, everything else is named. What a mail means by such a word nobody here
knows; that the word stands in both is all that is ever said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from whiteglove.clients import Project
from whiteglove.disclosure import fold

READ_AT_MOST = 20_000
"""Characters of a text that are read; a wish stands nearer to the beginning than this."""

_SHORTEST = 3
"""Letters of a word that tells anything: "PDF" and "app" do, "to" and "im" do not."""
_TELLING = 5
"""Letters of one word of a project's name by which the project can be meant: "Catalogue" can, "New" cannot."""
_CLAUSE_ENDS = re.compile(r"[,;:()\n]+|\.(?=\s|$)")

# Folded, as `fold` leaves them. Portuguese has no "no" among its own: there it means "in the".
_EXCLUDING = {
    "en": "no not without except excluding excludes exclude excluded excl",
    "de": "kein keine keinen keinem keiner keines nicht ohne ausser ausgenommen exklusive exkl",
    "fr": "pas sans hors sauf aucun aucune exclu exclus exclue exclues",
    "es": "no sin excepto salvo ningun ninguna excluido excluida excluidos excluidas",
    "it": "no non senza tranne eccetto nessun nessuna escluso esclusa esclusi escluse",
    "pt": "nao sem exceto salvo nenhum nenhuma excluido excluida excluidos excluidas",
    "nl": "geen niet zonder behalve exclusief excl",
}
_SHARED = {
    # Behind one of these "not" excludes nothing: "not only pages".
    "only": "only just nur bloss seulement solo solamente soltanto apenas alleen slechts",
    # What stands behind one of these is not excluded any more.
    "but": "but aber sondern jedoch mais pero sino bensi mas maar",
    # They say that something is in the scope, and not what: "shop not included" excludes what stands before.
    "inside": "include includes included including part scope agreed inklusive inkl enthalten inbegriffen umfasst teil "
    "bestandteil umfang vereinbart comprend compris comprise inclus incluse incluses incluye incluido incluida "
    "incluidos incluidas parte comprende compreso compresa compresi comprese incluso inclusa inclusi inclui omvat "
    "inbegrepen inclusief deel",
    # They stand in any text.
    "any": "and the for with this that these those from into are our your their them they you its all any each other "
    "further more also und der die das den dem des ein eine einen einem einer eines mit von vom zum zur fur auf aus "
    "bei wie ist sind wird werden auch noch alle ihr ihre unser unsere dazu weitere les une dans avec pour par sur est "
    "sont aux ses nos vos tous toutes aussi plus ainsi que qui los las del una unos unas con para por son sus nuestro "
    "nuestra tambien todos todas gli dei delle della dello nel nella alla allo sul per sono anche suo sua nostro "
    "nostra tutti tutte che uma dos nas com sao seu nosso nossa tambem het een van voor met zijn ook onze jullie wordt "
    "worden",
}
_ONLY, _BUT, _INSIDE, _ANY = (frozenset(words.split()) for words in _SHARED.values())
_SAYING_NOTHING = _ONLY | _BUT | _INSIDE | _ANY


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a scope: as it was written, the folded words that it names, and those that it excludes."""

    text: str
    named: frozenset[str]
    excluded: frozenset[str]


@dataclass(frozen=True, slots=True)
class Touch:
    """The words, folded, that a text shares with a scope, in the order of the scope. `excluded` are those that stand
    there as left out and nowhere else, `clause` is where the first of them does; `named` are all others."""

    named: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    clause: str = ""


def clauses(scope: str, languages: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses of a scope that may be written in any of these languages."""
    excluding = frozenset(word for code in languages for word in _EXCLUDING.get(code, "").split())
    parts = (part.strip() for part in _CLAUSE_ENDS.split(scope))
    return tuple(_clause(part, excluding) for part in parts if part)


def touched(scope: str, text: str, languages: Collection[str]) -> Touch:
    """Which words of the scope stand in the text."""
    said = _words(text)
    known = clauses(scope, languages)
    named = frozenset[str]().union(*(clause.named for clause in known))
    first = ""
    both: dict[str, bool] = {}
    for clause in known:
        for word in fold(clause.text):
            if word in said and word in clause.named | clause.excluded:
                both.setdefault(word, word not in named)
                first = first or (clause.text if both[word] else "")
    return Touch(
        named=tuple(word for word, left_out in both.items() if not left_out),
        excluded=tuple(word for word, left_out in both.items() if left_out),
        clause=first,
    )


def newly_settled(before: str, after: str, wish: str, languages: Collection[str]) -> bool | None:
    """What a change of the scope says about a wish, told by the words of both: True where one of its words is named now
    and was not before, False where one is excluded now and was not; None where neither is so, or where there was no
    scope before that could have changed."""
    if not before.strip() or before == after:
        return None
    was, now = _named_and_excluded(before, languages), _named_and_excluded(after, languages)
    said = _words(wish)
    if said & (now[0] - was[0]):
        return True
    return False if said & (now[1] - was[1]) else None


def project_meant(projects: Sequence[Project], text: str) -> Project | None:
    """The project that a text is about: the one that it names, else the only one there is; None where nobody can tell.

    A project is named by its whole name, else by a longer word of its name that no other of these projects has.
    """
    said = fold(text[:READ_AT_MOST])
    by_name = [project for project in projects if _holds(said, fold(project.name))]
    if not by_name:
        by_name = [project for project in projects if _telling(project, projects) & set(said)]
    if by_name:
        return by_name[0] if len(by_name) == 1 else None
    return projects[0] if len(projects) == 1 else None


def _clause(text: str, excluding: frozenset[str]) -> Clause:
    before: list[str] = []
    behind: list[str] = []
    is_excluding = found = False
    words = fold(text)
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word in excluding and following not in _ONLY:
            is_excluding = found = True
        elif word in _BUT:
            is_excluding = False
        elif _tells(word) and word not in excluding:
            (behind if is_excluding else before).append(word)
    if found and not behind:
        # "Shop not included".
        before, behind = behind, before
    return Clause(text, frozenset(before), frozenset(behind))


def _named_and_excluded(scope: str, languages: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    known = clauses(scope, languages)
    named = frozenset[str]().union(*(clause.named for clause in known))
    return named, frozenset[str]().union(*(clause.excluded for clause in known)) - named


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(_tells, fold(text[:READ_AT_MOST])))


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST and not word.isdigit() and word not in _SAYING_NOTHING


def _telling(project: Project, projects: Sequence[Project]) -> set[str]:
    """The words of its name that no other project has."""
    of_others: Iterator[str] = (word for other in projects if other is not project for word in fold(other.name))
    return {word for word in fold(project.name) if len(word) >= _TELLING} - set(of_others)


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return size > 0 and any(words[at : at + size] == phrase for at in range(len(words) - size + 1))
