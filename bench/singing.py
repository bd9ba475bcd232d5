"""How well the singers sing: pitch, weak notes, words and speed on the example songs, dry and a cappella.

    python bench/singing.py                     both singers, the first 12 lines of each example
    python bench/singing.py --lines 38 --json singing.json
    python bench/singing.py --ladder            every vowel on each rung of the ladder, no retakes
    python bench/singing.py --threads           one phrase on two threads against two phrases side by side

Nothing is taken from the store. Words are heard by Whisper tiny.en, greedy, in one pass over all lines.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from songwright.composing import compose
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Score
from songwright.formats.brief_file import load_brief
from songwright.formats.character_file import list_characters, load_character
from songwright.formats.style_file import load_style
from songwright.hearing.pitch import measure_deviation_cents, track_pitch
from songwright.hearing.words import measure_word_error_rate, transcribe
from songwright.performing.voice import VoiceSettings, perform_phrase
from songwright.seeding import stage_rng
from songwright.singing.backends.kokoro import SAMPLE_RATE_HZ, KokoroVoice
from songwright.singing.takes import Articulation, Take, sing_phrase
from songwright.singing.vowels import LADDER
from songwright.store import cache_root
from songwright.writing import parse_lyric

EXAMPLES = ("mill-town", "porch-light", "river-waltz")
BRIEFS = Path(__file__).parent.parent / "examples"
SEED = 1


def write_score(example: str, singer: Character) -> Score:
    brief = load_brief(BRIEFS / f"{example}.toml")
    return compose(
        brief,
        parse_lyric(brief.lyric),
        load_style(brief.style),
        tessitura=(singer.tessitura_low_midi, singer.tessitura_high_midi),
        vocal_range=(singer.range_low_midi, singer.range_high_midi),
        seed=SEED,
    )


def perform(score: Score, singer: Character, n_lines: int) -> list[PhrasePerformance]:
    return [
        perform_phrase(
            phrase,
            singer,
            tempo_map=score.tempo_map,
            settings=VoiceSettings(),
            rng=stage_rng(SEED, "bench", phrase.name),
        )
        for phrase in score.phrases[:n_lines]
    ]


def sing(
    performances: list[PhrasePerformance],
    singer: Character,
    voice: KokoroVoice,
    *,
    rung: int,
    retakes: int,
    at_once: int,
) -> tuple[list[Take], float]:
    def one(performance: PhrasePerformance) -> Take:
        n_notes = len(performance.notes)
        start = Articulation(rungs=(rung,) * n_notes, boosts=(0.0,) * n_notes)
        seed = np.random.SeedSequence(SEED)
        return sing_phrase(performance, singer, voice, articulation=start, max_retakes=retakes, seed=seed)

    begin = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        takes = list(pool.map(one, performances))
    return takes, time.perf_counter() - begin


def measure(performances: list[PhrasePerformance], takes: list[Take], seconds: float) -> dict[str, Any]:
    origin_s = performances[0].start_s
    stem = np.zeros(round((performances[-1].start_s - origin_s + 20.0) * SAMPLE_RATE_HZ), dtype=np.float32)
    deviations = []
    for performance, take in zip(performances, takes, strict=True):
        samples = take.audio.samples[0]
        first = round((performance.start_s - origin_s) * SAMPLE_RATE_HZ)
        stem[first : first + samples.size] += samples
        notes = [(note.start_s, note.duration_s, float(note.midi_note)) for note in performance.notes]
        track = track_pitch(samples, SAMPLE_RATE_HZ)
        deviations.append(np.abs(measure_deviation_cents(track, notes, origin_s=performance.start_s)))
    cents = np.concatenate(deviations)
    heard = transcribe(stem, SAMPLE_RATE_HZ)
    n_notes = sum(len(take.hearings) for take in takes)
    sung_s = sum(performance.duration_s for performance in performances)
    return {
        "median_cents": round(float(np.median(cents)), 1),
        "within_50": round(float(np.mean(cents <= 50.0)), 3),
        "weak_notes": sum(hearing.weak for take in takes for hearing in take.hearings),
        "notes": n_notes,
        "word_error_rate": round(measure_word_error_rate(" ".join(p.text for p in performances), heard), 3),
        "takes_per_phrase": round(sum(take.n_renders for take in takes) / len(takes), 2),
        "seconds_per_second": round(seconds / sung_s, 3),
        "heard": heard,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=12, help="lines of each example")
    parser.add_argument("--retakes", type=int, default=1)
    parser.add_argument("--ladder", action="store_true", help="compare the rungs of the ladder")
    parser.add_argument("--threads", action="store_true", help="compare ways to use two cores")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    voice = KokoroVoice(cache_root() / "voice", n_threads=1)
    rows = []
    for name in list_characters():
        singer = load_character(name)
        for example in EXAMPLES:
            performances = perform(write_score(example, singer), singer, options.lines)
            cases: list[tuple[str, KokoroVoice, int, int, int]] = [("", voice, 0, options.retakes, 2)]
            if options.ladder:
                cases = [(rung.name, voice, i, 0, 2) for i, rung in enumerate(LADDER)]
            elif options.threads:
                both = KokoroVoice(cache_root() / "voice", n_threads=2)
                cases = [("one phrase, two threads", both, 0, 0, 1), ("two phrases, one thread each", voice, 0, 0, 2)]
            for label, engine, rung, retakes, at_once in cases:
                takes, seconds = sing(performances, singer, engine, rung=rung, retakes=retakes, at_once=at_once)
                row = {"singer": name, "example": example, "case": label, **measure(performances, takes, seconds)}
                rows.append(row)
                print(" ".join(f"{key}={value}" for key, value in row.items() if key != "heard"), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
