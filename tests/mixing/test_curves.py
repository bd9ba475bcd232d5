"""Laws of the slow gains: phrases, ride, followers, compressor, spaces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import signals

from songwright.documents.audio import Audio
from songwright.documents.mix_style import EqBand
from songwright.mixing.backends.pedalboard import equalise
from songwright.mixing.bus import respond_db
from songwright.mixing.gains import (
    RIDE_LIMIT_DB,
    compress,
    draw_line,
    find_phrases,
    find_ride_db,
    follow,
    measure_active_steps,
)
from songwright.mixing.regions import Regions
from songwright.mixing.spaces import add_convolved, make_response
from songwright.mixing.voice import add_air, de_ess

RATE = 44100


@settings(max_examples=50, deadline=None)
@given(levels_db=st.lists(st.floats(-30, 10), min_size=1, max_size=8), over=st.floats(-3, 6))
def test_ride_brings_phrases_to_their_place_or_to_its_bound(levels_db: list[float], over: float) -> None:
    active = np.zeros(200 * len(levels_db), dtype=np.bool_)
    lead = np.full(len(active), 1e-14)
    for i, level in enumerate(levels_db):
        active[200 * i + 50 : 200 * i + 150] = True
        lead[200 * i + 50 : 200 * i + 150] = 1e-3 * 10 ** (level / 10)
    curve = find_ride_db(lead, np.full(len(active), 1e-3), active, over_band_lu=over)
    after = np.array([level + curve[200 * i + 100] for i, level in enumerate(levels_db)])
    common = over - np.mean(levels_db)
    wanted = over - np.array(levels_db)
    assert np.abs(curve[100::200] - np.clip(wanted, common - RIDE_LIMIT_DB, common + RIDE_LIMIT_DB)).max() < 1e-6
    assert np.ptp(after) <= np.ptp(levels_db) + 1e-6


def test_phrases_bridge_consonants_and_part_at_pauses() -> None:
    voice = signals.pulse_voice(150, duration_s=4, sample_rate_hz=RATE).samples.copy()
    voice[:, round(1.0 * RATE) : round(1.2 * RATE)] = 0  # a stopped consonant
    voice[:, round(2.0 * RATE) : round(2.8 * RATE)] = 0  # a pause
    phrases = find_phrases(measure_active_steps(voice, sample_rate_hz=RATE))
    assert len(phrases) == 2
    assert phrases[0][1] == pytest.approx(200, abs=6)
    assert phrases[1][0] == pytest.approx(280, abs=6)
    assert not measure_active_steps(np.zeros((1, RATE), np.float32), sample_rate_hz=RATE).any()


def test_follow_has_its_time_constants() -> None:
    step = np.concatenate([np.zeros(10), np.ones(500), np.zeros(500)])
    out = follow(step, attack_s=0.05, release_s=0.5, step_s=0.01)
    assert out[10 + 4] == pytest.approx(1 - np.exp(-1), abs=0.01)
    assert out[510 + 49] == pytest.approx(np.exp(-1), abs=0.01)


def test_compressor_has_its_ratio_and_bends_no_wave() -> None:
    def level_out(peak_db: float) -> float:
        tone = signals.sine(60, duration_s=1, sample_rate_hz=RATE, peak_db=peak_db)
        out = compress(tone.samples, threshold_db=-30, ratio=4.0, attack_s=0.01, release_s=0.1, sample_rate_hz=RATE)[
            0, RATE // 2 :
        ]
        spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
        third = spectrum[round(180 * len(out) / RATE)]
        assert 20 * np.log10(third / spectrum.max()) < -60
        return float(10 * np.log10(np.mean(out**2)))

    assert level_out(-12) - level_out(-20) == pytest.approx(8 / 4, abs=0.2)
    assert level_out(-40) == pytest.approx(-43, abs=0.1)


def test_de_esser_takes_the_hiss_and_leaves_the_vowel() -> None:
    vowel = signals.pulse_voice(200, duration_s=1, sample_rate_hz=RATE, rms_db=-20).samples
    sharp = signals.shaped_noise(
        [-60, -60, 0, 0, -60], [20, 4500, 5500, 9000, 11000], duration_s=0.2, sample_rate_hz=RATE, rms_db=-17
    ).samples
    both = np.concatenate([vowel, sharp, vowel], axis=1)
    out = de_ess(both, sample_rate_hz=RATE)
    hiss = slice(RATE + 2000, RATE + 6000)
    assert 10 * np.log10(np.mean(out[:, hiss] ** 2) / np.mean(both[:, hiss] ** 2)) < -4
    assert np.abs(out[:, : RATE - 2000] - both[:, : RATE - 2000]).max() < 0.02 * np.abs(vowel).max()


def test_air_is_as_loud_as_asked() -> None:
    noise = signals.shaped_noise([0, 0, -90], [20, 11500, 12000], duration_s=2, sample_rate_hz=RATE).samples
    airy = add_air(noise, air_db=-8.0, sample_rate_hz=RATE)
    f_hz = np.fft.rfftfreq(airy.shape[1], 1 / RATE)
    power = np.abs(np.fft.rfft(airy[0])) ** 2
    source = power[(f_hz > 8000) & (f_hz < 11800)].sum()
    assert 10 * np.log10(power[f_hz > 12100].sum() / source) == pytest.approx(-8.0, abs=0.7)
    # nothing folds back down into the voice
    assert np.abs(power[f_hz < 10000].sum() / (np.abs(np.fft.rfft(noise[0])) ** 2)[f_hz < 10000].sum() - 1) < 0.01


@pytest.mark.parametrize("kind", ["peak", "low-shelf", "high-shelf"])
def test_predicted_response_is_that_of_the_filter(kind: str) -> None:
    band = EqBand(kind=kind, f_hz=1000, gain_db=5.0, q=0.9)
    impulse = np.zeros((1, 8192), np.float32)
    impulse[0, 0] = 1.0
    heard = np.fft.rfft(equalise(impulse, (band,), sample_rate_hz=RATE)[0])
    f_hz = np.fft.rfftfreq(8192, 1 / RATE)
    inside = (f_hz > 60) & (f_hz < 15000)
    predicted = respond_db(band, f_hz, sample_rate_hz=RATE)
    assert np.abs(20 * np.log10(np.abs(heard)) - predicted)[inside].max() < 0.05


def test_a_space_decays_in_its_time_and_both_sides_differ() -> None:
    response = make_response(
        1.5, predelay_s=0.02, decays=(1.0, 1.0, 1.0), band_hz=(200, 8000), build_up_s=0.003, sample_rate_hz=RATE, seed=1
    )
    assert not response[:, : round(0.019 * RATE)].any()
    np.testing.assert_allclose(np.sum(response**2, axis=1), 1.0, rtol=1e-4)
    assert abs(np.corrcoef(response)[0, 1]) < 0.1
    early = np.mean(response[:, round(0.1 * RATE) : round(0.3 * RATE)] ** 2)
    late = np.mean(response[:, round(0.6 * RATE) : round(0.8 * RATE)] ** 2)
    assert 10 * np.log10(early / late) == pytest.approx(60 * 0.5 / 1.5, abs=2.0)


def test_block_convolution_is_convolution() -> None:
    rng = np.random.default_rng(1)
    sound = rng.standard_normal(9000).astype(np.float32)
    sound[2000:6000] = 0
    response = rng.standard_normal((2, 500)).astype(np.float32)
    out = np.ones((2, 9000), np.float32)
    add_convolved(sound, response, out=out)
    expected = np.stack([1 + np.convolve(sound, side)[:9000] for side in response])
    np.testing.assert_allclose(out, expected, atol=2e-3)


@settings(max_examples=30, deadline=None)
@given(spans=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=5), seed=st.integers(0, 99))
def test_regions_lose_nothing(spans: list[tuple[int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = np.zeros((2, RATE // 2 + 123), np.float32)
    for start, length in spans:
        a, b = start * 441, (start + length) * 441
        samples[:, a:b] = rng.standard_normal(samples[:, a:b].shape)
    regions = Regions(samples, before_s=0.02, after_s=0.05, sample_rate_hz=RATE)
    again = regions.scatter(regions.gather(samples), np.full_like(samples, 7.0))
    np.testing.assert_array_equal(again, samples)
    assert Audio(samples=again, sample_rate_hz=RATE).n_samples == samples.shape[1]


@pytest.mark.parametrize(("step", "n_samples"), [(441, 441 * 20), (64, 64 * 20 - 13), (441, 441 * 20 + 100), (64, 20)])
def test_lines_run_from_middle_to_middle(step, n_samples):
    values = np.random.default_rng(2).uniform(0.2, 2.0, max(-(-n_samples // step), 1))
    wanted = np.interp(np.arange(n_samples), (np.arange(len(values)) + 0.5) * step, values)
    np.testing.assert_allclose(draw_line(values, step_samples=step, n_samples=n_samples), wanted, atol=3e-7)
