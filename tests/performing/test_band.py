"""The band is played by hands: scattered as hands are, together as a band is, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from songwright.documents.arrangement import Arrangement, BandPerformance, InstrumentPart, PartNote, PerformedPart
from songwright.documents.band_style import BandStyle, PatternChoice, Player
from songwright.documents.score import LEAD_IN_S, Chord, Key, Metre, Score, Section
from songwright.errors import InputError
from songwright.performing.band import RING_OUT_S, perform_band
from songwright.performing.band_timing import correlated_noise, swung_quarters

TEMPO_QPM = 120.0
N_BARS = 200


def make_score() -> Score:
    bar = Fraction(4)
    half = N_BARS // 2 * bar
    chord = Chord(
        start_quarters=Fraction(0), duration_quarters=N_BARS * bar, root="G", quality="maj", bass="G", roman="I",
        nashville="1", symbol="G",
    )  # fmt: skip
    return Score(
        title="T", artist="A", style="s", tempo_qpm=TEMPO_QPM, metre=Metre(beats=4, beat_unit=4),
        key=Key(tonic="G", mode="major"), chords=(chord,), phrases=(),
        sections=(
            Section(name="Verse", kind="verse", start_quarters=Fraction(0), duration_quarters=half, intensity=0.3),
            Section(name="Chorus", kind="chorus", start_quarters=half, duration_quarters=half, intensity=1.0),
        ),
    )  # fmt: skip


def make_band(*, drift_ms: float = 5.0, swing: float = 0.5) -> BandStyle:
    pattern = (PatternChoice(kind="verse", intensity=0.0, pattern="any"),)
    players = (
        Player(name="drums", instrument="drums", push_ms=0.0, jitter_ms=5.0, patterns=pattern),
        Player(name="guitar", instrument="acoustic-guitar", push_ms=-6.0, jitter_ms=8.0, patterns=pattern),
        Player(name="fiddle", instrument="fiddle", push_ms=12.0, jitter_ms=12.0, patterns=pattern),
    )
    return BandStyle(
        name="s", swing=swing, drift_ms=drift_ms, players=players, answers=(), hook=(), doubles=2, harmony="above",
        shout="", stop_before_last_chorus=False,
    )  # fmt: skip


def note(start: Fraction | int, midi_note: int, *, strum: int = 0, velocity: int = 80, length: str = "1/4") -> PartNote:
    return PartNote(
        start_quarters=Fraction(start), duration_quarters=Fraction(length), midi_note=midi_note, velocity=velocity,
        strum=strum,
    )  # fmt: skip


def make_arrangement() -> Arrangement:
    eighths = [Fraction(i, 2) for i in range(8 * N_BARS)]
    shape = (43, 47, 50, 55, 59, 67)
    strums = tuple(
        note(at, pitch, strum=1 if i % 2 == 0 else -1, velocity=90 if i % 4 == 0 else 60)
        for i, at in enumerate(eighths)
        for pitch in (shape if i % 2 == 0 else shape[-3:])
    )
    return Arrangement(
        instruments=(
            InstrumentPart(name="drums", instrument="drums", notes=tuple(note(at, 42) for at in eighths)),
            InstrumentPart(name="guitar", instrument="acoustic-guitar", notes=strums),
            InstrumentPart(
                name="fiddle", instrument="fiddle", notes=tuple(note(at, 74, length="1/2") for at in eighths)
            ),
        ),
        voices=(),
    )


def played(*, seed: int = 3, **band: float) -> BandPerformance:
    return perform_band(make_score(), make_arrangement(), make_band(**band), seed=seed)


def part(performance: BandPerformance, name: str) -> PerformedPart:
    return next(part for part in performance.parts if part.name == name)


def errors_ms(performed: PerformedPart, *, swing: float = 0.5) -> np.ndarray:
    """Milliseconds late of each eighth of a part that plays one note an eighth."""
    grid = [LEAD_IN_S + swung_quarters(Fraction(i, 2), swing) * 60.0 / TEMPO_QPM for i in range(8 * N_BARS)]
    return 1000.0 * (np.array([n.start_s for n in performed.notes]) - np.array(grid))


@pytest.mark.parametrize(("name", "sd_ms", "push_ms"), [("drums", 5.0, 0.0), ("fiddle", 12.0, 12.0)])
def test_players_scatter_by_their_own_amount_around_their_own_place(name: str, sd_ms: float, push_ms: float) -> None:
    errors = errors_ms(part(played(drift_ms=0.0), name))
    assert errors.std() == pytest.approx(sd_ms, rel=0.15)
    assert errors.mean() == pytest.approx(push_ms, abs=0.15 * sd_ms)
    assert np.abs(errors - push_ms).max() <= 2.5 * sd_ms + 1e-6


def test_timing_errors_are_correlated_over_long_ranges() -> None:
    errors = errors_ms(part(played(drift_ms=0.0), "drums"))
    centred = errors - errors.mean()

    def autocorrelation(lag: int) -> float:
        return float(np.dot(centred[:-lag], centred[lag:]) / np.dot(centred, centred))

    assert autocorrelation(1) > 0.15
    assert autocorrelation(8) > 0.05  # a bar later; white noise of this length stays within 0.05
    assert autocorrelation(1) < 0.8  # hands are not a slow drift alone


def test_the_noise_has_the_slope_that_was_asked_for() -> None:
    noise = correlated_noise(np.random.default_rng(1), 8192, exponent=1.0)
    assert noise.mean() == pytest.approx(0.0, abs=1e-9)
    assert noise.std() == pytest.approx(1.0)
    power = np.abs(np.fft.rfft(noise * np.hanning(len(noise))))[4:2000] ** 2
    slope = np.polyfit(np.log(np.arange(4, 2000)), np.log(power), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.2)


def test_the_band_drifts_together() -> None:
    def agreement(drift_ms: float) -> float:
        performance = played(drift_ms=drift_ms)
        drums, fiddle = errors_ms(part(performance, "drums")), errors_ms(part(performance, "fiddle"))
        return float(np.corrcoef(drums, fiddle)[0, 1])

    assert agreement(10.0) > agreement(0.0) + 0.3


def test_down_strokes_run_up_the_strings_and_up_strokes_down() -> None:
    guitar = part(played(drift_ms=0.0), "guitar")
    by_stroke: dict[int, list[tuple[float, int]]] = {}
    for n in guitar.notes:
        eighth = round((n.start_s - LEAD_IN_S) / 0.25)
        by_stroke.setdefault(eighth, []).append((n.start_s, n.midi_note))
    spreads = {"loud": [], "soft": []}
    for eighth, strings in by_stroke.items():
        strings.sort()
        pitches = [pitch for _, pitch in strings]
        assert pitches == sorted(pitches, reverse=eighth % 2 == 1)
        spread_ms = 1000.0 * (strings[-1][0] - strings[0][0])
        assert 11.9 <= spread_ms <= 35.1
        spreads["loud" if eighth % 4 == 0 else "soft"].append(spread_ms)
    assert np.mean(spreads["loud"]) < np.mean(spreads["soft"]) - 5


def test_louder_sections_and_downbeats_are_played_louder() -> None:
    velocities = np.array([n.velocity for n in part(played(), "fiddle").notes], dtype=float)
    half = len(velocities) // 2
    assert velocities[half:].mean() > velocities[:half].mean() + 10
    assert velocities[0:half:8].mean() > velocities[1:half:8].mean() + 4  # on one against the eighth after it
    assert velocities[:half:8].std() > 2  # never twice the same


def test_the_same_seed_plays_the_same_and_players_have_their_own_dice() -> None:
    whole = played()
    assert played() == whole
    assert played(seed=4) != whole
    arrangement = make_arrangement()
    without = replace(arrangement, instruments=(arrangement.instruments[0], arrangement.instruments[2]))
    assert perform_band(make_score(), without, make_band(), seed=3).parts == (whole.parts[0], whole.parts[2])


def test_editing_a_note_leaves_the_rest_of_the_part_alone() -> None:
    arrangement = make_arrangement()
    drums = arrangement.instruments[0]
    edited = replace(drums, notes=tuple(n for n in drums.notes if n.start_quarters != 12))
    again = perform_band(make_score(), replace(arrangement, instruments=(edited,)), make_band(), seed=3)
    before = {n.start_s: n for n in part(played(), "drums").notes}
    assert all(before[n.start_s].velocity == n.velocity for n in again.parts[0].notes)
    assert len(again.parts[0].notes) == len(before) - 1


def test_off_beats_swing_and_beats_stay() -> None:
    straight, swung = part(played(drift_ms=0.0), "drums"), part(played(drift_ms=0.0, swing=0.6), "drums")
    moved = np.array([b.start_s - a.start_s for a, b in zip(straight.notes, swung.notes, strict=True)])
    assert moved[::2] == pytest.approx(0.0, abs=1e-9)
    assert moved[1::2] == pytest.approx(0.1 * 60.0 / TEMPO_QPM, abs=1e-9)


def test_no_pitch_overlaps_itself_and_nothing_outlasts_the_song() -> None:
    performance = played()
    assert performance.duration_s == pytest.approx(LEAD_IN_S + 4 * N_BARS * 60.0 / TEMPO_QPM + RING_OUT_S)
    for performed in performance.parts:
        ends: dict[int, float] = {}
        last_start = 0.0
        for n in performed.notes:
            assert n.start_s >= last_start
            assert n.start_s >= ends.get(n.midi_note, 0.0)
            last_start = n.start_s
            ends[n.midi_note] = n.start_s + n.duration_s
        assert max(ends.values()) <= performance.duration_s


def test_the_last_chord_rings_on() -> None:
    performance = played()
    end_s = performance.duration_s - RING_OUT_S
    last = part(performance, "fiddle").notes[-1]
    assert last.start_s + last.duration_s == pytest.approx(end_s + 1.5)


def test_a_part_without_a_player_is_refused() -> None:
    stray = InstrumentPart(name="tuba", instrument="bass", notes=(note(0, 40),))
    with pytest.raises(InputError, match="'tuba' has no player"):
        perform_band(make_score(), Arrangement(instruments=(stray,), voices=()), make_band(), seed=1)
