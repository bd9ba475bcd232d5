"""Chord shapes that a hand can hold on a guitar in standard tuning, a capo where it helps, and what is played on them.

A shape is searched, not looked up: every fingering inside four frets whose lowest sounding string carries the chord's
bass, with at most four fingers (a barre counts as one), priced the way guitarists choose: open strings, low positions,
no gaps.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from songwright.arranging.bars import SongMap, bass_pitch_class
from songwright.arranging.patterns import PICK, STRUM, VELOCITY
from songwright.arranging.strokes import Stroke, player_strokes
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import Player
from songwright.documents.score import Chord
from songwright.errors import InputError

STANDARD_TUNING: Final = (40, 45, 50, 55, 59, 64)
"""Open strings E2 A2 D3 G3 B3 E4, lowest first."""
MAX_SPAN_FRETS: Final = 4
HIGHEST_FRET: Final = 10
CAPO_COST: Final = 0.35
"""Price of each fret of capo against the shapes' own prices: it takes the low end away (house choice)."""
N_UP_STRINGS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Frets above the capo, lowest string first; 0 open, ``None`` not played."""

    frets: tuple[int | None, ...]
    capo: int

    @property
    def midi_notes(self) -> tuple[int, ...]:
        """Sounding notes from the lowest string to the highest."""
        return tuple(
            string + self.capo + fret
            for string, fret in zip(STANDARD_TUNING, self.frets, strict=True)
            if fret is not None
        )

    @property
    def span_frets(self) -> int:
        """Frets under the hand, 0 when every string is open."""
        pressed = [fret for fret in self.frets if fret]
        return max(pressed) - min(pressed) + 1 if pressed else 0

    @property
    def n_fingers(self) -> int:
        """Fingers needed, one for a barre across the lowest fret; 9 where no hand could."""
        pressed = [fret for fret in self.frets if fret]
        if len(pressed) <= 4:
            return len(pressed)
        lowest = min(pressed)
        first = next(i for i, fret in enumerate(self.frets) if fret == lowest)
        if any(fret == 0 for fret in self.frets[first:]):
            return 9
        return 1 + sum(fret > lowest for fret in pressed)


def shape_cost(shape: Shape, tones: frozenset[int], third: int | None) -> float:
    """Price of a shape: position, muted strings, fingers, missing or crowded tones.

    The weights were set so that the common open shapes (320003, x32010, xx0232, 022000 ...) come out cheapest.
    """
    pressed = [fret for fret in shape.frets if fret]
    sounding = [i for i, fret in enumerate(shape.frets) if fret is not None]
    gaps = sounding[-1] - sounding[0] + 1 - len(sounding)
    classes = [note % 12 for note in shape.midi_notes]
    return float(
        0.5 * (min(pressed) - 1 if pressed else 0)
        + 0.25 * (max(pressed, default=0))
        + 0.7 * (6 - len(sounding))
        + 2.5 * gaps
        + 1.0 * (sounding[-1] != 5)
        + 0.3 * shape.n_fingers
        + 0.8 * (len(pressed) > 4)
        - 0.5 * sum(fret == 0 for fret in shape.frets)
        + 4.0 * len(tones - set(classes))
        + 0.6 * max(sum(pc == third for pc in classes) - 1, 0)
        + 0.5 * max(shape.span_frets - 2, 0)
        + 0.4 * (shape.span_frets > 1 and shape.n_fingers < 4 and max(pressed) > 3)
    )


@lru_cache(maxsize=4096)
def best_shape(pitch_classes: tuple[int, ...], bass: int, capo: int) -> tuple[Shape, float]:
    """The cheapest playable shape of a chord and its price.

    Parameters
    ----------
    pitch_classes
        From the root up.
    bass
        Pitch class of the lowest string that sounds.
    capo
        Fret of the capo, 0 for none.

    Raises
    ------
    InputError
        If no hand can hold the chord.
    """
    tones = frozenset(pitch_classes) | {bass}
    third = (pitch_classes[0] + 4) % 12 if (pitch_classes[0] + 4) % 12 in pitch_classes else None
    candidates = (
        (shape_cost(shape, frozenset(pitch_classes), third), shape.frets, shape) for shape in _shapes(tones, bass, capo)
    )
    try:
        cost, _, shape = min(candidates, key=lambda c: (c[0], tuple(-1 if fret is None else fret for fret in c[1])))
    except ValueError as error:
        raise InputError(
            f"no guitar shape for pitch classes {pitch_classes} over bass {bass} with capo {capo}"
        ) from error
    return shape, cost


def _shapes(tones: frozenset[int], bass: int, capo: int) -> Iterator[Shape]:
    seen: set[tuple[int | None, ...]] = set()
    for lowest_fret in range(1, HIGHEST_FRET - MAX_SPAN_FRETS + 2):
        hand = (0, *range(lowest_fret, lowest_fret + MAX_SPAN_FRETS))
        on_string = [[f for f in hand if (open_note + capo + f) % 12 in tones] for open_note in STANDARD_TUNING]
        for low_string in (0, 1, 2):
            lows = [f for f in on_string[low_string] if (STANDARD_TUNING[low_string] + capo + f) % 12 == bass]
            choices = [[*frets, None] for frets in on_string[low_string + 1 :]]
            for low, rest in itertools.product(lows, itertools.product(*choices)):
                frets = (*(None,) * low_string, low, *rest)
                if frets in seen or sum(f is not None for f in frets) < 4:
                    continue
                seen.add(frets)
                shape = Shape(frets=frets, capo=capo)
                notes = shape.midi_notes
                if shape.n_fingers <= 4 and min(notes) == notes[0]:
                    yield shape


def chord_shape(chord: Chord, capo: int) -> Shape:
    """The shape for a chord."""
    return best_shape(chord.pitch_classes, bass_pitch_class(chord), capo)[0]


def choose_capo(chords: tuple[Chord, ...], capos: range) -> int:
    """The capo under which the song's chords, weighted by how long they sound, are easiest and most open."""
    weights: dict[tuple[tuple[int, ...], int], Fraction] = {}
    for chord in chords:
        key = (chord.pitch_classes, bass_pitch_class(chord))
        weights[key] = weights.get(key, Fraction(0)) + chord.duration_quarters
    total = float(sum(weights.values()))

    def price(capo: int) -> float:
        shapes = sum(float(w) * best_shape(pcs, bass, capo)[1] for (pcs, bass), w in weights.items()) / total
        return shapes + CAPO_COST * capo

    return min(capos, key=lambda capo: (price(capo), capo))


