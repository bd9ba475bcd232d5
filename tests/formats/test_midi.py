"""The MIDI file, read back by mido: notes, words, tempo, markers; and channels enough for any band."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from tests.scores import scores, simple_score

from songwright.documents.arrangement import BandPerformance, PerformedNote, PerformedPart, VocalPart
from songwright.documents.band_style import CLAP, STOMP
from songwright.documents.score import LEAD_IN_S, Score
from songwright.errors import InputError
from songwright.formats.midi import TICKS_PER_QUARTER, song_to_midi


def read(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def notes_of(track: mido.MidiTrack) -> list[tuple[int, int, int, int]]:
    """(start tick, end tick, channel, pitch) in order; every note is closed before its pitch sounds again."""
    now, open_notes, found = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            assert (message.channel, message.note) not in open_notes
            open_notes[message.channel, message.note] = now
        elif message.type in ("note_on", "note_off"):
            found.append((open_notes.pop((message.channel, message.note)), now, message.channel, message.note))
    assert not open_notes
    return sorted(found)


def texts_of(track: mido.MidiTrack, kind: str) -> list[tuple[int, str]]:
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type == kind:
            found.append((now, message.text))
    return found


def part(name: str, instrument: str, *notes: tuple[float, float, int, int], bend_cents: int = 0) -> PerformedPart:
    return PerformedPart(
        name=name,
        instrument=instrument,
        notes=tuple(
            PerformedNote(start_s=start, duration_s=length, midi_note=pitch, velocity=velocity, bend_cents=bend_cents)
            for start, length, pitch, velocity in notes
        ),
    )


def band(*parts: PerformedPart) -> BandPerformance:
    return BandPerformance(duration_s=60.0, parts=parts)


@settings(max_examples=40, deadline=None)
@given(scores())
def test_the_lead_is_the_score(score: Score) -> None:
    file = read(song_to_midi(score))
    bar = score.metre.bar_quarters
    shift = max(Fraction(0), -(score.phrases[0].start_quarters // bar) * bar)
    written = [note for phrase in score.phrases for note in phrase.notes]
    lead = file.tracks[1]

    def tick(quarters: Fraction) -> int:
        return round((quarters + shift) * TICKS_PER_QUARTER)

    assert notes_of(lead) == [(tick(n.start_quarters), tick(n.end_quarters), 0, n.midi_note) for n in written]
    sung = [(tick(n.start_quarters), n.syllable.text) for n in written if n.syllable is not None]
    assert [(at, text.rstrip(" \r")) for at, text in texts_of(lead, "lyrics")] == sung
    text = "".join(text for _, text in texts_of(lead, "lyrics"))
    lines = [" ".join("".join(s.text for s in w.syllables) for w in phrase.words) for phrase in score.phrases]
    assert text == "".join(line + "\r" for line in lines)


def test_the_conductor_has_tempo_metre_key_and_markers() -> None:
    conductor = read(song_to_midi(simple_score(beats=3, tempo_qpm=87.5))).tracks[0]
    by_type = {message.type: message for message in conductor}
    assert mido.tempo2bpm(by_type["set_tempo"].tempo) == pytest.approx(87.5, abs=1e-3)
    assert (by_type["time_signature"].numerator, by_type["time_signature"].denominator) == (3, 4)
    assert by_type["key_signature"].key == "G"
    bars = [(at / TICKS_PER_QUARTER / 3, text) for at, text in texts_of(conductor, "marker")]
    assert bars == [(0, "Intro"), (4, "Verse 1"), (8, "Turnaround"), (12, "Chorus"), (16, "Ending"), (18, "End")]


def test_the_band_is_where_it_played() -> None:
    played = part("guitar", "acoustic-guitar", (0.5, 0.4, 64, 80), (1.137, 0.3, 67, 70))
    file = read(song_to_midi(simple_score(tempo_qpm=120), band=band(played)))
    for (start, end, _, _), note in zip(notes_of(file.tracks[2]), played.notes, strict=True):
        assert start / TICKS_PER_QUARTER / 2 + LEAD_IN_S == pytest.approx(note.start_s, abs=0.6e-3)
        assert (end - start) / TICKS_PER_QUARTER / 2 == pytest.approx(note.duration_s, abs=1.2e-3)
    program = next(message for message in file.tracks[2] if message.type == "program_change")
    assert program.program == 25
    assert file.tracks[2].name == "guitar"


def test_a_stroke_ahead_of_the_first_bar_puts_a_whole_bar_in_front() -> None:
    early = part("stomps", "stomps", (LEAD_IN_S - 0.01, 0.2, STOMP, 100))
    file = read(song_to_midi(simple_score(tempo_qpm=120), band=band(early)))
    assert texts_of(file.tracks[0], "marker")[0] == (4 * TICKS_PER_QUARTER, "Intro")
    ((start, _, _, _),) = notes_of(file.tracks[2])
    assert start == 4 * TICKS_PER_QUARTER - round(0.02 * TICKS_PER_QUARTER)


def test_kits_share_channel_ten_and_pitched_parts_never_touch_it() -> None:
    parts = [part("stomps", "stomps", (1, 0.1, STOMP, 90)), part("claps", "claps", (1, 0.1, CLAP, 90))]
    parts += [part("drums", "drums", (1, 0.1, 38, 90))]
    parts += [part(f"guitar {i}", "acoustic-guitar", (1 + i, 0.1, 60, 90)) for i in range(40)]
    file = read(song_to_midi(simple_score(), band=band(*parts)))
    channels = {track.name: {note[2] for note in notes_of(track)} for track in file.tracks}
    assert channels["stomps"] == channels["claps"] == channels["drums"] == {9}
    places = defaultdict(list)
    for track in file.tracks[1:]:
        ports = [message.port for message in track if message.type == "midi_port"]
        for channel in channels[track.name] - {9}:
            places[(ports or [0])[0], channel].append(track.name)
    assert all(len(names) == 1 for names in places.values())
    assert len(places) == 41
    assert max(port for port, _ in places) == 2
    assert all(channel != 9 for _, channel in places)


def test_every_voice_has_a_track_and_the_lead_is_not_written_twice() -> None:
    score = simple_score()
    lead = VocalPart(name="lead", role="lead", singer="June", phrases=score.phrases)
    harmony = VocalPart(name="harmony", role="harmony", singer="Cole", phrases=score.phrases[2:])
    file = read(song_to_midi(score, voices=(lead, harmony)))
    assert [track.name for track in file.tracks] == [score.title, "lead", "harmony"]
    assert len(notes_of(file.tracks[2])) == len(score.phrases[2].notes)


def test_a_restruck_pitch_is_cut_and_two_at_once_are_one() -> None:
    played = part("bass", "bass", (1.0, 2.0, 40, 60), (1.5, 1.0, 40, 80), (1.5, 1.0, 40, 70))
    first, second = notes_of(read(song_to_midi(simple_score(), band=band(played))).tracks[2])
    assert first[1] == second[0]


@pytest.mark.parametrize(("bend_cents", "first_wheel"), [(-100, -4096), (-200, -8192), (-300, -8192)])
def test_bent_notes_slide_in_and_arrive(bend_cents: int, first_wheel: int) -> None:
    played = part("steel", "pedal-steel", (1.0, 1.0, 64, 80), bend_cents=bend_cents)
    track = read(song_to_midi(simple_score(), band=band(played))).tracks[2]
    wheel = [message.pitch for message in track if message.type == "pitchwheel"]
    assert wheel[0] == first_wheel
    assert wheel == sorted(wheel)
    assert wheel[-1] == 0
    kinds = [message.type for message in track]
    assert kinds.index("pitchwheel") < kinds.index("note_on")
    reach = [message.value for message in track if message.is_cc(6)]
    assert reach == ([3] if bend_cents == -300 else [])


def test_an_unknown_instrument_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no instrument 'bango'; nearest are banjo"):
        song_to_midi(simple_score(), band=band(part("x", "bango", (1, 1, 60, 80))))


def test_equal_documents_give_equal_bytes_and_text_is_utf8() -> None:
    score = replace(simple_score(), title="Čaj")
    assert song_to_midi(score) == song_to_midi(score)
    assert "Čaj".encode() in song_to_midi(score)
