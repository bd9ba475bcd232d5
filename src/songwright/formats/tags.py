"""What a sound file says about itself. No dates: the same song gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AudioTags:
    """Title and artist as printed; the lyric as plain text and the tempo where known."""

    title: str
    artist: str
    lyrics: str = ""
    tempo_qpm: float | None = None
