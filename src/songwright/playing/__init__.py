"""Play: a band's performance to sound, one stem an instrument."""

from songwright.playing.render import render_part
from songwright.playing.soundfont import SoundFont, find_soundfont, load_soundfont

__all__ = ["SoundFont", "find_soundfont", "load_soundfont", "render_part"]
