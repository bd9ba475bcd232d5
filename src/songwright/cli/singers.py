"""``songwright singers``: who can sing."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright singers")(singers)


def singers() -> None:
    """List the singers.

    With their ranges; a name goes into a brief as `singer`.
    """
    from songwright.formats.character_file import list_characters, load_character
    from songwright.units import midi_note_to_name

    for name in list_characters():
        character = load_character(name)
        low, high = midi_note_to_name(character.range_low_midi), midi_note_to_name(character.range_high_midi)
        print(f"{name:<14} {low:>3} to {high:<3}  {character.description}")
