"""The soundfont: where it lies and which one it is."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from songwright.errors import MissingPart

ENVIRONMENT_VARIABLE: Final = "SONGWRIGHT_SOUNDFONT"
INSTALL_COMMAND: Final = "apt-get install libfluidsynth3 musescore-general-soundfont-small"

_FOLDERS: Final = (
    "/usr/share/sounds/sf3",
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
)
_FILES: Final = ("MuseScore_General_Lite.sf3", "MuseScore_General.sf3", "MuseScore_General.sf2")


@dataclass(frozen=True, kw_only=True)
class SoundFont:
    """A soundfont file and the SHA-256 (hex) of its bytes, which is part of the key of everything played with it."""

    path: Path
    sha256: str


def find_soundfont() -> Path:
    """Path of the MuseScore General soundfont: ``$SONGWRIGHT_SOUNDFONT`` first, then the usual folders.

    Raises
    ------
    MissingPart
        If there is none, or the variable names a file that does not exist.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        if Path(named).is_file():
            return Path(named)
        raise MissingPart(f"{ENVIRONMENT_VARIABLE} names {named}, which is not a file; mend it or unset it")
    for folder in _FOLDERS:
        for file in _FILES:
            path = Path(folder, file)
            if path.is_file():
                return path
    raise MissingPart(
        f"no MuseScore General soundfont in {', '.join(_FOLDERS)}; install it with: {INSTALL_COMMAND} "
        f"(or set {ENVIRONMENT_VARIABLE} to its path)"
    )


def digest_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal (40 MB take about 0.03 s; the caller may keep the answer)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_soundfont(path: Path | None = None) -> SoundFont:
    """The soundfont at ``path``, or the one that `find_soundfont` finds, with its digest."""
    path = path or find_soundfont()
    return SoundFont(path=path, sha256=digest_file(path))
