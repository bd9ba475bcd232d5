"""Filtering in blocks is filtering at once, bit for bit."""

import numpy as np
import pytest
from scipy import signal

from songwright.hearing.filtering import filter_blocks, filter_sections


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_samples", [1, 16383, 16384, 50001])
def test_blocks_are_one_call(dtype, n_samples):
    samples = np.random.default_rng(5).standard_normal((2, n_samples)).astype(np.float32)
    sos = signal.butter(4, (300.0, 5000.0), "band", fs=44100, output="sos").astype(dtype)
    whole = signal.sosfilt(sos, samples, axis=1).astype(np.float32)
    np.testing.assert_array_equal(filter_sections(sos, samples), whole)


def test_the_memory_runs_on_across_blocks():
    samples = np.zeros((1, 1000), dtype=np.float32)
    samples[0, 99] = 1.0  # rings into the next block
    sos = signal.butter(2, 1000.0, fs=44100, output="sos")
    rung = np.concatenate([piece for _, piece in filter_blocks(sos, samples, block=100)], axis=1)
    assert abs(rung[0, 100]) > 1e-3
    np.testing.assert_array_equal(rung, signal.sosfilt(sos, samples, axis=1))
    assert [start for start, _ in filter_blocks(sos, samples, block=300)] == [0, 300, 600, 900]
