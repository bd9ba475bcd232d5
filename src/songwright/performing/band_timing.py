"""When hands come down: the band's common drift, each player's own scatter, swing, and the spread of a strum.

Human timing errors are correlated over long ranges (their power falls as 1/f), and players who listen to each other
share part of them: Hennig et al. (2011), "The nature and perception of fluctuations in human musical rhythms", PLoS ONE
6(10) e26457; Hennig (2014), "Synchronization in human musical rhythms and mutually interacting complex systems", PNAS
111(36).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

GRID_QUARTERS: Final = Fraction(1, 4)
"""Timing errors are drawn for every sixteenth of the song, so that a note's error depends on its place alone."""
SPECTRAL_EXPONENT: Final = 0.9
"""Power falls about as 1/f, the law that Hennig et al. (2011) report; the exact exponent is a house choice."""
CORRELATED_SHARE: Final = 0.6
"""Part of a player's own variance that is long-range correlated; the rest is the motor noise of single strokes (house
choice between the 1/f of Hennig et al. and the white motor term of Wing & Kristofferson 1973)."""
MOST_SDS: Final = 2.5
"""No stroke is further off than this many standard deviations: a player would play that take again."""
SLOWEST_STRUM_MS: Final = 35.0
FASTEST_STRUM_MS: Final = 12.0
"""Time from the first string to the last, soft and loud (house choice)."""
STRUM_LEAD: Final = 0.35
"""Part of a strum that lies before the beat, so that its loudest strings fall on it (house choice)."""


def correlated_noise(rng: np.random.Generator, n_steps: int, *, exponent: float = SPECTRAL_EXPONENT) -> FloatArray:
    """Gaussian noise whose power falls with frequency as ``f ** -exponent``.

    Returns
    -------
    np.ndarray [shape=(n_steps,), float64]
        Mean 0 and standard deviation 1 (all 0 for fewer than two steps).

    Source: Timmer & König (1995), "On generating power law noise", Astronomy & Astrophysics 300.
    """
    if n_steps < 2:
        return np.zeros(n_steps)
    n_fft = 2 * n_steps  # twice as long as needed, so that the end does not wrap into the beginning
    frequencies = np.fft.rfftfreq(n_fft)
    scale = np.zeros_like(frequencies)
    scale[1:] = frequencies[1:] ** (-exponent / 2.0)
    spectrum = scale * (rng.standard_normal(len(scale)) + 1j * rng.standard_normal(len(scale)))
    noise = np.fft.irfft(spectrum, n_fft)[:n_steps]
    noise = noise - noise.mean()
    return np.asarray(noise / noise.std(), dtype=np.float64)


def player_offsets_s(rng: np.random.Generator, n_steps: int, jitter_ms: float) -> FloatArray:
    """A player's own timing errors for every grid step.

    Returns
    -------
    np.ndarray [shape=(n_steps,), seconds]
        Standard deviation near ``jitter_ms``, positive late, never more than `MOST_SDS` of it.
    """
    slow = correlated_noise(rng, n_steps)
    stroke = rng.standard_normal(n_steps)
    mixed = np.sqrt(CORRELATED_SHARE) * slow + np.sqrt(1.0 - CORRELATED_SHARE) * stroke
    offsets: FloatArray = np.clip(mixed, -MOST_SDS, MOST_SDS) * (jitter_ms / 1000.0)
    return offsets


def swung_quarters(quarters: Fraction, swing: float) -> float:
    """Where a score time falls when the off-beat eighth lies at ``swing`` of its quarter (0.5 leaves it)."""
    beat, rest = divmod(quarters, 1)
    inside = float(rest)
    moved = inside * 2.0 * swing if inside <= 0.5 else swing + (inside - 0.5) * 2.0 * (1.0 - swing)
    return float(beat) + moved


def grid_step(quarters: Fraction, n_steps: int) -> int:
    """The grid step that holds a score time."""
    return min(max(int(quarters / GRID_QUARTERS), 0), n_steps - 1)


def strum_spread_s(velocity: float, die: float) -> float:
    """Seconds from the first string of a stroke to the last: louder is faster; ``die`` (0..1) varies it by a tenth."""
    loud = min(max((velocity - 50.0) / 65.0, 0.0), 1.0)
    spread_ms = SLOWEST_STRUM_MS + (FASTEST_STRUM_MS - SLOWEST_STRUM_MS) * loud
    spread_ms *= 0.9 + 0.2 * die
    return min(max(spread_ms, FASTEST_STRUM_MS), SLOWEST_STRUM_MS) / 1000.0
