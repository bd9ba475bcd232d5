"""A song sheet to a `Lyric`: headed sections, lines, and the gang's answers in round brackets.

::

    [Verse 1]
    The mill went quiet in the spring
    [Chorus]
    We're still here (hey!)

Conventions: headings stand alone on their line; what follows a colon in them is a note to the band and is ignored
(``[Chorus: everybody]``). A heading with no lines under it repeats the section of that name. Lines that begin with
``#`` are notes to oneself. Text without any heading is taken as verses, one for each block between blank lines.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from songwright.documents.lyric import (
    SECTION_HEADINGS,
    WORDLESS_KINDS,
    Lyric,
    LyricLine,
    LyricSection,
    Word,
    section_name_to_kind,
)
from songwright.errors import InputError
from songwright.phonology import text_to_words

MAX_LINES: Final = 400
"""Sung lines in one song: an hour of singing."""
MAX_SECTIONS: Final = 60
"""Headings in one lyric, repeats included."""
MAX_WORDS: Final = 24
"""Words in one line: about three breaths at 72 qpm; more cannot be one phrase."""
MAX_CHARACTERS: Final = 400
"""Characters in one line: `MAX_WORDS` words of 16 letters."""

_REPEATED_KINDS: Final = ("prechorus", "chorus")
"""Kinds of which a heading without lines repeats the last one, whatever its number (``[Chorus 2]``)."""

_HEADING: Final = re.compile(r"^\[([^\[\]]*)\]$")
_HINT: Final = re.compile(r"(?<=\w)\[[^\[\]]*\]")
_REPEAT_MARK: Final = re.compile(
    r"\(?\s*(?:x\s*\d+|\d+\s*x|repeat(?:\s+(?:chorus|verse|x?\d+x?))?)\s*\)?[.!]?$", re.IGNORECASE
)


@dataclass(kw_only=True)
class _Block:
    """A section as it stands on the page; each line with its number in the text."""

    name: str
    kind: str
    row: int
    lines: list[tuple[int, str]] = field(default_factory=list)


def parse_lyric(text: str) -> Lyric:
    """Read a lyric.

    Parameters
    ----------
    text
        The song sheet, as in the module's example.

    Returns
    -------
    Lyric
        Sections in the order in which they are sung. Sections without a number whose name comes again with other lines
        are numbered (``Verse 1``, ``Verse 2``), so that a form can name each.

    Raises
    ------
    InputError
        For an empty lyric, a sung section without words, an unknown heading, more than `MAX_LINES` lines, a line of
        more than `MAX_WORDS` words, unbalanced brackets, repeat marks, and characters that cannot be sung; with
        section, line and text.
    """
    rows = (
        unicodedata.normalize("NFC", text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    n_sung = sum(
        bool(row.strip()) and not _HEADING.match(row.strip()) and not row.strip().startswith("#") for row in rows
    )
    if n_sung > MAX_LINES:
        raise InputError(f"the lyric has {n_sung} lines; a song may have {MAX_LINES}. Make several songs of it.")
    blocks = _rows_to_blocks(rows)
    if len(blocks) > MAX_SECTIONS:
        raise InputError(
            f"the lyric has {len(blocks)} sections; a song may have {MAX_SECTIONS}. Make several songs of it."
        )
    if not any(block.lines for block in blocks):
        raise InputError("the lyric has no words. Write lines under headings such as [Verse 1] and [Chorus].")
    sections: list[LyricSection] = []
    for block in blocks:
        sections.append(_block_to_section(block, sections))
    return Lyric(sections=_number_repeats(sections))


def _rows_to_blocks(rows: list[str]) -> list[_Block]:
    headed = any(_HEADING.match(row.strip()) for row in rows)
    blocks: list[_Block] = []
    after_blank = True
    for number, raw in enumerate(rows, 1):
        row = raw.strip()
        heading = _HEADING.match(row)
        if heading:
            blocks.append(_start_block(heading[1], number))
        elif not row:
            after_blank = True
        elif not row.startswith("#"):
            if not headed and after_blank:
                blocks.append(_Block(name=f"Verse {len(blocks) + 1}", kind="verse", row=number))
            elif not blocks:
                raise InputError(
                    f"lyric, line {number} of the text ({_shown(row)}) stands before the first heading. "
                    "Put [Verse 1] above it, or # before it if it is a note."
                )
            blocks[-1].lines.append((number, row))
            after_blank = False
    return blocks


def _start_block(heading: str, number: int) -> _Block:
    name = " ".join(heading.split(":")[0].split())
    kind = section_name_to_kind(name)
    if kind is None:
        close = difflib.get_close_matches(_title(name), SECTION_HEADINGS, n=2, cutoff=0.5)
        nearest = f"; nearest known: {', '.join(f'[{known}]' for known in close)}" if close else ""
        raise InputError(
            f"lyric, line {number} of the text: unknown heading {_shown(f'[{heading}]')}{nearest}. "
            f"Headings are {', '.join(f'[{known}]' for known in SECTION_HEADINGS)}, with a number if wanted."
        )
    return _Block(name=_title(name), kind=kind, row=number)


def _title(name: str) -> str:
    """``VERSE 1`` and ``verse 1`` are ``Verse 1``."""
    return (
        "-".join(part[:1].upper() + part[1:] for part in name.lower().split("-"))
        if "-" in name
        else name.lower().title()
    )


def _shown(row: str) -> str:
    return repr(row if len(row) <= 60 else row[:57] + "...")


def _block_to_section(block: _Block, earlier: list[LyricSection]) -> LyricSection:
    if not block.lines:
        same = next((section for section in earlier if section.name == block.name and section.lines), None)
        if same is None and block.kind in _REPEATED_KINDS:
            same = next((section for section in reversed(earlier) if section.kind == block.kind), None)
        if same is not None:
            return same
        if block.kind in WORDLESS_KINDS:
            return LyricSection(name=block.name, kind=block.kind, lines=())
        raise InputError(
            f"{block.name} (line {block.row} of the text) has no words, and no earlier [{block.name}] to repeat. "
            "Write its lines under it, or take the heading out."
        )
    lines = tuple(_row_to_line(row, f"{block.name}, line {i}") for i, (_, row) in enumerate(block.lines, 1))
    return LyricSection(name=block.name, kind=block.kind, lines=lines)


def _row_to_line(row: str, where: str) -> LyricLine:
    if len(row) > MAX_CHARACTERS or len(row.split()) > MAX_WORDS * 2:
        _refuse_long(len(row.split()), row, where)
    if _REPEAT_MARK.fullmatch(row) or re.search(r"\(\s*(?:x\s*\d+|\d+\s*x|repeat)\s*\)", row, re.IGNORECASE):
        raise InputError(
            f"{where}: {_shown(row)}: repeat marks would be sung. Write the line out as often as it is sung."
        )
    lead, answer = _split_answer(row, where)
    words = text_to_words(lead, where=where)
    answered: tuple[Word, ...] = text_to_words(answer, where=where)
    for part in (words, answered):
        if len(part) > MAX_WORDS:
            _refuse_long(len(part), row, where)
    if not words and not answered:
        raise InputError(f"{where}: {_shown(row)} has no words. Take the line out.")
    return LyricLine(text=" ".join(_HINT.sub("", row).split()), words=words, answer=answered)


def _refuse_long(n_words: int, row: str, where: str) -> None:
    raise InputError(
        f"{where}: {n_words} words in one line ({_shown(row)}); a singer's breath holds {MAX_WORDS}. "
        "Break it where you would breathe; 6 to 10 words sing best."
    )


def _split_answer(row: str, where: str) -> tuple[str, str]:
    """Part what stands in round brackets from the rest."""
    lead: list[str] = []
    answer: list[str] = []
    depth = 0
    for character in row:
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        if depth not in (0, 1):
            break
        if character in "()":
            (answer if character == "(" else lead).append(" ")
        else:
            (answer if depth else lead).append(character)
    if depth != 0:
        raise InputError(
            f"{where}: round brackets do not match in {_shown(row)}. The gang's answer goes in one pair: We rise (hey!)"
        )
    return "".join(lead).strip(), "".join(answer).strip()


def _number_repeats(sections: list[LyricSection]) -> tuple[LyricSection, ...]:
    """Number sections that share a name but not their lines; a later one may be a chorus with another last line."""
    versions: dict[str, list[tuple[LyricLine, ...]]] = {}
    for section in sections:
        known = versions.setdefault(section.name, [])
        if section.lines and section.lines not in known:
            known.append(section.lines)
    taken = set(versions)
    names: dict[tuple[str, tuple[LyricLine, ...]], str] = {}
    for name, known in versions.items():
        for i, lines in enumerate(known):
            candidates = [f"{name} {k}" for k in range(i + 1, i + 1 + len(sections) + len(taken))]
            keeps_name = (
                len(known) == 1 or (i == 0 and name[-1:].isdigit()) or (i == 0 and not name.startswith("Verse"))
            )
            names[name, lines] = name if keeps_name else next(c for c in candidates if c not in taken)
            taken.add(names[name, lines])
    return tuple(replace(s, name=names.get((s.name, s.lines), s.name)) for s in sections)
