"""WAV files: 24-bit for what people get, 32-bit float for stems that have to add up exactly.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991); the ``PEAK`` chunk that
libsndfile adds to float files carries the time of writing, which is set to zero so that equal sound gives equal files.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.errors import RenderError
from songwright.formats.atomic import atomic_path
from songwright.formats.pcm import audio_to_pcm, check_audio, read_audio
from songwright.formats.sndfile import load_soundfile

SampleFormat = Literal["pcm24", "float32"]


def write_wav(path: Path, audio: Audio, *, sample_format: SampleFormat = "pcm24", dither: bool = False) -> None:
    """Write a WAV file, whole or not at all.

    Parameters
    ----------
    path
        Where it goes.
    audio
        Any number of channels.
    sample_format
        ``pcm24`` holds up to 0 dBFS; ``float32`` keeps the very samples, above full scale too.
    dither
        TPDF dither before the rounding to 24 bits, from a fixed seed.

    Raises
    ------
    RenderError
        If a sample cannot be held, or the disk is full.
    InputError
        If the place cannot be written to.
    """
    soundfile = load_soundfile()

    if sample_format == "float32":
        check_audio(audio, path=path, limit=float(np.finfo(np.float32).max))
        samples: npt.NDArray[np.float32 | np.int32] = audio.samples.T
        subtype = "FLOAT"
    else:
        # libsndfile keeps the upper 24 of 32 bits.
        samples = audio_to_pcm(audio, bits=24, dither=dither, path=path)
        samples <<= 8
        subtype = "PCM_24"
    with atomic_path(path) as temporary:
        try:
            soundfile.write(temporary, samples, audio.sample_rate_hz, format="WAV", subtype=subtype)
        except soundfile.LibsndfileError as error:
            raise RenderError(
                f"{path}: the WAV could not be written ({error.error_string}); is the disk full?"
            ) from error
        if sample_format == "float32":
            _clear_peak_time(temporary)


def read_wav(path: Path) -> Audio:
    """Return the sound of a WAV file. Raises InputError if it is absent or not one."""
    return read_audio(path)


def _clear_peak_time(path: Path) -> None:
    """Set the time of writing in the ``PEAK`` chunk (bytes 4 to 8 of its body) to zero."""
    with path.open("r+b") as file:
        file.seek(12)
        while len(header := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", header)
            if name == b"PEAK":
                file.seek(4, 1)
                file.write(bytes(4))
                return
            if name == b"data":
                return
            file.seek(size + size % 2, 1)
