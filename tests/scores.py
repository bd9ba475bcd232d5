"""Scores made by hand and by dice, for tests of everything that reads a score.

`simple_score` has what is hard to write down: a pick-up, a tie over a bar line, a melisma, words of several syllables,
a slash chord, rests, an instrumental section, and a gang's answer in its lyric (`simple_lyric`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from songwright.documents.lyric import Lyric, LyricLine, LyricSection, Syllable, Word
from songwright.documents.performance import CONTROL_HOP_S, PhrasePerformance, TimedNote, TimedPhoneme
from songwright.documents.score import CHORD_SUFFIXES, Chord, Key, Metre, Note, Phrase, Score, Section


def word(text: str, *syllables: tuple[str, str, str, str, int]) -> Word:
    """A word from (letters, onset, nucleus, coda, stress); consonants are one character each."""
    return Word(
        text=text,
        spoken="".join(letter for letter in text.lower() if letter.isalpha() or letter == "'"),
        syllables=tuple(
            Syllable(text=letters, onset=tuple(onset), nucleus=nucleus, coda=tuple(coda), stress=stress)
            for letters, onset, nucleus, coda, stress in syllables
        ),
        is_function_word=text.lower() in {"the", "a", "of", "to"},
    )


def phrase(
    name: str,
    section_index: int,
    line_index: int,
    words: tuple[Word, ...],
    notes: tuple[tuple[str, str, int, bool], ...],
) -> Phrase:
    """A phrase from (start, duration, midi_note, held) of every note; ``held`` continues the last syllable."""
    places = [(w, s) for w, one in enumerate(words) for s in range(len(one.syllables))]
    made = []
    place = -1
    for start, duration, midi_note, held in notes:
        place += 0 if held else 1
        w, s = places[place]
        made.append(
            Note(
                start_quarters=Fraction(start),
                duration_quarters=Fraction(duration),
                midi_note=midi_note,
                syllable=None if held else words[w].syllables[s],
                word_index=w,
                syllable_index=s,
            )
        )
    return Phrase(name=name, section_index=section_index, line_index=line_index, words=words, notes=tuple(made))


def chord(start: str, duration: str, root: str, quality: str, bass: str, roman: str, nashville: str) -> Chord:
    """A chord with its lead-sheet symbol."""
    return Chord(
        start_quarters=Fraction(start),
        duration_quarters=Fraction(duration),
        root=root,
        quality=quality,
        bass=bass,
        roman=roman,
        nashville=nashville,
        symbol=root + CHORD_SUFFIXES[quality] + (f"/{bass}" if bass != root else ""),
    )


THE = word("The", ("The", "ð", "ə", "", 0))
RIVER = word("river", ("ri", "ɹ", "ɪ", "v", 1), ("ver", "", "əɹ", "", 0))
REMEMBERS = word("remembers", ("re", "ɹ", "ɪ", "", 0), ("mem", "m", "ɛ", "m", 1), ("bers", "b", "əɹ", "z", 0))
HOME = word("home,", ("home,", "h", "O", "m", 1))
RISE = word("rise", ("rise", "ɹ", "I", "z", 1))
AND = word("&", ("&", "", "æ", "nd", 0))
HOLD = word("hold", ("hold", "h", "O", "ld", 1))
ON = word("on", ("on", "", "ɔ", "n", 1))
HEY = word("hey!", ("hey!", "h", "A", "", 1))


def simple_lyric() -> Lyric:
    """The lyric of `simple_score`."""
    return Lyric(
        sections=(
            LyricSection(
                name="Verse 1",
                kind="verse",
                lines=(
                    LyricLine(text="The river remembers home,", words=(THE, RIVER, REMEMBERS, HOME)),
                    LyricLine(text="The river", words=(THE, RIVER)),
                ),
            ),
            LyricSection(
                name="Chorus",
                kind="chorus",
                lines=(LyricLine(text="rise & hold on (hey!)", words=(RISE, AND, HOLD, ON), answer=(HEY,)),),
            ),
        )
    )


def simple_score(*, beats: int = 4, tempo_qpm: float = 96.0, title: str = "Mill <Town> & Me") -> Score:
    """Intro, verse of two lines, instrumental, chorus, ending; four bars each but the ending; in G major."""
    bar = Fraction(beats)
    at = lambda bars, quarters="0": str(bars * bar + Fraction(quarters))  # noqa: E731
    verse = phrase(
        "verse-1.1", 1, 0, (THE, RIVER, REMEMBERS, HOME),
        (
            (at(4, "-1/2"), "1/2", 62, False), (at(4), "1", 67, False), (at(4, "1"), "1", 69, False),
            (at(4, "2"), "1/2", 66, False), (at(4, "5/2"), str(bar - 2), 71, False), (at(5, "1/2"), "3/4", 69, False),
            (at(5, "5/4"), "1/4", 67, False), (at(5, "3/2"), "1", 64, True),
        ),
    )  # fmt: skip
    second = phrase(
        "verse-1.2", 1, 1, (THE, RIVER),
        ((at(6, "1"), "1/3", 62, False), (at(6, "4/3"), "1/3", 64, False), (at(6, "5/3"), "1/3", 66, False)),
    )  # fmt: skip
    chorus = phrase(
        "chorus.1", 3, 0, (RISE, AND, HOLD, ON),
        (
            (at(12), "3/2", 74, False), (at(12, "3/2"), "1/2", 71, False), (at(13), str(2 * bar), 72, False),
            (at(15), "1", 70, False), (at(15, "1"), "1/2", 71, True),
        ),
    )  # fmt: skip
    progression = (
        ("G", "maj", "G", "I", "1"), ("D", "maj", "F#", "V6", "5/7"), ("E", "min", "E", "vi", "6-"),
        ("C", "maj", "C", "IV", "4"),
    )  # fmt: skip
    chords = [
        chord(at(bars), str(bar), *progression[bars % 4]) for bars in range(16) if bars not in (7, 14)
    ] + [
        chord(at(7), "2", "C", "add9", "C", "IVadd9", "4add9"),
        chord(at(7, "2"), str(bar - 2), "D", "7", "D", "V7", "57"),
        chord(at(14), str(bar), "F", "maj7", "F", "bVIImaj7", "b7maj7"),
        chord(at(16), str(2 * bar), "G", "sus4", "G", "Isus4", "1sus4"),
    ]  # fmt: skip
    names = (
        ("Intro", "intro", 4, None), ("Verse 1", "verse", 4, 0), ("Turnaround", "instrumental", 4, None),
        ("Chorus", "chorus", 4, 1), ("Ending", "outro", 2, None),
    )  # fmt: skip
    sections = []
    start = Fraction(0)
    for name, kind, n_bars, lyric_index in names:
        sections.append(
            Section(
                name=name,
                kind=kind,
                start_quarters=start,
                duration_quarters=n_bars * bar,
                intensity=0.8 if kind == "chorus" else 0.4,
                lyric_index=lyric_index,
            )
        )
        start += n_bars * bar
    return Score(
        title=title,
        artist="The Weir",
        style="stomp-clap-hey",
        tempo_qpm=tempo_qpm,
        metre=Metre(beats=beats, beat_unit=4),
        key=Key(tonic="G", mode="major"),
        sections=tuple(sections),
        chords=tuple(sorted(chords, key=lambda one: one.start_quarters)),
        phrases=(verse, second, chorus),
    )


def plain_performance(score: Score, phrase: Phrase) -> PhrasePerformance:
    """A phrase as a machine would sing it: vowels on the notes, each consonant 30 ms, f0 on the written pitch."""
    consonant_s = 0.03
    phonemes: list[TimedPhoneme] = []
    notes = []
    sung = [i for i, note in enumerate(phrase.notes) if note.syllable is not None]
    for place, i in enumerate(sung):
        note = phrase.notes[i]
        assert note.syllable is not None
        until = sung[place + 1] if place + 1 < len(sung) else len(phrase.notes)
        start_s = score.tempo_map.quarters_to_seconds(note.start_quarters)
        end_s = score.tempo_map.quarters_to_seconds(phrase.notes[until - 1].end_quarters)
        following = phrase.notes[until].syllable if until < len(phrase.notes) else None
        borrowed_s = consonant_s * (len(note.syllable.coda) + (len(following.onset) if following else 0))
        vowel_s = max(end_s - start_s - borrowed_s, 0.01)
        parts = [(symbol, "onset", consonant_s) for symbol in note.syllable.onset]
        parts += [(note.syllable.nucleus, "nucleus", vowel_s)]
        parts += [(symbol, "coda", consonant_s) for symbol in note.syllable.coda]
        at_s = start_s - consonant_s * len(note.syllable.onset)
        if phonemes:
            at_s = max(at_s, phonemes[-1].start_s + phonemes[-1].duration_s)
        for symbol, kind, duration_s in parts:
            phonemes.append(
                TimedPhoneme(
                    phoneme=symbol, kind=kind, start_s=at_s, duration_s=duration_s, note_index=i,
                    word_index=note.word_index, stress=note.syllable.stress, voiced=kind == "nucleus",
                )
            )  # fmt: skip
            at_s += duration_s
    for note in phrase.notes:
        start_s = score.tempo_map.quarters_to_seconds(note.start_quarters)
        duration_s = score.tempo_map.quarters_to_seconds(note.end_quarters) - start_s
        notes.append(
            TimedNote(start_s=start_s, duration_s=duration_s, midi_note=note.midi_note, word_index=note.word_index)
        )
    start_s = phonemes[0].start_s
    duration_s = phonemes[-1].start_s + phonemes[-1].duration_s - start_s
    times_s = start_s + CONTROL_HOP_S * np.arange(max(int(duration_s / CONTROL_HOP_S), 1))
    at = np.searchsorted([note.start_s for note in notes], times_s, side="right") - 1
    midi = np.array([note.midi_note for note in notes])[np.maximum(at, 0)]
    return PhrasePerformance(
        phrase=phrase.name,
        text=" ".join(word.spoken for word in phrase.words),
        start_s=start_s,
        duration_s=duration_s,
        phonemes=tuple(phonemes),
        notes=tuple(notes),
        f0_hz=(440.0 * 2.0 ** ((midi - 69) / 12)).astype(np.float32),
        voiced=np.ones(times_s.size, np.bool_),
        dynamics_db=np.zeros(times_s.size, np.float32),
    )


_ROOTS = ("C", "Db", "C#", "D", "Eb", "E", "F", "F#", "Gb", "G", "Ab", "A", "Bb", "B")
_METRES = ((4, 4), (3, 4), (2, 4), (6, 8), (12, 8), (5, 4), (2, 2))
_GRID = tuple(Fraction(text) for text in ("1/4", "1/2", "3/4", "1", "3/2", "2", "1/3", "2/3", "5/2", "1/6", "7/4", "4"))
_TEXTS = st.text(alphabet="abcdefgéß'’&<>-~", min_size=1, max_size=5)


@st.composite
def words(draw: st.DrawFn) -> Word:
    """A word of one to four syllables."""
    texts = draw(st.lists(_TEXTS, min_size=1, max_size=4))
    return word("".join(texts), *((text, "k", "ɪ", "t", i % 2) for i, text in enumerate(texts)))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Any score that the composer might write, and stranger ones: odd metres, all keys, triplets next to sixteenths."""
    beats, unit = draw(st.sampled_from(_METRES))
    metre = Metre(beats=beats, beat_unit=unit)
    phrases = []
    position = draw(st.sampled_from([Fraction(-3, 2), Fraction(-1, 2), Fraction(0), Fraction(1, 3), Fraction(7, 4)]))
    for p in range(draw(st.integers(1, 3))):
        sung = draw(st.lists(words(), min_size=1, max_size=3))
        places: list[tuple[int, int] | None] = []
        for w, one in enumerate(sung):
            for s in range(len(one.syllables)):
                places.append((w, s))
                places.extend([None] * draw(st.integers(0, 2)) if draw(st.integers(0, 3)) == 0 else [])
        notes = []
        here = (0, 0)
        for place in places:
            here = place or here
            duration = draw(st.sampled_from(_GRID))
            notes.append(
                Note(
                    start_quarters=position,
                    duration_quarters=duration,
                    midi_note=draw(st.integers(40, 84)),
                    syllable=sung[here[0]].syllables[here[1]] if place else None,
                    word_index=here[0],
                    syllable_index=here[1],
                )
            )
            position += duration
            if draw(st.integers(0, 4)) == 0:
                position += draw(st.sampled_from(_GRID))
        phrases.append(
            Phrase(name=f"verse-1.{p + 1}", section_index=0, line_index=p, words=tuple(sung), notes=tuple(notes))
        )
        position += draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(2)]))
    bar = metre.bar_quarters
    n_bars = max(1, -(-position // bar))
    first = draw(st.integers(1, n_bars))
    spans = [("Verse 1", "verse", Fraction(0), first * bar)]
    if first < n_bars:
        spans.append(("Chorus", "chorus", first * bar, (n_bars - first) * bar))
    sections = tuple(
        Section(name=name, kind=kind, start_quarters=start, duration_quarters=duration, intensity=0.5)
        for name, kind, start, duration in spans
    )
    chords = tuple(
        chord(
            str(i * bar),
            str(bar),
            draw(st.sampled_from(_ROOTS)),
            draw(st.sampled_from(sorted(CHORD_SUFFIXES))),
            draw(st.sampled_from(_ROOTS)),
            "I",
            "1",
        )
        for i in range(n_bars)
    )
    return Score(
        title=draw(_TEXTS),
        artist="A",
        style="ballad",
        tempo_qpm=draw(st.integers(40, 200)),
        metre=metre,
        key=Key(
            tonic=draw(st.sampled_from(_ROOTS[:1] + _ROOTS[1:2] + _ROOTS[3:])),
            mode=draw(st.sampled_from(["major", "minor"])),
        ),
        sections=sections,
        chords=chords,
        phrases=tuple(phrases),
    )
