"""The bus: a gentle equaliser towards the spectrum of popular music. Found from the sum, applied to every stem."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.documents.mix_style import EqBand
from songwright.hearing.spectrum import OCTAVE_CENTRES_HZ, measure_power_spectrum, popular_octave_levels_db

FloatArray = npt.NDArray[np.float64]

_Q: Final = 1.0  # about an octave and a third between half-gain points: neighbours join without ripples
_DEAD_ZONE_DB: Final = 1.5  # songs may differ: only what lies further out is corrected (the goal is 4 dB)
_LEAST_DB: Final = 0.25  # nobody hears less
_ROUNDS: Final = 40
_STEP: Final = 0.4


def respond_db(band: EqBand, f_hz: FloatArray, *, sample_rate_hz: int) -> FloatArray:
    """Magnitude response in dB of a peak or shelf (Bristow-Johnson's cookbook formulas, as in pedalboard's
    filters).
    """
    a = 10.0 ** (band.gain_db / 40.0)
    w0 = 2.0 * np.pi * band.f_hz / sample_rate_hz
    alpha, cosine = np.sin(w0) / (2.0 * band.q), np.cos(w0)
    if band.kind == "peak":
        numerator = (1.0 + alpha * a, -2.0 * cosine, 1.0 - alpha * a)
        denominator = (1.0 + alpha / a, -2.0 * cosine, 1.0 - alpha / a)
    else:
        sign = 1.0 if band.kind == "high-shelf" else -1.0
        root = 2.0 * np.sqrt(a) * alpha
        numerator = (
            a * ((a + 1.0) + sign * (a - 1.0) * cosine + root),
            -sign * 2.0 * a * ((a - 1.0) + sign * (a + 1.0) * cosine),
            a * ((a + 1.0) + sign * (a - 1.0) * cosine - root),
        )
        denominator = (
            (a + 1.0) - sign * (a - 1.0) * cosine + root,
            sign * 2.0 * ((a - 1.0) - sign * (a + 1.0) * cosine),
            (a + 1.0) - sign * (a - 1.0) * cosine - root,
        )
    z = np.exp(-2j * np.pi * f_hz / sample_rate_hz)
    over = numerator[0] + numerator[1] * z + numerator[2] * z**2
    under = denominator[0] + denominator[1] * z + denominator[2] * z**2
    return np.asarray(20.0 * np.log10(np.abs(over / under)))


def _bands(gains_db: FloatArray) -> tuple[EqBand, ...]:
    return tuple(
        EqBand(
            kind="high-shelf" if i == len(gains_db) - 1 else "peak",
            f_hz=5600.0 if i == len(gains_db) - 1 else centre_hz,  # the top octave moves with all that lies above it
            gain_db=float(gain_db),
            q=0.707 if i == len(gains_db) - 1 else _Q,
        )
        for i, (centre_hz, gain_db) in enumerate(zip(OCTAVE_CENTRES_HZ, gains_db, strict=True))
    )


def find_match_bands(total: Audio, *, limit_db: float) -> tuple[EqBand, ...]:
    """Find the bus equaliser for a mix: one band an octave, each within ``limit_db``; empty for silence or limit 0.

    The bands overlap, so their gains are found by repeated small steps on the mix's own power spectrum.
    """
    f_hz, power = measure_power_spectrum(total)
    if limit_db <= 0.0 or power.sum() <= 1e-12:
        return ()
    centres_hz = 1000.0 * 2.0 ** np.arange(-4, 4)
    masks = [(f_hz >= centre / np.sqrt(2.0)) & (f_hz < centre * np.sqrt(2.0)) for centre in centres_hz]
    target_db = popular_octave_levels_db()
    gains_db = np.zeros(len(centres_hz))
    for _ in range(_ROUNDS):
        response_db = sum(respond_db(band, f_hz, sample_rate_hz=total.sample_rate_hz) for band in _bands(gains_db))
        shaped = power * 10.0 ** (response_db / 10.0)
        levels_db = np.array([10.0 * np.log10(max(float(shaped[mask].sum()), 1e-20)) for mask in masks])
        error_db = levels_db - target_db
        error_db -= error_db.mean()
        excess_db = error_db - np.clip(error_db, -_DEAD_ZONE_DB, _DEAD_ZONE_DB)
        gains_db = np.clip(gains_db - _STEP * excess_db, -limit_db, limit_db)
    return tuple(band for band in _bands(gains_db) if abs(band.gain_db) >= _LEAST_DB)
