"""The vocal stems: every phrase performed, sung, heard and, where a note is weak, sung again; each kept in the store.

A phrase is sung on a clock of its own, so that it is the same wherever it stands: changing one line of the lyric
re-sings that phrase, and every other sample of the stem stays bit-identical.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.arrangement import VocalPart
from songwright.documents.audio import Audio
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Phrase, Score
from songwright.performing.voice import VoiceSettings, perform_phrase
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.seeding import stage_rng
from songwright.singing.backends.kokoro import KokoroVoice
from songwright.singing.backends.kokoro_graph import GRAPH_VERSION, WEIGHTS_SHA256
from songwright.singing.breath import render_breath
from songwright.singing.shelf import shelve_highs
from songwright.singing.takes import Articulation, sing_phrase
from songwright.store import Entry, StageKey, Store, cache_root, digest_of, write_audio, write_document
from songwright.timeline import TempoMap
from songwright.units import db_to_gain

MAX_RETAKES: Final = {"lead": 1, "double": 0, "harmony": 0, "gang": 1}
"""How often a phrase may be sung again for a weak note. A double begins from what the lead found."""
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
BREATHING_ROLES: Final = ("lead", "harmony")
"""A double's breath would only blur the lead's."""
BREATH_S: Final = (0.16, 0.42)
"""Shortest and longest audible breath."""
BREATH_MARGIN_S: Final = 0.06
DEEP_THROAT_MIDI: Final = 50
"""Singers whose tessitura begins under D3 breathe darker."""
DOUBLE_ORDER: Final = ("double-left", "double-right")
N_SINGERS_AT_ONCE: Final = 2
"""Two phrases side by side, one thread each: `bench/singing.py --threads` compares it with one on two threads."""


@dataclass(frozen=True, kw_only=True)
class SungPhrase:
    """What the report says of a phrase: how many takes were sung, and how many notes of the best one are still weak."""

    phrase: str
    text: str
    n_takes: int
    n_weak: int


@dataclass(frozen=True, kw_only=True, eq=False)
class SungPart:
    """A vocal stem of the song's length, mono, with its performances in song time."""

    audio: Audio
    performances: tuple[PhrasePerformance, ...]
    report: tuple[SungPhrase, ...]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A phrase moved to score time zero, with everything its sound depends on beside the character and the seed.

    ``name`` gives it its dice: the phrase's own name, or the number of a gang's shout.
    """

    name: str
    role: str
    phrase: Phrase
    tempo_qpm: float
    settings: VoiceSettings


_voice_lock = threading.Lock()
_voices: dict[Path, KokoroVoice] = {}


def load_voice() -> KokoroVoice:
    """The voice's sessions, opened once a process."""
    folder = (cache_root() / "voice").resolve()
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
    character
        Who sings.
    score
        The song: its tempo, the sections' intensities, and the lead's phrases, which doubles start from.
    duration_s
        Length of the stem.
    sample_rate_hz
        Of the stem.
    seed
        The song's.
    store
        Where every sung phrase is kept.
    progress
        Told after every phrase: what is done, how many are done, how many there are.
    """
    tempo_map = score.tempo_map
    lead = {task.name: task for task in _tasks("lead", score.phrases, score)}
    tasks = _fly_in(_tasks(part.role, part.phrases, score), part, lead)
    stage, n_done, lock = f"sing {part.name}", 0, threading.Lock()
    # Equal tasks (a gang's shouts) are one piece of work.
    distinct = list(dict.fromkeys(task for task in tasks))
    progress(stage, 0, len(distinct))

    def sing(task: _Task) -> Entry:
        nonlocal n_done
        entry = _sing_task(task, lead.get(task.name), character, sample_rate_hz, seed, store)
        with lock:
            n_done += 1
            progress(stage, n_done, len(distinct))
        return entry

    with ThreadPoolExecutor(max_workers=N_SINGERS_AT_ONCE) as pool:
        entries = dict(zip(distinct, pool.map(sing, distinct), strict=True))

    stem = np.zeros(round(duration_s * sample_rate_hz), dtype=np.float32)
    performances, rows = [], []
    free_from_s = 0.0
    for task, phrase in zip(tasks, part.phrases, strict=True):
        entry = entries[task]
        audio = entry.audio("audio").samples[0]
        performance = entry.document(PhrasePerformance, "performance")
        performance = _moved(performance, tempo_map.quarters_to_seconds(phrase.start_quarters), phrase.name)
        _add_clip(stem, audio, performance.start_s, sample_rate_hz)
        if part.role in BREATHING_ROLES:
            rng = stage_rng(seed, "breathe", character.name, part.name, phrase.name)
            _add_breath(stem, audio, performance, character, free_from_s, sample_rate_hz, rng)
        free_from_s = performance.start_s + performance.duration_s
        performances.append(performance)
        rows.append(replace(entry.document(SungPhrase, "row"), phrase=phrase.name))
    return SungPart(
        audio=Audio(samples=stem[None, :], sample_rate_hz=sample_rate_hz),
        performances=tuple(performances),
        report=tuple(rows),
    )


def _tasks(role: str, phrases: tuple[Phrase, ...], score: Score) -> list[_Task]:
    tasks: list[_Task] = []
    shouts: dict[str, int] = {}
    for phrase in phrases:
        start = phrase.start_quarters
        moved = replace(
            phrase, notes=tuple(replace(note, start_quarters=note.start_quarters - start) for note in phrase.notes)
        )
        name, dynamics_db = phrase.name, SECTION_DYNAMICS_DB * (_intensity_at(score, start) - 0.6)
        if role == "gang":
            # Shouts of the same words are a few different shouts, not a new one each time.
            words = " ".join(word.spoken for word in phrase.words)
            words += f" {[(note.midi_note, note.duration_quarters) for note in moved.notes]}"
            name, dynamics_db = f"shout {shouts.get(words, 0) % SHOUT_VARIANTS}", 0.0
            shouts[words] = shouts.get(words, 0) + 1
        tasks.append(
            _Task(
                name=name,
                role=role,
                phrase=replace(moved, name=name, section_index=0, line_index=0),
                tempo_qpm=score.tempo_qpm,
                settings=replace(ROLE_SETTINGS[role], dynamics_db=round(dynamics_db, 3)),
            )
        )
    return tasks


def _fly_in(tasks: list[_Task], part: VocalPart, lead: dict[str, _Task]) -> list[_Task]:
    """Let a double sing the lead's own take of the same line from another chorus, as studios do, where there is one.

    The left double takes the next time the line comes, the right one the time after that; a line that comes only once
    (or twice, for the right one) is sung anew.
    """
    if part.role != "double":
        return tasks
    step = 1 + DOUBLE_ORDER.index(part.name) if part.name in DOUBLE_ORDER else 1
    alike: dict[str, list[str]] = {}
    for task in lead.values():
        alike.setdefault(_line_of(task), []).append(task.name)
    flown = []
    for task in tasks:
        names = alike.get(_line_of(task), [])
        if task.name in names and step % len(names) != 0:
            flown.append(lead[names[(names.index(task.name) + step) % len(names)]])
        else:
            flown.append(task)
    return flown


def _line_of(task: _Task) -> str:
    return digest_of(replace(task.phrase, name="", section_index=0, line_index=0))


def _sing_task(
    task: _Task, lead_task: _Task | None, character: Character, sample_rate_hz: int, seed: int, store: Store
) -> Entry:
    begins_from: Entry | None = None
    if task.role == "double" and lead_task is not None:
        # What the lead found out about this line's weak notes holds for the double, who is the same singer.
        begins_from = _sing_task(lead_task, None, character, sample_rate_hz, seed, store)

    def make(folder: Path) -> None:
        _sing_into(folder, task, character, sample_rate_hz, seed, begins_from)

    key = StageKey(
        stage="sing a phrase",
        version=1,
        inputs={"task": digest_of(task), "character": digest_of(character)},
        settings={
            "sample_rate_hz": sample_rate_hz,
            "begins_from": begins_from.digests["articulation.json"] if begins_from is not None else "",
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
    folder: Path, task: _Task, character: Character, sample_rate_hz: int, seed: int, begins_from: Entry | None
) -> None:
    import soxr

    performance = perform_phrase(
        task.phrase,
        character,
        tempo_map=TempoMap.constant(task.tempo_qpm),
        settings=task.settings,
        rng=stage_rng(seed, "perform the voice", character.name, task.role, task.name),
    )
    noise = int(stage_rng(seed, "sing", character.name, task.role, task.name).integers(2**63))
    take = sing_phrase(
        performance,
        character,
        load_voice(),
        articulation=begins_from.document(Articulation, "articulation") if begins_from is not None else None,
        max_retakes=MAX_RETAKES[task.role],
        seed=np.random.SeedSequence(noise),
    )
    bright = shelve_highs(take.audio.samples[0], take.audio.sample_rate_hz, gain_db=character.brightness_db)
    samples = soxr.resample(bright, take.audio.sample_rate_hz, sample_rate_hz).astype(np.float32)
    write_audio(folder, "audio", Audio(samples=samples[None, :], sample_rate_hz=sample_rate_hz))
    write_document(folder, "performance", performance)
    write_document(folder, "articulation", take.articulation)
    row = SungPhrase(
        phrase=task.name,
        text=performance.text,
        n_takes=take.n_renders,
        n_weak=sum(hearing.weak for hearing in take.hearings),
    )
    write_document(folder, "row", row)


def _add_clip(
    stem: npt.NDArray[np.float32], clip: npt.NDArray[np.float32], start_s: float, sample_rate_hz: int
) -> None:
    """Mix a clip into the stem; what lies outside the stem is silence before and after a phrase."""
    first = round(start_s * sample_rate_hz)
    clip = clip[max(0, -first) : max(0, stem.size - first)]
    first = max(first, 0)
    stem[first : first + clip.size] += clip


def _add_breath(
    stem: npt.NDArray[np.float32],
    clip: npt.NDArray[np.float32],
    performance: PhrasePerformance,
    character: Character,
    free_from_s: float,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> None:
    """Put an inhalation before the phrase's first sound, if there is time since the last phrase."""
    first_sound_s = next(phoneme.start_s for phoneme in performance.phonemes if phoneme.kind != "pause")
    duration_s = min(BREATH_S[1], first_sound_s - BREATH_MARGIN_S - free_from_s)
    if duration_s < BREATH_S[0]:
        return
    brightness = 0.85 if character.tessitura_low_midi < DEEP_THROAT_MIDI else 1.05
    level = float(np.sqrt(np.mean(clip**2))) * db_to_gain(character.breath_db)
    breath = level * render_breath(duration_s, sample_rate_hz=sample_rate_hz, brightness=brightness, rng=rng)
    _add_clip(stem, breath, first_sound_s - BREATH_MARGIN_S - duration_s, sample_rate_hz)


def _intensity_at(score: Score, quarters: Fraction) -> float:
    # A pick-up belongs to the section it leads into: look a beat ahead.
    for section in score.sections:
        if quarters + 1 < section.end_quarters:
            return float(section.intensity)
    return float(score.sections[-1].intensity)


def _moved(performance: PhrasePerformance, by_s: float, name: str) -> PhrasePerformance:
    return replace(
        performance,
        phrase=name,
        start_s=performance.start_s + by_s,
        phonemes=tuple(replace(phoneme, start_s=phoneme.start_s + by_s) for phoneme in performance.phonemes),
        notes=tuple(replace(note, start_s=note.start_s + by_s) for note in performance.notes),
    )
