"""The mix: every stem with its level, place, tone and space, the lead above the band, one bus.

Everything that the bus does is found from the sum of the stems but applied to each of them (the same filter, the same
gain), and reverberation and echo stay with the stem that sends them: so the stems add up to the mix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import signal

from songwright.documents.audio import Audio
from songwright.documents.mix_style import VOCAL_ROLES, Channel, EqBand, MixStyle
from songwright.documents.score import Section
from songwright.errors import InputError
from songwright.hearing.filtering import filter_sections
from songwright.hearing.loudness import measure_loudness_lufs, measure_step_power
from songwright.mixing.backends.pedalboard import equalise
from songwright.mixing.bus import find_match_bands
from songwright.mixing.gains import (
    COMPRESSOR_STEP,
    STEP_S,
    average_phrases_lu,
    draw_gain,
    find_duck,
    find_glue_db,
    find_ride_db,
    find_section_gain_db,
    measure_active_steps,
    measure_phrases_lu,
)
from songwright.mixing.regions import Regions
from songwright.mixing.spaces import Spaces
from songwright.mixing.voice import process_voice, shape_tone
from songwright.timeline import TempoMap
from songwright.units import SILENCE_DB, db_to_gain

SampleArray = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
T = TypeVar("T")

BAND_LUFS: Final = -20.0  # where level 0 LU of the band stands inside the mix; the end is scaled to PEAK_DB anyway
PEAK_DB: Final = -3.0
"""Highest sample of the pre-master mix, dBFS: room for the master, none lost to 24 bits."""

_DUCK_HZ: Final = 2200.0  # the middle of 1.2 to 4 kHz, where consonants and the second and third formants lie
_DUCK_Q: Final = 0.7
_VOICE_TRIM_DB: Final = 4.0
_END_FADE_S: Final = 0.05
_N_AT_ONCE: Final = 2  # filters, transforms and pedalboard leave the interpreter; more would cost 0.2 GB each
_MARGIN_S: Final = 0.3  # what rings in filters and compressors after a stem falls silent


@dataclass(frozen=True, kw_only=True, eq=False)
class Mix:
    """A mix and its stems.

    Parameters
    ----------
    stems
        Every stem as it sounds in the mix, stereo, in the order they came.
    premaster
        Their sum.
    levels_lufs
        Loudness of each stem where it sounds, as it is in the mix.
    bus_eq_db
        Gain in dB of each band of the bus equaliser, by its frequency in Hz; empty when it was not needed.
    ride_db : np.ndarray [shape=(n_steps,), dB]
        Gain of the lead every 10 ms against its own mean; zeros without a lead.
    lead_over_band_lu
        How far the lead stands above the band in the finished mix, mean over its phrases; ``None`` without one of
        them.
    most_glue_db
        Deepest gain reduction of the bus compressor (>= 0).
    """

    stems: Mapping[str, Audio]
    premaster: Audio
    levels_lufs: Mapping[str, float]
    bus_eq_db: Mapping[float, float]
    ride_db: FloatArray
    lead_over_band_lu: float | None
    most_glue_db: float


def mix(
    stems: Mapping[str, Audio],
    *,
    roles: Mapping[str, str],
    sections: tuple[Section, ...],
    tempo_map: TempoMap,
    style: MixStyle,
) -> Mix:
    """Mix stems.

    Parameters
    ----------
    stems
        Dry stems of one length and sample rate (44.1 kHz or more), mono or stereo; each is read once, so a mapping
        that loads on demand keeps only one of them in memory.
    roles
        For every stem ``lead``, ``double``, ``harmony`` or ``gang``, else its instrument (``acoustic-guitar``,
        ``drums``) or its family. At most one lead.
    sections, tempo_map
        Where the song is fuller, and how long an echo is.
    style
        From `formats.mix_style_file.load_mix_style`.

    Raises
    ------
    InputError
        If there are no stems, one has no role, or their lengths, rates or numbers do not agree.
    """
    names = tuple(stems)
    if not names:
        raise InputError("mix: there are no stems")
    for name in names:
        if name not in roles:
            raise InputError(
                f"mix: stem {name!r} has no role; give it one of {', '.join(VOCAL_ROLES)} or its instrument"
            )
    leads = [name for name in names if roles[name] == "lead"]
    if len(leads) > 1:
        raise InputError(f"mix: more than one lead ({', '.join(leads)}); call the others double or harmony")
    return _Desk(stems, names, roles, sections, tempo_map, style).run(leads[0] if leads else None)


class _Desk:
    """One mix under way."""

    def __init__(
        self,
        stems: Mapping[str, Audio],
        names: tuple[str, ...],
        roles: Mapping[str, str],
        sections: tuple[Section, ...],
        tempo_map: TempoMap,
        style: MixStyle,
    ) -> None:
        self.stems, self.names, self.roles, self.style = stems, names, roles, style
        first = stems[names[0]]
        self.rate, self.n_samples = first.sample_rate_hz, first.n_samples
        b, a = signal.iirpeak(_DUCK_HZ, _DUCK_Q, fs=self.rate)
        self._duck_sos = np.concatenate([b, a])[np.newaxis, :].astype(np.float32)
        if self.rate < 44100:
            raise InputError(f"mix: stem {names[0]!r} has {self.rate} Hz; resample stems to 44100 Hz or more")
        if self.n_samples < self.rate:
            raise InputError(f"mix: stem {names[0]!r} lasts {first.duration_s:.2f} s; a mix needs at least 1 s")
        self.n_steps = self.n_samples // round(STEP_S * self.rate)
        self.spaces = Spaces(style, tempo_map=tempo_map, sample_rate_hz=self.rate)
        self.sections, self.tempo_map = sections, tempo_map
        self.active = np.zeros(self.n_steps, dtype=np.bool_)
        self.duck_gain: SampleArray | None = None
        self.done: dict[str, SampleArray] = {}
        self.regions: dict[str, Regions] = {}

    def run(self, lead: str | None) -> Mix:
        voice = self._prepare_lead(lead) if lead is not None else None
        band, voices = (np.zeros((2, self.n_samples), dtype=np.float32) for _ in range(2))
        players = [name for name in self.names if self.roles[name] not in VOCAL_ROLES]
        for name, placed in zip(players, self._side_by_side(self._place_instrument, players), strict=True):
            self.done[name] = placed
            band += placed
        ride_db = np.zeros(self.n_steps)
        lead_lufs = BAND_LUFS
        if lead is not None and voice is not None:
            ride_db, lead_lufs = self._ride_lead(lead, voice, self._step_power(band))
            voices += self.done[lead]
        backing = [name for role in VOCAL_ROLES[1:] for name in self.names if self.roles[name] == role]
        for name, placed in zip(
            backing, self._side_by_side(lambda one: self._place_voice(one, lead_lufs), backing), strict=True
        ):
            self.done[name] = placed
            voices += placed
        return self._through_the_bus(band, voices, lead, ride_db)

    @staticmethod
    def _side_by_side(work: Callable[[str], T], names: Sequence[str]) -> Iterator[T]:
        """Work on two stems at a time; results come in the order of the names, so sums are the same every time."""
        with ThreadPoolExecutor(max_workers=_N_AT_ONCE) as pool:
            yield from pool.map(work, names)

    def _read(self, name: str) -> SampleArray:
        audio = self.stems[name]
        if audio.sample_rate_hz != self.rate or audio.n_samples != self.n_samples:
            raise InputError(
                f"mix: stem {name!r} has {audio.n_samples} samples at {audio.sample_rate_hz} Hz, stem "
                f"{self.names[0]!r} {self.n_samples} at {self.rate}; render them to one length and rate"
            )
        if audio.n_channels not in (1, 2):
            raise InputError(f"mix: stem {name!r} has {audio.n_channels} channels; mono or stereo are allowed")
        if not np.isfinite(audio.samples).all():
            raise InputError(f"mix: stem {name!r} holds samples that are not numbers; render it again")
        return audio.samples

    def _step_power(self, samples: SampleArray) -> FloatArray:
        return measure_step_power(Audio(samples=samples, sample_rate_hz=self.rate), step_s=STEP_S)[: self.n_steps]

    def _loudness(self, samples: SampleArray) -> float:
        if samples.shape[1] < 0.4 * self.rate:
            return SILENCE_DB  # regions hold at least their margins: this one is empty, or a scrap
        return measure_loudness_lufs(Audio(samples=samples, sample_rate_hz=self.rate))

    def _draw(self, curve_db: FloatArray) -> SampleArray:
        return draw_gain(curve_db, step_s=STEP_S, n_samples=self.n_samples, sample_rate_hz=self.rate)

    def _prepare_lead(self, name: str) -> SampleArray:
        channel = self.style.channel(name, "lead")
        voice = _place(self._sing_through(name, channel, None), pan=channel.pan, width=1.0)
        self.active = measure_active_steps(voice, sample_rate_hz=self.rate)[: self.n_steps]
        if self.style.duck_db < 0.0 and self.active.any():
            self.duck_gain = self._draw(self.style.duck_db * find_duck(self.active))
        return voice

    def _sing_through(self, name: str, channel: Channel, lufs: float | None) -> SampleArray:
        """Run a voice's chain where it sings, and bring it to a loudness when one is given."""
        dry = self._read(name)
        regions = Regions(dry, before_s=0.05, after_s=_MARGIN_S, sample_rate_hz=self.rate)
        voice = process_voice(regions.gather(dry), channel, air_db=self.style.air_db, sample_rate_hz=self.rate)
        if lufs is not None:
            # a mono voice sounds 3 LU louder from two loudspeakers, wherever constant power places it
            self._set_level(voice, lufs - (10.0 * float(np.log10(2.0)) if len(voice) == 1 else 0.0))
        return regions.scatter(voice, np.empty_like(dry))

    def _place_instrument(self, name: str) -> SampleArray:
        channel = self.style.channel(name, self.roles[name])
        dry = self._read(name)
        regions = Regions(dry, before_s=0.05, after_s=_MARGIN_S, sample_rate_hz=self.rate)
        toned = shape_tone(regions.gather(dry), channel, sample_rate_hz=self.rate)
        placed = _place(toned, pan=channel.pan, width=channel.spread)
        self._set_level(placed, BAND_LUFS + channel.level_lu)
        if channel.duck and self.duck_gain is not None:
            # a peak filter in the form x + (G(t) - 1) * bandpass(x): only the middle makes room
            middle = filter_sections(self._duck_sos, placed)
            middle *= regions.gather(self.duck_gain) - np.float32(1.0)
            placed += middle
        placed = regions.scatter(placed, np.empty((2, self.n_samples), dtype=np.float32))
        self.spaces.add(placed, channel)
        return placed

    def _ride_lead(self, name: str, voice: SampleArray, band_power: FloatArray) -> tuple[FloatArray, float]:
        curve = find_ride_db(
            self._step_power(voice), band_power, self.active, over_band_lu=self.style.lead_over_band_lu
        )
        if curve.any():
            voice = voice * self._draw(curve)
        else:
            self._set_level(voice, BAND_LUFS)  # nobody to stand above
        lufs = self._loudness(voice)
        self.spaces.add(voice, self.style.channel(name, "lead"))
        self.done[name] = voice
        return curve - curve.mean(), lufs if lufs > SILENCE_DB else BAND_LUFS

    def _place_voice(self, name: str, lead_lufs: float) -> SampleArray:
        role = self.roles[name]
        members = [other for other in self.names if self.roles[other] == role]
        index, n_members = members.index(name), len(members)
        channel = self.style.channel(name, role)
        lufs = lead_lufs + channel.level_lu - 10.0 * float(np.log10(n_members))
        voice = self._sing_through(name, channel, lufs)
        placed = _place(voice, pan=_find_seat(name, role, channel, index, n_members), width=1.0)
        self.spaces.add(placed, channel)
        return placed

    def _set_level(self, samples: SampleArray, lufs: float) -> None:
        measured = self._loudness(samples)
        if measured > SILENCE_DB:
            samples *= np.float32(db_to_gain(lufs - measured))

    def _equalise(self, name: str, bands: tuple[EqBand, ...]) -> None:
        """Put a stem through the equaliser of the bus, and remember where it sounds."""
        samples = self.done[name]
        self.regions[name] = regions = Regions(samples, before_s=0.0, after_s=_MARGIN_S, sample_rate_hz=self.rate)
        if bands:
            regions.scatter(equalise(regions.gather(samples), bands, sample_rate_hz=self.rate), samples)

    def _finish(self, name: str, glue: SampleArray, voice_gain: np.float32) -> float:
        """Give a stem its gains on the bus, in place; return its loudness."""
        samples, regions = self.done[name], self.regions[name]
        sounding = regions.gather(samples)
        sounding *= regions.gather(glue)
        if self.roles[name] in VOCAL_ROLES:
            sounding *= voice_gain
        regions.scatter(sounding, samples)
        return self._loudness(sounding)

    def _through_the_bus(self, band: SampleArray, voices: SampleArray, lead: str | None, ride_db: FloatArray) -> Mix:
        bands = find_match_bands(
            Audio(samples=band + voices, sample_rate_hz=self.rate), limit_db=self.style.match_limit_db
        )
        # the same filter on every stem, and the sums once more from what came out
        band[:], voices[:] = 0.0, 0.0
        for _ in self._side_by_side(lambda name: self._equalise(name, bands), self.names):
            pass
        for name in self.names:
            group = voices if self.roles[name] in VOCAL_ROLES else band
            group += self.done[name]
        voice_gain_db, over_band = self._stand_above(band, lead)
        voice_gain = np.float32(db_to_gain(voice_gain_db))
        voices *= voice_gain
        band += voices
        total = band
        del band, voices
        section_db = find_section_gain_db(
            self.sections, self.tempo_map, self._step_power(total), keep=self.style.section_range
        )
        sections = self._draw(section_db)
        glue_db = find_glue_db(total * sections, sample_rate_hz=self.rate)
        glue = draw_gain(
            glue_db, step_s=COMPRESSOR_STEP / self.rate, n_samples=self.n_samples, sample_rate_hz=self.rate
        )
        glue *= sections
        n_fade = min(round(_END_FADE_S * self.rate), self.n_samples)  # reverberation is cut at the end of the file
        glue[self.n_samples - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
        peak = float(np.abs(total * glue).max())
        glue *= np.float32(db_to_gain(PEAK_DB) / peak if peak > 0.0 else 1.0)
        total[:] = 0.0
        levels = list(self._side_by_side(lambda name: self._finish(name, glue, voice_gain), self.names))
        for name in self.names:
            total += self.done[name]
        return Mix(
            stems={name: Audio(samples=self.done[name], sample_rate_hz=self.rate) for name in self.names},
            premaster=Audio(samples=total, sample_rate_hz=self.rate),
            levels_lufs=dict(zip(self.names, levels, strict=True)),
            bus_eq_db={band.f_hz: band.gain_db for band in bands},
            ride_db=ride_db,
            lead_over_band_lu=over_band,
            most_glue_db=float(-glue_db.min(initial=0.0)),
        )

    def _stand_above(self, band: SampleArray, lead: str | None) -> tuple[float, float | None]:
        """Gain in dB that all voices get for what the bus equaliser did to them, and where the lead then stands."""
        if lead is None:
            return 0.0, None
        phrases, over = measure_phrases_lu(self._step_power(self.done[lead]), self._step_power(band), self.active)
        if not phrases or not band.any():
            return 0.0, None
        over_lu = average_phrases_lu(phrases, over)
        gain_db = float(np.clip(self.style.lead_over_band_lu - over_lu, -_VOICE_TRIM_DB, _VOICE_TRIM_DB))
        return gain_db, over_lu + gain_db


def _place(samples: SampleArray, *, pan: float, width: float) -> SampleArray:
    """Stereo at a place: constant-power pan of the middle; the sides shrink by ``width`` and as the pan leaves the
    middle.
    """
    angle = (pan + 1.0) * np.pi / 4.0
    left, right = np.float32(np.sqrt(2.0) * np.cos(angle)), np.float32(np.sqrt(2.0) * np.sin(angle))
    if len(samples) == 1:
        return np.stack([left * samples[0], right * samples[0]])
    middle = np.float32(0.5) * (samples[0] + samples[1])
    side = np.float32(0.5 * width * (1.0 - abs(pan))) * (samples[0] - samples[1])
    return np.stack([left * middle + side, right * middle - side])


def _find_seat(name: str, role: str, channel: Channel, index: int, n_members: int) -> float:
    """Pan of a backing voice: ``left`` or ``right`` in its name, else spread evenly (gang) or by turns."""
    if "left" in name or "right" in name:
        offset = -channel.spread if "left" in name else channel.spread
    elif n_members == 1:
        offset = channel.spread if role == "harmony" else 0.0
    elif role == "gang":
        offset = channel.spread * (2.0 * index / (n_members - 1) - 1.0)
    else:
        offset = channel.spread * (1.0 if index % 2 else -1.0)
    return float(np.clip(channel.pan + offset, -1.0, 1.0))
