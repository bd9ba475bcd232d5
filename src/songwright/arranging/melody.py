"""Fiddle, pedal steel, banjo, mandolin, piano as second voices: the hook, answers between the singer's lines, swells.

An answer takes the rhythm and the contour of the line that it answers, bends it onto the chords of the gap, and is over
before the singer breathes in. Nothing here sounds while somebody sings, except swells and long tones: held chord tones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np

from songwright.arranging.bars import SongMap, chord_tones, local_scale, nearest_note
from songwright.documents.arrangement import PartNote
from songwright.documents.band_style import INSTRUMENTS, BandStyle, Player
from songwright.documents.score import Phrase

Span = tuple[Fraction, Fraction]

HALF: Final = Fraction(1, 2)
SHORTEST_GAP: Final = Fraction(5, 4)
"""Quarters of silence that are worth an answer: three quick notes."""
BREATH_QUARTERS: Final = Fraction(1, 4)
"""Silence left before the next sung vowel, for its consonants."""
LONGEST_ANSWER: Final = Fraction(4)
HOME_MIDI: Final = {"fiddle": 76, "pedal-steel": 71, "banjo": 66, "mandolin": 76, "piano": 76, "picked-guitar": 67}
"""Where each instrument's tunes lie: above or beside the voice, in its clear register (house choice)."""
SLIDE_CENTS: Final = {"pedal-steel": -200, "fiddle": -60}
"""How far below a held note each instrument starts: a whole tone of pedal, a slid finger."""
SLIDE_CHANCE: Final = {"pedal-steel": 0.7, "fiddle": 0.35}
LINE_RISE: Final = 9.0
"""Semitones that a long line climbs from its start to its top (house choice)."""
SPARSE_INTENSITY: Final = 0.6
"""Below this, only every second gap is answered."""


@dataclass(frozen=True, kw_only=True)
class TuneNote:
    """A note of a tune, counted from where the tune's first bar begins."""

    offset_quarters: Fraction
    duration_quarters: Fraction
    midi_note: int


def melody_notes(
    song: SongMap, player: Player, band: BandStyle, busy: Sequence[Span], rng: np.random.Generator
) -> list[PartNote]:
    """What a melody player plays where its pattern is ``hook``, ``answers``, ``swells`` or ``long-tones``.

    ``busy`` are the spans in which somebody sings or shouts, rising.
    """
    notes: list[PartNote] = []
    for i, section in enumerate(song.score.sections):
        pattern = player.pattern_for(section.kind, section.intensity)
        sung = bool(song.phrases_in(i))
        if pattern == "hook" and not sung:
            notes.extend(_hook(song, player, band, i))
        elif pattern in ("hook", "answers"):
            notes.extend(_answers(song, player, band, i, busy, rng))
        elif pattern == "swells":
            notes.extend(_swells(song, player, i))
        elif pattern == "long-tones":
            notes.extend(_long_tones(song, player, i))
    notes = [note for note in notes if note.start_quarters < song.bars[-1].start_quarters]
    notes.extend(_last_note(song, player, notes, busy))
    return [
        _slid(note, player.instrument, rng) for note in sorted(notes, key=lambda n: (n.start_quarters, n.midi_note))
    ]


def _slid(note: PartNote, instrument: str, rng: np.random.Generator) -> PartNote:
    die = float(rng.random())
    if (
        note.bend_cents
        or instrument not in SLIDE_CENTS
        or note.duration_quarters < 1
        or die >= SLIDE_CHANCE[instrument]
    ):
        return note
    return _note(
        note.start_quarters, note.duration_quarters, note.midi_note, note.velocity, bend_cents=SLIDE_CENTS[instrument]
    )


def _note(start: Fraction, duration: Fraction, midi_note: int, velocity: int, *, bend_cents: int = 0) -> PartNote:
    return PartNote(
        start_quarters=start, duration_quarters=duration, midi_note=midi_note, velocity=velocity, bend_cents=bend_cents
    )


def hook_tune(song: SongMap) -> tuple[list[TuneNote], list[Fraction]]:
    """The first chorus's lines as a tune (any sung section's where there is no chorus), and where each line starts."""
    kinds = [section.kind for section in song.score.sections]
    sung = [i for i in range(len(kinds)) if song.phrases_in(i)]
    source = next((i for i in sung if kinds[i] == "chorus"), sung[0] if sung else None)
    if source is None:
        return [], []
    origin = song.score.sections[source].start_quarters
    phrases = song.phrases_in(source)
    tune = [
        TuneNote(
            offset_quarters=note.start_quarters - origin,
            duration_quarters=note.duration_quarters,
            midi_note=note.midi_note,
        )
        for phrase in phrases
        for note in phrase.notes
    ]
    return tune, [phrase.start_quarters - origin for phrase in phrases]


