"""Composing: a lyric becomes a score by searches over scored candidates."""

from songwright.composing.composer import compose as compose
