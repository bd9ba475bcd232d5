"""The tunes of a song: one for each kind of section, adapted to the words of every section of that kind.

A kind's *reference* is its longest section. It gets rhythms, chords and a melody by a scheme of parallel lines (ABAB,
ABAC, AABA ...); of several drafts of its melody the cheapest stays. The other sections of the kind sing the same tune,
the rhythm bent to their own syllables and the pitches held to the reference's by the search's strongest term. Lines
with the same words are the same notes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Final

import numpy as np

from songwright.composing import melody_terms as terms
from songwright.composing.harmony import LineEnd, draw_cadence, draw_loop, fit_section, mode_harmony
from songwright.composing.keys import RomanChord, resolve_roman
from songwright.composing.lines import Piece
from songwright.composing.melody import LineTask, MelodySpace, Tune, compose_line, compose_parallel
from songwright.composing.metre_grid import MetreGrid
from songwright.composing.parallels import SCHEMES, draw_closes, earlier_parallels, line_places, map_pieces, piece_text
from songwright.composing.rhythms import Rhythm, RhythmWriter
from songwright.composing.section_terms import section_cost
from songwright.composing.text_setting import Groove, words_to_prosody
from songwright.documents.score import Key
from songwright.documents.style import Style
from songwright.seeding import stage_rng

N_DRAFTS: Final = 8
"""Drafts of a section's melody, each with other contours; the cheapest stays."""

LINE_LIFT: Final = {"verse": (0.0, 0.5, 1.0, -0.5), "chorus": (0.5, 0.0, 1.0, -1.0), "bridge": (-1.0, 0.0, 1.0, 1.5)}
"""Semitones by which a line's middle leaves the section's: a strophe rises to its third line and falls home."""

HEIGHT: Final = {"verse": 3.3, "chorus": 3.6, "bridge": 3.6}
"""Semitones of a line's contour either side of its middle (compass of a sixth to an octave; Huron 1996)."""


