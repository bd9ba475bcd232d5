"""Every error that Songwright raises on purpose.

::

    SongwrightError            exit 1
    +-- InputError             exit 2   a person can mend it: brief, lyric, score, options
    +-- MissingPart            exit 3   a package, soundfont or weight is absent; names the install command
    +-- RenderError            exit 4   making sound failed: stage, document, seed
    +-- QualityError           exit 5   measured against target, with units

A message says where (in musical coordinates), what was found, what is allowed, and the next step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class SongwrightError(Exception):
    """Base of every deliberate error; `exit_code` is what the command line returns."""

    exit_code: ClassVar[int] = 1


class InputError(SongwrightError):
    """Something a person wrote cannot be used as it stands."""

    exit_code: ClassVar[int] = 2


class MissingPart(SongwrightError):
    """Something has to be installed first; the message names the command."""

    exit_code: ClassVar[int] = 3


class RenderError(SongwrightError):
    """A stage could not make its sound."""

    exit_code: ClassVar[int] = 4


class QualityError(SongwrightError):
    """The result was measured and is not good enough."""

    exit_code: ClassVar[int] = 5


def nearest_names(name: str, known: Iterable[str], *, n: int = 3) -> str:
    """Readable list of the known names most like ``name`` (all of them when none is)."""
    names = sorted(known)
    close = difflib.get_close_matches(name.lower(), names, n=n, cutoff=0.4)
    return ", ".join(close or names)
