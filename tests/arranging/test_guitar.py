"""A hand can hold every chord shape, and it is the right chord."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.arranging.song_material import make_chord

from songwright.arranging.banjo import DRONE_MIDI, OPEN_G, banjo_strings, drone_note
from songwright.arranging.guitar import Shape, alternate_bass, best_shape, choose_capo, without_repeats_ringing
from songwright.arranging.keys import close_voicing
from songwright.documents.arrangement import PartNote
from songwright.documents.score import CHORD_INTERVALS, Key


def classes(root: int, quality: str) -> tuple[int, ...]:
    return tuple((root + interval) % 12 for interval in CHORD_INTERVALS[quality])


CHORDS = st.builds(classes, st.integers(0, 11), st.sampled_from(sorted(CHORD_INTERVALS)))


@settings(max_examples=60, deadline=None)
@given(pitch_classes=CHORDS, capo=st.integers(0, 7), inversion=st.integers(0, 2))
def test_every_chord_has_a_shape_that_a_hand_can_hold(
    pitch_classes: tuple[int, ...], capo: int, inversion: int
) -> None:
    bass = pitch_classes[inversion]
    shape, _ = best_shape(pitch_classes, bass, capo)
    pressed = [fret for fret in shape.frets if fret]
    assert max(pressed, default=0) - min(pressed, default=0) <= 3  # four frets under the hand
    assert shape.n_fingers <= 4
    assert 4 <= len(shape.midi_notes) <= 6
    assert {note % 12 for note in shape.midi_notes} <= set(pitch_classes)
    assert shape.midi_notes[0] == min(shape.midi_notes)
    assert shape.midi_notes[0] % 12 == bass
    if len(pitch_classes) == 3:
        assert {note % 12 for note in shape.midi_notes} == set(pitch_classes)


@pytest.mark.parametrize(
    ("root", "quality", "frets"),
    [
        (7, "maj", (3, 2, 0, 0, 0, 3)),
        (0, "maj", (None, 3, 2, 0, 1, 0)),
        (2, "maj", (None, None, 0, 2, 3, 2)),
        (4, "min", (0, 2, 2, 0, 0, 0)),
        (9, "min", (None, 0, 2, 2, 1, 0)),
        (4, "maj", (0, 2, 2, 1, 0, 0)),
        (9, "maj", (None, 0, 2, 2, 2, 0)),
        (2, "7", (None, None, 0, 2, 1, 2)),
        (9, "7", (None, 0, 2, 0, 2, 0)),
    ],
)
def test_common_chords_get_the_shapes_of_every_chord_book(
    root: int, quality: str, frets: tuple[int | None, ...]
) -> None:
    assert best_shape(classes(root, quality), root, 0)[0].frets == frets


def test_a_barre_counts_as_one_finger_and_an_open_string_under_it_is_impossible() -> None:
    assert Shape(frets=(1, 3, 3, 2, 1, 1), capo=0).n_fingers == 4
    assert Shape(frets=(1, 3, 3, 2, 1, 0), capo=0).n_fingers > 4


def test_the_capo_turns_flat_keys_into_open_shapes() -> None:
    chords = tuple(make_chord(symbol, Fraction(4 * i), Fraction(4)) for i, symbol in enumerate(("G", "C", "D", "Em")))
    assert choose_capo(chords, range(6)) == 0
    # B flat, E flat, F, G minor: the same shapes three frets up
    up = [(tuple((pc + 3) % 12 for pc in chord.pitch_classes), (chord.pitch_classes[0] + 3) % 12) for chord in chords]
    with_capo = sum(best_shape(pcs, bass, 3)[1] for pcs, bass in up)
    without = sum(best_shape(pcs, bass, 0)[1] for pcs, bass in up)
    assert with_capo < without - 3


def test_the_thumb_alternates_to_the_fifth() -> None:
    chord = make_chord("C", Fraction(0), Fraction(4))
    shape, _ = best_shape(chord.pitch_classes, 0, 0)
    assert alternate_bass(shape.midi_notes, chord) % 12 in (7, 4)
    a_chord = make_chord("A", Fraction(0), Fraction(4))
    shape, _ = best_shape(a_chord.pitch_classes, 9, 0)
    assert alternate_bass(shape.midi_notes, a_chord) % 12 == 4  # E, the fifth


def test_a_string_struck_again_stops_ringing() -> None:
    notes = [
        PartNote(start_quarters=Fraction(i), duration_quarters=Fraction(3), midi_note=60, velocity=70) for i in range(3)
    ]
    assert [note.duration_quarters for note in without_repeats_ringing(notes)] == [1, 1, 3]


@settings(max_examples=40, deadline=None)
@given(pitch_classes=CHORDS, capo=st.integers(0, 4))
def test_banjo_strings_hold_chord_tones_within_one_hand(pitch_classes: tuple[int, ...], capo: int) -> None:
    strings = banjo_strings(pitch_classes, capo)
    frets = [note - capo - string for note, string in zip(strings, OPEN_G, strict=True)]
    pressed = [fret for fret in frets if fret]
    assert {note % 12 for note in strings} <= set(pitch_classes)
    assert min(frets) >= 0
    assert max(pressed, default=0) - min(pressed, default=0) <= 3


def test_the_drone_never_rubs_a_semitone_against_the_chord() -> None:
    for tonic in ("G", "C", "D", "A", "E", "Bb"):
        for symbol in ("G", "C", "D", "Em", "Am", "Bm", "A", "F", "D7"):
            chord = make_chord(symbol, Fraction(0), Fraction(4))
            drone = drone_note(chord, Key(tonic=tonic, mode="major"))
            assert drone in DRONE_MIDI
            assert not {(drone + 1) % 12, (drone - 1) % 12} & set(chord.pitch_classes) or drone % 12 in set(
                chord.pitch_classes
            )


def test_keyboard_voices_move_little_between_related_chords() -> None:
    voicing = close_voicing(classes(7, "maj"), (), 50, 72, 60.0)
    for root, quality in ((0, "maj"), (4, "min"), (2, "maj"), (7, "maj")):
        following = close_voicing(classes(root, quality), voicing, 50, 72, 60.0)
        assert {note % 12 for note in following} == set(classes(root, quality))
        assert max(abs(a - b) for a, b in zip(voicing, following, strict=True)) <= 4
        voicing = following
