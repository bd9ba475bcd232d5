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
SILENT_POWER: Final = 1e-12
"""K-weighted power (-120 dB) under which nothing sounds."""
_ACTIVE_DB: Final = 28.0  # under its loud tenth a voice is called silent: room for soft syllables, not for breaths
_PAUSE_S: Final = 0.4  # shorter gaps stay inside a phrase: consonants, breaths
RIDE_LIMIT_DB: Final = 5.0  # a ride beyond that is an arrangement that should be changed
_RIDE_RAMP_S: Final = 0.3
SECTION_LIMIT_DB: Final = 5.0
_SECTION_RAMP_S: Final = 0.5
_DUCK_ATTACK_S: Final = 0.04
_DUCK_RELEASE_S: Final = 0.30
COMPRESSOR_STEP: Final = 64
"""Samples between two values of a compressor's gain (1.5 ms)."""
_DETECTOR_S: Final = 0.02  # at least a period of 50 Hz, or the gain follows the wave
_KNEE_DB: Final = 6.0
_COMPRESSOR_LIMIT_DB: Final = 15.0
_GLUE_RATIO: Final = 2.0
_GLUE_ATTACK_S: Final = 0.025
_GLUE_RELEASE_S: Final = 0.18
_GLUE_OVER_DB: Final = 2.0  # the threshold lies this far over the mean level: 1 to 3 dB of reduction in loud passages
GLUE_LIMIT_DB: Final = 5.0


def measure_active_steps(samples: SampleArray, *, sample_rate_hz: int) -> npt.NDArray[np.bool_]:
    """Whether a voice sounds in each step of 10 ms [shape=(n_steps,)]; pauses under 0.4 s are filled."""
    power = measure_step_power(Audio(samples=samples, sample_rate_hz=sample_rate_hz), step_s=STEP_S)
    if not len(power) or power.max() <= SILENT_POWER:
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


def measure_phrases_lu(
    lead_power: FloatArray, band_power: FloatArray, active: npt.NDArray[np.bool_]
) -> tuple[list[tuple[int, int]], FloatArray]:
    """How far the lead stands above the band in each phrase.

    A band that rests counts at least 12 dB under its mean: the voice need not sink with it.

    Parameters
    ----------
    lead_power, band_power : np.ndarray [shape=(n_steps,)]
        K-weighted power of each step.
    active
        Whether the lead sounds in each step.

    Returns
    -------
    phrases : list of (first step, past the last step)
    over_band_lu : np.ndarray [shape=(n_phrases,), LU]
    """
    phrases = [(a, b) for a, b in find_phrases(active) if lead_power[a:b].mean() > SILENT_POWER]
    sounding = band_power[band_power > SILENT_POWER]
    floor = float(np.mean(sounding)) * 10.0 ** (-12.0 / 10.0) if sounding.size else SILENT_POWER
    over = [10.0 * np.log10(lead_power[a:b].mean() / max(float(band_power[a:b].mean()), floor)) for a, b in phrases]
    return phrases, np.array(over)


def average_phrases_lu(phrases: list[tuple[int, int]], over_band_lu: FloatArray) -> float:
    """One number for the whole song: the mean over phrases, weighted by their length."""
    return float(np.average(over_band_lu, weights=[b - a for a, b in phrases]))


def find_ride_db(
    lead_power: FloatArray, band_power: FloatArray, active: npt.NDArray[np.bool_], *, over_band_lu: float
) -> FloatArray:
    """Gain in dB of the lead at every step so that each phrase stands ``over_band_lu`` over the band.

    Phrases are taken towards that from their common gain by at most `RIDE_LIMIT_DB`; the gain changes in the pauses.
    Zeros where there is no lead or no band. Parameters as in `measure_phrases_lu`.
    """
    n_steps = len(lead_power)
    phrases, over = measure_phrases_lu(lead_power, band_power, active)
    if not phrases or band_power.max(initial=0.0) <= SILENT_POWER:
        return np.zeros(n_steps)
    common = over_band_lu - average_phrases_lu(phrases, over)
    gains = common + np.clip(over_band_lu - over - common, -RIDE_LIMIT_DB, RIDE_LIMIT_DB)
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


