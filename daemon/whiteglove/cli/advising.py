"""What a configuration may say and its owner may not have meant: more work than there are hours, names that clash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date

from whiteglove.commitments import overcommitment
from whiteglove.disclosure import disclosure_words, shared_names
from whiteglove.settings import Settings
from whiteglove.wording import Language

# What is filled in: `{day}` in a phrase, `{{ client }}` and `{% if … %}` in a template.
_FIELD = re.compile(r"\{[{%#].*?[}%#]\}|\{[^{}]*\}", re.DOTALL)
_NEVER_SAID = ("code", "titles", "forbidden")


def overcommitted(settings: Settings, today: date) -> str | None:
    """What to know where the projects take more hours a week than there are; None where they do not. Projects past
    their deadline take none."""
    found = overcommitment(settings.book.clients, settings.owner, today)
    if found is None:
        return None
    until = f"until {found.until}" if found.until else "and no deadline ends that"
    return (
        f"the projects need {found.wanted:g} hours a week, and there are {found.there:g}: {found.excess:g} too many, "
        f"{until}; lower hours_per_week of a project, or raise owner.hours_per_week"
    )


def clashes(settings: Settings, templates: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What to know of each name in the book that is also a word of the automatic texts: the mails to other clients that
    hold it would be withheld. `templates` are the sources, each behind the code of its language."""
    texts = {code: _words_of(language) for code, language in settings.languages.items()}
    for code, source in templates:
        texts[code] = f"{texts.get(code, '')}\n{_FIELD.sub(' ', source)}"
    named: set[str] = set()
    for client in settings.book.clients.values():
        words = disclosure_words(settings.book, client)
        for code in {client.language, *(person.language or client.language for person in client.people)}:
            named |= words.found(texts[code])
    for word in sorted(named):
        yield (
            f"“{word}” names a client or a project and stands in the automatic texts too, so that they would not go to "
            f'other clients; if it is an ordinary word, write allow_words = ["{word}"] below [owner]'
        )


def not_kept_apart(settings: Settings) -> Iterator[str]:
    """What to know of each name in the book that mail to another client may hold, since it is theirs or the owner's
    too."""
    names = {key: client.name for key, client in settings.book.clients.items()}
    for shared in shared_names(settings.book):
        among = _listed([names[key] for key in shared.among])
        if shared.project:
            yield f"“{shared.name}” is a project of {among}, so no mail to any client is kept back for it"
        elif shared.owner:
            yield (
                f"“{shared.name}” tells of {names[shared.of]} and stands in your own name, address or signature too, "
                "so every mail may hold it"
            )
        else:
            yield (
                f"“{shared.name}” tells of {names[shared.of]} and stands in what is written about {among} too, "
                "so mail to them may hold it; if that is wrong, change it in their file"
            )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def _words_of(language: Language) -> str:
    """Every word that this language may put into a mail by itself."""
    words: list[str] = []
    for name in (field.name for field in fields(language) if field.name not in _NEVER_SAID):
        value = getattr(language, name)
        words += value if isinstance(value, tuple) else value.values()
    return _FIELD.sub(" ", "\n".join(words))
