"""The output folder: nothing of a person's is ever lost, and a killed run can be started again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from songwright.errors import InputError
from songwright.pipeline.folder import MANIFEST, open_output_folder, read_manifest

SONG = {"title": "Mill Town", "artist": "The Looms", "seed": 1, "brief": "aa"}


@pytest.fixture
def made(tmp_path):
    """Return two finished files as the store would hold them."""
    sources = {"master.wav": tmp_path / "store" / "m", "stems/bass.wav": tmp_path / "store" / "b"}
    for name, path in sources.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"sound of {name}")
    return sources


def publish(folder, files, **changes):
    with open_output_folder(folder, **{**SONG, **changes}) as out:
        return out.publish(files)


@pytest.mark.parametrize("state", ["absent", "empty", "deep"])
def test_a_new_folder_takes_the_song(tmp_path, made, state):
    folder = tmp_path / "a" / "b" if state == "deep" else tmp_path / "out"
    if state == "empty":
        folder.mkdir()
    assert publish(folder, made) == ("master.wav", "stems/bass.wav")
    assert (folder / "stems/bass.wav").read_text() == "sound of stems/bass.wav"
    manifest = read_manifest(folder)
    assert manifest is not None
    assert set(manifest.files) == set(made)
    assert manifest.pending == {}


def test_the_same_song_again_writes_only_what_changed(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, made)
    before = (folder / "master.wav").stat().st_mtime_ns
    assert publish(folder, made, seed=2) == ()
    assert (folder / "master.wav").stat().st_mtime_ns == before
    made["master.wav"].write_text("another take")
    assert publish(folder, made) == ("master.wav",)
    assert (folder / "master.wav").read_text() == "another take"


def test_a_stem_that_is_no_longer_part_of_the_song_goes_but_a_persons_file_stays(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, made)
    (folder / "notes.txt").write_text("mine")
    publish(folder, {"master.wav": made["master.wav"]})
    assert not (folder / "stems/bass.wav").exists()
    assert (folder / "notes.txt").read_text() == "mine"


def test_other_content_is_refused_and_kept(tmp_path, made):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "master.wav").write_text("my only copy")
    with pytest.raises(InputError, match=r"holds other things \(master\.wav\).*--force"):
        publish(folder, made)
    assert (folder / "master.wav").read_text() == "my only copy"
    assert not (folder / MANIFEST).exists()
    publish(folder, made, force=True)
    assert (folder / "master.wav").read_text() == "sound of master.wav"


def test_force_leaves_files_of_other_names_alone(tmp_path, made):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "novel.txt").write_text("chapter one")
    publish(folder, made, force=True)
    assert (folder / "novel.txt").read_text() == "chapter one"


def test_another_song_is_refused(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, made)
    with pytest.raises(InputError, match="'Mill Town' by The Looms"):
        publish(folder, made, title="River Song")
    publish(folder, made, title="River Song", force=True)


def test_a_file_that_somebody_changed_is_refused_and_kept(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, made)
    (folder / "stems/bass.wav").write_text("my own bass line")
    with pytest.raises(InputError, match=r"stems/bass\.wav changed"):
        publish(folder, made)
    assert (folder / "stems/bass.wav").read_text() == "my own bass line"


def test_a_file_that_somebody_removed_comes_back(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, made)
    (folder / "master.wav").unlink()
    assert publish(folder, made) == ("master.wav",)


def test_a_run_killed_between_two_files_can_be_started_again(tmp_path, made, monkeypatch):
    folder = tmp_path / "out"
    publish(folder, made)
    for name, path in made.items():
        path.write_text(f"second take of {name}")
    real = os.replace
    calls = []

    def stop_at_the_second_file(source, target):
        calls.append(Path(target).name)
        if Path(target).name == "bass.wav":
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", stop_at_the_second_file)
    with pytest.raises(KeyboardInterrupt):
        publish(folder, made)
    monkeypatch.undo()
    assert (folder / "master.wav").read_text() == "second take of master.wav"
    assert (folder / "stems/bass.wav").read_text() == "sound of stems/bass.wav", "the last good file stays"
    assert publish(folder, made) == ("stems/bass.wav",)
    assert [path.name for path in folder.rglob("*.tmp-*")] == []
    # and what a person changes after such a kill is still theirs
    (folder / "master.wav").write_text("mine")
    with pytest.raises(InputError, match="changed"):
        publish(folder, made)


def test_a_file_in_the_way_is_named(tmp_path, made):
    (tmp_path / "song").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        publish(tmp_path / "song", made)
    with pytest.raises(InputError, match="not a folder"):
        publish(tmp_path / "song" / "out", made)


def test_too_little_room_is_said_before_the_work(tmp_path):
    with (
        open_output_folder(tmp_path / "out", **SONG) as out,
        pytest.raises(InputError, match="disk is too full"),
    ):
        out.check_room(10**18)


HOLDER = """
import sys
from pathlib import Path
from songwright.pipeline.folder import open_output_folder
with open_output_folder(Path(sys.argv[1]), title="Mill Town", artist="The Looms", seed=1, brief="aa"):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_two_runs_do_not_write_one_folder_and_a_kill_frees_it(tmp_path, made):
    folder = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match="another run"):
            publish(folder, made)
        other.kill()
    assert publish(folder, made) == ("master.wav", "stems/bass.wav")


READ_ONLY = """
import os, sys
from pathlib import Path
from songwright.errors import InputError
from songwright.pipeline.folder import open_output_folder
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_output_folder(Path(sys.argv[1]), title="Mill Town", artist="The Looms", seed=1, brief="aa"):
        print("opened")
except InputError as error:
    print(error)
"""


def test_a_read_only_folder_is_refused_before_the_work(tmp_path):
    # Root may write anywhere, so the check is made by a process that is not root.
    folder = tmp_path / "out"
    folder.mkdir()
    for parent in (folder, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        if parent.owner() != "root" or str(parent) == "/tmp":
            continue
        parent.chmod(0o755)
    folder.chmod(0o555)
    result = subprocess.run([sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True, check=False)
    if "PermissionError" in result.stderr or "ModuleNotFoundError" in result.stderr:
        pytest.skip("this machine's Python cannot be run by another user")
    assert "cannot be written" in result.stdout, result.stdout + result.stderr


def test_a_run_about_some_files_leaves_the_others_be_even_changed_ones(tmp_path, made):
    folder = tmp_path / "out"
    publish(folder, {"score.json": made["master.wav"]}, own=("score.json",))
    (folder / "score.json").write_text("my own melody")
    publish(folder, {"stems/bass.wav": made["stems/bass.wav"]}, own=("stems/",))
    assert (folder / "score.json").read_text() == "my own melody"
    manifest = read_manifest(folder)
    assert manifest is not None
    assert set(manifest.files) == {"score.json", "stems/bass.wav"}
    publish(folder, {}, own=("stems/",))
    assert not (folder / "stems/bass.wav").exists()
    with pytest.raises(InputError, match=r"score\.json changed"):
        publish(folder, {"score.json": made["master.wav"]}, own=("score.json",))
