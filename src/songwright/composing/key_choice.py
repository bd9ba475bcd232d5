"""The key: asked for, or the one whose tonic lies well for the singer."""

from __future__ import annotations

from typing import Final

import numpy as np

from songwright.composing.keys import parse_key
from songwright.documents.brief import Brief
from songwright.documents.score import Key
from songwright.documents.style import Style

DARK_MOODS: Final = frozenset({
    "dark", "sad", "haunted", "haunting", "bitter", "lonely", "grim", "mournful",
    "eerie", "angry", "brooding", "tragic", "cold", "menacing", "sorrowful",
})  # fmt: skip
BRIGHT_MOODS: Final = frozenset({
    "bright", "happy", "proud", "joyful", "warm", "hopeful", "tender",
    "sunny", "triumphant", "playful", "sweet", "glad", "light",
})  # fmt: skip
GUITAR_KEYS: Final = {"major": ("G", "D", "A", "E", "C"), "minor": ("E", "A", "D", "B", "F#")}
"""Keys that lie open on the guitar (the last minor one with a capo)."""

AUTHENTIC_ABOVE_FLOOR: Final = 0.5
PLAGAL_ABOVE_FLOOR: Final = 6.0
"""Semitones from the bottom of the tessitura to the tonic. Near the bottom, verses lie in the lower fifth of the octave
and choruses reach for the upper tonic; in the middle, verses circle the tonic and choruses stand on it."""


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
    places = (tessitura[0] + AUTHENTIC_ABOVE_FLOOR, tessitura[0] + PLAGAL_ABOVE_FLOOR)

    def cost(tonic: str) -> float:
        pitch_class = Key(tonic=tonic, mode=mode).tonic_pitch_class
        away = min(abs((pitch_class - place + 6) % 12 - 6) for place in places)
        return away + 1.6 * float(rng.random())

    return Key(tonic=min(GUITAR_KEYS[mode], key=cost), mode=mode)
