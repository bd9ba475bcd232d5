"""The lyric: words to be sung, with their syllables and phonemes.

Phonemes are the symbols of the misaki alphabet that the Kokoro voice reads (IPA with ``A I O W Y`` for the five
diphthongs of *day, my, go, now, boy* and ``ʤ ʧ`` for the affricates). Text in round brackets is the gang's, not the
lead's: ``We rise (hey!)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from songwright.errors import InputError

SECTION_KINDS = ("intro", "verse", "prechorus", "chorus", "bridge", "instrumental", "outro")


@dataclass(frozen=True, kw_only=True)
class Syllable:
    """One syllable: leading consonants, one vowel, closing consonants.

    Parameters
    ----------
    text
        The letters shown under the note.
    onset, coda
        Consonant phonemes before and after the vowel, in order.
    nucleus
        The vowel: one symbol, or a vowel with its ``ɹ`` (``ɜɹ``).
    stress
        0 unstressed, 1 primary, 2 secondary (as in CMUdict).
    """

    text: str
    onset: tuple[str, ...]
    nucleus: str
    coda: tuple[str, ...]
    stress: int

    def __post_init__(self) -> None:
        if not self.nucleus:
            raise InputError(f"syllable {self.text!r} has no vowel")
        if self.stress not in (0, 1, 2):
            raise InputError(f"syllable {self.text!r}: stress {self.stress} is not 0, 1 or 2")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A sung word.

    Parameters
    ----------
    text
        As printed, punctuation included (``road,``).
    spoken
        Lower case, as it is said, no punctuation (``road``).
    syllables
        At least one.
    is_function_word
        Articles, prepositions, pronouns and auxiliaries, which keep off strong beats.
    """

    text: str
    spoken: str
    syllables: tuple[Syllable, ...]
    is_function_word: bool

    def __post_init__(self) -> None:
        if not self.syllables:
            raise InputError(f"word {self.text!r} has no syllables")


@dataclass(frozen=True, kw_only=True)
class LyricLine:
    """One line: what the lead sings, and what the gang shouts after it (``answer``, may be empty)."""

    text: str
    words: tuple[Word, ...]
    answer: tuple[Word, ...] = ()

    @property
    def syllables(self) -> tuple[Syllable, ...]:
        """Every syllable of the lead's words in order."""
        return tuple(syllable for word in self.words for syllable in word.syllables)


@dataclass(frozen=True, kw_only=True)
class LyricSection:
    """A headed block of lines: ``name`` as written (``Verse 1``), ``kind`` one of `SECTION_KINDS`."""

    name: str
    kind: str
    lines: tuple[LyricLine, ...]

    def __post_init__(self) -> None:
        if self.kind not in SECTION_KINDS:
            raise InputError(f"section {self.name!r}: kind {self.kind!r} is not one of {', '.join(SECTION_KINDS)}")


@dataclass(frozen=True, kw_only=True)
class Lyric:
    """All sections in the order in which they are sung."""

    schema: ClassVar[int] = 1
    sections: tuple[LyricSection, ...]


_HEADING_KINDS = {
    "verse": "verse",
    "pre-chorus": "prechorus",
    "prechorus": "prechorus",
    "pre chorus": "prechorus",
    "chorus": "chorus",
    "hook": "chorus",
    "refrain": "chorus",
    "bridge": "bridge",
    "middle eight": "bridge",
    "intro": "intro",
    "instrumental": "instrumental",
    "solo": "instrumental",
    "interlude": "instrumental",
    "turnaround": "instrumental",
    "break": "instrumental",
    "outro": "outro",
    "ending": "outro",
    "tag": "outro",
}
SECTION_HEADINGS = tuple(heading.title() for heading in _HEADING_KINDS if " " not in heading and heading != "prechorus")
"""Headings that a lyric or a form may use, numbered or not, with *final*, *last* or *double* before them if wanted."""
WORDLESS_KINDS = ("intro", "instrumental", "outro")
"""Kinds of section that may have no words."""


def section_name_to_kind(name: str) -> str | None:
    """Kind of a section by its name (``Verse 2``, ``final chorus``), or ``None`` for an unknown name."""
    words = [word for word in name.lower().split() if word not in ("final", "last", "double")]
    while words and (
        words[-1].isdigit() or words[-1] in ("i", "ii", "iii", "iv", "v", "one", "two", "three", "four", "a", "b")
    ):
        words.pop()
    return _HEADING_KINDS.get(" ".join(words).rstrip("0123456789"))
