"""When each word of the lead is heard: the one timeline behind the LRC and the TTML.

A word starts with its first phoneme and ends with its last (the consonants before the beat belong to it). Where two
words would overlap, or a word would have no length, the earlier one gives way, so that times never run backwards.
Times are whole milliseconds: both formats say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Score
from songwright.errors import InputError

SHORTEST_WORD_MS: Final = 10
"""The step of LRC's hundredths; a word may not be shorter."""


@dataclass(frozen=True, kw_only=True)
class WordTime:
    """A word as printed, and when it is heard, in milliseconds of the audio files."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, kw_only=True)
class LineTime:
    """A sung line. ``section`` is the section's name, ``section_index`` its place in the score."""

    phrase: str
    section: str
    section_index: int
    words: tuple[WordTime, ...]

    @property
    def start_ms(self) -> int:
        """Where its first word starts."""
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        """Where its last word ends."""
        return self.words[-1].end_ms

    @property
    def text(self) -> str:
        """The words with spaces."""
        return " ".join(word.text for word in self.words)


def word_times(score: Score, performances: Sequence[PhrasePerformance]) -> tuple[LineTime, ...]:
    """Return every line of the lead with the times of its words, in rising order.

    Parameters
    ----------
    score
        The score; its phrases give the words as printed.
    performances
        The lead's performance of each phrase, found by name, in any order; others are ignored.

    Raises
    ------
    InputError
        If a phrase was not performed, or a word in it has no phoneme.
    """
    by_name = {performance.phrase: performance for performance in performances}
    lines = []
    for phrase in score.phrases:
        performance = by_name.get(phrase.name)
        if performance is None:
            raise InputError(f"phrase {phrase.name}: no performance, so its words have no times; sing it first")
        words = []
        for index, word in enumerate(phrase.words):
            phonemes = [one for one in performance.phonemes if one.word_index == index and one.note_index >= 0]
            if not phonemes:
                raise InputError(f"phrase {phrase.name}, word {index + 1} ({word.text!r}): no phoneme was sung")
            start_s = min(one.start_s for one in phonemes)
            end_s = max(one.start_s + one.duration_s for one in phonemes)
            words.append(WordTime(text=word.text, start_ms=max(round(1000 * start_s), 0), end_ms=round(1000 * end_s)))
        section = score.sections[phrase.section_index].name
        lines.append(
            LineTime(phrase=phrase.name, section=section, section_index=phrase.section_index, words=tuple(words))
        )
    return _in_order(lines)


def _in_order(lines: Sequence[LineTime]) -> tuple[LineTime, ...]:
    """Make starts rise and let no word reach into the next."""
    flat = [word for line in lines for word in line.words]
    ordered: list[WordTime] = []
    earliest = 0
    for word in flat:
        start = max(word.start_ms, earliest)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + SHORTEST_WORD_MS)))
        earliest = start + SHORTEST_WORD_MS
    ordered = [
        replace(word, end_ms=min(word.end_ms, ordered[i + 1].start_ms)) if i + 1 < len(ordered) else word
        for i, word in enumerate(ordered)
    ]
    place = 0
    result = []
    for line in lines:
        result.append(replace(line, words=tuple(ordered[place : place + len(line.words)])))
        place += len(line.words)
    return tuple(result)
