"""Text to metre: a dynamic programme that gives each syllable of a phrase its moment.

The exact optimum over all placements on the grid of a sum of named costs (nats are not meant: the scale is the cost of
one clear fault, 3 for a content word's primary stress on a weak moment).

Sources: Halle & Lerdahl (1993), "A generative textsetting model", for stress-to-beat matching and the even spread of
syllables; Lerdahl & Jackendoff (1983), metrical preference rules 4 (stress) and 5 (length); Palmer & Kelly (1992),
"Linguistic prosody and musical meter in song", for lengthening of stressed and line-final syllables and for function
words; Temperley (2001), *The Cognition of Basic Musical Structures*, chapter 9, for syncopation as an anticipated beat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from songwright.composing.metre_grid import MIN_FINAL_S, MIN_SYLLABLE_S, MetreGrid
from songwright.documents.lyric import Word
from songwright.errors import InputError

STRESS_WEAK: Final = 3.0
"""Primary stress of a content word on an eighth off the beat that is not held over the next beat."""
STRESS_ON_BEAT: Final = {3: 0.0, 2: 0.15, 1: 0.7}
"""The same on a beat, by metrical strength."""
SYNCOPATION: Final = 1.6
"""The same on an anticipation held over the beat, in a style never pushed; falls to 0.3 in one that always is."""
UNSTRESSED_STRONG: Final = {3: 2.0, 2: 1.2, 1: 0.35}
"""An unstressed syllable on a beat, by strength."""
FUNCTION_STRONG: Final = {3: 1.6, 2: 0.9, 1: 0.2}
"""A function word of one syllable on a beat: it can carry one where it must, so a little cheaper."""
HALF_STRONG: Final = {3: 0.3, 2: 0.1, 1: 0.0}
HALF_WEAK: Final = 0.5
"""A secondary stress, or the stress of a longer function word (*over*), on a beat by strength, and off the beat."""
OFF_BEAT_IN_THREE: Final = 0.3
"""A syllable between the beats of three-four: a waltz goes in quarters."""
INTERJECTIONS: Final = frozenset({"oh", "o", "ooh", "ah", "well"})
"""Words that singers put anywhere."""
WORD_REVERSED: Final = 1.5
"""Inside one word, the more stressed of two neighbours lies on the weaker moment (stress matching)."""
LENGTH: Final = 1.1
"""Squared octaves of departure from the syllable length aimed at."""
LONGER: Final = 0.7
"""Factor on that for syllables longer than aimed at: a held vowel sings, a hurried one does not."""
LONG_INSIDE: Final = 2.0
"""A syllable inside the line that lasts over 1.2 s, unless punctuation follows."""
WORD_TORN: Final = 1.0
"""An unstressed syllable inside a word that lasts longer than 0.7 s."""
FINAL_ON: Final = {3: 0.0, 2: 0.4, 1: 1.1, 0: 3.5, -1: 5.0}
"""Where the line's last stressed syllable lies, by strength."""
FINAL_EARLY: Final = 0.7
"""For each beat that the line ends before its last bar."""
FINAL_SHORT: Final = 2.5
"""The last note has less than 0.6 s."""
ENTRY: Final = 0.5
"""For each beat between the first accent and the entry that this kind of section has drawn."""
DENSE: Final = 4.0
"""Sixteenths have to be this much better than eighths: a tune that can be tapped is a tune that is kept."""
OFF_EIGHTH: Final = 0.25
"""A syllable on a sixteenth between eighths."""
LATE_START: Final = 0.6
"""For each beat by which the first syllable comes after both the bar line and the entry: no holes before the words."""
OFF_PATTERN: Final = 0.9
"""A syllable where the parallel line has none."""
PATTERN_SKIPPED: Final = 0.5
"""A moment where the parallel line has a syllable and this one has none."""


@dataclass(frozen=True)
class Placed:
    """A syllable's moment and length in quarters, from the phrase's first bar line."""

    start_quarters: Fraction
    duration_quarters: Fraction


@dataclass(frozen=True)
class Prosody:
    """What text-setting knows of a syllable: ``accent`` 2 content stress, 1 secondary or function word, 0 none."""

    accent: int
    is_function: bool
    starts_word: bool
    ends_word: bool
    pause_after: bool


@dataclass(frozen=True)
class Groove:
    """The rhythmic habits that a kind of section has drawn for this song.

    ``syllable_s`` is the length aimed at, ``entry_quarters`` where the first accent likes to fall, ``syncopation``
    0..1, and ``slot_bias`` a small liking or disliking of each eighth of a bar, so that songs differ.
    """

    syllable_s: float
    entry_quarters: Fraction
    syncopation: float
    slot_bias: tuple[float, ...]


