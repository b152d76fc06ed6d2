"""Words that a person would take back a day later: whether a mail that is not sent yet was written in heat.

Told by phrases, in the seven languages, by capitals and by heaped marks; each can be shown to who wrote them. What was
meant nobody here knows. A firm mail is not a heated one: "no", "not acceptable to me" and a deadline are no signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from whiteglove.disclosure import Phrase, fold

READ_AT_MOST = 20_000
"""Characters of a mail that are read."""

# Blame, sarcasm, threats, contempt; never a mere no. Where a word may be left out there are two phrases.
_PHRASES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "as i already told you", "as i have already told you", "as i ve already told you",
        "how many times do i have to", "for the last time", "are you serious", "are you kidding",
        "you must be joking", "this is ridiculous", "thats ridiculous", "that s ridiculous", "absolutely ridiculous",
        "ridiculous request", "sick of", "fed up with", "had enough of you", "stop bothering me", "stop pestering",
        "stop wasting my time", "waste of my time", "wasting my time", "get off my back", "leave me alone",
        "what is wrong with you", "whats wrong with you", "what s wrong with you", "your own fault",
        "that is your problem", "that s your problem", "not my problem", "you have no idea",
        "you clearly have not read", "you clearly haven t read", "if you had bothered", "had you bothered",
        "if you could be bothered", "cant you read", "can t you read", "common sense would tell",
        "you are impossible", "worst client", "incompetent", "idiot", "idiots", "stupid idea", "stupid request",
        "moron", "bullshit", "wtf", "don t waste my time", "what the hell", "damn it", "fuck", "fucking", "shut up",
        "find somebody else then", "find someone else then", "see you in court", "you will regret", "how dare you",
        "unbelievable that you", "i don t care what you",
    ),
    "de": (
        "wie ich bereits mehrfach", "wie schon mehrfach gesagt", "zum letzten mal", "wie oft denn noch",
        "wie oft soll ich", "ist das ihr ernst", "ist das dein ernst", "das ist lacherlich", "einfach lacherlich",
        "lacherliche forderung", "ich habe die nase voll", "die schnauze voll", "ich habe es satt", "ich hab es satt",
        "horen sie auf mich", "hor auf mich", "stehlen sie mir nicht", "stiehl mir nicht", "verschwenden meine zeit",
        "verschwendest meine zeit", "zeitverschwendung", "lassen sie mich in ruhe", "lass mich in ruhe",
        "selber schuld", "selbst schuld", "ihr problem nicht meins", "dein problem nicht meins", "nicht mein problem",
        "sie haben keine ahnung", "du hast keine ahnung", "konnen sie nicht lesen", "kannst du nicht lesen",
        "hatten sie sich die muhe gemacht", "hattest du dir die muhe gemacht", "schlimmster kunde", "inkompetent",
        "idiot", "idioten", "blodsinn", "schwachsinn", "scheisse", "verdammt", "zur holle", "was fallt ihnen ein",
        "was fallt dir ein", "wir sehen uns vor gericht", "das werden sie bereuen", "das wirst du bereuen",
        "suchen sie sich jemand anderen", "such dir jemand anderen", "unverschamt", "frechheit",
    ),
    "fr": (
        "comme je vous l ai deja dit", "comme je te l ai deja dit", "pour la derniere fois",
        "combien de fois faut il", "vous plaisantez", "tu plaisantes", "c est ridicule", "j en ai assez de vous",
        "j en ai marre", "arretez de me harceler", "arrete de me harceler", "perdre mon temps",
        "laissez moi tranquille", "laisse moi tranquille", "c est votre faute", "c est ta faute",
        "c est votre probleme", "pas mon probleme", "vous n avez aucune idee", "tu n as aucune idee",
        "vous ne savez pas lire", "incompetent", "incompetents", "idiot", "imbecile", "c est stupide", "merde",
        "bordel", "vous le regretterez", "tu le regretteras", "au tribunal", "comment osez vous", "comment oses tu",
    ),
    "es": (
        "como ya le he dicho", "como ya te he dicho", "por ultima vez", "cuantas veces tengo que",
        "esta usted de broma", "estas de broma", "es ridiculo", "estoy harto", "estoy harta", "deje de molestarme",
        "deja de molestarme", "perder el tiempo conmigo", "me hace perder el tiempo", "me haces perder el tiempo",
        "dejeme en paz", "dejame en paz", "es culpa suya", "es culpa tuya", "no es mi problema", "no tiene ni idea",
        "no tienes ni idea", "no sabe leer", "no sabes leer", "incompetente", "incompetentes", "idiota",
        "es estupido", "estupidez", "mierda", "joder", "se arrepentira", "te arrepentiras",
        "nos vemos en los tribunales", "como se atreve", "como te atreves",
    ),
    "it": (
        "come le ho gia detto", "come ti ho gia detto", "per l ultima volta", "quante volte devo", "sta scherzando",
        "stai scherzando", "e ridicolo", "sono stufo", "sono stufa", "la smetta di", "smettila di", "perdere tempo",
        "mi lasci in pace", "lasciami in pace", "colpa sua", "colpa tua", "non e un mio problema", "non ha idea",
        "non hai idea", "non sa leggere", "non sai leggere", "incompetente", "incompetenti", "idiota", "e stupido",
        "stupidaggini", "merda", "cazzo", "se ne pentira", "te ne pentirai", "ci vediamo in tribunale", "come osa",
        "come osi",
    ),
    "pt": (
        "como ja lhe disse", "como ja te disse", "pela ultima vez", "quantas vezes tenho", "esta a brincar",
        "estas a brincar", "isto e ridiculo", "e ridiculo", "estou farto", "estou farta", "pare de me incomodar",
        "para de me incomodar", "perder tempo consigo", "perder o meu tempo", "deixe me em paz", "deixa me em paz",
        "a culpa e sua", "a culpa e tua", "nao e problema meu", "nao faz ideia", "nao fazes ideia", "nao sabe ler",
        "nao sabes ler", "incompetente", "incompetentes", "idiota", "e estupido", "estupidez", "merda",
        "vai se arrepender", "vemo nos em tribunal", "como se atreve", "como te atreves",
    ),
    "nl": (
        "zoals ik al zei", "zoals ik al vaker", "voor de laatste keer", "hoe vaak moet ik", "meent u dit",
        "meen je dit", "dit is belachelijk", "dat is belachelijk", "ik ben het zat", "ik ben jullie zat",
        "stop met mij lastig", "hou op met", "mijn tijd verdoen", "verspilling van mijn tijd", "laat me met rust",
        "laat mij met rust", "eigen schuld", "uw probleem niet het mijne", "jouw probleem", "niet mijn probleem",
        "u heeft geen idee", "je hebt geen idee", "kunt u niet lezen", "kun je niet lezen", "incompetent", "idioot",
        "idioten", "onzin", "verdomme", "shit", "hier krijgt u spijt van", "hier krijg je spijt van",
        "ik zie u in de rechtbank", "hoe durft u", "hoe durf je",
    ),
}  # fmt: skip

_NEGATIONS = frozenset({
    "not", "no", "never", "isn", "wasn", "nicht", "kein", "keine", "nie", "pas", "jamais", "nunca", "non", "mai", "nao",
    "niet", "geen", "nooit",
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_CAPITALS = r"[A-ZÀ-ÖØ-Þ]+"
_SHOUTED = re.compile(rf"(?<![\w.-]){_CAPITALS}(?: {_CAPITALS}){{2,}}(?![\w-])")
"""Three words in capitals with nothing but spaces between them: a list of PDF, CSS and HTML is none."""
_SHORTEST_SHOUT = len("I AM SO")
_MARKS = re.compile(r"!{2,}|\?{3,}|\?!|!\?")


@dataclass(frozen=True, slots=True)
class Heat:
    """What in a mail sounds heated, as it stands there: phrases, words in capitals, heaped marks."""

    phrases: tuple[str, ...] = ()
    shouted: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Heaped marks alone may be joy."""
        return bool(self.phrases or self.shouted)

    @property
    def signs(self) -> tuple[str, ...]:
        """All of them, to be shown."""
        return (*self.phrases, *self.shouted, *(self.marks if self else ()))


