"""LRC and TTML: every word at its time, from one timeline, in rising order, whatever the words hold."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.scores import plain_performance, scores, simple_score

from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.lrc import words_to_lrc
from songwright.formats.ttml import words_to_ttml
from songwright.formats.word_times import LineTime, WordTime, word_times

_TT = "{http://www.w3.org/ns/ttml}"


def performed(score: Score) -> list[PhrasePerformance]:
    return [plain_performance(score, phrase) for phrase in score.phrases]


def read_lrc(text: str) -> list[tuple[float, list[tuple[float, str]], float]]:
    """(line time, [(word time, word)], end) of each line with words."""

    def seconds(mark: str) -> float:
        minutes, rest = mark.split(":")
        return 60 * int(minutes) + float(rest)

    found = []
    for row in text.splitlines():
        line = re.fullmatch(r"\[(\d+:\d\d\.\d\d)\](.+)", row)
        if line:
            parts = re.findall(r"<(\d+:\d\d\.\d\d)>([^<]*)", line[2])
            assert parts[-1][1] == ""
            words = [(seconds(at), word.strip()) for at, word in parts[:-1]]
            found.append((seconds(line[1]), words, seconds(parts[-1][0])))
    return found


def read_ttml(text: str) -> list[list[tuple[float, float, str]]]:
    def seconds(mark: str | None) -> float:
        hours, minutes, rest = (mark or "").split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(rest)

    root = ET.fromstring(text)
    return [
        [(seconds(s.get("begin")), seconds(s.get("end")), s.text or "") for s in p.findall(f"{_TT}span")]
        for p in root.iter(f"{_TT}p")
    ]


def test_a_word_is_timed_by_its_phonemes() -> None:
    score = simple_score()
    lines = word_times(score, performed(score)[::-1])
    assert [line.text for line in lines] == ["The river remembers home,", "The river", "rise & hold on"]
    rise = lines[2].words[0]
    vowel_ms = 1000 * score.tempo_map.quarters_to_seconds(score.phrases[2].start_quarters)
    assert rise.start_ms == pytest.approx(vowel_ms - 30, abs=1)  # its one consonant comes before the beat
    on = lines[2].words[3]
    assert on.end_ms == pytest.approx(1000 * score.tempo_map.quarters_to_seconds(score.phrases[2].end_quarters), abs=1)


@settings(max_examples=40, deadline=None)
@given(scores())
def test_times_rise_and_words_never_overlap(score: Score) -> None:
    moved = [
        replace(p, phonemes=tuple(replace(o, start_s=o.start_s + 3) for o in p.phonemes)) for p in performed(score)
    ]
    words = [word for line in word_times(score, moved) for word in line.words]
    assert len(words) == sum(len(phrase.words) for phrase in score.phrases)
    for before, after in itertools.pairwise(words):
        assert before.start_ms < before.end_ms <= after.start_ms


@settings(max_examples=30, deadline=None)
@given(scores())
def test_both_files_tell_the_same_words_at_the_same_times(score: Score) -> None:
    lines = word_times(score, performed(score))
    lrc = read_lrc(words_to_lrc(lines, title=score.title, artist="A", duration_s=100.0))
    ttml = read_ttml(words_to_ttml(lines, score=score, duration_s=100.0))
    assert len(lrc) == len(ttml) == len(lines)
    brackets = str.maketrans("[]<>", "()()")
    for (start, words, end), spans, line in zip(lrc, ttml, lines, strict=True):
        assert [text for _, _, text in spans] == [word.text for word in line.words]
        assert [text for _, text in words] == [word.text.translate(brackets) for word in line.words]
        assert start == words[0][0]
        for (lrc_at, _), (ttml_at, _, _) in zip(words, spans, strict=True):
            assert 0 <= ttml_at - lrc_at < 0.01 + 1e-9
        assert 0 <= spans[-1][1] - end < 0.01 + 1e-9


def test_overlapping_words_give_way() -> None:
    score = simple_score()
    sung = performed(score)
    late = replace(sung[0], phonemes=tuple(
        replace(one, duration_s=0.0001, start_s=5.0 + 1e-4 * i) for i, one in enumerate(sung[0].phonemes)
    ))  # fmt: skip
    words = word_times(score, [late, *sung[1:]])[0].words
    assert [word.start_ms for word in words] == [5000, 5010, 5020, 5030]
    assert words[0].end_ms == 5010


def test_marks_that_the_formats_use_themselves_are_escaped() -> None:
    score = simple_score()
    line = LineTime(
        phrase="verse-1.1",
        section="Verse 1",
        section_index=1,
        words=(WordTime(text="<b>[1]&\"'", start_ms=1000, end_ms=61_234),),
    )
    assert read_ttml(words_to_ttml([line], score=score, duration_s=70))[0][0][2] == "<b>[1]&\"'"
    lrc = words_to_lrc([line], title="a [live]", artist="b", duration_s=70)
    assert "[ti:a (live)]" in lrc
    assert "[00:01.00]<00:01.00>(b)(1)&\"' <01:01.23>" in lrc


def test_a_silence_clears_the_line_and_a_short_one_does_not() -> None:
    score = simple_score()
    lrc = words_to_lrc(word_times(score, performed(score)), title="t", artist="a", duration_s=60)
    empty = re.findall(r"^\[(\d\d:\d\d\.\d\d)\]$", lrc, flags=re.M)
    assert len(empty) == 2  # before the chorus, and after the last line


def test_ttml_says_how_it_is_timed_and_what_the_sections_are() -> None:
    score = simple_score()
    root = ET.fromstring(words_to_ttml(word_times(score, performed(score)), score=score, duration_s=61.5))
    itunes = "{http://music.apple.com/lyric-ttml-internal}"
    assert root.get(f"{itunes}timing") == "Word"
    assert [div.get(f"{itunes}songPart") for div in root.iter(f"{_TT}div")] == ["Verse", "Chorus"]
    assert next(root.iter(f"{_TT}body")).get("dur") == "00:01:01.500"
    assert [p.get(f"{itunes}key") for p in root.iter(f"{_TT}p")] == ["L1", "L2", "L3"]


def test_a_phrase_that_was_not_sung_is_named() -> None:
    score = simple_score()
    with pytest.raises(InputError, match=r"phrase verse-1\.2: no performance"):
        word_times(score, performed(score)[:1])


def test_a_word_without_sound_is_named() -> None:
    score = simple_score()
    sung = performed(score)
    mute = replace(sung[0], phonemes=tuple(one for one in sung[0].phonemes if one.word_index != 1))
    with pytest.raises(InputError, match=r"phrase verse-1\.1, word 2 \('river'\): no phoneme"):
        word_times(score, [mute, *sung[1:]])
