"""The charts: every chord and word is on them, in order and at its syllable."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from tests.scores import chord, scores, simple_lyric, simple_score

from songwright.documents.score import Key, Score
from songwright.formats.chordpro import score_to_chordpro
from songwright.formats.nashville import score_to_nashville


def song_rows(text: str) -> list[str]:
    return [row for row in text.splitlines() if row and not row.startswith(("{", "|"))]


def test_chordpro_in_full() -> None:
    assert score_to_chordpro(simple_score(), lyric=simple_lyric(), duration_s=45.4) == (
        "{title: Mill <Town> & Me}\n{artist: The Weir}\n{key: G}\n{tempo: 96}\n{time: 4/4}\n{duration: 0:45}\n\n"
        "{start_of_grid: Intro}\n| G . . . | D/F# . . . | Em . . . | C . . . |\n{end_of_grid}\n\n"
        "{start_of_verse: Verse 1}\n"
        "The [G]river remem[D/F#]bers home,\n"
        "[Em]The river [Cadd9] [D7]\n"
        "{end_of_verse}\n\n"
        "{start_of_grid: Turnaround}\n| G . . . | D/F# . . . | Em . . . | C . . . |\n{end_of_grid}\n\n"
        "{start_of_chorus: Chorus}\n[G]rise & [D/F#]hold[Fmaj7] [C]on (hey!)\n{end_of_chorus}\n\n"
        "{start_of_grid: Ending}\n| Gsus4 . . . | Gsus4 . . . |\n{end_of_grid}\n"
    )


@settings(max_examples=60, deadline=None)
@given(scores())
def test_no_chord_and_no_word_is_lost(score: Score) -> None:
    text = score_to_chordpro(score)
    rows = song_rows(text)
    words = [word.text for phrase in score.phrases for word in phrase.words]
    sung = re.sub(r"\[[^\]]*\]", "", " ".join(rows)).split()
    assert sung == words
    sections = {phrase.section_index for phrase in score.phrases}
    expected = [
        one.symbol
        for i, section in enumerate(score.sections)
        if i in sections
        for one in score.chords
        if section.start_quarters <= one.start_quarters < section.end_quarters
    ]
    assert re.findall(r"\[([^\]]*)\]", "\n".join(rows)) == expected


def test_a_line_in_two_phrases_is_one_row() -> None:
    score = simple_score()
    second = replace(score.phrases[1], line_index=0)
    text = score_to_chordpro(replace(score, phrases=(score.phrases[0], second, score.phrases[2])))
    assert song_rows(text)[0].startswith("The [G]river remem[D/F#]bers home, [Em]The river")


def test_brackets_and_comment_signs_in_words_do_not_become_chordpro() -> None:
    score = replace(simple_score(), title="{x}", artist="a [b]")
    text = score_to_chordpro(score)
    assert "{title: (x)}" in text
    assert "{artist: a (b)}" in text


def test_minor_keys() -> None:
    score = replace(simple_score(), key=Key(tonic="E", mode="minor"))
    assert "{key: Em}" in score_to_chordpro(score)
    assert "Key of E minor" in score_to_nashville(score)


def section_rows(text: str, name: str) -> list[str]:
    block = next(block for block in text.split("\n\n") if block.startswith(name))
    return block.splitlines()[1:]


def test_nashville_rows_have_four_bars_and_the_words() -> None:
    text = score_to_nashville(simple_score(), duration_s=45.4)
    assert text.splitlines()[0].strip() == "MILL <TOWN> & ME"
    assert "Key of G   4/4   ♩ = 96   0:45" in text
    assert "VERSE 1  (4 bars)" in text
    (row,) = section_rows(text, "VERSE 1")
    assert re.split(r"\s{2,}", row.strip()) == ["1", "5/7", "6-", "(4add9 57)", "The river remembers home, / The river"]
    assert re.split(r"\s{2,}", section_rows(text, "ENDING")[0].strip()) == ["◇1sus4", "~"]


def test_uneven_split_bars_show_their_beats() -> None:
    text = score_to_nashville(simple_score(beats=3))
    assert "(4add9'' 57')" in text


def test_six_eight_counts_dotted_quarters() -> None:
    score = simple_score(beats=3)
    score = replace(score, metre=replace(score.metre, beats=6, beat_unit=8), tempo_qpm=90.0)
    assert "6/8   ♩. = 60" in score_to_nashville(score)


def test_a_bar_without_a_chord_is_shown_as_empty() -> None:
    score = simple_score()
    score = replace(score, chords=tuple(one for one in score.chords if one.start_quarters != 8))
    assert re.split(r"\s{2,}", section_rows(score_to_nashville(score), "INTRO")[0].strip()) == ["1", "5/7", "·", "4"]


@settings(max_examples=30, deadline=None)
@given(scores())
def test_every_bar_and_every_line_is_on_the_number_chart(score: Score) -> None:
    text = score_to_nashville(score)
    n_bars = sum(int(count) for count in re.findall(r"\((\d+) bars?\)", text))
    assert n_bars == score.duration_quarters / score.metre.bar_quarters
    for phrase in score.phrases:
        assert phrase.words[0].text in text


def test_chords_that_go_on_over_a_bar_line_are_shown_in_both_bars() -> None:
    score = simple_score()
    long = chord("0", "8", "G", "maj", "G", "I", "1")
    rest = tuple(one for one in score.chords if one.start_quarters >= 8)
    row = section_rows(score_to_nashville(replace(score, chords=(long, *rest))), "INTRO")[0]
    assert row.split()[:2] == ["1", "1"]
    assert "| G . . . | G . . . |" in score_to_chordpro(replace(score, chords=(long, *rest)))
    assert Fraction(8) == long.end_quarters
