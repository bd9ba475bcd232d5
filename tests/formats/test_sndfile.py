"""Reading a file before the band plays leaves the band's bytes alone."""

import subprocess
import sys

import pytest

PLAY = """
import hashlib
from songwright.documents.arrangement import PerformedNote, PerformedPart
from songwright.playing import load_soundfont, render_part
notes = tuple(
    PerformedNote(start_s=0.2 + 0.3 * i, duration_s=0.25, midi_note=36 + i, velocity=90) for i in range(4)
)
part = PerformedPart(name="bass", instrument="upright-bass", notes=notes)
audio = render_part(part, duration_s=2.0, sample_rate_hz=44100, soundfont=load_soundfont(), seed=1)
assert audio.samples.any()
print(hashlib.sha256(audio.samples.tobytes()).hexdigest())
"""
READ = """
import sys
from pathlib import Path
import numpy as np
from songwright.documents.audio import Audio
from songwright.formats.wav import read_wav, write_wav
path = Path(sys.argv[1]) / "x.wav"
write_wav(path, Audio(samples=np.zeros((1, 441), dtype=np.float32), sample_rate_hz=44100))
read_wav(path)
assert "soundfile" in sys.modules
"""


@pytest.fixture
def run(tmp_path):
    def run(code: str) -> str:
        command = [sys.executable, "-c", code, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]

    return run


def test_a_part_is_the_same_bytes_before_and_after_a_file_was_read(run):
    alone = run(PLAY)
    assert len(alone) == 64
    assert run(READ + PLAY) == alone
