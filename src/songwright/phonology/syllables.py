"""Sounds to syllables: maximal onset, with the onsets that English has.

A consonant cluster between two vowels gives its longest legal onset to the second vowel, so that the first stays open
while its note lasts. One exception, stress-aware: after a stressed lax vowel (*sister*, *after*) the first consonant
of a cluster of two stays behind, as it is heard and divided in print (Kahn 1976).

Sources: Kahn (1976); Hammond, *The Phonology of English* (1999), chapter 3 (onset inventory).
"""

from __future__ import annotations

import itertools
from typing import Final, NamedTuple

from songwright.phonology.alphabet import CONSONANTS, LAX_VOWELS, Sound

_SINGLE_ONSETS: Final = frozenset((consonant,) for consonant in CONSONANTS - {"ŋ"})
_CLUSTERS: Final = (
    "pl pɹ pj bl bɹ bj tɹ tw tj dɹ dw dj kl kɹ kw kj ɡl ɡɹ ɡw ɡj fl fɹ fj vj θɹ θw ʃɹ hj mj nj lj hw "
    "sp st sk sf sm sn sl sw spl spɹ spj stɹ stj skɹ skw skj skl"
)
LEGAL_ONSETS: Final = frozenset({()}) | _SINGLE_ONSETS | frozenset(tuple(cluster) for cluster in _CLUSTERS.split())
"""Consonant sequences that an English syllable may begin with."""


class SoundSyllable(NamedTuple):
    """A syllable as indices into the word's sounds: onset from ``start``, vowel at ``nucleus``, coda until ``end``."""

    start: int
    nucleus: int
    end: int


def sounds_to_syllables(sounds: tuple[Sound, ...]) -> tuple[SoundSyllable, ...]:
    """Divide a word's sounds; one syllable a vowel, every consonant in exactly one.

    Raises
    ------
    ValueError
        If there is no vowel.
    """
    vowels = [i for i, sound in enumerate(sounds) if sound.is_vowel]
    if not vowels:
        raise ValueError("no vowel")
    starts = [0]
    for before, after in itertools.pairwise(vowels):
        start = before + 1
        while tuple(sound.phoneme for sound in sounds[start:after]) not in LEGAL_ONSETS:
            start += 1
        vowel = sounds[before]
        splits = after - start == 2 and start == before + 1 and sounds[start].phoneme == "s"
        if splits and vowel.stress > 0 and vowel.phoneme in LAX_VOWELS:
            start += 1
        starts.append(start)
    ends = [*starts[1:], len(sounds)]
    return tuple(SoundSyllable(*span) for span in zip(starts, vowels, ends, strict=True))