def strum_notes(song: SongMap, player: Player) -> list[PartNote]:
    """What a strumming player plays: down strokes over the whole shape, up strokes over its highest strings."""
    capo = choose_capo(song.score.chords, range(0, 6))
    notes: list[PartNote] = []
    for stroke in player_strokes(song, player, STRUM, row=0, opening="D"):
        shape = chord_shape(stroke.chord, capo).midi_notes
        notes.extend(_strum(stroke, shape))
    return notes


def _strum(stroke: Stroke, shape: tuple[int, ...]) -> list[PartNote]:
    symbol = "D" if stroke.opens_chord and stroke.symbol in "duU" and stroke.duration_quarters >= 1 else stroke.symbol
    strings, strum = {
        "D": (shape, 1),
        "d": (shape[: max(len(shape) - 1, 4)], 1),
        "U": (shape[-N_UP_STRINGS - 1 :], -1),
        "u": (shape[-N_UP_STRINGS:], -1),
        "B": (shape[:1], 0),
        "A": ((shape[0] if stroke.opens_chord else alternate_bass(shape, stroke.chord),), 0),
    }[symbol]
    return [
        PartNote(
            start_quarters=stroke.start_quarters,
            duration_quarters=stroke.duration_quarters,
            midi_note=note,
            velocity=VELOCITY[symbol],
            strum=strum,
        )
        for note in strings
    ]


def alternate_bass(shape: tuple[int, ...], chord: Chord) -> int:
    """Where the thumb goes from the bass string: to the fifth if one of the next two strings has it."""
    fifth = chord.pitch_classes[2]
    return next((note for note in shape[1:3] if note % 12 == fifth), shape[1])


def pick_notes(song: SongMap, player: Player) -> list[PartNote]:
    """What a picking player plays: the thumb on the bass strings, fingers on the upper ones, every string ringing on.

    The capo stands where the shapes differ from the strummed guitar's, so that two guitars do not sound as one.
    """
    strummed = choose_capo(song.score.chords, range(0, 6))
    capo = choose_capo(song.score.chords, range(strummed + 2, strummed + 6)) if strummed < 4 else strummed - 3
    notes: list[PartNote] = []
    for row, opening in ((0, "B"), (1, "")):
        for stroke in player_strokes(song, player, PICK, row=row, opening=opening or "2"):
            shape = chord_shape(stroke.chord, capo).midi_notes
            if stroke.is_ending:
                notes.extend(_strum(stroke, shape) if row == 0 else [])
                continue
            if stroke.symbol in "BA":
                low = stroke.symbol == "B" or stroke.opens_chord
                note = shape[0] if low else alternate_bass(shape, stroke.chord)
            else:
                note = shape[-int(stroke.symbol)]
            ring = max(stroke.duration_quarters, Fraction(1))
            notes.append(
                PartNote(
                    start_quarters=stroke.start_quarters,
                    duration_quarters=min(ring, stroke.chord.end_quarters - stroke.start_quarters)
                    if stroke.chord.end_quarters > stroke.start_quarters
                    else stroke.duration_quarters,
                    midi_note=note,
                    velocity=VELOCITY[stroke.symbol],
                )
            )
    return without_repeats_ringing(notes)


def without_repeats_ringing(notes: list[PartNote]) -> list[PartNote]:
    """Ends each note where the same pitch is struck again; the louder of two struck together stays."""
    by_pitch: dict[int, list[PartNote]] = {}
    for note in sorted(notes, key=lambda n: (n.start_quarters, -n.velocity)):
        same = by_pitch.setdefault(note.midi_note, [])
        if same and same[-1].start_quarters == note.start_quarters:
            continue
        if same and same[-1].start_quarters + same[-1].duration_quarters > note.start_quarters:
            before = same.pop()
            same.append(
                PartNote(
                    start_quarters=before.start_quarters,
                    duration_quarters=note.start_quarters - before.start_quarters,
                    midi_note=before.midi_note,
                    velocity=before.velocity,
                    strum=before.strum,
                    bend_cents=before.bend_cents,
                )
            )
        same.append(note)
    return [note for same in by_pitch.values() for note in same]
