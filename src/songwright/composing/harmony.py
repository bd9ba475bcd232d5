"""Chords: a loop for each kind of section, then a path through the section that keeps to the loop and closes its lines.

Two searches, both exact. First a loop of bars is drawn from *all* loops that the style's transition weights allow, with
its probability (a seed's choice). Then a Viterbi search (Viterbi 1967) over half bars finds the cheapest path under
named costs: departure from the loop, an unusual transition, slow and fast harmonic rhythm, and the cadence terms.

Sources: de Clercq & Temperley (2011), "A corpus analysis of rock harmony" (roots that follow one another; IV as a full
partner of V; plagal and bVII cadences); Tagg (2014), *Everyday Tonality II*, on loops and shuttles; Caplin (1998),
*Classical Form*, for antecedent and consequent: a half cadence answered by a full one; Temperley (2018), *The Musical
Language of Rock*, for harmonic rhythm of a bar.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from songwright.documents.style import HarmonyTable, ModeHarmony, Weights

OFF_LOOP: Final = 2.6
"""A half bar whose chord is not the loop's."""
UNUSUAL: Final = 4.5
"""A transition that the style's table does not list (nats; about one in ninety)."""
CADENCE_MISSED: Final = 7.0
"""The bar of a line's end does not hold the cadence's chord."""
APPROACH_MISSED: Final = 2.0
"""The chord before a full cadence is not the one that the cadence needs."""
CADENCE_STALE: Final = 1.5
"""The chord of a half cadence is already there before it."""
POOR_LOOP: Final = 2.5
"""Nats against a loop of fewer than three different chords, or with one chord on half of its bars or more."""

TONICS: Final = {"major": "I", "minor": "i"}
CADENCE_CHORDS: Final = {
    "authentic": ("V", "V7"), "plagal": ("IV", "iv"), "minor_plagal": ("iv",), "subtonic": ("VII",),
}  # fmt: skip
"""What comes before the tonic in each full cadence."""


@dataclass(frozen=True)
class LineEnd:
    """How a line closes, and in which bar: ``open`` (half cadence), ``full``, or ``None`` (the loop goes on)."""

    n_bars: int
    closing_bar: int
    close: str | None


def mode_harmony(table: HarmonyTable, mode: str) -> ModeHarmony:
    """The chords of ``major`` or ``minor``."""
    return table.major if mode == "major" else table.minor


