"""Perform: scores to what players and singers do, in seconds."""
