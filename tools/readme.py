"""Fill the README's table of numbers and its picture from finished songs.

    .venv/bin/python tools/readme.py out/mill-town out/porch-light out/river-waltz

The table comes from each folder's report.json, the picture (docs/mill-town.png) is the top of the first song.png.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from songwright.documents.report import Report
from songwright.formats.report import report_from_json

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- numbers: tools/readme.py -->", "<!-- end of numbers -->"
PICTURE_WIDTH = 1200
PICTURE_SHARE = 1.023
"""Height of the cut over its width: the header, the overview and the first systems."""
N_COLOURS = 128


def table(reports: list[Report]) -> str:
    """A row for each measured number, a column for each song."""
    titles = [f"{report.title} ({report.duration_s // 60:.0f}:{report.duration_s % 60:02.0f})" for report in reports]
    rows = [["", "wanted", *titles], ["---"] * (2 + len(reports))]
    for checks in zip(*(report.checks for report in reports), strict=True):
        name, wanted = checks[0].name.partition(" (")[0], checks[0].wanted
        found = [(check.found or "not measured") + ("" if check.reached else " (**missed**)") for check in checks]
        rows.append([name, wanted, *found])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cut_picture(source: Path, target: Path) -> None:
    """Cut below a system (at a row of nothing but paper), and shrink."""
    with Image.open(source) as image:
        pixels = np.asarray(image.convert("RGB"))
        empty = np.flatnonzero(np.all(pixels == pixels[0, 0], axis=(1, 2)))
        wanted = PICTURE_SHARE * image.width
        bottom = int(empty[np.argmin(np.abs(empty - wanted))]) if empty.size else image.height
        part = image.convert("RGB").crop((0, 0, image.width, bottom))
    size = (PICTURE_WIDTH, round(part.height * PICTURE_WIDTH / part.width))
    part.resize(size, Image.Resampling.LANCZOS).quantize(N_COLOURS).save(target, optimize=True)


def main(folders: list[Path]) -> None:
    """Rewrite README.md between its marks, and the picture."""
    reports = [report_from_json((folder / "report.json").read_text(encoding="utf-8")) for folder in folders]
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit(f"README.md has no {BEGIN} ... {END}")
    readme.write_text(f"{before}{BEGIN}\n{table(reports)}\n{END}{after}", encoding="utf-8")
    picture = ROOT / "docs" / "mill-town.png"
    cut_picture(folders[0] / "song.png", picture)
    print(f"README.md: {len(reports)} songs; {picture.name}: {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([Path(name) for name in sys.argv[1:]])
