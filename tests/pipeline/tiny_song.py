"""The smallest real song: one section of two short lines."""

from pathlib import Path

TINY_BRIEF = '''
title = "Short Road"
artist = "The Tests"
singer = "harlan"
style = "stomp-clap-hey"
tempo = 120
key = "G major"
form = ["Chorus"]
lyric = """
[Chorus]
The river knows my name (hey!)
And it carries me home
"""
'''


def write_tiny_brief(folder: Path, **changes: str) -> Path:
    """Write the brief, with some of its text changed (``river="mountain"``)."""
    text = TINY_BRIEF
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "short-road.toml"
    path.write_text(text, encoding="utf-8")
    return path
