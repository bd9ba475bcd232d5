"""The melody: a search over the pitches of a line, given its rhythm, words and chords.

All terms of `melody_terms` reach over three notes at most, so the cheapest line under them is found exactly by a
second-order Viterbi search (states are pairs of pitches). What reaches further (the compass of a line, one peak,
variety) cannot be searched exactly: several lines are found under slightly shaken costs (Papandreou & Yuille 2011,
"Perturb-and-MAP random fields") and judged again, unshaken, with those terms. The seed shakes, the costs decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.composing import melody_terms as terms
from songwright.composing.keys import SCALES, RomanChord
from songwright.composing.metre_grid import MetreGrid
from songwright.composing.text_setting import Placed, Prosody
from songwright.documents.score import CHORD_INTERVALS, Key
from songwright.errors import InputError
from songwright.units import pitch_name_to_pitch_class

N_CANDIDATES: Final = 6
"""Lines found under shaken costs; each draft of a section draws its own."""
SHAKE: Final = 0.55
"""Standard deviation of the shaking: about the cost of one small fault."""

NARROW: Final = 0.6
"""For each semitone by which a line's compass stays under seven."""
WIDE: Final = 0.5
"""For each semitone by which it goes over twelve."""
FEW_PITCHES: Final = 1.2
"""For each different pitch that a line of five notes or more lacks to three."""
MANY_PEAKS: Final = 0.5
"""For each time beyond the second that the highest note comes."""
LOW_CHORUS: Final = 2.5
"""For each semitone that a chorus line's mean lies under what was asked."""
NEIGHBOUR_LINE: Final = 0.4
"""For each semitone over five between the end of the last line and the start of this one."""


@dataclass(frozen=True)
class Tune:
    """A line's notes: moments and lengths in quarters from its first bar line, and pitches."""

    placed: tuple[Placed, ...]
    midi_notes: tuple[int, ...]

    def pitch_at(self, moment: Fraction) -> int:
        """The note sounding at a moment, or the nearest one."""
        best = self.midi_notes[0]
        for place, midi_note in zip(self.placed, self.midi_notes, strict=True):
            if place.start_quarters <= moment:
                best = midi_note
        return best


@dataclass(frozen=True)
class LineTask:
    """What a line's melody is asked to do.

    Parameters
    ----------
    chord_at
        The chord at a moment of the line.
    middle, height
        Where the line's middle lies (MIDI) and how far its contour goes from it (semitones).
    contour
        One of `melody_terms.CONTOURS`.
    close
        ``full``, ``open`` or ``None``.
    motif, motif_steps, motif_weight, motif_to
        A tune to resemble, moved by scale steps, with its weight, up to this share of the line.
    floor
        Mean that the line should not lie under, if any.
    previous
        Last note of the line before.
    """

    prosody: tuple[Prosody, ...]
    placed: tuple[Placed, ...]
    chord_at: Callable[[Fraction], RomanChord]
    middle: float
    height: float
    contour: str
    close: str | None
    motif: Tune | None = None
    motif_steps: int = 0
    motif_weight: float = 0.0
    motif_to: float = 1.0
    floor: float | None = None
    previous: int | None = None


@dataclass(frozen=True)
class MelodySpace:
    """The singer's and the key's pitches: candidates with the tables that do not depend on a line."""

    key: Key
    grid: MetreGrid
    pitches: npt.NDArray[np.int_]
    tessitura: tuple[int, int]
    welcome: tuple[float, ...]
    intervals: terms.Costs
    triples: terms.Costs

    @classmethod
    def make(
        cls, key: Key, grid: MetreGrid, welcome: tuple[float, ...], tessitura: tuple[int, int],
        vocal_range: tuple[int, int],
    ) -> MelodySpace:  # fmt: skip
        """Candidates are the range's notes, at most three semitones outside the tessitura."""
        low, high = max(vocal_range[0], tessitura[0] - 3), min(vocal_range[1], tessitura[1] + 3)
        if high - low < 5:
            raise InputError(f"singer: a tessitura of {tessitura[0]} to {tessitura[1]} leaves no room for a tune")
        pitches = np.arange(low, high + 1)
        return cls(
            key=key,
            grid=grid,
            pitches=pitches,
            tessitura=tessitura,
            welcome=welcome,
            intervals=terms.interval_costs(pitches),
            triples=terms.three_note_costs(pitches),
        )

    def welcome_over(self, chord: RomanChord) -> Mapping[int, float]:
        """Pitch classes that may sound over a chord: the scale, with the degrees that the chord alters altered."""
        scale = {
            (self.key.tonic_pitch_class + step) % 12: self.welcome[degree]
            for degree, step in enumerate(SCALES[self.key.mode])
        }
        root = pitch_name_to_pitch_class(chord.root)
        tones = [(root + interval) % 12 for interval in CHORD_INTERVALS[chord.quality]]
        for tone in tones:
            if tone in scale:
                continue
            # The scale's own form of the altered degree must not sound beside it: it is the neighbour that is no chord
            # tone and, where both neighbours are free, the lower one for a major chord's raised third.
            free = [pc for pc in ((tone - 1) % 12, (tone + 1) % 12) if pc in scale and pc not in tones]
            raised = tone == tones[1] and chord.quality in ("maj", "7", "maj7")
            if free:
                del scale[free[0] if raised or len(free) == 1 else free[-1]]
            scale[tone] = 0.5
        return scale


