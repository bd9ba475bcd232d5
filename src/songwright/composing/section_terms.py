"""What makes a whole section better or worse: terms over several lines, by which drafts of a section are compared.

Sources: Huron (2006), *Sweet Anticipation*, chapters 5 and 8, and von Hippel & Huron (2000) for the shares of intervals
in folk song (about half steps, a fifth to a third repeated notes, the rest skips); Burns (1987), "A typology of 'hooks'
in popular records", for the one striking interval; Zollo (1991) and Perricone (2000), *Melody in Songwriting*, for one
highest place in a section and line ends that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from songwright.composing.melody import Tune

STEP_SHARE: Final = (0.38, 0.62)
REPEAT_SHARE: Final = (0.10, 0.34)
SHARE_OFF: Final = 14.0
"""For the whole of a share (1.0) outside its band."""
NO_LEAP: Final = 2.5
"""No interval of a fourth or more inside any line."""
MANY_LEAPS: Final = 25.0
"""For the whole of the share of intervals of a fourth or more over one in six."""
SAME_END: Final = 1.2
"""For each pair of neighbouring lines that end on the same note."""
ALL_ONE_WAY: Final = 1.5
"""For each line beyond half of them that falls (or rises) from its first to its last note."""
PEAK_SPREAD: Final = 0.8
"""For each line beyond the second (and its parallels) that reaches the section's highest note."""
SMALL_COMPASS: Final = 1.0
"""For each semitone that the section's compass lacks to a minor seventh."""
LARGE_COMPASS: Final = 0.8
"""For each semitone over an eleventh."""
OFF_MEAN: Final = 3.0
"""For each semitone and line by which a section lies under the mean that was asked, or over it."""


def section_cost(tunes: Sequence[Tune], *, floor: float | None, ceiling: float | None) -> float:
    """Cost of a section's lines together; ``floor`` and ``ceiling`` (MIDI) bound their mean, if given."""
    steps = [b - a for tune in tunes for a, b in pairwise(tune.midi_notes)]
    notes = [note for tune in tunes for note in tune.midi_notes]
    cost = 0.0
    if len(steps) >= 6:
        n = len(steps)
        cost += SHARE_OFF * _outside(sum(1 <= abs(step) <= 2 for step in steps) / n, STEP_SHARE)
        cost += SHARE_OFF * _outside(sum(step == 0 for step in steps) / n, REPEAT_SHARE)
        leaps = sum(abs(step) >= 5 for step in steps) / n
        cost += NO_LEAP if leaps == 0 else MANY_LEAPS * max(0.0, leaps - 1 / 6)
    cost += SAME_END * sum(a.midi_notes[-1] == b.midi_notes[-1] for a, b in pairwise(tunes))
    if len(tunes) >= 3:
        for sign in (-1, 1):
            going = sum((tune.midi_notes[-1] - tune.midi_notes[0]) * sign > 2 for tune in tunes)
            cost += ALL_ONE_WAY * max(0.0, going - len(tunes) / 2)
        cost += PEAK_SPREAD * max(0, sum(max(tune.midi_notes) == max(notes) for tune in tunes) - 2)
        compass = max(notes) - min(notes)
        cost += SMALL_COMPASS * max(0, 10 - compass) + LARGE_COMPASS * max(0, compass - 17)
    mean = sum(notes) / len(notes)
    if floor is not None:
        cost += OFF_MEAN * max(0.0, floor - mean) * len(tunes)
    if ceiling is not None:
        cost += OFF_MEAN * max(0.0, mean - ceiling) * len(tunes)
    return cost


def _outside(share: float, band: tuple[float, float]) -> float:
    return max(0.0, band[0] - share, share - band[1])
