"""Heat is told by blame, contempt and shouting, in seven languages; firmness is not heat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.composure import _PHRASES, heat_of
from whiteglove.disclosure import fold

HEATED = [
    "As I've already told you twice, the shop is not part of it.",
    "How many times do I have to explain this?",
    "Honestly, this is ridiculous. Read the contract.",
    "I am sick of these mails every two hours.",
    "If you had bothered to read my report, you would know.",
    "That's your problem, not mine.",
    "Zum letzten Mal: der Shop gehört nicht dazu.",
    "Ist das Ihr Ernst? Das ist lächerlich.",
    "Können Sie nicht lesen? Es steht im Vertrag.",
    "Lass mich in Ruhe arbeiten.",
    "Vous plaisantez ? J’en ai marre.",
    "Pour la dernière fois, la boutique n’est pas prévue.",
    "Estoy harta de estos correos.",
    "¿Está usted de broma? No es mi problema.",
    "Sta scherzando? Sono stufo di spiegarlo.",
    "Lasciami in pace.",
    "Estou farto disto. Deixe-me em paz.",
    "Isto é ridículo.",
    "Dit is belachelijk, laat me met rust.",
    "Hoe durft u dit te vragen?",
    "STOP SENDING ME mails about this.",
    "I will NOT DO THIS again.",
]
CALM = [
    "No. I will keep to Friday, as agreed.",
    "This is not acceptable to me; please pay the invoice by Thursday.",
    "I am sorry, that was my own mistake and not your fault at all.",
    "It is not a problem for me, and not your problem either.",
    "The shop is a good idea and not part of what we agreed.",
    "I cannot do it before 4 December. From the 7th I have two full days.",
    "Sorry for the stupid question, but which paper is it?",
    "How many times a week would you like to hear from me?",
    "The PDF, the CSS and the HTML are done.",
    "Great news, it works!! Thank you!!",
    "NEU: Die Seiten sind fertig.",
    "Das geht so nicht. Ich bleibe bei Freitag, wie vereinbart.",
    "Das ist nicht Ihre Schuld, sondern meine.",
    "Eine dumme Frage: welches Papier nehmen wir?",
    "Wie oft soll der Bericht kommen?",
    "Combien de fois par semaine souhaitez-vous un rapport ?",
    "Ce n’est pas votre faute, c’est la mienne.",
    "No puedo aceptarlo. Mantengo el viernes.",
    "Non è colpa sua, è colpa mia.",
    "Não posso aceitar; mantenho sexta-feira.",
    "Dat is niet uw schuld. Ik houd vrijdag aan.",
    "",
]


@pytest.mark.parametrize("text", HEATED)
def test_a_heated_mail_is_told_with_what_shows_it(text: str) -> None:
    heat = heat_of(text)
    assert heat
    assert heat.signs


@pytest.mark.parametrize("text", CALM)
def test_a_firm_or_a_merry_one_is_none(text: str) -> None:
    assert not heat_of(text)


def test_every_phrase_is_written_as_it_is_compared_and_is_found() -> None:
    for phrases in _PHRASES.values():
        for phrase in phrases:
            assert " ".join(fold(phrase)) == phrase
            assert phrase in heat_of(f"Well, {phrase}.").phrases
    assert heat_of("Das ist LÄCHERLICH. Das ist  lächerlich.").phrases == ("Das ist LÄCHERLICH",)


def test_each_language_has_its_own() -> None:
    assert {language: len(phrases) >= 25 for language, phrases in _PHRASES.items()} == dict.fromkeys(
        ("en", "de", "fr", "es", "it", "pt", "nl"), True
    )


def test_what_is_shown_are_the_signs_in_the_order_of_the_text() -> None:
    heat = heat_of("This is ridiculous!! I AM SO fed up with it. This is ridiculous.")
    assert heat.phrases == ("This is ridiculous", "fed up with")
    assert heat.signs == ("This is ridiculous", "fed up with", "I AM SO", "!!")


@given(st.text())
def test_it_reads_anything(text: str) -> None:
    heat_of(text)
