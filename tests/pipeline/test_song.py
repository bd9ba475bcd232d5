"""A tiny song on the real voice, soundfont and ear: whole, bit-identical, made once, and safe against kills."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.pipeline.tiny_song import write_tiny_brief

from songwright.formats.report import report_from_json
from songwright.formats.wav import read_wav
from songwright.hearing.loudness import measure_loudness_lufs, measure_true_peak_dbtp
from songwright.pipeline.song import make_song, summary
from songwright.store import Store, digest_of_file

SINGLE_FILES = {
    "master.wav", "master.flac", "master.mp3", "premaster.wav", "score.musicxml", "score.svg", "song.mid", "song.png",
    "lyrics.lrc", "lyrics.ttml", "chart.cho", "chart-nashville.txt", "report.json", "report.md",
}  # fmt: skip
TIMED = {"report.json", "report.md", ".songwright.json"}
"""Hold times, or digests of what holds times."""


def digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest_of_file(path) for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Made:
    brief: Path
    out: Path
    store_root: Path
    digests: dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("song")
    brief = write_tiny_brief(folder)
    make_song(brief, folder / "out", seed=11, store=Store(folder / "store"))
    return Made(brief=brief, out=folder / "out", store_root=folder / "store", digests=digests(folder / "out"))


def test_everything_lies_in_the_folder(made):
    names = {name for name in made.digests if not name.startswith("stems/")}
    assert names == {*SINGLE_FILES, ".songwright.json"}
    stems = {name for name in made.digests if name.startswith("stems/")}
    assert "stems/lead.wav" in stems
    assert len(stems) >= 5


def test_the_stems_add_up_to_the_mix(made):
    premaster = read_wav(made.out / "premaster.wav")
    total = np.zeros(premaster.samples.shape, dtype=np.float64)
    for path in sorted((made.out / "stems").glob("*.wav")):
        total += read_wav(path).samples
    residual = np.max(np.abs(total - premaster.samples))
    assert 20 * np.log10(max(residual, 1e-12)) < -80.0
    assert np.max(np.abs(premaster.samples)) > 0.1, "a mix that is there"


def test_the_master_is_loud_enough_and_under_its_ceiling(made):
    master = read_wav(made.out / "master.wav")
    assert (master.sample_rate_hz, master.n_channels) == (44100, 2)
    assert abs(measure_loudness_lufs(master) + 14.0) <= 0.3
    assert measure_true_peak_dbtp(master) <= -1.0


def test_the_report_says_what_was_measured(made):
    report = report_from_json((made.out / "report.json").read_text(encoding="utf-8"))
    assert report.seed == 11
    assert report.duration_s == pytest.approx(read_wav(made.out / "master.wav").duration_s, abs=0.01)
    assert all(check.reached is not None for check in report.checks), [check.name for check in report.checks]
    assert {stem.name for stem in report.measured.stems} == {path.stem for path in (made.out / "stems").iterdir()}
    assert "Short Road by The Tests" in summary(report)


def test_a_second_run_makes_nothing_and_changes_no_byte(made, tmp_path):
    store = Store(made.store_root)
    make_song(made.brief, made.out, seed=11, store=store)
    assert store.n_made == 0
    assert digests(made.out) == made.digests
    make_song(made.brief, tmp_path / "elsewhere", seed=11, store=store)
    assert store.n_made == 0
    assert digests(tmp_path / "elsewhere") == made.digests


def test_another_title_touches_no_sound(made, tmp_path):
    store = Store(made.store_root)
    brief = write_tiny_brief(tmp_path, **{"Short Road": "Long Road"})
    make_song(brief, tmp_path / "out", seed=11, store=store)
    now = digests(tmp_path / "out")
    changed = {name for name in now if now[name] != made.digests[name]}
    assert not [name for name in changed if name.endswith(".wav")]
    assert {"master.mp3", "score.musicxml", "lyrics.lrc"} <= changed


RUNNER = """
import sys
from songwright.cli import main
main()
"""


def start(made: Made, out: Path, cache: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUNNER, "make", str(made.brief), "--out", str(out), "--seed", "11"]
    environment = {**os.environ, "SONGWRIGHT_CACHE": str(cache)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_run_killed_at_several_stages_finishes_with_the_same_bytes(made, tmp_path, make_cache):
    """Each run is killed a moment after another stage has ended, so in the middle of the next; the last one finishes.

    All runs share one store that starts empty, so this is also the test that fresh work gives the same bytes.
    """
    out, cache = tmp_path / "out", make_cache()
    for stage in ("compose", "sing", "play", "mix", "encode"):
        with start(made, out, cache) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith(stage):
                    time.sleep(0.05)
                    process.send_signal(signal.SIGKILL)
                    break
            process.wait()
            assert process.returncode == -signal.SIGKILL, f"the run ended before {stage} was reported"
        left = digests(out)
        for name, digest in left.items():
            if ".tmp-" not in name and name not in TIMED:
                assert digest == made.digests[name], f"killed after {stage}: {name} is not whole"
    with start(made, out, cache) as process:
        said, complaint = process.communicate(timeout=300)
    assert process.returncode == 0, complaint
    assert "Short Road by The Tests" in said
    now = digests(out)
    assert set(now) == set(made.digests), "nothing is missing, nothing is left over"
    assert {name for name in now if now[name] != made.digests[name]} <= TIMED
    manifest = json.loads((out / ".songwright.json").read_text(encoding="utf-8"))
    assert manifest["pending"] == {}
