"""The song seen bar by bar, as a band leader counts it: which section, which chord, what comes next, who sings."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from songwright.documents.score import Chord, Key, Phrase, Score, Section
from songwright.units import pitch_name_to_pitch_class

STEP_QUARTERS = Fraction(1, 4)
"""One step of every pattern grid: a sixteenth."""

VERSE_LIFT = 0.08
"""How much fuller the second half of a verse or bridge is played, on the 0..1 scale of intensity (house choice)."""

_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of the song; ``intensity`` is its section's, lifted in the second half of verses and bridges."""

    start_quarters: Fraction
    duration_quarters: Fraction
    section: Section
    section_index: int
    index_in_section: int
    n_in_section: int
    intensity: float
    is_last_of_song: bool
    next_section: Section | None

    @property
    def end_quarters(self) -> Fraction:
        """Where the next bar begins."""
        return self.start_quarters + self.duration_quarters

    @property
    def n_steps(self) -> int:
        """Sixteenths in the bar."""
        return int(self.duration_quarters / STEP_QUARTERS)

    @property
    def leads_on(self) -> bool:
        """Whether the next bar belongs to another section."""
        return self.index_in_section == self.n_in_section - 1 and self.next_section is not None


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A span in which the whole band is silent."""

    start_quarters: Fraction
    end_quarters: Fraction


class SongMap:
    """Bars, chords and silences of a score, looked up by score time."""

    def __init__(self, score: Score, *, stop_before_last_chorus: bool = False) -> None:
        self.score = score
        self.bars = tuple(_bars(score))
        self._chord_starts = [chord.start_quarters for chord in score.chords]
        self.last_chorus_index = max((i for i, s in enumerate(score.sections) if s.kind == "chorus"), default=None)
        n_choruses = sum(section.kind == "chorus" for section in score.sections)
        self.stop: Stop | None = None
        if stop_before_last_chorus and n_choruses > 1 and self.last_chorus_index:
            arrival = score.sections[self.last_chorus_index].start_quarters
            self.stop = Stop(start_quarters=arrival - Fraction(4, score.metre.beat_unit), end_quarters=arrival)

    def chord_at(self, quarters: Fraction) -> Chord:
        """The chord that holds at a score time; the first one before it begins, the last one after it ends."""
        return self.score.chords[max(bisect.bisect_right(self._chord_starts, quarters) - 1, 0)]

    def chords_between(
        self, start_quarters: Fraction, end_quarters: Fraction
    ) -> list[tuple[Fraction, Fraction, Chord]]:
        """(start, end, chord) of every chord inside a span, cut to it."""
        cuts = [start_quarters, *(s for s in self._chord_starts if start_quarters < s < end_quarters), end_quarters]
        return [(a, b, self.chord_at(a)) for a, b in pairwise(cuts)]

    def bar_at(self, quarters: Fraction) -> Bar:
        """The bar that holds a score time."""
        starts = [bar.start_quarters for bar in self.bars]
        return self.bars[max(bisect.bisect_right(starts, quarters) - 1, 0)]

    def section_bars(self, section_index: int) -> list[Bar]:
        """All bars of a section."""
        return [bar for bar in self.bars if bar.section_index == section_index]

    def phrases_in(self, section_index: int) -> list[Phrase]:
        """What is sung in a section."""
        return [phrase for phrase in self.score.phrases if phrase.section_index == section_index]

    def is_strong(self, quarters: Fraction) -> bool:
        """Whether a time is the first beat of a bar or, in bars of an even number of beats, its middle."""
        metre = self.score.metre
        position = quarters % metre.bar_quarters
        return position == 0 or (metre.beats % 2 == 0 and position == metre.bar_quarters / 2)


def _bars(score: Score) -> Iterator[Bar]:
    length = score.metre.bar_quarters
    for i, section in enumerate(score.sections):
        n_bars = -(-section.duration_quarters // length)
        following = score.sections[i + 1] if i + 1 < len(score.sections) else None
        for j in range(n_bars):
            start = section.start_quarters + j * length
            lifted = section.kind in ("verse", "bridge") and n_bars >= 8 and j >= n_bars // 2
            yield Bar(
                start_quarters=start,
                duration_quarters=min(length, section.end_quarters - start),
                section=section,
                section_index=i,
                index_in_section=j,
                n_in_section=n_bars,
                intensity=min(section.intensity + VERSE_LIFT * lifted, 1.0),
                is_last_of_song=following is None and j == n_bars - 1,
                next_section=following,
            )


def bass_pitch_class(chord: Chord) -> int:
    """Pitch class of a chord's lowest note."""
    return pitch_name_to_pitch_class(chord.bass)


def chord_tones(chord: Chord) -> frozenset[int]:
    """Pitch classes of a chord, its bass included."""
    return frozenset(chord.pitch_classes) | {bass_pitch_class(chord)}


def scale_pitch_classes(key: Key) -> frozenset[int]:
    """Pitch classes of the key (natural minor)."""
    return frozenset((key.tonic_pitch_class + step) % 12 for step in _SCALES[key.mode])


def local_scale(key: Key, chord: Chord) -> frozenset[int]:
    """The key's scale as a player bends it over a chord: chord tones replace scale tones a semitone away from them."""
    tones = frozenset(chord.pitch_classes)
    kept = {
        pc
        for pc in scale_pitch_classes(key)
        if pc in tones or not {(pc + 1) % 12, (pc - 1) % 12} & (tones - scale_pitch_classes(key))
    }
    return frozenset(kept | tones)


def nearest_note(target: float, pitch_classes: frozenset[int] | set[int], low: int, high: int) -> int:
    """The MIDI note of ``pitch_classes`` in low..high nearest to ``target`` (the lower of two equally near)."""
    return min((n for n in range(low, high + 1) if n % 12 in pitch_classes), key=lambda n: (abs(n - target), n))
