"""Bring a mix to its loudness and under its true-peak ceiling, and say what that took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from songwright.documents.audio import Audio
from songwright.errors import InputError, QualityError
from songwright.hearing.loudness import (
    ABSOLUTE_GATE_LUFS,
    measure_loudness_lufs,
    measure_loudness_range_lu,
    measure_true_peak_dbtp,
)
from songwright.mastering.limiter import apply_gain_db, find_reduction_db, measure_peak_envelope

MARGIN_DB: Final = 0.05  # under the ceiling: other meters oversample with other filters, files round to 24 bits
LOUDNESS_TOLERANCE_LU: Final = 0.1
_AIM_LU: Final = 0.03
_MOST_ROUNDS: Final = 8
_MOST_GAIN_DB: Final = 40.0  # a mix that needs more is a mistake, not a quiet song
_LOW_PASS_HZ: Final = 20300.0
# 20 kHz is passed within 0.1 dB, 21 kHz is 60 dB down. Peaks made by what nobody hears would limit what they hear, and
# meters disagree about them by up to 0.6 dB (measured on white noise: ffmpeg's resampler against soxr's).
_LOW_PASS_TAPS: Final = 255
_HEAD_FADE_S: Final = 0.005
_TAIL_FADE_S: Final = 0.05
_LONG_TAIL_FADE_S: Final = 1.5  # when the song still rings at the end of the file
_RINGING_DB: Final = -55.0


@dataclass(frozen=True, kw_only=True)
class Master:
    """A finished song and what was done to it.

    Parameters
    ----------
    audio
        The master, every true peak under the ceiling.
    gain_db
        Gain before the limiter.
    loudness_lufs, true_peak_dbtp, loudness_range_lu
        Measured on ``audio``.
    reduction_db : np.ndarray [shape=(n_tenths,), dB]
        Largest gain reduction in every 0.1 s.
    limited_share
        Share of the time with more than 0.1 dB of reduction, 0 to 1.
    """

    audio: Audio
    gain_db: float
    loudness_lufs: float
    true_peak_dbtp: float
    loudness_range_lu: float
    reduction_db: npt.NDArray[np.float32]
    limited_share: float

    @property
    def most_reduction_db(self) -> float:
        """Deepest gain reduction."""
        return float(np.max(self.reduction_db, initial=0.0))


def _take_ultrasound_off(audio: Audio) -> Audio:
    taps = signal.firwin(_LOW_PASS_TAPS, _LOW_PASS_HZ, fs=audio.sample_rate_hz, window=("kaiser", 8.0))
    if audio.sample_rate_hz <= 2.0 * _LOW_PASS_HZ:
        return audio
    # linear phase: what is left keeps its shape, and the delay is taken out
    samples = signal.oaconvolve(audio.samples, taps[np.newaxis, :].astype(np.float32), mode="same", axes=1)
    return Audio(samples=samples.astype(np.float32), sample_rate_hz=audio.sample_rate_hz)


def _fade_ends(audio: Audio) -> npt.NDArray[np.float32]:
    rate = audio.sample_rate_hz
    samples = audio.samples.copy()
    end = samples[:, -round(0.1 * rate) :]
    ringing = (
        float(np.sqrt(np.mean(end.astype(np.float64) ** 2))) > 10.0 ** (_RINGING_DB / 20.0) * np.abs(samples).max()
    )
    for seconds, at_end in ((_HEAD_FADE_S, False), (_LONG_TAIL_FADE_S if ringing else _TAIL_FADE_S, True)):
        n = min(round(seconds * rate), audio.n_samples // 4)
        fade = (0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, n))).astype(np.float32)
        if at_end:
            samples[:, audio.n_samples - n :] *= fade[::-1]
        else:
            samples[:, :n] *= fade
    return samples


def master(premaster: Audio, *, target_lufs: float = -14.0, ceiling_dbtp: float = -1.0) -> Master:
    """Master a mix: low-pass at 20 kHz, fades at the very ends, gain, true-peak limiting.

    The gain is found by iteration, since the limiter takes a little loudness away; the ceiling used inside is
    lowered when the finished sound's true peak, measured afresh, comes nearer than 0.05 dB.

    Parameters
    ----------
    premaster
        The mix at any level.
    target_lufs
        Integrated loudness, -30 to -6 LUFS.
    ceiling_dbtp
        -12 to 0 dBTP.

    Raises
    ------
    InputError
        If a target is out of range, or the mix is silent, broken (NaN) or too quiet to be meant.
    QualityError
        If the loudness cannot be reached under the ceiling.
    """
    if not -30.0 <= target_lufs <= -6.0 or not -12.0 <= ceiling_dbtp <= 0.0:
        raise InputError(
            f"master: target {target_lufs:g} LUFS, ceiling {ceiling_dbtp:g} dBTP; "
            "allowed are -30 to -6 LUFS and -12 to 0 dBTP"
        )
    if not np.isfinite(premaster.samples).all():
        raise InputError("master: the mix holds samples that are not numbers; mix it again")
    rate = premaster.sample_rate_hz
    loudness = measure_loudness_lufs(premaster)
    if loudness < ABSOLUTE_GATE_LUFS:
        raise InputError(
            f"master: the mix is silent (under {ABSOLUTE_GATE_LUFS:g} LUFS); give at least one stem a sound"
        )
    if target_lufs - loudness > _MOST_GAIN_DB:
        raise InputError(
            f"master: the mix has {loudness:.1f} LUFS, too quiet for {target_lufs:g} LUFS (more than "
            f"{_MOST_GAIN_DB:g} dB of gain); raise the levels of the mix"
        )
    samples = _fade_ends(_take_ultrasound_off(premaster))
    peaks = measure_peak_envelope(samples, sample_rate_hz=rate)
    ceiling_db = ceiling_dbtp - MARGIN_DB
    gain_db = target_lufs - measure_loudness_lufs(Audio(samples=samples, sample_rate_hz=rate))
    loudest = (-np.inf, gain_db)
    previous: tuple[float, float] | None = None
    for _ in range(_MOST_ROUNDS):
        reduction = find_reduction_db(peaks, sample_rate_hz=rate, gain_db=gain_db, ceiling_db=ceiling_db)
        audio = Audio(samples=apply_gain_db(samples, gain_db - reduction), sample_rate_hz=rate)
        loudness = measure_loudness_lufs(audio)
        loudest = max(loudest, (loudness, gain_db))
        error = target_lufs - loudness
        if abs(error) <= _AIM_LU:
            true_peak = measure_true_peak_dbtp(audio)
            if true_peak <= ceiling_dbtp - 0.8 * MARGIN_DB:
                return _describe(audio, gain_db, loudness, true_peak, reduction)
            ceiling_db -= true_peak - (ceiling_dbtp - MARGIN_DB)
            continue
        # the limiter gives back only a part of each dB: take the measured slope once there is one
        slope = 1.0
        if previous is not None and abs(gain_db - previous[0]) > 1e-3:
            slope = float(np.clip((loudness - previous[1]) / (gain_db - previous[0]), 0.15, 1.0))
        previous = (gain_db, loudness)
        gain_db += float(np.clip(error / slope, -12.0, 6.0))
    true_peak = measure_true_peak_dbtp(audio)
    if abs(loudness - target_lufs) <= LOUDNESS_TOLERANCE_LU and true_peak <= ceiling_dbtp:
        return _describe(audio, gain_db, loudness, true_peak, reduction)
    raise QualityError(
        f"master: {target_lufs:g} LUFS cannot be reached under {ceiling_dbtp:g} dBTP; the loudest was "
        f"{loudest[0]:.1f} LUFS with {loudest[1]:.1f} dB of gain: the mix has too few loud passages or "
        "too high single peaks"
    )


def _describe(
    audio: Audio, gain_db: float, loudness_lufs: float, true_peak_dbtp: float, reduction: npt.NDArray[np.float64]
) -> Master:
    tenth = round(0.1 * audio.sample_rate_hz)
    curve = np.maximum.reduceat(reduction, np.arange(0, len(reduction), tenth))
    return Master(
        audio=audio,
        gain_db=gain_db,
        loudness_lufs=loudness_lufs,
        true_peak_dbtp=true_peak_dbtp,
        loudness_range_lu=measure_loudness_range_lu(audio),
        reduction_db=curve.astype(np.float32),
        limited_share=float(np.mean(reduction > 0.1)),
    )
