"""Singers on disk: one readable TOML file each, in ``singers/``.

The 256 numbers of the voice stand in the file as decimal text, sixteen a line, with a digest of the numbers, so that a
file that was damaged or edited by accident is noticed.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from songwright.documents.character import STYLE_SIZE, Character
from songwright.errors import InputError, nearest_names
from songwright.formats.atomic import write_text_atomically
from songwright.phonology.alphabet import VOWELS

HELD_VOWELS: Final = frozenset("aeoɜ")
"""First targets of diphthongs, which the voice sings though no word is written with them."""

_TEXT = ("name", "description", "origin", "licence", "statement")
_WHOLE = ("range_low_midi", "range_high_midi", "tessitura_low_midi", "tessitura_high_midi")
_NUMBERS = (
    "vibrato_rate_hz", "vibrato_depth_cents", "vibrato_delay_s", "portamento_s", "scoop_cents", "timing_s", "breath_db",
    "breathiness", "grit", "brightness_db",
)  # fmt: skip


def list_characters() -> tuple[str, ...]:
    """Names of the singers that come with Songwright."""
    folder = resources.files("songwright") / "singers"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_character(name: str) -> Character:
    """Load a singer by name, or from a path ending in ``.toml``.

    Raises
    ------
    InputError
        If there is no such singer (naming the nearest), or the file is broken.
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return parse_character(path.read_text(encoding="utf-8"), source=str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"singer file {path}: {error}") from error
    known = list_characters()
    if name not in known:
        raise InputError(f"unknown singer {name!r}; known are {nearest_names(name, known)}")
    text = (resources.files("songwright") / "singers" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_character(text, source=f"{name}.toml")


def parse_character(text: str, *, source: str) -> Character:
    """Read a singer's file from its text."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    if table.pop("schema", None) != Character.schema:
        raise InputError(f"{source}: schema must be {Character.schema}")
    voice = table.pop("voice", None)
    if not isinstance(voice, dict) or set(voice) != {"style", "sha256"}:
        raise InputError(f"{source}: needs a table [voice] with style and sha256")
    try:
        style = np.asarray(voice["style"], dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"{source}: the style in [voice] must be a list of {STYLE_SIZE} numbers") from error
    if style.shape != (STYLE_SIZE,):
        raise InputError(f"{source}: the voice has {style.size} numbers, not {STYLE_SIZE}")
    if digest_of_style(style) != voice["sha256"]:
        raise InputError(f"{source}: the voice's numbers do not match their digest: the file was changed or damaged")
    accent = _parse_accent(table.pop("accent", {}), source)
    known = {field.name for field in fields(Character)} - {"style", "vowel_map"}
    for unknown in set(table) - known:
        raise InputError(f"{source}: unknown key {unknown!r}; did you mean {nearest_names(unknown, known)}?")
    for missing in known - set(table):
        raise InputError(f"{source}: the key {missing!r} is missing")
    for key, value in table.items():
        kind = str if key in _TEXT else int if key in _WHOLE else (int, float)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InputError(f"{source}: {key} = {value!r} has the wrong type")
    values: dict[str, Any] = {key: float(value) if key in _NUMBERS else value for key, value in table.items()}
    return Character(style=style, vowel_map=accent, **values)


def _parse_accent(table: object, source: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a written vowel and the one that is sung for it."""
    if not isinstance(table, dict):
        raise InputError(f'{source}: [accent] must be a table of vowels such as  "I" = "ɑ"')
    for vowel in (*table, *table.values()):
        if not isinstance(vowel, str) or vowel not in VOWELS | HELD_VOWELS:
            known = " ".join(sorted(VOWELS | HELD_VOWELS))
            raise InputError(f"{source}: [accent] has {vowel!r}, which is no vowel; known are {known}")
    return tuple(sorted(table.items()))


def character_to_toml(character: Character) -> str:
    """The file's text."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [f"schema = {character.schema}"]
    lines += [f"{key} = {quoted(getattr(character, key))}" for key in _TEXT]
    lines += [f"{key} = {getattr(character, key)}" for key in (*_WHOLE, *_NUMBERS)]
    lines += ["", "[accent]"] + [f"{quoted(spoken)} = {quoted(sung)}" for spoken, sung in character.vowel_map]
    lines += ["", "[voice]", f'sha256 = "{digest_of_style(character.style)}"', "style = ["]
    numbers = [_shortest(value) for value in character.style]
    lines += ["  " + ", ".join(numbers[i : i + 16]) + "," for i in range(0, STYLE_SIZE, 16)]
    return "\n".join([*lines, "]", ""])


def save_character(path: Path, character: Character) -> None:
    """Write a singer's file, whole or not at all."""
    write_text_atomically(path, character_to_toml(character))


def digest_of_style(style: npt.NDArray[np.float32]) -> str:
    """SHA-256 (hex) of the voice's numbers as little-endian float32."""
    return hashlib.sha256(style.astype("<f4").tobytes()).hexdigest()


def _shortest(value: np.float32) -> str:
    text = np.format_float_positional(value, unique=True, trim="0")
    return text if "." in text else text + ".0"
