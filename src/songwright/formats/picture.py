"""A picture of the song: its waveform by sections, its loudness, and the sung pitch over the written notes.

The head shows the whole song on one time axis. Below it the melody runs in rows of equal scale, broken where the singer
breathes: written notes as bars in the colour of their section, the sung f0 as a line over them, the words beneath.
2400 pixels wide; as tall as the song needs. The same numbers give the same bytes (no dates in the file).
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from songwright.documents.audio import Audio
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.spelling import spell_midi_note

WIDTH_PX: Final = 2400
_DPI: Final = 200
_LEFT_PX, _RIGHT_PX = 150, 70
_HEAD_PX, _WAVE_PX, _LOUDNESS_PX, _ROW_PX, _GAP_PX, _FOOT_PX = 230, 330, 250, 310, 74, 60
_ROW_S: Final = 14.0
"""Seconds across a row: 156 pixels a second, so that a syllable of a quarter second has room for four letters."""
_ROW_LEAD_S: Final = 0.6
_WORD_GAP_PX: Final = 5
_PAPER, _INK, _SOFT, _FAINT = "#fbfaf7", "#1f2630", "#69727e", "#dcdad3"
_COLOURS: Final = {
    "intro": "#8c96a3",
    "verse": "#3f7cac",
    "prechorus": "#2f9a8a",
    "chorus": "#e07a3f",
    "bridge": "#8a5fa8",
    "instrumental": "#9aa36b",
    "outro": "#8c96a3",
}
_FLOOR_LUFS: Final = -45.0


class PictureNote(NamedTuple):
    """A written note in seconds of the file; ``text`` is its syllable, empty where one is held on."""

    start_s: float
    duration_s: float
    midi_note: float
    text: str


@dataclass(frozen=True, kw_only=True)
class _Row:
    start_s: float
    notes: tuple[PictureNote, ...]


def render_song_picture(
    *,
    score: Score,
    master: Audio,
    notes: Sequence[tuple[float, float, float, str]],
    f0_times_s: npt.NDArray[np.floating],
    f0_hz: npt.NDArray[np.floating],
    loudness_times_s: npt.NDArray[np.floating],
    loudness_lufs: npt.NDArray[np.floating],
    target_lufs: float = -14.0,
) -> bytes:
    """Return the picture as the bytes of a PNG file.

    Parameters
    ----------
    score
        Title, key, tempo and sections.
    master
        The finished song.
    notes
        The lead's written notes (start_s, duration_s, midi_note, text) in order.
    f0_times_s, f0_hz : np.ndarray [shape=(n_frames,)]
        What the lead sang; NaN (or 0) where unvoiced.
    loudness_times_s, loudness_lufs : np.ndarray [shape=(n_points,)]
        Short-term loudness (3 s windows); -inf where silent.
    target_lufs
        Where the line is drawn.

    Raises
    ------
    InputError
        If arrays that belong together differ in length, or the master is empty.
    """
    if len(f0_times_s) != len(f0_hz) or len(loudness_times_s) != len(loudness_lufs):
        raise InputError("song picture: times and values differ in length")
    if master.n_samples == 0:
        raise InputError("song picture: the master is empty")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = _rows([PictureNote(*note) for note in notes])
    height_px = _HEAD_PX + _WAVE_PX + _LOUDNESS_PX + 2 * _GAP_PX + len(rows) * (_ROW_PX + _GAP_PX) + _FOOT_PX
    figure = Figure(figsize=(WIDTH_PX / _DPI, height_px / _DPI), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    page = _Page(figure=figure, score=score, height_px=height_px)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a title's letters that the font lacks become boxes
        _draw_head(page, master)
        _draw_waveform(page, master)
        _draw_loudness(page, master, loudness_times_s, loudness_lufs, target_lufs)
        _draw_rows(page, rows, np.asarray(f0_times_s, np.float64), np.asarray(f0_hz, np.float64))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=_DPI, facecolor=_PAPER, metadata={"Software": None})
    return buffer.getvalue()


@dataclass(kw_only=True)
class _Page:
    """The figure and how far down it is filled."""

    figure: Any
    score: Score
    height_px: int
    y_px: int = 0

    def axes(self, height_px: int, *, width_share: float = 1.0) -> Any:
        """Axes over the page's width, below what is there."""
        width = (WIDTH_PX - _LEFT_PX - _RIGHT_PX) * width_share / WIDTH_PX
        bottom = 1 - (self.y_px + height_px) / self.height_px
        axes = self.figure.add_axes((_LEFT_PX / WIDTH_PX, bottom, width, height_px / self.height_px))
        self.y_px += height_px + _GAP_PX
        axes.set_facecolor("none")
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, labelsize=7, labelcolor=_SOFT)
        return axes

    def text(self, x_px: float, y_px: float, text: str, **style: Any) -> None:
        """Text at a place of the page, counted from its upper left."""
        self.figure.text(x_px / WIDTH_PX, 1 - y_px / self.height_px, text, parse_math=False, **style)

    def sections_s(self) -> list[tuple[float, float, str, str]]:
        """Start, end, name and colour of every section."""
        to_s = self.score.tempo_map.quarters_to_seconds
        return [
            (to_s(section.start_quarters), to_s(section.end_quarters), section.name, _COLOURS[section.kind])
            for section in self.score.sections
        ]

    def colour_at(self, seconds: float) -> str:
        """Colour of the section that sounds at a moment."""
        sections = self.sections_s()
        return next((colour for start, end, _, colour in reversed(sections) if start <= seconds), sections[0][3])


