"""Chords: loops obey the style's table, sections close as asked, whatever the dice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songwright.composing.harmony import LineEnd, draw_loop, fit_section
from songwright.formats.style_file import list_styles, load_style


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("name", list_styles())
def test_loops_follow_the_table(name: str, mode: str) -> None:
    table = load_style(name).harmony
    harmony = table.major if mode == "major" else table.minor
    following = {chord: dict(weights) for chord, weights in harmony.following}
    drawn = {draw_loop(table, mode, "verse", np.random.default_rng(seed)) for seed in range(30)}
    assert len(drawn) >= 8
    for loop in drawn:
        assert len(loop) == table.loop_bars
        assert loop[0] in dict(dict(harmony.starts)["verse"])
        assert all(b in following[a] or a == b for a, b in pairwise(loop))


@pytest.mark.parametrize("cadence", ["authentic", "plagal"])
def test_a_section_closes_as_asked_and_keeps_to_its_loop(cadence: str) -> None:
    table = load_style("stomp-clap-hey").harmony
    loop = ("vi", "IV", "I", "V")
    lines = [LineEnd(n_bars=2, closing_bar=1, close=close) for close in (None, "open", None, "full")]
    chords = fit_section(table, "major", loop, lines, half_bars=True, half_cadence="V", full_cadence=cadence)
    bars = [line[i : i + 2] for line in chords for i in (0, 2)]
    assert bars[3] == ("V", "V")
    assert bars[7] == ("I", "I")
    assert bars[6][1] == {"authentic": "V", "plagal": "IV"}[cadence]
    assert [bar[0] for bar in bars[:4]] == list(loop)
    assert bars[4] == ("vi", "vi")
