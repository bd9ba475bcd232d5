"""The song as a Standard MIDI File (type 1): a conductor track, a track for each voice, a track for each instrument.

Conventions
-----------
* Sung notes are those of the score, exactly; the band's are as it played them, so the human timing is kept (480 ticks a
  quarter, 1.3 ms at 96 quarters a minute).
* Tick 0 is a bar line. When a pick-up or an early stroke comes before the first bar, whole bars are put in front; the
  audio files start `LEAD_IN_S` before the first bar, which a text event on the conductor's track says.
* Voices carry lyric events, a syllable each: a space ends a word, a carriage return a line (MMA RP-026). Text is UTF-8.
* Kits are on channel 10 (our own stomps and claps on the kit's foot and hands). More than 15 pitched parts go on to
  further ports, 15 on each.
Sources: Standard MIDI Files 1.0 (MMA RP-001), General MIDI level 1.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from songwright.documents.arrangement import BandPerformance, PerformedPart, VocalPart
from songwright.documents.band_style import INSTRUMENTS
from songwright.documents.score import LEAD_IN_S, Phrase, Score
from songwright.errors import InputError, nearest_names
from songwright.formats.spelling import key_to_fifths

TICKS_PER_QUARTER: Final = 480
KIT_CHANNEL: Final = 9
"""Channel 10 as people count."""
_PITCHED_CHANNELS: Final = tuple(channel for channel in range(16) if channel != KIT_CHANNEL)
_VOICE_PROGRAM: Final = 53
"""General MIDI 54 as people count, Voice Oohs."""
_VOICE_VELOCITY: Final = 96
_BEND_RANGE_CENTS: Final = 200
"""A General MIDI instrument's pitch wheel reaches two semitones; larger slides set their range first (RPN 0)."""
_BEND_S: Final = 0.16
"""Time of a slide into a note, at most half of it: as the instruments are played."""
_BEND_STEPS: Final = 8
_MAJOR_NAMES: Final = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR_NAMES: Final = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")


@dataclass(frozen=True, kw_only=True)
class _Event:
    """A message at a tick; ``rank`` orders what falls on one tick: set-up, note-off, bend, text, note-on."""

    tick: int
    rank: int
    message: Any


def song_to_midi(score: Score, *, band: BandPerformance | None = None, voices: Sequence[VocalPart] = ()) -> bytes:
    """Return the song as the bytes of a MIDI file; the same documents always give the same bytes.

    Parameters
    ----------
    score
        Tempo, metre, key, sections, and the lead's melody.
    band
        What the instruments played, in seconds of the audio files.
    voices
        Every sung part. Without a ``lead`` among them the score's melody is the lead.

    Raises
    ------
    InputError
        If a part names an instrument that the band does not have.
    """
    import mido

    first = _first_quarter(score, band, voices)
    shift = -(first // score.metre.bar_quarters) * score.metre.bar_quarters if first < 0 else Fraction(0)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_track(score.title, _conductor_events(score, shift)))
    sung = [(voice.name, voice.phrases) for voice in voices]
    if not any(voice.role == "lead" for voice in voices):
        sung.insert(0, ("lead", score.phrases))
    n_pitched = 0
    for name, phrases in sung:
        port, channel = divmod(n_pitched, len(_PITCHED_CHANNELS))
        n_pitched += 1
        sung_events = _voice_events(phrases, _PITCHED_CHANNELS[channel], shift)
        file.tracks.append(_track(name, [*_port(port), *sung_events]))
    for part in band.parts if band is not None else ():
        instrument = INSTRUMENTS.get(part.instrument)
        if instrument is None:
            known = nearest_names(part.instrument, INSTRUMENTS)
            raise InputError(f"band part {part.name!r}: no instrument {part.instrument!r}; nearest are {known}")
        if instrument.source == "soundfont":
            port, place = divmod(n_pitched, len(_PITCHED_CHANNELS))
            channel = _PITCHED_CHANNELS[place]
            n_pitched += 1
        else:
            port, channel = 0, KIT_CHANNEL
        events = [*_port(port)]
        if instrument.source != "own":
            bank = 0 if channel == KIT_CHANNEL else instrument.bank
            events.append(_at(0, 0, mido.Message("control_change", channel=channel, control=0, value=bank)))
            events.append(_at(0, 0, mido.Message("program_change", channel=channel, program=instrument.program)))
        events += _part_events(part, score, channel, shift)
        file.tracks.append(_track(part.name, events))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _first_quarter(score: Score, band: BandPerformance | None, voices: Sequence[VocalPart]) -> Fraction:
    starts = [phrase.start_quarters for phrase in score.phrases[:1]]
    starts += [phrase.start_quarters for voice in voices for phrase in voice.phrases[:1]]
    if band is not None:
        played = (note.start_s for part in band.parts for note in part.notes)
        earliest_s = min(played, default=LEAD_IN_S)
        starts.append(Fraction(score.tempo_map.seconds_to_quarters(earliest_s)).limit_denominator(TICKS_PER_QUARTER))
    return min([Fraction(0), *starts])


def _at(tick: int, rank: int, message: Any) -> _Event:
    return _Event(tick=tick, rank=rank, message=message)


def _port(port: int) -> list[_Event]:
    import mido

    return [_at(0, 0, mido.MetaMessage("midi_port", port=port))] if port else []


def _ticks(quarters: Fraction | float) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _track(name: str, events: Sequence[_Event]) -> Any:
    import mido

    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name, time=0)])
    now = 0
    for event in sorted(events, key=lambda event: (event.tick, event.rank)):
        track.append(event.message.copy(time=event.tick - now))
        now = event.tick
    track.append(mido.MetaMessage("end_of_track", time=0))
    return track


