"""The bass: the chord's bass on its first beat, fifths between, and a step into the next chord."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from songwright.arranging.bars import SongMap, bass_pitch_class, nearest_note, scale_pitch_classes
from songwright.arranging.patterns import BASS, VELOCITY
from songwright.arranging.strokes import Stroke, player_strokes
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import INSTRUMENTS, Player

CHROMATIC_APPROACH = 0.25
"""Chance that an approach note is a semitone below the next root where the scale has a whole tone (house choice)."""
HOME_MIDI = 36.0
"""Where the line likes to lie: around C2, the middle of the low strings."""


def bass_notes(song: SongMap, player: Player, rng: np.random.Generator) -> list[PartNote]:
    """What a bass player plays."""
    instrument = INSTRUMENTS[player.instrument]
    low, high = instrument.lowest_midi, instrument.highest_midi
    notes: list[PartNote] = []
    root = nearest_note(HOME_MIDI, {bass_pitch_class(song.chord_at(Fraction(0)))}, low, high)
    for stroke in player_strokes(song, player, BASS, row=0, opening="R"):
        if stroke.opens_chord:
            target = 0.65 * root + 0.35 * HOME_MIDI
            root = nearest_note(target, {bass_pitch_class(stroke.chord)}, low, high - 12)
        midi_note: int | None
        symbol = "R" if stroke.opens_chord and stroke.symbol != "r" else stroke.symbol
        if symbol == "a":
            midi_note = _approach(song, stroke, root, rng)
        elif symbol == "F":
            midi_note = _fifth(stroke, root, low)
        elif symbol == "O":
            midi_note = root + 12
        else:
            midi_note = root
        if midi_note is None:
            if notes and notes[-1].start_quarters + notes[-1].duration_quarters == stroke.start_quarters:
                last = notes.pop()
                notes.append(
                    PartNote(
                        start_quarters=last.start_quarters,
                        duration_quarters=last.duration_quarters + stroke.duration_quarters,
                        midi_note=last.midi_note,
                        velocity=last.velocity,
                    )
                )
            continue
        notes.append(
            PartNote(
                start_quarters=stroke.start_quarters,
                duration_quarters=stroke.duration_quarters,
                midi_note=midi_note,
                velocity=VELOCITY[symbol],
            )
        )
    return notes


def _fifth(stroke: Stroke, root: int, low: int) -> int:
    """The chord's fifth below the root where the instrument has it, else above; over an inversion the root again."""
    if bass_pitch_class(stroke.chord) != stroke.chord.pitch_classes[0]:
        return root
    interval = (stroke.chord.pitch_classes[2] - stroke.chord.pitch_classes[0]) % 12
    below = root + interval - 12
    return below if below >= low else root + interval


def _approach(song: SongMap, stroke: Stroke, root: int, rng: np.random.Generator) -> int | None:
    """A step into the chord that begins when this stroke ends; ``None`` where the chord stays."""
    die = float(rng.random())
    following = song.chord_at(stroke.start_quarters + stroke.duration_quarters)
    if following is stroke.chord or bass_pitch_class(following) == bass_pitch_class(stroke.chord):
        return None
    instrument_low = 28
    goal = nearest_note(0.65 * root + 0.35 * HOME_MIDI, {bass_pitch_class(following)}, instrument_low, 40)
    scale = scale_pitch_classes(song.score.key)
    if die < CHROMATIC_APPROACH and goal - 1 >= instrument_low and (goal - 1) % 12 != root % 12:
        return goal - 1
    below = next((goal - step for step in (1, 2) if (goal - step) % 12 in scale), goal - 1)
    above = next((goal + step for step in (1, 2) if (goal + step) % 12 in scale), goal + 1)
    ways = [note for note in (below, above) if note >= instrument_low and note % 12 != root % 12]
    return min(ways, key=lambda note: abs(note - root)) if ways else above
