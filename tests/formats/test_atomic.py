"""A file is whole or not there, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from songwright.errors import InputError, RenderError
from songwright.formats.atomic import (
    atomic_path,
    explain_write_error,
    remove_stale_temporaries,
    write_bytes_atomically,
    write_text_atomically,
)


def test_a_file_is_written_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    write_text_atomically(tmp_path / "score.svg", "čhord\n")
    assert (tmp_path / "score.svg").read_bytes() == "čhord\n".encode()
    assert os.listdir(tmp_path) == ["score.svg"]


def test_the_mode_is_that_of_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_bytes_atomically(tmp_path / "atomic", b"")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "master.wav"
    target.write_bytes(b"old")

    def write_half() -> None:
        with atomic_path(target) as temporary:
            assert temporary.suffix == ".wav"
            assert temporary.name.startswith(".master.wav.tmp-")
            temporary.write_bytes(b"half")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        write_half()
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["master.wav"]


_SLOW_WRITER = """
import sys, time
from pathlib import Path
from songwright.formats.atomic import atomic_path
with atomic_path(Path(sys.argv[1])) as temporary, temporary.open("wb") as file:
    file.write(b"new" * 1000)
    file.flush()
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_the_old_file_and_a_temporary_that_can_be_cleared(tmp_path: Path) -> None:
    target = tmp_path / "master.wav"
    target.write_bytes(b"old")
    with subprocess.Popen([sys.executable, "-c", _SLOW_WRITER, str(target)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    (stale,) = set(os.listdir(tmp_path)) - {"master.wav"}
    assert stale.startswith(".master.wav.tmp-")
    assert [path.name for path in remove_stale_temporaries(tmp_path)] == [stale]
    assert os.listdir(tmp_path) == ["master.wav"]


def test_a_missing_folder_is_the_persons_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere does not exist"):
        write_bytes_atomically(tmp_path / "nowhere" / "a", b"")


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="not a place for a file"):
        write_bytes_atomically(tmp_path / "file" / "a", b"")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="/proc refuses new files, for root too, on Linux only")
def test_a_read_only_place_is_refused_even_for_root() -> None:
    with pytest.raises(InputError, match="choose another --out"):
        write_bytes_atomically(Path("/proc/songwright"), b"")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be written to"):
            write_bytes_atomically(tmp_path / "a", b"")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_names_the_file_and_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "master.wav"
    target.write_bytes(b"old")
    with (
        pytest.raises(RenderError, match=r"master\.wav: the disk is full"),
        atomic_path(target),
        open("/dev/full", "wb", buffering=0) as full,
    ):
        full.write(b"sound")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["master.wav"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.EROFS, InputError), (errno.EACCES, InputError), (errno.EDQUOT, RenderError), (errno.EIO, RenderError)],
)
def test_system_errors_become_ours_and_name_the_path(number: int, kind: type[Exception]) -> None:
    error = explain_write_error(OSError(number, os.strerror(number)), Path("out/song.mid"))
    assert type(error) is kind
    assert "out/song.mid" in str(error)
