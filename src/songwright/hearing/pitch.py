"""Hearing pitch: f0 of a single voice.

Voicing comes from swift-f0 (a small neural tracker: no false voicing on a test set, 16 ms frames), cents from WORLD's
DIO refined by StoneMask (Morise, Kawahara and Katayose 2009; 0.7 cents on synthetic voices). A frame counts where both
hear a pitch.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.documents.performance import PhrasePerformance
from songwright.units import A4_HZ, A4_MIDI

EAR_SAMPLE_RATE_HZ: Final = 16000
FRAME_S: Final = 0.005
VOICED_CONFIDENCE: Final = 0.5
"""swift-f0's own calibration."""
F0_FLOOR_HZ: Final = 55.0
F0_CEILING_HZ: Final = 1000.0
_DIO_SPEED: Final = 2
"""DIO looks at every second sample of the 16 kHz: no worse than all; every fourth misses 6 % of frames."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PitchTrack:
    """f0 over time.

    Parameters
    ----------
    f0_hz : np.ndarray [shape=(n_frames,), Hz]
        NaN where not voiced. Frame i is at ``i * FRAME_S``.
    voiced : np.ndarray [shape=(n_frames,), bool]
        Where swift-f0 hears a voice, whatever DIO finds there.
    """

    f0_hz: npt.NDArray[np.float64]
    voiced: npt.NDArray[np.bool_]

    @property
    def times_s(self) -> npt.NDArray[np.float64]:
        """Times of the frames."""
        return np.asarray(np.arange(self.f0_hz.size) * FRAME_S, dtype=np.float64)


DEAD_DB: Final = -12.0
"""A note whose vowel lies this far under its phrase is dead: it is not heard in the song."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SungPitch:
    """A sung part against its notes.

    Parameters
    ----------
    median_cents, within_50_share
        Over all voiced frames inside notes, transitions included.
    n_dead_notes
        Notes `DEAD_DB` or more under the median note of their phrase.
    times_s, f0_hz : np.ndarray [shape=(n_frames,)]
        What was heard; NaN where not voiced.
    """

    median_cents: float
    within_50_share: float
    n_dead_notes: int
    times_s: npt.NDArray[np.float64]
    f0_hz: npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _detector() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)


