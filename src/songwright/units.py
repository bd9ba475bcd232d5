"""Conversions between the units of music and of sound.

Conventions: A4 = 440 Hz, MIDI note 69 = A4, MIDI note 60 = C4 (middle C). Levels in dB are 20 log10 of an amplitude
ratio.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]

A4_HZ: Final = 440.0
A4_MIDI: Final = 69
SILENCE_DB: Final = -240.0
"""What the level of digital silence is called, so that it stays a number."""

_SHARP_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_LETTER_PITCH_CLASS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def midi_note_to_hz(midi_note: float) -> float:
    """Equal-tempered frequency in Hz of a (fractional) MIDI note."""
    return float(A4_HZ * 2.0 ** ((midi_note - A4_MIDI) / 12.0))


def hz_to_midi_note(f_hz: float) -> float:
    """Fractional MIDI note of a frequency in Hz (> 0)."""
    return A4_MIDI + 12.0 * math.log2(f_hz / A4_HZ)


def hz_to_cents(f_hz: float, reference_hz: float) -> float:
    """Signed interval in cents from ``reference_hz`` up to ``f_hz`` (both > 0)."""
    return 1200.0 * math.log2(f_hz / reference_hz)


def db_to_gain(level_db: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10.0 ** (level_db / 20.0))


def gain_to_db(gain: float) -> float:
    """Level in dB of an amplitude factor; `SILENCE_DB` for zero."""
    return 20.0 * math.log10(gain) if gain > 10.0 ** (SILENCE_DB / 20.0) else SILENCE_DB


def pitch_name_to_pitch_class(name: str) -> int:
    """Pitch class 0..11 of a spelled pitch such as ``C``, ``F#``, ``Bb``.

    Raises
    ------
    ValueError
        If the letter is not A to G or an accidental is not ``#`` or ``b``.
    """
    if not name or name[0].upper() not in _LETTER_PITCH_CLASS or set(name[1:]) - {"#", "b"}:
        raise ValueError(f"not a pitch name: {name!r}")
    return (_LETTER_PITCH_CLASS[name[0].upper()] + name.count("#", 1) - name.count("b", 1)) % 12


def midi_note_to_name(midi_note: int) -> str:
    """Scientific pitch name with sharps, ``60`` -> ``C4``."""
    return f"{_SHARP_NAMES[midi_note % 12]}{midi_note // 12 - 1}"
