"""The score as MusicXML 4.0: melody with words, chord symbols, tempo, key, metre and rehearsal marks.

Written by hand rather than through a library: the order and the bytes are ours, nothing depends on the day, and it
takes milliseconds. The elements follow the MusicXML 4.0 schema (W3C Music Notation Community Group, 2021). A held
syllable gets an extender when it ends its word, and a slur over its notes.
"""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from songwright.documents.score import Chord, Phrase, Score
from songwright.errors import InputError
from songwright.formats.notation import (
    VALUE_NAMES,
    Measure,
    WrittenNote,
    beat_quarters,
    score_to_measures,
)
from songwright.formats.spelling import SpelledPitch, key_to_fifths, spell_midi_note
from songwright.formats.xml_text import checked_xml_text

_KINDS: Final = {
    "maj": "major",
    "min": "minor",
    "7": "dominant",
    "maj7": "major-seventh",
    "min7": "minor-seventh",
    "sus4": "suspended-fourth",
    "sus2": "suspended-second",
    "add9": "major",
    "6": "major-sixth",
    "dim": "diminished",
    "aug": "augmented",
}
_KIND_TEXTS: Final = {"maj": "", "min": "m", "min7": "m7", "6": "6"}
_ACCIDENTALS: Final = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_LOW_VOICE_MIDI: Final = 60
"""A melody whose middle lies below middle C is written an octave higher under an octave clef, as tenors read it."""
_SYSTEM_BARS: Final = 4
_SYSTEM_WIDTH: Final = 130
"""Letters of lyric that fit across an A4 page at the engraver's size, measured on the examples' densest lines."""
_HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def score_to_musicxml(score: Score) -> str:
    """Return a score as MusicXML text; the same score always gives the same text.

    Raises
    ------
    InputError
        If a length cannot be written in notes, or a text holds a character that XML cannot.
    """
    measures = score_to_measures(score)
    divisions = _divisions(score, measures)
    root = ET.Element("score-partwise", version="4.0")
    _text(_child(root, "work"), "work-title", score.title, where="title")
    identification = _child(root, "identification")
    creator = _text(identification, "creator", score.artist, where="artist")
    creator.set("type", "composer")
    _text(_child(identification, "encoding"), "software", "Songwright")
    part_list = _child(root, "part-list")
    score_part = _child(part_list, "score-part", id="P1")
    _text(score_part, "part-name", "Voice").set("print-object", "no")
    instrument = _child(score_part, "score-instrument", id="P1-I1")
    _text(instrument, "instrument-name", "Voice")
    midi = _child(score_part, "midi-instrument", id="P1-I1")
    _text(midi, "midi-channel", "1")
    _text(midi, "midi-program", "54")  # General MIDI counts from 1: Voice Oohs
    part = _child(root, "part", id="P1")
    system_starts = _system_starts(score, measures)
    for i, measure in enumerate(measures):
        _write_measure(
            part,
            score,
            measure,
            divisions,
            is_first=i == 0,
            is_last=i == len(measures) - 1,
            starts_system=i in system_starts,
        )
    ET.indent(root, " ")
    return _HEADER + ET.tostring(root, encoding="unicode") + "\n"


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _text(parent: ET.Element, tag: str, text: str, *, where: str = "score") -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = checked_xml_text(text, where=where)
    return element


def _divisions(score: Score, measures: Sequence[Measure]) -> int:
    """Parts of a quarter in which every start and length is whole."""
    moments = [piece.duration_quarters for measure in measures for piece in measure.pieces]
    moments += [measure.duration_quarters for measure in measures]
    moments += [chord.start_quarters for chord in score.chords]
    moments += [section.start_quarters for section in score.sections]
    return math.lcm(4, *(moment.denominator for moment in moments))


