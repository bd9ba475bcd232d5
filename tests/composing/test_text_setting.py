"""Words on the grid: scansions that any singer would choose, and laws for lines of any shape."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songwright.composing.metre_grid import MetreGrid
from songwright.composing.text_setting import Groove, Placed, set_phrase
from songwright.documents.lyric import Syllable, Word
from songwright.documents.score import Metre
from songwright.errors import InputError
from songwright.phonology import text_to_words

COMMON = MetreGrid(metre=Metre(beats=4, beat_unit=4), tempo_qpm=104.0)
THREE = MetreGrid(metre=Metre(beats=3, beat_unit=4), tempo_qpm=126.0)
WALTZ = Groove(syllable_s=0.42, entry_quarters=Fraction(0), syncopation=0.0, slot_bias=(0.0,) * 6)
SQUARE = Groove(syllable_s=0.33, entry_quarters=Fraction(0), syncopation=0.5, slot_bias=(0.0,) * 8)


def place(
    words: tuple[Word, ...], grid: MetreGrid, n_bars: int, pattern: frozenset[Fraction] | None = None
) -> tuple[Placed, ...]:
    return set_phrase(
        words, grid, WALTZ if grid is THREE else SQUARE, n_bars=n_bars, room_quarters=grid.rest_quarters,
        pickup_quarters=Fraction(3, 2),
        where="verse 1, line 1", pattern=pattern,
    )  # fmt: skip


def downbeats(text: str, grid: MetreGrid, n_bars: int) -> list[str]:
    words = text_to_words(text)
    syllables = [syllable.text.lower() for word in words for syllable in word.syllables]
    return [
        syllable for syllable, placed in zip(syllables, place(words, grid, n_bars), strict=True)
        if placed.start_quarters % grid.bar_quarters == 0
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "grid", "n_bars", "expected"),
    [
        ("the river is rising tonight", COMMON, 2, ["riv", "night"]),
        ("oh carry me over the water", THREE, 4, ["car", "o", "wa"]),
        ("when winter comes down", COMMON, 2, ["win", "down"]),
    ],
)
def test_accents_fall_where_a_singer_puts_them(text: str, grid: MetreGrid, n_bars: int, expected: list[str]) -> None:
    found = downbeats(text, grid, n_bars)
    assert [syllable for syllable in found if syllable in expected] == expected
    assert not {"the", "is", "me", "oh", "when"} & set(found)


def test_a_parallel_line_takes_its_pattern() -> None:
    first = place(text_to_words("the river is rising tonight"), COMMON, 2)
    pattern = frozenset(placed.start_quarters for placed in first)
    second = place(text_to_words("the women are calling my name"), COMMON, 2, pattern)
    assert [p.start_quarters for p in second] == [p.start_quarters for p in first]


def test_too_many_syllables_are_refused_in_musical_coordinates() -> None:
    with pytest.raises(InputError, match=r"verse 1, line 1: 40 syllables do not fit into 2 bars at 104 qpm"):
        place(text_to_words("singing " * 20), COMMON, 2)


def made(stresses: list[tuple[int, bool]]) -> tuple[Word, ...]:
    return tuple(
        Word(
            text="la", spoken="la", is_function_word=function,
            syllables=(Syllable(text="la", onset=("l",), nucleus="ɑ", coda=(), stress=stress),),
        )
        for stress, function in stresses
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    stresses=st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.booleans()), min_size=1, max_size=11),
    tempo_qpm=st.sampled_from([60.0, 76.0, 104.0, 138.0]),
)
def test_any_line_is_sung_in_order_without_overlap_and_leaves_its_breath(
    stresses: list[tuple[int, bool]], tempo_qpm: float
) -> None:
    grid = MetreGrid(metre=Metre(beats=4, beat_unit=4), tempo_qpm=tempo_qpm)
    placed = place(made(stresses), grid, 2)
    assert len(placed) == len(stresses)
    assert placed[0].start_quarters >= Fraction(-3, 2)
    for before, after in pairwise(placed):
        assert before.start_quarters + before.duration_quarters == after.start_quarters
    end = placed[-1].start_quarters + placed[-1].duration_quarters
    assert end <= 2 * grid.bar_quarters - grid.rest_quarters
    assert min(float(p.duration_quarters) * grid.quarter_s for p in placed) >= 0.16