def measure_voicing(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> npt.NDArray[np.bool_]:
    """Whether a pitched voice sounds, every `FRAME_S`; the level of the whole excerpt does not matter."""
    return _hear_voicing(_hear(samples, sample_rate_hz), samples.size, sample_rate_hz)


def _hear(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> npt.NDArray[np.float32] | None:
    """What the ear gets: `EAR_SAMPLE_RATE_HZ`, the peak at 0.7; ``None`` for silence."""
    import soxr

    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak < 1e-6:
        return None
    heard: npt.NDArray[np.float32] = soxr.resample(
        (samples / peak * 0.7).astype(np.float32), sample_rate_hz, EAR_SAMPLE_RATE_HZ
    )
    return heard


def _hear_voicing(heard: npt.NDArray[np.float32] | None, n_samples: int, sample_rate_hz: int) -> npt.NDArray[np.bool_]:
    n_frames = n_samples * 1000 // (sample_rate_hz * 5) + 1
    if heard is None:
        return np.zeros(n_frames, dtype=bool)
    result = _detector().detect(heard, EAR_SAMPLE_RATE_HZ)
    times_s = np.arange(n_frames) * FRAME_S
    nearest = np.clip(np.searchsorted(result.timestamps, times_s - 0.008), 0, len(result.timestamps) - 1)
    return np.asarray(result.confidence >= VOICED_CONFIDENCE)[nearest]


def track_pitch(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> PitchTrack:
    """Follow the f0 of mono ``samples`` (one voice, no accompaniment).

    DIO and StoneMask hear it at 16 kHz, which costs a quarter of 44.1 kHz and is as near: on synthetic voices (87 to
    700 Hz, steady, gliding, with vibrato) the median error is 0.23 cents at 16 kHz and 0.39 at 44.1 kHz.
    """
    import pyworld

    heard = _hear(samples, sample_rate_hz)
    if heard is None:
        n_frames = samples.size * 1000 // (sample_rate_hz * 5) + 1
        return PitchTrack(f0_hz=np.full(n_frames, np.nan), voiced=np.zeros(n_frames, dtype=bool))
    wave = heard.astype(np.float64)
    with ThreadPoolExecutor(max_workers=1) as pool:  # swift-f0 leaves the interpreter, WORLD does not
        future = pool.submit(_hear_voicing, heard, samples.size, sample_rate_hz)
        f0_hz, times_s = pyworld.dio(
            wave,
            EAR_SAMPLE_RATE_HZ,
            f0_floor=F0_FLOOR_HZ,
            f0_ceil=F0_CEILING_HZ,
            frame_period=FRAME_S * 1000.0,
            speed=_DIO_SPEED,
        )
        f0_hz = pyworld.stonemask(wave, f0_hz, times_s, EAR_SAMPLE_RATE_HZ)
        voiced = future.result()
    n_frames = min(f0_hz.size, voiced.size)
    f0_hz = np.where((f0_hz[:n_frames] > 0.0) & voiced[:n_frames], f0_hz[:n_frames], np.nan)
    return PitchTrack(f0_hz=f0_hz, voiced=voiced[:n_frames])


def measure_deviation_cents(
    track: PitchTrack, notes: list[tuple[float, float, float]], *, origin_s: float = 0.0
) -> npt.NDArray[np.float64]:
    """Signed distance of every voiced frame inside a note from that note.

    Parameters
    ----------
    track
        What was heard.
    notes
        ``(start_s, duration_s, midi_note)`` of each.
    origin_s
        Where the track's time zero lies on the notes' clock.

    Returns
    -------
    np.ndarray [shape=(n_voiced_frames,), cents]
        Note after note; positive is sharp.
    """
    times_s = track.times_s + origin_s
    midi = A4_MIDI + 12.0 * np.log2(track.f0_hz / A4_HZ)
    deviations = []
    for start_s, duration_s, midi_note in notes:
        inside = (times_s >= start_s) & (times_s < start_s + duration_s) & np.isfinite(midi)
        deviations.append(100.0 * (midi[inside] - midi_note))
    return np.concatenate(deviations) if deviations else np.zeros(0)


def measure_sung_pitch(audio: Audio, performances: tuple[PhrasePerformance, ...]) -> SungPitch:
    """Hear a dry vocal stem and compare it with the notes that it was to sing.

    Parameters
    ----------
    audio
        The stem; channels are averaged.
    performances
        Its phrases, in the time of the file. The reference is each note's written pitch and place as performed.
    """
    samples = audio.samples.mean(axis=0)
    track = track_pitch(samples, audio.sample_rate_hz)
    notes = [
        (note.start_s, note.duration_s, float(note.midi_note))
        for performance in performances
        for note in performance.notes
    ]
    deviations = np.abs(measure_deviation_cents(track, notes))
    n_dead = sum(
        int(np.sum(levels - np.median(levels) <= DEAD_DB))
        for levels in (measure_vowel_levels_db(audio, performance) for performance in performances)
    )
    return SungPitch(
        median_cents=float(np.median(deviations)) if deviations.size else float("nan"),
        within_50_share=float(np.mean(deviations <= 50.0)) if deviations.size else 0.0,
        n_dead_notes=n_dead,
        times_s=track.times_s,
        f0_hz=track.f0_hz,
    )


def measure_vowel_levels_db(audio: Audio, performance: PhrasePerformance) -> npt.NDArray[np.float64]:
    """Level in dB of each sung vowel (median of 50 ms windows), in order."""
    spans: dict[int, tuple[float, float]] = {}
    for phoneme in performance.phonemes:
        if phoneme.kind == "nucleus":
            start_s = spans.get(phoneme.note_index, (phoneme.start_s, 0.0))[0]
            spans[phoneme.note_index] = (start_s, phoneme.start_s + phoneme.duration_s)
    window, hop = audio.sample_rate_hz // 20, audio.sample_rate_hz // 40
    levels = []
    for start_s, end_s in spans.values():
        first, last = round(start_s * audio.sample_rate_hz), round(end_s * audio.sample_rate_hz)
        vowel = audio.samples[:, first:last].mean(axis=0).astype(np.float64)
        powers = [np.mean(vowel[i : i + window] ** 2) for i in range(0, max(vowel.size - window, 1), hop)]
        levels.append(10.0 * np.log10(float(np.median(powers)) + 1e-12))
    return np.asarray(levels)
