"""Slow gains: who sings when, the ride of the lead over the band, the ducking of the band, the glue of the bus.

Control curves run at steps of 10 ms or 64 samples and are drawn between them with straight lines in dB, so no gain
steps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from songwright.documents.audio import Audio
from songwright.documents.score import Section
from songwright.hearing.loudness import measure_step_power
from songwright.timeline import TempoMap
from songwright.units import SILENCE_DB

FloatArray = npt.NDArray[np.float64]
SampleArray = npt.NDArray[np.float32]

STEP_S: Final = 0.01
_ACTIVE_DB: Final = 28.0  # under its loud tenth a voice is called silent; breaths lie about 30 dB under the vowels
_PAUSE_S: Final = 0.4  # shorter gaps stay inside a phrase: consonants, breaths
RIDE_LIMIT_DB: Final = 5.0  # a ride beyond that is an arrangement that should be changed
_RIDE_RAMP_S: Final = 0.3
_DUCK_ATTACK_S: Final = 0.04
_DUCK_RELEASE_S: Final = 0.30
_GLUE_RATIO: Final = 2.0
_GLUE_KNEE_DB: Final = 6.0
_GLUE_ATTACK_S: Final = 0.025
_GLUE_RELEASE_S: Final = 0.18
_GLUE_OVER_DB: Final = 2.0  # the threshold lies this far over the mean level: 1 to 3 dB of reduction in loud passages
GLUE_LIMIT_DB: Final = 5.0


def measure_active_steps(samples: SampleArray, *, sample_rate_hz: int) -> npt.NDArray[np.bool_]:
    """Whether a voice sounds in each step of 10 ms [shape=(n_steps,)]; pauses under 0.4 s are filled."""
    power = measure_step_power(Audio(samples=samples, sample_rate_hz=sample_rate_hz), step_s=STEP_S)
    if not len(power) or power.max() <= 0.0:
        return np.zeros(len(power), dtype=np.bool_)
    smooth = ndimage.uniform_filter1d(power, 5)
    loud = float(np.percentile(smooth[smooth > 1e-4 * smooth.max()], 90))
    active = smooth > loud * 10.0 ** (-_ACTIVE_DB / 10.0)
    n_pause = round(_PAUSE_S / STEP_S)
    closed = ndimage.binary_closing(np.pad(active, n_pause), np.ones(n_pause))[n_pause:-n_pause]
    return np.asarray(closed, dtype=np.bool_)


def find_phrases(active: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and past-the-last step of every stretch of singing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def find_ride_db(
    lead_power: FloatArray, band_power: FloatArray, active: npt.NDArray[np.bool_], *, over_band_lu: float
) -> FloatArray:
    """Gain in dB of the lead at every step so that each phrase stands ``over_band_lu`` over the band.

    Phrases are taken towards that from their common gain by at most `RIDE_LIMIT_DB`; the gain changes in the pauses.

    Parameters
    ----------
    lead_power, band_power : np.ndarray [shape=(n_steps,)]
        K-weighted power of each step.
    active
        Whether the lead sounds in each step.
    over_band_lu
        Where every phrase should stand.
    """
    phrases = [(a, b) for a, b in find_phrases(active) if lead_power[a:b].sum() > 0.0]
    n_steps = len(lead_power)
    if not phrases or band_power.max(initial=0.0) <= 0.0:
        return np.zeros(n_steps)
    # a band that rests in a phrase must not pull the voice down with it: it counts at least 12 dB under its mean
    floor = float(np.mean(band_power[band_power > 0.0])) * 10.0 ** (-12.0 / 10.0)
    wanted = np.array(
        [
            over_band_lu - 10.0 * np.log10(lead_power[a:b].mean() / max(float(band_power[a:b].mean()), floor))
            for a, b in phrases
        ]
    )
    lengths = np.array([b - a for a, b in phrases], dtype=np.float64)
    order = np.argsort(wanted)
    weight = np.cumsum(lengths[order])
    common = float(wanted[order][np.searchsorted(weight, weight[-1] / 2.0)])
    gains = common + np.clip(wanted - common, -RIDE_LIMIT_DB, RIDE_LIMIT_DB)
    curve = np.empty(n_steps)
    start = 0
    for i, gain in enumerate(gains):
        end = (phrases[i][1] + phrases[i + 1][0]) // 2 if i + 1 < len(phrases) else n_steps
        curve[start:end] = gain
        start = end
    n_ramp = round(_RIDE_RAMP_S / STEP_S)
    for _ in (0, 1):  # two averages: a ramp without corners, about as long as the shortest pause
        curve = ndimage.uniform_filter1d(curve, n_ramp // 2, mode="nearest")
    return curve


def follow(target: FloatArray, *, attack_s: float, release_s: float, step_s: float) -> FloatArray:
    """Smooth a curve with a faster rise than fall (one-pole each way)."""
    rise, fall = (1.0 - np.exp(-step_s / seconds) for seconds in (attack_s, release_s))
    smooth = np.empty(len(target))
    value = 0.0
    for i, wanted in enumerate(target.tolist()):  # a few hundred thousand steps at most: plain floats are fast enough
        value += (rise if wanted > value else fall) * (wanted - value)
        smooth[i] = value
    return smooth


def find_duck(active: npt.NDArray[np.bool_]) -> FloatArray:
    """How far the band makes room at every step, 0 to 1; it begins just before the voice."""
    ahead = round(_DUCK_ATTACK_S / STEP_S)
    early = np.concatenate([active[ahead:], np.zeros(min(ahead, len(active)), dtype=np.bool_)])
    wanted = np.maximum(active, early).astype(np.float64)
    return follow(wanted, attack_s=_DUCK_ATTACK_S, release_s=_DUCK_RELEASE_S, step_s=STEP_S)


def find_glue_db(samples: SampleArray, *, sample_rate_hz: int) -> FloatArray:
    """Gain (<= 0 dB) of the bus compressor every 64 samples, from the sum of all stems."""
    step = 64
    n_steps = -(-samples.shape[1] // step)
    power = np.zeros(n_steps)
    for channel in samples:
        padded = np.pad(channel, (0, n_steps * step - len(channel))).reshape(n_steps, step)
        power += np.einsum("ij,ij->i", padded, padded, dtype=np.float64) / (step * len(samples))
    rms_steps = max(round(0.01 * sample_rate_hz / step), 1)
    level_db = 10.0 * np.log10(np.maximum(ndimage.uniform_filter1d(power, rms_steps), 10.0 ** (SILENCE_DB / 10.0)))
    if level_db.max() < -100.0:
        return np.zeros(n_steps)
    sounding = level_db > level_db.max() - 40.0
    threshold_db = 10.0 * np.log10(np.mean(10.0 ** (level_db[sounding] / 10.0))) + _GLUE_OVER_DB
    over = level_db - threshold_db
    # a soft knee: quadratic within 3 dB of the threshold
    inside = np.clip(over + _GLUE_KNEE_DB / 2.0, 0.0, _GLUE_KNEE_DB)
    bent = np.where(over > _GLUE_KNEE_DB / 2.0, over, inside**2 / (2.0 * _GLUE_KNEE_DB))
    wanted = np.clip(bent * (1.0 - 1.0 / _GLUE_RATIO), 0.0, GLUE_LIMIT_DB)
    return -follow(wanted, attack_s=_GLUE_ATTACK_S, release_s=_GLUE_RELEASE_S, step_s=step / sample_rate_hz)


def find_section_gain_db(
    sections: tuple[Section, ...], tempo_map: TempoMap, *, n_steps: int, lift_db: float
) -> FloatArray:
    """Gain of the whole band at every step: fuller sections a little up, thinner ones as much down."""
    curve = np.zeros(n_steps)
    if not sections or lift_db == 0.0:
        return curve
    mean = sum(section.intensity for section in sections) / len(sections)
    for section in sections:
        first = max(round(tempo_map.quarters_to_seconds(section.start_quarters) / STEP_S), 0)
        curve[first:] = lift_db * (section.intensity - mean)
    return np.asarray(ndimage.uniform_filter1d(curve, 10, mode="nearest"))


def draw_gain(curve_db: FloatArray, *, step_s: float, n_samples: int, sample_rate_hz: int) -> SampleArray:
    """Linear gain of every sample from a curve in dB at the middle of each step."""
    position = np.arange(n_samples, dtype=np.float32) / np.float32(step_s * sample_rate_hz) - np.float32(0.5)
    drawn = np.interp(position, np.arange(len(curve_db)), 10.0 ** (curve_db / 20.0))
    return np.asarray(drawn, dtype=np.float32)
