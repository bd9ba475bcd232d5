"""The breath before a phrase, and a singer's brightness."""

import numpy as np
import pytest

from songwright.singing.breath import render_breath
from songwright.singing.shelf import shelve_highs

RATE_HZ = 44100


def breath(duration_s=0.4, *, brightness=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return render_breath(duration_s, sample_rate_hz=RATE_HZ, brightness=brightness, rng=rng)


def centroid_hz(samples):
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float(np.sum(np.fft.rfftfreq(samples.size, 1 / RATE_HZ) * power) / power.sum())


def test_a_breath_has_its_length_and_a_level_of_one():
    samples = breath()
    assert samples.shape == (round(0.4 * RATE_HZ),)
    assert np.sqrt(np.mean(samples.astype(float) ** 2)) == pytest.approx(1.0, abs=1e-4)


def test_a_breath_swells_and_stops_before_the_voice():
    parts = [np.sqrt(np.mean(part.astype(float) ** 2)) for part in np.array_split(breath(), 16)]
    assert parts[0] < 0.2 * max(parts)
    assert int(np.argmax(parts)) >= 8, "loudest in its second half"
    assert abs(breath()[-1]) < 0.01
    assert abs(breath()[0]) < 0.01


def test_a_breath_has_no_rumble_and_a_small_throat_is_brighter():
    samples = np.concatenate([breath(seed=seed) for seed in range(4)])
    power = np.abs(np.fft.rfft(samples)) ** 2
    f_hz = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
    assert power[f_hz < 150].sum() < 0.01 * power.sum()
    assert centroid_hz(breath(brightness=1.2)) > 1.1 * centroid_hz(breath(brightness=0.8))


@pytest.mark.parametrize("gain_db", [-4.0, 2.5, 6.0])
def test_the_shelf_lifts_the_highs_and_leaves_the_lows(gain_db):
    impulse = np.zeros(8192, dtype=np.float32)
    impulse[0] = 1.0
    response_db = 20 * np.log10(np.abs(np.fft.rfft(shelve_highs(impulse, RATE_HZ, gain_db=gain_db))))
    f_hz = np.fft.rfftfreq(8192, 1 / RATE_HZ)
    assert response_db[np.searchsorted(f_hz, 200.0)] == pytest.approx(0.0, abs=0.1)
    assert response_db[np.searchsorted(f_hz, 3000.0)] == pytest.approx(gain_db / 2, abs=0.3)
    assert response_db[np.searchsorted(f_hz, 15000.0)] == pytest.approx(gain_db, abs=0.1)


def test_no_shelf_is_no_change():
    samples = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    assert np.array_equal(shelve_highs(samples, RATE_HZ, gain_db=0.0), samples)
