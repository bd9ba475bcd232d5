"""Arranging: who plays and sings what, in score time. A pure stage from a `Score` to an `Arrangement`."""

from songwright.arranging.band import arrange

__all__ = ["arrange"]
