"""Listen and retake: the singer hears each note and sings the phrase again where one is weak.

A take is heard note by note: how much of the vowel is voiced, and its level against the phrase. Weak notes climb the
ladder of `songwright.singing.vowels` and get more energy; the best take is kept. A slow gain curve then rides what
level difference is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.hearing.pitch import FRAME_S as PITCH_FRAME_S
from songwright.hearing.pitch import measure_voicing
from songwright.singing.backends.kokoro import SAMPLE_RATE_HZ, KokoroVoice
from songwright.singing.render import render_phrase, vowel_spans
from songwright.singing.vowels import LADDER, Treatment

WEAK_VOICING: Final = 0.55
"""A note is weak when less of its vowel than this is voiced."""
WEAK_LEVEL_DB: Final = -10.0
"""... or when it lies this far under its phrase (dead is 12 dB)."""
VERY_WEAK_VOICING: Final = 0.25
VERY_WEAK_LEVEL_DB: Final = -18.0
"""A note this weak climbs two rungs at once."""
ENERGY_STEP: Final = 0.35
"""Added to a weak note's energy in each retake (3 dB as the model counts)."""
RIDE_RANGE_DB: Final = 14.0
"""The gain curve lifts a quiet note by at most this much."""
RIDE_TOLERANCE_DB: Final = 2.5
"""Level differences a singer would make are left alone."""
RIDE_RAMP_S: Final = 0.04


@dataclass(frozen=True, kw_only=True)
class NoteHearing:
    """What was heard of a note's vowel: share voiced, and level in dB against the phrase's median note."""

    voiced_share: float
    level_db: float

    @property
    def weak(self) -> bool:
        """Whether the singer would want this note again."""
        return self.voiced_share < WEAK_VOICING or self.level_db < WEAK_LEVEL_DB


@dataclass(frozen=True, kw_only=True)
class Articulation:
    """How a take's notes were sung: indices into the ladder and energy boosts, one a note. Doubles reuse the lead's."""

    rungs: tuple[int, ...]
    boosts: tuple[float, ...]

    @classmethod
    def plain(cls, n_notes: int) -> Articulation:
        """The first rung for every note."""
        return cls(rungs=(0,) * n_notes, boosts=(0.0,) * n_notes)

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """The ladder's entries."""
        return tuple(LADDER[rung] for rung in self.rungs)


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """A sung phrase, ridden to an even level, and what was heard of it before riding."""

    audio: Audio
    articulation: Articulation
    hearings: tuple[NoteHearing, ...]
    n_renders: int


def sing_phrase(
    performance: PhrasePerformance,
    character: Character,
    voice: KokoroVoice,
    *,
    articulation: Articulation | None,
    max_retakes: int,
    seed: np.random.SeedSequence,
) -> Take:
    """Sing a phrase, listening and retaking up to ``max_retakes`` times.

    Parameters
    ----------
    performance
        When, how high and how loud.
    character
        Whose voice.
    voice
        The loaded model.
    articulation
        Where to begin (a lead's finding for its double); ``None`` begins plainly.
    max_retakes
        0 sings once.
    seed
        Dice of the source's noise: the same in every take, so that only what was changed changes.
    """
    current = articulation or Articulation.plain(len(performance.notes))
    best: tuple[float, Audio, Articulation, tuple[NoteHearing, ...]] | None = None
    n_renders = 0
    for _ in range(max_retakes + 1):
        audio = render_phrase(
            performance,
            character,
            voice,
            treatments=current.treatments,
            energy_boosts=current.boosts,
            rng=np.random.default_rng(seed),
        )
        n_renders += 1
        hearings = hear_notes(audio, performance)
        cost = sum(_weakness(hearing) for hearing in hearings)
        if best is None or cost < best[0]:
            best = (cost, audio, current, hearings)
        if not any(hearing.weak for hearing in hearings):
            break
        current = _climb(current, hearings)
    assert best is not None
    _, audio, chosen, hearings = best
    return Take(audio=ride_notes(audio, performance), articulation=chosen, hearings=hearings, n_renders=n_renders)


