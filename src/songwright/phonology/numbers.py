"""Figures as words: years, money, ordinals, clock times, percentages, decades, plain numbers.

Source for the wording: the ``num2words`` package (English); "and" is left out as American speech does.
"""

from __future__ import annotations

import re

from songwright.errors import InputError

_MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
}
_PATTERN = re.compile(
    r"(?P<money>[$£€])?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)"
    r"(?::(?P<minutes>[0-5]\d))?(?:\.(?P<decimals>\d+))?(?P<tail>%|st|nd|rd|th|'?s|am|pm|k)?",
    re.IGNORECASE | re.ASCII,
)
MAX_DIGITS = 15


def has_figures(token: str) -> bool:
    """Whether a token holds a digit."""
    return any(character in "0123456789" for character in token)


def figures_to_words(token: str, *, where: str = "") -> list[str]:
    """Spoken words of a token with figures in it.

    Parameters
    ----------
    token
        Without outer punctuation: ``1975``, ``'75``, ``$4.50``, ``3rd``, ``5:30``, ``50%``, ``1950s``, ``I-95``'s
        ``95``.
    where
        For the error message.

    Raises
    ------
    InputError
        If the figure is too long to be sung, or cannot be read.
    """
    if sum(character.isdigit() for character in token) > MAX_DIGITS:
        place = f"{where}: " if where else ""
        raise InputError(
            f"{place}{token!r} has more than {MAX_DIGITS} digits; write it as the words that are to be sung"
        )
    words: list[str] = []
    for match in re.finditer(_PATTERN.pattern + r"|[^\d$£€%]+|.", token, re.IGNORECASE | re.ASCII):
        if match["whole"] is None:
            words += [match.group()] if any(c.isalpha() for c in match.group()) else []
        else:
            words += _read(match, elided=token[: match.start()].endswith("'"))
    return [word.strip("'") if word != "o'clock" else word for word in words]


def _read(match: re.Match[str], *, elided: bool) -> list[str]:
    whole, tail = match["whole"].replace(",", ""), (match["tail"] or "").lower()
    n = int(whole)
    if match["money"]:
        return _money(n, match["money"], match["decimals"], "thousand" if tail == "k" else "")
    if match["minutes"]:
        return _clock(n, int(match["minutes"])) + (list(tail) if tail in ("am", "pm") else [])
    if match["decimals"]:
        words = [*_cardinal(n), "point", *(word for digit in match["decimals"] for word in _cardinal(int(digit)))]
    elif tail in ("st", "nd", "rd", "th"):
        return _say(n, to="ordinal")
    elif tail in ("s", "'s"):
        words = _year(n) if len(whole) == 4 or elided or len(whole) == 2 else _cardinal(n)
        return [*words[:-1], _plural(words[-1])]
    elif len(whole) == 4 and "," not in match["whole"] and 1100 <= n <= 2099:
        return _year(n)
    elif elided and len(whole) == 2:
        return ["oh", *_cardinal(n)] if n < 10 else _cardinal(n)
    elif whole.startswith("0") and len(whole) > 1:
        return [word for digit in whole for word in (["oh"] if digit == "0" else _cardinal(int(digit)))]
    else:
        words = _cardinal(n)
    if tail == "%":
        return [*words, "percent"]
    if tail == "k":
        return [*words, "thousand"]
    return words + (list(tail) if tail in ("am", "pm") else [])


def _say(n: int, *, to: str) -> list[str]:
    from num2words import num2words  # read when the first figure is met: its import takes 0.1 s

    text = str(num2words(n, to=to, lang="en")).replace(",", " ").replace("-", " ")
    return [word for word in text.split() if word != "and"]


def _cardinal(n: int) -> list[str]:
    return _say(n, to="cardinal")


def _year(n: int) -> list[str]:
    if n < 1000 or 2000 <= n <= 2009:
        return _cardinal(n)
    century, rest = divmod(n, 100)
    if rest == 0:
        return [*_cardinal(century), "hundred"] if century % 10 else _cardinal(n)
    return [*_cardinal(century), *(["oh"] if rest < 10 else []), *_cardinal(rest)]


def _money(n: int, sign: str, decimals: str | None, scale: str) -> list[str]:
    one, many, small_one, small_many = _MONEY[sign]
    words = [*_cardinal(n), *([scale] if scale else []), one if n == 1 and not scale else many]
    if decimals and len(decimals) == 2 and (small := int(decimals)):
        small_words = [*_cardinal(small), small_one if small == 1 else small_many]
        return small_words if n == 0 else [*words, "and", *small_words]
    return words


def _clock(hour: int, minutes: int) -> list[str]:
    if minutes == 0:
        return [*_cardinal(hour), "o'clock"]
    return [*_cardinal(hour), *(["oh"] if minutes < 10 else []), *_cardinal(minutes)]


def _plural(word: str) -> str:
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("x", "s")) else "s")
