"""The melody as it is written down: bars, and in them notes and rests that each have one written value.

Score time knows only starts and lengths. Here a note is cut where a bar line, the middle of a bar or (off the
beat) a beat has to be seen, and every piece gets a value: whole to 256th, up to two dots, in tuplets 3:2, 5:4 or 7:4.
Source: Gould (2011), *Behind Bars*, pages 166 to 175 (grouping) and 193 (tuplets).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from songwright.documents.score import Metre, Note, Phrase, Score
from songwright.errors import InputError

VALUE_NAMES: Final = ("whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th")
"""Written values from four quarters down, each half the one before."""
_TUPLETS: Final = {1: None, 3: (3, 2), 5: (5, 4), 7: (7, 4)}
"""By the odd part of a length's denominator: how many in the time of how many."""
_MAX_PIECES: Final = 6


@dataclass(frozen=True, kw_only=True)
class WrittenValue:
    """A note shape: index in `VALUE_NAMES`, dots, and the tuplet it stands in."""

    value: int
    dots: int
    tuplet: tuple[int, int] | None

    @property
    def duration_quarters(self) -> Fraction:
        """How long it lasts."""
        plain = Fraction(4, 2**self.value) * (2 - Fraction(1, 2**self.dots))
        return plain * Fraction(self.tuplet[1], self.tuplet[0]) if self.tuplet else plain


