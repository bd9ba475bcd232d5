"""Mix: stems to a balanced whole, and every stem as it sounds in it."""

from songwright.mixing.mix import Mix, mix

__all__ = ["Mix", "mix"]
