"""The store: addresses that hold every input, entries that are whole or absent, hits that are the same bytes."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from songwright.documents.audio import Audio
from songwright.documents.brief import Brief
from songwright.documents.performance import PhrasePerformance
from songwright.errors import InputError
from songwright.store import (
    StageKey,
    Store,
    cache_root,
    digest_of,
    digest_of_audio,
    write_audio,
    write_document,
)

KEY = StageKey(
    stage="play",
    version=3,
    inputs={"part": "aa", "score": "bb"},
    settings={"sample_rate_hz": 44100, "duration_s": 12.5},
    seed=7,
    parts={"soundfont": "cc"},
)


def write_text(text):
    def make(folder):
        (folder / "text.txt").write_text(text)

    return make


def test_every_part_of_the_key_changes_the_address():
    others = {
        "stage": replace(KEY, stage="sing"),
        "version": replace(KEY, version=4),
        "input digest": replace(KEY, inputs={"part": "ab", "score": "bb"}),
        "input name": replace(KEY, inputs={"voice": "aa", "score": "bb"}),
        "inputs swapped": replace(KEY, inputs={"part": "bb", "score": "aa"}),
        "input left out": replace(KEY, inputs={"part": "aa"}),
        "setting": replace(KEY, settings={"sample_rate_hz": 48000, "duration_s": 12.5}),
        "setting slightly": replace(KEY, settings={"sample_rate_hz": 44100, "duration_s": 12.500000001}),
        "setting left out": replace(KEY, settings={"sample_rate_hz": 44100}),
        "seed": replace(KEY, seed=8),
        "part digest": replace(KEY, parts={"soundfont": "cd"}),
        "part name": replace(KEY, parts={"weights": "cc"}),
        "part among the inputs": replace(KEY, inputs={**KEY.inputs, "soundfont": "cc"}, parts={}),
    }
    digests = {name: key.digest for name, key in others.items()} | {"itself": KEY.digest}
    assert len(set(digests.values())) == len(digests), digests


def test_the_address_does_not_hang_on_the_order_of_writing():
    again = replace(KEY, inputs={"score": "bb", "part": "aa"}, settings={"duration_s": 12.5, "sample_rate_hz": 44100})
    assert again.digest == KEY.digest


def test_equal_documents_have_equal_digests_and_others_not():
    brief = Brief(title="A", artist="B", singer="c", style="d", lyric="e")
    assert digest_of(brief) == digest_of(replace(brief))
    assert digest_of(brief) != digest_of(replace(brief, lyric="f"))
    sound = np.zeros((1, 100), np.float32)
    digests = {
        digest_of_audio(Audio(samples=sound, sample_rate_hz=44100)),
        digest_of_audio(Audio(samples=sound, sample_rate_hz=48000)),
        digest_of_audio(Audio(samples=sound.reshape(2, 50), sample_rate_hz=44100)),
        digest_of_audio(Audio(samples=sound + np.float32(1e-9), sample_rate_hz=44100)),
    }
    assert len(digests) == 4


def test_a_hit_is_bit_identical_and_makes_nothing(tmp_path):
    samples = np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    samples[0, :3] = [-0.0, 1e-42, np.float32(1) / 3]  # signed zero and a subnormal survive too
    performance = PhrasePerformance(
        phrase="verse-1.1",
        text="hey",
        start_s=0.1,
        duration_s=1.0,
        phonemes=(),
        notes=(),
        f0_hz=np.linspace(100, 200, 80, dtype=np.float32),
        voiced=np.arange(80) % 2 == 0,
        dynamics_db=np.zeros(80, np.float32),
    )

    def make(folder):
        write_audio(folder, "guitar", Audio(samples=samples, sample_rate_hz=44100))
        write_document(folder, "sung", (performance,))

    def never(folder):
        raise AssertionError("made again")

    made = Store(tmp_path).get_or_make(KEY, make)
    found = Store(tmp_path).get_or_make(KEY, never)
    assert (made.hit, found.hit) == (False, True)
    assert made.digests == found.digests
    audio = found.audio("guitar")
    assert audio.sample_rate_hz == 44100
    assert audio.samples.tobytes() == samples.tobytes()
    (again,) = found.document(tuple[PhrasePerformance, ...], "sung")
    assert again.f0_hz.tobytes() == performance.f0_hz.tobytes()
    assert digest_of((again,)) == digest_of((performance,))


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "no description", "bad description"])
def test_a_damaged_entry_is_found_and_made_again(tmp_path, damage):
    entry = Store(tmp_path).get_or_make(KEY, write_text("true"))
    path = entry.path("text.txt")
    if damage == "flip":
        path.write_text("trve")
    elif damage == "cut":
        path.write_text("")
    elif damage == "remove":
        path.unlink()
    elif damage == "no description":
        (entry.folder / "entry.json").unlink()
    else:
        (entry.folder / "entry.json").write_text("{}")
    assert Store(tmp_path).find(KEY) is None
    again = Store(tmp_path).get_or_make(KEY, write_text("true"))
    assert not again.hit
    assert again.path("text.txt").read_text() == "true"


def test_a_maker_that_fails_leaves_nothing(tmp_path):
    def fail(folder):
        (folder / "half.txt").write_text("half")
        raise RuntimeError("the maker broke")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError, match="broke"):
        store.get_or_make(KEY, fail)
    assert store.find(KEY) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


KILLED_MAKER = """
import sys, time
from pathlib import Path
from songwright.store import StageKey, Store

