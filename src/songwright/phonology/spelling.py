"""Which letters of a word are sung on which syllable: ``morn-ing``, ``lit-tle``, ``riv-er``.

Letters are aligned to sounds by dynamic programming over the usual spellings of each phoneme; the letters are then cut
between the vowels as words are divided under notes. The cut follows print, not sound, where the two differ: *riv-er* is
divided after the v although the v is sung with the second note.

Sources: Venezky, *The American Way of Spelling* (1999), for the spellings of each phoneme; Gould, *Behind Bars* (2011),
p. 448 ff., and dictionary division for the cuts (double letters part, *-ing* and *-ed* stay whole, a short vowel keeps
its consonant). The costs only have to rank alignments: usual spelling < silent e < odd spelling < sound without a
letter.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Mapping
from typing import Final

from songwright.phonology.alphabet import LAX_VOWELS, Sound
from songwright.phonology.dictionary import is_word, load_table
from songwright.phonology.syllables import SoundSyllable

_SPELLINGS: Final = {
    "ɑ": "o a aw ah ho hea ea oh aa al ow au e",
    "æ": "a au ai i ha ea",
    "ʌ": "u o ou oo oe a ho e ae",
    "ə": "a e i o u y ai ia ea ou oi eo ah io iou ie eou ae hi he ha",
    "ɔ": "o a au aw augh ough oa ou oo al ho ah hau",
    "ɛ": "e ea ai a ie eo u ay ei he ae ue hei",
    "ɪ": "i y e ui u o ee ie a ey ei hi ea",
    "i": "e ee ea y ie ei i ey eo ay ae oe he hea hee",
    "ʊ": "u oo ou o oul",
    "u": "oo u ue ui ew ou o oe ough wo eu ieu iew hu hoo",
    "A": "a ai ay ei ey ea eigh aigh e et au ee ao hei hai ha",
    "I": "i y igh ie uy ye eye ai ei eigh aye is ais hi hei hy ay ui ia ey",
    "O": "o oa ow oe ough ew au eau oh ou owe oo ho eo",
    "W": "ou ow ough ho hou au",
    "Y": "oi oy uoy aw eu",
    "ɜɹ": "er ir ur ear or our re yr eur olo ere urr err irr orr her err ar",
    "əɹ": "er or ar ur re ir our yr ure ire orr oar ure err her",
    "b": "b bb be pb",
    "d": "d dd ed de ld",
    "f": "f ff ph gh fe ft lf ffe",
    "h": "h wh j",
    "k": "k c ck ch cc x que q ke lk qu cqu kh che cch cq kk",
    "l": "l ll le lle sl ln",
    "m": "m mm mb me mn lm gm mme",
    "n": "n nn kn gn ne pn mn nd nne dn",
    "p": "p pp pe ppe ph",
    "s": "s ss c sc se ce st sw ps sce z sch sse x ts sth",
    "t": "t tt te ed th bt pt tte cht d ct tw",
    "v": "v ve f ph vv",
    "w": "w u wh o ou",
    "z": "z s zz se ze x si ss ts cz",
    "j": "y i j e u ll",
    "ð": "th the dh",
    "ɡ": "g gg gh gu gue x ckg",
    "ŋ": "ng n ngue nd ngh",
    "ɹ": "r rr wr rh re rrh rps rt rre l",
    "ʃ": "sh ti ci ssi si ch s ss sch ce sci xi chs c t psh",
    "ʒ": "si s g ge z ti j zi x",
    "ʤ": "j g ge dge dg d gg dj gi di dge",
    "ʧ": "ch tch t ti c te cc tu cz tsch che",
    "θ": "th the tth phth h",
}
_GRAPHEMES: Final = {phoneme: frozenset(text.split()) for phoneme, text in _SPELLINGS.items()}
_LONGEST: Final = max(len(grapheme) for graphemes in _GRAPHEMES.values() for grapheme in graphemes)
_VOWEL_LETTERS: Final = frozenset("aeiouy")

_USUAL, _SILENT_E, _SILENT, _ODD, _UNWRITTEN_EASY, _UNWRITTEN = 0.0, 0.6, 2.0, 3.0, 0.5, 4.0
_LENGTH_BONUS: Final = 0.1
"""Between usual spellings the longer one wins (``th`` over ``t`` + silent ``h``)."""
_SPLIT_GRAPHEMES: Final = frozenset({"st"})
"""Written with two letters for one sound, divided between them: lis-ten, whis-tle."""
_SUFFIXES: Final = ("ing", "ings", "in'", "ed", "est", "n't")
_DOUBLES_OF_BASES: Final = frozenset("lsfz")
"""Doubled letters that belong to the base word (roll-ing), while others come from the suffix (run-ning)."""

_BASE_LETTERS: Final = {"æ": "a", "œ": "o", "ø": "o", "ß": "s", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}


def fold_letter(letter: str) -> str:
    """The plain lower-case letter under a (possibly accented) Latin letter, always one character."""
    lower = letter.lower()
    return _BASE_LETTERS.get(lower, unicodedata.normalize("NFD", lower)[0])


def align_letters(letters: str, phonemes: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Span of letters that each phoneme is written with, in order and without gaps (a span may be empty).

    Parameters
    ----------
    letters
        Plain lower-case letters.
    phonemes
        At least one.
    """
    n, m = len(letters), len(phonemes)
    infinity = float("inf")
    cost = [[infinity] * (n + 1) for _ in range(m + 1)]
    origin = [[0] * (n + 1) for _ in range(m + 1)]
    cost[0][0] = 0.0
    for j in range(m):
        for i in range(n + 1):
            if cost[j][i] == infinity:
                continue
            for end in range(i, min(i + _LONGEST + 2, n) + 1):
                total = cost[j][i] + _span_cost(letters[i:end], phonemes, j)
                if total < cost[j + 1][end]:
                    cost[j + 1][end], origin[j + 1][end] = total, i
    if cost[m][n] == infinity:  # more letters than the phonemes can hold: share them out
        edges = [round(k * n / m) for k in range(m + 1)]
        return tuple(itertools.pairwise(edges))
    spans = []
    end = n
    for j in range(m, 0, -1):
        spans.append((origin[j][end], end))
        end = origin[j][end]
    return tuple(reversed(spans))


