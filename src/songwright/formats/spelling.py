"""Which letter and accidental a MIDI note is written with, in a key and over a chord.

A chord's own notes are spelled as thirds on its root (the E of C, the C# of A7); every other note takes its place in a
window of twelve on the line of fifths around the key (Temperley 2001, *The Cognition of Basic Musical Structures*,
chapter 5), so that C major has F# and Bb, and A minor G# and Bb.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from songwright.documents.score import CHORD_INTERVALS, Chord, Key
from songwright.units import pitch_name_to_pitch_class

_LETTERS: Final = "CDEFGAB"
_LETTER_PITCH_CLASS: Final = (0, 2, 4, 5, 7, 9, 11)
_FIFTHS: Final = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_STEPS_OF_INTERVAL: Final = {0: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 4, 9: 5, 10: 6, 11: 6}
"""Letters above the root of a chord's note, by semitones (a diminished or augmented fifth is a fifth)."""


@dataclass(frozen=True, kw_only=True)
class SpelledPitch:
    """``step`` C to B, ``alter`` in semitones, ``octave`` as in C4 = MIDI 60 (B#3 sounds as C4)."""

    step: str
    alter: int
    octave: int

    @property
    def midi_note(self) -> int:
        """The note that sounds."""
        return 12 * (self.octave + 1) + _LETTER_PITCH_CLASS[_LETTERS.index(self.step)] + self.alter


def pitch_name_to_fifths(name: str) -> int:
    """Place of a spelled pitch class on the line of fifths: C 0, G 1, F -1, F# 6, Bb -2."""
    return _FIFTHS[name[0]] + 7 * (name.count("#", 1) - name.count("b", 1))


def key_to_fifths(key: Key) -> int:
    """Sharps (or, negative, flats) of a key's signature, brought within seven by enharmonic change."""
    fifths = pitch_name_to_fifths(key.tonic) - (3 if key.mode == "minor" else 0)
    while abs(fifths) > 7:
        fifths -= 12 if fifths > 0 else -12
    return fifths


def spell_midi_note(midi_note: int, *, key: Key, chord: Chord | None) -> SpelledPitch:
    """Spell a sung note over the chord that sounds with it."""
    pitch_class = midi_note % 12
    step, alter = _spell_in_chord(pitch_class, chord) if chord is not None else (None, 0)
    if step is None:
        lowest = key_to_fifths(key) - (2 if key.mode == "minor" else 5)
        place = next(place for place in range(lowest, lowest + 12) if place * 7 % 12 == pitch_class)
        step = "FCGDAEB"[(place + 1) % 7]
        alter = (place + 1) // 7
    natural = midi_note - alter
    return SpelledPitch(step=step, alter=alter, octave=natural // 12 - 1)


def _spell_in_chord(pitch_class: int, chord: Chord) -> tuple[str | None, int]:
    root = pitch_name_to_pitch_class(chord.root)
    interval = (pitch_class - root) % 12
    if interval not in CHORD_INTERVALS[chord.quality]:
        return None, 0
    letter = (_LETTERS.index(chord.root[0]) + _STEPS_OF_INTERVAL[interval]) % 7
    alter = (pitch_class - _LETTER_PITCH_CLASS[letter] + 6) % 12 - 6
    # Double accidentals help no singer; the key's spelling does.
    return (_LETTERS[letter], alter) if abs(alter) <= 1 else (None, 0)
