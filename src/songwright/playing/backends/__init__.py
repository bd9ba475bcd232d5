"""Wrappers of the heavy libraries that play."""
