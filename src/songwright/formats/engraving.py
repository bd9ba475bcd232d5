"""The engraved score as one tall SVG page, drawn by verovio from the MusicXML.

The drawing stands alone: staff symbols are paths, and the few music signs inside text (the note of the tempo, the
sharps and flats of chord symbols) become Unicode letters, so that no music font is needed to see them. Identifiers come
from a fixed seed: equal scores give equal bytes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Final

from songwright.documents.score import Score
from songwright.errors import RenderError
from songwright.formats.musicxml import score_to_musicxml

_OPTIONS: Final = {
    "pageWidth": 2100,  # tenths of a millimetre: A4
    "pageHeight": 60000,
    "adjustPageHeight": True,
    "pageMarginTop": 100,
    "pageMarginBottom": 100,
    "pageMarginLeft": 120,
    "pageMarginRight": 120,
    "scale": 45,
    "unit": 8.0,
    "breaks": "line",
    "header": "auto",
    "footer": "none",
    "smuflTextFont": "none",
    "svgViewBox": True,
    "xmlIdSeed": 1,
    "lyricWordSpace": 1.8,
    "lyricTopMinMargin": 3.5,
    "spacingSystem": 8,
    "minLastJustification": 0.0,
}
"""Looks, settled by eye on the three examples."""
_TEXT_FONTS: Final = "'Times New Roman', 'Liberation Serif', Times, serif"
_SIGNS: Final = {
    "\ueca2": "𝅝",
    "\ueca3": "𝅗𝅥",
    "\ueca5": "♩",
    "\ueca7": "♪",
    "\uecb7": ".",
    "\uea64": "♭",
    "\uea65": "♮",
    "\uea66": "♯",
    "\ue260": "♭",
    "\ue261": "♮",
    "\ue262": "♯",
    "\ued60": "♭",
    "\ued61": "♮",
    "\ued62": "♯",
}
"""Private letters of music fonts (SMuFL 1.4) and what they are in Unicode."""
_SIGN_SPAN: Final = re.compile(
    r'font-family="(?:Leipzig|Bravura)" font-size="(\d+)px"([^>]*)>([\ue000-\uf8ff]+)</tspan>'
)
_SIGN_SIZE: Final = 405 / 720
"""Verovio sets music signs in text larger than the letters beside them; as letters they take the letters' size."""


def engrave_score(score: Score) -> str:
    """Return a score engraved as SVG text.

    Raises
    ------
    RenderError
        If verovio cannot read the score.
    InputError
        As `score_to_musicxml`.
    """
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS)
    is_read = toolkit.loadData(_for_verovio(score_to_musicxml(score)))
    # Verovio forgets the size of credits; its own format, MEI, can say it.
    is_read = is_read and toolkit.loadData(_with_large_title(toolkit.getMEI({})))
    if not is_read or toolkit.getPageCount() < 1:
        raise RenderError(f"{score.title}: the score could not be engraved; score.musicxml may still open elsewhere")
    pages = [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]
    return _with_plain_signs(pages[0] if len(pages) == 1 else _stack(pages))


def _for_verovio(text: str) -> str:
    """Drop what verovio would print twice (a chord's added degree is in its symbol), and add title and artist."""
    root = ET.fromstring(text)
    for harmony in root.iter("harmony"):
        for degree in harmony.findall("degree"):
            harmony.remove(degree)
    for name in root.iter("part-name"):
        name.text = ""
    place = next(i for i, element in enumerate(root) if element.tag == "part-list")
    heads = (("right", root.findtext("identification/creator")), ("center", root.findtext("work/work-title")))
    for side, words in heads:  # each goes before the one inserted earlier
        credit = ET.Element("credit", {"page": "1"})
        ET.SubElement(credit, "credit-words", {"justify": side, "valign": "top"}).text = words
        root.insert(place, credit)
    return ET.tostring(root, encoding="unicode")


def _with_large_title(mei: str) -> str:
    return mei.replace('halign="center" valign="top"', 'halign="center" valign="top" fontsize="xx-large"', 1)


def _with_plain_signs(svg: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        size = round(int(match[1]) * _SIGN_SIZE)
        text = "".join(_SIGNS.get(sign, "") for sign in match[3])
        return f'font-size="{size}px"{match[2]}>{text}</tspan>'

    return _SIGN_SPAN.sub(replaced, svg).replace('font-family="Times, serif"', f'font-family="{_TEXT_FONTS}"')


def _stack(pages: list[str]) -> str:
    """Put pages under one another in one drawing."""
    boxes = [re.search(r'<svg viewBox="0 0 ([\d.]+) ([\d.]+)"', page) for page in pages]
    if not all(boxes):
        raise RenderError("the pages of the score could not be joined: verovio wrote no viewBox")
    sizes = [(float(box[1]), float(box[2])) for box in boxes if box]
    width, height = max(w for w, _ in sizes), sum(h for _, h in sizes)
    parts = [
        f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">'
    ]
    y = 0.0
    for page, (w, h) in zip(pages, sizes, strict=True):
        body = page[page.index("<svg") :]
        parts.append(body.replace("<svg ", f'<svg y="{y:g}" width="{w:g}" height="{h:g}" ', 1))
        y += h
    return "\n".join([*parts, "</svg>", ""])
