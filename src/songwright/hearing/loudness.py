"""Loudness and true-peak meters.

Loudness follows ITU-R BS.1770-4 (K-weighting, 400 ms blocks, gates at -70 LUFS and -10 LU) and EBU Tech 3342
(loudness range). The K-weighting filters are the analogue prototypes of BS.1770 as recovered by De Man (2014), so
that they are right at 44.1 kHz as well as at 48 kHz. True peak follows BS.1770-4 annex 2: the largest sample after
oversampling, by eight: the four that it asks for at least can miss 0.5 dB at 20 kHz.

All meters take `Audio`; channels count alike (left and right; a mono file counts once, as in BS.1770).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.errors import InputError
from songwright.hearing.filtering import filter_blocks
from songwright.units import SILENCE_DB

ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = -10.0
RANGE_GATE_LU: Final = -20.0
OVERSAMPLING: Final = 8
_STEP_S: Final = 0.1  # BS.1770: 400 ms blocks overlap by 75 %
_MOMENTARY_STEPS: Final = 4
_SHORT_TERM_STEPS: Final = 30
_BLOCK_SAMPLES: Final = 16384


def k_weighting_sos(sample_rate_hz: int) -> npt.NDArray[np.float64]:
    """Second-order sections of the K-weighting filter [shape=(2, 6)].

    Source  De Man (2014), "Evaluation of implementations of the EBU R128 loudness measurement", AES 137, e-brief 196:
    a +4 dB shelf at 1682 Hz (the head) and a high-pass at 38 Hz.
    """
    k = math.tan(math.pi * 1681.9744509555319 / sample_rate_hz)
    quality, head_gain = 0.7071752369554193, 10.0 ** (3.99984385397 / 20.0)
    middle = head_gain**0.499666774155
    norm = 1.0 + k / quality + k * k
    shelf = [
        (head_gain + middle * k / quality + k * k) / norm,
        2.0 * (k * k - head_gain) / norm,
        (head_gain - middle * k / quality + k * k) / norm,
        1.0,
        2.0 * (k * k - 1.0) / norm,
        (1.0 - k / quality + k * k) / norm,
    ]
    k = math.tan(math.pi * 38.13547087613982 / sample_rate_hz)
    quality = 0.5003270373253953
    norm = 1.0 + k / quality + k * k
    # BS.1770 leaves the numerator of the high-pass at 1, -2, 1
    high_pass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / norm, (1.0 - k / quality + k * k) / norm]
    return np.array([shelf, high_pass])


def measure_step_power(audio: Audio, *, step_s: float = _STEP_S) -> npt.NDArray[np.float64]:
    """Mean K-weighted power, summed over channels, of consecutive steps [shape=(n_steps,)]; a short last step is
    dropped.
    """
    step = round(step_s * audio.sample_rate_hz)
    n_steps = audio.n_samples // step
    # a breath of direct current, 300 dB down, keeps the filter's memory from slow denormal numbers in silence
    blocks = filter_blocks(
        k_weighting_sos(audio.sample_rate_hz),
        audio.samples[:, : n_steps * step],
        block=step * max(1, _BLOCK_SAMPLES // step),
        bias=1e-15,
    )
    power = np.zeros(n_steps)
    for start, weighted in blocks:
        steps = weighted.reshape(len(weighted), -1, step)
        power[start // step : start // step + steps.shape[1]] = sum(
            np.einsum("ij,ij->i", one, one) / step for one in steps
        )
    return power


def power_to_lufs(power: float) -> float:
    """Loudness in LUFS of a mean K-weighted power; `SILENCE_DB` for none."""
    return -0.691 + 10.0 * math.log10(power) if power > 10.0 ** (SILENCE_DB / 10.0) else SILENCE_DB


def _powers_to_lufs(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lufs: npt.NDArray[np.float64] = -0.691 + 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENCE_DB / 10.0)))
    return lufs


def _blocks(step_power: npt.NDArray[np.float64], n_steps: int) -> npt.NDArray[np.float64]:
    if len(step_power) < n_steps:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(step_power)])
    blocks: npt.NDArray[np.float64] = np.maximum(total[n_steps:] - total[:-n_steps], 0.0) / n_steps
    return blocks


def gate_power(block_power: npt.NDArray[np.float64]) -> float:
    """Mean power of the blocks that pass both gates of BS.1770-4; 0 when none does."""
    loud = block_power[_powers_to_lufs(block_power) >= ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return 0.0
    threshold = float(np.mean(loud)) * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    return float(np.mean(loud[loud > threshold]))


def measure_loudness_lufs(audio: Audio) -> float:
    """Integrated loudness in LUFS; `SILENCE_DB` when everything lies under the absolute gate.

    The gates make this the loudness of the *active* passages, so it also serves to compare stems that pause.

    Raises
    ------
    InputError
        If the audio is shorter than one block of 400 ms.
    """
    if audio.duration_s < _STEP_S * _MOMENTARY_STEPS:
        raise InputError(f"loudness needs at least 0.4 s of audio, this is {audio.duration_s:.3f} s")
    return power_to_lufs(gate_power(_blocks(measure_step_power(audio), _MOMENTARY_STEPS)))


def measure_short_term_lufs(audio: Audio) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Short-term loudness (3 s windows, every 0.1 s).

    Returns
    -------
    times_s : np.ndarray [shape=(n_windows,), s]
        Middle of each window.
    loudness_lufs : np.ndarray [shape=(n_windows,), LUFS]
    """
    lufs = _powers_to_lufs(_blocks(measure_step_power(audio), _SHORT_TERM_STEPS))
    times_s = np.asarray((np.arange(len(lufs)) + _SHORT_TERM_STEPS / 2) * _STEP_S, dtype=np.float64)
    return times_s, lufs


def measure_loudness_range_lu(audio: Audio) -> float:
    """Loudness range in LU: the 10 % to 95 % span of gated short-term loudness; 0 for less than 3 s.

    Source  EBU Tech 3342.
    """
    _, lufs = measure_short_term_lufs(audio)
    lufs = lufs[lufs >= ABSOLUTE_GATE_LUFS]
    if lufs.size == 0:
        return 0.0
    gate = 10.0 * math.log10(float(np.mean(10.0 ** (lufs / 10.0)))) + RANGE_GATE_LU
    low, high = np.percentile(lufs[lufs >= gate], [10.0, 95.0])
    return float(high - low)


def measure_true_peak_dbtp(audio: Audio) -> float:
    """True peak in dBTP: the largest magnitude after oversampling by eight; `SILENCE_DB` for silence.

    Source  ITU-R BS.1770-4, annex 2 (oversampling by soxr, "HQ": flat to 0.913 of Nyquist).
    """
    import soxr

    peak = 0.0
    for channel in audio.samples:
        peak = max(peak, float(np.max(np.abs(channel), initial=0.0)))
        over = soxr.resample(channel, audio.sample_rate_hz, OVERSAMPLING * audio.sample_rate_hz, quality="HQ")
        peak = max(peak, float(np.max(np.abs(over), initial=0.0)))
    return 20.0 * math.log10(peak) if peak > 10.0 ** (SILENCE_DB / 20.0) else SILENCE_DB
