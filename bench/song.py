"""Make a whole example song from an empty store; print time, memory, and what the same words cost as plain speech.

    python bench/song.py [mill-town] [--seed 1] [--change "old words=new words"] [--json FILE] [--keep DIR]

What is run, each through the installed command in a process of its own:

1. ``songwright make`` with an empty store (the voice's graphs are converted beforehand, as after any first song);
2. the same command again: what a second run takes from the store;
3. the same brief with one word changed: how many phrases are sung anew.

Then the lead's words, phrase by phrase as they stand in the song, are spoken with the same style numbers through the
same model in the model's own timing, pitch and energy, two phrases side by side on one thread each, as the song's
phrases are sung; once before the song is made and once after, since a machine is seldom equally busy for minutes. Each
stage is printed as seconds of work for a second of song, and as a multiple of that speech (the mean of both).
Whisper listens to the speech as it does to the lead's stem: a sung word error rate says little without the spoken one.

Ends with 1 when the second run is not ten times faster than the first, or the changed word re-sings the whole song.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CHANGES = {
    "mill-town": "one cold morning=one cold evening",
    "porch-light": "in a paper sack=in a paper bag",
    "river-waltz": "built us a house=built us a barn",
}
"""One word of a verse, with as many syllables as before."""
N_SIDE_BY_SIDE = 2
"""As `songwright.pipeline.vocals` sings: this many phrases at once, one thread each on two cores."""
FASTER_AT_LEAST = 10.0
"""A second run against the first."""
LIMIT_S = 120.0
"""For three minutes of song."""
MEMORY_LIMIT_GB = 3.0
PAUSE_S = 0.5
"""Between spoken phrases, for the ear; not counted as speech."""


@dataclass(frozen=True)
class Run:
    """One run of the command: wall and CPU seconds, and the most memory it held at once."""

    wall_s: float
    cpu_s: float
    peak_gb: float


def run_make(brief: Path, out: Path, *, seed: int, cache: Path) -> Run:
    """Run ``songwright make`` in a process of its own; its own errors go through."""
    code = "import sys; from songwright.cli import main; sys.argv[0] = 'songwright'; main()"
    command = [sys.executable, "-c", code, "make", str(brief), "--out", str(out), "--seed", str(seed), "--quiet"]
    start = time.perf_counter()
    child = subprocess.Popen(
        command, env={**os.environ, "SONGWRIGHT_CACHE": str(cache)}, stdout=subprocess.DEVNULL, text=True
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"songwright make {brief} ended with {child.returncode}")
    return Run(wall_s=wall_s, cpu_s=usage.ru_utime + usage.ru_stime, peak_gb=usage.ru_maxrss * 1024 / 1e9)


def sung_phrases(cache: Path) -> dict[str, str]:
    """The phrases that the store holds: digest of the entry to its words."""
    from songwright.store import Store

    store = Store(cache / "store")
    found = {}
    for digest, stage, _, _ in store.entries():
        if stage == "sing a phrase":
            row = json.loads((store.root / "objects" / digest[:2] / digest / "row.json").read_text(encoding="utf-8"))
            found[digest] = str(row["text"])
    return found


def phrase_tokens(words: tuple[Any, ...]) -> npt.NDArray[np.int64]:
    """The model's tokens for words as they are said, with stress marks, spaces and a full stop."""
    from songwright.singing.backends.kokoro import PAD_TOKEN, TOKENS

    marks = {1: "ˈ", 2: "ˌ"}
    said = " ".join(
        "".join(
            "".join(syllable.onset) + marks.get(syllable.stress, "") + syllable.nucleus + "".join(syllable.coda)
            for syllable in word.syllables
        )
        for word in words
    )
    return np.asarray([PAD_TOKEN, *(TOKENS[symbol] for symbol in said + "."), PAD_TOKEN], dtype=np.int64)


