"""The vocal stems: every phrase performed, sung, heard and, where a note is weak, sung again; each kept in the store.

A phrase is sung on a clock of its own, so that it is the same wherever it stands: changing one line of the lyric re-sings that
phrase, and every other sample of the stem stays bit-identical.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from songwright.documents.arrangement import VocalPart
from songwright.documents.audio import Audio
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Note, Phrase, Score
from songwright.performing.voice import VoiceSettings, perform_phrase
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.seeding import stage_rng
from songwright.singing.backends.kokoro import KokoroVoice
from songwright.singing.backends.kokoro_graph import GRAPH_VERSION, WEIGHTS_SHA256
from songwright.singing.breath import render_breath
from songwright.singing.takes import Articulation, sing_phrase
from songwright.store import Entry, StageKey, Store, cache_root, digest_of, write_audio, write_document
from songwright.timeline import TempoMap

MAX_RETAKES: Final = {"lead": 3, "double": 0, "harmony": 1, "gang": 1}
"""How often a phrase may be sung again. A double begins from what the lead found."""
ROLE_SETTINGS: Final = {
    "lead": VoiceSettings(),
    "double": VoiceSettings(timing_spread_s=0.014, detune_spread_cents=7.0, vibrato=0.7),
    "harmony": VoiceSettings(timing_spread_s=0.012, detune_spread_cents=5.0, vibrato=0.7),
    "gang": VoiceSettings(timing_spread_s=0.020, detune_spread_cents=12.0, vibrato=0.0),
}
SECTION_DYNAMICS_DB: Final = 4.0
"""Between a section of intensity 0 and one of intensity 1; the rest of the song's dynamics is the mix's."""
SHOUT_VARIANTS: Final = 3
"""A singer of the gang has this many different shouts of the same words."""
BREATH_S: Final = (0.16, 0.42)
"""Shortest and longest audible breath."""
BREATH_MARGIN_S: Final = 0.06
N_SINGERS_AT_ONCE: Final = 2
"""Two phrases side by side, one thread each: `bench/singing.py --threads` compares it with one phrase on two threads."""


@dataclass(frozen=True, kw_only=True)
class SungPhrase:
    """What the report says of a phrase: takes sung, weak notes left (less than 55 % voiced, or 10 dB down) and found at first."""

    phrase: str
    n_takes: int
    n_weak: int
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class SungPart:
    """A vocal stem of the song's length, mono, with its performances in song time."""

    audio: Audio
    performances: tuple[PhrasePerformance, ...]
    report: tuple[SungPhrase, ...]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A phrase moved to score time zero, with everything its sound depends on beside the character."""

    phrase: Phrase
    start_quarters: Fraction
    tempo_qpm: float
    settings: VoiceSettings
    max_retakes: int
    dice: str
    breath_s: float


_voice_lock = threading.Lock()
_voices: dict[Path, KokoroVoice] = {}


def load_voice() -> KokoroVoice:
    """The voice's sessions, opened once a process."""
    folder = cache_root() / "voice"
    with _voice_lock:
        if folder not in _voices:
            _voices[folder] = KokoroVoice(folder, n_threads=max(1, (os.cpu_count() or 2) // N_SINGERS_AT_ONCE))
        return _voices[folder]


def sing_part(
    part: VocalPart,
    character: Character,
    score: Score,
    *,
    duration_s: float,
    sample_rate_hz: int,
    seed: int,
    store: Store,
    progress: Callable[[str, int, int], None],
) -> SungPart:
    """Sing a whole part.

    Parameters
    ----------
    part
        Its ``role`` decides how often a phrase is retaken and how loosely it is timed.
    duration_s
        Length of the stem.
    progress
        Told after every phrase.
    """
    tempo_map = score.tempo_map
    tasks = _tasks(part, score, tempo_map)
    stage, n_done, lock = f"sing {part.name}", 0, threading.Lock()
    progress(stage, 0, len(tasks))

    def sing(task: _Task) -> Entry:
        nonlocal n_done
        entry = _sing_task(task, part.role, character, sample_rate_hz, seed, store)
        with lock:
            n_done += 1
            progress(stage, n_done, len(tasks))
        return entry

    # Equal tasks (a gang's shouts) are one piece of work.
    distinct = list(dict.fromkeys(_without_place(task) for task in tasks))
    with ThreadPoolExecutor(max_workers=N_SINGERS_AT_ONCE) as pool:
        entries = dict(zip(distinct, pool.map(sing, distinct), strict=True))
    progress(stage, len(tasks), len(tasks))

    stem = np.zeros(round(duration_s * sample_rate_hz), dtype=np.float32)
    performances, rows = [], []
    for task, phrase in zip(tasks, part.phrases, strict=True):
        entry = entries[_without_place(task)]
        performance = entry.document(PhrasePerformance, "performance")
        shift_s = tempo_map.quarters_to_seconds(task.start_quarters)
        audio = entry.audio("audio")
        head_s = float(np.load(entry.path("head_s.npy")))
        first = round((performance.start_s - head_s + shift_s) * sample_rate_hz)
        clip = audio.samples[0, max(0, -first) :]
        first = max(first, 0)
        clip = clip[: max(0, stem.size - first)]
        stem[first : first + clip.size] += clip
        performances.append(_moved(performance, shift_s, phrase.name))
        rows.append(replace(entry.document(SungPhrase, "row"), phrase=phrase.name))
    return SungPart(
        audio=Audio(samples=stem[None, :], sample_rate_hz=sample_rate_hz),
        performances=tuple(performances),
        report=tuple(rows),
    )


def _tasks(part: VocalPart, score: Score, tempo_map: TempoMap) -> list[_Task]:
    tasks: list[_Task] = []
    shouts: dict[str, int] = {}
    free_from_s = 0.0
    for phrase in part.phrases:
        start = phrase.start_quarters
        moved = replace(phrase, notes=tuple(_shifted(note, -start) for note in phrase.notes))
        dice = phrase.name
        intensity = _intensity_at(score, start)
        settings = replace(ROLE_SETTINGS[part.role], dynamics_db=SECTION_DYNAMICS_DB * (intensity - 0.6))
        breath_s = 0.0
        if part.role == "gang":
            # Shouts of the same words are a few different shouts, not a new one each time.
            words = f"{' '.join(w.spoken for w in phrase.words)} {[(n.midi_note, n.duration_quarters) for n in moved.notes]}"
            dice = f"shout {shouts.get(words, 0) % SHOUT_VARIANTS}"
            shouts[words] = shouts.get(words, 0) + 1
            moved = replace(moved, name="shout", section_index=0, line_index=0)
            settings = ROLE_SETTINGS["gang"]
        elif part.role in ("lead", "harmony"):
            gap_s = tempo_map.quarters_to_seconds(start) - free_from_s - 0.25
            breath_s = round(min(BREATH_S[1], gap_s), 2) if gap_s >= BREATH_S[0] else 0.0
        tasks.append(
            _Task(
                phrase=moved,
                start_quarters=start,
                tempo_qpm=score.tempo_qpm,
                settings=settings,
                max_retakes=MAX_RETAKES[part.role],
                dice=dice,
                breath_s=breath_s,
            )
        )
        free_from_s = tempo_map.quarters_to_seconds(phrase.end_quarters)
    return tasks


def _sing_task(task: _Task, role: str, character: Character, sample_rate_hz: int, seed: int, store: Store) -> Entry:
    lead_entry: Entry | None = None
    if role == "double":
        as_lead = replace(
            task,
            settings=replace(ROLE_SETTINGS["lead"], dynamics_db=task.settings.dynamics_db),
            max_retakes=MAX_RETAKES["lead"],
            breath_s=0.0,
        )
        lead_entry = _sing_task(as_lead, "lead", character, sample_rate_hz, seed, store)

    def make(folder: Path) -> None:
        _sing_into(folder, task, role, character, sample_rate_hz, seed, lead_entry)

    key = StageKey(
        stage="sing a phrase",
        version=1,
        inputs={"task": digest_of(_without_place(replace(task, breath_s=0.0))), "character": digest_of(character)},
        settings={
            "role": role,
            "sample_rate_hz": sample_rate_hz,
            "breath_s": task.breath_s,
            "articulation": lead_entry.digests["articulation.json"] if lead_entry is not None else "",
        },
        seed=seed,
        parts={
            "code": code_digest("singing", "performing", "hearing", "pipeline/vocals.py"),
            "libraries": libraries_digest("onnx", "onnxruntime", "swift-f0", "pyworld-prebuilt", "soxr"),
            "weights": f"{WEIGHTS_SHA256}-{GRAPH_VERSION}",
        },
    )
    return store.get_or_make(key, make)


def _sing_into(
    folder: Path,
    task: _Task,
    role: str,
    character: Character,
    sample_rate_hz: int,
    seed: int,
    lead_entry: Entry | None,
) -> None:
    import soxr

    rng = stage_rng(seed, "perform the voice", character.name, role, task.dice)
    performance = perform_phrase(
        task.phrase,
        character,
        tempo_map=TempoMap.constant(task.tempo_qpm),
        settings=task.settings,
        rng=rng,
    )
    known = lead_entry.document(Articulation, "articulation") if lead_entry is not None else None
    noise = int(stage_rng(seed, "sing", character.name, role, task.dice).integers(2**63))
    take = sing_phrase(
        performance,
        character,
        load_voice(),
        articulation=known,
        max_retakes=task.max_retakes,
        seed=np.random.SeedSequence(noise),
    )
    samples = soxr.resample(take.audio.samples[0], take.audio.sample_rate_hz, sample_rate_hz).astype(np.float32)
    head_s = 0.0
    if task.breath_s > 0.0:
        samples, head_s = _with_breath(samples, performance, character, task, sample_rate_hz, rng)
    write_audio(folder, "audio", Audio(samples=samples[None, :], sample_rate_hz=sample_rate_hz))
    np.save(folder / "head_s.npy", np.asarray(head_s))
    write_document(folder, "performance", performance)
    write_document(folder, "articulation", take.articulation)
    write_document(
        folder,
        "row",
        SungPhrase(
            phrase=task.phrase.name,
            n_takes=take.n_renders,
            n_weak=sum(hearing.weak for hearing in take.hearings),
            text=performance.text,
        ),
    )


def _with_breath(
    samples: np.ndarray,
    performance: PhrasePerformance,
    character: Character,
    task: _Task,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Put an inhalation before the first sound; the clip grows at its head by the seconds that are returned."""
    first_sound_s = next(p.start_s for p in performance.phonemes if p.kind != "pause") - performance.start_s
    brightness = 0.85 if character.tessitura_low_midi < 50 else 1.05
    breath = render_breath(task.breath_s, sample_rate_hz=sample_rate_hz, brightness=brightness, rng=rng)
    level = float(np.sqrt(np.mean(samples**2))) * 10.0 ** (character.breath_db / 20.0)
    start_s = first_sound_s - BREATH_MARGIN_S - task.breath_s
    head_s = max(0.0, -start_s)
    padded = np.concatenate([np.zeros(round(head_s * sample_rate_hz), dtype=np.float32), samples])
    first = max(0, round((start_s + head_s) * sample_rate_hz))
    stop = min(first + breath.size, padded.size)
    padded[first:stop] += (level * breath[: stop - first]).astype(np.float32)
    return padded, round(head_s * sample_rate_hz) / sample_rate_hz


def _without_place(task: _Task) -> _Task:
    return replace(task, start_quarters=Fraction(0))


def _shifted(note: Note, by_quarters: Fraction) -> Note:
    return replace(note, start_quarters=note.start_quarters + by_quarters)


def _intensity_at(score: Score, quarters: Fraction) -> float:
    # A pick-up belongs to the section it leads into: look a beat ahead.
    sections: Sequence = score.sections
    for section in sections:
        if quarters + 1 < section.end_quarters:
            return float(section.intensity)
    return float(sections[-1].intensity)


def _moved(performance: PhrasePerformance, by_s: float, name: str) -> PhrasePerformance:
    return replace(
        performance,
        phrase=name,
        start_s=performance.start_s + by_s,
        phonemes=tuple(replace(phoneme, start_s=phoneme.start_s + by_s) for phoneme in performance.phonemes),
        notes=tuple(replace(note, start_s=note.start_s + by_s) for note in performance.notes),
    )