@dataclass(frozen=True)
class KindPlan:
    """What a kind's melody is asked to do: its middle (MIDI), the means to keep between, and what follows it."""

    kind: str
    middle: float
    floor: float | None
    ceiling: float | None
    next_kind: str | None
    avoid_loop: tuple[str, ...] | None


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
    """Writes the tunes of one song. `cache` has the notes of words that have been set."""

    style: Style
    key: Key
    grid: MetreGrid
    space: MelodySpace
    seed: int
    rhythms: RhythmWriter
    cache: dict[tuple[str, tuple[str, ...], Rhythm, tuple[str, ...]], Tune] = field(default_factory=dict)

    @property
    def half_bars(self) -> bool:
        """Whether a bar may hold two chords."""
        return self.grid.metre.beats == 4

    @property
    def step_quarters(self) -> Fraction:
        """Length of one chord step."""
        return self.grid.bar_quarters / (2 if self.half_bars else 1)

    def write_kind(self, plan: KindPlan, pieces: Sequence[Piece], *, where: str) -> KindTune:
        """Rhythm, chords and melody of a kind's reference section."""
        kind = plan.kind
        rng = stage_rng(self.seed, "compose", "kind", kind)
        groove = self.rhythms.groove(kind)
        schemes = SCHEMES.get(kind, SCHEMES["verse"])
        parallels = earlier_parallels(schemes[int(rng.integers(len(schemes)))], pieces)

        def pattern_of(i: int, done: Sequence[Rhythm]) -> Rhythm | None:
            parallel = parallels[i][1]
            return done[parallel] if parallel is not None else None

        rhythms = self.rhythms.set_section(kind, groove, pieces, range(len(pieces)), pattern_of, where)
        loop = draw_loop(self.style.harmony, self.key.mode, kind, rng, avoid=plan.avoid_loop)
        closes = draw_closes(kind, pieces, plan.next_kind, rng)
        harmony = mode_harmony(self.style.harmony, self.key.mode)
        chords = fit_section(
            self.style.harmony,
            self.key.mode,
            loop,
            [self._line_end(*line) for line in zip(pieces, rhythms, closes, strict=True)],
            half_bars=self.half_bars,
            half_cadence=draw_cadence(harmony.half_cadence, rng),
            full_cadence=draw_cadence(harmony.full_cadence, rng),
        )
        drafts = [self._draft(plan, pieces, rhythms, chords, closes, parallels, draft) for draft in range(N_DRAFTS)]
        tunes, _ = min(drafts, key=lambda draft: draft[1])
        for piece, rhythm, line_chords, tune in zip(pieces, rhythms, chords, tunes, strict=True):
            self.cache.setdefault((kind, piece_text(piece), rhythm, line_chords), tune)
        return KindTune(
            kind=kind, pieces=tuple(pieces), closes=closes, chords=chords, tunes=tunes, groove=groove, loop=loop
        )

    def adapt(
        self, reference: KindTune, pieces: Sequence[Piece], *, where: str
    ) -> tuple[tuple[Tune, ...], tuple[tuple[str, ...], ...]]:
        """The reference's tune and chords for another section of its kind."""
        kind = reference.kind
        places = map_pieces(reference.pieces, pieces)

        def pattern_of(i: int, _: Sequence[Rhythm]) -> Rhythm:
            return reference.tunes[places[i]].placed

        rhythms = self.rhythms.set_section(kind, reference.groove, pieces, places, pattern_of, where)
        tunes: list[Tune] = []
        chords: list[tuple[str, ...]] = []
        for piece, rhythm, place in zip(pieces, rhythms, places, strict=True):
            line_chords = self._stretch(reference.chords[place], piece.total_bars)
            chords.append(line_chords)
            key = (kind, piece_text(piece), rhythm, line_chords)
            tune = self.cache.get(key)
            if tune is None:
                model = reference.tunes[place]
                task = LineTask(
                    prosody=tuple(words_to_prosody(piece.words)),
                    placed=rhythm,
                    chord_at=partial(self.chord_of, line_chords),
                    middle=sum(model.midi_notes) / len(model.midi_notes),
                    height=2.0,
                    contour="arch",
                    close=reference.closes[place],
                    motif=model,
                    motif_weight=terms.RECALL,
                    previous=tunes[-1].midi_notes[-1] if tunes else None,
                )
                rng = stage_rng(self.seed, "compose", "line", kind, *piece_text(piece))
                tune, _cost = compose_line(self.space, task, rng)
                self.cache[key] = tune
            tunes.append(tune)
        return tuple(tunes), tuple(chords)

    def chord_of(self, chords: Sequence[str], moment: Fraction) -> RomanChord:
        """The chord at a moment of a line; a pick-up already hears the line's first one."""
        step = int(moment // self.step_quarters)
        return resolve_roman(chords[min(max(step, 0), len(chords) - 1)], self.key)

    def _draft(
        self, plan: KindPlan, pieces: Sequence[Piece], rhythms: Sequence[Rhythm], chords: Sequence[tuple[str, ...]],
        closes: Sequence[str | None], parallels: Sequence[tuple[tuple[int, int], int | None]], draft: int,
    ) -> tuple[tuple[Tune, ...], float]:  # fmt: skip
        """One melody for the section, with its cost."""
        kind = plan.kind
        rng = stage_rng(self.seed, "compose", "draft", kind, draft)
        contours = _draw_contours(rng)
        lifts = LINE_LIFT.get(kind, LINE_LIFT["verse"])
        tunes: list[Tune] = []
        total = 0.0
        for i, (line, _) in enumerate(line_places(pieces)):
            letter, parallel = parallels[i]
            twin = next(
                (j for j in range(i) if (piece_text(pieces[j]), rhythms[j], chords[j], closes[j])
                 == (piece_text(pieces[i]), rhythms[i], chords[i], closes[i])), None,
            )  # fmt: skip
            if twin is not None:
                tunes.append(tunes[twin])
                continue
            motif = tunes[parallel] if parallel is not None else None
            same_close = parallel is not None and closes[parallel] == closes[i]
            task = LineTask(
                prosody=tuple(words_to_prosody(pieces[i].words)),
                placed=rhythms[i],
                chord_at=partial(self.chord_of, chords[i]),
                middle=plan.middle + lifts[line % len(lifts)],
                height=HEIGHT.get(kind, HEIGHT["verse"]),
                contour=contours.get(letter, "arch"),
                close=closes[i],
                motif=motif,
                motif_weight=terms.MOTIF,
                motif_to=1.0 if same_close else 0.6,
                floor=plan.floor,
                previous=tunes[-1].midi_notes[-1] if tunes else None,
            )
            # A chorus repeats; a verse may move its motif up or down the scale.
            steps = (0,) if motif is None or kind == "chorus" else (0, 1, -1, 2)
            tune, cost = (
                compose_parallel(self.space, task, rng, steps=steps) if motif else compose_line(self.space, task, rng)
            )
            tunes.append(tune)
            total += cost
        return tuple(tunes), total + section_cost(tunes, floor=plan.floor, ceiling=plan.ceiling)

    def _line_end(self, piece: Piece, rhythm: Rhythm, close: str | None) -> LineEnd:
        """A line closes in the bar of its last stressed syllable, or of its last one."""
        accents = [p.accent for p in words_to_prosody(piece.words)]
        last = len(rhythm) - 1 if accents[-1] == 2 or len(accents) == 1 or accents[-2] < 2 else len(rhythm) - 2
        bar = int(rhythm[last].start_quarters // self.grid.bar_quarters)
        return LineEnd(n_bars=piece.total_bars, closing_bar=min(max(bar, 0), piece.n_bars - 1), close=close)

    def _stretch(self, chords: tuple[str, ...], n_bars: int) -> tuple[str, ...]:
        length = n_bars * (2 if self.half_bars else 1)
        return (chords + (chords[-1],) * max(0, length - len(chords)))[:length]


def _draw_contours(rng: np.random.Generator) -> Mapping[tuple[int, int], str]:
    """A contour for each letter of the scheme; the second phrase of a long line answers the first."""
    contours = {}
    for letter, part in itertools.product(range(3), (0, 1, 2, -1)):
        table = terms.LAST_PART_CONTOURS if part == -1 else terms.CONTOURS
        names = [name for name, _ in table]
        shares = np.array([share for _, share in table])
        contours[(letter, part)] = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    return contours
