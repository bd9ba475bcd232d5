"""The score: what is sung and over which chords, in exact score time.

Score time is counted in quarters from the first full bar of the song (`fractions.Fraction`). A pick-up may start
before its section's first bar line. Chord symbols follow Harte (2005) in content and common lead-sheet spelling in
text.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from songwright.documents.lyric import SECTION_KINDS, Syllable, Word
from songwright.errors import InputError
from songwright.timeline import TempoMap
from songwright.units import pitch_name_to_pitch_class

CHORD_INTERVALS: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "add9": (0, 2, 4, 7),
    "6": (0, 4, 7, 9),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
}
"""Semitones above the root for each chord quality."""

CHORD_SUFFIXES: dict[str, str] = {
    "maj": "", "min": "m", "7": "7", "maj7": "maj7", "min7": "m7", "sus4": "sus4", "sus2": "sus2",
    "add9": "add9", "6": "6", "dim": "dim", "aug": "aug",
}  # fmt: skip
"""Lead-sheet suffix of each chord quality."""


_TONICS: dict[str, tuple[str, ...]] = {
    "major": ("C", "G", "D", "A", "E", "B", "F#", "C#", "F", "Bb", "Eb", "Ab", "Db", "Gb", "Cb"),
    "minor": ("A", "E", "B", "F#", "C#", "G#", "D#", "A#", "D", "G", "C", "F", "Bb", "Eb", "Ab"),
}
"""Tonics of the keys with up to seven accidentals."""


@dataclass(frozen=True, kw_only=True)
class Metre:
    """A time signature, ``beats`` over ``beat_unit``."""

    beats: int
    beat_unit: int

    def __post_init__(self) -> None:
        if self.beats not in range(1, 17) or self.beat_unit not in (1, 2, 4, 8, 16):
            raise InputError(f"metre {self.beats}/{self.beat_unit} is not a time signature")

    @property
    def bar_quarters(self) -> Fraction:
        """Length of a bar in quarters."""
        return Fraction(4 * self.beats, self.beat_unit)


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key: ``tonic`` spelled (``G``, ``Bb``), ``mode`` ``major`` or ``minor``."""

    tonic: str
    mode: str

    def __post_init__(self) -> None:
        try:
            pitch_name_to_pitch_class(self.tonic)
        except ValueError as error:
            raise InputError(f"key: {error}") from error
        if self.mode not in ("major", "minor"):
            raise InputError(f"key mode {self.mode!r} is not major or minor")

    @property
    def tonic_pitch_class(self) -> int:
        """0 (C) to 11 (B)."""
        return pitch_name_to_pitch_class(self.tonic)

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a key as musicians write it: ``G``, ``G major``, ``Em``, ``F# minor``, ``B-flat``, ``c sharp min``.

        Raises
        ------
        InputError
            If it is none of the thirty keys with up to seven accidentals; names the nearest.
        """
        plain = " ".join(text.replace("♯", "#").replace("♭", "b").replace("-", " ").split())
        plain = re.sub(r"(?i)^([a-g]) ?(?:sharp)\b", r"\1#", plain)
        plain = re.sub(r"(?i)^([a-g]) ?(?:flat)\b", r"\1b", plain)
        match = re.fullmatch(r"([A-Ga-g])([#b]?) ?(|M|m|(?i:maj|major|min|minor))", plain)
        if match:
            tonic = match[1].upper() + match[2]
            mode = "minor" if match[3] == "m" or match[3].lower().startswith("min") else "major"
            if tonic in _TONICS[mode]:
                return cls(tonic=tonic, mode=mode)
        if match:
            twins = pitch_name_to_pitch_class(tonic)
            near = ", ".join(f"{k} {mode}" for k in _TONICS[mode] if pitch_name_to_pitch_class(k) == twins)
        else:
            known = [f"{tonic} {mode}" for mode, tonics in _TONICS.items() for tonic in tonics]
            near = ", ".join(difflib.get_close_matches(plain, known, n=3, cutoff=0.5)) or "C major, G major, A minor"
        raise InputError(f"key {text!r} is not known; nearest: {near}. Write it as G, G major, Em or E minor.")

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"


@dataclass(frozen=True, kw_only=True)
class Chord:
    """A chord that holds from ``start_quarters`` for ``duration_quarters``.

    ``root`` and ``bass`` are spelled pitches (``F#``); ``bass`` is the root unless inverted. ``roman`` (``V/V``,
    ``bVII``) and
    ``nashville`` (``2``, ``b7``, ``6-``) are the same chord in the two numberings; ``symbol`` is the lead-sheet text.
    """

    start_quarters: Fraction
    duration_quarters: Fraction
    root: str
    quality: str
    bass: str
    roman: str
    nashville: str
    symbol: str

    def __post_init__(self) -> None:
        if self.quality not in CHORD_INTERVALS:
            raise InputError(
                f"chord {self.symbol!r}: quality {self.quality!r} is not one of {', '.join(CHORD_INTERVALS)}"
            )
        if self.duration_quarters <= 0:
            raise InputError(f"chord {self.symbol!r} at quarter {self.start_quarters} has no length")

    @property
    def end_quarters(self) -> Fraction:
        """Where the next chord may begin."""
        return self.start_quarters + self.duration_quarters

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes from the root up."""
        root = pitch_name_to_pitch_class(self.root)
        return tuple((root + interval) % 12 for interval in CHORD_INTERVALS[self.quality])


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sung note. ``syllable`` is ``None`` where the last syllable is held on (melisma, written ``_``).

    ``word_index`` counts in the phrase's words, ``syllable_index`` in that word.
    """

    start_quarters: Fraction
    duration_quarters: Fraction
    midi_note: int
    syllable: Syllable | None
    word_index: int
    syllable_index: int

    def __post_init__(self) -> None:
        if self.duration_quarters <= 0:
            raise InputError(f"note at quarter {self.start_quarters} has no length")
        if not 0 <= self.midi_note <= 127:
            raise InputError(f"note at quarter {self.start_quarters}: MIDI note {self.midi_note} is not 0 to 127")

    @property
    def end_quarters(self) -> Fraction:
        """Where the note stops."""
        return self.start_quarters + self.duration_quarters


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """What is sung in one breath: a line of the lyric on its notes.

    ``name`` is unique in a part (``verse-1.2`` = second line of the section ``Verse 1``).
    """

    name: str
    section_index: int
    line_index: int
    words: tuple[Word, ...]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        if not self.notes:
            raise InputError(f"phrase {self.name}: no notes")
        if self.notes[0].syllable is None:
            raise InputError(f"phrase {self.name}: the first note has nothing to sing")
        for before, after in zip(self.notes, self.notes[1:], strict=False):
            if after.start_quarters < before.end_quarters:
                raise InputError(f"phrase {self.name}: notes overlap at quarter {after.start_quarters}")
        n_syllables = sum(len(word.syllables) for word in self.words)
        n_sung = sum(note.syllable is not None for note in self.notes)
        if n_sung != n_syllables:
            raise InputError(f"phrase {self.name}: {n_sung} sung notes but {n_syllables} syllables")

    @property
    def start_quarters(self) -> Fraction:
        """Start of the first note (its vowel; leading consonants come earlier)."""
        return self.notes[0].start_quarters

    @property
    def end_quarters(self) -> Fraction:
        """End of the last note."""
        return self.notes[-1].end_quarters


@dataclass(frozen=True, kw_only=True)
class Section:
    """A span of bars. ``intensity`` 0..1 is how full the band plays; ``lyric_index`` is its `LyricSection`, if any."""

    name: str
    kind: str
    start_quarters: Fraction
    duration_quarters: Fraction
    intensity: float
    lyric_index: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in SECTION_KINDS:
            raise InputError(f"section {self.name!r}: kind {self.kind!r} is not one of {', '.join(SECTION_KINDS)}")
        if self.duration_quarters <= 0:
            raise InputError(f"section {self.name!r} has no length")

    @property
    def end_quarters(self) -> Fraction:
        """Where the next section begins."""
        return self.start_quarters + self.duration_quarters


@dataclass(frozen=True, kw_only=True)
class Score:
    """Melody, words and chords of a whole song; sections follow one another from quarter 0 without a gap."""

    schema: ClassVar[int] = 1
    title: str
    artist: str
    style: str
    tempo_qpm: float
    metre: Metre
    key: Key
    sections: tuple[Section, ...]
    chords: tuple[Chord, ...]
    phrases: tuple[Phrase, ...]

    def __post_init__(self) -> None:
        position = Fraction(0)
        for section in self.sections:
            if section.start_quarters != position:
                raise InputError(
                    f"section {section.name!r} starts at quarter {section.start_quarters}, expected {position}"
                )
            position = section.end_quarters
        for before, after in zip(self.phrases, self.phrases[1:], strict=False):
            if after.start_quarters < before.end_quarters:
                raise InputError(f"phrases {before.name} and {after.name} overlap")

    @property
    def duration_quarters(self) -> Fraction:
        """Length of all sections together."""
        return self.sections[-1].end_quarters

    @property
    def tempo_map(self) -> TempoMap:
        """Score time to seconds, after a lead-in of 0.5 s with room for the first consonant and breath."""
        return TempoMap.constant(self.tempo_qpm, offset_s=LEAD_IN_S)

    def describe_position(self, quarters: Fraction) -> str:
        """``bar 14 beat 3``, counted from 1."""
        bar, rest = divmod(quarters, self.metre.bar_quarters)
        beat = rest * self.metre.beat_unit / 4 + 1
        return f"bar {int(bar) + 1} beat {int(beat) if beat.denominator == 1 else float(beat):g}"


LEAD_IN_S = 0.5
"""Seconds of file before the first bar line."""
