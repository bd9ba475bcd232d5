"""The master reaches its loudness under its ceiling, as an independent meter hears it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests import listening, signals

from songwright.documents.audio import Audio
from songwright.errors import InputError, QualityError
from songwright.formats.sndfile import load_soundfile
from songwright.mastering import master

RATE = 44100


def hear_with_ffmpeg(audio: Audio, folder: Path) -> tuple[float, float]:
    """(LUFS, dBTP) by ffmpeg's ebur128 of the audio as a 24-bit file; ffmpeg prints one decimal."""
    path = folder / "master.wav"
    load_soundfile().write(path, audio.samples.T, audio.sample_rate_hz, subtype="PCM_24")
    command = ["ffmpeg", "-nostats", "-i", path, "-filter_complex", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = report[report.rindex("Summary:") :]
    loudness = re.search(r"I:\s+(\S+) LUFS", summary)
    peak = re.search(r"Peak:\s+(\S+) dBFS", summary)
    assert loudness is not None
    assert peak is not None
    return float(loudness[1]), float(peak[1])


def beat(*, duration_s: float = 8.0, hit_db: float = 0.0) -> Audio:
    """Drum-like hits over a swelling tone: music as a limiter meets it."""
    rng = np.random.default_rng(5)
    t = np.arange(round(duration_s * RATE)) / RATE
    samples = np.tile(0.1 * np.sin(2 * np.pi * 220 * t) * (1 + np.sin(2 * np.pi * 0.2 * t)), (2, 1))
    for start in range(0, len(t) - RATE // 2, RATE // 2):
        decay = np.exp(-t[: RATE // 2] / 0.08) * 10 ** (hit_db / 20)
        samples[:, start : start + RATE // 2] += decay * (
            0.4 * rng.standard_normal((2, RATE // 2)) + np.sin(2 * np.pi * 60 * t[: RATE // 2])
        )
    return Audio(samples=samples.astype(np.float32), sample_rate_hz=RATE)


@pytest.mark.parametrize(
    ("premaster", "target_lufs"),
    [
        (beat(), -14.0),
        (beat(hit_db=-30), -14.0),
        (beat(), -9.0),
        (signals.white_noise(duration_s=4, sample_rate_hz=RATE, rms_db=0, n_channels=2), -9.0),
        (signals.square(997, duration_s=4, sample_rate_hz=RATE, n_channels=2), -14.0),
        (signals.sine(RATE / 4, duration_s=4, sample_rate_hz=RATE, peak_db=0, phase_rad=np.pi / 4), -14.0),
    ],
    ids=["beat", "soft beat", "loud beat", "full-scale noise", "square wave", "inter-sample sine"],
)
def test_loudness_and_true_peak_by_an_independent_meter(premaster: Audio, target_lufs: float, tmp_path: Path) -> None:
    finished = master(premaster, target_lufs=target_lufs)
    loudness, peak = hear_with_ffmpeg(finished.audio, tmp_path)
    assert loudness == pytest.approx(target_lufs, abs=0.15)
    assert peak <= -1.0
    listening.assert_loudness(finished.audio, target_lufs, tol_lu=0.1)
    listening.assert_true_peak_below(finished.audio, -1.0)
    assert finished.loudness_lufs == pytest.approx(loudness, abs=0.15)
    assert finished.audio.samples.shape == premaster.samples.shape


def test_the_report_tells_what_the_limiter_did() -> None:
    soft, loud = master(beat(hit_db=-30)), master(beat(), target_lufs=-9.0)
    assert soft.most_reduction_db < 3 < loud.most_reduction_db
    assert loud.limited_share > 0.3
    assert len(loud.reduction_db) == 80


def test_same_in_same_out_and_level_of_the_mix_does_not_matter() -> None:
    mix = beat()
    first, second = master(mix), master(mix)
    np.testing.assert_array_equal(first.audio.samples, second.audio.samples)
    quieter = Audio(samples=mix.samples * np.float32(0.125), sample_rate_hz=RATE)
    np.testing.assert_allclose(master(quieter).audio.samples, first.audio.samples, atol=2e-3)


def test_a_song_that_still_rings_fades_out_without_a_click() -> None:
    tone = signals.sine(220, duration_s=6, sample_rate_hz=RATE, n_channels=2, phase_rad=1.0)
    finished = master(tone).audio
    listening.assert_no_clicks(finished)
    assert np.abs(finished.samples[:, -1]).max() < 1e-4
    assert np.abs(finished.samples[:, :1]).max() < 1e-4
    half_second = finished.samples[:, -RATE // 2 :]
    assert np.abs(half_second).max() < 0.5 * np.abs(finished.samples).max()


def test_what_cannot_be_mastered_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="silent"):
        master(signals.silence(duration_s=2, sample_rate_hz=RATE, n_channels=2))
    with pytest.raises(InputError, match="too quiet"):
        master(signals.sine(1000, duration_s=2, sample_rate_hz=RATE, peak_db=-60, n_channels=2))
    with pytest.raises(InputError, match="allowed"):
        master(beat(), target_lufs=-3.0)
    broken = beat().samples.copy()
    broken[0, 100] = np.nan
    with pytest.raises(InputError, match="not numbers"):
        master(Audio(samples=broken, sample_rate_hz=RATE))
    clicks = signals.impulses((0.5, 1.5), duration_s=2, sample_rate_hz=RATE, peak_db=0)
    with pytest.raises(QualityError, match="cannot be reached"):
        master(clicks)
