"""Text to tokens: which characters can be sung, and where one word ends and the next begins."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from songwright.errors import InputError
from songwright.phonology.dictionary import is_word
from songwright.phonology.numbers import has_figures
from songwright.phonology.spelling import fold_letter

MAX_WORD_LETTERS: Final = 40
"""The longest word in CMUdict has 34 letters."""
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'"})
_PUNCTUATION: Final = frozenset(".,;:!?'\"’‘ʼ`´′“”„«»-‐‑–—―…()[]/&%$£€+@#¿¡ ")
_ENDS_PHRASE: Final = re.compile(r"[.,;:!?…–—―()\"“”]|\s-$|--")

_TOKEN: Final = re.compile(r"(?:[^\s\[\]]|\[[^\[\]]*\])+|[\[\]]")
HINT: Final = re.compile(r"(?<=\w)\[([^\[\]]*)\]")
"""Brackets right after a word, with the word's sounds in them."""
_PIECE_END: Final = re.compile(
    r"(?:[-‐‑–—―/…;!?\"“”]|\.{2,})+"  # always between words
    r"|(?<=[^\W\d])[.,:]+(?=[^\W\d])"  # wait,what
    r"|(?=[&+@])|(?<=[&+@])"
)
_INITIALS: Final = re.compile(r"(?:[^\W\d]\.)+[^\W\d]\.?")


@dataclass(frozen=True, kw_only=True)
class Token:
    """A printed word.

    Parameters
    ----------
    text
        As printed, punctuation included, without its hint.
    core
        The letters, apostrophes and figures that are sung; straight apostrophes, case kept.
    hint
        What stood in brackets after the word, or ``None``.
    ends_phrase
        Whether punctuation ends the phrase after it.
    """

    text: str
    core: str
    hint: str | None = None
    ends_phrase: bool = False


def check_characters(text: str, *, where: str = "") -> None:
    """Refuse what cannot be sung as English.

    Parameters
    ----------
    text
        Any text in composed form (NFC).
    where
        Place named in the message (``verse 2, line 3``).

    Raises
    ------
    InputError
        For control characters, emoji and other symbols, and other alphabets.
    """
    odd = [c for c in dict.fromkeys(text) if not (c in _PUNCTUATION or c in "0123456789\t\n\u00a0" or _is_latin(c))]
    if not odd:
        return
    place = f"{where}: " if where else ""
    controls = [c for c in odd if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\u200d"]
    letters = [c for c in odd if unicodedata.category(c)[0] in "LNM" and c not in "\ufe0f\u20e3"]
    if letters:
        alphabets = dict.fromkeys(unicodedata.name(c, "UNKNOWN").split()[0].split("-")[0].capitalize() for c in letters)
        shown = " ".join(letters[:12])
        raise InputError(
            f"{place}{shown} ({', '.join(alphabets)}): the singers read English in Latin letters (accents as in "
            "café are fine). "
            "Write the words in Latin letters."
        )
    if controls:
        shown = ", ".join(f"U+{ord(c):04X} ({unicodedata.name(c, 'control character')})" for c in controls[:6])
        raise InputError(f"{place}invisible {shown} in the text. Delete it, or retype the line.")
    symbols = [c for c in odd if c not in "\u200d\ufe0f\u20e3"] or odd
    named = ", ".join(f"{c} ({unicodedata.name(c, 'unnamed').lower()})" for c in symbols[:6])
    raise InputError(f"{place}{named} cannot be sung. Take it out, or write the word to be sung.")


def _is_latin(character: str) -> bool:
    return character.isalpha() and fold_letter(character) in "abcdefghijklmnopqrstuvwxyz"


def text_to_tokens(text: str, *, where: str = "") -> list[Token]:
    """Divide text at spaces, hyphens, dashes, slashes and ellipses; punctuation stays with the word before it.

    Raises
    ------
    InputError
        For a bracket that belongs to no word, or a word of more than `MAX_WORD_LETTERS` letters.
    """
    place = f"{where}: " if where else ""
    tokens: list[Token] = []
    prefix = ""
    for match in _TOKEN.finditer(text):
        raw = match.group()
        if raw.startswith(("[", "]")):
            raise InputError(
                f"{place}{raw!r} stands before no word. Brackets hold a heading on a line of its own ([Chorus]) "
                "or a word's "
                "sounds right after it (read[r eh d]); chords are not read here."
            )
        for k, (piece, hint) in enumerate(_pieces(raw)):
            core = _core(piece)
            if not core:  # a lone dash or quote
                if tokens and not prefix:
                    joined = tokens[-1].text + (" " if k == 0 else "") + piece
                    tokens[-1] = replace(tokens[-1], text=joined, ends_phrase=bool(_ENDS_PHRASE.search(joined[1:])))
                else:
                    prefix += piece
                continue
            if sum(c.isalpha() for c in core) > MAX_WORD_LETTERS:
                raise InputError(
                    f"{place}{core[:20]}... has {len(core)} letters; a word may have {MAX_WORD_LETTERS}. Divide "
                    "it with a hyphen."
                )
            printed = prefix + piece
            rest = piece[piece.translate(_APOSTROPHES).find(core) + len(core) :]
            tokens.append(Token(text=printed, core=core, hint=hint, ends_phrase=bool(_ENDS_PHRASE.search(rest))))
            prefix = ""
    return tokens


def _pieces(raw: str) -> list[tuple[str, str | None]]:
    """Cut what stands between two spaces into words, each with its hint."""
    hints = HINT.findall(raw)
    plain = HINT.sub("\x00", raw)
    pieces = re.findall(r"\W*[^\W\d]\W*", plain)
    initials = _INITIALS.fullmatch(plain.strip('(),;!?"“”')) is not None and "".join(pieces) == plain
    if not initials:
        pieces, start = [], 0
        for end in _PIECE_END.finditer(plain):
            if end.end() > start:
                pieces.append(plain[start : end.end()])
                start = end.end()
        if start < len(plain):
            pieces.append(plain[start:])
    found = iter(hints)
    if initials:
        return [(piece, "ey" if piece.strip('("“').lower().startswith("a") else None) for piece in pieces]
    return [(piece.replace("\x00", ""), next(found) if "\x00" in piece else None) for piece in pieces]


def _core(piece: str) -> str:
    """What is sung of a printed piece."""
    plain = piece.translate(_APOSTROPHES)
    if plain.strip() in ("&", "+", "@"):
        return plain.strip()
    keep = "'"
    if has_figures(plain):
        keep += "$£€%#"
    first = next((i for i, c in enumerate(plain) if c.isalnum() or c in keep), len(plain))
    last = next((i for i in range(len(plain) - 1, -1, -1) if plain[i].isalnum() or plain[i] in keep), -1)
    core = plain[first : last + 1]
    if not any(c.isalnum() for c in core):
        return ""
    if has_figures(core):
        return core.rstrip("'")
    bare = core.strip("'")
    opening = "'" if core.startswith("'") else ""
    closing = "'" if core.endswith("'") else ""
    if opening and closing and is_word(f"'{bare.lower()}'"):
        return f"'{bare}'"
    if opening and is_word(f"'{bare.lower()}"):
        return f"'{bare}"
    if closing and not opening and (is_word(f"{bare.lower()}'") or (bare.lower().endswith("in") and len(bare) > 3)):
        return f"{bare}'"
    return bare