def heat_of(text: str) -> Heat:
    """What in a text (quotes cut) sounds heated; nothing where nothing does."""
    read = text[:READ_AT_MOST]
    shouted, marks = (dict.fromkeys(sign.findall(read)) for sign in (_SHOUTED, _MARKS))
    loud = tuple(words for words in shouted if len(words) >= _SHORTEST_SHOUT)
    return Heat(tuple(_found(read)), loud, tuple(marks))


def _found(text: str) -> list[str]:
    """Each phrase once, as it is written where it stands first."""
    places = [(word, match) for match in _WORD.finditer(text) for word in fold(match[0])]
    words = tuple(word for word, _ in places)
    found: dict[Phrase, str] = {}
    for at, word in enumerate(words):
        for phrase in _by_first_word().get(word, ()):
            end = at + len(phrase)
            is_denied = not _NEGATIONS.isdisjoint(words[max(0, at - 2) : at])
            if words[at:end] == phrase and not is_denied:
                found.setdefault(phrase, " ".join(text[places[at][1].start() : places[end - 1][1].end()].split()))
    return list(found.values())


@cache
def _by_first_word() -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, set[Phrase]] = {}
    for phrases in _PHRASES.values():
        for phrase in phrases:
            folded = fold(phrase)
            found.setdefault(folded[0], set()).add(folded)
    return {word: tuple(sorted(phrases)) for word, phrases in found.items()}
