"""The arrangement: who plays and sings what, in exact score time; and the band's performance of it, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from songwright.documents.score import Phrase
from songwright.errors import InputError


@dataclass(frozen=True, kw_only=True)
class PartNote:
    """A note for an instrument. ``strum`` orders the strings of one stroke: 0 none, +1 down, -1 up.

    ``bend_cents`` is where a bent note (steel, fiddle) slides in from, 0 for none.
    """

    start_quarters: Fraction
    duration_quarters: Fraction
    midi_note: int
    velocity: int
    strum: int = 0
    bend_cents: int = 0

    def __post_init__(self) -> None:
        if self.duration_quarters <= 0 or not 0 <= self.midi_note <= 127 or not 1 <= self.velocity <= 127:
            raise InputError(f"band note at quarter {self.start_quarters}: length, pitch or velocity out of range")


@dataclass(frozen=True, kw_only=True)
class InstrumentPart:
    """One instrument's part. ``instrument`` names an entry of the band's instrument table (``acoustic-guitar``)."""

    name: str
    instrument: str
    notes: tuple[PartNote, ...]


@dataclass(frozen=True, kw_only=True)
class VocalPart:
    """One voice's part. ``role`` is ``lead``, ``double``, ``harmony`` or ``gang``; ``singer`` names a character."""

    name: str
    role: str
    singer: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Every part of the song in score time."""

    schema: ClassVar[int] = 1
    instruments: tuple[InstrumentPart, ...]
    voices: tuple[VocalPart, ...]


@dataclass(frozen=True, kw_only=True)
class PerformedNote:
    """A note as it is played, in seconds of the file."""

    start_s: float
    duration_s: float
    midi_note: int
    velocity: int
    bend_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class PerformedPart:
    """One instrument's performance."""

    name: str
    instrument: str
    notes: tuple[PerformedNote, ...]


@dataclass(frozen=True, kw_only=True)
class BandPerformance:
    """The whole band; ``duration_s`` is the length of every stem."""

    schema: ClassVar[int] = 1
    duration_s: float
    parts: tuple[PerformedPart, ...]
