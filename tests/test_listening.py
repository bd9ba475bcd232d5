"""Every assert on sound accepts the right answer and refuses the nearest wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from songwright.documents.audio import Audio
from tests import listening, signals

RATE = 44100


def test_f0_hears_a_voice_and_refuses_five_cents() -> None:
    voice = signals.pulse_voice(196.0, duration_s=0.6, sample_rate_hz=RATE)
    listening.assert_f0_within(voice, 196.0, cents=2)
    with pytest.raises(AssertionError, match="cents"):
        listening.assert_f0_within(voice, 196.0 * 2 ** (5 / 1200), cents=2)


def test_f0_refuses_noise() -> None:
    noise = signals.white_noise(duration_s=0.6, sample_rate_hz=RATE)
    with pytest.raises(AssertionError):
        listening.assert_f0_within(noise, 196.0, cents=20)


def test_loudness_of_the_reference_sine() -> None:
    # EBU Tech 3341, case 1: a stereo 1 kHz sine at -23 dBFS reads -23 LUFS
    sine = signals.sine(1000, duration_s=5, sample_rate_hz=48000, peak_db=-23, n_channels=2)
    listening.assert_loudness(sine, -23.0, tol_lu=0.1)
    with pytest.raises(AssertionError, match="LUFS"):
        listening.assert_loudness(sine, -22.8, tol_lu=0.1)


def test_true_peak_sees_between_the_samples() -> None:
    # a quarter of the rate, 45 degrees off: every sample is 3 dB under the true peak
    sine = signals.sine(RATE / 4, duration_s=1, sample_rate_hz=RATE, peak_db=-3, phase_rad=np.pi / 4)
    assert np.abs(sine.samples).max() < 10 ** (-5.9 / 20)
    listening.assert_true_peak_below(sine, -2.8)
    with pytest.raises(AssertionError, match="dBTP"):
        listening.assert_true_peak_below(sine, -3.2)


def test_clicks_are_found_and_music_is_not_called_one() -> None:
    voice = signals.pulse_voice(110.0, duration_s=0.5, sample_rate_hz=RATE)
    listening.assert_no_clicks(voice)
    listening.assert_no_clicks(signals.white_noise(duration_s=0.5, sample_rate_hz=RATE))
    cut = voice.samples.copy()
    cut[:, 10000:] = 0  # cut off in mid-wave
    with pytest.raises(AssertionError, match="clicks"):
        listening.assert_no_clicks(Audio(samples=cut, sample_rate_hz=RATE))
    stray = voice.samples.copy()
    stray[0, 8000] += 0.2
    with pytest.raises(AssertionError, match=r"0\.181"):
        listening.assert_no_clicks(Audio(samples=stray, sample_rate_hz=RATE))


def test_start_is_heard_to_the_millisecond() -> None:
    tone = signals.sine(440, duration_s=0.5, sample_rate_hz=RATE, phase_rad=np.pi / 2).samples
    late = Audio(samples=np.concatenate([np.zeros((1, 4410), dtype=np.float32), tone], axis=1), sample_rate_hz=RATE)
    listening.assert_starts_within(late, 0.1, ms=0.5)
    with pytest.raises(AssertionError, match="starts at"):
        listening.assert_starts_within(late, 0.102, ms=1)