def degree_step(key: Key, midi_note: int, steps: int) -> int:
    """The note ``steps`` scale steps away (a note outside the scale counts as the one below it)."""
    scale = SCALES[key.mode]
    octave, pc = divmod(midi_note - key.tonic_pitch_class, 12)
    degree = max(i for i, step in enumerate(scale) if step <= pc)
    octaves, degree = divmod(degree + steps, 7)
    return key.tonic_pitch_class + 12 * (octave + octaves) + scale[degree]


def compose_line(space: MelodySpace, task: LineTask, rng: np.random.Generator) -> tuple[Tune, float]:
    """The best of several optimal lines; returns it with its cost."""
    unary, binary = _tables(space, task)
    best: tuple[float, list[int]] | None = None
    for candidate in range(N_CANDIDATES):
        shake = rng.normal(0.0, SHAKE, unary.shape) if candidate else 0.0
        path = _viterbi(unary + shake, binary, space.triples)
        cost = _path_cost(path, unary, binary, space.triples)
        cost += _long_range(task, [int(space.pitches[i]) for i in path])
        if best is None or cost < best[0]:
            best = (cost, path)
    assert best is not None
    return Tune(placed=task.placed, midi_notes=tuple(int(space.pitches[i]) for i in best[1])), best[0]


def compose_parallel(
    space: MelodySpace, task: LineTask, rng: np.random.Generator, *, steps: tuple[int, ...]
) -> tuple[Tune, float]:
    """As `compose_line`, with the motif moved by each of ``steps``: the best one stays (a sequence or a repeat)."""
    found = [compose_line(space, replace(task, motif_steps=step), rng) for step in steps]
    return min(found, key=lambda item: item[1])


def _tables(space: MelodySpace, task: LineTask) -> tuple[terms.Costs, terms.Costs]:
    """Unary costs (n_notes, n_pitches), binary costs (n_notes, n_pitches, n_pitches); row 0 of the latter is empty."""
    pitches, grid = space.pitches, space.grid
    n, m = len(task.placed), len(pitches)
    starts = np.array([float(p.start_quarters) for p in task.placed])
    span = max(starts[-1] - starts[0], 1e-9)
    positions = (starts - starts[0]) / span
    curve = task.middle + terms.contour_curve(task.contour, positions, task.height)
    unary = np.zeros((n, m))
    binary = np.zeros((n, m, m))
    outside = np.maximum(space.tessitura[0] - pitches, 0) + np.maximum(pitches - space.tessitura[1], 0)
    chord_tone = np.zeros((n, m), dtype=bool)
    skip = np.abs(pitches[None, :] - pitches[:, None])
    for i, place in enumerate(task.placed):
        # An anticipation belongs to the beat it is tied over.
        syncopated = grid.strength(place.start_quarters) <= 0 and place.duration_quarters >= 1
        moment = place.start_quarters + (Fraction(1, 2) if syncopated else 0)
        strength = 2 if syncopated else grid.strength(place.start_quarters)
        chord = task.chord_at(moment)
        welcome = dict(space.welcome_over(chord))
        root = pitch_name_to_pitch_class(chord.root)
        tones = {(root + interval) % 12 for interval in CHORD_INTERVALS[chord.quality]}
        chord_tone[i] = [int(p) % 12 in tones for p in pitches]
        seconds = float(place.duration_quarters) * grid.quarter_s
        nonchord = terms.NONCHORD[strength] + (terms.NONCHORD_LONG if seconds > 0.8 else 0.0)
        unary[i] = terms.degree_costs(pitches, welcome)
        unary[i] += np.where(chord_tone[i], 0.0, nonchord)
        unary[i] += terms.CONTOUR * (pitches - curve[i]) ** 2 + terms.REGISTER * (pitches - task.middle) ** 2
        unary[i] += terms.OUTSIDE_TESSITURA * outside
        if task.motif is not None and positions[i] <= task.motif_to:
            goal = degree_step(space.key, task.motif.pitch_at(place.start_quarters), task.motif_steps)
            steps_off = np.minimum(np.abs(pitches - goal) / 1.75, 3.0)
            unary[i] += task.motif_weight * steps_off
        if i == 0:
            if task.previous is not None:
                unary[i] += NEIGHBOUR_LINE * np.maximum(np.abs(pitches - task.previous) - 5, 0)
            continue
        binary[i] = space.intervals
        binary[i] += np.where((skip > 2) & ~chord_tone[i][None, :], terms.SKIP_TO_NONCHORD, 0.0)
        before = task.placed[i - 1]
        if grid.strength(before.start_quarters) >= 0:
            binary[i] += np.where((skip > 2) & ~chord_tone[i - 1][:, None], terms.NONCHORD_LEFT_BY_SKIP, 0.0)
        if float(before.duration_quarters) * grid.quarter_s < 0.25:
            binary[i] += np.where(skip >= 5, terms.FAST_SKIP, 0.0)
        leading = (space.key.tonic_pitch_class - 1) % 12
        is_leading = chord_tone[i - 1] & (pitches % 12 == leading)
        resolved = (pitches[None, :] - pitches[:, None] == 1) | ((skip <= 2) & (pitches[None, :] <= pitches[:, None]))
        binary[i] += np.where(is_leading[:, None] & ~resolved, terms.LEADING_TONE_LEFT, 0.0)
        if task.prosody[i].accent == 2 and task.prosody[i - 1].accent < 2:
            binary[i] += np.where(pitches[None, :] < pitches[:, None], terms.STRESS_LOWER, 0.0)
        if before.start_quarters < 0 <= place.start_quarters:
            binary[i] += np.where(skip == 0, terms.PICKUP_SAME, 0.0)
    unary[-1] += _cadence_costs(space, task, chord_tone[-1])
    return unary, binary


