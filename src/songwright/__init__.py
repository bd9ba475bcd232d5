"""Songwright: a song studio in the open. A brief goes in, a sung, mixed and mastered song comes out."""

__version__ = "0.1.0"
