"""The store: what a stage has made, kept under the digest of everything that it was made from.

Conventions
-----------
* A `StageKey` names the stage and its version, its inputs, settings, seed and the digests of model weights, soundfont
  and character. Its SHA-256 (of canonical JSON) is the address of an entry: change any part and the address changes.
* An entry is a folder of files with ``entry.json`` beside them, which holds the SHA-256 and size of each. It is made
  under ``tmp/`` and renamed into place, so that a killed run leaves no entry or a whole one. Every hit is checked
  against its digests; an entry that does not agree is thrown away and made again. That is why files are not fsynced one
  by one: after a power cut a torn file is found by its digest, not trusted.
* Two processes may use one store: whoever renames first wins, the other throws its equal copy away. Pruning spares what
  was used within the last hour, so that it never takes a file from under a running song.

The folder is ``SONGWRIGHT_CACHE``, else ``$XDG_CACHE_HOME/songwright``, else ``~/.cache/songwright``.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from songwright.documents.audio import Audio
from songwright.documents.codec import canonical_json, document_from_parts, document_to_parts
from songwright.errors import InputError

D = TypeVar("D")

DEFAULT_LIMIT_BYTES: Final = 12 * 10**9
"""Six three-minute songs: one keeps about 2 GB (measured by ``songwright cache`` after one song)."""
PRUNE_GRACE_S: Final = 3600.0
"""No entry used within this time is pruned: longer than any one song takes."""
_STALE_TMP_S: Final = 24 * 3600.0
_ENTRY_FILE: Final = "entry.json"


def cache_root() -> Path:
    """Return the folder for everything that can be made again (it may not exist yet)."""
    if own := os.environ.get("SONGWRIGHT_CACHE"):
        return Path(own).expanduser()
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg).expanduser() / "songwright"
    return Path.home() / ".cache" / "songwright"


def digest_of(document: object) -> str:
    """SHA-256 (hex) of a document, or of anything that a document may hold; equal documents have equal digests."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def digest_of_audio(audio: Audio) -> str:
    """SHA-256 (hex) of the samples, their shape and their rate."""
    digest = hashlib.sha256(f"{audio.samples.shape} {audio.sample_rate_hz}".encode())
    digest.update(np.ascontiguousarray(audio.samples, dtype="<f4").data)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, kw_only=True)
