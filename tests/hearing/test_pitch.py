"""The pitch meter on sounds whose pitch is known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.scores import plain_performance, simple_score
from tests.signals import pulse_voice, silence, white_noise

from songwright.documents.audio import Audio
from songwright.documents.performance import PhrasePerformance
from songwright.hearing import pitch
from songwright.hearing.pitch import (
    FRAME_S,
    measure_deviation_cents,
    measure_sung_pitch,
    measure_voicing,
    measure_vowel_levels_db,
    track_pitch,
)

RATE_HZ = 24000


def track(audio: Audio):
    return track_pitch(audio.samples[0], audio.sample_rate_hz)


def voice(f0_hz, duration_s=1.0, **how):
    return pulse_voice(f0_hz, duration_s=duration_s, sample_rate_hz=RATE_HZ, **how)


@pytest.mark.parametrize("f_hz", [82.41, 110.0, 196.0, 329.63, 587.33])
def test_a_voice_is_heard_to_two_cents_and_in_its_octave(f_hz):
    heard = track(voice(f_hz))
    inside = heard.f0_hz[20:-20]
    assert np.mean(np.isfinite(inside)) > 0.95
    cents = 1200 * np.log2(inside[np.isfinite(inside)] / f_hz)
    assert abs(np.median(cents)) < 2.0
    assert np.mean(np.abs(cents) < 50.0) > 0.99, "no octave slips"


def test_a_vibrato_is_followed():
    t_s = np.arange(RATE_HZ) / RATE_HZ
    f0_hz = 220.0 * 2 ** (40.0 * np.sin(2 * np.pi * 5.5 * t_s) / 1200)
    heard = track(voice(f0_hz))
    inside = slice(20, 180)
    written_cents = 40.0 * np.sin(2 * np.pi * 5.5 * heard.times_s[inside])
    cents = 1200 * np.log2(heard.f0_hz[inside] / 220.0)
    assert np.nanmax(np.abs(cents - written_cents)) < 8.0


@pytest.mark.parametrize(
    "audio",
    [
        silence(duration_s=1.0, sample_rate_hz=RATE_HZ),
        white_noise(duration_s=1.0, sample_rate_hz=RATE_HZ),
        white_noise(duration_s=1.0, sample_rate_hz=RATE_HZ, rms_db=-60.0),
    ],
    ids=["silence", "noise", "faint noise"],
)
def test_what_has_no_pitch_has_no_voice(audio):
    heard = track(audio)
    assert heard.voiced.size == 201
    assert np.mean(heard.voiced) < 0.02
    assert np.all(np.isnan(heard.f0_hz) | heard.voiced)


def test_voicing_knows_where_the_voice_is_and_not_how_loud():
    parts = [voice(150.0, 0.5), white_noise(duration_s=0.5, sample_rate_hz=RATE_HZ, rms_db=-30.0), voice(200.0, 0.5)]
    samples = np.concatenate([part.samples[0] for part in parts])
    voiced = measure_voicing(samples, RATE_HZ)
    for first, last, expected in ((0.06, 0.44, True), (0.56, 0.94, False), (1.06, 1.44, True)):
        part = voiced[round(first / FRAME_S) : round(last / FRAME_S)]
        assert np.mean(part == expected) > 0.9
    assert np.mean(measure_voicing(samples * np.float32(0.01), RATE_HZ) == voiced) > 0.97


def test_where_one_ear_hears_no_voice_there_is_no_pitch(monkeypatch):
    assert np.isfinite(track(voice(220.0, 0.5)).f0_hz).any()
    monkeypatch.setattr(pitch, "VOICED_CONFIDENCE", 1.1)
    deaf = track(voice(220.0, 0.5))
    assert not deaf.voiced.any()
    assert np.all(np.isnan(deaf.f0_hz))


def test_deviation_is_signed_counts_voiced_frames_and_minds_the_clock():
    heard = track(voice(220.0 * 2 ** (25 / 1200), 0.5))
    notes = [(3.0, 0.25, 57.0), (3.25, 0.25, 58.0)]
    cents = measure_deviation_cents(heard, notes, origin_s=3.0)
    assert 80 < cents.size <= 101
    assert np.median(cents[:40]) == pytest.approx(25.0, abs=2.0)
    assert np.median(cents[-40:]) == pytest.approx(-75.0, abs=2.0)
    assert measure_deviation_cents(heard, notes).size == 0, "nothing sounds at that time"
    assert measure_deviation_cents(heard, []).size == 0


def sung(performance: PhrasePerformance, *, cents: float, levels_db: dict[int, float]) -> Audio:
    """Every note as a voice of its own, some louder or softer."""
    samples = np.zeros(round((performance.start_s + performance.duration_s + 0.2) * RATE_HZ), dtype=np.float32)
    for i, note in enumerate(performance.notes):
        first, length = round(note.start_s * RATE_HZ), round(note.duration_s * RATE_HZ)
        tone = voice(
            440.0 * 2 ** ((note.midi_note - 69 + cents / 100) / 12),
            length / RATE_HZ,
            rms_db=-20.0 + levels_db.get(i, 0.0),
        )
        samples[first : first + length] += tone.samples[0]
    return Audio(samples=np.stack([samples, samples]), sample_rate_hz=RATE_HZ)


def test_a_sung_part_against_its_score():
    score = simple_score(tempo_qpm=80.0)
    performance = plain_performance(score, score.phrases[0])
    flat = measure_sung_pitch(sung(performance, cents=-30.0, levels_db={}), (performance,))
    assert flat.median_cents == pytest.approx(30.0, abs=3.0)
    assert flat.within_50_share > 0.9
    assert flat.n_dead_notes == 0
    far = measure_sung_pitch(sung(performance, cents=100.0, levels_db={4: -25.0}), (performance,))
    assert far.median_cents == pytest.approx(100.0, abs=3.0)
    assert far.within_50_share < 0.1
    assert far.n_dead_notes == 1


def test_vowel_levels_are_those_of_the_vowels():
    score = simple_score(tempo_qpm=80.0)
    performance = plain_performance(score, score.phrases[0])
    even = measure_vowel_levels_db(sung(performance, cents=0.0, levels_db={}), performance)
    changed = measure_vowel_levels_db(sung(performance, cents=0.0, levels_db={1: -6.0, 5: 4.0}), performance)
    assert even == pytest.approx(np.full(even.size, -20.0), abs=2.5)
    assert changed - even == pytest.approx([-6.0 * (i == 1) + 4.0 * (i == 5) for i in range(even.size)], abs=0.3)
