"""Where a stem sounds. Most stems are silent for half a song: effects run on the rest only.

Margins of silence stay around every region, so that what rings in a filter or a compressor has died away before the
next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage

SampleArray = npt.NDArray[np.float32]

_STEP_S: Final = 0.01
_FLOOR: Final = 1e-7  # -140 dBFS: below 24 bits


class Regions:
    """The sounding regions of a stem, with margins.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_channels, n_samples)]
    before_s, after_s
        Margins; regions that touch become one.
    """

    def __init__(self, samples: SampleArray, *, before_s: float, after_s: float, sample_rate_hz: int) -> None:
        self.n_samples = samples.shape[1]
        step = round(_STEP_S * sample_rate_hz)
        edges = np.arange(0, self.n_samples, step)
        sounding = np.zeros(len(edges), dtype=np.bool_)
        for channel in samples:
            sounding |= np.maximum.reduceat(np.abs(channel), edges) > _FLOOR
        before, after = (round(seconds / _STEP_S) for seconds in (before_s, after_s))
        reach = np.zeros(2 * max(before, after) + 1, dtype=np.bool_)
        middle = max(before, after)
        reach[middle - before : middle + after + 1] = True
        wide = ndimage.binary_dilation(sounding, reach) if sounding.any() else sounding
        turns = np.flatnonzero(np.diff(np.concatenate([[False], wide, [False]]).astype(np.int8)))
        self.spans = [(int(a) * step, min(int(b) * step, self.n_samples)) for a, b in turns.reshape(-1, 2)]

    def gather(self, samples: SampleArray) -> SampleArray:
        """Return the regions one after another [shape=(..., n_gathered)]."""
        if not self.spans:
            return samples[..., :0].copy()
        return np.concatenate([samples[..., a:b] for a, b in self.spans], axis=-1)

    def scatter(self, gathered: SampleArray, out: SampleArray) -> SampleArray:
        """Put gathered regions back to their places in ``out``; what lies between becomes silent."""
        done, end = 0, 0
        for a, b in self.spans:
            out[..., end:a] = 0.0
            out[..., a:b] = gathered[..., done : done + b - a]
            done, end = done + b - a, b
        out[..., end:] = 0.0
        return out
