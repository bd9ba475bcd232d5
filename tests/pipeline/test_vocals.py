"""Whole vocal parts on the real voice: an edit touches one phrase, choruses lend their takes, shouts are shared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from tests.phrases import sung_phrase

from songwright.documents.arrangement import VocalPart
from songwright.documents.score import Key, Metre, Phrase, Score, Section
from songwright.formats.character_file import load_character
from songwright.pipeline.vocals import SHOUT_VARIANTS, SungPart, sing_part
from songwright.store import Store

RATE_HZ = 44100
SEED = 5
HARLAN = load_character("harlan")
DURATION_S = 10.5
CHORUS = "run home"
FIRST, AGAIN = Fraction(0), Fraction(8)


def line(name: str, text: str, midi_notes: list[int], start: Fraction) -> Phrase:
    return sung_phrase(text, midi_notes, start_quarters=start, name=name)


def score_of(second_line: str = "go on") -> Score:
    """A chorus line, a line of its own, and the chorus line again, at 90 quarters a minute."""
    phrases = (
        line("chorus-1.1", CHORUS, [50, 52], FIRST),
        line("chorus-1.2", second_line, [48, 50], Fraction(4)),
        line("chorus-2.1", CHORUS, [50, 52], AGAIN),
    )
    sections = tuple(
        Section(name=name, kind="chorus", start_quarters=start, duration_quarters=Fraction(length), intensity=0.6)
        for name, start, length in (("Chorus 1", FIRST, 8), ("Chorus 2", AGAIN, 4))
    )
    return Score(
        title="T", artist="A", style="s", tempo_qpm=90.0, metre=Metre(beats=4, beat_unit=4),
        key=Key(tonic="D", mode="major"), sections=sections, chords=(), phrases=phrases,
    )  # fmt: skip


def sing(score: Score, store: Store, *, part: VocalPart | None = None, seed: int = SEED) -> SungPart:
    part = part or VocalPart(name="lead", role="lead", singer="harlan", phrases=score.phrases)
    return sing_part(
        part, HARLAN, score, duration_s=DURATION_S, sample_rate_hz=RATE_HZ, seed=seed, store=store,
        progress=lambda stage, n_done, n_all: None,
    )  # fmt: skip


@dataclass(frozen=True)
class Sung:
    score: Score
    store: Store
    lead: SungPart
    n_made: int


@pytest.fixture(scope="module")
def sung(tmp_path_factory, voice) -> Sung:
    store = Store(tmp_path_factory.mktemp("vocals") / "store")
    score = score_of()
    lead = sing(score, store)
    return Sung(score=score, store=store, lead=lead, n_made=store.n_made)


def span(part: SungPart, i: int, *, from_first_sound: bool = False) -> slice:
    """Samples of the i-th phrase's clip, or of what is sung in it."""
    performance = part.performances[i]
    start_s, end_s = performance.start_s, performance.start_s + performance.duration_s
    first, last = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
    if from_first_sound:
        onset_s = next(p.start_s for p in performance.phonemes if p.kind != "pause") - start_s
        # Frames of 25 ms are 1102.5 samples: round every half the same way, whatever the float's last digit.
        first += math.floor(onset_s * RATE_HZ + 0.25)
    return slice(first, last)


def test_a_stem_has_the_songs_length_and_a_voice_in_each_phrase(sung):
    audio = sung.lead.audio
    assert audio.samples.shape == (1, round(DURATION_S * RATE_HZ))
    assert sung.n_made == 3
    assert [row.phrase for row in sung.lead.report] == [phrase.name for phrase in sung.score.phrases]
    assert [row.text for row in sung.lead.report] == [CHORUS, "go on", CHORUS]
    assert all(row.n_takes >= 1 for row in sung.lead.report)
    levels = [np.sqrt(np.mean(audio.samples[0, span(sung.lead, i)].astype(float) ** 2)) for i in range(3)]
    assert min(levels) > 0.01
    after = audio.samples[0, span(sung.lead, 2).stop + 1 :]
    assert after.size > RATE_HZ // 2
    assert not after.any(), "nothing sounds after the last phrase"


def test_phrases_lie_where_the_score_says(sung):
    for phrase, performance in zip(sung.score.phrases, sung.lead.performances, strict=True):
        assert performance.phrase == phrase.name
        for note, written in zip(performance.notes, phrase.notes, strict=True):
            start_s = sung.score.tempo_map.quarters_to_seconds(written.start_quarters)
            assert abs(note.start_s - start_s) < 0.06
            assert note.midi_note == written.midi_note


