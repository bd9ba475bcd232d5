"""Styles from their TOML files: the tables that composing reads.

``[band]`` and ``[mix]`` of the same file belong to other rooms and are passed over here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from songwright.composing.keys import check_numeral
from songwright.documents.score import Metre
from songwright.documents.style import CADENCES, FormTable, HarmonyTable, MelodyTable, ModeHarmony, Style, Weights
from songwright.errors import InputError, nearest_names

_TOP: Final = {"name", "title", "description", "metre", "default_tempo_qpm", "tempo_range_qpm"}
_TABLES: Final = {"form", "harmony", "melody"}
_OTHER_ROOMS: Final = {"band", "mix"}


def list_styles() -> tuple[str, ...]:
    """Names of the styles that come with Songwright, sorted."""
    folder = resources.files("songwright") / "styles"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_style(name: str, *, folder: Path | None = None) -> Style:
    """Read one style by name, from ``folder`` or from the ones that come with Songwright.

    Raises
    ------
    InputError
        If there is no such style (names the nearest), the TOML is broken (line and column), a key is missing or
        unknown, a chord cannot be read, or weights make no sense.
    """
    if folder is None:
        known = list_styles()
        if name not in known:
            raise InputError(f"style {name!r} is not known; nearest: {nearest_names(name, known)}")
        text = (resources.files("songwright") / "styles" / f"{name}.toml").read_text(encoding="utf-8")
    else:
        path = folder / f"{name}.toml"
        if not path.is_file():
            known = tuple(sorted(entry.stem for entry in folder.glob("*.toml")))
            raise InputError(
                f"style {name!r} is not in {folder}; nearest: {nearest_names(name, known) or 'none there'}"
            )
        text = path.read_text(encoding="utf-8")
    return parse_style(text, source=f"styles/{name}.toml")


def parse_style(text: str, *, source: str = "style") -> Style:
    """Style from TOML text; ``source`` opens every error message. Raises `InputError` as `load_style` does."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    try:
        return _style(data)
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def _style(data: Mapping[str, Any]) -> Style:
    _check_keys(data, "top level", _TOP | _TABLES, optional=_OTHER_ROOMS)
    return Style(
        name=_text(data, "name"),
        title=_text(data, "title"),
        description=_text(data, "description"),
        metre=_metre(_text(data, "metre")),
        default_tempo_qpm=_number(data, "default_tempo_qpm", "top level"),
        tempo_range_qpm=_pair(data, "tempo_range_qpm", "top level"),
        form=_form(_table(data, "form")),
        harmony=_harmony(_table(data, "harmony")),
        melody=_melody(_table(data, "melody")),
    )


def _form(table: Mapping[str, Any]) -> FormTable:
    bars = ("intro_bars", "turnaround_bars", "instrumental_bars", "outro_bars")
    _check_keys(table, "[form]", {*bars, "duration_s"})
    counts = {}
    for key in bars:
        counts[key] = table[key]
        if not isinstance(table[key], int):
            raise InputError(f"[form] {key} is {table[key]!r}; whole bars are allowed")
    return FormTable(**counts, duration_s=_pair(table, "duration_s", "[form]"))


def _harmony(table: Mapping[str, Any]) -> HarmonyTable:
    _check_keys(table, "[harmony]", {"loop_bars", "hold_cost", "split_cost", "modes", "major", "minor"})
    return HarmonyTable(
        loop_bars=int(_number(table, "loop_bars", "[harmony]")),
        hold_cost=_number(table, "hold_cost", "[harmony]"),
        split_cost=_number(table, "split_cost", "[harmony]"),
        modes=_weights(table["modes"], "[harmony] modes"),
        major=_mode(_table(table, "major"), "major"),
        minor=_mode(_table(table, "minor"), "minor"),
    )


