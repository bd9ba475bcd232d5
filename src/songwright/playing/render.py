"""One part of the band to one stereo stem of exact length."""

from __future__ import annotations

from typing import Final

import numpy as np

from songwright.documents.arrangement import PerformedPart
from songwright.documents.audio import Audio
from songwright.documents.band_style import INSTRUMENTS
from songwright.errors import InputError, nearest_names
from songwright.playing.percussion import render_claps, render_stomps
from songwright.playing.soundfont import SoundFont
from songwright.seeding import stage_rng

_END_FADE_S: Final = 0.02  # what still rings at the end of the file must not end in a click
_LEAST_DRUM_S: Final = 0.25  # a kit's note is a hit: letting go early must not choke it
_SLIDE_S: Final = 0.16  # bar or finger reaches the note in 0.1 to 0.2 s; a tuned default
_SLIDE_SHARE: Final = 0.5  # of a short note


def render_part(
    part: PerformedPart, *, duration_s: float, sample_rate_hz: int, soundfont: SoundFont, seed: int
) -> Audio:
    """Play a part.

    Parameters
    ----------
    part
        Notes in seconds of the file; `part.instrument` is a key of `documents.band_style.INSTRUMENTS`.
    duration_s
        Length of the stem; exactly ``round(duration_s * sample_rate_hz)`` samples come out.
    sample_rate_hz
        22.05 to 96 kHz.
    soundfont
        From `load_soundfont`.
    seed
        The song's seed; only the instruments that are synthesised here (claps, stomps) draw on it.

    Returns
    -------
    Audio
        Stereo float32, bit for bit the same for the same arguments.

    Raises
    ------
    InputError
        If the instrument is unknown or a note lies outside the file.
    """
    if part.instrument not in INSTRUMENTS:
        near = nearest_names(part.instrument, INSTRUMENTS)
        raise InputError(f"part {part.name}: unknown instrument {part.instrument!r}; nearest are {near}")
    if not 22050 <= sample_rate_hz <= 96000:
        raise InputError(f"part {part.name}: sample rate {sample_rate_hz} Hz, allowed are 22050 to 96000")
    for note in part.notes:
        if not 0.0 <= note.start_s < duration_s or note.duration_s <= 0.0:
            raise InputError(
                f"part {part.name}: a note at {note.start_s:.3f} s for {note.duration_s:.3f} s does not fit the file "
                f"of {duration_s:.3f} s"
            )
    instrument = INSTRUMENTS[part.instrument]
    n_samples = round(duration_s * sample_rate_hz)
    notes = tuple(sorted(part.notes, key=lambda note: (note.start_s, note.midi_note)))
    if instrument.source == "own":
        hits = tuple((note.start_s, note.velocity) for note in notes)
        render = render_claps if part.instrument == "claps" else render_stomps
        rng = stage_rng(seed, "play", part.name)
        sound = render(hits, n_samples=n_samples, sample_rate_hz=sample_rate_hz, rng=rng)
    else:
        from songwright.playing.backends.fluidsynth import SynthNote, render_notes

        least_s = _LEAST_DRUM_S if instrument.source == "kit" else 0.0
        synth_notes = tuple(
            SynthNote(
                start_s=note.start_s,
                end_s=note.start_s + max(note.duration_s, least_s),
                midi_note=note.midi_note,
                velocity=note.velocity,
                bend_cents=note.bend_cents,
                bend_s=min(_SLIDE_S, _SLIDE_SHARE * note.duration_s),
            )
            for note in notes
        )
        sound = render_notes(
            synth_notes,
            bank=instrument.bank,
            program=instrument.program,
            soundfont=soundfont.path,
            n_samples=n_samples,
            sample_rate_hz=sample_rate_hz,
        )
    fade = min(round(_END_FADE_S * sample_rate_hz), n_samples)
    if fade:
        sound[:, n_samples - fade :] *= (0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, fade))).astype(np.float32)
    return Audio(samples=sound, sample_rate_hz=sample_rate_hz)
