"""Text that goes into XML: what XML 1.0 cannot hold (control characters, lone surrogates) is refused, not dropped."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from songwright.errors import InputError

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything outside the production Char of XML 1.0 (fifth edition), section 2.2."""


def checked_xml_text(text: str, *, where: str) -> str:
    """Return ``text`` unchanged, or refuse it.

    Raises
    ------
    InputError
        If it holds a character that no XML file may hold; ``where`` says whose text it is.
    """
    found = _FORBIDDEN.search(text)
    if found:
        raise InputError(f"{where}: {text!r} holds the character {found[0]!r}, which cannot be printed; remove it")
    return text


def xml_text(text: str, *, where: str) -> str:
    """Return ``text`` escaped for the content of an element. Raises as `checked_xml_text`."""
    return escape(checked_xml_text(text, where=where))


def xml_attribute(text: str, *, where: str) -> str:
    """Return ``text`` escaped and in quotes for an attribute. Raises as `checked_xml_text`."""
    return quoteattr(checked_xml_text(text, where=where))