def test_a_second_run_sings_nothing_and_is_the_same(sung):
    again = Store(sung.store.root)
    part = sing(sung.score, again)
    assert again.n_made == 0
    assert np.array_equal(part.audio.samples, sung.lead.audio.samples)
    assert part.report == sung.lead.report


def test_another_word_is_one_phrase_sung_again_and_no_sample_elsewhere(sung):
    store = Store(sung.store.root)
    part = sing(score_of("go down"), store)
    assert store.n_made == 1
    # A line's place begins with its breath, after the line before it has ended.
    ends = [performance.start_s + performance.duration_s for performance in sung.lead.performances]
    other_ends = [performance.start_s + performance.duration_s for performance in part.performances]
    until, since = round(ends[0] * RATE_HZ), round(max(ends[1], other_ends[1]) * RATE_HZ)
    before, after = sung.lead.audio.samples[0], part.audio.samples[0]
    assert np.array_equal(before[:until], after[:until])
    assert np.array_equal(before[since:], after[since:])
    assert not np.array_equal(before[until:since], after[until:since])
    assert part.performances[0].notes == sung.lead.performances[0].notes


def test_another_seed_is_another_take(sung, tmp_path):
    part = VocalPart(name="harmony", role="harmony", singer="harlan", phrases=sung.score.phrases[:1])
    store = Store(tmp_path)
    one, other = sing(sung.score, store, part=part), sing(sung.score, store, part=part, seed=SEED + 1)
    assert store.n_made == 2
    assert other.performances[0].notes != one.performances[0].notes
    assert not np.array_equal(other.audio.samples, one.audio.samples)


def test_a_double_is_the_leads_take_of_the_other_chorus(sung):
    store = Store(sung.store.root)
    choruses = (sung.score.phrases[0], sung.score.phrases[2])
    part = VocalPart(name="double-left", role="double", singer="harlan", phrases=choruses)
    double = sing(sung.score, store, part=part)
    assert store.n_made == 0, "nothing had to be sung"
    for here, there in ((0, 2), (1, 0)):
        flown = double.audio.samples[0, span(double, here, from_first_sound=True)]
        lead = sung.lead.audio.samples[0, span(sung.lead, there, from_first_sound=True)]
        n = min(flown.size, lead.size)
        assert n > RATE_HZ // 2
        assert np.array_equal(flown[:n], lead[:n])
    own = sung.lead.audio.samples[0, span(sung.lead, 0)]
    assert not np.array_equal(double.audio.samples[0, span(sung.lead, 0)], own), "not the lead over itself"
    assert [row.phrase for row in double.report] == [phrase.name for phrase in choruses]


def test_a_line_that_comes_once_is_doubled_anew(sung):
    store = Store(sung.store.root)
    part = VocalPart(name="double-left", role="double", singer="harlan", phrases=sung.score.phrases[1:2])
    double = sing(sung.score, store, part=part)
    assert store.n_made == 1
    assert double.report[0].n_takes == 1, "a double begins from what the lead found"
    assert not np.array_equal(
        double.audio.samples[0, span(sung.lead, 1)], sung.lead.audio.samples[0, span(sung.lead, 1)]
    )


def test_the_lead_breathes_before_a_line_and_its_double_does_not(sung):
    alone = VocalPart(name="double-left", role="double", singer="harlan", phrases=sung.score.phrases[:1])
    double = sing(sung.score, sung.store, part=alone)
    levels = []
    for part in (sung.lead, double):
        onset = span(part, 0, from_first_sound=True).start
        before = part.audio.samples[0, max(onset - round(0.3 * RATE_HZ), 0) : onset - round(0.1 * RATE_HZ)]
        voice = part.audio.samples[0, span(part, 0, from_first_sound=True)]
        levels.append(20 * np.log10(np.std(before) / np.std(voice) + 1e-9))
    assert -40.0 < levels[0] < -6.0
    assert levels[1] < levels[0] - 15.0


def test_equal_shouts_are_a_few_different_ones(sung):
    store = Store(sung.store.root)
    shouts = tuple(
        sung_phrase("hey", [50], quarters="3/4", start_quarters=Fraction(2 * i), name=f"chorus-1.1-answer-{i}")
        for i in range(SHOUT_VARIANTS + 2)
    )
    gang = sing(sung.score, store, part=VocalPart(name="gang-1", role="gang", singer="harlan", phrases=shouts))
    assert store.n_made == SHOUT_VARIANTS
    clips = [gang.audio.samples[0, span(gang, i)] for i in range(len(shouts))]
    assert np.array_equal(clips[0][:20000], clips[SHOUT_VARIANTS][:20000])
    assert not np.array_equal(clips[0][:20000], clips[1][:20000])