FULL_CLOSE: Final = (0.0, 4.0, 0.9, 6.0, 2.2, 5.0, 6.0)
"""Last note of a closed line by degree 1 to 7: the tonic, or the third."""
OPEN_CLOSE: Final = (2.4, 0.0, 0.9, 3.5, 0.2, 2.0, 1.0)
"""Last note of an open line: the second or the fifth degree."""
LINE_END: Final = (1.2, 0.4, 0.2, 2.2, 0.0, 0.7, 2.0)
"""Last note of a line where the loop goes on."""


def _cadence_costs(space: MelodySpace, task: LineTask, chord_tone: npt.NDArray[np.bool_]) -> terms.Costs:
    table = {"full": FULL_CLOSE, "open": OPEN_CLOSE, None: LINE_END}[task.close]
    scale = SCALES[space.key.mode]
    costs = np.full(len(space.pitches), 3.0)
    for i, p in enumerate(space.pitches.tolist()):
        interval = (p - space.key.tonic_pitch_class) % 12
        if interval in scale:
            costs[i] = table[scale.index(interval)]
    return costs + np.where(chord_tone, 0.0, 4.0)


def _viterbi(unary: terms.Costs, binary: terms.Costs, triples: terms.Costs) -> list[int]:
    n = len(unary)
    if n == 1:
        return [int(unary[0].argmin())]
    total = unary[0][:, None] + unary[1][None, :] + binary[1]
    backs = []
    for i in range(2, n):
        options = total[:, :, None] + triples
        backs.append(options.argmin(axis=0))
        total = options.min(axis=0) + binary[i] + unary[i][None, :]
    second, last = np.unravel_index(int(total.argmin()), total.shape)
    path = [int(last), int(second)]
    for back in reversed(backs):
        path.append(int(back[path[-1], path[-2]]))
    path.reverse()
    return path


def _path_cost(path: list[int], unary: terms.Costs, binary: terms.Costs, triples: terms.Costs) -> float:
    cost = sum(float(unary[i, p]) for i, p in enumerate(path))
    cost += sum(float(binary[i, path[i - 1], path[i]]) for i in range(1, len(path)))
    return cost + sum(float(triples[path[i - 2], path[i - 1], path[i]]) for i in range(2, len(path)))


def _long_range(task: LineTask, notes: list[int]) -> float:
    cost = 0.0
    compass = max(notes) - min(notes)
    if len(notes) >= 5:
        cost += NARROW * max(0, 7 - compass) + FEW_PITCHES * max(0, 3 - len(set(notes)))
    cost += WIDE * max(0, compass - 12)
    cost += MANY_PEAKS * max(0, notes.count(max(notes)) - 2)
    if task.floor is not None:
        cost += LOW_CHORUS * max(0.0, task.floor - sum(notes) / len(notes))
    return cost
