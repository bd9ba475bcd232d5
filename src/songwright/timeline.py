"""The tempo map: the only place where quarters become seconds.

Score time is exact (`fractions.Fraction` quarters, which may be negative for a pick-up before the first bar);
real time is float seconds from the start of the audio file.
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass
from fractions import Fraction

from songwright.errors import InputError


@dataclass(frozen=True, kw_only=True)
class TempoChange:
    """From ``start_quarters`` on, ``tempo_qpm`` quarters pass in a minute."""

    start_quarters: Fraction
    tempo_qpm: float


@dataclass(frozen=True, kw_only=True)
class TempoMap:
    """A piecewise constant tempo, strictly monotone and invertible.

    Parameters
    ----------
    changes
        Tempo changes in rising order; the first one also rules everything before it.
    offset_s
        Seconds of the file at score time zero (room for a pick-up and the first breath).
    """

    changes: tuple[TempoChange, ...]
    offset_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.changes:
            raise InputError("a tempo map needs at least one tempo")
        for change in self.changes:
            if not 20.0 <= change.tempo_qpm <= 400.0:
                raise InputError(
                    f"tempo {change.tempo_qpm:g} qpm at quarter {change.start_quarters}: allowed are 20 to 400"
                )
        starts = [change.start_quarters for change in self.changes]
        if any(b <= a for a, b in itertools.pairwise(starts)):
            raise InputError("tempo changes must rise strictly in score time")

    @classmethod
    def constant(cls, tempo_qpm: float, *, offset_s: float = 0.0) -> TempoMap:
        """One tempo from beginning to end."""
        return cls(changes=(TempoChange(start_quarters=Fraction(0), tempo_qpm=tempo_qpm),), offset_s=offset_s)

    def _anchors_s(self) -> list[float]:
        seconds = [self.offset_s + float(self.changes[0].start_quarters) * 60.0 / self.changes[0].tempo_qpm]
        for before, after in zip(self.changes, self.changes[1:], strict=False):
            span = float(after.start_quarters - before.start_quarters)
            seconds.append(seconds[-1] + span * 60.0 / before.tempo_qpm)
        return seconds

    def quarters_to_seconds(self, quarters: Fraction | float) -> float:
        """Seconds of the file at a score time."""
        starts = [change.start_quarters for change in self.changes]
        i = max(bisect.bisect_right(starts, quarters) - 1, 0)
        span = float(quarters - starts[i])
        return self._anchors_s()[i] + span * 60.0 / self.changes[i].tempo_qpm

    def seconds_to_quarters(self, seconds: float) -> float:
        """Score time at a moment of the file; the inverse of `quarters_to_seconds`."""
        anchors = self._anchors_s()
        i = max(bisect.bisect_right(anchors, seconds) - 1, 0)
        return float(self.changes[i].start_quarters) + (seconds - anchors[i]) * self.changes[i].tempo_qpm / 60.0
