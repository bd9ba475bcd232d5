"""The brief: what a person asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Brief:
    """A song as it is asked for.

    Parameters
    ----------
    title, artist
        As printed.
    singer
        Name of a character.
    style
        Name of a style.
    tempo_qpm
        Quarters a minute; ``None`` takes the style's.
    key
        ``"G major"``, ``"Em"``; ``None`` chooses the one that fits the singer's tessitura.
    mood
        Free words; ``dark``, ``sad``, ``tender``, ``bright``, ``proud``, ``defiant`` and the like steer dynamics and
        mode.
    form
        Section names in playing order (``"Verse 1"``, ``"Chorus"``, ``"Instrumental"`` ...); empty takes the lyric's
        own order with an intro, a turnaround and an ending from the style.
    lyric
        The text with ``[Verse 1]`` headings.
    """

    schema: ClassVar[int] = 1
    title: str
    artist: str
    singer: str
    style: str
    lyric: str
    tempo_qpm: float | None = None
    key: str | None = None
    mood: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
