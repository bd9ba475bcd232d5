"""Master: the finished mix to its loudness, under its ceiling."""

from songwright.mastering.master import Master, master

__all__ = ["Master", "master"]