def _span_cost(grapheme: str, phonemes: tuple[str, ...], j: int) -> float:
    """Cost of writing ``phonemes[j]`` as ``grapheme``: a usual spelling and perhaps silent letters after it."""
    phoneme = phonemes[j]
    if not grapheme:
        following = phonemes[j + 1] if j + 1 < len(phonemes) else ""
        easy = (
            (phoneme == "j" and following in ("u", "ʊ", "ə", "əɹ"))
            or (phoneme == "w" and following in ("ʌ", "ɑ"))
            or (phoneme in "sz" and j > 0 and phonemes[j - 1] in "kɡ")  # the second half of x
            or (phoneme == "ə" and following in ("l", "m", "n"))
        )
        return _UNWRITTEN_EASY if easy else _UNWRITTEN
    best = float("inf")
    for length in range(1, len(grapheme) + 1):
        head, silent = grapheme[:length], grapheme[length:]
        if head in _GRAPHEMES[phoneme]:
            price = _USUAL - _LENGTH_BONUS * (length - 1)
        elif length == 1:
            vowel_like = (head in _VOWEL_LETTERS) == (phoneme in _VOWEL_SPELT)
            price = _ODD if vowel_like else 2 * _ODD
        else:
            continue
        best = min(best, price + sum(_SILENT_E if letter == "e" else _SILENT for letter in silent))
    return best


_VOWEL_SPELT: Final = frozenset(p for p in _GRAPHEMES if p[0] in "ɑæʌəɔɛɪiʊuAIOWYɜ")


def divide_letters(letters: str, sounds: tuple[Sound, ...], syllables: tuple[SoundSyllable, ...]) -> tuple[str, ...]:
    """Cut a word's letters into one chunk a syllable; the chunks put together are the letters.

    Parameters
    ----------
    letters
        Letters and apostrophes as printed, at least as many letters as syllables.
    sounds, syllables
        The word's pronunciation.

    Raises
    ------
    ValueError
        If there are fewer letters than syllables.
    """
    marks = [i for i, letter in enumerate(letters) if letter.isalpha()]
    plain = "".join(fold_letter(letters[i]) for i in marks)
    if len(plain) < len(syllables):
        raise ValueError(f"{len(syllables)} syllables but {len(plain)} letters")
    known = _divisions().get(plain)
    if known is not None and len(known) == len(syllables):
        cuts = list(itertools.accumulate(len(chunk) for chunk in known[:-1]))
    else:
        cuts = _cuts(plain, letters.lower(), sounds, syllables)
    edges = [0, *(marks[cut] for cut in cuts), len(letters)]
    return tuple(letters[a:b] for a, b in itertools.pairwise(edges))


def _cuts(plain: str, spelled: str, sounds: tuple[Sound, ...], syllables: tuple[SoundSyllable, ...]) -> list[int]:
    spans = align_letters(plain, tuple(sound.phoneme for sound in sounds))
    cuts: list[int] = []
    for i, (before, after) in enumerate(itertools.pairwise(syllables)):
        start, end = spans[after.start]
        cut = start
        grapheme = plain[start:end]
        vowel = sounds[before.nucleus]
        checked = vowel.phoneme in LAX_VOWELS or (vowel.phoneme == "ɑ" and "o" in plain[slice(*spans[before.nucleus])])
        short = vowel.stress > 0 and checked and sounds[after.start].phoneme not in "ʃʒ"
        lone_consonant = after.nucleus - after.start == 1 and before.end == before.nucleus + 1
        next_vowel_is_written = spans[after.nucleus][0] < spans[after.nucleus][1]
        if len(grapheme) > 1 and (grapheme[0] == grapheme[1] or grapheme[:2] in _SPLIT_GRAPHEMES) and after.start > 0:
            cut = start + 1 if sounds[after.start].phoneme not in _VOWEL_SPELT else start
        elif lone_consonant and (grapheme == "ck" or (short and next_vowel_is_written)):
            cut = end  # buck-le, riv-er
        if i == len(syllables) - 2:
            cut = _suffix_cut(spelled, spans[after.nucleus][0]) or cut
        n_left = len(syllables) - 2 - i
        cuts.append(max(min(cut, len(plain) - 1 - n_left), (cuts[-1] if cuts else 0) + 1))
    return cuts


@functools.cache
def _divisions() -> Mapping[str, tuple[str, ...]]:
    return {word: tuple(division.split("-")) for word, division in load_table("divisions.toml").items()}


@functools.lru_cache(maxsize=4096)
def _suffix_cut(spelled: str, vowel_start: int) -> int:
    """Where a suffix begins that is sung as the last syllable, 0 for none."""
    for suffix in _SUFFIXES:
        base = spelled.removesuffix(suffix)
        if base == spelled or len(base) != vowel_start or len(base) < (2 if suffix == "n't" else 3):
            continue
        if base[-1] == base[-2] and base[-1] not in _DOUBLES_OF_BASES:
            return len(base) - 1
        if is_word(base) or is_word(base + "e"):
            return len(base)
    return 0
