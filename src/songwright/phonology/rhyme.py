"""Rhyme: how alike two words sound from their last stressed vowel on.

A perfect rhyme shares everything from the stressed vowel to the end and differs before it (*road, showed*); an identity
shares that too (*road, rode*); a slant rhyme shares the vowels, or most of the consonants after them (*home, stone*).

Sources: the tiers follow Hirjee & Brown (2010), "Using automated rhyme detection to characterize rhyming style", J. of
the Audio Engineering Society; consonant classes as in its confusion classes (manner of articulation).
"""

from __future__ import annotations

from typing import Final

from songwright.documents.lyric import Word

PERFECT: Final = 1.0
IDENTITY: Final = 0.8
"""Below a perfect rhyme: a word that rhymes with itself tells the ear nothing new."""
SLANT_MAX: Final = 0.7
NONE: Final = 0.0

_CLASSES: Final = ("pbtdkɡ", "fvθðszʃʒh", "ʧʤ", "mnŋ", "lɹ", "wj")
_CLASS_OF: Final = {phoneme: i for i, group in enumerate(_CLASSES) for phoneme in group}
_NEAR_VOWELS: Final = frozenset(
    frozenset(pair)
    for pair in (("ɑ", "ɔ"), ("ɪ", "i"), ("ʊ", "u"), ("ɛ", "æ"), ("ʌ", "ɑ"), ("ɛ", "ɪ"), ("ʌ", "ə"), ("O", "ɔ"))
)


def rhyme_tail(word: Word) -> tuple[str, ...]:
    """Phonemes from the vowel of the last stressed syllable to the word's end (from the last vowel if none is)."""
    start = _tail_start(word)
    first, *rest = word.syllables[start:]
    tail = [first.nucleus, *first.coda]
    for syllable in rest:
        tail += [*syllable.onset, syllable.nucleus, *syllable.coda]
    return tuple(tail)


def rhyme_strength(a: Word, b: Word) -> float:
    """How well two words rhyme.

    Returns
    -------
    float
        1 perfect; 0.8 identity (the same sounds before the vowel too); up to 0.7 slant, by how much of the tails
        agrees; 0 none. Symmetric.
    """
    tail_a, tail_b = rhyme_tail(a), rhyme_tail(b)
    if tail_a == tail_b:
        same_onset = a.syllables[_tail_start(a)].onset == b.syllables[_tail_start(b)].onset
        return IDENTITY if same_onset else PERFECT
    if len(a.syllables) - _tail_start(a) != len(b.syllables) - _tail_start(b):
        return NONE
    vowel = _vowel_likeness(tail_a[0], tail_b[0])
    if vowel == 0.0:
        return NONE
    return SLANT_MAX * vowel * (0.5 + 0.5 * _sequence_likeness(tail_a[1:], tail_b[1:]))


def _tail_start(word: Word) -> int:
    """Index of the syllable that the rhyme begins with: the last primary stress, or a secondary two or more after it.

    *Tomorrow* rhymes from its second syllable, *everything* on its last.
    """
    stresses = [syllable.stress for syllable in word.syllables]
    primary = max((i for i, stress in enumerate(stresses) if stress == 1), default=-2)
    secondary = max((i for i, stress in enumerate(stresses) if stress == 2), default=-2)
    if secondary >= primary + 2:
        return secondary
    return primary if primary >= 0 else len(stresses) - 1


def _vowel_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    return 0.6 if frozenset((a, b)) in _NEAR_VOWELS else 0.0


def _likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a in _CLASS_OF and b in _CLASS_OF:
        return 0.6 if _CLASS_OF[a] == _CLASS_OF[b] else 0.0
    return _vowel_likeness(a, b)


def _sequence_likeness(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Best in-order matching of two phoneme sequences, 0 to 1 of the longer one (1 when both are empty)."""
    if not a and not b:
        return 1.0
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a, 1):
        for j, right in enumerate(b, 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + _likeness(left, right))
    return best[len(a)][len(b)] / max(len(a), len(b))
