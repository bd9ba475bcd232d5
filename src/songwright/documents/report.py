"""The report: what was asked, what was measured on the finished song, and how long each stage took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from songwright.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What the song has to reach. The numbers are the studio's own promise; a style may set others."""

    pitch_median_cents: float = 10.0
    pitch_within_50_share: float = 0.90
    n_dead_notes: int = 0
    word_error_rate: float = 0.25
    loudness_lufs: float = -14.0
    loudness_tolerance_lu: float = 0.3
    true_peak_dbtp: float = -1.0
    band_difference_db: float = 4.0
    seconds_per_second: float = 120.0 / 180.0


@dataclass(frozen=True, kw_only=True)
class BandDifference:
    """The song's long-term level in the octave around ``centre_hz``, minus that of popular music, in dB."""

    centre_hz: float
    difference_db: float


@dataclass(frozen=True, kw_only=True)
class StemLevel:
    """How loud one stem is in the mix, before mastering."""

    name: str
    loudness_lufs: float | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measurements of the finished song; ``None`` is "not measured".

    Parameters
    ----------
    pitch_median_cents
        Median absolute distance of the lead's f0 from the written notes, in cents.
    pitch_within_50_share
        Share (0 to 1) of voiced frames within 50 cents.
    n_dead_notes
        Notes whose vowel is 12 dB or more under its phrase.
    word_error_rate
        Of the lead stem as a machine hears it, 0 to 1 and above; ``heard_words`` is what it heard.
    loudness_lufs, true_peak_dbtp, loudness_range_lu
        Of the master (ITU-R BS.1770, EBU Tech 3342).
    bands
        Octave bands of the master against popular music.
    stems
        Levels of the stems.
    stems_residual_dbfs
        Peak of the mix minus the sum of its stems.
    """

    pitch_median_cents: float | None = None
    pitch_within_50_share: float | None = None
    n_dead_notes: int | None = None
    word_error_rate: float | None = None
    heard_words: str | None = None
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    bands: tuple[BandDifference, ...] = ()
    stems: tuple[StemLevel, ...] = ()
    stems_residual_dbfs: float | None = None


@dataclass(frozen=True, kw_only=True)
class StageTiming:
    """Wall-clock time of a stage; ``from_store`` when its result was there already."""

    name: str
    seconds: float
    from_store: bool = False

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise InputError(f"stage {self.name}: took {self.seconds} s")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One target and whether it was reached; ``reached`` is ``None`` where nothing was measured."""

    name: str
    found: str
    wanted: str
    reached: bool | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a person wants to know about one finished song.

    ``asked`` are pairs of a name and what the brief said; ``duration_s`` is the song's length; ``retakes`` say which
    phrases were sung again and why; ``peak_memory_bytes`` is the most memory that the run held.
    """

    schema: ClassVar[int] = 1
    title: str
    artist: str
    seed: int
    duration_s: float
    asked: tuple[tuple[str, str], ...]
    measured: Measured
    targets: Targets = Targets()
    timings: tuple[StageTiming, ...] = ()
    retakes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    peak_memory_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.duration_s <= 0:
            raise InputError(f"report of {self.title!r}: a song of {self.duration_s} s")

    @property
    def total_s(self) -> float:
        """Time of all stages together."""
        return sum(timing.seconds for timing in self.timings)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every target against what was measured."""
        found, wanted = self.measured, self.targets
        worst = max(found.bands, key=lambda band: abs(band.difference_db), default=None)
        low = wanted.loudness_lufs - wanted.loudness_tolerance_lu
        high = wanted.loudness_lufs + wanted.loudness_tolerance_lu
        # Rounding a level to a hundredth of a decibel is finer than any meter; without it 0.3 is more than 0.3.
        loudness = None if found.loudness_lufs is None else round(found.loudness_lufs, 2)
        per_second = self.total_s / self.duration_s if self.timings else None
        return (
            _check(
                "sung pitch, median error", found.pitch_median_cents, "{:.1f} cents",
                f"{wanted.pitch_median_cents:g} cents or less", lambda x: x <= wanted.pitch_median_cents,
            ),
            _check(
                "voiced frames within 50 cents", found.pitch_within_50_share, "{:.1%}",
                f"{wanted.pitch_within_50_share:.0%} or more", lambda x: x >= wanted.pitch_within_50_share,
            ),
            _check(
                "dead notes", found.n_dead_notes, "{:d}",
                "none" if wanted.n_dead_notes == 0 else f"{wanted.n_dead_notes} or fewer",
                lambda x: x <= wanted.n_dead_notes,
            ),
            _check(
                "words misheard by a machine", found.word_error_rate, "{:.1%}",
                f"{wanted.word_error_rate:.0%} or less", lambda x: x <= wanted.word_error_rate,
            ),
            _check(
                "loudness", loudness, "{:.2f} LUFS",
                f"{wanted.loudness_lufs:g} ± {wanted.loudness_tolerance_lu:g} LUFS",
                lambda x: round(low, 2) <= x <= round(high, 2),
            ),
            _check(
                "true peak", found.true_peak_dbtp, "{:.2f} dBTP", f"{wanted.true_peak_dbtp:.1f} dBTP or less",
                lambda x: x <= wanted.true_peak_dbtp,
            ),
            _check(
                "balance, worst octave" + (f" ({worst.centre_hz:g} Hz)" if worst else ""),
                worst.difference_db if worst else None, "{:+.1f} dB",
                f"within {wanted.band_difference_db:g} dB", lambda x: abs(x) <= wanted.band_difference_db,
            ),
            _check(
                "time for a second of song", per_second, "{:.2f} s",
                f"{wanted.seconds_per_second:.2f} s or less", lambda x: x <= wanted.seconds_per_second,
            ),
        )  # fmt: skip


def _check(name: str, value: float | None, shape: str, wanted: str, is_reached: Callable[[float], bool]) -> Check:
    if value is None:
        return Check(name=name, found="not measured", wanted=wanted, reached=None)
    return Check(name=name, found=shape.format(value), wanted=wanted, reached=is_reached(value))