def words_to_prosody(words: tuple[Word, ...]) -> list[Prosody]:
    """One entry a syllable."""
    result = []
    for word in words:
        pause = word.text.rstrip("\"'’”)").endswith((",", ";", ":", ".", "!", "?", "—", "–", "…"))
        n = len(word.syllables)
        for i, syllable in enumerate(word.syllables):
            if word.is_function_word and n == 1:
                accent = 1
            else:
                accent = {1: 1 if word.is_function_word else 2, 2: 1, 0: 0}[syllable.stress]
            if n == 1 and word.spoken in INTERJECTIONS:
                result.append(Prosody(1, False, True, True, pause))
                continue
            # A content word of one syllable is stressed even where the dictionary gives it no mark.
            if n == 1 and not word.is_function_word:
                accent = 2
            result.append(
                Prosody(
                    accent=accent,
                    is_function=word.is_function_word,
                    starts_word=i == 0,
                    ends_word=i == n - 1,
                    pause_after=pause and i == n - 1,
                )
            )
    return result


def set_phrase(
    words: tuple[Word, ...],
    grid: MetreGrid,
    groove: Groove,
    *,
    n_bars: int,
    room_quarters: Fraction,
    pickup_quarters: Fraction,
    where: str,
    pattern: frozenset[Fraction] | None = None,
) -> tuple[Placed, ...]:
    """Give every syllable of a phrase its moment: the cheapest of all placements.

    Parameters
    ----------
    words
        The phrase, at least one syllable.
    grid, groove
        Metre and tempo; the section's rhythmic habits.
    n_bars
        Length of the phrase's place.
    room_quarters
        What has to stay free at its end (breath, gang answer, the next pick-up).
    pickup_quarters
        How far before its bar line it may start.
    where
        Musical coordinates for the error message.
    pattern
        Onsets of the parallel line, which this one follows where its words allow.

    Returns
    -------
    tuple of Placed
        One a syllable, in order, not overlapping. The last one ends where its room begins, or after two seconds.

    Raises
    ------
    InputError
        If the syllables do not fit at a singable speed.
    """
    prosody = words_to_prosody(words)
    best: tuple[float, tuple[Placed, ...]] | None = None
    for dense in (False, True) if grid.allows_sixteenths else (False,):
        found = _search(prosody, grid, groove, n_bars, room_quarters, pickup_quarters, pattern, dense=dense)
        if found is not None and (best is None or found[0] < best[0] - (DENSE if dense else 0.0)):
            best = found
    if best is None:
        seconds = float(n_bars * grid.bar_quarters - room_quarters + pickup_quarters) * grid.quarter_s
        raise InputError(
            f"{where}: {len(prosody)} syllables do not fit into {n_bars} bars at {grid.tempo_qpm:g} qpm "
            f"({seconds:.1f} s to sing in). Shorten the line, break it in two, or slow down."
        )
    return best[1]


