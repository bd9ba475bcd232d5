"""What a musician reads: MusicXML, MIDI, chord charts, timed lyrics, the engraved score."""

from __future__ import annotations

from pathlib import Path

from songwright.documents.performance import PhrasePerformance
from songwright.pipeline.chain import Chain
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.store import Entry, StageKey, digest_of

SCORE_FILES = ("score.musicxml", "chart.cho", "chart-nashville.txt", "score.svg")
SONG_FILES = ("song.mid",)
LYRIC_FILES = ("lyrics.lrc", "lyrics.ttml")


def score_sheets(chain: Chain) -> Entry:
    """``score.musicxml``, ``chart.cho``, ``chart-nashville.txt`` and ``score.svg``."""

    def make(folder: Path) -> None:
        from songwright.formats.chordpro import score_to_chordpro
        from songwright.formats.engraving import engrave_score
        from songwright.formats.musicxml import score_to_musicxml
        from songwright.formats.nashville import score_to_nashville

        score, duration_s = chain.score.value, chain.band_performance.value.duration_s
        _write(folder / "score.musicxml", score_to_musicxml(score))
        _write(folder / "chart.cho", score_to_chordpro(score, lyric=chain.lyric.value, duration_s=duration_s))
        _write(folder / "chart-nashville.txt", score_to_nashville(score, duration_s=duration_s))
        _write(folder / "score.svg", engrave_score(score))

    key = StageKey(
        stage="write the sheets",
        version=1,
        inputs={
            "score": chain.score.digest,
            "lyric": chain.lyric.digest,
            "performance": chain.band_performance.digest,
        },
        parts={"code": code_digest("formats"), "libraries": libraries_digest("verovio")},
    )
    return chain.run(key, make)


def song_midi(chain: Chain) -> Entry:
    """``song.mid``: a track an instrument and voice."""

    def make(folder: Path) -> None:
        from songwright.formats.midi import song_to_midi

        data = song_to_midi(chain.score.value, band=chain.band_performance.value, voices=chain.arrangement.value.voices)
        (folder / "song.mid").write_bytes(data)

    key = StageKey(
        stage="write the MIDI",
        version=1,
        inputs={
            "score": chain.score.digest,
            "arrangement": chain.arrangement.digest,
            "performance": chain.band_performance.digest,
        },
        parts={"code": code_digest("formats"), "libraries": libraries_digest("mido")},
    )
    return chain.run(key, make)


def timed_lyrics(chain: Chain, lead: Entry) -> Entry:
    """``lyrics.lrc`` and ``lyrics.ttml``, timed by word from the lead's performance."""

    def make(folder: Path) -> None:
        from songwright.formats.lrc import words_to_lrc
        from songwright.formats.ttml import words_to_ttml
        from songwright.formats.word_times import word_times

        score, duration_s = chain.score.value, chain.band_performance.value.duration_s
        lines = word_times(score, lead.document(tuple[PhrasePerformance, ...], "performances"))
        _write(
            folder / "lyrics.lrc", words_to_lrc(lines, title=score.title, artist=score.artist, duration_s=duration_s)
        )
        _write(folder / "lyrics.ttml", words_to_ttml(lines, score=score, duration_s=duration_s))

    key = StageKey(
        stage="time the lyrics",
        version=1,
        inputs={
            "score": chain.score.digest,
            "performances": digest_of(
                {name: digest for name, digest in lead.digests.items() if name.startswith("performances")}
            ),
            "performance": chain.band_performance.digest,
        },
        parts={"code": code_digest("formats")},
    )
    return chain.run(key, make)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
