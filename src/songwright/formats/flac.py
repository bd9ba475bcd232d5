"""FLAC files: the 24-bit master without loss at about half the size, with its tags (Vorbis comments, RFC 9639)."""

from __future__ import annotations

from pathlib import Path

from songwright.documents.audio import Audio
from songwright.errors import RenderError
from songwright.formats.atomic import atomic_path
from songwright.formats.pcm import audio_to_pcm, read_audio
from songwright.formats.sndfile import load_soundfile
from songwright.formats.tags import AudioTags


def write_flac(path: Path, audio: Audio, *, tags: AudioTags, dither: bool = False) -> None:
    """Write a 24-bit FLAC file, whole or not at all; the very samples of the 24-bit WAV.

    Raises
    ------
    RenderError
        If a sample is beyond full scale, or the disk is full.
    InputError
        If the place cannot be written to.
    """
    soundfile = load_soundfile()
    from mutagen.flac import FLAC

    samples = audio_to_pcm(audio, bits=24, dither=dither, path=path)
    samples <<= 8
    with atomic_path(path) as temporary:
        try:
            soundfile.write(temporary, samples, audio.sample_rate_hz, format="FLAC", subtype="PCM_24")
        except soundfile.LibsndfileError as error:
            raise RenderError(f"{path}: the FLAC could not be written ({error.error_string})") from error
        file = FLAC(temporary)
        file["TITLE"] = tags.title
        file["ARTIST"] = tags.artist
        if tags.lyrics:
            file["LYRICS"] = tags.lyrics
        if tags.tempo_qpm is not None:
            file["BPM"] = f"{tags.tempo_qpm:g}"
        file.save()


def read_flac(path: Path) -> Audio:
    """Return the sound of a FLAC file. Raises InputError if it is absent or not one."""
    return read_audio(path)
