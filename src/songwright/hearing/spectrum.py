"""Long-term average spectrum (LTAS) in octave bands, and how far it lies from popular music as it is.

The target is the mean LTAS of 12,345 popular tracks in Elowsson & Friberg (2017), "Long-term average spectrum in
popular music and its relation to the level of the percussion", AES 142nd Convention, paper 9762. Facts used:

- Frequency axis: 60 bins an octave from 30 Hz, ``f = 30 * 2 ** ((x - 1) / 60)`` Hz, up to bin 543 (15.7 kHz).
- Up to bin 100 (94 Hz):  ``y = -0.000907 x^2 + 0.256 x - 32.942`` dB.
- From bin 100:           ``y = -0.000183 x^2 + 0.0213 x - 16.735`` dB.

``y`` is a power spectral *density* in dB: its slope is -4.99 dB/octave at 800 Hz, their table 1, where Pestana et
al. (2013) found about -5 dB/octave in plain FFT spectra. An octave band's level is therefore the integral of the
density over the band (white noise would rise by 3 dB an octave). Levels are compared after alignment: the mean
difference over the eight octave bands from 63 Hz to 8 kHz is taken as the level and subtracted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.errors import InputError

OCTAVE_CENTRES_HZ: Final = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Nominal centres of the octave bands, IEC 61260-1."""

_EXACT_CENTRES_HZ: Final = 1000.0 * 2.0 ** np.arange(-4, 4)
_FRAME_SAMPLES: Final = 16384  # 2.7 Hz bins at 44.1 kHz: 16 of them in the 63 Hz octave


def popular_density_db(f_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Mean spectral density of popular music in dB (arbitrary level) at frequencies in Hz.

    Source  Elowsson & Friberg (2017), equations 5 and 6.
    """
    x = 1.0 + 60.0 * np.log2(np.asarray(f_hz, dtype=np.float64) / 30.0)
    low = -0.000907 * x**2 + 0.256 * x - 32.942
    high = -0.000183 * x**2 + 0.0213 * x - 16.735
    return np.where(x < 100.0, low, high)


def popular_octave_levels_db() -> npt.NDArray[np.float64]:
    """Octave-band levels of the mean LTAS of popular music, mean 0 dB over the bands [shape=(8,)]."""
    levels = []
    for centre_hz in _EXACT_CENTRES_HZ:
        f_hz = np.linspace(centre_hz / np.sqrt(2.0), centre_hz * np.sqrt(2.0), 513)
        levels.append(10.0 * np.log10(np.trapezoid(10.0 ** (popular_density_db(f_hz) / 10.0), f_hz)))
    return np.asarray(levels) - np.mean(levels)


def measure_power_spectrum(audio: Audio) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean power spectrum over time and channels (Welch: Hann frames of 16384 samples, half overlapped).

    Returns
    -------
    f_hz : np.ndarray [shape=(n_bins,), Hz]
    power : np.ndarray [shape=(n_bins,)]
        Density up to a constant factor.

    Raises
    ------
    InputError
        If the audio is shorter than one frame.
    """
    if audio.n_samples < _FRAME_SAMPLES:
        raise InputError(f"a spectrum needs at least {_FRAME_SAMPLES} samples, this has {audio.n_samples}")
    window = np.hanning(_FRAME_SAMPLES).astype(np.float32)
    power = np.zeros(_FRAME_SAMPLES // 2 + 1)
    for channel in audio.samples:
        frames = np.lib.stride_tricks.sliding_window_view(channel, _FRAME_SAMPLES)[:: _FRAME_SAMPLES // 2]
        for i in range(0, len(frames), 32):  # 32 frames at a time bound the memory
            spectrum = np.fft.rfft(frames[i : i + 32] * window)
            power += np.sum(spectrum.real**2 + spectrum.imag**2, axis=0, dtype=np.float64) / len(frames)
    f_hz = np.asarray(np.fft.rfftfreq(_FRAME_SAMPLES, 1.0 / audio.sample_rate_hz), dtype=np.float64)
    return f_hz, power / audio.n_channels


def measure_octave_levels_db(audio: Audio) -> npt.NDArray[np.float64]:
    """Level of each octave band 63 Hz to 8 kHz in dB (common unknown reference) [shape=(8,)]; -200 dB where there
    is nothing.
    """
    f_hz, power = measure_power_spectrum(audio)
    levels = []
    for centre_hz in _EXACT_CENTRES_HZ:
        band = (f_hz >= centre_hz / np.sqrt(2.0)) & (f_hz < centre_hz * np.sqrt(2.0))
        levels.append(10.0 * np.log10(max(float(np.sum(power[band])), 1e-20)))
    return np.asarray(levels)


def measure_balance(audio: Audio) -> dict[float, float]:
    """Difference from popular music in dB for each octave band, after level alignment.

    Returns
    -------
    dict
        Nominal band centre in Hz -> dB; positive where the audio has more than the mean of popular music.
    """
    difference = measure_octave_levels_db(audio) - popular_octave_levels_db()
    difference -= np.mean(difference)
    return {centre: float(db) for centre, db in zip(OCTAVE_CENTRES_HZ, difference, strict=True)}
