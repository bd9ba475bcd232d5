"""How a style is mixed: the level, place, tone and space of every channel, the voice against the band, the bus.

Levels are in LU: stems are brought to loudness by their *active* passages (BS.1770 gates), so a tambourine that plays
in one chorus is as loud there as its level says. Channels are looked up by the stem's name first, then by its role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Final

from songwright.errors import InputError

VOCAL_ROLES: Final = ("lead", "double", "harmony", "gang")
OFF_DB: Final = -100.0
"""A send at this level is not sent at all."""


@dataclass(frozen=True, kw_only=True)
class EqBand:
    """One band of an equaliser: ``kind`` ``peak``, ``low-shelf`` or ``high-shelf``."""

    kind: str
    f_hz: float
    gain_db: float
    q: float = 0.707

    def __post_init__(self) -> None:
        if self.kind not in ("peak", "low-shelf", "high-shelf"):
            raise InputError(f"EQ band {self.kind!r} is not peak, low-shelf or high-shelf")
        if not (20.0 <= self.f_hz <= 20000.0 and -18.0 <= self.gain_db <= 18.0 and 0.1 <= self.q <= 10.0):
            raise InputError(f"EQ band at {self.f_hz:g} Hz, {self.gain_db:g} dB, Q {self.q:g} is out of range")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What happens to one stem.

    Parameters
    ----------
    level_lu
        Loudness of its active passages: in the band against one another, in the voices against the lead. A role sung by
        several stems shares its level.
    pan
        -1 left to 1 right. Doubles and gang voices are spread around it by ``spread``.
    spread
        Doubles, gang: how far they stand apart, 0 to 1. Stereo instruments: width of their image, 1 as recorded.
    high_pass_hz
        12 dB an octave.
    ratio, threshold_lu, attack_ms, release_ms
        Compressor; the threshold counts from the stem's loudness. Ratio 1 is none.
    room_db, plate_db, delay_db
        Energy of the reverberation (or of the first echo) against the dry sound.
    duck
        Whether its middle makes room while the lead sings.
    """

    level_lu: float = -8.0
    pan: float = 0.0
    spread: float = 0.8
    high_pass_hz: float = 80.0
    eq: tuple[EqBand, ...] = ()
    ratio: float = 1.0
    threshold_lu: float = 2.0
    attack_ms: float = 10.0
    release_ms: float = 120.0
    room_db: float = -14.0
    plate_db: float = OFF_DB
    delay_db: float = OFF_DB
    duck: bool = False

    def __post_init__(self) -> None:
        ranges = {
            "level_lu": (-40.0, 12.0), "pan": (-1.0, 1.0), "spread": (0.0, 1.0), "high_pass_hz": (20.0, 1000.0),
            "ratio": (1.0, 20.0), "threshold_lu": (-20.0, 20.0), "attack_ms": (0.1, 200.0),
            "release_ms": (5.0, 2000.0), "room_db": (OFF_DB, 6.0), "plate_db": (OFF_DB, 6.0), "delay_db": (OFF_DB, 6.0),
        }  # fmt: skip
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"channel: {name} = {value:g}, allowed are {low:g} to {high:g}")


def _peak(f_hz: float, gain_db: float, q: float = 0.8) -> EqBand:
    return EqBand(kind="peak", f_hz=f_hz, gain_db=gain_db, q=q)


def _low(f_hz: float, gain_db: float) -> EqBand:
    return EqBand(kind="low-shelf", f_hz=f_hz, gain_db=gain_db)


def _high(f_hz: float, gain_db: float) -> EqBand:
    return EqBand(kind="high-shelf", f_hz=f_hz, gain_db=gain_db)


_VOICE = Channel(ratio=3.0, threshold_lu=-2.0, attack_ms=6.0, release_ms=110.0, room_db=OFF_DB, plate_db=-14.0)
_GUITAR = Channel(high_pass_hz=95.0, ratio=2.0, threshold_lu=3.0, attack_ms=15.0, duck=True, room_db=-15.0)

