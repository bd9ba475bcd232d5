"""The neural voice: Kokoro's three pieces behind ONNX Runtime, made once and kept in the user's cache."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from songwright.errors import MissingPart, RenderError
from songwright.singing.backends import kokoro_graph
from songwright.singing.backends.kokoro_graph import GRAPH_VERSION, WEIGHTS_SHA256, cut_and_convert, read_weights

SAMPLE_RATE_HZ: Final = 24000
FRAME_SAMPLES: Final = 600
FRAME_S: Final = FRAME_SAMPLES / SAMPLE_RATE_HZ
CONTROLS_PER_FRAME: Final = 2
MAX_TOKENS: Final = 510
"""Length of the model's position table."""

PAD_TOKEN: Final = 0
TOKENS: Final[dict[str, int]] = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "A": 24, "I": 25, "O": 31, "W": 39, "Y": 41, "ᵊ": 42,
    "a": 43, "b": 44, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57,
    "p": 58, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "z": 68, "ɑ": 69, "æ": 72, "ɔ": 76, "ð": 81, "ʤ": 82, "ə": 83,
    "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɡ": 92, "ɪ": 102, "ŋ": 112, "θ": 119, "ɹ": 123, "ɾ": 125, "ʃ": 131, "ʧ": 133, "ʊ": 135,
    "ʌ": 138, "ʒ": 147, "ˈ": 156, "ˌ": 157, "ː": 158,
}  # fmt: skip
"""Token numbers of the symbols used for English (the model's published vocabulary)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prosody:
    """What the model would do with given durations: features for the decoder, and its own energy and f0 curves."""

    features: npt.NDArray[np.float32]
    f0_hz: npt.NDArray[np.float32]
    energy: npt.NDArray[np.float32]


class KokoroVoice:
    """Three sessions of ONNX Runtime.

    Parameters
    ----------
    cache_folder
        Where the converted graphs are kept (about 320 MB, made once in a few seconds).
    n_threads
        Threads of one call.

    Raises
    ------
    MissingPart
        If the weights are not installed or damaged.
    """

    def __init__(self, cache_folder: Path, *, n_threads: int = 2) -> None:
        import onnxruntime

        folder = prepare_graphs(cache_folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Workers that spin between operators steal the core from the call beside them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0" if n_threads == 1 else "1")

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )

        self._durations = session("durations")
        self._prosody = session("prosody")
        self._decoder = session("decoder")
        source = json.loads((folder / "source.json").read_text(encoding="utf-8"))
        self.source_weights = np.asarray(source["weights"], dtype=np.float64)
        self.source_bias = float(source["bias"])

    def natural_frames(
        self, tokens: npt.NDArray[np.int64], style: npt.NDArray[np.float32], *, speed: float = 1.0
    ) -> npt.NDArray[np.float32]:
        """Frames of 25 ms that the model would give each token in speech, shape ``(n_tokens,)``."""
        feed = {"tokens": tokens[None], "style": style[None], "speed": np.asarray([speed], dtype=np.float32)}
        return np.asarray(self._durations.run(None, feed)[0][0], dtype=np.float32)

    def prosody(
        self, tokens: npt.NDArray[np.int64], style: npt.NDArray[np.float32], frames: npt.NDArray[np.int64]
    ) -> Prosody:
        """Run text encoder and prosody predictor with given durations.

        Parameters
        ----------
        tokens : np.ndarray [shape=(n_tokens,)]
            Numbers from `TOKENS`, at most `MAX_TOKENS`.
        style : np.ndarray [shape=(256,)]
            The character's voice.
        frames : np.ndarray [shape=(n_tokens,)]
            Whole frames for each token, summing to T.
        """
        if tokens.size > MAX_TOKENS:
            raise RenderError(f"sing: {tokens.size} phonemes in one breath, the voice takes {MAX_TOKENS}")
        feed = {"tokens": tokens[None], "style": style[None], "frames": frames[None].astype(np.float32)}
        features, f0_hz, energy = self._prosody.run(None, feed)
        return Prosody(features=features, f0_hz=f0_hz[0], energy=energy[0])

    def decode(
        self,
        features: npt.NDArray[np.float32],
        f0_hz: npt.NDArray[np.float32],
        energy: npt.NDArray[np.float32],
        style: npt.NDArray[np.float32],
        source: npt.NDArray[np.float32],
    ) -> npt.NDArray[np.float32]:
        """Sound of a phrase, ``(600 T,)`` samples at 24 kHz. ``f0_hz`` is 0 where unvoiced."""
        feed = {
            "features": features,
            "f0_hz": f0_hz[None].astype(np.float32),
            "energy": energy[None].astype(np.float32),
            "style": style[None].astype(np.float32),
            "source": source.reshape(1, -1, 1).astype(np.float32),
        }
        audio = np.asarray(self._decoder.run(None, feed)[0], dtype=np.float32).reshape(-1)
        if not np.all(np.isfinite(audio)):
            raise RenderError("sing: the voice returned samples that are not numbers")
        return audio


def prepare_graphs(cache_folder: Path) -> Path:
    """Convert the weights once; returns the folder with the pieces. Safe against a kill and a second process."""
    folder = cache_folder / f"kokoro-{WEIGHTS_SHA256[:12]}-{GRAPH_VERSION}"
    if (folder / "source.json").is_file():
        return folder
    pieces = cut_and_convert(read_weights())
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
        staging = cache_folder / f".{folder.name}.tmp-{os.getpid()}"
        staging.mkdir(exist_ok=True)
        for name in ("durations", "prosody", "decoder"):
            (staging / f"{name}.onnx").write_bytes(getattr(pieces, name))
        source = {"weights": pieces.source_weights.tolist(), "bias": pieces.source_bias}
        (staging / "source.json").write_text(json.dumps(source), encoding="utf-8")
        try:
            staging.rename(folder)
        except OSError:
            # Another process was first; its pieces are the same.
            if not (folder / "source.json").is_file():
                raise
            for file in staging.iterdir():
                file.unlink()
            staging.rmdir()
    except OSError as error:
        raise MissingPart(f"the converted voice cannot be kept in {cache_folder}: {error.strerror or error}") from error
    return folder


__all__ = ["CONTROLS_PER_FRAME", "FRAME_S", "SAMPLE_RATE_HZ", "TOKENS", "KokoroVoice", "Prosody", "kokoro_graph"]