@dataclass(frozen=True, kw_only=True)
class WrittenNote:
    """A piece of a sung note, or (``note`` is ``None``) of a rest.

    ``value`` is ``None`` for a rest that fills its bar. ``tied_from`` and ``tied_to`` say whether the same note sounds
    on from the piece before and into the piece after.
    """

    start_quarters: Fraction
    duration_quarters: Fraction
    value: WrittenValue | None
    note: Note | None = None
    phrase: Phrase | None = None
    tied_from: bool = False
    tied_to: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A bar; ``number`` counts from 1, pick-up bars have 0 and below."""

    number: int
    start_quarters: Fraction
    duration_quarters: Fraction
    pieces: tuple[WrittenNote, ...]

    @property
    def end_quarters(self) -> Fraction:
        """The bar line that closes it."""
        return self.start_quarters + self.duration_quarters


def beat_quarters(metre: Metre) -> Fraction:
    """Length of the beat that a conductor shows: a dotted value in 6/8, 9/8 and 12/8."""
    unit = Fraction(4, metre.beat_unit)
    return 3 * unit if metre.beats % 3 == 0 and metre.beats > 3 and metre.beat_unit >= 8 else unit


def score_to_measures(score: Score) -> tuple[Measure, ...]:
    """Write the lead melody into bars from the first pick-up to the end of the song.

    Raises
    ------
    InputError
        If a length cannot be written, with its bar and beat.
    """
    bar = score.metre.bar_quarters
    sung = [(note, phrase) for phrase in score.phrases for note in phrase.notes]
    first = min([Fraction(0), *(note.start_quarters for note, _ in sung[:1])])
    last = max([score.duration_quarters, *(note.end_quarters for note, _ in sung[-1:])])
    chord_starts = [chord.start_quarters for chord in score.chords]
    measures = []
    start = first
    following = 0
    while start < last:
        end = (start // bar + 1) * bar
        number = int(start // bar) + 1
        pieces: list[WrittenNote] = []
        position = start
        while following < len(sung) and sung[following][0].start_quarters < end:
            note, phrase = sung[following]
            if note.start_quarters > position:
                pieces += _write_rest(score, position, note.start_quarters, chord_starts)
            position = max(position, note.start_quarters)
            stop = min(note.end_quarters, end)
            pieces += _write_note(score, position, stop, note, phrase)
            position = stop
            if note.end_quarters > end:
                break
            following += 1
        if position == start and end - start == bar:
            pieces = [WrittenNote(start_quarters=start, duration_quarters=bar, value=None)]
        elif position < end:
            pieces += _write_rest(score, position, end, chord_starts)
        measures.append(
            Measure(number=number, start_quarters=start, duration_quarters=end - start, pieces=tuple(pieces))
        )
        start = end
    return tuple(measures)


def _write_note(score: Score, start: Fraction, end: Fraction, note: Note, phrase: Phrase) -> list[WrittenNote]:
    spans = _cut(start, end, score.metre, _note_fits)
    return [
        WrittenNote(
            start_quarters=a,
            duration_quarters=value.duration_quarters,
            value=value,
            note=note,
            phrase=phrase,
            tied_from=a > note.start_quarters,
            tied_to=a + value.duration_quarters < note.end_quarters,
        )
        for a, value in _values_of(score, spans)
    ]


def _write_rest(score: Score, start: Fraction, end: Fraction, chord_starts: Sequence[Fraction]) -> list[WrittenNote]:
    # Cut where a chord begins, so that its symbol has a rest to stand over.
    edges = [start, *(edge for edge in chord_starts if start < edge < end), end]
    spans = [span for a, b in itertools.pairwise(edges) for span in _cut(a, b, score.metre, _rest_fits)]
    return [
        WrittenNote(start_quarters=a, duration_quarters=value.duration_quarters, value=value)
        for a, value in _values_of(score, spans)
    ]


def _values_of(score: Score, spans: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, WrittenValue]]:
    placed = []
    for start, end in spans:
        values = duration_to_values(end - start)
        if values is None:
            place = score.describe_position(start)
            raise InputError(f"{place}: a length of {end - start} quarters cannot be written as notes; use 1/48 steps")
        for value in values:
            placed.append((start, value))
            start += value.duration_quarters
    return placed


_Fits = Callable[[Fraction, Fraction, Fraction, Fraction | None], bool]


def _cut(start: Fraction, end: Fraction, metre: Metre, fits: _Fits) -> list[tuple[Fraction, Fraction]]:
    """Cut a span inside one bar at the middle of the bar and at beats until every piece reads well."""
    beat = beat_quarters(metre)
    n_beats = metre.bar_quarters / beat
    half = metre.bar_quarters / 2 if n_beats in (4, 6, 8) else None
    if fits(start, end, beat, half):
        return [(start, end)]
    for grid in (half, beat):
        if grid is not None and (edge := _next_edge(start, grid)) < end:
            return _cut(start, edge, metre, fits) + _cut(edge, end, metre, fits)
    return [(start, end)]


def _next_edge(position: Fraction, grid: Fraction) -> Fraction:
    return (position // grid + 1) * grid


def _in_tuplet(position: Fraction, beat: Fraction) -> bool:
    return _odd_part((position % beat).denominator) > 1


def _note_fits(start: Fraction, end: Fraction, beat: Fraction, half: Fraction | None) -> bool:
    crossed = -(-end // beat) - 1 - start // beat
    if crossed == 0:
        return True
    value = _single_value(end - start)
    if value is None or value.tuplet or _in_tuplet(start, beat) or _in_tuplet(end, beat):
        return False
    if start % beat == 0:
        return True
    hides_middle = half is not None and _next_edge(start, half) < end
    return crossed == 1 and not hides_middle


def _rest_fits(start: Fraction, end: Fraction, beat: Fraction, half: Fraction | None) -> bool:
    crossed = -(-end // beat) - 1 - start // beat
    if crossed == 0:
        return True
    value = _single_value(end - start)
    hides_middle = half is not None and _next_edge(start, half) < end
    return value is not None and not value.tuplet and not hides_middle and start % beat == 0 and end % beat == 0


def _odd_part(number: int) -> int:
    while number % 2 == 0:
        number //= 2
    return number


def _single_value(duration: Fraction) -> WrittenValue | None:
    values = duration_to_values(duration)
    return values[0] if values and len(values) == 1 else None


@functools.cache
def _all_values() -> tuple[WrittenValue, ...]:
    made = [
        WrittenValue(value=value, dots=dots, tuplet=tuplet)
        for tuplet in _TUPLETS.values()
        for value in range(len(VALUE_NAMES))
        for dots in range(3 if tuplet is None else 2)
    ]
    # Plain values before tuplets, then few dots: the first with a given length is the simplest.
    by_length: dict[Fraction, WrittenValue] = {}
    for one in sorted(made, key=lambda one: (one.tuplet or (0, 0), one.dots)):
        by_length.setdefault(one.duration_quarters, one)
    return tuple(sorted(by_length.values(), key=lambda one: -one.duration_quarters))


@functools.lru_cache(maxsize=4096)
def duration_to_values(duration: Fraction) -> tuple[WrittenValue, ...] | None:
    """Fewest written values, longest first, that add up to a length in quarters; ``None`` if there are none."""
    for n_pieces in range(1, _MAX_PIECES + 1):
        found = _values_adding_to(duration, n_pieces)
        if found is not None:
            return found
    return None


@functools.lru_cache(maxsize=65536)
def _values_adding_to(duration: Fraction, n_pieces: int) -> tuple[WrittenValue, ...] | None:
    odd = _odd_part(duration.denominator)
    if odd not in _TUPLETS:
        return None
    for value in _all_values():
        length = value.duration_quarters
        if length > duration or (value.tuplet and value.tuplet[0] != odd):
            continue
        if n_pieces == 1:
            return (value,) if length == duration else None
        if length * n_pieces < duration:
            return None
        rest = _values_adding_to(duration - length, n_pieces - 1) if length < duration else None
        if rest is not None:
            return (value, *rest)
    return None
