"""Lines to phrases: how many bars a kind of section gives a line, and where a long line takes a second breath."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from songwright.composing.metre_grid import MetreGrid
from songwright.composing.text_setting import words_to_prosody
from songwright.documents.lyric import LyricLine, LyricSection, Word
from songwright.errors import InputError

COMFORTABLE_SYLLABLE_S: Final = 0.26
"""Mean syllable length below which a line asks for more room (Palmer & Kelly 1992: songs lie at 0.25 to 0.5 s)."""

LONGEST_PHRASE_S: Final = 7.5
SHORTEST_PHRASE_S: Final = 2.8
"""A phrase is a breath group: 2 to 7 s in speech and song (Watson & Hixon 1985)."""

FINAL_S: Final = 0.8
"""What the last note of a line likes to last, for choosing its number of bars."""

ANSWER_SYLLABLE_S: Final = 0.42
"""Room for each syllable of a gang answer."""

MIN_DIVIDED_SYLLABLES: Final = 5
"""A line of fewer syllables stays one phrase where its neighbours are two, and rests in the other one's place."""

MAX_SYLLABLES: Final = 160
"""A longer line is no line of a song."""


@dataclass(frozen=True)
class Piece:
    """What is sung in one phrase: a line, or a part of a long one.

    ``part`` counts the parts of one line from 0; ``n_bars`` is where the words lie, ``tail_bars`` what follows them
    empty (a gang answer, or the fourth line that a section of three does not have).
    """

    words: tuple[Word, ...]
    line_index: int
    part: int
    n_bars: int
    tail_bars: int
    answer_quarters: Fraction

    @property
    def total_bars(self) -> int:
        """Bars with the tail."""
        return self.n_bars + self.tail_bars

    @property
    def n_syllables(self) -> int:
        """Syllables of the lead."""
        return sum(len(word.syllables) for word in self.words)


@dataclass(frozen=True)
class LineShape:
    """What a kind of section gives a line: phrases of ``n_bars``, ``n_phrases`` of them (two for a long line)."""

    n_bars: int
    n_phrases: int


def choose_shape(lines: Sequence[LyricLine], grid: MetreGrid, syllable_s: float) -> LineShape:
    """The shape whose room in seconds is nearest to the lines' natural length, and that few lines outgrow.

    A line is one phrase of 2 bars (4 in 2/4) or of 4 bars in a quick metre, or two such phrases; a phrase stays under
    seven seconds, the length of a comfortable breath group.
    """
    counts = [len(line.syllables) for line in lines if line.syllables] or [6]
    bar_s = float(grid.bar_quarters) * grid.quarter_s
    options = [LineShape(n_bars, n) for n_bars in (2, 4, 8) for n in (1, 2) if n_bars * bar_s <= LONGEST_PHRASE_S]
    options = [shape for shape in options if shape.n_bars * bar_s >= SHORTEST_PHRASE_S] or [LineShape(2, 1)]

    def cost(shape: LineShape) -> float:
        room_s = shape.n_phrases * (shape.n_bars * bar_s - float(grid.rest_quarters) * grid.quarter_s)
        natural_s = statistics.median(counts) * syllable_s + shape.n_phrases * FINAL_S
        capacity = shape.n_phrases * phrase_capacity(grid, shape.n_bars, grid.rest_quarters)
        outgrown = sum(count > capacity for count in counts) / len(counts)
        return abs(math.log(natural_s / room_s)) + 3.0 * outgrown + 0.05 * shape.n_phrases

    return min(options, key=cost)


def answer_room(answer: Sequence[Word], grid: MetreGrid) -> Fraction:
    """Quarters that a gang answer needs after the line, whole beats."""
    n = sum(len(word.syllables) for word in answer)
    if n == 0:
        return Fraction(0)
    return Fraction(math.ceil((n * ANSWER_SYLLABLE_S + 0.2) / grid.quarter_s))