def _conductor_events(score: Score, shift: Fraction) -> list[_Event]:
    import mido

    fifths = key_to_fifths(score.key)
    key = _MAJOR_NAMES[fifths + 7] if score.key.mode == "major" else _MINOR_NAMES[fifths + 7] + "m"
    metre = score.metre
    clicks = 36 if metre.beat_unit == 8 and metre.beats % 3 == 0 else max(96 // metre.beat_unit, 1)
    time_signature = mido.MetaMessage(
        "time_signature", numerator=metre.beats, denominator=metre.beat_unit, clocks_per_click=clicks
    )
    text = f"The audio files start {LEAD_IN_S:g} s before quarter {shift} of this file"
    events = [
        _at(0, 0, mido.MetaMessage("set_tempo", tempo=round(60e6 / score.tempo_qpm))),
        _at(0, 0, time_signature),
        _at(0, 0, mido.MetaMessage("key_signature", key=key)),
        _at(0, 0, mido.MetaMessage("text", text=text)),
    ]
    for section in score.sections:
        tick = _ticks(section.start_quarters + shift)
        events.append(_at(tick, 3, mido.MetaMessage("marker", text=section.name)))
    end = _ticks(score.duration_quarters + shift)
    events.append(_at(end, 3, mido.MetaMessage("marker", text="End")))
    return events


def _voice_events(phrases: Sequence[Phrase], channel: int, shift: Fraction) -> Iterator[_Event]:
    import mido

    yield _at(0, 0, mido.Message("program_change", channel=channel, program=_VOICE_PROGRAM))
    for phrase in phrases:
        last_word = len(phrase.words) - 1
        for note in phrase.notes:
            start, end = _ticks(note.start_quarters + shift), _ticks(note.end_quarters + shift)
            if note.syllable is not None:
                ends_word = note.syllable_index == len(phrase.words[note.word_index].syllables) - 1
                mark = "" if not ends_word else "\r" if note.word_index == last_word else " "
                yield _at(start, 3, mido.MetaMessage("lyrics", text=note.syllable.text + mark))
            yield _at(start, 4, _note_on(channel, note.midi_note, _VOICE_VELOCITY))
            yield _at(max(end, start + 1), 1, _note_off(channel, note.midi_note))


def _part_events(part: PerformedPart, score: Score, channel: int, shift: Fraction) -> Iterator[_Event]:
    import mido

    tempo_map = score.tempo_map

    def to_tick(seconds: float) -> int:
        return _ticks(tempo_map.seconds_to_quarters(seconds) + float(shift))

    widest = max((abs(note.bend_cents) for note in part.notes), default=0)
    reach_cents = max(_BEND_RANGE_CENTS, 100 * math.ceil(widest / 100))
    if reach_cents > _BEND_RANGE_CENTS:
        for control, value in ((101, 0), (100, 0), (6, reach_cents // 100), (38, 0)):
            yield _at(0, 0, mido.Message("control_change", channel=channel, control=control, value=value))
    by_pitch: dict[int, list[tuple[int, int, int]]] = {}
    for note in part.notes:
        start = to_tick(note.start_s)
        by_pitch.setdefault(note.midi_note, []).append((start, to_tick(note.start_s + note.duration_s), note.velocity))
        if note.bend_cents:
            length_s = min(_BEND_S, note.duration_s / 2)
            for step in range(_BEND_STEPS + 1):
                share = 1 - step / _BEND_STEPS
                wheel = max(-8192, min(8191, round(8192 * share * note.bend_cents / reach_cents)))
                tick = to_tick(note.start_s + length_s * step / _BEND_STEPS)
                yield _at(tick, 2, mido.Message("pitchwheel", channel=channel, pitch=wheel))
    for midi_note, spans in by_pitch.items():
        # One pitch on one channel can sound once: a new stroke ends the old one, of two at once the stronger stays.
        spans.sort(key=lambda span: (span[0], -span[2]))
        kept = [next(group) for _, group in itertools.groupby(spans, key=lambda span: span[0])]
        for i, (start, end, velocity) in enumerate(kept):
            limit = kept[i + 1][0] if i + 1 < len(kept) else end
            yield _at(start, 4, _note_on(channel, midi_note, velocity))
            yield _at(max(min(end, limit), start + 1), 1, _note_off(channel, midi_note))


def _note_on(channel: int, midi_note: int, velocity: int) -> Any:
    import mido

    return mido.Message("note_on", channel=channel, note=midi_note, velocity=velocity)


def _note_off(channel: int, midi_note: int) -> Any:
    import mido

    return mido.Message("note_off", channel=channel, note=midi_note, velocity=0)
