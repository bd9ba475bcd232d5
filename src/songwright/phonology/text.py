"""English text to sung words.

The order of authority for a word's sounds: the writer's hint, the weak form of a function word, the neighbours of a
word with two pronunciations, the dictionaries, espeak-ng. A t between vowels stays a t: flaps blur under long notes,
and the letter is what a listener expects to hear.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from songwright.documents.lyric import Syllable, Word
from songwright.errors import InputError
from songwright.phonology.alphabet import Sound, hint_to_sounds
from songwright.phonology.context import Neighbours, heteronym_sounds, is_function_word, is_pronoun, weak_sounds
from songwright.phonology.dictionary import is_word, known_form, pronounce
from songwright.phonology.numbers import figures_to_words, has_figures
from songwright.phonology.spelling import divide_letters, fold_letter
from songwright.phonology.syllables import sounds_to_syllables
from songwright.phonology.tokens import HINT, Token, check_characters, text_to_tokens

_WRITTEN_OUT: Final = {
    "&": "and", "+": "plus", "@": "at", "mr": "mister", "mrs": "missus", "dr": "doctor", "jr": "junior", "vs": "versus",
    "etc": "et cetera", "w": "double u",
}  # fmt: skip
"""Signs and abbreviations that are sung as other words than they show."""
_STRESS_OF_FUNCTION_WORD: Final = {0: 0, 1: 2, 2: 2}
"""A function word of several syllables (*into, over*) keeps their order, one step down; of one syllable, has none."""


@dataclass(frozen=True, kw_only=True)
class _SungToken:
    token: Token
    spoken: str


def text_to_words(text: str, *, where: str = "") -> tuple[Word, ...]:
    """Words of a text (one line of a lyric), ready to be sung.

    Parameters
    ----------
    text
        English with any punctuation. ``read[r eh d]`` gives a word's sounds; figures and signs are written out.
    where
        Place named in error messages (``verse 2, line 3``).

    Returns
    -------
    tuple of Word
        Chunks of a word's syllables put together are its letters (and inner apostrophes). Empty for a text without
        words.

    Raises
    ------
    InputError
        For characters that cannot be sung, unknown phonemes in a hint, or a hint with more vowels than the word has
        letters.
    """
    text = unicodedata.normalize("NFC", text)
    check_characters(HINT.sub("", text), where=where)
    tokens = [sung for token in text_to_tokens(text, where=where) for sung in _write_out(token, where)]
    words: list[Word] = []
    next_is_vowel = False
    for i in range(len(tokens) - 1, -1, -1):
        neighbours = _neighbours(tokens, i)
        sounds = _sounds(tokens[i], neighbours, next_is_vowel, where)
        words.append(_build(tokens[i], sounds, neighbours, where))
        next_is_vowel = sounds[0].is_vowel
    return _lean_on_phrase_ends(list(reversed(words)), tokens)


def _lean_on_phrase_ends(words: list[Word], tokens: list[_SungToken]) -> tuple[Word, ...]:
    """Give a pronoun weight where it ends a phrase after a weak syllable: *done with YOU*, but *HOLD me*."""
    for i in range(1, len(words)):
        ends = tokens[i].token.ends_phrase or i == len(words) - 1
        word = words[i]
        if ends and is_pronoun(word.spoken) and words[i - 1].syllables[-1].stress == 0 and len(word.syllables) == 1:
            leaning = replace(word.syllables[0], stress=2)
            words[i] = replace(word, syllables=(leaning,), is_function_word=False)
    return tuple(words)


def _write_out(token: Token, where: str) -> list[_SungToken]:
    """Replace figures, signs, abbreviations and unspeakable letters by the words that are sung."""
    spoken = token.core.lower()
    if token.hint is not None:
        return [_SungToken(token=token, spoken=spoken)]
    if has_figures(token.core):
        core = token.core
        lead = ["number"] if core.startswith("#") else []
        return _spread(token, [*lead, *figures_to_words(core.lstrip("#"), where=where)])
    if spoken in _WRITTEN_OUT:
        words = _WRITTEN_OUT[spoken].split()
        return _spread(token, [words[0].capitalize(), *words[1:]] if token.core[0].isupper() else words)
    if not is_word(spoken) and (form := known_form(spoken)) is not None:
        return [_SungToken(token=token, spoken=form)]
    letters = [c for c in spoken if c.isalpha()]
    if len(letters) > 1 and _is_acronym(token.core):
        return _spread(token, [word for letter in letters for word in _letter_name(letter)])
    return [_SungToken(token=token, spoken=spoken)]


def _spread(token: Token, words: list[str]) -> list[_SungToken]:
    """Sing several words for one printed token; its closing punctuation stays with the last."""
    start = token.text.find(token.core)
    closing = token.text[start + len(token.core) :] if start >= 0 else ""
    opening = token.text[:start] if start > 0 else ""
    spread = []
    for i, word in enumerate(words):
        last = i == len(words) - 1
        text = (opening if i == 0 else "") + word + (closing if last else "")
        hint = "ey" if word == "A" else None  # the letter, not the article
        part = Token(text=text, core=word, hint=hint, ends_phrase=token.ends_phrase and last)
        spread.append(_SungToken(token=part, spoken=word.lower()))
    return spread


def _letter_name(letter: str) -> list[str]:
    return _WRITTEN_OUT["w"].split() if letter == "w" else [letter.upper()]


def _is_acronym(core: str) -> bool:
    """Letters that no dictionary knows and no mouth can join (``FBX``), or fewer letters than vowels."""
    spoken = core.lower()
    if pronounce(spoken) is not None:
        return False
    folded = "".join(fold_letter(c) for c in spoken if c.isalpha())
    if not set(folded) & set("aeiouy"):
        return len(folded) <= 5
    return sum(sound.is_vowel for sound in _guess(spoken)) > len(folded)


@functools.lru_cache(maxsize=4096)
def _guess(spoken: str) -> tuple[Sound, ...]:
    """Sounds of a word that no dictionary has."""
    from songwright.phonology.backends.espeak import espeak

    return espeak().word_to_sounds(spoken)


def _neighbours(tokens: list[_SungToken], i: int) -> Neighbours:
    before: list[str] = []
    for j in range(i - 1, max(i - 3, -1), -1):
        if tokens[j].token.ends_phrase:
            break
        before.append(tokens[j].spoken)
    ends = tokens[i].token.ends_phrase or i + 1 == len(tokens)
    return Neighbours(before=before, after=[] if ends else [tokens[i + 1].spoken])


def _sounds(sung: _SungToken, neighbours: Neighbours, next_is_vowel: bool, where: str) -> tuple[Sound, ...]:
    spoken = sung.spoken
    if sung.token.hint is not None:
        return hint_to_sounds(sung.token.hint, word=sung.token.core, where=where)
    folded = "".join(fold_letter(c) if c.isalpha() else c for c in spoken)
    sounds = (
        weak_sounds(spoken, before_vowel=next_is_vowel)
        or heteronym_sounds(spoken, neighbours)
        or pronounce(spoken)
        or pronounce(folded)
        or _guess(spoken)
    )
    if not any(sound.is_vowel for sound in sounds):
        place = f"{where}: " if where else ""
        raise InputError(
            f"{place}{sung.token.core!r} has no vowel to sing. Write how it is sung, or hint at it: "
            f"{sung.token.core}[hh ah m]"
        )
    return sounds


def _build(sung: _SungToken, sounds: tuple[Sound, ...], neighbours: Neighbours, where: str) -> Word:
    is_function = is_function_word(sung.spoken, neighbours)
    if is_function:
        alone = sum(sound.is_vowel for sound in sounds) == 1
        sounds = tuple(
            Sound(sound.phoneme, 0 if alone else _STRESS_OF_FUNCTION_WORD[sound.stress]) if sound.is_vowel else sound
            for sound in sounds
        )
    else:
        sounds = _with_primary(sounds)
    spans = sounds_to_syllables(sounds)
    try:
        chunks = divide_letters(sung.token.core, sounds, spans)
    except ValueError as error:
        place = f"{where}: " if where else ""
        raise InputError(
            f"{place}{sung.token.text!r}: {error} to write under the notes. Spell the word as it is sung."
        ) from error
    syllables = tuple(
        Syllable(
            text=chunk,
            onset=tuple(sound.phoneme for sound in sounds[span.start : span.nucleus]),
            nucleus=sounds[span.nucleus].phoneme,
            coda=tuple(sound.phoneme for sound in sounds[span.nucleus + 1 : span.end]),
            stress=sounds[span.nucleus].stress,
        )
        for chunk, span in zip(chunks, spans, strict=True)
    )
    return Word(text=sung.token.text, spoken=sung.spoken, syllables=syllables, is_function_word=is_function)


def _with_primary(sounds: tuple[Sound, ...]) -> tuple[Sound, ...]:
    """A word of sense has a primary stress: where the source marks none, its first strong vowel gets it."""
    vowels = [i for i, sound in enumerate(sounds) if sound.is_vowel]
    if any(sounds[i].stress == 1 for i in vowels):
        return sounds
    chosen = next((i for i in vowels if sounds[i].stress == 2), None)
    if chosen is None:
        chosen = next((i for i in vowels if sounds[i].phoneme not in ("ə", "əɹ")), vowels[0])
    strong = {"ə": "ʌ", "əɹ": "ɜɹ"}.get(sounds[chosen].phoneme, sounds[chosen].phoneme)
    return (*sounds[:chosen], Sound(strong, 1), *sounds[chosen + 1 :])
