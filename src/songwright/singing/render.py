"""From a vocal performance to sound: the score's durations, pitch and dynamics through the neural voice."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.errors import RenderError
from songwright.singing.backends.kokoro import (
    CONTROLS_PER_FRAME,
    FRAME_S,
    SAMPLE_RATE_HZ,
    KokoroVoice,
)
from songwright.singing.source import render_source
from songwright.singing.vowels import Treatment, plan_tokens, treat_vowels

ENERGY_PER_DB: Final = 0.1151
"""The energy curve is the natural logarithm of a mel spectrum's norm (StyleTTS 2): ln(10)/20 a dB."""
VOWEL_PERCENTILE: Final = 85.0
"""Every vowel takes this percentile of the phrase's spoken vowel peaks: at 50, 75 and 90 level spread between notes
fell from 8.0 to 7.7 dB (michael) and 6.2 to 5.9 dB (fenrir), words unchanged."""


def render_phrase(
    performance: PhrasePerformance,
    character: Character,
    voice: KokoroVoice,
    *,
    treatments: tuple[Treatment, ...],
    energy_boosts: tuple[float, ...],
    rng: np.random.Generator,
) -> Audio:
    """Sing a phrase.

    Parameters
    ----------
    performance
        When, how high and how loud.
    character
        Whose voice.
    voice
        The loaded model.
    treatments, energy_boosts
        For each note: how its vowel is kept alive, and what is added to its energy (natural-log units).
    rng
        Dice for the source's noise.

    Returns
    -------
    Audio
        One channel at 24 kHz, ``performance.duration_s`` long, beginning at ``performance.start_s``.
    """
    plan = plan_tokens(performance.phonemes)
    prosody = voice.prosody(plan.tokens, character.style, plan.frames)
    n_controls = performance.f0_hz.size
    if prosody.energy.size != n_controls:
        raise RenderError(
            f"sing {performance.phrase}: {prosody.energy.size} controls from the voice, {n_controls} planned"
        )
    features = treat_vowels(prosody.features, performance, treatments, character.style, voice)
    energy = plan_energy(performance, prosody.energy, energy_boosts)
    f0_hz = np.where(performance.voiced, performance.f0_hz, 0.0).astype(np.float32)
    source = render_source(
        performance.f0_hz,
        performance.voiced,
        weights=voice.source_weights,
        bias=voice.source_bias,
        sample_rate_hz=SAMPLE_RATE_HZ,
        rng=rng,
        breathiness=character.breathiness,
        grit=character.grit,
    )
    samples = voice.decode(features, f0_hz, energy, character.style, source)
    return Audio(samples=samples[None, :], sample_rate_hz=SAMPLE_RATE_HZ)


def plan_energy(
    performance: PhrasePerformance, spoken: npt.NDArray[np.float32], boosts: tuple[float, ...]
) -> npt.NDArray[np.float32]:
    """Energy curve that holds notes: every vowel at one strong spoken level, shaped by the dynamics.

    Parameters
    ----------
    performance
        Where the vowels lie, and the planned dynamics.
    spoken : np.ndarray [shape=(n_controls,)]
        What the prosody predictor would do; it fades on held vowels.
    boosts
        Added to each note's vowel.
    """
    energy = spoken.astype(np.float64)
    spans = vowel_spans(performance)
    peaks = [float(spoken[first:last].max()) for _, first, last in spans]
    level = float(np.percentile(peaks, VOWEL_PERCENTILE))
    for note_index, first, last in spans:
        energy[first:last] = level + boosts[note_index]
    energy += ENERGY_PER_DB * performance.dynamics_db * (energy > 0.0)
    smooth = np.convolve(np.pad(energy, 2, mode="edge"), np.asarray([0.0, 0.25, 0.5, 0.25, 0.0]), mode="same")[2:-2]
    return smooth.astype(np.float32)


def vowel_spans(performance: PhrasePerformance) -> list[tuple[int, int, int]]:
    """``(note_index, first, last)`` control indices of each sung syllable's vowel."""
    spans: list[tuple[int, int, int]] = []
    for phoneme in performance.phonemes:
        if phoneme.kind == "nucleus":
            first = round((phoneme.start_s - performance.start_s) / FRAME_S) * CONTROLS_PER_FRAME
            last = first + round(phoneme.duration_s / FRAME_S) * CONTROLS_PER_FRAME
            if spans and spans[-1][0] == phoneme.note_index:
                spans[-1] = (phoneme.note_index, spans[-1][1], last)
            else:
                spans.append((phoneme.note_index, first, last))
    return spans
