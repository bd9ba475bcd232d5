"""Keys, spelled pitches and Roman numerals.

Conventions: in major a numeral's degree is that of the major scale, in minor that of the natural minor scale, so that
``VI`` in A minor is F and ``V`` is E major. Upper case is major, lower case minor. ``V6`` is the first inversion,
``V7/IV`` the dominant seventh of the fourth degree, ``bVII`` the degree lowered by a semitone. Nashville numbers
count in the parallel major scale (``b7``, ``6-``, ``5⁷``, ``5/7``), as in Williams (2012), *The Nashville Number
System*.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from songwright.documents.score import CHORD_SUFFIXES, Chord, Key
from songwright.errors import InputError, nearest_names
from songwright.units import pitch_name_to_pitch_class

SCALES: Final = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
"""Semitones of the seven degrees above the tonic (natural minor)."""

MAJOR_TONICS: Final = ("C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F", "Gb", "C#", "Cb")
MINOR_TONICS: Final = ("A", "E", "B", "F#", "C#", "G#", "D#", "Bb", "F", "C", "G", "D", "Eb", "A#", "Ab")

_LETTERS: Final = "CDEFGAB"
_LETTER_PITCH_CLASSES: Final = (0, 2, 4, 5, 7, 9, 11)
_NUMERALS: Final = ("I", "II", "III", "IV", "V", "VI", "VII")
_NUMERAL: Final = re.compile(
    r"(?P<flat>b?)(?P<degree>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?P<suffix>6|7|maj7|sus4|sus2|add9|dim)?"
)
_KEY: Final = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)\s*(major|maj|minor|min|m)?\s*", re.IGNORECASE)


def parse_key(text: str) -> Key:
    """Key from ``"G major"``, ``"Em"``, ``"B♭"``, ``"f# minor"``.

    Raises
    ------
    InputError
        If it is no key, or one with more than seven sharps or flats; names the nearest ones.
    """
    match = _KEY.fullmatch(text)
    if match:
        tonic = match[1].upper() + match[2].replace("♯", "#").replace("♭", "b")
        mode = "minor" if match[3] == "m" or (match[3] or "").lower() in ("minor", "min") else "major"
        if tonic in (MAJOR_TONICS if mode == "major" else MINOR_TONICS):
            return Key(tonic=tonic, mode=mode)
    known = [f"{tonic} major" for tonic in MAJOR_TONICS] + [f"{tonic} minor" for tonic in MINOR_TONICS]
    raise InputError(
        f"key {text!r} is not known; nearest: {nearest_names(text, known)}. Write it like 'G major' or 'Em'."
    )


def spell(letter_index: int, pitch_class: int) -> str:
    """Spelled pitch of ``pitch_class`` on the letter C D E F G A B number ``letter_index`` (mod 7)."""
    letter_index %= 7
    offset = (pitch_class - _LETTER_PITCH_CLASSES[letter_index] + 6) % 12 - 6
    return _LETTERS[letter_index] + ("#" * offset if offset > 0 else "b" * -offset)


def degree_to_pitch(key: Key, degree: int, alteration: int = 0) -> str:
    """Spelled pitch of a scale degree (0 is the tonic), altered by semitones."""
    letter = _LETTERS.index(key.tonic[0]) + degree
    return spell(letter, key.tonic_pitch_class + SCALES[key.mode][degree % 7] + alteration)


@dataclass(frozen=True)
class RomanChord:
    """A numeral resolved in a key: spelled root and bass, quality, pitch classes."""

    roman: str
    root: str
    quality: str
    bass: str
    nashville: str

    @property
    def symbol(self) -> str:
        """Lead-sheet text."""
        return self.root + CHORD_SUFFIXES[self.quality] + (f"/{self.bass}" if self.bass != self.root else "")

    def to_chord(self, start_quarters: Fraction, duration_quarters: Fraction) -> Chord:
        """Place it in the score."""
        return Chord(
            start_quarters=start_quarters, duration_quarters=duration_quarters, root=self.root, quality=self.quality,
            bass=self.bass, roman=self.roman, nashville=self.nashville, symbol=self.symbol,
        )  # fmt: skip


def check_numeral(roman: str) -> None:
    """Refuse what is not a Roman numeral chord.

    Raises
    ------
    InputError
        Names the form that is understood.
    """
    parts = roman.split("/")
    if not 1 <= len(parts) <= 2 or not all(_NUMERAL.fullmatch(part) for part in parts):
        raise InputError(f"chord {roman!r} is not a Roman numeral chord; write it like I, vi, V7, bVII, V6 or V/vi")


@functools.lru_cache(maxsize=4096)
def resolve_roman(roman: str, key: Key) -> RomanChord:
    """Spell a Roman numeral in a key.

    Raises
    ------
    InputError
        If the numeral cannot be read.
    """
    check_numeral(roman)
    head, _, target = roman.partition("/")
    match = _NUMERAL.fullmatch(head)
    assert match is not None
    degree = _NUMERALS.index(match["degree"].upper())
    if target:
        target_match = _NUMERAL.fullmatch(target)
        assert target_match is not None
        target_root = resolve_roman(target_match["flat"] + target_match["degree"], key).root
        # An applied chord is read in the major scale of the chord it leans on.
        root = degree_to_pitch(Key(tonic=target_root, mode="major"), degree, -len(match["flat"]))
    else:
        root = degree_to_pitch(key, degree, -len(match["flat"]))
    minor = match["degree"].islower()
    suffix = match["suffix"] or ""
    quality = {
        "": "min" if minor else "maj", "6": "min" if minor else "maj", "7": "min7" if minor else "7",
        "maj7": "maj7", "sus4": "sus4", "sus2": "sus2", "add9": "add9", "dim": "dim",
    }[suffix]  # fmt: skip
    bass = root
    if suffix == "6":
        third = 3 if minor else 4
        bass = spell(_LETTERS.index(root[0]) + 2, pitch_name_to_pitch_class(root) + third)
    number = _nashville_degree(root, key)
    mark = {"min": "-", "min7": "-⁷", "7": "⁷", "dim": "°"}.get(quality, CHORD_SUFFIXES[quality])
    nashville = number + mark + (f"/{_nashville_degree(bass, key)}" if bass != root else "")
    return RomanChord(roman=roman, root=root, quality=quality, bass=bass, nashville=nashville)


def _nashville_degree(pitch: str, key: Key) -> str:
    degree = (_LETTERS.index(pitch[0]) - _LETTERS.index(key.tonic[0])) % 7
    natural = (key.tonic_pitch_class + SCALES["major"][degree]) % 12
    offset = (pitch_name_to_pitch_class(pitch) - natural + 6) % 12 - 6
    return ("#" * offset if offset > 0 else "b" * -offset) + str(degree + 1)
