"""The phoneme alphabet, the way to it from ARPAbet, and the hints that people write (``read[r eh d]``).

Symbols are misaki's for US English, which the Kokoro voice was trained on: IPA with ``A I O W Y`` for the diphthongs of
*day, my, go, now, boy* and ``ʤ ʧ`` for the affricates. The vowel of *bird* is the one nucleus of two symbols, ``ɜɹ``
(``əɹ`` unstressed), since a held ``ɹ`` dies in that voice; every other ``ɹ`` is a consonant.

A `Sound` is a phoneme and, for vowels, its stress: 0 none, 1 primary, 2 secondary; -1 marks consonants.

Sources: CMUdict 0.7b (``cmudict.phones``); misaki, EN_PHONES.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from songwright.errors import InputError

DIPHTHONGS: Final = frozenset("AIOWY")
MONOPHTHONGS: Final = frozenset("ɑæʌəɔɛɪiʊu")
RHOTIC_VOWELS: Final = frozenset({"ɜɹ", "əɹ"})
VOWELS: Final = DIPHTHONGS | MONOPHTHONGS | RHOTIC_VOWELS
"""Everything that can be a nucleus."""
LAX_VOWELS: Final = frozenset("æɛɪʌʊ")
"""Vowels that English does not end a stressed syllable with (Kahn 1976)."""
CONSONANTS: Final = frozenset("bdfhklmnpstvwzjðŋɡɹʃʒʤʧθ")
UNVOICED: Final = frozenset("ptkfθsʃhʧ")

_ARPABET_VOWELS: Final = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ", "EY": "A",
    "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u",
}  # fmt: skip
_ARPABET_CONSONANTS: Final = {
    "B": "b", "CH": "ʧ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "H": "h", "JH": "ʤ", "K": "k", "L": "l",
    "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w",
    "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_REDUCED: Final = {"ʌ": "ə", "ɜɹ": "əɹ"}
"""AH and ER where unstressed."""
_LOOSE: Final = {"g": "ɡ", "r": "ɹ"}
"""What people type for a symbol that their keyboard lacks."""
_STRESS_MARKS: Final = {"ˈ": 1, "ˌ": 2}


class Sound(NamedTuple):
    """A phoneme with its stress; ``stress`` is -1 for a consonant."""

    phoneme: str
    stress: int = -1

    @property
    def is_vowel(self) -> bool:
        """Whether it can carry a note."""
        return self.phoneme in VOWELS


def arpabet_to_sounds(arpabet: str) -> tuple[Sound, ...]:
    """Sounds of a CMUdict pronunciation, ``R OW1 D``; every vowel must carry its digit.

    Raises
    ------
    KeyError
        If a symbol is not ARPAbet.
    """
    sounds = []
    for symbol in arpabet.split():
        if symbol[-1].isdigit():
            stress = int(symbol[-1])
            vowel = _ARPABET_VOWELS[symbol[:-1]]
            sounds.append(Sound(vowel if stress else _REDUCED.get(vowel, vowel), stress))
        else:
            sounds.append(Sound(_ARPABET_CONSONANTS[symbol]))
    return open_rhotics(sounds)


def open_rhotics(sounds: list[Sound]) -> tuple[Sound, ...]:
    """Give the ``ɹ`` of an unstressed ``əɹ`` to the vowel after it: *memory* is ``mɛ.mə.ɹi``."""
    result: list[Sound] = []
    for sound, after in zip(sounds, [*sounds[1:], None], strict=True):
        if sound.phoneme == "əɹ" and after is not None and after.is_vowel:
            result += [Sound("ə", sound.stress), Sound("ɹ")]
        else:
            result.append(sound)
    return tuple(result)


def hint_to_sounds(hint: str, *, word: str, where: str = "") -> tuple[Sound, ...]:
    """Sounds of what a person wrote in brackets after a word.

    Parameters
    ----------
    hint
        ARPAbet in any case with or without stress digits (``r eh d``, ``R EH1 D``), or misaki symbols, spaced or not
        (``ɹ ɛ d``, ``ɹˈɛd``). Where a hint can be read both ways, ARPAbet wins unless that leaves it without a vowel.
    word, where
        For the error message.

    Raises
    ------
    InputError
        If a symbol is unknown (the known ones are named) or there is no vowel.
    """
    place = f"{where}: " if where else ""
    tokens = hint.split()
    arpabet = _read_arpabet(tokens)
    misaki = _read_misaki(tokens)
    for reading in (arpabet, misaki):
        if reading is not None and any(sound.is_vowel for sound in reading):
            return _with_stress(reading)
    if arpabet is None and misaki is None:
        unknown = [token for token in tokens if _read_arpabet([token]) is None and _read_misaki([token]) is None]
        unknown = unknown or [token for token in tokens if _read_arpabet([token]) is None]
        raise InputError(
            f"{place}{word}[{hint}]: {', '.join(unknown or tokens)} is no phoneme. Known are ARPAbet "
            f"{' '.join(sorted(_ARPABET_VOWELS | _ARPABET_CONSONANTS))} or the symbols "
            f"{' '.join(sorted(VOWELS))} {' '.join(sorted(CONSONANTS))}."
        )
    raise InputError(
        f"{place}{word}[{hint}]: a word needs a vowel to be sung. Vowels are ARPAbet "
        f"{' '.join(sorted(_ARPABET_VOWELS))} "
        f"or the symbols {' '.join(sorted(VOWELS))}. (Brackets after a word hold its sounds; chords are not read here.)"
    )


_UNMARKED: Final = -2
"""A vowel for which the hint gave no stress."""


def _read_arpabet(tokens: list[str]) -> list[Sound] | None:
    sounds = []
    for token in tokens:
        name, digit = (token[:-1], token[-1]) if token[-1] in "012" else (token, "")
        if name.upper() in _ARPABET_VOWELS:
            sounds.append(Sound(_ARPABET_VOWELS[name.upper()], int(digit) if digit else _UNMARKED))
        elif not digit and name.upper() in _ARPABET_CONSONANTS:
            sounds.append(Sound(_ARPABET_CONSONANTS[name.upper()]))
        else:
            return None
    return sounds


def _read_misaki(tokens: list[str]) -> list[Sound] | None:
    sounds: list[Sound] = []
    stress = _UNMARKED
    text = " ".join(tokens).replace("ː", "")
    i = 0
    while i < len(text):
        pair, symbol = text[i : i + 2], _LOOSE.get(text[i], text[i])
        i += 1
        if symbol in _STRESS_MARKS:
            stress = _STRESS_MARKS[symbol]
        elif symbol == "ɜ" or pair == "əɹ":
            sounds.append(Sound("əɹ" if symbol == "ə" else "ɜɹ", stress))
            stress = _UNMARKED
            i += pair.endswith("ɹ")
        elif symbol in VOWELS:
            sounds.append(Sound(symbol, stress))
            stress = _UNMARKED
        elif symbol in CONSONANTS:
            sounds.append(Sound(symbol))
        elif symbol != " ":
            return None
    return sounds


def _with_stress(sounds: list[Sound]) -> tuple[Sound, ...]:
    """Give unmarked vowels a stress: the first full vowel takes it, unless one was marked."""
    vowels = [i for i, sound in enumerate(sounds) if sound.is_vowel]
    chosen = next((i for i in vowels if sounds[i].phoneme not in ("ʌ", "ə", "əɹ", "ɜɹ")), vowels[0])
    if any(sounds[i].stress == 1 for i in vowels):
        chosen = -1
    result = []
    for i, sound in enumerate(sounds):
        stress = sound.stress
        if stress == _UNMARKED:
            stress = 1 if i == chosen else 0
        result.append(Sound(sound.phoneme if stress else _REDUCED.get(sound.phoneme, sound.phoneme), stress))
    return open_rhotics(result)
