"""The tunes of a song: one for each kind of section, adapted to the words of every section of that kind.

A kind's *reference* is its longest section. It gets chords, rhythms and a melody by a scheme of parallel lines (ABAB, ABAC,
AABA ...); the other sections of the kind sing the same tune, the rhythm bent to their own syllables and the pitches held
to the reference's by the search's strongest term. Lines with the same words are the same notes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np

from songwright.composing import melody_terms as terms
from songwright.composing.harmony import LineEnd, draw_cadence, draw_loop, fit_section, mode_harmony
from songwright.composing.keys import RomanChord, resolve_roman
from songwright.composing.lines import Piece
from songwright.composing.melody import LineTask, MelodySpace, Tune, compose_line, compose_parallel
from songwright.composing.metre_grid import MetreGrid
from songwright.composing.text_setting import Groove, set_phrase, words_to_prosody
from songwright.documents.score import Key
from songwright.documents.style import Style
from songwright.seeding import stage_rng

SCHEMES: Final = {
    "verse": ((0, 1, 0, 1), (0, 1, 0, 2), (0, 0, 1, 0)),
    "chorus": ((0, 1, 0, 1), (0, 1, 0, 2), (0, 0, 1, 0)),
    "bridge": ((0, 0, 1, 2), (0, 1, 0, 2)),
}
"""Which lines of four are parallel (Middleton 1990, *Studying Popular Music*, on musematic repetition; ABAC and AABA are
the commonest strophes of Anglo-American song)."""

LINE_LIFT: Final = {"verse": (0.0, 0.5, 1.0, -0.5), "chorus": (0.5, 0.0, 1.0, -1.0), "bridge": (-1.0, 0.0, 1.0, 1.5)}
"""Semitones by which a line's middle leaves the section's: a strophe rises to its third line and falls home."""

HEIGHT: Final = {"verse": 3.3, "chorus": 3.6, "bridge": 3.6}
"""Semitones of a line's contour either side of its middle (compass of a sixth to an octave; Huron 1996)."""


@dataclass(frozen=True)
class KindTune:
    """A kind's reference: its pieces with closes, chords (one numeral a step) and tunes, and its rhythmic habits."""

    kind: str
    pieces: tuple[Piece, ...]
    closes: tuple[str | None, ...]
    chords: tuple[tuple[str, ...], ...]
    tunes: tuple[Tune, ...]
    groove: Groove
    loop: tuple[str, ...]