# Usual practice (Owsinski, The Mixing Engineer's Handbook, 4th ed. 2017: cut mud at 200-400 Hz, presence of a voice at
# 2-5 kHz, kick at 60 Hz and 3-5 kHz, acoustic guitar at 5-8 kHz), then set by the meters on the styles: docs/mixing.md.
DEFAULT_CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType(
    {
        "lead": replace(
            _VOICE, level_lu=0.0, high_pass_hz=85.0, delay_db=-24.0,
            eq=(_peak(280.0, -2.0), _peak(3200.0, 2.5, 0.7), _high(9000.0, 2.0)),
        ),
        "double": replace(
            _VOICE, level_lu=-8.0, spread=0.65, high_pass_hz=140.0, ratio=4.0, plate_db=-12.0,
            eq=(_peak(300.0, -3.0), _high(7000.0, 1.5)),
        ),
        "harmony": replace(
            _VOICE, level_lu=-6.0, spread=0.35, high_pass_hz=130.0, ratio=4.0, plate_db=-11.0,
            eq=(_peak(300.0, -3.0), _peak(3000.0, -1.0)),
        ),
        "gang": replace(
            _VOICE, level_lu=-3.0, spread=0.9, high_pass_hz=150.0, ratio=3.0, room_db=-7.0, plate_db=-13.0,
            eq=(_peak(350.0, -2.0), _peak(2500.0, 2.0)),
        ),
        "drums": Channel(
            level_lu=-2.0, spread=0.9, high_pass_hz=30.0, ratio=2.5, threshold_lu=6.0, attack_ms=20.0, release_ms=90.0,
            room_db=-13.0, eq=(_peak(62.0, 1.0, 1.0), _peak(380.0, -3.0), _high(7000.0, 1.0)),
        ),
        "brushes": Channel(
            level_lu=-5.0, spread=0.9, high_pass_hz=30.0, room_db=-12.0, eq=(_peak(62.0, 1.0, 1.0), _high(8000.0, 1.0)),
        ),
        "stomps": Channel(
            level_lu=-2.0, spread=0.8, high_pass_hz=30.0, room_db=-11.0, eq=(_peak(350.0, -2.0),),
        ),
        "claps": Channel(level_lu=-7.0, spread=1.0, high_pass_hz=250.0, room_db=-8.0, plate_db=-16.0),
        "tambourine": Channel(level_lu=-14.0, pan=0.35, spread=0.3, high_pass_hz=800.0, room_db=-12.0),
        "shaker": Channel(level_lu=-16.0, pan=-0.35, spread=0.3, high_pass_hz=800.0, room_db=-14.0),
        "bass": Channel(
            level_lu=-1.0, spread=0.0, high_pass_hz=32.0, ratio=3.5, threshold_lu=-1.0, attack_ms=20.0, room_db=OFF_DB,
            eq=(_peak(65.0, -1.5), _peak(260.0, -2.0), _peak(900.0, 3.0)),
        ),
        "upright-bass": Channel(
            level_lu=-1.0, spread=0.0, high_pass_hz=32.0, ratio=3.0, threshold_lu=0.0, attack_ms=20.0, room_db=-22.0,
            eq=(_peak(60.0, -3.0), _peak(1100.0, 3.0)),
        ),
        "acoustic-guitar": replace(_GUITAR, level_lu=-5.0, pan=-0.35, eq=(_peak(220.0, -2.0), _high(6000.0, 2.0))),
        "strummed-guitar": replace(_GUITAR, level_lu=-5.0, pan=-0.35, eq=(_peak(220.0, -2.0), _high(6000.0, 2.0))),
        "picked-guitar": replace(_GUITAR, level_lu=-7.0, pan=0.45, eq=(_peak(220.0, -2.0), _high(6000.0, 1.5))),
        "mandolin": replace(_GUITAR, level_lu=-8.0, pan=0.55, high_pass_hz=160.0),
        "banjo": replace(_GUITAR, level_lu=-9.0, pan=0.5, high_pass_hz=140.0, eq=(_peak(800.0, -2.0),)),
        "fiddle": Channel(
            level_lu=-6.0, pan=0.25, high_pass_hz=170.0, plate_db=-12.0, duck=True, eq=(_peak(2800.0, -2.0, 1.0),),
        ),
        "pedal-steel": Channel(
            level_lu=-7.0, pan=-0.3, high_pass_hz=110.0, plate_db=-10.0, delay_db=-20.0, duck=True,
            eq=(_peak(1800.0, -1.5, 1.0),),
        ),
        "accordion": Channel(level_lu=-9.0, pan=-0.25, high_pass_hz=120.0, room_db=-12.0, duck=True),
        "piano": Channel(
            level_lu=-7.0, pan=0.15, high_pass_hz=70.0, ratio=2.0, threshold_lu=4.0, plate_db=-16.0, duck=True,
            eq=(_peak(300.0, -2.0),),
        ),
        "organ": Channel(
            level_lu=-12.0, pan=0.2, high_pass_hz=110.0, room_db=-12.0, duck=True, eq=(_peak(350.0, -2.0),)
        ),
        "pad": Channel(level_lu=-13.0, high_pass_hz=140.0, plate_db=-10.0, duck=True, eq=(_peak(400.0, -2.0),)),
        "guitar": replace(_GUITAR, level_lu=-6.0),
        "percussion": Channel(level_lu=-8.0, high_pass_hz=60.0),
        "melody": Channel(level_lu=-7.0, high_pass_hz=140.0, plate_db=-12.0, duck=True),
        "keys": Channel(level_lu=-11.0, high_pass_hz=110.0, plate_db=-14.0, duck=True),
        "other": Channel(),
    }
)  # fmt: skip
"""Channels by stem name, instrument or role; ``other`` for what is named nowhere."""


