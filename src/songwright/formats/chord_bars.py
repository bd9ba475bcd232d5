"""Which chords sound in which bar: what every kind of chord chart is made of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from songwright.documents.score import Chord, Score


@dataclass(frozen=True, kw_only=True)
class BarChord:
    """A chord's share of one bar; ``is_new`` says that it is struck here, not held on from the bar before."""

    chord: Chord
    start_quarters: Fraction
    duration_quarters: Fraction
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class ChordBar:
    """A bar (the last of a section may be cut short) and its chords in order, none where nothing is played."""

    start_quarters: Fraction
    duration_quarters: Fraction
    chords: tuple[BarChord, ...]


def chords_by_bar(score: Score, start: Fraction, end: Fraction) -> tuple[ChordBar, ...]:
    """Return the bars of a span that begins on a bar line."""
    bars = []
    bar_quarters = score.metre.bar_quarters
    while start < end:
        stop = min(start + bar_quarters, end)
        chords = tuple(
            BarChord(
                chord=chord,
                start_quarters=max(chord.start_quarters, start),
                duration_quarters=min(chord.end_quarters, stop) - max(chord.start_quarters, start),
                is_new=chord.start_quarters >= start,
            )
            for chord in score.chords
            if chord.start_quarters < stop and chord.end_quarters > start
        )
        bars.append(ChordBar(start_quarters=start, duration_quarters=stop - start, chords=chords))
        start = stop
    return tuple(bars)
