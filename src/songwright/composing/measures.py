"""Ears for symbols: what can be counted in a score, for the report and for the tests.

Definitions
-----------
- A *content stress* is the primary-stressed syllable of a content word (the only syllable of one counts).
- A moment is *strong* on any beat, a *syncopated accent* when it lies off the beat and is held over the next stronger
  moment (Temperley 2001: an anticipated beat).
- The *hook* is the chorus line that contains the title, else the chorus's first line.

Sources: Palmer & Kelly (1992) for stress against metre; Temperley & de Clercq (2013) for chord tones in melodies;
Huron (2006) for the shares of intervals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from songwright.composing.metre_grid import MetreGrid
from songwright.composing.text_setting import words_to_prosody
from songwright.documents.score import Chord, Note, Phrase, Score


@dataclass(frozen=True, kw_only=True)
class ScoreFacts:
    """Measured facts about a score; shares are 0..1, pitches MIDI, ``None`` where there is nothing to measure.

    Parameters
    ----------
    stress_share
        Content stresses on beats or syncopated accents, among all content stresses.
    function_downbeat_share
        Notes on downbeats that carry a function word or an unstressed syllable, among all sung notes on downbeats.
    chord_tone_share
        Notes on downbeats and half bars that belong to their chord, among all such notes.
    hook, hook_returns, hook_exact
        The hook's words, how often it is sung, and whether it is the same note for note every time.
    step_share, repeat_share, leap_share
        Intervals of one or two semitones, of none, and of five or more, inside phrases.
    shortest_syllable_s, median_syllable_s
        From one syllable's vowel to the next one's; melismas count as one.
    shortest_rest_s
        Shortest silence between two phrases.
    """

    duration_s: float
    n_phrases: int
    n_syllables: int
    lowest_midi: int
    highest_midi: int
    verse_mean_midi: float | None
    chorus_mean_midi: float | None
    stress_share: float | None
    function_downbeat_share: float | None
    chord_tone_share: float | None
    hook: str | None
    hook_returns: int
    hook_exact: bool | None
    step_share: float | None
    repeat_share: float | None
    leap_share: float | None
    syllables_per_s: float
    shortest_syllable_s: float
    median_syllable_s: float
    shortest_rest_s: float | None


def describe_score(score: Score) -> ScoreFacts:
    """Measure a score."""
    grid = MetreGrid(metre=score.metre, tempo_qpm=score.tempo_qpm)
    accents = [accent for phrase in score.phrases for accent in _accents(phrase)]
    on_accent = [_is_accented(note, grid) for note, accent in accents if accent == 2]
    downbeats = [accent < 2 for note, accent in accents if grid.strength(note.start_quarters) == 3]
    notes = [note for phrase in score.phrases for note in phrase.notes]
    strong = [
        note.midi_note % 12 in chord_at(score.chords, note.start_quarters).pitch_classes
        for note in notes
        if grid.strength(note.start_quarters) >= 2
    ]
    steps = [abs(b.midi_note - a.midi_note) for phrase in score.phrases for a, b in pairwise(phrase.notes)]
    lengths = sorted(float(length) * grid.quarter_s for phrase in score.phrases for length in syllable_quarters(phrase))
    rests = [float(b.start_quarters - a.end_quarters) * grid.quarter_s for a, b in pairwise(score.phrases)]
    hooks = hook_phrases(score)
    return ScoreFacts(
        duration_s=float(score.duration_quarters) * grid.quarter_s,
        n_phrases=len(score.phrases),
        n_syllables=len(lengths),
        lowest_midi=min(note.midi_note for note in notes),
        highest_midi=max(note.midi_note for note in notes),
        verse_mean_midi=_mean_pitch(score, "verse"),
        chorus_mean_midi=_mean_pitch(score, "chorus"),
        stress_share=_share(on_accent),
        function_downbeat_share=_share(downbeats),
        chord_tone_share=_share(strong),
        hook=" ".join(word.text for phrase in hooks[0] for word in phrase.words) if hooks else None,
        hook_returns=len(hooks),
        hook_exact=all(_shape(score, hook) == _shape(score, hooks[0]) for hook in hooks) if hooks else None,
        step_share=_share([1 <= step <= 2 for step in steps]),
        repeat_share=_share([step == 0 for step in steps]),
        leap_share=_share([step >= 5 for step in steps]),
        syllables_per_s=len(lengths) / sum(lengths),
        shortest_syllable_s=lengths[0],
        median_syllable_s=lengths[len(lengths) // 2],
        shortest_rest_s=min(rests, default=None),
    )


def chord_at(chords: Sequence[Chord], moment: Fraction) -> Chord:
    """The chord that sounds at a moment (the first one before the song, the last one after it)."""
    for chord in chords:
        if moment < chord.end_quarters:
            return chord
    return chords[-1]


def hook_phrases(score: Score) -> list[tuple[Phrase, ...]]:
    """Every return of the hook: the phrases of its line in each chorus that has the line."""
    choruses = [i for i, section in enumerate(score.sections) if section.kind == "chorus"]
    if not choruses:
        return []
    title = _plain([score.title])
    first = _lines(score, choruses[0])
    hook = next((line for line in first if title and title in _words(line)), first[0])
    return [
        line for i in choruses for line in _lines(score, i)
        if _words(line) == _words(hook) and line[0].line_index == hook[0].line_index
    ]  # fmt: skip


def syllable_quarters(phrase: Phrase) -> list[Fraction]:
    """Length of each syllable with its melisma, up to the next note or its own end."""
    lengths: list[Fraction] = []
    for note in phrase.notes:
        if note.syllable is None:
            lengths[-1] += note.duration_quarters
        else:
            lengths.append(note.duration_quarters)
    return lengths


def _accents(phrase: Phrase) -> list[tuple[Note, int]]:
    prosody = words_to_prosody(phrase.words)
    sung = [note for note in phrase.notes if note.syllable is not None]
    return [(note, entry.accent) for note, entry in zip(sung, prosody, strict=True)]


def _is_accented(note: Note, grid: MetreGrid) -> bool:
    strength = grid.strength(note.start_quarters)
    if strength >= 1:
        return True
    step = Fraction(1, 2) if strength == 0 else Fraction(1, 4)
    return note.duration_quarters > step and grid.strength(note.start_quarters + step) > strength


def _lines(score: Score, section_index: int) -> list[tuple[Phrase, ...]]:
    phrases = [phrase for phrase in score.phrases if phrase.section_index == section_index]
    indices = dict.fromkeys(phrase.line_index for phrase in phrases)
    return [tuple(phrase for phrase in phrases if phrase.line_index == index) for index in indices]


def _words(line: tuple[Phrase, ...]) -> str:
    return _plain(word.text for phrase in line for word in phrase.words)


def _plain(texts: Iterable[str]) -> str:
    return re.sub(r"[^a-z0-9 ]", "", " ".join(texts).lower())


def _shape(score: Score, line: tuple[Phrase, ...]) -> list[tuple[Fraction, Fraction, int]]:
    start = score.sections[line[0].section_index].start_quarters
    return [
        (note.start_quarters - start, note.duration_quarters, note.midi_note)
        for phrase in line
        for note in phrase.notes
    ]


def _mean_pitch(score: Score, kind: str) -> float | None:
    notes = [
        note.midi_note
        for phrase in score.phrases
        if score.sections[phrase.section_index].kind == kind
        for note in phrase.notes
    ]
    return sum(notes) / len(notes) if notes else None


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