def _search(
    prosody: list[Prosody],
    grid: MetreGrid,
    groove: Groove,
    n_bars: int,
    room: Fraction,
    pickup: Fraction,
    pattern: frozenset[Fraction] | None,
    *,
    dense: bool,
) -> tuple[float, tuple[Placed, ...]] | None:
    step = grid.step_quarters(dense=dense)
    step_s = float(step) * grid.quarter_s
    end = n_bars * grid.bar_quarters - room
    first = -(pickup // step)
    n_slots = int(end // step) - first
    n = len(prosody)
    if n_slots < n:
        return None
    moments = [(first + i) * step for i in range(n_slots)]
    strengths = [grid.strength(moment) for moment in moments]
    min_gap = max(1, math.ceil(MIN_SYLLABLE_S / step_s - 1e-9))
    max_gap = max(min_gap, int(2.4 / step_s))
    accents = [p.accent for p in prosody]
    last_accent = max((i for i in range(n) if accents[i] == 2), default=n - 1)
    last_accent = last_accent if last_accent >= n - 2 else n - 1
    first_accent = next((i for i in range(n) if accents[i] == 2), 0)

    off_pattern = [0.0] * n_slots
    skipped = [0.0] * (n_slots + 1)
    if pattern is not None:
        for i, moment in enumerate(moments):
            off_pattern[i] = 0.0 if moment in pattern else OFF_PATTERN
            skipped[i + 1] = skipped[i] + (PATTERN_SKIPPED if moment in pattern else 0.0)

    place = np.zeros((n, n_slots))
    for i in range(n):
        for slot in range(n_slots):
            cost = _moment_cost(prosody[i], strengths[slot]) + off_pattern[slot]
            cost += groove.slot_bias[int(moments[slot] % grid.bar_quarters * 2) % len(groove.slot_bias)]
            cost += OFF_EIGHTH if strengths[slot] < 0 else 0.0
            cost += OFF_BEAT_IN_THREE if grid.metre.beats == 3 and strengths[slot] < 1 else 0.0
            if i == first_accent:
                cost += ENTRY * abs(float(moments[slot] - groove.entry_quarters))
            if i == last_accent:
                cost += FINAL_ON[strengths[slot]]
                early = float((n_bars - 1) * grid.bar_quarters - moments[slot])
                cost += FINAL_EARLY * max(0.0, early)
            place[i, slot] = cost

    gap_cost = [
        [_gap_cost(p, gap * step_s, groove, stretched=i == last_accent) for gap in range(max_gap + 1)]
        for i, p in enumerate(prosody)
    ]
    anticipated = 0.3 + (SYNCOPATION - 0.3) * (1.0 - groove.syncopation)

    total = [[math.inf] * n_slots for _ in range(n)]
    back = [[-1] * n_slots for _ in range(n)]
    for slot in range(n_slots):
        late = float(moments[slot] - max(groove.entry_quarters, Fraction(0)))
        total[0][slot] = float(place[0, slot]) + skipped[slot] + LATE_START * max(0.0, late)
    for i in range(1, n):
        for slot in range(i * min_gap, n_slots):
            here = float(place[i, slot])
            best_cost, best_slot = math.inf, -1
            for gap in range(min_gap, min(max_gap, slot) + 1):
                before = slot - gap
                cost = total[i - 1][before]
                if cost == math.inf:
                    continue
                cost += gap_cost[i - 1][gap] + skipped[slot] - skipped[before + 1]
                cost += _syncopation_cost(accents[i - 1], strengths, before, slot, anticipated)
                if (
                    not prosody[i].starts_word
                    and (accents[i] - accents[i - 1]) * (strengths[slot] - strengths[before]) < 0
                ):
                    cost += WORD_REVERSED
                if cost < best_cost:
                    best_cost, best_slot = cost, before
            total[i][slot] = best_cost + here
            back[i][slot] = best_slot
    final_cost, final_slot = math.inf, -1
    for slot in range(n_slots):
        left_s = float(end - moments[slot]) * grid.quarter_s
        if left_s < MIN_FINAL_S - 1e-9 or total[n - 1][slot] == math.inf:
            continue
        cost = total[n - 1][slot] + skipped[n_slots] - skipped[slot + 1]
        cost += _syncopation_cost(accents[n - 1], strengths, slot, n_slots, anticipated)
        cost += FINAL_SHORT if left_s < 0.6 else 0.0
        if cost < final_cost:
            final_cost, final_slot = cost, slot
    if final_slot < 0:
        return None
    slots = [final_slot]
    for i in range(n - 1, 0, -1):
        slots.append(back[i][slots[-1]])
    slots.reverse()
    starts = [moments[slot] for slot in slots]
    ends = [*starts[1:], min(end, starts[-1] + longest_final(grid))]
    return final_cost, tuple(
        Placed(start_quarters=start, duration_quarters=stop - start) for start, stop in zip(starts, ends, strict=True)
    )


def longest_final(grid: MetreGrid) -> Fraction:
    """Two seconds in whole eighths: the longest last note of a line."""
    return Fraction(max(1, int(2.0 / grid.quarter_s * 2)), 2)


def _moment_cost(p: Prosody, strength: int) -> float:
    if p.accent == 2:
        return STRESS_ON_BEAT.get(strength, 0.0)  # off the beat: see _syncopation_cost
    if p.accent == 1 and not (p.starts_word and p.ends_word):
        return HALF_STRONG.get(strength, HALF_WEAK)
    if strength <= 0:
        return 0.0
    if p.accent == 1:
        return FUNCTION_STRONG[strength] if p.is_function else 0.0
    return UNSTRESSED_STRONG[strength]


def _syncopation_cost(accent: int, strengths: list[int], slot: int, next_slot: int, anticipated: float) -> float:
    """Cost of a content stress off the beat: small when it is held over a stronger moment, a fault when it is not."""
    if accent != 2 or strengths[slot] >= 1:
        return 0.0
    if slot + 1 < len(strengths) and next_slot > slot + 1 and strengths[slot + 1] > strengths[slot]:
        return anticipated
    return STRESS_WEAK


def _gap_cost(p: Prosody, seconds: float, groove: Groove, *, stretched: bool) -> float:
    if seconds <= 0:
        return math.inf
    aim = groove.syllable_s * (1.25 if p.accent == 2 else 0.85) * (1.7 if stretched else 1.0)
    cost = LENGTH * math.log2(seconds / aim) ** 2
    if seconds > aim:
        cost *= 0.35 if p.pause_after else LONGER
    if seconds > 1.2 and not p.pause_after:
        cost += LONG_INSIDE
    if p.accent == 0 and not p.ends_word and seconds > 0.7:
        cost += WORD_TORN
    return cost
