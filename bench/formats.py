"""How long each writer of files takes for a real song: ``python bench/formats.py [BRIEF.toml]``.

The sound is noise of the song's length, so that nothing has to be rendered first. The last column is the ratio to
hashing the same sound once, in the same run, which takes the machine out of the comparison.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from songwright.composing.composer import compose
from songwright.documents.audio import Audio
from songwright.documents.codec import document_to_json
from songwright.formats.brief_file import load_brief
from songwright.formats.chordpro import score_to_chordpro
from songwright.formats.engraving import engrave_score
from songwright.formats.flac import write_flac
from songwright.formats.midi import song_to_midi
from songwright.formats.mp3 import write_mp3
from songwright.formats.musicxml import score_to_musicxml
from songwright.formats.nashville import score_to_nashville
from songwright.formats.picture import render_song_picture
from songwright.formats.style_file import load_style
from songwright.formats.tags import AudioTags
from songwright.formats.wav import write_wav
from songwright.writing.lyric_text import parse_lyric

N_STEMS = 14


def main() -> None:
    """Print a row for each writer."""
    default = Path(__file__).parents[1] / "examples" / "mill-town.toml"
    brief = load_brief(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    lyric, style = parse_lyric(brief.lyric), load_style(brief.style)
    score = compose(brief, lyric, style, tessitura=(57, 69), vocal_range=(52, 74), seed=1)
    to_s = score.tempo_map.quarters_to_seconds
    duration_s = to_s(score.duration_quarters) + 2.0
    rng = np.random.default_rng(0)
    samples = rng.uniform(-0.5, 0.5, (2, round(44100 * duration_s))).astype(np.float32)
    audio = Audio(samples=samples, sample_rate_hz=44100)
    notes = [
        (
            to_s(n.start_quarters),
            to_s(n.end_quarters) - to_s(n.start_quarters),
            n.midi_note,
            n.syllable.text if n.syllable else "",
        )
        for phrase in score.phrases
        for n in phrase.notes
    ]
    tags = AudioTags(title=score.title, artist=score.artist)
    times_s = np.arange(0, duration_s, 0.0125)
    points_s = np.arange(0, duration_s, 0.1)

    def draw() -> bytes:
        return render_song_picture(
            score=score,
            master=audio,
            notes=notes,
            f0_times_s=times_s,
            f0_hz=np.full(times_s.size, 220.0),
            loudness_times_s=points_s,
            loudness_lufs=np.full(points_s.size, -14.0),
        )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def write_stems() -> None:
            for i in range(N_STEMS):
                write_wav(folder / f"stem-{i}.wav", audio, sample_format="float32")

        writers: list[tuple[str, Callable[[], object]]] = [
            ("score as JSON", lambda: document_to_json(score)),
            ("score.musicxml", lambda: score_to_musicxml(score)),
            ("song.mid", lambda: song_to_midi(score)),
            ("charts", lambda: (score_to_chordpro(score, lyric=lyric), score_to_nashville(score))),
            ("score.svg", lambda: engrave_score(score)),
            ("song.png", draw),
            ("master.wav", lambda: write_wav(folder / "m.wav", audio, dither=True)),
            ("master.flac", lambda: write_flac(folder / "m.flac", audio, tags=tags, dither=True)),
            ("master.mp3", lambda: write_mp3(folder / "m.mp3", audio, tags=tags)),
            (f"{N_STEMS} stems", write_stems),
        ]
        started = time.perf_counter()
        hashlib.sha256(samples.tobytes()).hexdigest()
        reference_s = time.perf_counter() - started
        total_s = 0.0
        print(f"{score.title}, {duration_s:.0f} s; reference {reference_s:.3f} s")
        for title, write in writers:
            started = time.perf_counter()
            write()
            took_s = time.perf_counter() - started
            total_s += took_s
            print(f"{title:16} {took_s:7.3f} s {took_s / duration_s:8.5f} s/s {took_s / reference_s:7.1f} x")
        print(f"{'all':16} {total_s:7.3f} s {total_s / duration_s:8.5f} s/s {total_s / reference_s:7.1f} x")


if __name__ == "__main__":
    main()
