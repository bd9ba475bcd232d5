"""Briefs in TOML: reading one, and checking everything that can be checked before a note is written.

::

    title = "Mill Town"
    singer = "harlan"
    style = "stomp-clap-hey"
    tempo = 104
    lyric_file = "mill-town.txt"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from songwright.documents.brief import Brief
from songwright.documents.lyric import WORDLESS_KINDS, Lyric, section_name_to_kind
from songwright.documents.score import Key
from songwright.errors import InputError, nearest_names
from songwright.writing import parse_lyric

DEFAULTS: Final = {"artist": "Songwright", "singer": "harlan", "style": "stomp-clap-hey"}
KEYS: Final[dict[str, str]] = {
    "title": "a text in quotes",
    "artist": "a text in quotes",
    "singer": "a text in quotes",
    "style": "a text in quotes",
    "tempo": "a number of quarters a minute",
    "key": 'a text in quotes, such as "G major"',
    "mood": "a text in quotes or a list of them",
    "form": 'a list of section names, such as ["Verse 1", "Chorus"]',
    "lyric": 'a text in """three quotes"""',
    "lyric_file": "a file name in quotes, relative to the brief",
}
"""Every key of a brief, and what it takes."""
TEMPO_RANGE_QPM: Final = (40.0, 220.0)
"""Slowest and fastest song: below, a line outlasts a breath; above, eighths come faster than speech (7 a second)."""
MAX_FORM_SECTIONS: Final = 24
MAX_FILE_BYTES: Final = 1_000_000
"""Far above the longest lyric that `parse_lyric` takes."""
MAX_NAME_CHARACTERS: Final = 200


def load_brief(path: Path) -> Brief:
    """Read a brief and its lyric.

    Parameters
    ----------
    path
        The TOML file.

    Returns
    -------
    Brief
        With the lyric's text in it, the form's names spelled as in the lyric, and the key as ``"G major"``.

    Raises
    ------
    InputError
        For a file that is missing, unreadable, not UTF-8, huge or no TOML (line and column); an unknown key or one of
        the wrong type; a tempo, key or form that makes no sense; and whatever `parse_lyric` refuses. Names of the
        style and the singer are checked by `check_brief_names`.
    """
    text = _read_text(path, what="brief")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        rows = text.rstrip("\n").split("\n")
        message = str(error).replace("at end of document", f"at line {len(rows)}, column {len(rows[-1]) + 1}, its end")
        raise InputError(f"{path.name} is not TOML: {message}.{_toml_advice(text, message)}") from error
    except RecursionError as error:
        raise InputError(f"{path.name} nests lists too deeply to be a brief.") from error
    place = path.name
    _check_keys(table, text, place)
    lyric_text = _lyric_text(table, path, place)
    try:
        lyric = parse_lyric(lyric_text)
    except InputError as error:
        raise InputError(f"{table.get('lyric_file', place)}: {error}") from error
    brief = Brief(
        title=_name(table, "title", place),
        artist=_name(table, "artist", place),
        singer=_name(table, "singer", place),
        style=_name(table, "style", place),
        lyric=lyric_text,
        tempo_qpm=_tempo(table, place),
        key=_key(table, place),
        mood=_mood(table, place),
    )
    return replace(brief, form=_form(table, lyric, place))


def check_brief_names(brief: Brief, *, styles: Iterable[str], singers: Iterable[str]) -> None:
    """Refuse a style or a singer that does not exist.

    Raises
    ------
    InputError
        With the nearest known names.
    """
    for what, name, known in (("style", brief.style, list(styles)), ("singer", brief.singer, list(singers))):
        if name not in known:
            raise InputError(
                f"{what} {name!r} is not known; nearest: {nearest_names(name, known)}. Known are "
                f"{', '.join(sorted(known))}."
            )


def _read_text(path: Path, *, what: str) -> str:
    if path.is_dir():
        raise InputError(f"{what} {path} is a folder; give the file in it.")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(
                f"{what} {path.name} has {path.stat().st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read. Is "
                "it the right file?"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{what} {path} does not exist.{_neighbours(path)}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{what} {path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{what} {path.name} is not UTF-8 text (byte 0x{data[error.start]:02X} in line {row}). "
            "Save it as UTF-8 in your editor."
        ) from error


def _neighbours(path: Path) -> str:
    """The files beside a missing one that it may have meant."""
    if not path.parent.is_dir():
        return f" Nor does its folder {path.parent}."
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix in (path.suffix, ".toml", ".txt"))
    return f" In that folder: {nearest_names(path.name, names)}." if names else ""


def _toml_advice(text: str, message: str) -> str:
    """A next step for the slips that are made most."""
    found = re.search(r"line (\d+)", message)
    rows = text.splitlines()
    row = rows[int(found[1]) - 1].strip() if found and int(found[1]) <= len(rows) else ""
    shown = f" The line reads: {row[:80]}" if row else ""
    if re.match(r"^\w+\s*=\s*[^\d\s\"'\[{tf]", row):
        return f"{shown} (texts stand in quotes)"
    if row.startswith("[") and not row.rstrip().endswith("]"):
        return f"{shown} (a bracket is open)"
    return shown


def _where(table_key: str, text: str) -> str:
    for i, row in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?[\"']?{re.escape(table_key)}[\"']?\s*[\]=.]", row):
            return f", line {i}"
    return ""


def _check_keys(table: dict[str, Any], text: str, place: str) -> None:
    for key in table:
        if key not in KEYS:
            section = section_name_to_kind(key) is not None or (
                isinstance(table[key], list) and key.lower().startswith("verse")
            )
            advice = ' The lyric\'s [headings] belong inside lyric = """...""".' if section else ""
            raise InputError(
                f"{place}{_where(key, text)}: unknown key {key!r}; nearest known: {nearest_names(key, KEYS)}.{advice} "
                f"A brief may have {', '.join(KEYS)}."
            )


def _refuse_type(place: str, key: str, value: object) -> InputError:
    return InputError(f"{place}: {key} is {value!r}; it takes {KEYS[key]}.")


def _name(table: dict[str, Any], key: str, place: str) -> str:
    value = table.get(key, DEFAULTS.get(key))
    if value is None:
        raise InputError(f'{place} has no {key}. Add the line: {key} = "..."')
    if not isinstance(value, str):
        raise _refuse_type(place, key, value)
    value = " ".join(value.split())
    if not value or len(value) > MAX_NAME_CHARACTERS or not value.isprintable():
        raise InputError(f"{place}: {key} is {value[:40]!r}; it takes 1 to {MAX_NAME_CHARACTERS} printable characters.")
    return value


def _tempo(table: dict[str, Any], place: str) -> float | None:
    value = table.get("tempo")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refuse_type(place, "tempo", value)
    low, high = TEMPO_RANGE_QPM
    if low <= value <= high:
        return float(value)
    advice = "Leave it out to take the style's."
    if low <= value / 2 <= high:
        advice = f"Did you count eighths? Half of it is {value / 2:g}."
    elif low <= value * 2 <= high:
        advice = f"Did you count half notes? Double is {value * 2:g}."
    raise InputError(
        f"{place}: tempo {value:g} quarters a minute cannot be sung; allowed are {low:g} to {high:g}. {advice}"
    )


def _key(table: dict[str, Any], place: str) -> str | None:
    value = table.get("key")
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refuse_type(place, "key", value)
    try:
        return str(Key.parse(value))
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


def _mood(table: dict[str, Any], place: str) -> tuple[str, ...]:
    value = table.get("mood", [])
    moods = re.split(r"[,;]", value) if isinstance(value, str) else value
    if not isinstance(moods, list) or not all(isinstance(mood, str) for mood in moods):
        raise _refuse_type(place, "mood", value)
    return tuple(mood.strip().lower() for mood in moods if mood.strip())


def _lyric_text(table: dict[str, Any], path: Path, place: str) -> str:
    inline, file_name = table.get("lyric"), table.get("lyric_file")
    for key, value in (("lyric", inline), ("lyric_file", file_name)):
        if value is not None and not isinstance(value, str):
            raise _refuse_type(place, key, value)
    if inline is not None and file_name is not None:
        raise InputError(f"{place} has both lyric and lyric_file. Keep one of them.")
    if inline is not None:
        return str(inline)
    if file_name is None:
        raise InputError(f'{place} has no lyric. Add lyric = """...""" or lyric_file = "words.txt".')
    if not file_name.strip():
        raise InputError(f'{place}: lyric_file is empty. Name the file: lyric_file = "words.txt".')
    return _read_text(path.parent / file_name, what=f"{place}: lyric_file")


def _form(table: dict[str, Any], lyric: Lyric, place: str) -> tuple[str, ...]:
    value = table.get("form")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _refuse_type(place, "form", value)
    if not value:
        raise InputError(f"{place}: form is an empty list. Name the sections in order, or leave form out.")
    if len(value) > MAX_FORM_SECTIONS:
        raise InputError(f"{place}: form has {len(value)} sections; a song may have {MAX_FORM_SECTIONS}.")
    sections = {section.name: section for section in lyric.sections}
    known = [*sections, *(name for name in ("Intro", "Instrumental", "Turnaround", "Outro") if name not in sections)]
    spelled = {_plain(name): name for name in known}
    names = []
    for i, name in enumerate(value, 1):
        if _plain(name) not in spelled:
            wordless = section_name_to_kind(name) in WORDLESS_KINDS
            near = ", ".join(known) if wordless else nearest_names(name.title(), known)
            raise InputError(
                f"{place}: form, section {i}: {name!r} is not in the lyric; nearest: {near}. "
                f"The lyric has {', '.join(sections)}."
            )
        names.append(spelled[_plain(name)])
    if not any(name in sections and sections[name].lines for name in names):
        raise InputError(f"{place}: no section of the form has words. The lyric has {', '.join(sections)}.")
    return tuple(names)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.lower())
