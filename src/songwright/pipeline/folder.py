"""The output folder: what may be written where, and the manifest of what Songwright made there.

Rules
-----
* A folder that is absent, empty, or holds this song (its manifest says so) is written to.
* Anything else is refused without ``--force``: a folder with other things in it, another song, or a file that somebody
  changed after Songwright made it. With ``--force`` only files of the same name are replaced; nothing else is touched.
* The manifest ``.songwright.json`` is written first, so that a killed run is known as one and can be started again;
  before the files with the digests that are coming (``pending``); and at the end with the digest of every file.
* One run at a time: the folder is locked while it is written to. The lock dies with its process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from songwright.errors import InputError
from songwright.formats.atomic import atomic_path, explain_write_error, remove_stale_temporaries, write_text_atomically
from songwright.store import digest_of_file

MANIFEST: Final = ".songwright.json"
_SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a folder says that Songwright made in it.

    ``files`` are SHA-256 digests by relative name; ``pending`` those that a run was about to write when it was killed.
    """

    title: str
    artist: str
    seed: int
    brief: str
    files: Mapping[str, str]
    pending: Mapping[str, str] = field(default_factory=dict)

    def same_song(self, title: str, artist: str) -> bool:
        """Whether a new run is about the same song (its words, seed and style may have changed)."""
        return (self.title, self.artist) == (title, artist)


def read_manifest(folder: Path) -> Manifest | None:
    """Return a folder's manifest, ``None`` if it has none that can be read."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if data["schema"] != _SCHEMA:
            return None
        return Manifest(
            title=str(data["title"]),
            artist=str(data["artist"]),
            seed=int(data["seed"]),
            brief=str(data["brief"]),
            files={str(name): str(digest) for name, digest in data["files"].items()},
            pending={str(name): str(digest) for name, digest in data["pending"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, whole or not at all."""
    data = {
        "made_by": "songwright",
        "schema": _SCHEMA,
        "title": manifest.title,
        "artist": manifest.artist,
        "seed": manifest.seed,
        "brief": manifest.brief,
        "files": dict(sorted(manifest.files.items())),
        "pending": dict(sorted(manifest.pending.items())),
    }
    write_text_atomically(folder / MANIFEST, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


class OutputFolder:
    """A folder that was opened for one song; use `open_output_folder`."""

    def __init__(self, path: Path, manifest: Manifest, own: tuple[str, ...]) -> None:
        self.path = path
        self._manifest = manifest
        self._own = own

    def publish(self, files: Mapping[str, Path]) -> tuple[str, ...]:
        """Copy finished files to their names here, each whole; what is there already with equal bytes is left alone.

        Files that an earlier run made here and that are no longer part of the song go away. Returns the names that were
        written.
        """
        names = list(files)
        with ThreadPoolExecutor(max_workers=2) as pool:
            digests = dict(zip(names, pool.map(digest_of_file, files.values()), strict=True))
            there = dict(zip(names, pool.map(lambda name: _digest_or_none(self.path / name), names), strict=True))
        before = self._manifest
        written = tuple(name for name in names if there[name] != digests[name])
        if written:
            write_manifest(self.path, replace(before, pending={**before.pending, **digests}))
        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(lambda name: self._copy(files[name], self.path / name), written))
        mine, others = _split(before.files, self._own)
        for name in {*mine, *_split(before.pending, self._own)[0]} - set(digests):
            path = self.path / name
            if _digest_or_none(path) in (before.files.get(name), before.pending.get(name)):
                path.unlink(missing_ok=True)
        self._manifest = replace(before, files={**others, **digests}, pending={})
        write_manifest(self.path, self._manifest)
        return written

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_write_error(error, target) from error
        with atomic_path(target) as temporary:
            shutil.copyfile(source, temporary)

    def check_room(self, needed_bytes: int) -> None:
        """Refuse early when the disk cannot hold what is to come."""
        free = shutil.disk_usage(self.path).free
        if free < needed_bytes:
            raise InputError(
                f"{self.path}: the disk is too full: this song needs about {needed_bytes / 1e6:.0f} MB, "
                f"{free / 1e6:.0f} MB are free; make room or choose another --out"
            )


