"""Notes with their syllables; sparingly, a second note on a long stressed vowel.

Two figures, both of English song: a passing note that fills a third to the next syllable, and a lean (appoggiatura)
from the step above onto the last note of a line. Sources: Lerdahl & Jackendoff (1983) on elaboration by step; Nichols
et al. (2009), melismas fall on stressed syllables.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from songwright.composing.lines import Piece
from songwright.composing.melody import Tune, degree_step
from songwright.documents.score import Note
from songwright.seeding import stage_rng

if TYPE_CHECKING:
    from songwright.composing.tunes import TuneWriter

LONG_VOWELS: Final = frozenset("AIOWYiuɑɔ")
"""Nuclei that hold: the five diphthongs and the long vowels of the Kokoro alphabet."""
MIN_HELD_S: Final = 0.6
"""A vowel shorter than this is not divided."""
MIN_PART_S: Final = 0.25
"""Neither part is shorter."""


def add_melismas(tune: Tune, piece: Piece, writer: TuneWriter) -> list[Note]:
    """The line's notes in phrase time, at most one of them divided; the same words on the same tune divide alike."""
    syllables = [(w, s, syllable) for w, word in enumerate(piece.words) for s, syllable in enumerate(word.syllables)]
    rng = stage_rng(writer.seed, "compose", "melisma", *(word.spoken for word in piece.words), *tune.midi_notes)
    notes: list[Note] = []
    divided = rng.random() >= writer.style.melody.melisma * 2.0
    last = len(syllables) - 1
    for i, ((word_index, syllable_index, syllable), place, midi_note) in enumerate(
        zip(syllables, tune.placed, tune.midi_notes, strict=True)
    ):
        parts = [(place.start_quarters, place.duration_quarters, midi_note)]
        seconds = float(place.duration_quarters) * writer.grid.quarter_s
        stressed = syllable.stress == 1 and not piece.words[word_index].is_function_word
        if not divided and stressed and seconds >= MIN_HELD_S and syllable.nucleus[0] in LONG_VOWELS:
            figure = _lean(tune, i, writer) if i == last else _passing(tune, i, writer)
            if figure is not None:
                parts, divided = figure, True
        for part, (start, duration, pitch) in enumerate(parts):
            notes.append(
                Note(
                    start_quarters=start,
                    duration_quarters=duration,
                    midi_note=pitch,
                    syllable=syllable if part == 0 else None,
                    word_index=word_index,
                    syllable_index=syllable_index,
                )
            )
    return notes


Part = tuple[Fraction, Fraction, int]


def _passing(tune: Tune, i: int, writer: TuneWriter) -> list[Part] | None:
    here, there = tune.midi_notes[i], tune.midi_notes[i + 1]
    place = tune.placed[i]
    if not 3 <= abs(there - here) <= 4:
        return None
    between = degree_step(writer.key, here, 1 if there > here else -1)
    if not min(here, there) < between < max(here, there):
        return None
    tail = _part(place.duration_quarters, writer)
    if tail is None:
        return None
    return [
        (place.start_quarters, place.duration_quarters - tail, here),
        (place.start_quarters + place.duration_quarters - tail, tail, between),
    ]


def _lean(tune: Tune, i: int, writer: TuneWriter) -> list[Part] | None:
    here, place = tune.midi_notes[i], tune.placed[i]
    above = degree_step(writer.key, here, 1)
    head = _part(place.duration_quarters, writer)
    if head is None or not 1 <= above - here <= 2 or above not in writer.space.pitches:
        return None
    # Only where the line comes down onto its last note: then the lean is on its way.
    if i == 0 or not 0 <= tune.midi_notes[i - 1] - above <= 4:
        return None
    return [
        (place.start_quarters, head, above),
        (place.start_quarters + head, place.duration_quarters - head, here),
    ]


def _part(duration: Fraction, writer: TuneWriter) -> Fraction | None:
    """An eighth, or a quarter where an eighth is too quick; ``None`` if that would take half of the note or more."""
    for part in (Fraction(1, 2), Fraction(1)):
        if float(part) * writer.grid.quarter_s >= MIN_PART_S:
            return part if part * 2 <= duration else None
    return None
