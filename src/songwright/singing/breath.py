"""The breath before a phrase.

An inhalation is noise through an open vocal tract: broad resonances, a slow rise and a quick end just before the first
sound (shape and length after Ruinskiy and Lavner, "An effective algorithm for automatic detection and exact demarcation
of breath sounds in speech and song", 2007: 100 to 400 ms and more, 10 to 40 dB under the voice).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

RESONANCES_HZ: Final = ((1100.0, 420.0), (1900.0, 500.0), (3300.0, 800.0), (5200.0, 1400.0))
"""Centre and bandwidth of an open tract during inhalation (measured on no one: in the source's ranges)."""
END_S: Final = 0.05


def render_breath(
    duration_s: float, *, sample_rate_hz: int, brightness: float, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Render an inhalation with a root-mean-square level of 1.

    Parameters
    ----------
    duration_s
        More than `END_S`, its quick end.
    sample_rate_hz
        Of what is returned.
    brightness
        Factor on the resonances: below 1 for a large throat, above for a small one.
    rng
        Dice for the noise.

    Returns
    -------
    np.ndarray [shape=(duration_s * sample_rate_hz,), float32]
    """
    n_samples = round(duration_s * sample_rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    f_hz = np.fft.rfftfreq(n_samples, 1.0 / sample_rate_hz)
    shape = np.zeros_like(f_hz)
    for centre_hz, width_hz in RESONANCES_HZ:
        shape += 1.0 / (1.0 + ((f_hz - centre_hz * brightness) / width_hz) ** 2)
    shape *= np.clip(f_hz / 400.0, 0.0, 1.0) ** 2
    noise = np.fft.irfft(spectrum * shape, n_samples)
    place = np.linspace(0.0, 1.0, n_samples)
    end = END_S / duration_s
    envelope = np.sin(0.5 * np.pi * np.clip(place / (1.0 - end), 0.0, 1.0)) ** 2 * np.clip(
        (1.0 - place) / end, 0.0, 1.0
    )
    breath = noise * envelope
    return np.asarray(breath / np.sqrt(np.mean(breath**2)), dtype=np.float32)
