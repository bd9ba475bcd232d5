"""What a stage's result depends on beside its documents: the code of its rooms, the libraries, weights and soundfont.

The version number of a stage is for people; what keeps the store honest is the digest of the source files of every room
that the stage uses. A changed line makes new addresses, so that nobody has to remember to raise a number.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from importlib import resources
from pathlib import Path
from typing import Final

from songwright.store import digest_of

_FOUNDATION: Final = ("units.py", "errors.py", "timeline.py", "seeding.py", "documents")
_FOUNDATION_LIBRARIES: Final = ("numpy", "scipy")


@functools.cache
def code_digest(*rooms: str) -> str:
    """SHA-256 (hex) over the source and data of the named rooms (``"composing"``, ``"pipeline/vocals.py"``)."""
    root = Path(str(resources.files("songwright")))
    digest = hashlib.sha256()
    for room in sorted({*rooms, *_FOUNDATION}):
        path = root / room
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        if not files:
            raise FileNotFoundError(f"no room {room} in {root}")
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(root).as_posix()}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


@functools.cache
def libraries_digest(*names: str) -> str:
    """Digest of the installed versions of the libraries that a stage's numbers come from."""
    return digest_of({name: _version(name) for name in sorted({*names, *_FOUNDATION_LIBRARIES})})


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
