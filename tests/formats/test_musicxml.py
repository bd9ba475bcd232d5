"""The written score, read back by music21: every note, syllable, chord and mark is there, at its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.musicxml_reading import assert_reads_back, read
from tests.scores import chord, scores, simple_score

from songwright.documents.score import CHORD_INTERVALS, Key, Score
from songwright.errors import InputError
from songwright.formats.musicxml import score_to_musicxml
from songwright.formats.notation import duration_to_values, score_to_measures
from songwright.formats.spelling import key_to_fifths, spell_midi_note


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scores())
@example(simple_score())
@example(simple_score(beats=3))
def test_every_note_syllable_chord_and_mark_is_read_back(score: Score) -> None:
    assert_reads_back(score)


def test_the_head_of_the_score() -> None:
    score = replace(simple_score(beats=3, tempo_qpm=87.5), key=Key(tonic="Eb", mode="minor"))
    stream = assert_reads_back(score)
    assert (stream.metadata.title, stream.metadata.composer) == (score.title, score.artist)
    flat = stream.flatten()
    assert flat.getElementsByClass("TimeSignature")[0].ratioString == "3/4"
    assert flat.getElementsByClass("KeySignature")[0].sharps == -6
    assert flat.getElementsByClass("MetronomeMark")[0].getQuarterBPM() == 87.5


def test_bars_are_full_and_a_pickup_is_its_own_bar() -> None:
    score = simple_score()
    first = replace(score.phrases[0], notes=tuple(
        replace(note, start_quarters=note.start_quarters - 16) for note in score.phrases[0].notes
    ))  # fmt: skip
    score = replace(score, phrases=(first, *score.phrases[1:]))
    bars = list(read(score_to_musicxml(score)).parts[0].getElementsByClass("Measure"))
    assert [bar.number for bar in bars[:3]] == [0, 1, 2]
    assert [bar.duration.quarterLength for bar in bars] == [0.5] + [4.0] * 18
    assert bars[1].getElementsByClass("RehearsalMark")[0].content == "Intro"


def test_a_long_pickup_takes_several_bars() -> None:
    score = simple_score()
    first = replace(score.phrases[0], notes=tuple(
        replace(note, start_quarters=note.start_quarters - 22) for note in score.phrases[0].notes
    ))  # fmt: skip
    score = replace(score, phrases=(first,))
    assert [measure.duration_quarters for measure in score_to_measures(score)][:3] == [Fraction(5, 2), 4, 4]
    assert_reads_back(score)


def test_held_syllables_have_extender_and_slur() -> None:
    root = ET.fromstring(score_to_musicxml(simple_score()))
    notes = root.findall(".//note")
    extended = [note.findtext("lyric/text") for note in notes if note.find("lyric/extend") is not None]
    # "rise" is one plain note; "home," has no note of its own after it, "bers" is held on, "hold" is tied over a bar.
    assert extended == ["home,", "hold", "on"]
    slurs = [slur.get("type") for slur in root.findall(".//slur")]
    assert slurs == ["start", "stop"] * 2


def test_accidentals_are_printed_once_a_bar_and_cancelled() -> None:
    root = ET.fromstring(score_to_musicxml(simple_score()))
    printed = [
        (note.findtext("pitch/step"), note.findtext("accidental"))
        for note in root.findall(".//note")
        if note.find("accidental") is not None
    ]
    assert printed == [("B", "flat"), ("B", "natural")]


@pytest.mark.parametrize(
    ("key", "over", "midi_note", "expected"),
    [
        ("C major", None, 66, "F#4"), ("C major", None, 70, "Bb4"), ("A minor", None, 68, "G#4"),
        ("F major", None, 70, "Bb4"),
        ("C major", ("A", "7"), 61, "C#4"), ("C major", ("Ab", "maj"), 63, "Eb4"), ("Gb major", None, 71, "Cb5"),
        ("C# major", None, 60, "B#3"), ("E minor", ("B", "7"), 63, "D#4"), ("Eb major", ("F", "7"), 69, "A4"),
    ],
)  # fmt: skip
def test_spelling(key: str, over: tuple[str, str] | None, midi_note: int, expected: str) -> None:
    tonic, mode = key.split()
    symbol = chord("0", "4", over[0], over[1], over[0], "I", "1") if over else None
    pitch = spell_midi_note(midi_note, key=Key(tonic=tonic, mode=mode), chord=symbol)
    assert f"{pitch.step}{ {-1: 'b', 0: '', 1: '#'}[pitch.alter] }{pitch.octave}" == expected


@pytest.mark.parametrize("quality", sorted(CHORD_INTERVALS))
@pytest.mark.parametrize("root", ["C", "F#", "Gb", "C#", "Ab", "B"])
def test_spelling_never_changes_the_pitch(root: str, quality: str) -> None:
    symbol = chord("0", "4", root, quality, root, "I", "1")
    for tonic in ("C", "Gb", "F#", "E"):
        for midi_note in range(55, 68):
            pitch = spell_midi_note(midi_note, key=Key(tonic=tonic, mode="minor"), chord=symbol)
            assert pitch.midi_note == midi_note
            assert abs(pitch.alter) <= 1


@pytest.mark.parametrize(
    ("key", "fifths"), [("G major", 1), ("Eb minor", -6), ("F# major", 6), ("A minor", 0), ("G# major", -4)]
)
def test_key_signatures(key: str, fifths: int) -> None:
    tonic, mode = key.split()
    assert key_to_fifths(Key(tonic=tonic, mode=mode)) == fifths


def test_lengths_add_up_and_are_few() -> None:
    for k in range(1, 200):
        values = duration_to_values(Fraction(k, 12))
        assert values is not None
        assert sum((value.duration_quarters for value in values), Fraction(0)) == Fraction(k, 12)
    assert len(duration_to_values(Fraction(7, 2)) or ()) == 1
    assert duration_to_values(Fraction(1, 11)) is None


def test_a_length_that_no_note_has_is_refused_with_its_place() -> None:
    score = simple_score()
    phrase = score.phrases[1]
    odd = replace(phrase, notes=(*phrase.notes[:2], replace(phrase.notes[2], duration_quarters=Fraction(1, 11))))
    with pytest.raises(InputError, match=r"bar 7 beat 2\.66667: a length of 1/11 quarters"):
        score_to_musicxml(replace(score, phrases=(odd,)))


def test_text_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match=r"title: 'a\\x00b' holds the character"):
        score_to_musicxml(replace(simple_score(), title="a\0b"))


def test_equal_scores_give_equal_text_without_a_date() -> None:
    text = score_to_musicxml(simple_score())
    assert text == score_to_musicxml(simple_score())
    assert not re.search(r"encoding-date|20\d\d-\d\d", text)


def test_beams_begin_and_end_in_pairs() -> None:
    root = ET.fromstring(score_to_musicxml(simple_score()))
    kinds = [beam.text for beam in root.findall(".//beam[@number='1']")]
    assert kinds
    depth = 0
    for kind in kinds:
        depth += {"begin": 1, "continue": 0, "end": -1}[kind or ""]
        assert depth in (0, 1)
    assert depth == 0
