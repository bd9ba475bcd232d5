"""Mix styles: the shipped ones load; what is said changes, what is not keeps its default; mistakes are named."""

from __future__ import annotations

from fractions import Fraction

import pytest

from songwright.documents.band_style import INSTRUMENTS
from songwright.documents.mix_style import DEFAULT_CHANNELS, VOCAL_ROLES
from songwright.errors import InputError
from songwright.formats.mix_style_file import load_mix_style, parse_mix_style


@pytest.mark.parametrize("name", ["stomp-clap-hey", "country-ballad", "folk-waltz"])
def test_shipped_styles_load(name: str) -> None:
    style = load_mix_style(name)
    assert style.name == name
    assert 0 <= style.lead_over_band_lu <= 4


def test_every_instrument_and_voice_has_a_channel() -> None:
    assert set(INSTRUMENTS) | set(VOCAL_ROLES) <= set(DEFAULT_CHANNELS)
    assert {instrument.family for instrument in INSTRUMENTS.values()} <= set(DEFAULT_CHANNELS)


def test_what_is_said_changes_and_the_rest_stays() -> None:
    style = parse_mix_style(
        """
        [mix]
        duck_db = -1.5
        delay_quarters = "1/3"
        [mix.channels.banjo]
        level_lu = -4
        eq = [["peak", 800, -2, 0.8], ["high-shelf", 6000, 1.5]]
        """,
        name="mine",
    )
    assert style.duck_db == -1.5
    assert style.delay_quarters == Fraction(1, 3)
    assert style.channel("banjo", "banjo").level_lu == -4
    assert style.channel("banjo", "banjo").pan == DEFAULT_CHANNELS["banjo"].pan
    assert [band.kind for band in style.channel("banjo", "x").eq] == ["peak", "high-shelf"]
    assert style.channel("bass", "bass") == DEFAULT_CHANNELS["bass"]
    assert style.channel("my guitar", "acoustic-guitar") == DEFAULT_CHANNELS["acoustic-guitar"]
    assert style.channel("theremin", "theremin") == DEFAULT_CHANNELS["other"]
    assert parse_mix_style("", name="bare").channels == DEFAULT_CHANNELS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mix]\nduck_dB = 1", "duck_db"),
        ("[mix]\nduck_db = 'deep'", "not a number"),
        ("[mix]\nduck_db = 3", "allowed are -12"),
        ("[mix]\ndelay_quarters = 0.3", "fraction"),
        ("[mix.channels.banjo]\npann = 1", "pan"),
        ("[mix.channels.banjo]\npan = 2", r"mix\.channels\.banjo.*allowed are -1 to 1"),
        ("[mix.channels.banjo]\nduck = 1", "true or false"),
        ("[mix.channels.banjo]\neq = [['peak', 800]]", "hertz, dB"),
        ("[mix.channels.banjo]\neq = [['bell', 800, 1]]", "not peak"),
        ("mix = 3", "table"),
        ("[mix", "not valid TOML"),
    ],
)
def test_mistakes_are_named(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_mix_style(text, name="mine")


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(InputError, match="folk-waltz"):
        load_mix_style("folk-walz")
