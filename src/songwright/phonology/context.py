"""What a word's neighbours decide: which of two pronunciations (*read, wind, live*), and whether it is a weak word.

The rules are tables in ``phonology/data``; they look two words back and one ahead, inside one phrase (punctuation ends
a phrase). They are rules of thumb: where one errs, the writer's hint (``read[r eh d]``) decides.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from songwright.phonology.alphabet import Sound, arpabet_to_sounds
from songwright.phonology.dictionary import load_table


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The words around one word in its phrase, nearest first; empty where the phrase begins or ends."""

    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Rule:
    after: frozenset[str]
    near: frozenset[str]
    before: frozenset[str]
    first: bool
    last: bool
    say: str

    def fits(self, neighbours: Neighbours) -> bool:
        """Whether everything that the rule asks for holds."""
        return (
            (not self.after or bool(self.after & set(neighbours.before[:1])))
            and (not self.near or bool(self.near & set(neighbours.before[:2])))
            and (not self.before or bool(self.before & set(neighbours.after[:1])))
            and (not self.first or not neighbours.before)
            and (not self.last or not neighbours.after)
        )


@functools.cache
def _heteronyms() -> Mapping[str, tuple[tuple[_Rule, ...], str]]:
    table = load_table("heteronyms.toml")
    sets: dict[str, list[str]] = table.pop("sets")

    def words(rule: Mapping[str, Any], name: str) -> frozenset[str]:
        named = [sets[word[1:]] if word.startswith("@") else [word] for word in rule.get(name, ())]
        return frozenset(word for group in named for word in group)

    return {
        word: (
            tuple(
                _Rule(
                    after=words(rule, "after"),
                    near=words(rule, "near"),
                    before=words(rule, "before"),
                    first=rule.get("first", False),
                    last=rule.get("last", False),
                    say=rule["say"],
                )
                for rule in entry.get("when", ())
            ),
            entry["otherwise"],
        )
        for word, entry in table.items()
    }


def heteronym_sounds(spoken: str, neighbours: Neighbours) -> tuple[Sound, ...] | None:
    """Sounds that the neighbours choose for a word with two pronunciations, ``None`` for any other word."""
    entry = _heteronyms().get(spoken)
    if entry is None:
        return None
    rules, otherwise = entry
    return arpabet_to_sounds(next((rule.say for rule in rules if rule.fits(neighbours)), otherwise))


@functools.cache
def _function_words() -> Mapping[str, Any]:
    table = load_table("function_words.toml")
    return {name: frozenset(value) if isinstance(value, list) else value for name, value in table.items()}


def weak_sounds(spoken: str, *, before_vowel: bool) -> tuple[Sound, ...] | None:
    """Sung form of a weak word where it differs from the dictionary's: *the* is ``ðə``, before a vowel ``ði``."""
    table = _function_words()
    arpabet = (before_vowel and table["before_vowel"].get(spoken)) or table["weak"].get(spoken)
    return arpabet_to_sounds(arpabet) if arpabet else None


def is_pronoun(spoken: str) -> bool:
    """Whether a word is a personal pronoun (alone, not contracted)."""
    return spoken in _function_words()["pronouns"] and "'" not in spoken.removeprefix("'")


def is_function_word(spoken: str, neighbours: Neighbours) -> bool:
    """Whether a word keeps off strong beats where it stands.

    Prepositions and auxiliaries regain their weight where a phrase ends on them (*the light she left on*).
    """
    table = _function_words()
    if spoken in table["always"] or spoken in table["pronouns"]:
        return True
    return spoken in table["leaning"] and bool(neighbours.after)
