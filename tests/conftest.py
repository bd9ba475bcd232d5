"""What all tests share: caches that are not the user's, and one copy of the converted voice."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from songwright.singing.backends import kokoro, kokoro_graph


@pytest.fixture(scope="session")
def voice_folder(request) -> Path:
    """Where the voice's converted graphs are kept, for all tests, workers and runs.

    It is made anew when the code that converts them changes. Converting takes seconds and is safe against a second
    worker that does the same.
    """
    code = b"".join(Path(module.__file__).read_bytes() for module in (kokoro, kokoro_graph))
    folder = Path(request.config.cache.mkdir(f"voice-{hashlib.sha256(code).hexdigest()[:12]}"))
    for other in folder.parent.glob("voice-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def make_cache(tmp_path_factory, voice_folder) -> Callable[[], Path]:
    """Return a function that makes a new empty cache folder (for SONGWRIGHT_CACHE) with the shared voice in it."""

    def make() -> Path:
        cache = tmp_path_factory.mktemp("cache")
        (cache / "voice").symlink_to(voice_folder, target_is_directory=True)
        return cache

    return make


@pytest.fixture(scope="session", autouse=True)
def _leave_the_users_cache_alone(make_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONGWRIGHT_CACHE", str(make_cache()))
        yield


@pytest.fixture(scope="session")
def voice(_leave_the_users_cache_alone) -> kokoro.KokoroVoice:
    """The real voice: the one that the pipeline uses in this process."""
    from songwright.pipeline.vocals import load_voice

    return load_voice()
