"""Composing: a brief and a lyric become a score.

The order of work: key and tempo; bars for each kind of line; form; for each kind of section its chords, rhythms and
melody (`tunes`); then everything laid end to end. Pure: the same arguments give the same score. See docs/composing.md
for the scoring terms and their sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from songwright.composing.form import PlannedSection, plan_form
from songwright.composing.harmony import TONICS, draw_loop
from songwright.composing.key_choice import choose_key
from songwright.composing.keys import resolve_roman
from songwright.composing.lines import Piece, choose_shape, section_to_pieces
from songwright.composing.melisma import add_melismas
from songwright.composing.melody import MelodySpace
from songwright.composing.metre_grid import MetreGrid
from songwright.composing.parallels import piece_text
from songwright.composing.rhythms import RhythmWriter, lead_quarters
from songwright.composing.tunes import KindPlan, KindTune, TuneWriter
from songwright.documents.brief import Brief
from songwright.documents.lyric import Lyric
from songwright.documents.score import Chord, Key, Note, Phrase, Score, Section
from songwright.documents.style import Style
from songwright.errors import InputError
from songwright.seeding import stage_rng

ORDER: Final = ("verse", "prechorus", "chorus", "bridge", "intro", "instrumental", "outro")
"""Kinds in the order in which they are written: the chorus has to know where the verse lies."""

VERSE_SHARE: Final = 0.36
"""Where the verse's middle lies in the tessitura: its lower half, so that the chorus has somewhere to go."""

MAX_LINES: Final = 400
"""A lyric of more lines is no song."""


def compose(
    brief: Brief, lyric: Lyric, style: Style, *, tessitura: tuple[int, int], vocal_range: tuple[int, int], seed: int
) -> Score:
    """Write the song.

    Parameters
    ----------
    brief, lyric, style
        What is asked for; the words with their syllables; the kind of song.
    tessitura, vocal_range
        Lowest and highest MIDI note where the melody should lie, and may lie.
    seed
        Any integer; other seeds give other songs.

    Raises
    ------
    InputError
        If the lyric has no words, tempo, key or form make no sense, or a line cannot be sung at this tempo.
    """
    _check(brief, lyric, style, tessitura, vocal_range)
    tempo_qpm = float(brief.tempo_qpm if brief.tempo_qpm is not None else style.default_tempo_qpm)
    grid = MetreGrid(metre=style.metre, tempo_qpm=tempo_qpm)
    key = choose_key(brief, style, tessitura, stage_rng(seed, "compose", "key"))
    pieces = _pieces(lyric, style, grid)
    lyric_bars = {index: sum(piece.total_bars for piece in section) for index, section in pieces.items()}
    bar_s = float(grid.bar_quarters) * grid.quarter_s
    plan = plan_form(brief.form, lyric, lyric_bars, style.form, bar_s)
    welcome = style.melody.major_degrees if key.mode == "major" else style.melody.minor_degrees
    writer = TuneWriter(
        style=style,
        key=key,
        grid=grid,
        space=MelodySpace.make(key, grid, welcome, tessitura, vocal_range),
        seed=seed,
        rhythms=RhythmWriter(
            table=style.melody,
            grid=grid,
            seed=seed,
            section_pickup_quarters=max(lead_quarters(own[0], grid) for own in pieces.values()),
            no_pickup_kind=plan[0].kind if plan[0].lyric_index is not None else None,
        ),
    )
    references = _write_kinds(writer, lyric, pieces, plan, tessitura)
    return _assemble(brief, lyric, style, writer, pieces, plan, references)


def _check(brief: Brief, lyric: Lyric, style: Style, tessitura: tuple[int, int], vocal_range: tuple[int, int]) -> None:
    if not lyric.sections:
        raise InputError("lyric: no sections; write at least one line of words under a heading like [Verse 1]")
    n_lines = sum(len(section.lines) for section in lyric.sections)
    if n_lines > MAX_LINES:
        raise InputError(f"lyric: {n_lines} lines; allowed are {MAX_LINES}. Bring one song at a time.")
    low, high = style.tempo_range_qpm
    if brief.tempo_qpm is not None and not low <= brief.tempo_qpm <= high:
        raise InputError(
            f"tempo {brief.tempo_qpm:g} qpm: the style {style.name!r} goes from {low:g} to {high:g}; "
            f"choose one of these or leave tempo out for {style.default_tempo_qpm:g}"
        )
    if not 0 <= vocal_range[0] <= tessitura[0] < tessitura[1] <= vocal_range[1] <= 127:
        raise InputError(
            f"singer: the tessitura {tessitura[0]} to {tessitura[1]} must lie inside the range "
            f"{vocal_range[0]} to {vocal_range[1]} (MIDI notes)"
        )