def _write_measure(
    part: ET.Element,
    score: Score,
    measure: Measure,
    divisions: int,
    *,
    is_first: bool,
    is_last: bool,
    starts_system: bool,
) -> None:
    # A pick-up is bar 0; further bars before it need names of their own.
    is_pickup = measure.number < 1
    element = _child(part, "measure", number=str(measure.number) if measure.number >= 0 else f"X{-measure.number}")
    if is_pickup:
        element.set("implicit", "yes")
    if starts_system:
        element.append(ET.Element("print", {"new-system": "yes"}))
    if is_first:
        _write_attributes(element, score, divisions)
        _write_tempo(element, score)
    directions = _directions(score, measure)
    accidentals: dict[tuple[str, int], int] = {}
    beams = _beams(score, measure)
    tuplets = _tuplet_ends(measure)
    for index, piece in enumerate(measure.pieces):
        end = piece.start_quarters + piece.duration_quarters
        while directions and directions[0][0] < end:
            at, what = directions.pop(0)
            offset = round((at - piece.start_quarters) * divisions)
            _write_chord(element, what, offset) if isinstance(what, Chord) else _write_rehearsal(element, what, offset)
        note = _child(element, "note")
        _write_note(note, score, piece, divisions, accidentals, beams.get(index, ()), tuplets.get(index, ()))
    ends_section = any(section.end_quarters == measure.end_quarters for section in score.sections)
    if is_last or ends_section:
        barline = _child(element, "barline", location="right")
        _text(barline, "bar-style", "light-heavy" if is_last else "light-light")


def _system_starts(score: Score, measures: Sequence[Measure]) -> set[int]:
    """Indices of the bars that begin a new line of the page.

    Each section's first, then every four bars, or two or one where four are too full.
    """
    section_starts = {section.start_quarters for section in score.sections}
    edges = [i for i, measure in enumerate(measures) if measure.start_quarters in section_starts]
    starts: set[int] = set()
    for first, end in itertools.pairwise([*edges, len(measures)]):
        for group in range(first, end, _SYSTEM_BARS):
            bars = measures[group : min(group + _SYSTEM_BARS, end)]
            step = _SYSTEM_BARS
            while step > 1 and sum(map(_measure_width, bars[:step])) > _SYSTEM_WIDTH:
                step //= 2
            starts.update(range(group, group + len(bars), step))
    # A pick-up stays on the first line.
    return {i for i in starts if i > 0 and measures[i - 1].number > 0}


def _measure_width(measure: Measure) -> float:
    """Estimate of a bar's width in letters: its syllables and a little for every note and rest."""
    letters = sum(
        len(piece.note.syllable.text) + 1
        for piece in measure.pieces
        if piece.note is not None and piece.note.syllable is not None and not piece.tied_from
    )
    return max(letters + 2, 3 * len(measure.pieces), 8)


def _directions(score: Score, measure: Measure) -> list[tuple[Fraction, Chord | str]]:
    def is_here(position: Fraction) -> bool:
        return measure.start_quarters <= position < measure.end_quarters

    found: list[tuple[Fraction, Chord | str]] = [
        (section.start_quarters, section.name) for section in score.sections if is_here(section.start_quarters)
    ]
    found += [(chord.start_quarters, chord) for chord in score.chords if is_here(chord.start_quarters)]
    return sorted(found, key=lambda pair: pair[0])  # stable: a section's name before its chord


