"""Who sings besides the lead: doubles, a harmony that follows the chords, and the gang that shouts.

The harmony is the cheapest path through the notes that a second singer could take (dynamic programming over each
phrase): thirds and sixths above all, chord tones where a note is strong or long, small steps, never the lead's pitch
and never on the other side of it. The prices are house choices; the tests hold the result to thirds and chord tones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from songwright.arranging.bars import SongMap, chord_tones, local_scale, nearest_note
from songwright.documents.arrangement import VocalPart
from songwright.documents.band_style import BandStyle
from songwright.documents.lyric import Lyric, Syllable, Word
from songwright.documents.score import Note, Phrase
from songwright.errors import InputError

Range = tuple[int, int]

INTERVAL_COST: Final[Mapping[int, float]] = {
    3: 0.0, 4: 0.0, 8: 0.7, 9: 0.7, 5: 1.0, 7: 1.6, 6: 2.2, 15: 1.2, 16: 1.2, 17: 2.4,
}  # fmt: skip
"""Semitones between harmony and lead: thirds, then sixths, then fourths, tenths, fifths; the tritone last."""
NOT_A_CHORD_TONE: Final = 4.0
"""Price, for a note of one quarter on a strong beat, of leaving the chord."""
LEAP: Final = 0.25
"""Price of each semitone a voice moves beyond a whole tone more than the lead does."""
WRONG_SIDE: Final = 10.0
"""Price, a phrase, of singing on the side that the style did not ask for."""
DEFAULT_REACH: Final = 5
"""Where a singer's range is not told: semitones beyond the lead's own lowest and highest note."""
DOUBLE_NAMES: Final = ("double-left", "double-right")
GANG_SPREAD: Final = (0, 3, -3, 1)
"""Semitones by which neighbours in the gang shout apart, so that they make a chord (house choice)."""
HARMONY_VERSE_INTENSITY: Final = 0.6
"""Verses at least this full get a harmony on their last line."""


def lead_part(song: SongMap, singer: str) -> VocalPart:
    """All phrases, by the lead singer."""
    return VocalPart(name="lead", role="lead", singer=singer, phrases=song.score.phrases)


def double_parts(song: SongMap, band: BandStyle, singer: str) -> tuple[VocalPart, ...]:
    """The lead once or twice more in every chorus."""
    kinds = [section.kind for section in song.score.sections]
    phrases = tuple(phrase for phrase in song.score.phrases if kinds[phrase.section_index] == "chorus")
    if not phrases:
        return ()
    return tuple(
        VocalPart(name=name, role="double", singer=singer, phrases=phrases) for name in DOUBLE_NAMES[: band.doubles]
    )


def harmony_part(
    song: SongMap, band: BandStyle, singer: str, vocal_ranges: Mapping[str, Range]
) -> tuple[VocalPart, ...]:
    """The second voice in choruses and outro, and on the last line of full verses.

    Raises
    ------
    InputError
        If the singer's range holds no note beside the lead.
    """
    if band.harmony == "none":
        return ()
    low, high = vocal_ranges.get(singer, lead_range(song))
    harmonised: list[Phrase] = []
    for i, section in enumerate(song.score.sections):
        phrases = song.phrases_in(i)
        if section.kind == "verse" and section.intensity >= HARMONY_VERSE_INTENSITY:
            phrases = phrases[-1:]
        elif section.kind not in ("chorus", "outro"):
            continue
        if not phrases:
            continue
        sides = {}
        for side in (1, -1):
            price = 0.0 if (side > 0) == (band.harmony == "above") else WRONG_SIDE * len(phrases)
            paths = [_harmony_path(song, phrase, side, low, high) for phrase in phrases]
            if all(path is not None for path in paths):
                found = [path for path in paths if path is not None]
                sides[side] = (price + sum(cost for cost, _ in found), [notes for _, notes in found])
        if not sides:
            name = phrases[0].name
            raise InputError(
                f"harmony in {section.name}, from {name}: {singer} sings MIDI {low} to {high}, which holds no "
                "third, sixth or tenth beside the lead there; choose another harmony singer or another key"
            )
        _, chosen = min(sides.values(), key=lambda side: side[0])
        harmonised.extend(_with_notes(phrase, notes) for phrase, notes in zip(phrases, chosen, strict=True))
    if not harmonised:
        return ()
    return (VocalPart(name="harmony", role="harmony", singer=singer, phrases=tuple(harmonised)),)


def _with_notes(phrase: Phrase, midi_notes: list[int]) -> Phrase:
    notes = tuple(replace(note, midi_note=m) for note, m in zip(phrase.notes, midi_notes, strict=True))
    return replace(phrase, notes=notes)


def _harmony_path(song: SongMap, phrase: Phrase, side: int, low: int, high: int) -> tuple[float, list[int]] | None:
    """Cost and notes of the cheapest second voice on one side of a phrase; ``None`` where the range leaves none."""
    paths: dict[int, tuple[float, list[int]]] = {}
    before: Note | None = None
    for note in phrase.notes:
        nexts: dict[int, tuple[float, list[int]]] = {}
        for interval in INTERVAL_COST:
            midi_note = note.midi_note + side * interval
            if not low <= midi_note <= high:
                continue
            local = _note_price(song, note, midi_note, interval)
            if before is None:
                nexts[midi_note] = (local, [midi_note])
                continue
            lead_step = abs(note.midi_note - before.midi_note)
            came_from = min(
                (
                    (cost + LEAP * max(abs(midi_note - last) - max(lead_step, 2), 0), notes)
                    for last, (cost, notes) in paths.items()
                ),
                default=None,
            )
            if came_from is not None:
                nexts[midi_note] = (came_from[0] + local, [*came_from[1], midi_note])
        if not nexts:
            return None
        paths, before = nexts, note
    return min(paths.values())


def _note_price(song: SongMap, note: Note, midi_note: int, interval: int) -> float:
    """How badly one note of a second voice sounds: its interval, and its place in chord and key by length and beat."""
    cost = INTERVAL_COST[interval] * (1.0 + min(float(note.duration_quarters), 2.0))
    weight = min(float(note.duration_quarters), 2.0) * (1.0 if song.is_strong(note.start_quarters) else 0.6)
    chord = song.chord_at(note.start_quarters)
    pitch_class = midi_note % 12
    if pitch_class not in chord_tones(chord):
        cost += NOT_A_CHORD_TONE * max(weight, 0.15)
        if pitch_class not in local_scale(song.score.key, chord):
            cost += 6.0
        if weight >= 0.5 and {(pitch_class - 1) % 12} & chord_tones(chord):
            cost += 2.0  # a semitone above a chord tone rubs hardest (the avoid note)
    return cost


def lead_range(song: SongMap) -> Range:
    """The lead's lowest and highest note, `DEFAULT_REACH` wider on both sides."""
    notes = [note.midi_note for phrase in song.score.phrases for note in phrase.notes] or [60]
    return min(notes) - DEFAULT_REACH, max(notes) + DEFAULT_REACH


