"""Codec libraries are loaded when a file is written, not when the studio opens."""

from __future__ import annotations

import subprocess
import sys

_CODE = """
import importlib, pkgutil, sys
import songwright.formats as formats
for module in pkgutil.iter_modules(formats.__path__):
    importlib.import_module(f"songwright.formats.{module.name}")
heavy = {"music21", "verovio", "matplotlib", "soundfile", "lameenc", "mutagen", "mido"}
print(sorted(heavy & set(sys.modules)))
"""


def test_no_codec_library_is_loaded_by_importing_the_formats() -> None:
    seen = subprocess.run([sys.executable, "-c", _CODE], check=True, capture_output=True, text=True)
    assert seen.stdout.strip() == "[]"
