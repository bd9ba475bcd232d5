"""The harmonic source of the neural vocoder, computed outside of it.

The decoder was trained on a source of nine sines (the fundamental and eight overtones of the f0 curve, amplitude 0.1),
with a little noise where the voice is voiced and more where it is not, mixed by nine learned weights and a tanh (Wang,
Takaki and Yamagishi, "Neural source-filter-based waveform model", 2019; Li et al., "StyleTTS 2", 2023). Computed here
in float64 the phase stays exact over any length, and the noise, which the ONNX export dropped, comes from the seed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

SINE_AMPLITUDE: Final = 0.1
"""As trained (hn-nsf's default)."""
VOICED_NOISE: Final = 0.003
"""Standard deviation of the noise on voiced samples, as trained."""
UNVOICED_NOISE: Final = SINE_AMPLITUDE / 3.0
"""Standard deviation of the noise on unvoiced samples, as trained."""
CONTROL_HOP_SAMPLES: Final = 300
GRIT_DEPTH: Final = 0.5
VOICING_RAMP_SAMPLES: Final = 96
"""4 ms: voicing does not switch on within a sample (no click at a vowel's start)."""


def render_source(
    f0_hz: npt.NDArray[np.float32],
    voiced: npt.NDArray[np.bool_],
    *,
    weights: npt.NDArray[np.float64],
    bias: float,
    sample_rate_hz: int,
    rng: np.random.Generator,
    breathiness: float = 0.0,
    grit: float = 0.0,
) -> npt.NDArray[np.float32]:
    """Render the excitation that the decoder filters.

    Parameters
    ----------
    f0_hz, voiced : np.ndarray [shape=(n_controls,)]
        Control curves, one value every 300 samples.
    weights : np.ndarray [shape=(9,)]
        Learned mixing weights of the harmonics.
    bias
        Learned bias.
    sample_rate_hz
        24000 for Kokoro.
    rng
        Dice for the noise.
    breathiness
        0..1: noise added to the voiced source, up to a third of a sine's amplitude.
    grit
        0..1: the source beats at half its pitch, as rough voices do (sub-harmonics: Titze 1994, chapter 10).

    Returns
    -------
    np.ndarray [shape=(300 * n_controls,), float32]
    """
    n_samples = f0_hz.size * CONTROL_HOP_SAMPLES
    centres = (np.arange(f0_hz.size) + 0.5) * CONTROL_HOP_SAMPLES
    positions = np.arange(n_samples) + 0.5
    f0 = np.exp(np.interp(positions, centres, np.log(f0_hz.astype(np.float64))))
    cycles = np.cumsum(f0 / sample_rate_hz)
    gate = np.repeat(voiced.astype(np.float64), CONTROL_HOP_SAMPLES)
    gate = np.convolve(gate, np.hanning(VOICING_RAMP_SAMPLES) / np.hanning(VOICING_RAMP_SAMPLES).sum(), mode="same")
    voiced_noise = VOICED_NOISE + breathiness * UNVOICED_NOISE
    noise_level = gate * voiced_noise + (1.0 - gate) * UNVOICED_NOISE
    mixed = np.zeros(n_samples)
    for harmonic, weight in enumerate(weights, start=1):
        sine = SINE_AMPLITUDE * gate * np.sin(2.0 * np.pi * np.mod(cycles * harmonic, 1.0))
        mixed += weight * sine
    mixed *= 1.0 + GRIT_DEPTH * grit * np.sin(np.pi * cycles)
    # The trained noise is independent in each harmonic's channel; their weighted sum is one noise of summed power.
    mixed += noise_level * float(np.linalg.norm(weights)) * rng.standard_normal(n_samples)
    return np.asarray(np.tanh(mixed + bias), dtype=np.float32)