def _pieces(lyric: Lyric, style: Style, grid: MetreGrid) -> dict[int, tuple[Piece, ...]]:
    """Every sung section's phrases; sections of a kind share the number of bars of a line."""
    result = {}
    for kind in {section.kind: None for section in lyric.sections}:
        members = [(index, section) for index, section in enumerate(lyric.sections) if section.kind == kind]
        lines = [line for _, section in members for line in section.lines]
        melody = style.melody
        syllable_s = melody.chorus_syllable_s if kind in ("chorus", "outro") else melody.verse_syllable_s
        shape = choose_shape(lines, grid, syllable_s)
        for index, section in members:
            # A section whose lines are all the gang's has nothing for the lead: the band plays it.
            if not any(line.words for line in section.lines):
                raise InputError(f"{section.name}: no words to sing; write at least one line under the heading")
            result[index] = section_to_pieces(section, grid, shape)
        # The same words are the same notes, so they leave the same room, whether or not the gang answers this time.
        room: dict[tuple[str, ...], Fraction] = {}
        for index, _ in members:
            for piece in result[index]:
                room[piece_text(piece)] = max(room.get(piece_text(piece), Fraction(0)), piece.answer_quarters)
        for index, _ in members:
            result[index] = tuple(replace(p, answer_quarters=room[piece_text(p)]) for p in result[index])
    return dict(sorted(result.items()))


def _write_kinds(
    writer: TuneWriter,
    lyric: Lyric,
    pieces: Mapping[int, Sequence[Piece]],
    plan: Sequence[PlannedSection],
    tessitura: tuple[int, int],
) -> dict[str, KindTune]:
    low, high = tessitura
    span = high - low
    lift = writer.style.melody.chorus_lift_semitones
    verse_middle = low + VERSE_SHARE * span
    verse_mean: float | None = None
    references: dict[str, KindTune] = {}
    used = [section for section in plan if section.lyric_index is not None]
    for kind in ORDER:
        members = [section.lyric_index for section in used if section.kind == kind and section.lyric_index is not None]
        if not members:
            continue
        longest = max(members, key=lambda index: (len(pieces[index]), -index))
        after = [
            following.kind
            for section, following in pairwise(plan)
            if section.kind == kind and section.lyric_index is not None
        ]
        middle, floor = verse_middle, None
        if kind in ("chorus", "outro"):
            base = verse_mean if verse_mean is not None else verse_middle
            middle = min(base + lift, high - 0.2 * span)
            floor = base + min(lift, 3.0) if verse_mean is not None else None
        elif kind == "prechorus":
            middle = verse_middle + 0.5 * lift
        elif kind == "bridge":
            middle = verse_middle + 0.6 * lift
        references[kind] = writer.write_kind(
            KindPlan(
                kind=kind,
                middle=middle,
                floor=floor,
                ceiling=verse_middle + 0.5 if kind == "verse" and "chorus" in {s.kind for s in used} else None,
                next_kind=after[0] if after else None,
                avoid_loop=references["verse"].loop if "verse" in references and kind != "verse" else None,
            ),
            pieces[longest],
            where=lyric.sections[longest].name,
        )
        if kind == "verse":
            notes = [note for tune in references[kind].tunes for note in tune.midi_notes]
            verse_mean = sum(notes) / len(notes)
    return references


