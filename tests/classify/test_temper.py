"""How pressing and how upset messages are: figures that order what waits, so their order is what is tested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify import Lexicon, classify
from whiteglove.classify.temper import temper
from whiteglove.message import Kind


def urgency(lexicon: Lexicon, text: str) -> float:
    return classify("", text, lexicon).urgency


def mood(lexicon: Lexicon, text: str) -> float:
    return classify("", text, lexicon).mood


@pytest.mark.parametrize(
    "text",
    [
        "Which font is that?",
        "Thank you, the cards are lovely.",
        "No need to hurry, but could you send me the fonts?",
        "Es eilt nicht.",
        "The shop opens at ten.",
        "Take your time, there is no rush.",
        "It is not urgent, next week is fine.",
        "Nicht dringend, hat Zeit bis Mai.",
        "Rien d'urgent.",
        "No es urgente.",
        "Non è urgente.",
        "Não é urgente.",
        "Het heeft geen haast.",
        "Thank you!!",
        "WOW, THANK YOU SO MUCH!!!",
        "The urgent thing with the shop is settled, thank you.",
        "I am sorry to bother you, could you check the form?",
        "How are things going?",
        "No complaints, all good.",
        "Attached are the texts for NASA and UNICEF about the long way to the moon and what was learned on it.",
    ],
)
def test_what_is_calm_has_no_figures(lexicon: Lexicon, text: str) -> None:
    found = classify("", text, lexicon)

    assert (found.urgency, found.mood) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("calmer", "more_pressing"),
    [
        ("When can we expect the menu?", "My boss wants to know when we can expect the menu."),
        ("Could you send the file?", "Could you send the file ASAP?"),
        ("Please fix the form.", "Please fix the form immediately!!"),
        ("The posters are late.", "The posters are late, we need them today."),
        ("Any news?", "ANY NEWS???"),
        ("How are things going?", "How are things going? We need it by 5 pm today."),
        ("Could you look at the shop?", "The shop is down and nobody can pay!!"),
        ("Wo bleibt der Entwurf?", "Zum dritten Mal: wo bleibt der Entwurf?"),
    ],
)
def test_words_and_marks_make_more_pressing(lexicon: Lexicon, calmer: str, more_pressing: str) -> None:
    assert urgency(lexicon, calmer) < urgency(lexicon, more_pressing) <= 1


@pytest.mark.parametrize(
    ("calmer", "more_upset"),
    [
        ("The draft was due on Monday.", "The draft was due on Monday, this is unacceptable."),
        ("This is unacceptable.", "THIS IS SIMPLY UNACCEPTABLE"),
        ("When will the shop be ready?", "When will the shop be ready?!"),
        ("Any news?", "Third time I ask: any news?"),
        ("I am not happy with the photos.", "I am not happy with the photos. My boss is furious!!"),
        ("You promised it for Monday.", "You promised it for Monday, this is unacceptable."),
        ("Where is the file?", "Where is the file?!"),
    ],
)
def test_what_went_wrong_and_how_it_is_said_shows_the_mood(lexicon: Lexicon, calmer: str, more_upset: str) -> None:
    assert mood(lexicon, calmer) < mood(lexicon, more_upset) <= 1


def test_urgent_words_alone_make_pressing_and_a_complaint_alone_does_not(lexicon: Lexicon) -> None:
    assert urgency(lexicon, "This is urgent, the site is down!") >= 0.8
    assert urgency(lexicon, "I am very disappointed by the posters.") <= 0.3
    assert mood(lexicon, "I am very disappointed by the posters.") >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "Das ist dringend, bitte sofort anrufen.",
        "C'est très urgent, le site est en panne !",
        "Es muy urgente, la web está caída.",
        "È urgentissimo, il sito è giù!",
        "É urgente, o site caiu!",
        "Het is dringend, de site ligt plat!",
    ],
)
def test_every_language_can_press(lexicon: Lexicon, text: str) -> None:
    assert urgency(lexicon, text) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin sehr enttäuscht.",
        "Je suis très déçu.",
        "Estoy muy decepcionado.",
        "Sono molto deluso.",
        "Estou muito decepcionado.",
        "Ik ben erg teleurgesteld.",
    ],
)
def test_every_language_can_complain(lexicon: Lexicon, text: str) -> None:
    assert mood(lexicon, text) >= 0.7
    assert urgency(lexicon, text) <= 0.3


def test_a_name_in_capitals_is_not_shouted() -> None:
    assert temper(lambda kind: 0.0, "The WELCOME page of the shop is blue and looks as it did before.") == (0.0, 0.0)


@given(st.text(max_size=300), st.floats(0, 1), st.booleans(), st.booleans())
def test_figures_stay_between_0_and_1(text: str, strength: float, pressed: bool, calm: bool) -> None:
    for kind in (Kind.URGENT_REQUEST, Kind.COMPLAINT):
        for figure in temper(lambda asked, kind=kind: strength * (asked is kind), text, pressed=pressed, calm=calm):
            assert 0 <= figure <= 1