def _draw_head(page: _Page, master: Audio) -> None:
    score = page.score
    page.text(_LEFT_PX, 118, score.title, fontsize=26, family="DejaVu Serif", color=_INK, va="baseline")
    page.text(_LEFT_PX, 178, score.artist, fontsize=12, color=_SOFT, va="baseline")
    minutes, seconds = divmod(round(master.duration_s), 60)
    facts = [
        str(score.key),
        f"{score.metre.beats}/{score.metre.beat_unit}",
        f"{score.tempo_qpm:g} bpm",
        f"{minutes}:{seconds:02d}",
    ]
    page.text(WIDTH_PX - _RIGHT_PX, 178, "   ·   ".join(facts), fontsize=11, color=_SOFT, ha="right", va="baseline")
    page.y_px = _HEAD_PX


def _time_axis(axes: Any, duration_s: float) -> None:
    step = next(step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if duration_s / step <= 16 or step == 600)
    ticks = np.arange(0, duration_s + 1e-9, step)
    axes.set_xticks(ticks, [f"{int(tick) // 60}:{int(tick) % 60:02d}" for tick in ticks])
    axes.set_xlim(0, duration_s)


def _draw_waveform(page: _Page, master: Audio) -> None:
    """Draw the extremes of each pixel, with the root-mean-square inside them, in the sections' colours."""
    page.y_px += 40
    axes = page.axes(_WAVE_PX - 40)
    _time_axis(axes, master.duration_s)
    mono = master.samples.mean(axis=0)
    n_columns = min(WIDTH_PX - _LEFT_PX - _RIGHT_PX, mono.size)
    edges = np.linspace(0, mono.size, n_columns + 1).astype(np.int64)[:-1]
    low, high = np.minimum.reduceat(mono, edges), np.maximum.reduceat(mono, edges)
    counts = np.diff(np.append(edges, mono.size))
    rms = np.sqrt(np.add.reduceat(mono.astype(np.float64) ** 2, edges) / counts)
    times_s = edges / master.sample_rate_hz
    top = max(float(np.max(np.abs(mono))), 1e-3)
    axes.set_ylim(-1.05 * top, 1.05 * top)
    axes.set_yticks([])
    sections = page.sections_s()
    for i, (start_s, end_s, name, colour) in enumerate(sections):
        first = 0.0 if i == 0 else start_s
        last = master.duration_s if i == len(sections) - 1 else end_s
        inside = (times_s >= first) & (times_s <= last + master.duration_s / n_columns)
        axes.axvspan(first, min(last, master.duration_s), color=colour, alpha=0.08, lw=0)
        axes.fill_between(times_s[inside], low[inside], high[inside], color=colour, alpha=0.45, lw=0)
        axes.fill_between(times_s[inside], -rms[inside], rms[inside], color=colour, lw=0)
        share = (min(last, master.duration_s) - first) / master.duration_s
        room = share * (WIDTH_PX - _LEFT_PX - _RIGHT_PX)
        size = min(9.0, 9.0 * room / (13.5 * max(len(name), 1) + 12))
        if size >= 4.5:
            x = first / master.duration_s
            axes.text(
                x, 1.03, f" {name}", transform=axes.transAxes, color=colour, fontsize=size, va="bottom",
                fontweight="bold", parse_math=False,
            )  # fmt: skip


