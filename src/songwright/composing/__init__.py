"""Composing: a lyric becomes a score by searches over scored candidates."""

from songwright.composing.composer import compose
from songwright.composing.measures import ScoreFacts, describe_score

__all__ = ["ScoreFacts", "compose", "describe_score"]
