"""espeak-ng for words that no dictionary has: its shared library, called directly.

The library and its data come with the ``espeakng_loader`` package; ``espeak_TextToPhonemes`` writes IPA, one group of
symbols between two underscores, which is translated here to Songwright's alphabet. The library keeps its state in
globals, hence one instance a process and a lock.

Source: espeak-ng 1.52, ``speak_lib.h``.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import re
import threading
from typing import Final

from songwright.errors import MissingPart, RenderError
from songwright.phonology.alphabet import Sound, open_rhotics

_AUDIO_OUTPUT_RETRIEVAL: Final = 1
_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_IPA_WITH_UNDERSCORES: Final = (ord("_") << 8) | 0x02

_IPA: Final[dict[str, tuple[str, ...]]] = {
    # diphthongs and rhotic vowels
    "aɪ": ("I",), "aʊ": ("W",), "eɪ": ("A",), "oʊ": ("O",), "əʊ": ("O",), "ɔɪ": ("Y",),
    "ɜː": ("ɜɹ",), "ɜ": ("ɜɹ",), "ɝ": ("ɜɹ",), "ɚ": ("əɹ",), "ʊɹ": ("ʊ", "ɹ"),
    # vowels; those of other languages by their nearest neighbour
    "ɑ": ("ɑ",), "a": ("ɑ",), "ɒ": ("ɑ",), "æ": ("æ",), "ʌ": ("ʌ",), "ə": ("ə",), "ɐ": ("ə",), "ɔ": ("ɔ",),
    "o": ("O",), "ɛ": ("ɛ",), "e": ("A",), "ɪ": ("ɪ",), "ᵻ": ("ɪ",), "ɨ": ("ɪ",), "i": ("i",), "y": ("u",),
    "ʊ": ("ʊ",), "u": ("u",), "ø": ("ɜɹ",), "œ": ("ɜɹ",),
    "ɑ̃": ("ɑ", "n"), "ɔ̃": ("ɔ", "n"), "ɛ̃": ("æ", "n"), "æ̃": ("æ", "n"),
    # syllabic consonants
    "n̩": ("ə", "n"), "l̩": ("ə", "l"), "m̩": ("ə", "m"), "ɹ̩": ("əɹ",),
    # consonants
    "tʃ": ("ʧ",), "dʒ": ("ʤ",), "b": ("b",), "d": ("d",), "f": ("f",), "h": ("h",), "j": ("j",), "k": ("k",),
    "l": ("l",), "m": ("m",), "n": ("n",), "p": ("p",), "s": ("s",), "t": ("t",), "v": ("v",), "w": ("w",), "z": ("z",),
    "ð": ("ð",), "ŋ": ("ŋ",), "ɡ": ("ɡ",), "g": ("ɡ",), "ɹ": ("ɹ",), "r": ("ɹ",), "ʁ": ("ɹ",), "ʃ": ("ʃ",), "ʒ": ("ʒ",),
    "θ": ("θ",), "x": ("k",), "ç": ("h",), "ɬ": ("l",), "ɫ": ("l",), "ɲ": ("n", "j"), "ʎ": ("l", "j"), "ɾ": ("t",),
    "ʔ": ("t",), "β": ("b",), "ɣ": ("ɡ",), "c": ("k",), "ɟ": ("ʤ",), "ʍ": ("w",), "ɭ": ("l",),
}  # fmt: skip
_SYMBOLS: Final = re.compile("|".join(sorted(map(re.escape, _IPA), key=len, reverse=True)) + "|[ˈˌ_ː ]|.")
_LANGUAGE_SWITCH: Final = re.compile(r"\([a-z-]+\)")


class Espeak:
    """One espeak-ng voice (US English). Make it with `espeak`."""

    def __init__(self) -> None:
        try:
            loader = importlib.import_module("espeakng_loader")
        except ImportError as error:
            raise MissingPart(
                "espeak-ng, which pronounces unknown words, is missing: pip install espeakng-loader==0.2.4"
            ) from error
        try:
            self._library = ctypes.CDLL(loader.get_library_path())
        except OSError as error:
            raise MissingPart(
                f"espeak-ng does not load ({error}): pip install --force-reinstall espeakng-loader==0.2.4"
            ) from error
        self._lock = threading.Lock()
        rate_hz = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_RETRIEVAL, 0, str(loader.get_data_path()).encode(), _DONT_EXIT
        )
        if rate_hz <= 0 or self._library.espeak_SetVoiceByName(b"en-us") != 0:
            raise MissingPart("espeak-ng finds no en-us voice: pip install --force-reinstall espeakng-loader==0.2.4")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]

    def word_to_ipa(self, spoken: str) -> str:
        """IPA of a word as espeak writes it, symbols parted by underscores."""
        with self._lock:
            text = ctypes.c_char_p(spoken.encode())
            parts = []
            while text.value:
                ipa = self._library.espeak_TextToPhonemes(ctypes.byref(text), _CHARS_UTF8, _IPA_WITH_UNDERSCORES)
                parts.append((ipa or b"").decode())
        return " ".join(parts)

    def word_to_sounds(self, spoken: str) -> tuple[Sound, ...]:
        """Sounds of any word, possibly none.

        Raises
        ------
        RenderError
            If espeak uses a symbol that has no place in the alphabet.
        """
        return ipa_to_sounds(self.word_to_ipa(spoken), spoken=spoken)


def ipa_to_sounds(ipa: str, *, spoken: str) -> tuple[Sound, ...]:
    """Translate espeak's IPA; ``spoken`` tells a flapped d from a flapped t (*ladder*, *latter*)."""
    sounds: list[Sound] = []
    stress = 0
    for symbol in _SYMBOLS.findall(_LANGUAGE_SWITCH.sub("", ipa)):
        if symbol in "_ː ":
            continue
        if symbol in "ˈˌ":
            stress = 1 if symbol == "ˈ" else 2
            continue
        if symbol not in _IPA:
            raise RenderError(
                f"espeak-ng says {spoken!r} as {ipa!r}; {symbol!r} has no place in the alphabet. Give a hint: "
                f"{spoken}[...]"
            )
        phonemes: tuple[str, ...] = ("d",) if symbol == "ɾ" and "t" not in spoken else _IPA[symbol]
        for phoneme in phonemes:
            if phoneme == "ɹ" and sounds and sounds[-1].phoneme in ("ɹ", "ɜɹ"):
                continue  # espeak writes both the vowel's and the next syllable's r
            sound = Sound(phoneme)
            if sound.is_vowel:
                reduced = not stress and phoneme == "ɜɹ"
                sound = Sound("əɹ" if reduced else phoneme, stress)
                stress = 0
            sounds.append(sound)
    return open_rhotics(sounds)


@functools.cache
def espeak() -> Espeak:
    """The process's one espeak-ng."""
    return Espeak()
