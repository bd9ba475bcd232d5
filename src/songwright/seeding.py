"""Dice that belong to one stage: a change in one stage leaves every other stage's dice alone."""

from __future__ import annotations

import hashlib

import numpy as np


def stage_rng(seed: int, stage: str, *parts: str | int) -> np.random.Generator:
    """Return the generator of a stage (and of a named part of it) for a song's seed.

    Parameters
    ----------
    seed
        The song's seed, any integer.
    stage
        Name of the stage (``"compose"``).
    parts
        What inside the stage draws on its own (a phrase's name, an instrument), so that editing one leaves the others.
    """
    text = "\x1f".join([str(seed), stage, *map(str, parts)])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))
