"""The lead sheet as ChordPro: words with each chord before the syllable that it falls on.

Sections without words are grids, a bar between two strokes and a point for each further beat. What the gang answers is
in round brackets at the end of its line. A chord that comes while a syllable is held stands after that syllable.
Source: ChordPro 6 file format (chordpro.org): directives, environments, ``grid``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from songwright.documents.lyric import Lyric
from songwright.documents.score import Chord, Note, Phrase, Score, Section
from songwright.formats.chord_bars import ChordBar, chords_by_bar
from songwright.formats.notation import beat_quarters

_BRACKETS: Final = str.maketrans("[]{}", "()()")
_ENVIRONMENTS: Final = {"chorus": "chorus", "bridge": "bridge"}
"""Sections of other kinds are verses to ChordPro; their label says what they are."""
_BARS_A_ROW: Final = 4


def score_to_chordpro(score: Score, *, lyric: Lyric | None = None, duration_s: float | None = None) -> str:
    """Return a score as ChordPro text; ``lyric`` adds what the gang answers, ``duration_s`` the song's length."""
    rows = [
        f"{{title: {_plain(score.title)}}}",
        f"{{artist: {_plain(score.artist)}}}",
        f"{{key: {score.key.tonic}{'m' if score.key.mode == 'minor' else ''}}}",
        f"{{tempo: {score.tempo_qpm:g}}}",
        f"{{time: {score.metre.beats}/{score.metre.beat_unit}}}",
    ]
    if duration_s is not None:
        minutes, seconds = divmod(round(duration_s), 60)
        rows.append(f"{{duration: {minutes}:{seconds:02d}}}")
    for index, section in enumerate(score.sections):
        rows.append("")
        phrases = [phrase for phrase in score.phrases if phrase.section_index == index]
        answers = _answers(section, lyric)
        if phrases or answers:
            environment = _ENVIRONMENTS.get(section.kind, "verse")
            rows.append(f"{{start_of_{environment}: {_plain(section.name)}}}")
            rows += _lines(score, section, phrases, answers)
            rows.append(f"{{end_of_{environment}}}")
        else:
            rows.append(f"{{start_of_grid: {_plain(section.name)}}}")
            rows += _grid(score, section)
            rows.append("{end_of_grid}")
    return "\n".join(rows) + "\n"


def _answers(section: Section, lyric: Lyric | None) -> dict[int, str]:
    """What the gang sings after each line of a section, by the line's index."""
    if lyric is None or section.lyric_index is None:
        return {}
    lines = lyric.sections[section.lyric_index].lines
    return {i: " ".join(word.text for word in line.answer) for i, line in enumerate(lines) if line.answer}


def _lines(score: Score, section: Section, phrases: Sequence[Phrase], answers: dict[int, str]) -> list[str]:
    chords = [chord for chord in score.chords if section.start_quarters <= chord.start_quarters < section.end_quarters]
    texts: dict[int, list[str]] = {i: [] for i in sorted({*answers, *(phrase.line_index for phrase in phrases)})}
    for number, phrase in enumerate(phrases):
        following = phrases[number + 1].start_quarters if number + 1 < len(phrases) else None
        own = [chord for chord in chords if following is None or _belongs_before(chord, phrase, following)]
        del chords[: len(own)]
        texts[phrase.line_index].append(_phrase_text(phrase, own))
    rows = []
    for index, parts in texts.items():
        answer = [f"({_plain(answers[index])})"] if index in answers else []
        row = " ".join([*parts, *answer])
        rows.append(f" {row}" if row.startswith("#") else row)  # "#" would begin a comment
    return rows


def _belongs_before(chord: Chord, phrase: Phrase, following: Fraction) -> bool:
    """Whether a chord stands with a phrase rather than the next: in a rest, the one that sounds as the next begins."""
    if chord.start_quarters < phrase.end_quarters:
        return chord.start_quarters < following
    return chord.end_quarters <= following


def _phrase_text(phrase: Phrase, chords: Sequence[Chord]) -> str:
    """One phrase with its chords in square brackets."""
    before: dict[int, list[str]] = {}
    behind: dict[int, list[str]] = {}
    trailing: list[str] = []
    sung = [note for note in phrase.notes if note.syllable is not None]
    for chord in chords:
        mark = f"[{chord.symbol}]"
        at = chord.start_quarters
        following = next((i for i, note in enumerate(sung) if note.start_quarters >= at), None)
        holding = None if following == 0 else (following or len(sung)) - 1
        if following is not None and sung[following].start_quarters == at:
            before.setdefault(following, []).append(mark)
        elif holding is not None and at < _held_until(phrase, sung, holding):
            behind.setdefault(holding, []).append(mark)
        elif following is not None:
            before.setdefault(following, []).append(mark)
        else:
            trailing.append(mark)
    words = []
    numbers = itertools.count()
    for word in phrase.words:
        text = ""
        for letters in _letters(word.text, [syllable.text for syllable in word.syllables]):
            number = next(numbers)
            text += "".join(before.get(number, ())) + _plain(letters) + "".join(behind.get(number, ()))
        words.append(text)
    return " ".join([*words, *trailing])


def _held_until(phrase: Phrase, sung: Sequence[Note], index: int) -> Fraction:
    """End of the last note on a syllable."""
    limit = sung[index + 1].start_quarters if index + 1 < len(sung) else phrase.end_quarters
    return max(note.end_quarters for note in phrase.notes if note.start_quarters < limit)


def _letters(word: str, syllables: Sequence[str]) -> list[str]:
    """Cut a printed word at its syllables; marks around it stay with the first and the last."""
    joined = "".join(syllables)
    start = word.lower().find(joined.lower())
    if start < 0:
        # The letters differ from the word as printed (a number, say): the word stands whole on its first syllable.
        return [word, *[""] * (len(syllables) - 1)]
    cuts = [start + n for n in itertools.accumulate(len(text) for text in syllables[:-1])]
    return [word[a:b] for a, b in itertools.pairwise([0, *cuts, len(word)])]


def _grid(score: Score, section: Section) -> list[str]:
    bars = [_grid_bar(score, bar) for bar in chords_by_bar(score, section.start_quarters, section.end_quarters)]
    return ["| " + " | ".join(bars[start : start + _BARS_A_ROW]) + " |" for start in range(0, len(bars), _BARS_A_ROW)]


def _grid_bar(score: Score, bar: ChordBar) -> str:
    """Beats of a bar: a chord where one begins, a point where it goes on."""
    beat = beat_quarters(score.metre)
    cells = []
    for number in range(max(int(bar.duration_quarters / beat), 1)):
        start = bar.start_quarters + number * beat
        symbols = [one.chord.symbol for one in bar.chords if one.is_new and start <= one.start_quarters < start + beat]
        if number == 0 and not symbols and bar.chords:
            symbols = [bar.chords[0].chord.symbol]
        cells.append("~".join(symbols) or ".")
    return " ".join(cells)


def _plain(text: str) -> str:
    return " ".join(text.translate(_BRACKETS).split())
