"""Offline rendering of notes through FluidSynth: one synthesiser with one preset for one stem.

Conventions: float32 out of the synthesiser (nothing can clip), its own reverb and chorus off, one thread, samples
loaded only for the preset in use (0.03 s instead of seconds). FluidSynth acts on events at the start of its blocks
of 64 samples, so every event is rounded to the nearest block: 0.73 ms at most at 44.1 kHz. Bent notes get channels
of their own, in turn.

Samples of a soundfont do not all start at once: in MuseScore General a finger bass needs 9 to 48 ms to speak,
depending on the key. A player hears that and plays ahead; so does `render_notes`, by what `_speaking_time_s`
measures for every key.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from songwright.errors import MissingPart, RenderError
from songwright.playing.soundfont import INSTALL_COMMAND

BLOCK_SAMPLES: Final = 64
_GAIN: Final = 0.5  # measured on the examples: strummed guitar peaks at -12 dBFS, kits at -8 to -4; floats carry more
_BEND_CHANNELS: Final = tuple(channel for channel in range(1, 16) if channel != 9)
_BEND_RANGE_SEMITONES: Final = 12
_BEND_STEP_BLOCKS: Final = 2  # a bend is drawn every 2.9 ms
_PROBE_S: Final = 0.1
_SPOKEN_DB: Final = -10.0  # a note is there when it comes this near to the peak of its first 100 ms
_MOST_AHEAD_S: Final = 0.06  # pads swell for longer than that; nobody plays them earlier
_INTERPOLATION_7TH_ORDER: Final = 7  # FLUID_INTERP_HIGHEST: the least aliasing of transposed samples


Event = tuple[int, int, int, int, int, int]
"""Block, order in the block, kind (0 off, 1 bend, 2 on), channel, key or bend, velocity."""


@dataclass(frozen=True, kw_only=True)
class SynthNote:
    """A note for the synthesiser, in seconds; it slides in over ``bend_s`` from ``bend_cents`` away."""

    start_s: float
    end_s: float
    midi_note: int
    velocity: int
    bend_cents: int = 0
    bend_s: float = 0.0


_FLUID_WARN = 2
"""FluidSynth's number for warnings (``enum fluid_log_level``)."""


def _load_library() -> Any:
    try:
        import fluidsynth
    except ImportError as error:  # pyfluidsynth says ImportError when libfluidsynth is not there
        raise MissingPart(f"FluidSynth cannot be loaded ({error}); install it with: {INSTALL_COMMAND}") from error
    # The soundfont's pedal steel has modulators that FluidSynth does not know; it warns of each and leaves them out.
    fluidsynth._fl.fluid_set_log_function(_FLUID_WARN, None, None)
    return fluidsynth


def _events(notes: tuple[SynthNote, ...], sample_rate_hz: int) -> list[Event]:

    def to_block(seconds: float) -> int:
        return round(seconds * sample_rate_hz / BLOCK_SAMPLES)

    events = []
    next_start: dict[tuple[int, int], float] = {}
    n_bent = sum(note.bend_cents != 0 for note in notes)
    for i in range(len(notes) - 1, -1, -1):
        note = notes[i]
        channel = 0
        if note.bend_cents:
            n_bent -= 1
            channel = _BEND_CHANNELS[n_bent % len(_BEND_CHANNELS)]
        # a key that is struck again stops its own earlier sound just before, as on a string
        end_s = min(note.end_s, next_start.get((channel, note.midi_note), math.inf))
        next_start[(channel, note.midi_note)] = note.start_s
        on = to_block(note.start_s)
        off = max(to_block(end_s), on + 1)
        if note.bend_cents:
            n_steps = max(round(note.bend_s * sample_rate_hz / (BLOCK_SAMPLES * _BEND_STEP_BLOCKS)), 1)
            for step in range(n_steps + 1):
                rest = 0.5 + 0.5 * math.cos(math.pi * step / n_steps)  # an S-shaped slide
                bend = round(note.bend_cents * rest / (100 * _BEND_RANGE_SEMITONES) * 8192)
                events.append((on + step * _BEND_STEP_BLOCKS, 1, 1, channel, bend, 0))
        events.append((on, 2, 2, channel, note.midi_note, note.velocity))
        events.append((off, 0, 0, channel, note.midi_note, 0))
    return sorted(events)


