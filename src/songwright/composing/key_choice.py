"""The key: asked for, or the one whose tonic lies well for the singer."""

from __future__ import annotations

from typing import Final

import numpy as np

from songwright.composing.keys import parse_key
from songwright.documents.brief import Brief
from songwright.documents.score import Key
from songwright.documents.style import Style

DARK_MOODS: Final = frozenset(
    "dark sad haunted haunting bitter lonely grim mournful eerie angry brooding tragic cold menacing sorrowful".split()
)
BRIGHT_MOODS: Final = frozenset(
    "bright happy proud joyful warm hopeful tender sunny triumphant playful sweet glad light".split()
)
GUITAR_KEYS: Final = {"major": ("G", "D", "A", "E", "C"), "minor": ("E", "A", "D", "B", "F#")}
"""Keys that lie open on the guitar (the last minor one with a capo)."""

TONIC_ABOVE_FLOOR: Final = 2
"""Semitones from the bottom of the tessitura to the tonic of an authentic tune; of a plagal one the tonic lies as far under
the middle of its upper half."""


def choose_key(brief: Brief, style: Style, tessitura: tuple[int, int], rng: np.random.Generator) -> Key:
    """The brief's key, or a guitar key whose tonic suits the tessitura; the mood leans towards minor or major."""
    if brief.key is not None:
        return parse_key(brief.key)
    moods = {word.strip().lower() for mood in brief.mood for word in mood.split()}
    weights = dict(style.harmony.modes)
    # Without a word about mood, three songs in twenty of a style that knows minor are in minor at most.
    lean = 12.0 if moods & DARK_MOODS else 0.0 if moods & BRIGHT_MOODS else 0.15
    minor = weights.get("minor", 0.0) * lean
    major = weights.get("major", 0.0)
    mode = "minor" if rng.random() * (major + minor) < minor else "major"
    low, high = tessitura
    authentic, plagal = low + TONIC_ABOVE_FLOOR, high - 4

    def cost(tonic: str) -> float:
        pitch_class = Key(tonic=tonic, mode=mode).tonic_pitch_class
        away = [abs((pitch_class - place + 6) % 12 - 6) for place in (authentic, plagal)]
        return min(away[0], away[1] + 1) + 0.6 * float(rng.random())

    return Key(tonic=min(GUITAR_KEYS[mode], key=cost), mode=mode)
