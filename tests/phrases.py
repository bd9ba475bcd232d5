"""Short phrases of real words on real notes, by hand and by dice."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from songwright.documents.lyric import Word
from songwright.documents.score import Note, Phrase
from songwright.phonology.text import text_to_words

cached_words = functools.cache(text_to_words)

LINES = (
    "the river runs home",
    "sit in the kitchen",
    "strength stretched twelve months",
    "oh my love",
    "I heard a bird",
    "she kept his picture",
    "away",
    "fifths",
    "no one ever goes",
)
"""Voiceless neighbours, thick clusters, diphthongs, open syllables, vowels with their r, one-word lines."""


def sung_phrase(
    text: str,
    midi_notes: Sequence[int],
    *,
    quarters: Sequence[Fraction | int | str] | str | int = 1,
    start_quarters: Fraction | int = 0,
    name: str = "verse-1.1",
) -> Phrase:
    """A phrase, a note a syllable; pitches and lengths are taken in turn, again from the front when they run out."""
    lengths = [quarters] if isinstance(quarters, str | int) else list(quarters)
    words = cached_words(text)
    notes: list[Note] = []
    position = Fraction(start_quarters)
    for w, s in _places(words):
        length = Fraction(lengths[len(notes) % len(lengths)])
        notes.append(
            Note(
                start_quarters=position,
                duration_quarters=length,
                midi_note=midi_notes[len(notes) % len(midi_notes)],
                syllable=words[w].syllables[s],
                word_index=w,
                syllable_index=s,
            )
        )
        position += length
    return Phrase(name=name, section_index=0, line_index=0, words=words, notes=tuple(notes))


def _places(words: tuple[Word, ...]) -> list[tuple[int, int]]:
    return [(w, s) for w, word in enumerate(words) for s in range(len(word.syllables))]


@st.composite
def phrases(draw: st.DrawFn, *, low_midi: int = 45, high_midi: int = 57) -> Phrase:
    """Phrases that can be sung at 100 quarters a minute or slower: melismas, rests and leaps among them."""
    words = cached_words(draw(st.sampled_from(LINES)))
    lengths = st.sampled_from([Fraction(text) for text in ("2/3", "3/4", "1", "3/2", "5/2")])
    position = draw(st.sampled_from([Fraction(-1, 2), Fraction(0), Fraction(7, 3)]))
    notes = []
    for w, s in _places(words):
        n_held = draw(st.sampled_from([0, 0, 0, 1, 2]))
        for k in range(1 + n_held):
            length = draw(lengths)
            notes.append(
                Note(
                    start_quarters=position,
                    duration_quarters=length,
                    midi_note=draw(st.integers(low_midi, high_midi)),
                    syllable=words[w].syllables[s] if k == 0 else None,
                    word_index=w,
                    syllable_index=s,
                )
            )
            position += length
        position += draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(0), Fraction(1, 2), Fraction(1)]))
    return Phrase(name="verse-1.1", section_index=0, line_index=0, words=words, notes=tuple(notes))