class GangVoices:
    """Places what the gang shouts: the lyric's answers after their lines, and a plain shout where nobody sings."""

    def __init__(self, song: SongMap, lyric: Lyric, band: BandStyle, shout: tuple[Word, ...]) -> None:
        self._song = song
        self._calls: list[tuple[str, int, int, tuple[Word, ...], list[tuple[Fraction, Fraction, Syllable]]]] = []
        self._add_answers(lyric)
        if shout and band.shout:
            self._add_shouts(shout)

    def parts(self, singers: tuple[str, ...], vocal_ranges: Mapping[str, Range]) -> tuple[VocalPart, ...]:
        """One part a singer, each on a chord tone a little above the middle of its range."""
        if not self._calls:
            return ()
        return tuple(
            VocalPart(
                name=f"gang-{i}",
                role="gang",
                singer=singer,
                phrases=self._phrases(i - 1, vocal_ranges.get(singer, lead_range(self._song))),
            )
            for i, singer in enumerate(singers, start=1)
        )

    def spans(self) -> list[tuple[Fraction, Fraction]]:
        """When somebody shouts."""
        return [(notes[0][0], notes[-1][0] + notes[-1][1]) for *_, notes in self._calls]

    def _phrases(self, number: int, voice_range: Range) -> tuple[Phrase, ...]:
        low, high = voice_range
        shouted_at = low + 0.6 * (high - low)  # a shout lies above the middle of a voice
        phrases = []
        for name, section_index, line_index, words, placed in self._calls:
            places = _syllable_places(words)
            tones = frozenset(self._song.chord_at(placed[-1][0]).pitch_classes)
            midi_note = nearest_note(shouted_at + GANG_SPREAD[number % len(GANG_SPREAD)], tones, low, high)
            notes = tuple(
                Note(
                    start_quarters=start,
                    duration_quarters=duration,
                    midi_note=midi_note,
                    syllable=syllable,
                    word_index=word_index,
                    syllable_index=syllable_index,
                )
                for (start, duration, syllable), (word_index, syllable_index) in zip(placed, places, strict=True)
            )
            phrases.append(
                Phrase(name=name, section_index=section_index, line_index=line_index, words=words, notes=notes)
            )
        return tuple(phrases)

    def _add_answers(self, lyric: Lyric) -> None:
        score = self._song.score
        for i, section in enumerate(score.sections):
            if section.lyric_index is None:
                continue
            lines = lyric.sections[section.lyric_index].lines
            last_of_line = {phrase.line_index: phrase for phrase in self._song.phrases_in(i)}
            for line_index, phrase in sorted(last_of_line.items()):
                answer = lines[line_index].answer if line_index < len(lines) else ()
                if not answer:
                    continue
                later = [p.start_quarters for p in score.phrases if p.start_quarters >= phrase.end_quarters]
                until = min([*later, score.duration_quarters])
                placed = self._place(answer, phrase, until)
                self._calls.append((f"{phrase.name}-answer", i, line_index, answer, placed))

    def _place(
        self, answer: tuple[Word, ...], phrase: Phrase, until: Fraction
    ) -> list[tuple[Fraction, Fraction, Syllable]]:
        """Even syllables in the gap after a phrase, stresses on beats; over the last note where there is no gap."""
        syllables = [syllable for word in answer for syllable in word.syllables]
        for step in (Fraction(1), Fraction(1, 2), Fraction(1, 4)):
            length = step * (len(syllables) - 1)
            first = -((-phrase.end_quarters) // step) * step
            latest = until - length - max(step, Fraction(1, 2))
            starts = [first + k * step for k in range(max(int((latest - first) / step), -1) + 1)][:16]
            grid = [start for start in starts if start >= phrase.end_quarters]
            if grid:
                start = min(grid, key=lambda s: (self._shout_price(s, step, syllables) + 0.1 * float(s - first), s))
                return self._spread(syllables, start, step, until)
        step = Fraction(1, 4)
        end = max(until, phrase.end_quarters) - Fraction(1, 4)
        return self._spread(syllables, end - step * len(syllables), step, end)

    def _shout_price(self, start: Fraction, step: Fraction, syllables: list[Syllable]) -> float:
        price = 0.0
        for i, syllable in enumerate(syllables):
            at = start + i * step
            on_beat = at.denominator == 1
            if syllable.stress == 1 and not on_beat:
                price += 1.0
            if i == len(syllables) - 1:
                beat = at % self._song.score.metre.bar_quarters
                price += 0.0 if beat in (0, self._song.score.metre.bar_quarters - 1) else 0.25 if on_beat else 1.0
        return price

    def _spread(
        self, syllables: list[Syllable], start: Fraction, step: Fraction, until: Fraction
    ) -> list[tuple[Fraction, Fraction, Syllable]]:
        starts = [start + i * step for i in range(len(syllables))]
        ends = [*starts[1:], max(min(starts[-1] + 1, until - Fraction(1, 4)), starts[-1] + Fraction(1, 4))]
        return [(a, b - a, syllable) for a, b, syllable in zip(starts, ends, syllables, strict=True)]

    def _add_shouts(self, shout: tuple[Word, ...]) -> None:
        """On the last beat of every second bar where nobody sings, and with the last hit."""
        score = self._song.score
        syllables = [syllable for word in shout for syllable in word.syllables]
        busy = [(p.start_quarters, p.end_quarters) for p in score.phrases] + self.spans()
        beat = Fraction(4, score.metre.beat_unit)
        for bar in self._song.bars:
            kind = bar.section.kind
            if kind not in ("intro", "instrumental", "outro"):
                continue
            if bar.is_last_of_song:
                start = bar.start_quarters
            elif bar.index_in_section % 2 == 1:
                start = bar.end_quarters - beat
            else:
                continue
            step = beat / 2 if len(syllables) == 2 else beat / len(syllables)
            ends_by = start + step * len(syllables) + (Fraction(1, 2) if bar.is_last_of_song else Fraction(1, 8))
            placed = self._spread(syllables, start, step, ends_by)
            span = (start - Fraction(1, 2), placed[-1][0] + placed[-1][1])
            if any(a < span[1] and span[0] < b for a, b in busy):
                continue
            slug = bar.section.name.lower().replace(" ", "-")
            number = f"{bar.section_index + 1}.{bar.index_in_section + 1}"
            self._calls.append((f"{slug}-{number}-shout", bar.section_index, 0, shout, placed))
        self._calls.sort(key=lambda call: call[4][0][0])


def _syllable_places(words: tuple[Word, ...]) -> list[tuple[int, int]]:
    return [(w, s) for w, word in enumerate(words) for s in range(len(word.syllables))]


def first_short_answer(lyric: Lyric) -> tuple[Word, ...]:
    """The lyric's own shortest shout of at most two syllables, to be used where the band shouts without words."""
    answers = [line.answer for section in lyric.sections for line in section.lines if line.answer]
    short = [a for a in answers if sum(len(word.syllables) for word in a) <= 2]
    return min(short, key=lambda a: sum(len(word.syllables) for word in a), default=())
