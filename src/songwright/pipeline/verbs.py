"""One stage at a time: what the verbs ``compose``, ``sing``, ``play`` and ``mix`` run.

Each starts from a brief, or from a folder that ``compose`` wrote: ``brief.json``, ``lyric.json`` and ``score.json``,
which a person may have edited. Each writes into a folder of its own or beside what other verbs wrote about the song.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar

from songwright.documents.brief import Brief
from songwright.documents.codec import document_from_json, document_to_json
from songwright.documents.lyric import Lyric
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.brief_file import check_brief_names, load_brief
from songwright.formats.character_file import list_characters
from songwright.formats.style_file import list_styles
from songwright.formats.wav import write_wav
from songwright.pipeline.chain import Chain, entry_audio
from songwright.pipeline.finish import Finish
from songwright.pipeline.folder import open_output_folder, read_manifest
from songwright.pipeline.progress import ProgressCallback
from songwright.pipeline.sheets import score_sheets, song_midi
from songwright.store import Entry, StageKey, Store, digest_of

D = TypeVar("D")

DEFAULT_SEED: Final = 1
Result = tuple[Mapping[str, Path], str]
"""Finished files by name, and a line to say about them."""


def load_chain(source: Path, *, seed: int | None, store: Store, progress: ProgressCallback) -> Chain:
    """Open a song from a brief or from a folder of documents.

    ``seed`` ``None`` takes the folder's, or `DEFAULT_SEED`.

    Raises
    ------
    InputError
        If there is no such file, a document is missing or broken, or the style or singer is unknown.
    """
    if not source.is_dir():
        brief = load_brief(source)
        check_brief_names(brief, styles=list_styles(), singers=list_characters())
        return Chain(brief, seed=DEFAULT_SEED if seed is None else seed, store=store, progress=progress)
    if seed is None:
        manifest = read_manifest(source)
        seed = manifest.seed if manifest is not None else DEFAULT_SEED
    brief = _read(source, "brief.json", Brief)
    check_brief_names(brief, styles=list_styles(), singers=list_characters())
    return Chain(
        brief,
        seed=seed,
        store=store,
        progress=progress,
        lyric=_read(source, "lyric.json", Lyric),
        score=_read(source, "score.json", Score),
    )


def run_compose(
    source: Path, out: Path, *, seed: int | None, force: bool, store: Store, progress: ProgressCallback
) -> str:
    """Write the score and what is read from it."""

    def work(chain: Chain) -> Result:
        documents = _documents(chain)
        sheets, midi = score_sheets(chain), song_midi(chain)
        files = {
            **{name: documents.path(name) for name in documents.digests},
            **{name: sheets.path(name) for name in sheets.digests},
            **{name: midi.path(name) for name in midi.digests},
        }
        score = chain.score.value
        return files, (
            f"{score.key}, {score.tempo_qpm:g} qpm, {len(score.sections)} sections, {len(score.phrases)} phrases, "
            f"{chain.band_performance.value.duration_s:.0f} s"
        )

    own = ("brief.json", "lyric.json", "score.", "chart", "song.mid")
    return _run(source, out, work, own=own, seed=seed, force=force, store=store, progress=progress)


def run_sing(
    source: Path, out: Path, *, seed: int | None, force: bool, store: Store, progress: ProgressCallback
) -> str:
    """Sing every voice, dry."""

    def work(chain: Chain) -> Result:
        files = _wav_files(store, chain.voices, "vocals")
        return files, f"{len(files)} voices of {chain.band_performance.value.duration_s:.0f} s"

    return _run(source, out, work, own=("vocals/",), seed=seed, force=force, store=store, progress=progress)


def run_play(
    source: Path, out: Path, *, seed: int | None, force: bool, store: Store, progress: ProgressCallback
) -> str:
    """Play every instrument, dry."""

    def work(chain: Chain) -> Result:
        files = _wav_files(store, chain.instruments, "band")
        text = _as_json(store, "arrangement", chain.arrangement.value)
        files["arrangement.json"] = text.path("arrangement.json")
        return files, f"{len(files) - 1} instruments of {chain.band_performance.value.duration_s:.0f} s"

    own = ("band/", "arrangement.json")
    return _run(source, out, work, own=own, seed=seed, force=force, store=store, progress=progress)


def run_mix(source: Path, out: Path, *, seed: int | None, force: bool, store: Store, progress: ProgressCallback) -> str:
    """Sing, play and mix."""

    def work(chain: Chain) -> Result:
        entry = Finish(chain).mix
        files = {name: entry.path(name) for name in entry.digests if name.endswith(".wav")}
        return files, f"{len(files) - 1} stems and their sum, premaster.wav"

    own = ("stems/", "premaster.wav")
    return _run(source, out, work, own=own, seed=seed, force=force, store=store, progress=progress)


def _run(
    source: Path,
    out: Path,
    work: Callable[[Chain], Result],
    *,
    own: tuple[str, ...],
    seed: int | None,
    force: bool,
    store: Store,
    progress: ProgressCallback,
) -> str:
    chain = load_chain(source, seed=seed, store=store, progress=progress)
    with open_output_folder(
        out,
        title=chain.brief.title,
        artist=chain.brief.artist,
        seed=chain.seed,
        brief=digest_of(chain.brief),
        force=force,
        own=own,
    ) as folder:
        files, said = work(chain)
        folder.publish(files)
    with contextlib.suppress(OSError):
        store.prune()
    return f"{out}: {said}"


def _read(folder: Path, name: str, cls: type[D]) -> D:
    path = folder / name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} has no {name}; give a brief, or a folder that `songwright compose BRIEF.toml --out DIR` made"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return document_from_json(cls, text, source=name)


def _documents(chain: Chain) -> Entry:
    """The documents that a person may edit, as one entry."""
    values = {"brief.json": chain.brief, "lyric.json": chain.lyric.value, "score.json": chain.score.value}

    def make(folder: Path) -> None:
        for name, value in values.items():
            (folder / name).write_bytes(document_to_json(value).encode())

    inputs = {name: digest_of(value) for name, value in values.items()}
    return chain.store.get_or_make(StageKey(stage="write documents", version=1, inputs=inputs), make)


def _as_json(store: Store, name: str, value: object) -> Entry:
    def make(folder: Path) -> None:
        (folder / f"{name}.json").write_bytes(document_to_json(value).encode())

    return store.get_or_make(StageKey(stage="write documents", version=1, inputs={name: digest_of(value)}), make)


def _wav_files(store: Store, entries: Mapping[str, Entry], folder_name: str) -> dict[str, Path]:
    """Dry stems as 32-bit float WAV files."""
    return dict(_each_wav(store, entries, folder_name))


def _each_wav(store: Store, entries: Mapping[str, Entry], folder_name: str) -> Iterator[tuple[str, Path]]:
    for name, entry in entries.items():

        def make(folder: Path, entry: Entry = entry) -> None:
            write_wav(folder / "dry.wav", entry_audio(entry), sample_format="float32")

        key = StageKey(stage="write dry stems", version=1, inputs={"audio": entry.digests["audio.npy"]})
        yield f"{folder_name}/{name}.wav", store.get_or_make(key, make).path("dry.wav")
