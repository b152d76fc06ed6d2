"""The language of phrases: what each sign means, what it refuses, and that a phrase finds whatever it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify.lexicon import Cue, Index
from whiteglove.classify.sentences import Passage, split
from whiteglove.classify.vocabulary import Vocabulary
from whiteglove.errors import GrammarError
from whiteglove.message import Kind

WORDS = {
    "thing": "site|film|the ...",
    "lead": "so|and hello",
    "late": "(very|so) late",
    "loop": "a|@pool",
    "pool": "@loop",
}


def found(phrase: str, text: str) -> bool:
    """Whether an index that holds this phrase alone finds it in a text."""
    index = Index([(Vocabulary(WORDS).phrase(phrase), Cue("cue", Kind.QUESTION, 0.5))])
    return bool(index.matches(Passage.of(split(text))))


@pytest.mark.parametrize(
    ("phrase", "yes", "no"),
    [
        ("any news", "Is there any news today?", "any newspaper"),
        ("any news", "Any: (news)", "many news"),
        ("any (news|progress so far)", "any progress so far", "any progress"),
        ("any [good] news", "any good news", "any bad news"),
        ("any _ news", "any other news", "any news"),
        ("any .. news", "any really good news", "any really very good news"),
        ("how ... going", "how is it all now going", "how is it all now again going"),
        ("in # days", "in 14 days", "in few days"),
        ("die *frist läuft", "Die Abgabefrist läuft", "die Frist-Sache läuft"),
        ("wir liefer* heute", "Wir liefern heute", "wir lieben heute"),
        ("see @thing", "see the new big site", "see it"),
        ("@late", "it is very late", "it is late"),
        ("^ news", "Hi Robin, news from you", "the news"),
        ("^ news", "So, news", "bad news"),
        ("news $", "Any news, Robin", "news page"),
        ("news (yet|$)", "any news", "news page"),
        ("news (yet|$)", "news yet", "news now"),
        ("ready ?", "is it ready for them?", "it is ready for them."),
        ("don't know", "I don’t know", "I do not know"),
        ("don't know", "i dont know", "I don no know"),
        ("follow-up", "a follow up", "to follow him up"),
        ("follow-up", "a followup", "following up"),
        ("für große", "fuer grosse", "fr grose"),
        ("für große", "FÜR GROẞE".replace("ẞ", "ß"), "vor große"),
        ("délai dépassé", "le delai depasse", "le délai dépassera"),
    ],
)
def test_what_is_written_is_what_is_meant(phrase: str, yes: str, no: str) -> None:
    assert found(phrase, yes)
    assert not found(phrase, no)


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("", "not optional is missing"),
        ("any (news", r"'\)' is missing"),
        ("any [news", "']' is missing"),
        ("any news)", "outside of any bracket"),
        ("any (news|)", "not optional is missing"),
        ("[so] news", "cannot come first"),
        (".. news", "cannot come first"),
        ("any ^ news", "elsewhere than at the beginning"),
        ("see @nothing", "@nothing is not defined"),
        ("see @loop", "contains itself"),
        ("any {news}", "'{' has no meaning here"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_phrase(phrase: str, reason: str) -> None:
    with pytest.raises(GrammarError, match=reason) as caught:
        Vocabulary(WORDS).phrase(phrase)

    assert repr(phrase) in str(caught.value) or "@" in phrase


def test_a_phrase_without_a_certain_word_has_no_anchor() -> None:
    assert Vocabulary(WORDS).phrase("*frist").anchor is None
    assert Vocabulary(WORDS).phrase("(any|*frist)").anchor is None
    assert Vocabulary(WORDS).phrase("*frist heute").anchor is not None


def test_the_anchor_is_a_rare_word() -> None:
    anchor = Vocabulary(WORDS, ["the", "of", "is"]).phrase("(status|state) ... of the ... is").anchor

    assert anchor is not None
    assert anchor.words == {"status", "state"}


# A phrase together with a text that it means, built side by side.
_WORD = st.sampled_from(["any", "news", "is", "going", "don't", "follow-up", "über", "stück", "élan"])
_Pair = tuple[str, str]


def _join(pairs: list[_Pair]) -> _Pair:
    return " ".join(phrase for phrase, _ in pairs), " ".join(text for _, text in pairs if text)


@st.composite
def _group(draw: st.DrawFn, inner: st.SearchStrategy[_Pair]) -> _Pair:
    options = draw(st.lists(inner, min_size=1, max_size=3))
    return f"({'|'.join(phrase for phrase, _ in options)})", draw(st.sampled_from(options))[1]


@st.composite
def _run(draw: st.DrawFn, item: st.SearchStrategy[_Pair]) -> _Pair:
    optional = item.flatmap(lambda pair: st.sampled_from([(f"[{pair[0]}]", pair[1]), (f"[{pair[0]}]", "")]))
    gap = st.sampled_from([("...", "one two three"), ("..", ""), ("_", "one"), ("#", "7"), ("über*", "überall")])
    rest = draw(st.lists(item | optional | gap, max_size=4))
    return _join([draw(item), *rest])


_PLAIN = _WORD.map(lambda word: (word, word))
_ITEM = st.recursive(_PLAIN, lambda inner: _group(_run(inner)), max_leaves=8)


@given(_run(_ITEM), st.sampled_from(["{}", "so {} then", "Well, {}!", "{}?"]))
def test_a_phrase_finds_every_text_that_it_means(pair: _Pair, frame: str) -> None:
    phrase, text = pair

    assert found(phrase, frame.format(text))