def _mode(table: Mapping[str, Any], mode: str) -> ModeHarmony:
    where = f"[harmony.{mode}]"
    _check_keys(table, where, {"half_cadence", "full_cadence", "starts", "next"})
    following = tuple(
        (chord, _weights(entry, f"[harmony.{mode}.next] {chord}")) for chord, entry in _table(table, "next").items()
    )
    starts = tuple(
        (kind, _weights(entry, f"[harmony.{mode}.starts] {kind}")) for kind, entry in _table(table, "starts").items()
    )
    half = _weights(table["half_cadence"], f"{where} half_cadence")
    full = _weights(table["full_cadence"], f"{where} full_cadence")
    known = {chord for chord, _ in following}
    for chord in known:
        try:
            check_numeral(chord)
        except InputError as error:
            raise InputError(f"[harmony.{mode}.next]: {error}") from error
    lists = [(f"[harmony.{mode}.next] {chord}", weights) for chord, weights in following]
    lists += [(f"[harmony.{mode}.starts] {kind}", weights) for kind, weights in starts]
    lists.append((f"{where} half_cadence", half))
    for place, weights in lists:
        for chord, _ in weights:
            if chord not in known:
                raise InputError(
                    f"{place}: chord {chord!r} has no row in [harmony.{mode}.next], so nothing could follow it; "
                    f"known are {', '.join(sorted(known))}"
                )
    for kind in ("verse", "chorus", "bridge"):
        if kind not in dict(starts):
            raise InputError(f"[harmony.{mode}.starts] has no entry for {kind!r}")
    for cadence, _ in full:
        if cadence not in CADENCES[mode]:
            raise InputError(f"{where} full_cadence: {cadence!r} is not one of {', '.join(CADENCES[mode])}")
    tonic = "I" if mode == "major" else "i"
    if tonic not in known:
        raise InputError(f"[harmony.{mode}.next] has no row for the tonic {tonic}")
    return ModeHarmony(starts=starts, following=following, half_cadence=half, full_cadence=full)


def _melody(table: Mapping[str, Any]) -> MelodyTable:
    numbers = ("syncopation", "melisma", "chorus_lift_semitones", "verse_syllable_s", "chorus_syllable_s")
    _check_keys(table, "[melody]", {*numbers, "major_degrees", "minor_degrees"})
    return MelodyTable(
        major_degrees=_numbers(table, "major_degrees", "[melody]"),
        minor_degrees=_numbers(table, "minor_degrees", "[melody]"),
        syncopation=_number(table, "syncopation", "[melody]"),
        melisma=_number(table, "melisma", "[melody]"),
        chorus_lift_semitones=_number(table, "chorus_lift_semitones", "[melody]"),
        verse_syllable_s=_number(table, "verse_syllable_s", "[melody]"),
        chorus_syllable_s=_number(table, "chorus_syllable_s", "[melody]"),
    )


def _check_keys(
    table: Mapping[str, Any], where: str, needed: set[str], *, optional: set[str] | frozenset[str] = frozenset()
) -> None:
    missing = needed - set(table)
    if missing:
        raise InputError(f"{where}: {', '.join(sorted(missing))} missing")
    for key in sorted(set(table) - needed - optional):
        raise InputError(f"{where}: unknown key {key!r}; nearest: {nearest_names(key, needed)}")


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data[key]
    if not isinstance(value, dict):
        raise InputError(f"{key!r} is {value!r}; a table is needed")
    return value


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{key} is {value!r}; a text is needed")
    return value


def _number(data: Mapping[str, Any], key: str, where: str) -> float:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}: {key} is {value!r}; a number is needed")
    return float(value)


def _numbers(data: Mapping[str, Any], key: str, where: str) -> tuple[float, ...]:
    value = data[key]
    if not isinstance(value, list) or any(isinstance(x, bool) or not isinstance(x, int | float) for x in value):
        raise InputError(f"{where}: {key} is {value!r}; a list of numbers is needed")
    return tuple(float(x) for x in value)


def _pair(data: Mapping[str, Any], key: str, where: str) -> tuple[float, float]:
    values = _numbers(data, key, where)
    if len(values) != 2:
        raise InputError(f"{where}: {key} has {len(values)} numbers; lowest and highest are needed")
    return values[0], values[1]


def _metre(text: str) -> Metre:
    parts = text.split("/")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        raise InputError(f"metre {text!r}; write it like 4/4 or 3/4")
    return Metre(beats=int(parts[0]), beat_unit=int(parts[1]))


def _weights(value: object, where: str) -> Weights:
    if not isinstance(value, dict) or not value:
        raise InputError(f"{where}: {value!r}; a table of weights like {{ I = 3, IV = 2 }} is needed")
    for name, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 100:
            raise InputError(f"{where}: weight of {name!r} is {weight!r}; numbers over 0 and up to 100 are allowed")
    return tuple((name, float(weight)) for name, weight in value.items())
