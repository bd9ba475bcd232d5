"""Enhanced LRC: ``[mm:ss.xx]`` before a line and ``<mm:ss.xx>`` before each word and after the last.

LRC has hundredths; a millisecond is cut, not rounded, so that no time is later than the TTML's. Square and angle
brackets in the words would read as times, so they are written as round ones.
Source: the "enhanced LRC" of A2 Media Player, as read by foobar2000, Musicolet and others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from songwright.formats.word_times import LineTime

_BRACKETS: Final = str.maketrans("[]<>", "()()")
_GAP_MS: Final = 4000
"""After a silence of four seconds a player should clear the old line: an empty line says so. A house choice."""


def words_to_lrc(lines: Sequence[LineTime], *, title: str, artist: str, duration_s: float) -> str:
    """Return the LRC text of timed lines; ``duration_s`` is the song's length, for the ``length`` tag."""
    minutes, seconds = divmod(round(duration_s), 60)
    rows = [
        f"[ti:{_plain(title)}]",
        f"[ar:{_plain(artist)}]",
        f"[length:{minutes:02d}:{seconds:02d}]",
        "[re:Songwright]",
    ]
    for i, line in enumerate(lines):
        words = " ".join(f"<{_time(word.start_ms)}>{_plain(word.text)}" for word in line.words)
        rows.append(f"[{_time(line.start_ms)}]{words} <{_time(line.end_ms)}>")
        following_ms = lines[i + 1].start_ms if i + 1 < len(lines) else round(1000 * duration_s)
        if following_ms - line.end_ms >= _GAP_MS:
            rows.append(f"[{_time(line.end_ms)}]")
    return "\n".join(rows) + "\n"


def _time(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds // 10, 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _plain(text: str) -> str:
    return " ".join(text.translate(_BRACKETS).split())
