"""The band's performance: an arrangement played by hands, in seconds of the file.

Each player draws from dice of its own, so that taking one out leaves the others as they were; the band's common drift
has dice of its own too. Vowels stay on the grid (`songwright.performing` for voices), so the drift is kept small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import Final

import numpy as np

from songwright.documents.arrangement import (
    Arrangement,
    BandPerformance,
    InstrumentPart,
    PartNote,
    PerformedNote,
    PerformedPart,
)
from songwright.documents.band_style import INSTRUMENTS, BandStyle, Player
from songwright.documents.score import Score, Section
from songwright.errors import InputError
from songwright.performing.band_timing import (
    GRID_QUARTERS,
    MOST_SDS,
    STRUM_LEAD,
    FloatArray,
    correlated_noise,
    grid_step,
    player_offsets_s,
    strum_spread_s,
    swung_quarters,
)
from songwright.seeding import stage_rng

RING_OUT_S: Final = 2.5
"""Seconds after the last bar in which the last chord dies away."""
LAST_NOTES_RING_S: Final = 1.5
"""How much longer than written the last chord's notes are held."""
REPEAT_GAP_S: Final = 0.008
"""Silence between two strokes of one pitch, so that the second one speaks (house choice)."""
SHORTEST_NOTE_S: Final = 0.03
PHRASE_BARS: Final = 4
# What follows is in MIDI velocity steps. The kinds of accent are rules of Friberg, Bresin & Sundberg (2006), "Overview
# of the KTH rule system for musical performance" (metrical accent, phrase arch); the sizes are house choices.
SOFTEST_SECTION, LOUDEST_SECTION = 0.80, 1.08
DOWNBEAT_ACCENT, STRONG_ACCENT, OFFBEAT_ACCENT, SIXTEENTH_ACCENT = 4.0, 2.0, -3.0, -6.0
ARCH_STEPS: Final = 4.0
BUILD_STEPS: Final = 8.0
"""Crescendo in the last bar before a fuller section."""
NOISE_SD: Final = 3.5
LEGATO: Final = {
    "melody": 0.99,
    "keys": 0.98,
    "bass": 0.94,
    "guitar": 1.0,
    "banjo": 1.0,
    "drums": 1.0,
    "percussion": 1.0,
}
"""Part of the written length that is held."""


def perform_band(score: Score, arrangement: Arrangement, band: BandStyle, *, seed: int) -> BandPerformance:
    """Play every instrument of an arrangement.

    Returns
    -------
    BandPerformance
        Parts in the arrangement's order, notes rising in time. No two notes of one pitch overlap in a part. The length
        is the last section's end and `RING_OUT_S`.

    Raises
    ------
    InputError
        If a part's player is not in the band.
    """
    n_steps = math.ceil(score.duration_quarters / GRID_QUARTERS) + 1
    drift = np.clip(correlated_noise(stage_rng(seed, "perform-band"), n_steps), -MOST_SDS, MOST_SDS)
    drift_s = drift * band.drift_ms / 1000.0
    duration_s = score.tempo_map.quarters_to_seconds(score.duration_quarters) + RING_OUT_S
    parts = tuple(
        _perform_part(score, part, _player(band, part), band.swing, drift_s, seed) for part in arrangement.instruments
    )
    return BandPerformance(duration_s=duration_s, parts=parts)


def _player(band: BandStyle, part: InstrumentPart) -> Player:
    for player in band.players:
        if player.name == part.name:
            return player
    names = ", ".join(player.name for player in band.players)
    raise InputError(f"part {part.name!r} has no player in the band of style {band.name!r}; its players are {names}")


