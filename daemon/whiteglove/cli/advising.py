"""What a configuration may say and its owner may not have meant: more work than there are hours, names that clash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from whiteglove.clients import WorkingHours
from whiteglove.disclosure import disclosure_words, shared_names
from whiteglove.settings import Settings
from whiteglove.wording import Language

# What is filled in: `{day}` in a phrase, `{{ client }}` and `{% if … %}` in a template.
_FIELD = re.compile(r"\{[{%#].*?[}%#]\}|\{[^{}]*\}", re.DOTALL)
_NEVER_SAID = ("code", "titles", "forbidden")
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - Only the difference of two times of the same day is wanted.


def overcommitment(settings: Settings) -> str | None:
    """What to know where the projects need more hours a week than there are; None where they do not.

    What there is stands in `owner.hours_per_week`, else it is the working time.
    """
    owner = settings.owner
    there = owner.hours_per_week or _hours_of(owner.hours)
    wanted = sum(
        project.hours_per_week or 0 for client in settings.book.clients.values() for project in client.projects
    )
    if wanted <= there:
        return None
    return (
        f"the projects need {wanted:g} hours a week, and there are {there:g}; "
        "lower hours_per_week of a project, or raise owner.hours_per_week"
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


def _hours_of(hours: WorkingHours) -> float:
    ranges = [one for day in hours.days for one in day]
    spans = (datetime.combine(_ANY_DAY, end) - datetime.combine(_ANY_DAY, start) for start, end in ranges)
    return round(sum(spans, timedelta()) / timedelta(hours=1), 1)


def _words_of(language: Language) -> str:
    """Every word that this language may put into a mail by itself."""
    words: list[str] = []
    for name in (field.name for field in fields(language) if field.name not in _NEVER_SAID):
        value = getattr(language, name)
        words += value if isinstance(value, tuple) else value.values()
    return _FIELD.sub(" ", "\n".join(words))
