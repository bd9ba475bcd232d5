"""The style: what a kind of song has in common. One readable TOML file each in ``styles/``.

This document holds the tables that composing reads: ``[form]``, ``[harmony]`` and ``[melody]``. The tables ``[band]``
and ``[mix]`` of the same file are parsed by their own dataclasses.

Weights are relative: a chord of weight 4 is twice as welcome as one of weight 2. Pairs, not dicts, keep it frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from songwright.documents.lyric import SECTION_KINDS
from songwright.documents.score import Metre
from songwright.errors import InputError

Weights = tuple[tuple[str, float], ...]
"""Names with their relative weights."""

CADENCES = {
    "major": ("authentic", "plagal", "minor_plagal"),
    "minor": ("authentic", "plagal", "subtonic"),
}
"""Ways of closing on the tonic: from V, from IV, from the borrowed iv, from VII."""


@dataclass(frozen=True, kw_only=True)
class FormTable:
    """Bars of the sections that have no words, and the length in seconds that a song without a given form aims at."""

    intro_bars: int
    turnaround_bars: int
    instrumental_bars: int
    outro_bars: int
    duration_s: tuple[float, float]

    def __post_init__(self) -> None:
        for name in ("intro_bars", "turnaround_bars", "instrumental_bars", "outro_bars"):
            bars = getattr(self, name)
            if not 1 <= bars <= 32:
                raise InputError(f"[form] {name} is {bars}; allowed are 1 to 32")
        if not 30 <= self.duration_s[0] <= self.duration_s[1]:
            raise InputError(f"[form] duration_s is {self.duration_s}; it must be two rising lengths of 30 s or more")


@dataclass(frozen=True, kw_only=True)
class ModeHarmony:
    """The chords of one mode as Roman numerals.

    Parameters
    ----------
    starts
        For each kind of section (``verse``), the weights of its first chord.
    following
        For each chord, the weights of the chords after it.
    half_cadence
        Weights of the chord on which an open line rests.
    full_cadence
        Weights of the ways to close (`CADENCES`).
    """

    starts: tuple[tuple[str, Weights], ...]
    following: tuple[tuple[str, Weights], ...]
    half_cadence: Weights
    full_cadence: Weights

    @property
    def numerals(self) -> tuple[str, ...]:
        """Every chord that the style knows in this mode."""
        return tuple(name for name, _ in self.following)


@dataclass(frozen=True, kw_only=True)
class HarmonyTable:
    """Harmony: ``loop_bars`` of a progression, costs of slow and fast harmonic rhythm, and the two modes.

    ``hold_cost`` is paid when a chord lasts over a bar line, ``split_cost`` when it changes inside a bar (nats, like
    the negative logarithm of a transition weight).
    """

    loop_bars: int
    hold_cost: float
    split_cost: float
    modes: Weights
    major: ModeHarmony
    minor: ModeHarmony

    def __post_init__(self) -> None:
        if self.loop_bars not in (2, 4, 8):
            raise InputError(f"[harmony] loop_bars is {self.loop_bars}; allowed are 2, 4 and 8")
        if self.hold_cost < 0 or self.split_cost < 0:
            raise InputError("[harmony] hold_cost and split_cost must not be negative")
        if {name for name, _ in self.modes} - {"major", "minor"} or not any(weight > 0 for _, weight in self.modes):
            raise InputError("[harmony] modes must give weights to major, minor or both")


@dataclass(frozen=True, kw_only=True)
class MelodyTable:
    """Melody: how welcome each degree is (1 to 7), and the habits of rhythm.

    ``syncopation`` 0 (square) to 1 (pushed); ``melisma`` is the chance that a long stressed vowel gets a second
    note; ``chorus_lift_semitones`` is how much higher choruses aim to lie than verses; ``*_syllable_s`` are the
    syllable lengths aimed at, in seconds.
    """

    major_degrees: tuple[float, ...]
    minor_degrees: tuple[float, ...]
    syncopation: float
    melisma: float
    chorus_lift_semitones: float
    verse_syllable_s: float
    chorus_syllable_s: float

    def __post_init__(self) -> None:
        for name in ("major_degrees", "minor_degrees"):
            degrees = getattr(self, name)
            if len(degrees) != 7 or min(degrees) <= 0 or max(degrees) > 1:
                raise InputError(f"[melody] {name} needs seven weights over 0 and up to 1, not {list(degrees)}")
        if not 0 <= self.syncopation <= 1 or not 0 <= self.melisma <= 1:
            raise InputError("[melody] syncopation and melisma go from 0 to 1")
        if not 0 <= self.chorus_lift_semitones <= 12:
            raise InputError(f"[melody] chorus_lift_semitones is {self.chorus_lift_semitones:g}; allowed are 0 to 12")
        for name in ("verse_syllable_s", "chorus_syllable_s"):
            if not 0.16 <= getattr(self, name) <= 1.5:
                raise InputError(f"[melody] {name} is {getattr(self, name):g} s; allowed are 0.16 to 1.5 s")


@dataclass(frozen=True, kw_only=True)
class Style:
    """One style as composing sees it."""

    schema: ClassVar[int] = 1
    name: str
    title: str
    description: str
    metre: Metre
    default_tempo_qpm: float
    tempo_range_qpm: tuple[float, float]
    form: FormTable
    harmony: HarmonyTable
    melody: MelodyTable

    def __post_init__(self) -> None:
        low, high = self.tempo_range_qpm
        if not 20 <= low <= self.default_tempo_qpm <= high <= 400:
            raise InputError(
                f"style {self.name!r}: default tempo {self.default_tempo_qpm:g} qpm must lie in tempo_range_qpm "
                f"{low:g} to {high:g}, inside 20 to 400"
            )
        if (self.metre.beats, self.metre.beat_unit) not in ((4, 4), (3, 4), (2, 4)):
            raise InputError(
                f"style {self.name!r}: metre {self.metre.beats}/{self.metre.beat_unit}; allowed are 4/4, 3/4 and 2/4"
            )
        for mode in (self.harmony.major, self.harmony.minor):
            for kind, _ in mode.starts:
                if kind not in SECTION_KINDS:
                    raise InputError(f"style {self.name!r}: [harmony] starts knows no section kind {kind!r}")
