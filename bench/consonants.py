"""How long the voice itself makes consonants in speech, beside how long Songwright sings them.

    python bench/consonants.py [--json FILE]

Every line of the examples' lyrics is given to the model's duration predictor with each singer's style numbers; the
table is `songwright.performing.voice.CONSONANT_S`. Milliseconds; n is how often a consonant stands in the lyrics.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from song import EXAMPLES, phrase_tokens
from songwright.formats.brief_file import load_brief
from songwright.formats.character_file import list_characters, load_character
from songwright.performing.voice import CONSONANT_S
from songwright.singing.backends.kokoro import FRAME_S, TOKENS, KokoroVoice
from songwright.store import cache_root
from songwright.writing import parse_lyric


def measure() -> dict[str, dict[str, list[float]]]:
    """Seconds of every occurrence: by consonant, then by singer."""
    voice = KokoroVoice(cache_root() / "voice", n_threads=1)
    symbols = {number: symbol for symbol, number in TOKENS.items()}
    styles = {name: load_character(name).style for name in list_characters()}
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for brief in sorted(EXAMPLES.glob("*.toml")):
        sections = parse_lyric(load_brief(brief).lyric).sections
        lines = dict.fromkeys(line.words for section in sections for line in section.lines if line.words)
        for tokens in map(phrase_tokens, lines):
            for singer, style in styles.items():
                for token, n_frames in zip(tokens, voice.natural_frames(tokens, style), strict=True):
                    symbol = symbols.get(int(token), "")
                    if symbol in CONSONANT_S:
                        found[symbol][singer].append(float(n_frames) * FRAME_S)
    return found


def main() -> None:
    """Print a row for each consonant."""
    parser = argparse.ArgumentParser(description="consonants as spoken by the model and as sung here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the means here too, in seconds")
    arguments = parser.parse_args()
    found, singers = measure(), list_characters()
    print(f"  {'':4} {'n':>4} {'sung':>6} " + " ".join(f"{singer:>8}" for singer in singers))
    means: dict[str, dict[str, float]] = {}
    for symbol, sung_s in CONSONANT_S.items():
        spoken = {singer: found[symbol][singer] for singer in singers if found[symbol][singer]}
        means[symbol] = {"sung": sung_s, **{singer: float(np.mean(times)) for singer, times in spoken.items()}}
        count = len(next(iter(spoken.values()), []))
        cells = [f"{1000 * means[symbol][singer]:8.0f}" if singer in spoken else f"{'-':>8}" for singer in singers]
        print(f"  {symbol:4} {count:4} {1000 * sung_s:6.0f} " + " ".join(cells))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(means, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