def _perform_part(
    score: Score, part: InstrumentPart, player: Player, swing: float, drift_s: FloatArray, seed: int
) -> PerformedPart:
    n_steps = len(drift_s)
    rng = stage_rng(seed, "perform-band", part.name)
    own_s = player_offsets_s(rng, n_steps, player.jitter_ms)
    loudness = rng.standard_normal(n_steps) * NOISE_SD
    strums = rng.random(n_steps)
    family = INSTRUMENTS[part.instrument].family
    tempo_map = score.tempo_map
    end_s = tempo_map.quarters_to_seconds(score.duration_quarters)
    played: list[PerformedNote] = []
    ordered = sorted(part.notes, key=lambda note: (note.start_quarters, note.midi_note))
    for start, stroke in groupby(ordered, key=lambda note: note.start_quarters):
        notes = list(stroke)
        step = grid_step(start, n_steps)
        start_s = tempo_map.quarters_to_seconds(swung_quarters(start, swing))
        start_s += float(drift_s[step] + own_s[step]) + player.push_ms / 1000.0
        accent = _accent(score, start) * (0.5 if family in ("drums", "percussion") else 1.0)
        scale = _section_scale(score, start)
        spread = _string_offsets(notes, float(strums[step]))
        for i, note in enumerate(notes):
            note_s = max(start_s + spread[i], 0.0)
            written_end = note.start_quarters + note.duration_quarters
            rings = written_end >= score.duration_quarters
            held_s = float(note.duration_quarters) * 60.0 / score.tempo_qpm * LEGATO[family]
            until_s = end_s + LAST_NOTES_RING_S if rings else note_s + held_s
            wiggle = float(loudness[(step + 7 * i) % n_steps])
            velocity = round(note.velocity * scale + accent + wiggle)
            played.append(
                PerformedNote(
                    start_s=note_s,
                    duration_s=max(until_s - note_s, SHORTEST_NOTE_S),
                    midi_note=note.midi_note,
                    velocity=min(max(velocity, 1), 127),
                    bend_cents=note.bend_cents,
                )
            )
    return PerformedPart(name=part.name, instrument=part.instrument, notes=_struck_anew(played))


def _string_offsets(notes: Sequence[PartNote], die: float) -> list[float]:
    """Seconds of each note of a stroke against the stroke's time: down from the lowest string, up from the highest."""
    strummed = [i for i, note in enumerate(notes) if note.strum]
    offsets = [0.0] * len(notes)
    if len(strummed) < 2:
        return offsets
    spread = strum_spread_s(max(notes[i].velocity for i in strummed), die)
    for place, i in enumerate(strummed):
        order = place if notes[i].strum > 0 else len(strummed) - 1 - place
        offsets[i] = spread * (order / (len(strummed) - 1) - STRUM_LEAD)
    return offsets


def _section_at(score: Score, quarters: Fraction) -> tuple[Section, Section | None]:
    for i, section in enumerate(score.sections):
        if quarters < section.end_quarters:
            return section, score.sections[i + 1] if i + 1 < len(score.sections) else None
    return score.sections[-1], None


def _section_scale(score: Score, quarters: Fraction) -> float:
    section, _ = _section_at(score, quarters)
    return SOFTEST_SECTION + (LOUDEST_SECTION - SOFTEST_SECTION) * section.intensity


def _accent(score: Score, quarters: Fraction) -> float:
    """Velocity steps for the beat, the place in the four-bar phrase, and a build into a fuller section."""
    bar = score.metre.bar_quarters
    position = quarters % bar
    if position == 0:
        accent = DOWNBEAT_ACCENT
    elif score.metre.beats % 2 == 0 and position == bar / 2:
        accent = STRONG_ACCENT
    elif position.denominator == 1:
        accent = 0.0
    else:
        accent = OFFBEAT_ACCENT if position.denominator == 2 else SIXTEENTH_ACCENT
    section, following = _section_at(score, quarters)
    phrase = float(((quarters - section.start_quarters) / (bar * PHRASE_BARS)) % 1)
    accent += ARCH_STEPS * math.sin(math.pi * phrase)
    if following is not None and following.intensity > section.intensity and section.end_quarters - quarters <= bar:
        accent += BUILD_STEPS * (1.0 - float((section.end_quarters - quarters) / bar))
    return accent


def _struck_anew(played: list[PerformedNote]) -> tuple[PerformedNote, ...]:
    """Rising in time, each note ended before its pitch is struck again; of two in one place the louder stays."""
    latest: dict[int, int] = {}
    notes: list[PerformedNote] = []
    for note in sorted(played, key=lambda n: (n.start_s, n.midi_note)):
        i = latest.get(note.midi_note)
        if i is not None:
            before = notes[i]
            room = note.start_s - REPEAT_GAP_S - before.start_s
            if room < SHORTEST_NOTE_S:
                notes[i] = replace(before, velocity=max(before.velocity, note.velocity))
                continue
            if before.duration_s > room:
                notes[i] = replace(before, duration_s=room)
        latest[note.midi_note] = len(notes)
        notes.append(note)
    return tuple(notes)
