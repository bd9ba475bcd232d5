"""The band plays the song: right notes, right places, fuller where the song is fuller, silent where somebody sings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.arranging.song_material import make_song

from songwright.arranging import arrange
from songwright.arranging.bars import SongMap, bass_pitch_class, chord_tones
from songwright.arranging.melody import gaps_in_section, hook_tune
from songwright.arranging.patterns import BASS, CRASH, KEYS, MELODY, PERCUSSION, PICK, ROLL, STRUM
from songwright.documents.arrangement import Arrangement, InstrumentPart
from songwright.documents.band_style import INSTRUMENTS, BandStyle, PatternChoice
from songwright.documents.lyric import Lyric
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.band_style_file import load_band_style

STYLES = (("stomp-clap-hey", 4), ("country-ballad", 4), ("folk-waltz", 3))
TABLES = {
    "drums": (PERCUSSION,), "percussion": (PERCUSSION,), "bass": (BASS,), "banjo": (ROLL,), "keys": (KEYS,),
    "guitar": (STRUM, PICK), "melody": (),
}  # fmt: skip


def make(style: str, beats: int, *, seed: int = 1) -> tuple[Score, Lyric, BandStyle, Arrangement]:
    score, lyric = make_song(beats=beats)
    band = load_band_style(style)
    return score, lyric, band, arranged(score, lyric, band, seed=seed)


def arranged(score: Score, lyric: Lyric, band: BandStyle, *, seed: int = 1) -> Arrangement:
    return arrange(
        score, lyric, band, lead_singer="ann", gang_singers=("bo", "cy", "di"), harmony_singer="eve", seed=seed
    )


def part(arrangement: Arrangement, name: str) -> InstrumentPart:
    return next(part for part in arrangement.instruments if part.name == name)


def count(part: InstrumentPart, start: Fraction, end: Fraction) -> int:
    return sum(start <= note.start_quarters < end for note in part.notes)


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_every_note_lies_in_its_instrument_and_in_the_song(style: str, beats: int) -> None:
    score, _, _, arrangement = make(style, beats)
    assert len(arrangement.instruments) >= 7
    for played in arrangement.instruments:
        instrument = INSTRUMENTS[played.instrument]
        for note in played.notes:
            assert instrument.lowest_midi <= note.midi_note <= instrument.highest_midi, (played.name, note)
            assert note.start_quarters >= 0
            assert note.start_quarters + note.duration_quarters <= score.duration_quarters, (played.name, note)


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_the_bass_plays_the_chords_bass_where_a_chord_begins(style: str, beats: int) -> None:
    score, _, _, arrangement = make(style, beats)
    song = SongMap(score)
    by_start = {note.start_quarters: note for note in part(arrangement, "bass").notes}
    checked = 0
    for chord in score.chords:
        note = by_start.get(chord.start_quarters)
        if note is not None:
            assert note.midi_note % 12 == bass_pitch_class(song.chord_at(chord.start_quarters)), chord
            checked += 1
    assert checked > 25


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_held_and_downbeat_notes_of_chord_instruments_are_chord_tones(style: str, beats: int) -> None:
    score, _, _, arrangement = make(style, beats)
    song = SongMap(score)
    for played in arrangement.instruments:
        if INSTRUMENTS[played.instrument].family not in ("guitar", "keys", "melody"):
            continue
        for note in played.notes:
            if note.start_quarters % beats == 0:
                chord = song.chord_at(note.start_quarters)
                assert note.midi_note % 12 in chord_tones(chord), (played.name, note, chord.symbol)


def test_claps_fall_on_two_and_four_and_stomps_on_one_and_three() -> None:
    score, _, _, arrangement = make("stomp-clap-hey", 4)
    last_bar = score.duration_quarters - 4
    claps = [note.start_quarters % 4 for note in part(arrangement, "claps").notes if note.start_quarters < last_bar]
    stomps = [note.start_quarters % 4 for note in part(arrangement, "stomps").notes if note.start_quarters < last_bar]
    on_two_and_four = sum(place in (1, 3) for place in claps)
    assert on_two_and_four >= 0.9 * len(claps)
    assert set(claps) <= {Fraction(1), Fraction(3), Fraction(7, 2)}
    assert sum(place in (0, 2) for place in stomps) >= 0.8 * len(stomps)
    assert {Fraction(0), Fraction(2)} <= set(stomps)


def test_the_waltz_has_its_bass_on_one_and_its_strums_on_two_and_three() -> None:
    score, _, _, arrangement = make("folk-waltz", 3)
    verse = score.sections[4]
    bass = [n for n in part(arrangement, "bass").notes if verse.start_quarters <= n.start_quarters < verse.end_quarters]
    assert sum(note.start_quarters % 3 == 0 for note in bass) == 8
    strums = {
        note.start_quarters % 3
        for note in part(arrangement, "strummed-guitar").notes
        if note.strum and verse.start_quarters <= note.start_quarters < verse.end_quarters - 3
    }
    assert strums == {Fraction(1), Fraction(2)}


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_the_band_builds_with_the_sections(style: str, beats: int) -> None:
    score, _, _, arrangement = make(style, beats)

    def density(index: int) -> float:
        section = score.sections[index]
        n_notes = sum(count(p, section.start_quarters, section.end_quarters) for p in arrangement.instruments)
        return n_notes / float(section.duration_quarters)

    def players(index: int) -> int:
        section = score.sections[index]
        return sum(count(p, section.start_quarters, section.end_quarters) > 4 for p in arrangement.instruments)

    verse_1, chorus_1, verse_2, chorus_2, bridge, last = (density(i) for i in (1, 2, 4, 5, 6, 7))
    assert verse_1 < verse_2 < chorus_1 < chorus_2 < last
    assert bridge < verse_2
    assert players(6) < players(7)
    assert players(1) <= players(7)


def test_the_first_verse_is_feet_and_fingers_alone() -> None:
    score, _, _, arrangement = make("stomp-clap-hey", 4)
    verse = score.sections[1]
    until = verse.start_quarters + verse.duration_quarters / 4
    playing = {p.name for p in arrangement.instruments if count(p, verse.start_quarters, until)}
    assert {"stomps", "picked-guitar"} <= playing
    assert not playing & {"drums", "banjo", "organ", "strummed-guitar", "tambourine"}


def test_fills_lead_in_and_a_crash_greets_the_chorus() -> None:
    score, _, _, arrangement = make("stomp-clap-hey", 4)
    drums = part(arrangement, "drums")
    chorus = score.sections[2]
    assert count(drums, chorus.start_quarters - 4, chorus.start_quarters - 2) == 0  # the kit rests in verse 1
    assert count(drums, chorus.start_quarters - 2, chorus.start_quarters) >= 4
    crashes = {note.start_quarters for note in drums.notes if note.midi_note == CRASH}
    assert {score.sections[i].start_quarters for i in (2, 5, 7)} <= crashes


def test_everybody_stops_on_the_beat_before_the_last_chorus() -> None:
    score, lyric, band, arrangement = make("stomp-clap-hey", 4)
    arrival = score.sections[7].start_quarters
    for played in arrangement.instruments:
        for note in played.notes:
            assert not arrival - 1 <= note.start_quarters < arrival, played.name
            assert not note.start_quarters < arrival < note.start_quarters + note.duration_quarters, played.name
    going_on = arranged(score, lyric, replace(band, stop_before_last_chorus=False))
    assert any(count(played, arrival - 1, arrival) for played in going_on.instruments)


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_the_song_ends_with_one_chord_that_rings(style: str, beats: int) -> None:
    score, _, _, arrangement = make(style, beats)
    last_bar = score.duration_quarters - beats
    enders = 0
    for played in arrangement.instruments:
        late = [note for note in played.notes if note.start_quarters >= last_bar]
        assert {note.start_quarters for note in late} <= {last_bar}, played.name
        enders += bool(late)
    assert enders >= 5


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_answers_never_overlap_the_singers(style: str, beats: int) -> None:
    score, _, band, arrangement = make(style, beats)
    sung = [(p.start_quarters, p.end_quarters) for voice in arrangement.voices for p in voice.phrases]
    answering = 0
    for name in band.answers:
        for index, section in enumerate(score.sections):
            if band.player(name).pattern_for(section.kind, section.intensity) != "answers":
                continue
            for note in next((p.notes for p in arrangement.instruments if p.name == name), ()):
                if INSTRUMENTS[band.player(name).instrument].family != "melody":
                    continue
                if section.start_quarters <= note.start_quarters < section.end_quarters:
                    end = note.start_quarters + note.duration_quarters
                    assert not any(a < end and note.start_quarters < b for a, b in sung), (name, index, note)
                    answering += 1
    assert answering >= 5


def test_gaps_are_found_between_lines_and_hold_nobody() -> None:
    score, _ = make_song()
    busy = sorted((p.start_quarters, p.end_quarters) for p in score.phrases)
    gaps = gaps_in_section(SongMap(score), 1, busy)
    assert len(gaps) == 4  # five quarters sung, three silent, four times
    for (start, end), phrase in gaps:
        assert phrase is not None
        assert phrase.end_quarters <= start < end


def test_intro_and_turnaround_play_the_chorus_tune() -> None:
    score, _, _, arrangement = make("stomp-clap-hey", 4)
    tune, _ = hook_tune(SongMap(score))
    turnaround = score.sections[3]
    fiddle = [
        note
        for note in part(arrangement, "fiddle").notes
        if turnaround.start_quarters <= note.start_quarters < turnaround.end_quarters
    ]
    first_line = tune[:6]
    assert [note.start_quarters - turnaround.start_quarters for note in fiddle[:6]] == [
        note.offset_quarters for note in first_line
    ]
    # same chords as the chorus in this song: the tune is note for note, octaves aside
    assert [note.midi_note % 12 for note in fiddle[:6]] == [note.midi_note % 12 for note in first_line]
    assert min(note.midi_note for note in fiddle) > max(n.midi_note for p in score.phrases for n in p.notes) - 3


def test_the_same_seed_gives_the_same_arrangement_and_another_seed_another() -> None:
    score, lyric, band, arrangement = make("stomp-clap-hey", 4, seed=5)
    assert arranged(score, lyric, band, seed=5) == arrangement
    assert arranged(score, lyric, band, seed=6) != arrangement


def test_taking_a_player_out_leaves_the_others_as_they_were() -> None:
    score, lyric, band, arrangement = make("stomp-clap-hey", 4)
    smaller = arranged(score, lyric, replace(band, players=tuple(p for p in band.players if p.name != "drums")))
    assert smaller.instruments == tuple(p for p in arrangement.instruments if p.name != "drums")


@pytest.mark.parametrize(("style", "beats"), STYLES)
def test_every_pattern_of_a_style_is_written_for_its_metre(style: str, beats: int) -> None:
    for player in load_band_style(style).players:
        tables = TABLES[INSTRUMENTS[player.instrument].family]
        for choice in player.patterns:
            known = choice.pattern in ("rest", *MELODY)
            assert known or any(4 * beats in table.get(choice.pattern, {}) for table in tables), (player.name, choice)


def test_pattern_rows_are_whole_bars() -> None:
    for table in (STRUM, PICK, BASS, ROLL, KEYS):
        for name, metres in table.items():
            for steps, rows in metres.items():
                assert all(row and len(row) % steps == 0 for row in rows), (name, steps)
    for name, percussion in PERCUSSION.items():
        for steps, keyed in percussion.items():
            assert all(row and len(row) % steps == 0 for _, row in keyed), (name, steps)


def test_an_unknown_pattern_is_refused_with_the_nearest_one() -> None:
    score, lyric, band, _ = make("stomp-clap-hey", 4)
    players = tuple(
        replace(p, patterns=(PatternChoice(kind="chorus", intensity=0.0, pattern="anthm"),)) if p.name == "bass" else p
        for p in band.players
    )
    with pytest.raises(InputError, match="bass: no pattern 'anthm'; nearest are anthem"):
        arranged(score, lyric, replace(band, players=players))


def test_a_metre_without_patterns_is_refused() -> None:
    score, lyric = make_song(beats=5)
    with pytest.raises(InputError, match="20 sixteenths"):
        arranged(score, lyric, load_band_style("stomp-clap-hey"))
