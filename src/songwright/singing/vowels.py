"""Keeping sung vowels alive.

A speech model has never held a vowel for a second. Rendered as one token over forty frames, a vowel beside a voiceless
consonant (*kitchen, left, sit*) turns to a whisper: its features, made by recurrent layers over the text, already
carry the closure that follows. What helps (`docs/singing.md` has the numbers):

* features of the **voiced twin**: the same text with every voiceless consonant voiced (*sit* as *zid*), blended into
  the vowel's own. The vowel stays what it is; its neighbours' closure is gone.
* features of the **nasal twin** (every voiceless consonant an *n*): stronger, and blurs words a little more.
* **repeated tokens**: the vowel written several times, a few frames each. Never dies, but lax vowels become tense
  (*sit* as *seat*), so it is the last resort.

Each note has one *treatment*; the singer listens and climbs the ladder only where a note is weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.performance import PhrasePerformance, TimedPhoneme
from songwright.errors import RenderError
from songwright.singing.backends.kokoro import FRAME_S, MAX_TOKENS, PAD_TOKEN, TOKENS, KokoroVoice

VOICED_TWINS: Final = {"p": "b", "t": "d", "k": "ɡ", "f": "v", "s": "z", "ʃ": "ʒ", "ʧ": "ʤ", "θ": "ð", "h": "w"}
NASAL_TWINS: Final = dict.fromkeys("ptkfsʃʧθh", "n")
SUNG_VOWELS: Final = frozenset("AIOWYaeouiɑæɔəɛɪʊʌɜ")


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """Where a vowel's features come from.

    ``weight`` of a twin text, with at most ``repeat_frames`` a token (0: one token).
    """

    name: str
    weight: float
    twin: str = ""
    repeat_frames: int = 0


LADDER: Final = (
    Treatment(name="voiced twin 60 %", weight=0.6, twin="voiced"),
    Treatment(name="voiced twin", weight=1.0, twin="voiced"),
    Treatment(name="nasal twin 70 %", weight=0.7, twin="nasal"),
    Treatment(name="repeated", weight=0.8, repeat_frames=5),
    Treatment(name="nasal twin repeated", weight=0.8, twin="nasal", repeat_frames=5),
    Treatment(name="nasal twin repeated often", weight=1.0, twin="nasal", repeat_frames=3),
)
"""From what keeps words clearest to what keeps notes surest; measured on three voices, `bench/singing.py --ladder`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenPlan:
    """The model's input for a phrase: token numbers and whole frames for each."""

    tokens: npt.NDArray[np.int64]
    frames: npt.NDArray[np.int64]


def plan_tokens(phonemes: tuple[TimedPhoneme, ...], *, twin: str = "", repeat_frames: int = 0) -> TokenPlan:
    """Write a phrase's phonemes as the model's tokens.

    Words are parted by spaces and stressed vowels marked, both without frames of their own; pauses become commas and
    the end a full stop. ``twin`` rewrites voiceless consonants; ``repeat_frames`` writes a long vowel several times.
    """
    twins = {"": {}, "voiced": VOICED_TWINS, "nasal": NASAL_TWINS}[twin]
    tokens, frames = [PAD_TOKEN], [0]
    previous: TimedPhoneme | None = None
    for i, phoneme in enumerate(phonemes):
        n_frames = round(phoneme.duration_s / FRAME_S)
        if phoneme.kind == "pause":
            if i == 0:
                frames[0] = n_frames
            elif i == len(phonemes) - 1:
                tokens += [TOKENS["."], PAD_TOKEN]
                frames += [n_frames // 2, n_frames - n_frames // 2]
            else:
                tokens.append(TOKENS[","])
                frames.append(n_frames)
            continue
        if previous is not None and phoneme.word_index != previous.word_index:
            tokens.append(TOKENS[" "])
            frames.append(0)
        starts_vowel = phoneme.kind == "nucleus" and (
            previous is None or previous.kind != "nucleus" or previous.note_index != phoneme.note_index
        )
        mark = {1: "ˈ", 2: "ˌ"}.get(phoneme.stress) if starts_vowel else None
        if mark is not None:
            tokens.append(TOKENS[mark])
            frames.append(0)
        token = TOKENS[twins.get(phoneme.phoneme, phoneme.phoneme)]
        n_times = 1
        if repeat_frames and phoneme.kind == "nucleus" and phoneme.phoneme in SUNG_VOWELS:
            n_times = -(-n_frames // repeat_frames)
        tokens += [token] * n_times
        frames += [n_frames // n_times + (k < n_frames % n_times) for k in range(n_times)]
        previous = phoneme
    if len(tokens) > MAX_TOKENS and not repeat_frames:
        raise RenderError(f"sing: {len(tokens)} phonemes in one breath, the voice takes {MAX_TOKENS}; break the line")
    return TokenPlan(tokens=np.asarray(tokens, dtype=np.int64), frames=np.asarray(frames, dtype=np.int64))


def treat_vowels(
    features: npt.NDArray[np.float32],
    performance: PhrasePerformance,
    treatments: tuple[Treatment, ...],
    style: npt.NDArray[np.float32],
    voice: KokoroVoice,
) -> npt.NDArray[np.float32]:
    """Blend twins' features into the vowels.

    Parameters
    ----------
    features : np.ndarray [shape=(1, 512, T)]
        Of the phrase as written.
    performance
        Where the vowels lie.
    treatments
        One for each note of the performance.
    style : np.ndarray [shape=(256,)]
        The character's voice.
    voice
        The loaded model.
    """
    treated = features.copy()
    runs: dict[tuple[str, int], npt.NDArray[np.float32]] = {}
    for phoneme in performance.phonemes:
        if phoneme.kind != "nucleus" or phoneme.phoneme not in SUNG_VOWELS:
            continue
        treatment = treatments[phoneme.note_index]
        if treatment.weight == 0.0:
            continue
        kind = (treatment.twin, treatment.repeat_frames)
        if kind not in runs:
            plan = plan_tokens(performance.phonemes, twin=kind[0], repeat_frames=kind[1])
            if plan.tokens.size > MAX_TOKENS:
                continue
            runs[kind] = voice.prosody(plan.tokens, style, plan.frames).features
        first = round((phoneme.start_s - performance.start_s) / FRAME_S)
        n_frames = round(phoneme.duration_s / FRAME_S)
        weight = np.full(n_frames, treatment.weight, dtype=np.float32)
        if n_frames > 3:
            # Half at the edges: the vowel still leans on its own consonants.
            weight[0] *= 0.5
            weight[-1] *= 0.5
        span = slice(first, first + n_frames)
        treated[0, :, span] = (1.0 - weight) * features[0, :, span] + weight * runs[kind][0, :, span]
    return treated
