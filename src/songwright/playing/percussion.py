"""Hands and feet: claps and stomps made of several people, synthesised hit by hit.

A clap is several pairs of hands. One pair is noise shaped by two or three contacts a millisecond or two apart and
by the resonance of the air between the palms, which lies from under 1 kHz (cupped, palm on palm) to about 2.5 kHz
(fingers on palm): Repp (1987), "The sound of two hands clapping", JASA 81, found those spectral peaks; Peltola,
Erkut, Cook & Välimäki (2007), "Synthesis of hand clapping sounds", IEEE TASLP 15, model a pair as enveloped noise
through one second-order resonator and a crowd as many of them, loosely in time. A stomp is several feet on a wooden
floor: a drum-like sweep, floor modes, a thump, a shoe's click.

Each person keeps their place, size and habit through the song; each hit varies around that. A small room's first
reflections (under 40 ms) glue the people together; the late reverberation belongs to the mix.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

FloatArray = npt.NDArray[np.float64]
Hits = tuple[tuple[float, int], ...]

_N_PEOPLE_CLAPPING: Final = (6, 9)  # half-open; 4 to 8 of them take part in one clap
_N_FEET: Final = (4, 6)
_SPREAD_S: Final = 0.012  # people clapping together lie within about +-12 ms; more is heard as a flam
_REFLECTION_S: Final = (0.004, 0.038)  # a room of some 4 x 6 m
_N_REFLECTIONS: Final = 9
_CLAP_GAIN: Final = 1.65  # measured: velocity 127 then peaks near -6 dBFS
_STOMP_GAIN: Final = 7.5  # likewise


@dataclass(frozen=True, kw_only=True)
class _Person:
    pan: float  # -1 left to 1 right
    late_s: float
    gain: float
    resonance_hz: float
    quality: float
    decay_s: float


def _pan_gains(pan: float) -> tuple[float, float]:
    angle = (pan + 1.0) * np.pi / 4.0  # constant power
    return float(np.cos(angle)), float(np.sin(angle))


def _velocity_gain(velocity: int) -> float:
    return (velocity / 127.0) ** 2  # the curve of General MIDI: 40 dB for a tenth of the velocity


@functools.cache
def _low_pass(order: int, f_hz: float, sample_rate_hz: int) -> tuple[FloatArray, FloatArray]:
    b, a = signal.butter(order, f_hz, fs=sample_rate_hz)
    return np.asarray(b), np.asarray(a)


@functools.cache
def _high_pass(order: int, f_hz: float, sample_rate_hz: int) -> tuple[FloatArray, FloatArray]:
    b, a = signal.butter(order, f_hz, "high", fs=sample_rate_hz)
    return np.asarray(b), np.asarray(a)


def _resonator(f_hz: float, quality: float, sample_rate_hz: int) -> tuple[FloatArray, FloatArray]:
    b, a = signal.iirpeak(f_hz, quality, fs=sample_rate_hz)
    return np.asarray(b), np.asarray(a)


def _draw_clappers(rng: np.random.Generator) -> list[_Person]:
    n_people = int(rng.integers(*_N_PEOPLE_CLAPPING))
    # spread over the field, each at their own place; resonances evenly over 0.8 to 2.8 kHz on a log scale, shuffled
    pans = np.linspace(-0.85, 0.85, n_people) + rng.uniform(-0.08, 0.08, n_people)
    resonances = np.geomspace(800.0, 2800.0, n_people) * rng.uniform(0.93, 1.07, n_people)
    rng.shuffle(resonances)
    return [
        _Person(
            pan=float(pans[i]),
            late_s=float(rng.uniform(-0.006, 0.006)),
            gain=float(10.0 ** (rng.uniform(-4.0, 0.0) / 20.0)),
            resonance_hz=float(resonances[i]),
            quality=float(rng.uniform(1.2, 2.6)),
            decay_s=float(rng.uniform(0.004, 0.009)),
        )
        for i in range(n_people)
    ]


def _clap_of(person: _Person, hardness: float, rng: np.random.Generator, sample_rate_hz: int) -> FloatArray:
    n = round(0.070 * sample_rate_hz)
    t_s = np.arange(n) / sample_rate_hz
    envelope = np.zeros(n)
    n_contacts = int(rng.integers(2, 4))
    starts_s = np.concatenate([[0.0], np.cumsum(rng.uniform(0.0010, 0.0028, n_contacts - 1))])
    for i, start_s in enumerate(starts_s):
        last = i == n_contacts - 1  # fingers touch first and briefly; the palms close and ring
        decay_s = person.decay_s * rng.uniform(0.85, 1.2) if last else rng.uniform(0.0004, 0.0009)
        since = t_s - start_s
        shape = np.where(since >= 0.0, np.exp(-np.maximum(since, 0.0) / decay_s), 0.0)
        shape *= 1.0 - np.exp(-np.maximum(since, 0.0) / 0.00015)  # skin takes a moment to close
        envelope += shape * (1.0 if last else rng.uniform(0.4, 0.8))
    noise = rng.standard_normal(n) * envelope
    pitch = person.resonance_hz * rng.uniform(0.92, 1.09)
    cavity = signal.lfilter(*_resonator(pitch, person.quality, sample_rate_hz), noise)
    fingers = signal.lfilter(*_resonator(min(2.4 * pitch, 6500.0), 1.5, sample_rate_hz), noise)
    snap = signal.lfilter(*_high_pass(1, 3500.0, sample_rate_hz), noise)
    wave = cavity + (0.25 + 0.35 * hardness) * fingers + (0.05 + 0.12 * hardness) * snap
    wave = signal.lfilter(*_low_pass(1, 8000.0, sample_rate_hz), wave)  # skin is soft
    return np.asarray(wave / np.sqrt(np.sum(wave**2)) * person.gain)


def _draw_feet(rng: np.random.Generator) -> list[_Person]:
    n_people = int(rng.integers(*_N_FEET))
    pans = rng.permutation(np.linspace(-0.5, 0.5, n_people))
    return [
        _Person(
            pan=0.0 if i == 0 else float(pans[i]),  # the first foot leads: in the middle, on time, heaviest
            late_s=0.0 if i == 0 else float(rng.uniform(-0.003, 0.006)),
            gain=1.0 if i == 0 else float(10.0 ** (rng.uniform(-9.0, -4.0) / 20.0)),
            resonance_hz=float(rng.uniform(50.0, 57.0)) if i == 0 else float(rng.uniform(56.0, 78.0)),
            quality=float(rng.uniform(0.8, 1.2)),
            decay_s=float(rng.uniform(0.10, 0.13)) if i == 0 else float(rng.uniform(0.05, 0.09)),
        )
        for i in range(n_people)
    ]


def _stomp_of(
    person: _Person, floor_hz: FloatArray, hardness: float, rng: np.random.Generator, sample_rate_hz: int
) -> FloatArray:
    n = round(0.45 * sample_rate_hz)
    t_s = np.arange(n) / sample_rate_hz
    # the membrane: from about twice its pitch down to it within 20 ms, as a struck head or floor relaxes
    f_hz = person.resonance_hz * rng.uniform(0.97, 1.03) * (1.0 + (0.8 + 0.6 * hardness) * np.exp(-t_s / 0.018))
    wave = np.sin(2.0 * np.pi * np.cumsum(f_hz) / sample_rate_hz) * np.exp(-t_s / person.decay_s)
    for i, mode_hz in enumerate(floor_hz):  # boards: higher modes die sooner
        amplitude = 0.34 * rng.uniform(0.5, 1.0) / (1.0 + 0.35 * i)
        decay_s = rng.uniform(0.020, 0.045) * (floor_hz[0] / mode_hz) ** 0.4
        wave += amplitude * np.sin(2.0 * np.pi * mode_hz * t_s * rng.uniform(0.99, 1.01)) * np.exp(-t_s / decay_s)
    noise = rng.standard_normal(n)
    thump = signal.lfilter(*_low_pass(2, 160.0, sample_rate_hz), noise * np.exp(-t_s / 0.025))
    wave += 1.6 * thump
    sole = signal.lfilter(*_resonator(rng.uniform(1500.0, 2600.0), 1.0, sample_rate_hz), noise * np.exp(-t_s / 0.0035))
    wave += (0.10 + 0.22 * hardness) * sole
    wave *= (1.0 - np.exp(-t_s / 0.0008)) * np.minimum((t_s[-1] - t_s) / 0.15, 1.0)
    return np.asarray(wave / np.sqrt(np.sum(wave**2)) * person.gain)


def _add(dry: FloatArray, wave: FloatArray, start: int, pan: float) -> None:
    begin, end = max(start, 0), min(start + len(wave), dry.shape[1])
    if end > begin:
        for channel, gain in enumerate(_pan_gains(pan)):
            dry[channel, begin:end] += gain * wave[begin - start : end - start]


def _in_a_room(dry: FloatArray, sample_rate_hz: int, rng: np.random.Generator) -> FloatArray:
    """Add first reflections: delayed, duller, from other directions; each ear hears its own."""
    wet = dry.copy()
    # walls and air take the top: a one-pole low-pass at 5 kHz as a short FIR, which has no memory to ring on
    pole = np.exp(-2.0 * np.pi * 5000.0 / sample_rate_hz)
    taps = (1.0 - pole) * pole ** np.arange(24)
    dull = np.stack([np.convolve(channel, taps)[: dry.shape[1]] for channel in dry])
    for delay_s in np.sort(rng.uniform(*_REFLECTION_S, _N_REFLECTIONS)):
        gain = 0.42 * 10.0 ** (-0.35 * delay_s / 0.010)  # -7 dB every 10 ms on top of the first bounce's -7.5 dB
        for channel in (0, 1):
            delay = round((delay_s + rng.uniform(0.0, 0.0006)) * sample_rate_hz)
            source = dull[int(rng.integers(2))]
            wet[channel, delay:] += gain * rng.choice((-1.0, 1.0)) * source[: source.shape[0] - delay]
    return wet


def render_claps(
    hits: Hits, *, n_samples: int, sample_rate_hz: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Render claps at (seconds, velocity) [shape=(2, n_samples), float32]; velocity 127 peaks near -6 dBFS.

    Sources  Repp (1987); Peltola et al. (2007), sections III and IV.
    """
    people = _draw_clappers(rng)
    dry = np.zeros((2, n_samples))
    for start_s, velocity in hits:
        n_hands = min(int(rng.integers(4, 9)), len(people))
        for i in sorted(rng.permutation(len(people))[:n_hands]):
            wave = _clap_of(people[i], velocity / 127.0, rng, sample_rate_hz)
            late_s = np.clip(people[i].late_s + rng.normal(0.0, 0.0035), -_SPREAD_S, _SPREAD_S)
            gain = _velocity_gain(velocity) * 10.0 ** (rng.uniform(-2.0, 2.0) / 20.0)
            _add(dry, _CLAP_GAIN * gain * wave, round((start_s + late_s) * sample_rate_hz), people[i].pan)
    return _in_a_room(dry, sample_rate_hz, rng).astype(np.float32)


def render_stomps(
    hits: Hits, *, n_samples: int, sample_rate_hz: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Render stomps at (seconds, velocity) [shape=(2, n_samples), float32]; velocity 127 peaks near -6 dBFS."""
    feet = _draw_feet(rng)
    floor_hz = 92.0 * np.array([1.0, 1.43, 2.05, 2.75, 3.7, 4.9]) * rng.uniform(0.95, 1.05, 6)  # one floor for the song
    dry = np.zeros((2, n_samples))
    for start_s, velocity in hits:
        for i, person in enumerate(feet):
            wave = _stomp_of(person, floor_hz, velocity / 127.0, rng, sample_rate_hz)
            jitter_s = 0.0 if i == 0 else rng.normal(0.0, 0.003)
            late_s = np.clip(person.late_s + jitter_s, -_SPREAD_S, _SPREAD_S)
            gain = _velocity_gain(velocity) * 10.0 ** (rng.uniform(-1.5, 1.5) / 20.0)
            _add(dry, _STOMP_GAIN * gain * wave, round((start_s + late_s) * sample_rate_hz), person.pan)
    return _in_a_room(dry, sample_rate_hz, rng).astype(np.float32)
