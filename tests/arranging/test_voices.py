"""Doubles, a harmony that follows the chords, and a gang that shouts in the right places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.arranging.song_material import make_song

from songwright.arranging import arrange
from songwright.arranging.bars import SongMap, chord_tones
from songwright.documents.arrangement import Arrangement, VocalPart
from songwright.documents.band_style import BandStyle
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.band_style_file import load_band_style

RANGES = {"ann": (55, 76), "bo": (45, 67), "cy": (52, 74), "di": (57, 79), "eve": (57, 81)}


def sung(
    *, harmony: str = "above", beats: int = 4, answers: bool = True, ranges: dict[str, tuple[int, int]] | None = None
) -> tuple[Score, BandStyle, Arrangement]:
    score, lyric = make_song(beats=beats, answers=answers)
    band = replace(load_band_style("stomp-clap-hey" if beats == 4 else "folk-waltz"), harmony=harmony)
    arrangement = arrange(
        score, lyric, band, lead_singer="ann", gang_singers=("bo", "cy", "di"), harmony_singer="eve", seed=1,
        vocal_ranges=ranges or RANGES,
    )  # fmt: skip
    return score, band, arrangement


def role(arrangement: Arrangement, name: str) -> list[VocalPart]:
    return [voice for voice in arrangement.voices if voice.role == name]


def test_the_lead_sings_everything_and_the_doubles_every_chorus() -> None:
    score, _, arrangement = sung()
    (lead,) = role(arrangement, "lead")
    assert (lead.singer, lead.phrases) == ("ann", score.phrases)
    doubles = role(arrangement, "double")
    assert [double.name for double in doubles] == ["double-left", "double-right"]
    choruses = tuple(p for p in score.phrases if score.sections[p.section_index].kind == "chorus")
    assert all(double.phrases == choruses and double.singer == "ann" for double in doubles)


@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("beats", [4, 3])
def test_the_harmony_follows_the_chords_on_its_own_side(side: str, beats: int) -> None:
    score, _, arrangement = sung(harmony=side, beats=beats)
    song = SongMap(score)
    (harmony,) = role(arrangement, "harmony")
    lead = {phrase.name: phrase for phrase in score.phrases}
    intervals = []
    for phrase in harmony.phrases:
        for note, led in zip(phrase.notes, lead[phrase.name].notes, strict=True):
            assert (note.start_quarters, note.duration_quarters, note.syllable) == (
                led.start_quarters, led.duration_quarters, led.syllable,
            )  # fmt: skip
            interval = note.midi_note - led.midi_note
            assert interval > 0 if side == "above" else interval < 0
            intervals.append(abs(interval))
            if song.is_strong(note.start_quarters):
                assert note.midi_note % 12 in chord_tones(song.chord_at(note.start_quarters)), phrase.name
            assert RANGES["eve"][0] <= note.midi_note <= RANGES["eve"][1]
    assert sum(interval in (3, 4) for interval in intervals) >= 0.5 * len(intervals)
    assert sum(interval in (3, 4, 8, 9) for interval in intervals) >= 0.6 * len(intervals)
    assert 0 not in intervals
    assert 12 not in intervals


def test_a_low_harmony_singer_goes_below_and_an_impossible_one_is_refused() -> None:
    score, _, arrangement = sung(harmony="above", ranges={**RANGES, "eve": (48, 69)})
    lead = {phrase.name: phrase for phrase in score.phrases}
    (harmony,) = role(arrangement, "harmony")
    for phrase in harmony.phrases:
        for note, led in zip(phrase.notes, lead[phrase.name].notes, strict=True):
            assert note.midi_note < led.midi_note
    with pytest.raises(InputError, match="eve sings MIDI 84 to 89"):
        sung(ranges={**RANGES, "eve": (84, 89)})


def test_answers_come_after_their_lines_and_never_over_the_lead() -> None:
    score, _, arrangement = sung()
    gang = role(arrangement, "gang")
    assert [(voice.name, voice.singer) for voice in gang] == [("gang-1", "bo"), ("gang-2", "cy"), ("gang-3", "di")]
    lead = {phrase.name: phrase for phrase in score.phrases}
    for voice in gang:
        names = [phrase.name for phrase in voice.phrases]
        assert len(set(names)) == len(names)
        answers = [phrase for phrase in voice.phrases if phrase.name.endswith("-answer")]
        assert len(answers) == 6  # two in each of three choruses
        for phrase in voice.phrases:
            assert not any(
                p.start_quarters < phrase.end_quarters and phrase.start_quarters < p.end_quarters for p in score.phrases
            )
            assert phrase.start_quarters.denominator == 1
        for answer in answers:
            line = lead[answer.name.removesuffix("-answer")]
            assert (answer.section_index, answer.line_index) == (line.section_index, line.line_index)
            assert 0 <= answer.start_quarters - line.end_quarters <= 3


def test_the_gang_shouts_chord_tones_inside_its_ranges() -> None:
    score, _, arrangement = sung()
    song = SongMap(score)
    for voice in role(arrangement, "gang"):
        low, high = RANGES[voice.singer]
        for phrase in voice.phrases:
            for note in phrase.notes:
                assert low <= note.midi_note <= high
                assert note.midi_note % 12 in chord_tones(song.chord_at(note.start_quarters))


def test_without_answers_in_the_lyric_the_gang_still_shouts_where_nobody_sings() -> None:
    score, _, arrangement = sung(answers=False)
    voice = role(arrangement, "gang")[0]
    kinds = {score.sections[phrase.section_index].kind for phrase in voice.phrases}
    assert kinds == {"intro", "instrumental", "outro"}
    assert all(word.spoken == "hey" for phrase in voice.phrases for word in phrase.words)
    bar = score.metre.bar_quarters
    assert {phrase.start_quarters % bar for phrase in voice.phrases} == {0, 3}


def test_a_style_without_a_shout_and_a_lyric_without_answers_has_no_gang() -> None:
    _, _, arrangement = sung(beats=3, answers=False)
    assert role(arrangement, "gang") == []
