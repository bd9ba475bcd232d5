"""MusicXML as music21 hears it, compared with the score that was written: an independent reader."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from songwright.documents.score import Score
from songwright.formats.musicxml import score_to_musicxml


@dataclass(frozen=True)
class Heard:
    """A note of the file: tied pieces joined."""

    start_quarters: Fraction
    duration_quarters: Fraction
    midi_note: int
    lyric: tuple[str, str] | None


def read(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import music21

        return music21.converter.parseData(text, format="musicxml")


def heard_notes(stream: Any, shift: Fraction) -> list[Heard]:
    found: list[Heard] = []
    for note in stream.flatten().getElementsByClass("Note"):
        duration = Fraction(note.quarterLength).limit_denominator(192)
        if note.tie is not None and note.tie.type in ("stop", "continue"):
            assert note.pitch.midi == found[-1].midi_note
            assert not note.lyrics
            found[-1] = replace(found[-1], duration_quarters=found[-1].duration_quarters + duration)
            continue
        (lyric,) = [(one.syllabic, one.text) for one in note.lyrics] or [None]
        start = Fraction(note.offset).limit_denominator(192) + shift
        found.append(Heard(start, duration, note.pitch.midi, lyric))
    return found


def written_notes(score: Score) -> list[Heard]:
    found = []
    for phrase in score.phrases:
        for note in phrase.notes:
            lyric = None
            if note.syllable is not None:
                n = len(phrase.words[note.word_index].syllables)
                place = "single" if n == 1 else {0: "begin", n - 1: "end"}.get(note.syllable_index, "middle")
                lyric = (place, note.syllable.text)
            found.append(Heard(note.start_quarters, note.duration_quarters, note.midi_note, lyric))
    return found


def assert_reads_back(score: Score) -> Any:
    stream = read(score_to_musicxml(score))
    shift = min(Fraction(0), score.phrases[0].start_quarters)
    assert heard_notes(stream, shift) == written_notes(score)
    symbols = list(stream.flatten().getElementsByClass("ChordSymbol"))
    assert len(symbols) == len(score.chords)
    for symbol, one in zip(symbols, score.chords, strict=True):
        assert Fraction(symbol.offset).limit_denominator(192) + shift == one.start_quarters
        assert symbol.root().name.replace("-", "b") == one.root
        assert symbol.bass().name.replace("-", "b") == one.bass
        sounding = {pitch.pitchClass for pitch in symbol.pitches}
        assert sounding == {*one.pitch_classes, symbol.bass().pitchClass}
    marks = [(Fraction(m.offset) + shift, m.content) for m in stream.flatten().getElementsByClass("RehearsalMark")]
    assert marks == [(section.start_quarters, section.name) for section in score.sections]
    return stream