@contextlib.contextmanager
def open_output_folder(
    path: Path,
    *,
    title: str,
    artist: str,
    seed: int,
    brief: str,
    force: bool = False,
    own: tuple[str, ...] = ("",),
) -> Iterator[OutputFolder]:
    """Check that a folder may be written to, lock it, and claim it with a manifest.

    Parameters
    ----------
    path
        The folder; made when absent.
    title, artist
        Which song it is about.
    seed, brief
        Written into the manifest (``brief`` is a digest).
    force
        Replace files of the same name, whoever made them.
    own
        How the names begin that this run is about (``("vocals/",)``); what other runs made beside them stays.

    Raises
    ------
    InputError
        If the folder holds something else, is being written to by another run, or cannot be written.
    """
    _make_folder(path)
    with _lock(path):
        manifest = read_manifest(path)
        if not force:
            _check_content(path, manifest, title=title, artist=artist, own=own)
        _check_writable(path)
        _remove_litter(path)
        claim = Manifest(
            title=title,
            artist=artist,
            seed=seed,
            brief=brief,
            files=manifest.files if manifest is not None else {},
            pending=manifest.pending if manifest is not None else {},
        )
        write_manifest(path, claim)
        yield OutputFolder(path, claim, own)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{path} is a file; --out needs a folder, choose another name") from error
    except OSError as error:
        if error.errno == errno.ENOTDIR:
            raise InputError(f"{path}: a part of this path is a file, not a folder; choose another --out") from error
        raise explain_write_error(error, path) from error


def _check_content(path: Path, manifest: Manifest | None, *, title: str, artist: str, own: tuple[str, ...]) -> None:
    if manifest is None:
        others = sorted(entry.name for entry in path.iterdir() if not _is_litter(entry))
        if others:
            raise InputError(
                f"{path} holds other things ({_some(others)}); choose an empty folder, "
                "or --force to write the song among them"
            )
        return
    if not manifest.same_song(title, artist):
        raise InputError(
            f"{path} holds another song, {manifest.title!r} by {manifest.artist}; choose another folder, "
            "or --force to replace it"
        )
    changed = [
        name
        for name in {*manifest.files, *manifest.pending}
        if name.startswith(own)
        and _digest_or_none(path / name) not in (manifest.files.get(name), manifest.pending.get(name), None)
    ]
    if changed:
        raise InputError(
            f"{path}: {_some(sorted(changed))} changed since Songwright made it; move it away, choose another folder, "
            "or --force to replace it"
        )


def _check_writable(path: Path) -> None:
    probe = path / f".songwright-probe.tmp-{os.getpid()}"
    try:
        probe.write_bytes(b"songwright")
        probe.unlink()
    except OSError as error:
        with contextlib.suppress(OSError):
            probe.unlink()
        raise explain_write_error(error, path / MANIFEST) from error


def _remove_litter(path: Path) -> None:
    for folder in (path, path / "stems"):
        if folder.is_dir():
            remove_stale_temporaries(folder)


def _is_litter(entry: Path) -> bool:
    return entry.name.startswith(".") and ".tmp-" in entry.name


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise explain_write_error(error, path / MANIFEST) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"{path}: another run is writing to this folder; wait for it or choose another --out"
            ) from error
        yield
    finally:
        os.close(handle)


def _split(files: Mapping[str, str], own: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    mine = {name: digest for name, digest in files.items() if name.startswith(own)}
    return mine, {name: digest for name, digest in files.items() if name not in mine}


def _digest_or_none(path: Path) -> str | None:
    try:
        return digest_of_file(path)
    except OSError:
        return None


def _some(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