def render_notes(
    notes: tuple[SynthNote, ...], *, bank: int, program: int, soundfont: Path, n_samples: int, sample_rate_hz: int
) -> npt.NDArray[np.float32]:
    """Render notes (sorted by start) with one preset [shape=(2, n_samples), float32]; each speaks at its ``start_s``.

    Raises
    ------
    MissingPart
        If FluidSynth is not installed.
    RenderError
        If the soundfont cannot be read or lacks the preset.
    """
    library = _load_library()
    with _open_synth(library, soundfont, bank, program, sample_rate_hz) as synth:
        ahead_s = {key: _speaking_time_s(library, synth, key, sample_rate_hz) for key in {n.midi_note for n in notes}}
        # nothing of the probes may sound on: a fresh synthesiser plays the part
    early = tuple(replace(note, start_s=max(note.start_s - ahead_s[note.midi_note], 0.0)) for note in notes)
    events = _events(tuple(sorted(early, key=lambda note: note.start_s)), sample_rate_hz)
    with _open_synth(library, soundfont, bank, program, sample_rate_hz) as synth:
        return _write(library, synth, events, n_samples)


@contextmanager
def _open_synth(library: Any, soundfont: Path, bank: int, program: int, sample_rate_hz: int) -> Iterator[Any]:
    synth = library.Synth(
        gain=_GAIN,
        samplerate=float(sample_rate_hz),
        channels=16,
        **{
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.cpu-cores": 1,
            "synth.dynamic-sample-loading": 1,
            "synth.polyphony": 256,
        },
    )
    try:
        handle = ctypes.c_void_p(synth.synth)
        font_id = synth.sfload(str(soundfont))
        if font_id < 0:
            raise RenderError(f"play: {soundfont} cannot be read as a soundfont")
        library._fl.fluid_synth_set_interp_method(handle, -1, _INTERPOLATION_7TH_ORDER)
        for channel in (0, *_BEND_CHANNELS):
            if synth.program_select(channel, font_id, bank, program) != 0:
                raise RenderError(f"play: {soundfont.name} has no preset {program} in bank {bank}")
            library._fl.fluid_synth_pitch_wheel_sens(handle, channel, _BEND_RANGE_SEMITONES)
        yield synth
    finally:
        synth.delete()


def _speaking_time_s(library: Any, synth: Any, midi_note: int, sample_rate_hz: int) -> float:
    n_samples = round(_PROBE_S * sample_rate_hz)
    sound = np.abs(_write(library, synth, [(0, 2, 2, 0, midi_note, 100)], n_samples)).max(axis=0)
    synth.all_sounds_off(0)
    if not sound.any():
        return 0.0
    spoken = int(np.argmax(sound >= sound.max() * 10.0 ** (_SPOKEN_DB / 20.0)))
    return min(spoken / sample_rate_hz, _MOST_AHEAD_S)


def _write(library: Any, synth: Any, events: list[Event], n_samples: int) -> npt.NDArray[np.float32]:
    handle = ctypes.c_void_p(synth.synth)
    write_float = library._fl.fluid_synth_write_float
    n_blocks = -(-n_samples // BLOCK_SAMPLES)
    sound = np.zeros((2, n_blocks * BLOCK_SAMPLES), dtype=np.float32)
    left, right = (sound[channel].ctypes.data for channel in (0, 1))

    def write_until(block: int, done: int) -> int:
        if block > done:
            offset, n = done * BLOCK_SAMPLES * 4, (block - done) * BLOCK_SAMPLES
            write_float(handle, n, ctypes.c_void_p(left + offset), 0, 1, ctypes.c_void_p(right + offset), 0, 1)
        return max(block, done)

    done = 0
    for block, _, kind, channel, value, velocity in events:
        done = write_until(min(block, n_blocks), done)
        if kind == 0:
            synth.noteoff(channel, value)
        elif kind == 1:
            synth.pitch_bend(channel, max(min(value, 8191), -8192))
        else:
            synth.noteon(channel, value, velocity)
    write_until(n_blocks, done)
    return sound[:, :n_samples]