def _write_attributes(measure: ET.Element, score: Score, divisions: int) -> None:
    attributes = _child(measure, "attributes")
    _text(attributes, "divisions", str(divisions))
    key = _child(attributes, "key")
    _text(key, "fifths", str(key_to_fifths(score.key)))
    _text(key, "mode", score.key.mode)
    time = _child(attributes, "time")
    _text(time, "beats", str(score.metre.beats))
    _text(time, "beat-type", str(score.metre.beat_unit))
    clef = _child(attributes, "clef")
    _text(clef, "sign", "G")
    _text(clef, "line", "2")
    sung = sorted(note.midi_note for phrase in score.phrases for note in phrase.notes)
    if sung and sung[len(sung) // 2] < _LOW_VOICE_MIDI:
        _text(clef, "clef-octave-change", "-1")


def _write_tempo(measure: ET.Element, score: Score) -> None:
    beat = beat_quarters(score.metre)
    dotted = beat.numerator == 3
    undotted = beat * 2 / 3 if dotted else beat
    direction = _child(measure, "direction", placement="above")
    metronome = _child(_child(direction, "direction-type"), "metronome")
    _text(metronome, "beat-unit", VALUE_NAMES[int(math.log2(4 / undotted))])
    if dotted:
        _child(metronome, "beat-unit-dot")
    _text(metronome, "per-minute", f"{score.tempo_qpm / float(beat):.6g}")
    _child(direction, "sound", tempo=f"{score.tempo_qpm:.10g}")


def _write_rehearsal(measure: ET.Element, name: str, offset: int) -> None:
    direction = _child(measure, "direction", placement="above")
    _text(_child(direction, "direction-type"), "rehearsal", name, where="section name")
    if offset:
        _text(direction, "offset", str(offset))


def _write_chord(measure: ET.Element, chord: Chord, offset: int) -> None:
    harmony = _child(measure, "harmony", placement="above")

    def write_pitch(tag: str, name: str) -> None:
        element = _child(harmony, tag)
        _text(element, f"{tag}-step", name[0])
        if name[1:]:
            _text(element, f"{tag}-alter", str(name.count("#", 1) - name.count("b", 1)))

    write_pitch("root", chord.root)
    kind = _text(harmony, "kind", _KINDS[chord.quality])
    kind.set("text", _KIND_TEXTS.get(chord.quality, chord.quality))
    if chord.bass != chord.root:
        write_pitch("bass", chord.bass)
    if chord.quality == "add9":
        degree = _child(harmony, "degree")
        degree.set("print-object", "no")
        _text(degree, "degree-value", "9")
        _text(degree, "degree-alter", "0")
        _text(degree, "degree-type", "add")
    if offset:
        _text(harmony, "offset", str(offset))


def _write_note(
    element: ET.Element,
    score: Score,
    piece: WrittenNote,
    divisions: int,
    accidentals: dict[tuple[str, int], int],
    beams: Sequence[tuple[int, str]],
    tuplet_ends: Sequence[str],
) -> None:
    accidental = None
    if piece.note is None:
        rest = _child(element, "rest")
        if piece.value is None:
            rest.set("measure", "yes")
    else:
        pitch = spell_midi_note(piece.note.midi_note, key=score.key, chord=_chord_at(score, piece.note.start_quarters))
        accidental = _accidental(score, pitch, accidentals, tied_from=piece.tied_from)
        pitch_element = _child(element, "pitch")
        _text(pitch_element, "step", pitch.step)
        if pitch.alter:
            _text(pitch_element, "alter", str(pitch.alter))
        _text(pitch_element, "octave", str(pitch.octave))
    _text(element, "duration", str(round(piece.duration_quarters * divisions)))
    ties = [name for name, tied in (("stop", piece.tied_from), ("start", piece.tied_to)) if tied]
    for name in ties:
        _child(element, "tie", type=name)
    _text(element, "voice", "1")
    if piece.value is not None:
        _text(element, "type", VALUE_NAMES[piece.value.value])
        for _ in range(piece.value.dots):
            _child(element, "dot")
    if accidental is not None:
        _text(element, "accidental", accidental)
    if piece.value is not None and piece.value.tuplet:
        modification = _child(element, "time-modification")
        _text(modification, "actual-notes", str(piece.value.tuplet[0]))
        _text(modification, "normal-notes", str(piece.value.tuplet[1]))
    for number, name in beams:
        _text(element, "beam", name).set("number", str(number))
    slurs = list(_slur_ends(piece))
    if ties or slurs or tuplet_ends:
        notations = _child(element, "notations")
        for name in ties:
            _child(notations, "tied", type=name)
        for name in slurs:
            _child(notations, "slur", type=name, number="1")
        for name in tuplet_ends:
            _child(notations, "tuplet", type=name, number="1")
    _write_lyric(element, piece)


def _write_lyric(element: ET.Element, piece: WrittenNote) -> None:
    note, phrase = piece.note, piece.phrase
    if note is None or phrase is None or note.syllable is None or piece.tied_from:
        return
    n_syllables = len(phrase.words[note.word_index].syllables)
    is_last = note.syllable_index == n_syllables - 1
    lyric = _child(element, "lyric", number="1")
    syllabic = "single" if n_syllables == 1 else "end" if is_last else "begin" if note.syllable_index == 0 else "middle"
    _text(lyric, "syllabic", syllabic)
    _text(lyric, "text", note.syllable.text, where=f"phrase {phrase.name}")
    if is_last and (piece.tied_to or _n_held_after(phrase, phrase.notes.index(note)) > 0):
        _child(lyric, "extend")


def _n_held_after(phrase: Phrase, index: int) -> int:
    n = 0
    for note in phrase.notes[index + 1 :]:
        if note.syllable is not None:
            break
        n += 1
    return n


def _slur_ends(piece: WrittenNote) -> Iterator[str]:
    """Yield the ends of the slur over a melisma: from the syllable's own note to the last held one."""
    if piece.note is None or piece.phrase is None:
        return
    index = piece.phrase.notes.index(piece.note)
    held_after = _n_held_after(piece.phrase, index)
    if piece.note.syllable is None and held_after == 0 and not piece.tied_to:
        yield "stop"
    if piece.note.syllable is not None and held_after > 0 and not piece.tied_from:
        yield "start"


def _chord_at(score: Score, position: Fraction) -> Chord | None:
    return next((chord for chord in score.chords if chord.start_quarters <= position < chord.end_quarters), None)


def _accidental(
    score: Score, pitch: SpelledPitch, in_bar: dict[tuple[str, int], int], *, tied_from: bool
) -> str | None:
    """Return the sign to print: only where the key or an earlier sign in the bar says otherwise."""
    fifths = key_to_fifths(score.key)
    place = "FCGDAEB".index(pitch.step)
    in_key = 1 if place < fifths else -1 if place >= 7 + fifths else 0
    expected = in_bar.get((pitch.step, pitch.octave), in_key)
    if pitch.alter == expected or tied_from:
        return None
    in_bar[pitch.step, pitch.octave] = pitch.alter
    if pitch.alter not in _ACCIDENTALS:
        raise InputError(f"{score.title}: no sign for a note altered by {pitch.alter} semitones")
    return _ACCIDENTALS[pitch.alter]


def _beams(score: Score, measure: Measure) -> dict[int, list[tuple[int, str]]]:
    """Beams of neighbouring notes shorter than a quarter inside one beat, by the piece's index: (level, kind)."""
    beat = beat_quarters(score.metre)
    groups: list[list[int]] = []
    last_beat = None
    for index, piece in enumerate(measure.pieces):
        if piece.note is None or piece.value is None or piece.value.value < 3:
            last_beat = None
            continue
        this_beat = piece.start_quarters // beat
        if this_beat != last_beat:
            groups.append([])
        groups[-1].append(index)
        last_beat = this_beat
    beams: dict[int, list[tuple[int, str]]] = {}
    for group in groups:
        levels = [value.value - 2 for i in group if (value := measure.pieces[i].value) is not None]
        if len(group) < 2:
            continue
        for place, index in enumerate(group):
            before = levels[place - 1] if place else 0
            after = levels[place + 1] if place + 1 < len(group) else 0
            beams[index] = [(level, _beam_kind(level, before, after)) for level in range(1, levels[place] + 1)]
    return beams


def _beam_kind(level: int, before: int, after: int) -> str:
    if before >= level:
        return "continue" if after >= level else "end"
    if after >= level:
        return "begin"
    return "backward hook" if before else "forward hook"


def _tuplet_ends(measure: Measure) -> dict[int, list[str]]:
    """Where tuplet brackets start and stop: a group ends when it fills a plain length, or is left."""
    ends: dict[int, list[str]] = {}
    group: list[int] = []
    kind: tuple[int, int] | None = None
    for index, piece in enumerate(measure.pieces):
        tuplet = piece.value.tuplet if piece.value else None
        if group and tuplet != kind:
            ends.setdefault(group[-1], []).append("stop")
            group = []
        kind = tuplet
        if tuplet is None:
            continue
        if not group:
            ends.setdefault(index, []).append("start")
        group.append(index)
        denominator = sum((measure.pieces[i].duration_quarters for i in group), Fraction(0)).denominator
        if denominator & (denominator - 1) == 0:
            ends.setdefault(index, []).append("stop")
            group = []
    if group:
        ends.setdefault(group[-1], []).append("stop")
    return ends