def _level_db(samples: SampleArray, *, sample_rate_hz: int) -> FloatArray:
    """RMS level over channels in windows of 20 ms, every 64 samples."""
    n_steps = -(-samples.shape[1] // COMPRESSOR_STEP)
    power = np.zeros(n_steps)
    for channel in samples:
        padded = np.pad(channel, (0, n_steps * COMPRESSOR_STEP - len(channel))).reshape(n_steps, COMPRESSOR_STEP)
        power += np.einsum("ij,ij->i", padded, padded, dtype=np.float64) / (COMPRESSOR_STEP * len(samples))
    window = max(round(_DETECTOR_S * sample_rate_hz / COMPRESSOR_STEP), 1)
    smooth = ndimage.uniform_filter1d(power, window)
    return np.asarray(10.0 * np.log10(np.maximum(smooth, 10.0 ** (SILENCE_DB / 10.0))))


def _compress_level_db(
    level_db: FloatArray,
    *,
    threshold_db: float,
    ratio: float,
    attack_s: float,
    release_s: float,
    limit_db: float,
    sample_rate_hz: int,
) -> FloatArray:
    over = level_db - threshold_db
    inside = np.clip(over + _KNEE_DB / 2.0, 0.0, _KNEE_DB)  # a soft knee: quadratic within 3 dB of the threshold
    bent = np.where(over > _KNEE_DB / 2.0, over, inside**2 / (2.0 * _KNEE_DB))
    wanted = np.clip(bent * (1.0 - 1.0 / ratio), 0.0, limit_db)
    return -follow(wanted, attack_s=attack_s, release_s=release_s, step_s=COMPRESSOR_STEP / sample_rate_hz)


def compress(
    samples: SampleArray, *, threshold_db: float, ratio: float, attack_s: float, release_s: float, sample_rate_hz: int
) -> SampleArray:
    """Compress a stem by its RMS level: one gain for all channels, a soft knee, at most 15 dB.

    The level is that of 20 ms, centred: a detector that follows the wave itself (as pedalboard's does) bends every
    period of a bass note, which the tests' click finder heard as 66 clicks in 12 s of bass.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_channels, n_samples)]
        What is compressed.
    threshold_db, ratio
        Level in dBFS RMS from which on, and how many dB in make one dB out.
    attack_s, release_s
        Time constants of the gain.
    sample_rate_hz
        Of ``samples``.
    """
    curve = _compress_level_db(
        _level_db(samples, sample_rate_hz=sample_rate_hz),
        threshold_db=threshold_db, ratio=ratio, attack_s=attack_s, release_s=release_s,
        limit_db=_COMPRESSOR_LIMIT_DB, sample_rate_hz=sample_rate_hz,
    )  # fmt: skip
    return samples * draw_gain(
        curve, step_s=COMPRESSOR_STEP / sample_rate_hz, n_samples=samples.shape[1], sample_rate_hz=sample_rate_hz
    )


def find_glue_db(samples: SampleArray, *, sample_rate_hz: int) -> FloatArray:
    """Gain (<= 0 dB) of the bus compressor every 64 samples, from the sum of all stems."""
    level_db = _level_db(samples, sample_rate_hz=sample_rate_hz)
    if level_db.max() < -100.0:
        return np.zeros(len(level_db))
    sounding = level_db > level_db.max() - 40.0
    mean_db = 10.0 * float(np.log10(np.mean(10.0 ** (level_db[sounding] / 10.0))))
    return _compress_level_db(
        level_db,
        threshold_db=mean_db + _GLUE_OVER_DB, ratio=_GLUE_RATIO, attack_s=_GLUE_ATTACK_S, release_s=_GLUE_RELEASE_S,
        limit_db=GLUE_LIMIT_DB, sample_rate_hz=sample_rate_hz,
    )  # fmt: skip


def find_section_gain_db(
    sections: tuple[Section, ...], tempo_map: TempoMap, power: FloatArray, *, keep: float
) -> FloatArray:
    """Gain of the whole mix at every step that leaves ``keep`` (0 to 1) of the loudness differences between sections.

    A thin verse beside a full chorus can lie 9 LU under it as the band plays (measured on the stomp-clap-hey
    example); records keep about half of that. The gain of a section is at most `SECTION_LIMIT_DB` and moves over
    half a second.

    Parameters
    ----------
    sections, tempo_map
        Where the sections lie.
    power : np.ndarray [shape=(n_steps,)]
        K-weighted power of the whole mix in each step.
    keep
        1 leaves everything as it is.
    """
    curve = np.zeros(len(power))
    spans = []
    for section in sections:
        first, last = (
            int(np.clip(round(tempo_map.quarters_to_seconds(quarters) / STEP_S), 0, len(power)))
            for quarters in (section.start_quarters, section.end_quarters)
        )
        if last > first and power[first:last].mean() > SILENT_POWER:
            spans.append((first, last, 10.0 * float(np.log10(power[first:last].mean()))))
    if not spans or keep >= 1.0:
        return curve
    mean_db = float(np.average([level for _, _, level in spans], weights=[b - a for a, b, _ in spans]))
    for i, (first, last, level_db) in enumerate(spans):
        gain_db = float(np.clip((1.0 - keep) * (mean_db - level_db), -SECTION_LIMIT_DB, SECTION_LIMIT_DB))
        # what comes before the first section and after the last goes with them
        curve[0 if i == 0 else first : len(power) if i == len(spans) - 1 else last] = gain_db
    n_ramp = round(_SECTION_RAMP_S / STEP_S)
    for _ in (0, 1):
        curve = ndimage.uniform_filter1d(curve, n_ramp // 2, mode="nearest")
    return curve


def draw_gain(curve_db: FloatArray, *, step_s: float, n_samples: int, sample_rate_hz: int) -> SampleArray:
    """Linear gain of every sample from a curve in dB at the middle of each step."""
    return draw_line(10.0 ** (curve_db / 20.0), step_samples=round(step_s * sample_rate_hz), n_samples=n_samples)


def draw_line(values: FloatArray, *, step_samples: int, n_samples: int) -> SampleArray:
    """Straight lines between values at the middle of steps; level before the first and after the last.

    Parameters
    ----------
    values : np.ndarray [shape=(n_steps,)]
        Value k stands at sample ``(k + 0.5) * step_samples``.
    step_samples, n_samples
        Samples of a step, of the line.
    """
    points = values.astype(np.float32)
    line = np.empty(n_samples, dtype=np.float32)
    first = min((step_samples + 1) // 2, n_samples)  # the first sample that is not before the first middle
    share = ((np.arange(step_samples) + (step_samples + 1) // 2 - step_samples / 2.0) / step_samples).astype(np.float32)
    n_whole = min(len(points) - 1, (n_samples - first) // step_samples)
    done = first + n_whole * step_samples
    line[:first] = points[0]
    whole = line[first:done].reshape(n_whole, step_samples)
    np.multiply(np.diff(points)[:n_whole, np.newaxis], share, out=whole)
    whole += points[:n_whole, np.newaxis]
    line[done:] = points[-1]
    if n_whole < len(points) - 1:
        line[done:] = points[n_whole] + (points[n_whole + 1] - points[n_whole]) * share[: n_samples - done]
    return line
