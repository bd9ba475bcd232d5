"""Which lines belong together: schemes of parallel lines, the places of phrases, and where the sense ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from songwright.composing.lines import Piece

SCHEMES: Final = {
    "verse": ((0, 1, 0, 1), (0, 1, 0, 2), (0, 0, 1, 0)),
    "chorus": ((0, 1, 0, 1), (0, 1, 0, 2), (0, 0, 1, 0)),
    "bridge": ((0, 0, 1, 2), (0, 1, 0, 2)),
}
"""Which lines of four are parallel (Middleton 1990, *Studying Popular Music*, on repetition; ABAC and AABA are common
strophes of Anglo-American song)."""


def line_places(pieces: Sequence[Piece]) -> tuple[tuple[int, int], ...]:
    """For each piece the number of its line among the sung lines, and its part; the last of several parts is -1."""
    lines = list(dict.fromkeys(piece.line_index for piece in pieces))
    n_parts = {index: sum(piece.line_index == index for piece in pieces) for index in lines}
    return tuple(
        (
            lines.index(piece.line_index),
            -1 if 0 < piece.part == n_parts[piece.line_index] - 1 else piece.part,
        )
        for piece in pieces
    )


def map_pieces(reference: Sequence[Piece], pieces: Sequence[Piece]) -> tuple[int, ...]:
    """For each piece the reference piece whose tune it sings: the same words, else the same place, last on last."""
    texts = {piece_text(piece): i for i, piece in reversed(list(enumerate(reference)))}
    reference_places = line_places(reference)
    n_lines = reference_places[-1][0] + 1
    places = line_places(pieces)
    m_lines = places[-1][0] + 1
    result = []
    for i, (piece, (line, part)) in enumerate(zip(pieces, places, strict=True)):
        if i < len(reference) and piece_text(reference[i]) == piece_text(piece):
            result.append(i)
        elif piece_text(piece) in texts:
            result.append(texts[piece_text(piece)])
        else:
            if line == m_lines - 1:
                line = n_lines - 1
            elif line >= n_lines - 1:
                line %= max(1, n_lines - 1)
            candidates = [j for j, place in enumerate(reference_places) if place[0] == line]
            result.append(candidates[min(max(part, 0), len(candidates) - 1)] if part >= 0 else candidates[-1])
    return tuple(result)


def piece_text(piece: Piece) -> tuple[str, ...]:
    """The words as they are spoken: what makes two lines the same."""
    return tuple(word.spoken for word in piece.words)


def earlier_parallels(scheme: Sequence[int], pieces: Sequence[Piece]) -> tuple[tuple[tuple[int, int], int | None], ...]:
    """For each piece its letter in the scheme (with its part), and the first earlier piece of the same letter."""
    first: dict[tuple[int, int], int] = {}
    result = []
    for i, (line, part) in enumerate(line_places(pieces)):
        letter = (scheme[line % len(scheme)], part)
        result.append((letter, first.get(letter)))
        first.setdefault(letter, i)
    return tuple(result)


def draw_closes(
    kind: str, pieces: Sequence[Piece], next_kind: str | None, rng: np.random.Generator
) -> tuple[str | None, ...]:
    """Where the sense ends: an open middle, and an end that is closed unless it leads on."""
    places = line_places(pieces)
    n_lines = places[-1][0] + 1
    closes: list[str | None] = [None] * n_lines
    if n_lines >= 4 and n_lines % 2 == 0:
        closes[n_lines // 2 - 1] = "open"
    if n_lines == 8:
        closes[1], closes[5] = None, "open"
        closes[3] = "full" if kind == "verse" and rng.random() < 0.5 else "open"
    leads_on = kind in ("prechorus", "bridge") or (kind == "verse" and next_kind in ("chorus", "prechorus"))
    closes[-1] = "open" if leads_on and (kind != "verse" or rng.random() < 0.5) else "full"
    last_piece = {line: i for i, (line, _) in enumerate(places)}
    return tuple(closes[line] if last_piece[line] == i else None for i, (line, _) in enumerate(places))
