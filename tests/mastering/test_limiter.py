"""The limiter's law: never above the ceiling, no gain moved that need not be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import listening, signals

from songwright.documents.audio import Audio
from songwright.mastering.limiter import apply_gain_db, find_reduction_db, measure_peak_envelope

RATE = 44100


def limit(audio: Audio, *, gain_db: float, ceiling_db: float) -> tuple[Audio, np.ndarray]:
    peaks = measure_peak_envelope(audio.samples, sample_rate_hz=RATE)
    reduction = find_reduction_db(peaks, sample_rate_hz=RATE, gain_db=gain_db, ceiling_db=ceiling_db)
    return Audio(samples=apply_gain_db(audio.samples, gain_db - reduction), sample_rate_hz=RATE), reduction


BAND_LIMITED = {
    "sine": signals.sine(997, duration_s=1, sample_rate_hz=RATE, peak_db=0),
    "bass": signals.sine(41, duration_s=1, sample_rate_hz=RATE, peak_db=0, n_channels=2),
    "between samples": signals.sine(RATE / 4, duration_s=1, sample_rate_hz=RATE, peak_db=0, phase_rad=np.pi / 4),
    "voice": signals.pulse_voice(120, duration_s=1, sample_rate_hz=RATE, rms_db=-12),
    "sweep": signals.chirp(20, 18000, duration_s=1, sample_rate_hz=RATE, peak_db=0),
}
BROAD = {
    "square": signals.square(997, duration_s=1, sample_rate_hz=RATE),
    "noise": signals.white_noise(duration_s=1, sample_rate_hz=RATE, rms_db=-3, n_channels=2),
    "impulses": signals.impulses((0.2, 0.2001, 0.5), duration_s=1, sample_rate_hz=RATE, peak_db=0),
    "silence": signals.silence(duration_s=1, sample_rate_hz=RATE, n_channels=2),
}


@pytest.mark.parametrize("name", BAND_LIMITED)
def test_true_peaks_stay_under_the_ceiling(name: str) -> None:
    limited, _ = limit(BAND_LIMITED[name], gain_db=12, ceiling_db=-1)
    # the moving gain itself makes a trace of new content: 0.02 dB at most, which the master measures and takes back
    listening.assert_true_peak_below(limited, -0.98)


@pytest.mark.parametrize("name", [*BROAD, *BAND_LIMITED])
@pytest.mark.parametrize("gain_db", [-10.0, 6.0, 30.0])
def test_no_sample_passes_the_ceiling(name: str, gain_db: float) -> None:
    limited, reduction = limit({**BROAD, **BAND_LIMITED}[name], gain_db=gain_db, ceiling_db=-1)
    assert np.abs(limited.samples).max() <= 10 ** (-1 / 20) * (1 + 1e-6)
    assert (reduction >= 0).all()


def test_what_lies_under_the_ceiling_is_not_touched() -> None:
    quiet = signals.white_noise(duration_s=1, sample_rate_hz=RATE, rms_db=-30, n_channels=2)
    limited, reduction = limit(quiet, gain_db=0, ceiling_db=-1)
    assert not reduction.any()
    np.testing.assert_array_equal(limited.samples, quiet.samples)


def test_gain_leads_the_peak_by_the_look_ahead_and_returns_with_the_release() -> None:
    lone = signals.impulses((0.5,), duration_s=1.5, sample_rate_hz=RATE, peak_db=0)
    _, reduction = limit(lone, gain_db=11, ceiling_db=-1)
    at = round(0.5 * RATE)
    assert reduction[at] == pytest.approx(12, abs=0.4)
    assert not reduction[: at - round(0.0062 * RATE)].any()
    assert reduction[at - round(0.001 * RATE)] > 6
    # exponential in dB with a time constant of 100 ms
    decay = reduction[at + round(0.3 * RATE)] / reduction[at + round(0.2 * RATE)]
    assert decay == pytest.approx(np.exp(-1), rel=0.02)
    # no corners: the curve's slope never jumps
    assert np.abs(np.diff(reduction, 2)).max() < 0.02


def test_the_stereo_image_stands_still() -> None:
    wide = signals.white_noise(duration_s=0.5, sample_rate_hz=RATE, rms_db=-6, n_channels=2)
    uneven = Audio(samples=wide.samples * np.array([[1.0], [0.25]], dtype=np.float32), sample_rate_hz=RATE)
    limited, _ = limit(uneven, gain_db=6, ceiling_db=-1)
    np.testing.assert_allclose(
        limited.samples[0] * uneven.samples[1], limited.samples[1] * uneven.samples[0], atol=1e-5
    )


@settings(max_examples=30, deadline=None)
@given(
    levels_db=st.lists(st.floats(-60, 20), min_size=1, max_size=12),
    gain_db=st.floats(-20, 30),
    seed=st.integers(0, 1000),
)
def test_law_of_the_ceiling(levels_db: list[float], gain_db: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = np.concatenate([10 ** (db / 20) * rng.standard_normal(700) for db in levels_db])[np.newaxis]
    limited, _ = limit(Audio(samples=samples.astype(np.float32), sample_rate_hz=RATE), gain_db=gain_db, ceiling_db=-1)
    assert np.abs(limited.samples).max() <= 10 ** (-1 / 20) * (1 + 1e-5)
