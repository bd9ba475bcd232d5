"""Loudness meters against the standard's own cases and another implementation; spectra against noise of known slope."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from tests import signals

from songwright.documents.audio import Audio
from songwright.errors import InputError
from songwright.hearing.loudness import (
    measure_loudness_lufs,
    measure_loudness_range_lu,
    measure_short_term_lufs,
    measure_true_peak_dbtp,
)
from songwright.hearing.spectrum import (
    OCTAVE_CENTRES_HZ,
    measure_balance,
    measure_octave_levels_db,
    popular_density_db,
    popular_octave_levels_db,
)
from songwright.units import SILENCE_DB

RATE = 48000


def tones(*levels_db_and_s: tuple[float, float]) -> Audio:
    pieces = [
        signals.sine(1000, duration_s=seconds, sample_rate_hz=RATE, peak_db=db, n_channels=2).samples
        for db, seconds in levels_db_and_s
    ]
    return Audio(samples=np.concatenate(pieces, axis=1), sample_rate_hz=RATE)


@pytest.mark.parametrize(
    ("audio", "lufs"),
    [
        (tones((-23, 5)), -23.0),
        (tones((-33, 5)), -33.0),
        (tones((-36, 2), (-23, 12), (-36, 2)), -23.0),
        (tones((-72, 2), (-36, 2), (-23, 12), (-36, 2), (-72, 2)), -23.0),
    ],
)
def test_integrated_loudness_of_ebu_tech_3341(audio: Audio, lufs: float) -> None:
    assert measure_loudness_lufs(audio) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize(("low_db", "high_db", "lra"), [(-30, -20, 10), (-20, -15, 5), (-40, -20, 20)])
def test_loudness_range_of_ebu_tech_3342(low_db: float, high_db: float, lra: float) -> None:
    assert measure_loudness_range_lu(tones((low_db, 20), (high_db, 20))) == pytest.approx(lra, abs=1.0)


def test_agrees_with_pyloudnorm_on_noise_with_pauses() -> None:
    noise = signals.white_noise(duration_s=8, sample_rate_hz=44100, rms_db=-22, n_channels=2).samples.copy()
    noise[:, 100_000:200_000] *= 0.001
    audio = Audio(samples=noise, sample_rate_hz=44100)
    other = pyloudnorm.Meter(44100).integrated_loudness(noise.T.astype(np.float64))
    assert measure_loudness_lufs(audio) == pytest.approx(other, abs=0.15)


def test_short_term_curve_follows_a_step() -> None:
    times_s, lufs = measure_short_term_lufs(tones((-30, 10), (-20, 10)))
    assert np.interp(5.0, times_s, lufs) == pytest.approx(-30, abs=0.1)
    assert np.interp(15.0, times_s, lufs) == pytest.approx(-20, abs=0.1)
    assert -29 < np.interp(10.0, times_s, lufs) < -21


def test_silence_and_scraps() -> None:
    assert measure_loudness_lufs(signals.silence(duration_s=1, sample_rate_hz=RATE)) == SILENCE_DB
    assert measure_true_peak_dbtp(signals.silence(duration_s=1, sample_rate_hz=RATE)) == SILENCE_DB
    assert measure_loudness_range_lu(signals.silence(duration_s=5, sample_rate_hz=RATE)) == 0.0
    with pytest.raises(InputError, match=r"0\.4 s"):
        measure_loudness_lufs(signals.silence(duration_s=0.1, sample_rate_hz=RATE))


@pytest.mark.parametrize("f_hz", [997.0, 11025.0, 17000.0])
def test_true_peak_of_a_sine_is_its_amplitude(f_hz: float) -> None:
    for phase in (0.0, 0.4, np.pi / 4):
        sine = signals.sine(f_hz, duration_s=1, sample_rate_hz=44100, peak_db=-6, phase_rad=phase)
        faded = Audio(samples=sine.samples * np.hanning(44100).astype(np.float32), sample_rate_hz=44100)
        assert measure_true_peak_dbtp(faded) == pytest.approx(-6, abs=0.06)


def test_published_slopes_of_popular_music() -> None:
    # Elowsson & Friberg (2017), table 1
    for f_hz, slope in ((200, -2.350), (400, -3.668), (800, -4.985), (1600, -6.303), (3200, -7.621), (6400, -8.938)):
        low, high = popular_density_db([f_hz * 2**-0.001, f_hz * 2**0.001])
        assert (high - low) / 0.002 == pytest.approx(slope, abs=0.002)
    # the two fittings meet at bin 100 (94 Hz)
    below, above = popular_density_db([30 * 2 ** (98.99 / 60), 30 * 2 ** (99.01 / 60)])
    assert below == pytest.approx(above, abs=0.05)


def test_octave_levels_of_white_noise_rise_by_three_db() -> None:
    noise = signals.white_noise(duration_s=20, sample_rate_hz=44100)
    np.testing.assert_allclose(np.diff(measure_octave_levels_db(noise)), 3.01, atol=0.5)


def test_noise_shaped_like_popular_music_is_in_balance_and_a_tilt_is_seen() -> None:
    f_hz = np.geomspace(30, 15000, 60)
    even = signals.shaped_noise(popular_density_db(f_hz), f_hz, duration_s=20, sample_rate_hz=44100)
    balance = measure_balance(even)
    assert tuple(balance) == OCTAVE_CENTRES_HZ
    assert max(abs(db) for db in balance.values()) < 0.7
    tilted = signals.shaped_noise(
        popular_density_db(f_hz) + 1.5 * np.log2(f_hz / 1000), f_hz, duration_s=20, sample_rate_hz=44100
    )
    assert measure_balance(tilted)[8000.0] - measure_balance(tilted)[63.0] == pytest.approx(10.5, abs=1.0)
    assert popular_octave_levels_db().mean() == pytest.approx(0, abs=1e-9)
