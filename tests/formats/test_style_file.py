from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from songwright.errors import InputError
from songwright.formats.style_file import list_styles, load_style, parse_style

TEXT = (resources.files("songwright") / "styles" / "stomp-clap-hey.toml").read_text(encoding="utf-8")


def test_the_styles_that_come_along_can_all_be_read() -> None:
    assert {"country-ballad", "folk-waltz", "stomp-clap-hey"} <= set(list_styles())
    for name in list_styles():
        assert load_style(name).name == name
    assert load_style("folk-waltz").metre.beats == 3


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TEXT.replace('"stomp-clap-hey"', '"mine"'), encoding="utf-8")
    assert load_style("mine", folder=tmp_path).name == "mine"
    with pytest.raises(InputError, match=r"'mien' is not in .* nearest: mine"):
        load_style("mien", folder=tmp_path)


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(InputError, match="'folk-walz' is not known; nearest: folk-waltz"):
        load_style("folk-walz")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("V = 3.5, vi = 3, ii", "V = 3.5, VIII = 3, ii", r"\[harmony.major.next\] I: chord 'VIII' has no row"),
        ("bVII = { IV = 4, I = 1 }", "bVIX = { IV = 4, I = 1 }", "chord 'bVIX' is not a Roman numeral"),
        ("ii = { V = 4,", "ii = { V = -4,", r"ii: weight of 'V' is -4; numbers over 0"),
        ("ii = { V = 4,", 'ii = { V = "much",', "weight of 'V' is 'much'"),
        ("full_cadence = { authentic = 3", "full_cadence = { deceptive = 3", "'deceptive' is not one of authentic"),
        ("default_tempo_qpm = 104", "default_tempo_qpm = 204", "default tempo 204 qpm must lie in tempo_range_qpm"),
        ("hold_cost = 0.9", "holding = 0.9", r"\[harmony\]: hold_cost missing"),
        ("hold_cost = 0.9", "hold_cost = 0.9\nholding = 1", r"unknown key 'holding'; nearest: hold_cost"),
        ('metre = "4/4"', 'metre = "7/8"', "metre 7/8; allowed are 4/4, 3/4"),
        ("intro_bars = 4", "intro_bars = 0", "intro_bars is 0; allowed are 1 to 32"),
        ("major_degrees = [1.0, ", "major_degrees = [", "major_degrees needs seven weights"),
        ("[form]", "[form", r"not valid TOML: .*line"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(old: str, new: str, message: str) -> None:
    assert TEXT.count(old) >= 1
    with pytest.raises(InputError, match=message):
        parse_style(TEXT.replace(old, new, 1))


def test_tables_of_other_rooms_are_passed_over() -> None:
    start = TEXT.find("[band")
    plain = TEXT if start < 0 else TEXT[:start]
    assert parse_style(plain + "\n[mix.extra]\nanything = 1\n") == parse_style(plain)
