"""The five-string banjo: rolls over chord tones under a high drone, capo where the key wants it."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Final

from songwright.arranging.bars import SongMap
from songwright.arranging.guitar import without_repeats_ringing
from songwright.arranging.patterns import ROLL, VELOCITY
from songwright.arranging.strokes import player_strokes
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import Player
from songwright.documents.score import Chord, Key

OPEN_G: Final = (62, 59, 55, 50)
"""Strings 1 to 4 of G tuning: D4 B3 G3 D3. The drone is the fifth, G4."""
DRONE_MIDI: Final = range(67, 75)
"""G4 and up to seven frets of spikes."""
MAX_FRET: Final = 5
MAX_SPAN: Final = 3


@lru_cache(maxsize=1024)
def banjo_strings(pitch_classes: tuple[int, ...], capo: int) -> tuple[int, int, int, int]:
    """Notes of strings 1 to 4 for a chord: chord tones within one hand, all of the triad, as open as can be."""

    def price(frets: tuple[int, ...]) -> float:
        pressed = [fret for fret in frets if fret]
        span = max(pressed) - min(pressed) if pressed else 0
        classes = {(note + capo + fret) % 12 for note, fret in zip(OPEN_G, frets, strict=True)}
        unison = len({note + fret for note, fret in zip(OPEN_G, frets, strict=True)}) < 4
        missing = len(set(pitch_classes[:3]) - classes)
        return sum(frets) + 6.0 * missing + 4.0 * unison + 100.0 * (span > MAX_SPAN)

    on_string = [
        [fret for fret in range(MAX_FRET + 1) if (note + capo + fret) % 12 in pitch_classes] for note in OPEN_G
    ]
    frets = min(itertools.product(*on_string), key=lambda f: (price(f), f))
    one, two, three, four = (note + capo + fret for note, fret in zip(OPEN_G, frets, strict=True))
    return one, two, three, four


def drone_note(chord: Chord, key: Key) -> int:
    """The short string: the key's fifth or tonic, or a chord tone where both would rub a semitone against the chord."""
    tones = set(chord.pitch_classes)
    for degree in ((key.tonic_pitch_class + 7) % 12, key.tonic_pitch_class):
        on_string = [note for note in DRONE_MIDI if note % 12 == degree]
        if on_string and not {(degree + 1) % 12, (degree - 1) % 12} & tones:
            return on_string[0]
    return next(n for n in DRONE_MIDI if n % 12 in tones)


def banjo_capo(key: Key) -> int:
    """Fret that turns the key into G, C or D position, whichever lies lowest."""
    return min((key.tonic_pitch_class - home) % 12 for home in (7, 0, 2))


def banjo_notes(song: SongMap, player: Player) -> list[PartNote]:
    """What a banjo player rolls."""
    capo = banjo_capo(song.score.key)
    notes: list[PartNote] = []
    for stroke in player_strokes(song, player, ROLL, row=0, opening="3"):
        strings = banjo_strings(stroke.chord.pitch_classes, capo)
        if stroke.is_ending:
            notes.extend(
                PartNote(
                    start_quarters=stroke.start_quarters,
                    duration_quarters=stroke.duration_quarters,
                    midi_note=note,
                    velocity=VELOCITY["D"],
                    strum=1,
                )
                for note in sorted(strings)
            )
            continue
        string = int(stroke.symbol)
        notes.append(
            PartNote(
                start_quarters=stroke.start_quarters,
                duration_quarters=max(stroke.duration_quarters, Fraction(1, 2)),
                midi_note=drone_note(stroke.chord, song.score.key) if string == 5 else strings[string - 1],
                velocity=VELOCITY[stroke.symbol],
            )
        )
    return without_repeats_ringing(notes)
