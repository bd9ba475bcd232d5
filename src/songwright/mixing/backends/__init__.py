"""Wrappers of the heavy libraries that mix."""
