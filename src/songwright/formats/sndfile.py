"""The Python package ``soundfile``, loaded so that it does not change how instruments sound.

``soundfile`` brings its own libsndfile under the system's name (its SONAME is ``libsndfile.so.1``). Where it is loaded
first, the dynamic linker gives it to FluidSynth as well, and the other Vorbis decoder in it turns a compressed
soundfont into samples that differ by up to 5e-6: the same part played before and after a file was read would not be
the same bytes. With the system's library in the process first, each has its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from types import ModuleType

_SYSTEM_LIBRARY = "libsndfile.so.1"


@functools.cache
def load_soundfile() -> ModuleType:
    """Return the module ``soundfile``; use this in place of an import."""
    if sys.platform == "linux" and "soundfile" not in sys.modules:
        # Where the system has none, neither has its FluidSynth, and there is nothing to confuse.
        with contextlib.suppress(OSError):
            ctypes.CDLL(_SYSTEM_LIBRARY)
    import soundfile

    module: ModuleType = soundfile
    return module
