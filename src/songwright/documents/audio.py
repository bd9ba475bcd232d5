"""Sound in memory: always float32, always ``(n_channels, n_samples)``, always with its sample rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from songwright.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Audio:
    """Samples with full scale at 1.0.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_channels, n_samples), float32]
    sample_rate_hz : int
    """

    samples: npt.NDArray[np.float32]
    sample_rate_hz: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise InputError(
                f"audio must be float32 (n_channels, n_samples), not {self.samples.dtype} {self.samples.shape}"
            )
        if self.sample_rate_hz <= 0:
            raise InputError(f"sample rate {self.sample_rate_hz} Hz")

    @property
    def n_channels(self) -> int:
        """Rows of ``samples``."""
        return int(self.samples.shape[0])

    @property
    def n_samples(self) -> int:
        """Columns of ``samples``."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate_hz
