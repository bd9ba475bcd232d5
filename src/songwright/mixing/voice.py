"""The chain of a voice: high-pass, tone, compression, de-essing, and the air that a 24 kHz voice does not have."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from songwright.documents.mix_style import OFF_DB, Channel
from songwright.hearing.filtering import filter_sections
from songwright.mixing.backends.pedalboard import equalise
from songwright.mixing.gains import compress, draw_line

SampleArray = npt.NDArray[np.float32]

STAGE_DB: Final = -20.0
"""Level in dBFS RMS (active passages) that every stem is brought to before its chain."""

_GATE_STEP_S: Final = 0.05
_GATE_DB: Final = 30.0
_SIBILANCE_HZ: Final = (5200.0, 9800.0)  # [s] peaks at 5 to 9 kHz, higher in women (Jongman, Wayland & Wong 2000)
_DE_ESS_THRESHOLD_DB: Final = (
    -9.0
)  # of the band against the voice; tests/mixing: a vowel is left alone, a sharp [s] not
_DE_ESS_RATIO: Final = 3.0
_DE_ESS_LIMIT_DB: Final = 9.0
_DE_ESS_STEP_S: Final = 0.002
_AIR_SOURCE_HZ: Final = (8000.0, 11800.0)
_AIR_SHIFT_HZ: Final = 4400  # 8-11.8 kHz lands on 12.4-16.2 kHz
_AIR_FROM_HZ: Final = 12000.0


def measure_active_rms_db(samples: SampleArray, *, sample_rate_hz: int) -> float:
    """RMS level in dBFS of the 50 ms steps within 30 dB of the loud ones; -240 for silence."""
    step = round(_GATE_STEP_S * sample_rate_hz)
    n_steps = samples.shape[1] // step
    if n_steps == 0:
        return -240.0
    blocks = samples[:, : n_steps * step].reshape(len(samples), n_steps, step)
    power = np.einsum("cij,cij->i", blocks, blocks, dtype=np.float64) / (step * len(samples))
    if power.max() <= 1e-20:
        return -240.0
    loud = power[power > power.max() * 1e-4]
    gate = float(np.mean(loud)) * 10.0 ** (-_GATE_DB / 10.0)
    return 10.0 * float(np.log10(np.mean(power[power > gate])))


def high_pass(samples: SampleArray, f_hz: float, *, sample_rate_hz: int) -> SampleArray:
    """Second-order Butterworth high-pass (12 dB an octave)."""
    sos = signal.butter(2, f_hz, "high", fs=sample_rate_hz, output="sos")
    return filter_sections(sos, samples)


def shape_tone(samples: SampleArray, channel: Channel, *, sample_rate_hz: int) -> SampleArray:
    """Stage to -20 dBFS, then high-pass, EQ and compression of a channel; silence stays silence."""
    level_db = measure_active_rms_db(samples, sample_rate_hz=sample_rate_hz)
    if level_db <= -200.0:
        return samples.copy()
    staged = samples * np.float32(10.0 ** ((STAGE_DB - level_db) / 20.0))
    staged = high_pass(staged, channel.high_pass_hz, sample_rate_hz=sample_rate_hz)
    if channel.eq:
        staged = equalise(staged, channel.eq, sample_rate_hz=sample_rate_hz)
    if channel.ratio > 1.0:
        staged = compress(
            staged,
            threshold_db=STAGE_DB + channel.threshold_lu,
            ratio=channel.ratio,
            attack_s=channel.attack_ms / 1000.0,
            release_s=channel.release_ms / 1000.0,
            sample_rate_hz=sample_rate_hz,
        )
    return staged


def de_ess(samples: SampleArray, *, sample_rate_hz: int) -> SampleArray:
    """Turn the sibilant band down where it rises over the voice's own level.

    ``y = x - (1 - g(t)) * band(x)`` with a first-order band-pass, so what is not sibilant passes untouched.
    """
    level_db = measure_active_rms_db(samples, sample_rate_hz=sample_rate_hz)
    if level_db <= -200.0:
        return samples
    sos = signal.butter(1, _SIBILANCE_HZ, "band", fs=sample_rate_hz, output="sos").astype(np.float32)
    band = filter_sections(sos, samples)
    step = round(_DE_ESS_STEP_S * sample_rate_hz)
    n_steps = -(-samples.shape[1] // step)
    padded = np.pad(band, ((0, 0), (0, n_steps * step - band.shape[1]))).reshape(len(band), n_steps, step)
    power = np.einsum("cij,cij->i", padded, padded, dtype=np.float64) / (step * len(band))
    over_db = 10.0 * np.log10(np.maximum(power, 1e-20)) - level_db - _DE_ESS_THRESHOLD_DB
    cut_db = np.clip(over_db * (1.0 - 1.0 / _DE_ESS_RATIO), 0.0, _DE_ESS_LIMIT_DB)
    # held for 10 ms and smoothed over 8: the whole [s], its first milliseconds too
    cut_db = ndimage.uniform_filter1d(ndimage.maximum_filter1d(cut_db, 5), 4)
    band *= draw_line(1.0 - 10.0 ** (-cut_db / 20.0), step_samples=step, n_samples=samples.shape[1])
    return np.asarray(samples - band, dtype=np.float32)


def add_air(samples: SampleArray, *, air_db: float, sample_rate_hz: int) -> SampleArray:
    """Give a band-limited voice an octave above 12 kHz, made from its own 8 to 12 kHz.

    That band, multiplied by a cosine, moves up by 4.4 kHz and keeps its envelope: breath and consonants get their
    air when they sound, and vowels hardly any. Spectral band replication (Dietz et al. 2002) does the same with the
    codec's bands.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_channels, n_samples)]
        At ``sample_rate_hz``, 40 kHz or more; less has no room for air and comes back as it is.
    air_db
        Energy of the new band against the 8 to 12 kHz band.
    sample_rate_hz
        Of ``samples``.
    """
    if air_db <= OFF_DB or sample_rate_hz < 40000:
        return samples
    source_sos = signal.butter(4, _AIR_SOURCE_HZ, "band", fs=sample_rate_hz, output="sos")
    top_sos = signal.butter(8, _AIR_FROM_HZ, "high", fs=sample_rate_hz, output="sos")
    source = filter_sections(source_sos, samples)
    period = sample_rate_hz // math.gcd(sample_rate_hz, _AIR_SHIFT_HZ)
    carrier = np.cos(2.0 * np.pi * _AIR_SHIFT_HZ * np.arange(period) / sample_rate_hz).astype(np.float32)
    air = source * np.resize(carrier, samples.shape[1])
    air = filter_sections(top_sos, air)
    energy = float(np.einsum("ij,ij->", air, air, dtype=np.float64))
    if energy <= 0.0:
        return samples
    wanted = float(np.einsum("ij,ij->", source, source, dtype=np.float64)) * 10.0 ** (air_db / 10.0)
    return np.asarray(samples + np.float32(np.sqrt(wanted / energy)) * air, dtype=np.float32)


def process_voice(samples: SampleArray, channel: Channel, *, air_db: float, sample_rate_hz: int) -> SampleArray:
    """Run the whole chain of a voice, before level, place and space [shape=(n_channels, n_samples)]."""
    if not samples.any():
        return samples
    voice = shape_tone(samples, channel, sample_rate_hz=sample_rate_hz)
    voice = de_ess(voice, sample_rate_hz=sample_rate_hz)
    return add_air(voice, air_db=air_db, sample_rate_hz=sample_rate_hz)