def speak(brief: Path, *, seed: int, voice_folder: Path, store_folder: Path) -> dict[str, float]:
    """Speak the words of the song's lead; returns seconds of speech, of work, and the word error rate."""
    from songwright.formats.brief_file import load_brief
    from songwright.formats.character_file import load_character
    from songwright.hearing.words import measure_word_error_rate, transcribe
    from songwright.pipeline.chain import Chain
    from songwright.pipeline.progress import silent
    from songwright.seeding import stage_rng
    from songwright.singing.backends.kokoro import SAMPLE_RATE_HZ, KokoroVoice
    from songwright.singing.source import render_source
    from songwright.store import Store

    asked = load_brief(brief)
    score = Chain(asked, seed=seed, store=Store(store_folder), progress=silent).score.value
    style = load_character(asked.singer).style
    voice = KokoroVoice(voice_folder, n_threads=max(1, (os.cpu_count() or 2) // N_SIDE_BY_SIDE))

    def say(words: tuple[Any, ...]) -> npt.NDArray[np.float32]:
        tokens = phrase_tokens(words)
        frames = np.maximum(np.rint(voice.natural_frames(tokens, style)), 1).astype(np.int64)
        prosody = voice.prosody(tokens, style, frames)
        source = render_source(
            np.maximum(prosody.f0_hz, 40.0),
            prosody.f0_hz > 10.0,  # the model's own threshold of voicing (StyleTTS 2)
            weights=voice.source_weights,
            bias=voice.source_bias,
            sample_rate_hz=SAMPLE_RATE_HZ,
            rng=stage_rng(seed, "bench: speak"),
        )
        return voice.decode(prosody.features, np.maximum(prosody.f0_hz, 0.0), prosody.energy, style, source)

    phrases = [phrase.words for phrase in score.phrases]
    say(phrases[0])  # the first call allocates
    start, start_cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(N_SIDE_BY_SIDE) as pool:
        clips = list(pool.map(say, phrases))
    work_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE_HZ), dtype=np.float32)
    heard = transcribe(np.concatenate([part for clip in clips for part in (clip, pause)]), SAMPLE_RATE_HZ)
    said = " ".join(word.spoken for words in phrases for word in words)
    sung_s = sum(
        score.tempo_map.quarters_to_seconds(phrase.end_quarters)
        - score.tempo_map.quarters_to_seconds(phrase.start_quarters)
        for phrase in score.phrases
    )
    return {
        "speech_s": sum(clip.size for clip in clips) / SAMPLE_RATE_HZ,
        "work_s": work_s,
        "cpu_s": cpu_s,
        "word_error_rate": measure_word_error_rate(said, heard),
        "n_phrases": float(len(phrases)),
        "sung_s": sung_s,
    }