def _draw_loudness(
    page: _Page,
    master: Audio,
    times_s: npt.NDArray[np.floating],
    lufs: npt.NDArray[np.floating],
    target_lufs: float,
) -> None:
    axes = page.axes(_LOUDNESS_PX)
    _time_axis(axes, master.duration_s)
    shown = np.maximum(np.nan_to_num(np.asarray(lufs, np.float64), nan=_FLOOR_LUFS, neginf=_FLOOR_LUFS), _FLOOR_LUFS)
    top = max(target_lufs + 6.0, float(shown.max(initial=_FLOOR_LUFS)) + 2.0)
    # Half of the height for the dozen LU around the target, where the differences are heard.
    bottom = max(_FLOOR_LUFS, target_lufs - 22.0)
    axes.set_ylim(bottom, top)
    ticks = [tick for tick in range(-60, 1, 6) if bottom <= tick <= top]
    axes.set_yticks(ticks, [f"{tick}" for tick in ticks])
    axes.hlines(ticks, 0, master.duration_s, color=_FAINT, lw=0.6, zorder=-1)
    for start_s, end_s, _, colour in page.sections_s():
        inside = (times_s >= start_s - 1) & (times_s <= end_s + 1)
        clip = np.clip(times_s[inside], start_s, end_s)
        axes.fill_between(clip, bottom, np.maximum(shown[inside], bottom), color=colour, alpha=0.3, lw=0)
    axes.plot(times_s, shown, color=_INK, lw=1.3, solid_joinstyle="round")
    axes.axhline(target_lufs, color="#c0392b", lw=1.1, ls=(0, (5, 3)))
    axes.text(
        0.998, target_lufs, f"{target_lufs:g} LUFS", transform=axes.get_yaxis_transform(), color="#c0392b",
        fontsize=7.5, ha="right", va="bottom",
    )  # fmt: skip
    style = {"fontsize": 7.5, "color": _SOFT, "va": "center", "rotation": 90}
    axes.text(-0.052, 0.5, "loudness, LUFS", transform=axes.transAxes, **style)


def _rows(notes: Sequence[PictureNote]) -> list[_Row]:
    """Break the melody into rows of at most `_ROW_S`, at the widest rest of the last part of each."""
    rows = []
    rest = list(notes)
    while rest:
        start_s = rest[0].start_s - _ROW_LEAD_S
        fitting = [note for note in rest if note.start_s + note.duration_s <= start_s + _ROW_S] or rest[:1]
        n = len(fitting)
        if n < len(rest):
            earliest = start_s + 0.4 * _ROW_S
            ends = [i for i in range(1, n + 1) if rest[i].start_s >= earliest] or [n]
            gaps = [rest[i].start_s - (rest[i - 1].start_s + rest[i - 1].duration_s) for i in ends]
            # A rest in the middle of a row is worth as much as a longer one, the nearer it is to the row's end.
            worth = [min(gap, 1.0) + 0.05 * (rest[i].start_s - start_s) for gap, i in zip(gaps, ends, strict=True)]
            n = ends[int(np.argmax(worth))]
        rows.append(_Row(start_s=start_s, notes=tuple(rest[:n])))
        rest = rest[n:]
    return rows


def _draw_rows(
    page: _Page, rows: Sequence[_Row], f0_times_s: npt.NDArray[np.float64], f0_hz: npt.NDArray[np.float64]
) -> None:
    if not rows:
        return
    pitches = [note.midi_note for row in rows for note in row.notes]
    bottom, top = min(pitches) - 2.5, max(pitches) + 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        sung = np.where(f0_hz > 0, 69 + 12 * np.log2(f0_hz / 440.0), np.nan)
    legend = "bars: written notes   ·   line: sung pitch   ·   numbers below: bars of the song"
    page.text(WIDTH_PX - _RIGHT_PX, page.y_px - 12, legend, fontsize=7, color=_SOFT, ha="right", va="bottom")
    for row in rows:
        axes = page.axes(_ROW_PX)
        _draw_row(page, axes, row, bottom, top)
        inside = (f0_times_s >= row.start_s) & (f0_times_s <= row.start_s + _ROW_S)
        # The line belongs to this row's notes; what is sung after its last one comes in the next row.
        end_s = row.notes[-1].start_s + row.notes[-1].duration_s + 0.15
        inside &= f0_times_s <= end_s
        axes.plot(f0_times_s[inside], sung[inside], color=_INK, lw=1.5, solid_capstyle="round", solid_joinstyle="round")


