"""The example songs through every writer of scores and charts: what is composed can be written down and read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from tests.musicxml_reading import assert_reads_back
from tests.scores import plain_performance

from songwright.composing.composer import compose
from songwright.documents.lyric import Lyric
from songwright.documents.score import Score
from songwright.formats.brief_file import load_brief
from songwright.formats.chordpro import score_to_chordpro
from songwright.formats.engraving import engrave_score
from songwright.formats.lrc import words_to_lrc
from songwright.formats.midi import song_to_midi
from songwright.formats.nashville import score_to_nashville
from songwright.formats.style_file import load_style
from songwright.formats.ttml import words_to_ttml
from songwright.formats.word_times import word_times
from songwright.writing.lyric_text import parse_lyric

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


@cache
def song(path: Path) -> tuple[Score, Lyric]:
    brief = load_brief(path)
    lyric = parse_lyric(brief.lyric)
    style = load_style(brief.style)
    return compose(brief, lyric, style, tessitura=(57, 69), vocal_range=(52, 74), seed=1), lyric


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def example(request: pytest.FixtureRequest) -> tuple[Score, Lyric]:
    return song(request.param)


def test_musicxml_is_read_back_note_for_note(example: tuple[Score, Lyric]) -> None:
    assert_reads_back(example[0])


def test_the_engraved_page_has_every_syllable_and_chord(example: tuple[Score, Lyric]) -> None:
    score, _ = example
    svg = ET.fromstring(engrave_score(score))
    kinds = [group.get("class") for group in svg.iter("{http://www.w3.org/2000/svg}g")]
    n_syllables = sum(note.syllable is not None for phrase in score.phrases for note in phrase.notes)
    assert kinds.count("syl") == n_syllables
    assert kinds.count("harm") == len(score.chords)


def test_the_charts_have_every_line_and_answer(example: tuple[Score, Lyric]) -> None:
    score, lyric = example
    chart = score_to_chordpro(score, lyric=lyric)
    bare = [re.sub(r"\[[^\]]*\]", "", row) for row in chart.splitlines()]
    bare = [" ".join(row.split()) for row in bare]
    for section in score.sections:
        if section.lyric_index is None:
            continue
        for line in lyric.sections[section.lyric_index].lines:
            words = " ".join(word.text for word in line.words)
            answer = " ".join(word.text for word in line.answer)
            assert (f"{words} ({answer})" if answer else words).strip() in bare
    numbers = score_to_nashville(score)
    assert all(section.name.upper() in numbers for section in score.sections)
    assert max(len(row) for row in numbers.splitlines()) <= 130


def test_timed_words_and_midi(example: tuple[Score, Lyric]) -> None:
    score, _ = example
    lines = word_times(score, [plain_performance(score, phrase) for phrase in score.phrases])
    assert [line.text for line in lines] == [" ".join(word.text for word in p.words) for p in score.phrases]
    assert words_to_lrc(lines, title=score.title, artist=score.artist, duration_s=200).count("<") > len(lines)
    assert ET.fromstring(words_to_ttml(lines, score=score, duration_s=200)) is not None
    assert song_to_midi(score)[:4] == b"MThd"
