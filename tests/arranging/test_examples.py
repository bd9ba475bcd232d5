"""The examples, arranged: nobody talks over the lead, the harmony sings thirds and chord tones."""

from __future__ import annotations

from pathlib import Path

import pytest

from songwright.arranging import arrange
from songwright.arranging.bars import SongMap, chord_tones
from songwright.composing import compose
from songwright.documents.band_style import INSTRUMENTS
from songwright.formats.band_style_file import load_band_style
from songwright.formats.brief_file import load_brief
from songwright.formats.style_file import load_style
from songwright.performing.band import perform_band
from songwright.writing.lyric_text import parse_lyric

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
RANGES = {"lead": (45, 69), "second": (52, 79), "g1": (45, 69), "g2": (57, 79), "g3": (43, 64)}


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_can_be_arranged_and_played(path: Path, seed: int) -> None:
    brief = load_brief(path)
    lyric = parse_lyric(brief.lyric)
    score = compose(brief, lyric, load_style(brief.style), tessitura=(50, 64), vocal_range=(45, 69), seed=seed)
    band = load_band_style(brief.style)
    arrangement = arrange(
        score, lyric, band, lead_singer="lead", gang_singers=("g1", "g2", "g3"), harmony_singer="second", seed=seed,
        vocal_ranges=RANGES,
    )  # fmt: skip
    song = SongMap(score)
    lead = {phrase.name: phrase for phrase in score.phrases}
    intervals, strong_chord_tones = [], []
    for voice in arrangement.voices:
        low, high = RANGES[voice.singer]
        for phrase in voice.phrases:
            assert all(low <= note.midi_note <= high for note in phrase.notes), (voice.name, phrase.name)
            if voice.role == "gang":
                assert not any(
                    p.start_quarters < phrase.end_quarters and phrase.start_quarters < p.end_quarters
                    for p in score.phrases
                ), phrase.name
            if voice.role == "harmony":
                for note, led in zip(phrase.notes, lead[phrase.name].notes, strict=True):
                    intervals.append(abs(note.midi_note - led.midi_note))
                    if song.is_strong(note.start_quarters) and note.duration_quarters >= 1:
                        chord = song.chord_at(note.start_quarters)
                        strong_chord_tones.append(note.midi_note % 12 in chord_tones(chord))
    assert len(intervals) > 50
    assert sum(i in (3, 4, 8, 9) for i in intervals) >= 0.7 * len(intervals)
    assert sum(strong_chord_tones) >= 0.9 * len(strong_chord_tones)
    answered = [line for section in lyric.sections for line in section.lines if line.answer]
    gang = [voice for voice in arrangement.voices if voice.role == "gang"]
    assert bool(answered) <= bool(gang)
    performance = perform_band(score, arrangement, band, seed=seed)
    for performed in performance.parts:
        instrument = INSTRUMENTS[performed.instrument]
        for note in performed.notes:
            assert instrument.lowest_midi <= note.midi_note <= instrument.highest_midi
            assert 0.0 <= note.start_s < note.start_s + note.duration_s <= performance.duration_s
