"""TTML lyrics timed by word, as Apple Music reads them: ``div`` a section, ``p`` a line, ``span`` a word.

Sources: Timed Text Markup Language 2 (W3C Recommendation, 2018); ``itunes:timing="Word"``, ``itunes:key`` and
``itunes:songPart`` as in Apple's lyric delivery for music.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from songwright.documents.score import Score
from songwright.formats.word_times import LineTime
from songwright.formats.xml_text import xml_attribute, xml_text

_SONG_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intro": "Intro",
        "verse": "Verse",
        "prechorus": "PreChorus",
        "chorus": "Chorus",
        "bridge": "Bridge",
        "instrumental": "Instrumental",
        "outro": "Outro",
    }
)


def words_to_ttml(lines: Sequence[LineTime], *, score: Score, duration_s: float) -> str:
    """Return the TTML text of timed lines.

    Raises
    ------
    InputError
        If a text holds a character that XML cannot.
    """
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
        ' xmlns:itunes="http://music.apple.com/lyric-ttml-internal" itunes:timing="Word" xml:lang="en">',
        " <head>",
        "  <metadata>",
        f"   <ttm:title>{xml_text(score.title, where='title')}</ttm:title>",
        f'   <ttm:agent type="person" xml:id="v1">'
        f'<ttm:name type="full">{xml_text(score.artist, where="artist")}</ttm:name></ttm:agent>',
        "  </metadata>",
        " </head>",
        f' <body dur="{_time(round(1000 * duration_s))}">',
    ]
    number = 0
    for section_index, group in itertools.groupby(lines, key=lambda line: line.section_index):
        block = list(group)
        part = _SONG_PARTS[score.sections[section_index].kind]
        span = _span(block[0].start_ms, block[-1].end_ms)
        rows.append(f'  <div {span} itunes:songPart="{part}">')
        for line in block:
            number += 1
            where = f"phrase {line.phrase}"
            words = " ".join(
                f"<span {_span(word.start_ms, word.end_ms)}>{xml_text(word.text, where=where)}</span>"
                for word in line.words
            )
            key = xml_attribute(f"L{number}", where=where)
            rows.append(f'   <p {_span(line.start_ms, line.end_ms)} ttm:agent="v1" itunes:key={key}>{words}</p>')
        rows.append("  </div>")
    rows += [" </body>", "</tt>"]
    return "\n".join(rows) + "\n"


def _span(start_ms: int, end_ms: int) -> str:
    return f'begin="{_time(start_ms)}" end="{_time(end_ms)}"'


def _time(milliseconds: int) -> str:
    """Clock time of TTML: ``00:01:02.345``."""
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{hours:02d}:{minutes:02d}:{seconds}"
