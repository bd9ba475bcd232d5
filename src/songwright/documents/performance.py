"""The vocal performance: when each phoneme sounds, and the f0 and dynamics curves, for one phrase by one character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from songwright.errors import InputError

CONTROL_HOP_S = 0.0125
"""Seconds between two values of a control curve: the Kokoro decoder's (300 samples at 24 kHz)."""


@dataclass(frozen=True, kw_only=True)
class TimedPhoneme:
    """A phoneme from ``start_s``, for ``duration_s``.

    ``kind`` is ``onset``, ``nucleus``, ``coda``, ``breath`` or ``pause``; ``note_index`` counts in the
    phrase's notes (-1 for breath and pause); ``stress`` is its syllable's.
    """

    phoneme: str
    kind: str
    start_s: float
    duration_s: float
    note_index: int
    word_index: int
    stress: int
    voiced: bool


@dataclass(frozen=True, kw_only=True)
class TimedNote:
    """A note as sung: the vowel starts at ``start_s``."""

    start_s: float
    duration_s: float
    midi_note: int
    word_index: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PhrasePerformance:
    """One phrase as one character sings it.

    Parameters
    ----------
    start_s, duration_s
        Place of the rendered excerpt in the file, leading consonants and tail included.
    f0_hz : np.ndarray [shape=(n_controls,), Hz, > 0]
        Value i is centred at ``start_s + (i + 1/2) * CONTROL_HOP_S``.
    voiced : np.ndarray [shape=(n_controls,), bool]
    dynamics_db : np.ndarray [shape=(n_controls,), dB]
        Planned level relative to a normal sung vowel.
    """

    schema: ClassVar[int] = 1
    phrase: str
    text: str
    start_s: float
    duration_s: float
    phonemes: tuple[TimedPhoneme, ...]
    notes: tuple[TimedNote, ...]
    f0_hz: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]
    dynamics_db: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        if not self.f0_hz.shape == self.voiced.shape == self.dynamics_db.shape:
            raise InputError(f"phrase {self.phrase}: control curves differ in length")
        for before, after in zip(self.phonemes, self.phonemes[1:], strict=False):
            if after.start_s < before.start_s + before.duration_s - 1e-6:
                raise InputError(f"phrase {self.phrase}: phonemes {before.phoneme} and {after.phoneme} overlap")
