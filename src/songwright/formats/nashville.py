"""The Nashville number chart: what a studio band reads, in any key.

Conventions: four bars a row; a bar of several chords in round brackets, ``(4 5)`` when they share it evenly, with a
stroke a beat, ``(4''' 5')``, when they do not; ``-`` minor; ``5/7`` the 5 chord over the 7; a diamond ``◇1`` is struck
once and rings; ``·`` is a bar of nothing. To the right, where each line of the words begins.
Source: Williams (2012), *The Nashville Number System*.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from songwright.documents.score import Phrase, Score, Section
from songwright.formats.chord_bars import ChordBar, chords_by_bar
from songwright.formats.notation import beat_quarters

_BARS_A_ROW: Final = 4
_CUE_WORDS: Final = 5
_WIDTH: Final = 78
_MIN_CELL: Final = 10


def score_to_nashville(score: Score, *, duration_s: float | None = None) -> str:
    """Return a score as a number chart in plain text; ``duration_s`` is the song's length for the head."""
    beat = beat_quarters(score.metre)
    note = "♩." if beat.numerator == 3 else {Fraction(4): "o", Fraction(2): "half", Fraction(1, 2): "♪"}.get(beat, "♩")
    facts = [
        f"Key of {score.key.tonic}{' minor (numbers count from the major scale)' if score.key.mode == 'minor' else ''}",
        f"{score.metre.beats}/{score.metre.beat_unit}",
        f"{note} = {score.tempo_qpm / float(beat):g}",
    ]
    if duration_s is not None:
        minutes, seconds = divmod(round(duration_s), 60)
        facts.append(f"{minutes}:{seconds:02d}")
    charts = [_section_cells(score, section) for section in score.sections]
    cell = max([_MIN_CELL, *(len(text) + 2 for cells in charts for _, text in cells)])
    rows = [
        _line(score.title).upper().center(_WIDTH).rstrip(),
        _line(score.artist).center(_WIDTH).rstrip(),
        "",
        "   ".join(facts).center(_WIDTH).rstrip(),
    ]
    for index, (section, cells) in enumerate(zip(score.sections, charts, strict=True)):
        n_bars = len(cells)
        rows += ["", f"{_line(section.name).upper()}  ({n_bars} bar{'s' if n_bars != 1 else ''})"]
        phrases = [phrase for phrase in score.phrases if phrase.section_index == index]
        for start in range(0, n_bars, _BARS_A_ROW):
            row = cells[start : start + _BARS_A_ROW]
            numbers = "".join(text.ljust(cell) for _, text in row)
            is_first, is_last = start == 0, start + _BARS_A_ROW >= n_bars
            cues = [phrase for phrase in phrases if _begins_in(score, phrase, row, is_first=is_first, is_last=is_last)]
            words = " / ".join(_cue(phrase) for phrase in cues)
            rows.append(f"  {numbers.ljust(cell * _BARS_A_ROW)}  {words}".rstrip())
    legend = "(4 5) one bar, shared evenly   (4''' 5') beats   - minor   5/7 over the 7   ◇ strike and let ring"
    rows += ["", legend]
    return "\n".join(rows) + "\n"


def _section_cells(score: Score, section: Section) -> list[tuple[ChordBar, str]]:
    bars = chords_by_bar(score, section.start_quarters, section.end_quarters)
    return [(bar, _cell(score, bar)) for bar in bars]


def _cell(score: Score, bar: ChordBar) -> str:
    if not bar.chords:
        return "·"
    numbers = [_number(score, one.chord.nashville, one.chord is score.chords[-1], one.is_new) for one in bar.chords]
    if len(numbers) == 1:
        return numbers[0]
    lengths = [one.duration_quarters for one in bar.chords]
    if len(set(lengths)) == 1:
        return f"({' '.join(numbers)})"
    beat = beat_quarters(score.metre)
    beats = [
        number + ("'" * int(length / beat) if (length / beat).denominator == 1 else f"[{length / beat}]")
        for number, length in zip(numbers, lengths, strict=True)
    ]
    return f"({' '.join(beats)})"


def _number(score: Score, number: str, is_final: bool, is_new: bool) -> str:
    """Return a chord's number; the song's last chord rings when it has a bar or more."""
    if is_final and score.chords[-1].duration_quarters >= score.metre.bar_quarters:
        return f"◇{number}" if is_new else "~"
    return number


def _begins_in(
    score: Score, phrase: Phrase, row: Sequence[tuple[ChordBar, str]], *, is_first: bool, is_last: bool
) -> bool:
    """Whether a line belongs to a row: by its first bar; a pick-up of at most half a bar, by the bar it leads to."""
    start = phrase.start_quarters
    bar = score.metre.bar_quarters
    to_next = -start % bar
    if 0 < to_next <= bar / 2 and phrase.end_quarters > start + to_next:
        start += to_next
    first, end = row[0][0].start_quarters, row[-1][0].start_quarters + row[-1][0].duration_quarters
    return (start >= first or is_first) and (start < end or is_last)


def _cue(phrase: Phrase) -> str:
    words = [word.text for word in phrase.words[:_CUE_WORDS]]
    return " ".join(words) + (" ..." if len(phrase.words) > _CUE_WORDS else "")


def _line(text: str) -> str:
    return " ".join(text.split())