def _assemble(
    brief: Brief,
    lyric: Lyric,
    style: Style,
    writer: TuneWriter,
    pieces: Mapping[int, Sequence[Piece]],
    plan: Sequence[PlannedSection],
    references: Mapping[str, KindTune],
) -> Score:
    bar = writer.grid.bar_quarters
    start = Fraction(0)
    sections: list[Section] = []
    chords: list[Chord] = []
    phrases: list[Phrase] = []
    slugs: set[str] = set()
    for section_index, planned in enumerate(plan):
        length = planned.n_bars * bar
        sections.append(
            Section(
                name=planned.name,
                kind=planned.kind,
                start_quarters=start,
                duration_quarters=length,
                intensity=planned.intensity,
                lyric_index=planned.lyric_index,
            )
        )
        slug = _unique_slug(planned.name, slugs)
        if planned.lyric_index is None:
            steps = _wordless_chords(writer, references, planned, last=section_index == len(plan) - 1)
            chords.extend(_to_chords(steps, start, bar / (len(steps) // planned.n_bars), writer.key))
        else:
            own = pieces[planned.lyric_index]
            tunes, numerals = writer.adapt(references[planned.kind], own, where=planned.name)
            steps = tuple(numeral for line in numerals for numeral in line)
            chords.extend(_to_chords(steps, start, writer.step_quarters, writer.key))
            line_start = start
            for piece, tune in zip(own, tunes, strict=True):
                name = f"{slug}.{piece.line_index + 1}" + (chr(ord("a") + piece.part) if piece.part else "")
                if piece.part > 25:
                    raise InputError(f"{planned.name}, line {piece.line_index + 1}: too long for one line; break it up")
                notes = add_melismas(tune, piece, writer)
                phrases.append(
                    Phrase(
                        name=name,
                        section_index=section_index,
                        line_index=piece.line_index,
                        words=piece.words,
                        notes=tuple(_shift(note, line_start) for note in notes),
                    )
                )
                line_start += piece.total_bars * bar
        start += length
    return Score(
        title=brief.title,
        artist=brief.artist,
        style=style.name,
        tempo_qpm=writer.grid.tempo_qpm,
        metre=writer.grid.metre,
        key=writer.key,
        sections=tuple(sections),
        chords=tuple(chords),
        phrases=tuple(phrases),
    )


def _wordless_chords(
    writer: TuneWriter, references: Mapping[str, KindTune], planned: PlannedSection, *, last: bool
) -> tuple[str, ...]:
    """One numeral a bar: the chorus's loop for solos and endings, the verse's for turnarounds, either for an intro."""
    verse, chorus = references.get("verse"), references.get("chorus")
    if planned.name.lower() in ("turnaround", "interlude"):
        source = verse or chorus
    elif planned.kind == "intro":
        rng = stage_rng(writer.seed, "compose", "intro")
        source = (chorus or verse) if rng.random() < 0.5 else (verse or chorus)
    else:
        source = chorus or verse
    if source is None and references:
        source = next(iter(references.values()))
    loop = (
        source.loop
        if source is not None
        else draw_loop(writer.style.harmony, writer.key.mode, "verse", stage_rng(writer.seed, "compose", planned.name))
    )
    numerals = [loop[i % len(loop)] for i in range(planned.n_bars)]
    if last:
        ring = min(2, planned.n_bars)
        numerals[-ring:] = [TONICS[writer.key.mode]] * ring
    return tuple(numerals)


def _to_chords(steps: Sequence[str], start: Fraction, step: Fraction, key: Key) -> list[Chord]:
    chords: list[Chord] = []
    run_start = 0
    for i in range(1, len(steps) + 1):
        if i == len(steps) or steps[i] != steps[run_start]:
            resolved = resolve_roman(steps[run_start], key)
            chords.append(resolved.to_chord(start + run_start * step, (i - run_start) * step))
            run_start = i
    return chords


def _unique_slug(name: str, taken: set[str]) -> str:
    """``Verse 1`` -> ``verse-1``; a second ``Chorus`` -> ``chorus-2``."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "section"
    unique, n = slug, 1
    while unique in taken:
        n += 1
        unique = f"{slug}-{n}"
    taken.add(unique)
    return unique


def _shift(note: Note, by: Fraction) -> Note:
    return Note(
        start_quarters=note.start_quarters + by, duration_quarters=note.duration_quarters, midi_note=note.midi_note,
        syllable=note.syllable, word_index=note.word_index, syllable_index=note.syllable_index,
    )  # fmt: skip