def make(folder):
    (folder / "half.txt").write_text("half")
    print("half", flush=True)
    time.sleep(60)

Store(Path(sys.argv[1])).get_or_make(StageKey(stage="slow", version=1), make)
"""


def test_sigkill_in_the_middle_leaves_no_entry_and_no_litter(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", KILLED_MAKER, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert list(tmp_path.rglob("half.txt")), "the killed process must have been in the middle"
    store = Store(tmp_path)
    assert store.find(StageKey(stage="slow", version=1)) is None
    store.prune()
    assert not list(tmp_path.rglob("half.txt"))


def _race(root: str, name: str, gate) -> None:
    def make(folder):
        gate.wait(timeout=30)  # both are making at once, whoever renames first wins
        (folder / "text.txt").write_text("equal")

    entry = Store(Path(root)).get_or_make(KEY, make)
    assert entry.path("text.txt").read_text() == "equal", name


def test_two_processes_may_make_the_same_entry_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    workers = [context.Process(target=_race, args=(str(tmp_path), name, gate)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(Store(tmp_path).entries()) == 1
    assert not list((tmp_path / "tmp").iterdir())


def test_pruning_takes_the_least_recently_used_and_spares_the_fresh(tmp_path):
    store = Store(tmp_path, limit_bytes=250)
    keys = [replace(KEY, seed=seed) for seed in range(4)]
    for i, key in enumerate(keys):
        entry = store.get_or_make(key, write_text("x" * 100))
        os.utime(entry.folder / "entry.json", (1000 + i, 1000 + i))
    Store(tmp_path).find(keys[0])  # used again just now
    assert store.prune(grace_s=0) == 200
    left = Store(tmp_path)
    assert [left.find(key) is not None for key in keys] == [True, False, False, True]
    assert Store(tmp_path, limit_bytes=1).prune() == 0, "used within the hour"


def test_clear_and_entries_agree(tmp_path):
    store = Store(tmp_path)
    store.get_or_make(KEY, write_text("12345"))
    ((digest, stage, n_bytes, used),) = store.entries()
    assert (digest, stage, n_bytes) == (KEY.digest, "play", 5)
    assert time.time() - used < 100
    assert store.clear() == 5
    assert store.entries() == []
    assert store.find(KEY) is None


def test_remake_does_not_trust_what_is_there_but_keeps_what_it_makes(tmp_path):
    Store(tmp_path).get_or_make(KEY, write_text("old"))
    fresh = Store(tmp_path, remake=True)
    assert fresh.get_or_make(KEY, write_text("new")).path("text.txt").read_text() == "new"
    assert fresh.get_or_make(KEY, write_text("newer")).hit
    assert Store(tmp_path).get_or_make(KEY, write_text("never")).path("text.txt").read_text() == "new"


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SONGWRIGHT_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("SONGWRIGHT_CACHE")
    assert cache_root() == tmp_path / "xdg" / "songwright"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / ".cache" / "songwright"


@pytest.mark.parametrize("text", ["a lot", "0", "-3", "nan"])
def test_a_limit_that_is_no_size_is_refused(monkeypatch, tmp_path, text):
    monkeypatch.setenv("SONGWRIGHT_CACHE_GB", text)
    with pytest.raises(InputError, match="SONGWRIGHT_CACHE_GB"):
        Store(tmp_path)


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="SONGWRIGHT_CACHE"):
        Store(tmp_path / "file").get_or_make(KEY, write_text("x"))


def test_a_full_disk_says_so(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")

    def make(folder):
        with full.open("w") as file:
            file.write("x" * 10**6)

    with pytest.raises(InputError, match="full"):
        Store(tmp_path).get_or_make(KEY, make)
