"""English words as they are sung: text -> words -> syllables -> phonemes, stress and rhyme.

Conventions: US English; phonemes are misaki's (`songwright.phonology.alphabet`); a syllable takes as many leading
consonants as English allows, because a sung vowel is open for as long as its note lasts. Dictionary first (CMUdict and
the exceptions in ``data/``), espeak-ng for the words that no dictionary has.

Sources: CMUdict 0.7b; Kahn (1976), *Syllable-based generalizations in English phonology* (maximal onset);
Gould, *Behind Bars* (2011), p. 448 ff. (dividing words under notes).
"""

from songwright.phonology.text import text_to_words

__all__ = ["text_to_words"]
