"""The rhythm of whole sections: each phrase set to its metre with its parallel and its neighbours in view.

Phrases are set one after the other. Each leaves room for its gang answer, for a breath, and for the pick-up that the
next one wants; each may start as early as the one before it leaves free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from songwright.composing.lines import Piece
from songwright.composing.metre_grid import MetreGrid
from songwright.composing.parallels import piece_text
from songwright.composing.text_setting import Groove, Placed, set_phrase, words_to_prosody
from songwright.documents.style import MelodyTable
from songwright.errors import InputError
from songwright.seeding import stage_rng

Rhythm = tuple[Placed, ...]


@dataclass
class RhythmWriter:
    """Writes the rhythms of one song.

    ``section_pickup_quarters`` is the longest pick-up that any section's first words want; every section's end leaves
    it free. ``known`` holds the rhythms of words that have been set, by kind, reference place and words.
    """

    table: MelodyTable
    grid: MetreGrid
    seed: int
    section_pickup_quarters: Fraction
    no_pickup_kind: str | None = None
    known: dict[tuple[str, int, tuple[str, ...]], Rhythm] = field(default_factory=dict)

    def groove(self, kind: str) -> Groove:
        """Draw a kind's rhythmic habits."""
        rng = stage_rng(self.seed, "compose", "groove", kind)
        zero, half, one = Fraction(0), Fraction(1, 2), Fraction(1)
        pushed = self.table.syncopation > 0.3
        big = kind in ("chorus", "outro")
        if self.grid.metre.beats == 3:
            entries = [zero]
        elif big:
            entries = [zero, zero, zero, -half if pushed else zero]
        elif kind == "bridge":
            entries = [zero, one]
        else:
            entries = [zero, zero, half if pushed else zero, one]
        # A bridge speaks a little slower than the verse, so that it is heard as another place.
        syllable_s = self.table.chorus_syllable_s if big else self.table.verse_syllable_s
        return Groove(
            syllable_s=syllable_s * (1.15 if kind == "bridge" else 1.0),
            entry_quarters=entries[int(rng.integers(len(entries)))],
            syncopation=float(np.clip(self.table.syncopation + rng.normal(0.0, 0.1), 0.0, 1.0)),
            slot_bias=tuple(float(x) for x in rng.normal(0.0, 0.18, int(self.grid.bar_quarters * 2))),
        )

    def set_section(
        self,
        kind: str,
        groove: Groove,
        pieces: Sequence[Piece],
        places: Sequence[int],
        pattern_of: Callable[[int, Sequence[Rhythm]], Rhythm | None],
        where: str,
    ) -> tuple[Rhythm, ...]:
        """Set all phrases of a section.

        Parameters
        ----------
        kind, groove
            The kind of section and its habits.
        pieces, places
            The phrases, and the place of each in the kind's reference.
        pattern_of
            The rhythm that phrase ``i`` follows, given those already set.
        where
            The section's name, for errors.
        """
        done: list[Rhythm] = []
        for i, piece in enumerate(pieces):
            pickup = self._pickup_room(kind, i, pieces, done)
            key = (kind, places[i], piece_text(piece))
            known = self.known.get(key)
            if known is not None and known[0].start_quarters >= -pickup:
                done.append(known)
                continue
            pattern = pattern_of(i, done)
            done.append(
                self._set(
                    piece,
                    groove,
                    pickup,
                    self._wish(kind, i, pieces, places),
                    frozenset(place.start_quarters for place in pattern) if pattern is not None else None,
                    f"{where}, line {piece.line_index + 1}",
                )
            )
            self.known.setdefault(key, done[-1])
        return tuple(done)

    def _set(
        self, piece: Piece, groove: Groove, pickup: Fraction, wish: Fraction, pattern: frozenset[Fraction] | None,
        where: str,
    ) -> Rhythm:  # fmt: skip
        rest = max(self.grid.rest_quarters, piece.answer_quarters)
        if piece.tail_bars and not piece.answer_quarters:
            rooms = [Fraction(0)]
        else:
            rooms = sorted({rest + wish, rest}, reverse=True)
        for room in rooms[:-1]:
            try:
                return set_phrase(
                    piece.words, self.grid, groove, n_bars=piece.n_bars, room_quarters=room,
                    pickup_quarters=pickup, where=where, pattern=pattern,
                )  # fmt: skip
            except InputError:
                continue  # too full for the next line's pick-up as well: that one starts on its bar line
        return set_phrase(
            piece.words, self.grid, groove, n_bars=piece.n_bars, room_quarters=rooms[-1],
            pickup_quarters=pickup, where=where, pattern=pattern,
        )  # fmt: skip

    def _pickup_room(self, kind: str, i: int, pieces: Sequence[Piece], done: Sequence[Rhythm]) -> Fraction:
        if i == 0:
            return Fraction(0) if kind == self.no_pickup_kind else self.section_pickup_quarters
        last, before = done[-1][-1], pieces[i - 1]
        rest = max(self.grid.rest_quarters, before.answer_quarters)
        free = before.total_bars * self.grid.bar_quarters - last.start_quarters - last.duration_quarters - rest
        return max(Fraction(0), min(free, self.grid.bar_quarters / 2))

    def _wish(self, kind: str, i: int, pieces: Sequence[Piece], places: Sequence[int]) -> Fraction:
        """Pick-up that the next phrase would like: what it has if it is known, else its syllables before the accent."""
        if i + 1 == len(pieces):
            return self.section_pickup_quarters
        following = pieces[i + 1]
        known = self.known.get((kind, places[i + 1], piece_text(following)))
        if known is not None:
            return max(Fraction(0), -known[0].start_quarters)
        return lead_quarters(following, self.grid)


def lead_quarters(piece: Piece, grid: MetreGrid) -> Fraction:
    """Pick-up that a phrase's words want: an eighth for each syllable before the first accent, up to the longest."""
    accents = [p.accent for p in words_to_prosody(piece.words)]
    lead = next((n for n, accent in enumerate(accents) if accent == 2), 0)
    return min(grid.max_pickup_quarters, Fraction(lead, 2))
