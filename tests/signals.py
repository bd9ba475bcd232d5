"""Synthetic sounds with known answers. Everything is `Audio`: float32 (n_channels, n_samples)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal

from songwright.documents.audio import Audio
from songwright.units import db_to_gain


def _audio(samples: npt.ArrayLike, sample_rate_hz: int, n_channels: int = 1) -> Audio:
    row = np.asarray(samples, dtype=np.float32)
    return Audio(samples=np.tile(row, (n_channels, 1)), sample_rate_hz=sample_rate_hz)


def _time_s(duration_s: float, sample_rate_hz: int) -> npt.NDArray[np.float64]:
    return np.arange(round(duration_s * sample_rate_hz)) / sample_rate_hz


def silence(*, duration_s: float, sample_rate_hz: int, n_channels: int = 1) -> Audio:
    """Digital zero."""
    return _audio(np.zeros(round(duration_s * sample_rate_hz)), sample_rate_hz, n_channels)


def sine(
    f_hz: float,
    *,
    duration_s: float,
    sample_rate_hz: int,
    peak_db: float = -20.0,
    phase_rad: float = 0.0,
    n_channels: int = 1,
) -> Audio:
    """A sine whose peaks are at ``peak_db`` dBFS."""
    t_s = _time_s(duration_s, sample_rate_hz)
    return _audio(db_to_gain(peak_db) * np.sin(2 * np.pi * f_hz * t_s + phase_rad), sample_rate_hz, n_channels)


def square(f_hz: float, *, duration_s: float, sample_rate_hz: int, peak_db: float = 0.0, n_channels: int = 1) -> Audio:
    """A naive square wave: the worst case for true peaks."""
    wave = signal.square(2 * np.pi * f_hz * _time_s(duration_s, sample_rate_hz))
    return _audio(db_to_gain(peak_db) * wave, sample_rate_hz, n_channels)


def chirp(
    start_hz: float,
    end_hz: float,
    *,
    duration_s: float,
    sample_rate_hz: int,
    peak_db: float = -20.0,
    n_channels: int = 1,
) -> Audio:
    """A logarithmic sweep."""
    wave = signal.chirp(_time_s(duration_s, sample_rate_hz), start_hz, duration_s, end_hz, method="logarithmic")
    return _audio(db_to_gain(peak_db) * wave, sample_rate_hz, n_channels)


def white_noise(
    *, duration_s: float, sample_rate_hz: int, rms_db: float = -20.0, n_channels: int = 1, seed: int = 0
) -> Audio:
    """Independent Gaussian noise in every channel."""
    shape = (n_channels, round(duration_s * sample_rate_hz))
    samples = db_to_gain(rms_db) * np.random.default_rng(seed).standard_normal(shape)
    return Audio(samples=samples.astype(np.float32), sample_rate_hz=sample_rate_hz)


def shaped_noise(
    density_db: npt.ArrayLike,
    f_hz: npt.ArrayLike,
    *,
    duration_s: float,
    sample_rate_hz: int,
    rms_db: float = -20.0,
    seed: int = 0,
) -> Audio:
    """Noise with a spectral density given in dB at rising frequencies (straight lines over log frequency between
    them).
    """
    n = round(duration_s * sample_rate_hz)
    bins_hz = np.fft.rfftfreq(n, 1 / sample_rate_hz)
    db = np.interp(
        np.log2(np.maximum(bins_hz, 1.0)), np.log2(np.asarray(f_hz, dtype=float)), np.asarray(density_db, dtype=float)
    )
    rng = np.random.default_rng(seed)
    spectrum = (rng.standard_normal(len(bins_hz)) + 1j * rng.standard_normal(len(bins_hz))) * 10 ** (db / 20)
    spectrum[0] = 0
    wave = np.fft.irfft(spectrum, n)
    return _audio(wave / np.sqrt(np.mean(wave**2)) * db_to_gain(rms_db), sample_rate_hz)


def impulses(
    times_s: tuple[float, ...], *, duration_s: float, sample_rate_hz: int, peak_db: float = -6.0, n_channels: int = 1
) -> Audio:
    """Single samples at the given times."""
    samples = np.zeros(round(duration_s * sample_rate_hz))
    samples[[round(t * sample_rate_hz) for t in times_s]] = db_to_gain(peak_db)
    return _audio(samples, sample_rate_hz, n_channels)


def pulse_voice(
    f0_hz: float | npt.NDArray[np.floating],
    *,
    duration_s: float,
    sample_rate_hz: int,
    formants_hz: tuple[float, ...] = (700.0, 1220.0, 2600.0, 3500.0),
    bandwidths_hz: tuple[float, ...] = (90.0, 110.0, 160.0, 200.0),
    rms_db: float = -20.0,
) -> Audio:
    """A voice of known f0 and formants: band-limited pulses through resonators (default: the vowel of "father").

    ``f0_hz`` is a number or one value per sample.
    """
    n = round(duration_s * sample_rate_hz)
    f0 = np.broadcast_to(np.asarray(f0_hz, dtype=float), (n,))
    phase = 2 * np.pi * np.cumsum(f0) / sample_rate_hz
    wave = np.zeros(n)
    for k in range(1, int(0.45 * sample_rate_hz / f0.min()) + 1):
        # -6 dB/octave: glottal flow (-12) and lip radiation (+6); harmonics past Nyquist stay out
        wave += np.where(k * f0 < 0.45 * sample_rate_hz, np.cos(k * phase) / k, 0.0)
    for formant, bandwidth in zip(formants_hz, bandwidths_hz, strict=True):
        r, theta = np.exp(-np.pi * bandwidth / sample_rate_hz), 2 * np.pi * formant / sample_rate_hz
        a = np.array([1.0, -2 * r * np.cos(theta), r * r])
        wave = signal.lfilter([a.sum()], a, wave)
    fade = round(0.02 * sample_rate_hz)
    wave[:fade] *= np.linspace(0, 1, fade)
    wave[-fade:] *= np.linspace(1, 0, fade)
    return _audio(wave / np.sqrt(np.mean(wave**2)) * db_to_gain(rms_db), sample_rate_hz)
