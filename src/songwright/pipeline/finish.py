"""From dry stems to the finished sound: mix, master, FLAC and MP3."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from songwright.documents.arrangement import VocalPart
from songwright.documents.audio import Audio
from songwright.formats.flac import write_flac
from songwright.formats.mix_style_file import load_mix_style
from songwright.formats.mp3 import write_mp3
from songwright.formats.tags import AudioTags
from songwright.formats.wav import read_wav, write_wav
from songwright.pipeline.chain import SAMPLE_RATE_HZ, Chain, entry_audio
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.store import Entry, StageKey, digest_of
from songwright.units import gain_to_db

TARGET_LUFS: Final = -14.0
CEILING_DBTP: Final = -1.0
"""What streaming services play at, and the headroom that their coders need (AES TD1008, 2021)."""

_N_WRITERS: Final = 2
_BLOCK_SAMPLES: Final = 16384


class Finish:
    """The finished sound of a chain; every property is an entry of the store.

    Parameters
    ----------
    chain
        The song.
    instrumental
        Leave the voices out.
    """

    def __init__(self, chain: Chain, *, instrumental: bool = False) -> None:
        self.chain = chain
        self._instrumental = instrumental

    @functools.cached_property
    def dry(self) -> dict[str, Entry]:
        """Every dry stem by its name: voices, then instruments."""
        voices = {} if self._instrumental else self.chain.voices
        return {**voices, **self.chain.instruments}

    @functools.cached_property
    def roles(self) -> dict[str, str]:
        """What each stem is to the mix: a voice's role, or the instrument."""
        voices = {} if self._instrumental else {part.name: part.role for part in self._vocal_parts}
        return voices | {part.name: part.instrument for part in self.chain.band_performance.value.parts}

    @property
    def _vocal_parts(self) -> tuple[VocalPart, ...]:
        return self.chain.arrangement.value.voices

    @functools.cached_property
    def mix(self) -> Entry:
        """``stems/NAME.wav`` whose sum is ``premaster.wav`` (32-bit float), and ``facts.json``."""
        chain = self.chain
        style = load_mix_style(chain.brief.style)
        score = chain.score.value
        dry = self.dry

        def make(folder: Path) -> None:
            from songwright.mixing import mix

            mixed = mix(
                _SoundsOnDemand(dry),
                roles=self.roles,
                sections=score.sections,
                tempo_map=score.tempo_map,
                style=style,
            )
            (folder / "stems").mkdir()
            wavs = {f"stems/{name}.wav": stem for name, stem in mixed.stems.items()}
            wavs["premaster.wav"] = mixed.premaster
            with ThreadPoolExecutor(max_workers=_N_WRITERS) as pool:
                list(pool.map(lambda name: write_wav(folder / name, wavs[name], sample_format="float32"), wavs))
            residual = _measure_residual(list(mixed.stems.values()), mixed.premaster)
            write_facts(
                folder,
                {
                    "stems_residual_dbfs": gain_to_db(residual),
                    "lead_over_band_lu": mixed.lead_over_band_lu,
                    "levels_lufs": dict(mixed.levels_lufs),
                    "most_glue_db": mixed.most_glue_db,
                },
            )

        key = StageKey(
            stage="mix",
            version=1,
            inputs={name: entry.digests["audio.npy"] for name, entry in dry.items()},
            settings={
                "order": list(dry),
                "roles": self.roles,
                "sections": digest_of(score.sections),
                "tempo": digest_of(score.tempo_map),
                "style": digest_of(style),
                "sample_rate_hz": SAMPLE_RATE_HZ,
            },
            seed=chain.seed,
            parts={
                "code": code_digest("mixing", "hearing", "formats"),
                "libraries": libraries_digest("pedalboard", "soundfile", "soxr", "pyloudnorm"),
            },
        )
        return self.chain.run(key, make)

    @functools.cached_property
    def master(self) -> Entry:
        """``master.wav`` (24-bit) and ``facts.json`` with its loudness, true peak, range and gain."""
        premaster = self.mix.path("premaster.wav")

        def make(folder: Path) -> None:
            from songwright.mastering import master

            result = master(read_wav(premaster), target_lufs=TARGET_LUFS, ceiling_dbtp=CEILING_DBTP)
            write_wav(folder / "master.wav", result.audio, sample_format="pcm24", dither=True)
            write_facts(
                folder,
                {
                    "loudness_lufs": result.loudness_lufs,
                    "true_peak_dbtp": result.true_peak_dbtp,
                    "loudness_range_lu": result.loudness_range_lu,
                    "gain_db": result.gain_db,
                    "most_reduction_db": result.most_reduction_db,
                    "limited_share": result.limited_share,
                },
            )

        key = StageKey(
            stage="master",
            version=1,
            inputs={"premaster": self.mix.digests["premaster.wav"]},
            settings={"target_lufs": TARGET_LUFS, "ceiling_dbtp": CEILING_DBTP},
            parts={
                "code": code_digest("mastering", "hearing", "formats"),
                "libraries": libraries_digest("soundfile", "soxr", "pyloudnorm"),
            },
        )
        return self.chain.run(key, make)

    @functools.cached_property
    def coded(self) -> Entry:
        """``master.flac`` and ``master.mp3`` of the 24-bit master, tagged."""
        chain = self.chain
        wav = self.master.path("master.wav")
        tags = AudioTags(
            title=chain.brief.title,
            artist=chain.brief.artist,
            lyrics=chain.brief.lyric,
            tempo_qpm=chain.score.value.tempo_qpm,
        )

        def make(folder: Path) -> None:
            audio: Audio = read_wav(wav)
            write_flac(folder / "master.flac", audio, tags=tags)
            write_mp3(folder / "master.mp3", audio, tags=tags)

        key = StageKey(
            stage="encode",
            version=1,
            inputs={"master": self.master.digests["master.wav"], "tags": digest_of(tags)},
            parts={
                "code": code_digest("formats"),
                "libraries": libraries_digest("soundfile", "lameenc", "mutagen"),
            },
        )
        return self.chain.run(key, make)


def _measure_residual(stems: Sequence[Audio], total: Audio) -> float:
    """Largest difference between the sum of the stems and the whole; in blocks, which stay in the cache."""
    residual = 0.0
    for start in range(0, total.n_samples, _BLOCK_SAMPLES):
        block = slice(start, start + _BLOCK_SAMPLES)
        rest = total.samples[:, block].astype(np.float64)
        for stem in stems:
            rest -= stem.samples[:, block]
        residual = max(residual, float(np.max(np.abs(rest), initial=0.0)))
    return residual


class _SoundsOnDemand(Mapping[str, Audio]):
    """Dry stems that are read when they are asked for: all of them at once would be a gigabyte."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    def __getitem__(self, name: str) -> Audio:
        return entry_audio(self._entries[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def write_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Keep measured numbers beside a stage's files."""
    (folder / "facts.json").write_text(json.dumps(facts, indent=1, allow_nan=False), encoding="utf-8")


def read_facts(entry: Entry) -> dict[str, Any]:
    """Return what `write_facts` kept."""
    return cast("dict[str, Any]", json.loads(entry.path("facts.json").read_text(encoding="utf-8")))
