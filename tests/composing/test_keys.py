from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songwright.composing.keys import MAJOR_TONICS, MINOR_TONICS, SCALES, degree_to_pitch, parse_key, resolve_roman
from songwright.documents.score import Key
from songwright.errors import InputError
from songwright.units import pitch_name_to_pitch_class


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("G major", "G", "major"),
        ("Em", "E", "minor"),
        ("bb", "Bb", "major"),
        ("f# minor", "F#", "minor"),
        ("D♭", "Db", "major"),
    ],
)
def test_keys_as_people_write_them(text: str, tonic: str, mode: str) -> None:
    assert parse_key(text) == Key(tonic=tonic, mode=mode)


@pytest.mark.parametrize("text", ["", "H", "G# major", "Q minor", "G majr"])
def test_what_is_no_key_names_the_nearest(text: str) -> None:
    with pytest.raises(InputError, match="nearest"):
        parse_key(text)


@pytest.mark.parametrize(
    ("roman", "key", "symbol", "nashville"),
    [
        ("ii", "G major", "Am", "2-"), ("V7", "G major", "D7", "5⁷"), ("V6", "G major", "D/F#", "5/7"),
        ("V/vi", "G major", "B", "3"), ("V/V", "Eb major", "F", "2"), ("V7/IV", "G major", "G7", "1⁷"),
        ("bVII", "E major", "D", "b7"), ("iv", "E major", "Am", "4-"), ("iv", "Ab major", "Dbm", "4-"),
        ("VI", "A minor", "F", "b6"), ("V", "A minor", "E", "5"), ("VII", "C minor", "Bb", "b7"),
        ("V", "G# minor", "D#", "5"),
    ],
)  # fmt: skip
def test_chords_are_spelled_for_their_key(roman: str, key: str, symbol: str, nashville: str) -> None:
    chord = resolve_roman(roman, parse_key(key))
    assert (chord.symbol, chord.nashville) == (symbol, nashville)


@given(
    key=st.one_of(
        st.sampled_from(MAJOR_TONICS).map(lambda t: Key(tonic=t, mode="major")),
        st.sampled_from(MINOR_TONICS).map(lambda t: Key(tonic=t, mode="minor")),
    )
)
def test_a_scale_has_seven_letters_and_its_own_pitches(key: Key) -> None:
    scale = [degree_to_pitch(key, degree) for degree in range(7)]
    assert len({pitch[0] for pitch in scale}) == 7
    assert all(len(pitch) <= 2 for pitch in scale)
    assert [(pitch_name_to_pitch_class(p) - key.tonic_pitch_class) % 12 for p in scale] == list(SCALES[key.mode])


@pytest.mark.parametrize("roman", ["", "X", "VIII", "V/V/V", "I13", "vI"])
def test_what_is_no_numeral_is_refused(roman: str) -> None:
    with pytest.raises(InputError, match="Roman numeral"):
        resolve_roman(roman, parse_key("C"))