def measure(brief: Path, *, seed: int, change: str, work: Path, log: Any = print) -> dict[str, Any]:
    """Run everything and return the numbers."""
    from songwright.singing.backends.kokoro import prepare_graphs

    cache, out = work / "cache", work / "song"
    start = time.perf_counter()
    prepare_graphs(cache / "voice")
    prepare_s = time.perf_counter() - start
    log(f"{brief.stem}, seed {seed}; load on this machine {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    log(f"  voice converted in {prepare_s:.1f} s (once a machine)")

    def speech() -> dict[str, float]:
        # A store of its own, so that the song finds nothing composed.
        return speak(brief, seed=seed, voice_folder=cache / "voice", store_folder=work / "speech-store")

    speeches = [speech()]
    log(f"  speech {speeches[0]['work_s']:.1f} s")
    first = run_make(brief, out, seed=seed, cache=cache)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    log(f"  first run {first.wall_s:.1f} s")
    second = run_make(brief, out, seed=seed, cache=cache)
    log(f"  second run {second.wall_s:.1f} s")
    speeches.append(speech())
    log(f"  speech {speeches[1]['work_s']:.1f} s")
    before = sung_phrases(cache)
    old, _, new = change.partition("=")
    text = brief.read_text(encoding="utf-8")
    if not new or text.count(old) != 1:
        sys.exit(f"--change {change!r}: {old!r} stands {text.count(old)} times in {brief.name}; it has to be once")
    changed_brief = work / brief.name
    changed_brief.write_text(text.replace(old, new), encoding="utf-8")
    changed = run_make(changed_brief, work / "changed", seed=seed, cache=cache)
    after = sung_phrases(cache)
    resung = [after[digest] for digest in after if digest not in before]
    return {
        "example": brief.stem,
        "seed": seed,
        "duration_s": report["duration_s"],
        "measured": report["measured"],
        "timings": report["timings"],
        "prepare_s": prepare_s,
        "first": vars(first),
        "second": vars(second),
        "second_run_ratio": first.wall_s / second.wall_s,
        "speech": {name: (speeches[0][name] + speeches[1][name]) / 2 for name in speeches[0]},
        "speech_work_s": [one["work_s"] for one in speeches],
        "change": {
            "words": change,
            **vars(changed),
            "n_resung": len(resung),
            "n_phrases": len(before),
            "resung_by_words": dict(Counter(resung)),
        },
    }


def show(numbers: dict[str, Any]) -> None:
    """Print the tables."""
    duration_s, speech, first = numbers["duration_s"], numbers["speech"], numbers["first"]
    spoken_s = speech["work_s"]
    print(f"\n  {'stage':<20} {'seconds':>8} {'s/s of song':>12} {'x speech':>9}")
    rows = [(str(stage["name"]), float(stage["seconds"])) for stage in numbers["timings"]]
    for name, seconds in [*rows, ("whole command", first["wall_s"])]:
        print(f"  {name:<20} {seconds:8.1f} {seconds / duration_s:12.3f} {seconds / spoken_s:9.2f}")
    lead_s = next((seconds for name, seconds in rows if name == "sing lead"), None)
    print(
        f"\n  speech: the lead's {speech['n_phrases']:.0f} phrases, {speech['speech_s']:.1f} s, in {spoken_s:.1f} s: "
        f"{spoken_s / speech['speech_s']:.3f} s of work for a second"
    )
    if lead_s is not None:
        per_sung = lead_s / speech["sung_s"]
        print(
            f"  sung:   the same phrases, {speech['sung_s']:.1f} s, in {lead_s:.1f} s with retakes: "
            f"{per_sung:.3f} s of work for a second, {per_sung * speech['speech_s'] / spoken_s:.2f} x speech"
        )
    print(
        f"  the whole song takes {first['wall_s'] / spoken_s:.1f} times what speaking its words takes "
        f"({first['cpu_s'] / speech['cpu_s']:.1f} times in CPU seconds)"
    )
    print(
        f"  words misheard: {100 * numbers['measured']['word_error_rate']:.1f} % sung (stem as mixed), "
        f"{100 * speech['word_error_rate']:.1f} % spoken"
    )
    reached = {True: "reached", False: "MISSED"}
    three_minutes_s = 180.0 / duration_s * first["wall_s"]
    print(
        f"\n  {duration_s:.0f} s of song in {first['wall_s']:.1f} s ({first['cpu_s']:.0f} CPU s): "
        f"{three_minutes_s:.0f} s for three minutes ({LIMIT_S:g} wanted: {reached[three_minutes_s <= LIMIT_S]})"
    )
    peak_gb = first["peak_gb"]
    print(f"  peak memory {peak_gb:.2f} GB ({MEMORY_LIMIT_GB:g} wanted: {reached[peak_gb <= MEMORY_LIMIT_GB]})")
    ratio = numbers["second_run_ratio"]
    print(
        f"  second run {numbers['second']['wall_s']:.1f} s, {ratio:.1f} times faster "
        f"({FASTER_AT_LEAST:g} wanted: {reached[ratio >= FASTER_AT_LEAST]})"
    )
    change = numbers["change"]
    print(
        f"  one word changed ({change['words']}): {change['wall_s']:.1f} s, {change['n_resung']} of "
        f"{change['n_phrases']} phrases sung anew:"
    )
    for words, times in change["resung_by_words"].items():
        print(f"    {times} x {words}")


def main() -> int:
    """Measure and print; 1 when a ratio of this run is not reached."""
    parser = argparse.ArgumentParser(description="time and memory of a whole song, against plain speech")
    parser.add_argument("example", nargs="?", default="mill-town", help="name in examples/, or a brief's path")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--change", help="OLD=NEW: words that stand once in the brief, and what they become")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep songs and store in this new folder")
    arguments = parser.parse_args()
    brief = Path(arguments.example)
    if brief.suffix != ".toml":
        brief = EXAMPLES / f"{arguments.example}.toml"
    change = arguments.change or CHANGES.get(brief.stem)
    if change is None:
        parser.error(f"--change is needed for {brief.name}")
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True)
    work = arguments.keep or Path(tempfile.mkdtemp(prefix="songwright-bench-"))
    try:
        numbers = measure(brief, seed=arguments.seed, change=change, work=work)
    finally:
        if arguments.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    show(numbers)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    whole = numbers["change"]["n_resung"] >= numbers["change"]["n_phrases"]
    return int(numbers["second_run_ratio"] < FASTER_AT_LEAST or whole)


if __name__ == "__main__":
    sys.exit(main())
