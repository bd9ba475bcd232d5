"""Singers' files: what is written is read, and what was changed by accident is said."""

import tomllib
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songwright.documents.character import STYLE_SIZE, Character
from songwright.errors import InputError
from songwright.formats.character_file import (
    character_to_toml,
    digest_of_style,
    list_characters,
    load_character,
    parse_character,
    save_character,
)

HARLAN = load_character("harlan")


def same(first: Character, second: Character) -> bool:
    return np.array_equal(first.style, second.style) and all(
        getattr(first, field.name) == getattr(second, field.name)
        for field in fields(Character)
        if field.name != "style"
    )


@settings(max_examples=25, deadline=None)
@given(
    style=st.lists(st.floats(-4, 4, width=32), min_size=STYLE_SIZE, max_size=STYLE_SIZE),
    name=st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable()),
    description=st.sampled_from(['says "hey"', "back\\slash", "two\nlines", "ß, é, 声"]),
    grit=st.floats(0, 1),
    accent=st.dictionaries(st.sampled_from("AIOWYæɑ"), st.sampled_from("æɑɔ"), max_size=3),
)
def test_what_is_written_is_read_bit_for_bit(style, name, description, grit, accent):
    written = replace(
        HARLAN,
        style=np.asarray(style, dtype=np.float32),
        name=name,
        description=description,
        grit=grit,
        vowel_map=tuple(sorted(accent.items())),
    )
    assert same(parse_character(character_to_toml(written), source="x.toml"), written)


def test_a_file_is_saved_and_loaded_by_its_path(tmp_path):
    path = tmp_path / "own singer.toml"
    save_character(path, replace(HARLAN, name="own"))
    assert same(load_character(str(path)), replace(HARLAN, name="own"))
    assert [file.name for file in tmp_path.iterdir()] == ["own singer.toml"]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nobody\.toml"):
        load_character(str(tmp_path / "nobody.toml"))


def changed(old: str, new: str) -> str:
    text = character_to_toml(replace(HARLAN, vowel_map=()))
    assert text.count(old) == 1, old
    return text.replace(old, new)


FIRST_NUMBERS = ", ".join(str(value) for value in HARLAN.style[:2])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (FIRST_NUMBERS, FIRST_NUMBERS[:-1] + str((int(FIRST_NUMBERS[-1]) + 1) % 10), r"digest.*changed or damaged"),
        (digest_of_style(HARLAN.style), "0" * 64, r"digest"),
        (FIRST_NUMBERS + ", ", "", r"254 numbers, not 256"),
        ("\ngrit = ", "\ngritt = ", r"'gritt'.*grit"),
        (f"\ngrit = {HARLAN.grit}", "", r"'grit' is missing"),
        (f"\ngrit = {HARLAN.grit}", '\ngrit = "much"', r"grit = 'much'"),
        (f"\ngrit = {HARLAN.grit}", "\ngrit = true", r"grit = True"),
        (f"\nrange_low_midi = {HARLAN.range_low_midi}", "\nrange_low_midi = 40.5", r"range_low_midi = 40\.5"),
        (f"\nrange_low_midi = {HARLAN.range_low_midi}", "\nrange_low_midi = 61", r"tessitura must lie inside"),
        ("schema = 1", "schema = 99", r"schema must be 1"),
        (FIRST_NUMBERS, '"soft", "low"', r"style in \[voice\] must be a list of 256 numbers"),
        ("[accent]", '[accent]\n"I" = "zz"', r"'zz', which is no vowel"),
        ("[accent]", '[accent]\n"I" = ["ɑ"]', r"\['ɑ'\], which is no vowel"),
        ("[voice]", "[voices]", r"\[voice\]"),
        ('name = "harlan"', 'name = "harlan', r"not valid TOML.*line 2"),
    ],
)  # fmt: skip
def test_a_broken_file_says_what_is_wrong(old, new, said):
    with pytest.raises(InputError, match=said) as caught:
        parse_character(changed(old, new), source="mine.toml")
    assert "mine.toml" in str(caught.value) or "singer" in str(caught.value)


def test_an_accent_is_a_table_and_may_be_left_out():
    plain = character_to_toml(replace(HARLAN, vowel_map=()))
    without = plain.replace("[accent]\n", "")
    assert without != plain
    assert same(parse_character(without, source="x.toml"), replace(HARLAN, vowel_map=()))
    with pytest.raises(InputError, match=r"x\.toml: \[accent\] must be a table"):
        parse_character(without.replace("schema = 1", "schema = 1\naccent = 3"), source="x.toml")


def test_an_unknown_singer_gets_the_nearest():
    with pytest.raises(InputError, match=r"'harlen'.*harlan"):
        load_character("harlen")


def test_every_singer_that_ships_loads_and_is_somebody_else():
    singers = [load_character(name) for name in list_characters()]
    assert len(singers) >= 2
    assert [singer.name for singer in singers] == list(list_characters())
    for i, one in enumerate(singers):
        assert one.statement
        assert one.licence
        assert "invented" in one.statement.lower()
        for other in singers[:i]:
            timbre = slice(0, STYLE_SIZE // 2)
            cosine = np.dot(one.style[timbre], other.style[timbre]) / (
                np.linalg.norm(one.style[timbre]) * np.linalg.norm(other.style[timbre])
            )
            assert cosine < 0.98, f"{one.name} and {other.name} have one timbre"
            assert one.description != other.description


def test_the_files_are_as_save_writes_them():
    """One way of writing, so that a change of a singer is a small diff."""
    from importlib import resources

    for name in list_characters():
        text = (resources.files("songwright") / "singers" / f"{name}.toml").read_text(encoding="utf-8")
        assert tomllib.loads(character_to_toml(load_character(name))) == tomllib.loads(text)
