"""A document that was written and read again is the same document, and a wrong one says where it is wrong."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scores import scores, simple_lyric, simple_score

from songwright.documents.brief import Brief
from songwright.documents.codec import (
    canonical_json,
    document_from_json,
    document_from_parts,
    document_to_json,
    document_to_parts,
)
from songwright.documents.lyric import Lyric
from songwright.documents.performance import PhrasePerformance, TimedNote, TimedPhoneme
from songwright.documents.score import Score
from songwright.errors import InputError


def performance(name: str = "verse-1.1", n_controls: int = 40) -> PhrasePerformance:
    rng = np.random.default_rng(1)
    return PhrasePerformance(
        phrase=name,
        text="the river",
        start_s=0.25,
        duration_s=n_controls * 0.0125,
        phonemes=(
            TimedPhoneme(
                phoneme="ð",
                kind="onset",
                start_s=0.3,
                duration_s=0.1,
                note_index=0,
                word_index=0,
                stress=0,
                voiced=True,
            ),
        ),
        notes=(TimedNote(start_s=0.4, duration_s=0.2, midi_note=62, word_index=0),),
        f0_hz=rng.uniform(80, 400, n_controls).astype(np.float32),
        voiced=rng.random(n_controls) > 0.5,
        dynamics_db=rng.normal(size=n_controls).astype(np.float32),
    )


def assert_same_performance(a: PhrasePerformance, b: PhrasePerformance) -> None:
    for field in dataclasses.fields(PhrasePerformance):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right)
        else:
            assert left == right


@settings(max_examples=40, deadline=None)
@given(scores())
def test_a_score_survives_json(score: Score) -> None:
    text = document_to_json(score)
    again = document_from_json(Score, text)
    assert again == score
    assert document_to_json(again) == text
    assert canonical_json(again) == canonical_json(score)


def test_a_lyric_survives_json_and_is_readable() -> None:
    text = document_to_json(simple_lyric())
    assert document_from_json(Lyric, text) == simple_lyric()
    assert text.splitlines()[:3] == ["{", ' "document": "Lyric",', ' "schema": 1,']
    assert "ɹ" in text


_NAMES = st.text(max_size=12)


@given(
    st.builds(
        Brief,
        title=_NAMES,
        artist=_NAMES,
        singer=_NAMES,
        style=_NAMES,
        lyric=_NAMES,
        tempo_qpm=st.none() | st.floats(20, 400) | st.integers(20, 400),
        key=st.none() | _NAMES,
        mood=st.lists(_NAMES).map(tuple),
        form=st.lists(_NAMES).map(tuple),
    )
)
def test_a_brief_survives_json(brief: Brief) -> None:
    assert document_from_json(Brief, document_to_json(brief)) == brief


def test_a_performance_survives_in_parts() -> None:
    made = performance()
    text, arrays = document_to_parts(made)
    assert set(arrays) == {"f0_hz", "voiced", "dynamics_db"}
    assert_same_performance(document_from_parts(PhrasePerformance, text, arrays), made)


def test_a_tuple_of_performances_survives_in_parts() -> None:
    made = (performance(), performance("verse-1.2", 12))
    text, arrays = document_to_parts(made)
    assert arrays["1.f0_hz"].shape == (12,)
    for again, original in zip(document_from_parts(tuple[PhrasePerformance, ...], text, arrays), made, strict=True):
        assert_same_performance(again, original)


def test_arrays_do_not_go_into_text() -> None:
    with pytest.raises(InputError, match="f0_hz: an array of shape"):
        document_to_json(performance())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: arrays.pop("f0_hz"), "f0_hz: the array 'f0_hz' is missing"),
        (lambda arrays: arrays.update(f0_hz=arrays["f0_hz"][1:]), r"is float32 \[39\], expected float32 \[40\]"),
        (lambda arrays: arrays.update(f0_hz=arrays["f0_hz"].astype(np.float64)), "expected float32"),
    ],
)
def test_wrong_arrays_are_refused(change: Any, message: str) -> None:
    text, arrays = document_to_parts(performance())
    change(arrays)
    with pytest.raises(InputError, match=message):
        document_from_parts(PhrasePerformance, text, arrays)


def test_an_array_of_another_type_is_refused_even_when_the_text_agrees() -> None:
    text, arrays = document_to_parts(performance())
    arrays["voiced"] = arrays["voiced"].astype(np.float32)
    with pytest.raises(InputError, match=r"voiced.*expected bool"):
        document_from_parts(PhrasePerformance, text.replace('"dtype": "bool"', '"dtype": "float32"'), arrays)


def test_canonical_bytes_tell_documents_apart_by_every_sample() -> None:
    made = performance()
    nudged = made.f0_hz.copy()
    nudged[7] = np.nextafter(nudged[7], np.float32(1e9))
    same = dataclasses.replace(made, f0_hz=made.f0_hz[::-1][::-1])
    assert canonical_json(same) == canonical_json(made)
    assert canonical_json(dataclasses.replace(made, f0_hz=nudged)) != canonical_json(made)
    assert canonical_json(dataclasses.replace(made, start_s=0.26)) != canonical_json(made)
    assert canonical_json((made,)) != canonical_json((made, made))


def test_equal_documents_have_equal_canonical_bytes() -> None:
    whole, real = simple_score(tempo_qpm=96), simple_score(tempo_qpm=96.0)
    assert whole == real
    assert canonical_json(whole) == canonical_json(real)
    assert canonical_json({"b": 1, "a": -0.0}) == canonical_json({"a": 0.0, "b": 1}) == b'{"a":0.0,"b":1}'


@dataclass(frozen=True, kw_only=True)
class _Everything:
    schema: ClassVar[int] = 3
    pair: tuple[int, str]
    either: int | float | str
    mood: Literal["dark", "bright"]
    table: Mapping[str, tuple[float, ...]]
    flag: bool
    maybe: Fraction | None = None


@given(
    st.builds(
        _Everything,
        pair=st.tuples(st.integers(), st.text()),
        either=st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        mood=st.sampled_from(["dark", "bright"]),
        table=st.dictionaries(st.text(), st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple)),
        flag=st.booleans(),
        maybe=st.none() | st.fractions(),
    )
)
def test_every_kind_of_field_survives(made: _Everything) -> None:
    again = document_from_json(_Everything, document_to_json(made))
    assert again == made
    assert type(again.either) is type(made.either)


_GOOD: dict[str, Any] = json.loads(
    document_to_json(_Everything(pair=(1, "a"), either=1.5, mood="dark", table={"x": (1.0,)}, flag=True))
)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("schema", 4, "schema 4 is from a newer Songwright, this one reads schema 3"),
        ("schema", 2, "schema 2 is from an older"),
        ("schema", "3", "schema number is missing"),
        ("document", "Score", 'this is a "Score", expected a _Everything'),
        ("flagg", True, "unknown key 'flagg'; a _Everything has pair"),
        ("pair", [1], r"song\.json\.pair: found 1 items, expected 2"),
        ("pair", [1, 2], r"song\.json\.pair\[1\]: found 2, expected text"),
        ("pair", "ab", "expected a list"),
        ("either", True, "expected a whole number"),
        ("mood", "drak", "found \"drak\", allowed are 'dark', 'bright'"),
        ("table", {"x": [1, "2"]}, r'table\.x\[1\]: found "2", expected a number'),
        ("flag", 1, "expected true or false"),
        ("maybe", "3/0", 'found "3/0", expected a fraction such as "3/2"'),
        ("maybe", 1.5, "expected a fraction"),
        ("flag", None, "found null, expected true or false"),
    ],
)
def test_a_wrong_document_says_where(key: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        document_from_json(_Everything, json.dumps(_GOOD | {key: value}), source="song.json")


def test_missing_keys_are_named_but_a_default_may_be_absent() -> None:
    without = {key: value for key, value in _GOOD.items() if key != "maybe"}
    assert document_from_json(_Everything, json.dumps(without)).maybe is None
    del without["flag"]
    with pytest.raises(InputError, match="the key 'flag' is missing"):
        document_from_json(_Everything, json.dumps(without))


def test_text_that_is_not_json_gives_line_and_column() -> None:
    with pytest.raises(InputError, match=r"song\.json, line 2 column 3: not JSON"):
        document_from_json(Lyric, "{\n  broken", source="song.json")
    with pytest.raises(InputError, match="the key 'schema' is written twice"):
        document_from_json(Lyric, '{"schema": 1, "schema": 1, "sections": []}')


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    brief = Brief(title="a", artist="b", singer="c", style="d", lyric="e", tempo_qpm=number)
    with pytest.raises(InputError, match="tempo_qpm"):
        document_to_json(brief)
    with pytest.raises(InputError, match="tempo_qpm: found NaN"):
        document_from_json(Brief, document_to_json(dataclasses.replace(brief, tempo_qpm=1)).replace("1.0", "NaN"))


def test_what_a_document_refuses_is_said_with_its_place() -> None:
    text = document_to_json(simple_score()).replace('"midi_note": 74', '"midi_note": 174')
    with pytest.raises(InputError, match=r"document\.phrases\[2\]\.notes\[0\]: note at quarter 48: MIDI note 174"):
        document_from_json(Score, text)