@dataclass
class TuneWriter:
    """Writes the tunes of one song. Holds what all of them share; `cache` has the notes of words already set."""

    style: Style
    key: Key
    grid: MetreGrid
    space: MelodySpace
    seed: int
    no_pickup_kind: str | None = None
    cache: dict[tuple[str, int, tuple[str, ...]], Tune] = field(default_factory=dict)

    @property
    def half_bars(self) -> bool:
        """Whether a bar may hold two chords."""
        return self.grid.metre.beats == 4

    @property
    def step_quarters(self) -> Fraction:
        """Length of one chord step."""
        return self.grid.bar_quarters / (2 if self.half_bars else 1)

    def groove(self, kind: str) -> Groove:
        """Draw a kind's rhythmic habits."""
        rng = stage_rng(self.seed, "compose", "groove", kind)
        melody = self.style.melody
        big = kind in ("chorus", "outro")
        half = Fraction(1, 2)
        if self.grid.metre.beats == 3:
            entries = [Fraction(0)]
        elif big:
            entries = [Fraction(0)] * 3 + ([-half] if melody.syncopation > 0.3 else [Fraction(0)])
        elif kind == "bridge":
            entries = [Fraction(0), Fraction(1)]
        else:
            entries = [Fraction(0), Fraction(0), half if melody.syncopation > 0.3 else Fraction(0), Fraction(1)]
        n_slots = int(self.grid.bar_quarters * 2)
        return Groove(
            syllable_s=melody.chorus_syllable_s
            if big
            else melody.verse_syllable_s * (1.15 if kind == "bridge" else 1.0),
            entry_quarters=entries[int(rng.integers(len(entries)))],
            syncopation=float(np.clip(melody.syncopation + rng.normal(0.0, 0.1), 0.0, 1.0)),
            slot_bias=tuple(float(x) for x in rng.normal(0.0, 0.18, n_slots)),
        )

    def write_kind(
        self, kind: str, pieces: Sequence[Piece], *, middle: float, floor: float | None, next_kind: str | None,
        avoid_loop: tuple[str, ...] | None, where: str,
    ) -> KindTune:  # fmt: skip
        """Chords, rhythm and melody of a kind's reference section."""
        rng = stage_rng(self.seed, "compose", "kind", kind)
        loop = draw_loop(self.style.harmony, self.key.mode, kind, rng, avoid=avoid_loop)
        closes = _closes(kind, pieces, next_kind, rng)
        harmony = mode_harmony(self.style.harmony, self.key.mode)
        chords = fit_section(
            self.style.harmony,
            self.key.mode,
            loop,
            [
                LineEnd(n_bars=piece.n_bars, tail_bars=piece.tail_bars, close=close)
                for piece, close in zip(pieces, closes, strict=True)
            ],
            half_bars=self.half_bars,
            half_cadence=draw_cadence(harmony.half_cadence, rng),
            full_cadence=draw_cadence(harmony.full_cadence, rng),
        )
        groove = self.groove(kind)
        schemes = SCHEMES.get(kind, SCHEMES["verse"])
        scheme = schemes[int(rng.integers(len(schemes)))]
        contours = _draw_contours(rng)
        first_of: dict[tuple[int, int], int] = {}
        places = line_places(pieces)
        tunes: list[Tune] = []
        for i, piece in enumerate(pieces):
            line, part = places[i]
            letter = (scheme[line % 4], part)
            parallel = first_of.get(letter)
            first_of.setdefault(letter, i)
            same_words = next(
                (j for j in range(i) if _text(pieces[j]) == _text(piece) and chords[j] == chords[i]
                 and closes[j] == closes[i]), None,
            )  # fmt: skip
            pattern = tunes[parallel] if parallel is not None else None
            line_rng = stage_rng(self.seed, "compose", "line", kind, i)
            lift = LINE_LIFT.get(kind, LINE_LIFT["verse"])[line % 4]
            pickup = self._pickup_room(kind, i, pieces, tunes)
            if same_words is not None and self._fits(tunes[same_words], pickup):
                tunes.append(tunes[same_words])
                self.cache[(kind, i, _text(piece))] = tunes[-1]
                continue
            task = self._task(
                kind, pieces, i, chords[i], closes[i], groove, pickup, pattern, f"{where}, line {piece.line_index + 1}"
            )
            task = replace(
                task,
                middle=middle + lift,
                height=HEIGHT.get(kind, HEIGHT["verse"]),
                contour="falling" if closes[i] == "full" and letter[0] != 0 else contours.get(letter, "arch"),
                floor=floor,
                previous=tunes[-1].midi_notes[-1] if tunes else None,
            )
            if parallel is not None and pattern is not None:
                same_close = closes[parallel] == closes[i]
                task = replace(
                    task,
                    motif=pattern,
                    motif_weight=terms.MOTIF,
                    motif_to=1.0 if same_close else 0.6,
                    contour=contours.get(letter, "arch"),
                )
                steps = (0,) if kind == "chorus" else (0, 1, -1, 2)
                tune, _ = compose_parallel(self.space, task, line_rng, steps=steps)
            else:
                tune, _ = compose_line(self.space, task, line_rng)
            tunes.append(tune)
            self.cache[(kind, i, _text(piece))] = tune
        return KindTune(
            kind=kind, pieces=tuple(pieces), closes=closes, chords=chords, tunes=tuple(tunes), groove=groove, loop=loop
        )

    def adapt(
        self, reference: KindTune, pieces: Sequence[Piece], *, where: str
    ) -> tuple[tuple[Tune, ...], tuple[tuple[str, ...], ...]]:
        """The reference's tune and chords for another section of its kind."""
        places = map_pieces(reference.pieces, pieces)
        tunes: list[Tune] = []
        chords: list[tuple[str, ...]] = []
        for i, (piece, j) in enumerate(zip(pieces, places, strict=True)):
            line_chords = self._stretch(reference.chords[j], piece.total_bars)
            chords.append(line_chords)
            pickup = self._pickup_room(reference.kind, i, pieces, tunes)
            key = (reference.kind, j, _text(piece))
            known = self.cache.get(key)
            if known is not None and self._fits(known, pickup):
                tunes.append(known)
                continue
            task = self._task(
                reference.kind, pieces, i, line_chords, reference.closes[j], reference.groove, pickup,
                reference.tunes[j], f"{where}, line {piece.line_index + 1}", places=places,
            )  # fmt: skip
            notes = reference.tunes[j].midi_notes
            task = replace(
                task,
                middle=sum(notes) / len(notes),
                motif=reference.tunes[j],
                motif_weight=terms.RECALL,
                previous=tunes[-1].midi_notes[-1] if tunes else None,
            )
            tune, _ = compose_line(
                self.space, task, stage_rng(self.seed, "compose", "line", reference.kind, *_text(piece))
            )
            tunes.append(tune)
            self.cache.setdefault(key, tune)
        return tuple(tunes), tuple(chords)

    def chord_of(self, chords: Sequence[str], moment: Fraction) -> RomanChord:
        """The chord at a moment of a line; a pick-up already hears the line's first one."""
        step = int(moment // self.step_quarters)
        return resolve_roman(chords[min(max(step, 0), len(chords) - 1)], self.key)

    def _task(
        self, kind: str, pieces: Sequence[Piece], i: int, chords: tuple[str, ...], close: str | None, groove: Groove,
        pickup: Fraction, pattern: Tune | None, where: str, places: Sequence[int] | None = None,
    ) -> LineTask:  # fmt: skip
        piece = pieces[i]
        rest = max(self.grid.rest_quarters, piece.answer_quarters)
        wish = self._wish(kind, i, pieces, places)
        onsets = frozenset(place.start_quarters for place in pattern.placed) if pattern is not None else None
        rooms = sorted({rest + wish, rest}, reverse=True)
        if piece.tail_bars and not piece.answer_quarters:
            rooms = [Fraction(0)]
        for room in rooms:
            try:
                placed = set_phrase(
                    piece.words, self.grid, groove, n_bars=piece.n_bars, room_quarters=room,
                    pickup_quarters=pickup, where=where, pattern=onsets,
                )  # fmt: skip
                break
            except Exception:
                if room == rooms[-1]:
                    raise
        return LineTask(
            prosody=tuple(words_to_prosody(piece.words)),
            placed=placed,
            chord_at=lambda moment: self.chord_of(chords, moment),
            middle=0.0,
            height=2.0,
            contour="arch",
            close=close,
        )

    def _pickup_room(self, kind: str, i: int, pieces: Sequence[Piece], tunes: Sequence[Tune]) -> Fraction:
        if i == 0:
            return Fraction(0) if kind == self.no_pickup_kind else self.grid.max_pickup_quarters
        last = tunes[-1].placed[-1]
        before = pieces[i - 1]
        rest = max(self.grid.rest_quarters, before.answer_quarters)
        free = before.total_bars * self.grid.bar_quarters - last.start_quarters - last.duration_quarters - rest
        return max(Fraction(0), min(free, self.grid.bar_quarters / 2))

    def _wish(self, kind: str, i: int, pieces: Sequence[Piece], places: Sequence[int] | None) -> Fraction:
        """Pick-up that the next phrase would like: what it has if it is known, else its syllables before the accent."""
        if i + 1 == len(pieces):
            return self.grid.max_pickup_quarters
        following = pieces[i + 1]
        known = self.cache.get((kind, places[i + 1] if places else i + 1, _text(following)))
        if known is not None:
            return max(Fraction(0), -known.placed[0].start_quarters)
        accents = [p.accent for p in words_to_prosody(following.words)]
        lead = next((n for n, accent in enumerate(accents) if accent == 2), 0)
        return min(self.grid.max_pickup_quarters, Fraction(lead, 2))

    def _fits(self, tune: Tune, pickup: Fraction) -> bool:
        return tune.placed[0].start_quarters >= -pickup

    def _stretch(self, chords: tuple[str, ...], n_bars: int) -> tuple[str, ...]:
        length = n_bars * (2 if self.half_bars else 1)
        return (chords + (chords[-1],) * max(0, length - len(chords)))[:length]


def line_places(pieces: Sequence[Piece]) -> tuple[tuple[int, int], ...]:
    """For each piece the number of its line among the section's sung lines, and its part; the last of several parts is -1."""
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
    """For each piece the reference piece whose tune it sings: the same words, else the same place, the last on the last."""
    texts = {_text(piece): i for i, piece in reversed(list(enumerate(reference)))}
    reference_places = line_places(reference)
    n_lines = reference_places[-1][0] + 1
    places = line_places(pieces)
    m_lines = places[-1][0] + 1
    result = []
    for i, (piece, (line, part)) in enumerate(zip(pieces, places, strict=True)):
        if i < len(reference) and _text(reference[i]) == _text(piece):
            result.append(i)
        elif _text(piece) in texts:
            result.append(texts[_text(piece)])
        else:
            if line == m_lines - 1:
                line = n_lines - 1
            elif line >= n_lines - 1:
                line %= max(1, n_lines - 1)
            candidates = [j for j, place in enumerate(reference_places) if place[0] == line]
            result.append(candidates[min(max(part, 0), len(candidates) - 1)] if part >= 0 else candidates[-1])
    return tuple(result)


def _text(piece: Piece) -> tuple[str, ...]:
    return tuple(word.spoken for word in piece.words)


def _closes(
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


def _draw_contours(rng: np.random.Generator) -> Mapping[tuple[int, int], str]:
    """A contour for each letter of the scheme; a line of two phrases rises through the first and falls in the second."""
    contours = {}
    for letter, part in itertools.product(range(3), (0, 1, 2, -1)):
        table = terms.LAST_PART_CONTOURS if part == -1 else terms.CONTOURS
        names = [name for name, _ in table]
        shares = np.array([share for _, share in table])
        contours[(letter, part)] = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    return contours
