"""Time playing, mixing and mastering of an example song; print what the meters read.

    python bench/band.py [mill-town ...]

The voices are stand-ins (noise with a voice's spectrum where the score has phrases), so that no weights are needed: the
work is the same. CPU seconds; the last column is seconds of work for a second of song.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy import signal

from songwright.arranging import arrange
from songwright.composing import compose
from songwright.documents.arrangement import VocalPart
from songwright.documents.audio import Audio
from songwright.documents.score import Score
from songwright.formats.band_style_file import load_band_style
from songwright.formats.brief_file import load_brief
from songwright.formats.mix_style_file import load_mix_style
from songwright.formats.style_file import load_style
from songwright.hearing.spectrum import measure_balance
from songwright.mastering import master
from songwright.mixing import mix
from songwright.performing.band import perform_band
from songwright.playing import load_soundfont, render_part
from songwright.writing import parse_lyric

RATE = 44100
SEED = 1
T = TypeVar("T")


def timed(name: str, duration_s: float, work: Callable[[], T]) -> T:
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    print(f"  {name:24} {seconds:7.2f} s   {seconds / duration_s:.4f} s/s")
    return result


def stand_in(part: VocalPart, score: Score, duration_s: float, seed: int) -> Audio:
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(duration_s * RATE), dtype=np.float32)
    sos = signal.butter(1, (250.0, 900.0), "band", fs=RATE, output="sos")
    for phrase in part.phrases:
        first, last = (
            round(score.tempo_map.quarters_to_seconds(quarters) * RATE)
            for quarters in (phrase.start_quarters, phrase.end_quarters)
        )
        noise = signal.sosfilt(sos, rng.standard_normal(last - first))
        samples[first:last] += (0.2 * noise * np.hanning(last - first) ** 0.2).astype(np.float32)
    return Audio(samples=samples[np.newaxis], sample_rate_hz=RATE)


def run(example: str) -> None:
    brief = load_brief(Path(__file__).parent.parent / "examples" / f"{example}.toml")
    lyric, band = parse_lyric(brief.lyric), load_band_style(brief.style)
    score = compose(brief, lyric, load_style(brief.style), tessitura=(48, 60), vocal_range=(45, 64), seed=SEED)
    arrangement = arrange(score, lyric, band, lead_singer="a", gang_singers=("a", "b"), harmony_singer="b", seed=SEED)
    performance = perform_band(score, arrangement, band, seed=SEED)
    duration_s, soundfont = performance.duration_s, load_soundfont()
    print(f"{example}: {duration_s:.0f} s, {len(performance.parts)} instruments, {len(arrangement.voices)} voices")
    stems: dict[str, Audio] = {}
    roles: dict[str, str] = {}

    def play() -> None:
        for part in performance.parts:
            stems[part.name] = render_part(
                part, duration_s=duration_s, sample_rate_hz=RATE, soundfont=soundfont, seed=SEED
            )
            roles[part.name] = part.instrument

    timed("play", duration_s, play)
    for i, voice in enumerate(arrangement.voices):
        stems[voice.name], roles[voice.name] = stand_in(voice, score, duration_s, i), voice.role
    mixed = timed(
        "mix",
        duration_s,
        lambda: mix(
            stems, roles=roles, sections=score.sections, tempo_map=score.tempo_map, style=load_mix_style(brief.style)
        ),
    )
    finished = timed("master", duration_s, lambda: master(mixed.premaster))
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    print(
        f"  {finished.loudness_lufs:.2f} LUFS, {finished.true_peak_dbtp:.2f} dBTP, range "
        f"{finished.loudness_range_lu:.1f} LU, limiter {finished.most_reduction_db:.1f} dB at most, "
        f"{100 * finished.limited_share:.1f} % of the time"
    )
    balance = "  ".join(f"{hz:.0f} {db:+.1f}" for hz, db in measure_balance(finished.audio).items())
    print(f"  against popular music (dB): {balance}")


if __name__ == "__main__":
    for name in sys.argv[1:] or ["mill-town"]:
        run(name)
