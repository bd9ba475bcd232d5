"""The band of a style: its instruments, who plays which pattern when, and how the players lean on the beat.

Times are milliseconds against the grid, positive late. Programs are zero-based General MIDI programs in the banks of
the MuseScore General soundfont (bank 128 holds the drum kits). Ranges are MIDI notes where the instrument speaks
comfortably; they follow Adler, *The Study of Orchestration* (4th ed. 2016), and, for banjo and pedal steel, their open
tunings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from songwright.documents.lyric import SECTION_KINDS
from songwright.errors import InputError, nearest_names

STOMP: Final = 36
"""`midi_note` of a foot on the floor in a ``stomps`` part."""
CLAP: Final = 39
"""`midi_note` of the hands in a ``claps`` part."""

SOURCES: Final = ("soundfont", "kit", "own")


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What sounds: a soundfont preset, a drum kit of it, or our own synthesis (``source`` ``own``, no preset)."""

    name: str
    family: str
    source: str
    bank: int
    program: int
    lowest_midi: int
    highest_midi: int

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise InputError(f"instrument {self.name!r}: source {self.source!r} is not one of {', '.join(SOURCES)}")


def _instrument(name: str, family: str, bank: int, program: int, lowest_midi: int, highest_midi: int) -> Instrument:
    source = "own" if bank < 0 else "kit" if bank == 128 else "soundfont"
    return Instrument(
        name=name, family=family, source=source, bank=max(bank, 0), program=program,
        lowest_midi=lowest_midi, highest_midi=highest_midi,
    )  # fmt: skip


INSTRUMENTS: Final[Mapping[str, Instrument]] = MappingProxyType(
    {
        instrument.name: instrument
        for instrument in (
            _instrument("acoustic-guitar", "guitar", 0, 25, 40, 79),
            _instrument("picked-guitar", "guitar", 0, 25, 40, 79),
            _instrument("mandolin", "guitar", 16, 25, 55, 88),
            _instrument("banjo", "banjo", 0, 105, 50, 79),
            _instrument("bass", "bass", 0, 33, 28, 52),
            _instrument("upright-bass", "bass", 0, 32, 28, 52),
            _instrument("drums", "drums", 128, 0, 35, 81),
            _instrument("brushes", "drums", 128, 40, 35, 81),
            _instrument("stomps", "percussion", -1, 0, STOMP, STOMP),
            _instrument("claps", "percussion", -1, 0, CLAP, CLAP),
            _instrument("shaker", "percussion", 128, 0, 70, 70),
            _instrument("tambourine", "percussion", 128, 0, 54, 54),
            _instrument("fiddle", "melody", 0, 110, 55, 93),
            _instrument("pedal-steel", "melody", 8, 26, 52, 86),
            _instrument("piano", "keys", 0, 0, 36, 84),
            _instrument("organ", "keys", 0, 16, 48, 79),
            _instrument("accordion", "keys", 0, 21, 53, 84),
            _instrument("pad", "keys", 0, 49, 48, 79),
        )
    }
)
"""Every instrument by name; `InstrumentPart.instrument` is a key of this table."""


@dataclass(frozen=True, kw_only=True)
class PatternChoice:
    """In sections of ``kind`` at ``intensity`` or above, ``pattern`` is played (``rest`` = silence)."""

    kind: str
    intensity: float
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Player:
    """One member of the band.

    Parameters
    ----------
    name
        Name of the part and of its stem.
    instrument
        A key of `INSTRUMENTS`.
    push_ms
        Where the player sits: negative ahead of the beat, positive behind it.
    jitter_ms
        Standard deviation of the player's own timing around the band's.
    patterns
        What is played where; see `pattern_for`.
    """

    name: str
    instrument: str
    push_ms: float
    jitter_ms: float
    patterns: tuple[PatternChoice, ...]

    def __post_init__(self) -> None:
        if self.instrument not in INSTRUMENTS:
            raise InputError(
                f"band player {self.name!r}: no instrument {self.instrument!r}; nearest are "
                f"{nearest_names(self.instrument, INSTRUMENTS)}"
            )
        if not -40.0 <= self.push_ms <= 40.0 or not 0.0 <= self.jitter_ms <= 30.0:
            raise InputError(f"band player {self.name!r}: push_ms must be -40 to 40 and jitter_ms 0 to 30")
        for choice in self.patterns:
            if choice.kind not in SECTION_KINDS:
                raise InputError(
                    f"band player {self.name!r}: section kind {choice.kind!r} is not one of {', '.join(SECTION_KINDS)}"
                )

    def pattern_for(self, kind: str, intensity: float) -> str:
        """The pattern with the highest threshold that ``intensity`` reaches; ``rest`` when none does."""
        reached = [choice for choice in self.patterns if choice.kind == kind and choice.intensity <= intensity + 1e-9]
        return max(reached, key=lambda choice: choice.intensity).pattern if reached else "rest"


@dataclass(frozen=True, kw_only=True)
class BandStyle:
    """The table ``[band]`` of a style.

    Parameters
    ----------
    swing
        Where the off-beat eighth falls in its quarter: 0.5 straight, 0.667 triplets.
    drift_ms
        Standard deviation of the time that the whole band wanders together.
    answers
        Player names who take turns to answer the singer.
    hook
        Player names who play the chorus's first line in intro and turnaround (first: the tune; second: a third below).
    doubles
        How many times the lead is doubled in choruses.
    harmony
        ``above``, ``below`` or ``none``.
    shout
        What the gang shouts where the lyric gives it no answer; empty for none.
    stop_before_last_chorus
        Whether everybody rests on the beat before the last chorus.
    """

    schema: ClassVar[int] = 1
    name: str
    swing: float
    drift_ms: float
    players: tuple[Player, ...]
    answers: tuple[str, ...]
    hook: tuple[str, ...]
    doubles: int
    harmony: str
    shout: str
    stop_before_last_chorus: bool

    def __post_init__(self) -> None:
        if not 0.5 <= self.swing <= 0.7:
            raise InputError(f"band of style {self.name!r}: swing {self.swing:g} must be 0.5 (straight) to 0.7")
        if not 0.0 <= self.drift_ms <= 20.0:
            raise InputError(f"band of style {self.name!r}: drift_ms {self.drift_ms:g} must be 0 to 20")
        if self.harmony not in ("above", "below", "none"):
            raise InputError(f"band of style {self.name!r}: harmony {self.harmony!r} is not above, below or none")
        if self.doubles not in (0, 1, 2):
            raise InputError(f"band of style {self.name!r}: doubles {self.doubles} must be 0, 1 or 2")
        names = [player.name for player in self.players]
        if len(set(names)) != len(names):
            raise InputError(f"band of style {self.name!r}: two players share a name")
        for name in (*self.answers, *self.hook):
            if name not in names:
                raise InputError(
                    f"band of style {self.name!r}: {name!r} answers but is no player; players: {', '.join(names)}"
                )

    def player(self, name: str) -> Player:
        """The player called ``name``."""
        return next(player for player in self.players if player.name == name)
