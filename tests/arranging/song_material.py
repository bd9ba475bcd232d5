"""A small song to arrange: full form, real words, chords that move, in 4/4 or 3/4."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from songwright.documents.lyric import Lyric, LyricLine, LyricSection, Syllable, Word
from songwright.documents.score import Chord, Key, Metre, Note, Phrase, Score, Section

TRIADS = {"G": "maj", "C": "maj", "D": "maj", "Em": "min", "Am": "min", "Bm": "min", "D7": "7", "A": "maj", "F": "maj"}


def make_word(text: str, *, stress: int = 1) -> Word:
    syllable = Syllable(text=text, onset=("h",), nucleus="A", coda=(), stress=stress)
    return Word(text=text, spoken=text.strip("!,."), syllables=(syllable,), is_function_word=False)


def make_chord(symbol: str, start: Fraction, duration: Fraction) -> Chord:
    root, _, bass = symbol.partition("/")
    quality = TRIADS[root]
    root = root.rstrip("m7")
    return Chord(
        start_quarters=start, duration_quarters=duration, root=root, quality=quality, bass=bass or root,
        roman="?", nashville="?", symbol=symbol,
    )  # fmt: skip


FORM = (
    ("Intro", "intro", 4, 0.45, None),
    ("Verse 1", "verse", 8, 0.38, 0),
    ("Chorus", "chorus", 8, 0.74, 1),
    ("Turnaround", "instrumental", 4, 0.5, None),
    ("Verse 2", "verse", 8, 0.5, 2),
    ("Chorus", "chorus", 8, 0.84, 1),
    ("Bridge", "bridge", 8, 0.28, 3),
    ("Chorus", "chorus", 8, 1.0, 1),
    ("Outro", "outro", 4, 0.7, None),
)
LOOPS = {
    "verse": ("G", "C", "G", "D"),
    "chorus": ("C", "G", "Em", "D"),
    "bridge": ("Em", "C", "Am", "D7"),
    "instrumental": ("C", "G", "Em", "D"),
    "intro": ("G", "C", "G", "D"),
    "outro": ("C", "G", "D/F#", "G"),
}
CONTOURS = {
    "verse": ((59, 62, 62, 64, 62, 59), (60, 64, 64, 62, 60, 62)),
    "chorus": ((67, 67, 69, 67, 64, 67), (67, 71, 69, 67, 69, 66)),
    "bridge": ((64, 64, 67, 64, 62, 64), (60, 64, 64, 62, 64, 66)),
}


def make_song(*, beats: int = 4, tempo_qpm: float = 104.0, answers: bool = True) -> tuple[Score, Lyric]:
    """Two bars a line: six notes from beat 1, then silence; every second chorus line has a gang answer."""
    bar = Fraction(beats)
    hey = (make_word("hey!"),) if answers else ()
    sections, chords, phrases = [], [], []
    lyric_sections: dict[int, LyricSection] = {}
    start = Fraction(0)
    for i, (name, kind, n_bars, intensity, lyric_index) in enumerate(FORM):
        sections.append(
            Section(
                name=name,
                kind=kind,
                start_quarters=start,
                duration_quarters=n_bars * bar,
                intensity=intensity,
                lyric_index=lyric_index,
            )
        )
        for b in range(n_bars):
            symbol = LOOPS[kind][b % 4]
            if kind == "verse" and b == 7:  # a change inside the bar
                split = Fraction(2)
                chords.append(make_chord("C", start + b * bar, split))
                chords.append(make_chord(symbol, start + b * bar + split, bar - split))
            else:
                chords.append(make_chord(symbol, start + b * bar, bar))
        if lyric_index is not None:
            lines = []
            for line in range(n_bars // 2):
                words = tuple(make_word(text) for text in ("stand", "up", "and", "hold", "the", "line"))
                answer = hey if kind == "chorus" and line % 2 else ()
                lines.append(LyricLine(text="stand up and hold the line", words=words, answer=answer))
                at = start + 2 * line * bar
                phrases.append(_phrase(f"{kind}-{i}.{line + 1}", i, line, at, words, CONTOURS[kind][line % 2], beats))
            lyric_sections[lyric_index] = LyricSection(name=name, kind=kind, lines=tuple(lines))
        start += n_bars * bar
    score = Score(
        title="Line", artist="Test", style="stomp-clap-hey", tempo_qpm=tempo_qpm,
        metre=Metre(beats=beats, beat_unit=4), key=Key(tonic="G", mode="major"),
        sections=tuple(sections), chords=tuple(chords), phrases=tuple(phrases),
    )  # fmt: skip
    return score, Lyric(sections=tuple(lyric_sections[i] for i in sorted(lyric_sections)))


def _phrase(
    name: str, section: int, line: int, at: Fraction, words: tuple[Word, ...], contour: Sequence[int], beats: int
) -> Phrase:
    half = Fraction(1, 2)
    lengths = (1, half, half, half, half, 1) if beats == 3 else (1, half, half, 1, 1, 1)
    notes = []
    for i, (length, midi_note) in enumerate(zip(lengths, contour, strict=True)):
        notes.append(
            Note(
                start_quarters=at,
                duration_quarters=Fraction(length),
                midi_note=midi_note,
                syllable=words[i].syllables[0],
                word_index=i,
                syllable_index=0,
            )
        )
        at += length
    return Phrase(name=name, section_index=section, line_index=line, words=words, notes=tuple(notes))
