"""Recursive filters over whole songs, in blocks that stay in the processor's cache.

The numbers are those of one call over everything, bit for bit: a block begins with the memory that the last one left.
What it saves are copies of a song in double precision, which cost more than the filter itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import signal

_BLOCK_SAMPLES: Final = 16384


def filter_blocks(
    sos: npt.NDArray[np.floating], samples: npt.NDArray[np.float32], *, block: int = _BLOCK_SAMPLES, bias: float = 0.0
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield the place of each block and the block filtered [shape=(n_channels, at most block)].

    Parameters
    ----------
    sos : np.ndarray [shape=(n_sections, 6)]
        In single precision the filter computes in single precision, else in double.
    samples
        float32 [shape=(n_channels, n_samples)].
    block
        Samples at a time.
    bias
        Added to every sample: what keeps a filter's memory from denormal numbers in silence.
    """
    dtype = np.result_type(sos, samples)
    memory = np.zeros((sos.shape[0], samples.shape[0], 2), dtype=dtype)
    for start in range(0, samples.shape[1], block):
        piece = samples[:, start : start + block]
        filtered, memory = signal.sosfilt(sos, piece + dtype.type(bias) if bias else piece, axis=1, zi=memory)
        yield start, filtered


def filter_sections(sos: npt.NDArray[np.floating], samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Filter along time and round to single precision [shape as ``samples``]; arguments as in `filter_blocks`."""
    out = np.empty(samples.shape, dtype=np.float32)
    for start, filtered in filter_blocks(sos, samples):
        out[:, start : start + filtered.shape[1]] = filtered
    return out
