"""Asserts on sound. Each has a test in test_listening.py that feeds it the wrong answer and sees it fail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.hearing.loudness import measure_loudness_lufs, measure_true_peak_dbtp
from songwright.units import hz_to_cents


def hear_f0_hz(audio: Audio) -> npt.NDArray[np.float64]:
    """f0 in Hz every 5 ms, 0 where unvoiced (WORLD: dio refined by stonemask), of the channels' mean."""
    import pyworld

    mono = audio.samples.mean(axis=0).astype(np.float64)
    coarse, times = pyworld.dio(mono, audio.sample_rate_hz, f0_floor=40.0, f0_ceil=1400.0)
    return np.asarray(pyworld.stonemask(mono, coarse, times, audio.sample_rate_hz))


def assert_f0_within(audio: Audio, expected_hz: float, *, cents: float) -> None:
    """The median f0 of the voiced frames lies within ``cents`` of ``expected_hz``, and most of the sound is voiced."""
    f0 = hear_f0_hz(audio)
    voiced = f0[f0 > 0]
    assert len(voiced) >= 0.3 * len(f0), f"only {len(voiced)} of {len(f0)} frames have a pitch"
    error = hz_to_cents(float(np.median(voiced)), expected_hz)
    assert abs(error) <= cents, (
        f"{np.median(voiced):.2f} Hz is {error:+.1f} cents from {expected_hz:.2f} Hz, allowed {cents}"
    )


def assert_loudness(audio: Audio, lufs: float, *, tol_lu: float) -> None:
    """Integrated loudness lies within ``tol_lu`` of ``lufs``."""
    measured = measure_loudness_lufs(audio)
    assert abs(measured - lufs) <= tol_lu, f"{measured:.2f} LUFS, expected {lufs:.2f} +- {tol_lu} LU"


def assert_true_peak_below(audio: Audio, dbtp: float) -> None:
    """No true peak lies above ``dbtp``."""
    measured = measure_true_peak_dbtp(audio)
    assert measured <= dbtp, f"true peak {measured:.3f} dBTP, allowed {dbtp}"


def find_clicks_s(audio: Audio) -> list[float]:
    """Times of discontinuities: curvature more than 15 times that of the 10 ms before or after it, and over -66 dBFS.

    Gaussian noise stays under 6 times, the three example bands under 8 (measured).
    """
    found = []
    n = round(0.010 * audio.sample_rate_hz)
    for channel in audio.samples:
        curve = np.abs(np.diff(np.concatenate([[0.0, 0.0], channel.astype(np.float64), [0.0, 0.0]]), 2))
        square = np.concatenate([np.zeros(n), curve**2, np.zeros(n)])
        total = np.concatenate([[0.0], np.cumsum(square)])
        at = np.arange(len(curve)) + n
        before = np.maximum(total[at - 3] - total[at - n], 0)
        after = np.maximum(total[at + n] - total[at + 4], 0)
        # a hit is quiet before it and loud after it; a click is alone: compare with the louder side
        around = np.sqrt(np.maximum(before, after) / (n - 3))
        found += [float(i) / audio.sample_rate_hz for i in np.flatnonzero((curve > 15 * around) & (curve > 5e-4))]
    return sorted(found)


def assert_no_clicks(audio: Audio) -> None:
    """No sample jumps out of its surroundings, also not at the very ends."""
    clicks = find_clicks_s(audio)
    assert not clicks, f"{len(clicks)} clicks, the first at {clicks[0]:.4f} s"


def hear_start_s(audio: Audio, *, threshold_db: float = -30.0) -> float:
    """When the 1 ms envelope first comes within ``threshold_db`` of its maximum."""
    n = max(round(0.001 * audio.sample_rate_hz), 1)
    level = np.abs(audio.samples).max(axis=0)
    envelope = np.maximum.reduceat(level, np.arange(0, len(level), n))
    assert envelope.max() > 0, "silence has no start"
    first = int(np.argmax(envelope > envelope.max() * 10 ** (threshold_db / 20)))
    inside = level[first * n : (first + 1) * n] > envelope.max() * 10 ** (threshold_db / 20)
    return (first * n + int(np.argmax(inside))) / audio.sample_rate_hz


def assert_starts_within(audio: Audio, start_s: float, *, ms: float, threshold_db: float = -30.0) -> None:
    """The sound starts within ``ms`` of ``start_s``."""
    heard = hear_start_s(audio, threshold_db=threshold_db)
    assert abs(heard - start_s) * 1000 <= ms, f"starts at {heard:.4f} s, expected {start_s:.4f} s +- {ms} ms"
