"""Rhyme tiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songwright.documents.lyric import Word
from songwright.phonology import text_to_words
from songwright.phonology.rhyme import IDENTITY, NONE, PERFECT, SLANT_MAX, rhyme_strength, rhyme_tail


def word(text: str) -> Word:
    return text_to_words(text)[-1]


@pytest.mark.parametrize(
    ("a", "b"),
    [("road", "showed"), ("water", "daughter"), ("eighteen", "scene"), ("you", "through"), ("again", "when")],
)
def test_perfect(a: str, b: str) -> None:
    assert rhyme_strength(word(a), word(b)) == PERFECT


@pytest.mark.parametrize(("a", "b"), [("road", "rode"), ("see", "sea"), ("light", "light")])
def test_identity(a: str, b: str) -> None:
    assert rhyme_strength(word(a), word(b)) == IDENTITY


@pytest.mark.parametrize(("a", "b"), [("home", "stone"), ("older", "over"), ("hills", "still"), ("town", "round")])
def test_slant(a: str, b: str) -> None:
    assert NONE < rhyme_strength(word(a), word(b)) <= SLANT_MAX


@pytest.mark.parametrize(("a", "b"), [("home", "fire"), ("river", "road"), ("night", "neat"), ("water", "saw")])
def test_none(a: str, b: str) -> None:
    assert rhyme_strength(word(a), word(b)) == NONE


def test_closer_sounds_rhyme_better() -> None:
    home = word("home")
    assert rhyme_strength(home, word("stone")) > rhyme_strength(home, word("boat")) > rhyme_strength(home, word("mill"))


def test_tail_begins_at_the_last_stress() -> None:
    assert rhyme_tail(word("tomorrow")) == ("ɑ", "ɹ", "O")
    assert rhyme_tail(word("everything")) == rhyme_tail(word("king"))
    assert rhyme_tail(word("the")) == ("ə",)


WORDS = ["road", "rode", "home", "stone", "older", "over", "river", "the", "tomorrow", "fire", "higher", "light", "day"]


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_symmetric_and_bounded(a: str, b: str) -> None:
    strength = rhyme_strength(word(a), word(b))
    assert strength == rhyme_strength(word(b), word(a))
    assert 0.0 <= strength <= 1.0
    assert (strength == PERFECT) <= (rhyme_tail(word(a)) == rhyme_tail(word(b)))
