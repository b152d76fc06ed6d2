"""Whole messages: which kinds, which first, how sure, on which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify import Lexicon, classify
from whiteglove.classify.scoring import RANK
from whiteglove.classify.tables import ASKED_KINDS
from whiteglove.classify.tally import SURE
from whiteglove.message import Classification, Guess, Kind

SURELY_STATUS = [
    "How are things progressing?",
    "Wie ist der Stand?",
    "Any news on the brochure?",
    "Could you send me a short status update, please?",
    "When will the menu be finished?",
    "Hi Robin,\n\nhope you are well! I was wondering how the illustrations are coming along.\n\nBest\nPaula",
    "Wann können wir mit dem Entwurf rechnen?",
    "Kannst du mir sagen, wie weit du mit dem Plakat bist?",
    "Wie kommen Sie mit der Uebersetzung voran?",
    "Gibt es schon etwas Neues?",
    "Où en est la brochure ?",
    "¿Cómo va el folleto?",
    "A che punto siamo con il sito?",
    "Como está o site?",
    "Hoe staat het met de folder?",
]

NO_STATUS = [
    "Here is the status report you asked for.",
    "Any update to the library breaks it.",
    "Thanks for the update!",
    "The order status page is broken.",
    "We would like to keep the status quo.",
    "I will send you an update on the texts tomorrow.",
    "If you need any news from the fair, ask Kim.",
    "When can we meet?",
    "How are you? Which fonts do you need?",
    "Could you update the opening hours, please?",
    "When do you need our texts?",
    "Anbei der aktuelle Stand der Texte.",
    "Wann haben Sie Zeit für ein Gespräch?",
    "Bis wann brauchen Sie die Fotos?",
    "Wie geht es Ihnen?",
]


@pytest.mark.parametrize("text", SURELY_STATUS)
def test_an_unambiguous_question_for_the_state_is_sure(lexicon: Lexicon, text: str) -> None:
    result = classify("", text, lexicon)

    # An alarm beside it, even a weak one, would be somebody's incident.
    assert result.kinds == (Kind.STATUS_REQUEST,)
    assert result.confidence >= SURE
    assert not result.abstained


@pytest.mark.parametrize("text", ["How are things progressing?", "Wie ist der Stand?"])
def test_the_plainest_question_is_all_but_certain(lexicon: Lexicon, text: str) -> None:
    assert classify("", text, lexicon).confidence >= 0.9


@pytest.mark.parametrize("text", NO_STATUS)
def test_words_about_a_state_are_no_question_for_it(lexicon: Lexicon, text: str) -> None:
    assert Kind.STATUS_REQUEST not in classify("", text, lexicon).kinds


@pytest.mark.parametrize(
    "text", ["I am still waiting for the samples.", "What's up with our banner?", "So how's it going?"]
)
def test_weak_words_do_not_make_sure(lexicon: Lexicon, text: str) -> None:
    result = classify("", text, lexicon)

    assert Kind.STATUS_REQUEST in result.kinds
    assert result.confidence < SURE


def test_many_weak_cues_stay_weak(lexicon: Lexicon) -> None:
    votes = [Guess(Kind.BILLING, 0.6, f"hint {number}") for number in range(20)]

    assert classify("", "", lexicon, votes).confidence <= SURE


def test_several_wishes_are_all_told_the_sure_ones_by_rank(lexicon: Lexicon) -> None:
    text = "Hi Robin,\n\ncould you send me the invoice for May? And when will the film be ready? Can we talk on Monday?"

    assert classify("", text, lexicon).kinds == (Kind.STATUS_REQUEST, Kind.BILLING, Kind.SCHEDULING)


def test_what_went_wrong_comes_first_even_from_the_last_line(lexicon: Lexicon) -> None:
    text = (
        "Hello Robin,\n\nthank you for the photos, they are lovely. When can we expect the second part? The fonts are "
        "in the shared folder.\n\nOne word on Monday's call, though: your colleague was rude, and that is "
        "unacceptable.\nTom"
    )
    result = classify("", text, lexicon)

    assert result.kind is Kind.COMPLAINT
    assert Kind.STATUS_REQUEST in result.kinds
    assert "unacceptable" in result.cues


def test_a_missed_deadline_goes_before_the_tone_it_is_told_in(lexicon: Lexicon) -> None:
    result = classify("", "You missed the deadline again. I am very disappointed.", lexicon)

    assert result.kinds == (Kind.DEADLINE_MISSED, Kind.COMPLAINT)


def test_a_sure_wish_goes_before_a_vague_complaint(lexicon: Lexicon) -> None:
    result = classify("", "What is the status of the app?\n\nIt is a pity that I have to ask.", lexicon)

    assert result.kinds == (Kind.STATUS_REQUEST, Kind.COMPLAINT)


@pytest.mark.parametrize("text", ["Thanks!", "Vielen Dank!", "Great job, we love it.", "Passt, danke."])
def test_thanks_where_nothing_is_asked(lexicon: Lexicon, text: str) -> None:
    assert classify("", text, lexicon).kinds == (Kind.THANKS,)


def test_thanks_and_news_do_not_stand_beside_a_wish(lexicon: Lexicon) -> None:
    result = classify("", "Thank you for the draft! Attached are our texts. Could you check the dates?", lexicon)

    assert result.kinds == (Kind.QUESTION,)


def test_no_need_to_hurry_is_no_word_against_the_wish_behind_it(lexicon: Lexicon) -> None:
    result = classify("", "No need to hurry, but could you add a fourth page with the opening hours?", lexicon)

    assert result.kinds == (Kind.SCOPE_CHANGE,)


def test_thanks_do_not_hide_what_was_not_understood(lexicon: Lexicon) -> None:
    result = classify("", "Thanks for the draft.\n\nVlomb dritsel karpon fyx amzuto gelsam.", lexicon)

    assert result.kinds == (Kind.QUESTION,)


@pytest.mark.parametrize("text", ["Vlomb dritsel karpon fyx amzuto.", "Qwert zuiop!", "42", "???", "", "\n "])
def test_what_no_cue_supports_is_a_question_for_the_owner(lexicon: Lexicon, text: str) -> None:
    result = classify("", text, lexicon)

    assert result.kinds == (Kind.QUESTION,)
    assert result.abstained
    assert result.confidence <= 0.5
    assert result.cues == ()


def test_a_text_that_could_not_be_read_abstains_whatever_its_subject(lexicon: Lexicon) -> None:
    assert classify("Any news?", None, lexicon) == Classification((Kind.QUESTION,), 0.0, abstained=True)


@pytest.mark.parametrize(
    ("subject", "text", "status"),
    [
        ("Any news on the shop?", "", True),
        ("Status?", "\n", True),
        ("Any news on the shop?", "Hi Robin,\nbest wishes\nTom", True),
        ("Status report", "Here are our numbers for May.", False),
        ("Re: Any news on the shop?", "", False),
        ("Re: Status report", "Thank you!", False),
        ("AW: Wie ist der Stand?", "Perfekt, danke!", False),
        ("[shop] Fwd: Re: any news?", "The texts are in the folder.", False),
    ],
)
def test_a_fresh_subject_speaks_and_that_of_a_reply_does_not(
    lexicon: Lexicon, subject: str, text: str, status: bool
) -> None:
    assert (Kind.STATUS_REQUEST in classify(subject, text, lexicon).kinds) is status


def test_a_word_that_ends_like_a_prefix_is_none(lexicon: Lexicon) -> None:
    assert classify("Software: any news?", "", lexicon).kind is Kind.STATUS_REQUEST


@pytest.mark.parametrize(
    "text",
    [
        "Please send it today or tomorrow, no rush.",
        "It is not urgent.",
        "If it is urgent, call my colleague.",
        "Es eilt nicht, nächste Woche reicht.",
        "No es urgente.",
        "Ce n'est pas urgent.",
    ],
)
def test_no_hurry_is_no_urgency(lexicon: Lexicon, text: str) -> None:
    assert Kind.URGENT_REQUEST not in classify("", text, lexicon).kinds


def test_a_certain_vote_decides_alone(lexicon: Lexicon) -> None:
    votes = [Guess(Kind.BILLING, 0.9, "a"), Guess(Kind.FYI, 1.0, "FYI only"), Guess(Kind.COMPLAINT, 1.0, "b")]

    assert classify("", "What is the status?", lexicon, votes) == Classification((Kind.FYI,), 1.0, cues=("FYI only",))


def test_a_vote_is_one_more_cue(lexicon: Lexicon) -> None:
    text = "Vlomb dritsel karpon fyx amzuto."

    assert classify("", text, lexicon).abstained
    assert classify("", text, lexicon, [Guess(Kind.BILLING, 0.7, "total")]).kinds == (Kind.BILLING,)
    assert classify("", text, lexicon, [Guess(Kind.BILLING, 0.3, "total")]).abstained


def test_votes_strengthen_what_the_cues_say(lexicon: Lexicon) -> None:
    weak = classify("", "I am still waiting for the samples.", lexicon)
    voted = classify("", "I am still waiting for the samples.", lexicon, [Guess(Kind.STATUS_REQUEST, 0.9, "waiting")])

    assert voted.kind is Kind.STATUS_REQUEST
    assert voted.confidence > weak.confidence


def test_a_vote_may_name_a_kind_that_words_cannot_show(lexicon: Lexicon) -> None:
    assert classify("", "", lexicon, [Guess(Kind.SPAM, 0.9, "win")]).kinds == (Kind.SPAM,)


def test_cues_are_the_words_of_the_message(lexicon: Lexicon) -> None:
    text = "Hello,\nhow IS the “Möbel” brochure\u00a0coming along? Please send the invoice. This is urgent!"
    result = classify("", text, lexicon)

    assert len(result.cues) == 3
    assert result.cues[0] == "how IS the “Möbel” brochure coming along"


def test_every_kind_that_words_can_show_has_its_rank() -> None:
    assert set(RANK) == ASKED_KINDS


@given(st.text(max_size=300), st.text(max_size=2000))
def test_whatever_comes_is_classified(lexicon: Lexicon, subject: str, text: str) -> None:
    result = classify(subject, text, lexicon)

    assert 0 <= result.confidence <= 1
    assert result.kinds
    assert len(result.cues) <= 3
    assert all(len(cue) <= 80 for cue in result.cues)


@given(st.data())
def test_any_mixture_of_known_words_is_classified(lexicon: Lexicon, data: st.DataObject) -> None:
    phrases = ["any news", "how is", "the status", "late", "please", "invoice", "urgent", "meet", "thanks", "wie ist"]
    words = st.sampled_from([*phrases, "not", "if", "you", "?", ".", ","])
    text = " ".join(data.draw(st.lists(words, max_size=120)))
    result = classify("", text, lexicon)

    assert result.abstained == (result.cues == ())
    assert all(cue.casefold() in " ".join(text.split()).casefold() or cue.endswith("…") for cue in result.cues)
