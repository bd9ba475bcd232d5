"""The character: an invented singer in one small file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from songwright.errors import InputError

STYLE_SIZE = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class Character:
    """Who sings, and with which habits.

    Parameters
    ----------
    style : np.ndarray [shape=(256,), float32]
        The voice: numbers 0..127 colour the decoder (timbre), 128..255 the prosody.
    range_low_midi, range_high_midi
        The widest notes the character sings.
    tessitura_low_midi, tessitura_high_midi
        Where melodies should lie.
    vibrato_rate_hz, vibrato_depth_cents, vibrato_delay_s
        Vibrato on held notes; the depth is from the middle to the crest.
    portamento_s
        Time of a glide between two notes.
    scoop_cents
        How far below a phrase's first and accented notes start.
    timing_s
        Where the singer sits against the beat: positive is late.
    breath_db
        Level of audible breaths relative to the voice.
    breathiness, grit
        0..1: noise in the voice; roughness (sub-harmonics) in the voice.
    brightness_db
        Shelf above 3 kHz.
    vowel_map
        Pairs of (phoneme, phoneme held instead of it): the accent.
    """

    schema: ClassVar[int] = 1
    name: str
    description: str
    style: npt.NDArray[np.float32]
    range_low_midi: int
    range_high_midi: int
    tessitura_low_midi: int
    tessitura_high_midi: int
    vibrato_rate_hz: float
    vibrato_depth_cents: float
    vibrato_delay_s: float
    portamento_s: float
    scoop_cents: float
    timing_s: float
    breath_db: float
    breathiness: float
    grit: float
    brightness_db: float
    vowel_map: tuple[tuple[str, str], ...]
    origin: str
    licence: str
    statement: str

    def __post_init__(self) -> None:
        if self.style.shape != (STYLE_SIZE,) or not np.all(np.isfinite(self.style)):
            raise InputError(f"singer {self.name!r}: the style must be {STYLE_SIZE} finite numbers")
        if not (self.range_low_midi <= self.tessitura_low_midi < self.tessitura_high_midi <= self.range_high_midi):
            raise InputError(f"singer {self.name!r}: the tessitura must lie inside the range")