def draw_loop(
    table: HarmonyTable, mode: str, kind: str, rng: np.random.Generator, *, avoid: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """Draw a loop of ``table.loop_bars`` bars, one numeral a bar, with its probability under the style's weights.

    Parameters
    ----------
    table, mode
        The style's chords, ``major`` or ``minor``.
    rng
        The dice.
    kind
        Section kind; its ``starts`` give the first chord (``verse`` where the kind has none).
    avoid
        A loop that this one should differ from (the verse's, for a chorus).
    """
    harmony = mode_harmony(table, mode)
    starts = dict(harmony.starts)
    first = starts.get(kind, starts["verse"])
    following = {name: dict(weights) for name, weights in harmony.following}
    # A loop of eight bars (a waltz) is drawn as four chords of two bars.
    n_chords = min(table.loop_bars, 4)
    cost_of = _transition_costs(harmony)
    loops: list[tuple[str, ...]] = []
    costs: list[float] = []
    first_costs = _costs(first)
    for chord, start_cost in first_costs.items():
        stack: list[tuple[tuple[str, ...], float]] = [((chord,), start_cost)]
        while stack:
            loop, cost = stack.pop()
            if len(loop) < n_chords:
                for follower in following[loop[-1]]:
                    if follower == loop[-1] and (table.hold_cost > 0.5 or follower != TONICS[mode]):
                        continue
                    stack.append(((*loop, follower), cost + cost_of[(loop[-1], follower)]))
                continue
            cost += cost_of.get((loop[-1], loop[0]), UNUSUAL)
            if loop[-1] == loop[0]:
                cost += 1.0
            counts = [loop.count(name) for name in set(loop)]
            if n_chords == 4 and (len(counts) < 3 or max(counts) > 2):
                cost += POOR_LOOP
            if avoid is not None and loop == avoid[:: max(1, len(avoid) // n_chords)]:
                cost += 3.0
            loops.append(loop)
            costs.append(cost)
    weights = np.exp(-(np.array(costs) - min(costs)))
    chosen = loops[int(rng.choice(len(loops), p=weights / weights.sum()))]
    repeat = table.loop_bars // n_chords
    return tuple(itertools.chain.from_iterable([name] * repeat for name in chosen))


def draw_cadence(weights: Weights, rng: np.random.Generator) -> str:
    """Draw one name by its weight."""
    names = [name for name, _ in weights]
    numbers = np.array([weight for _, weight in weights])
    return names[int(rng.choice(len(names), p=numbers / numbers.sum()))]


def fit_section(
    table: HarmonyTable,
    mode: str,
    loop: Sequence[str],
    lines: Sequence[LineEnd],
    *,
    half_bars: bool,
    half_cadence: str,
    full_cadence: str,
) -> tuple[tuple[str, ...], ...]:
    """Chords of a section: the cheapest path that keeps to the loop and closes the lines as asked.

    Parameters
    ----------
    table, mode
        The style's chords, ``major`` or ``minor``.
    loop
        One numeral a bar, repeated over the section.
    lines
        Length and ending of every line.
    half_bars
        Whether a bar may hold two chords (4/4).
    half_cadence, full_cadence
        The chord of open endings; the way of closing full ones.

    Returns
    -------
    tuple of tuple of str
        For every line its chords, one a step: two steps a bar with ``half_bars``, else one.
    """
    harmony = mode_harmony(table, mode)
    names = list(harmony.numerals)
    index = {name: i for i, name in enumerate(names)}
    steps_per_bar = 2 if half_bars else 1
    tonic = index[TONICS[mode]]
    approach = [index[name] for name in CADENCE_CHORDS[full_cadence] if name in index]
    n_bars = sum(line.n_bars for line in lines)
    n_steps = n_bars * steps_per_bar
    local = np.zeros((n_steps, len(names)))
    for step in range(n_steps):
        local[step] += OFF_LOOP / steps_per_bar
        local[step, index[loop[step // steps_per_bar % len(loop)]]] = 0.0
    bar = 0
    for line in lines:
        last_bar = bar + line.closing_bar
        end_bar = bar + line.n_bars
        if line.close is not None:
            target = tonic if line.close == "full" else index[half_cadence]
            for closing_bar in range(last_bar, end_bar):
                for part in range(steps_per_bar):
                    step = closing_bar * steps_per_bar + part
                    local[step] = CADENCE_MISSED / steps_per_bar
                    local[step, target] = 0.0
        if line.close == "full" and approach and last_bar > 0:
            before = last_bar * steps_per_bar - 1
            local[before] = np.minimum(local[before], OFF_LOOP / steps_per_bar) + APPROACH_MISSED
            local[before, approach] = 0.0
        if line.close == "open" and last_bar > 0:
            local[last_bar * steps_per_bar - 1, index[half_cadence]] += CADENCE_STALE
        bar = end_bar
    costs = _transition_costs(harmony)
    move = np.full((len(names), len(names)), UNUSUAL)
    for (a, b), cost in costs.items():
        move[index[a], index[b]] = min(cost, UNUSUAL)
    change = move + table.split_cost
    over_bar = move.copy()
    np.fill_diagonal(change, 0.0)
    np.fill_diagonal(over_bar, table.hold_cost)
    total = local[0].copy()
    back = np.zeros((n_steps, len(names)), dtype=int)
    for step in range(1, n_steps):
        matrix = total[:, None] + (over_bar if step % steps_per_bar == 0 else change)
        back[step] = matrix.argmin(axis=0)
        total = matrix.min(axis=0) + local[step]
    path = [int(total.argmin())]
    for step in range(n_steps - 1, 0, -1):
        path.append(int(back[step][path[-1]]))
    path.reverse()
    result, position = [], 0
    for line in lines:
        length = line.n_bars * steps_per_bar
        result.append(tuple(names[i] for i in path[position : position + length]))
        position += length
    return tuple(result)


def _costs(weights: Weights) -> dict[str, float]:
    total = sum(weight for _, weight in weights)
    return {name: -math.log(weight / total) for name, weight in weights}


def _transition_costs(harmony: ModeHarmony) -> dict[tuple[str, str], float]:
    return {(before, after): cost for before, weights in harmony.following for after, cost in _costs(weights).items()}
