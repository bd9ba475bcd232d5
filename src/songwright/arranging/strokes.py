"""A player's strokes through the song: pattern symbols at score times, with the chord that sounds under each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from songwright.arranging.bars import STEP_QUARTERS, Bar, SongMap
from songwright.arranging.patterns import MELODY, Rows, pattern_rows, symbols
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import Player
from songwright.documents.score import Chord

DAMP = ","
"""The symbol that ends what rings."""


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """One symbol of a pattern. ``opens_chord`` marks the first stroke on a chord, which has to show its root."""

    start_quarters: Fraction
    duration_quarters: Fraction
    symbol: str
    chord: Chord
    next_chord: Chord
    opens_chord: bool
    is_ending: bool


def player_strokes(
    song: SongMap, player: Player, table: Mapping[str, Mapping[int, Rows]], *, row: int, opening: str
) -> list[Stroke]:
    """Every stroke of one row of a player's patterns, each lasting until the next stroke, a damp, or the end.

    ``opening`` is the symbol played where a chord begins between two symbols of the pattern, and in the last bar.
    A row that is empty in a bar (a silent hand) gets neither.
    """
    events: list[tuple[Fraction, str, bool]] = []
    bar_steps = int(song.score.metre.bar_quarters / STEP_QUARTERS)
    for bar in song.bars:
        pattern = player.pattern_for(bar.section.kind, bar.intensity)
        if pattern == "rest" or pattern in MELODY:
            events.append((bar.start_quarters, DAMP, False))
            continue
        rows = pattern_rows(table, pattern, bar, bar_steps, player.name)
        if row >= len(rows) or not rows[row].strip("."):
            events.append((bar.start_quarters, DAMP, False))
            continue
        if bar.is_last_of_song:
            events.append((bar.start_quarters, opening, True))
            continue
        events.extend((start, symbol, False) for start, symbol in _bar_events(song, bar, rows[row], opening))
    end = song.score.duration_quarters
    starts = [*(start for start, _, _ in events), end]
    strokes: list[Stroke] = []
    for (start, symbol, is_ending), until in zip(events, starts[1:], strict=True):
        if symbol == DAMP:
            continue
        until = _cut_at_stop(song, start, until)
        if until <= start:
            continue
        chord = song.chord_at(start)
        strokes.append(
            Stroke(
                start_quarters=start,
                duration_quarters=until - start,
                symbol=symbol,
                chord=chord,
                next_chord=song.chord_at(start + Fraction(1)),
                opens_chord=not any(s.chord is chord for s in strokes[-1:]),
                is_ending=is_ending,
            )
        )
    return strokes


def _bar_events(song: SongMap, bar: Bar, row: str, opening: str) -> list[tuple[Fraction, str]]:
    events = {bar.start_quarters + i * STEP_QUARTERS: symbol for i, symbol in symbols(row)}
    first = min(events)
    for start, _, _ in song.chords_between(bar.start_quarters, bar.end_quarters)[1:]:
        if start >= first:
            events.setdefault(start, opening)
    return sorted(events.items())


def _cut_at_stop(song: SongMap, start: Fraction, until: Fraction) -> Fraction:
    stop = song.stop
    if stop is None or until <= stop.start_quarters or start >= stop.end_quarters:
        return until
    return stop.start_quarters


def cut_to_song(song: SongMap, notes: list[PartNote]) -> tuple[PartNote, ...]:
    """Notes in rising order, without those inside the stop, each ending with the song at the latest."""
    end = song.score.duration_quarters
    kept = []
    for note in notes:
        until = min(_cut_at_stop(song, note.start_quarters, note.start_quarters + note.duration_quarters), end)
        if until > note.start_quarters:
            kept.append(
                PartNote(
                    start_quarters=note.start_quarters,
                    duration_quarters=until - note.start_quarters,
                    midi_note=note.midi_note,
                    velocity=note.velocity,
                    strum=note.strum,
                    bend_cents=note.bend_cents,
                )
            )
    return tuple(sorted(kept, key=lambda note: (note.start_quarters, note.midi_note)))
