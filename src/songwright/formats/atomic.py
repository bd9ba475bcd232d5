"""Files that are either whole or not there: write to a temporary name beside the target, flush to the disk, rename.

A run that is killed leaves the last good file under its name and at most a temporary ``.NAME.tmp-XXXX`` beside it,
which `remove_stale_temporaries` clears. Source: POSIX.1-2017, ``rename`` (atomic within one file system) and ``fsync``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from songwright.errors import InputError, RenderError

_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_MARK = ".tmp-"


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path in the target's folder; on leaving without an error the file there takes the name ``path``.

    The suffix of ``path`` is kept on the temporary's end, for writers that look at it. When the block raises, the
    temporary is removed and an older file under ``path`` stays as it was.

    Raises
    ------
    InputError
        If the folder is absent, read-only or not a folder: choose another place.
    RenderError
        If the disk is full or fails.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        temporary = path.with_name(f".{path.name}{_MARK}{secrets.token_hex(4)}{path.suffix}")
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield temporary
        _flush(temporary)
        os.replace(temporary, path)
        temporary = None
        _flush(path.parent)
    except OSError as error:
        raise explain_write_error(error, path) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Write a whole file, or leave what was there. Raises as `atomic_path`."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text_atomically(path: Path, text: str) -> None:
    """Write a whole file as UTF-8 with its line ends as they are, or leave what was there. Raises as `atomic_path`."""
    write_bytes_atomically(path, text.encode())


def remove_stale_temporaries(folder: Path) -> tuple[Path, ...]:
    """Remove what killed runs left in a folder and return it. Only for a folder that no other run is writing to."""
    stale = tuple(sorted(p for p in folder.glob(f".*{_MARK}*") if p.is_file()))
    for path in stale:
        path.unlink(missing_ok=True)
    return stale


def explain_write_error(error: OSError, path: Path) -> InputError | RenderError:
    """Return the error that tells a person what is wrong with writing ``path`` and what to do."""
    if error.errno in _REFUSED:
        return InputError(f"{path}: {path.parent} cannot be written to (read-only or not yours); choose another --out")
    if error.errno == errno.ENOENT:
        return InputError(f"{path}: the folder {path.parent} does not exist; create it or choose another --out")
    if error.errno in (errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG):
        return InputError(f"{path}: not a place for a file ({os.strerror(error.errno or 0)}); choose another --out")
    if error.errno in _FULL:
        return RenderError(f"{path}: the disk is full; make room and run again, what is done is kept")
    return RenderError(f"{path}: writing failed ({error})")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
