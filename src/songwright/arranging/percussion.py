"""Feet, hands and drum kit: grids, fills into sections, a crash on arrival, and the last hit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from songwright.arranging.bars import STEP_QUARTERS, Bar, SongMap
from songwright.arranging.patterns import (
    CRASH,
    FILLS,
    FLOOR_TOM,
    KICK,
    SNARE,
    VELOCITY,
    KeyedRows,
    keyed_rows,
    symbols,
)
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import INSTRUMENTS, Player

CRASH_INTENSITY = 0.6
"""Sections at least this full are greeted with a crash."""
_FILL_STEPS = {"big": 8, "small": 4, "quiet": 4}


def percussion_notes(song: SongMap, player: Player, rng: np.random.Generator) -> list[PartNote]:
    """Everything that a percussion player hits."""
    bar_steps = int(song.score.metre.bar_quarters / STEP_QUARTERS)
    is_kit = INSTRUMENTS[player.instrument].family == "drums"
    brushes = player.instrument == "brushes"
    notes: list[PartNote] = []
    was_playing = False
    for bar in song.bars:
        pattern = player.pattern_for(bar.section.kind, bar.intensity)
        playing = pattern != "rest"
        rows: KeyedRows = keyed_rows(pattern, bar, bar_steps, player.name) if playing else ()
        if bar.is_last_of_song:
            if playing or was_playing:
                notes.extend(_last_hit(bar, rows, is_kit=is_kit))
            continue
        fill_at = bar.n_steps
        if is_kit and bar.leads_on:
            fill, fill_rows = _fill(song, bar, player, rng, playing=playing, brushes=brushes)
            if fill_rows:
                fill_at = bar.n_steps - _FILL_STEPS[fill]
                notes.extend(_hits(bar, fill_rows, first_step=fill_at))
        notes.extend(_hits(bar, rows, until_step=fill_at))
        if is_kit and playing and bar.index_in_section == 0 and bar.section.intensity >= CRASH_INTENSITY:
            notes.append(_hit(bar.start_quarters, CRASH, 100 if not brushes else 78, Fraction(2)))
        was_playing = playing
    return notes


def _fill(
    song: SongMap, bar: Bar, player: Player, rng: np.random.Generator, *, playing: bool, brushes: bool
) -> tuple[str, KeyedRows]:
    following = bar.next_section
    assert following is not None
    comes_in = player.pattern_for(following.kind, following.intensity) != "rest"
    rises = following.intensity >= bar.section.intensity + 0.1 or following.kind == "chorus"
    size = "big" if rises and not brushes else "quiet" if brushes else "small"
    choices = FILLS[size]
    pick = int(rng.integers(len(choices)))  # drawn in any case, so that one section's change leaves later fills alone
    if not comes_in or not (playing or rises) or bar.n_steps < _FILL_STEPS[size]:
        return size, ()
    return size, choices[pick]


def _hits(bar: Bar, rows: KeyedRows, *, first_step: int = 0, until_step: int | None = None) -> list[PartNote]:
    return [
        _hit(bar.start_quarters + (first_step + step) * STEP_QUARTERS, key, VELOCITY[symbol])
        for key, row in rows
        for step, symbol in symbols(row)
        if until_step is None or first_step + step < until_step
    ]


def _last_hit(bar: Bar, rows: KeyedRows, *, is_kit: bool) -> list[PartNote]:
    keys = [KICK, SNARE, FLOOR_TOM, CRASH] if is_kit else [key for key, _ in rows]
    return [_hit(bar.start_quarters, key, 104, bar.duration_quarters) for key in keys]


def _hit(start: Fraction, key: int, velocity: int, duration: Fraction = STEP_QUARTERS) -> PartNote:
    return PartNote(start_quarters=start, duration_quarters=duration, midi_note=key, velocity=velocity)
