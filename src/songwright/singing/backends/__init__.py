"""Wrappers of the heavy libraries that sing."""
