"""The form: which sections follow one another, how long each is, and how full the band plays.

Intensity is planned over the whole song: verses grow, choruses grow, what stands before the last chorus breaks down,
the last chorus is the biggest (Covach 2005, "Form in rock music"; Summach 2011, "The structure, function, and genesis
of the prechorus"; Osborn 2013 on terminal climax).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from songwright.documents.lyric import Lyric
from songwright.documents.style import FormTable
from songwright.errors import InputError, nearest_names

WORDLESS: Final = {
    "intro": "intro", "instrumental": "instrumental", "solo": "instrumental", "turnaround": "instrumental",
    "breakdown": "instrumental", "interlude": "instrumental", "outro": "outro", "ending": "outro",
}  # fmt: skip
"""Section names that need no lyric, with their kinds."""

MAX_SECTIONS: Final = 60

BASE_INTENSITY: Final = {
    "intro": 0.45, "verse": 0.38, "prechorus": 0.55, "chorus": 0.74, "bridge": 0.55, "instrumental": 0.5, "outro": 0.6,
}  # fmt: skip
GROWTH: Final = {"verse": 0.12, "prechorus": 0.08, "chorus": 0.1}
"""What each return of a section adds."""
BREAKDOWN: Final = 0.28


@dataclass(frozen=True)
class PlannedSection:
    """A section before it has notes."""

    name: str
    kind: str
    n_bars: int
    lyric_index: int | None
    intensity: float = 0.5


def plan_form(
    asked: Sequence[str], lyric: Lyric, lyric_bars: Mapping[int, int], table: FormTable, bar_s: float
) -> tuple[PlannedSection, ...]:
    """Lay out the song.

    Parameters
    ----------
    asked
        Section names in playing order; empty for the lyric's own order with intro, turnarounds and ending, brought
        towards the style's length by a longer or shorter wordless part and a repeated last chorus.
    lyric
        Its sections, for their names, kinds and order.
    table
        The style's wordless bars and length.
    lyric_bars
        Bars of each lyric section by its index.
    bar_s
        Seconds of a bar.

    Raises
    ------
    InputError
        For a name that neither the lyric nor the band knows, or more than `MAX_SECTIONS`.
    """
    if len(asked) > MAX_SECTIONS:
        raise InputError(f"form: {len(asked)} sections; allowed are {MAX_SECTIONS}")
    plan = _asked_form(asked, lyric, lyric_bars, table) if asked else _own_form(lyric, lyric_bars, table, bar_s)
    return _with_intensity(plan)


def _wordless(name: str, table: FormTable) -> PlannedSection:
    key = name.lower()
    n_bars = {
        "intro": table.intro_bars, "instrumental": table.instrumental_bars, "solo": table.instrumental_bars,
        "outro": table.outro_bars, "ending": table.outro_bars,
    }.get(key, table.turnaround_bars)  # fmt: skip
    return PlannedSection(name=name, kind=WORDLESS[key], n_bars=n_bars, lyric_index=None)


def _asked_form(
    asked: Sequence[str], lyric: Lyric, lyric_bars: Mapping[int, int], table: FormTable
) -> list[PlannedSection]:
    by_name: dict[str, list[int]] = {}
    for index, section in enumerate(lyric.sections):
        by_name.setdefault(section.name.strip().lower(), []).append(index)
    used: dict[str, int] = {}
    plan = []
    for place, name in enumerate(asked):
        key = name.strip().lower()
        if key in by_name:
            indices = by_name[key]
            index = indices[min(used.get(key, 0), len(indices) - 1)]
            used[key] = used.get(key, 0) + 1
            plan.append(_sung(lyric, index, lyric_bars))
        elif key in WORDLESS:
            plan.append(_wordless(name.strip(), table))
        else:
            known = [section.name for section in lyric.sections] + [word.title() for word in WORDLESS]
            raise InputError(
                f"form, section {place + 1}: {name!r} is neither a section of the lyric nor a wordless one; "
                f"nearest: {nearest_names(name, known)}"
            )
    if not any(section.lyric_index is not None for section in plan):
        raise InputError("form: no section with words; name at least one section of the lyric")
    return plan


def _sung(lyric: Lyric, index: int, lyric_bars: Mapping[int, int]) -> PlannedSection:
    section = lyric.sections[index]
    return PlannedSection(name=section.name, kind=section.kind, n_bars=lyric_bars[index], lyric_index=index)


def _own_form(lyric: Lyric, lyric_bars: Mapping[int, int], table: FormTable, bar_s: float) -> list[PlannedSection]:
    sung = [_sung(lyric, index, lyric_bars) for index in range(len(lyric.sections)) if index in lyric_bars]
    plan: list[PlannedSection] = []
    if sung[0].kind != "intro":
        plan.append(_wordless("Intro", table))
    for i, section in enumerate(sung):
        plan.append(section)
        if section.kind == "chorus" and i + 1 < len(sung) and sung[i + 1].kind in ("verse", "prechorus"):
            plan.append(_wordless("Turnaround", table))
    if sung[-1].kind != "outro":
        plan.append(_wordless("Outro", table))
    if len(plan) > MAX_SECTIONS:
        raise InputError(f"lyric: {len(sung)} sections make a song of {len(plan)}; allowed are {MAX_SECTIONS}")

    def seconds() -> float:
        return sum(section.n_bars for section in plan) * bar_s

    low, high = table.duration_s
    last_chorus = max((i for i, section in enumerate(plan) if section.kind == "chorus"), default=None)
    if last_chorus is not None and seconds() < low:
        # A solo where the song has room for it: before the bridge, else before the last chorus.
        before = plan[last_chorus - 1]
        at = last_chorus - 1 if before.kind == "bridge" else last_chorus
        if plan[at - 1].kind == "instrumental":
            plan[at - 1] = _wordless("Instrumental", table)
        else:
            plan.insert(at, _wordless("Instrumental", table))
        last_chorus = max(i for i, section in enumerate(plan) if section.kind == "chorus")
        if seconds() + plan[last_chorus].n_bars * bar_s <= high and seconds() < low:
            plan.insert(last_chorus, plan[last_chorus])
    if seconds() < low:
        plan = [
            replace(section, n_bars=section.n_bars * 2)
            if section.name == "Intro" and section.n_bars * bar_s < 12
            else section
            for section in plan
        ]
    if seconds() > high:
        plan = [
            replace(section, n_bars=max(2, section.n_bars // 2))
            if section.name == "Turnaround" and section.n_bars % 2 == 0
            else section
            for section in plan
        ]
    return plan


def _with_intensity(plan: Sequence[PlannedSection]) -> tuple[PlannedSection, ...]:
    seen: dict[str, int] = {}
    result = []
    for section in plan:
        times = seen.get(section.kind, 0)
        seen[section.kind] = times + 1
        intensity = BASE_INTENSITY[section.kind] + GROWTH.get(section.kind, 0.0) * times
        result.append(replace(section, intensity=min(intensity, 0.93 if section.kind == "chorus" else 0.75)))
    choruses = [i for i, section in enumerate(result) if section.kind == "chorus"]
    if len(choruses) > 1:
        last = choruses[-1]
        result[last] = replace(result[last], intensity=1.0)
        first_of_run = last
        while first_of_run - 1 in choruses:
            first_of_run -= 1
        before = first_of_run - 1
        if before > choruses[0]:
            result[before] = replace(result[before], intensity=BREAKDOWN)
        if result[-1].kind == "outro":
            result[-1] = replace(result[-1], intensity=0.7)
    return tuple(replace(section, intensity=round(section.intensity, 3)) for section in result)
