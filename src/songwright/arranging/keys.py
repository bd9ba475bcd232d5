"""Pad, organ, accordion and piano: close chords led by voice, each voice moving as little as it can."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Final

from songwright.arranging.bars import SongMap, bass_pitch_class, nearest_note
from songwright.arranging.patterns import KEYS, VELOCITY
from songwright.arranging.strokes import player_strokes
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import INSTRUMENTS, Player
from songwright.documents.score import Chord

HOME_MIDI: Final = 60.0
"""Centre of the right hand: below most of the tune, so that a held chord does not cover it."""
REACH: Final = 12
"""Widest right hand, semitones."""


@lru_cache(maxsize=4096)
def close_voicing(
    pitch_classes: tuple[int, ...], before: tuple[int, ...], low: int, high: int, home_midi: float
) -> tuple[int, ...]:
    """Three or four notes of a chord within an octave, nearest to the ``before`` voicing and not far from home."""
    names = pitch_classes if len(pitch_classes) < 4 else (pitch_classes[1], pitch_classes[2], pitch_classes[3])
    options = [[n for n in range(low, high + 1) if n % 12 == pc] for pc in names]

    def price(notes: tuple[int, ...]) -> float:
        centre = sum(notes) / len(notes)
        moved = sum(abs(a - b) for a, b in zip(notes, before, strict=False)) if before else 0.0
        return moved + 1.0 * abs(centre - home_midi)

    within = [tuple(sorted(notes)) for notes in itertools.product(*options) if max(notes) - min(notes) <= REACH]
    return min(within, key=lambda notes: (price(notes), notes))


def keys_notes(song: SongMap, player: Player) -> list[PartNote]:
    """What a keyboard player plays with both hands; held chords are tied where the pattern only repeats them."""
    return [*_right_hand(song, player), *_left_hand(song, player)]


def _right_hand(song: SongMap, player: Player) -> list[PartNote]:
    instrument = INSTRUMENTS[player.instrument]
    notes: list[PartNote] = []
    voicing: tuple[int, ...] = ()
    chord: Chord | None = None
    for stroke in player_strokes(song, player, KEYS, row=0, opening="C"):
        if chord is None or stroke.chord.symbol != chord.symbol:
            chord = stroke.chord
            voicing = close_voicing(
                chord.pitch_classes,
                voicing,
                max(instrument.lowest_midi, 50),
                min(instrument.highest_midi, 72),
                HOME_MIDI,
            )
        for note in voicing[-1:] if stroke.symbol == "T" else voicing:
            notes.append(
                PartNote(
                    start_quarters=stroke.start_quarters,
                    duration_quarters=stroke.duration_quarters,
                    midi_note=note + 12 if stroke.symbol == "T" and note + 12 <= instrument.highest_midi else note,
                    velocity=VELOCITY[stroke.symbol],
                )
            )
    return _tied(notes) if instrument.name in ("pad", "organ", "accordion") else notes


def _tied(notes: list[PartNote]) -> list[PartNote]:
    """Joins notes of one pitch that follow each other without a gap, four quarters and more at a time."""
    open_notes: dict[int, PartNote] = {}
    done: list[PartNote] = []
    for note in notes:
        before = open_notes.get(note.midi_note)
        if (
            before is not None
            and before.start_quarters + before.duration_quarters == note.start_quarters
            and note.duration_quarters >= 2
            and before.velocity == note.velocity
        ):
            open_notes[note.midi_note] = PartNote(
                start_quarters=before.start_quarters,
                duration_quarters=before.duration_quarters + note.duration_quarters,
                midi_note=note.midi_note,
                velocity=note.velocity,
            )
            continue
        if before is not None:
            done.append(before)
        open_notes[note.midi_note] = note
    return [*done, *open_notes.values()]


def _left_hand(song: SongMap, player: Player) -> list[PartNote]:
    instrument = INSTRUMENTS[player.instrument]
    notes = []
    for stroke in player_strokes(song, player, KEYS, row=1, opening="R"):
        chord = stroke.chord
        root = nearest_note(43, {bass_pitch_class(chord)}, max(instrument.lowest_midi, 36), 47 + 12)
        fifth = root + (chord.pitch_classes[2] - bass_pitch_class(chord)) % 12
        in_root_position = bass_pitch_class(chord) == chord.pitch_classes[0]
        note = fifth if stroke.symbol == "F" and in_root_position and not stroke.opens_chord else root
        notes.append(
            PartNote(
                start_quarters=stroke.start_quarters,
                duration_quarters=max(stroke.duration_quarters, Fraction(1, 2)),
                midi_note=note,
                velocity=VELOCITY["d"] if stroke.symbol == "F" else VELOCITY[stroke.symbol] - 8,
            )
        )
    return notes