def _hook(song: SongMap, player: Player, band: BandStyle, section_index: int) -> list[PartNote]:
    section = song.score.sections[section_index]
    tune, _ = hook_tune(song)
    if not tune:
        return []
    others = [
        name
        for name in band.hook
        if name != player.name and band.player(name).pattern_for(section.kind, section.intensity) == "hook"
    ]
    is_second = player.name in band.hook and any(
        band.hook.index(name) < band.hook.index(player.name) for name in others
    )
    home = HOME_MIDI.get(player.instrument, 70)
    mean = sum(note.midi_note for note in tune) / len(tune)
    octave = 12 * round((home - mean) / 12)
    last_bar = song.section_bars(section_index)[-1]
    end = last_bar.start_quarters if last_bar.is_last_of_song else section.end_quarters - HALF
    notes: list[PartNote] = []
    for tune_note in tune:
        start = section.start_quarters + tune_note.offset_quarters
        if start < section.start_quarters or start >= end:
            continue
        midi_note = _fit(song, player, start, tune_note.duration_quarters, tune_note.midi_note + octave)
        if is_second:
            midi_note = _third_below(song, player, start, midi_note)
        notes.append(_note(start, min(tune_note.duration_quarters, end - start), midi_note, 88 - 10 * is_second))
    return notes


def _last_note(song: SongMap, player: Player, notes: Sequence[PartNote], busy: Sequence[Span]) -> list[PartNote]:
    """A chord tone held through the song's last bar by whoever plays in the last section, if nobody sings there."""
    bar = song.bars[-1]
    if any(end > bar.start_quarters for _, end in busy[-1:]):
        return []
    before = [note for note in notes if bar.section.start_quarters <= note.start_quarters < bar.start_quarters]
    if not before:
        return []
    midi_note = _fit(song, player, bar.start_quarters, bar.duration_quarters, before[-1].midi_note)
    return [_note(bar.start_quarters, bar.duration_quarters, midi_note, 88)]


def _fit(song: SongMap, player: Player, start: Fraction, duration: Fraction, target: float) -> int:
    """The nearest note in range that belongs: a chord tone on strong beats and when held, else of the scale."""
    instrument = INSTRUMENTS[player.instrument]
    chord = song.chord_at(start)
    held = duration >= 1 or song.is_strong(start)
    allowed = chord_tones(chord) if held else local_scale(song.score.key, chord)
    return nearest_note(target, allowed, instrument.lowest_midi, instrument.highest_midi)


def _third_below(song: SongMap, player: Player, start: Fraction, midi_note: int) -> int:
    instrument = INSTRUMENTS[player.instrument]
    chord = song.chord_at(start)
    tones = chord_tones(chord) if song.is_strong(start) else local_scale(song.score.key, chord)
    options = [n for n in range(instrument.lowest_midi, midi_note - 2) if n % 12 in tones]
    return max(options, default=midi_note)