@dataclass(frozen=True, kw_only=True)
class MixStyle:
    """The mix of a style.

    Parameters
    ----------
    lead_over_band_lu
        How far the lead stands above the band in every phrase.
    duck_db
        How much (<= 0) the middle of guitars and keys gives way while the lead sings.
    plate_s, room_s
        Reverberation times (60 dB).
    delay_quarters
        Echo time in quarters of the song's tempo.
    section_range
        Share (0 to 1) of the loudness differences between sections that stays; records keep about half.
    air_db
        Level of the made-up octave above 12 kHz on voices against their 8 to 12 kHz band.
    match_limit_db
        Bound of every band of the bus equaliser that leans towards the spectrum of popular music; 0 switches it off.
    """

    schema: ClassVar[int] = 1
    name: str
    lead_over_band_lu: float = 1.5
    duck_db: float = -3.0
    plate_s: float = 1.5
    room_s: float = 0.45
    delay_quarters: Fraction = Fraction(3, 4)
    section_range: float = 0.5
    air_db: float = -8.0
    match_limit_db: float = 6.0
    channels: Mapping[str, Channel] = field(default_factory=lambda: DEFAULT_CHANNELS)

    def __post_init__(self) -> None:
        ranges = {
            "lead_over_band_lu": (-6.0, 12.0), "duck_db": (-12.0, 0.0), "plate_s": (0.2, 6.0), "room_s": (0.1, 2.0),
            "delay_quarters": (Fraction(1, 8), Fraction(4)), "section_range": (0.0, 1.0), "air_db": (OFF_DB, 0.0),
            "match_limit_db": (0.0, 6.0),
        }  # fmt: skip
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"mix style {self.name}: {name} = {value}, allowed are {low} to {high}")
        if "other" not in self.channels:
            raise InputError(f"mix style {self.name}: there is no channel 'other' for stems that are named nowhere")

    def channel(self, stem: str, role: str) -> Channel:
        """Channel of a stem: by its name, else its role, else ``other``."""
        return self.channels.get(stem) or self.channels.get(role) or self.channels["other"]
