"""The bands of the styles are read whole, and mistakes in them are named."""

from __future__ import annotations

import pytest

from songwright.errors import InputError
from songwright.formats.band_style_file import load_band_style, parse_band_style

GOOD = """
name = "test"
[band]
swing = 0.55
drift_ms = 5
answers = ["fiddle"]
hook = ["fiddle"]
doubles = 1
harmony = "below"
shout = ""
stop_before_last_chorus = false
[[band.players]]
name = "fiddle"
instrument = "fiddle"
push_ms = 8
jitter_ms = 12.0
verse = [[0.0, "rest"], [0.5, "answers"]]
"""


@pytest.mark.parametrize("name", ["stomp-clap-hey", "country-ballad", "folk-waltz"])
def test_styles_have_a_band_with_a_rhythm_section_and_somebody_to_answer(name: str) -> None:
    band = load_band_style(name)
    assert band.name == name
    assert {"bass", "strummed-guitar", "picked-guitar"} <= {player.name for player in band.players}
    assert band.answers
    assert band.hook


def test_thresholds_choose_the_pattern() -> None:
    player = parse_band_style(GOOD).player("fiddle")
    assert player.pattern_for("verse", 0.49) == "rest"
    assert player.pattern_for("verse", 0.5) == "answers"
    assert player.pattern_for("chorus", 1.0) == "rest"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('instrument = "fiddle"', 'instrument = "fidle"', "no instrument 'fidle'; nearest are fiddle"),
        ("swing = 0.55", "swing = 0.9", "swing 0.9 must be"),
        ("swing = 0.55", 'swing = "much"', "swing = 'much' is not a number"),
        ("swing = 0.55\n", "", "swing is missing"),
        ("swing = 0.55", "swing = 0.55\nswnig = 1", "'swnig' is not known; nearest: swing"),
        ("drift_ms = 5", "drift_ms = 50", "drift_ms 50 must be"),
        ('harmony = "below"', 'harmony = "beside"', "harmony 'beside'"),
        ("doubles = 1", "doubles = 3", "doubles 3"),
        ("doubles = 1", "doubles = true", "doubles = True is not a whole number"),
        ("push_ms = 8", "push_ms = 80", "push_ms must be -40 to 40"),
        ('answers = ["fiddle"]', 'answers = ["tuba"]', "'tuba' answers but is no player"),
        ("[0.5, ", "[5.0, ", "verse has"),
        ("verse = ", "vers = ", "'vers' is not known; nearest: verse"),
        ("stop_before_last_chorus = false", "stop_before_last_chorus = 0", "is not true or false"),
        ("[[band.players]]", "[[band.players]", "not valid TOML"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match="test.toml: .*" + message.replace("[", r"\[")):
        parse_band_style(GOOD.replace(old, new, 1), source="test.toml")


def test_a_style_without_a_band_is_refused() -> None:
    with pytest.raises(InputError, match="no table"):
        parse_band_style('name = "test"')


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(InputError, match="stomp-clap-hey"):
        load_band_style("stomp-clap")
