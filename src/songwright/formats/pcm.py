"""Float samples to whole numbers, for the file formats that store them.

A sample x becomes round(x * 2**(bits - 1)); +1.0 itself, which has no code, becomes the highest one. TPDF dither (the
sum of two uniform noises of one step each, 2 steps peak to peak) makes the rounding error independent of the signal.
Its seed is fixed, so the same sound always gives the same bytes.

Source: Lipshitz, Wannamaker & Vanderkooy (1992), "Quantization and Dither: A Theoretical Survey", JAES 40(5).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.errors import InputError, RenderError
from songwright.formats.sndfile import load_soundfile
from songwright.units import gain_to_db

DITHER_SEED: Final = 0
_BLOCK_SAMPLES: Final = 32768


def audio_to_pcm(audio: Audio, *, bits: int, dither: bool, path: Path) -> npt.NDArray[np.int32]:
    """Return interleaved samples as whole numbers of ``bits`` bits, shape ``(n_samples, n_channels)``.

    Raises
    ------
    RenderError
        If a sample is beyond full scale or not a number: it would be clipped in silence. ``path`` names the file.
    """
    check_audio(audio, path=path, limit=1.0)
    top = 2 ** (bits - 1) - 1
    rng = np.random.default_rng(DITHER_SEED)
    pcm = np.empty((audio.n_samples, audio.n_channels), np.int32)
    # In blocks that stay in the processor's cache: half the time of whole arrays, and no gigabyte for a long song.
    for start in range(0, audio.n_samples, _BLOCK_SAMPLES):
        steps = audio.samples[:, start : start + _BLOCK_SAMPLES].T * 2.0 ** np.float64(bits - 1)
        if dither:
            steps += rng.random(steps.shape)
            steps -= rng.random(steps.shape)
        np.rint(steps, out=steps)
        pcm[start : start + _BLOCK_SAMPLES] = np.clip(steps, -top - 1, top, out=steps)
    return pcm


def check_audio(audio: Audio, *, path: Path, limit: float) -> None:
    """Refuse sound that a file cannot hold: NaN, infinity, or beyond ``limit`` (1.0 is full scale).

    Raises
    ------
    RenderError
        With the time of the first such sample and the level.
    """
    magnitude = np.abs(audio.samples).max(axis=0) if audio.n_samples else np.zeros(0, np.float32)
    bad = np.flatnonzero(~(magnitude <= limit))
    if bad.size:
        at_s = bad[0] / audio.sample_rate_hz
        peak = float(np.max(magnitude))
        found = f"reaches {gain_to_db(peak):+.2f} dBFS" if np.isfinite(peak) else "holds samples that are not numbers"
        raise RenderError(
            f"{path}: the sound {found}, first at {at_s:.3f} s; the file holds finite samples up to 0 dBFS. "
            "Lower the level before writing"
        )


def read_audio(path: Path) -> Audio:
    """Return the sound of a WAV, FLAC or MP3 file at its own rate and channels.

    Raises
    ------
    InputError
        If the file is absent or not a sound file.
    """
    soundfile = load_soundfile()

    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        samples, sample_rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path}: not a sound file that can be read ({error.error_string})") from error
    return Audio(samples=np.ascontiguousarray(samples.T), sample_rate_hz=int(sample_rate_hz))
