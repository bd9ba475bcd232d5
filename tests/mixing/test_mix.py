"""The mix is heard: stems add up, the lead rides above the band, the band makes room, voices get air."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import signal
from tests import listening, signals

from songwright.documents.arrangement import PerformedNote, PerformedPart
from songwright.documents.audio import Audio
from songwright.documents.mix_style import DEFAULT_CHANNELS, OFF_DB, Channel, MixStyle
from songwright.documents.score import Section
from songwright.errors import InputError
from songwright.hearing.loudness import measure_loudness_lufs, measure_step_power
from songwright.hearing.spectrum import measure_balance
from songwright.mixing import Mix, mix
from songwright.playing import load_soundfont, render_part
from songwright.timeline import TempoMap

RATE = 44100
DURATION_S = 12.0
TEMPO = TempoMap.constant(120, offset_s=0.5)
PHRASES_S = ((1.0, 4.0), (5.0, 8.0), (9.0, 11.0))
VOWELS_HZ = ((750.0, 1300.0, 2600.0, 3500.0), (450.0, 2000.0, 2700.0, 3600.0), (550.0, 1700.0, 2400.0, 3300.0))
STYLE = MixStyle(name="test", lead_over_band_lu=2.0)


def voice(*, levels_db: tuple[float, ...] = (0.0, -9.0, 0.0), f0_hz: float = 196.0) -> Audio:
    """Three phrases of a vowel with an [s] in each, nothing above 11.5 kHz, as from a 24 kHz singer."""
    samples = np.zeros(round(DURATION_S * RATE))
    for (start_s, end_s), level_db, formants_hz in zip(PHRASES_S, levels_db, VOWELS_HZ, strict=True):
        phrase = signals.pulse_voice(
            f0_hz,
            duration_s=end_s - start_s,
            sample_rate_hz=RATE,
            formants_hz=formants_hz,
            bandwidths_hz=(120.0, 250.0, 350.0, 400.0),
            rms_db=-20 + level_db,
        )
        first = round(start_s * RATE)
        samples[first : first + phrase.n_samples] += phrase.samples[0]
        hiss = signals.white_noise(duration_s=0.12, sample_rate_hz=RATE, rms_db=-14 + level_db, seed=4).samples[0]
        hiss = signal.sosfilt(signal.butter(2, (5000, 9500), "band", fs=RATE, output="sos"), hiss)
        samples[first - len(hiss) : first] += hiss * np.hanning(len(hiss))
    top = signal.butter(8, 11500, fs=RATE, output="sos")
    return Audio(samples=signal.sosfilt(top, samples).astype(np.float32)[np.newaxis], sample_rate_hz=RATE)


def play(
    instrument: str, times_s: Iterator[float] | tuple[float, ...], midi_notes: tuple[int, ...], velocity: int = 95
) -> Audio:
    notes = tuple(
        PerformedNote(start_s=t, duration_s=0.45, midi_note=midi_note, velocity=velocity)
        for t in times_s
        for midi_note in midi_notes
    )
    part = PerformedPart(name=instrument, instrument=instrument, notes=notes)
    return render_part(part, duration_s=DURATION_S, sample_rate_hz=RATE, soundfont=load_soundfont(), seed=1)


def beats(step_s: float, first_s: float = 0.5) -> tuple[float, ...]:
    return tuple(np.arange(first_s, DURATION_S - 0.7, step_s).tolist())


@pytest.fixture(scope="module")
def dry() -> dict[str, Audio]:
    return {
        "strummed-guitar": play("acoustic-guitar", beats(0.5), (43, 50, 55, 59, 62, 67)),
        "banjo": play("banjo", beats(0.25), (62,)),
        "bass": play("bass", beats(1.0), (31,)),
        "stomps": play("stomps", beats(1.0), (36,), 110),
        "claps": play("claps", beats(1.0, 1.0), (39,), 105),
        "drums": play("drums", beats(0.5), (42,), 80),
        "lead": voice(),
        "harmony": voice(f0_hz=246.9),
        "double-left": voice(f0_hz=196.3),
        "double-right": voice(f0_hz=195.6),
    }


ROLES = {
    "strummed-guitar": "acoustic-guitar", "banjo": "banjo", "bass": "bass", "stomps": "stomps", "claps": "claps",
    "drums": "drums", "lead": "lead", "harmony": "harmony", "double-left": "double", "double-right": "double",
}  # fmt: skip


def run(stems: Mapping[str, Audio], style: MixStyle = STYLE, sections: tuple[Section, ...] = ()) -> Mix:
    return mix(stems, roles={name: ROLES[name] for name in stems}, sections=sections, tempo_map=TEMPO, style=style)


@pytest.fixture(scope="module")
def mixed(dry: dict[str, Audio]) -> Mix:
    return run(dry)


def span(audio: Audio, start_s: float, end_s: float) -> Audio:
    return Audio(samples=audio.samples[:, round(start_s * RATE) : round(end_s * RATE)], sample_rate_hz=RATE)


def level_db(audio: Audio, band_hz: tuple[float, float]) -> float:
    sos = signal.butter(4, band_hz, "band", fs=RATE, output="sos")
    return float(10 * np.log10(np.mean(signal.sosfilt(sos, audio.samples, axis=1) ** 2)))


def test_stems_add_up_to_the_mix(dry: dict[str, Audio], mixed: Mix) -> None:
    assert tuple(mixed.stems) == tuple(dry)
    total = np.sum([stem.samples.astype(np.float64) for stem in mixed.stems.values()], axis=0)
    assert 20 * np.log10(np.abs(total - mixed.premaster.samples).max()) < -80
    for stem in mixed.stems.values():
        assert stem.samples.shape == (2, round(DURATION_S * RATE))
        assert np.abs(stem.samples).max() <= 1.0
    assert 20 * np.log10(np.abs(mixed.premaster.samples).max()) == pytest.approx(-3.0, abs=0.3)
    assert mixed.bus_eq_db  # the bus did work on it
    assert mixed.most_glue_db > 0.3


def test_a_stem_alone_keeps_its_own_reverberation(dry: dict[str, Audio], mixed: Mix) -> None:
    # after the lead's last phrase its dry stem is silent, its mixed stem rings on and dies away
    assert not dry["lead"].samples[:, round(11.1 * RATE) :].any()
    just_after, later = span(mixed.stems["lead"], 11.1, 11.3), span(mixed.stems["lead"], 11.7, 11.9)
    assert np.sqrt(np.mean(just_after.samples**2)) > 1e-4
    assert level_db(just_after, (300, 4000)) - level_db(later, (300, 4000)) > 12


def test_every_phrase_of_the_lead_stands_above_the_band(dry: dict[str, Audio], mixed: Mix) -> None:
    band = np.sum(
        [mixed.stems[name].samples for name in ROLES if ROLES[name] not in ("lead", "double", "harmony")], axis=0
    )
    over = []
    for start_s, end_s in PHRASES_S:
        lead = measure_loudness_lufs(span(mixed.stems["lead"], start_s, end_s))
        over.append(lead - measure_loudness_lufs(span(Audio(samples=band, sample_rate_hz=RATE), start_s, end_s)))
    # the middle phrase was sung 9 dB softer: the compressor and the ride take most of that away
    assert max(over) - min(over) < 4.0
    assert np.mean(over) == pytest.approx(2.0, abs=1.0)
    assert np.ptp(mixed.ride_db) > 3.0
    assert mixed.lead_over_band_lu == pytest.approx(2.0, abs=0.1)
    # slow: it moves in the pauses, over 0.3 s, and stays the same through a phrase
    assert np.abs(np.diff(mixed.ride_db)).max() < 0.8
    assert np.ptp(mixed.ride_db[120:380]) < 0.2


def test_wanting_the_lead_louder_makes_it_louder(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("strummed-guitar", "bass", "lead")}
    soft = run(few, replace(STYLE, lead_over_band_lu=0.0)).lead_over_band_lu
    loud = run(few, replace(STYLE, lead_over_band_lu=4.0)).lead_over_band_lu
    assert soft is not None
    assert loud is not None
    assert loud - soft == pytest.approx(4.0, abs=0.3)


def test_the_middle_of_the_guitar_makes_room_for_the_voice_and_the_rest_does_not(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("strummed-guitar", "lead")}
    plain = replace(STYLE, match_limit_db=0.0)
    ducked = run(few, replace(plain, duck_db=-6.0)).stems["strummed-guitar"]
    free = run(few, replace(plain, duck_db=0.0)).stems["strummed-guitar"]

    def change_db(start_s: float, end_s: float, band_hz: tuple[float, float]) -> float:
        return level_db(span(ducked, start_s, end_s), band_hz) - level_db(span(free, start_s, end_s), band_hz)

    pause = change_db(8.55, 8.85, (1500, 3000))
    assert change_db(5.5, 7.5, (1500, 3000)) - pause == pytest.approx(-5.0, abs=1.0)
    assert change_db(5.5, 7.5, (100, 300)) - change_db(8.55, 8.85, (100, 300)) == pytest.approx(0.0, abs=0.7)
    assert change_db(5.5, 7.5, (8000, 14000)) - change_db(8.55, 8.85, (8000, 14000)) == pytest.approx(0.0, abs=1.0)


def test_voices_get_an_octave_of_air_that_follows_them(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("bass", "lead")}
    with_air = run(few, replace(STYLE, match_limit_db=0.0)).stems["lead"]
    without = run(few, replace(STYLE, match_limit_db=0.0, air_db=OFF_DB)).stems["lead"]
    hiss = (0.9, 1.0)
    assert level_db(span(with_air, *hiss), (12500, 16000)) - level_db(span(without, *hiss), (12500, 16000)) > 10
    gap = level_db(span(with_air, *hiss), (12500, 16000)) - level_db(span(with_air, *hiss), (8000, 11500))
    assert -13 < gap < -4
    # below 11 kHz nothing moves
    for band_hz in ((200.0, 2000.0), (4000.0, 10500.0)):
        assert level_db(with_air, band_hz) == pytest.approx(level_db(without, band_hz), abs=0.1)


def test_places(mixed: Mix) -> None:
    def balance_db(name: str) -> float:
        left, right = np.sum(mixed.stems[name].samples.astype(np.float64) ** 2, axis=1)
        return float(10 * np.log10(left / right))

    # a steady note's few harmonics meet their reverberation in another phase on either side
    assert balance_db("lead") == pytest.approx(0, abs=1.0)
    assert balance_db("bass") == pytest.approx(0, abs=0.1)
    assert balance_db("double-left") > 3 > -3 > balance_db("double-right")
    assert balance_db("strummed-guitar") > 1 > -1 > balance_db("banjo")


def test_echoes_come_in_time(dry: dict[str, Audio]) -> None:
    only_echo = Channel(high_pass_hz=20, room_db=OFF_DB, delay_db=-6.0)
    style = MixStyle(
        name="echo", delay_quarters=Fraction(3, 4), match_limit_db=0, channels={**DEFAULT_CHANNELS, "other": only_echo}
    )
    click = signals.impulses((2.0,), duration_s=6, sample_rate_hz=RATE)
    wet = mix({"x": click}, roles={"x": "wood"}, sections=(), tempo_map=TEMPO, style=style).stems["x"]
    echo = span(wet, 2.1, 2.6).samples
    assert 2.1 + np.argmax(np.abs(echo).max(axis=0)) / RATE == pytest.approx(2.0 + 0.375, abs=0.002)


def test_sections_keep_a_share_of_their_difference(dry: dict[str, Audio]) -> None:
    sections = tuple(
        Section(name=name, kind=kind, start_quarters=Fraction(start), duration_quarters=Fraction(11), intensity=0.5)
        for name, kind, start in (("Verse", "verse", 0), ("Chorus", "chorus", 11))
    )
    uneven = dry["strummed-guitar"].samples.copy()
    uneven[:, : round(6.0 * RATE)] *= np.float32(10 ** (-8 / 20))  # the second section starts at 0.5 + 5.5 s
    guitar = {"strummed-guitar": Audio(samples=uneven, sample_rate_hz=RATE)}
    plain = replace(STYLE, match_limit_db=0.0)

    def difference(style: MixStyle) -> float:
        mixed = run(guitar, style, sections).premaster
        return measure_loudness_lufs(span(mixed, 6.5, 10.5)) - measure_loudness_lufs(span(mixed, 1.0, 5.5))

    whole, half = difference(replace(plain, section_range=1.0)), difference(replace(plain, section_range=0.5))
    assert whole > 4  # the stem's and the bus's compressors have taken some of the 8 dB
    assert half == pytest.approx(whole / 2, abs=0.8)


def test_the_bus_leans_towards_popular_music(dry: dict[str, Audio], mixed: Mix) -> None:
    def worst(audio: Audio) -> float:
        return max(abs(db) for db in measure_balance(audio).values())

    free = run(dry, replace(STYLE, match_limit_db=0.0))
    assert not free.bus_eq_db
    assert worst(mixed.premaster) < worst(free.premaster)
    assert worst(mixed.premaster) <= 4.0
    assert all(abs(gain_db) <= 6.0 for gain_db in mixed.bus_eq_db.values())


def test_same_stems_same_mix(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("banjo", "lead")}
    np.testing.assert_array_equal(run(few).premaster.samples, run(few).premaster.samples)


def test_level_of_a_dry_stem_does_not_matter(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("banjo", "bass", "lead")}
    quiet = {**few, "banjo": Audio(samples=few["banjo"].samples * np.float32(0.1), sample_rate_hz=RATE)}
    first, second = run(few), run(quiet)
    assert measure_loudness_lufs(first.stems["banjo"]) == pytest.approx(
        measure_loudness_lufs(second.stems["banjo"]), abs=0.1
    )


def test_silent_stems_and_a_band_without_a_voice(dry: dict[str, Audio]) -> None:
    empty = signals.silence(duration_s=DURATION_S, sample_rate_hz=RATE, n_channels=2)
    with_silence = run(
        {"banjo": dry["banjo"], "claps": empty, "lead": signals.silence(duration_s=12, sample_rate_hz=RATE)}
    )
    assert not with_silence.stems["claps"].samples.any()
    assert not with_silence.stems["lead"].samples.any()
    band = run({"banjo": dry["banjo"], "bass": dry["bass"]})
    assert band.lead_over_band_lu is None
    assert run({"lead": dry["lead"]}).lead_over_band_lu is None
    assert not run({"claps": empty}).premaster.samples.any()


def test_no_gain_clicks(dry: dict[str, Audio]) -> None:
    few = {name: dry[name] for name in ("bass", "lead")}
    mixed = run(few)
    listening.assert_no_clicks(mixed.stems["bass"])
    listening.assert_no_clicks(mixed.stems["lead"])


def test_what_cannot_be_mixed_is_refused(dry: dict[str, Audio]) -> None:
    def refuse(stems: Mapping[str, Audio], roles: Mapping[str, str], words: str) -> None:
        with pytest.raises(InputError, match=words):
            mix(stems, roles=roles, sections=(), tempo_map=TEMPO, style=STYLE)

    banjo = dry["banjo"]
    refuse({}, {}, "no stems")
    refuse({"banjo": banjo}, {}, "no role")
    refuse({"a": banjo, "b": banjo}, {"a": "lead", "b": "lead"}, "more than one lead")
    refuse({"a": banjo, "b": span(banjo, 0, 5)}, {"a": "banjo", "b": "bass"}, "one length")
    refuse({"a": signals.silence(duration_s=2, sample_rate_hz=24000)}, {"a": "banjo"}, "resample")
    refuse({"a": Audio(samples=np.zeros((3, 2 * RATE), np.float32), sample_rate_hz=RATE)}, {"a": "x"}, "3 channels")
    refuse(
        {"a": Audio(samples=np.full((1, 2 * RATE), np.nan, np.float32), sample_rate_hz=RATE)}, {"a": "x"}, "not numbers"
    )


def test_step_power_has_one_step_in_ten_milliseconds() -> None:
    tone = signals.sine(1000, duration_s=1, sample_rate_hz=RATE)
    assert len(measure_step_power(tone, step_s=0.01)) == 100
