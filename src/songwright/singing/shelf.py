"""A singer's brightness: a gentle shelf over the highs."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

SHELF_HZ: Final = 3000.0


def shelve_highs(samples: npt.NDArray[np.float32], sample_rate_hz: int, *, gain_db: float) -> npt.NDArray[np.float32]:
    """Raise or lower everything above 3 kHz.

    Source: R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients" (high shelf with a
    slope of 1).

    Parameters
    ----------
    samples : np.ndarray [shape=(n_samples,)]
        One channel.
    sample_rate_hz
        Of ``samples``.
    gain_db
        Of the shelf; 0 returns the input.
    """
    if gain_db == 0.0:
        return samples
    from scipy.signal import lfilter

    amplitude = 10.0 ** (gain_db / 40.0)
    omega = 2.0 * math.pi * SHELF_HZ / sample_rate_hz
    cos, alpha = math.cos(omega), math.sin(omega) / math.sqrt(2.0)
    plus, minus, root = amplitude + 1.0, amplitude - 1.0, 2.0 * math.sqrt(amplitude) * alpha
    b = [
        amplitude * (plus + minus * cos + root),
        -2.0 * amplitude * (minus + plus * cos),
        amplitude * (plus + minus * cos - root),
    ]
    a = [plus - minus * cos + root, 2.0 * (minus - plus * cos), plus - minus * cos - root]
    return np.asarray(lfilter(b, a, samples), dtype=np.float32)
