"""``make``: a brief to a finished song in a folder."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from songwright.documents.brief import Brief
from songwright.documents.report import Report
from songwright.errors import InputError
from songwright.formats.brief_file import check_brief_names, load_brief
from songwright.formats.character_file import list_characters
from songwright.formats.report import report_to_json, report_to_markdown
from songwright.formats.style_file import list_styles
from songwright.pipeline.chain import SAMPLE_RATE_HZ, Chain
from songwright.pipeline.finish import Finish
from songwright.pipeline.folder import OutputFolder, open_output_folder
from songwright.pipeline.hear import draw_picture, hear_balance, hear_pitch, hear_words, measured
from songwright.pipeline.progress import ProgressCallback, silent
from songwright.pipeline.sheets import score_sheets, song_midi, timed_lyrics
from songwright.store import Entry, StageKey, Store, digest_of

_BYTES_PER_FRAME: Final = 8
"""Two channels of 32-bit float."""
_FILES_BESIDE_STEMS: Final = 4
"""Premaster, master, FLAC and MP3 with their share of small files."""

_TOGETHER: Final = ("master", "encode", "hear the balance", "hear the pitch", "hear the words")


def make_song(
    brief_path: Path,
    out_dir: Path,
    *,
    seed: int,
    force: bool = False,
    progress: ProgressCallback = silent,
    store: Store | None = None,
) -> Report:
    """Make a whole song.

    The same brief and seed give the same bytes on one machine, whether they come from the store or not; only the
    times in the report are those of the run that made each piece.

    Parameters
    ----------
    brief_path
        The TOML file.
    out_dir
        Folder for the result (see `songwright.pipeline.folder` for what may be in it).
    seed
        Any integer; other seeds are other songs.
    force
        Write among or over other things in ``out_dir``.
    progress
        Told about every stage.
    store
        Where results are kept; ``None`` is the user's.

    Raises
    ------
    InputError, MissingPart, RenderError, QualityError
        As `songwright.errors` says. Nothing under a final name is ever half written.
    """
    store = store if store is not None else Store()
    brief = load_brief(brief_path)
    check_brief_names(brief, styles=list_styles(), singers=list_characters())
    with open_output_folder(
        out_dir, title=brief.title, artist=brief.artist, seed=seed, brief=digest_of(brief), force=force
    ) as folder:
        chain = Chain(brief, seed=seed, store=store, progress=progress)
        chain.check_parts()
        report = _make(chain, folder)
    with contextlib.suppress(OSError):
        store.prune()
    return report


def _make(chain: Chain, folder: OutputFolder) -> Report:
    _check_room(chain, folder)
    finish = Finish(chain)
    lead = _lead_name(chain)
    sheets, midi = score_sheets(chain), song_midi(chain)
    words_entry = timed_lyrics(chain, chain.voices[lead])
    balance, heard, pitch = _finish_and_listen(chain, finish, lead)
    picture = draw_picture(chain, finish, pitch)
    report = _report(chain, finish, balance=balance, heard=heard, pitch=pitch)
    pages = _report_files(chain, report)
    files = {
        "master.wav": finish.master.path("master.wav"),
        "song.png": picture.path("song.png"),
        **{name: finish.coded.path(name) for name in finish.coded.digests},
        **{name: finish.mix.path(name) for name in finish.mix.digests if name.endswith(".wav")},
        **{name: sheets.path(name) for name in sheets.digests},
        **{name: midi.path(name) for name in midi.digests},
        **{name: words_entry.path(name) for name in words_entry.digests},
        **{name: pages.path(name) for name in pages.digests},
    }
    chain.progress("write the files", 0, 1)
    folder.publish(files)
    chain.progress("write the files", 1, 1)
    return report


def _finish_and_listen(chain: Chain, finish: Finish, lead: str) -> tuple[Entry, Entry, Entry]:
    """Master and encode, and meanwhile hear the stems: balance, words, pitch.

    Each of the two took about 8 s of a song of three minutes, and both leave the interpreter most of the time.
    """
    _ = finish.mix
    n_before = len(chain.timings)
    with ThreadPoolExecutor(max_workers=1) as pool:
        listening = pool.submit(lambda: (hear_pitch(chain, chain.voices[lead]), hear_words(chain, finish, lead)))
        _ = finish.coded
        balance = hear_balance(chain, finish)
        pitch, heard = listening.result()
    # Two ran at a time, so that half of each is what the song waited for; the order is one that does not change.
    chain.timings[n_before:] = [
        replace(timing, seconds=round(timing.seconds / 2, 3))
        for timing in sorted(chain.timings[n_before:], key=lambda timing: _TOGETHER.index(timing.name))
    ]
    return balance, heard, pitch


def _check_room(chain: Chain, folder: OutputFolder) -> None:
    """Refuse before the long work when the song cannot fit on the disk."""
    arrangement = chain.arrangement.value
    n_stems = len(arrangement.voices) + len(arrangement.instruments)
    frames = chain.band_performance.value.duration_s * SAMPLE_RATE_HZ
    folder.check_room(round(frames * _BYTES_PER_FRAME * (n_stems + _FILES_BESIDE_STEMS)))


def _lead_name(chain: Chain) -> str:
    for part in chain.arrangement.value.voices:
        if part.role == "lead":
            return part.name
    raise InputError("the arrangement has no lead; the lyric needs at least one line that is not in round brackets")


def _report(chain: Chain, finish: Finish, *, balance: Entry, heard: Entry, pitch: Entry) -> Report:
    score = chain.score.value
    return Report(
        title=score.title,
        artist=score.artist,
        seed=chain.seed,
        duration_s=round(chain.band_performance.value.duration_s, 3),
        asked=_asked(chain.brief, chain),
        measured=measured(finish, balance=balance, words=heard, pitch=pitch),
        timings=tuple(chain.timings),
    )


def _asked(brief: Brief, chain: Chain) -> tuple[tuple[str, str], ...]:
    """What the brief says, and what became of what it left open."""
    score = chain.score.value
    n_lines = sum(bool(line.strip()) and not line.strip().startswith("[") for line in brief.lyric.splitlines())
    return (
        ("singer", brief.singer),
        ("style", brief.style),
        ("tempo", f"{score.tempo_qpm:g} qpm" + ("" if brief.tempo_qpm is not None else " (the style's)")),
        ("key", str(score.key) + ("" if brief.key is not None else " (chosen for the singer)")),
        ("mood", ", ".join(brief.mood) or "any"),
        ("form", ", ".join(section.name for section in score.sections)),
        ("lyric", f"{n_lines} lines"),
    )


def _report_files(chain: Chain, report: Report) -> Entry:
    texts = {"report.json": report_to_json(report), "report.md": report_to_markdown(report)}

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode())

    key = StageKey(stage="write the report", version=1, inputs={name: digest_of(text) for name, text in texts.items()})
    return chain.store.get_or_make(key, make)


def summary(report: Report) -> str:
    """Return a few lines about a report for the terminal."""
    minutes, seconds = divmod(round(report.duration_s), 60)
    marks = {True: "ok  ", False: "MISS", None: "?   "}
    rows = [f"  {marks[check.reached]} {check.name}: {check.found} ({check.wanted})" for check in report.checks]
    return "\n".join([f"{report.title} by {report.artist}, {minutes}:{seconds:02d}", *rows])
