"""The table ``[mix]`` of a style's TOML file, read into a `MixStyle`; what it does not say keeps its default.

::

    [mix]
    lead_over_band_lu = 2.0
    delay_quarters = "3/4"

    [mix.channels.banjo]
    level_lu = -8
    pan = 0.5
    eq = [["peak", 800, -2, 0.8], ["high-shelf", 6000, 1.5]]
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from songwright.documents.mix_style import DEFAULT_CHANNELS, Channel, EqBand, MixStyle
from songwright.errors import InputError, nearest_names

_STYLE_NUMBERS: Final = {
    "lead_over_band_lu", "duck_db", "plate_s", "room_s", "section_range", "air_db", "match_limit_db",
}  # fmt: skip
_CHANNEL_KEYS: Final = {each.name for each in dataclasses.fields(Channel)}


def load_mix_style(name: str) -> MixStyle:
    """Read the mix of the style called ``name`` (``stomp-clap-hey``).

    Raises
    ------
    InputError
        If there is no such style (names the nearest), the TOML is broken (line and column), or its mix makes no sense.
    """
    folder = resources.files("songwright") / "styles"
    known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise InputError(f"style {name!r} is not known; nearest: {nearest_names(name, known)}")
    return parse_mix_style((folder / f"{name}.toml").read_text(encoding="utf-8"), name=name)


def parse_mix_style(text: str, *, name: str) -> MixStyle:
    """Mix from a style's TOML text; a style without ``[mix]`` has the default mix. Raises `InputError`."""
    source = f"style {name}"
    try:
        table = tomllib.loads(text).get("mix", {})
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    if not isinstance(table, Mapping):
        raise InputError(f"{source}: mix is not a table; write [mix]")
    known = _STYLE_NUMBERS | {"delay_quarters", "channels"}
    for key in table:
        if key not in known:
            raise InputError(f"{source}: [mix] {key!r} is not known; nearest: {nearest_names(key, known)}")
    settings: dict[str, Any] = {
        key: _number(table[key], f"{source}: [mix] {key}") for key in _STYLE_NUMBERS & set(table)
    }
    if "delay_quarters" in table:
        settings["delay_quarters"] = _fraction(table["delay_quarters"], f"{source}: [mix] delay_quarters")
    channels = dict(DEFAULT_CHANNELS)
    given = table.get("channels", {})
    if not isinstance(given, Mapping):
        raise InputError(f"{source}: [mix] channels is not a table; write [mix.channels.banjo]")
    for channel_name, entries in given.items():
        where = f"{source}: [mix.channels.{channel_name}]"
        if not isinstance(entries, Mapping):
            raise InputError(f"{where} is not a table")
        base = channels.get(channel_name, channels["other"])
        try:
            channels[channel_name] = dataclasses.replace(base, **_channel_settings(entries, where))
        except InputError as error:
            raise InputError(str(error) if str(error).startswith(where) else f"{where}: {error}") from error
    return MixStyle(name=name, channels=MappingProxyType(channels), **settings)


def _channel_settings(entries: Mapping[str, Any], where: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key, value in entries.items():
        if key not in _CHANNEL_KEYS:
            raise InputError(f"{where}: {key!r} is not known; nearest: {nearest_names(key, _CHANNEL_KEYS)}")
        if key == "eq":
            settings[key] = _eq(value, where)
        elif key == "duck":
            if not isinstance(value, bool):
                raise InputError(f"{where}: duck = {value!r} is not true or false")
            settings[key] = value
        else:
            settings[key] = _number(value, f"{where}: {key}")
    return settings


def _eq(value: object, where: str) -> tuple[EqBand, ...]:
    bands = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, list) or len(entry) not in (3, 4) or not isinstance(entry[0], str):
            raise InputError(f'{where}: eq has {entry!r}; write ["peak", hertz, dB] or ["peak", hertz, dB, Q]')
        numbers = [_number(number, f"{where}: eq") for number in entry[1:]]
        bands.append(EqBand(kind=entry[0], **dict(zip(("f_hz", "gain_db", "q"), numbers, strict=False))))
    return tuple(bands)


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where} = {value!r} is not a number")
    return float(value)


def _fraction(value: object, where: str) -> Fraction:
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    raise InputError(f'{where} = {value!r} is not a fraction such as "3/4"')
