"""From the words on the page to the lyric that is sung."""

from songwright.writing.lyric_text import parse_lyric

__all__ = ["parse_lyric"]
