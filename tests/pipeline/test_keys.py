"""The key knows the code that a result comes from."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from songwright.pipeline import keys


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Return a copy of the package's source whose digests are taken instead."""
    root = tmp_path / "songwright"
    shutil.copytree(Path(str(resources.files("songwright"))), root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(keys.resources, "files", lambda package: root)
    keys.code_digest.cache_clear()
    yield root
    keys.code_digest.cache_clear()


def digest(*rooms):
    keys.code_digest.cache_clear()
    return keys.code_digest(*rooms)


def test_a_changed_line_changes_its_room_and_no_other(house):
    before = digest("mixing"), digest("composing")
    path = house / "mixing" / "mix.py"
    path.write_text(path.read_text() + "\n# another constant\n")
    after = digest("mixing"), digest("composing")
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_the_ground_floor_is_under_every_room(house):
    before = digest("mixing"), digest("composing")
    path = house / "units.py"
    path.write_text(path.read_text().replace("440.0", "442.0"))
    after = digest("mixing"), digest("composing")
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_a_renamed_file_and_a_data_file_count(house):
    before = digest("phonology")
    data = next(path for path in (house / "phonology").rglob("*") if path.is_file() and path.suffix != ".py")
    data.rename(data.with_name("x" + data.name))
    renamed = digest("phonology")
    assert renamed != before


def test_compiled_files_do_not_count(house):
    before = digest("mixing")
    (house / "mixing" / "__pycache__").mkdir()
    (house / "mixing" / "__pycache__" / "mix.cpython-311.pyc").write_bytes(b"x")
    assert digest("mixing") == before


def test_a_room_that_is_not_there_is_no_silent_nothing(house):
    with pytest.raises(FileNotFoundError, match="cellar"):
        digest("cellar")


def test_another_version_of_a_library_is_another_digest(monkeypatch):
    before = keys.libraries_digest("soxr")
    assert before != keys.libraries_digest("soxr", "mido")
    monkeypatch.setattr(keys, "_version", lambda name: "99")
    keys.libraries_digest.cache_clear()
    assert keys.libraries_digest("soxr") != before
    keys.libraries_digest.cache_clear()