def section_to_pieces(section: LyricSection, grid: MetreGrid, shape: LineShape) -> tuple[Piece, ...]:
    """Cut a section's lines into phrases of the kind's shape and fill it up to whole pairs.

    Raises
    ------
    InputError
        For a section or line without words, and for a line of more than `MAX_SYLLABLES` syllables.
    """
    pieces: list[Piece] = []
    n_bars = shape.n_bars
    pair = 2 * n_bars
    capacity = phrase_capacity(grid, n_bars, grid.rest_quarters)
    for line_index, line in enumerate(section.lines):
        where = f"{section.name}, line {line_index + 1}"
        if not line.words:
            if line.answer and pieces:
                # A line that is only the gang's: an empty place after the line before it.
                last = pieces[-1]
                pieces[-1] = _with_tail(last, last.tail_bars + n_bars)
                continue
            raise InputError(f"{where}: no words for the lead to sing; give it at least one word outside the brackets")
        n = len(line.syllables)
        if n > MAX_SYLLABLES:
            raise InputError(f"{where}: {n} syllables; allowed are {MAX_SYLLABLES}. Break it into several lines.")
        room = answer_room(line.answer, grid)
        halves = shape.n_phrases == 2 and n >= MIN_DIVIDED_SYLLABLES
        parts = split_words(line.words, capacity, at_least=2 if halves else 1)
        for part, words in enumerate(parts):
            last_part = part == len(parts) - 1
            answer = room if last_part else Fraction(0)
            tail = 0
            n_here = sum(len(word.syllables) for word in words)
            if shape.n_phrases == 2 and len(parts) == 1:
                tail = n_bars
            elif answer and n_here > phrase_capacity(grid, n_bars, max(answer, grid.rest_quarters)):
                tail, answer = n_bars, Fraction(0)
            pieces.append(
                Piece(
                    words=words, line_index=line_index, part=part, n_bars=n_bars, tail_bars=tail, answer_quarters=answer
                )
            )
    if not pieces:
        raise InputError(f"{section.name}: no words to sing; write at least one line under the heading")
    # Periods are even: a section of three lines rests where the fourth would be.
    over = sum(piece.total_bars for piece in pieces) % pair
    if over:
        pieces[-1] = _with_tail(pieces[-1], pieces[-1].tail_bars + pair - over)
    return tuple(pieces)


def split_words(words: tuple[Word, ...], capacity: int, *, at_least: int = 1) -> list[tuple[Word, ...]]:
    """Cut words into as few parts as ``capacity`` syllables allow: even ones, at punctuation, not after function words.

    A single word longer than the capacity stays whole.
    """
    counts = [len(word.syllables) for word in words]
    total = sum(counts)
    n_parts = max(at_least, math.ceil(total / capacity))
    if n_parts <= 1 or len(words) == 1:
        return [words]
    for k in range(n_parts, len(words) + 1):
        cuts = _best_cuts(words, counts, k, capacity)
        if cuts is not None:
            return [words[a:b] for a, b in zip((0, *cuts), (*cuts, len(words)), strict=True)]
    return [(word,) for word in words]


def _best_cuts(words: tuple[Word, ...], counts: list[int], k: int, capacity: int) -> tuple[int, ...] | None:
    prosody_pause = []
    for word in words:
        prosody_pause.append(words_to_prosody((word,))[-1].pause_after)
    ideal = sum(counts) / k
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, 0): (0.0, ())}
    for part in range(1, k + 1):
        for stop in range(part, len(words) + 1):
            options = []
            for start in range(part - 1, stop):
                before = best.get((part - 1, start))
                size = sum(counts[start:stop])
                if before is None or (size > capacity and stop - start > 1):
                    continue
                cost = before[0] + ((size - ideal) / ideal) ** 2 * 4
                if stop < len(words):
                    cost += 0.0 if prosody_pause[stop - 1] else 1.0
                    cost += 2.0 if words[stop - 1].is_function_word else 0.0
                    cost -= 0.4 if words[stop].is_function_word else 0.0
                options.append((cost, (*before[1], stop) if stop < len(words) else before[1]))
            if options:
                best[(part, stop)] = min(options)
    found = best.get((k, len(words)))
    return found[1] if found else None


def phrase_capacity(grid: MetreGrid, n_bars: int, room_quarters: Fraction) -> int:
    """Syllables that sit comfortably in ``n_bars``, two quarters of pick-up and a last note taken off."""
    sing_s = float(n_bars * grid.bar_quarters - room_quarters) * grid.quarter_s - 0.6
    eighths = int((n_bars * grid.bar_quarters - room_quarters) * 2) - 2
    by_time = int(sing_s / COMFORTABLE_SYLLABLE_S) + 1
    return max(2, by_time if grid.allows_sixteenths else min(by_time, eighths))


def _with_tail(piece: Piece, tail_bars: int) -> Piece:
    return Piece(
        words=piece.words, line_index=piece.line_index, part=piece.part, n_bars=piece.n_bars, tail_bars=tail_bars,
        answer_quarters=piece.answer_quarters,
    )  # fmt: skip
