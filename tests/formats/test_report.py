"""The report says plainly what was reached, what was not, and what nobody measured."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songwright.documents.report import BandDifference, Measured, Report, StageTiming, StemLevel, Targets
from songwright.errors import InputError
from songwright.formats.report import report_from_json, report_to_json, report_to_markdown

GOOD = Measured(
    pitch_median_cents=4.2,
    pitch_within_50_share=0.951,
    n_dead_notes=0,
    word_error_rate=0.18,
    heard_words="run river run",
    loudness_lufs=-14.05,
    loudness_range_lu=6.3,
    true_peak_dbtp=-1.02,
    bands=(BandDifference(centre_hz=63, difference_db=-3.1), BandDifference(centre_hz=4000, difference_db=2.0)),
    stems=(StemLevel(name="lead", loudness_lufs=-18.2), StemLevel(name="gang", loudness_lufs=None)),
    stems_residual_dbfs=-142.0,
)
REPORT = Report(
    title="Mill <Town> | Me",
    artist="The Weir",
    seed=7,
    duration_s=180.0,
    asked=(("style", "stomp-clap-hey"), ("key", "G major")),
    measured=GOOD,
    timings=(StageTiming(name="compose", seconds=0.5), StageTiming(name="sing", seconds=60.0, from_store=True)),
    retakes=("verse-1.2: a dead note",),
    warnings=("bass: 2 notes below its range",),
    peak_memory_bytes=1_500_000_000,
)


def test_a_good_song_reaches_everything() -> None:
    assert all(check.reached for check in REPORT.checks)
    assert "**8 of 8 targets reached.**" in report_to_markdown(REPORT)
    assert "Not reached" not in report_to_markdown(REPORT)


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        ({"pitch_median_cents": 10.5}, "sung pitch, median error", "10.5 cents, wanted 10 cents or less"),
        ({"pitch_within_50_share": 0.899}, "voiced frames within 50 cents", "89.9%, wanted 90% or more"),
        ({"n_dead_notes": 1}, "dead notes", "1, wanted none"),
        ({"word_error_rate": 0.26}, "words misheard by a machine", "26.0%, wanted 25% or less"),
        ({"loudness_lufs": -14.4}, "loudness", "-14.40 LUFS, wanted -14 ± 0.3 LUFS"),
        ({"loudness_lufs": -13.6}, "loudness", "-13.60 LUFS"),
        ({"true_peak_dbtp": -0.99}, "true peak", "-0.99 dBTP, wanted -1.0 dBTP or less"),
        (
            {"bands": (BandDifference(centre_hz=125, difference_db=-4.3),)},
            "balance, worst octave (125 Hz)",
            "-4.3 dB, wanted within 4 dB",
        ),
    ],
)
def test_each_target_that_is_missed_is_said_in_words(change: dict[str, object], name: str, said: str) -> None:
    report = replace(REPORT, measured=replace(GOOD, **change))  # type: ignore[arg-type]
    assert [check.name for check in report.checks if check.reached is False] == [name]
    text = report_to_markdown(report)
    assert f"**7 of 8 targets reached.** Not reached: {name} ({said}" in text
    assert text.count("**no**") == 1


@pytest.mark.parametrize("loudness_lufs", [-14.3, -13.7])
def test_the_edge_of_the_loudness_target_is_inside(loudness_lufs: float) -> None:
    report = replace(REPORT, measured=replace(GOOD, loudness_lufs=loudness_lufs))
    assert all(check.reached for check in report.checks)


def test_too_slow_is_a_miss() -> None:
    slow = replace(REPORT, timings=(StageTiming(name="sing", seconds=180.0),))
    assert [check.name for check in slow.checks if not check.reached] == ["time for a second of song"]


def test_what_was_not_measured_is_not_called_reached() -> None:
    text = report_to_markdown(replace(REPORT, measured=Measured(), timings=()))
    assert "**0 of 8 targets reached.** Not measured: sung pitch" in text
    assert "**no**" not in text


def test_targets_can_be_others() -> None:
    report = replace(REPORT, targets=Targets(loudness_lufs=-9.0))
    assert [check.found for check in report.checks if not check.reached] == ["-14.05 LUFS"]


def test_the_page_in_markdown() -> None:
    text = report_to_markdown(REPORT)
    assert text.startswith("# Mill &lt;Town> \\| Me\n\nThe Weir · 3:00 · seed 7\n")
    assert "| compose | 0.5 s | 0.003 |" in text
    assert "| sing | from the store | 0.333 |" in text
    assert "| **all** | **60.5 s** | **0.336** |" in text
    assert "| 63 Hz | -3.1 dB |" in text
    assert "| 4 kHz | +2.0 dB |" in text
    assert "| gang | silent |" in text
    assert "- verse-1.2: a dead note" in text
    assert "- bass: 2 notes below its range" in text
    assert "Most memory held: 1.50 GB." in text
    assert "| style | stomp-clap-hey |" in text


_NUMBERS = st.none() | st.floats(-1e6, 1e6)


@given(
    st.builds(
        Measured,
        pitch_median_cents=_NUMBERS,
        loudness_lufs=_NUMBERS,
        n_dead_notes=st.none() | st.integers(0, 99),
    )
)
def test_a_report_survives_json(measured: Measured) -> None:
    report = replace(REPORT, measured=measured)
    assert report_from_json(report_to_json(report)) == report
    assert report_to_markdown(report)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"measured\.loudness_lufs"):
        report_to_json(replace(REPORT, measured=replace(GOOD, loudness_lufs=-math.inf)))