def hear_notes(audio: Audio, performance: PhrasePerformance) -> tuple[NoteHearing, ...]:
    """Hear every note of a rendered phrase; a melisma's later notes share their syllable's vowel."""
    samples = audio.samples[0]
    voiced = measure_voicing(samples, audio.sample_rate_hz)
    spans = _vowel_samples(performance)
    shares, levels = {}, {}
    for note_index, first, last in spans:
        frames = voiced[
            round(first / SAMPLE_RATE_HZ / PITCH_FRAME_S) + 4 : round(last / SAMPLE_RATE_HZ / PITCH_FRAME_S)
        ]
        shares[note_index] = float(frames.mean()) if frames.size else 1.0
        levels[note_index] = measure_vowel_level_db(samples[first:last])
    middle = float(np.median(list(levels.values())))
    hearings, last_heard = [], 0
    for note_index in range(len(performance.notes)):
        last_heard = note_index if note_index in shares else last_heard
        hearings.append(NoteHearing(voiced_share=shares[last_heard], level_db=levels[last_heard] - middle))
    return tuple(hearings)


def measure_vowel_level_db(samples: npt.NDArray[np.float32]) -> float:
    """Median level of 50 ms windows, dB."""
    window, hop = SAMPLE_RATE_HZ // 20, SAMPLE_RATE_HZ // 40
    starts = range(0, max(samples.size - window, 1), hop)
    powers = [float(np.mean(samples[start : start + window].astype(np.float64) ** 2)) for start in starts]
    return 10.0 * float(np.log10(np.median(powers) + 1e-12))


def _weakness(hearing: NoteHearing) -> float:
    return 2.0 * max(0.0, 0.7 - hearing.voiced_share) + max(0.0, -9.0 - hearing.level_db) / 4.0


def _climb(articulation: Articulation, hearings: tuple[NoteHearing, ...]) -> Articulation:
    rungs, boosts = list(articulation.rungs), list(articulation.boosts)
    for i, hearing in enumerate(hearings):
        if hearing.weak:
            very = hearing.voiced_share < VERY_WEAK_VOICING or hearing.level_db < VERY_WEAK_LEVEL_DB
            rungs[i] = min(rungs[i] + (2 if very else 1), len(LADDER) - 1)
            boosts[i] += ENERGY_STEP
    return Articulation(rungs=tuple(rungs), boosts=tuple(boosts))


def _vowel_samples(performance: PhrasePerformance) -> list[tuple[int, int, int]]:
    hop = SAMPLE_RATE_HZ // 80
    return [(note_index, first * hop, last * hop) for note_index, first, last in vowel_spans(performance)]


def ride_notes(audio: Audio, performance: PhrasePerformance) -> Audio:
    """Even out what differs in level from note to note beyond the planned dynamics.

    The gain is constant inside a vowel and moves in the consonants between; nothing louder than `RIDE_TOLERANCE_DB`
    around the plan is touched.
    """
    samples = audio.samples[0]
    spans = _vowel_samples(performance)
    hop = SAMPLE_RATE_HZ // 80
    levels = np.asarray([measure_vowel_level_db(samples[first:last]) for _, first, last in spans])
    planned = np.asarray(
        [float(np.mean(performance.dynamics_db[first // hop : last // hop])) for _, first, last in spans]
    )
    excess = (levels - planned) - float(np.median(levels - planned))
    gains_db = -np.sign(excess) * np.clip(np.abs(excess) - RIDE_TOLERANCE_DB, 0.0, RIDE_RANGE_DB)
    points, values = [0.0], [float(gains_db[0])]
    for (_, first, last), gain_db in zip(spans, gains_db, strict=True):
        points += [max(first - RIDE_RAMP_S * SAMPLE_RATE_HZ * 0.25, points[-1] + 1), float(last)]
        values += [float(gain_db)] * 2
    curve_db = np.interp(np.arange(samples.size), points, values)
    return Audio(
        samples=(samples * 10.0 ** (curve_db / 20.0)).astype(np.float32)[None, :], sample_rate_hz=audio.sample_rate_hz
    )
