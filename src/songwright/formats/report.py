"""The report as files: ``report.json`` for programs, ``report.md`` for people."""

from __future__ import annotations

from collections.abc import Sequence

from songwright.documents.codec import document_from_json, document_to_json
from songwright.documents.report import Check, Report


def report_to_json(report: Report) -> str:
    """Return a report as JSON text. Raises InputError if a number in it is NaN or infinite."""
    return document_to_json(report)


def report_from_json(text: str, *, source: str = "report.json") -> Report:
    """Return the report that `report_to_json` wrote. Raises InputError with the place of what is wrong."""
    return document_from_json(Report, text, source=source)


def report_to_markdown(report: Report) -> str:
    """Return a report as Markdown that says plainly what was reached and what was not."""
    minutes, seconds = divmod(round(report.duration_s), 60)
    blocks = [
        f"# {_cell(report.title)}",
        f"{_cell(report.artist)} · {minutes}:{seconds:02d} · seed {report.seed}",
        _verdict(report.checks),
        "## Measured on the finished song",
        _table(
            ("", "measured", "target", "reached"),
            [(check.name, check.found, check.wanted, _reached(check)) for check in report.checks],
        ),
    ]
    if report.measured.bands:
        blocks += [
            "### Balance against popular music",
            _table(
                ("octave around", "difference"),
                [(_hertz(band.centre_hz), f"{band.difference_db:+.1f} dB") for band in report.measured.bands],
            ),
        ]
    if report.measured.stems:
        blocks += [
            "### Stems",
            _table(("stem", "loudness"), [(s.name, _level(s.loudness_lufs)) for s in report.measured.stems]),
        ]
    others = []
    if report.measured.loudness_range_lu is not None:
        others.append(f"Loudness range {report.measured.loudness_range_lu:.1f} LU.")
    if report.measured.stems_residual_dbfs is not None:
        others.append(f"The stems add up to the mix within {report.measured.stems_residual_dbfs:.1f} dBFS.")
    if others:
        blocks.append(" ".join(others))
    if report.measured.heard_words:
        blocks += ["### What a machine heard", f"> {_cell(report.measured.heard_words)}"]
    blocks += ["## Asked for", _table(("", ""), report.asked)]
    if report.timings:
        rows = [
            (t.name, "from the store" if t.from_store else f"{t.seconds:.1f} s", f"{t.seconds / report.duration_s:.3f}")
            for t in report.timings
        ]
        rows.append(("**all**", f"**{report.total_s:.1f} s**", f"**{report.total_s / report.duration_s:.3f}**"))
        blocks += ["## Time", _table(("stage", "took", "seconds for a second of song"), rows)]
    if report.peak_memory_bytes is not None:
        blocks.append(f"Most memory held: {report.peak_memory_bytes / 1e9:.2f} GB.")
    if report.retakes:
        blocks += ["## Sung again", _list(report.retakes)]
    if report.warnings:
        blocks += ["## Warnings", _list(report.warnings)]
    return "\n\n".join(blocks) + "\n"


def _verdict(checks: Sequence[Check]) -> str:
    missed = [check for check in checks if check.reached is False]
    unknown = [check for check in checks if check.reached is None]
    n_reached = len(checks) - len(missed) - len(unknown)
    parts = [f"**{n_reached} of {len(checks)} targets reached.**"]
    if missed:
        parts.append("Not reached: " + "; ".join(f"{c.name} ({c.found}, wanted {c.wanted})" for c in missed) + ".")
    if unknown:
        parts.append("Not measured: " + "; ".join(check.name for check in unknown) + ".")
    return " ".join(parts)


def _reached(check: Check) -> str:
    return {True: "yes", False: "**no**", None: "?"}[check.reached]


def _hertz(frequency_hz: float) -> str:
    return f"{frequency_hz / 1000:g} kHz" if frequency_hz >= 1000 else f"{frequency_hz:g} Hz"


def _level(loudness_lufs: float | None) -> str:
    return "silent" if loudness_lufs is None else f"{loudness_lufs:.1f} LUFS"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {_cell(item)}" for item in items)


def _cell(text: str) -> str:
    """Return text on one line, with what would break a table or become a tag escaped."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