def gaps_in_section(song: SongMap, section_index: int, busy: Sequence[Span]) -> list[tuple[Span, Phrase | None]]:
    """Silences of at least `SHORTEST_GAP` in a sung section, each with the phrase before it."""
    section = song.score.sections[section_index]
    edges = [span for span in busy if span[1] > section.start_quarters and span[0] < section.end_quarters]
    following = [span[0] for span in busy if span[0] >= section.end_quarters]
    limit = min(section.end_quarters, following[0] - BREATH_QUARTERS) if following else section.end_quarters
    found: list[tuple[Span, Phrase | None]] = []
    for (_, end), (start, _) in pairwise([*edges, (limit + BREATH_QUARTERS, limit + BREATH_QUARTERS)]):
        before = [phrase for phrase in song.phrases_in(section_index) if phrase.end_quarters <= end]
        gap = (-((-end) // HALF) * HALF, start - BREATH_QUARTERS)  # from the next eighth on
        if gap[1] - gap[0] >= SHORTEST_GAP and before:
            found.append((gap, before[-1]))
    return found


def _answers(
    song: SongMap, player: Player, band: BandStyle, section_index: int, busy: Sequence[Span], rng: np.random.Generator
) -> list[PartNote]:
    section = song.score.sections[section_index]
    taking_turns = [
        name
        for name in band.answers
        if band.player(name).pattern_for(section.kind, section.intensity) in ("answers", "hook")
    ]
    if player.name not in taking_turns:
        return []
    gaps = gaps_in_section(song, section_index, busy)
    if section.intensity < SPARSE_INTENSITY:
        gaps = gaps[1::2]
    turn = taking_turns.index(player.name)
    notes: list[PartNote] = []
    for (start, end), phrase in gaps[turn :: len(taking_turns)]:
        assert phrase is not None
        notes.extend(_answer(song, player, phrase, start, min(end, start + LONGEST_ANSWER), rng))
    return notes


def _answer(
    song: SongMap, player: Player, phrase: Phrase, start: Fraction, end: Fraction, rng: np.random.Generator
) -> list[PartNote]:
    """A motif made of the phrase's last notes: its rhythm and contour (or its mirror), then a held chord tone."""
    if end - start > Fraction(2) and rng.random() < 0.5:
        start += HALF  # let the singer's last word go first
    n_source = int(rng.integers(4, 7))
    source = phrase.notes[-n_source:]
    mirror = -1 if rng.random() < 0.4 else 1
    target = float(HOME_MIDI.get(player.instrument, 70)) + float(rng.integers(-3, 4))
    notes: list[PartNote] = []
    at = start
    for note, following in pairwise(source):
        length = min(max(following.start_quarters - note.start_quarters, HALF), Fraction(1))
        if at + length + BREATH_QUARTERS > end:
            break
        midi_note = _fit(song, player, at, length, target)
        notes.append(_note(at, length, midi_note, 80))
        at += length
        step = mirror * (following.midi_note - note.midi_note)
        target = midi_note + (step if step else float(rng.choice([-2, 2])))
    chord = song.chord_at(at)
    instrument = INSTRUMENTS[player.instrument]
    final = nearest_note(target, chord_tones(chord), instrument.lowest_midi, instrument.highest_midi)
    notes.append(_note(at, min(end - at, Fraction(2)), final, 82))
    return notes


def _swells(song: SongMap, player: Player, section_index: int) -> list[PartNote]:
    """Two chord tones a chord, led smoothly, the upper one pulled up by a pedal."""
    section = song.score.sections[section_index]
    instrument = INSTRUMENTS[player.instrument]
    notes: list[PartNote] = []
    target = 69.0
    for start, end, chord in song.chords_between(section.start_quarters, section.end_quarters):
        upper_tones = {chord.pitch_classes[1], chord.pitch_classes[2]}
        upper = nearest_note(0.6 * target + 0.4 * 70, upper_tones, instrument.lowest_midi, instrument.highest_midi)
        lower = nearest_note(upper - 5, set(chord.pitch_classes) - {upper % 12}, instrument.lowest_midi, upper - 3)
        notes.append(_note(start, end - start, lower, 58))
        bend = SLIDE_CENTS.get(player.instrument, 0) if end - start >= 2 else 0
        notes.append(_note(start, end - start, upper, 64, bend_cents=bend))
        target = upper
    return notes


def _long_tones(song: SongMap, player: Player, section_index: int) -> list[PartNote]:
    """One chord tone a chord above the singers, in an arch over the section, moving with each chord."""
    section = song.score.sections[section_index]
    instrument = INSTRUMENTS[player.instrument]
    top = max((note.midi_note for phrase in song.phrases_in(section_index) for note in phrase.notes), default=70)
    low, high = min(max(top + 2, instrument.lowest_midi), 81), instrument.highest_midi
    last_note: int | None = None
    notes: list[PartNote] = []
    for start, end, chord in song.chords_between(section.start_quarters, section.end_quarters):
        progress = float((start - section.start_quarters) / section.duration_quarters)
        arch = low + 2 + LINE_RISE * math.sin(math.pi * min(progress * 1.2, 1.0))
        near = arch if last_note is None else 0.5 * arch + 0.5 * last_note
        moving = chord_tones(chord) - ({last_note % 12} if last_note is not None else set())
        midi_note = nearest_note(near, moving or chord_tones(chord), low, high)
        if notes and notes[-1].midi_note == midi_note and notes[-1].duration_quarters < 8:
            last = notes.pop()
            notes.append(_note(last.start_quarters, end - last.start_quarters, midi_note, 66))
        else:
            notes.append(_note(start, end - start, midi_note, 66))
        last_note = midi_note
    return notes