class StageKey:
    """Everything that a stage's result depends on.

    Parameters
    ----------
    stage, version
        Name of the stage, and the number that its author raises when the same inputs give another result.
    inputs
        Digest of each input document by name.
    settings
        Small values that steer the stage (numbers, text, lists of them).
    seed
        The song's seed.
    parts
        Digests of what is not a document: model weights, soundfont, character, library versions.
    """

    stage: str
    version: int
    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The address: SHA-256 (hex) of the canonical JSON of every field."""
        return digest_of(
            {
                "stage": self.stage,
                "version": self.version,
                "inputs": dict(self.inputs),
                "settings": dict(self.settings),
                "seed": self.seed,
                "parts": dict(self.parts),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A checked entry.

    Parameters
    ----------
    digests
        SHA-256 of its files by name.
    seconds
        How long it took when it was made.
    hit
        Whether it was there already.
    """

    key_digest: str
    folder: Path
    digests: Mapping[str, str]
    seconds: float
    hit: bool

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that it holds: equal results have equal digests, whatever they were made from."""
        return digest_of(dict(self.digests))

    def path(self, name: str) -> Path:
        """Where a file of the entry lies; read it, never write it."""
        return self.folder / name

    def audio(self, name: str) -> Audio:
        """Return the sound that `write_audio` wrote under this name, sample for sample."""
        rate = json.loads((self.folder / f"{name}.audio.json").read_text())["sample_rate_hz"]
        return Audio(samples=np.load(self.folder / f"{name}.npy", allow_pickle=False), sample_rate_hz=rate)

    def document(self, cls: type[D], name: str) -> D:
        """Return the document that `write_document` wrote under this name."""
        return read_document(cls, self.folder, name)


def write_audio(folder: Path, name: str, audio: Audio) -> None:
    """Write ``name.npy`` (float32, so that a hit is bit-identical) and its sample rate beside it."""
    np.save(folder / f"{name}.npy", audio.samples, allow_pickle=False)
    (folder / f"{name}.audio.json").write_text(json.dumps({"sample_rate_hz": audio.sample_rate_hz}))


def write_document(folder: Path, name: str, document: object) -> None:
    """Write a document as ``name.json``, its arrays as ``name.PATH.npy``."""
    text, arrays = document_to_parts(document)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    for path, array in arrays.items():
        np.save(folder / f"{name}.{path}.npy", array, allow_pickle=False)


def read_document(cls: type[D], folder: Path, name: str) -> D:
    """Return the document that `write_document` wrote."""
    arrays = {
        path.name[len(name) + 1 : -len(".npy")]: np.load(path, allow_pickle=False)
        for path in sorted(folder.glob(f"{name}.*.npy"))
    }
    return document_from_parts(
        cls, (folder / f"{name}.json").read_text(encoding="utf-8"), arrays, source=f"{name}.json"
    )


class Store:
    """Entries by key in one folder of the disk.

    Parameters
    ----------
    root
        Folder of the store; made when needed. ``None`` is ``cache_root() / "store"``.
    limit_bytes
        What `prune` brings the store down to. ``None`` takes ``SONGWRIGHT_CACHE_GB`` or `DEFAULT_LIMIT_BYTES`.
    remake
        Treat every entry that this object has not made itself as absent (``--fresh``).
    """

    def __init__(self, root: Path | None = None, *, limit_bytes: int | None = None, remake: bool = False) -> None:
        self.root = root if root is not None else cache_root() / "store"
        self.limit_bytes = limit_bytes if limit_bytes is not None else _limit_from_environment()
        self._remake = remake
        self._checked: dict[str, Entry] = {}
        self.n_hits = 0
        self.n_made = 0

    def find(self, key: StageKey) -> Entry | None:
        """Return the entry of a key, checked against its digests, or ``None``. A damaged one is removed."""
        digest = key.digest
        if digest in self._checked:
            return self._checked[digest]
        if self._remake:
            return None
        folder = self._folder(digest)
        try:
            description = json.loads((folder / _ENTRY_FILE).read_text())
            files: dict[str, str] = description["files"]
            seconds = float(description["seconds"])
            with ThreadPoolExecutor(max_workers=2) as pool:
                found = list(pool.map(digest_of_file, [folder / name for name in files]))
        except FileNotFoundError:
            if folder.exists():
                self._discard(folder)
            return None
        except (OSError, ValueError, KeyError, TypeError):
            self._discard(folder)
            return None
        if found != list(files.values()):
            self._discard(folder)
            return None
        with contextlib.suppress(OSError):  # only the order of pruning hangs on it
            os.utime(folder / _ENTRY_FILE)
        entry = Entry(key_digest=digest, folder=folder, digests=files, seconds=seconds, hit=True)
        self._checked[digest] = entry
        return entry

    def get_or_make(self, key: StageKey, make: Callable[[Path], None]) -> Entry:
        """Return the entry of a key; when it is absent, ``make`` writes its files into the empty folder it is given.

        Raises
        ------
        InputError
            If the store cannot be written: read-only, or the disk is full.
        """
        if (found := self.find(key)) is not None:
            self.n_hits += 1
            return found
        with self._disk_errors():
            tmp = self._new_tmp()
            try:
                start = time.perf_counter()
                make(tmp)
                entry = self._publish(key, tmp, seconds=round(time.perf_counter() - start, 3))
            finally:
                shutil.rmtree(tmp, ignore_errors=True)
        self.n_made += 1
        return entry

    def _publish(self, key: StageKey, tmp: Path, *, seconds: float) -> Entry:
        """Describe what ``tmp`` holds and rename it into place."""
        names = sorted(str(path.relative_to(tmp)) for path in tmp.rglob("*") if path.is_file())
        with ThreadPoolExecutor(max_workers=2) as pool:
            digests = dict(zip(names, pool.map(digest_of_file, [tmp / name for name in names]), strict=True))
        size = sum((tmp / name).stat().st_size for name in names)
        description = {"stage": key.stage, "n_bytes": size, "seconds": seconds, "files": digests}
        (tmp / _ENTRY_FILE).write_text(json.dumps(description, indent=1))
        digest = key.digest
        folder = self._folder(digest)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            tmp.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Another process was first, or `remake` replaces an old entry: put ours in place, whole for whole.
            self._discard(folder)
            with contextlib.suppress(OSError):
                tmp.rename(folder)
        entry = Entry(key_digest=digest, folder=folder, digests=digests, seconds=seconds, hit=False)
        self._checked[digest] = replace(entry, hit=True)
        return entry

    def entries(self) -> list[tuple[str, str, int, float]]:
        """Return (key digest, stage, bytes, time of last use) of every entry, least recently used first."""
        rows = []
        for path in self.root.glob(f"objects/*/*/{_ENTRY_FILE}"):
            try:
                description = json.loads(path.read_text())
                rows.append(
                    (path.parent.name, str(description["stage"]), int(description["n_bytes"]), path.stat().st_mtime)
                )
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return sorted(rows, key=lambda row: (row[3], row[0]))

    def prune(self, *, grace_s: float = PRUNE_GRACE_S) -> int:
        """Remove the least recently used entries until `limit_bytes` is kept; return the bytes that were freed."""
        self._sweep_tmp()
        rows = self.entries()
        excess = sum(row[2] for row in rows) - self.limit_bytes
        freed = 0
        for digest, _, n_bytes, used in rows:
            if freed >= excess or used > time.time() - grace_s:
                break
            self._discard(self._folder(digest))
            freed += n_bytes
        return freed

    def clear(self) -> int:
        """Remove every entry; return the bytes that were freed."""
        freed = sum(row[2] for row in self.entries())
        self._checked.clear()
        for name in ("objects", "tmp"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        return freed

    def _folder(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _new_tmp(self) -> Path:
        parent = self.root / "tmp"
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))

    def _discard(self, folder: Path) -> None:
        """Take a folder out of the store in one step, then remove it at leisure."""
        self._checked.pop(folder.name, None)
        with contextlib.suppress(OSError):
            grave = self._new_tmp()
            folder.rename(grave / folder.name)
            shutil.rmtree(grave, ignore_errors=True)

    def _sweep_tmp(self) -> None:
        """Remove what killed runs left under ``tmp/``."""
        with contextlib.suppress(FileNotFoundError):
            for path in (self.root / "tmp").iterdir():
                owner = path.name.partition("-")[0]
                with contextlib.suppress(OSError):
                    old = path.stat().st_mtime < time.time() - _STALE_TMP_S
                    if old or (owner.isdigit() and not _is_running(int(owner))):
                        shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise InputError(
                    f"the disk under the store ({self.root}) is full; free some space, run `songwright cache clear`, "
                    "or name another folder with SONGWRIGHT_CACHE. What was made so far is kept."
                ) from error
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR) and not self._writable():
                raise InputError(
                    f"the store {self.root} cannot be written ({error.strerror}); "
                    "name another folder with SONGWRIGHT_CACHE"
                ) from error
            raise

    def _writable(self) -> bool:
        try:
            shutil.rmtree(self._new_tmp())
        except OSError:
            return False
        return True


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _limit_from_environment() -> int:
    text = os.environ.get("SONGWRIGHT_CACHE_GB")
    if text is None:
        return DEFAULT_LIMIT_BYTES
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not 0 < limit < 1e6:
        raise InputError(f"SONGWRIGHT_CACHE_GB is {text!r}; give the store's size in gigabytes, such as 12")
    return int(limit * 1e9)
