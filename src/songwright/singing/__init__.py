"""Sing: a phrase's performance to sound, heard and retaken where a note is weak."""
