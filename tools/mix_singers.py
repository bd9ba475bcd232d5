"""Mix the singers that come with Songwright from the base voices of the npm package kokoro-js (Apache-2.0).

    npm pack kokoro-js@1.2.1 && python tools/mix_singers.py kokoro-js-1.2.1.tgz

A base voice is a table of 510 rows of 256 numbers, row n for an utterance of n tokens; a singer takes row 40 (a sung
line) of several base voices, each of the two halves (timbre, prosody) with weights of its own. Writes
src/songwright/singers/*.toml.
"""

from __future__ import annotations

import hashlib
import sys
import tarfile
from pathlib import Path

import numpy as np

from songwright.documents.character import Character
from songwright.formats.character_file import save_character

ROW = 40
PACKAGE_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
SINGERS = Path(__file__).parent.parent / "src" / "songwright" / "singers"
STATEMENT = "An invented singer. This voice belongs to nobody and imitates nobody."
LICENCE = "Apache-2.0 (style numbers mixed from kokoro-js 1.2.1 voices); the rest GPL-3.0-or-later"

MIXES: dict[str, tuple[dict[str, float], dict[str, float], dict[str, object]]] = {
    "harlan": (
        {"am_eric": 0.6, "am_fenrir": 0.4},
        {"am_eric": 1.0},
        {
            "description": "A low gravelly man, tired and close: lies back behind the beat and scoops into long notes.",
            "range_low_midi": 40, "range_high_midi": 62, "tessitura_low_midi": 45, "tessitura_high_midi": 59,
            "vibrato_rate_hz": 5.2, "vibrato_depth_cents": 15.0, "vibrato_delay_s": 0.45, "portamento_s": 0.04,
            "scoop_cents": 15.0, "timing_s": 0.012, "breath_db": -13.0, "breathiness": 0.10, "grit": 0.12,
            "brightness_db": 1.0,
        },
    ),
    "maren": (
        {"af_heart": 0.4, "af_river": 0.3, "af_sarah": 0.3},
        {"af_heart": 1.0},
        {
            "description": "A clear woman, warm and plain: on the beat, an even vibrato that blooms late.",
            "range_low_midi": 53, "range_high_midi": 74, "tessitura_low_midi": 56, "tessitura_high_midi": 68,
            "vibrato_rate_hz": 5.6, "vibrato_depth_cents": 16.0, "vibrato_delay_s": 0.40, "portamento_s": 0.035,
            "scoop_cents": 10.0, "timing_s": 0.004, "breath_db": -14.0, "breathiness": 0.0, "grit": 0.0,
            "brightness_db": 0.0,
        },
    ),
}  # fmt: skip


def main(package: Path) -> None:
    """Write every singer's file."""
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    if digest != PACKAGE_SHA256:
        sys.exit(f"{package}: SHA-256 {digest}, expected {PACKAGE_SHA256}")
    with tarfile.open(package) as archive:

        def row(voice: str) -> np.ndarray:
            file = archive.extractfile(f"package/voices/{voice}.bin")
            assert file is not None
            return np.frombuffer(file.read(), dtype="<f4").reshape(510, 256)[ROW]

        for name, (timbre, prosody, habits) in MIXES.items():
            style = np.concatenate(
                [
                    sum(weight * row(voice)[half] for voice, weight in mix.items())
                    for mix, half in ((timbre, slice(0, 128)), (prosody, slice(128, 256)))
                ]
            )
            origin = "kokoro-js 1.2.1, row 40; timbre " + ", ".join(f"{w:g} {v}" for v, w in timbre.items())
            origin += "; prosody " + ", ".join(f"{w:g} {v}" for v, w in prosody.items())
            singer = Character(
                name=name, style=np.round(style.astype(np.float64), 6).astype(np.float32), vowel_map=(), origin=origin,
                licence=LICENCE, statement=STATEMENT, **habits,  # type: ignore[arg-type]
            )  # fmt: skip
            save_character(SINGERS / f"{name}.toml", singer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
