"""The table ``[band]`` of a style's TOML file, read into a `BandStyle`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from songwright.documents.band_style import BandStyle, PatternChoice, Player
from songwright.documents.lyric import SECTION_KINDS
from songwright.errors import InputError, nearest_names

_BAND_KEYS: Final = {
    "swing", "drift_ms", "answers", "hook", "doubles", "harmony", "shout", "stop_before_last_chorus", "players",
}  # fmt: skip
_PLAYER_KEYS: Final = {"name", "instrument", "push_ms", "jitter_ms"}


def load_band_style(name: str) -> BandStyle:
    """Read the band of the style called ``name`` (``stomp-clap-hey``).

    Raises
    ------
    InputError
        If there is no such style (names the nearest), the TOML is broken (line and column), or its band makes no sense.
    """
    folder = resources.files("songwright") / "styles"
    known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise InputError(f"style {name!r} is not known; nearest: {nearest_names(name, known)}")
    return parse_band_style((folder / f"{name}.toml").read_text(encoding="utf-8"), source=f"styles/{name}.toml")


def parse_band_style(text: str, *, source: str = "style") -> BandStyle:
    """Band from a style's TOML text; ``source`` opens every error message. Raises `InputError` as `load_band_style`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    try:
        return _band(data)
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def _band(data: Mapping[str, Any]) -> BandStyle:
    table = data.get("band")
    if not isinstance(table, Mapping):
        raise InputError("there is no table [band]; copy one from another style")
    _check_keys(table, "[band]", _BAND_KEYS, optional=set())
    players = table["players"]
    if not isinstance(players, list) or not players or not all(isinstance(player, Mapping) for player in players):
        raise InputError("[[band.players]] must be one table or more, each with a name and an instrument")
    doubles = table["doubles"]
    if isinstance(doubles, bool) or not isinstance(doubles, int):
        raise InputError(f"[band] doubles = {doubles!r} is not a whole number")
    stop = table["stop_before_last_chorus"]
    if not isinstance(stop, bool):
        raise InputError(f"[band] stop_before_last_chorus = {stop!r} is not true or false")
    return BandStyle(
        name=_text(data, "name", "top level"),
        swing=_number(table, "swing", "[band]"),
        drift_ms=_number(table, "drift_ms", "[band]"),
        players=tuple(_player(player, i) for i, player in enumerate(players, start=1)),
        answers=_texts(table, "answers"),
        hook=_texts(table, "hook"),
        doubles=doubles,
        harmony=_text(table, "harmony", "[band]"),
        shout=_text(table, "shout", "[band]"),
        stop_before_last_chorus=stop,
    )


def _player(table: Mapping[str, Any], number: int) -> Player:
    where = f"[[band.players]] {table.get('name', f'number {number}')!r}"
    _check_keys(table, where, _PLAYER_KEYS, optional=set(SECTION_KINDS))
    choices: list[PatternChoice] = []
    for kind in SECTION_KINDS:
        for entry in table.get(kind, []):
            if (
                not isinstance(entry, list)
                or len(entry) != 2
                or isinstance(entry[0], bool)
                or not isinstance(entry[0], int | float)
                or not 0.0 <= entry[0] <= 1.0
                or not isinstance(entry[1], str)
            ):
                raise InputError(f'{where}: {kind} has {entry!r}; write [intensity 0 to 1, "pattern"]')
            choices.append(PatternChoice(kind=kind, intensity=float(entry[0]), pattern=entry[1]))
    return Player(
        name=_text(table, "name", where),
        instrument=_text(table, "instrument", where),
        push_ms=_number(table, "push_ms", where),
        jitter_ms=_number(table, "jitter_ms", where),
        patterns=tuple(choices),
    )


def _check_keys(table: Mapping[str, Any], where: str, required: set[str], *, optional: set[str]) -> None:
    for key in sorted(required - set(table)):
        raise InputError(f"{where}: {key} is missing")
    for key in sorted(set(table) - required - optional):
        raise InputError(f"{where}: {key!r} is not known; nearest: {nearest_names(key, required | optional)}")


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(table.get(key), str):
        raise InputError(f"{where}: {key} = {table.get(key)!r} is not text")
    return str(table[key])


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    if not isinstance(table[key], list) or not all(isinstance(entry, str) for entry in table[key]):
        raise InputError(f"[band]: {key} = {table[key]!r} is not a list of player names")
    return tuple(table[key])


def _number(table: Mapping[str, Any], key: str, where: str) -> float:
    if isinstance(table[key], bool) or not isinstance(table[key], int | float):
        raise InputError(f"{where}: {key} = {table[key]!r} is not a number")
    return float(table[key])