def _draw_row(page: _Page, axes: Any, row: _Row, bottom: float, top: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    words_room = 0.22 * (top - bottom)
    axes.set_xlim(row.start_s, row.start_s + _ROW_S)
    axes.set_ylim(bottom - words_room, top)
    tonic = page.score.key.tonic_pitch_class
    marks = [n for n in range(math.ceil(bottom), math.floor(top) + 1) if n % 12 in (tonic, (tonic + 7) % 12)]
    names = [spell_midi_note(n, key=page.score.key, chord=None) for n in marks]
    sign = {-1: "♭", 0: "", 1: "♯"}
    axes.set_yticks(marks, [f"{name.step}{sign.get(name.alter, '')}{name.octave}" for name in names])
    for mark in marks:
        is_tonic = mark % 12 == tonic
        axes.axhline(mark, color=_FAINT, lw=1.0 if is_tonic else 0.6, zorder=0)
    first_bar = math.ceil(_bar_at(page.score, row.start_s))
    last_bar = math.floor(_bar_at(page.score, row.start_s + _ROW_S))
    bars = range(max(first_bar, 0), last_bar + 1)
    to_s = page.score.tempo_map.quarters_to_seconds
    axes.set_xticks([to_s(bar * page.score.metre.bar_quarters) for bar in bars], [str(bar + 1) for bar in bars])
    for bar in bars:
        axes.axvline(to_s(bar * page.score.metre.bar_quarters), color=_FAINT, lw=0.6, zorder=0)
    for start_s, end_s, name, colour in page.sections_s():
        left, right = max(start_s, row.start_s), min(end_s, row.start_s + _ROW_S)
        if left < right:
            axes.axvspan(left, right, color=colour, alpha=0.06, lw=0, zorder=-1)
        if any(left <= note.start_s + note.duration_s / 2 < right for note in row.notes):
            style = {"fontsize": 8, "color": colour, "va": "bottom", "fontweight": "bold"}
            axes.text(left, top, f" {name}", parse_math=False, **style)
    for note in row.notes:
        colour = page.colour_at(note.start_s + note.duration_s / 2)
        axes.add_patch(
            FancyBboxPatch(
                (note.start_s, note.midi_note - 0.5), note.duration_s, 1.0, boxstyle="round,pad=0,rounding_size=0.05",
                mutation_aspect=(top - bottom) / 3, facecolor=colour, alpha=0.42, lw=0,
            )
        )  # fmt: skip
    _draw_words(page, axes, row, bottom, words_room)


def _bar_at(score: Score, seconds: float) -> float:
    return score.tempo_map.seconds_to_quarters(seconds) / float(score.metre.bar_quarters)


def _draw_words(page: _Page, axes: Any, row: _Row, bottom: float, room: float) -> None:
    """Set the words under the notes in up to three lines, so that none covers another."""
    from matplotlib.font_manager import FontProperties

    size = 7.5
    renderer = page.figure.canvas.get_renderer()
    font = FontProperties(family="DejaVu Sans", size=size)
    seconds_per_px = _ROW_S / (WIDTH_PX - _LEFT_PX - _RIGHT_PX)
    free_from_s = [-math.inf, -math.inf, -math.inf]
    for note in row.notes:
        if not note.text:
            continue
        width_px, _, _ = renderer.get_text_width_height_descent(note.text, font, False)
        line = next((i for i, free_s in enumerate(free_from_s) if free_s <= note.start_s), None)
        if line is None:
            line = int(np.argmin(free_from_s))
        free_from_s[line] = note.start_s + (width_px + _WORD_GAP_PX) * seconds_per_px
        y = bottom - room * (0.04 + 0.32 * line)
        axes.text(note.start_s, y, note.text, fontproperties=font, color=_INK, va="top", parse_math=False)
