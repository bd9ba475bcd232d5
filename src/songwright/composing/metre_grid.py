"""The metrical grid: how strong each moment of a bar is, and the note values a tempo allows.

Strengths follow the metrical well-formedness rules of Lerdahl & Jackendoff (1983), *A Generative Theory of Tonal
Music*, chapter 4: each level is every second (or third) moment of the level below. 3 is the downbeat, 2 the half bar of
4/4, 1 the other beats, 0 the eighths between beats, -1 the sixteenths.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from songwright.documents.score import Metre

MIN_SYLLABLE_S: Final = 0.16
"""No sung syllable is shorter: the vowel has to settle after its consonants (six syllables a second, the fast end of
sung English; Palmer & Kelly 1992 measured 0.2 to 0.5 s)."""

MIN_FINAL_S: Final = 0.42
"""Shortest last note of a line: line ends are lengthened (Palmer & Kelly 1992 found about twice the mean length)."""

BREATH_S: Final = 0.35
"""A quick sung breath (Watson & Hixon 1985 measured 0.3 to 0.8 s in singers)."""


@dataclass(frozen=True)
class MetreGrid:
    """A metre at a tempo."""

    metre: Metre
    tempo_qpm: float

    @property
    def bar_quarters(self) -> Fraction:
        """Length of a bar."""
        return self.metre.bar_quarters

    @property
    def quarter_s(self) -> float:
        """Seconds of a quarter."""
        return 60.0 / self.tempo_qpm

    @property
    def rest_quarters(self) -> Fraction:
        """The rest that ends a phrase: an eighth and a breath, rounded to an eighth, so that it can be written down."""
        eighths = round(1 + 2 * BREATH_S / self.quarter_s)
        return Fraction(max(eighths, 1), 2)

    @property
    def max_pickup_quarters(self) -> Fraction:
        """Longest pick-up before a section's first bar line: three eighths in common time, two in three-four."""
        return Fraction(3, 2) if self.metre.beats == 4 else Fraction(1)

    def step_quarters(self, *, dense: bool) -> Fraction:
        """Grid step: eighths, or sixteenths for a ``dense`` line when the tempo leaves a sixteenth singable."""
        return Fraction(1, 4) if dense and self.allows_sixteenths else Fraction(1, 2)

    @property
    def allows_sixteenths(self) -> bool:
        """Whether a sixteenth is at least `MIN_SYLLABLE_S` long."""
        return self.quarter_s / 4 >= MIN_SYLLABLE_S

    def strength(self, position: Fraction) -> int:
        """Metrical strength of a moment (quarters from any bar line)."""
        in_bar = position % self.bar_quarters
        if in_bar == 0:
            return 3
        if self.metre.beats == 4 and in_bar == 2:
            return 2
        if in_bar.denominator == 1:
            return 1
        return 0 if in_bar.denominator == 2 else -1
