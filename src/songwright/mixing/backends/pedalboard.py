"""Pedalboard's effects behind functions with units. All take and give float32 [shape=(n_channels, n_samples)]."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from songwright.documents.mix_style import EqBand
from songwright.errors import MissingPart

SampleArray = npt.NDArray[np.float32]


def _load_library() -> Any:
    try:
        import pedalboard
    except ImportError as error:
        raise MissingPart(
            f"pedalboard cannot be loaded ({error}); install it with: pip install pedalboard==0.9.26"
        ) from error
    return pedalboard


def equalise(samples: SampleArray, bands: tuple[EqBand, ...], *, sample_rate_hz: int) -> SampleArray:
    """Run second-order peaks and shelves in a row (minimum phase, linear)."""
    pedalboard = _load_library()
    kinds = {
        "peak": pedalboard.PeakFilter,
        "low-shelf": pedalboard.LowShelfFilter,
        "high-shelf": pedalboard.HighShelfFilter,
    }
    board = pedalboard.Pedalboard(
        [kinds[band.kind](cutoff_frequency_hz=band.f_hz, gain_db=band.gain_db, q=band.q) for band in bands]
    )
    return np.asarray(board(samples, sample_rate_hz), dtype=np.float32)
