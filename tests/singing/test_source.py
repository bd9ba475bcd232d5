"""The vocoder's excitation: in tune for as long as one likes, and noise where the voice is off."""

import numpy as np
import pytest

from songwright.singing.source import CONTROL_HOP_SAMPLES, render_source

RATE_HZ = 24000
WEIGHTS = np.array([1.0, 0.5, 0.3, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05])


def source(f0_hz, voiced=True, *, seed=0, **how):
    f0 = np.asarray(f0_hz, dtype=np.float32)
    mask = np.broadcast_to(np.asarray(voiced, dtype=bool), f0.shape)
    rng = np.random.default_rng(seed)
    return render_source(f0, mask, weights=WEIGHTS, bias=0.0, sample_rate_hz=RATE_HZ, rng=rng, **how)


def partial(samples, f_hz):
    """Complex amplitude of the partial at f_hz; its phase counts from the first sample."""
    t_s = np.arange(samples.size) / RATE_HZ
    window = np.hanning(samples.size)
    return 2.0 * np.sum(samples * window * np.exp(-2j * np.pi * f_hz * t_s)) / window.sum()


@pytest.mark.parametrize("f_hz", [82.41, 220.0, 698.46])
def test_ten_seconds_stay_within_a_cent(f_hz):
    samples = source(np.full(800, f_hz))
    assert samples.dtype == np.float32
    assert samples.size == 10 * RATE_HZ
    # Beside a sine of the exact f0 (as the float32 control curve holds it) the phase neither turns nor drifts.
    turns = np.exp(-2j * np.pi * float(np.float32(f_hz)) * np.arange(samples.size) / RATE_HZ)
    phase_rad = np.angle((samples * turns).reshape(-1, 2400).mean(axis=1))
    drift_rad = np.unwrap(phase_rad) - phase_rad[0]
    cents = 1731.0 * drift_rad[-1] / (2.0 * np.pi * f_hz * 9.9)
    assert abs(cents) < 0.1
    assert np.max(np.abs(drift_rad)) < 0.2


def test_a_glide_arrives_where_it_should():
    curve = np.concatenate([np.full(80, 200.0), np.linspace(200.0, 300.0, 80), np.full(160, 300.0)])
    held = source(curve)[-150 * CONTROL_HOP_SAMPLES :]
    strongest_hz = max(300.0 * 2 ** (np.arange(-60, 61) / 2400), key=lambda f_hz: abs(partial(held, f_hz)))
    assert abs(1200 * np.log2(strongest_hz / 300.0)) <= 1.0


def test_unvoiced_is_noise_without_harmonics_and_voiced_is_harmonics():
    voiced = np.repeat([True, False], 160)
    samples = source(np.full(320, 200.0), voiced)
    on, off = samples[2400:45600], samples[50400:93600]
    assert np.std(off) > 0.01, "a consonant has something to be filtered"
    for harmonic, weight in enumerate(WEIGHTS, start=1):
        assert abs(partial(on, 200.0 * harmonic)) == pytest.approx(0.1 * weight, rel=0.15, abs=0.002)
        assert abs(partial(off, 200.0 * harmonic)) < 0.002
    # Between the harmonics the voiced part is nearly still.
    assert abs(partial(on, 250.0)) < 0.001


def test_voicing_does_not_switch_on_within_a_sample():
    steps = np.abs(np.diff(source(np.full(80, 220.0), np.arange(80) >= 40, seed=4).astype(float)))
    at = 40 * CONTROL_HOP_SAMPLES
    assert steps[at - 200 : at + 200].max() < 1.5 * max(steps[: at - 400].max(), steps[at + 400 :].max())


def test_grit_beats_at_half_the_pitch():
    smooth, rough = (source(np.full(160, 220.0), grit=grit)[4800:43200] for grit in (0.0, 1.0))
    for f_hz in (110.0, 330.0):
        assert abs(partial(rough, f_hz)) > 10 * abs(partial(smooth, f_hz))
    assert abs(partial(rough, 220.0)) == pytest.approx(abs(partial(smooth, 220.0)), rel=0.1)


def test_breath_is_noise_between_the_harmonics():
    clean, breathy = (source(np.full(160, 220.0), breathiness=share)[4800:43200] for share in (0.0, 1.0))

    def noise(samples):
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
        f_hz = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
        return spectrum[f_hz > 4000].mean()

    assert 10 * np.log10(noise(breathy) / noise(clean)) > 15.0
    assert abs(partial(breathy, 220.0)) == pytest.approx(abs(partial(clean, 220.0)), rel=0.1)


def test_the_noise_comes_from_the_seed():
    curve = np.full(40, 220.0)
    assert np.array_equal(source(curve, seed=3), source(curve, seed=3))
    assert not np.array_equal(source(curve, seed=3), source(curve, seed=4))
