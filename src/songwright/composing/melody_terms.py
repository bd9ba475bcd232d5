"""What makes a tune better or worse: the named terms of the melody search, as cost tables over pitches.

A cost of 1 is a small fault, 3 a clear one, 8 close to forbidden. Every table is indexed by position in the list of
candidate pitches. `docs/composing.md` lists the terms with their weights.

Sources
-------
- von Hippel & Huron (2000), "Why do skips precede reversals?"; Meyer (1973), *Explaining Music* (gap-fill);
  Narmour (1990), *The Analysis and Cognition of Basic Melodic Structures* (registral return, process).
- Huron (1996), "The melodic arch in Western folksongs": shares of phrase contours.
- Huron (2006), *Sweet Anticipation*, chapter 5: small intervals; pitch proximity.
- Temperley (2007), *Music and Probability*, chapter 4: range and proximity profiles of melodies.
- Krumhansl (1990), *Cognitive Foundations of Musical Pitch*: the stability of degrees and of chord tones.
- Palmer & Kelly (1992); Nichols, Morris, Basu & Raphael (2009), "Relationships between lyrics and melody in popular
  music": stressed syllables lie higher.
- Aldwell & Schachter (2011), *Harmony and Voice Leading*: leading tone, melodic tritones and sevenths, cadences.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Costs = npt.NDArray[np.float64]

FORBIDDEN: Final = 1e6

# Chord tones (Krumhansl 1990).
NONCHORD: Final = {3: 3.4, 2: 2.6, 1: 1.3, 0: 0.35, -1: 0.2}
"""A note outside its chord, by metrical strength; an accented off-beat counts as strength 2."""
NONCHORD_LONG: Final = 2.0
"""The same, once more, if it lasts over 0.8 s."""
DEGREE: Final = 0.7
"""Factor on the negative logarithm of the style's welcome for a degree."""

# Intervals (Huron 2006; Temperley 2007).
INTERVAL: Final = (0.45, 0.1, 0.0, 0.2, 0.35, 0.5, 25.0, 0.9, 2.0, 1.6, 25.0, 25.0, 1.8)
"""By semitones 0 to 12; tritone and sevenths as good as forbidden, wider ones forbidden."""
SKIP_TO_NONCHORD: Final = 1.8
"""A skip that lands outside the chord."""
NONCHORD_LEFT_BY_SKIP: Final = 1.8
"""A note outside its chord that does not move on by step or stay."""
FAST_SKIP: Final = 0.8
"""A skip of a fourth or more out of a note shorter than 0.25 s."""
LEADING_TONE_LEFT: Final = 1.6
"""The seventh degree over a dominant that neither rises to the tonic nor falls by step."""
STRESS_LOWER: Final = 0.45
"""A stressed syllable below the unstressed one before it (Nichols et al. 2009)."""
PICKUP_SAME: Final = 0.3
"""A pick-up on the very note of the downbeat it leads to."""

# Three notes in a row (von Hippel & Huron 2000; Meyer 1973; Narmour 1990).
GAP_NOT_FILLED: Final = 1.3
"""After a skip of a fourth or more the line does not turn back."""
TWO_SKIPS: Final = 1.6
"""Two skips (over a third) in a row."""
STALLED: Final = 0.7
"""A note sung three times."""
ZIGZAG: Final = 0.6
"""Step up, step down to the same note, or the reverse."""

# Line, motif, register.
CONTOUR: Final = 0.1
"""Squared semitones from the line's contour (Huron 1996)."""
REGISTER: Final = 0.012
"""Squared semitones from the section's middle."""
OUTSIDE_TESSITURA: Final = 1.6
"""For each semitone outside the singer's tessitura."""
MOTIF: Final = 1.1
"""For each scale step from the motif's note, up to three."""
RECALL: Final = 2.6
"""The same where another verse sings this line's tune to other words."""

CONTOURS: Final = (("arch", 0.42), ("falling", 0.30), ("rising", 0.18), ("valley", 0.10))
"""Shares of phrase contours, rounded from Huron (1996), table 1 (convex 39 %, descending 29 %, ascending 19 %,
concave 10 %)."""

LAST_PART_CONTOURS: Final = (("falling", 0.6), ("arch", 0.4))
"""For the second phrase of a long line: it answers the first."""


def contour_curve(name: str, positions: npt.NDArray[np.float64], height: float) -> npt.NDArray[np.float64]:
    """Semitones above the line's middle at positions 0..1 of the line."""
    x = positions
    shape = {
        "arch": 1.0 - 8.0 * (x - 0.45) ** 2,
        "falling": 1.0 - 2.0 * x,
        "rising": 2.0 * np.minimum(x / 0.85, 1.0) - 1.0,
        "valley": 8.0 * (x - 0.5) ** 2 - 1.0,
    }[name]
    return np.asarray(height * shape, dtype=np.float64)


def interval_costs(pitches: npt.NDArray[np.int_]) -> Costs:
    """Cost of each step from one candidate (row) to another (column)."""
    size = np.abs(pitches[None, :] - pitches[:, None])
    table = np.array([*INTERVAL, FORBIDDEN])
    return np.asarray(table[np.minimum(size, len(INTERVAL))], dtype=np.float64)


def three_note_costs(pitches: npt.NDArray[np.int_]) -> Costs:
    """Cost of three notes in a row, shape (n, n, n): first, second, third."""
    first = pitches[None, :, None] - pitches[:, None, None]
    second = pitches[None, None, :] - pitches[None, :, None]
    cost: Costs = np.zeros(np.broadcast_shapes(first.shape, second.shape))
    gap = np.abs(first) >= 5
    turned = np.sign(second) == -np.sign(first)
    cost += np.where(gap & ~(turned & (np.abs(second) <= 4)), GAP_NOT_FILLED, 0.0)
    cost += np.where((np.abs(first) >= 4) & (np.abs(second) >= 4), TWO_SKIPS, 0.0)
    cost += np.where((first == 0) & (second == 0), STALLED, 0.0)
    cost += np.where((first == -second) & (first != 0), ZIGZAG, 0.0)
    return cost


def degree_costs(pitches: npt.NDArray[np.int_], welcome: dict[int, float]) -> Costs:
    """Cost of each candidate by its pitch class's welcome (0 to 1); those without one are forbidden."""
    return np.array([-DEGREE * math.log(welcome[p % 12]) if p % 12 in welcome else FORBIDDEN for p in pitches.tolist()])
