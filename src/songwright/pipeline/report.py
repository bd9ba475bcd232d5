"""The report of a song: what was asked, what came out, what was measured against which target, how long it took."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import songwright


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A measured number.

    Parameters
    ----------
    name
        What was measured.
    value, unit
        The number as measured.
    at_most, at_least
        The target, ``None`` where there is no bound on that side.
    """

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the number lies within its bounds."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def target(self) -> str:
        """The bounds as text, empty where there are none."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g} to {self.at_most:g}"
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return f"at least {self.at_least:g}" if self.at_least is not None else ""


@dataclass(frozen=True, kw_only=True)
class SectionTime:
    """A section of the finished song, in seconds of its files."""

    name: str
    start_s: float
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class StageSeconds:
    """Wall time that a stage took when its result was made (which may have been in an earlier run)."""

    stage: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that ``report.json`` says. No moment of time is in it: a run from the store says the same again."""

    title: str
    artist: str
    seed: int
    asked: dict[str, Any]
    key: str
    tempo_qpm: float
    metre: str
    duration_s: float
    sections: tuple[SectionTime, ...]
    voices: dict[str, str]
    instruments: dict[str, str]
    measurements: tuple[Measurement, ...]
    phrases: tuple[dict[str, Any], ...]
    heard: str
    stages: tuple[StageSeconds, ...]

    @property
    def missed(self) -> tuple[Measurement, ...]:
        """Measurements outside their target."""
        return tuple(one for one in self.measurements if not one.is_met)

    def summary(self) -> str:
        """Return a few lines for the terminal."""
        lines = [f"{self.title} by {self.artist}: {self.key}, {self.tempo_qpm:g} qpm, {_minutes(self.duration_s)}"]
        lines += [f"  {'ok  ' if one.is_met else 'MISS'} {_one_line(one)}" for one in self.measurements if one.target]
        return "\n".join(lines)


def report_to_json(report: Report) -> str:
    """Return the report as JSON, keys in reading order."""
    data = {"made_by": f"songwright {songwright.__version__}", "schema": 1, **asdict(report)}
    data["measurements"] = [{**asdict(one), "target": one.target, "met": one.is_met} for one in report.measurements]
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def report_to_markdown(report: Report) -> str:
    """Return the report for reading."""
    out = [
        f"# {_md(report.title)}",
        "",
        f"{_md(report.artist)}. {report.key}, {report.metre}, {report.tempo_qpm:g} quarters a minute, "
        f"{_minutes(report.duration_s)}. Seed {report.seed}.",
        "",
        "## Asked",
        "",
        *[f"- {name}: {_md(_plain(value))}" for name, value in report.asked.items()],
        "",
        "## Measured",
        "",
        "| what | value | target | |",
        "|---|---|---|---|",
        *[
            f"| {one.name} | {one.value:.4g} {one.unit} | {one.target} | {_verdict(one)} |"
            for one in report.measurements
        ],
        "",
        "## Form",
        "",
        "| section | starts | seconds |",
        "|---|---|---|",
        *[f"| {_md(one.name)} | {_minutes(one.start_s)} | {one.duration_s:.1f} |" for one in report.sections],
        "",
        "## Who sings and plays",
        "",
        *[f"- {name}: {what}" for name, what in {**report.voices, **report.instruments}.items()],
        "",
    ]
    if report.heard:
        out += ["## What an ear that knows no lyric heard", "", "> " + _md(report.heard), ""]
    out += ["## Time", "", "Seconds of wall time when each was made.", "", "| stage | s |", "|---|---|"]
    out += [f"| {one.stage} | {one.seconds:.1f} |" for one in report.stages]
    out += [f"| all | {sum(one.seconds for one in report.stages):.1f} |", ""]
    return "\n".join(out)


def _one_line(one: Measurement) -> str:
    return f"{one.name}: {one.value:.4g} {one.unit} ({one.target})"


def _verdict(one: Measurement) -> str:
    if not one.target:
        return ""
    return "yes" if one.is_met else "**no**"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _md(text: str) -> str:
    """Text that Markdown takes as it is."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in " ".join(text.split()))
